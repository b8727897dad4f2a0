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

/// Elements below which two walks do not pay.
const FEW: usize = 32;

/// Calls `each` with the places of every element that two ascending slices share, in any order; in
/// neither are there two that are equal.
pub fn for_each_shared<T: Copy + Ord>(a: &[T], b: &[T], each: impl FnMut(usize, usize)) {
    for_each_shared_by(a, b, |element| element, each);
}

/// The same of elements of which only the `key` counts.
pub fn for_each_shared_by<T: Copy, K: Ord>(
    a: &[T],
    b: &[T],
    key: impl Fn(T) -> K + Copy,
    mut each: impl FnMut(usize, usize),
) {
    if a.len() < FEW {
        let mut whole = Walk { a, b, i: 0, j: 0, key };
        while whole.step(&mut each) {}
        return;
    }
    // Each step waits for the one before; so the upper half is walked beside the lower one.
    let (i, j) = (a.len() / 2, b.partition_point(|other| key(*other) < key(a[a.len() / 2])));
    let mut low = Walk { a: &a[..i], b: &b[..j], i: 0, j: 0, key };
    let mut high = Walk { a, b, i, j, key };
    while low.step(&mut each) & high.step(&mut each) {}
    while low.step(&mut each) {}
    while high.step(&mut each) {}
}

/// How many elements two ascending slices share; what is there twice in both counts twice.
pub fn count_in_both(a: &[u32], b: &[u32]) -> usize {
    let mut walk = Walk { a, b, i: 0, j: 0, key: |element| element };
    let mut count = 0;
    while walk.step(&mut |_, _| count += 1) {}
    count
}

/// A walk along two ascending slices.
struct Walk<'s, T, F> {
    a: &'s [T],
    b: &'s [T],
    i: usize,
    j: usize,
    key: F,
}

impl<T: Copy, K: Ord, F: Fn(T) -> K> Walk<'_, T, F> {
    /// Looks at the next two elements, if there are any; whether there were.
    #[inline(always)]
    fn step(&mut self, each: &mut impl FnMut(usize, usize)) -> bool {
        let (Some(&x), Some(&y)) = (self.a.get(self.i), self.b.get(self.j)) else { return false };
        let (x, y) = ((self.key)(x), (self.key)(y));
        if x == y {
            each(self.i, self.j);
        }
        // Which side advances is a coin toss, so it is computed, not branched on.
        let (left, right) = (x <= y, y <= x);
        self.i += usize::from(left);
        self.j += usize::from(right);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    proptest::proptest! {
        #[test]
        fn shared_elements_are_those_of_a_naive_search(
            a in proptest::collection::btree_set(0u32..200, 0..120),
            b in proptest::collection::btree_set(0u32..200, 0..120),
        ) {
            let lists = [&a, &b].map(|set| set.iter().copied().collect::<Vec<u32>>());
            let mut found = BTreeSet::new();
            for_each_shared(&lists[0], &lists[1], |i, j| {
                assert_eq!(lists[0][i], lists[1][j]);
                assert!(found.insert(lists[0][i]));
            });
            let naive: BTreeSet<u32> = a.intersection(&b).copied().collect();
            proptest::prop_assert_eq!(found, naive);
        }
    }
}
