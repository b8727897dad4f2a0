//! The pairs of a block to those that weigh enough.
//!
//! Where there are about as many pairs as there might be, each has a counter of its own. Where there are
//! few of many, they share small ones: a sieve, which leaves hardly any pair that does not count, and
//! these few are told apart.

use std::ops::Range;

use super::kernel::Kernel;

/// A pair that one feature gives, as its block sees it: from the highest bit down the lesser article's
/// place in the block, the greater article, and the feature's weight.
pub(super) type Word = u32;

/// Bits of a word that say what the feature weighs.
pub(super) const WEIGHT_BITS: u32 = 3;

/// Bits of a pair up to which each has a counter of its own.
pub(super) const TABLE: u32 = 16;

/// Bits of the greatest sieve, and of the least one.
const SIEVE: u32 = 17;
const LEAST_SIEVE: u32 = 8;

/// Counters behind the last one, which may be read.
pub(super) const SLACK: usize = 3;

/// Counters of a sieve for each pair that goes through it.
const COUNTERS: usize = 4;

/// From here on a counter is relieved, of so much; that the pair weighs at least what is left, it still
/// says.
const FULL: u8 = 248;
const CARRY: u8 = 128;
const LEFT: u32 = (FULL - CARRY) as u32;

/// What spreads pairs over places: the golden ratio.
pub(super) const HASH: u32 = 0x9E37_79B1;

/// Counters that are looked at together.
const ROW: usize = 64;

/// Pairs that have a lesser article in common with few others.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// The lesser ones.
    pub articles: Range<u32>,
    /// How many articles there are in all.
    pub all: u32,
    /// Bits that number them.
    pub bits: u32,
    /// Weight that counts: 1 at least.
    pub least: u32,
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
pub(super) struct Scales {
    /// What pairs weigh, 255 at most; in a sieve, what those weigh together that share one. All are 0
    /// between blocks.
    counters: Box<[u8; (1 << SIEVE) + SLACK]>,
    /// Pairs whose counter was full, as often as it was.
    carries: Vec<u32>,
    /// Pairs that are told apart, each above its weight and in a place of its own; 0 where there is none.
    weights: Vec<u64>,
}

impl Default for Scales {
    fn default() -> Self {
        Self {
            counters: Box::new([0; (1 << SIEVE) + SLACK]),
            carries: Vec::new(),
            weights: Vec::new(),
        }
    }
}

impl Scales {
    /// Appends the pairs that weigh enough: the lesser article, the greater one, the weight; sorted.
    /// `words` mean nothing afterwards.
    #[inline(always)]
    pub fn weigh(
        &mut self,
        kernel: impl Kernel,
        block: Block,
        words: &mut [Word],
        into: &mut Vec<(u32, u32, u32)>,
    ) {
        match block.bits() <= TABLE {
            true => self.count(&block, words, into),
            false => {
                let kept = self.sift(kernel, words, block.least.min(255) as u8);
                self.tell_apart(&block, &words[..kept], into);
            }
        }
    }

    /// By a counter for each pair.
    fn count(&mut self, block: &Block, words: &[Word], into: &mut Vec<(u32, u32, u32)>) {
        self.carries.clear();
        for &word in words {
            let pair = word >> WEIGHT_BITS;
            let counter = &mut self.counters[pair as usize & ((1 << TABLE) - 1)];
            *counter += weight_of(word) as u8;
            if *counter >= FULL {
                *counter -= CARRY;
                self.carries.push(pair);
            }
        }
        let start = into.len();
        let least = block.least.min(LEFT) as u8;
        for a in block.articles.clone() {
            let row = ((a - block.articles.start) << block.bits) as usize;
            let others = &mut self.counters[row..][a as usize + 1..block.all as usize];
            for (b, counters) in (a + 1..).step_by(ROW).zip(others.chunks_mut(ROW)) {
                if counters.iter().fold(0, |most, counter| most.max(*counter)) >= least {
                    take(counters, least, (a, b), into);
                }
                counters.fill(0);
            }
        }
        if !self.carries.is_empty() {
            self.carry(block, &mut into[start..]);
        }
        if block.least > LEFT {
            let light = into.extract_if(start.., |(.., weight)| *weight < block.least);
            light.for_each(drop);
        }
    }

    /// Adds what counters could not hold to sorted pairs.
    fn carry(&mut self, block: &Block, pairs: &mut [(u32, u32, u32)]) {
        self.carries.sort_unstable();
        let mut at = 0;
        for same in self.carries.chunk_by(|a, b| a == b) {
            let (a, b) = block.articles(same[0]);
            at += pairs[at..].partition_point(|pair| (pair.0, pair.1) < (a, b));
            pairs[at].2 += u32::from(CARRY) * same.len() as u32;
        }
    }

    /// Moves the words to the front whose pair may weigh enough, and gives their number.
    #[inline(always)]
    fn sift(&mut self, kernel: impl Kernel, words: &mut [Word], least: u8) -> usize {
        let bits = (words.len() * COUNTERS).max(1).ilog2().clamp(LEAST_SIEVE, SIEVE);
        for &word in &*words {
            let counter = &mut self.counters[place_of(word, bits) & ((1 << SIEVE) - 1)];
            *counter = counter.saturating_add(weight_of(word) as u8);
        }
        let kept = kernel.keep(words, &self.counters[..], bits, least);
        self.counters[..1 << bits].fill(0);
        kept
    }

    /// By a hash table, with linear probing.
    fn tell_apart(&mut self, block: &Block, words: &[Word], into: &mut Vec<(u32, u32, u32)>) {
        let weights = &mut self.weights;
        weights.clear();
        let bits = (2 * words.len()).next_power_of_two().ilog2().max(1);
        weights.resize(1 << bits, 0);
        for &word in words {
            let pair = u64::from(word >> WEIGHT_BITS) << 32;
            let mut place = place_of(word, bits);
            while weights[place] != 0 && weights[place] >> 32 != pair >> 32 {
                place = (place + 1) & ((1 << bits) - 1);
            }
            weights[place] = pair | u64::from(weights[place] as u32 + weight_of(word));
        }
        weights.retain(|entry| *entry as u32 >= block.least);
        weights.sort_unstable();
        into.extend(weights.iter().map(|entry| {
            let (a, b) = block.articles((entry >> 32) as u32);
            (a, b, *entry as u32)
        }));
    }
}

/// Appends the pairs of an article with those from `b` on, a counter for each, that reach `least`.
fn take(counters: &[u8], least: u8, (a, b): (u32, u32), into: &mut Vec<(u32, u32, u32)>) {
    let (mut found, mut count) = ([(0, 0, 0); ROW], 0);
    for (b, &counter) in (b..).zip(counters) {
        found[count & (ROW - 1)] = (a, b, u32::from(counter));
        count += usize::from(counter >= least);
    }
    into.extend_from_slice(&found[..count]);
}

/// Where a pair stands in a table of 2 to the power of `bits` places.
#[inline(always)]
pub(super) fn place_of(word: Word, bits: u32) -> usize {
    ((word >> WEIGHT_BITS).wrapping_mul(HASH) >> (u32::BITS - bits)) as usize
}

#[inline(always)]
fn weight_of(word: Word) -> u32 {
    word & ((1 << WEIGHT_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::kernel::capability::{Capability, dispatch};

    /// Appends what every kernel finds alike. `words` mean nothing afterwards.
    fn weigh(
        scales: &mut Scales,
        block: Block,
        words: &mut [Word],
        into: &mut Vec<(u32, u32, u32)>,
    ) {
        let before = (words.to_vec(), into.clone());
        for (at, capability) in Capability::all().enumerate() {
            let (mut own, mut found) = before.clone();
            dispatch!(capability, kernel => scales.weigh(kernel, block.clone(), &mut own, &mut found));
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
            least in prop_oneof![1..9u32, 100..600u32],
            bits in prop_oneof![Just(5u32), Just(20u32)],
        ) {
            let mut weights: BTreeMap<(u32, u32), u32> = BTreeMap::new();
            pairs.iter().for_each(|(a, b, weight)| *weights.entry((8 + a, *b + 8)).or_default() += weight);
            let heavy = weights.into_iter().filter(|(_, weight)| *weight >= least);
            let expected: Vec<_> = heavy.map(|((a, b), weight)| (a, b, weight)).collect();
            let word = |(a, b, weight): &(u32, u32, u32)| (a << bits | (b + 8)) << WEIGHT_BITS | weight;
            let mut words: Vec<Word> = pairs.iter().map(word).collect();
            let (mut scales, mut found) = (Scales::default(), vec![(1, 2, 3)]);
            let block = Block { articles: 8..12, all: 20, bits, least };
            for _ in 0..2 {
                found.truncate(1);
                let mut words = words.clone();
                weigh(&mut scales, block.clone(), &mut words, &mut found);
                prop_assert_eq!(&found[1..], &expected);
            }
            words.clear();
            found.clear();
            weigh(&mut scales, block, &mut words, &mut found);
            prop_assert!(found.is_empty());
        }
    }

    /// A counter that was full has less than its pair weighs, and less than many ask for.
    #[test]
    fn relieved_counters_are_seen() {
        for times in [62, 63, 64, 93, 94] {
            let block = Block { articles: 0..1, all: 10, bits: 10, least: 125 };
            let (mut words, mut found) = (vec![7 << WEIGHT_BITS | 4; times], Vec::new());
            weigh(&mut Scales::default(), block, &mut words, &mut found);
            assert_eq!(found, [(0, 7, 4 * times as u32)]);
        }
    }

    #[test]
    fn counters_do_not_run_over() {
        let mut scales = Scales::default();
        for bits in [10, 20] {
            for (least, expected) in [(1, 1), (255, 1), (256, 1), (4000, 1), (4001, 0)] {
                let block = Block { articles: 0..1, all: 10, bits, least };
                let (mut words, mut found) = (vec![7 << WEIGHT_BITS | 4; 1000], Vec::new());
                weigh(&mut scales, block, &mut words, &mut found);
                assert_eq!(found, [(0, 7, 4000)][..expected]);
            }
        }
    }
}
