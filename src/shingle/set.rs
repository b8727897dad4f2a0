//! The set of an article's shingles, for exact resemblance and containment.

use super::{Shingler, count_shared};
use crate::{Kernel, radix};

/// The distinct shingles of one article, sorted.
///
/// Shingles are represented by 64-bit hashes: any two different shingles of two articles of 1,000
/// words collide with probability 5e-14.
///
/// # Empty sets
/// A text without words has no shingles. It resembles nothing, other empty texts included: all
/// measures are 0 where one side is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShingleSet {
    hashes: Vec<u64>,
}

impl ShingleSet {
    /// The set of the shingles of `text`.
    pub fn of(text: &str, shingler: &mut Shingler) -> Self {
        Self::from_hashes(shingler.shingles(text).to_vec())
    }

    /// The set of any hashes. They should be well mixed, as those of [`super::ngram_hash`] are, for
    /// sorting to be fast; nothing else depends on it.
    pub fn from_hashes(hashes: Vec<u64>) -> Self {
        Self::from_hashes_with(hashes, &mut Vec::new())
    }

    /// The same, with scratch space, which grows as needed.
    pub(crate) fn from_hashes_with(mut hashes: Vec<u64>, scratch: &mut Vec<u64>) -> Self {
        radix::sort_mixed(&mut hashes, scratch);
        hashes.dedup();
        Self { hashes }
    }

    /// The distinct shingles, ascending.
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// Number of distinct shingles.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether the article has no words.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Number of shingles in both sets.
    pub fn shared(&self, other: &Self) -> usize {
        count_shared(&self.hashes, &other.hashes, Kernel::detect())
    }

    /// All measures of the overlap of both sets, in one pass over them. Panics where this processor
    /// lacks the kernel.
    pub fn overlap(&self, other: &Self, kernel: Kernel) -> Overlap {
        let shared = count_shared(&self.hashes, &other.hashes, kernel);
        Overlap::of(shared, [self.len(), other.len()])
    }

    /// Jaccard index: shingles in both over shingles in either, from 0 to 1.
    pub fn jaccard(&self, other: &Self) -> f64 {
        let shared = self.shared(other);
        ratio(shared, self.len() + other.len() - shared)
    }

    /// Containment: the share of this set's shingles in `other`, from 0 to 1.
    pub fn containment_in(&self, other: &Self) -> f64 {
        ratio(self.shared(other), self.len())
    }
}

/// How much two sets overlap; each measure is from 0 to 1, and 0 for an empty set.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Overlap {
    /// The Jaccard index: shingles in both over shingles in either.
    pub jaccard: f64,
    /// The containment of the first set in the second.
    pub of_first: f64,
    /// The containment of the second set in the first.
    pub of_second: f64,
}

impl Overlap {
    /// The overlap of two sets of these sizes that share this many shingles.
    pub fn of(shared: usize, [first, second]: [usize; 2]) -> Self {
        Self {
            jaccard: ratio(shared, first + second - shared),
            of_first: ratio(shared, first),
            of_second: ratio(shared, second),
        }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::Kernel;

    fn set(text: &str) -> ShingleSet {
        let mut shingler = Shingler::new(3, Kernel::Scalar).expect("three words are allowed");
        ShingleSet::of(text, &mut shingler)
    }

    #[test]
    fn measures_of_a_small_pair() {
        let (a, b) = (set("a b c d e"), set("b c d e f g"));
        assert_eq!(a.shared(&b), 2);
        assert_eq!(a.jaccard(&b), 2.0 / 5.0);
        assert_eq!(a.containment_in(&b), 2.0 / 3.0);
        assert_eq!(b.containment_in(&a), 2.0 / 4.0);
    }

    #[test]
    fn empty_texts_resemble_nothing() {
        assert_eq!(set("").jaccard(&set("…")), 0.0);
        assert_eq!(set("").containment_in(&set("a b c")), 0.0);
    }

    #[test]
    fn repeated_shingles_count_once() {
        assert_eq!(set("a a a a a a").len(), 1);
    }

    proptest! {
        #[test]
        fn shared_is_the_size_of_the_intersection(
            a in prop::collection::vec(0..60u64, 0..50),
            b in prop::collection::vec(0..60u64, 0..50),
        ) {
            let sets = [&a, &b].map(|hashes| hashes.iter().copied().collect::<BTreeSet<_>>());
            let shared = ShingleSet::from_hashes(a).shared(&ShingleSet::from_hashes(b));
            prop_assert_eq!(shared, sets[0].intersection(&sets[1]).count());
        }
    }
}
