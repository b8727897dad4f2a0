//! Text to words, sentences and quotations, each with its byte span in the original.
pub mod article;
pub mod hash;
pub mod language;
pub mod quotations;
pub mod sentences;
pub mod words;

pub use article::{Analyzer, Article, Sentence, Traits, Word};
pub use language::Language;
