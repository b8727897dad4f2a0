//! Two articles in numbers: what [`ARTICLE`](super::model::ARTICLE) judges by.

use super::Profile;
use super::links::Link;
use super::passages::Candidate;
use super::weights::{Weights, for_each_shared};
use crate::text::Traits;

/// The features' names. *most* and *least* are over the two directions of a share. Shares come
/// twice, as they are and as logarithms: what tells 1 % from 5 % is not what tells 50 % from 90 %.
pub const FEATURES: [&str; 31] = [
    "trigrams_most",
    "trigrams_least",
    "skips_most",
    "skips_least",
    "terms_most",
    "terms_least",
    "aligned_most",
    "aligned_least",
    "linked_most",
    "linked_least",
    "coverage_most",
    "coverage_least",
    "log_trigrams_most",
    "log_trigrams_least",
    "log_skips_most",
    "log_skips_least",
    "log_terms_most",
    "log_terms_least",
    "log_aligned_most",
    "log_aligned_least",
    "log_linked_most",
    "log_linked_least",
    "log_coverage_most",
    "log_coverage_least",
    "names",
    "numbers",
    "order",
    "passage",
    "passage_words",
    "length",
    "ratio",
];

/// Features that are shares.
const SHARES: usize = 12;
/// Shares below this are all alike to a logarithm.
const NEGLIGIBLE: f32 = 0.02;

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
const NO_PASSAGE: f32 = -3.0;
/// Surer than this makes no difference.
const SURE_PASSAGE: f32 = 10.0;

impl Pair<'_> {
    /// The features of the pair, each finite; 0 for shares of nothing.
    pub fn features(&self) -> [f32; FEATURES.len()] {
        let (a, b) = (&self.a.plain, &self.b.plain);
        let trigrams = shares(&a.trigrams, &b.trigrams);
        let skips = shares(&a.skips, &b.skips);
        let terms = self.terms();
        let (aligned, linked) = self.aligned();
        let coverage = [self.coverage_a(), self.coverage_b()];
        let best = self.passages.iter().map(|passage| passage.odds).fold(NO_PASSAGE, f32::max);
        let words: usize = self.passages.iter().map(|p| self.unquoted(p)).sum();
        let lengths = [self.a.article.words.len(), self.b.article.words.len()].map(|n| n as f32);
        let (short, long) = (lengths[0].min(lengths[1]), lengths[0].max(lengths[1]));
        let shares = [trigrams, skips, terms, aligned, linked, coverage]
            .map(|both| [most(both), least(both)]);
        let mut features = [0.0; FEATURES.len()];
        for (at, share) in shares.into_iter().flatten().enumerate() {
            features[at] = share;
            features[SHARES + at] = (share + NEGLIGIBLE).ln();
        }
        features[2 * SHARES..].copy_from_slice(&[
            agreement(&a.names, &b.names),
            agreement(&a.numbers, &b.numbers),
            self.order(),
            best.min(SURE_PASSAGE),
            (words as f32).ln_1p(),
            short.ln_1p(),
            ((short + 1.0) / (long + 1.0)).ln(),
        ]);
        features
    }

    /// Weight of the shared terms outside quotations, as a share of each article's.
    fn terms(&self) -> [f32; 2] {
        let weigh = |profile: &Profile, weights: &[f32]| {
            let mut sum = 0.0;
            for_each_shared(&profile.plain.stems, &profile.stems, |_, term| sum += weights[term]);
            sum
        };
        let mut shared = 0.0;
        for_each_shared(&self.a.plain.stems, &self.a.stems, |_, term| {
            let stem = self.a.stems[term];
            if self.b.plain.stems.binary_search(&stem).is_ok() {
                shared += self.weights.a[term];
            }
        });
        let all = [weigh(self.a, &self.weights.a), weigh(self.b, &self.weights.b)];
        all.map(|all| share(shared, all))
    }

    /// For each article how well its sentences are matched by the other's: the mean cosine of the
    /// best links by length, and the share of its words in sentences with a link that is likelier
    /// right than not. Quoted sentences do not count.
    fn aligned(&self) -> ([f32; 2], [f32; 2]) {
        let mut best = [
            vec![(0f32, f32::MIN); self.a.sentences()],
            vec![(0f32, f32::MIN); self.b.sentences()],
        ];
        for link in self.links {
            for (side, at) in [(0, link.a), (1, link.b)] {
                let best = &mut best[side][at as usize];
                best.0 = best.0.max(link.cosine);
                best.1 = best.1.max(link.odds);
            }
        }
        let mut aligned = [0.0; 2];
        let mut linked = [0.0; 2];
        for (side, profile) in [self.a, self.b].into_iter().enumerate() {
            let (mut all, mut cosines, mut links) = (0.0, 0.0, 0.0);
            for (sentence, best) in profile.article.sentences.iter().zip(&best[side]) {
                let words = &profile.article.words[sentence.range()];
                let length =
                    words.iter().filter(|word| !word.traits.has(Traits::QUOTED)).count() as f32;
                all += length;
                cosines += length * best.0;
                links += if best.1 > 0.0 { length } else { 0.0 };
            }
            aligned[side] = share(cosines, all);
            linked[side] = share(links, all);
        }
        (aligned, linked)
    }

    /// Share of the sentences of the shorter article whose best links keep the order of the other,
    /// of those that have a link: its longest increasing run. 0 where fewer than two have.
    fn order(&self) -> f32 {
        let in_a = self.a.sentences() <= self.b.sentences();
        let mut best: Vec<(u32, u32, f32)> = Vec::new();
        for link in self.links.iter().filter(|link| link.odds > -1.0) {
            let (x, y) = if in_a { (link.a, link.b) } else { (link.b, link.a) };
            best.push((x, y, link.cosine));
        }
        best.sort_by(|p, q| p.0.cmp(&q.0).then(q.2.total_cmp(&p.2)).then(p.1.cmp(&q.1)));
        best.dedup_by_key(|link| link.0);
        if best.len() < 2 {
            return 0.0;
        }
        let mut tails: Vec<u32> = Vec::new();
        for (_, y, _) in &best {
            let at = tails.partition_point(|tail| tail <= y);
            if at == tails.len() { tails.push(*y) } else { tails[at] = *y }
        }
        tails.len() as f32 / best.len() as f32
    }

    /// Share of the first article's words inside passages.
    fn coverage_a(&self) -> f32 {
        covered(self.passages.iter().map(|p| (p.a.start, p.a.end)).collect(), self.a.terms.len())
    }

    /// Share of the second article's words inside passages.
    fn coverage_b(&self) -> f32 {
        covered(self.passages.iter().map(|p| (p.b.start, p.b.end)).collect(), self.b.terms.len())
    }

    /// Words of a passage outside quotations, on the side that has fewer.
    pub fn unquoted(&self, passage: &Candidate) -> usize {
        let count = |profile: &Profile, range: std::ops::Range<usize>| {
            let words = profile.article.words[range].iter();
            words.filter(|word| !word.traits.has(Traits::QUOTED)).count()
        };
        count(self.a, passage.a.clone()).min(count(self.b, passage.b.clone()))
    }
}

/// Share of the places `0..all` that the ranges cover.
fn covered(mut ranges: Vec<(usize, usize)>, all: usize) -> f32 {
    ranges.sort_unstable();
    let (mut sum, mut end) = (0, 0);
    for (from, to) in ranges {
        sum += to.max(end) - from.max(end);
        end = end.max(to);
    }
    share(sum as f32, all as f32)
}

/// Share of each ascending set that the other has.
fn shares(a: &[u32], b: &[u32]) -> [f32; 2] {
    let shared = count_shared(a, b);
    [share(shared, a.len() as f32), share(shared, b.len() as f32)]
}

/// How far two sets of few elements agree, in -1 to 1: the share of the smaller that is shared,
/// against what is missing, held back where there is little to go by.
fn agreement(a: &[u32], b: &[u32]) -> f32 {
    let least = a.len().min(b.len()) as f32;
    (2.0 * count_shared(a, b) - least) / (least + 2.0)
}

fn count_shared(a: &[u32], b: &[u32]) -> f32 {
    let mut shared = 0u32;
    for_each_shared(a, b, |_, _| shared += 1);
    shared as f32
}

fn share(part: f32, all: f32) -> f32 {
    if all > 0.0 { part / all } else { 0.0 }
}

fn most([x, y]: [f32; 2]) -> f32 {
    x.max(y)
}

fn least([x, y]: [f32; 2]) -> f32 {
    x.min(y)
}
