//! Extracts what both channels need from a text: a hash of its words, a signature, rare features.
//!
//! A scan and a [fingerprint](super::Fingerprint) both get them here, so that they cannot differ.

use super::Config;
use crate::shingle::ngrams;
use crate::shingle::reuse::{skip_bigrams, window};
use crate::sketch::MinHasher;
use crate::text::hash::mix;
use crate::text::{Analyzer, Outline};
use crate::{Error, Kernel};

/// Processes one text after the other. Keeps buffers: use one for each thread.
#[derive(Debug, Clone)]
pub(super) struct Extractor {
    shingle_words: usize,
    kernel: Kernel,
    hasher: MinHasher,
    shingles: Vec<u64>,
    lanes: Vec<u32>,
    outline: Outline,
}

impl Extractor {
    /// By these settings.
    pub fn new(config: &Config) -> Result<Self, Error> {
        Ok(Self {
            shingle_words: config.shingle_words,
            kernel: config.kernel,
            hasher: MinHasher::new(config.minhash())?,
            shingles: Vec::new(),
            lanes: vec![0; config.lanes],
            outline: Outline::default(),
        })
    }

    /// Reads the text that all other methods are about, until the next one is read.
    pub fn read(&mut self, analyzer: &mut Analyzer, text: &str) {
        analyzer.outline(text, &mut self.outline);
    }

    /// Words of the text.
    pub fn words(&self) -> usize {
        self.outline.forms.len()
    }

    /// The words of the text, and the stems of its content words.
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// A hash of the words in their order; `None` without words.
    pub fn text_hash(&self) -> Option<u64> {
        (self.words() > 0).then(|| hash_words(&self.outline.forms))
    }

    /// The lanes of the text's signature; `None` without words.
    pub fn sign(&mut self) -> Option<&[u32]> {
        self.shingles.clear();
        ngrams(&self.outline.forms, self.shingle_words, self.kernel, &mut self.shingles);
        self.hasher.sign_shingles(&self.shingles, &mut self.lanes).then_some(&self.lanes[..])
    }
}

/// Calls `each` with the hash of every feature of a text, repetitions included.
#[inline(always)]
pub(super) fn features(outline: &Outline, each: impl FnMut(u64)) {
    skip_bigrams(&outline.stems, window(outline.forms.len()), each);
}

/// A hash of words in their order. Every fourth word is chained to the ones before, so that four
/// chains go on at a time.
fn hash_words(forms: &[u64]) -> u64 {
    let mut chains = [forms.len() as u64; 4];
    for words in forms.chunks(chains.len()) {
        for (chain, word) in chains.iter_mut().zip(words) {
            *chain = mix(chain.rotate_left(1) ^ word);
        }
    }
    chains.iter().fold(0, |hash: u64, chain| mix(hash.rotate_left(1) ^ chain))
}
