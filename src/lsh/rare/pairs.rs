//! Features with their articles to counted pairs.
//!
//! A corpus has many times more pairs that share one rare feature than pairs that share enough. They
//! are counted article by article, in a sieve of small counters that the nearest cache holds: it leaves
//! hardly any pair that does not count, and these few are sorted. For that, places in the index are
//! noted down, first by blocks of articles, then by the articles of a block.

use std::ops::Range;

use super::index::{ARTICLE, ARTICLE_BITS, LAST};
use super::{RareConfig, RareIndex, Scratch};
use crate::prefetch;

/// Places in a block, about: they fit the second-level cache, sorted and unsorted.
const BLOCK_PLACES: u64 = 1 << 14;

/// Bits of the greatest sieve, and of the least one.
const SIEVE: u32 = 18;
const LEAST_SIEVE: u32 = 8;

/// Counters of a sieve for each article that goes through it.
const COUNTERS: usize = 8;

/// Articles that are copied at a time, needed or not: to copy just a few takes longer.
const STRIDE: usize = 8;

/// Places ahead of the one that is noted down, and of the one that is read, that are asked for.
const NOTED_AHEAD: usize = 16;
const READ_AHEAD: usize = 16;

/// Articles in a line of memory.
const LINE: usize = 64 / size_of::<u32>();

/// The lesser articles of pairs, in blocks of a power of two, and the places that each has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    shift: u32,
    /// By block.
    places: Vec<u32>,
}

impl Blocks {
    /// Runs of blocks that take at most so many bytes each, or are one block.
    pub fn parts(&self, bytes: usize) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut room = 0;
        for (block, places) in self.places.iter().enumerate() {
            let taken = *places as usize * size_of::<Place>();
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
        for places in &self.places[part] {
            starts.push(total);
            total += *places as usize;
        }
        (starts, total)
    }
}

impl RareIndex {
    /// Blocks of articles for [`RareIndex::pairs`].
    pub fn blocks(&self) -> Blocks {
        let articles = u64::from(self.articles);
        let wanted = articles * BLOCK_PLACES / (self.len() as u64).max(1);
        let shift = wanted.max(1).ilog2().min(MOST_SHIFT);
        let mut places = vec![0u32; articles.div_ceil(1 << shift) as usize];
        for entry in self.parts().flatten() {
            places[((entry & ARTICLE) >> shift) as usize] += u32::from(entry & LAST == 0);
        }
        Blocks { shift, places }
    }

    /// The candidate pairs whose lesser article is in these blocks: the lesser article, the greater one,
    /// and the weight of the features they share; sorted.
    pub fn pairs(
        &self,
        config: RareConfig,
        (blocks, part): (&Blocks, Range<usize>),
        scratch: &mut Scratch,
    ) -> Vec<(u32, u32, u32)> {
        let Scratch { places, sorted, sieve, .. } = scratch;
        let (starts, total) = blocks.starts(part.clone());
        places.resize(places.len().max(total), 0);
        let mut heads = starts.clone();
        let first = (part.start << blocks.shift) as u32;
        let shelf = Shelf::new(self);
        shelf.note(first, blocks.shift, &mut heads, &mut places[..total]);
        let mut pairs = Vec::new();
        for (block, (start, end)) in (part.start as u32..).zip(starts.iter().zip(&heads)) {
            let of_block = sort_by_article(&places[*start..*end], sorted, blocks.shift);
            for of_article in of_block.chunk_by(|x, y| article_of(*x) == article_of(*y)) {
                let article = (block << blocks.shift) + article_of(of_article[0]) as u32;
                sieve.gather(of_article, &shelf);
                sieve.pairs(article, config.min_weight.max(1), &mut pairs);
            }
        }
        pairs
    }
}

/// Where an article stands in a feature, before others: from the highest bits down the article's place
/// in its block, how many articles follow, [`MANY`] for more, and where these are.
type Place = u64;

const FOLLOW: u32 = 40;
const MANY: u64 = 255;
const OF_BLOCK: u32 = 48;

/// So many bits number the articles of a block at most.
const MOST_SHIFT: u32 = u64::BITS - OF_BLOCK;

#[inline(always)]
fn article_of(place: Place) -> usize {
    (place >> OF_BLOCK) as usize
}

/// The index, by place.
struct Shelf<'i> {
    parts: Vec<&'i [u32]>,
    /// Bits of a place in a part.
    bits: u32,
}

impl<'i> Shelf<'i> {
    fn new(index: &'i RareIndex) -> Self {
        let parts: Vec<_> = index.parts().collect();
        let longest = parts.iter().map(|part| part.len()).max().unwrap_or(0);
        let bits = longest.checked_ilog2().map_or(0, |bits| bits + 1);
        assert!((parts.len() as u64) < 1 << (FOLLOW - bits), "a trillion places");
        Self { parts, bits }
    }

    /// Notes the places of the articles from `first` on, each in its block, of which there are as many as
    /// `heads`: where the next place of each block goes.
    fn note(&self, first: u32, shift: u32, heads: &mut [usize], places: &mut [Place]) {
        for (part, entries) in (0u64..).zip(&self.parts) {
            let base = part << self.bits;
            let mut follow = 0;
            for at in (0..entries.len()).rev() {
                let entry = entries[at];
                follow = if entry & LAST != 0 { 0 } else { follow + 1 };
                let article = (entry & ARTICLE).wrapping_sub(first);
                let Some(head) = heads.get_mut((article >> shift) as usize) else { continue };
                prefetch::to_write(places.as_ptr().wrapping_add(*head + NOTED_AHEAD));
                if follow > 0 {
                    let of_block = u64::from(article & ((1 << shift) - 1));
                    places[*head] =
                        of_block << OF_BLOCK | follow.min(MANY) << FOLLOW | (base + at as u64 + 1);
                }
                *head += usize::from(follow > 0);
            }
        }
    }

    /// From the article that follows a place to the end of the part.
    #[inline(always)]
    fn rest(&self, place: Place) -> &'i [u32] {
        let place = place & ((1 << FOLLOW) - 1);
        &self.parts[(place >> self.bits) as usize][(place & ((1 << self.bits) - 1)) as usize..]
    }

    /// How many articles follow.
    #[inline(always)]
    fn follow(&self, place: Place) -> usize {
        match place >> FOLLOW & MANY {
            MANY => 1 + self.rest(place).iter().take_while(|entry| **entry & LAST == 0).count(),
            follow => follow as usize,
        }
    }
}

/// Sorts the places of a block by article, and only by that.
fn sort_by_article<'s>(places: &[Place], sorted: &'s mut Vec<Place>, shift: u32) -> &'s [Place] {
    sorted.resize(sorted.len().max(places.len()), 0);
    let sorted = &mut sorted[..places.len()];
    let mut ends = vec![0u32; 1 << shift];
    for place in places {
        ends[article_of(*place)] += 1;
    }
    let mut next = 0;
    for end in &mut ends {
        next += *end;
        *end = next - *end;
    }
    for &place in places {
        let end = &mut ends[article_of(place)];
        sorted[*end as usize] = place;
        *end += 1;
    }
    sorted
}

/// Counters in which pairs of one article share places: never too low, sometimes too high.
#[derive(Debug, Clone)]
pub(super) struct Sieve {
    counters: Box<[u8; 1 << SIEVE]>,
    /// Articles that an article shares features with, once for each, as they stand in the index.
    met: Vec<u32>,
    count: usize,
}

impl Default for Sieve {
    fn default() -> Self {
        Self { counters: Box::new([0; 1 << SIEVE]), met: Vec::new(), count: 0 }
    }
}

impl Sieve {
    /// Gathers the articles that follow the places of one.
    fn gather(&mut self, places: &[Place], shelf: &Shelf<'_>) {
        self.count = places.iter().map(|place| shelf.follow(*place)).sum();
        self.met.resize(self.met.len().max(self.count + STRIDE), 0);
        let mut head = 0;
        for at in 0..places.len() {
            if let Some(ahead) = places.get(at + READ_AHEAD) {
                let rest = shelf.rest(*ahead).as_ptr();
                prefetch::to_read(rest);
                prefetch::to_read(rest.wrapping_add(LINE));
            }
            let place = &places[at];
            let (rest, follow) = (shelf.rest(*place), shelf.follow(*place));
            if follow + STRIDE <= rest.len() {
                let mut copied = 0;
                while copied < follow {
                    let to = head + copied;
                    self.met[to..to + STRIDE].copy_from_slice(&rest[copied..copied + STRIDE]);
                    copied += STRIDE;
                }
            } else {
                self.met[head..head + follow].copy_from_slice(&rest[..follow]);
            }
            head += follow;
        }
    }

    /// Appends the pairs of the article with those gathered that have enough weight.
    fn pairs(&mut self, article: u32, least: u32, pairs: &mut Vec<(u32, u32, u32)>) {
        let met = &mut self.met[..self.count];
        let kept = sift(&mut self.counters, met, least.min(255) as u8);
        let met = &mut met[..kept];
        met.sort_unstable_by_key(|met| *met & ARTICLE);
        for same in met.chunk_by(|x, y| x & ARTICLE == y & ARTICLE) {
            let weight: u32 = same.iter().map(|met| weight_of(*met)).sum();
            if weight >= least {
                pairs.push((article, same[0] & ARTICLE, weight));
            }
        }
    }
}

#[inline(always)]
fn weight_of(met: u32) -> u32 {
    met >> ARTICLE_BITS & 7
}

/// Moves those to the front that may have enough weight, and gives their number.
fn sift(counters: &mut [u8; 1 << SIEVE], met: &mut [u32], least: u8) -> usize {
    let bits = (met.len() * COUNTERS).max(1).ilog2().clamp(LEAST_SIEVE, SIEVE);
    let slot =
        |met: u32| ((met & ARTICLE).wrapping_mul(0x9E37_79B1) >> (u32::BITS - bits)) as usize;
    counters[..1 << bits].fill(0);
    for &met in &*met {
        let counter = &mut counters[slot(met) & ((1 << SIEVE) - 1)];
        *counter = counter.saturating_add(weight_of(met) as u8);
    }
    let mut count = 0;
    for at in 0..met.len() {
        let one = met[at];
        met[count] = one;
        count += usize::from(counters[slot(one) & ((1 << SIEVE) - 1)] >= least);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_do_not_run_over() {
        let mut sieve = Sieve::default();
        for (least, expected) in [(1, 1), (255, 1), (256, 1), (4000, 1), (4001, 0)] {
            sieve.met = vec![2 | 4 << ARTICLE_BITS; 1000];
            sieve.count = 1000;
            let mut pairs = Vec::new();
            sieve.pairs(1, least, &mut pairs);
            assert_eq!(pairs, [(1, 2, 4000)][..expected]);
        }
    }

    #[test]
    fn parts_take_what_they_may() {
        let blocks = Blocks { shift: 3, places: vec![10, 10, 1000, 0, 10] };
        assert_eq!(blocks.parts(200), [0..2, 2..4, 4..5]);
        assert_eq!(blocks.parts(0).len(), 4);
        assert_eq!(blocks.parts(usize::MAX).len(), 1);
        assert!(Blocks::default().parts(100).is_empty());
    }
}
