//! Which features are rare, and what they weigh.

use crate::Kernel;
use crate::lsh::Sides;
use crate::setters::setters;

/// Which features count, and how many make a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RareConfig {
    /// The instruction set that is used; all find the same.
    pub kernel: Kernel,
    /// Features with a greater df are dropped; with two sides, the df on each side counts. Below 2
    /// nothing is ever found within one side, below 1 nothing across two.
    pub max_df: u32,
    /// Weight that a pair must share to be a candidate; see [`RareConfig::weight`]. 0 means 1.
    pub min_weight: u32,
    /// Which pairs are candidates.
    pub sides: Sides,
}

impl RareConfig {
    setters! {
        kernel: Kernel,
        max_df: u32,
        min_weight: u32,
        sides: Sides,
    }

    /// Articles of both sides that a feature may have without being dropped.
    pub(super) fn max_articles(self) -> usize {
        let sides = if self.sides == Sides::One { 1 } else { 2 };
        (self.max_df as usize).saturating_mul(sides).max(1)
    }

    /// The [`weight`] of a feature by this cap. Of two sides, the greater df counts.
    pub fn weight(self, df: u32) -> u32 {
        weight(df, self.max_df)
    }

    /// A minimum weight of 6 and a cap of 40; of 28 for more than 20,000 articles, where speed
    /// matters. A cap in proportion to the corpus would make the work quadratic.
    pub fn for_articles(articles: usize) -> Self {
        let max_df = if articles > 20_000 { 28 } else { 40 };
        Self { kernel: Kernel::detect(), max_df, min_weight: 6, sides: Sides::One }
    }
}

/// What a feature of that df, at most `max_df`, weighs: 4 where it is among the rarest tenth of
/// what counts, 2 up to three tenths, else 1.
///
/// One number cannot serve both: a rewrite shares few features with its source, but they are theirs
/// alone; twenty versions of one text share hundreds, none of them rarer than twenty.
pub fn weight(df: u32, max_df: u32) -> u32 {
    match u64::from(df) * 10 {
        rare if rare <= u64::from(max_df) => 4,
        rare if rare <= 3 * u64::from(max_df) => 2,
        _ => 1,
    }
}
