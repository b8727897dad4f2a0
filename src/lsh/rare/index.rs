//! Postings to the features that count, each with the articles that have it.

use super::{Posting, RareConfig, RareStats, Scratch};
use crate::radix;

/// The features that count, each with the articles that have it.
///
/// Memory: four bytes for each posting of a feature with df from 2 to the cap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RareIndex {
    /// Articles, ascending, feature by feature, each above the feature's weight; the last one of each
    /// feature has the bit [`LAST`].
    entries: Vec<u32>,
    /// Such entries of other features.
    others: Vec<Vec<u32>>,
    /// One more than the greatest article.
    pub(super) articles: u32,
    /// Pairs of articles, one for each feature that two share.
    pub(super) shared: u64,
}

/// Marks the last article of a feature.
pub(super) const LAST: u32 = 1 << 31;

/// Bits below the article that say what its feature weighs.
pub(super) const WEIGHT_BITS: u32 = 3;

/// One more than the greatest article that can be.
const ARTICLES: u32 = 1 << 28;

/// The article of an entry.
#[inline(always)]
pub(super) fn article_of(entry: u32) -> u32 {
    (entry & !LAST) >> WEIGHT_BITS
}

/// Features in one slot that are told apart one after the other.
const TELL_APART: usize = 8;

impl RareIndex {
    /// Postings that it holds.
    pub fn len(&self) -> usize {
        self.parts().map(<[u32]>::len).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.parts().all(<[u32]>::is_empty)
    }

    /// Forgets all features; memory is kept.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.others.clear();
        (self.articles, self.shared) = (0, 0);
    }

    /// Moves the features of `other` to those of `self`; both must not have the same ones.
    pub fn append(&mut self, mut other: Self) {
        self.others.push(other.entries);
        self.others.append(&mut other.others);
        self.articles = self.articles.max(other.articles);
        self.shared += other.shared;
    }

    /// Entries of whole features.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[u32]> {
        std::iter::once(&self.entries).chain(&self.others).map(Vec::as_slice)
    }

    /// Adds all features whose postings these are, in any order; they mean nothing afterwards. A
    /// posting that is there twice counts once. Articles are below 2^28.
    pub fn add(
        &mut self,
        postings: &mut [Posting],
        config: RareConfig,
        scratch: &mut Scratch,
    ) -> RareStats {
        let mut stats = RareStats { postings: postings.len() as u64, ..RareStats::default() };
        let Scratch { spare, slots, entries, .. } = scratch;
        radix::for_each_part(postings, spare, 32..64, |part, spare, bits| {
            let mut slots = Slots::new(slots, part.len(), bits);
            let kept = slots.gather(part, spare);
            let mut features = Features::new(config, entries, kept);
            features.stats.features = (part.len() - kept) as u64;
            features.stats.single_features = features.stats.features;
            let mut at = 0;
            while at < kept {
                let end = slots.end(spare[at]);
                if !features.add_few(&spare[at..], end - at) {
                    for_each_feature(&mut spare[at..end], part, |group| features.add(group));
                }
                at = end;
            }
            self.entries.extend_from_slice(&features.entries[..features.count]);
            self.articles = self.articles.max(features.articles);
            stats.add(features.stats);
        });
        self.shared += stats.shared;
        stats
    }
}

/// Postings that most features have at most: so many are looked at together, needed or not.
const FEW: usize = 8;

/// Features on their way into the index.
struct Features<'s> {
    config: RareConfig,
    /// By df, up to [`FEW`], what a feature weighs.
    weights: [u32; FEW + 1],
    /// There is room for all that may come, and [`FEW`] more.
    entries: &'s mut [u32],
    count: usize,
    /// One more than the greatest article.
    articles: u32,
    stats: RareStats,
}

impl<'s> Features<'s> {
    /// None yet; there will be at most so many postings.
    fn new(config: RareConfig, entries: &'s mut Vec<u32>, postings: usize) -> Self {
        entries.resize(entries.len().max(postings + FEW), 0);
        let weights = std::array::from_fn(|df| config.weight(df as u32));
        Self { config, weights, entries, count: 0, articles: 0, stats: RareStats::default() }
    }

    /// Adds the first `count` postings if they are of one feature, ascending, and few: as most are.
    #[inline(always)]
    fn add_few(&mut self, postings: &[Posting], count: usize) -> bool {
        if count > FEW.min(self.config.max_df as usize) || postings.len() < FEW {
            return false;
        }
        let postings: &[Posting; FEW] = postings[..FEW].try_into().expect("there are as many");
        let entries = &mut self.entries[self.count..][..FEW];
        let (weight, mut fault) = (self.weights[count], 0);
        for at in 0..FEW {
            let inside = if at < count { u64::MAX } else { 0 };
            fault |= (postings[at] ^ postings[0]) >> 32 & inside;
            if at > 0 {
                fault |= u64::from(postings[at] as u32 <= postings[at - 1] as u32) & inside;
            }
            entries[at] = (postings[at] as u32) << WEIGHT_BITS | weight;
        }
        if fault != 0 {
            return false;
        }
        entries[count - 1] |= LAST;
        self.done(count, postings[count - 1]);
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
            self.stats.features += 1;
            self.stats.single_features += 1;
            return;
        }
        if df > cap {
            self.stats.features += 1;
            self.stats.capped_features += 1;
            self.stats.capped_postings += group.len() as u64;
            return;
        }
        let weight = self.config.weight(df as u32);
        let entries = &mut self.entries[self.count..][..df];
        for (entry, posting) in entries.iter_mut().zip(&group[..df]) {
            *entry = (*posting as u32) << WEIGHT_BITS | weight;
        }
        entries[df - 1] |= LAST;
        self.done(df, group[df - 1]);
    }

    /// One feature of that df has come, with this posting as its last.
    #[inline(always)]
    fn done(&mut self, df: usize, last: Posting) {
        let greatest = last as u32;
        assert!(greatest < ARTICLES, "articles are below 2^28");
        self.articles = self.articles.max(greatest + 1);
        self.count += df;
        self.stats.features += 1;
        self.stats.shared += (df * (df - 1) / 2) as u64;
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

/// Postings by the highest bits of their hashes in which they still differ: about one feature a slot.
///
/// Most features have one posting. Where a slot has one, it is dropped on the way, without a branch.
struct Slots<'s> {
    /// By slot how many postings it has, then where they end.
    ends: &'s mut [u32],
    shift: u32,
}

impl<'s> Slots<'s> {
    fn new(ends: &'s mut Vec<u32>, postings: usize, bits: std::ops::Range<u32>) -> Self {
        let wanted = postings.max(1).ilog2() + 1;
        let width = wanted.min(bits.end - bits.start).min(20);
        ends.resize(ends.len().max(1 << width), 0);
        Self { ends: &mut ends[..1 << width], shift: bits.end - width }
    }

    #[inline(always)]
    fn slot(&self, posting: Posting) -> usize {
        (posting >> self.shift) as usize & (self.ends.len() - 1)
    }

    /// Where the postings of this one's slot end.
    fn end(&self, posting: Posting) -> usize {
        self.ends[self.slot(posting)] as usize
    }

    /// Moves the postings whose slot has several to `into`, slot by slot, and gives their number.
    fn gather(&mut self, postings: &[Posting], into: &mut [Posting]) -> usize {
        assert!(postings.len() == into.len() && into.len() <= u32::MAX as usize);
        self.ends.fill(0);
        for &posting in postings {
            let slot = self.slot(posting);
            self.ends[slot] += 1;
        }
        // Where one is dropped, there is room for it at the end.
        let (mut next, dropped) = (0, into.len().saturating_sub(1) as u32);
        for end in &mut *self.ends {
            let count = *end;
            *end = if count == 1 { dropped } else { next };
            next += if count == 1 { 0 } else { count };
        }
        for &posting in postings {
            let slot = self.slot(posting);
            let place = &mut self.ends[slot];
            into[*place as usize] = posting;
            *place += 1;
        }
        next as usize
    }
}
