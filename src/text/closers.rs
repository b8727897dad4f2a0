//! Marks that close what a sentence opened.

use super::characters::{is_ignorable, stop};

/// Bytes before a closing mark that are searched for the mark that it closes.
const LOOK_BACK: usize = 2000;

/// Length in bytes of the closing marks at `at`, where a sentence ends. Spaces between them are
/// counted, too: `demain. »`.
pub(super) fn closers(text: &str, at: usize) -> usize {
    let mut end = at;
    loop {
        end += close_by(text, end);
        let rest = &text[end..];
        let spaces = rest.len() - rest.trim_start_matches(is_space).len();
        let line_end = spaces + usize::from(rest[spaces..].starts_with('\n'));
        let mark = end + line_end;
        match text[mark..].chars().next() {
            Some(closer) if line_end > 0 && closes_after_space(text, mark, closer) => {
                end = mark + closer.len_utf8();
            }
            _ => return end - at,
        }
    }
}

/// Length in bytes of the closing marks at `at`, without spaces.
fn close_by(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let mut end = 0;
    for (offset, mark) in rest.char_indices() {
        let after = rest[offset + mark.len_utf8()..].chars().next();
        let is_closer = match mark {
            '*' | '_' => true,
            unseen if is_ignorable(unseen) => true,
            // Directly before a word most quotation marks open, and any may.
            quote if is_quote(quote) && after.is_some_and(char::is_alphanumeric) => {
                is_open(text, at + offset, quote)
            }
            // Opens in most languages; in French with a space after it.
            '«' | '‹' => is_open(text, at + offset, mark),
            _ => is_quote(mark) || is_bracket(mark),
        };
        if !is_closer {
            break;
        }
        end = offset + mark.len_utf8();
    }
    end
}

/// Whether the mark at `at` closes something although a space precedes it.
fn closes_after_space(text: &str, at: usize, mark: char) -> bool {
    let after = text[at + mark.len_utf8()..].chars().next();
    if is_bracket(mark) {
        return true;
    }
    let ends = after.is_none_or(|c| {
        c.is_whitespace() || is_quote(c) || is_bracket(c) || stop(c).is_some() || c == ','
    });
    match mark {
        '’' => ends,
        '»' | '›' | '”' => ends || is_open(text, at, mark),
        '"' | '“' | '«' | '‹' => ends && is_open(text, at, mark),
        _ => false,
    }
}

/// Whether the paragraph has something open before `at` that `closer` would close.
fn is_open(text: &str, at: usize, closer: char) -> bool {
    let mut start = at.saturating_sub(LOOK_BACK);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let before = &text[start..at];
    let before = &before[before.rfind("\n\n").unwrap_or(0)..];
    let count = |mark: char| before.matches(mark).count();
    match closer {
        '"' => count('"') % 2 == 1,
        '”' => match count('“') + count('„') {
            0 => count('”') % 2 == 1,
            opened => opened > count('”'),
        },
        '“' => count('„') > count('“'),
        '’' => count('‘') + count('‚') > count('’'),
        '‘' => count('‚') > count('‘'),
        '»' => count('«') > count('»'),
        '«' => count('»') > count('«'),
        '›' => count('‹') > count('›'),
        '‹' => count('›') > count('‹'),
        '\'' => false,
        _ => true,
    }
}

/// Spaces that may be between a sentence and its closing mark.
fn is_space(character: char) -> bool {
    matches!(
        character,
        ' ' | '\t' | '\r' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}'
    )
}

/// Quotation marks that close, in one language or another.
fn is_quote(character: char) -> bool {
    matches!(
        character,
        '"' | '\''
            | '”'
            | '’'
            | '»'
            | '›'
            | '“'
            | '‘'
            | '‟'
            | '〞'
            | '〟'
            | '」'
            | '』'
            | '｣'
            | '﹂'
            | '﹄'
            | '＂'
            | '＇'
    )
}

/// Brackets that close. In East Asian texts some of them are quotation marks.
fn is_bracket(character: char) -> bool {
    matches!(
        character,
        ')' | ']'
            | '}'
            | '）'
            | '］'
            | '｝'
            | '｠'
            | '》'
            | '〉'
            | '】'
            | '〕'
            | '〗'
            | '〙'
            | '〛'
            | '⟩'
            | '⟧'
            | '❩'
            | '༻'
            | '༽'
            | '﴾'
            | '⸩'
    )
}

/// Quotation marks and brackets that may precede the first word of a sentence.
pub(super) fn is_opener(character: char) -> bool {
    matches!(
        character,
        '"' | '\''
            | '“'
            | '‘'
            | '„'
            | '‚'
            | '‛'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '”'
            | '('
            | '['
            | '{'
            | '「'
            | '『'
            | '｢'
            | '（'
            | '［'
            | '｛'
            | '《'
            | '〈'
            | '【'
            | '〔'
            | '〝'
            | '*'
            | '_'
            | '¿'
            | '¡'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(text: &str) -> &str {
        let at = text.find('.').expect("a stop") + 1;
        &text[at..at + closers(text, at)]
    }

    #[test]
    fn what_closes_is_told_from_what_opens() {
        for (text, expected) in [
            ("“A.” B", "”"),
            ("„A.“ B", "“"),
            ("»A.« B", "«"),
            ("« A. » B", " »"),
            ("«\u{a0}A.\u{a0}»\u{a0}B", "\u{a0}»"),
            ("(« A. ») B", " »)"),
            ("« “A.” » ) B", "” » )"),
            ("« A.\n» B", "\n»"),
            ("\" A. \" B", " \""),
            ("A.*_ B", "*_"),
            ("A. “B”", ""),
            ("A. « B »", ""),
            ("A. »B«", ""),
            ("A. \"B\"", ""),
            ("A. \" B \"", ""),
            ("A. ’twas", ""),
            ("A.\n* B", ""),
            ("A.", ""),
        ] {
            assert_eq!(closed(text), expected, "{text}");
        }
    }
}
