//! The engines that run in this program: texts to candidate pairs, on one thread.
//!
//! All get the same: word n-grams, lanes, bands and rows. What each does with them is its own.

use std::time::Instant;

use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32};
use retold::lsh::Banding;
use retold::lsh::band_keys::{BUCKET_LIMIT, BandKeys, Bucketing, Collapsed, Scratch};
use retold::sketch::{MinHashConfig, MinHasher as Retold};

use super::Shape;

/// What an engine found, and what it took.
#[derive(Debug, Default)]
pub struct Found {
    /// Pairs of texts, the lesser number first.
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
        let bucketing = Bucketing { band, limit: BUCKET_LIMIT };
        pairs.append(&mut keys.band_pairs(&rows, bucketing, &mut scratch).pairs);
    }
    let pairs = keys.merge(&mut pairs, &mut scratch);
    Ok(Found { pairs, sign, candidates: clock.elapsed().as_secs_f64() })
}

/// gaoya: hash maps of bands. Its similarity check is off, as the others have none.
pub fn gaoya(texts: &[String], shape: Shape) -> anyhow::Result<Found> {
    let Shape { ngram, bands, rows } = shape;
    let clock = Instant::now();
    let hasher = MinHasher32::new(bands * rows);
    let mut signatures = Vec::with_capacity(texts.len());
    for text in texts {
        let text = text.to_lowercase();
        let is_letter = |letter: char| letter.is_alphanumeric() || letter == '\'';
        let words: Vec<&str> =
            text.split(|letter| !is_letter(letter)).filter(|word| !word.is_empty()).collect();
        signatures.push(match words.len() < ngram {
            true => hasher.create_signature([&words[..]].into_iter()),
            false => hasher.create_signature(words.windows(ngram)),
        });
    }
    let sign = clock.elapsed().as_secs_f64();
    let clock = Instant::now();
    let mut index = MinHashIndex::new(bands, rows, 0.0);
    let mut pairs = Vec::new();
    for (number, signature) in (0u32..).zip(signatures) {
        pairs.extend(index.query_owned(&signature).into_iter().map(|earlier| (earlier, number)));
        index.insert(number, signature);
    }
    Ok(Found { pairs, sign, candidates: clock.elapsed().as_secs_f64() })
}
