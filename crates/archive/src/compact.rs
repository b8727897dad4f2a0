//! Merges segments, so that there are few of them.

use std::fs;
use std::io::BufWriter;
use std::path::PathBuf;

use retold::Cancel;

use crate::open_segment::OpenSegment;
use crate::segment::{Header, Segment, merge};
use crate::state::SegmentRow;
use crate::store::Changes;
use crate::written::Written;
use crate::{Archive, Error, disk};

/// Segments of one span that are merged as they come.
const AT_LEAST: usize = 4;
/// An older segment is merged with newer ones if it has at most so many times their articles.
const RATIO: usize = 2;

/// Which segments to merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Small ones with their neighbours, where there are several of about one size.
    Some,
    /// All of a span, where there is more than one or an article of it counts no more.
    All,
}

impl Archive {
    /// Merges the segments of each span to one, and erases what is left of removed articles. What
    /// matches does not depend on it. Gives how many segments went.
    pub fn compact(&mut self, cancel: &Cancel) -> Result<u64, Error> {
        self.merge_spans(Extent::All, cancel)
    }

    /// Merges small segments with their neighbours: what to call after adding, so that few are left
    /// however small the batches. Gives how many segments went.
    pub fn tidy(&mut self, cancel: &Cancel) -> Result<u64, Error> {
        self.merge_spans(Extent::Some, cancel)
    }

    fn merge_spans(&mut self, extent: Extent, cancel: &Cancel) -> Result<u64, Error> {
        let mut spans: Vec<i64> =
            self.segments.iter().map(|open| open.segment.header().span).collect();
        spans.sort_unstable();
        spans.dedup();
        let mut gone = 0;
        for span in spans {
            let chosen = self.choose(span, extent);
            if !chosen.is_empty() {
                gone += chosen.len() as u64;
                self.merge(span, &chosen, cancel)?;
            }
        }
        Ok(gone)
    }

    /// The places of segments of a span that should become one.
    fn choose(&self, span: i64, extent: Extent) -> Vec<usize> {
        let of_span = |at: &usize| self.segments[*at].segment.header().span == span;
        let mut places: Vec<usize> = (0..self.segments.len()).filter(of_span).collect();
        let sizes: Vec<_> = places.iter().map(|at| Size::of(&self.segments[*at])).collect();
        let from = match extent {
            Extent::All if sizes.len() > 1 || sizes[0].dead > 0 => 0,
            Extent::All => sizes.len(),
            Extent::Some => first_to_merge(&sizes),
        };
        places.split_off(from)
    }

    /// Merges segments of a span into one, with one commit.
    fn merge(&mut self, span: i64, places: &[usize], cancel: &Cancel) -> Result<(), Error> {
        let mut state = self.state.next();
        let old: Vec<PathBuf> =
            places.iter().map(|at| self.segments[*at].segment.path().to_owned()).collect();
        for path in &old {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            state.segments.remove(name);
        }
        let segments: Vec<&Segment> = places.iter().map(|at| &self.segments[*at].segment).collect();
        let docs = segments.iter().flat_map(|segment| segment.docs());
        let dead = docs.filter(|doc| state.tombstones.contains_key(&doc.doc)).count();
        let living = segments.iter().map(|of| of.docs().len()).sum::<usize>() - dead;
        let mut written = Written::default();
        let mut merged = None;
        if living > 0 {
            let (file, path) = written.create(&self.folder, &mut state)?;
            let header = Header { scheme: self.settings.scheme()?.id(), span };
            let is_alive = |doc| !self.state.tombstones.contains_key(&doc);
            let out = BufWriter::with_capacity(1 << 18, file);
            let (out, seal) = merge(&segments, header, is_alive, out, cancel)
                .map_err(|error| error.of_file(&path))?;
            let file = out.into_inner().map_err(std::io::IntoInnerError::into_error);
            file.and_then(|file| disk::sync_new(&file, &path))
                .map_err(Error::io("write", &path))?;
            Written::name(&mut state, &path, SegmentRow { span, docs: living as u64, seal });
            merged = Some(Segment::open(&path, seal)?);
        }
        for doc in segments.iter().flat_map(|segment| segment.docs()) {
            state.tombstones.remove(&doc.doc);
        }
        let changes = Changes { ledger: self.ledger, ..Changes::default() };
        written.settle(self.reader.store.commit(&state, &changes))?;
        self.reader.state = state;
        let first = places[0];
        let mut at = 0;
        self.reader.segments.retain(|_| {
            at += 1;
            !places.contains(&(at - 1))
        });
        if let Some(segment) = merged {
            self.reader.segments.insert(first, OpenSegment::new(segment, &self.state.tombstones));
        }
        for path in old {
            // What stays is removed when the archive is next opened.
            let _ = fs::remove_file(path);
        }
        Ok(())
    }
}

/// Articles of a segment.
#[derive(Debug, Clone, Copy)]
struct Size {
    all: usize,
    /// Those that count no more.
    dead: usize,
}

impl Size {
    fn of(open: &OpenSegment) -> Self {
        Self { all: open.segment.docs().len(), dead: open.segment.docs().len() - open.living() }
    }
}

/// From which of the segments of a span, the oldest first, to merge all that follow; their number
/// if none should be merged.
fn first_to_merge(sizes: &[Size]) -> usize {
    // Dead articles cost every query a look.
    if let Some(at) = sizes.iter().position(|size| size.dead * 4 > size.all) {
        return at;
    }
    let mut first = sizes.len();
    let mut newer = 0;
    for (at, size) in sizes.iter().enumerate().rev() {
        if newer > 0 && size.all > RATIO * newer {
            break;
        }
        newer += size.all;
        first = at;
    }
    if sizes.len() - first >= AT_LEAST { first } else { sizes.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_segments_are_left_and_little_is_written_twice() {
        let mut sizes: Vec<Size> = Vec::new();
        let (mut written, batches) = (0, 1000);
        for _ in 0..batches {
            sizes.push(Size { all: 1, dead: 0 });
            let merged: usize =
                sizes.split_off(first_to_merge(&sizes)).iter().map(|size| size.all).sum();
            if merged > 0 {
                written += merged;
                sizes.push(Size { all: merged, dead: 0 });
            }
            assert!(sizes.len() <= 12, "{sizes:?}");
        }
        assert!(written < 8 * batches, "{written}");
        assert_eq!(sizes.iter().map(|size| size.all).sum::<usize>(), batches);
    }

    #[test]
    fn segments_of_removed_articles_are_merged() {
        let sizes = [Size { all: 1000, dead: 0 }, Size { all: 100, dead: 30 }];
        assert_eq!(first_to_merge(&sizes), 1);
    }
}
