//! Rare features to candidate pairs: articles that share several features which few others have.
//!
//! What many articles have (set phrases, the names of the day) says nothing about a pair and costs
//! most. So features whose document frequency (df) is above a cap are dropped; the others give at
//! most `(cap - 1) / 2` pairs per posting: linear work, whatever the corpus.
//!
//! Three stages: [`PostingsBuilder`] builds [`Postings`] from the features of articles;
//! [`RareIndex::add`] turns the postings of a partition into an inverted index;
//! [`RareIndex::pairs`] accumulates the pairs of a shard of articles. Partitions and shards may be
//! processed in any order or in parallel; [`candidates`] does all of it for a corpus in memory.
//! Postings that exceed the memory budget can be spilled ([`Spill`]).

mod accumulator;
mod buckets;
mod builder;
mod config;
mod index;
mod kernel;
mod packed_pair;
mod pairs;
mod posting;
mod postings;
mod scratch;
mod spill;
mod stats;

pub use builder::{ArticleFeatures, PostingsBuilder};
pub use config::{RareConfig, weight};
pub use index::RareIndex;
pub use pairs::{Blocks, Shard};
pub use posting::Posting;
pub use postings::{PartitionPostings, Partitioning, Postings};
pub use scratch::Scratch;
pub use spill::Spill;
pub use stats::RareStats;

/// What [`candidates`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidates {
    /// Both articles, the smaller number first, and the weight of the rare features they share;
    /// sorted.
    pub pairs: Vec<(u32, u32, u32)>,
    /// Counts.
    pub stats: RareStats,
}

/// Candidate pairs of a corpus, given all its postings in memory.
pub fn candidates(postings: &Postings, config: RareConfig, scratch: &mut Scratch) -> Candidates {
    let (mut index, mut stats) = (RareIndex::default(), RareStats::default());
    let threads = std::slice::from_ref(postings);
    for partition in 0..postings.partitions() {
        stats.add(index.add(PartitionPostings::new(threads, partition), config, scratch));
    }
    let blocks = index.blocks(config.sides);
    let mut pairs = Vec::new();
    for shard in blocks.shards(SHARD_BYTES) {
        pairs.append(&mut index.pairs(config, shard, scratch));
    }
    Candidates { pairs, stats }
}

/// About the most memory that [`candidates`] takes for pairs.
const SHARD_BYTES: usize = 256 << 20;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Mutex;

    use proptest::prelude::*;

    use super::*;
    use crate::lsh::Sides;
    use crate::text::hash::mix;
    use crate::{BoxError, Kernel};

    /// By feature, its articles.
    fn articles(features: &[(u64, u32)]) -> BTreeMap<u64, BTreeSet<u32>> {
        let mut articles: BTreeMap<u64, BTreeSet<u32>> = BTreeMap::new();
        for (feature, article) in features {
            articles.entry(*feature).or_default().insert(*article);
        }
        articles
    }

    /// How many articles of a feature are on each side; on the first where there is one.
    fn sides(group: &BTreeSet<u32>, config: RareConfig) -> [usize; 2] {
        let ours = group.range(..config.sides.boundary().unwrap_or(u32::MAX)).count();
        [ours, group.len() - ours]
    }

    /// (feature, article), by hash maps and sets.
    fn naive(features: &[(u64, u32)], config: RareConfig) -> Vec<(u32, u32, u32)> {
        let articles = articles(features);
        let mut shared: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for group in articles.values() {
            let [ours, theirs] = sides(group, config);
            let df = ours.max(theirs);
            for a in group.iter().filter(|_| df <= config.max_df as usize) {
                for b in group.range(a + 1..).filter(|b| config.sides.may_pair(*a, **b)) {
                    *shared.entry((*a, *b)).or_default() += config.weight(df as u32);
                }
            }
        }
        let enough = shared.into_iter().filter(|(_, count)| *count >= config.min_weight);
        enough.map(|((a, b), count)| (a, b, count)).collect()
    }

    fn naive_stats(features: &[(u64, u32)], config: RareConfig) -> RareStats {
        let mut stats = RareStats { postings: features.len() as u64, ..RareStats::default() };
        for (feature, articles) in articles(features) {
            let df = articles.len() as u64;
            stats.features += 1;
            stats.single_features += u64::from(df == 1);
            if df > u64::from(config.max_df.max(1)) {
                stats.capped_features += 1;
                stats.capped_postings +=
                    features.iter().filter(|of| of.0 == feature).count() as u64;
            } else {
                stats.shared += df * (df - 1) / 2;
            }
        }
        stats
    }

    /// Small numbers to hashes that differ in the bits that partitions and postings use.
    fn hash(feature: u64) -> u64 {
        mix(feature + 1)
    }

    fn add_all(builder: &mut PostingsBuilder, features: &[(u64, u32)]) {
        for (feature, article) in features {
            builder.article(*article).add(hash(*feature));
        }
    }

    fn postings(features: &[(u64, u32)], partitioning: Partitioning) -> Postings {
        let mut builder = PostingsBuilder::new(partitioning, features.len());
        add_all(&mut builder, features);
        builder.finish()
    }

    /// Candidates by every kernel of this processor, which all have to find the same.
    fn candidates(postings: &Postings, config: RareConfig) -> Candidates {
        let find = |kernel| {
            super::candidates(postings, RareConfig { kernel, ..config }, &mut Scratch::default())
        };
        let found = find(Kernel::Scalar);
        for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
            assert!(find(kernel) == found, "{kernel}");
        }
        found
    }

    fn config(max_df: u32, min_weight: u32) -> RareConfig {
        RareConfig { kernel: Kernel::detect(), max_df, min_weight, sides: Sides::One }
    }

    proptest! {
        #[test]
        fn same_as_maps_and_sets(
            features in prop::collection::vec((0..40u64, 0..90u32), 0..600),
            max_df in 0..30u32,
            min_shared in 0..5u32,
        ) {
            let config = config(max_df, min_shared);
            let found = candidates(&postings(&features, Partitioning::for_postings(0)), config);
            prop_assert_eq!(found.pairs, naive(&features, config));
            prop_assert_eq!(found.stats, naive_stats(&features, config));
        }

        #[test]
        fn of_two_sides_same_as_maps_and_sets(
            features in prop::collection::vec((0..40u64, 0..90u32), 0..600),
            boundary in 0..95u32,
            max_df in 0..30u32,
            min_shared in 0..5u32,
        ) {
            let config = RareConfig { sides: Sides::Two(boundary), ..config(max_df, min_shared) };
            let found = candidates(&postings(&features, Partitioning::for_postings(0)), config);
            prop_assert_eq!(found.pairs, naive(&features, config));
            let stats = found.stats;
            let all = articles(&features);
            let singletons = all.values().filter(|group| group.len() == 1).count() as u64;
            prop_assert_eq!(stats.features, all.len() as u64);
            prop_assert_eq!(stats.single_features, singletons);
        }

        #[test]
        fn shards_of_features_and_of_articles_give_the_same_pairs(
            features in prop::collection::vec((0..60u64, 0..90u32), 0..400),
            shards in 1..7usize,
            bytes in 0..2000usize,
        ) {
            let config = config(8, 2);
            let (mut stats, mut scratch) = (RareStats::default(), Scratch::default());
            let mut index = RareIndex::default();
            let all = Partitioning::for_postings(0);
            // Two threads, one of which has the greater half; postings of the shard before are
            // reused.
            let halves = features.split_at(features.len() / 3);
            let mut threads = [halves.0, halves.1].map(|own| postings(own, all.shard(0, shards)));
            for shard in 0..shards {
                let before = [(threads[0].clone(), halves.0), (threads[1].clone(), halves.1)];
                threads = before.map(|(own, features)| {
                    let mut builder = own.restart(all.shard(shard, shards));
                    add_all(&mut builder, features);
                    builder.finish()
                });
                for partition in 0..threads[0].partitions() {
                    let mut own = RareIndex::default();
                    let postings = PartitionPostings::new(&threads, partition);
                    stats.add(own.add(postings, config, &mut scratch));
                    index.append(own);
                }
            }
            let blocks = index.blocks(config.sides);
            let found: Vec<_> = blocks
                .shards(bytes)
                .into_iter()
                .flat_map(|shard| index.pairs(config, shard, &mut scratch))
                .collect();
            prop_assert_eq!(found, naive(&features, config));
            prop_assert_eq!(stats, naive_stats(&features, config));
        }
    }

    /// Where spilled words go in tests.
    #[derive(Default)]
    struct Memory(Mutex<Vec<u32>>);

    impl Spill for Memory {
        fn write(&self, words: &[u32]) -> Result<u64, BoxError> {
            let mut all = self.0.lock().unwrap();
            all.extend_from_slice(words);
            Ok((all.len() - words.len()) as u64)
        }

        fn read(&self, place: u64, words: &mut [u32]) -> Result<(), BoxError> {
            words.copy_from_slice(&self.0.lock().unwrap()[place as usize..][..words.len()]);
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn spilled_or_not_is_the_same(
            features in prop::collection::vec((0..60u64, 0..90u32, 0..20u32), 0..300),
            shard in 0..3usize,
        ) {
            let partitioning = Partitioning::for_postings(0).shard(shard, 3);
            let (memory, config) = (Memory::default(), config(8, 2));
            let held: Vec<(u64, u32)> = features.iter().map(|of| (of.0, of.1)).collect();
            let held = postings(&held, partitioning.clone());
            let mut threads = [0, 1].map(|_| PostingsBuilder::new(partitioning.clone(), 10));
            let mut is_spilled = false;
            for (feature, article, chance) in features {
                let own = &mut threads[article as usize % 2];
                add_all(own, &[(feature, article)]);
                if chance == 0 {
                    own.spill(&memory).unwrap();
                    prop_assert_eq!(own.bytes(), 0);
                    is_spilled |= !memory.0.lock().unwrap().is_empty();
                }
            }
            let threads = threads.map(PostingsBuilder::finish);
            prop_assert_eq!(threads.iter().any(Postings::is_spilled), is_spilled);
            let mut scratch = Scratch::default();
            let (mut index, mut stats) = (RareIndex::default(), RareStats::default());
            for partition in 0..partitioning.partitions() {
                let own = PartitionPostings::new(&threads, partition);
                let all = [own.gather(&memory).unwrap()];
                stats.add(index.add(PartitionPostings::new(&all, 0), config, &mut scratch));
            }
            let expected = candidates(&held, config);
            prop_assert_eq!(stats, expected.stats);
            let blocks = index.blocks(config.sides);
            let pairs = blocks.shards(usize::MAX).into_iter();
            let pairs: Vec<_> = pairs
                .flat_map(|shard| index.pairs(config, shard, &mut scratch))
                .collect();
            prop_assert_eq!(pairs, expected.pairs);
        }
    }

    #[test]
    fn large_corpora_of_every_shape() {
        let shapes: [fn(u64) -> u64; 4] =
            [|n| n / 3, |n| mix(n) % 20_000, |n| mix(n) % 300, |n| (mix(n) % 1000).pow(2) / 9];
        for shape in shapes {
            let features: Vec<_> =
                (0..120_000).map(|n| (shape(n), (mix(n) >> 40) as u32 % 4000)).collect();
            let config = config(20, 4);
            let found = candidates(&postings(&features, Partitioning::for_postings(0)), config);
            assert!(found.pairs == naive(&features, config));
        }
    }

    #[test]
    fn features_of_hundreds_of_articles_may_count() {
        let features: Vec<_> =
            (0..6000).map(|n| (mix(n) % 20, (mix(n) >> 40) as u32 % 600)).collect();
        for min_weight in [1, 6, 12, 40] {
            let config = config(1000, min_weight);
            let found = candidates(&postings(&features, Partitioning::for_postings(0)), config);
            assert_eq!(found.pairs, naive(&features, config));
            assert!(min_weight > 12 || !found.pairs.is_empty());
        }
    }

    /// So many that a packed pair has few bits left for the articles of a block.
    #[test]
    fn millions_of_articles() {
        let features: Vec<_> =
            (0..3000).map(|n| (mix(n) % 200, (mix(n) >> 40) as u32 % 50 * 499_999)).collect();
        let config = config(40, 3);
        let found = candidates(&postings(&features, Partitioning::for_postings(0)), config);
        assert_eq!(found.pairs, naive(&features, config));
        assert!(found.pairs.len() > 500);
    }

    #[test]
    fn what_is_dropped_is_counted() {
        let mut features: Vec<_> = (0..100).map(|article| (1, article)).collect();
        features.extend([(2, 5), (3, 5), (3, 6)]);
        let postings = postings(&features, Partitioning::for_postings(0));
        let found = candidates(&postings, config(6, 1));
        assert_eq!(found.pairs, [(5, 6, 1)]);
        let expected = RareStats {
            postings: 103,
            features: 3,
            single_features: 1,
            capped_features: 1,
            capped_postings: 100,
            shared: 1,
            ..RareStats::default()
        };
        assert_eq!(found.stats, expected);
    }

    #[test]
    fn rarer_features_weigh_more() {
        let config = RareConfig::for_articles(5000);
        assert_eq!([2, 4, 5, 12, 13, 40].map(|df| config.weight(df)), [4, 4, 2, 2, 1, 1]);
        assert!(RareConfig::for_articles(1_000_000).max_df < config.max_df);
    }
}
