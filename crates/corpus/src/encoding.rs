//! Bytes to UTF-8.

use std::io::{self, Cursor, Read};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::problem::Reason;

/// Bytes that are looked at to tell an encoding, or that a file is not text.
const HEAD: usize = 8192;

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// UTF-16, where a byte order mark says so or where it is obvious: of 4 characters or more, four
/// fifths are ASCII, and their other byte is always the same one.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
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

/// A whole file's bytes as text, without byte order mark; and what had to be changed for it.
/// `declared` is asked for the encoding that the content itself names if it is not UTF-8.
pub(super) fn decode(
    bytes: Vec<u8>,
    declared: fn(&[u8]) -> Option<&'static Encoding>,
) -> (String, Option<Reason>) {
    if let Some(encoding) = utf16(&bytes) {
        return decode_as(encoding, &bytes);
    }
    let start = if bytes.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
    match simdutf8::basic::from_utf8(&bytes[start..]) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => decode_as(declared(&bytes).unwrap_or(UTF_8), &bytes),
    }
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> (String, Option<Reason>) {
    let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
    let reason = if had_errors { Reason::InvalidUtf8 } else { Reason::Converted };
    (text.into_owned(), Some(reason))
}

/// A stream of records in UTF-8 (bad bytes are left for later), without byte order mark; and
/// whether it had to be converted.
pub(super) fn decoded<'r>(mut reader: Box<dyn Read + 'r>) -> (Box<dyn Read + 'r>, Option<Reason>) {
    let (mut head, error) = peek(&mut reader);
    let encoding = utf16(&head);
    if encoding.is_none() && head.starts_with(UTF8_MARK) {
        head.drain(..UTF8_MARK.len());
    }
    let whole = rejoin(head, error, reader);
    match encoding {
        None => (whole, None),
        Some(encoding) => {
            let decoder = DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(whole);
            (Box::new(decoder), Some(Reason::Converted))
        }
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

/// Says again what a reader said once: decoders need not fail twice on the same damage.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// The first bytes of a stream, and the error that ended them, if one did.
pub(super) fn peek(reader: &mut dyn Read) -> (Vec<u8>, Option<io::Error>) {
    let mut head = Vec::new();
    let error = reader.take(HEAD as u64).read_to_end(&mut head).err();
    (head, error)
}

/// Whether a file that a person says is text is not: over a tenth of its beginning are control
/// characters that no text has.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD)];
    let controls = head.iter().filter(|&&b| b < b' ' && !matches!(b, 7..=13 | 27)).count();
    utf16(head).is_none() && controls * 10 > head.len()
}

/// Whether a file that only might be text is: UTF-16, or UTF-8 without NUL.
pub(super) fn looks_like_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD)];
    if utf16(head).is_some() {
        return true;
    }
    // The cut may have gone through a character.
    let valid = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && bytes.len() > head.len(),
    };
    valid && !head.contains(&0)
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
                let (text, reason) = decode(bytes.clone(), |_| None);
                assert_eq!(
                    (text.as_str(), reason),
                    ("Café at noon\r\n😀", Some(Reason::Converted))
                );
                let (mut stream, reason) = decoded(Box::new(&bytes[..]));
                let mut text = String::new();
                stream.read_to_string(&mut text).unwrap();
                assert_eq!(
                    (text.as_str(), reason),
                    ("Café at noon\r\n😀", Some(Reason::Converted))
                );
            }
        }
        // Without a mark only where it is obvious.
        assert_eq!(utf16(b"a\0b\0"), None);
        assert_eq!(utf16(b"plain old text"), None);
    }

    #[test]
    fn utf8_loses_its_mark_and_bad_bytes_only() {
        assert_eq!(decode(b"\xef\xbb\xbfa\r\nb\0c".to_vec(), |_| None), ("a\r\nb\0c".into(), None));
        let (text, reason) = decode(b"caf\xe9 noir".to_vec(), |_| None);
        assert_eq!((text.as_str(), reason), ("caf\u{fffd} noir", Some(Reason::InvalidUtf8)));
        assert_eq!(decode(Vec::new(), |_| None), (String::new(), None));
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
        assert!(!looks_like_text(b"caf\xe9"));
    }
}
