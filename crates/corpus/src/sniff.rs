//! What files are whose names do not say it.

use std::fs::File;
use std::io::{self, Read};

use super::encoding::{decoded, peek, rejoin};
use super::fields::Wanted;
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
