//! Postings as they come, article by article: spread over partitions, and small.

use std::ops::Range;

use super::Posting;
use crate::prefetch;

/// Articles are numbered within blocks of 2 to the power of this many; a mark says where one begins.
const BLOCK_BITS: u32 = 5;

/// Tells a mark from a posting.
const MARK: u32 = 1 << 31;

/// Bits of a feature's hash that a posting keeps, beside those that its partition stands for.
const HASH_BITS: u32 = u32::BITS - 1 - BLOCK_BITS;

/// Postings that a partition should have at least: so few fit the cache.
const PARTITION: usize = 1 << 15;

/// Words ahead of the one that is written that are asked for.
const AHEAD: usize = 32;

/// Over how many partitions features are spread, and which of these are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    bits: u32,
    wanted: Range<usize>,
}

impl Spread {
    /// For about so many postings in all: 2^6 to 2^11 partitions, all wanted.
    ///
    /// Two features are the same to what follows where their partition agrees and 26 bits of their hash:
    /// below one in a thousand are mistaken for another, up to a hundred million postings.
    pub fn for_postings(postings: usize) -> Self {
        let bits = (postings / PARTITION).max(1).ilog2().clamp(6, 11);
        Self { bits, wanted: 0..1 << bits }
    }

    /// The wanted part number `part` of `parts`. There are at most as many parts as partitions.
    pub fn part(&self, part: usize, parts: usize) -> Self {
        let start = |part: usize| (part * (1 << self.bits)).div_ceil(parts);
        Self { bits: self.bits, wanted: start(part)..start(part + 1) }
    }

    /// How many partitions are wanted.
    pub fn partitions(&self) -> usize {
        self.wanted.len()
    }
}

/// Postings of the wanted partitions: 4 bytes each, and 4 more for every block of 32 articles and
/// partition that have any.
#[derive(Debug, Clone)]
pub struct Postings {
    spread: Spread,
    partitions: Vec<Partition>,
    /// The article whose features come.
    block: u32,
    place: u32,
}

#[derive(Debug, Clone)]
struct Partition {
    /// Marks, each with the number of a block; postings of its articles behind it.
    words: Vec<u32>,
    /// The block of the last mark.
    block: u32,
}

impl Postings {
    /// None yet; with room for so many.
    pub fn new(spread: Spread, room: usize) -> Self {
        let partition = || Partition {
            words: Vec::with_capacity(room / spread.partitions().max(1)),
            block: u32::MAX,
        };
        let partitions = (0..spread.partitions()).map(|_| partition()).collect();
        Self { spread, partitions, block: 0, place: 0 }
    }

    /// Memory for so many, about.
    pub fn bytes(postings: usize) -> usize {
        postings / 2 * 9
    }

    /// How many partitions there are.
    pub fn partitions(&self) -> usize {
        self.partitions.len()
    }

    /// Features that come from now on are those of this article. In any order, but articles that are
    /// far apart in number take more room.
    pub fn begin(&mut self, article: u32) {
        self.block = article >> BLOCK_BITS;
        self.place = article & ((1 << BLOCK_BITS) - 1);
    }

    /// Adds a feature, given its 64-bit hash (well mixed), of the present article.
    #[inline(always)]
    pub fn push(&mut self, feature: u64) {
        let partition = (feature >> (u64::BITS - self.spread.bits)) as usize;
        let wanted = partition.wrapping_sub(self.spread.wanted.start);
        let Some(Partition { words, block }) = self.partitions.get_mut(wanted) else { return };
        if *block != self.block {
            *block = self.block;
            words.push(MARK | self.block);
        }
        // Two lines on: the one that comes next is under way already.
        prefetch::to_write(words.as_ptr().wrapping_add(words.len() + AHEAD));
        words.push(self.place | (feature as u32) << BLOCK_BITS & !MARK);
    }

    /// Appends the postings of a partition, counted from the first wanted one, in the order in which
    /// they came.
    pub fn unpack(&self, partition: usize, into: &mut Vec<Posting>) {
        let words = &self.partitions[partition].words;
        let (mut count, mut first) = (into.len(), 0);
        into.resize(count + words.len(), 0);
        for &word in words {
            let is_mark = word & MARK != 0;
            first = if is_mark { word << BLOCK_BITS } else { first };
            let feature = u64::from(word >> BLOCK_BITS) << (u64::BITS - HASH_BITS);
            into[count] = feature | u64::from(first | word & ((1 << BLOCK_BITS) - 1));
            count += usize::from(!is_mark);
        }
        into.truncate(count);
    }

    /// Forgets the postings and takes those of another part; memory is kept.
    pub fn restart(&mut self, spread: Spread) {
        self.spread = spread;
        self.partitions.truncate(self.spread.partitions());
        for partition in &mut self.partitions {
            partition.words.clear();
            partition.block = u32::MAX;
        }
        let empty = || Partition { words: Vec::new(), block: u32::MAX };
        self.partitions.resize_with(self.spread.partitions(), empty);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::hash::mix;

    /// (upper bits of the hash, article), partition by partition.
    fn unpacked(postings: &Postings) -> Vec<(u64, u32)> {
        let mut all = Vec::new();
        for partition in 0..postings.partitions() {
            let mut own = Vec::new();
            postings.unpack(partition, &mut own);
            all.extend(own.iter().map(|posting| (posting >> 38, *posting as u32)));
        }
        all.sort_unstable();
        all
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(
            features in prop::collection::vec((any::<u64>(), 0..1u32 << 28), 0..300),
            parts in 1..5usize,
        ) {
            let spread = Spread::for_postings(features.len());
            let mut found = Vec::new();
            let mut postings = Postings::new(spread.part(0, parts), 0);
            for part in 0..parts {
                postings.restart(spread.part(part, parts));
                for (feature, article) in &features {
                    postings.begin(*article);
                    postings.push(mix(*feature));
                }
                found.extend(unpacked(&postings));
            }
            found.sort_unstable();
            let bits = |(feature, article): &(u64, u32)| (mix(*feature) & ((1 << 26) - 1), *article);
            let mut expected: Vec<_> = features.iter().map(bits).collect();
            expected.sort_unstable();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn parts_have_every_partition_once() {
        for postings in [0, 1 << 20, 1 << 40] {
            let all = Spread::for_postings(postings);
            for parts in [1, 2, 3, 7, 64] {
                let sum: usize = (0..parts).map(|part| all.part(part, parts).partitions()).sum();
                assert_eq!(sum, all.partitions());
            }
        }
        assert_eq!(Spread::for_postings(0).partitions(), 64);
        assert_eq!(Spread::for_postings(usize::MAX / 8).partitions(), 2048);
    }
}
