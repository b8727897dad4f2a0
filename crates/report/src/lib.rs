//! Findings to files and screens.
//!
//! ```text
//! Findings ──▶ Format ──▶ jsonl csv stats html terminal parquet
//! ```
//!
//! One trait, [`Format`], and one file per format; each takes [`Findings`] and writes to the writer
//! it is given. docs/formats.md describes the records. No format opens a file, reads the clock or
//! asks what the terminal can do: the caller says.
//!
//! All texts, ids and file names are foreign: the terminal escapes control characters
//! ([`printable`]), CSV neutralises what a spreadsheet would run, HTML shows text as text.

// A new variant breaks no match of somebody else, unless it says why it has to.
#![warn(clippy::exhaustive_enums)]

// Sample findings are shared with the examples, which know the crate by its name.
#[cfg(test)]
extern crate self as retold_report;

pub mod about;
pub mod columns;
pub mod csv;
pub mod dedup;
pub mod evaluation;
pub mod findings;
pub mod html;
mod in_common;
pub mod jsonl;
pub mod markup;
pub mod named;
#[cfg(feature = "parquet")]
pub mod parquet;
#[cfg(feature = "parquet")]
mod passed_columns;
pub mod plot;
pub mod printable;
pub mod quantity;
pub mod record;
pub mod stats;
pub mod terminal;
pub mod wording;
pub mod wrap;

use std::io;

pub use about::{About, Owner};
pub use findings::{
    Article, Clusters, Evidence, Findings, Note, Notes, Pair, Read, Run, Stage, Texts,
};
pub use named::{FieldValue, Id, IdType, Named, PassedFields};

/// A way to write findings down.
pub trait Format {
    /// Writes all of `findings` to `out`, and flushes it.
    fn write(&self, findings: &Findings<'_>, out: &mut (dyn io::Write + Send))
    -> Result<(), Error>;
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The writer failed; a closed pipe comes as `io::ErrorKind::BrokenPipe`.
    #[error("cannot write the report")]
    Write(#[from] io::Error),
    /// The text of an article could not be fetched again.
    #[error("{id}: cannot read the text again to show it; was the file changed or removed?")]
    Text {
        /// The article.
        id: String,
        /// What the caller's [`Texts`] said.
        source: io::Error,
    },
}

impl Error {
    /// The underlying I/O error, to tell a closed pipe from a full disk.
    pub fn io(&self) -> &io::Error {
        match self {
            Self::Write(error) | Self::Text { source: error, .. } => error,
        }
    }
}

impl From<serde_json::Error> for Error {
    /// Records serialise without fail, so what fails is the writer.
    fn from(error: serde_json::Error) -> Self {
        Self::Write(error.into())
    }
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod schema_tests;
