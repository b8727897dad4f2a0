//! Near-duplicate and paraphrase detection.
// Sample findings are shared with the examples, which know the crate by its name.
#[cfg(test)]
extern crate self as retold;

pub mod align;
pub mod error;
pub mod kernel;
pub mod lsh;
pub mod radix;
pub mod shingle;
pub mod sketch;
pub mod report;
pub mod span;
pub mod text;

pub use error::Error;
pub use kernel::Kernel;
pub use span::Span;
