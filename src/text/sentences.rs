//! Text to sentences.
//!
//! Rules, not a model: a full stop ends a sentence unless an abbreviation, an initial, a number or
//! what follows says otherwise; a line end does so unless the text is hard-wrapped or the next line
//! goes on in lower case. Lines that end so without a full stop are headings.

use crate::span::Span;

use super::hash::word_hash;
use super::language::{Abbreviation, Language, abbreviation, is_stop_word};
use super::marks::find_marks;
use super::words::fold;

/// Spans of the sentences of `text`, in order and apart, without the white space between them.
/// Text of white space alone has none.
pub fn sentences(text: &str, language: Language) -> Vec<Span> {
    let mut marks = Vec::new();
    find_marks(text, &mut marks);
    sentences_at(text, &marks, language)
}

/// [`sentences`], given the places of the text's marks.
pub(super) fn sentences_at(text: &str, marks: &[u32], language: Language) -> Vec<Span> {
    let rules = Rules { text, language, wrap: wrap_width(text) };
    let bytes = text.as_bytes();
    let mut found = Vec::with_capacity(marks.len() + 1);
    let mut start = 0;
    for &at in marks {
        let at = at as usize;
        // What ends a sentence may be several marks.
        if at < start {
            continue;
        }
        let end = match bytes[at] {
            b'.' | b'!' | b'?' => rules.stop(at),
            b'\n' => rules.line_end(at),
            // … and the full stops of Chinese and Japanese.
            0xe2 | 0xe3 | 0xef if is_wide_stop(&text[at..]) => rules.stop(at),
            _ => None,
        };
        if let Some(end) = end {
            push_trimmed(text, start, end, &mut found);
            start = end;
        }
    }
    push_trimmed(text, start, text.len(), &mut found);
    found
}

fn push_trimmed(text: &str, start: usize, end: usize, found: &mut Vec<Span>) {
    let piece = &text[start..end];
    let lead = piece.len() - piece.trim_start().len();
    let piece = piece.trim();
    if !piece.is_empty() {
        found.push(Span::new(start + lead, start + lead + piece.len()));
    }
}

fn is_wide_stop(rest: &str) -> bool {
    rest.starts_with(['…', '。', '！', '？', '｡'])
}

/// Bytes of the quotation marks and brackets that `rest` starts with and that close something.
fn closers(rest: &str) -> usize {
    let run = &rest[..rest.len() - rest.trim_start_matches(is_closer).len()];
    // `“` closes in German, but opens in most languages; there a word follows at once.
    let opens = run.ends_with('“') && rest[run.len()..].starts_with(char::is_alphanumeric);
    run.len() - if opens { '“'.len_utf8() } else { 0 }
}

fn is_closer(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '”' | '’' | '»' | '“' | ')' | ']' | '」' | '』' | '）' | '*' | '_'
    )
}

struct Rules<'t> {
    text: &'t str,
    language: Language,
    /// Width of the lines, where the text is hard-wrapped.
    wrap: Option<usize>,
}

impl Rules<'_> {
    /// End of the sentence that the stop at `at` ends, if it ends one.
    fn stop(&self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let is_stop =
            |c: char| matches!(c, '.' | '!' | '?') || is_wide_stop(c.encode_utf8(&mut [0; 4]));
        let stops = rest.len() - rest.trim_start_matches(is_stop).len();
        let run = &rest[..stops];
        let closers = closers(&rest[stops..]);
        let end = at + stops + closers;
        let after = &self.text[end..];
        if run.contains(['。', '！', '？', '｡']) {
            return Some(end);
        }
        if !after.is_empty() && !after.starts_with(char::is_whitespace) {
            return None;
        }
        let next = after.trim_start();
        let first = next.chars().find(|c| c.is_alphanumeric() || !is_opener(*c));
        if first.is_some_and(char::is_lowercase) {
            return None;
        }
        if run == "." && closers == 0 && self.is_abbreviation(at, next) {
            return None;
        }
        Some(end)
    }

    /// Whether the full stop at `at` belongs to the word before it.
    fn is_abbreviation(&self, at: usize, next: &str) -> bool {
        let before = &self.text[..at];
        let word = before.rsplit(|c: char| c.is_whitespace() || is_opener(c)).next().unwrap_or("");
        let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
        if letters == 1 && word.chars().all(char::is_uppercase) {
            return !next.is_empty();
        }
        let is_number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        if is_number {
            return self.language.has_dotted_ordinals() && word.len() <= 2 && !next.is_empty();
        }
        let mut folded = String::new();
        fold(word, &mut folded);
        match abbreviation(word_hash(folded.as_bytes()), self.language) {
            Some(Abbreviation::Leads) => !next.is_empty(),
            Some(Abbreviation::MayEnd) => !self.starts_sentence(next),
            // Letters with dots between, such as `U.S` or `p.m`.
            None => word.contains('.') && letters <= 5 && !self.starts_sentence(next),
        }
    }

    /// Whether the next word can only be the first of a sentence: a stop word with a capital.
    fn starts_sentence(&self, next: &str) -> bool {
        let next = next.trim_start_matches(is_opener);
        let word = next.split(|c: char| !c.is_alphanumeric() && c != '’' && c != '\'').next();
        let Some(word) = word.filter(|word| !word.is_empty()) else { return true };
        let mut folded = String::new();
        fold(word, &mut folded);
        let language =
            if self.language == Language::Unknown { Language::English } else { self.language };
        is_stop_word(word_hash(folded.as_bytes()), language)
    }

    /// End of the sentence that the line end at `at` ends, if it ends one.
    fn line_end(&self, at: usize) -> Option<usize> {
        let (line, rest) = (&self.text[..at], &self.text[at + 1..]);
        let is_blank = rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
        if is_blank {
            return Some(at);
        }
        let next = rest.trim_start();
        if next.starts_with(char::is_lowercase) && !line.trim_end().ends_with([':', ';']) {
            return None;
        }
        let length = line.len() - line.rfind('\n').map_or(0, |n| n + 1);
        match self.wrap {
            // A wrapped line that stops early is the last of its paragraph, or a heading.
            Some(width) if length * 10 >= width * 7 => None,
            _ => Some(at),
        }
    }
}

fn is_opener(character: char) -> bool {
    matches!(
        character,
        '"' | '\'' | '“' | '‘' | '„' | '«' | '»' | '(' | '[' | '「' | '『' | '（' | '*' | '_'
    )
}

/// Longest line of a hard-wrapped text; `None` where line ends are paragraph ends.
///
/// Wrapped texts have many lines of nearly one length, and most of them stop inside a sentence.
fn wrap_width(text: &str) -> Option<usize> {
    const WIDEST: usize = 110;
    const NARROWEST: usize = 40;
    let lines: Vec<&str> =
        text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let longest = lines.iter().map(|line| line.len()).max()?;
    if lines.len() < 3 || !(NARROWEST..=WIDEST).contains(&longest) {
        return None;
    }
    let ends_open = |line: &&&str| !line.ends_with(['.', '!', '?', '"', '”', ':', '。']);
    let open = lines.iter().filter(ends_open).count();
    let full = lines.iter().filter(|line| line.len() * 10 >= longest * 7).count();
    (open * 2 >= lines.len() && full * 2 >= lines.len()).then_some(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text, Language::English).iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn abbreviations_initials_and_decimals_end_nothing() {
        assert_eq!(
            split("Mr. J. B. Smith of the U.S. Senate paid $3.5 million. He left."),
            ["Mr. J. B. Smith of the U.S. Senate paid $3.5 million.", "He left.",]
        );
        assert_eq!(
            split("They met in the U.S. The talks failed at 5 p.m. on Monday."),
            ["They met in the U.S.", "The talks failed at 5 p.m. on Monday.",]
        );
        assert_eq!(
            split("Acme Inc. said so. No. 5 is alive."),
            ["Acme Inc. said so.", "No. 5 is alive."]
        );
    }

    #[test]
    fn closing_quotes_stay_with_their_sentence() {
        assert_eq!(
            split("“We won.” He left. “Did you?” she asked."),
            ["“We won.”", "He left.", "“Did you?” she asked.",]
        );
    }

    #[test]
    fn headings_and_broken_words() {
        assert_eq!(
            split("Hopes rise\nThe end. T\nhe rest.\n\nlast"),
            ["Hopes rise", "The end.", "T\nhe rest.", "last",]
        );
    }

    #[test]
    fn wrapped_lines_are_joined() {
        let text = "Inheritance is a concept of programs where one class takes\n\
                    what another has, so that nothing is written twice and the\n\
                    Parent class serves both. It saves work in large programs\n\
                    Everywhere.\n";
        assert_eq!(split(text).len(), 2);
    }

    #[test]
    fn other_scripts_and_languages() {
        let german = "Am 3. Mai kam Dr. Weiß. Er ging z. B. nach Köln.";
        assert_eq!(sentences(german, Language::German).len(), 2);
        assert_eq!(split("他来了。“我走！”她说。"), ["他来了。", "“我走！”", "她说。"]);
        assert!(split(" \r\n ").is_empty());
    }

    proptest::proptest! {
        /// Nothing but white space is lost, and every span slices.
        #[test]
        fn sentences_hold_all_text(text in "[aB1 .!?\n\r“”é。…-]{0,60}") {
            let mut held = String::new();
            let mut end = 0;
            for span in sentences(&text, Language::English) {
                proptest::prop_assert!(span.start >= end);
                end = span.end;
                held.push_str(span.of(&text));
            }
            let dense = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            proptest::prop_assert_eq!(dense(&held), dense(&text));
        }
    }
}
