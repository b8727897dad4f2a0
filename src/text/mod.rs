//! Text to words, sentences and quotations, each with its byte span in the original.
pub mod hash;
pub mod hashes;
pub mod words;
