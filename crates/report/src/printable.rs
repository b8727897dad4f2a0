//! Foreign text on a terminal: nothing in it may move the cursor, change colours, retitle the
//! window or reorder the line.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

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

/// The same JSON, in whose strings everything that a terminal would obey is escaped, as
/// `\u001b`. Line ends between values stay.
pub fn safe_json(json: &str) -> Cow<'_, str> {
    // The usual case: the serialiser has escaped all of ASCII except the last character.
    if json.bytes().all(|b| b < 0x7f) || !json.contains(is_unsafe_in_lines) {
        return json.into();
    }
    let mut safe = String::with_capacity(json.len() + 16);
    json.chars().for_each(|character| escape(character, &mut safe));
    safe.into()
}

/// Whether this character of foreign text is unsafe on a terminal, in text of several lines.
fn is_unsafe_in_lines(character: char) -> bool {
    is_unsafe(character) && !matches!(character, '\n' | '\r' | '\t')
}

/// The character, or what it is in a string of JSON if it is unsafe.
fn escape(character: char, to: &mut String) {
    if !is_unsafe_in_lines(character) {
        to.push(character);
        return;
    }
    for unit in character.encode_utf16(&mut [0; 2]) {
        // Writing to a string cannot fail.
        let _ = write!(to, "\\u{unit:04x}");
    }
}

/// Lets records through to a terminal, with what it would obey written as `\u001b`; line ends and
/// tabs stay. What is not UTF-8 becomes U+FFFD.
#[derive(Debug)]
pub struct Screen<W: io::Write> {
    out: W,
    /// The beginning of a character that is not whole yet.
    begun: Vec<u8>,
}

impl<W: io::Write> Screen<W> {
    /// Nothing was written yet.
    pub fn new(out: W) -> Self {
        Self { out, begun: Vec::new() }
    }
}

impl<W: io::Write> io::Write for Screen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend(bytes);
        let tail = self.begun.utf8_chunks().last().map_or(&[][..], |chunk| chunk.invalid());
        let is_begun = str::from_utf8(tail).is_err_and(|error| error.error_len().is_none());
        let whole = self.begun.len() - if is_begun { tail.len() } else { 0 };
        let mut safe = String::with_capacity(whole);
        String::from_utf8_lossy(&self.begun[..whole]).chars().for_each(|c| escape(c, &mut safe));
        self.begun.drain(..whole);
        self.out.write_all(safe.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether this character is unsafe to print if it comes from foreign text.
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

    #[test]
    fn records_stay_what_they_are() {
        let hostile = "a\x1b[2J\u{9b}31m\u{202e}\u{7f}\u{e0041}ü";
        let json = serde_json::to_string(&[hostile]).expect("JSON");
        let safe = safe_json(&json);
        assert!(!safe.contains(is_unsafe) && safe.contains('ü'), "{safe}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&safe).expect("JSON"), [hostile]);
        assert!(matches!(safe_json("[\n  \"a\"\n]"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_screen_shows_what_it_must_not_obey() {
        use std::io::Write;
        let text = "a,\u{9b}31m\x1b\r\nü\u{202e}\t中";
        for piece in 1..text.len() {
            let mut out = Vec::new();
            let mut screen = Screen::new(&mut out);
            for bytes in text.as_bytes().chunks(piece) {
                screen.write_all(bytes).expect("written");
            }
            assert_eq!(String::from_utf8_lossy(&out), "a,\\u009b31m\\u001b\r\nü\\u202e\t中");
        }
        let mut out = Vec::new();
        Screen::new(&mut out).write_all(b"a\xffb\xc3").expect("written");
        assert_eq!(out, "a\u{fffd}b".as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in "\\PC{0,8}[\\x00-\\x1f\\x7f-\\u{9f}\u{202a}-\u{202e}]{0,8}") {
            proptest::prop_assert!(!printable(&text).contains(is_unsafe));
            proptest::prop_assert!(!one_line(&text).contains(is_unsafe));
        }
    }
}
