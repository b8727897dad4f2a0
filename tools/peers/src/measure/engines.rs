//! The engines that run in this program: texts to candidate pairs, on one thread.
//!
//! All get the same: word n-grams, lanes, bands and rows. What each does with them is its own.

use std::time::Instant;

use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32};
use retold::lsh::Banding;
use retold::lsh::band_keys::{BandKeys, Bucketing, Collapsed, Scratch};
use retold::sketch::{MinHashConfig, MinHasher as Retold};

use super::job::{Shape, Words};

/// What an engine found, and what it took.
#[derive(Debug, Default)]
pub struct Found {
    /// Pairs of texts, the smaller number first.
    pub pairs: Vec<(u32, u32)>,
    /// Seconds from texts to signatures.
    pub sign: f64,
    /// Seconds from signatures to pairs.
    pub candidates: f64,
}

/// retold: signatures of which only the band keys are kept, sorted.
pub fn retold(texts: &[String], shape: Shape) -> anyhow::Result<Found> {
    let Shape { ngram, bands, rows } = shape;
    let clock = Instant::now();
    let banding = Banding::new(bands, rows)?;
    let config = MinHashConfig::default().lanes(bands * rows).words(ngram);
    let mut hasher = Retold::new(config)?;
    let mut lanes = vec![0; hasher.lanes()];
    let mut keys = BandKeys::new(banding);
    for (number, text) in (0..).zip(texts) {
        if hasher.sign_into(text, &mut lanes) {
            keys.push(number, &lanes)?;
        }
    }
    let sign = clock.elapsed().as_secs_f64();
    let clock = Instant::now();
    let mut scratch = Scratch::default();
    let Collapsed { rows, mut pairs, .. } = keys.collapse(&mut scratch);
    for band in 0..bands {
        pairs.append(&mut keys.band_pairs(&rows, Bucketing::of(band), &mut scratch).pairs);
    }
    let pairs = keys.merge(&mut pairs, &mut scratch);
    Ok(Found { pairs, sign, candidates: clock.elapsed().as_secs_f64() })
}

/// gaoya: hash maps of bands. Its similarity check is off, as the others have none.
pub fn gaoya(texts: &[String], shape: Shape, kind: Words) -> anyhow::Result<Found> {
    let Shape { ngram, bands, rows } = shape;
    let clock = Instant::now();
    let hasher = MinHasher32::new(bands * rows);
    let sign = |words: &[&str]| match words.len() {
        0 => None,
        count if count < ngram => Some(hasher.create_signature([words].into_iter())),
        _ => Some(hasher.create_signature(words.windows(ngram))),
    };
    let signatures: Vec<_> = match kind {
        Words::Shared => texts.iter().map(|text| sign(&shared(text))).collect(),
        Words::Own => texts.iter().map(|text| sign(&own(&text.to_lowercase()))).collect(),
    };
    let sign = clock.elapsed().as_secs_f64();
    let clock = Instant::now();
    let mut index = MinHashIndex::new(bands, rows, 0.0);
    let mut pairs = Vec::new();
    for (number, signature) in (0u32..).zip(signatures) {
        let Some(signature) = signature else { continue };
        pairs.extend(index.query_owned(&signature).into_iter().map(|earlier| (earlier, number)));
        index.insert(number, signature);
    }
    Ok(Found { pairs, sign, candidates: clock.elapsed().as_secs_f64() })
}

/// What is between spaces.
fn shared(text: &str) -> Vec<&str> {
    text.split(' ').filter(|word| !word.is_empty()).collect()
}

/// The rule of [`super::corpus::plain_words`], of a text in lower case.
fn own(text: &str) -> Vec<&str> {
    let is_inside = |letter: char| letter.is_alphanumeric() || letter == '\'' || letter == '_';
    text.split(|letter| !is_inside(letter)).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::corpus::{plain_words, words};

    const TEXTS: [&str; 3] = [
        "The U.S. didn’t sign the ferry contract on Monday night, its minister said.",
        "THE U.S. didn't sign the ferry contract on monday night, its minister said!",
        "A cellist left her instrument on the night train to the coast.",
    ];

    #[test]
    fn both_find_the_copy_by_the_same_words() -> anyhow::Result<()> {
        let shape = Shape { ngram: 3, bands: 32, rows: 4 };
        let texts = TEXTS.map(str::to_owned);
        assert_eq!(retold(&texts, shape)?.pairs, [(0, 1)]);
        let shared = TEXTS.map(|text| words(text).join(" "));
        assert_eq!(gaoya(&shared, shape, Words::Shared)?.pairs, [(0, 1)]);
        assert_eq!(retold(&["".to_owned(), "…".to_owned()], shape)?.pairs, []);
        assert_eq!(gaoya(&["".to_owned(), "".to_owned()], shape, Words::Shared)?.pairs, []);
        Ok(())
    }

    #[test]
    fn own_words_are_those_that_differences_are_explained_with() {
        for text in TEXTS {
            assert_eq!(own(&text.to_lowercase()), plain_words(text));
        }
    }
}
