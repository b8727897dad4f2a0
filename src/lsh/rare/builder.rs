//! The postings builder: features, article by article, to postings in partitions.
//!
//! A feature belongs to one of hundreds of partitions. Appending each feature to its partition at
//! once would evict them all from the first-level cache, so features are staged, sorted by
//! partition, and appended one partition at a time.

use super::posting::{BLOCK_BITS, BLOCK_HEADER, pack};
use super::postings::{Partition, Partitioning, Postings};
use super::spill::Spill;
use crate::{Error, prefetch};

/// Features that are staged at most: they fit the second-level cache.
const STAGE_LEN: usize = 1 << 15;

/// Upper bound for the number of partitions plus one.
const MAX_PARTITIONS: usize = 1 << 12;

/// Staged features per partition from which sorting pays off.
const MIN_RUN: usize = 4;

/// How many partitions ahead of the one being written memory is prefetched.
const PREFETCH_DISTANCE: usize = 4;

/// Builds [`Postings`] from the features of one article after the other.
#[derive(Debug, Clone)]
pub struct PostingsBuilder {
    postings: Postings,
    /// The block of the articles whose features are staged.
    block: u32,
    stage: Stage,
    /// Packed postings of the staged features, sorted by partition, and where each partition ends.
    words: Box<[u32; STAGE_LEN]>,
    ends: Vec<u32>,
}

/// Features of articles of one block, in the order in which they were added.
#[derive(Debug, Clone)]
struct Stage {
    /// Hashes, of which the first `len` are valid.
    features: Box<[u64; STAGE_LEN]>,
    len: usize,
    /// Features per partition; behind the last, those outside of the selected partitions.
    counts: Box<[u32; MAX_PARTITIONS]>,
    /// Where the features of each article start, and its number within the block.
    articles: Vec<(usize, u32)>,
}

impl PostingsBuilder {
    /// An empty builder; `features` is an estimate of how many will be added.
    pub fn new(partitioning: Partitioning, features: usize) -> Self {
        Self::of(Postings::new(partitioning, features))
    }

    fn of(postings: Postings) -> Self {
        let stage = Stage {
            features: Box::new([0; STAGE_LEN]),
            len: 0,
            counts: Box::new([0; MAX_PARTITIONS]),
            articles: Vec::new(),
        };
        Self { postings, block: 0, stage, words: Box::new([0; STAGE_LEN]), ends: Vec::new() }
    }

    /// Starts adding the features of an article. Articles may come in any order, but need more
    /// memory where their numbers are far apart.
    #[inline]
    pub fn article(&mut self, article: u32) -> ArticleFeatures<'_> {
        if self.block != article >> BLOCK_BITS {
            self.flush();
            self.block = article >> BLOCK_BITS;
        }
        self.stage.articles.push((self.stage.len, article & ((1 << BLOCK_BITS) - 1)));
        let partitioning = self.postings.partitioning.clone();
        let partitions = partitioning.partitions();
        ArticleFeatures { partitioning, partitions, len: self.stage.len, builder: self }
    }

    /// Upper bound for the bytes of all postings in memory.
    pub fn bytes(&self) -> usize {
        (self.postings.words_held + self.stage.len) * size_of::<u32>()
    }

    /// Spills all postings so far, which frees memory for others.
    pub fn spill(&mut self, to: &dyn Spill) -> Result<(), Error> {
        self.flush();
        self.postings.spill(to)
    }

    /// Flushes, and returns all postings.
    pub fn finish(mut self) -> Postings {
        self.flush();
        self.postings
    }

    /// Flushes a full stage in the middle of an article, and returns the new length of the stage.
    #[cold]
    fn flush_within_article(&mut self) -> usize {
        let article = self.stage.articles.last().map(|(_, within)| (0, *within));
        self.stage.len = STAGE_LEN;
        self.flush();
        self.stage.articles.extend(article);
        0
    }

    /// Appends the staged features to their partitions.
    fn flush(&mut self) {
        let headers = self.stage.len.min(self.postings.partitions.len());
        self.postings.words_held += self.stage.len + headers;
        if self.stage.len >= self.postings.partitions.len() * MIN_RUN {
            self.stage.sort(&self.postings.partitioning, &mut self.words, &mut self.ends);
            self.write_sorted();
        } else {
            self.write_unsorted();
        }
        self.stage.len = 0;
        self.stage.articles.clear();
        self.stage.counts[..self.postings.partitions.len() + 1].fill(0);
    }

    /// Appends the sorted words, one partition at a time.
    fn write_sorted(&mut self) {
        let mut start = 0;
        for (at, &end) in self.ends.iter().enumerate() {
            if let Some(later) = self.postings.partitions.get(at + PREFETCH_DISTANCE) {
                let end = later.words.as_ptr().wrapping_add(later.words.len());
                let run = (self.ends[at + PREFETCH_DISTANCE]
                    - self.ends[at + PREFETCH_DISTANCE - 1]) as usize;
                (0..=run).step_by(16).for_each(|word| prefetch::to_write(end.wrapping_add(word)));
            }
            let run = &self.words[start..end as usize];
            if !run.is_empty() {
                let partition = &mut self.postings.partitions[at];
                partition.start_block(self.block);
                partition.words.extend_from_slice(run);
            }
            start = end as usize;
        }
    }

    /// Appends the staged features in the order in which they were added.
    fn write_unsorted(&mut self) {
        for (features, within) in self.stage.articles() {
            for feature in features {
                let at = self.postings.partitioning.partition(*feature);
                let partition = &mut self.postings.partitions[at];
                partition.start_block(self.block);
                let words = &mut partition.words;
                // Two cache lines ahead: the next one is being fetched already.
                prefetch::to_write(words.as_ptr().wrapping_add(words.len() + 32));
                words.push(pack(*feature, within));
            }
        }
    }
}

impl Postings {
    /// Drops all postings and starts building those of other partitions in the same memory.
    pub fn restart(mut self, partitioning: Partitioning) -> PostingsBuilder {
        self.partitioning = partitioning;
        self.partitions.truncate(self.partitioning.partitions());
        self.words_held = 0;
        for partition in &mut self.partitions {
            partition.clear();
            partition.runs.clear();
        }
        self.partitions.resize_with(self.partitioning.partitions(), || Partition::new(0));
        PostingsBuilder::of(self)
    }
}

impl Stage {
    /// The features of each article, and its number within the block.
    fn articles(&self) -> impl Iterator<Item = (&[u64], u32)> {
        let ends = self.articles.iter().skip(1).map(|(start, _)| *start).chain([self.len]);
        let both = self.articles.iter().zip(ends);
        both.map(|(&(start, within), end)| (&self.features[start..end], within))
    }

    /// Packs all features, stably sorted by partition.
    fn sort(&self, partitioning: &Partitioning, words: &mut [u32; STAGE_LEN], ends: &mut Vec<u32>) {
        ends.clear();
        ends.extend_from_slice(&self.counts[..partitioning.partitions()]);
        let mut next = 0;
        for end in &mut *ends {
            next += *end;
            *end = next - *end;
        }
        for (features, within) in self.articles() {
            for feature in features {
                let end = &mut ends[partitioning.partition(*feature)];
                words[*end as usize & (STAGE_LEN - 1)] = pack(*feature, within);
                *end += 1;
            }
        }
    }
}

/// Adds the features of one article to a [`PostingsBuilder`].
#[derive(Debug)]
pub struct ArticleFeatures<'e> {
    builder: &'e mut PostingsBuilder,
    partitioning: Partitioning,
    /// The number of selected partitions.
    partitions: usize,
    /// The length of the stage: a copy, which the compiler can keep in a register.
    len: usize,
}

impl ArticleFeatures<'_> {
    /// Adds a feature, given its 64-bit hash (well mixed).
    #[inline(always)]
    pub fn add(&mut self, feature: u64) {
        let partition = self.partitioning.partition(feature).min(self.partitions);
        self.builder.stage.features[self.len & (STAGE_LEN - 1)] = feature;
        self.builder.stage.counts[partition & (MAX_PARTITIONS - 1)] += 1;
        self.len += usize::from(partition < self.partitions);
        if self.len == STAGE_LEN {
            self.len = self.builder.flush_within_article();
        }
    }
}

impl Drop for ArticleFeatures<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.builder.stage.len = self.len;
    }
}

impl Partition {
    /// Writes a block header, unless postings of this block are being written already.
    #[inline(always)]
    fn start_block(&mut self, block: u32) {
        if self.block != block {
            self.block = block;
            self.words.push(BLOCK_HEADER | block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hash::mix;

    /// The words of each partition if every feature is appended at once.
    fn naive(partitioning: &Partitioning, articles: &[(u32, Vec<u64>)]) -> Vec<Vec<u32>> {
        let mut partitions = vec![(u32::MAX, Vec::new()); partitioning.partitions()];
        for (article, features) in articles {
            for feature in features {
                let Some((block, words)) = partitions.get_mut(partitioning.partition(*feature))
                else {
                    continue;
                };
                if *block != article >> 5 {
                    *block = article >> 5;
                    words.push(BLOCK_HEADER | *block);
                }
                words.push(pack(*feature, article & 31));
            }
        }
        partitions.into_iter().map(|(_, words)| words).collect()
    }

    /// Few and many features, in and out of order, more than fit the stage, of one article and of
    /// many.
    #[test]
    fn sorted_and_unsorted_give_the_same() {
        let article = |number: u32, features: u64| {
            (number, (0..features).map(|at| mix(at << 32 | u64::from(number))).collect())
        };
        let shapes: [Vec<(u32, Vec<u64>)>; 5] = [
            (0..200).map(|at| article(at, 700)).collect(),
            (0..200).map(|at| article(at * 7 % 200, 3)).collect(),
            (0..70).map(|at| article(at * 31 % 70, u64::from(at % 5) * 800)).collect(),
            vec![article(9, 100_000), article(10, 5), article(8, 40_000)],
            (0..3).map(|at| article(at, STAGE_LEN as u64)).collect(),
        ];
        for articles in shapes {
            for shards in [1, 3] {
                let all = Partitioning::for_postings(0);
                for shard in 0..shards {
                    let partitioning = all.shard(shard, shards);
                    let mut builder = PostingsBuilder::new(partitioning.clone(), 0);
                    for (number, features) in &articles {
                        let mut article = builder.article(*number);
                        features.iter().for_each(|feature| article.add(*feature));
                    }
                    let found = builder.finish();
                    for (at, expected) in naive(&partitioning, &articles).iter().enumerate() {
                        assert!(found.words(at) == expected, "partition {at}");
                    }
                }
            }
        }
    }
}
