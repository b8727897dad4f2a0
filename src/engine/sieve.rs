//! A first look at whether a set has a hash.

/// A bit for each stretch of the range of hashes: set where a set has one there. Where hardly any of
/// the hashes that are asked for is in the set, hardly any is looked up.
#[derive(Debug, Clone)]
pub struct Sieve {
    /// A power of two of places.
    bits: Vec<u64>,
    /// Upper bits of a hash that make its place.
    width: u32,
}

impl Sieve {
    /// Of hashes in any order, any of them more than once: 16 to 32 bits for each. Their upper
    /// bits must be well mixed.
    pub fn of(hashes: &[u64]) -> Self {
        let width = (hashes.len().max(8).ilog2() + 5).min(28);
        let mut sieve = Self { bits: vec![0; 1 << (width - 6)], width };
        for hash in hashes {
            let place = sieve.place(*hash);
            sieve.bits[place / 64] |= 1 << (place % 64);
        }
        sieve
    }

    fn place(&self, hash: u64) -> usize {
        (hash >> (u64::BITS - self.width)) as usize
    }

    /// Whether the set may have a hash; certainly not, where it says no.
    pub fn may_have(&self, hash: u64) -> bool {
        let place = self.place(hash);
        self.bits[place / 64] >> (place % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hash::mix;

    #[test]
    fn what_the_set_has_goes_through_and_little_else() {
        let hashes: Vec<u64> = (0..1000).map(mix).collect();
        let sieve = Sieve::of(&hashes);
        assert!(hashes.iter().all(|hash| sieve.may_have(*hash)));
        let others = (1000..11_000).map(mix).filter(|hash| sieve.may_have(*hash)).count();
        assert!(others < 1500, "{others} of 10,000");
        assert!(!Sieve::of(&[]).may_have(7));
    }
}
