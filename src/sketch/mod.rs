//! Shingles to small fixed summaries that estimate what exact sets would say.
//!
//! [`MinHasher`] estimates the Jaccard index of texts of any two lengths from a fixed number of
//! lanes; [`FracHasher`] estimates containment, from a share of all shingles.
pub mod frac;
pub mod minhash;
pub mod scheme;
pub mod signature;

pub use frac::{FracConfig, FracHasher, FracSketch};
pub use minhash::{MinHashConfig, MinHasher};
pub use scheme::SchemeId;
pub use signature::{Signature, Signatures};
