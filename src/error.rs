//! What a caller of the core can get wrong.

/// Bugs panic; wrong settings return this, and every variant says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
    /// The pairs that a scan found take more memory than it may hold of them.
    #[error(
        "{found} pairs take more than the {bytes} bytes that there are for them; they were found among \
         {compared} of {candidates} candidates: hold more, or look for fewer"
    )]
    TooManyPairs {
        /// Pairs so far.
        found: u64,
        /// Bytes that there are for pairs.
        bytes: u64,
        /// Candidates that were compared.
        compared: u64,
        /// All candidates.
        candidates: u64,
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
}
