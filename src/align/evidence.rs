//! Evidence that two segments of text are one passage, as features.

use std::ops::Range;

use super::boundaries::Segment;
use super::facts::{Count, Fact, Facts};
use super::linker::Seed;
use super::model::features;
use super::profile::Profile;
use super::weights::Weights;

features! {
    /// Evidence that two segments of text are one passage.
    pub struct PassageFeatures {
        /// Logarithm of the log-likelihood ratio of both boundaries.
        gain: Positive,
        /// The same for the side where it is less.
        least_gain: Positive,
        /// Logarithm of the terms that both have.
        shared: Positive,
        /// Logarithm of their weight.
        shared_weight: Positive,
        /// Their weight as a share of the side where that is less, 0 to 1.
        inside_least: Positive,
        /// The same for the other side.
        inside_most: Positive,
        /// Share of the terms that the other side has, on the side where it is less.
        rate: Any,
        /// Logarithm of the words of the shorter side.
        length: Any,
        /// Logarithm of the shorter length over the longer.
        ratio: Any,
        /// Logarithm of the links that led to it.
        links: Any,
        /// Log-odds of the surest of them.
        best_link: Positive,
        /// Cosine of the weighted words.
        cosine: Any,
        /// Logarithm of the names that both have.
        shared_names: Positive,
        /// Logarithm of the names that each side has and the other lacks.
        conflicting_names: Negative,
        /// Logarithm of the numbers that both have.
        shared_numbers: Positive,
        /// Logarithm of the numbers that each side has and the other lacks.
        conflicting_numbers: Negative,
        /// Share of the words in quotations, on the side where it is less.
        quoted: Negative,
        /// Logarithm of the product of the articles' lengths: more text has more similarities by
        /// chance.
        room: Negative,
    }
}

/// Computes the features of candidate passages. Keeps tables of all terms of both articles: making
/// them for each segment would take the product of the segments and the vocabulary.
#[derive(Debug, Clone)]
pub struct Evidence<'p> {
    a: &'p Profile,
    b: &'p Profile,
    weights: &'p Weights,
    terms: [Terms; 2],
}

impl<'p> Evidence<'p> {
    /// Of this pair.
    pub fn new(a: &'p Profile, b: &'p Profile, weights: &'p Weights) -> Self {
        Self { a, b, weights, terms: [a, b].map(|profile| Terms::none(profile.stems.len())) }
    }

    /// The features of two segments that the links `seeds` led to, of which there is at least one,
    /// and how their facts agree.
    pub fn find(
        &mut self,
        in_a: &Segment,
        in_b: &Segment,
        seeds: &[Seed],
    ) -> (PassageFeatures, Facts) {
        let Self { a, b, weights, .. } = *self;
        let [terms_a, terms_b] = &mut self.terms;
        terms_a.add(&a.terms[in_a.words.clone()]);
        terms_b.add(&b.terms[in_b.words.clone()]);
        let sides = [
            Part { profile: a, segment: in_a, terms: terms_a },
            Part { profile: b, segment: in_b, terms: terms_b },
        ];
        let found = evidence(sides, weights, seeds);
        terms_a.clear(&a.terms[in_a.words.clone()]);
        terms_b.clear(&b.terms[in_b.words.clone()]);
        found
    }
}

/// A segment of one article.
#[derive(Clone, Copy)]
struct Part<'p> {
    profile: &'p Profile,
    segment: &'p Segment,
    /// The terms of the segment.
    terms: &'p Terms,
}

fn evidence(sides: [Part<'_>; 2], weights: &Weights, seeds: &[Seed]) -> (PassageFeatures, Facts) {
    let [a, b] = sides.map(|side| side.profile);
    let [in_a, in_b] = sides.map(|side| side.segment);
    let [terms_a, terms_b] = sides.map(|side| side.terms);
    let (sum_a, squares_a) = terms_a.whole(&weights.a);
    let (sum_b, squares_b) = terms_b.whole(&weights.b);
    let (mut shared, mut sum, mut product) = (0u32, 0.0, 0.0);
    let mut facts = Count::default();
    let last = b.stems.len();
    terms_a.for_each(|term, count| {
        let weight = weights.a[term];
        // Branch-free: which terms are shared is unpredictable, and adding 0 changes nothing.
        let partner = (weights.partner[term] as usize).min(last);
        let other = terms_b.counts[partner];
        shared += u32::from(other > 0);
        sum += if other > 0 { weight } else { 0.0 };
        product += count * other as f32 * weight * weight;
        let is_found = (other > 0) | (partner == last) & weights.found_a[term];
        facts.add(Fact { side: 0, roles: a.roles[term], is_found });
    });
    let last = a.stems.len();
    terms_b.for_each(|term, _| {
        let partner = (weights.partner_of_b[term] as usize).min(last);
        let other = terms_a.counts[partner];
        let is_found = (other > 0) | (partner == last) & weights.found_b[term];
        facts.add(Fact { side: 1, roles: b.roles[term], is_found });
    });
    let facts = facts.facts();
    let (inside_a, inside_b) = (sum / sum_a, sum / sum_b);
    let (long, short) = longer_first(in_a.words.len() as f32, in_b.words.len() as f32);
    let quoted = |profile: &Profile, words: &Range<usize>| {
        1.0 - profile.unquoted(words.clone()) as f32 / words.len() as f32
    };
    let features = PassageFeatures {
        gain: (in_a.gain + in_b.gain).max(0.5).ln(),
        least_gain: in_a.gain.min(in_b.gain).max(0.5).ln(),
        shared: (shared as f32).ln_1p(),
        shared_weight: (sum + 0.1).ln(),
        inside_least: inside_a.min(inside_b),
        inside_most: inside_a.max(inside_b),
        rate: in_a.rate.min(in_b.rate),
        length: short.ln_1p(),
        ratio: (short / long).ln(),
        links: (seeds.len() as f32).ln(),
        best_link: seeds.iter().map(|seed| seed.odds).fold(f32::MIN, f32::max),
        cosine: product / (squares_a * squares_b).sqrt(),
        shared_names: facts.names.shared.ln_1p(),
        conflicting_names: facts.names.conflicting.ln_1p(),
        shared_numbers: facts.numbers.shared.ln_1p(),
        conflicting_numbers: facts.numbers.conflicting.ln_1p(),
        quoted: quoted(a, &in_a.words).min(quoted(b, &in_b.words)),
        room: (a.terms.len() as f32).ln() + (b.terms.len() as f32).ln(),
    };
    (features, facts)
}

fn longer_first(x: f32, y: f32) -> (f32, f32) {
    (x.max(y), x.min(y))
}

/// The terms of a segment, of all terms of its article.
#[derive(Debug, Clone)]
struct Terms {
    /// For each term of the article how often the segment has it; 0 for "no term", which is last.
    counts: Vec<u32>,
    /// A bit for each term that it has: a segment has few of a long article's.
    present: Vec<u64>,
    /// Places in `present` where some bit is set, ascending, each once.
    blocks: Vec<u32>,
}

impl Terms {
    /// None of so many.
    fn none(terms: usize) -> Self {
        Self { counts: vec![0; terms + 1], present: vec![0; terms / 64 + 1], blocks: Vec::new() }
    }

    /// Adds the terms of a segment; there are none yet.
    fn add(&mut self, terms: &[u32]) {
        let last = self.counts.len() - 1;
        for &term in terms {
            // Branch-free: stop words are counted too, and dropped afterwards.
            let term = (term as usize).min(last);
            self.counts[term] += 1;
            self.present[term / 64] |= 1 << (term % 64);
        }
        self.present[last / 64] &= !(1 << (last % 64));
        self.counts[last] = 0;
        if terms.len() < self.present.len() / 4 {
            // Few of many: sorting them is faster than scanning all.
            let blocks = terms.iter().map(|term| (*term).min(last as u32) / 64);
            self.blocks.extend(blocks);
            self.blocks.sort_unstable();
            self.blocks.dedup();
        } else {
            self.blocks.extend(0..self.present.len() as u32);
        }
    }

    /// Removes the terms of a segment that was added.
    fn clear(&mut self, terms: &[u32]) {
        let last = self.counts.len() - 1;
        for &term in terms {
            self.counts[(term as usize).min(last)] = 0;
        }
        self.blocks.iter().for_each(|block| self.present[*block as usize] = 0);
        self.blocks.clear();
    }

    /// The distinct terms, ascending, with their counts.
    fn for_each(&self, mut each: impl FnMut(usize, f32)) {
        for &at in &self.blocks {
            let mut left = self.present[at as usize];
            while left != 0 {
                let term = at as usize * 64 + left.trailing_zeros() as usize;
                left &= left - 1;
                each(term, self.counts[term] as f32);
            }
        }
    }

    /// Sum of the distinct terms' weights, and of the squares of all words' weights.
    fn whole(&self, weights: &[f32]) -> (f32, f32) {
        let mut whole = (1e-6, 1e-6);
        self.for_each(|term, count| {
            let weight = weights[term];
            whole.0 += weight;
            whole.1 += (count * weight).powi(2);
        });
        whole
    }
}
