//! Several segments to one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write;

use retold::Cancel;

use super::{Cursor, Doc, Header, Seal, Segment, SegmentWriter};
use crate::Error;

/// Keys between two looks at the token.
const BETWEEN_LOOKS: u64 = 1 << 14;

/// Writes one segment with the articles of several that are `alive`, and gives the writer back.
pub fn merge<W: Write>(
    segments: &[&Segment],
    header: Header,
    is_alive: impl Fn(u64) -> bool,
    out: W,
    cancel: &Cancel,
) -> Result<(W, Seal), MergeError> {
    let mut docs: Vec<Doc> = segments.iter().flat_map(|of| of.docs()).copied().collect();
    docs.retain(|doc| is_alive(doc.doc));
    docs.sort_unstable_by_key(|doc| doc.doc);
    // The place of each article in the new table, where it has one.
    let moved: Vec<Vec<Option<u32>>> = segments
        .iter()
        .map(|segment| {
            let place = |doc: &Doc| docs.binary_search_by_key(&doc.doc, |doc| doc.doc).ok();
            segment.docs().iter().map(|doc| place(doc).map(|place| place as u32)).collect()
        })
        .collect();
    let mut inputs: Vec<Input<'_>> = segments.iter().map(|segment| Input::new(segment)).collect();
    let mut heads = BinaryHeap::new();
    for (number, input) in inputs.iter_mut().enumerate() {
        heads.extend(input.advance()?.map(|key| Reverse((key, number))));
    }
    let mut writer = SegmentWriter::new(out, header, &docs).map_err(MergeError::Write)?;
    let (mut places, mut keys) = (Vec::new(), 0_u64);
    while let Some(Reverse((key, _))) = heads.peek().copied() {
        places.clear();
        while let Some(Reverse((same, number))) = heads.peek().copied().filter(|of| of.0.0 == key) {
            heads.pop();
            let input = &mut inputs[number];
            places.extend(input.places.iter().filter_map(|place| moved[number][*place as usize]));
            debug_assert_eq!(same, key);
            heads.extend(input.advance()?.map(|key| Reverse((key, number))));
        }
        if !places.is_empty() {
            places.sort_unstable();
            writer.add(key, &places).map_err(MergeError::Write)?;
        }
        keys += 1;
        if keys.is_multiple_of(BETWEEN_LOOKS) {
            cancel.check().map_err(Error::from)?;
        }
    }
    writer.finish().map_err(MergeError::Write)
}

/// Why segments could not be merged.
#[derive(Debug)]
pub enum MergeError {
    /// The new one could not be written.
    Write(std::io::Error),
    /// One of them could not be read, or the work was told to stop.
    Other(Error),
}

impl MergeError {
    /// The error, with the file that was being written.
    pub fn of_file(self, path: &std::path::Path) -> Error {
        match self {
            Self::Write(error) => Error::io("write", path)(error),
            Self::Other(error) => error,
        }
    }
}

impl From<Error> for MergeError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// A segment that is read key by key.
struct Input<'s> {
    cursor: Cursor<'s>,
    places: Vec<u32>,
}

impl<'s> Input<'s> {
    fn new(segment: &'s Segment) -> Self {
        Self { cursor: Cursor::new(segment), places: Vec::new() }
    }

    fn advance(&mut self) -> Result<Option<u64>, Error> {
        self.cursor.next(&mut self.places)
    }
}
