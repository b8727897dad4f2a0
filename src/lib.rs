//! Near-duplicate and paraphrase detection.
// Sample findings are shared with the examples, which know the crate by its name.
#[cfg(test)]
extern crate self as retold;

pub mod align;
pub mod cluster;
#[cfg(feature = "cli")]
pub mod corpus;
pub mod engine;
pub mod error;
pub mod kernel;
pub mod lsh;
pub mod radix;
#[cfg(feature = "cli")]
pub mod report;
pub mod shingle;
pub mod sketch;
pub mod span;
pub mod text;

pub use engine::{Config, Engine};
pub use error::Error;
pub use kernel::Kernel;
pub use span::Span;
