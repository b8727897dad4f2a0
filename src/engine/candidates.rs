//! What the channels find, and what they did.

use crate::lsh::{band_keys, rare};

/// What one channel, or both, found.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Candidates {
    /// Pairs to align: the smaller number first, sorted, each once.
    pub pairs: Vec<(u32, u32)>,
    /// Pairs that are identical without a look: the first of a large group, and each other. Of two
    /// sides all such pairs across; of groups that are large on both, each with the first of the
    /// other side.
    pub identical: Vec<(u32, u32)>,
    /// Of two sides: articles of which others of their side are copies, as far as these were not
    /// looked at for pairs of their own, and such copies. An article is a copy before others are
    /// copies of it.
    pub copies: Vec<(u32, u32)>,
    /// What each channel did.
    pub channels: Channels,
}

/// What each channel did, and what it left out to stay linear.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct Channels {
    /// Pairs from banding.
    pub banding_pairs: usize,
    /// What banding did.
    pub banding: band_keys::BandingStats,
    /// Pairs from rare features.
    pub rare_pairs: usize,
    /// What the rare-feature channel did.
    pub rare: rare::RareStats,
    /// Articles in large groups of identical texts, beyond the first of each.
    pub collapsed: usize,
    /// Bytes of text.
    pub bytes: u64,
    /// Words.
    pub words: u64,
}
