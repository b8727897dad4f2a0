//! Rare features to candidate pairs: articles that share several features which few others have.
//!
//! What many articles have (set phrases, the names of the day) says nothing about a pair and costs
//! most; so features whose document frequency (df) is above a cap are dropped, and what remains
//! gives at most `(cap - 1) / 2` pairs per posting: linear work, whatever the corpus.
//!
//! Two stages, each a pure function of one partition: [`shared_pairs`] of a range of features, then
//! [`count_pairs`] of a range of articles. [`candidates`] does both for a corpus in one piece.

use std::num::NonZeroU32;

use super::pairs::Packing;
use crate::{radix, text::hash::mix};

/// One article has one feature: 32 bits of the feature's hash above the number of the article.
pub type Posting = u64;

/// The posting of a feature, given its 64-bit hash (well mixed), in an article.
///
/// The low half of the hash is kept. Where there are partitions, they take their number from the high
/// half ([`partition_of`]), so that features of different partitions do not collide.
#[inline(always)]
pub fn posting(feature: u64, article: u32) -> Posting {
    feature << 32 | u64::from(article)
}

/// The partition, of `2^bits`, that a feature belongs to. `bits` from 0 to 32.
#[inline(always)]
pub fn partition_of(feature: u64, bits: u32) -> usize {
    feature.checked_shr(u64::BITS - bits).unwrap_or(0) as usize
}

/// Which features count, and how many make a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RareConfig {
    /// Features that more articles have are dropped. Below 2 nothing is ever found.
    pub max_df: u32,
    /// Weight that a pair must share to be a candidate; see [`RareConfig::weight`]. 0 means 1.
    pub min_weight: u32,
}

impl RareConfig {
    /// What a feature of that df, at most `max_df`, weighs: 4 where it is among the rarest tenth of
    /// what counts, 2 up to three tenths, else 1.
    ///
    /// One number cannot serve both: a rewrite shares few features with its source, but they are
    /// theirs alone; twenty versions of one text share hundreds, none of them rarer than twenty.
    pub fn weight(self, df: u32) -> u32 {
        match u64::from(df) * 10 {
            rare if rare <= u64::from(self.max_df) => 4,
            rare if rare <= 3 * u64::from(self.max_df) => 2,
            _ => 1,
        }
    }

    /// A weight of 6 and a cap of 40; of 28 in corpora of more than 20,000 articles, where work
    /// counts. A cap in proportion to the corpus would make it quadratic.
    pub fn for_articles(articles: usize) -> Self {
        Self { max_df: if articles > 20_000 { 28 } else { 40 }, min_weight: 6 }
    }
}

/// What [`candidates`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    /// The lesser article, the greater one, and the weight of the rare features they share; sorted.
    pub pairs: Vec<(u32, u32, u32)>,
    /// What it took.
    pub stats: RareStats,
}

/// What the rare-feature channel did, and what it dropped to stay linear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RareStats {
    /// Postings that came in, repetitions of a feature in one article included.
    pub postings: u64,
    /// Distinct features among them.
    pub features: u64,
    /// Features that one article has alone: they pair nothing.
    pub single_features: u64,
    /// Features above the cap on df, which were dropped.
    pub capped_features: u64,
    /// Postings of these.
    pub capped_postings: u64,
    /// Pairs that the other features gave, one for each feature that two articles share.
    pub shared: u64,
}

impl RareStats {
    /// Adds what another partition did.
    pub fn add(&mut self, other: Self) {
        self.postings += other.postings;
        self.features += other.features;
        self.single_features += other.single_features;
        self.capped_features += other.capped_features;
        self.capped_postings += other.capped_postings;
        self.shared += other.shared;
    }
}

/// Candidate pairs of a corpus whose postings are all here. Reorders `postings`.
pub fn candidates(postings: &mut [Posting], config: RareConfig) -> Candidates {
    let mut scratch = Scratch::default();
    let mut pairs = SharedPairs::up_to(greatest_article(postings));
    let stats = shared_pairs(postings, config, &mut scratch, &mut pairs);
    Candidates { pairs: count_pairs(&mut pairs, config.min_weight, &mut scratch), stats }
}

/// The greatest article number among the postings; 0 where there are none.
pub fn greatest_article(postings: &[Posting]) -> u32 {
    postings.iter().map(|posting| *posting as u32).max().unwrap_or(0)
}

/// Pairs of articles, one for each rare feature that the two share: between the two stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedPairs {
    packing: Packing,
    keys: Vec<u64>,
}

impl SharedPairs {
    /// No pairs yet, of articles up to and including number `greatest`.
    pub fn up_to(greatest: u32) -> Self {
        Self { packing: Packing::up_to(greatest), keys: Vec::new() }
    }

    /// Number of pairs, repetitions included.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Moves the pairs of another partition of features here. Both must have been made for the same
    /// greatest article.
    pub fn append(&mut self, other: &mut Self) {
        assert_eq!(self.packing, other.packing, "pairs are packed alike");
        self.keys.append(&mut other.keys);
    }

    /// Spreads the pairs over `parts` by their lesser article, so that all repetitions of a pair
    /// meet: each part can be counted by itself. Parts differ in size, because pairs do.
    pub fn split(self, parts: NonZeroU32) -> Vec<Self> {
        let per_part = (1u64 << self.packing.width()).div_ceil(u64::from(parts.get()));
        let empty = Self { packing: self.packing, keys: Vec::new() };
        let mut split = vec![empty; parts.get() as usize];
        for key in self.keys {
            let part = u64::from(self.packing.unpack(key).0) / per_part;
            split[part as usize].keys.push(key);
        }
        split
    }
}

/// Appends a pair to `pairs` for every two articles that share a feature with df from 2 to
/// `max_df`, as often as the feature weighs.
///
/// `postings` holds all postings of the features of this partition, in any order; they mean nothing
/// afterwards. A posting that is there twice counts once.
pub fn shared_pairs(
    postings: &mut [Posting],
    config: RareConfig,
    scratch: &mut Scratch,
    pairs: &mut SharedPairs,
) -> RareStats {
    let before = pairs.len();
    let mut stats = RareStats { postings: postings.len() as u64, ..RareStats::default() };
    let Scratch { spare, counters } = scratch;
    radix::for_each_part(postings, spare, 32..64, |part, spare, bits| {
        let kept = counters.keep_frequent(part, 2, |posting| posting >> 32);
        stats.features += (part.len() - kept) as u64;
        stats.single_features += (part.len() - kept) as u64;
        radix::sort_with(&mut part[..kept], &mut spare[..kept], bits);
        pair_sorted(&mut part[..kept], config, pairs, &mut stats);
    });
    stats.shared = (pairs.len() - before) as u64;
    stats
}

/// The pairs of postings that are sorted by feature.
fn pair_sorted(
    postings: &mut [Posting],
    config: RareConfig,
    pairs: &mut SharedPairs,
    stats: &mut RareStats,
) {
    let mut at = 0;
    while at < postings.len() {
        let feature = postings[at] >> 32;
        let same = postings[at..].iter().take_while(|next| *next >> 32 == feature).count();
        stats.features += 1;
        match same {
            1 => stats.single_features += 1,
            _ => pair_group(&mut postings[at..at + same], config, pairs, stats),
        }
        at += same;
    }
}

/// The pairs of one feature's postings, of which there are at least two. What is there twice is
/// overwritten.
fn pair_group(
    group: &mut [Posting],
    config: RareConfig,
    pairs: &mut SharedPairs,
    stats: &mut RareStats,
) {
    if !group.is_sorted_by(|a, b| a < b) {
        group.sort_unstable();
    }
    let mut df = 1;
    for at in 1..group.len() {
        if group[at] != group[df - 1] {
            group[df] = group[at];
            df += 1;
        }
    }
    if df > config.max_df as usize {
        stats.capped_features += 1;
        stats.capped_postings += group.len() as u64;
        return;
    }
    stats.single_features += u64::from(df == 1);
    let packing = pairs.packing;
    let times = config.weight(df as u32);
    for (at, &b) in group[..df].iter().enumerate() {
        for _ in 0..times {
            pairs.keys.extend(group[..at].iter().map(|a| packing.pack(*a as u32, b as u32)));
        }
    }
}

/// Counts how often each pair is there and keeps those with at least `min_weight`: the lesser
/// article, the greater one, and the count; sorted. `pairs` is empty afterwards.
pub fn count_pairs(
    pairs: &mut SharedPairs,
    min_weight: u32,
    scratch: &mut Scratch,
) -> Vec<(u32, u32, u32)> {
    let Scratch { spare, counters } = scratch;
    let packing = pairs.packing;
    let mut counted = Vec::new();
    radix::for_each_part(&mut pairs.keys, spare, 0..2 * packing.width(), |part, spare, bits| {
        let least = u8::try_from(min_weight).unwrap_or(u8::MAX);
        let kept = counters.keep_frequent(part, least, |pair| mix(pair) >> 32);
        radix::sort_with(&mut part[..kept], &mut spare[..kept], bits);
        for same in part[..kept].chunk_by(|a, b| a == b) {
            let count = u32::try_from(same.len()).unwrap_or(u32::MAX);
            if count >= min_weight {
                let (a, b) = packing.unpack(same[0]);
                counted.push((a, b, count));
            }
        }
    });
    pairs.keys.clear();
    counted
}

/// Buffers that are kept from one partition to the next: one per thread.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    spare: Vec<u64>,
    counters: Counters,
}

/// Counters in which keys share places: never too low, sometimes too high.
///
/// Most features have one posting and most pairs share one feature. To find these takes two short
/// loops without branches; to sort them would take several passes more.
#[derive(Debug, Clone)]
struct Counters(Box<[u8; 1 << 16]>);

impl Default for Counters {
    fn default() -> Self {
        Self(Box::new([0; 1 << 16]))
    }
}

impl Counters {
    /// Moves the keys that may be there `least` times or more to the front, in order, and returns how
    /// many these are. `mixed` gives a number of which the low 16 bits are spread evenly.
    fn keep_frequent(&mut self, keys: &mut [u64], least: u8, mixed: impl Fn(u64) -> u64) -> usize {
        self.0.fill(0);
        let place = |key| usize::from(mixed(key) as u16);
        for &key in &*keys {
            let counter = &mut self.0[place(key)];
            *counter = counter.saturating_add(1);
        }
        let mut kept = 0;
        for at in 0..keys.len() {
            let key = keys[at];
            keys[kept] = key;
            kept += usize::from(self.0[place(key)] >= least);
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    /// (feature, article), by hash maps and sets.
    fn naive(features: &[(u64, u32)], config: RareConfig) -> Vec<(u32, u32, u32)> {
        let mut articles: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
        for (feature, article) in features {
            articles.entry(*feature).or_default().insert(*article);
        }
        let mut shared: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for group in articles.values().filter(|group| group.len() <= config.max_df as usize) {
            for a in group {
                for b in group.range(a + 1..) {
                    *shared.entry((*a, *b)).or_default() += config.weight(group.len() as u32);
                }
            }
        }
        let enough = shared.into_iter().filter(|(_, count)| *count >= config.min_weight);
        enough.map(|((a, b), count)| (a, b, count)).collect()
    }

    proptest! {
        #[test]
        fn same_as_maps_and_sets(
            features in prop::collection::vec((0..40u64, 0..30u32), 0..400),
            max_df in 0..12u32,
            min_shared in 0..5u32,
        ) {
            let config = RareConfig { max_df, min_weight: min_shared };
            let mut postings: Vec<_> = features.iter().map(|(f, a)| posting(*f, *a)).collect();
            let found = candidates(&mut postings, config);
            prop_assert_eq!(found.pairs, naive(&features, config));
            prop_assert_eq!(found.stats.postings, features.len() as u64);
        }

        #[test]
        fn partitions_give_the_same_pairs(
            features in prop::collection::vec((any::<u8>(), 0..30u32), 0..400),
            parts in 1..7u32,
        ) {
            let hash = |feature: u8| u64::from(feature) << 56 | u64::from(feature);
            let features: Vec<_> = features.into_iter().map(|(f, a)| (hash(f), a)).collect();
            let config = RareConfig { max_df: 8, min_weight: 2 };
            let mut partitions = vec![Vec::new(); 4];
            for (feature, article) in &features {
                partitions[partition_of(*feature, 2)].push(posting(*feature, *article));
            }
            let (mut stats, mut scratch) = (RareStats::default(), Scratch::default());
            let mut pairs = SharedPairs::up_to(29);
            for partition in &mut partitions {
                let mut own = SharedPairs::up_to(29);
                stats.add(shared_pairs(partition, config, &mut scratch, &mut own));
                pairs.append(&mut own);
            }
            let parts = pairs.split(NonZeroU32::new(parts).expect("at least one"));
            let found: Vec<_> = parts
                .into_iter()
                .flat_map(|mut part| count_pairs(&mut part, config.min_weight, &mut scratch))
                .collect();
            prop_assert_eq!(found, naive(&features, config));
            prop_assert_eq!(stats.postings, features.len() as u64);
        }
    }

    #[test]
    fn what_is_dropped_is_counted() {
        let mut postings: Vec<_> = (0..100).map(|article| posting(1, article)).collect();
        postings.extend([posting(2, 5), posting(3, 5), posting(3, 6)]);
        let found = candidates(&mut postings, RareConfig { max_df: 6, min_weight: 1 });
        assert_eq!(found.pairs, [(5, 6, 1)]);
        let expected = RareStats {
            postings: 103,
            features: 3,
            single_features: 1,
            capped_features: 1,
            capped_postings: 100,
            shared: 1,
        };
        assert_eq!(found.stats, expected);
    }

    #[test]
    fn rarer_features_weigh_more() {
        let config = RareConfig::for_articles(5000);
        assert_eq!([2, 4, 5, 12, 13, 40].map(|df| config.weight(df)), [4, 4, 2, 2, 1, 1]);
        assert!(RareConfig::for_articles(1_000_000).max_df < config.max_df);
    }

    #[test]
    fn one_partition_takes_all() {
        assert_eq!(partition_of(u64::MAX, 0), 0);
        assert_eq!(partition_of(u64::MAX, 3), 7);
    }
}
