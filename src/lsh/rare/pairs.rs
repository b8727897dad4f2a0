//! Features with their articles to counted pairs.
//!
//! A corpus has many times more pairs that share one rare feature than pairs that share enough. So
//! every pair of every feature is written down once, in one word, spread over blocks of lesser articles
//! that fit the nearest cache; there they are weighed ([`super::weigh`]). Nothing on the way looks
//! anything up, or depends on a branch that the processor would have to guess for each pair.

use std::ops::Range;

use super::super::sides;
use super::index::PADDING;
use super::weigh::{self, PackedPair, WEIGHT_BITS};
use super::{RareConfig, RareIndex, Scratch, Sides};
use crate::kernel::capability::dispatch;
use crate::prefetch;

/// Pairs in a block, about: they, and then their counters, fit the first-level cache.
const BLOCK_PAIRS: u64 = 1 << 14;

/// Pairs that are written at a time, needed or not: to write just a few takes longer.
const STRIDE: usize = PADDING;

/// Words ahead of the ones that are written that are asked for.
const PREFETCH_DISTANCE: usize = 32;

/// Counters for each pair up to which all pairs that there might be are counted one by one.
const DENSE_COUNTERS: u64 = 8;

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
    pub fn shards(&self, bytes: usize) -> Vec<Range<usize>> {
        let mut shards: Vec<Range<usize>> = Vec::new();
        let mut room = 0;
        for (block, pairs) in self.pairs.iter().enumerate() {
            let taken = (pairs + STRIDE) * size_of::<PackedPair>();
            match shards.last_mut() {
                Some(shard) if taken <= room => {
                    shard.end = block + 1;
                    room -= taken;
                }
                _ => {
                    shards.push(block..block + 1);
                    room = bytes.saturating_sub(taken);
                }
            }
        }
        shards
    }

    /// Where each of some blocks starts when they are written one behind the other, and where all end.
    /// Behind each there is room for a stride that it does not need.
    fn starts(&self, shard: Range<usize>) -> (Vec<usize>, usize) {
        let (mut starts, mut total) = (Vec::with_capacity(shard.len()), 0);
        for pairs in &self.pairs[shard] {
            starts.push(total);
            total += pairs + STRIDE;
        }
        (starts, total)
    }
}

impl RareIndex {
    /// Blocks of articles for [`RareIndex::pairs`] of these sides.
    pub fn blocks(&self, sides: Sides) -> Blocks {
        let articles = u64::from(self.articles);
        let bits = u32::BITS - self.articles.saturating_sub(1).leading_zeros();
        let wanted = (articles * BLOCK_PAIRS / self.shared.max(1)).max(1).ilog2();
        let is_dense =
            articles * articles / 2 <= self.shared * DENSE_COUNTERS && bits <= weigh::DENSE_BITS;
        let most = if is_dense { weigh::DENSE_BITS } else { PackedPair::BITS - WEIGHT_BITS };
        let shift = wanted.min(most - bits);
        let mut pairs = vec![0; articles.div_ceil(1 << shift) as usize];
        for (df, articles) in self.features() {
            for feature in articles[..articles.len() - PADDING].chunks_exact(df) {
                if let Some(border) = sides.border() {
                    let ours = sides::before(border, feature);
                    for article in &feature[..ours] {
                        pairs[(article >> shift) as usize] += df - ours;
                    }
                    continue;
                }
                for (follow, article) in feature.iter().rev().enumerate() {
                    pairs[(article >> shift) as usize] += follow;
                }
            }
        }
        Blocks { shift, bits, pairs }
    }

    /// The candidate pairs whose lesser article is in these blocks, of the sides of `config`: the lesser article, the greater one,
    /// and the weight of the features they share; sorted. Panics where this processor lacks the kernel.
    pub fn pairs(
        &self,
        config: RareConfig,
        (blocks, shard): (&Blocks, Range<usize>),
        scratch: &mut Scratch,
    ) -> Vec<(u32, u32, u32)> {
        let Scratch { packed_pairs: words, accumulator, .. } = scratch;
        let capability = config.kernel.expect_capability();
        let (starts, total) = blocks.starts(shard.clone());
        if words.len() < total {
            // Not both at once: this may be all the memory that there is for pairs.
            drop(std::mem::take(words));
            *words = vec![0; total];
        }
        let mut cursors = starts.clone();
        let writer = PairWriter { first: (shard.start << blocks.shift) as u32, blocks };
        for (df, articles) in self.features() {
            let words = &mut words[..total];
            match config.sides {
                Sides::One => {
                    writer.write_pairs(
                        (df, config.weight(df as u32)),
                        articles,
                        &mut cursors,
                        words,
                    );
                }
                Sides::Two(_) => writer.write_across((df, config), articles, &mut cursors, words),
            }
        }
        let mut pairs = Vec::new();
        for (block, (&start, &end)) in shard.zip(starts.iter().zip(&cursors)) {
            let first = (block << blocks.shift) as u32;
            let block = weigh::Block {
                articles: first..self.articles.min(first + (1 << blocks.shift)),
                article_count: self.articles,
                bits: blocks.bits,
                min_weight: config.min_weight.max(1),
            };
            let words = &mut words[start..end];
            let (accumulator, pairs) = (&mut *accumulator, &mut pairs);
            dispatch!(capability, kernel => accumulator.accumulate(kernel, block, words, pairs));
        }
        pairs
    }
}

/// The articles of some blocks, which are the lesser ones of pairs.
struct PairWriter<'b> {
    first: u32,
    blocks: &'b Blocks,
}

impl PairWriter<'_> {
    /// Writes down their pairs by features of a df and a weight, each in its block, of which there are as
    /// many as `cursors`: where the next pair of each block goes.
    // Within a larger function the compiler would keep half of its numbers in memory.
    #[inline(never)]
    fn write_pairs(
        &self,
        (df, weight): (usize, u32),
        articles: &[u32],
        cursors: &mut [usize],
        words: &mut [PackedPair],
    ) {
        let Blocks { shift, bits, .. } = *self.blocks;
        let count = (cursors.len() as u32) << shift;
        for first in (0..articles.len() - PADDING).step_by(df) {
            for at in first..first + df - 1 {
                let article = articles[at].wrapping_sub(self.first);
                if article >= count {
                    continue;
                }
                let cursor = &mut cursors[(article >> shift) as usize];
                let pair = (article & ((1 << shift) - 1)) << bits << WEIGHT_BITS | weight;
                let others = first + df - 1 - at;
                write(pair, &articles[at + 1..], others, &mut words[*cursor..]);
                *cursor += others;
            }
        }
    }
}

impl PairWriter<'_> {
    /// [`PairWriter::write_pairs`] of pairs across two sides.
    #[inline(never)]
    fn write_across(
        &self,
        (df, config): (usize, RareConfig),
        articles: &[u32],
        cursors: &mut [usize],
        words: &mut [PackedPair],
    ) {
        let Blocks { shift, bits, .. } = *self.blocks;
        let count = (cursors.len() as u32) << shift;
        let border = config.sides.border().unwrap_or(0);
        for first in (0..articles.len() - PADDING).step_by(df) {
            let feature = &articles[first..first + df];
            let ours = sides::before(border, feature);
            let theirs = df - ours;
            let weight = config.weight(ours.max(theirs) as u32);
            for article in feature[..ours].iter().map(|article| article.wrapping_sub(self.first)) {
                if article >= count {
                    continue;
                }
                let cursor = &mut cursors[(article >> shift) as usize];
                let pair = (article & ((1 << shift) - 1)) << bits << WEIGHT_BITS | weight;
                write(pair, &articles[first + ours..], theirs, &mut words[*cursor..]);
                *cursor += theirs;
            }
        }
    }
}

/// Writes the pairs of an article with the first `count` others; what stands behind these means nothing.
#[inline(always)]
fn write(pair: PackedPair, others: &[u32], count: usize, words: &mut [PackedPair]) {
    let whole = count.next_multiple_of(STRIDE);
    let (words, others) = (&mut words[..whole], &others[..whole]);
    for (words, others) in words.chunks_exact_mut(STRIDE).zip(others.chunks_exact(STRIDE)) {
        prefetch::to_write(words.as_ptr().wrapping_add(PREFETCH_DISTANCE));
        words.iter_mut().zip(others).for_each(|(to, &other)| *to = pair | other << WEIGHT_BITS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_take_what_they_may() {
        let blocks = Blocks { shift: 3, bits: 6, pairs: vec![10, 10, 1000, 0, 10] };
        assert_eq!(blocks.shards(200), [0..2, 2..3, 3..5]);
        assert_eq!(blocks.shards(0).len(), 5);
        assert_eq!(blocks.shards(usize::MAX).len(), 1);
        assert!(Blocks::default().shards(100).is_empty());
    }
}
