//! Segments with what became of their articles since.

use std::collections::BTreeMap;

use crate::segment::Segment;
use crate::state::Fate;

/// A segment, and which of its articles count no more.
#[derive(Debug)]
pub struct OpenSegment {
    /// The segment.
    pub segment: Segment,
    /// A bit for each of its articles.
    dead: Vec<u64>,
    /// Articles of it that some queries may not see.
    hidden: usize,
}

impl OpenSegment {
    /// With these tombstones.
    pub fn new(segment: Segment, tombstones: &BTreeMap<u64, Fate>) -> Self {
        let dead = vec![0; segment.docs().len().div_ceil(64)];
        let mut open = Self { segment, dead, hidden: 0 };
        if let (Some(first), Some(last)) = (open.segment.docs().first(), open.segment.docs().last())
        {
            let docs = tombstones.range(first.doc..=last.doc).map(|(doc, _)| *doc);
            docs.for_each(|doc| open.bury(doc));
        }
        open
    }

    /// One that is about to be written: whoever asks sees the articles before it only.
    pub fn unwritten(segment: Segment) -> Self {
        let hidden = segment.docs().len();
        Self { hidden, ..Self::new(segment, &BTreeMap::new()) }
    }

    /// An article counts no more, if it is in this segment.
    pub fn bury(&mut self, doc: u64) {
        let Some(place) = self.segment.place(doc) else { return };
        if !self.is_dead(place) {
            self.dead[place / 64] |= 1 << (place % 64);
            self.hidden += 1;
        }
    }

    /// Whether the article at that place counts no more.
    pub fn is_dead(&self, place: usize) -> bool {
        self.dead[place / 64] >> (place % 64) & 1 == 1
    }

    /// Articles of it that some queries may not see, at most.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// Articles of it that count.
    pub fn living(&self) -> usize {
        self.segment.docs().len() - self.hidden
    }
}
