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
    /// Bytes that should be a fingerprint are none.
    #[error("this is no fingerprint: {problem}")]
    MalformedFingerprint {
        /// What is wrong with them.
        problem: &'static str,
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
