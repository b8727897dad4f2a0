//! What files are whose names do not say it.

use std::fs::File;
use std::io::{self, Read};

use memchr::memmem;

use super::encoding::{decoded, peek, rejoin};
use super::json::{self, Text};
use super::lines::Sizes;
use super::source::Source;
use super::{Format, ReadOptions};

/// Whether a file whose name says nothing holds records, one JSON object a line. Objects alone on
/// their lines are in many files, such as those of settings; so there has to be a text, or another
/// object.
pub(super) fn holds_records(source: &Source, options: &ReadOptions, sizes: Sizes) -> bool {
    let Some(path) = source.path.as_ref().filter(|_| source.format == Format::Unknown) else {
        return false;
    };
    let is_object = || -> io::Result<bool> {
        let plain = source.compression.unpack(Box::new(File::open(path)?))?;
        let (mut text, _, _) = decoded(plain, options.encoding);
        let (head, error) = peek(&mut *text);
        let inside = head.trim_ascii_start().strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
        if !inside.is_some_and(|inside| inside.starts_with(b"\"") || inside.starts_with(b"}")) {
            return Ok(false);
        }
        let (_, first) = first_line(rejoin(head, error, text), options, sizes);
        Ok(first.is_some_and(|first| first.has_text || first.has_next))
    };
    // What cannot be read is told when it is read.
    is_object().unwrap_or(false)
}

/// A first line that is a whole object.
pub(super) struct FirstLine {
    /// Whether it has a text.
    has_text: bool,
    /// Whether the next line begins another object.
    has_next: bool,
}

/// What JSON is, as its first line with anything in it tells by being a whole object. Gives the
/// stream back from its start.
pub(super) fn first_line<'r>(
    mut text: Box<dyn Read + 'r>,
    options: &ReadOptions,
    sizes: Sizes,
) -> (Box<dyn Read + 'r>, Option<FirstLine>) {
    let mut head = Vec::new();
    let mut error = None;
    // Doubling, since each round looks at all that was read.
    let mut wanted = 64 << 10;
    while head.len() <= sizes.limit {
        let n = match text.by_ref().take(wanted as u64).read_to_end(&mut head) {
            Ok(n) => n,
            Err(failure) => {
                error = Some(failure);
                break;
            }
        };
        if n < wanted || head.trim_ascii_start().contains(&b'\n') {
            break;
        }
        wanted = head.len();
    }
    let mut lines = head.trim_ascii_start().splitn(2, |&b| b == b'\n');
    let first = String::from_utf8_lossy(lines.next().unwrap_or_default());
    let has_text = |object: &str| {
        json::fields(object, options).ok().map(|fields| fields.text != Text::Missing)
    };
    let has_text =
        has_text(&first).or_else(|| json::mend(&first).and_then(|mended| has_text(&mended)));
    let has_next = lines.next().is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{"));
    let first = has_text.map(|has_text| FirstLine { has_text, has_next });
    (rejoin(head, error, text), first)
}

/// Whether a file is a document whose text another program has to take out: PDF, PostScript, and
/// those of word processors and e-books.
pub(super) fn is_document(bytes: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 4] =
        [b"%PDF-", b"%!PS-Adobe", b"{\\rtf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"];
    // Archives of parts, the first of which says what it is.
    const PARTS: [&[u8]; 4] =
        [b"[Content_Types].xml", b"mimetypeapplication/", b"word/", b"_rels/.rels"];
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head = &bytes[..bytes.len().min(1024)];
    BEGINNINGS.iter().any(|beginning| head.starts_with(beginning))
        || head.starts_with(b"PK\x03\x04")
            && PARTS.iter().any(|part| memmem::find(head, part).is_some())
}
