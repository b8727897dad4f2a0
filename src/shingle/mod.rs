//! Text to features: hashes of word n-grams and of pairs of stems.
mod blocks;
pub(crate) mod ngrams;
pub mod reuse;
pub(crate) mod set;
pub(crate) mod shared;

pub use ngrams::{MAX_WORDS, Shingler, ngram_hash, ngrams};
pub use set::{Overlap, ShingleSet};
pub use shared::{Places, count_shared, find_shared};
