//! Text to features: hashes of word n-grams and of pairs of stems.
mod blocks;
pub mod ngrams;
pub mod reuse;
pub mod set;
pub mod shared;

pub use ngrams::{Shingler, ngram_hash, ngrams};
pub use set::{Overlap, ShingleSet};
pub use shared::{Places, count_shared, find_shared};
