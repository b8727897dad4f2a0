//! What a caller of the library can get wrong, and what can happen to a run.

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
    /// A setting is outside its range.
    #[error("{field} is {found}; it must be {expected}")]
    OutOfRange {
        /// The setting.
        field: Field,
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
    /// The index of the features that articles share takes more memory than it may.
    #[error(
        "the index of what articles share takes more than the {bytes} bytes that there are for it, \
         some {expected} in all: allow more"
    )]
    TooMuchShared {
        /// Bytes that there are for it.
        bytes: u64,
        /// What it would have, by the part of it that was made.
        expected: u64,
    },
    /// The pairs that a scan found take more memory than it may hold of them.
    #[error(
        "{found} pairs take more than the {bytes} bytes that there are for them; they were found \
         among {compared} of {candidates} candidates: hold more, or look for fewer"
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
        "signature scheme {found} cannot be compared with {expected}; sign both texts with the \
         same settings"
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

/// Declares [`Field`] with the name of each and the list of all, so that none is missing there.
macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A setting that can be out of range, shown by the name of its field.
        ///
        /// Whoever offers a setting under a name of their own, as an option or a key of a file,
        /// says that name instead: [`Field::ALL`] lists what to know.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Field {
            $($(#[$doc])* $variant,)*
        }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name of the field.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

fields! {
    /// [`CompareOptions::threshold`](crate::align::CompareOptions::threshold)
    Threshold = "threshold",
    /// [`CompareOptions::rewrite_score`](crate::align::CompareOptions::rewrite_score)
    RewriteScore = "rewrite_score",
    /// [`CompareOptions::partial_score`](crate::align::CompareOptions::partial_score)
    PartialScore = "partial_score",
    /// [`CompareOptions::near_duplicate`](crate::align::CompareOptions::near_duplicate)
    NearDuplicate = "near_duplicate",
    /// [`CompareOptions::excerpt`](crate::align::CompareOptions::excerpt)
    Excerpt = "excerpt",
    /// [`CompareOptions::rewrite`](crate::align::CompareOptions::rewrite)
    Rewrite = "rewrite",
    /// Words in a shingle, whatever is made of the shingles.
    ShingleWords = "shingle_words",
    /// Numbers in a MinHash signature.
    Lanes = "lanes",
    /// [`Config::banding_threshold`](crate::Config::banding_threshold)
    BandingThreshold = "banding_threshold",
    /// [`Config::min_shared`](crate::Config::min_shared)
    MinShared = "min_shared",
    /// The [`Kernel`](crate::Kernel) of anything that has one.
    Kernel = "kernel",
    /// [`DedupConfig::jaccard`](crate::engine::dedup::DedupConfig::jaccard)
    Jaccard = "jaccard",
    /// [`FracConfig::scale`](crate::sketch::FracConfig::scale)
    Scale = "scale",
    /// [`Banding::bands`](crate::lsh::Banding::bands)
    Bands = "bands",
    /// [`Banding::rows`](crate::lsh::Banding::rows)
    Rows = "rows",
    /// Bands times rows, which the lanes of a signature must suffice for.
    BandedLanes = "bands * rows",
    /// [`Target::threshold`](crate::lsh::banding::Target::threshold)
    TargetThreshold = "threshold",
    /// [`Target::miss_cost`](crate::lsh::banding::Target::miss_cost)
    MissCost = "miss_cost",
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
