//! Pairs of articles to relations, aligned sentences and passages.
pub mod boilerplate;
pub mod borders;
pub mod changes;
pub mod compare;
pub mod contents;
pub mod edits;
pub mod evidence;
pub mod facts;
pub mod features;
pub mod in_common;
pub mod judge;
pub mod links;
pub mod matched;
pub mod model;
pub mod order;
pub mod passages;
pub mod profile;
pub mod relation;
pub mod retold;
pub mod sentences;
pub mod short;
pub mod synonyms;
pub mod weights;

pub use changes::changes;
pub use compare::{CompareOptions, compare};
pub use profile::{Profile, ProfileOptions};
pub use relation::{Comparison, Feature, Kind, Match, Relation, Side};
