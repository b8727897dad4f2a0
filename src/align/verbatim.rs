//! Where a run of reused text is a copy word for word.
//!
//! A copied block is fully explained by the block on the other side. Similar text around it, which
//! may just be about the same topic, does not belong to the copy: it has to be a passage by itself,
//! against the rest of the other side.

use std::ops::Range;

use super::in_common::InCommon;

/// Words that a block has at least.
const LEAST: usize = 25;
/// Words between two blocks of one copy, on either side, at most.
const GAP: usize = 30;

/// The same words in the same order, in two articles. Neither range is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Words of the first article.
    pub a: Range<usize>,
    /// Words of the second article.
    pub b: Range<usize>,
}

/// A search for copies in one pair of articles.
pub struct Copies<'p> {
    in_common: &'p InCommon,
    /// For each shared bigram its place in the current range; none between two searches.
    places: Vec<Place>,
}

impl<'p> Copies<'p> {
    /// A search in this pair.
    pub fn new(in_common: &'p InCommon) -> Self {
        Self { in_common, places: Vec::new() }
    }

    /// The copies in a pair of ranges, in the order of the first article: blocks of 25 words and
    /// more, joined where the gap between them is short on both sides.
    ///
    /// Cost: linear in the ranges. A block without a bigram that is unique in `b` is missed.
    pub fn find(&mut self, a: &Range<usize>, b: &Range<usize>) -> Vec<Block> {
        let mut joined: Vec<Block> = Vec::new();
        for block in self.blocks(a, b) {
            match joined.last_mut() {
                Some(last) if is_near(&last.a, &block.a) && is_near(&last.b, &block.b) => {
                    (last.a.end, last.b.end) = (block.a.end, block.b.end);
                }
                _ => joined.push(block),
            }
        }
        joined
    }

    fn blocks(&mut self, a: &Range<usize>, b: &Range<usize>) -> Vec<Block> {
        let (x, y) = (&self.in_common.a, &self.in_common.b);
        let unshared = self.in_common.bigrams;
        if longest_shared(&x.bigrams[a.clone()], unshared) + 1 < LEAST {
            return Vec::new();
        }
        self.places.resize(unshared as usize, Place::NONE);
        for at in b.clone() {
            if let Some(place) = self.places.get_mut(y.bigrams[at] as usize) {
                let is_first = place.0 == Place::NONE.0;
                *place = if is_first { Place(at as u32) } else { Place::SEVERAL };
            }
        }
        let mut found: Vec<Block> = Vec::new();
        let mut at = a.start;
        while at < a.end {
            let place = self.places.get(x.bigrams[at] as usize).filter(|place| place.is_one());
            let Some(place) = place else {
                at += 1;
                continue;
            };
            let block = self.grow(a, b, (at, place.0 as usize));
            at = block.a.end.max(at + 1);
            if block.a.len() >= LEAST {
                found.push(block);
            }
        }
        for at in b.clone() {
            if let Some(place) = self.places.get_mut(y.bigrams[at] as usize) {
                *place = Place::NONE;
            }
        }
        found
    }

    /// The words of two ranges around the same bigram, which is at `i` in `a` and at `j` in `b`.
    fn grow(&self, a: &Range<usize>, b: &Range<usize>, (i, j): (usize, usize)) -> Block {
        let InCommon { a: x, b: y, bigrams: unshared, .. } = self.in_common;
        let is_same =
            |(i, j): (usize, usize)| x.bigrams[i] == y.bigrams[j] && x.bigrams[i] < *unshared;
        let back = (a.start..i).rev().zip((b.start..j).rev()).take_while(|at| is_same(*at)).count();
        let on = (i..a.end).zip(j..b.end).take_while(|at| is_same(*at)).count();
        // The last bigram has a second word.
        let end = |start: usize, range: &Range<usize>| (start + on + 1).min(range.end);
        let words = (end(i, a) - i).min(end(j, b) - j);
        Block { a: i - back..i + words, b: j - back..j + words }
    }
}

fn is_near(before: &Range<usize>, after: &Range<usize>) -> bool {
    (before.end..=before.end + GAP).contains(&after.start)
}

/// Where a bigram occurs: nowhere, in one place, in several.
#[derive(Debug, Clone, Copy)]
struct Place(u32);

impl Place {
    const NONE: Self = Self(u32::MAX);
    const SEVERAL: Self = Self(u32::MAX - 1);

    fn is_one(&self) -> bool {
        self.0 < Self::SEVERAL.0
    }
}

/// The most bigrams in a row that the other article has.
fn longest_shared(bigrams: &[u32], unshared: u32) -> usize {
    let runs = bigrams.split(|number| *number >= unshared).map(<[u32]>::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::profile::Profile;
    use super::super::weights::Weights;
    use super::*;
    use crate::text::Analyzer;

    fn in_common(a: &[u32], b: &[u32]) -> InCommon {
        let profile = |words: &[u32]| {
            let text: String = words.iter().map(|word| format!("w{word}x ")).collect();
            Profile::new(Analyzer::new(None).article(&text), Default::default())
        };
        Weights::new(&profile(a), &profile(b)).in_common
    }

    /// All maximal runs of common words that are long enough, by comparing every word with every
    /// other.
    fn naive(a: &[u32], b: &[u32]) -> Vec<Block> {
        let mut found = Vec::new();
        for i in 0..a.len() {
            for j in 0..b.len() {
                let starts = i == 0 || j == 0 || a[i - 1] != b[j - 1];
                let count = a[i..].iter().zip(&b[j..]).take_while(|(x, y)| x == y).count();
                if starts && count >= LEAST {
                    found.push(Block { a: i..i + count, b: j..j + count });
                }
            }
        }
        found
    }

    proptest::proptest! {
        #[test]
        fn blocks_are_those_of_a_naive_search(
            parts in proptest::collection::vec((0usize..4, 1usize..60, proptest::bool::ANY), 1..8),
        ) {
            // No word is there twice in one article, so every block has words that are unique.
            let (mut a, mut b, mut next) = (Vec::new(), Vec::new(), 0);
            let mut shared = Vec::new();
            for (_, count, is_shared) in &parts {
                let words: Vec<u32> = (next..next + *count as u32).collect();
                next += *count as u32;
                a.extend(&words);
                if *is_shared {
                    shared.push(words);
                }
            }
            // The second article has what both have in an order of its own.
            for (key, ..) in &parts {
                if !shared.is_empty() {
                    b.extend(shared.swap_remove(key % shared.len()));
                }
                b.push(next);
                next += 1;
            }
            let found = Copies::new(&in_common(&a, &b)).blocks(&(0..a.len()), &(0..b.len()));
            proptest::prop_assert_eq!(found, naive(&a, &b));
        }
    }

    #[test]
    fn blocks_with_little_between_them_are_one_copy() {
        let a: Vec<u32> = (0..100).collect();
        let near: Vec<u32> = (0..40).chain(900..910).chain(45..100).collect();
        let far: Vec<u32> = (0..40).chain(900..950).chain(45..100).collect();
        let turned: Vec<u32> = (45..100).chain(0..40).collect();
        let count = |b: &[u32]| Copies::new(&in_common(&a, b)).find(&(0..100), &(0..b.len())).len();
        assert_eq!([count(&near), count(&far), count(&turned)], [1, 2, 2]);
        assert_eq!(count(&a[..LEAST - 1]), 0);
        assert_eq!(count(&a[..LEAST]), 1);
    }

    #[test]
    fn a_text_that_repeats_itself_is_no_block() {
        let a = [1, 2].repeat(100);
        assert!(Copies::new(&in_common(&a, &a)).blocks(&(0..200), &(0..200)).is_empty());
    }
}
