//! Postings to an inverted index of the features that count.

use std::ops::Range;

use super::super::sides;
use super::buckets::HashBuckets;
use super::config::RareConfig;
use super::kernel::{Kernel, LANES, SMALL};
use super::posting::Posting;
use super::postings::PartitionPostings;
use super::scratch::Scratch;
use super::stats::RareStats;
use crate::kernel::capability::dispatch;

/// An inverted index of the features that count: each with the articles that have it.
///
/// Memory: four bytes for each posting of a feature with df from 2 to the cap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RareIndex {
    /// One for each [`RareIndex::add`].
    partitions: Vec<IndexPartition>,
    /// One more than the greatest number of an article.
    pub(super) articles: u32,
    /// Pairs of articles, counted once for each feature that they share.
    pub(super) shared: u64,
}

/// Features grouped by df: loops over them are of the same length again and again, which makes
/// their branches predictable.
#[derive(Debug, Clone, PartialEq, Eq)]
struct IndexPartition {
    /// Articles, ascending within each feature, followed by [`PADDING`] meaningless ones.
    articles: Vec<u32>,
    /// Every df that occurs, ascending, and where the articles of its features end.
    ends: Vec<(u32, u32)>,
    /// One more than the greatest number of an article.
    end: u32,
}

/// Features of one df.
#[derive(Debug, Clone, Copy)]
pub(super) struct SameDf<'i> {
    pub df: usize,
    /// Their articles, one feature after the other, followed by [`PADDING`] more.
    pub articles: &'i [u32],
}

/// Articles that may be read behind the last one.
pub(super) const PADDING: usize = 8;

/// Articles are numbered below this.
const MAX_ARTICLES: u32 = 1 << 28;

/// Features of one bucket that are split off one by one; the rest is sorted.
const MAX_RESOLVED: usize = 8;

impl RareIndex {
    /// Number of postings.
    pub fn len(&self) -> usize {
        self.partitions.iter().map(|partition| partition.articles.len() - PADDING).sum()
    }

    /// Whether there are no postings.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves all features of `other` to `self`. No feature may be in both.
    pub fn append(&mut self, mut other: Self) {
        self.partitions.append(&mut other.partitions);
        self.articles = self.articles.max(other.articles);
        self.shared += other.shared;
    }

    /// All features, those of the same df together. A df may come up several times.
    pub(super) fn features(&self) -> impl Iterator<Item = SameDf<'_>> {
        self.partitions.iter().flat_map(|partition| {
            let mut start = 0;
            partition.ends.iter().map(move |&(df, end)| {
                let articles = &partition.articles[start..end as usize + PADDING];
                start = end as usize;
                SameDf { df: df as usize, articles }
            })
        })
    }

    /// Adds all features of a partition, given its postings in any order. Repeated postings count
    /// once. Articles are numbered below 2^28. Panics where this processor lacks the kernel.
    pub fn add(
        &mut self,
        postings: PartitionPostings<'_>,
        config: RareConfig,
        scratch: &mut Scratch,
    ) -> RareStats {
        let streams = postings.words();
        let Scratch { buckets, postings, spare, lists_by_df, .. } = scratch;
        let features = Features::new(config, lists_by_df, spare);
        let add = Add { streams, buckets, postings, features };
        let (partition, stats) =
            dispatch!(config.kernel.expect_capability(), kernel => add.by(kernel));
        self.articles = self.articles.max(partition.end);
        self.shared += stats.shared;
        self.partitions.push(partition);
        stats
    }
}

/// What [`RareIndex::add`] works on.
struct Add<'s, S> {
    /// Of each thread.
    streams: S,
    buckets: &'s mut HashBuckets,
    postings: &'s mut Vec<Posting>,
    features: Features<'s>,
}

impl<'w, S: Iterator<Item = &'w [u32]> + Clone> Add<'_, S> {
    #[inline(always)]
    fn by(self, kernel: impl Kernel) -> (IndexPartition, RareStats) {
        let Self { streams, buckets, postings, mut features } = self;
        let count = buckets.gather(kernel, streams, postings);
        features.spare.resize(features.spare.len().max(count + SMALL), 0);
        features.add_small_buckets::<2>(kernel, postings, buckets.two());
        features.add_small_buckets::<3>(kernel, postings, buckets.three());
        for bucket in buckets.more() {
            features.add_bucket(kernel, postings, bucket);
        }
        features.finish(count)
    }
}

/// Collects the features of a partition.
struct Features<'s> {
    config: RareConfig,
    /// By df, the articles of the features that have it.
    lists_by_df: &'s mut Vec<Vec<u32>>,
    /// As long as all postings and [`SMALL`] more.
    spare: &'s mut Vec<Posting>,
    /// Repeated postings.
    duplicates: u64,
    /// What was dropped.
    stats: RareStats,
}

impl<'s> Features<'s> {
    fn new(
        config: RareConfig,
        lists_by_df: &'s mut Vec<Vec<u32>>,
        spare: &'s mut Vec<Posting>,
    ) -> Self {
        lists_by_df.iter_mut().for_each(Vec::clear);
        lists_by_df.resize_with(lists_by_df.len().max(SMALL + 1), Vec::new);
        Self { config, lists_by_df, spare, duplicates: 0, stats: RareStats::default() }
    }

    /// Adds the features of consecutive buckets of `N` postings each.
    #[inline(always)]
    fn add_small_buckets<const N: usize>(
        &mut self,
        kernel: impl Kernel,
        postings: &mut [Posting],
        buckets: Range<usize>,
    ) {
        let step = LANES / N * N;
        for start in buckets.clone().step_by(step) {
            let count = step.min(buckets.end - start);
            let lanes = postings[start..].first_chunk().expect("padding follows");
            let found = kernel.bucket_features::<N>(lanes, count);
            self.append(2, &found.two.0, found.two.1);
            if N > 2 {
                self.append(3, &found.three.0, found.three.1);
            }
            self.duplicates += u64::from(found.duplicates);
            let mut collisions = found.collisions;
            while collisions != 0 {
                let bucket = start + collisions.trailing_zeros() as usize;
                self.resolve_collisions(kernel, &mut postings[bucket..bucket + N]);
                collisions &= collisions - 1;
            }
        }
    }

    /// Adds the features of a bucket.
    #[inline(always)]
    fn add_bucket(&mut self, kernel: impl Kernel, postings: &mut [Posting], bucket: Range<usize>) {
        if bucket.len() <= SMALL {
            let mut articles = [0; SMALL];
            let small = postings[bucket.start..].first_chunk().expect("padding follows");
            if let Some(df) = kernel.small_bucket(small, bucket.len(), &mut articles) {
                return self.append(df, &articles, df);
            }
        }
        self.resolve_collisions(kernel, &mut postings[bucket]);
    }

    /// Adds the features of a bucket in which several have several postings, or some are out of
    /// order.
    #[inline(always)]
    fn resolve_collisions(&mut self, kernel: impl Kernel, mut bucket: &mut [Posting]) {
        for _ in 0..MAX_RESOLVED {
            let same = kernel.split_by_feature(bucket, self.spare);
            let (group, others) = bucket.split_at_mut(same);
            self.add(group);
            if others.is_empty() {
                return;
            }
            others.copy_from_slice(&self.spare[..others.len()]);
            bucket = others;
        }
        bucket.sort_unstable();
        bucket.chunk_by_mut(|a, b| *a >> 32 == *b >> 32).for_each(|group| self.add(group));
    }

    /// Adds the postings of one feature. Overwrites repeated ones.
    fn add(&mut self, group: &mut [Posting]) {
        // A singleton is not frequent, whatever the cap.
        let cap = self.config.max_articles();
        let df = match group.len() > cap && exceeds_cap(group, cap) {
            true => usize::MAX,
            false => sort_and_dedup(group),
        };
        if df > cap {
            return self.drop_capped(1, group.len());
        }
        self.duplicates += (group.len() - df) as u64;
        if df > 1 {
            self.lists_by_df.resize_with(self.lists_by_df.len().max(df + 1), Vec::new);
            self.lists_by_df[df].extend(group[..df].iter().map(|posting| *posting as u32));
        }
    }

    /// Appends the first `count` articles, those of features of that df.
    #[inline(always)]
    fn append<const N: usize>(&mut self, df: usize, articles: &[u32; N], count: usize) {
        let list = &mut self.lists_by_df[df];
        let others = list.len();
        // All of them, then truncated: copying just `count` would be an unpredictable branch.
        list.extend_from_slice(articles);
        list.truncate(others + count);
    }

    /// Counts features above the cap.
    fn drop_capped(&mut self, features: usize, postings: usize) {
        self.stats.features += features as u64;
        self.stats.capped_features += features as u64;
        self.stats.capped_postings += postings as u64;
    }

    /// Keeps the features that articles of both sides have, on neither side more than the cap.
    fn retain_two_sided(&mut self, boundary: u32) {
        let cap = self.config.max_df as usize;
        for df in 2..self.lists_by_df.len() {
            let mut list = std::mem::take(&mut self.lists_by_df[df]);
            let mut kept = 0;
            for at in (0..list.len()).step_by(df) {
                let ours = sides::count_below(boundary, &list[at..at + df]);
                let theirs = df - ours;
                if ours == 0 || theirs == 0 {
                    self.stats.features += 1;
                    self.stats.one_sided_features += 1;
                    self.stats.one_sided_postings += df as u64;
                } else if ours.max(theirs) > cap {
                    self.drop_capped(1, df);
                } else {
                    list.copy_within(at..at + df, kept);
                    kept += df;
                    self.stats.shared += (ours * theirs) as u64;
                }
            }
            list.truncate(kept);
            self.lists_by_df[df] = list;
        }
    }

    /// All features, in no more memory than they need, and their statistics, given the number of
    /// postings.
    #[inline(always)]
    fn finish(mut self, postings: usize) -> (IndexPartition, RareStats) {
        let kept = self.lists_by_df.len().min(self.config.max_articles() + 1);
        for df in kept..self.lists_by_df.len() {
            self.drop_capped(self.lists_by_df[df].len() / df, self.lists_by_df[df].len());
            self.lists_by_df[df].clear();
        }
        let boundary = self.config.sides.boundary();
        if let Some(boundary) = boundary {
            self.retain_two_sided(boundary);
        }
        let count: usize = self.lists_by_df[..kept].iter().map(Vec::len).sum();
        let mut partition = IndexPartition {
            articles: Vec::with_capacity(count + PADDING),
            ends: Vec::new(),
            end: 0,
        };
        let mut stats = RareStats { postings: postings as u64, ..self.stats };
        // The postings that were not counted elsewhere are singletons.
        let others =
            count as u64 + self.duplicates + stats.capped_postings + stats.one_sided_postings;
        stats.single_features = stats.postings - others;
        stats.features += stats.single_features;
        let lists_by_df = self.lists_by_df[..kept].iter().enumerate();
        for (df, list) in lists_by_df.filter(|(_, list)| !list.is_empty()) {
            partition.articles.extend_from_slice(list);
            partition.ends.push((df as u32, partition.articles.len() as u32));
            let last = list.iter().fold(0, |last, article| last.max(*article));
            assert!(last < MAX_ARTICLES, "articles are below 2^28");
            partition.end = partition.end.max(last + 1);
            let features = list.len() / df;
            stats.features += features as u64;
            if boundary.is_none() {
                stats.shared += (features * (df * (df - 1) / 2)) as u64;
            }
        }
        partition.articles.resize(count + PADDING, 0);
        (partition, stats)
    }
}

/// Whether an ascending run alone has more articles than `cap`: postings are mostly in order, so
/// this mostly avoids sorting.
fn exceeds_cap(group: &[Posting], cap: usize) -> bool {
    let mut ascending = 1;
    for pair in group.windows(2) {
        match pair[0].cmp(&pair[1]) {
            std::cmp::Ordering::Less => ascending += 1,
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => ascending = 1,
        }
        if ascending > cap {
            return true;
        }
    }
    false
}

/// Sorts the postings of one feature, moves the distinct ones to the front, and returns their
/// number.
fn sort_and_dedup(group: &mut [Posting]) -> usize {
    let ascends = |pair: &[Posting]| (pair[0] as u32 as i32) < pair[1] as u32 as i32;
    if group.windows(2).fold(true, |all, pair| all & ascends(pair)) {
        return group.len();
    }
    if !group.is_sorted() {
        group.sort_unstable();
    }
    let mut count = 1;
    for at in 1..group.len() {
        let posting = group[at];
        group[count] = posting;
        count += usize::from(posting != group[count - 1]);
    }
    count
}
