//! The inverted index to pairs of articles with the weight that they share.
//!
//! A corpus has many times more pairs that share one rare feature than pairs that share enough. So
//! every pair of every feature is written once, packed into one word, partitioned into blocks by
//! the smaller article number. A block fits the first-level cache, where its pairs are accumulated
//! ([`super::accumulator`]). Nothing on the way needs a lookup or an unpredictable branch for each
//! pair.

use std::ops::Range;

use super::super::sides;
use super::accumulator;
use super::config::RareConfig;
use super::index::{PADDING, RareIndex, SameDf};
use super::packed_pair::{PackedPair, WEIGHT_BITS};
use super::scratch::Scratch;
use crate::kernel::capability::dispatch;
use crate::lsh::Sides;
use crate::{Cancel, Cancelled, prefetch};

/// Pairs in a block, about: they, or their counters, fit the first-level cache.
const BLOCK_PAIRS: u64 = 1 << 14;

/// Pairs that are written at a time, needed or not: writing fewer takes longer.
const STRIDE: usize = PADDING;

/// How many words ahead of the ones being written memory is prefetched.
const PREFETCH_DISTANCE: usize = 32;

/// Counters per pair up to which every possible pair has a counter.
const DENSE_COUNTERS: u64 = 8;

/// The smaller article numbers of pairs in blocks of a power of two, and how many pairs each block
/// has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    /// Bits that number the articles of a block.
    shift: u32,
    /// Bits that number all articles.
    bits: u32,
    /// Pairs of each block, counted once for each feature that they share.
    pairs: Vec<usize>,
}

/// A run of [`Blocks`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard<'b> {
    blocks: &'b Blocks,
    range: Range<usize>,
}

impl Blocks {
    /// Runs of blocks whose pairs take at most this many bytes each, or single blocks. Together
    /// they are all blocks.
    pub fn shards(&self, bytes: usize) -> Vec<Shard<'_>> {
        let mut shards: Vec<Range<usize>> = Vec::new();
        let mut free = 0;
        for (block, pairs) in self.pairs.iter().enumerate() {
            let taken = (pairs + STRIDE) * size_of::<PackedPair>();
            match shards.last_mut() {
                Some(shard) if taken <= free => {
                    shard.end = block + 1;
                    free -= taken;
                }
                _ => {
                    shards.push(block..block + 1);
                    free = bytes.saturating_sub(taken);
                }
            }
        }
        shards.into_iter().map(|range| Shard { blocks: self, range }).collect()
    }
}

impl Shard<'_> {
    /// Where each block starts when they are written one after the other, and where the last one
    /// ends. Behind each there is space for one more stride.
    fn starts(&self) -> (Vec<usize>, usize) {
        let (mut starts, mut total) = (Vec::with_capacity(self.range.len()), 0);
        for pairs in &self.blocks.pairs[self.range.clone()] {
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
        let is_dense = articles * articles / 2 <= self.shared * DENSE_COUNTERS
            && bits <= accumulator::DENSE_BITS;
        let most = if is_dense { accumulator::DENSE_BITS } else { PackedPair::BITS - WEIGHT_BITS };
        let shift = wanted.min(most - bits);
        let mut pairs = vec![0; articles.div_ceil(1 << shift) as usize];
        for SameDf { df, articles } in self.features() {
            for feature in articles[..articles.len() - PADDING].chunks_exact(df) {
                if let Some(boundary) = sides.boundary() {
                    let ours = sides::count_below(boundary, feature);
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

    /// The candidate pairs whose smaller article number is in this shard, of the sides of
    /// `config`: both articles, the smaller number first, and the weight of the features they
    /// share; sorted. Panics where this processor lacks the kernel.
    pub fn pairs(
        &self,
        config: RareConfig,
        shard: Shard<'_>,
        scratch: &mut Scratch,
    ) -> Vec<(u32, u32, u32)> {
        let found = self.pairs_until(config, shard, scratch, &Cancel::never());
        found.expect("nobody tells it to stop")
    }

    /// [`RareIndex::pairs`], until it is cancelled.
    pub fn pairs_until(
        &self,
        config: RareConfig,
        shard: Shard<'_>,
        scratch: &mut Scratch,
        cancel: &Cancel,
    ) -> Result<Vec<(u32, u32, u32)>, Cancelled> {
        let Scratch { packed_pairs: words, accumulator, .. } = scratch;
        let capability = config.kernel.expect_capability();
        let (starts, total) = shard.starts();
        let Shard { blocks, range } = shard;
        if words.len() < total {
            // Not both at once: this may be the whole memory budget for pairs.
            drop(std::mem::take(words));
            *words = vec![0; total];
        }
        let mut cursors = starts.clone();
        let writer = PairWriter { first: (range.start << blocks.shift) as u32, blocks };
        for features in self.features() {
            cancel.check()?;
            let words = &mut words[..total];
            match config.sides {
                Sides::One => {
                    let weight = config.weight(features.df as u32);
                    writer.write_pairs(features, weight, &mut cursors, words);
                }
                Sides::Two(_) => writer.write_across(features, config, &mut cursors, words),
            }
        }
        let mut pairs = Vec::new();
        for (block, (&start, &end)) in range.zip(starts.iter().zip(&cursors)) {
            cancel.check()?;
            let first = (block << blocks.shift) as u32;
            let block = accumulator::Block {
                articles: first..self.articles.min(first + (1 << blocks.shift)),
                article_count: self.articles,
                bits: blocks.bits,
                min_weight: config.min_weight.max(1),
            };
            let words = &mut words[start..end];
            let (accumulator, pairs) = (&mut *accumulator, &mut pairs);
            dispatch!(capability, kernel => accumulator.accumulate(kernel, block, words, pairs));
        }
        Ok(pairs)
    }
}

/// Writes the pairs of a shard's blocks, of which `first` is the first article.
struct PairWriter<'b> {
    first: u32,
    blocks: &'b Blocks,
}

impl PairWriter<'_> {
    /// Writes the pairs of features of one df and weight. `cursors` has for each block of the shard
    /// where its next pair goes.
    // Inlined into a larger function, half of its variables would not get a register.
    #[inline(never)]
    fn write_pairs(
        &self,
        SameDf { df, articles }: SameDf<'_>,
        weight: u32,
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
        SameDf { df, articles }: SameDf<'_>,
        config: RareConfig,
        cursors: &mut [usize],
        words: &mut [PackedPair],
    ) {
        let Blocks { shift, bits, .. } = *self.blocks;
        let count = (cursors.len() as u32) << shift;
        let boundary = config.sides.boundary().unwrap_or(0);
        for first in (0..articles.len() - PADDING).step_by(df) {
            let feature = &articles[first..first + df];
            let ours = sides::count_below(boundary, feature);
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

/// Writes the pairs of an article with the first `count` others, followed by meaningless ones.
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
    fn shards_stay_within_their_bytes() {
        let blocks = Blocks { shift: 3, bits: 6, pairs: vec![10, 10, 1000, 0, 10] };
        let ranges: Vec<_> = blocks.shards(200).into_iter().map(|shard| shard.range).collect();
        assert_eq!(ranges, [0..2, 2..3, 3..5]);
        assert_eq!(blocks.shards(0).len(), 5);
        assert_eq!(blocks.shards(usize::MAX).len(), 1);
        assert!(Blocks::default().shards(100).is_empty());
    }
}
