//! Postings to the features that count, each with the articles that have it.

use super::kernel::{self, FEW, Kernel, Work};
use super::slots::Slots;
use super::{Posting, Postings, RareConfig, RareStats, Scratch};

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
        let features = Features::new(config, lists);
        let work = Add { streams, slots, postings, spare, features };
        let (features, count) = kernel::run(config.kernel, work);
        let stats = RareStats { postings: count as u64, ..features.stats };
        self.articles = self.articles.max(features.articles);
        self.shared += stats.shared;
        self.parts.push(features.into_part());
        stats
    }
}

/// The postings of a partition to its features.
struct Add<'s, S> {
    /// Of each thread.
    streams: S,
    slots: &'s mut Slots,
    postings: &'s mut Vec<Posting>,
    spare: &'s mut Vec<Posting>,
    features: Features<'s>,
}

impl<'s, 'w, S: Iterator<Item = &'w [u32]> + Clone> Work for Add<'s, S> {
    /// The features, and how many postings there were.
    type Output = (Features<'s>, usize);

    #[inline(always)]
    unsafe fn with(self, kernel: impl Kernel) -> Self::Output {
        let Self { streams, slots, postings, spare, mut features } = self;
        // SAFETY: the caller vouches for the features.
        let count = unsafe { slots.gather(kernel, streams, postings) };
        features.singles(count - slots.kept());
        spare.resize(spare.len().max(slots.kept()), 0);
        for slot in slots.slots() {
            let few = postings[slot.start..].first_chunk().expect("there are more behind");
            // SAFETY: the caller vouches for the features.
            if !unsafe { features.add_few(kernel, few, slot.len()) } {
                for_each_feature(&mut postings[slot], spare, |group| features.add(group));
            }
        }
        (features, count)
    }
}

/// Features on their way into the index.
struct Features<'s> {
    config: RareConfig,
    /// By df, the articles of the features that have it.
    lists: &'s mut Vec<Vec<u32>>,
    /// One more than the greatest article.
    articles: u32,
    stats: RareStats,
}

impl<'s> Features<'s> {
    fn new(config: RareConfig, lists: &'s mut Vec<Vec<u32>>) -> Self {
        lists.iter_mut().for_each(Vec::clear);
        lists.resize_with(lists.len().max(FEW + 1), Vec::new);
        Self { config, lists, articles: 0, stats: RareStats::default() }
    }

    /// Counts features of one posting.
    fn singles(&mut self, count: usize) {
        self.stats.features += count as u64;
        self.stats.single_features += count as u64;
    }

    /// Adds the first `count` postings, those of a slot, if they are as few and as simple as most.
    ///
    /// # Safety
    /// The processor must have the kernel's features.
    #[inline(always)]
    unsafe fn add_few(
        &mut self,
        kernel: impl Kernel,
        postings: &[Posting; FEW],
        count: usize,
    ) -> bool {
        if count > FEW.min(self.config.max_df as usize) {
            return false;
        }
        let mut articles = [0; FEW];
        // SAFETY: the caller vouches for the features.
        let Some(few) = (unsafe { kernel.few(postings, count, &mut articles) }) else {
            return false;
        };
        self.singles(few.singles);
        let list = &mut self.lists[few.df];
        let others = list.len();
        list.extend_from_slice(&articles);
        list.truncate(others + few.df);
        self.done(few.df, articles[few.df.saturating_sub(1) % FEW]);
        true
    }

    /// Adds the postings of one feature. What is there twice is overwritten.
    fn add(&mut self, group: &mut [Posting]) {
        let cap = self.config.max_df as usize;
        let df = match group.len() > cap && exceeds(group, cap) {
            true => usize::MAX,
            false => distinct(group),
        };
        if df == 1 {
            return self.singles(1);
        }
        if df > cap {
            self.stats.features += 1;
            self.stats.capped_features += 1;
            self.stats.capped_postings += group.len() as u64;
            return;
        }
        if df >= self.lists.len() {
            self.lists.resize_with(df + 1, Vec::new);
        }
        self.lists[df].extend(group[..df].iter().map(|posting| *posting as u32));
        self.done(df, group[df - 1] as u32);
    }

    /// One feature of that df has come, of which this is the last article; none if `df` is 0, without a
    /// branch, as whether there is one could only be guessed.
    #[inline(always)]
    fn done(&mut self, df: usize, last: u32) {
        let articles = if df > 0 { last.saturating_add(1) } else { 0 };
        self.articles = self.articles.max(articles);
        self.stats.features += u64::from(df > 0);
        self.stats.shared += (df * df.saturating_sub(1) / 2) as u64;
    }

    /// All of them, in no more memory than they need.
    fn into_part(self) -> Part {
        assert!(self.articles <= ARTICLES, "articles are below 2^28");
        let count: usize = self.lists.iter().map(Vec::len).sum();
        let mut part = Part { articles: Vec::with_capacity(count + SLACK), ends: Vec::new() };
        for (df, list) in self.lists.iter().enumerate().filter(|(_, list)| !list.is_empty()) {
            part.articles.extend_from_slice(list);
            part.ends.push((df as u32, part.articles.len() as u32));
        }
        part.articles.resize(count + SLACK, 0);
        part
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

/// Calls `each` with the postings of every feature in a slot, in the order in which they came.
// With the caller, so that it is compiled for the kernel's instruction set.
#[inline(always)]
fn for_each_feature(
    slot: &mut [Posting],
    spare: &mut [Posting],
    mut each: impl FnMut(&mut [Posting]),
) {
    let first = slot[0];
    let differ = slot.iter().fold(0, |differ, posting| differ | (posting ^ first)) >> 32 != 0;
    if !differ {
        return each(slot);
    }
    let mut rest = slot;
    for _ in 0..TELL_APART {
        let feature = rest[0] >> 32;
        let (mut same, mut other) = (0, 0);
        for at in 0..rest.len() {
            let posting = rest[at];
            let is_same = posting >> 32 == feature;
            rest[same] = posting;
            spare[other] = posting;
            same += usize::from(is_same);
            other += usize::from(!is_same);
        }
        let (group, others) = rest.split_at_mut(same);
        each(group);
        if others.is_empty() {
            return;
        }
        others.copy_from_slice(&spare[..other]);
        rest = others;
    }
    rest.sort_unstable();
    rest.chunk_by_mut(|a, b| *a >> 32 == *b >> 32).for_each(each);
}
