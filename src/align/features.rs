//! Two articles in numbers: what [`ARTICLE`](super::model::ARTICLE) judges by.

use std::ops::Range;

use super::Profile;
use super::contents::{Marked, Shared};
use super::links::Link;
use super::matched::matched;
use super::order::Order;
use super::passages::{Candidate, Form};
use super::weights::{Weights, count_in_both};
use crate::shingle::Places;
use crate::span::{Span, covered};

/// Shares of two sides, of which [`FEATURES`] has the greater and the smaller.
const SHARES: usize = 6;

/// The features' names. *most* and *least* are over the two sides of a pair.
pub const FEATURES: [&str; 2 * SHARES + 12] = [
    "trigrams_most",
    "trigrams_least",
    "skips_most",
    "skips_least",
    "aligned_most",
    "aligned_least",
    "weakest_most",
    "weakest_least",
    "linked_most",
    "linked_least",
    "coverage_most",
    "coverage_least",
    "quotations",
    "names",
    "numbers",
    "order",
    "neighbours",
    "passage",
    "summary",
    "passage_words",
    "length",
    "short",
    "long",
    "ratio",
];

/// What [`PARTIAL`](super::model::PARTIAL) judges by: how sure and how large the passages are, and
/// how much there is beside them. Shares come as logarithms, because passages may be a small part.
pub const PARTIAL_FEATURES: [&str; 11] = [
    "passage",
    "summary",
    "passage_words",
    "quotations",
    "length",
    "ratio",
    "log_coverage_most",
    "log_trigrams_most",
    "log_skips_most",
    "log_aligned_most",
    "log_linked_most",
];

/// What [`WHOLE`](super::model::WHOLE) judges by: whether every sentence is matched a little, or some
/// are matched and the rest not at all.
pub const WHOLE_FEATURES: [&str; 10] = [
    "aligned_most",
    "aligned_least",
    "weakest_most",
    "weakest_least",
    "coverage_most",
    "coverage_least",
    "trigrams_most",
    "trigrams_least",
    "order",
    "neighbours",
];

/// The features of [`WHOLE_FEATURES`] out of those of [`FEATURES`].
pub fn whole(features: &Values) -> [f32; WHOLE_FEATURES.len()] {
    const PLACES: [usize; WHOLE_FEATURES.len()] = places(WHOLE_FEATURES);
    PLACES.map(|at| features[at])
}

/// Values of [`FEATURES`].
pub type Values = [f32; FEATURES.len()];

/// The features of [`PARTIAL_FEATURES`] out of those of [`FEATURES`].
pub fn partial(features: &Values) -> [f32; PARTIAL_FEATURES.len()] {
    const PLACES: [usize; PARTIAL_FEATURES.len()] = places(PARTIAL_FEATURES);
    const IS_LOGARITHM: [bool; PARTIAL_FEATURES.len()] = {
        let mut is_logarithm = [false; PARTIAL_FEATURES.len()];
        let mut at = 0;
        while at < is_logarithm.len() {
            is_logarithm[at] = without_log(PARTIAL_FEATURES[at]).len() < PARTIAL_FEATURES[at].len();
            at += 1;
        }
        is_logarithm
    };
    std::array::from_fn(|at| match features[PLACES[at]] {
        share if IS_LOGARITHM[at] => (share + NEGLIGIBLE).ln(),
        value => value,
    })
}

/// Where the features of these names stand in [`FEATURES`], whether as they are or as logarithms.
const fn places<const N: usize>(names: [&str; N]) -> [usize; N] {
    let mut places = [0; N];
    let mut at = 0;
    while at < N {
        places[at] = place(without_log(names[at]));
        at += 1;
    }
    places
}

/// The name of the feature of which this names the logarithm, or the name itself.
const fn without_log(name: &str) -> &str {
    match name.as_bytes() {
        [b'l', b'o', b'g', b'_', ..] => name.split_at(4).1,
        _ => name,
    }
}

/// Where the feature of that name stands in [`FEATURES`], of which it must be one.
pub const fn place(name: &str) -> usize {
    let mut at = 0;
    while !is_same(FEATURES[at].as_bytes(), name.as_bytes()) {
        at += 1;
    }
    at
}

/// Equality is no constant function yet.
const fn is_same(x: &[u8], y: &[u8]) -> bool {
    match (x, y) {
        ([a, x @ ..], [b, y @ ..]) => *a == *b && is_same(x, y),
        _ => x.is_empty() && y.is_empty(),
    }
}

/// Shares below this are all alike to a logarithm.
const NEGLIGIBLE: f32 = 0.02;
/// Logarithms of the words from which an article is no longer short (120), and is long (245): how
/// much a shared feature says depends on length, and not along one line.
const SHORT: f32 = 4.8;
const LONG: f32 = 5.5;
/// Logarithm of the words (50) below which length says no more: the lines that hold from there on
/// would make two short notes alike that share nothing.
const SHORTEST: f32 = 3.9;

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
}

/// Log-odds of "no passage at all".
pub const NO_PASSAGE: f32 = -3.0;
/// Surer than this makes no difference.
const SURE_PASSAGE: f32 = 10.0;

impl Pair<'_> {
    /// The features of the pair, each finite; 0 for shares of nothing.
    pub fn features(&self) -> Values {
        let (a, b) = (&self.a.contents, &self.b.contents);
        let mut places = Places::default();
        let mut shared = |a: &Marked, b: &Marked| a.shared(b, self.a.kernel, &mut places);
        let trigrams = shared(&a.trigrams, &b.trigrams);
        let skips = shared(&a.skips, &b.skips);
        let matched = matched(self.a, self.b, self.links);
        let shares = [
            shares(trigrams),
            shares(skips),
            matched.map(|side| side.aligned),
            matched.map(|side| side.weakest),
            matched.map(|side| side.linked),
            self.coverage(),
        ];
        let mut features = [0.0; FEATURES.len()];
        for (at, [x, y]) in shares.into_iter().enumerate() {
            (features[2 * at], features[2 * at + 1]) = (x.max(y), x.min(y));
        }
        let order = Order::of(self.a, self.b, self.weights);
        let (runs, summaries): (Vec<&Candidate>, Vec<&Candidate>) =
            self.passages.iter().partition(|passage| passage.form == Form::Run);
        let best = |passages: &[&Candidate]| {
            let odds = passages.iter().map(|passage| passage.odds);
            odds.fold(NO_PASSAGE, f32::max).min(SURE_PASSAGE)
        };
        let words: usize = runs.iter().map(|run| self.unquoted(run)).sum();
        let lengths = [self.a.article.words.len(), self.b.article.words.len()].map(|n| n as f32);
        let shortest = lengths[0].min(lengths[1]).ln_1p();
        let length = shortest.max(SHORTEST);
        features[2 * SHARES..].copy_from_slice(&[
            (trigrams.quoted as f32).ln_1p(),
            agreement(&a.names, &b.names),
            agreement(&a.numbers, &b.numbers),
            order.agreement,
            order.neighbours,
            best(&runs),
            best(&summaries),
            (words as f32).ln_1p(),
            length,
            (SHORT - length).max(0.0),
            (length - LONG).max(0.0),
            shortest - lengths[0].max(lengths[1]).ln_1p(),
        ]);
        features
    }

    /// Share of each article's words inside passages. A summary covers what it is, not what it sums
    /// up: else one paragraph would cover a book.
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

    /// Words of a passage outside quotations, on the side that has fewer.
    pub fn unquoted(&self, passage: &Candidate) -> usize {
        self.a.unquoted(passage.a.clone()).min(self.b.unquoted(passage.b.clone()))
    }
}

fn shares(shared: Shared) -> [f32; 2] {
    shared.of.map(|all| share(shared.shared, all))
}

/// How far two sets of few elements agree, in -1 to 1: the share of the smaller that is shared,
/// against what is missing, held back where there is little to go by.
fn agreement(a: &[u32], b: &[u32]) -> f32 {
    let least = a.len().min(b.len()) as f32;
    (2.0 * count_in_both(a, b) as f32 - least) / (least + 2.0)
}

fn share(part: f32, all: f32) -> f32 {
    if all > 0.0 { part / all } else { 0.0 }
}
