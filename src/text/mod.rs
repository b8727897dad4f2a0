//! Text to words, sentences and quotations, each with its byte span in the original.
mod blocks;
mod edges;
pub mod hash;
pub mod hashes;
mod plain;
pub mod words;
