//! Features as they come, article by article, to postings.
//!
//! Each belongs to one of hundreds of partitions, and to write it there at once would leave none of them
//! in the nearest cache. So the features of some articles are put in order first, and then written
//! partition by partition.

use super::Spill;
use super::postings::{BLOCK_BITS, MARK, Partition, Postings, Spread};
use crate::{Error, prefetch};

/// Features that are put in order together, at most: they fit the second-level cache.
const STAGE: usize = 1 << 15;

/// Partitions, and one more, at most.
const MOST: usize = 1 << 12;

/// Features that a partition gets of these, at least: where there are fewer, to put them in order costs
/// more than it saves.
const RUN: usize = 4;

/// Partitions ahead of the one that is written to that are asked for.
const AHEAD: usize = 4;

/// Takes the features of articles that it is told of, one after the other.
#[derive(Debug, Clone)]
pub struct Emission {
    postings: Postings,
    /// The block of the articles whose features are staged.
    block: u32,
    stage: Stage,
    /// The words of staged features, partition by partition, and where those of each end.
    words: Box<[u32; STAGE]>,
    ends: Vec<u32>,
}

/// Features of articles of one block, as they have come.
#[derive(Debug, Clone)]
struct Stage {
    /// Their hashes; so many of them count.
    features: Box<[u64; STAGE]>,
    len: usize,
    /// How many each partition has, and then those which are not wanted.
    counts: Box<[u32; MOST]>,
    /// Where the features of each article begin, and its place in the block.
    articles: Vec<(usize, u32)>,
}

impl Emission {
    /// Nothing yet; there will be about so many features.
    pub fn new(spread: Spread, features: usize) -> Self {
        Self::of(Postings::new(spread, features))
    }

    pub(super) fn of(postings: Postings) -> Self {
        let stage = Stage {
            features: Box::new([0; STAGE]),
            len: 0,
            counts: Box::new([0; MOST]),
            articles: Vec::new(),
        };
        Self { postings, block: 0, stage, words: Box::new([0; STAGE]), ends: Vec::new() }
    }

    /// Takes the features of an article. Articles come in any order, but those that are far apart in number
    /// take more room.
    #[inline]
    pub fn article(&mut self, article: u32) -> Article<'_> {
        if self.block != article >> BLOCK_BITS {
            self.settle();
            self.block = article >> BLOCK_BITS;
        }
        self.stage.articles.push((self.stage.len, article & ((1 << BLOCK_BITS) - 1)));
        let spread = self.postings.spread.clone();
        let wanted = spread.partitions();
        Article { spread, wanted, len: self.stage.len, emission: self }
    }

    /// Bytes of postings, at most.
    pub fn bytes(&self) -> usize {
        (self.postings.held + self.stage.len) * size_of::<u32>()
    }

    /// Spills all postings so far, which makes room for others.
    pub fn spill(&mut self, to: &dyn Spill) -> Result<(), Error> {
        self.settle();
        self.postings.spill(to)
    }

    /// All postings.
    pub fn finish(mut self) -> Postings {
        self.settle();
        self.postings
    }

    /// Makes room within an article, where all is taken. Gives how many features are staged then.
    #[cold]
    fn make_room(&mut self) -> usize {
        let article = self.stage.articles.last().map(|(_, place)| (0, *place));
        self.stage.len = STAGE;
        self.settle();
        self.stage.articles.extend(article);
        0
    }

    /// Writes down what is staged.
    fn settle(&mut self) {
        let marks = self.stage.len.min(self.postings.partitions.len());
        self.postings.held += self.stage.len + marks;
        if self.stage.len >= self.postings.partitions.len() * RUN {
            self.stage.sort(&self.postings.spread, &mut self.words, &mut self.ends);
            self.write_runs();
        } else {
            self.write();
        }
        self.stage.len = 0;
        self.stage.articles.clear();
        self.stage.counts[..self.postings.partitions.len() + 1].fill(0);
    }

    /// Writes down the words that are in order.
    fn write_runs(&mut self) {
        let mut start = 0;
        for (at, &end) in self.ends.iter().enumerate() {
            if let Some(later) = self.postings.partitions.get(at + AHEAD) {
                let end = later.words.as_ptr().wrapping_add(later.words.len());
                let run = (self.ends[at + AHEAD] - self.ends[at + AHEAD - 1]) as usize;
                (0..=run).step_by(16).for_each(|word| prefetch::to_write(end.wrapping_add(word)));
            }
            let run = &self.words[start..end as usize];
            if !run.is_empty() {
                let partition = &mut self.postings.partitions[at];
                partition.enter(self.block);
                partition.words.extend_from_slice(run);
            }
            start = end as usize;
        }
    }

    /// Writes down what is staged as it has come.
    fn write(&mut self) {
        for (features, place) in self.stage.articles() {
            for feature in features {
                let at = self.postings.spread.partition(*feature);
                let partition = &mut self.postings.partitions[at];
                partition.enter(self.block);
                let words = &mut partition.words;
                // Two lines on: the one that comes next is under way already.
                prefetch::to_write(words.as_ptr().wrapping_add(words.len() + 32));
                words.push(word(*feature, place));
            }
        }
    }
}

impl Stage {
    /// The features of each article, and its place in the block.
    fn articles(&self) -> impl Iterator<Item = (&[u64], u32)> {
        let ends = self.articles.iter().skip(1).map(|(start, _)| *start).chain([self.len]);
        let both = self.articles.iter().zip(ends);
        both.map(|(&(start, place), end)| (&self.features[start..end], place))
    }

    /// Puts their words in order of their partitions, where they keep theirs.
    fn sort(&self, spread: &Spread, words: &mut [u32; STAGE], ends: &mut Vec<u32>) {
        ends.clear();
        ends.extend_from_slice(&self.counts[..spread.partitions()]);
        let mut next = 0;
        for end in &mut *ends {
            next += *end;
            *end = next - *end;
        }
        for (features, place) in self.articles() {
            for feature in features {
                let end = &mut ends[spread.partition(*feature)];
                words[*end as usize & (STAGE - 1)] = word(*feature, place);
                *end += 1;
            }
        }
    }
}

/// An article whose features come.
#[derive(Debug)]
pub struct Article<'e> {
    emission: &'e mut Emission,
    spread: Spread,
    /// How many partitions are.
    wanted: usize,
    /// How many are staged: here, and not there, it is a number that the processor need not keep in memory.
    len: usize,
}

impl Article<'_> {
    /// Adds a feature, given its 64-bit hash (well mixed).
    #[inline(always)]
    pub fn push(&mut self, feature: u64) {
        let partition = self.spread.partition(feature).min(self.wanted);
        self.emission.stage.features[self.len & (STAGE - 1)] = feature;
        self.emission.stage.counts[partition & (MOST - 1)] += 1;
        self.len += usize::from(partition < self.wanted);
        if self.len == STAGE {
            self.len = self.emission.make_room();
        }
    }
}

impl Drop for Article<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.emission.stage.len = self.len;
    }
}

/// How a posting is written down.
#[inline(always)]
fn word(feature: u64, place: u32) -> u32 {
    place | (feature as u32) << BLOCK_BITS & !MARK
}

impl Partition {
    /// Postings that come from now on are of articles of this block.
    #[inline(always)]
    fn enter(&mut self, block: u32) {
        if self.block != block {
            self.block = block;
            self.words.push(MARK | block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hash::mix;

    /// What each partition has when features are written down as they come.
    fn naive(spread: &Spread, articles: &[(u32, Vec<u64>)]) -> Vec<Vec<u32>> {
        let mut partitions = vec![(u32::MAX, Vec::new()); spread.partitions()];
        for (article, features) in articles {
            for feature in features {
                let Some((block, words)) = partitions.get_mut(spread.partition(*feature)) else {
                    continue;
                };
                if *block != article >> 5 {
                    *block = article >> 5;
                    words.push(MARK | *block);
                }
                words.push(word(*feature, article & 31));
            }
        }
        partitions.into_iter().map(|(_, words)| words).collect()
    }

    /// Few features and many, in order and not, and more than are staged, of one article and of many.
    #[test]
    fn in_order_or_as_they_come_is_the_same() {
        let article = |number: u32, features: u64| {
            (number, (0..features).map(|at| mix(at << 32 | u64::from(number))).collect())
        };
        let shapes: [Vec<(u32, Vec<u64>)>; 5] = [
            (0..200).map(|at| article(at, 700)).collect(),
            (0..200).map(|at| article(at * 7 % 200, 3)).collect(),
            (0..70).map(|at| article(at * 31 % 70, u64::from(at % 5) * 800)).collect(),
            vec![article(9, 100_000), article(10, 5), article(8, 40_000)],
            (0..3).map(|at| article(at, STAGE as u64)).collect(),
        ];
        for articles in shapes {
            for parts in [1, 3] {
                let all = Spread::for_postings(0);
                for part in 0..parts {
                    let spread = all.part(part, parts);
                    let mut emission = Emission::new(spread.clone(), 0);
                    for (number, features) in &articles {
                        let mut article = emission.article(*number);
                        features.iter().for_each(|feature| article.push(*feature));
                    }
                    let found = emission.finish();
                    for (at, expected) in naive(&spread, &articles).iter().enumerate() {
                        assert!(found.words(at) == expected, "partition {at}");
                    }
                }
            }
        }
    }
}
