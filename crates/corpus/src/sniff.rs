//! What files are whose names do not say it.

use std::fs::File;
use std::io::{self, Read};

use super::encoding::{decoded, peek, rejoin};
use super::fields::Wanted;
use super::json::{self, Text};
use super::lines::Sizes;
use super::mbox::is_mbox;
use super::source::Source;
use super::warc::is_warc;
use super::{Format, ReadOptions, kind, mail};

/// What a file whose name says nothing holds, if that are records: a web archive, a mailbox, or
/// JSON, one object a line. Objects alone on their lines are in many files, such as those of
/// settings; so there has to be a text, or another object.
pub(super) fn records(source: &Source, options: &ReadOptions, sizes: Sizes) -> Option<Format> {
    let path = source.path.as_ref().filter(|_| source.format == Format::Unknown)?;
    let sniffed = || -> io::Result<Option<Format>> {
        let mut plain = source.compression.unpack(Box::new(File::open(path)?))?;
        let (head, error) = peek(&mut *plain);
        if let Some(format) = binary_records(&head) {
            return Ok(Some(format));
        }
        let (mut text, _, _) = decoded(rejoin(head, error, plain), options.encoding);
        let (head, error) = peek(&mut *text);
        let inside = head.trim_ascii_start().strip_prefix(b"{").map(<[u8]>::trim_ascii_start);
        if !inside.is_some_and(|inside| inside.starts_with(b"\"") || inside.starts_with(b"}")) {
            return Ok(None);
        }
        let (_, first) = first_line(rejoin(head, error, text), options, sizes);
        let is_json = first.is_some_and(|first| first.has_text || first.has_next);
        Ok(is_json.then_some(Format::JsonLines))
    };
    // What cannot be read is told when it is read.
    sniffed().unwrap_or(None)
}

/// Records that are read as bytes, by how a stream of them begins.
pub(super) fn binary_records(head: &[u8]) -> Option<Format> {
    if is_warc(head) { Some(Format::Warc) } else { is_mbox(head).then_some(Format::Mbox) }
}

/// Whether something that begins like this is one article whose bytes are not all text, or say
/// for themselves what encoding they are in.
pub(super) fn is_whole(head: &[u8]) -> bool {
    kind::document(head).is_some() || mail::is_message(head)
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
    let wanted = Wanted::new(options);
    let has_text = |object: &str| {
        json::fields(object, &wanted).ok().map(|fields| fields.text != Text::Missing)
    };
    let has_text =
        has_text(&first).or_else(|| json::mend(&first).and_then(|mended| has_text(&mended)));
    let has_next = lines.next().is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{"));
    let first = has_text.map(|has_text| FirstLine { has_text, has_next });
    (rejoin(head, error, text), first)
}
