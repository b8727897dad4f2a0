//! Shingles to small sketches, which estimate similarity without the exact sets.
//!
//! [`MinHasher`] estimates the Jaccard index of texts of any two lengths from a fixed number of
//! lanes; [`FracHasher`] estimates containment from a sample of all shingles.
pub mod frac;
pub mod minhash;
pub mod scheme;
pub mod signature;

pub use frac::{FracConfig, FracHasher, FracSketch};
pub use minhash::{MinHashConfig, MinHasher};
pub use scheme::SchemeId;
pub use signature::{Signature, Signatures};
