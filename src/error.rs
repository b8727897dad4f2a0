//! What a caller of the library can get wrong.

/// Bugs panic; wrong settings return this, and every variant says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
    /// Two signatures were made by different rules, so that no number would mean anything.
    #[error(
        "signature scheme {found} cannot be compared with {expected}; sign both texts with the same settings"
    )]
    SchemeMismatch {
        /// The scheme of this side.
        expected: String,
        /// The scheme of the other side.
        found: String,
    },
}

/// Declares [`Field`] with the name of each and the list of all, so that none is missing there.
macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A setting that can be out of range, shown by the name of its field.
        ///
        /// Whoever offers a setting under a name of their own, as an option or a key of a file, says
        /// that name instead: [`Field::ALL`] lists what to know.
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
