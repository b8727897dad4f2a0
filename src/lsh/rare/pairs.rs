//! Features with their articles to counted pairs.
//!
//! A corpus has many times more pairs that share one rare feature than pairs that share enough. So
//! every pair of every feature is written down once, in one word, spread over blocks of lesser articles
//! that fit the nearest cache; there a sieve of small counters leaves hardly any pair that does not
//! count, and these few are sorted. Nothing on the way looks anything up, or depends on a branch that
//! the processor would have to guess for each pair.

use std::ops::Range;

use super::index::{LAST, WEIGHT_BITS, article_of};
use super::{RareConfig, RareIndex, Scratch};
use crate::prefetch;

/// Pairs in a block, about: they, and then their counters, fit the first-level cache.
const BLOCK_PAIRS: u64 = 1 << 14;

/// Bits of the greatest sieve, and of the least one.
const SIEVE: u32 = 18;
const LEAST_SIEVE: u32 = 8;

/// Counters of a sieve for each pair that goes through it.
const COUNTERS: usize = 4;

/// Pairs that are written at a time, needed or not: to write just a few takes longer.
const STRIDE: usize = 8;

/// Words ahead of the ones that are written that are asked for.
const AHEAD: usize = 16;

/// A pair that one feature gives, as its block sees it: from the highest of the bits below [`LAST`] down
/// the lesser article's place in the block, the greater article, and the feature's weight.
type Word = u32;

/// The lesser articles of pairs, in blocks of a power of two, and the pairs that each has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    /// Bits that number the articles of a block.
    shift: u32,
    /// Bits that number all articles.
    bits: u32,
    /// By block, one for each feature that two articles share.
    pairs: Vec<usize>,
}

impl Blocks {
    /// Runs of blocks that take at most so many bytes each, or are one block.
    pub fn parts(&self, bytes: usize) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut room = 0;
        for (block, pairs) in self.pairs.iter().enumerate() {
            let taken = (pairs + STRIDE) * size_of::<Word>();
            match parts.last_mut() {
                Some(part) if taken <= room => {
                    part.end = block + 1;
                    room -= taken;
                }
                _ => {
                    parts.push(block..block + 1);
                    room = bytes.saturating_sub(taken);
                }
            }
        }
        parts
    }

    /// Where each of some blocks starts when they are written one behind the other, and where all end.
    /// Behind each there is room for a stride that it does not need.
    fn starts(&self, part: Range<usize>) -> (Vec<usize>, usize) {
        let (mut starts, mut total) = (Vec::with_capacity(part.len()), 0);
        for pairs in &self.pairs[part] {
            starts.push(total);
            total += pairs + STRIDE;
        }
        (starts, total)
    }
}

impl RareIndex {
    /// Blocks of articles for [`RareIndex::pairs`].
    pub fn blocks(&self) -> Blocks {
        let articles = u64::from(self.articles);
        let bits = u32::BITS - self.articles.saturating_sub(1).leading_zeros();
        let wanted = (articles * BLOCK_PAIRS / self.shared.max(1)).max(1).ilog2();
        let shift = wanted.min(LAST.ilog2() - WEIGHT_BITS - bits);
        let mut pairs = vec![0; articles.div_ceil(1 << shift) as usize];
        for part in self.parts() {
            let mut follow = 0;
            for &entry in part.iter().rev() {
                follow = if entry & LAST != 0 { 0 } else { follow + 1 };
                pairs[(article_of(entry) >> shift) as usize] += follow;
            }
        }
        Blocks { shift, bits, pairs }
    }

    /// The candidate pairs whose lesser article is in these blocks: the lesser article, the greater one,
    /// and the weight of the features they share; sorted.
    pub fn pairs(
        &self,
        config: RareConfig,
        (blocks, part): (&Blocks, Range<usize>),
        scratch: &mut Scratch,
    ) -> Vec<(u32, u32, u32)> {
        let Scratch { words, sieve, .. } = scratch;
        let (starts, total) = blocks.starts(part.clone());
        if words.len() < total {
            // Not both at once: this may be all the memory that there is for pairs.
            drop(std::mem::take(words));
            *words = vec![0; total];
        }
        let mut heads = starts.clone();
        let lesser = Lesser { first: (part.start << blocks.shift) as u32, blocks };
        for entries in self.parts() {
            lesser.spread(entries, &mut heads, &mut words[..total]);
        }
        let mut pairs = Vec::new();
        for (block, (&start, &end)) in part.zip(starts.iter().zip(&heads)) {
            let first = (block << blocks.shift) as u32;
            for (word, weight) in sieve.pairs(&mut words[start..end], config.min_weight.max(1)) {
                let (a, b) = (word >> blocks.bits, word & ((1 << blocks.bits) - 1));
                pairs.push((first + a, b, weight));
            }
        }
        pairs
    }
}

/// The articles of some blocks, which are the lesser ones of pairs.
struct Lesser<'b> {
    first: u32,
    blocks: &'b Blocks,
}

impl Lesser<'_> {
    /// Writes down their pairs, each in its block, of which there are as many as `heads`: where the next
    /// pair of each block goes.
    fn spread(&self, entries: &[u32], heads: &mut [usize], words: &mut [Word]) {
        let Blocks { shift, bits, .. } = *self.blocks;
        let first = self.first << WEIGHT_BITS;
        let articles = (heads.len() as u32) << (shift + WEIGHT_BITS);
        // The last article of a feature has a bit above all articles: it is the lesser one of no pair.
        let is_lesser = |entry: u32| entry.wrapping_sub(first) < articles;
        let mut at = 0;
        while at < entries.len() {
            if !is_lesser(entries[at]) {
                at += 1;
                continue;
            }
            let rest = entries[at..].iter().position(|entry| entry & LAST != 0);
            let last = at + rest.expect("every feature has a last article");
            while is_lesser(entries[at]) {
                let article = article_of(entries[at]) - self.first;
                let head = &mut heads[(article >> shift) as usize];
                let place = (article & ((1 << shift) - 1)) << (bits + WEIGHT_BITS);
                prefetch::to_write(words.as_ptr().wrapping_add(*head + AHEAD));
                write(place, &entries[at + 1..], last - at, &mut words[*head..]);
                *head += last - at;
                at += 1;
            }
            at = last + 1;
        }
    }
}

/// Writes the pairs of an article with the first `count` others; what stands behind these means nothing.
#[inline(always)]
fn write(place: u32, others: &[u32], count: usize, words: &mut [Word]) {
    let word = |other: u32| place | other & !LAST;
    let whole = count.next_multiple_of(STRIDE);
    if whole > others.len() {
        let pairs = words.iter_mut().zip(&others[..count]);
        return pairs.for_each(|(to, &other)| *to = word(other));
    }
    let (words, others) = (&mut words[..whole], &others[..whole]);
    for (words, others) in words.chunks_exact_mut(STRIDE).zip(others.chunks_exact(STRIDE)) {
        words.iter_mut().zip(others).for_each(|(to, &other)| *to = word(other));
    }
}

/// Tells which pairs of a block have enough weight.
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    /// In which pairs share places: never too low, sometimes too high.
    counters: Box<[u8; 1 << SIEVE]>,
    /// Pairs that these leave, each above its weight and in a place of its own; 0 where there is none.
    weights: Vec<u64>,
}

impl Default for Sieve {
    fn default() -> Self {
        Self { counters: Box::new([0; 1 << SIEVE]), weights: Vec::new() }
    }
}

impl Sieve {
    /// The pairs that have enough weight, as words without a weight, and what they have; sorted. `words`
    /// mean nothing afterwards.
    fn pairs(&mut self, words: &mut [Word], least: u32) -> impl Iterator<Item = (Word, u32)> {
        let kept = sift(&mut self.counters, words, least.min(255) as u8);
        weigh(&words[..kept], &mut self.weights);
        self.weights.retain(|entry| *entry as u32 >= least);
        self.weights.sort_unstable();
        self.weights.iter().map(|entry| ((entry >> 32) as Word, *entry as u32))
    }
}

/// Puts the weight of each distinct pair into a hash table, by linear probing.
fn weigh(words: &[Word], weights: &mut Vec<u64>) {
    weights.clear();
    let bits = (2 * words.len()).next_power_of_two().ilog2().max(1);
    weights.resize(1 << bits, 0);
    for &word in words {
        let pair = u64::from(word >> WEIGHT_BITS) << 32;
        let mut place = place_of(word, bits);
        while weights[place] != 0 && weights[place] >> 32 != pair >> 32 {
            place = (place + 1) & ((1 << bits) - 1);
        }
        weights[place] = pair | (weights[place] as u32 + weight_of(word)) as u64;
    }
}

/// Where a pair stands in a table of 2 to the power of `bits` places.
#[inline(always)]
fn place_of(word: Word, bits: u32) -> usize {
    ((word >> WEIGHT_BITS).wrapping_mul(0x9E37_79B1) >> (u32::BITS - bits)) as usize
}

#[inline(always)]
fn weight_of(word: Word) -> u32 {
    word & ((1 << WEIGHT_BITS) - 1)
}

/// Moves those to the front that may have enough weight, and gives their number.
fn sift(counters: &mut [u8; 1 << SIEVE], words: &mut [Word], least: u8) -> usize {
    let bits = (words.len() * COUNTERS).max(1).ilog2().clamp(LEAST_SIEVE, SIEVE);
    let slot = |word: Word| place_of(word, bits) & ((1 << SIEVE) - 1);
    counters[..1 << bits].fill(0);
    for &word in &*words {
        let counter = &mut counters[slot(word)];
        *counter = counter.saturating_add(weight_of(word) as u8);
    }
    let mut count = 0;
    for at in 0..words.len() {
        let word = words[at];
        words[count] = word;
        count += usize::from(counters[slot(word)] >= least);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_do_not_run_over() {
        for (least, expected) in [(1, 1), (255, 1), (256, 1), (4000, 1), (4001, 0)] {
            let mut words = vec![7 << WEIGHT_BITS | 4; 1000];
            let found: Vec<_> = Sieve::default().pairs(&mut words, least).collect();
            assert_eq!(found, [(7, 4000)][..expected]);
        }
    }

    #[test]
    fn parts_take_what_they_may() {
        let blocks = Blocks { shift: 3, bits: 6, pairs: vec![10, 10, 1000, 0, 10] };
        assert_eq!(blocks.parts(200), [0..2, 2..3, 3..5]);
        assert_eq!(blocks.parts(0).len(), 5);
        assert_eq!(blocks.parts(usize::MAX).len(), 1);
        assert!(Blocks::default().parts(100).is_empty());
    }
}
