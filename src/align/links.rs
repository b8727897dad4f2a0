//! Which sentences of two articles may say the same: the raw material of alignment.

use std::sync::LazyLock;

use super::coarse;
use super::in_common::InCommon;
use super::model::{Line, compiled_in};
use super::profile::{NO_TERM, Profile};
use super::weights::{Effort, Weights, count_in_both};
use crate::text::Article;

/// Links with less cosine than this carry no information, and are most of all; but in short texts,
/// where one shared word may be all that there is.
const LEAST_COSINE: f32 = 0.1;

/// Sentences this far from a link still support it.
const NEAR: u32 = 3;

compiled_in! {
    /// Whether two linked sentences stand in a reused passage.
    LINK: Line<6>, FEATURES, "models/link.tsv"
}

/// What [`LINK`] judges by.
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
    /// Log-odds that the two stand in a reused passage.
    pub odds: f32,
    /// What the odds were made from, in the order of [`FEATURES`].
    pub features: [f32; FEATURES.len()],
}

/// A link, as far as passages are looked for by it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seed {
    /// Place of the sentence in the first article.
    pub a: u32,
    /// Place of the sentence in the second article.
    pub b: u32,
    /// Log-odds that the two stand in a reused passage.
    pub odds: f32,
}

impl From<&Link> for Seed {
    fn from(link: &Link) -> Self {
        Self { a: link.a, b: link.b, odds: link.odds }
    }
}

/// Every pair of sentences that share enough words to be worth a look, by place in the first
/// article, then in the second. Articles without terms have none. Of a pair that takes too much work
/// ([`Effort::Coarse`]), those that share rare words, and their neighbours.
///
/// Cost: for each shared term the product of the sentences that hold it; `b` should be the shorter.
pub fn links(a: &Profile, b: &Profile, weights: &Weights) -> Vec<Link> {
    let linker = Linker::new(a, b, weights);
    let mut found = match weights.effort {
        Effort::Full => linker.all(),
        Effort::Coarse => coarse::links(&linker),
    };
    add_support(&mut found, a.sentences());
    for link in &mut found {
        link.odds = LINK.odds(&link.features);
    }
    found
}

/// Makes links of pairs of sentences.
pub(super) struct Linker<'p> {
    pub(super) a: &'p Profile,
    pub(super) b: &'p Profile,
    pub(super) weights: &'p Weights,
    /// For each sentence of either article the weights of its distinct terms.
    norms: [Vec<Norm>; 2],
    /// Least cosine of a link.
    least: f32,
}

impl<'p> Linker<'p> {
    pub(super) fn new(a: &'p Profile, b: &'p Profile, weights: &'p Weights) -> Self {
        let is_short = a.article.words.len().min(b.article.words.len()) <= Article::SHORT;
        let least = if is_short { 0.0 } else { LEAST_COSINE };
        Self { a, b, weights, norms: [norms(a, &weights.a), norms(b, &weights.b)], least }
    }

    /// The links of all sentences with all.
    fn all(&self) -> Vec<Link> {
        let Self { a, b, .. } = *self;
        let roots: Vec<f32> = self.norms[1].iter().map(|norm| norm.squares.sqrt()).collect();
        let mut found = Vec::with_capacity(4 * a.sentences());
        let mut row = Row::new(b.sentences(), self.least);
        for (i, &whole_a) in (0..).zip(&self.norms[0]) {
            if self.weights.cancel.is_cancelled() {
                break;
            }
            row.fill(a.held(i as usize), b, self.weights);
            let shared = row.take(whole_a, &roots);
            found.extend(shared.filter_map(|(j, shared)| self.link((i, j), shared)));
        }
        found
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
    sum: f32,
    squares: f32,
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

/// The logarithm of one more than a count; those of small ones are known.
fn ln_1p(count: usize) -> f32 {
    static KNOWN: LazyLock<[f32; 64]> =
        LazyLock::new(|| std::array::from_fn(|count| (count as f32).ln_1p()));
    KNOWN.get(count).copied().unwrap_or_else(|| (count as f32).ln_1p())
}

/// What one sentence of the first article shares with each of the second.
struct Row {
    /// Least cosine that is worth a look.
    least: f32,
    cells: Vec<Norm>,
    /// Places of the cells that are worth a look.
    enough: Vec<u32>,
}

impl Row {
    fn new(sentences: usize, least: f32) -> Self {
        Self { least, cells: vec![Norm::default(); sentences], enough: vec![0; sentences] }
    }

    /// For a sentence with these terms.
    fn fill(&mut self, terms: &[u32], b: &Profile, weights: &Weights) {
        self.cells.fill(Norm::default());
        for &term in terms {
            let partner = weights.partner[term as usize];
            if partner == NO_TERM {
                continue;
            }
            let weight = weights.a[term as usize];
            for &other in b.postings(partner as usize) {
                self.cells[other as usize].add(weight);
            }
        }
    }

    /// Hands out the cells that may reach the least cosine, ascending; `roots` are those of the
    /// squares of the second article's sentences.
    fn take(&mut self, whole: Norm, roots: &[f32]) -> impl Iterator<Item = (u32, Norm)> {
        // Nearly the same as comparing the cosine, without dividing; a little less, for rounding.
        let floor = 0.99 * self.least * whole.squares.sqrt();
        let mut count = 0;
        for ((cell, root), at) in self.cells.iter().zip(roots).zip(0..) {
            self.enough[count] = at;
            count += usize::from(cell.squares > floor * root);
        }
        self.enough[..count].iter().map(|at| (*at, self.cells[*at as usize]))
    }
}

/// Links near a link, one for each sentence of the first article, say that the two stand in
/// segments that go together: by far the best single sign of reuse.
fn add_support(links: &mut [Link], sentences: usize) {
    let mut starts = vec![0; sentences + 1];
    for link in links.iter() {
        starts[link.a as usize + 1] += 1;
    }
    for at in 0..sentences {
        starts[at + 1] += starts[at];
    }
    let row = |sentence: usize| starts[sentence]..starts[sentence + 1];
    for here in 0..sentences {
        let near = here.saturating_sub(NEAR as usize)..(here + NEAR as usize + 1).min(sentences);
        for sentence in near.filter(|sentence| *sentence != here && !row(here).is_empty()) {
            let distance = sentence.abs_diff(here) as u32;
            let mut first = row(sentence).start;
            for at in row(here) {
                let b = links[at].b;
                while first < row(sentence).end && links[first].b + NEAR < b {
                    first += 1;
                }
                let near = links[first..row(sentence).end].iter();
                let near = near.take_while(|link| link.b <= b + NEAR);
                let support_of =
                    |link: &Link| link.cosine / distance.max(link.b.abs_diff(b)) as f32;
                let support = near.map(support_of).fold(0.0, f32::max);
                links[at].features[4] += support;
            }
        }
    }
    for link in links {
        link.features[5] = link.features[4].min(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    const A: &str = "The harbour closed at noon. Ferries waited outside the bar. Nobody was hurt.";
    const B: &str = "Rain fell. At noon the harbour was closed. Ferries waited outside the bar.";

    fn profile(text: &str) -> Profile {
        Profile::new(Analyzer::new(None).article(text), Default::default())
    }

    #[test]
    fn cosine_is_that_of_the_naive_formula() {
        let (a, b) = (profile(A), profile(B));
        let weights = Weights::new(&a, &b);
        let found = links(&a, &b, &weights);
        let places: Vec<_> = found.iter().map(|link| (link.a, link.b)).collect();
        assert_eq!(places, [(0, 1), (1, 2)]);
        let of = |profile: &Profile, at: usize| -> Vec<u32> {
            let mut stems: Vec<u32> = profile.article.sentences[at]
                .range()
                .filter(|word| profile.terms[*word] != NO_TERM)
                .map(|word| profile.article.words[word].stem)
                .collect();
            stems.sort_unstable();
            stems
        };
        let weight = |stem: &u32| {
            let holds =
                |p: &Profile| (0..p.sentences()).filter(|s| of(p, *s).contains(stem)).count();
            (7.0 / (holds(&a) + holds(&b)) as f32).ln().powi(2)
        };
        let (x, y) = (of(&a, 0), of(&b, 1));
        let dot: f32 = x.iter().filter(|stem| y.contains(stem)).map(weight).sum();
        let norm = |stems: &[u32]| stems.iter().map(weight).sum::<f32>().sqrt();
        assert!((found[0].cosine - dot / norm(&x) / norm(&y)).abs() < 1e-5);
        assert!(found[1].cosine > 0.99);
    }

    #[test]
    fn neighbours_support_one_another() {
        let (a, b) = (profile(A), profile(B));
        let found = links(&a, &b, &Weights::new(&a, &b));
        assert!((found[0].features[4] - found[1].cosine).abs() < 1e-6);
        assert!((found[1].features[4] - found[0].cosine).abs() < 1e-6);
    }

    #[test]
    fn empty_articles_have_no_links() {
        let (a, b) = (profile(A), profile(""));
        assert!(links(&a, &b, &Weights::new(&a, &b)).is_empty());
        assert!(links(&b, &a, &Weights::new(&b, &a)).is_empty());
    }
}
