//! Foreign text on a terminal: nothing in it may move the cursor, change colours, retitle the
//! window or reorder the line.

use std::borrow::Cow;

/// `text` with control characters and directional embeddings, overrides and isolates written out,
/// as `\u{1b}` (Boucher and Anderson, Trojan Source, 2021, on the latter).
///
/// Line ends and tabs are written out too. Text without any comes back borrowed.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return text.into();
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match is_unsafe(character) {
            true => safe.extend(character.escape_unicode()),
            false => safe.push(character),
        }
    }
    safe.into()
}

/// `text` on one line, printable: white space of any kind becomes single spaces.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&printable(word));
    }
    line
}

/// Whether a terminal must not get this character from a stranger.
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // bidi
            | '\u{2028}' | '\u{2029}'                          // line ends by another name
            | '\u{fff9}'..='\u{fffb}'                          // interlinear annotation
            | '\u{e0000}'..='\u{e007f}') // tags: text that nobody sees
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_a_terminal_would_obey() {
        assert_eq!(printable("\x1b]0;title\x07a\u{9b}31m"), "\\u{1b}]0;title\\u{7}a\\u{9b}31m");
        assert_eq!(printable("user\u{202e}txt.exe"), "user\\u{202e}txt.exe");
        assert_eq!(printable("a\nb"), "a\\u{a}b");
        assert!(matches!(printable("naïve 中 👍🏽 עברית"), Cow::Borrowed(_)));
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line(" a\r\n\tb\u{2028}c \u{85}"), "a b c");
        assert_eq!(one_line("\0x"), "\\u{0}x");
    }

    proptest::proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in "\\PC{0,8}[\\x00-\\x1f\\x7f-\\u{9f}\u{202a}-\u{202e}]{0,8}") {
            proptest::prop_assert!(!printable(&text).contains(is_unsafe));
            proptest::prop_assert!(!one_line(&text).contains(is_unsafe));
        }
    }
}
