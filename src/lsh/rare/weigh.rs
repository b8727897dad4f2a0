//! The pairs of a block to those that weigh enough.
//!
//! Where there are about as many pairs as there might be, each has a counter of its own. Where there are
//! few of many, they share small ones: a sieve, which leaves hardly any pair that does not count, and
//! these few are told apart.

use std::ops::Range;

use super::kernel::Kernel;

/// A pair that one feature gives, as its block sees it: from the highest bit down the lesser article's
/// place in the block, the greater article, and the feature's weight.
pub(super) type PackedPair = u32;

/// Bits of a word that say what the feature weighs.
pub(super) const WEIGHT_BITS: u32 = 3;

/// Bits of a pair up to which each has a counter of its own.
pub(super) const DENSE_BITS: u32 = 16;

/// Bits of the greatest sieve, and of the least one.
const MAX_FILTER_BITS: u32 = 17;
const MIN_FILTER_BITS: u32 = 8;

/// Counters behind the last one, which may be read.
pub(super) const COUNTER_PADDING: usize = 3;

/// Counters of a sieve for each pair that goes through it.
const COUNTERS_PER_PAIR: usize = 4;

/// From here on a counter is relieved, of so much; that the pair weighs at min_weight what is left, it still
/// says.
const FULL: u8 = 248;
const SPILLED: u8 = 128;
const MIN_AFTER_SPILL: u32 = (FULL - SPILLED) as u32;

/// What spreads pairs over places: the golden ratio.
pub(super) const HASH_MULTIPLIER: u32 = 0x9E37_79B1;

/// Counters that are looked at together.
const COUNTER_ROW: usize = 64;

/// Pairs that have a lesser article in common with few others.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// The lesser ones.
    pub articles: Range<u32>,
    /// How many articles there are in all.
    pub article_count: u32,
    /// Bits that number them.
    pub bits: u32,
    /// Weight that counts: 1 at min_weight.
    pub min_weight: u32,
}

impl Block {
    /// Bits of a pair.
    fn bits(&self) -> u32 {
        self.bits + (self.articles.len() as u32).max(1).next_power_of_two().ilog2()
    }

    /// The two articles of a pair.
    fn articles(&self, pair: u32) -> (u32, u32) {
        (self.articles.start + (pair >> self.bits), pair & ((1 << self.bits) - 1))
    }
}

/// Tells which pairs of a block weigh enough.
#[derive(Debug, Clone)]
pub(super) struct PairAccumulator {
    /// What pairs weigh, 255 at most; in a sieve, what those weigh together that share one. All are 0
    /// between blocks.
    counters: Box<[u8; (1 << MAX_FILTER_BITS) + COUNTER_PADDING]>,
    /// Pairs whose counter was full, as often as it was.
    spilled: Vec<u32>,
    /// Pairs that are told apart, each above its weight and in a place of its own; 0 where there is none.
    weights: Vec<u64>,
}

impl Default for PairAccumulator {
    fn default() -> Self {
        Self {
            counters: Box::new([0; (1 << MAX_FILTER_BITS) + COUNTER_PADDING]),
            spilled: Vec::new(),
            weights: Vec::new(),
        }
    }
}

impl PairAccumulator {
    /// Appends the pairs that weigh enough: the lesser article, the greater one, the weight; sorted.
    /// `words` mean nothing afterwards.
    #[inline(always)]
    pub fn accumulate(
        &mut self,
        kernel: impl Kernel,
        block: Block,
        words: &mut [PackedPair],
        into: &mut Vec<(u32, u32, u32)>,
    ) {
        match block.bits() <= DENSE_BITS {
            true => self.count_dense(&block, words, into),
            false => {
                let kept = self.filter(kernel, words, block.min_weight.min(255) as u8);
                self.count_sparse(&block, &words[..kept], into);
            }
        }
    }

    /// By a counter for each pair.
    fn count_dense(
        &mut self,
        block: &Block,
        words: &[PackedPair],
        into: &mut Vec<(u32, u32, u32)>,
    ) {
        self.spilled.clear();
        for &word in words {
            let pair = word >> WEIGHT_BITS;
            let counter = &mut self.counters[pair as usize & ((1 << DENSE_BITS) - 1)];
            *counter += weight_of(word) as u8;
            if *counter >= FULL {
                *counter -= SPILLED;
                self.spilled.push(pair);
            }
        }
        let start = into.len();
        let min_weight = block.min_weight.min(MIN_AFTER_SPILL) as u8;
        for a in block.articles.clone() {
            let row = ((a - block.articles.start) << block.bits) as usize;
            let others = &mut self.counters[row..][a as usize + 1..block.article_count as usize];
            for (b, counters) in (a + 1..).step_by(COUNTER_ROW).zip(others.chunks_mut(COUNTER_ROW))
            {
                if counters.iter().fold(0, |most, counter| most.max(*counter)) >= min_weight {
                    append_heavy(counters, min_weight, (a, b), into);
                }
                counters.fill(0);
            }
        }
        if !self.spilled.is_empty() {
            self.add_spilled(block, &mut into[start..]);
        }
        if block.min_weight > MIN_AFTER_SPILL {
            let light = into.extract_if(start.., |(.., weight)| *weight < block.min_weight);
            light.for_each(drop);
        }
    }

    /// Adds what counters could not hold to sorted pairs.
    fn add_spilled(&mut self, block: &Block, pairs: &mut [(u32, u32, u32)]) {
        self.spilled.sort_unstable();
        let mut at = 0;
        for same in self.spilled.chunk_by(|a, b| a == b) {
            let (a, b) = block.articles(same[0]);
            at += pairs[at..].partition_point(|pair| (pair.0, pair.1) < (a, b));
            pairs[at].2 += u32::from(SPILLED) * same.len() as u32;
        }
    }

    /// Moves the words to the front whose pair may weigh enough, and gives their number.
    #[inline(always)]
    fn filter(&mut self, kernel: impl Kernel, words: &mut [PackedPair], min_weight: u8) -> usize {
        let bits = (words.len() * COUNTERS_PER_PAIR)
            .max(1)
            .ilog2()
            .clamp(MIN_FILTER_BITS, MAX_FILTER_BITS);
        for &word in &*words {
            let counter = &mut self.counters[counter_of(word, bits) & ((1 << MAX_FILTER_BITS) - 1)];
            *counter = counter.saturating_add(weight_of(word) as u8);
        }
        let kept = kernel.filter(words, &self.counters[..], bits, min_weight);
        self.counters[..1 << bits].fill(0);
        kept
    }

    /// By a hash table, with linear probing.
    fn count_sparse(
        &mut self,
        block: &Block,
        words: &[PackedPair],
        into: &mut Vec<(u32, u32, u32)>,
    ) {
        let weights = &mut self.weights;
        weights.clear();
        let bits = (2 * words.len()).next_power_of_two().ilog2().max(1);
        weights.resize(1 << bits, 0);
        for &word in words {
            let pair = u64::from(word >> WEIGHT_BITS) << 32;
            let mut place = counter_of(word, bits);
            while weights[place] != 0 && weights[place] >> 32 != pair >> 32 {
                place = (place + 1) & ((1 << bits) - 1);
            }
            weights[place] = pair | u64::from(weights[place] as u32 + weight_of(word));
        }
        weights.retain(|entry| *entry as u32 >= block.min_weight);
        weights.sort_unstable();
        into.extend(weights.iter().map(|entry| {
            let (a, b) = block.articles((entry >> 32) as u32);
            (a, b, *entry as u32)
        }));
    }
}

/// Appends the pairs of an article with those from `b` on, a counter for each, that reach `least`.
fn append_heavy(
    counters: &[u8],
    min_weight: u8,
    (a, b): (u32, u32),
    into: &mut Vec<(u32, u32, u32)>,
) {
    let (mut found, mut count) = ([(0, 0, 0); COUNTER_ROW], 0);
    for (b, &counter) in (b..).zip(counters) {
        found[count & (COUNTER_ROW - 1)] = (a, b, u32::from(counter));
        count += usize::from(counter >= min_weight);
    }
    into.extend_from_slice(&found[..count]);
}

/// Where a pair stands in a table of 2 to the power of `bits` places.
#[inline(always)]
pub(super) fn counter_of(word: PackedPair, bits: u32) -> usize {
    ((word >> WEIGHT_BITS).wrapping_mul(HASH_MULTIPLIER) >> (u32::BITS - bits)) as usize
}

#[inline(always)]
fn weight_of(word: PackedPair) -> u32 {
    word & ((1 << WEIGHT_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::kernel::capability::{Capability, dispatch};

    /// Appends what every kernel finds alike. `words` mean nothing afterwards.
    fn accumulate(
        accumulator: &mut PairAccumulator,
        block: Block,
        words: &mut [PackedPair],
        into: &mut Vec<(u32, u32, u32)>,
    ) {
        let before = (words.to_vec(), into.clone());
        for (at, capability) in Capability::all().enumerate() {
            let (mut own, mut found) = before.clone();
            dispatch!(capability, kernel => accumulator.accumulate(kernel, block.clone(), &mut own, &mut found));
            assert!(at == 0 || found == *into, "{:?}", capability.kernel());
            *into = found;
        }
        words.fill(0);
    }

    proptest! {
        /// Few pairs, of which some weigh more than a counter holds; in a table of their own and in a sieve.
        #[test]
        fn same_as_a_map(
            pairs in prop::collection::vec((0..4u32, 4..9u32, 1..5u32), 0..2000),
            min_weight in prop_oneof![1..9u32, 100..600u32],
            bits in prop_oneof![Just(5u32), Just(20u32)],
        ) {
            let mut weights: BTreeMap<(u32, u32), u32> = BTreeMap::new();
            pairs.iter().for_each(|(a, b, weight)| *weights.entry((8 + a, *b + 8)).or_default() += weight);
            let heavy = weights.into_iter().filter(|(_, weight)| *weight >= min_weight);
            let expected: Vec<_> = heavy.map(|((a, b), weight)| (a, b, weight)).collect();
            let word = |(a, b, weight): &(u32, u32, u32)| (a << bits | (b + 8)) << WEIGHT_BITS | weight;
            let mut words: Vec<PackedPair> = pairs.iter().map(word).collect();
            let (mut accumulator, mut found) = (PairAccumulator::default(), vec![(1, 2, 3)]);
            let block = Block { articles: 8..12, article_count: 20, bits, min_weight };
            for _ in 0..2 {
                found.truncate(1);
                let mut words = words.clone();
                accumulate(&mut accumulator, block.clone(), &mut words, &mut found);
                prop_assert_eq!(&found[1..], &expected);
            }
            words.clear();
            found.clear();
            accumulate(&mut accumulator, block, &mut words, &mut found);
            prop_assert!(found.is_empty());
        }
    }

    /// A counter that was full has less than its pair weighs, and less than many ask for.
    #[test]
    fn spilled_counters_count() {
        for times in [62, 63, 64, 93, 94] {
            let block = Block { articles: 0..1, article_count: 10, bits: 10, min_weight: 125 };
            let (mut words, mut found) = (vec![7 << WEIGHT_BITS | 4; times], Vec::new());
            accumulate(&mut PairAccumulator::default(), block, &mut words, &mut found);
            assert_eq!(found, [(0, 7, 4 * times as u32)]);
        }
    }

    #[test]
    fn counters_do_not_run_over() {
        let mut accumulator = PairAccumulator::default();
        for bits in [10, 20] {
            for (min_weight, expected) in [(1, 1), (255, 1), (256, 1), (4000, 1), (4001, 0)] {
                let block = Block { articles: 0..1, article_count: 10, bits, min_weight };
                let (mut words, mut found) = (vec![7 << WEIGHT_BITS | 4; 1000], Vec::new());
                accumulate(&mut accumulator, block, &mut words, &mut found);
                assert_eq!(found, [(0, 7, 4000)][..expected]);
            }
        }
    }
}
