//! Invented articles, of which some were made from others: for benches, tests and measurements.
//!
//! Every article is a function of the seed and its number, so that any number of threads writes the
//! same bytes, and nothing is held but what is being written.

pub mod bench;
pub mod draft;
pub mod hostile;
pub mod plant;
pub mod random;
pub mod script;
pub mod vocabulary;

pub use hostile::Shape;
pub use plant::{Articles, Origin};
pub use random::Random;
pub use script::Script;
