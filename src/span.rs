//! Byte spans into an article's original text.

use std::ops::Range;

/// A half-open range of UTF-8 bytes of an article's text as read: `start..end`.
///
/// Every span that retold hands out starts and ends on a character boundary. Offsets are 32 bits
/// wide because an index of millions of articles is mostly offsets; longer texts are refused when
/// they are read (4 GiB is some 700 million words).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset of the first byte after the span.
    pub end: u32,
}

impl Span {
    /// The span `start..end`. An end before the start is a bug in the caller and panics.
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "span {start}..{end} ends before it starts");
        let offset = |at: usize| u32::try_from(at).expect("texts are shorter than 4 GiB");
        Self { start: offset(start), end: offset(end) }
    }

    /// Bytes in the span.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The span as a range, to slice the text with.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text under the span.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// The least span that holds both.
    pub fn hull(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Bytes that both spans hold.
    pub fn overlap(self, other: Self) -> usize {
        let end = self.end.min(other.end);
        end.saturating_sub(self.start.max(other.start)) as usize
    }
}

/// Bytes that at least one of `spans` holds. Sorts them.
pub fn covered(spans: &mut [Span]) -> usize {
    spans.sort_unstable();
    let mut total = 0;
    let mut end = 0;
    for span in spans {
        total += (span.end.max(end) - span.start.max(end)) as usize;
        end = end.max(span.end);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covered_counts_every_byte_once() {
        let mut spans = [Span::new(4, 9), Span::new(0, 3), Span::new(2, 5), Span::new(6, 7)];
        assert_eq!(covered(&mut spans), 9);
        assert_eq!(covered(&mut []), 0);
    }

    #[test]
    fn overlap_of_touching_spans_is_nothing() {
        assert_eq!(Span::new(0, 4).overlap(Span::new(4, 8)), 0);
        assert_eq!(Span::new(0, 5).overlap(Span::new(4, 8)), 1);
    }
}
