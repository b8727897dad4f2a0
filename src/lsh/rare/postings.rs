//! Packed postings, partitioned by the highest bits of their feature's hash.

use std::ops::Range;

use super::posting::{BLOCK_BITS, BLOCK_HEADER};

/// Postings that a partition should have at least: this many fit the cache.
const MIN_PARTITION: usize = 1 << 15;

/// How many partitions features are divided into by their hash, and which of them are selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partitioning {
    bits: u32,
    selected: Range<usize>,
}

impl Partitioning {
    /// 2^6 to 2^11 partitions, all of them selected, for about this many postings.
    ///
    /// Two features collide where their partition and 26 more bits of their hash agree: fewer than
    /// one in a thousand do, up to a hundred million postings.
    pub fn for_postings(postings: usize) -> Self {
        let bits = (postings / MIN_PARTITION).max(1).ilog2().clamp(6, 11);
        Self { bits, selected: 0..1 << bits }
    }

    /// Shard number `shard` of `shards`, at most as many as there are partitions. Every partition
    /// is in exactly one of them.
    pub fn shard(&self, shard: usize, shards: usize) -> Self {
        let start = |shard: usize| (shard * (1 << self.bits)).div_ceil(shards);
        Self { bits: self.bits, selected: start(shard)..start(shard + 1) }
    }

    /// A single one of the selected partitions.
    pub(super) fn single(&self, partition: usize) -> Self {
        let start = self.selected.start + partition;
        Self { bits: self.bits, selected: start..start + 1 }
    }

    /// How many partitions are selected.
    pub fn partitions(&self) -> usize {
        self.selected.len()
    }

    /// The partition of a feature, counted from the first selected one; at least
    /// [`Partitioning::partitions`] where it is not selected.
    #[inline(always)]
    pub(super) fn partition(&self, feature: u64) -> usize {
        ((feature >> (u64::BITS - self.bits)) as usize).wrapping_sub(self.selected.start)
    }
}

/// Postings of the selected partitions: 4 bytes each, and 4 more in every partition for each block
/// of 32 articles that has any there.
#[derive(Debug, Clone)]
pub struct Postings {
    pub(super) partitioning: Partitioning,
    pub(super) partitions: Vec<Partition>,
    /// Upper bound for the words of all partitions in memory.
    pub(super) words_held: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Partition {
    /// Block headers, each followed by the packed postings of the block's articles.
    pub words: Vec<u32>,
    /// The block of the last header.
    pub block: u32,
    /// What was spilled: runs of words, each of which starts with a header.
    pub runs: Vec<Run>,
}

/// Words of a partition that were spilled together: where they are, and how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub place: u64,
    pub words: usize,
}

impl Partition {
    /// An empty partition with capacity for some words.
    pub fn new(capacity: usize) -> Self {
        Self { words: Vec::with_capacity(capacity), block: u32::MAX, runs: Vec::new() }
    }

    /// Removes all words, but keeps the memory.
    pub fn clear(&mut self) {
        self.words.clear();
        self.block = u32::MAX;
    }
}

impl Postings {
    /// No postings; `postings` is an estimate of how many will be added.
    pub(super) fn new(partitioning: Partitioning, postings: usize) -> Self {
        // Untouched memory is free, growing by copying is not. Headers take memory too, and a
        // partition may get more than its share.
        let capacity = postings / partitioning.partitions().max(1) / 4 * 7;
        let partitions = (0..partitioning.partitions()).map(|_| Partition::new(capacity)).collect();
        Self { partitioning, partitions, words_held: 0 }
    }

    /// Estimate of the bytes for this many postings.
    pub fn bytes(postings: usize) -> usize {
        postings / 2 * 9
    }

    /// Number of partitions.
    pub fn partitions(&self) -> usize {
        self.partitions.len()
    }

    /// What of a partition, counted from the first selected one, is in memory: block headers, each
    /// followed by the packed postings of the block's articles.
    pub(super) fn words(&self, partition: usize) -> &[u32] {
        &self.partitions[partition].words
    }

    /// Frees the memory of some partitions, counted from the first selected one.
    pub fn release(&mut self, partitions: Range<usize>) {
        self.partitions[partitions].iter_mut().for_each(|partition| partition.words = Vec::new());
    }

    /// Drops the postings in memory of all articles but those to keep.
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
}

/// The postings that every thread has of one partition, counted from the first selected one.
#[derive(Debug, Clone, Copy)]
pub struct PartitionPostings<'p> {
    threads: &'p [Postings],
    partition: usize,
}

impl<'p> PartitionPostings<'p> {
    /// `threads` all select the same partitions, among them this one.
    pub fn new(threads: &'p [Postings], partition: usize) -> Self {
        Self { threads, partition }
    }

    /// Of each thread, what is in memory.
    pub(super) fn words(self) -> impl Iterator<Item = &'p [u32]> + Clone {
        self.threads.iter().map(move |own| own.words(self.partition))
    }

    /// Of each thread, all of it.
    pub(super) fn partitions(self) -> impl Iterator<Item = &'p Partition> {
        self.threads.iter().map(move |own| &own.partitions[self.partition])
    }

    /// This partition alone.
    pub(super) fn partitioning(self) -> Partitioning {
        self.threads[0].partitioning.single(self.partition)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::posting::unpack;
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
            let bits =
                |(feature, article): &(u64, u32)| (mix(*feature) & ((1 << 26) - 1), *article);
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
