//! Features with their articles to counted pairs.
//!
//! A corpus has many times more pairs that share one rare feature than pairs that share enough. All
//! of them are written down once, in blocks by the lesser article, so that each block fits the cache;
//! there a sieve of small counters leaves hardly any that does not count, and these are sorted.

use std::ops::Range;

use super::index::{ARTICLE, ARTICLE_BITS, LAST};
use super::{RareConfig, RareIndex, Scratch};
use crate::text::hash::mix;

/// Words of a block, about: as many as the counters serve.
const BLOCK_WORDS: u64 = 1 << 16;

/// Bits of a slot of the first sieve, four slots to each word of a block, and of the second.
const WIDE: u32 = 18;
const NARROW: u32 = 16;

/// Words that are copied at a time, needed or not: to copy just a few takes longer.
const STRIDE: usize = 8;

/// Words behind each block, for an article and what is copied in vain.
const SLACK: usize = STRIDE + 1;

/// The lesser articles of pairs, in blocks of a power of two, and the room that each takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    shift: u32,
    /// By block.
    words: Vec<u32>,
}

impl Blocks {
    /// Runs of blocks that take at most so many bytes each, or are one block.
    pub fn parts(&self, bytes: usize) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut room = 0;
        for (block, words) in self.words.iter().enumerate() {
            let taken = (*words as usize + SLACK) * size_of::<u32>();
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
    fn starts(&self, part: Range<usize>) -> (Vec<usize>, usize) {
        let (mut starts, mut total) = (Vec::with_capacity(part.len()), 0);
        for words in &self.words[part] {
            starts.push(total);
            // What is copied beyond the end of one block is not to harm the next.
            total += *words as usize + SLACK;
        }
        (starts, total)
    }
}

impl RareIndex {
    /// Blocks of articles for [`RareIndex::pairs`].
    pub fn blocks(&self) -> Blocks {
        let articles = u64::from(self.articles);
        let words = self.shared + self.len() as u64;
        let wanted = (articles * BLOCK_WORDS / words.max(1)).max(1);
        let shift = wanted.ilog2();
        let mut counts = vec![0u32; articles.div_ceil(1 << shift) as usize];
        for entries in self.parts() {
            let mut greater = 0;
            for entry in entries.iter().rev() {
                greater = if entry & LAST != 0 { 0 } else { greater + 1 };
                counts[((entry & ARTICLE) >> shift) as usize] += greater + u32::from(greater > 0);
            }
        }
        Blocks { shift, words: counts }
    }

    /// The candidate pairs whose lesser article is in these blocks: the lesser article, the greater one,
    /// and the weight of the features they share; sorted.
    pub fn pairs(
        &self,
        config: RareConfig,
        (blocks, part): (&Blocks, Range<usize>),
        scratch: &mut Scratch,
    ) -> Vec<(u32, u32, u32)> {
        let Scratch { words, sieve, met, .. } = scratch;
        let (starts, total) = blocks.starts(part.clone());
        words.resize(words.len().max(total), 0);
        let mut heads = starts.clone();
        let mut writer = Writer {
            words: &mut words[..total],
            heads: &mut heads,
            first: (part.start << blocks.shift) as u32,
            shift: blocks.shift,
        };
        self.parts().for_each(|entries| writer.write(entries));
        let mut pairs = Vec::new();
        for (start, end) in starts.iter().zip(&heads) {
            sieve.sift(&words[*start..*end], config.min_weight, met);
            add_up(met, config.min_weight, &mut pairs);
        }
        pairs
    }
}

/// Where the pairs of some blocks go.
struct Writer<'w> {
    words: &'w mut [u32],
    /// By block where its next word goes.
    heads: &'w mut [usize],
    /// The first article.
    first: u32,
    shift: u32,
}

impl Writer<'_> {
    /// Writes, for each article of the blocks and each of its features with greater articles, the
    /// article, and then those as they stand in the index.
    fn write(&mut self, entries: &[u32]) {
        let mut greater = 0;
        for at in (0..entries.len()).rev() {
            let entry = entries[at];
            greater = if entry & LAST != 0 { 0 } else { greater + 1 };
            let article = entry & ARTICLE;
            let block = article.wrapping_sub(self.first) >> self.shift;
            let Some(head) = self.heads.get_mut(block as usize) else { continue };
            self.words[*head] = article;
            let (from, to) = (at + 1, *head + 1);
            if greater <= STRIDE && from + STRIDE <= entries.len() {
                self.words[to..to + STRIDE].copy_from_slice(&entries[from..from + STRIDE]);
            } else {
                self.words[to..to + greater].copy_from_slice(&entries[from..from + greater]);
            }
            *head += greater + usize::from(greater > 0);
        }
    }
}

/// Sums up the weights of each pair in `met`, sorts, and appends the pairs that have enough.
fn add_up(met: &mut [Met], least: u32, pairs: &mut Vec<(u32, u32, u32)>) {
    met.sort_unstable_by_key(|met| pair_of(*met));
    for same in met.chunk_by(|x, y| pair_of(*x) == pair_of(*y)) {
        let weight: u32 = same.iter().map(|met| weight_of(*met)).sum();
        if weight >= least.max(1) {
            pairs.push(((same[0] >> 32) as u32, same[0] as u32 & ARTICLE, weight));
        }
    }
}

/// The lesser article of a pair above the greater one as it stands in the index, with a feature's weight.
type Met = u64;

#[inline(always)]
fn pair_of(met: Met) -> u64 {
    met & !u64::from(!ARTICLE)
}

#[inline(always)]
fn weight_of(met: Met) -> u32 {
    met as u32 >> ARTICLE_BITS & 7
}

/// Counters in which pairs share places: never too low, sometimes too high.
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    wide: Box<[u8; 1 << WIDE]>,
    narrow: Box<[u8; 1 << NARROW]>,
    slots: Vec<u32>,
}

impl Default for Sieve {
    fn default() -> Self {
        Self {
            wide: Box::new([0; 1 << WIDE]),
            narrow: Box::new([0; 1 << NARROW]),
            slots: Vec::new(),
        }
    }
}

impl Sieve {
    /// Fills `met` with the pairs of a block that may have enough weight, once for each feature that they
    /// share.
    ///
    /// An article stands among those that it is paired with like one that weighs nothing: where features
    /// end cannot be guessed, and so there are no branches.
    fn sift(&mut self, words: &[u32], least: u32, met: &mut Vec<Met>) {
        let least = least.clamp(1, 255) as u8;
        self.wide.fill(0);
        self.slots.resize(words.len(), 0);
        let (mut salt, mut begins) = (0, true);
        for (slot, &word) in self.slots.iter_mut().zip(words) {
            salt = if begins { word.wrapping_mul(0x9E37_79B1) } else { salt };
            *slot = (word & ARTICLE ^ salt).wrapping_mul(0x85EB_CA6B) >> (u32::BITS - WIDE);
            let counter = &mut self.wide[*slot as usize];
            *counter = counter.saturating_add((word >> ARTICLE_BITS & 7) as u8);
            begins = word & LAST != 0;
        }
        let (mut article, mut begins, mut count) = (0, true, 0);
        met.clear();
        met.resize(words.len(), 0);
        for (&slot, &word) in self.slots.iter().zip(words) {
            article = if begins { word } else { article };
            met[count] = u64::from(article) << 32 | u64::from(word);
            count += usize::from(self.wide[slot as usize & ((1 << WIDE) - 1)] >= least);
            begins = word & LAST != 0;
        }
        met.truncate(count);
        self.sift_again(least, met);
    }

    fn sift_again(&mut self, least: u8, met: &mut Vec<Met>) {
        let slot = |met: Met| (mix(pair_of(met)) >> (u64::BITS - NARROW)) as usize;
        self.narrow.fill(0);
        for &met in &*met {
            let counter = &mut self.narrow[slot(met)];
            *counter = counter.saturating_add(weight_of(met) as u8);
        }
        met.retain(|met| self.narrow[slot(*met)] >= least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words as [`Writer`] has them: each article with the features it shares, (other, weight) each.
    fn words(shared: &[(u32, &[(u32, u32)])]) -> Vec<u32> {
        let mut words = Vec::new();
        for (article, others) in shared {
            words.push(*article);
            words.extend(others.iter().map(|(other, weight)| other | weight << ARTICLE_BITS));
            *words.last_mut().unwrap() |= LAST;
        }
        words
    }

    #[test]
    fn pairs_with_enough_weight_go_through_the_sieve() {
        let words = words(&[(3, &[(5, 4), (6, 4)]), (3, &[(6, 2)]), (4, &[(6, 4)])]);
        let (mut sieve, mut met, mut pairs) = (Sieve::default(), Vec::new(), Vec::new());
        sieve.sift(&words, 6, &mut met);
        add_up(&mut met, 6, &mut pairs);
        assert_eq!(pairs, [(3, 6, 6)]);
    }

    #[test]
    fn counters_do_not_run_over() {
        let shared: Vec<(u32, &[(u32, u32)])> = vec![(1, &[(2, 4)]); 1000];
        let (mut sieve, mut met, mut pairs) = (Sieve::default(), Vec::new(), Vec::new());
        for least in [1, 255, 256, 4000] {
            sieve.sift(&words(&shared), least, &mut met);
            pairs.clear();
            add_up(&mut met, least, &mut pairs);
            assert_eq!(pairs, [(1, 2, 4000)]);
        }
        sieve.sift(&words(&shared), 4001, &mut met);
        add_up(&mut met, 4001, &mut pairs);
        assert_eq!(pairs.len(), 1);
    }

    #[test]
    fn parts_take_what_they_may() {
        let blocks = Blocks { shift: 3, words: vec![10, 10, 1000, 0, 10] };
        assert_eq!(blocks.parts(200), [0..2, 2..3, 3..5]);
        assert_eq!(blocks.parts(0).len(), 5);
        assert_eq!(blocks.parts(usize::MAX).len(), 1);
        assert!(Blocks::default().parts(100).is_empty());
    }
}
