//! What a caller of the core can get wrong, and what can happen to a run.

use crate::cancel::Cancelled;

/// What a caller's own code may fail with: any error, boxed, as `?` makes it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Bugs panic; wrong settings return this, and every variant says what to do.
///
/// So do failures of what the caller gives to a run. Of several the one that comes first in the
/// order of the input is returned, whatever the number of threads; its source is what the caller
/// returned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An option is outside its range.
    #[error("{option} is {found}; it must be {expected}")]
    OutOfRange {
        /// The option, as the command line spells it.
        option: &'static str,
        /// What was given.
        found: String,
        /// What would do.
        expected: &'static str,
    },
    /// Two signatures were made by different rules, so that no number would mean anything.
    #[error(
        "signature scheme {found} cannot be compared with {expected}; sign both texts with the same options"
    )]
    SchemeMismatch {
        /// The scheme of this side.
        expected: String,
        /// The scheme of the other side.
        found: String,
    },
    /// The caller's [texts](crate::engine::Texts) did not give one.
    #[error("cannot read text number {text}")]
    Text {
        /// Its number.
        text: usize,
        /// What they returned.
        source: BoxError,
    },
    /// The caller's [spill](crate::lsh::rare::Spill) did not take postings, or not give them back.
    #[error("cannot {action} spilled postings")]
    Spill {
        /// `write` or `read`.
        action: &'static str,
        /// What it returned.
        source: BoxError,
    },
    /// The caller's [pages](crate::engine::dedup::Pages) did not give some bytes.
    #[error("cannot read page number {page}")]
    Page {
        /// The number of the page.
        page: usize,
        /// What they returned.
        source: BoxError,
    },
    /// A page is not as it was made.
    #[error("page number {page} is damaged")]
    DamagedPage {
        /// The number of the page.
        page: usize,
    },
    /// The caller did not say how much an article is to be kept.
    #[error("cannot rank article number {article}")]
    Rank {
        /// Its number.
        article: u32,
        /// What was returned instead.
        source: BoxError,
    },
    /// A later reading gave another text than the first, or none, or one too many.
    #[error("article number {article} is not what it was when it was first read")]
    Changed {
        /// The number of the first article that differs.
        article: usize,
    },
    /// The run was [told to stop](crate::Cancel).
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Error {
    /// Whether the run was told to stop.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_))
    }
}
