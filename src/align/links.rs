//! Which sentences of two articles may say the same: the raw material of alignment.

use super::model::LINK;
use super::profile::{NO_TERM, Profile};
use super::weights::{Weights, for_each_shared};

/// Links with less cosine than this carry no information, and are most of all.
const LEAST_COSINE: f32 = 0.1;

/// Sentences this far from a link still support it.
const NEAR: u32 = 3;

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

/// Every pair of sentences that share enough words to be worth a look, by place in the first
/// article, then in the second. Articles without terms have none.
///
/// Cost: for each shared term the product of the sentences that hold it; `b` should be the shorter.
pub fn links(a: &Profile, b: &Profile, weights: &Weights) -> Vec<Link> {
    let norms = (norms(a, &weights.a), norms(b, &weights.b));
    let mut found = Vec::new();
    let mut row = Row::new(b.sentences());
    let (words_a, words_b) = (&weights.in_common.a, &weights.in_common.b);
    for i in 0..a.sentences() {
        row.fill(a.held(i), b, weights);
        row.touched.sort_unstable();
        for &j in &row.touched {
            let shared = std::mem::take(&mut row.cells[j as usize]);
            let (whole_a, whole_b) = (norms.0[i], norms.1[j as usize]);
            let cosine = shared.squares / (whole_a.squares * whole_b.squares).sqrt();
            if cosine < LEAST_COSINE {
                continue;
            }
            let mut bigrams = 0u32;
            let (of_a, of_b) = (words_a.bigrams_of(i), words_b.bigrams_of(j as usize));
            for_each_shared(of_a, of_b, |_, _| bigrams += 1);
            let length =
                a.article.sentences[i].words.len().min(b.article.sentences[j as usize].words.len());
            found.push(Link {
                a: i as u32,
                b: j,
                cosine,
                inside_a: shared.sum / whole_a.sum,
                inside_b: shared.sum / whole_b.sum,
                odds: 0.0,
                features: [
                    cosine,
                    shared.sum.ln(),
                    (bigrams as f32).ln_1p(),
                    (length as f32).ln_1p(),
                    0.0,
                    0.0,
                ],
            });
        }
        row.touched.clear();
    }
    add_support(&mut found, a.sentences());
    for link in &mut found {
        link.odds = LINK.odds(&link.features);
    }
    found
}

/// Weights summed, and their squares.
#[derive(Debug, Clone, Copy, Default)]
struct Norm {
    sum: f32,
    squares: f32,
}

impl Norm {
    fn add(&mut self, weight: f32) {
        self.sum += weight;
        self.squares += weight * weight;
    }
}

/// For each sentence the weights of its distinct terms.
fn norms(profile: &Profile, weights: &[f32]) -> Vec<Norm> {
    let mut norms = vec![Norm::default(); profile.sentences()];
    for (term, &weight) in weights.iter().enumerate() {
        for &sentence in profile.postings(term) {
            norms[sentence as usize].add(weight);
        }
    }
    norms
}

/// What one sentence of the first article shares with each of the second.
struct Row {
    cells: Vec<Norm>,
    touched: Vec<u32>,
}

impl Row {
    fn new(sentences: usize) -> Self {
        Self { cells: vec![Norm::default(); sentences], touched: Vec::new() }
    }

    /// For a sentence with these terms.
    fn fill(&mut self, terms: &[u32], b: &Profile, weights: &Weights) {
        for &term in terms {
            let partner = weights.partner[term as usize];
            if partner == NO_TERM {
                continue;
            }
            for &other in b.postings(partner as usize) {
                let cell = &mut self.cells[other as usize];
                if cell.sum == 0.0 {
                    self.touched.push(other);
                }
                cell.add(weights.a[term as usize]);
            }
        }
    }
}

/// Links near a link, one for each sentence of the first article, say that the two stand in
/// stretches that go together: by far the best single sign of reuse.
fn add_support(links: &mut [Link], sentences: usize) {
    let mut starts = vec![0; sentences + 1];
    for link in links.iter() {
        starts[link.a as usize + 1] += 1;
    }
    for at in 0..sentences {
        starts[at + 1] += starts[at];
    }
    for at in 0..links.len() {
        let here = links[at];
        let last = (here.a + NEAR).min(sentences as u32 - 1);
        let mut support = 0.0;
        for sentence in here.a.saturating_sub(NEAR)..=last {
            if sentence == here.a {
                continue;
            }
            let row = &links[starts[sentence as usize]..starts[sentence as usize + 1]];
            let first = row.partition_point(|link| link.b + NEAR < here.b);
            let near = row[first..].iter().take_while(|link| link.b <= here.b + NEAR);
            let support_of = |link: &Link| {
                let distance = sentence.abs_diff(here.a).max(link.b.abs_diff(here.b));
                link.cosine / distance as f32
            };
            support += near.map(support_of).fold(0.0, f32::max);
        }
        links[at].features[4] = support;
        links[at].features[5] = support.min(1.0);
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
