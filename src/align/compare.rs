//! Two articles to a comparison: relation, score, passages, sentences.

use super::edits::Edits;
use super::features::{Pair, partial, place, whole};
use super::links::links;
use super::model::{ARTICLE, PARTIAL, SHORT, WHOLE, probability};
use super::passages::{Candidate, passages};
use super::profile::Profile;
use super::relation::{Comparison, Feature, Kind, Match, Relation, Side};
use super::sentences::{Bar, align_sentences};
use super::short::{self, is_short};
use super::weights::Weights;
use crate::span::covered;

/// When a pair is what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompareOptions {
    /// Least score of a related pair, 0 to 1. Default 0.5.
    pub threshold: f32,
    /// The same for a rewrite only, where it is to be another. Default: none.
    pub rewrite_score: Option<f32>,
    /// The same for a partial pair only. Default: none.
    pub partial_score: Option<f32>,
    /// Least exact Jaccard index of word n-grams of a near-duplicate. Default 0.5.
    pub near_duplicate: f32,
    /// Least containment of word n-grams of an excerpt in the whole. Default 0.65.
    pub excerpt: f32,
    /// Share of either side inside passages, or in sentences that are likely matched, from which
    /// reuse is a rewrite, not partial, even where the rest is not alike. Default 0.5.
    pub rewrite: f32,
    /// Least words of a passage, on either side. Default 10.
    pub passage_words: usize,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self {
            threshold: 0.5,
            rewrite_score: None,
            partial_score: None,
            near_duplicate: 0.5,
            excerpt: 0.65,
            rewrite: 0.5,
            passage_words: 10,
        }
    }
}

impl CompareOptions {
    /// Least score of a pair of that relation.
    pub fn least_score(&self, relation: Relation) -> f32 {
        let own = match relation {
            Relation::Rewrite => self.rewrite_score,
            Relation::Partial => self.partial_score,
            _ => None,
        };
        own.unwrap_or(self.threshold)
    }
}

/// Score of a pair whose shingles alone settle it.
const SETTLED: f32 = 0.999;

/// How much of the doubt that the least score leaves must be gone for a relation that no sentence and
/// no passage shows: 0.6 instead of 0.5. Who flags an article has to say why.
const UNSHOWN: f32 = 0.2;

/// Compares two articles. A text without words is unrelated to all, with score 0.
pub fn compare(a: &Profile, b: &Profile, options: &CompareOptions) -> Comparison {
    let overlap = a.overlap(b);
    let mut comparison = Comparison {
        relation: Relation::Unrelated,
        score: 0.0,
        contained: None,
        jaccard: overlap.jaccard as f32,
        containment_a: overlap.of_first as f32,
        containment_b: overlap.of_second as f32,
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
    passages.retain(|passage| passage.words() >= options.passage_words);
    let pair = Pair { a, b, weights: &weights, links: &links, passages: &passages };
    let verdict =
        if is_short(a) && is_short(b) { of_short(&pair) } else { of_articles(&pair, options) };
    judge(a, b, &verdict, options, &mut comparison);
    comparison.features = verdict.features;
    let is_whole = comparison.relation < Relation::Partial;
    let bar = if is_whole { Bar::RETOLD } else { Bar::INDEPENDENT };
    let mut edits = Edits::default();
    comparison.sentences = align_sentences(&pair, bar, &mut edits);
    let is_shown = !comparison.sentences.is_empty() || !passages.is_empty();
    let least = options.least_score(comparison.relation);
    if verdict.shingles_settle && !is_shown && comparison.score < least + UNSHOWN * (1.0 - least) {
        comparison.relation = Relation::Unrelated;
    }
    comparison.passages = passages.iter().map(|p| to_match(p, &pair, &mut edits)).collect();
    let share = |side: fn(&Match) -> crate::Span, bytes: usize| {
        let mut spans: Vec<_> = comparison.passages.iter().map(side).collect();
        covered(&mut spans) as f32 / bytes.max(1) as f32
    };
    comparison.coverage_a = share(|passage| passage.a, a.article.bytes);
    comparison.coverage_b = share(|passage| passage.b, b.article.bytes);
    comparison
}

/// What the models say of a pair.
struct Verdict {
    score: f32,
    features: Vec<Feature>,
    /// Whether reuse would be a rewrite; else it is partial.
    is_retold: bool,
    /// Whether shared shingles alone may settle the matter.
    shingles_settle: bool,
}

/// Where the features stand that tell how much is reused.
const REUSED: [usize; 2] = [place("coverage_most"), place("linked_most")];

/// Either the whole is retold, or a part is reused: the score is the probability of either.
fn of_articles(pair: &Pair, options: &CompareOptions) -> Verdict {
    let features = pair.features();
    let passage_features = partial(&features);
    let whole_features = whole(&features);
    let all = ARTICLE.odds(&features);
    let part =
        if pair.passages.is_empty() { f32::NEG_INFINITY } else { PARTIAL.odds(&passage_features) };
    let neither = (1.0 - probability(all)) * (1.0 - probability(part));
    let [coverage, linked] = REUSED.map(|at| features[at]);
    let reused = coverage.max(linked);
    let explain_all = || ARTICLE.explain(&features);
    Verdict {
        score: (1.0 - neither).min(SETTLED),
        features: if all >= part { explain_all() } else { PARTIAL.explain(&passage_features) },
        is_retold: reused >= options.rewrite || WHOLE.odds(&whole_features) > 0.0,
        shingles_settle: true,
    }
}

/// In a sentence or two one word makes another statement, however many are shared.
fn of_short(pair: &Pair) -> Verdict {
    let values = short::features(pair.a, pair.b, pair.weights);
    Verdict {
        score: probability(SHORT.odds(&values)).min(SETTLED),
        features: SHORT.explain(&values),
        is_retold: true,
        shingles_settle: false,
    }
}

/// Sets relation, score and contained side.
fn judge(
    a: &Profile,
    b: &Profile,
    verdict: &Verdict,
    options: &CompareOptions,
    c: &mut Comparison,
) {
    let words = [a, b].map(|profile| profile.article.words.len());
    let same = |i: usize| a.article.words[i].form == b.article.words[i].form;
    c.score = verdict.score;
    if words[0] == words[1] && (0..words[0]).all(same) {
        (c.relation, c.score) = (Relation::Identical, 1.0);
        return;
    }
    let shortest = words[0].min(words[1]);
    let contained = c.containment_a.max(c.containment_b) >= options.excerpt;
    let shared = if c.jaccard >= options.near_duplicate {
        Some(Relation::NearDuplicate)
    } else {
        (contained && shortest >= options.passage_words).then_some(Relation::Excerpt)
    };
    let retold = if verdict.is_retold { Relation::Rewrite } else { Relation::Partial };
    let relation = shared.unwrap_or(retold);
    if shared.is_some() && verdict.shingles_settle {
        c.score = c.score.max(SETTLED);
    } else if c.score < options.least_score(relation) {
        return;
    }
    c.relation = relation;
    if c.relation == Relation::Excerpt {
        let in_b = c.containment_a >= c.containment_b;
        c.contained = Some(if in_b { Side::A } else { Side::B });
    }
}

fn to_match(passage: &Candidate, pair: &Pair, edits: &mut Edits) -> Match {
    let kind = edits.kind(pair, &passage.a, &passage.b);
    Match {
        a: pair.a.span_of(passage.a.clone()),
        b: pair.b.span_of(passage.b.clone()),
        kind,
        score: if kind == Kind::Identical { 1.0 } else { probability(passage.odds).min(SETTLED) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    const HARBOUR: &str = "The harbour closed at noon. Forty ferries waited outside the bar. \
                           Divers searched the sunken barge for fuel. Nobody was hurt.";
    const BUDGET: &str = "Council members quarrelled over the budget. Libraries lose a tenth of \
                          it. Schools reopen on Monday. Teachers were relieved.";

    fn relation(a: &str, b: &str, options: &CompareOptions) -> Relation {
        let [a, b] =
            [a, b].map(|text| Profile::new(Analyzer::new(None).article(text), Default::default()));
        compare(&a, &b, options).relation
    }

    #[test]
    fn what_nothing_shows_is_not_claimed_in_doubt() {
        let options = CompareOptions { threshold: 0.0, ..CompareOptions::default() };
        assert_eq!(relation(HARBOUR, BUDGET, &options), Relation::Unrelated);
        let sharing = BUDGET
            .replace("Schools reopen", "Forty ferries waited outside the bar as schools reopen");
        assert_ne!(relation(HARBOUR, &sharing, &options), Relation::Unrelated);
    }

    #[test]
    fn each_relation_may_have_a_score_of_its_own() {
        let options = CompareOptions { partial_score: Some(0.9), ..CompareOptions::default() };
        assert_eq!(options.least_score(Relation::Partial), 0.9);
        assert_eq!(options.least_score(Relation::Rewrite), 0.5);
    }
}
