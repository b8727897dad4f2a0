//! Text to features: the hashes of every run of n words, and of pairs of stems.
pub mod ngrams;
pub mod reuse;
pub mod set;

pub use ngrams::{Shingler, ngram_hash, ngrams};
pub use set::{Overlap, ShingleSet, count_shared};
