//! Near-duplicate and paraphrase detection.
pub mod align;
#[cfg(feature = "cli")]
pub mod corpus;
pub mod error;
pub mod span;
pub mod text;

pub use error::Error;
pub use span::Span;
