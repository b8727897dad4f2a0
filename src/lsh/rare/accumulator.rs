//! The pair accumulator: the packed pairs of a block to those that weigh enough.
//!
//! Where most possible pairs occur, every one has a counter. Where few do, a counting filter comes
//! first: pairs share small counters, which rule out nearly all pairs that do not weigh enough, and
//! a hash table counts the rest.

use std::ops::Range;

use super::kernel::Kernel;
use super::packed_pair::{COUNTER_PADDING, PackedPair, WEIGHT_BITS, counter_of, weight_of};

/// Bits of a pair up to which every possible one has a counter.
pub(super) const DENSE_BITS: u32 = 16;

/// Size of the counting filter, as a power of two, at most and at least.
const MAX_FILTER_BITS: u32 = 17;
const MIN_FILTER_BITS: u32 = 8;

/// Counters of the counting filter per pair.
const COUNTERS_PER_PAIR: usize = 4;

/// A counter that has reached `FULL` spills `SPILLED`. What is left still shows that the pair
/// weighs at least `MIN_AFTER_SPILL`.
const FULL: u8 = 248;
const SPILLED: u8 = 128;
const MIN_AFTER_SPILL: u32 = (FULL - SPILLED) as u32;

/// Counters that are compared together.
const COUNTER_ROW: usize = 64;

/// The pairs whose smaller article number is in a range.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// That range.
    pub articles: Range<u32>,
    /// Number of all articles.
    pub article_count: u32,
    /// Bits that number all articles.
    pub bits: u32,
    /// Weight from which a pair is a candidate; at least 1.
    pub min_weight: u32,
}

impl Block {
    /// Bits of a pair without its weight.
    fn bits(&self) -> u32 {
        self.bits + (self.articles.len() as u32).max(1).next_power_of_two().ilog2()
    }

    /// The two articles of a pair.
    fn articles(&self, pair: u32) -> (u32, u32) {
        (self.articles.start + (pair >> self.bits), pair & ((1 << self.bits) - 1))
    }
}

/// Adds up the weights of pairs, and finds those that weigh enough.
#[derive(Debug, Clone)]
pub(super) struct PairAccumulator {
    /// Weights of pairs; in the counting filter, saturating sums of all pairs that share a counter.
    /// All are 0 between blocks.
    counters: Box<[u8; (1 << MAX_FILTER_BITS) + COUNTER_PADDING]>,
    /// Pairs whose counter has spilled, once for each time.
    spilled: Vec<u32>,
    /// The hash table: pairs above their weights; 0 where an entry is empty.
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
    /// Appends the pairs that weigh enough: both articles, the smaller number first, and the
    /// weight; sorted. Reorders and overwrites `words`.
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

    /// Counts with a counter for every possible pair.
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

    /// Adds what counters have spilled to sorted pairs.
    fn add_spilled(&mut self, block: &Block, pairs: &mut [(u32, u32, u32)]) {
        self.spilled.sort_unstable();
        let mut at = 0;
        for same in self.spilled.chunk_by(|a, b| a == b) {
            let (a, b) = block.articles(same[0]);
            at += pairs[at..].partition_point(|pair| (pair.0, pair.1) < (a, b));
            pairs[at].2 += u32::from(SPILLED) * same.len() as u32;
        }
    }

    /// Moves the pairs that may weigh enough to the front, and returns their number.
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

    /// Counts in a hash table with linear probing.
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
            let mut entry = counter_of(word, bits);
            while weights[entry] != 0 && weights[entry] >> 32 != pair >> 32 {
                entry = (entry + 1) & ((1 << bits) - 1);
            }
            weights[entry] = pair | u64::from(weights[entry] as u32 + weight_of(word));
        }
        weights.retain(|entry| *entry as u32 >= block.min_weight);
        weights.sort_unstable();
        into.extend(weights.iter().map(|entry| {
            let (a, b) = block.articles((entry >> 32) as u32);
            (a, b, *entry as u32)
        }));
    }
}

/// Appends the pairs of article `a` with those from `b` on, given a counter for each, that weigh at
/// least `min_weight`.
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::kernel::capability::{Capability, dispatch};

    /// Accumulates with every kernel, which all have to find the same.
    fn accumulate(
        accumulator: &mut PairAccumulator,
        block: Block,
        words: &mut [PackedPair],
        all: &mut Vec<(u32, u32, u32)>,
    ) {
        let before = (words.to_vec(), all.clone());
        for (at, capability) in Capability::all().enumerate() {
            let (mut own, mut found) = before.clone();
            let (block, into) = (block.clone(), &mut found);
            dispatch!(capability, kernel => accumulator.accumulate(kernel, block, &mut own, into));
            assert!(at == 0 || found == *all, "{:?}", capability.kernel());
            *all = found;
        }
        words.fill(0);
    }

    proptest! {
        /// Few pairs, some of which weigh more than a counter holds; with and without the counting
        /// filter.
        #[test]
        fn same_as_a_map(
            pairs in prop::collection::vec((0..4u32, 4..9u32, 1..5u32), 0..2000),
            min_weight in prop_oneof![1..9u32, 100..600u32],
            bits in prop_oneof![Just(5u32), Just(20u32)],
        ) {
            let mut weights: BTreeMap<(u32, u32), u32> = BTreeMap::new();
            for (a, b, weight) in &pairs {
                *weights.entry((8 + a, 8 + b)).or_default() += weight;
            }
            let heavy = weights.into_iter().filter(|(_, weight)| *weight >= min_weight);
            let expected: Vec<_> = heavy.map(|((a, b), weight)| (a, b, weight)).collect();
            let word =
                |(a, b, weight): &(u32, u32, u32)| (a << bits | (b + 8)) << WEIGHT_BITS | weight;
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

    /// A counter that has spilled holds less than its pair weighs, and may hold less than the
    /// minimum.
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
    fn counters_do_not_overflow() {
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
