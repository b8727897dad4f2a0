//! Two articles to a comparison: relation, score, passages, sentences.

use super::features::Pair;
use super::links::links;
use super::model::{ARTICLE, PARTIAL, probability};
use super::passages::{Candidate, passages};
use super::profile::Profile;
use super::relation::{Comparison, Kind, Match, Relation, Side};
use super::sentences::{align_sentences, forms, kind};
use super::weights::Weights;
use crate::span::covered;

/// When a pair is what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompareOptions {
    /// Least score of a related pair, 0 to 1. Default 0.5.
    pub threshold: f32,
    /// Least exact Jaccard index of word n-grams of a near-duplicate. Default 0.5.
    pub near_duplicate: f32,
    /// Least containment of word n-grams of an excerpt in the whole. Default 0.65.
    pub excerpt: f32,
    /// Least share of the shorter side that a rewrite reuses; less is partial. Default 0.5.
    pub rewrite: f32,
    /// Least words of a passage, on either side. Default 10.
    pub passage_words: usize,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self { threshold: 0.5, near_duplicate: 0.5, excerpt: 0.65, rewrite: 0.5, passage_words: 10 }
    }
}

/// Training counts the hardest negatives of [`PARTIAL`] many times over; this takes part of that
/// back, so that two solid passages in otherwise independent articles (`seeds/`, 004 and 008) count.
const PARTIAL_PRIOR: f32 = 1.3;
/// Log-odds, and words outside quotations, from which a passage is solid.
const SOLID_ODDS: f32 = 4.0;
const SOLID_WORDS: usize = 40;

/// Score of a pair whose shingles alone settle it.
const SETTLED: f32 = 0.999;

/// Compares two articles. A text without words is unrelated to all, with score 0.
pub fn compare(a: &Profile, b: &Profile, options: &CompareOptions) -> Comparison {
    let mut comparison = Comparison {
        relation: Relation::Unrelated,
        score: 0.0,
        contained: None,
        jaccard: a.shingles.jaccard(&b.shingles) as f32,
        containment_a: a.shingles.containment_in(&b.shingles) as f32,
        containment_b: b.shingles.containment_in(&a.shingles) as f32,
        coverage_a: 0.0,
        coverage_b: 0.0,
        passages: Vec::new(),
        sentences: Vec::new(),
        features: Vec::new(),
    };
    if a.article.words.is_empty() || b.article.words.is_empty() {
        return comparison;
    }
    let weights = Weights::new(a, b);
    let links = links(a, b, &weights);
    let mut passages = passages(a, b, &weights, &links);
    passages.retain(|p| p.a.len().min(p.b.len()) >= options.passage_words);
    let pair = Pair { a, b, weights: &weights, links: &links, passages: &passages };
    let features = pair.features();
    let whole = ARTICLE.odds(&features);
    let is_solid = |p: &Candidate| p.odds >= SOLID_ODDS && pair.unquoted(p) >= SOLID_WORDS;
    let solid = if passages.iter().any(is_solid) { PARTIAL_PRIOR } else { 0.0 };
    let part = PARTIAL.odds(&features) + solid;
    let neither = (1.0 - probability(whole)) * (1.0 - probability(part));
    comparison.score = (1.0 - neither).min(SETTLED);
    comparison.features = if whole >= part { &ARTICLE } else { &PARTIAL }.explain(&features);
    judge(a, b, &features, options, &mut comparison);
    comparison.sentences = align_sentences(a, b, &weights, &links);
    comparison.passages = passages.iter().map(|p| to_match(a, b, p)).collect();
    let share = |side: fn(&Match) -> crate::Span, bytes: usize| {
        let mut spans: Vec<_> = comparison.passages.iter().map(side).collect();
        covered(&mut spans) as f32 / bytes.max(1) as f32
    };
    comparison.coverage_a = share(|passage| passage.a, a.article.bytes);
    comparison.coverage_b = share(|passage| passage.b, b.article.bytes);
    comparison
}

/// Sets relation, score and contained side.
fn judge(a: &Profile, b: &Profile, features: &[f32], options: &CompareOptions, c: &mut Comparison) {
    let words = [a, b].map(|profile| profile.article.words.len());
    let same = |i: usize| a.article.words[i].form == b.article.words[i].form;
    if words[0] == words[1] && (0..words[0]).all(same) {
        (c.relation, c.score) = (Relation::Identical, 1.0);
    } else if c.jaccard >= options.near_duplicate {
        (c.relation, c.score) = (Relation::NearDuplicate, c.score.max(SETTLED));
    } else if c.containment_a.max(c.containment_b) >= options.excerpt
        && words[0].min(words[1]) >= options.passage_words
    {
        (c.relation, c.score) = (Relation::Excerpt, c.score.max(SETTLED));
        let in_b = c.containment_a >= c.containment_b;
        c.contained = Some(if in_b { Side::A } else { Side::B });
    } else if c.score >= options.threshold {
        let named = |name: &str| {
            let at = super::features::FEATURES.iter().position(|known| *known == name);
            at.map_or(0.0, |at| features[at])
        };
        let reused = named("coverage_most").max(named("linked_most"));
        c.relation = if reused >= options.rewrite { Relation::Rewrite } else { Relation::Partial };
    }
}

fn to_match(a: &Profile, b: &Profile, passage: &Candidate) -> Match {
    let kind = kind(&forms(a, passage.a.clone()), &forms(b, passage.b.clone()));
    Match {
        a: a.span_of(passage.a.clone()),
        b: b.span_of(passage.b.clone()),
        kind,
        score: if kind == Kind::Identical { 1.0 } else { probability(passage.odds).min(SETTLED) },
    }
}
