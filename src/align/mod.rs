//! Pairs of articles to relations, aligned sentences and passages.
pub mod relation;

pub use relation::{Comparison, Feature, Kind, Match, Relation, Side};
