//! Whether two articles tell the same things in the same order.

use super::profile::{NO_TERM, Profile};
use super::weights::Weights;

/// Terms at most this many ranks apart are neighbours.
const NEAR: u32 = 3;
/// Pseudo-counts of pairs and of terms: few terms say little about order.
const UNKNOWN_PAIRS: f32 = 5.0;
const UNKNOWN_TERMS: f32 = 3.0;

/// The order of the terms that occur exactly once in either article, outside quotations.
///
/// Words that a text has once mark its facts. A retelling keeps most of them in order, and where it
/// moves a paragraph, their neighbours move along; independent reports share the facts and nothing
/// of their order.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Order {
    /// Kendall's tau, −1 to 1, shrunk towards 0 where there are few terms.
    pub agreement: f32,
    /// Share of neighbours in one that are near each other in the other, 0 to 1, shrunk towards 0
    /// where there are few terms.
    pub neighbours: f32,
}

impl Order {
    /// The order of a pair; 0 where the articles share no such terms.
    pub fn of(a: &Profile, b: &Profile, weights: &Weights) -> Self {
        // For each word of the first article the same word of the second, and which words of the
        // second are any's; one more of each, for terms that do not count.
        let mut same = vec![NO_TERM; a.terms.len() + 1];
        let mut ranks = vec![0u32; b.terms.len() + 1];
        for (i, j) in weights.shared.iter() {
            let (x, y) = (a.once[i as usize], b.once[j as usize]);
            // Branch-free: which terms occur once is unpredictable.
            let both = (x != NO_TERM) & (y != NO_TERM);
            same[if both { x as usize } else { a.terms.len() }] = y;
            ranks[if both { y as usize } else { b.terms.len() }] = 1;
        }
        same.truncate(a.terms.len());
        ranks.truncate(b.terms.len());
        let mut rank = 0;
        for own in &mut ranks {
            rank += std::mem::replace(own, rank);
        }
        let mut ordered = vec![0; rank as usize + 1];
        let mut count = 0;
        for y in same {
            ordered[count] = ranks.get(y as usize).copied().unwrap_or(0);
            count += usize::from(y != NO_TERM);
        }
        ordered.truncate(count);
        Self::of_ranks(ordered)
    }

    /// The order of a permutation of `0..ranks.len()`.
    fn of_ranks(mut ranks: Vec<u32>) -> Self {
        let terms = ranks.len() as f32;
        let near = ranks.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) <= NEAR).count() as f32;
        let pairs = terms * (terms - 1.0).max(0.0) / 2.0;
        let mut spare = vec![0; ranks.len()];
        let inversions = sort_inversions(&mut ranks, &mut spare) as f32;
        Self {
            agreement: (pairs - 2.0 * inversions) / (pairs + UNKNOWN_PAIRS),
            neighbours: near / (terms + UNKNOWN_TERMS),
        }
    }
}

/// Sorts, and counts the pairs that stood in the wrong order (merge sort). `spare` is as long.
fn sort_inversions(ranks: &mut [u32], spare: &mut [u32]) -> u64 {
    if ranks.len() < 2 {
        return 0;
    }
    let middle = ranks.len() / 2;
    let (left, right) = ranks.split_at_mut(middle);
    let mut inversions =
        sort_inversions(left, &mut spare[..middle]) + sort_inversions(right, &mut spare[middle..]);
    // Copies keep the order, and rewrites most of it.
    if left[middle - 1] <= right[0] {
        return inversions;
    }
    let (mut i, mut j) = (0, 0);
    for place in spare.iter_mut() {
        if j == right.len() || (i < left.len() && left[i] <= right[j]) {
            *place = left[i];
            i += 1;
        } else {
            *place = right[j];
            j += 1;
            inversions += (left.len() - i) as u64;
        }
    }
    ranks.copy_from_slice(spare);
    inversions
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn inversions_are_those_of_a_naive_count(ranks in prop::collection::vec(0u32..50, 0..60)) {
            let mut naive = 0;
            for (at, x) in ranks.iter().enumerate() {
                naive += ranks[at..].iter().filter(|y| x > y).count() as u64;
            }
            let (mut sorted, mut spare) = (ranks.clone(), ranks);
            prop_assert_eq!(sort_inversions(&mut sorted, &mut spare), naive);
            prop_assert!(sorted.is_sorted());
        }
    }

    #[test]
    fn a_moved_paragraph_keeps_its_neighbours() {
        let same = Order::of_ranks((0..40).collect());
        let moved = Order::of_ranks((20..40).chain(0..20).collect());
        let back = Order::of_ranks((0..40).rev().collect());
        assert!(same.agreement > 0.99 && back.agreement < -0.99);
        assert!(moved.agreement.abs() < 0.1);
        assert!(moved.neighbours > 0.85, "{}", moved.neighbours);
    }

    #[test]
    fn nothing_shared_has_no_order() {
        assert_eq!(Order::of_ranks(Vec::new()), Order::default());
        assert_eq!(Order::of_ranks(vec![0]).agreement, 0.0);
    }
}
