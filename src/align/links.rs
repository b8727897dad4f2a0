//! Links: pairs of sentences that may say the same.

use super::coarse;
use super::linker::{FEATURES, Link, Linker, Norm};
use super::model::{Line, compiled_in};
use super::profile::{NO_TERM, Profile};
use super::weights::{Effort, Weights};

/// Sentences this far from a link still support it.
const NEAR: u32 = 3;

compiled_in! {
    /// Whether two linked sentences are part of a reused passage.
    LINK: Line<6>, FEATURES, "models/link.tsv"
}

/// Every pair of sentences that share enough words, ordered by their places in the first article,
/// then in the second. Articles without terms have none. With [`Effort::Coarse`], only sentences
/// that share rare words, and their neighbours.
///
/// Cost: for each shared term the product of its sentence frequencies; `b` should be the shorter.
pub fn links(a: &Profile, b: &Profile, weights: &Weights) -> Vec<Link> {
    let linker = Linker::new(a, b, weights);
    let mut found = match weights.effort {
        Effort::Full => all(&linker),
        Effort::Coarse => coarse::links(&linker),
    };
    add_support(&mut found, a.sentences());
    for link in &mut found {
        link.odds = LINK.odds(&link.features);
    }
    found
}

/// The links of all sentences of one article with all of the other.
fn all(linker: &Linker<'_>) -> Vec<Link> {
    let Linker { a, b, weights, .. } = *linker;
    let roots: Vec<f32> = linker.norms[1].iter().map(|norm| norm.squares.sqrt()).collect();
    let mut found = Vec::with_capacity(4 * a.sentences());
    let mut row = Row::new(b.sentences(), linker.least);
    for (i, &whole_a) in (0..).zip(&linker.norms[0]) {
        if weights.cancel.is_cancelled() {
            break;
        }
        row.fill(a.held(i as usize), b, weights);
        let shared = row.take(whole_a, &roots);
        found.extend(shared.filter_map(|(j, shared)| linker.link((i, j), shared)));
    }
    found
}

/// What one sentence of the first article shares with each of the second.
struct Row {
    /// Least cosine that makes a link.
    least: f32,
    cells: Vec<Norm>,
    /// Indices of the cells that may make a link.
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

    /// Returns the cells that may reach the least cosine, ascending; `roots` are the norms of the
    /// second article's sentences.
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

/// Adds up the best nearby link of each sentence of the first article: links in the neighbourhood
/// are by far the best single sign of reuse.
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
