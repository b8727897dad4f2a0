//! Text to words, sentences and quotations, each with its byte span in the original.
pub mod article;
mod blocks;
mod edges;
pub mod hash;
pub mod hashes;
pub mod language;
mod marks;
mod plain;
pub mod quotations;
mod recent;
pub mod sentences;
pub mod words;

pub use article::{Analyzer, Article, Outline, Sentence, Traits, Word};
pub use language::Language;
