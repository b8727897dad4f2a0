//! Signatures to candidate pairs: articles that agree in all rows of at least one band.
//!
//! Keys of bands are sorted, not put into hash maps: sorting reads and writes memory in order
//! (`benches/banding.rs`). Work stays linear whatever the corpus: articles with equal signatures
//! collapse into one first, and big buckets are chained instead of paired.

use super::pairs::Packing;
use crate::{Error, radix, sketch::Signatures};

/// How signatures are cut into bands: `bands` bands of `rows` lanes each.
///
/// Two articles are candidates if all `rows` lanes of any band are equal (Broder 1997; Leskovec,
/// Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banding {
    bands: usize,
    rows: usize,
}

/// What [`Banding::for_threshold`] has to meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// The Jaccard index above which pairs are wanted, between 0 and 1.
    pub threshold: f64,
    /// Lanes of the signatures, at least 1.
    pub lanes: usize,
    /// What a wanted pair that is missed costs, against 1 for an unwanted pair that is found. 0 or
    /// more; 1 by default. Above 1 moves the S-curve to the left.
    pub miss_cost: f64,
}

impl Target {
    /// The target with equal costs.
    pub fn new(threshold: f64, lanes: usize) -> Self {
        Self { threshold, lanes, miss_cost: 1.0 }
    }
}

impl Banding {
    /// Bands and rows must be at least 1.
    pub fn new(bands: usize, rows: usize) -> Result<Self, Error> {
        let least = |option, found: usize| match found {
            0 => Err(Error::OutOfRange { option, found: "0".into(), expected: "1 or more" }),
            _ => Ok(()),
        };
        least("bands", bands)?;
        least("rows", rows)?;
        Ok(Self { bands, rows })
    }

    /// The bands and rows that fit the lanes and for which the area under the S-curve left of the
    /// threshold (unwanted pairs) plus the area above it to the right (missed pairs, times their
    /// cost) is least.
    pub fn for_threshold(target: Target) -> Result<Self, Error> {
        let Target { threshold, lanes, miss_cost } = target;
        let out_of_range = |option, found: f64, expected| {
            Err(Error::OutOfRange { option, found: found.to_string(), expected })
        };
        if !(threshold > 0.0 && threshold < 1.0) {
            return out_of_range("threshold", threshold, "between 0 and 1");
        }
        if !(miss_cost >= 0.0 && miss_cost.is_finite()) {
            return out_of_range("miss cost", miss_cost, "0 or more");
        }
        let mut best = (f64::INFINITY, Self::new(1, lanes)?);
        for rows in 1..=lanes {
            // More bands than lanes allow are not to be had; fewer are another S-curve.
            for bands in 1..=lanes / rows {
                let banding = Self { bands, rows };
                let cost = banding.cost(threshold, miss_cost);
                if cost < best.0 {
                    best = (cost, banding);
                }
            }
        }
        Ok(best.1)
    }

    /// Weighted areas of error, by the midpoint rule.
    fn cost(self, threshold: f64, miss_cost: f64) -> f64 {
        const STEPS: usize = 64;
        let area = |from: f64, to: f64, height: &dyn Fn(f64) -> f64| {
            let step = (to - from) / STEPS as f64;
            (0..STEPS).map(|i| height(from + (i as f64 + 0.5) * step)).sum::<f64>() * step
        };
        area(0.0, threshold, &|j| self.probability(j))
            + miss_cost * area(threshold, 1.0, &|j| 1.0 - self.probability(j))
    }

    /// Number of bands.
    pub fn bands(self) -> usize {
        self.bands
    }

    /// Lanes in a band.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// The S-curve: the probability that a pair with this Jaccard index becomes a candidate.
    pub fn probability(self, jaccard: f64) -> f64 {
        let all_rows = jaccard.clamp(0.0, 1.0).powf(self.rows as f64);
        1.0 - (1.0 - all_rows).powf(self.bands as f64)
    }

    /// All candidate pairs of articles, the lesser number first, sorted, each once.
    ///
    /// This is [`Banding::collapse`], [`Banding::band_pairs`] for each band and [`merge`], one after
    /// the other; callers with threads call these themselves. Lanes beyond `bands * rows` are not
    /// read; signatures with fewer are an error. An article with two rows is never its own pair.
    pub fn candidates(self, signatures: &Signatures, limit: usize) -> Result<Candidates, Error> {
        self.check(signatures)?;
        let mut scratch = Vec::new();
        let mut stats = BandingStats::default();
        let collapsed = self.collapse(signatures, &mut scratch);
        let mut pairs = collapsed.pairs;
        stats.identical = pairs.len() as u64;
        for band in 0..self.bands {
            let bucketing = Bucketing { band, limit };
            let mut found = self.band_pairs(signatures, &collapsed.rows, bucketing, &mut scratch);
            stats.add(found.stats);
            pairs.append(&mut found.pairs);
        }
        let pairs = merge(signatures, &mut pairs, &mut scratch);
        Ok(Candidates { pairs, stats })
    }

    /// `Ok` if the signatures have enough lanes.
    pub fn check(self, signatures: &Signatures) -> Result<(), Error> {
        if self.bands * self.rows <= signatures.lanes() {
            return Ok(());
        }
        Err(Error::OutOfRange {
            option: "bands times rows",
            found: (self.bands * self.rows).to_string(),
            expected: "at most the number of lanes",
        })
    }

    /// Finds signatures that are equal in all lanes that are read, and keeps the first of each kind.
    pub fn collapse(self, signatures: &Signatures, scratch: &mut Vec<u64>) -> Collapsed {
        let lanes = 0..self.bands * self.rows;
        let mut keys: Vec<u64> = (0u64..)
            .zip(signatures.rows())
            .map(|(row, values)| key_of(&values[lanes.clone()]) << 32 | row)
            .collect();
        radix::sort_by_bits(&mut keys, scratch, 32..64);
        let packing = Packing::up_to(signatures.len() as u32);
        let mut collapsed = Collapsed { rows: Vec::with_capacity(keys.len()), pairs: Vec::new() };
        let same = |a: u32, b: u32| {
            signatures.row(a as usize)[lanes.clone()] == signatures.row(b as usize)[lanes.clone()]
        };
        for bucket in keys.chunk_by(|a, b| a >> 32 == b >> 32) {
            let first = bucket[0] as u32;
            collapsed.rows.push(first);
            for &key in &bucket[1..] {
                // Unequal ones with equal keys are so rare that they may stay uncollapsed.
                match same(first, key as u32) {
                    true => collapsed.pairs.push(packing.pack(first, key as u32)),
                    false => collapsed.rows.push(key as u32),
                }
            }
        }
        // In the order of the corpus again, so that memory is read in order.
        collapsed.rows.sort_unstable();
        collapsed
    }

    /// The pairs of `rows` (of the signatures) that agree in one band.
    pub fn band_pairs(
        self,
        signatures: &Signatures,
        rows: &[u32],
        bucketing: Bucketing,
        scratch: &mut Vec<u64>,
    ) -> BandPairs {
        let lanes = bucketing.band * self.rows..(bucketing.band + 1) * self.rows;
        let band = |row: u32| &signatures.row(row as usize)[lanes.clone()];
        let mut keys: Vec<u64> =
            rows.iter().map(|&row| key_of(band(row)) << 32 | u64::from(row)).collect();
        radix::sort_by_bits(&mut keys, scratch, 32..64);
        let packing = Packing::up_to(signatures.len() as u32);
        let BandPairs { mut pairs, mut stats } = BandPairs::default();
        for bucket in keys.chunk_by(|a, b| a >> 32 == b >> 32).filter(|bucket| bucket.len() > 1) {
            stats.buckets += 1;
            // 32-bit keys collide now and then; the lanes themselves decide.
            let mut pair = |a: u64, b: u64| {
                if band(a as u32) == band(b as u32) {
                    pairs.push(packing.pack(a as u32, b as u32));
                }
            };
            let size = bucket.len() as u64;
            if bucket.len() <= bucketing.limit.max(2) {
                for (at, &a) in bucket.iter().enumerate() {
                    bucket[at + 1..].iter().for_each(|&b| pair(a, b));
                }
            } else {
                bucket[1..].iter().for_each(|&b| pair(bucket[0], b));
                bucket[1..].windows(2).for_each(|next| pair(next[0], next[1]));
                stats.capped_buckets += 1;
                stats.pairs_left_out += size * (size - 1) / 2 - (2 * size - 3);
            }
        }
        BandPairs { pairs, stats }
    }
}

/// What one band gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BandPairs {
    /// Pairs of rows, packed as [`merge`] reads them.
    pub pairs: Vec<u64>,
    /// What it took.
    pub stats: BandingStats,
}

/// Which bucket pairs are made of, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucketing {
    /// The band, less than [`Banding::bands`].
    pub band: usize,
    /// Buckets of up to this many articles give all their pairs; bigger ones only those with their
    /// first article and those of neighbours, `2m - 3` pairs for `m` articles. Values below 2 mean 2.
    pub limit: usize,
}

/// The bucket limit that suits most corpora.
pub const BUCKET_LIMIT: usize = 32;

/// What [`Banding::collapse`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collapsed {
    /// One row of each kind of signature: the first. Ascending.
    pub rows: Vec<u32>,
    /// Each other row with the first of its kind, packed as [`merge`] reads them.
    pub pairs: Vec<u64>,
}

/// What [`Banding::candidates`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    /// Pairs of articles, the lesser number first, sorted, each once.
    pub pairs: Vec<(u32, u32)>,
    /// What it took.
    pub stats: BandingStats,
}

/// What banding did, and what it left out to stay linear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BandingStats {
    /// Articles that were collapsed into an earlier one with the same signature.
    pub identical: u64,
    /// Buckets with at least two articles, over all bands.
    pub buckets: u64,
    /// Buckets above the limit, which were chained.
    pub capped_buckets: u64,
    /// Pairs that these would have given beyond those of the chain.
    pub pairs_left_out: u64,
}

impl BandingStats {
    /// Adds what another band or partition did.
    pub fn add(&mut self, other: Self) {
        self.identical += other.identical;
        self.buckets += other.buckets;
        self.capped_buckets += other.capped_buckets;
        self.pairs_left_out += other.pairs_left_out;
    }
}

/// Packed pairs of rows, from any bands in any order, to sorted pairs of articles, each once.
pub fn merge(
    signatures: &Signatures,
    pairs: &mut Vec<u64>,
    scratch: &mut Vec<u64>,
) -> Vec<(u32, u32)> {
    let rows = Packing::up_to(signatures.len() as u32);
    let articles = signatures.articles();
    let packing = Packing::up_to(articles.iter().copied().max().unwrap_or(0));
    for pair in pairs.iter_mut() {
        let (a, b) = rows.unpack(*pair);
        *pair = packing.pack(articles[a as usize], articles[b as usize]);
    }
    packing.sort(pairs, scratch);
    pairs.dedup();
    pairs.iter().map(|pair| packing.unpack(*pair)).filter(|(a, b)| a != b).collect()
}

/// A 32-bit key of a run of lanes.
#[inline(always)]
fn key_of(lanes: &[u32]) -> u64 {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let (twos, last) = lanes.as_chunks::<2>();
    let mut state = u64::from(last.first().copied().unwrap_or(0));
    for &[low, high] in twos {
        let two = u64::from(high) << 32 | u64::from(low);
        state = (state ^ two).wrapping_mul(MULTIPLIER);
        state ^= state >> 32;
    }
    state.wrapping_mul(MULTIPLIER) >> 32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::sketch::{MinHashConfig, MinHasher};

    /// Signatures whose lanes are given outright.
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
            // Equal signatures are represented by the first, so only distinct ones are compared.
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
    fn too_few_lanes_are_an_error() {
        let banding = Banding::new(3, 2).expect("positive");
        assert!(banding.candidates(&signatures(&[vec![1, 2, 3, 4]]), 10).is_err());
        assert!(Banding::new(0, 2).is_err() && Banding::new(2, 0).is_err());
        assert!(Banding::for_threshold(Target::new(1.0, 128)).is_err());
        assert!(Banding::for_threshold(Target::new(0.5, 0)).is_err());
    }

    #[test]
    fn the_s_curve_turns_at_the_threshold() {
        for threshold in [0.2, 0.5, 0.7, 0.9] {
            let banding = Banding::for_threshold(Target::new(threshold, 128)).expect("in range");
            assert!(banding.bands() * banding.rows() <= 128);
            assert!(banding.probability(threshold - 0.15) < 0.4, "{banding:?}");
            assert!(banding.probability(threshold + 0.09) > 0.6, "{banding:?}");
        }
        let careful = Target { miss_cost: 9.0, ..Target::new(0.7, 128) };
        let careful = Banding::for_threshold(careful).expect("in range");
        let even = Banding::for_threshold(Target::new(0.7, 128)).expect("in range");
        assert!(careful.probability(0.7) > even.probability(0.7));
    }

    #[test]
    fn no_signatures_no_pairs() {
        let none = Signatures::new(signatures(&[vec![1; 4]]).scheme());
        let found = Banding::new(2, 2).expect("positive").candidates(&none, 10);
        assert!(found.expect("lanes suffice").pairs.is_empty());
    }
}
