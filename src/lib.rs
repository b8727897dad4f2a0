//! Near-duplicate and paraphrase detection.
pub mod align;
pub mod error;
pub mod kernel;
pub mod lsh;
pub mod radix;
pub mod shingle;
pub mod sketch;
pub mod span;
pub mod text;

pub use error::Error;
pub use kernel::Kernel;
pub use span::Span;
