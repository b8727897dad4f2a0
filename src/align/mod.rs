//! Pairs of articles to relations, aligned sentences and passages.
pub mod borders;
pub mod evidence;
pub mod links;
pub mod model;
pub mod passages;
pub mod profile;
pub mod changes;
pub mod relation;
pub mod weights;

pub use profile::Profile;
pub use changes::changes;
pub use relation::{Comparison, Feature, Kind, Match, Relation, Side};
