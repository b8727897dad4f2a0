//! Which pairs of a corpus are candidates.

/// Which pairs of articles are candidates: all, or those across two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Sides {
    /// Every article with every other.
    #[default]
    One,
    /// Every article below this number with every other article, and no two of the same side.
    Two(u32),
}

impl Sides {
    /// Two sides, the first of which has this many articles.
    pub fn two(ours: usize) -> Self {
        Self::Two(u32::try_from(ours).unwrap_or(u32::MAX))
    }

    /// The number of the second side's first article, where there are two sides.
    pub fn boundary(self) -> Option<u32> {
        match self {
            Self::One => None,
            Self::Two(boundary) => Some(boundary),
        }
    }

    /// Whether these two articles can be a candidate pair.
    pub fn may_pair(self, a: u32, b: u32) -> bool {
        self.boundary().is_none_or(|boundary| (a < boundary) != (b < boundary))
    }
}

/// How many of some ascending articles are below `boundary`.
pub(super) fn count_below(boundary: u32, articles: &[u32]) -> usize {
    articles.partition_point(|article| *article < boundary)
}
