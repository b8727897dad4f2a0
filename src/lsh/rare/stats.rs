//! Counts of the rare-feature channel.

/// What the rare-feature channel counted, and what it dropped to stay linear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RareStats {
    /// All postings, repetitions of a feature in one article included.
    pub postings: u64,
    /// Distinct features among them.
    pub features: u64,
    /// Singletons: features of a single article, which give no pair.
    pub single_features: u64,
    /// Features above the cap on df, which were dropped.
    pub capped_features: u64,
    /// Postings of these.
    pub capped_postings: u64,
    /// Features that only articles of one of two sides have, which give no pair.
    pub one_sided_features: u64,
    /// Postings of these.
    pub one_sided_postings: u64,
    /// Pairs that the other features give, counted once for each feature that they share.
    pub shared: u64,
}

impl RareStats {
    /// Adds the counts of another partition.
    pub fn add(&mut self, other: Self) {
        self.postings += other.postings;
        self.features += other.features;
        self.single_features += other.single_features;
        self.capped_features += other.capped_features;
        self.capped_postings += other.capped_postings;
        self.one_sided_features += other.one_sided_features;
        self.one_sided_postings += other.one_sided_postings;
        self.shared += other.shared;
    }
}
