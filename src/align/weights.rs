//! What each term of a pair of articles is worth.

use super::in_common::InCommon;
use super::profile::{NO_TERM, Profile};

/// What the terms of two articles are worth, and which they share.
///
/// A term is worth the logarithm of the inverse share of the pair's sentences that hold it: names
/// that run through both articles say that the topic is the same, not which sentence came from
/// which. Weights from a whole corpus do not see that, and did worse (docs/evaluation.md).
#[derive(Debug, Clone)]
pub struct Weights {
    /// For each term of the first article its weight, more than 0.
    pub a: Vec<f32>,
    /// For each term of the second article its weight, more than 0.
    pub b: Vec<f32>,
    /// For each term of the first article the same term of the second, or `NO_TERM`.
    pub partner: Vec<u32>,
    /// The same word by word.
    pub in_common: InCommon,
}

impl Weights {
    /// The weights for this pair.
    pub fn new(a: &Profile, b: &Profile) -> Self {
        let mut weight = ByCount { all: (a.sentences() + b.sentences()) as f32, known: Vec::new() };
        let mut weights_a: Vec<f32> =
            (0..a.stems.len()).map(|term| weight.of(a.postings(term).len())).collect();
        let mut weights_b: Vec<f32> =
            (0..b.stems.len()).map(|term| weight.of(b.postings(term).len())).collect();
        let mut partner = vec![NO_TERM; a.stems.len()];
        for_each_shared(&a.stems, &b.stems, |i, j| {
            let both = weight.of(a.postings(i).len() + b.postings(j).len());
            weights_a[i] = both;
            weights_b[j] = both;
            partner[i] = j as u32;
        });
        let in_common = InCommon::new(a, b, &partner);
        Self { a: weights_a, b: weights_b, partner, in_common }
    }
}

/// Weights by the number of sentences that hold a term: many terms, few numbers, and a logarithm for
/// each.
struct ByCount {
    all: f32,
    known: Vec<f32>,
}

impl ByCount {
    fn of(&mut self, sentences: usize) -> f32 {
        while self.known.len() <= sentences {
            let share = (self.all + 1.0) / self.known.len() as f32;
            self.known.push(share.ln());
        }
        self.known[sentences]
    }
}

/// Calls `each` with the places of every element that two ascending slices share.
pub fn for_each_shared<T: Ord>(a: &[T], b: &[T], mut each: impl FnMut(usize, usize)) {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (&a[i], &b[j]);
        if x == y {
            each(i, j);
        }
        // Which side advances is a coin toss, so it is computed, not branched on.
        let (left, right) = (x <= y, y <= x);
        i += usize::from(left);
        j += usize::from(right);
    }
}
