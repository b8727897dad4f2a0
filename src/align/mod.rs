//! Pairs of articles to relations, aligned sentences and passages.
pub mod changes;
pub mod relation;

pub use changes::changes;
pub use relation::{Comparison, Feature, Kind, Match, Relation, Side};
