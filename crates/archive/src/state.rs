//! What makes an archive beside its articles: counts, segments, tombstones.

use std::collections::BTreeMap;

use crate::disk;
use crate::segment::Seal;

/// What makes an archive, beside its articles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The number of the next article.
    pub next_doc: u64,
    /// The number of the next segment.
    pub next_segment: u64,
    /// Articles that can be found.
    pub articles: u64,
    /// Records of articles, those of earlier versions included.
    pub records: u64,
    /// Bytes of the texts of all records.
    pub text_bytes: u64,
    /// Commits so far.
    pub commits: u64,
    /// The segments, by name.
    pub segments: BTreeMap<String, SegmentRow>,
    /// Articles of segments that count no more, with what became of each.
    pub tombstones: BTreeMap<u64, Fate>,
}

/// A segment as the database knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentRow {
    pub span: i64,
    pub docs: u64,
    pub seal: Seal,
}

/// What became of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It was removed.
    Removed,
    /// There is a later version.
    Superseded,
    /// Its span of time has expired.
    Expired,
}

impl Fate {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Removed, "removed"), (Self::Superseded, "superseded"), (Self::Expired, "expired")];

    /// As the database spells it.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// From what [`Fate::name`] gave.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|fate| fate.1 == name).map(|fate| fate.0)
    }
}

impl State {
    /// The same, to be changed by one more commit.
    pub fn next(&self) -> Self {
        Self { commits: self.commits + 1, ..self.clone() }
    }

    /// CRC32C of all of it.
    pub fn checksum(&self) -> u32 {
        let mut bytes = Vec::new();
        let mut put = |number: u64| bytes.extend(number.to_le_bytes());
        let Self { next_doc, next_segment, articles, records, text_bytes, commits, .. } = *self;
        let counts = [next_doc, next_segment, articles, records, text_bytes, commits];
        counts.into_iter().for_each(&mut put);
        put(self.segments.len() as u64);
        for (name, SegmentRow { span, docs, seal }) in &self.segments {
            let number = disk::segment_number(name).unwrap_or(u64::MAX);
            let numbers = [number, *span as u64, *docs, seal.bytes, u64::from(seal.crc)];
            numbers.into_iter().for_each(&mut put);
        }
        put(self.tombstones.len() as u64);
        for (doc, fate) in &self.tombstones {
            [*doc, *fate as u64].into_iter().for_each(&mut put);
        }
        crc32c::crc32c(&bytes)
    }
}
