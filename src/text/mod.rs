//! Text to words, sentences and quotations, each with its byte span in the original.
mod alphabets;
pub mod article;
mod blocks;
mod characters;
mod closers;
mod context;
mod disguise;
mod edges;
pub mod fold;
mod found;
pub mod hash;
pub mod hashes;
mod hyphens;
pub mod language;
mod lines;
mod marks;
mod negation;
mod plain;
pub mod quotations;
mod recent;
mod run_on;
pub mod sentences;
mod shape;
pub mod words;

pub use article::{Analyzer, Article, Outline, Sentence, Traits, Word, wordless};
pub use language::Language;
pub use shape::Shape;
