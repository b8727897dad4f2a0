//! Bytes to UTF-8.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Cursor, Read};
use std::str::FromStr;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::decoding::Decoding;
use super::legacy;
use super::problem::Reason;

/// Bytes that are looked at to tell an encoding, or that a file is not text.
const HEAD: usize = 8192;

/// Bytes that are looked at to tell the encoding of a stream of records.
const LONG_HEAD: usize = 64 << 10;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// An encoding by a name that the Encoding Standard has for it, such as `windows-1251` or `gbk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl FromStr for Charset {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Encoding::for_label_no_replacement(name.as_bytes()).map(Self);
        known.ok_or_else(|| {
            format!(
                "{name:?} is no encoding of the web; names are such as windows-1251 or shift_jis"
            )
        })
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// UTF-16, where a byte order mark says so or where it is obvious: of 4 characters or more, four
/// fifths are ASCII, and their other byte is always the same one.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        // UTF-32, which nobody reads.
        [0xff, 0xfe, 0, 0, ..] => return None,
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let units = bytes[..bytes.len().min(512)].as_chunks::<2>().0;
    let mostly = |ascii: fn(&[u8; 2]) -> Option<u8>| {
        let printed = |b: &u8| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r');
        let plain = units.iter().filter_map(ascii).filter(printed).count();
        units.len() >= 4 && plain * 5 >= units.len() * 4
    };
    if mostly(|unit| (unit[1] == 0).then_some(unit[0])) {
        return Some(UTF_16LE);
    }
    mostly(|unit| (unit[0] == 0).then_some(unit[1])).then_some(UTF_16BE)
}

/// What is known of the encoding of some bytes before they are looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hint {
    /// The user says so.
    pub(super) named: Option<&'static Encoding>,
    /// What the rest of the file is in, as far as it is not UTF-8.
    pub(super) likely: Option<&'static Encoding>,
}

/// A whole file's bytes as text, without byte order mark; and what had to be changed for it, with
/// the encoding. `declared` is asked for the encoding that the content itself names if it is not
/// UTF-8.
pub(super) fn decode(
    bytes: Vec<u8>,
    named: Option<Charset>,
    declared: impl Fn(&[u8]) -> Option<&'static Encoding>,
) -> (String, Option<Change>) {
    if let Some(encoding) = utf16(&bytes) {
        return decode_as(encoding, &bytes);
    }
    if bytes.starts_with(UTF8_MARK) {
        return decode_as(UTF_8, &bytes);
    }
    if let Some(Charset(encoding)) = named {
        return decode_as(encoding, &bytes);
    }
    let is_escaped = legacy::has_escapes(&bytes);
    let bytes = match String::from_utf8(bytes) {
        Ok(text) if !is_escaped => return (text, None),
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    };
    let encoding = match legacy::is_mostly_utf8(&bytes) {
        true if !is_escaped => UTF_8,
        _ => declared(&bytes)
            .filter(|declared| !declared.decode_without_bom_handling(&bytes).1)
            .unwrap_or_else(|| legacy::guess(&bytes)),
    };
    decode_as(encoding, &bytes)
}

/// The text of a record, and the change that decoding made, unless the hint already says so.
pub(super) fn decode_record(bytes: &[u8], hint: Hint) -> (Cow<'_, str>, Option<Change>) {
    let (encoding, is_known) = match (hint.named, simdutf8::basic::from_utf8(bytes)) {
        (Some(named), _) => (named, true),
        (None, Ok(text)) => return (text.into(), None),
        (None, Err(_)) if legacy::is_mostly_utf8(bytes) => (UTF_8, false),
        (None, Err(_)) => match hint.likely {
            Some(likely) => (likely, true),
            None => (legacy::guess(bytes), false),
        },
    };
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    let change = match had_errors {
        true => Some(Change::replaced(encoding)),
        false => (!is_known).then(|| Change::converted(encoding)),
    };
    (text, change)
}

/// The encoding of bytes that are neither UTF-8 nor damaged UTF-8.
pub(super) fn likely(bytes: &[u8]) -> Option<&'static Encoding> {
    (!legacy::is_mostly_utf8(bytes)).then(|| legacy::guess(bytes))
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> (String, Option<Change>) {
    let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
    let change = match had_errors {
        true => Some(Change::replaced(encoding)),
        false => (encoding != UTF_8).then(|| Change::converted(encoding)),
    };
    (text.into_owned(), change)
}

/// Why a text is not the bytes that it was, and the name of their encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    pub reason: Reason,
    pub encoding: &'static str,
}

impl Change {
    /// It is converted from an encoding, without loss.
    pub fn converted(from: &'static Encoding) -> Self {
        Self { reason: Reason::Converted, encoding: from.name() }
    }

    /// Bytes that are no characters of the encoding were replaced.
    fn replaced(of: &'static Encoding) -> Self {
        Self { reason: Reason::InvalidUtf8, encoding: of.name() }
    }
}

/// A stream of records, in UTF-8 or what the hint says (bad bytes are left for later), without byte
/// order mark; and the encoding from which it, or each of its records, is converted.
pub(super) fn decoded<'r>(
    mut reader: Box<dyn Read + 'r>,
    named: Option<Charset>,
) -> (Box<dyn Read + 'r>, Hint, Option<Change>) {
    let (mut head, error) = peek_at(&mut reader, LONG_HEAD);
    let mark = utf16(&head);
    let has_mark = mark.is_none() && head.starts_with(UTF8_MARK);
    if has_mark {
        head.drain(..UTF8_MARK.len());
    }
    let named = named.map(|Charset(encoding)| encoding).filter(|_| !has_mark);
    let is_apart = |encoding: &&'static Encoding| !encoding.is_ascii_compatible();
    let mut hint = Hint { named: named.filter(|_| mark.is_none()), likely: None };
    let mut converted = mark.or(named.filter(is_apart));
    if hint.named.is_none() && converted.is_none() && !has_mark {
        // The cut may have gone through a character.
        let is_cut = head.len() == LONG_HEAD;
        let whole = if is_cut { &head[..LONG_HEAD - 3] } else { &head[..] };
        // Some records may be in UTF-8 all the same.
        let others = whole.split(|b| *b == b'\n').filter(|line| std::str::from_utf8(line).is_err());
        let likely = likely(&others.collect::<Vec<_>>().join(&b'\n'));
        converted = likely.filter(is_apart);
        hint.likely = likely;
    }
    if converted.is_some() {
        hint = Hint::default();
    }
    let whole = rejoin(head, error, reader);
    let change = converted.or(hint.likely).map(Change::converted);
    match converted {
        None => (whole, hint, change),
        Some(encoding) => (Box::new(Decoding::new(whole, encoding)), hint, change),
    }
}

/// A stream from its start again, after a [`peek`].
pub(super) fn rejoin<'r>(
    head: Vec<u8>,
    error: Option<io::Error>,
    rest: Box<dyn Read + 'r>,
) -> Box<dyn Read + 'r> {
    let head = Cursor::new(head);
    match error {
        None => Box::new(head.chain(rest)),
        Some(error) => Box::new(head.chain(Failing(Some(error)))),
    }
}

/// Repeats the error of a reader: decoders may fail only once on the same damage.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// The first bytes of a stream, and the error that ended them, if one did.
pub(super) fn peek(reader: &mut dyn Read) -> (Vec<u8>, Option<io::Error>) {
    peek_at(reader, HEAD)
}

fn peek_at(reader: &mut dyn Read, bytes: usize) -> (Vec<u8>, Option<io::Error>) {
    let mut head = Vec::new();
    let error = reader.take(bytes as u64).read_to_end(&mut head).err();
    (head, error)
}

/// Whether a file that was named as text is none: over a tenth of its beginning are control
/// characters that no text has; or over a hundredth, or a NUL, if it is not UTF-8 either.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD)];
    if utf16(head).is_some() {
        return false;
    }
    let controls = legacy::controls(head);
    controls * 10 > head.len() || !is_utf8(head, bytes.len()) && !legacy::may_be_text(head)
}

/// Whether a file that may be text is text: UTF-16, or UTF-8 or a legacy encoding without NUL.
pub(super) fn looks_like_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD)];
    if utf16(head).is_some() {
        return true;
    }
    match is_utf8(head, bytes.len()) {
        true => !head.contains(&0),
        false => legacy::may_be_text(head) && legacy::controls(head) == 0,
    }
}

/// Whether the beginning of so many bytes is UTF-8.
fn is_utf8(head: &[u8], all: usize) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        // The cut may have gone through a character.
        Err(error) => error.error_len().is_none() && (all > head.len() || head.len() == HEAD),
    }
}

/// Whether a text is mostly undecodable: over half of its characters are U+FFFD, which stand for
/// what could not be decoded, or a tenth and several. Texts of these would be taken for one
/// another.
pub fn is_undecoded(text: &str) -> bool {
    const REPLACED: &str = "\u{fffd}";
    let mut found = memchr::memmem::find_iter(text.as_bytes(), REPLACED);
    if found.next().is_none() {
        return false;
    }
    let replaced = found.count() + 1;
    let all = text.chars().filter(|character| !character.is_whitespace()).count();
    replaced * 2 > all || replaced > 3 && replaced * 10 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, little: bool, mark: bool) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        let units = mark.into_iter().chain(text.encode_utf16());
        units.flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
    }

    #[test]
    fn utf16_is_read_with_and_without_mark() {
        for little in [true, false] {
            for mark in [true, false] {
                let bytes = utf16_of("Café at noon\r\n😀", little, mark);
                let (text, reason) = decode(bytes.clone(), None, |_| None);
                assert_eq!(text, "Café at noon\r\n😀");
                assert_eq!(reason.map(|change| change.reason), Some(Reason::Converted));
                let (mut stream, _, reason) = decoded(Box::new(&bytes[..]), None);
                let mut text = String::new();
                stream.read_to_string(&mut text).unwrap();
                assert_eq!(text, "Café at noon\r\n😀");
                assert_eq!(reason.map(|change| change.reason), Some(Reason::Converted));
            }
        }
        // Without a mark only where it is obvious.
        assert_eq!(utf16(b"a\0b\0"), None);
        assert_eq!(utf16(b"plain old text"), None);
    }

    #[test]
    fn utf8_loses_its_mark_and_bad_bytes_only() {
        let decode = |bytes: &[u8]| decode(bytes.to_vec(), None, |_| None);
        assert_eq!(decode(b"\xef\xbb\xbfa\r\nb\0c"), ("a\r\nb\0c".into(), None));
        let (text, change) = decode("café noir, naïve \0".replace('\0', "\u{1}").as_bytes());
        assert_eq!((text.as_str(), change), ("café noir, naïve \u{1}", None));
        let (text, change) = decode(b"caf\xc3\xa9 noir, na\xc3\xafve\xff");
        let lost = Change { reason: Reason::InvalidUtf8, encoding: "UTF-8" };
        let expected = ("café noir, naïve\u{fffd}", Some(lost));
        assert_eq!((text.as_str(), change), expected);
        assert_eq!(decode(b""), (String::new(), None));
    }

    #[test]
    fn text_is_told_from_other_files() {
        let mut long = "é".repeat(HEAD).into_bytes();
        long.insert(0, b'x'); // the cut is inside a character
        assert!(looks_like_text(&long) && !is_binary(&long));
        assert!(looks_like_text(b"") && !is_binary(b""));
        assert!(!looks_like_text(b"\x89PNG\r\n\x1a\n\0\0\0"));
        assert!(is_binary(b"\0\x01\x02\x03abc"));
        assert!(!is_binary(b"one NUL\0 in a text that is text otherwise"));
        assert!(looks_like_text(b"caf\xe9") && !is_binary(b"caf\xe9"));
        assert!(is_binary(b"caf\xe9\0"));
        let noise: Vec<u8> =
            (0..4000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert!(is_binary(&noise) && !looks_like_text(&noise));
    }
}
