//! Near-duplicates of a corpus that need not fit into memory.
//!
//! ```text
//! reading 1           ──▶ Signing       a signature for each distinct text; the texts are let go
//! Signing::verify     ──▶ Verification  candidate pairs, by banding
//! reading 2 (3, …)    ──▶ Verification  exact Jaccard indices of the candidates; of these only
//! Verification::choose ─▶ Fate          of each article: kept, or dropped because of which keeper
//! ```
//!
//! The caller reads, in the same order each time; nothing here does I/O. An article is dropped only
//! for one that is kept and that it was verified against itself: duplicates never chain.
//!
//! ```
//! use retold::engine::dedup::{DedupConfig, Fate, Rank, Signing};
//!
//! let texts = [
//!     "Forty ferries waited outside the harbour bar while divers searched the barge.",
//!     "The council will vote on the budget on Tuesday.",
//!     "FORTY FERRIES waited outside the harbour bar, while divers searched the barge!",
//! ];
//! let mut signing = Signing::new(DedupConfig::default())?;
//! signing.add(&texts);
//! let mut verification = signing.verify(&[Rank::default(); 3])?;
//! while verification.needs_reading() {
//!     let texts: Vec<_> = (0..).zip(&texts).collect();
//!     verification.add(&texts)?;
//!     verification.end_reading()?;
//! }
//! let fates = verification.choose();
//! assert_eq!(fates[1], Fate::Kept);
//! assert!(matches!(fates[2], Fate::Dropped { keeper: 0, .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod choose;
mod verify;

use std::collections::HashMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

pub use choose::{Edge, Fate, Rank, Standing, choose};
pub use verify::{Changed, Verification, VerificationStats};

use crate::lsh::band_keys::{BUCKET_LIMIT, BandKeys, BandPairs, BandingStats, Bucketing, Scratch};
use crate::lsh::banding::Banding;
use crate::shingle::Shingler;
use crate::sketch::{MinHashConfig, MinHasher};
use crate::text::hash::mix;
use crate::{Error, Kernel};

/// What near-duplicates are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DedupConfig {
    /// Least exact Jaccard index of their word n-grams, above 0 and up to 1. Default 0.7.
    pub jaccard: f64,
    /// Words in a shingle, from 1 to 32. Default 3.
    pub shingle_words: usize,
    /// Numbers in a MinHash signature, from 16 to 4096. Default 128.
    pub lanes: usize,
    /// Seed of the MinHash functions. Default 1.
    pub seed: u64,
    /// What the processor can do. Default: what it says.
    pub kernel: Kernel,
    /// Bytes of shingles that a verification holds at most, about. More candidates than fit are
    /// verified in further readings. Default 512 MiB.
    pub held_bytes: usize,
}

impl Default for DedupConfig {
    fn default() -> Self {
        Self {
            jaccard: 0.7,
            shingle_words: 3,
            lanes: 128,
            seed: 1,
            kernel: Kernel::detect(),
            held_bytes: 512 << 20,
        }
    }
}

impl DedupConfig {
    fn minhash(&self) -> MinHashConfig {
        let Self { lanes, shingle_words: words, seed, kernel, .. } = *self;
        MinHashConfig { lanes, words, seed, kernel }
    }

    /// The most rows for which a pair at the threshold becomes a candidate with a probability of at
    /// least [`FOUND`]; as candidates are verified, missed pairs matter more than unwanted ones.
    fn banding(&self) -> Result<Banding, Error> {
        let split = |rows: usize| Banding::new((self.lanes / rows).max(1), rows);
        let mut best = split(1)?;
        for rows in 2..=self.lanes {
            let banding = split(rows)?;
            if banding.probability(self.jaccard) < FOUND {
                break;
            }
            best = banding;
        }
        Ok(best)
    }
}

/// Least probability that a pair at the threshold becomes a candidate.
const FOUND: f64 = 0.99;

/// Pairs whose estimate is this many standard errors below the threshold are not verified.
const MARGIN: f64 = 4.0;

/// Texts that one task signs.
const BLOCK: usize = 32;

/// The first reading: signs articles, and lets their texts go.
///
/// Texts with the same words share one *node*, with one signature. Memory: one byte a lane, four a
/// band and some 70 more for each node, 12 bytes for each article.
#[derive(Debug)]
pub struct Signing {
    config: DedupConfig,
    hasher: MinHasher,
    shingler: Shingler,
    /// One row for each node with words, in the order of nodes.
    keys: BandKeys,
    /// The lowest byte of each lane, row by row: what is left of signatures.
    lanes: Vec<u8>,
    /// The row of each node; [`NO_ROW`] for those without words.
    rows: Vec<u32>,
    /// Hash of each article's text, to tell in later readings whether it is the same.
    texts: Vec<u64>,
    /// The node of each article.
    nodes: Vec<u32>,
    /// The first article of each node.
    firsts: Vec<u32>,
    /// Nodes by the hash of their texts, and by that of their words.
    by_text: HashMap<u64, u32>,
    by_words: HashMap<u64, u32>,
}

/// For nodes without words, which are in no pair.
const NO_ROW: u32 = u32::MAX;

/// A text's words as one number, and its signature; nothing for a text without words.
type Signed = Option<(u64, Box<[u32]>)>;

impl Signing {
    /// An error names the first setting that is out of range.
    pub fn new(config: DedupConfig) -> Result<Self, Error> {
        if !(config.jaccard > 0.0 && config.jaccard <= 1.0) {
            return Err(Error::OutOfRange {
                option: "--jaccard",
                found: config.jaccard.to_string(),
                expected: "above 0 and up to 1",
            });
        }
        let hasher = MinHasher::new(config.minhash())?;
        Ok(Self {
            config,
            shingler: Shingler::new(config.shingle_words, config.kernel)?,
            keys: BandKeys::new(config.banding()?),
            lanes: Vec::new(),
            rows: Vec::new(),
            hasher,
            texts: Vec::new(),
            nodes: Vec::new(),
            firsts: Vec::new(),
            by_text: HashMap::new(),
            by_words: HashMap::new(),
        })
    }

    /// Articles so far.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Adds articles; they get the next numbers. Works on all threads of the current pool.
    pub fn add<T: AsRef<str> + Sync>(&mut self, texts: &[T]) {
        let hashes: Vec<u64> = texts
            .par_iter()
            .with_min_len(BLOCK)
            .map(|text| xxh3_64(text.as_ref().as_bytes()))
            .collect();
        // The first of equal texts in this batch signs for the others.
        let mut new: HashMap<u64, usize> = HashMap::new();
        for (at, hash) in hashes.iter().enumerate().rev() {
            if !self.by_text.contains_key(hash) {
                new.insert(*hash, at);
            }
        }
        let mut to_sign: Vec<usize> = new.into_values().collect();
        to_sign.sort_unstable();
        let signed: Vec<Signed> = to_sign
            .par_chunks(BLOCK)
            .map_init(
                || (self.hasher.clone(), self.shingler.clone()),
                |(hasher, shingler), block| -> Vec<Signed> {
                    block.iter().map(|&at| sign(texts[at].as_ref(), hasher, shingler)).collect()
                },
            )
            .flatten_iter()
            .collect();
        let mut signed = to_sign.into_iter().zip(signed).peekable();
        for (at, hash) in hashes.into_iter().enumerate() {
            let node = match signed.next_if(|(new, _)| *new == at) {
                Some((_, signed)) => {
                    let node = self.node(signed);
                    self.by_text.insert(hash, node);
                    node
                }
                None => self.by_text[&hash],
            };
            self.texts.push(hash);
            self.nodes.push(node);
        }
    }

    /// The node of the next article, from its signature.
    fn node(&mut self, signed: Signed) -> u32 {
        let next = self.firsts.len() as u32;
        let mut row = NO_ROW;
        if let Some((words, signature)) = signed {
            let node = *self.by_words.entry(words).or_insert(next);
            if node != next {
                return node;
            }
            row = self.keys.len() as u32;
            self.keys.push(next, &signature).expect("bands fit the lanes that they were made for");
            self.lanes.extend(signature.iter().map(|lane| *lane as u8));
        }
        self.rows.push(row);
        self.firsts.push(self.nodes.len() as u32);
        next
    }

    /// Finds the candidate pairs. `ranks` has one element for each article.
    pub fn verify(self, ranks: &[Rank]) -> Result<Verification, Error> {
        assert_eq!(ranks.len(), self.len(), "a rank for each article");
        let (pairs, stats) = self.candidates()?;
        Ok(Verification::new(self, ranks, pairs, stats))
    }

    /// Pairs of nodes that may be near-duplicates, the lesser number first, sorted.
    fn candidates(&self) -> Result<(Vec<(u32, u32)>, BandingStats), Error> {
        let banding = self.config.banding()?;
        let collapsed = self.keys.collapse(&mut Scratch::default());
        let bands: Vec<BandPairs> = (0..banding.bands())
            .into_par_iter()
            .map_init(Scratch::default, |scratch, band| {
                let bucketing = Bucketing { band, limit: BUCKET_LIMIT };
                self.keys.band_pairs(&collapsed.rows, bucketing, scratch)
            })
            .collect();
        let identical = collapsed.pairs.len() as u64;
        let mut stats = BandingStats { identical, ..BandingStats::default() };
        let mut packed = collapsed.pairs;
        for mut band in bands {
            stats.add(band.stats);
            packed.append(&mut band.pairs);
        }
        let pairs = self.keys.merge(&mut packed, &mut Scratch::default());
        let jaccard = self.config.jaccard;
        let error = (jaccard * (1.0 - jaccard) / self.config.lanes as f64).sqrt();
        let least = (jaccard - MARGIN * error) as f32;
        let likely = |(a, b): &(u32, u32)| self.estimate_jaccard(*a, *b) >= least;
        Ok((pairs.into_par_iter().filter(likely).collect(), stats))
    }

    /// Estimates the Jaccard index of two nodes with words, from 0 to 1: the share of lanes with
    /// equal lowest bytes. That is too much by up to 1/256 (b-bit minwise hashing: Li and König
    /// 2010), and enough to turn the unlikely down.
    fn estimate_jaccard(&self, a: u32, b: u32) -> f32 {
        let lanes = self.config.lanes;
        let row = |node: u32| &self.lanes[self.rows[node as usize] as usize * lanes..][..lanes];
        let equal: u32 = row(a).iter().zip(row(b)).map(|(a, b)| u32::from(a == b)).sum();
        equal as f32 / lanes as f32
    }
}

/// Base of the polynomial that stands for a text's words. Odd, so that no shingle is lost.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// A text's words as one number, in which order counts, and its signature.
fn sign(text: &str, hasher: &mut MinHasher, shingler: &mut Shingler) -> Signed {
    let shingles = shingler.shingles(text);
    // Shingles are well mixed, so that a polynomial of them will do, which is fast.
    let words = shingles
        .iter()
        .fold(0, |words: u64, shingle| words.wrapping_mul(BASE).wrapping_add(*shingle));
    let words = mix(words ^ shingles.len() as u64);
    let mut lanes = vec![0; hasher.lanes()].into_boxed_slice();
    hasher.sign_shingles(shingles, &mut lanes).then_some((words, lanes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_at_the_threshold_are_found() {
        for jaccard in [0.3, 0.5, 0.7, 0.8, 0.95, 1.0] {
            let banding = DedupConfig { jaccard, ..DedupConfig::default() }.banding().unwrap();
            assert!(banding.bands() * banding.rows() <= 128);
            assert!(banding.probability(jaccard) >= FOUND, "{banding:?}");
        }
    }

    #[test]
    fn equal_words_share_a_node_and_no_words_a_text() {
        let mut signing = Signing::new(DedupConfig::default()).unwrap();
        signing.add(&["One, two.", "…", "one two", "…", "!", "One, two."]);
        signing.add(&["two one", "ONE TWO"]);
        assert_eq!(signing.nodes, [0, 1, 0, 1, 2, 0, 3, 0]);
        assert_eq!(signing.firsts, [0, 1, 4, 6]);
        assert_eq!(signing.rows, [0, NO_ROW, NO_ROW, 1]);
        assert_eq!((signing.keys.len(), signing.lanes.len()), (2, 2 * 128));
        assert!(signing.candidates().unwrap().0.is_empty());
    }

    #[test]
    fn settings_out_of_range_are_errors() {
        for jaccard in [0.0, 1.1, f64::NAN] {
            assert!(Signing::new(DedupConfig { jaccard, ..DedupConfig::default() }).is_err());
        }
        assert!(Signing::new(DedupConfig { lanes: 0, ..DedupConfig::default() }).is_err());
        assert!(Signing::new(DedupConfig { shingle_words: 0, ..DedupConfig::default() }).is_err());
    }
}
