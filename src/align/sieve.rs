//! A quick look at what two sorted sets of hashes cannot have in common.

/// A bit for each stretch of the range of hashes: set where a set has one there.
///
/// Two sets are walked to be intersected one coin toss after another. Most pairs of articles share
/// little; so both sets are sieved by the other's bits first, which takes no decisions, and what is
/// left to walk is short.
#[derive(Debug, Clone)]
pub struct Sieve {
    /// A power of two of places.
    bits: Vec<u64>,
    /// Upper bits of a hash that make its place.
    width: u32,
}

/// Hashes with a place to sieve by: their upper 32 bits, which must be well mixed.
pub trait Hash: Copy {
    /// These bits.
    fn upper(self) -> u32;
}

impl Hash for u32 {
    fn upper(self) -> u32 {
        self
    }
}

impl Hash for u64 {
    fn upper(self) -> u32 {
        (self >> 32) as u32
    }
}

/// Of the empty set.
impl Default for Sieve {
    fn default() -> Self {
        Self::of::<u32>(&[])
    }
}

impl Sieve {
    /// Of hashes in any order, any of them more than once: eight to sixteen bits for each.
    pub fn of<H: Hash>(hashes: &[H]) -> Self {
        let width = (hashes.len().max(8).ilog2() + 4).min(24);
        let mut sieve = Self { bits: vec![0; 1 << (width - 6)], width };
        for hash in hashes {
            let place = sieve.place(*hash);
            sieve.bits[place / 64] |= 1 << (place % 64);
        }
        sieve
    }

    fn place<H: Hash>(&self, hash: H) -> usize {
        (hash.upper() >> (u32::BITS - self.width)) as usize
    }

    /// Whether the set may have a hash; certainly not, where it says no.
    pub fn may_have<H: Hash>(&self, hash: H) -> bool {
        let place = self.place(hash);
        self.bits[place / 64] >> (place % 64) & 1 == 1
    }

    /// Those of `hashes` that the set may have, in order; all that it has are among them.
    fn sift<H: Hash>(&self, hashes: &[H]) -> Vec<H> {
        let mut kept = Vec::with_capacity(hashes.len());
        for some in hashes.chunks(CHUNK) {
            let mut found = [some[0]; CHUNK];
            let mut count = 0;
            for &hash in some {
                found[count] = hash;
                count += usize::from(self.may_have(hash));
            }
            kept.extend_from_slice(&found[..count]);
        }
        kept
    }
}

/// Hashes that are sieved at a time.
const CHUNK: usize = 128;

/// Calls `walk` with what is left of two sets when each has been sieved by the other's bits: all that
/// they share, and little else where they share little.
pub fn sifted<H: Hash, R>(
    (x, of_x): (&[H], &Sieve),
    (y, of_y): (&[H], &Sieve),
    walk: impl FnOnce(&[H], &[H]) -> R,
) -> R {
    if x.is_empty() || y.is_empty() {
        return walk(&[], &[]);
    }
    let rest_x = of_y.sift(x);
    // Of two versions of one text nothing falls through.
    if rest_x.len() * 2 > x.len() {
        return walk(&rest_x, y);
    }
    walk(&rest_x, &of_x.sift(y))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::text::hash::mix;

    proptest! {
        #[test]
        fn nothing_that_is_shared_is_lost(
            x in prop::collection::btree_set(0u64..2000, 0..300),
            y in prop::collection::btree_set(0u64..2000, 0..300),
        ) {
            let sorted = |set: &BTreeSet<u64>| {
                let mut hashes: Vec<u64> = set.iter().map(|n| mix(*n)).collect();
                hashes.sort_unstable();
                hashes
            };
            let (x, y) = (sorted(&x), sorted(&y));
            let shared = |x: &[u64], y: &[u64]| -> Vec<u64> {
                x.iter().copied().filter(|hash| y.contains(hash)).collect()
            };
            let found = sifted((&x, &Sieve::of(&x)), (&y, &Sieve::of(&y)), |rest_x, rest_y| {
                assert!(rest_x.is_sorted() && rest_y.is_sorted());
                shared(rest_x, rest_y)
            });
            prop_assert_eq!(found, shared(&x, &y));
        }
    }
}
