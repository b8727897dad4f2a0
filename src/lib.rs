//! Near-duplicate and paraphrase detection.
pub mod align;
pub mod error;
pub mod span;
pub mod text;

pub use error::Error;
pub use span::Span;
