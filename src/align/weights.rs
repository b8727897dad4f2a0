//! What each term of a pair of articles is worth.

use std::cmp::Ordering;

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
}

impl Weights {
    /// The weights for this pair.
    pub fn new(a: &Profile, b: &Profile) -> Self {
        let all = (a.sentences() + b.sentences()) as f32;
        let weight = |sentences: usize| ((all + 1.0) / sentences as f32).ln();
        let mut weights = Self {
            a: (0..a.stems.len()).map(|term| weight(a.postings(term).len())).collect(),
            b: (0..b.stems.len()).map(|term| weight(b.postings(term).len())).collect(),
            partner: vec![NO_TERM; a.stems.len()],
        };
        for_each_shared(&a.stems, &b.stems, |i, j| {
            let both = weight(a.postings(i).len() + b.postings(j).len());
            weights.a[i] = both;
            weights.b[j] = both;
            weights.partner[i] = j as u32;
        });
        weights
    }
}

/// Calls `each` with the places of every element that two ascending slices share.
pub fn for_each_shared<T: Ord>(a: &[T], b: &[T], mut each: impl FnMut(usize, usize)) {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => {
                each(i, j);
                i += 1;
                j += 1;
            }
        }
    }
}
