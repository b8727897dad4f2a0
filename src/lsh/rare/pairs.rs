//! Features with their articles to counted pairs.
//!
//! A corpus has many times more pairs that share one rare feature than pairs that share enough. So
//! every pair of every feature is written down once, in one word, spread over blocks of lesser articles
//! that fit the nearest cache; there they are weighed ([`super::weigh`]). Nothing on the way looks
//! anything up, or depends on a branch that the processor would have to guess for each pair.

use std::ops::Range;

use super::super::sides;
use super::index::SLACK;
use super::kernel::{self, Kernel, Work};
use super::weigh::{self, Scales, WEIGHT_BITS, Word};
use super::{RareConfig, RareIndex, Scratch, Sides};
use crate::{Cancel, Cancelled, prefetch};

/// Pairs in a block, about: they, and then their counters, fit the first-level cache.
const BLOCK_PAIRS: u64 = 1 << 14;

/// Pairs that are written at a time, needed or not: to write just a few takes longer.
const STRIDE: usize = SLACK;

/// Words ahead of the ones that are written that are asked for.
const AHEAD: usize = 32;

/// Counters for each pair up to which all pairs that there might be are counted one by one.
const COUNTERS: u64 = 8;

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
    /// Blocks of articles for [`RareIndex::pairs`] of these sides.
    pub fn blocks(&self, sides: Sides) -> Blocks {
        let articles = u64::from(self.articles);
        let bits = u32::BITS - self.articles.saturating_sub(1).leading_zeros();
        let wanted = (articles * BLOCK_PAIRS / self.shared.max(1)).max(1).ilog2();
        let is_dense = articles * articles / 2 <= self.shared * COUNTERS && bits <= weigh::TABLE;
        let most = if is_dense { weigh::TABLE } else { Word::BITS - WEIGHT_BITS };
        let shift = wanted.min(most - bits);
        let mut pairs = vec![0; articles.div_ceil(1 << shift) as usize];
        for (df, articles) in self.features() {
            for feature in articles[..articles.len() - SLACK].chunks_exact(df) {
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
        (blocks, part): (&Blocks, Range<usize>),
        scratch: &mut Scratch,
    ) -> Vec<(u32, u32, u32)> {
        let found = self.pairs_until(config, (blocks, part), scratch, &Cancel::never());
        found.expect("nobody tells it to stop")
    }

    /// [`RareIndex::pairs`], until it is told to stop.
    pub fn pairs_until(
        &self,
        config: RareConfig,
        (blocks, part): (&Blocks, Range<usize>),
        scratch: &mut Scratch,
        cancel: &Cancel,
    ) -> Result<Vec<(u32, u32, u32)>, Cancelled> {
        let Scratch { words, scales, .. } = scratch;
        let (starts, total) = blocks.starts(part.clone());
        if words.len() < total {
            // Not both at once: this may be all the memory that there is for pairs.
            drop(std::mem::take(words));
            *words = vec![0; total];
        }
        let mut heads = starts.clone();
        let lesser = Lesser { first: (part.start << blocks.shift) as u32, blocks };
        for (df, articles) in self.features() {
            cancel.check()?;
            let words = &mut words[..total];
            match config.sides {
                Sides::One => {
                    lesser.spread((df, config.weight(df as u32)), articles, &mut heads, words);
                }
                Sides::Two(_) => lesser.spread_across((df, config), articles, &mut heads, words),
            }
        }
        let mut pairs = Vec::new();
        for (block, (&start, &end)) in part.zip(starts.iter().zip(&heads)) {
            cancel.check()?;
            let first = (block << blocks.shift) as u32;
            let block = weigh::Block {
                articles: first..self.articles.min(first + (1 << blocks.shift)),
                all: self.articles,
                bits: blocks.bits,
                least: config.min_weight.max(1),
            };
            let words = &mut words[start..end];
            kernel::run(config.kernel, Weigh { scales, block, words, pairs: &mut pairs });
        }
        Ok(pairs)
    }
}

/// The pairs of a block to those that weigh enough.
struct Weigh<'s> {
    scales: &'s mut Scales,
    block: weigh::Block,
    words: &'s mut [Word],
    pairs: &'s mut Vec<(u32, u32, u32)>,
}

impl Work for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn with(self, kernel: impl Kernel) {
        // SAFETY: the caller vouches for the features.
        unsafe { self.scales.weigh(kernel, self.block, self.words, self.pairs) }
    }
}

/// The articles of some blocks, which are the lesser ones of pairs.
struct Lesser<'b> {
    first: u32,
    blocks: &'b Blocks,
}

impl Lesser<'_> {
    /// Writes down their pairs by features of a df and a weight, each in its block, of which there are as
    /// many as `heads`: where the next pair of each block goes.
    // Within a larger function the compiler would keep half of its numbers in memory.
    #[inline(never)]
    fn spread(
        &self,
        (df, weight): (usize, u32),
        articles: &[u32],
        heads: &mut [usize],
        words: &mut [Word],
    ) {
        let Blocks { shift, bits, .. } = *self.blocks;
        let count = (heads.len() as u32) << shift;
        for first in (0..articles.len() - SLACK).step_by(df) {
            for at in first..first + df - 1 {
                let article = articles[at].wrapping_sub(self.first);
                if article >= count {
                    continue;
                }
                let head = &mut heads[(article >> shift) as usize];
                let pair = (article & ((1 << shift) - 1)) << bits << WEIGHT_BITS | weight;
                let others = first + df - 1 - at;
                write(pair, &articles[at + 1..], others, &mut words[*head..]);
                *head += others;
            }
        }
    }
}

impl Lesser<'_> {
    /// [`Lesser::spread`] of pairs across two sides.
    #[inline(never)]
    fn spread_across(
        &self,
        (df, config): (usize, RareConfig),
        articles: &[u32],
        heads: &mut [usize],
        words: &mut [Word],
    ) {
        let Blocks { shift, bits, .. } = *self.blocks;
        let count = (heads.len() as u32) << shift;
        let border = config.sides.border().unwrap_or(0);
        for first in (0..articles.len() - SLACK).step_by(df) {
            let feature = &articles[first..first + df];
            let ours = sides::before(border, feature);
            let theirs = df - ours;
            let weight = config.weight(ours.max(theirs) as u32);
            for article in feature[..ours].iter().map(|article| article.wrapping_sub(self.first)) {
                if article >= count {
                    continue;
                }
                let head = &mut heads[(article >> shift) as usize];
                let pair = (article & ((1 << shift) - 1)) << bits << WEIGHT_BITS | weight;
                write(pair, &articles[first + ours..], theirs, &mut words[*head..]);
                *head += theirs;
            }
        }
    }
}

/// Writes the pairs of an article with the first `count` others; what stands behind these means nothing.
#[inline(always)]
fn write(pair: Word, others: &[u32], count: usize, words: &mut [Word]) {
    let whole = count.next_multiple_of(STRIDE);
    let (words, others) = (&mut words[..whole], &others[..whole]);
    for (words, others) in words.chunks_exact_mut(STRIDE).zip(others.chunks_exact(STRIDE)) {
        prefetch::to_write(words.as_ptr().wrapping_add(AHEAD));
        words.iter_mut().zip(others).for_each(|(to, &other)| *to = pair | other << WEIGHT_BITS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_take_what_they_may() {
        let blocks = Blocks { shift: 3, bits: 6, pairs: vec![10, 10, 1000, 0, 10] };
        assert_eq!(blocks.parts(200), [0..2, 2..3, 3..5]);
        assert_eq!(blocks.parts(0).len(), 5);
        assert_eq!(blocks.parts(usize::MAX).len(), 1);
        assert!(Blocks::default().parts(100).is_empty());
    }
}
