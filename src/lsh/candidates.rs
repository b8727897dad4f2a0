//! Signatures to candidate pairs in one call.

use super::band_keys::{BandKeys, BandingStats, Bucketing, Collapsed, Scratch};
use super::banding::Banding;
use crate::{Error, sketch::Signatures};

impl Banding {
    /// All candidate pairs of articles, the smaller number first, sorted, each once.
    ///
    /// `limit` is that of [`Bucketing`]; [`super::band_keys::BUCKET_LIMIT`] suits most corpora.
    /// This is all of [`BandKeys`] in one call; use that directly to work in parallel, or without
    /// keeping all signatures in memory. Lanes beyond `bands * rows` are ignored; signatures with
    /// fewer are an error.
    pub fn candidates(self, signatures: &Signatures, limit: usize) -> Result<Candidates, Error> {
        let mut keys = BandKeys::new(self);
        keys.push_all(signatures)?;
        let mut scratch = Scratch::default();
        let Collapsed { rows, mut pairs, .. } = keys.collapse(&mut scratch);
        let mut stats = BandingStats { identical: pairs.len() as u64, ..BandingStats::default() };
        for band in 0..self.bands() {
            let mut found = keys.band_pairs(&rows, Bucketing { band, limit }, &mut scratch);
            stats.add(found.stats);
            pairs.append(&mut found.pairs);
        }
        Ok(Candidates { pairs: keys.merge(&mut pairs, &mut scratch), stats })
    }
}

/// What [`Banding::candidates`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidates {
    /// Pairs of articles, the smaller number first, sorted, each once.
    pub pairs: Vec<(u32, u32)>,
    /// Counts.
    pub stats: BandingStats,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::lsh::Sides;
    use crate::lsh::band_keys::BUCKET_LIMIT;
    use crate::sketch::{MinHashConfig, MinHasher};

    /// Signatures with given lanes.
    fn signatures(rows: &[Vec<u32>]) -> Signatures {
        let config = MinHashConfig { lanes: rows[0].len(), ..MinHashConfig::default() };
        let mut all = Signatures::new(MinHasher::new(config).expect("valid lanes").scheme());
        for (article, row) in (10..).zip(rows) {
            all.push_with(article, |lanes| {
                lanes.copy_from_slice(row);
                true
            });
        }
        all
    }

    fn naive(rows: &[Vec<u32>], bands: usize, size: usize) -> BTreeSet<(u32, u32)> {
        let mut pairs = BTreeSet::new();
        for (a, x) in (10..).zip(rows) {
            for (b, y) in (10..).zip(rows).filter(|(b, _)| a < *b) {
                let agree = |band: usize| x[band * size..][..size] == y[band * size..][..size];
                if (0..bands).any(agree) {
                    pairs.insert((a, b));
                }
            }
        }
        pairs
    }

    proptest! {
        #[test]
        fn candidates_agree_in_a_band(
            rows in prop::collection::vec(prop::collection::vec(0..3u32, 7), 1..40),
            size in 1..4usize,
        ) {
            let banding = Banding::new(7 / size, size).expect("positive");
            // Equal signatures collapse into the first, so only distinct ones are compared.
            let rows: Vec<_> = rows.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
            let found = banding.candidates(&signatures(&rows), 40).expect("lanes suffice");
            let kinds: BTreeSet<_> = rows.iter().map(|row| &row[..7 / size * size]).collect();
            if kinds.len() == rows.len() {
                let expected = naive(&rows, 7 / size, size);
                prop_assert_eq!(found.pairs.into_iter().collect::<BTreeSet<_>>(), expected);
            }
        }
    }

    #[test]
    fn equal_signatures_cost_one_pair_each() {
        let rows = vec![vec![1, 2, 3, 4]; 1000];
        let banding = Banding::new(2, 2).expect("positive");
        let found = banding.candidates(&signatures(&rows), BUCKET_LIMIT).expect("lanes suffice");
        assert_eq!(found.pairs, (11..1010).map(|b| (10, b)).collect::<Vec<_>>());
        assert_eq!(found.stats.identical, 999);
        assert_eq!(found.stats.capped_buckets, 0);
    }

    #[test]
    fn big_buckets_are_chained_and_counted() {
        let rows: Vec<_> = (0..100).map(|n| vec![7, n]).collect();
        let banding = Banding::new(2, 1).expect("positive");
        let found = banding.candidates(&signatures(&rows), 10).expect("lanes suffice");
        assert_eq!(found.pairs.len(), 2 * 100 - 3);
        assert_eq!(found.stats.capped_buckets, 1);
        assert_eq!(found.stats.pairs_left_out, 4950 - 197);
    }

    #[test]
    fn buckets_of_two_sides_give_pairs_across() {
        let banding = Banding::new(1, 1).expect("positive");
        let find = |ours: u32, theirs: u32, limit: usize| {
            let mut keys = BandKeys::new(banding).between(Sides::Two(ours));
            // In any order, with all signatures alike.
            for article in (0..ours + theirs).rev() {
                keys.push(article, &[7]).expect("lanes suffice");
            }
            let rows: Vec<u32> = (0..ours + theirs).collect();
            let mut scratch = Scratch::default();
            let mut found = keys.band_pairs(&rows, Bucketing { band: 0, limit }, &mut scratch);
            (keys.merge(&mut found.pairs, &mut scratch), found.stats)
        };
        let across = |(a, b): &(u32, u32), ours: u32| *a < ours && *b >= ours;
        for (ours, theirs, all) in [(1, 500, true), (16, 90, true), (40, 40, false), (9, 0, true)] {
            let (pairs, stats) = find(ours, theirs, 32);
            assert!(pairs.iter().all(|pair| across(pair, ours)));
            let expected = if all { ours * theirs } else { ours + theirs - 1 };
            assert_eq!(pairs.len(), expected as usize);
            assert_eq!(stats.pairs_left_out, u64::from(ours * theirs - expected));
            assert_eq!(stats.capped_buckets, u64::from(!all));
            let paired: BTreeSet<u32> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
            assert!(theirs == 0 || paired.len() as u32 == ours + theirs, "each has a partner");
        }
    }

    #[test]
    fn too_few_lanes_are_an_error() {
        let banding = Banding::new(3, 2).expect("positive");
        assert!(banding.candidates(&signatures(&[vec![1, 2, 3, 4]]), 10).is_err());
    }

    #[test]
    fn no_signatures_no_pairs() {
        let none = Signatures::new(signatures(&[vec![1; 4]]).scheme());
        let found = Banding::new(2, 2).expect("positive").candidates(&none, 10);
        assert!(found.expect("lanes suffice").pairs.is_empty());
    }
}
