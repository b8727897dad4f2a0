//! Text to features: hashes of word n-grams and of pairs of stems.
mod blocks;
pub(crate) mod ngrams;
mod places;
pub mod reuse;
pub(crate) mod set;
pub(crate) mod shared;

pub use ngrams::{MAX_WORDS, Shingler, ngram_hash, ngrams};
pub use places::Places;
pub use set::{Overlap, ShingleSet};
pub use shared::{Matching, count_shared, find_shared};
