//! Pairs of sentences to links: how much two sentences share.

use std::sync::LazyLock;

use super::in_common::InCommon;
use super::profile::Profile;
use super::weights::{Weights, count_in_both};
use crate::text::Article;

/// Links below this cosine are the majority and carry no information, except in short texts, where
/// one shared word may be all there is.
const LEAST_COSINE: f32 = 0.1;

/// The features of the link model.
pub const FEATURES: [&str; 6] = ["cosine", "shared", "bigrams", "length", "support", "supported"];

/// Two sentences that share words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Place of the sentence in the first article.
    pub a: u32,
    /// Place of the sentence in the second article.
    pub b: u32,
    /// Cosine of their weighted terms, 0 to 1.
    pub cosine: f32,
    /// Weight of the terms that they share, as a share of the first sentence's.
    pub inside_a: f32,
    /// The same for the second sentence.
    pub inside_b: f32,
    /// Log-odds that the two are part of a reused passage.
    pub odds: f32,
    /// The features behind the odds, in the order of [`FEATURES`].
    pub features: [f32; FEATURES.len()],
}

/// The part of a link that the search for passages needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seed {
    /// Place of the sentence in the first article.
    pub a: u32,
    /// Place of the sentence in the second article.
    pub b: u32,
    /// Log-odds that the two are part of a reused passage.
    pub odds: f32,
}

impl From<&Link> for Seed {
    fn from(link: &Link) -> Self {
        Self { a: link.a, b: link.b, odds: link.odds }
    }
}

/// Makes links of pairs of sentences.
pub(super) struct Linker<'p> {
    pub(super) a: &'p Profile,
    pub(super) b: &'p Profile,
    pub(super) weights: &'p Weights,
    /// For each sentence of either article the weights of its distinct terms.
    pub(super) norms: [Vec<Norm>; 2],
    /// Least cosine of a link.
    pub(super) least: f32,
}

impl<'p> Linker<'p> {
    pub(super) fn new(a: &'p Profile, b: &'p Profile, weights: &'p Weights) -> Self {
        let is_short = a.article.words.len().min(b.article.words.len()) <= Article::SHORT;
        let least = if is_short { 0.0 } else { LEAST_COSINE };
        Self { a, b, weights, norms: [norms(a, &weights.a), norms(b, &weights.b)], least }
    }

    /// The link of two sentences, by what they share; none if that is too little.
    #[inline(always)]
    pub(super) fn link(&self, (i, j): (u32, u32), shared: Norm) -> Option<Link> {
        let (whole_a, whole_b) = (self.norms[0][i as usize], self.norms[1][j as usize]);
        let cosine = shared.squares / (whole_a.squares * whole_b.squares).sqrt();
        if cosine < self.least {
            return None;
        }
        let InCommon { a: words_a, b: words_b, .. } = &self.weights.in_common;
        let bigrams = count_in_both(words_a.bigrams_of(i as usize), words_b.bigrams_of(j as usize));
        let length =
            |profile: &Profile, at: u32| profile.article.sentences[at as usize].words.len();
        let length = length(self.a, i).min(length(self.b, j));
        Some(Link {
            a: i,
            b: j,
            cosine,
            inside_a: shared.sum / whole_a.sum,
            inside_b: shared.sum / whole_b.sum,
            odds: 0.0,
            features: [cosine, shared.sum.ln(), ln_1p(bigrams), ln_1p(length), 0.0, 0.0],
        })
    }
}

/// Weights summed, and their squares.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Norm {
    pub(super) sum: f32,
    pub(super) squares: f32,
}

impl Norm {
    pub(super) fn is_nothing(self) -> bool {
        self.squares == 0.0
    }

    pub(super) fn add(&mut self, weight: f32) {
        self.sum += weight;
        self.squares += weight * weight;
    }
}

/// For each sentence the weights of its distinct terms.
fn norms(profile: &Profile, weights: &[f32]) -> Vec<Norm> {
    let norm = |sentence: usize| {
        let mut norm = Norm::default();
        profile.held(sentence).iter().for_each(|term| norm.add(weights[*term as usize]));
        norm
    };
    (0..profile.sentences()).map(norm).collect()
}

/// The logarithm of one more than a count; small ones come from a table.
fn ln_1p(count: usize) -> f32 {
    static KNOWN: LazyLock<[f32; 64]> =
        LazyLock::new(|| std::array::from_fn(|count| (count as f32).ln_1p()));
    KNOWN.get(count).copied().unwrap_or_else(|| (count as f32).ln_1p())
}
