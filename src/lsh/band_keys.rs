//! Signatures to one key per band, and keys to pairs of articles that share one.
//!
//! Keys are sorted instead of being put into hash maps, because sorting accesses memory
//! sequentially (`benches/banding.rs`). Work stays linear for any corpus: articles with equal
//! signatures first collapse into one, and large buckets are chained instead of paired.

use super::{Sides, banding::Banding, pairs::Packing};
use crate::{Error, error::Field, radix, sketch::Signatures};

/// The bucket limit that suits most corpora.
pub const BUCKET_LIMIT: usize = 32;

/// The keys of all bands of many articles: all that banding needs of their signatures, in a seventh
/// of the memory (16 bands of 8 rows: 76 bytes per article).
///
/// Keys have 32 bits. In a million articles without any resemblance, 116 pairs per band share a key
/// by chance, which the comparison rejects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BandKeys {
    banding: Banding,
    articles: Vec<u32>,
    /// A column for each band.
    columns: Vec<Vec<u32>>,
    /// A key of all bands.
    whole: Vec<u64>,
    sides: Sides,
}

/// Which band is bucketed, and how buckets become pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bucketing {
    /// The band, less than [`Banding::bands`].
    pub band: usize,
    /// Buckets of up to this many articles give all their pairs; larger ones only those with their
    /// first article and those of neighbours, `2m - 3` pairs for `m` articles. With [two
    /// sides](Sides), buckets give all pairs across up to `limit / 2` pairs per article; larger
    /// ones each article with the first of the other side, `m - 1` pairs. Values below 2 mean 2.
    pub limit: usize,
}

impl Bucketing {
    /// A band, with [the usual limit](BUCKET_LIMIT).
    pub fn of(band: usize) -> Self {
        Self { band, limit: BUCKET_LIMIT }
    }
}

/// Buffers that are reused from one band to the next: one per thread.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    entries: Vec<u64>,
    spare: Vec<u64>,
}

impl Scratch {
    /// Entries sorted by key, then row.
    fn sorted(&mut self, entries: impl Iterator<Item = u64>) -> &[u64] {
        self.entries.clear();
        self.entries.extend(entries);
        radix::sort_by_bits(&mut self.entries, &mut self.spare, 32..64);
        &self.entries
    }
}

impl BandKeys {
    /// No keys yet.
    pub fn new(banding: Banding) -> Self {
        let columns = vec![Vec::new(); banding.bands()];
        Self { banding, articles: Vec::new(), columns, whole: Vec::new(), sides: Sides::One }
    }

    /// The same keys, but only for pairs of these sides.
    pub fn between(self, sides: Sides) -> Self {
        Self { sides, ..self }
    }

    /// Adds an article, given the lanes of its signature. Lanes beyond those of the last band are
    /// not read; fewer are an error. The numbers of articles may come in any order.
    pub fn push(&mut self, article: u32, lanes: &[u32]) -> Result<(), Error> {
        let rows = self.banding.rows();
        if lanes.len() < self.columns.len() * rows {
            return Err(Error::OutOfRange {
                field: Field::BandedLanes,
                found: (self.columns.len() * rows).to_string(),
                expected: "at most the number of lanes",
            });
        }
        let keys = self.columns.iter_mut().zip(keys_of(self.banding, lanes));
        self.whole.push(whole_of(keys.map(|(column, key)| {
            column.push((key >> 32) as u32);
            key
        })));
        self.articles.push(article);
        Ok(())
    }

    /// Adds all articles of `signatures`.
    pub fn push_all(&mut self, signatures: &Signatures) -> Result<(), Error> {
        for (article, lanes) in signatures.articles().iter().zip(signatures.rows()) {
            self.push(*article, lanes)?;
        }
        Ok(())
    }

    /// Reserves memory for exactly this many more articles.
    pub fn reserve(&mut self, articles: usize) {
        self.articles.reserve_exact(articles);
        self.whole.reserve_exact(articles);
        self.columns.iter_mut().for_each(|column| column.reserve_exact(articles));
    }

    /// Moves all articles of `other` to the end of `self`. Both must have the same banding.
    pub fn append(&mut self, other: &mut Self) {
        assert_eq!(self.banding, other.banding, "keys of one banding");
        self.articles.append(&mut other.articles);
        self.whole.append(&mut other.whole);
        for (column, other) in self.columns.iter_mut().zip(&mut other.columns) {
            column.append(other);
        }
    }

    /// The articles, in the order added.
    pub fn articles(&self) -> &[u32] {
        &self.articles
    }

    /// For each band, the keys of all articles.
    pub fn columns(&self) -> &[Vec<u32>] {
        &self.columns
    }

    /// For each article, one key of all its bands.
    pub fn whole(&self) -> &[u64] {
        &self.whole
    }

    /// Number of articles.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether there are no articles.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    /// Collapses articles that agree in all bands into the first of them; into the first of each
    /// side.
    pub fn collapse(&self, scratch: &mut Scratch) -> Collapsed {
        let keys = scratch.sorted((0..).zip(&self.whole).map(|(row, key)| entry(*key, row)));
        let mut collapsed = Collapsed::default();
        let mut kept = vec![true; self.len()];
        for_each_bucket(keys, |bucket| match self.sides {
            Sides::One => self.collapse_bucket(bucket, &mut kept, &mut collapsed.pairs),
            Sides::Two(_) => self.collapse_sides(bucket, &mut kept, &mut collapsed),
        });
        collapsed.rows = (0..).zip(kept).filter_map(|(row, kept)| kept.then_some(row)).collect();
        collapsed
    }

    /// Pairs rows with the first row that has the same key.
    fn collapse_bucket(&self, bucket: &[u64], kept: &mut [bool], pairs: &mut Vec<u64>) {
        let packing = self.packing();
        let first = bucket[0] as u32;
        for row in bucket[1..].iter().map(|key| *key as u32) {
            if self.are_equal(first, row) {
                pairs.push(packing.pack(first, row));
                kept[row as usize] = false;
            }
        }
    }

    /// Pairs rows with the first row of the other side that has the same key.
    fn collapse_sides(&self, bucket: &[u64], kept: &mut [bool], collapsed: &mut Collapsed) {
        let packing = self.packing();
        let (ours, theirs): (Vec<u32>, Vec<u32>) =
            bucket.iter().map(|key| *key as u32).partition(|row| self.is_ours(*row));
        for (own, others) in [(&ours, &theirs), (&theirs, &ours)] {
            let same = |first: &u32, row: &u32| self.are_equal(*first, *row);
            let (first, other) = (own.first(), others.first());
            for row in own {
                let partner = other.filter(|other| same(other, row));
                collapsed.pairs.extend(partner.map(|other| packing.pack(*other, *row)));
                if let Some(first) = first.filter(|first| *first != row && same(first, row)) {
                    let articles = [*first, *row].map(|row| self.articles[row as usize]);
                    collapsed.copies.push(articles.into());
                    kept[*row as usize] = false;
                }
            }
        }
    }

    /// Whether rows of one bucket agree in all bands. Buckets share only the upper half of this
    /// key. Rows that differ in the lower half are so rare that they need not collapse.
    fn are_equal(&self, row: u32, other: u32) -> bool {
        self.whole[row as usize] == self.whole[other as usize]
    }

    /// Whether the article of a row is on the first side.
    fn is_ours(&self, row: u32) -> bool {
        self.sides.boundary().is_none_or(|boundary| self.articles[row as usize] < boundary)
    }

    /// The pairs of `rows` that share the key of one band.
    pub fn band_pairs(
        &self,
        rows: &[u32],
        bucketing: Bucketing,
        scratch: &mut Scratch,
    ) -> BandPairs {
        let packing = self.packing();
        let column = &self.columns[bucketing.band];
        let key = |row: u32| u64::from(column[row as usize]) << 32;
        let keys = scratch.sorted(rows.iter().map(|row| entry(key(*row), *row)));
        let pack = |a, b| packing.pack(a, b);
        match self.sides {
            Sides::One => bucket_pairs(keys, bucketing.limit, pack),
            Sides::Two(_) => pairs_across(keys, bucketing.limit, |row| self.is_ours(row), pack),
        }
    }

    /// Packed pairs, of any bands in any order, to sorted pairs of articles, each once. The content
    /// of `pairs` is meaningless afterwards. An article that was added twice is not paired with
    /// itself.
    pub fn merge(&self, pairs: &mut Vec<u64>, scratch: &mut Scratch) -> Vec<(u32, u32)> {
        let rows = self.packing();
        let packing = Packing::up_to(self.articles.iter().copied().max().unwrap_or(0));
        for pair in pairs.iter_mut() {
            let (a, b) = rows.unpack(*pair);
            *pair = packing.pack(self.articles[a as usize], self.articles[b as usize]);
        }
        packing.sort(pairs, &mut scratch.spare);
        pairs.dedup();
        pairs.iter().map(|pair| packing.unpack(*pair)).filter(|(a, b)| a != b).collect()
    }

    fn packing(&self) -> Packing {
        Packing::up_to(self.len() as u32)
    }
}

/// What [`BandKeys::collapse`] finds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Collapsed {
    /// The first row of each distinct signature; the first on each side. Ascending.
    pub rows: Vec<u32>,
    /// Each other row with the first one of its signature, packed as [`BandKeys::merge`] reads
    /// them. With two sides, each row with the first one of its signature on the other side; some
    /// twice.
    pub pairs: Vec<u64>,
    /// With two sides, the first article of a signature on its side, and another one on that side.
    pub copies: Vec<(u32, u32)>,
}

/// The pairs of one band.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct BandPairs {
    /// Pairs of rows, packed as [`BandKeys::merge`] reads them.
    pub pairs: Vec<u64>,
    /// Counts.
    pub stats: BandingStats,
}

/// What banding counted, and what it left out to stay linear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct BandingStats {
    /// Articles that collapsed into an earlier one with the same signature.
    pub identical: u64,
    /// Buckets with at least two articles, over all bands.
    pub buckets: u64,
    /// Buckets above the limit, which were chained.
    pub capped_buckets: u64,
    /// Pairs that these would have given in addition to those of the chain.
    pub pairs_left_out: u64,
}

impl BandingStats {
    /// Adds the counts of another band or partition.
    pub fn add(&mut self, other: Self) {
        self.identical += other.identical;
        self.buckets += other.buckets;
        self.capped_buckets += other.capped_buckets;
        self.pairs_left_out += other.pairs_left_out;
    }
}

/// Sorts entries, each a key of 32 bits above the number of an article, and returns the pairs of
/// articles with the same key, the smaller number above the greater. `limit` is that of
/// [`Bucketing`].
///
/// The sort is stable. The content of `entries` is meaningless afterwards.
pub fn pairs_of_entries(entries: &mut [u64], limit: usize, scratch: &mut Scratch) -> BandPairs {
    radix::sort_by_bits(entries, &mut scratch.spare, 32..64);
    bucket_pairs(entries, limit, |a, b| u64::from(a.min(b)) << 32 | u64::from(a.max(b)))
}

/// Pairs of sorted entries, packed.
fn bucket_pairs(entries: &[u64], limit: usize, pack: impl Fn(u32, u32) -> u64) -> BandPairs {
    let BandPairs { mut pairs, mut stats } = BandPairs::default();
    for_each_bucket(entries, |bucket| {
        stats.buckets += 1;
        let mut pair = |a: u64, b: u64| pairs.push(pack(a as u32, b as u32));
        if bucket.len() <= limit.max(2) {
            for (at, &a) in bucket.iter().enumerate() {
                bucket[at + 1..].iter().for_each(|&b| pair(a, b));
            }
            return;
        }
        bucket[1..].iter().for_each(|&b| pair(bucket[0], b));
        bucket[1..].windows(2).for_each(|next| pair(next[0], next[1]));
        let size = bucket.len() as u64;
        stats.capped_buckets += 1;
        stats.pairs_left_out += size * (size - 1) / 2 - (2 * size - 3);
    });
    BandPairs { pairs, stats }
}

/// Pairs of sorted entries across two sides, packed.
fn pairs_across(
    entries: &[u64],
    limit: usize,
    is_ours: impl Fn(u32) -> bool,
    pack: impl Fn(u32, u32) -> u64,
) -> BandPairs {
    let BandPairs { mut pairs, mut stats } = BandPairs::default();
    for_each_bucket(entries, |bucket| {
        let (ours, theirs): (Vec<u32>, Vec<u32>) =
            bucket.iter().map(|entry| *entry as u32).partition(|row| is_ours(*row));
        let (Some(&our_first), Some(&their_first)) = (ours.first(), theirs.first()) else { return };
        stats.buckets += 1;
        let all = ours.len() * theirs.len();
        if all <= bucket.len() * limit.max(2) / 2 {
            pairs.extend(ours.iter().flat_map(|a| theirs.iter().map(|b| pack(*a, *b))));
            return;
        }
        pairs.extend(theirs.iter().map(|b| pack(our_first, *b)));
        pairs.extend(ours[1..].iter().map(|a| pack(*a, their_first)));
        stats.capped_buckets += 1;
        stats.pairs_left_out += (all - (bucket.len() - 1)) as u64;
    });
    BandPairs { pairs, stats }
}

/// The upper half of a key above the number of a row.
fn entry(key: u64, row: u32) -> u64 {
    key >> 32 << 32 | u64::from(row)
}

/// Calls `each` for every bucket: a run of at least two entries with the same key.
fn for_each_bucket(entries: &[u64], mut each: impl FnMut(&[u64])) {
    let mut at = 1;
    while at < entries.len() {
        let key = entries[at] >> 32;
        if entries[at - 1] >> 32 != key {
            at += 1;
            continue;
        }
        let length = entries[at..].iter().take_while(|entry| **entry >> 32 == key).count();
        each(&entries[at - 1..at + length]);
        at += length + 1;
    }
}

/// The key of each band of a signature, given its lanes: 64 bits, of which the upper half is the
/// better one, and which [`BandKeys`] keeps. Lanes beyond those of the last band are not read;
/// there must be enough for all.
pub fn keys_of(banding: Banding, lanes: &[u32]) -> impl Iterator<Item = u64> {
    lanes.chunks_exact(banding.rows()).take(banding.bands()).map(|lanes| hash_lanes(0, lanes))
}

/// One key of the keys of all bands.
pub fn whole_of(keys: impl Iterator<Item = u64>) -> u64 {
    keys.fold(0, |whole, key| hash_lanes(whole ^ key, &[1]))
}

/// Hashes a run of lanes to 64 bits, the upper half of which is mixed better.
#[inline(always)]
fn hash_lanes(state: u64, lanes: &[u32]) -> u64 {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let step = |state: u64| {
        let product = state.wrapping_mul(MULTIPLIER);
        product ^ product >> 32
    };
    let (twos, last) = lanes.as_chunks::<2>();
    let two = |[low, high]: [u32; 2]| u64::from(high) << 32 | u64::from(low);
    let state = twos.iter().fold(state, |state, lanes| step(state ^ two(*lanes)));
    let state = last.iter().fold(state, |state, lane| step(state ^ u64::from(*lane)));
    state.wrapping_mul(MULTIPLIER)
}
