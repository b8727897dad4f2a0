//! Near-duplicate and paraphrase detection.
// Sample findings are shared with the examples, which know the crate by its name.
#[cfg(test)]
extern crate self as retold;

pub mod align;
pub mod error;
pub mod report;
pub mod span;
pub mod text;

pub use error::Error;
pub use span::Span;
