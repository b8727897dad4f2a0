//! Near-duplicates of a corpus that need not fit into memory.
//!
//! ```text
//! reading 1           ──▶ Signing       pages of signatures; the texts are released
//! Verification::new   ──▶ Verification  candidate pairs, by banding
//! reading 2 (3, …)    ──▶ Verification  exact Jaccard indices of the candidates; of these only
//! Verification::choose ─▶ Decisions     for each article: kept, or dropped for which other one
//! ```
//!
//! The caller reads, in the same order each time, and keeps the [`Pages`], in memory or elsewhere;
//! nothing here does I/O. An article is dropped only for one that is kept and that it was verified
//! against itself: duplicates never chain.
//!
//! ```
//! use retold::Cancel;
//! use retold::engine::dedup::{DedupConfig, Decision, Rank, Signing, Verification};
//!
//! let texts = [
//!     "Forty ferries waited outside the harbour bar while divers searched the barge.",
//!     "The council will vote on the budget on Tuesday.",
//!     "FORTY FERRIES waited outside the harbour bar, while divers searched the barge!",
//! ];
//! let config = DedupConfig::default();
//! let pages = [Signing::new(config)?.sign(&texts)];
//! let ranks = |_| Ok(Rank::default());
//! let mut verification = Verification::new(config, &pages[..], &ranks, Cancel::never())?;
//! while verification.needs_reading() {
//!     let texts: Vec<_> = (0..).zip(&texts).collect();
//!     verification.add(&texts)?;
//!     verification.end_reading()?;
//! }
//! let decisions = verification.choose()?;
//! assert_eq!(decisions.of(1), Decision::Kept);
//! assert!(matches!(decisions.of(2), Decision::Dropped { retained: 0, .. }));
//! # Ok::<(), retold::Error>(())
//! ```

mod candidates;
mod choose;
mod open_pairs;
mod pages;
mod retained;
mod verify;

use std::collections::HashMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

pub use choose::{Decision, Decisions, Drop, Edge, Origin, Rank, choose};
pub use pages::Pages;
pub use verify::{Verification, VerificationStats};

use pages::Page;

use crate::error::Field;
use crate::lsh::banding::Banding;
use crate::setters::setters;
use crate::shingle::Shingler;
use crate::sketch::{MinHashConfig, MinHasher};
use crate::text::hash::mix;
use crate::{Error, Kernel};

/// What near-duplicates are.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct DedupConfig {
    /// Least exact Jaccard index of their word n-grams, above 0 and up to 1. Default 0.7.
    pub jaccard: f64,
    /// Words in a shingle, from 1 to 32. Default 3.
    pub shingle_words: usize,
    /// Numbers in a MinHash signature, from 16 to 4096. Default 128.
    pub lanes: usize,
    /// Seed of the MinHash functions. Default 1.
    pub seed: u64,
    /// The instruction set to use. Default: the best that the processor has.
    pub kernel: Kernel,
    /// Bytes that are held at once of what has to be sorted, and of the shingles of a verification,
    /// about. More pages than fit are sorted part by part, more candidates verified in further
    /// readings. Results do not depend on it. Default 512 MiB.
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
    setters! {
        jaccard: f64,
        shingle_words: usize,
        lanes: usize,
        seed: u64,
        kernel: Kernel,
        held_bytes: usize,
    }

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

/// The first reading: signs articles, and releases their texts.
///
/// Between calls it keeps only a cache of recent texts, whose copies are not signed again; the
/// result does not depend on it. So an interrupted signing can be continued by any other with the
/// same settings.
#[derive(Debug)]
pub struct Signing {
    hasher: MinHasher,
    shingler: Shingler,
    banding: Banding,
    known: Known,
}

impl Signing {
    /// An error names the first setting that is out of range.
    pub fn new(config: DedupConfig) -> Result<Self, Error> {
        if !(config.jaccard > 0.0 && config.jaccard <= 1.0) {
            return Err(Error::OutOfRange {
                field: Field::Jaccard,
                found: config.jaccard.to_string(),
                expected: "above 0 and up to 1",
            });
        }
        Ok(Self {
            hasher: MinHasher::new(config.minhash())?,
            shingler: Shingler::new(config.shingle_words, config.kernel)?,
            banding: config.banding()?,
            known: Known::within(config.held_bytes / 16),
        })
    }

    /// The page of the next articles: some 300 bytes for each with new words (one a lane, four a
    /// band, 28 more), 16 for each other. Works on all threads of the current pool. No texts give a
    /// page without articles.
    pub fn sign<T: AsRef<str> + Sync>(&mut self, texts: &[T]) -> Vec<u8> {
        let hashes: Vec<u64> = texts
            .par_iter()
            .with_min_len(BLOCK)
            .map(|text| xxh3_64(text.as_ref().as_bytes()))
            .collect();
        // The first of equal texts in this batch signs for the others.
        let mut new: HashMap<u64, usize> = HashMap::new();
        for (at, hash) in hashes.iter().enumerate().rev() {
            if self.known.words(*hash).is_none() {
                new.insert(*hash, at);
            }
        }
        let mut to_sign: Vec<usize> = new.values().copied().collect();
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
        let words_of = |at: usize| {
            let place = to_sign.partition_point(|signed| *signed < at);
            // Texts without words are identified by the hash of their text.
            signed[place].as_ref().map_or_else(|| mix(!hashes[at]), |(words, _)| *words)
        };
        let mut page = Page::new(self.banding);
        let mut next = to_sign.iter().zip(&signed).peekable();
        for (at, &hash) in hashes.iter().enumerate() {
            let signature = next.next_if(|(new, _)| **new == at);
            let signature = signature.and_then(|(_, signed)| signed.as_ref());
            let words = match new.get(&hash) {
                Some(first) => words_of(*first),
                None => self.known.words(hash).expect("it is not among the new ones"),
            };
            let lanes = signature.map(|(_, lanes)| &lanes[..]);
            page.push(hash, words, lanes).expect("bands fit the lanes that they were made for");
        }
        for (hash, first) in &new {
            self.known.insert(*hash, words_of(*first));
        }
        page.into_bytes()
    }
}

/// A text's words as one number, and its signature; nothing for a text without words.
type Signed = Option<(u64, Box<[u32]>)>;

/// A cache of the words of recent texts, direct-mapped by the hash of the text.
#[derive(Debug)]
struct Known(Vec<(u64, u64)>);

impl Known {
    /// Takes up to so many bytes, and 16 MiB at most.
    fn within(bytes: usize) -> Self {
        let places = (bytes / size_of::<(u64, u64)>()).clamp(1 << 10, 1 << 20);
        Self(vec![(0, 0); 1 << places.ilog2()])
    }

    fn place(&self, text: u64) -> usize {
        text as usize & (self.0.len() - 1)
    }

    /// The hash of the words of a text. An empty entry matches only a hash of 0, which is never
    /// cached.
    fn words(&self, text: u64) -> Option<u64> {
        let (known, words) = self.0[self.place(text)];
        (known == text && text != 0).then_some(words)
    }

    fn insert(&mut self, text: u64, words: u64) {
        let place = self.place(text);
        self.0[place] = (text, words);
    }
}

/// Base of the polynomial that represents a text's words. Odd, so that no shingle is lost.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Shingles as one number, in which order counts. They are well mixed, so that a polynomial of them
/// will do, which is fast: four terms at a time, as each product waits for the one before.
fn polynomial(shingles: &[u64]) -> u64 {
    const SQUARE: u64 = BASE.wrapping_mul(BASE);
    let add = |sum: u64, factor: u64, term: u64| sum.wrapping_mul(factor).wrapping_add(term);
    let (fours, rest) = shingles.as_chunks();
    let sum = fours.iter().fold(0, |sum, &[a, b, c, d]| {
        let four = add(add(a, BASE, b), SQUARE, add(c, BASE, d));
        add(sum, SQUARE.wrapping_mul(SQUARE), four)
    });
    rest.iter().fold(sum, |sum, term| add(sum, BASE, *term))
}

/// A text's words as one number, in which order counts, and its signature.
fn sign(text: &str, hasher: &mut MinHasher, shingler: &mut Shingler) -> Signed {
    let shingles = shingler.shingles(text);
    let words = polynomial(shingles);
    let words = mix(words ^ shingles.len() as u64);
    let mut lanes = vec![0; hasher.lanes()].into_boxed_slice();
    hasher.sign_shingles(shingles, &mut lanes).then_some((words, lanes))
}

#[cfg(test)]
mod tests {
    use super::candidates::candidates;
    use super::pages::Book;
    use super::*;
    use crate::Cancel;

    #[test]
    fn polynomials_are_those_of_single_terms() {
        let shingles: Vec<u64> = (1..=13u64).map(mix).collect();
        for length in 0..shingles.len() {
            let terms = shingles[..length].iter();
            let expected =
                terms.fold(0, |sum: u64, term| sum.wrapping_mul(BASE).wrapping_add(*term));
            assert_eq!(polynomial(&shingles[..length]), expected);
        }
    }

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
        let config = DedupConfig::default();
        let batches = [
            ["One, two.", "…", "one two", "…", "!", "One, two."],
            ["two one", "ONE TWO", "!", "", "", "one two"],
        ];
        let mut signing = Signing::new(config).unwrap();
        let pages = batches.map(|texts| signing.sign(&texts));
        let bands = config.banding().unwrap().bands();
        let book = Book::new(&pages[..], bands, config.lanes).unwrap();
        let found = candidates(&book, config, &Cancel::never()).unwrap();
        assert_eq!(found.nodes, [0, 1, 0, 1, 4, 0, 6, 0, 4, 9, 9, 0]);
        assert!(found.pairs.is_empty());
        // Only "one two" and "ONE TWO" are signed again, without effect on the result.
        assert_eq!(book.rows(), 4);
        // Who continues knows nothing, and finds the same.
        let pages = batches.map(|texts| Signing::new(config).unwrap().sign(&texts));
        let again = Book::new(&pages[..], bands, config.lanes).unwrap();
        assert_eq!(again.rows(), 5);
        assert_eq!(candidates(&again, config, &Cancel::never()).unwrap(), found);
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
