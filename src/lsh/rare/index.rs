//! Postings to the features that count, each with the articles that have it.

use std::ops::Range;

use super::super::sides;
use super::kernel::{FEW, Kernel, LANES};
use super::slots::Slots;
use super::{Posting, Postings, RareConfig, RareStats, Scratch};
use crate::kernel::capability::dispatch;

/// The features that count, each with the articles that have it.
///
/// Memory: four bytes for each posting of a feature with df from 2 to the cap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RareIndex {
    /// What each [`RareIndex::add`] has found.
    parts: Vec<Part>,
    /// One more than the greatest article.
    pub(super) articles: u32,
    /// Pairs of articles, one for each feature that two share.
    pub(super) shared: u64,
}

/// Features, those of the same df together: whoever goes through them does the same for each, over and
/// over, which the processor guesses right.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    /// Articles, ascending within a feature; [`SLACK`] that mean nothing behind the last.
    articles: Vec<u32>,
    /// Every df that there is, ascending, and where the articles of its features end.
    ends: Vec<(u32, u32)>,
    /// One more than the greatest article.
    end: u32,
}

/// Articles that may be read behind the last one.
pub(super) const SLACK: usize = 8;

/// One more than the greatest article that can be.
const ARTICLES: u32 = 1 << 28;

/// Features in one slot that are told apart one after the other.
const TELL_APART: usize = 8;

impl RareIndex {
    /// Postings that it holds.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.articles.len() - SLACK).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves the features of `other` to those of `self`; both must not have the same ones.
    pub fn append(&mut self, mut other: Self) {
        self.parts.append(&mut other.parts);
        self.articles = self.articles.max(other.articles);
        self.shared += other.shared;
    }

    /// By df, over and over: the articles of some features, ascending within each, and [`SLACK`] more
    /// behind the last.
    pub(super) fn features(&self) -> impl Iterator<Item = (usize, &[u32])> {
        self.parts.iter().flat_map(|part| {
            let mut start = 0;
            part.ends.iter().map(move |&(df, end)| {
                let articles = &part.articles[start..end as usize + SLACK];
                start = end as usize;
                (df as usize, articles)
            })
        })
    }

    /// Adds all features of a partition, of which every thread may have postings of its own; in any order.
    /// A posting that is there twice counts once. Articles are below 2^28. Panics where this processor
    /// lacks the kernel.
    pub fn add(
        &mut self,
        (threads, partition): (&[Postings], usize),
        config: RareConfig,
        scratch: &mut Scratch,
    ) -> RareStats {
        let Scratch { slots, postings, spare, lists, .. } = scratch;
        let streams = threads.iter().map(|own| own.words(partition));
        let features = Features::new(config, lists, spare);
        let add = Add { streams, slots, postings, features };
        let (part, stats) = dispatch!(config.kernel.expect_capability(), kernel => add.by(kernel));
        self.articles = self.articles.max(part.end);
        self.shared += stats.shared;
        self.parts.push(part);
        stats
    }
}

/// The postings of a partition to its features.
struct Add<'s, S> {
    /// Of each thread.
    streams: S,
    slots: &'s mut Slots,
    postings: &'s mut Vec<Posting>,
    features: Features<'s>,
}

impl<'w, S: Iterator<Item = &'w [u32]> + Clone> Add<'_, S> {
    #[inline(always)]
    fn by(self, kernel: impl Kernel) -> (Part, RareStats) {
        let Self { streams, slots, postings, mut features } = self;
        let count = slots.gather(kernel, streams, postings);
        features.spare.resize(features.spare.len().max(count + FEW), 0);
        features.add_same::<2>(kernel, postings, slots.two());
        features.add_same::<3>(kernel, postings, slots.three());
        for slot in slots.more() {
            features.add_slot(kernel, postings, slot);
        }
        features.finish(count)
    }
}

/// Features on their way into the index.
struct Features<'s> {
    config: RareConfig,
    /// By df, the articles of the features that have it.
    lists: &'s mut Vec<Vec<u32>>,
    /// Room for [`FEW`] more than all postings.
    spare: &'s mut Vec<Posting>,
    /// Postings that are there for a second time.
    again: u64,
    /// What was dropped.
    stats: RareStats,
}

impl<'s> Features<'s> {
    fn new(config: RareConfig, lists: &'s mut Vec<Vec<u32>>, spare: &'s mut Vec<Posting>) -> Self {
        lists.iter_mut().for_each(Vec::clear);
        lists.resize_with(lists.len().max(FEW + 1), Vec::new);
        Self { config, lists, spare, again: 0, stats: RareStats::default() }
    }

    /// Adds the postings of slots of `N` each, which stand one behind the other.
    #[inline(always)]
    fn add_same<const N: usize>(
        &mut self,
        kernel: impl Kernel,
        postings: &mut [Posting],
        slots: Range<usize>,
    ) {
        let step = LANES / N * N;
        for start in slots.clone().step_by(step) {
            let count = step.min(slots.end - start);
            let lanes = postings[start..].first_chunk().expect("there are more behind");
            let same = kernel.same::<N>(lanes, count);
            self.append(2, &same.two.0, same.two.1);
            if N > 2 {
                self.append(3, &same.three.0, same.three.1);
            }
            self.again += u64::from(same.again);
            let mut unclear = same.unclear;
            while unclear != 0 {
                let slot = start + unclear.trailing_zeros() as usize;
                self.tell_apart(kernel, &mut postings[slot..slot + N]);
                unclear &= unclear - 1;
            }
        }
    }

    /// Adds the postings of a slot.
    #[inline(always)]
    fn add_slot(&mut self, kernel: impl Kernel, postings: &mut [Posting], slot: Range<usize>) {
        if slot.len() <= FEW {
            let mut articles = [0; FEW];
            let few = postings[slot.start..].first_chunk().expect("there are more behind");
            if let Some(df) = kernel.few(few, slot.len(), &mut articles) {
                return self.append(df, &articles, df);
            }
        }
        self.tell_apart(kernel, &mut postings[slot]);
    }

    /// Adds the features of a slot, one after the other.
    #[inline(always)]
    fn tell_apart(&mut self, kernel: impl Kernel, mut slot: &mut [Posting]) {
        for _ in 0..TELL_APART {
            let same = kernel.part(slot, self.spare);
            let (group, others) = slot.split_at_mut(same);
            self.add(group);
            if others.is_empty() {
                return;
            }
            others.copy_from_slice(&self.spare[..others.len()]);
            slot = others;
        }
        slot.sort_unstable();
        slot.chunk_by_mut(|a, b| *a >> 32 == *b >> 32).for_each(|group| self.add(group));
    }

    /// Adds the postings of one feature. What is there twice is overwritten.
    fn add(&mut self, group: &mut [Posting]) {
        // What one article has alone is not frequent, whatever the cap.
        let cap = self.config.most_articles();
        let df = match group.len() > cap && exceeds(group, cap) {
            true => usize::MAX,
            false => distinct(group),
        };
        if df > cap {
            return self.drop(1, group.len());
        }
        self.again += (group.len() - df) as u64;
        if df > 1 {
            self.lists.resize_with(self.lists.len().max(df + 1), Vec::new);
            self.lists[df].extend(group[..df].iter().map(|posting| *posting as u32));
        }
    }

    /// Appends the first `count` articles, those of features of that df.
    #[inline(always)]
    fn append<const N: usize>(&mut self, df: usize, articles: &[u32; N], count: usize) {
        let list = &mut self.lists[df];
        let others = list.len();
        // All of them: how many count could only be guessed.
        list.extend_from_slice(articles);
        list.truncate(others + count);
    }

    /// Counts features above the cap.
    fn drop(&mut self, features: usize, postings: usize) {
        self.stats.features += features as u64;
        self.stats.capped_features += features as u64;
        self.stats.capped_postings += postings as u64;
    }

    /// Keeps the features that articles of both sides have, and not too many of either.
    fn keep_across(&mut self, border: u32) {
        let cap = self.config.max_df as usize;
        for df in 2..self.lists.len() {
            let mut list = std::mem::take(&mut self.lists[df]);
            let mut kept = 0;
            for at in (0..list.len()).step_by(df) {
                let ours = sides::before(border, &list[at..at + df]);
                let theirs = df - ours;
                if ours == 0 || theirs == 0 {
                    self.stats.features += 1;
                    self.stats.one_sided_features += 1;
                    self.stats.one_sided_postings += df as u64;
                } else if ours.max(theirs) > cap {
                    self.drop(1, df);
                } else {
                    list.copy_within(at..at + df, kept);
                    kept += df;
                    self.stats.shared += (ours * theirs) as u64;
                }
            }
            list.truncate(kept);
            self.lists[df] = list;
        }
    }

    /// All of them, in no more memory than they need, and what they are, out of so many postings.
    #[inline(always)]
    fn finish(mut self, postings: usize) -> (Part, RareStats) {
        let kept = self.lists.len().min(self.config.most_articles() + 1);
        for df in kept..self.lists.len() {
            self.drop(self.lists[df].len() / df, self.lists[df].len());
            self.lists[df].clear();
        }
        let border = self.config.sides.border();
        if let Some(border) = border {
            self.keep_across(border);
        }
        let count: usize = self.lists[..kept].iter().map(Vec::len).sum();
        let mut part =
            Part { articles: Vec::with_capacity(count + SLACK), ends: Vec::new(), end: 0 };
        let mut stats = RareStats { postings: postings as u64, ..self.stats };
        // Alone are those that are nowhere else.
        let others = count as u64 + self.again + stats.capped_postings + stats.one_sided_postings;
        stats.single_features = stats.postings - others;
        stats.features += stats.single_features;
        let lists = self.lists[..kept].iter().enumerate();
        for (df, list) in lists.filter(|(_, list)| !list.is_empty()) {
            part.articles.extend_from_slice(list);
            part.ends.push((df as u32, part.articles.len() as u32));
            let last = list.iter().fold(0, |last, article| last.max(*article));
            assert!(last < ARTICLES, "articles are below 2^28");
            part.end = part.end.max(last + 1);
            let features = list.len() / df;
            stats.features += features as u64;
            if border.is_none() {
                stats.shared += (features * (df * (df - 1) / 2)) as u64;
            }
        }
        part.articles.resize(count + SLACK, 0);
        (part, stats)
    }
}

/// Whether more articles than `cap` are seen at a glance: without sorting, as postings mostly come in
/// order.
fn exceeds(group: &[Posting], cap: usize) -> bool {
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

/// Sorts postings of one feature, moves the distinct ones to the front, and gives their number.
fn distinct(group: &mut [Posting]) -> usize {
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
