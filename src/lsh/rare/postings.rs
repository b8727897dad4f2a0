//! Postings as they come, article by article: spread over partitions, and small.

use std::ops::Range;

use super::spill::Run;
use super::{Posting, PostingsBuilder};

/// Articles are numbered within blocks of 2 to the power of this many; a mark says where one begins.
pub(super) const BLOCK_BITS: u32 = 5;

/// Tells a mark from a posting.
pub(super) const BLOCK_HEADER: u32 = 1 << 31;

/// Bits of a feature's hash that a posting keeps, beside those that its partition stands for.
pub(super) const HASH_BITS: u32 = u32::BITS - 1 - BLOCK_BITS;

/// Postings that a partition should have at least: so few fit the cache.
const MIN_PARTITION: usize = 1 << 15;

/// Over how many partitions features are partitioning, and which of these are selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partitioning {
    bits: u32,
    selected: Range<usize>,
}

impl Partitioning {
    /// For about so many postings in all: 2^6 to 2^11 partitions, all selected.
    ///
    /// Two features are the same to what follows where their partition agrees and 26 bits of their hash:
    /// below one in a thousand are mistaken for another, up to a hundred million postings.
    pub fn for_postings(postings: usize) -> Self {
        let bits = (postings / MIN_PARTITION).max(1).ilog2().clamp(6, 11);
        Self { bits, selected: 0..1 << bits }
    }

    /// The wanted part number `part` of `parts`. There are at most as many parts as partitions.
    pub fn shard(&self, shard: usize, shards: usize) -> Self {
        let start = |shard: usize| (shard * (1 << self.bits)).div_ceil(shards);
        Self { bits: self.bits, selected: start(shard)..start(shard + 1) }
    }

    /// One of the wanted partitions alone.
    pub(super) fn single(&self, partition: usize) -> Self {
        let start = self.selected.start + partition;
        Self { bits: self.bits, selected: start..start + 1 }
    }

    /// How many partitions are selected.
    pub fn partitions(&self) -> usize {
        self.selected.len()
    }

    /// The partition of a feature, counted from the first wanted one; as many as there are or more, where
    /// it is not selected.
    #[inline(always)]
    pub(super) fn partition(&self, feature: u64) -> usize {
        ((feature >> (u64::BITS - self.bits)) as usize).wrapping_sub(self.selected.start)
    }
}

/// Postings of the wanted partitions: 4 bytes each, and 4 more for every block of 32 articles and
/// partition that have any.
#[derive(Debug, Clone)]
pub struct Postings {
    pub(super) partitioning: Partitioning,
    pub(super) partitions: Vec<Partition>,
    /// Words of all partitions, at most.
    pub(super) words_held: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Partition {
    /// Marks, each with the number of a block; postings of its articles behind it.
    pub words: Vec<u32>,
    /// The block of the last mark.
    pub block: u32,
    /// What was spilled: as much as words, each with a mark to begin with.
    pub runs: Vec<Run>,
}

impl Partition {
    /// Nothing, with room for some words.
    pub fn new(room: usize) -> Self {
        Self { words: Vec::with_capacity(room), block: u32::MAX, runs: Vec::new() }
    }

    /// Forgets the words; memory is kept.
    pub fn clear(&mut self) {
        self.words.clear();
        self.block = u32::MAX;
    }
}

impl Postings {
    /// None; there will be about so many.
    pub(super) fn new(partitioning: Partitioning, postings: usize) -> Self {
        // Memory that is never touched costs nothing, and to grow by copying does. Marks take room too, and a
        // partition may come to more than its share.
        let room = postings / partitioning.partitions().max(1) / 4 * 7;
        let partitions = (0..partitioning.partitions()).map(|_| Partition::new(room)).collect();
        Self { partitioning, partitions, words_held: 0 }
    }

    /// Memory for so many, about.
    pub fn bytes(postings: usize) -> usize {
        postings / 2 * 9
    }

    /// How many partitions there are.
    pub fn partitions(&self) -> usize {
        self.partitions.len()
    }

    /// What of a partition, counted from the first wanted one, is in memory: marks, each with the number of
    /// a block; postings of its articles behind it.
    pub(super) fn words(&self, partition: usize) -> &[u32] {
        &self.partitions[partition].words
    }

    /// Drops the postings of articles that are not to be kept; those that are in memory.
    pub fn retain(&mut self, is_kept: impl Fn(u32) -> bool) {
        for Partition { words, .. } in &mut self.partitions {
            let mut first = 0;
            words.retain(|&word| {
                let is_header = word & BLOCK_HEADER != 0;
                first = if is_header { word << BLOCK_BITS } else { first };
                is_header || is_kept(first | word & ((1 << BLOCK_BITS) - 1))
            });
        }
    }

    /// Forgets the postings, to take those of another part; memory is kept.
    pub fn restart(mut self, partitioning: Partitioning) -> PostingsBuilder {
        self.partitioning = partitioning;
        self.partitions.truncate(self.partitioning.partitions());
        self.words_held = 0;
        for partition in &mut self.partitions {
            partition.clear();
            partition.runs.clear();
        }
        self.partitions.resize_with(self.partitioning.partitions(), || Partition::new(0));
        PostingsBuilder::of(self)
    }
}

/// The posting that a word stands for behind a mark of the block that begins with the article `first`.
#[inline(always)]
pub(super) fn unpack(word: u32, first: u32) -> Posting {
    u64::from(word >> BLOCK_BITS) << u32::BITS | u64::from(first | word & ((1 << BLOCK_BITS) - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::hash::mix;

    /// (bits of the hash, article).
    fn unpacked(postings: &Postings) -> Vec<(u64, u32)> {
        let mut all = Vec::new();
        for partition in 0..postings.partitions() {
            let mut first = 0;
            for &word in postings.words(partition) {
                match word & BLOCK_HEADER {
                    0 => all.push(unpack(word, first)),
                    _ => first = word << BLOCK_BITS,
                }
            }
        }
        all.into_iter().map(|posting| (posting >> 32, posting as u32)).collect()
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(
            features in prop::collection::vec((any::<u64>(), 0..1u32 << 28), 0..300),
            shards in 1..5usize,
            dropped in 0..4u32,
        ) {
            let partitioning = Partitioning::for_postings(features.len());
            let is_kept = |article: u32| article % 4 >= dropped;
            let mut found = Vec::new();
            let mut postings = Postings::new(partitioning.shard(0, shards), 0);
            for shard in 0..shards {
                let mut builder = postings.restart(partitioning.shard(shard, shards));
                for (feature, article) in &features {
                    builder.article(*article).add(mix(*feature));
                }
                postings = builder.finish();
                postings.retain(is_kept);
                found.extend(unpacked(&postings));
            }
            found.sort_unstable();
            let bits = |(feature, article): &(u64, u32)| (mix(*feature) & ((1 << 26) - 1), *article);
            let kept = features.iter().filter(|(_, article)| is_kept(*article));
            let mut expected: Vec<_> = kept.map(bits).collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn shards_have_every_partition_once() {
        for postings in [0, 1 << 20, 1 << 40] {
            let all = Partitioning::for_postings(postings);
            for shards in [1, 2, 3, 7, 64] {
                let sum: usize =
                    (0..shards).map(|shard| all.shard(shard, shards).partitions()).sum();
                assert_eq!(sum, all.partitions());
            }
        }
        assert_eq!(Partitioning::for_postings(0).partitions(), 64);
        assert_eq!(Partitioning::for_postings(usize::MAX / 8).partitions(), 2048);
    }
}
