//! Text to shingles: the hashes of every run of n words.
pub mod ngrams;
pub mod set;

pub use ngrams::{Shingler, ngram_hash, ngrams};
pub use set::ShingleSet;
