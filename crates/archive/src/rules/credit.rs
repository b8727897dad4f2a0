//! Where a credit stands in a text.

use retold::span::Span;

/// The first place at which the words of a credit stand in a text, whatever their case and the
/// spaces between them; not as parts of longer words.
pub fn find(text: &str, credit: &str) -> Option<Span> {
    let words: Vec<Vec<char>> = credit.split_whitespace().map(lower).collect();
    if words.is_empty() {
        return None;
    }
    let mut before = None;
    for (start, c) in text.char_indices() {
        let begins = !(is_wordy(before) && is_wordy(Some(words[0][0])));
        before = Some(c);
        if !begins || !c.to_lowercase().eq(words[0].iter().copied().take(c.to_lowercase().count()))
        {
            continue;
        }
        if let Some(bytes) = matches(&text[start..], &words) {
            return Some(Span::new(start, start + bytes));
        }
    }
    None
}

fn lower(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).collect()
}

fn is_wordy(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

/// The bytes that the words take at the beginning of a text; `None` if they do not stand there.
fn matches(text: &str, words: &[Vec<char>]) -> Option<usize> {
    let mut rest = text;
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            let trimmed = rest.trim_start();
            if trimmed.len() == rest.len() {
                return None;
            }
            rest = trimmed;
        }
        let mut wanted = word.as_slice();
        while !wanted.is_empty() {
            let c = rest.chars().next()?;
            let folded: Vec<char> = c.to_lowercase().collect();
            wanted = wanted.strip_prefix(folded.as_slice())?;
            rest = &rest[c.len_utf8()..];
        }
    }
    let last = words.last().and_then(|word| word.last()).copied();
    let is_cut = is_wordy(last) && is_wordy(rest.chars().next());
    (!is_cut).then_some(text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_found_whatever_their_case_and_spaces() {
        let found =
            |text: &str, credit: &str| find(text, credit).map(|span| span.of(text).to_owned());
        let text = "Ferries waited (NORTHERN\n wire). More of Northern Wired, überall ÜBER.";
        assert_eq!(found(text, " Northern  Wire "), Some("NORTHERN\n wire".to_owned()));
        assert_eq!(found(text, "über"), Some("ÜBER".to_owned()));
        assert_eq!(found(text, "(northern wire)"), Some("(NORTHERN\n wire)".to_owned()));
        assert_eq!(found("Northern Wired, NorthernWire", "Northern Wire"), None);
        assert_eq!(found("A Midnorthern wire", "northern wire"), None);
        assert_eq!((found("", "x"), found("x", " ")), (None, None));
    }
}
