//! How good judgements are, compared with the truth.
//!
//! ```text
//! pairs with score and truth ──▶ Ranking ──▶ curve, best threshold, area under the ROC curve
//!                            ──▶ Reliability      does a score of 0.9 mean nine in ten?
//! pairs that were found      ──▶ Counts           precision, recall, F1
//! clusters                   ──▶ adjusted_rand
//! ```
//!
//! Nothing here knows articles: numbers in, numbers out. Figures are from 0 to 1 unless they say
//! otherwise, and `None` where there is nothing to divide by.

mod counts;
mod partition;
mod ranking;
mod reliability;

pub use counts::Counts;
pub use partition::adjusted_rand;
pub use ranking::{Point, Ranking, Unseen};
pub use reliability::{BINS, Bin, Reliability};

/// A pair that was judged, and the truth about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// How sure the judgement was that it is reuse, 0 to 1. Never NaN.
    pub score: f64,
    /// Whether it is.
    pub is_reuse: bool,
}
