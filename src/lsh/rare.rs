//! Rare features to candidate pairs: articles that share several features which few others have.
//!
//! What many articles have (set phrases, the names of the day) says nothing about a pair and costs
//! most; so features whose document frequency (df) is above a cap are dropped, and what remains
//! gives at most `(cap - 1) / 2` pairs per posting: linear work, whatever the corpus.
//!
//! Two stages, each a pure function of one part: [`RareIndex::add`] of the postings of some features,
//! then [`RareIndex::pairs`] of a range of articles. [`candidates`] does both for a corpus in one
//! piece.

use std::ops::Range;

use crate::radix;

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
    let articles = postings.iter().map(|posting| *posting as u32 + 1).max().unwrap_or(0);
    let mut index = RareIndex::default();
    let stats = index.add(postings, config, &mut scratch);
    Candidates { pairs: index.pairs(config, 0..articles, &mut scratch), stats }
}

/// The features that count, each with the articles that have it.
///
/// Memory: four bytes for each posting of a feature with df from 2 to the cap. Pairs are counted from
/// here article by article, and so never all held: a corpus has several times more pairs that share
/// one rare feature than postings, and hardly any of them share a second.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RareIndex {
    /// Articles, ascending, feature by feature, each with the logarithm of the feature's weight above;
    /// the last one of each feature has the bit [`LAST`].
    entries: Vec<u32>,
    /// One more than the greatest article.
    articles: u32,
}

/// Marks the last article of a feature.
const LAST: u32 = 1 << 31;

/// Bits of an article; between these and [`LAST`] stands the logarithm of the weight.
const ARTICLE_BITS: u32 = 29;
const ARTICLE: u32 = (1 << ARTICLE_BITS) - 1;

/// Entries that are searched at a time.
const PIECE: usize = 1 << 12;

/// Where, in the keys by which [`RareIndex::pairs`] sorts, the article and the weight stand; below
/// them a place in the entries.
const ARTICLE_BIT: u32 = 40;
const WEIGHT_BIT: u32 = 38;

/// Most articles in the range of [`RareIndex::pairs`].
pub const MAX_RANGE: u32 = 1 << (u64::BITS - ARTICLE_BIT);

impl RareIndex {
    /// An empty one, with room for what so many postings leave, as a rule; it costs nothing until it
    /// is used, and to grow by copying does.
    pub fn with_room(postings: usize) -> Self {
        Self { entries: Vec::with_capacity(postings / 2), articles: 0 }
    }

    /// Postings that it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Moves the features of `other` behind those of `self`; both must not have the same ones.
    pub fn append(&mut self, other: &mut Self) {
        self.entries.append(&mut other.entries);
        self.articles = self.articles.max(other.articles);
    }

    /// Adds all features whose postings these are, in any order; they mean nothing afterwards. A
    /// posting that is there twice counts once. Articles are below 2^29.
    pub fn add(
        &mut self,
        postings: &mut [Posting],
        config: RareConfig,
        scratch: &mut Scratch,
    ) -> RareStats {
        let mut stats = RareStats { postings: postings.len() as u64, ..RareStats::default() };
        let Scratch { spare, counters, .. } = scratch;
        radix::for_each_part(postings, spare, 32..64, |part, spare, bits| {
            let kept = counters.keep_frequent(part);
            stats.features += (part.len() - kept) as u64;
            stats.single_features += (part.len() - kept) as u64;
            radix::sort_with(&mut part[..kept], &mut spare[..kept], bits);
            for group in part[..kept].chunk_by_mut(|a, b| *a >> 32 == *b >> 32) {
                stats.features += 1;
                self.add_feature(group, config, &mut stats);
            }
        });
        stats
    }

    /// Adds the postings of one feature. What is there twice is overwritten.
    fn add_feature(&mut self, group: &mut [Posting], config: RareConfig, stats: &mut RareStats) {
        if !group.is_sorted() {
            group.sort_unstable();
        }
        let mut df = 1;
        for at in 1..group.len() {
            if group[at] != group[df - 1] {
                group[df] = group[at];
                df += 1;
            }
        }
        if df == 1 {
            stats.single_features += 1;
            return;
        }
        if df > config.max_df as usize {
            stats.capped_features += 1;
            stats.capped_postings += group.len() as u64;
            return;
        }
        stats.shared += (df * (df - 1) / 2) as u64;
        let greatest = group[df - 1] as u32;
        assert!(greatest <= ARTICLE, "articles are below 2^29");
        self.articles = self.articles.max(greatest + 1);
        let weight = config.weight(df as u32).ilog2() << ARTICLE_BITS;
        self.entries.extend(group[..df].iter().map(|posting| *posting as u32 | weight));
        let last = self.entries.last_mut().expect("at least two were added");
        *last |= LAST;
    }

    /// The candidate pairs whose lesser article is in a range of at most [`MAX_RANGE`]: the lesser
    /// article, the greater one, and the weight of the features they share (up to 65,535); sorted.
    pub fn pairs(
        &self,
        config: RareConfig,
        lesser: Range<u32>,
        scratch: &mut Scratch,
    ) -> Vec<(u32, u32, u32)> {
        assert!(lesser.len() <= MAX_RANGE as usize, "a range of articles is too long");
        let Scratch { spare, keys, weights, met, .. } = scratch;
        weights.resize(weights.len().max(self.articles as usize), 0);
        self.features_of(&lesser, keys);
        let bits = ARTICLE_BIT..(ARTICLE_BIT + u32::BITS - (lesser.len() as u32).leading_zeros());
        radix::sort_by_bits(keys, spare, bits.start..bits.end.min(u64::BITS));
        let least = u16::try_from(config.min_weight.max(1)).unwrap_or(u16::MAX);
        let mut pairs = Vec::new();
        for features in keys.chunk_by(|x, y| x >> ARTICLE_BIT == y >> ARTICLE_BIT) {
            let article = lesser.start + (features[0] >> ARTICLE_BIT) as u32;
            met.clear();
            features.iter().for_each(|feature| self.add_weights(*feature, weights, met));
            let before = pairs.len();
            for &other in &*met {
                let weight = std::mem::take(&mut weights[other as usize]);
                if weight >= least {
                    pairs.push((article, other, u32::from(weight)));
                }
            }
            pairs[before..].sort_unstable();
        }
        pairs
    }

    /// Adds the weight of a feature to all articles from the place that its key names; `met` gets
    /// those that had none.
    fn add_weights(&self, key: u64, weights: &mut [u16], met: &mut Vec<u32>) {
        let weight = 1 << (key >> WEIGHT_BIT & 3);
        let start = (key & ((1 << WEIGHT_BIT) - 1)) as usize;
        for entry in &self.entries[start..] {
            let other = entry & ARTICLE;
            let sum = &mut weights[other as usize];
            if *sum == 0 {
                met.push(other);
            }
            *sum = sum.saturating_add(weight);
            if entry & LAST != 0 {
                break;
            }
        }
    }

    /// A key for each feature of each article of the range, unless no article with it is greater:
    /// the article, the logarithm of the feature's weight, and the place of the next article.
    fn features_of(&self, lesser: &Range<u32>, keys: &mut Vec<u64>) {
        keys.clear();
        let mut count = 0;
        for (start, piece) in (1u64..).step_by(PIECE).zip(self.entries.chunks(PIECE)) {
            // Every entry is written, and what does not count is written over: where features end and
            // which articles have them, no processor can guess.
            keys.resize(count + piece.len(), 0);
            for (next, entry) in (start..).zip(piece) {
                let place = (entry & ARTICLE).wrapping_sub(lesser.start);
                let weight = u64::from(entry >> ARTICLE_BITS & 3);
                keys[count] = u64::from(place) << ARTICLE_BIT | weight << WEIGHT_BIT | next;
                count += usize::from(place < lesser.end - lesser.start && entry & LAST == 0);
            }
            keys.truncate(count);
        }
    }
}

/// Buffers that are kept from one partition to the next: one per thread.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    spare: Vec<u64>,
    counters: Counters,
    keys: Vec<u64>,
    /// By article, all 0 between two calls.
    weights: Vec<u16>,
    /// Articles that have a weight.
    met: Vec<u32>,
}

/// Counters in which keys share places: never too low, sometimes too high.
///
/// Most features have one posting. To find these takes two short loops without branches; to sort them
/// would take several passes more.
#[derive(Debug, Clone)]
struct Counters(Box<[u8; 1 << 16]>);

impl Default for Counters {
    fn default() -> Self {
        Self(Box::new([0; 1 << 16]))
    }
}

impl Counters {
    /// Moves the postings whose features may have others to the front, in order, and returns how
    /// many these are.
    fn keep_frequent(&mut self, postings: &mut [Posting]) -> usize {
        self.0.fill(0);
        let place = |posting: Posting| usize::from((posting >> 32) as u16);
        for &posting in &*postings {
            let counter = &mut self.0[place(posting)];
            *counter = counter.saturating_add(1);
        }
        let mut kept = 0;
        for at in 0..postings.len() {
            let posting = postings[at];
            postings[kept] = posting;
            kept += usize::from(self.0[place(posting)] >= 2);
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
            let mut index = RareIndex::default();
            for partition in &mut partitions {
                let mut own = RareIndex::default();
                stats.add(own.add(partition, config, &mut scratch));
                index.append(&mut own);
            }
            let found: Vec<_> = (0..30)
                .step_by(parts as usize)
                .flat_map(|start| index.pairs(config, start..start + parts, &mut scratch))
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
