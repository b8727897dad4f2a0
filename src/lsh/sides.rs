//! Which pairs of a corpus are looked for.

/// Which pairs of articles are looked for: all, or those of two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Sides {
    /// Every article with every other.
    #[default]
    One,
    /// Articles below this number with those from it on, and no two of one side.
    Two(u32),
}

impl Sides {
    /// Two sides, of which the first has so many articles.
    pub fn two(ours: usize) -> Self {
        Self::Two(u32::try_from(ours).unwrap_or(u32::MAX))
    }

    /// The number of the first article of the second side, where there are two.
    pub fn border(self) -> Option<u32> {
        match self {
            Self::One => None,
            Self::Two(border) => Some(border),
        }
    }

    /// Whether pairs of these two are looked for.
    pub fn may_pair(self, a: u32, b: u32) -> bool {
        self.border().is_none_or(|border| (a < border) != (b < border))
    }
}

/// How many of ascending articles are below the border.
pub(super) fn before(border: u32, articles: &[u32]) -> usize {
    articles.partition_point(|article| *article < border)
}
