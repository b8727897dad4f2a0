//! Sketches and features to candidate pairs: the pairs of articles that are worth comparing.
//!
//! Two channels that find different things: [`banding`] finds near-duplicates from signatures
//! alone; [`rare`] finds rewrites and reused passages from the features that few articles have.
//! Both are pure batch functions that can be called partition by partition, in any order or in
//! parallel.
pub mod band_keys;
pub mod banding;
mod candidates;
mod pairs;
pub mod rare;
mod sides;

pub use band_keys::BandKeys;
pub use banding::Banding;
pub use candidates::Candidates;
pub use sides::Sides;
