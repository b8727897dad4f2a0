//! The features of a pair of articles, for the models [`ARTICLE`] and [`PARTIAL`].

use std::ops::Range;

use super::Profile;
use super::candidate::{Candidate, Form};
use super::contents::{Marked, Shared};
use super::facts::Facts;
use super::linker::Link;
use super::matched::matched;
use super::model::{Curves, compiled_in, features};
use super::order::Order;
use super::profile::{NO_TERM, Roles};
use super::weights::{Weights, count_in_both};
use crate::shingle::Places;
use crate::span::{Span, covered};

features! {
    /// Evidence that one of two articles retells the other. *most* and *least* are over the two
    /// sides of the pair; shares are from 0 to 1.
    ///
    /// Sharing more moves a feature in one direction only, and where nothing is shared no feature
    /// counts.
    pub struct ArticleFeatures {
        /// Share of the runs of three stems.
        trigrams_most: Positive,
        /// The same for the other side.
        trigrams_least: Positive,
        /// Share of the pairs of content words a few words apart.
        skips_most: Positive,
        /// The same for the other side.
        skips_least: Positive,
        /// Mean cosine of each sentence's best link, by words.
        aligned_most: Positive,
        /// The same for the other side.
        aligned_least: Positive,
        /// The same over the worst-matched half of the words.
        weakest_most: Positive,
        /// The same for the other side.
        weakest_least: Positive,
        /// Share of words in sentences with a link that is more likely right than wrong.
        linked_most: Positive,
        /// The same for the other side.
        linked_least: Positive,
        /// Share of words inside passages.
        coverage_most: Positive,
        /// The same for the other side.
        coverage_least: Positive,
        /// Share of the weight of terms that are neither names nor numbers.
        wording_most: Positive,
        /// The same for the other side.
        wording_least: Positive,
        /// How far the names outside quotations agree, -1 to 1.
        names: Positive,
        /// How far the numbers outside quotations agree, -1 to 1.
        numbers: Positive,
        /// Logarithm of the names that both have.
        shared_names: Positive,
        /// Logarithm of the names that each side has and the other lacks.
        conflicting_names: Negative,
        /// Logarithm of the numbers that both have.
        shared_numbers: Positive,
        /// Logarithm of the numbers that each side has and the other lacks.
        conflicting_numbers: Negative,
        /// Share of the names and numbers that conflict.
        conflicting: Negative,
        /// Share of the names in aligned sentences that both sentences have.
        aligned_names: Positive,
        /// Share of the names in aligned sentences that conflict.
        misaligned_names: Negative,
        /// Share of the numbers in aligned sentences that conflict.
        misaligned_numbers: Negative,
        /// Whether terms that either side has once come in the same order: Kendall's tau, -1 to 1.
        order: Positive,
        /// Whether they have the same neighbours.
        neighbours: Positive,
        /// Log-odds of the surest passage.
        passage: Positive,
        /// Log-odds of the surest summary.
        summary: Positive,
        /// Logarithm of the words in passages outside quotations.
        passage_words: Positive,
        /// Logarithm of the shorter length over the longer.
        ratio: Any,
    }
}

features! {
    /// Evidence that two otherwise independent articles share a passage: how sure and how large the
    /// passages are, and how much other text there is.
    pub struct PartialFeatures {
        /// Log-odds of the surest passage.
        passage: Positive,
        /// Log-odds of the surest summary.
        summary: Positive,
        /// Logarithm of the words in passages outside quotations.
        passage_words: Positive,
        /// Share of words inside passages, on the side where it is greater.
        coverage_most: Positive,
        /// How far the names outside quotations agree, -1 to 1.
        names: Positive,
        /// How far the numbers outside quotations agree, -1 to 1.
        numbers: Positive,
        /// Share of the names and numbers in passages that conflict.
        conflicting: Negative,
    }
}

compiled_in! {
    /// Whether one of two articles is the other retold.
    ARTICLE: Curves, &ArticleFeatures::NAMES, "models/article.tsv"
}

compiled_in! {
    /// Whether two articles that are otherwise independent share a passage.
    PARTIAL: Curves, &PartialFeatures::NAMES, "models/partial.tsv"
}

impl ArticleFeatures {
    /// The features that [`PARTIAL`] judges by.
    pub fn partial(&self, passages: &[Candidate]) -> PartialFeatures {
        PartialFeatures {
            conflicting: facts_in(passages).conflicting_share(),
            passage: self.passage,
            summary: self.summary,
            passage_words: self.passage_words,
            coverage_most: self.coverage_most,
            names: self.names,
            numbers: self.numbers,
        }
    }

    /// The same features as if no facts conflicted: how similar the frames around the facts are.
    pub fn of_frame(&self) -> Self {
        Self {
            names: self.names.max(0.0),
            numbers: self.numbers.max(0.0),
            conflicting_names: 0.0,
            conflicting_numbers: 0.0,
            conflicting: 0.0,
            misaligned_names: 0.0,
            misaligned_numbers: 0.0,
            ..*self
        }
    }
}

/// How the facts in passages agree.
fn facts_in(passages: &[Candidate]) -> Facts {
    let mut facts = Facts::default();
    passages.iter().for_each(|passage| facts.add(passage.facts));
    facts
}

/// A pair, as far as alignment has come.
pub struct Pair<'p> {
    /// The first article.
    pub a: &'p Profile,
    /// The second article.
    pub b: &'p Profile,
    /// Weights of their terms.
    pub weights: &'p Weights,
    /// Links between their sentences.
    pub links: &'p [Link],
    /// Passages that one reuses.
    pub passages: &'p [Candidate],
    /// How their names and numbers agree.
    pub facts: Facts,
}

/// Log-odds of "no passage at all".
pub const NO_PASSAGE: f32 = -3.0;
/// Share of the words in quotations from which a segment is a quotation.
const QUOTED: f32 = 0.75;
/// Surer than this makes no difference.
const SURE_PASSAGE: f32 = 10.0;

impl Pair<'_> {
    /// The features of the pair, each finite; 0 for shares of nothing.
    pub fn features(&self) -> ArticleFeatures {
        let (a, b) = (&self.a.contents, &self.b.contents);
        let mut places = Places::default();
        let mut shared = |a: &Marked, b: &Marked| a.shared(b, self.a.kernel, &mut places);
        let trigrams = shares(shared(&a.trigrams, &b.trigrams));
        let skips = shares(shared(&a.skips, &b.skips));
        let matched = matched(self.a, self.b, self.links);
        let [aligned, weakest, linked] = [
            matched.map(|side| side.aligned),
            matched.map(|side| side.weakest),
            matched.map(|side| side.linked),
        ];
        let coverage = self.coverage();
        let wording = wording(self.a, self.b, self.weights);
        let facts = self.facts;
        let aligned_facts = Facts::of_sentences(self.a, self.b, self.weights, self.links);
        let order = Order::of(self.a, self.b, self.weights);
        let (runs, summaries): (Vec<&Candidate>, Vec<&Candidate>) =
            self.passages.iter().partition(|passage| passage.form == Form::Run);
        let words: usize = runs.iter().map(|run| self.unquoted(run)).sum();
        ArticleFeatures {
            trigrams_most: most(trigrams),
            trigrams_least: least(trigrams),
            skips_most: most(skips),
            skips_least: least(skips),
            aligned_most: most(aligned),
            aligned_least: least(aligned),
            weakest_most: most(weakest),
            weakest_least: least(weakest),
            linked_most: most(linked),
            linked_least: least(linked),
            coverage_most: most(coverage),
            coverage_least: least(coverage),
            wording_most: most(wording),
            wording_least: least(wording),
            names: agreement(&a.names, &b.names),
            numbers: agreement(&a.numbers, &b.numbers),
            shared_names: facts.names.shared.ln_1p(),
            conflicting_names: facts.names.conflicting.ln_1p(),
            shared_numbers: facts.numbers.shared.ln_1p(),
            conflicting_numbers: facts.numbers.conflicting.ln_1p(),
            conflicting: facts.conflicting_share(),
            aligned_names: aligned_facts.names.shared_share(),
            misaligned_names: aligned_facts.names.conflicting_share(),
            misaligned_numbers: aligned_facts.numbers.conflicting_share(),
            order: order.agreement,
            neighbours: order.neighbours,
            passage: surest(&runs),
            summary: surest(&summaries),
            passage_words: (words as f32).ln_1p(),
            ratio: self.ratio(),
        }
    }

    /// Share of each article's pairs of content words a few words apart that the other has.
    pub fn skips(&self) -> [f32; 2] {
        let (a, b) = (&self.a.contents.skips, &self.b.contents.skips);
        shares(a.shared(b, self.a.kernel, &mut Places::default()))
    }

    /// Words of the shorter article: the length by which its model bends.
    pub fn words(&self) -> f32 {
        self.a.article.words.len().min(self.b.article.words.len()) as f32
    }

    fn ratio(&self) -> f32 {
        let [a, b] = [self.a, self.b].map(|profile| (profile.article.words.len() as f32).ln_1p());
        a.min(b) - a.max(b)
    }

    /// Share of each article's words inside passages. A summary covers its own words, not those
    /// that it summarises: else one paragraph would cover a book.
    fn coverage(&self) -> [f32; 2] {
        let side = |range: fn(&Candidate) -> &Range<usize>, summed_up: Form, all: usize| {
            let passages = self.passages.iter().filter(|passage| passage.form != summed_up);
            let mut spans: Vec<Span> = passages
                .map(range)
                .map(|words| Span { start: words.start as u32, end: words.end as u32 })
                .collect();
            share(covered(&mut spans) as f32, all as f32)
        };
        [
            side(|passage| &passage.a, Form::SummaryInB, self.a.terms.len()),
            side(|passage| &passage.b, Form::SummaryInA, self.b.terms.len()),
        ]
    }

    /// Share of each article's characters inside these passages.
    pub fn characters_in(&self, passages: &[Candidate]) -> [f32; 2] {
        let side = |profile: &Profile, range: fn(&Candidate) -> &Range<usize>| {
            let spans = passages.iter().map(|passage| profile.span_of(range(passage).clone()));
            share(covered(&mut spans.collect::<Vec<_>>()) as f32, profile.article.bytes as f32)
        };
        [side(self.a, |passage| &passage.a), side(self.b, |passage| &passage.b)]
    }

    /// Whether both segments are what the articles have from a third: mostly quoted on both sides.
    pub fn is_from_third(&self, in_a: &Range<usize>, in_b: &Range<usize>) -> bool {
        let is_quoted = |profile: &Profile, words: &Range<usize>| {
            let own = profile.unquoted(words.clone()) as f32;
            !words.is_empty() && own <= (1.0 - QUOTED) * words.len() as f32
        };
        is_quoted(self.a, in_a) && is_quoted(self.b, in_b)
    }

    /// Words of a passage outside quotations, on the side that has fewer.
    pub fn unquoted(&self, passage: &Candidate) -> usize {
        self.a.unquoted(passage.a.clone()).min(self.b.unquoted(passage.b.clone()))
    }
}

/// Share of the weight of each article's terms, names and numbers excepted, that the other has.
pub fn wording(a: &Profile, b: &Profile, weights: &Weights) -> [f32; 2] {
    let side = |profile: &Profile, weights: &[f32], partner: &[u32]| {
        let (mut shared, mut all) = (0.0, 0.0);
        for ((roles, weight), partner) in profile.roles.iter().zip(weights).zip(partner) {
            // Branch-free: which terms are shared is unpredictable.
            let weight = if roles.has(Roles::PLAIN) { *weight } else { 0.0 };
            all += weight;
            shared += if *partner == NO_TERM { 0.0 } else { weight };
        }
        share(shared, all)
    };
    [side(a, &weights.a, &weights.partner), side(b, &weights.b, &weights.partner_of_b)]
}

/// Log-odds of the surest of these passages.
fn surest(passages: &[&Candidate]) -> f32 {
    let odds = passages.iter().map(|passage| passage.odds);
    odds.fold(NO_PASSAGE, f32::max).min(SURE_PASSAGE)
}

fn most([x, y]: [f32; 2]) -> f32 {
    x.max(y)
}

fn least([x, y]: [f32; 2]) -> f32 {
    x.min(y)
}

fn shares(shared: Shared) -> [f32; 2] {
    shared.of.map(|all| share(shared.shared, all))
}

/// How far two small sets agree, -1 to 1: the share of the smaller one that is shared, against what
/// is missing, shrunk towards 0 where there are few elements.
fn agreement(a: &[u32], b: &[u32]) -> f32 {
    let least = a.len().min(b.len()) as f32;
    (2.0 * count_in_both(a, b) as f32 - least) / (least + 2.0)
}

/// A part as a share of all; 0 of nothing.
pub fn share(part: f32, all: f32) -> f32 {
    if all > 0.0 { part / all } else { 0.0 }
}
