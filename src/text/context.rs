//! What the form of a word depends on beside its own characters.
//!
//! Hardly any text has such context, so words are first found without it, and again if necessary.

use std::ops::Range;

/// What has to be known of a text before its words can be found.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// Gaps inside words where lines end, ascending: from the hyphen of a word that is broken to
    /// its continuation, and between characters of a script without spaces.
    pub(super) gaps: Vec<Range<usize>>,
    /// Words with letters that pass for those of another alphabet, ascending.
    pub(super) disguises: Vec<Disguise>,
}

/// A word that does not have the letters that it seems to have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Disguise {
    /// Its bytes in the text.
    pub(super) range: Range<usize>,
    /// What it seems to be, not folded.
    pub(super) undisguised: String,
}

impl Context {
    /// Whether a gap begins there.
    pub(super) fn has_gap_at(&self, start: usize) -> bool {
        !self.gaps.is_empty() && self.gaps.binary_search_by_key(&start, |gap| gap.start).is_ok()
    }

    /// Whether a gap begins in that range.
    pub(super) fn has_gap_in(&self, range: &Range<usize>) -> bool {
        let first = self.gaps.partition_point(|gap| gap.start < range.start);
        self.gaps.get(first).is_some_and(|gap| gap.start < range.end)
    }

    /// The gap that holds a byte.
    pub(super) fn gap_at(&self, byte: usize) -> Option<&Range<usize>> {
        let gap = self.gaps.get(self.gaps.partition_point(|gap| gap.end <= byte))?;
        (gap.start <= byte).then_some(gap)
    }

    /// What the word there seems to be, if that is not what it is.
    pub(super) fn undisguised(&self, range: &Range<usize>) -> Option<&str> {
        if self.disguises.is_empty() {
            return None;
        }
        let at = self.disguises.binary_search_by_key(&range.start, |word| word.range.start).ok()?;
        let found = &self.disguises[at];
        (found.range == *range).then_some(&found.undisguised)
    }

    /// The parts of the text, from white space to white space, that this is about; ascending and
    /// disjoint.
    pub(super) fn parts(&self, text: &str) -> Vec<Range<usize>> {
        let gaps = self.gaps.iter().map(|gap| gap.start);
        let mut starts: Vec<usize> = self.disguises.iter().map(|word| word.range.start).collect();
        starts.extend(gaps);
        starts.sort_unstable();
        let bytes = text.as_bytes();
        let mut parts: Vec<Range<usize>> = Vec::new();
        for at in starts {
            if parts.last().is_some_and(|last| at < last.end) {
                continue;
            }
            let from = parts.last().map_or(0, |last| last.end);
            let space = bytes[from..at].iter().rposition(|b| b.is_ascii_whitespace());
            let start = space.map_or(from, |space| from + space + 1);
            parts.push(start..segment_end(bytes, at, self));
        }
        parts
    }
}

/// The end of the segment at `start`: UAX #29 never joins across white space; but white space in a
/// gap does not count.
pub(super) fn segment_end(bytes: &[u8], start: usize, context: &Context) -> usize {
    let mut at = start;
    loop {
        let space = bytes[at..].iter().position(|b| b.is_ascii_whitespace());
        let space = space.map_or(bytes.len(), |n| at + n);
        match context.gap_at(space) {
            Some(gap) => at = gap.end.min(bytes.len()),
            None => return space,
        }
    }
}
