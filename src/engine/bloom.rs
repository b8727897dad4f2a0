//! A single-hash Bloom filter: a quick test that rules out most of what a set does not contain.

/// A set of hashes as a bit array, with one bit for each hash. Has no false negatives; about one in
/// 16 to 32 other hashes is a false positive, in sets of up to 8 million.
#[derive(Debug, Clone)]
pub struct BloomFilter {
    /// A power of two of bits.
    bits: Vec<u64>,
    /// How many of a hash's upper bits are its position.
    width: u32,
}

impl BloomFilter {
    /// The filter of a set of hashes, in any order, repeated or not; 16 to 32 bits for each. Their
    /// upper bits must be well mixed.
    pub fn from_hashes(hashes: &[u64]) -> Self {
        let width = (hashes.len().max(8).ilog2() + 5).min(28);
        let mut filter = Self { bits: vec![0; 1 << (width - 6)], width };
        for hash in hashes {
            let position = filter.position(*hash);
            filter.bits[position / 64] |= 1 << (position % 64);
        }
        filter
    }

    fn position(&self, hash: u64) -> usize {
        (hash >> (u64::BITS - self.width)) as usize
    }

    /// Whether the set may contain a hash; `false` is certain.
    pub fn may_contain(&self, hash: u64) -> bool {
        let position = self.position(hash);
        self.bits[position / 64] >> (position % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hash::mix;

    #[test]
    fn has_no_false_negatives_and_few_false_positives() {
        let hashes: Vec<u64> = (0..1000).map(mix).collect();
        let filter = BloomFilter::from_hashes(&hashes);
        assert!(hashes.iter().all(|hash| filter.may_contain(*hash)));
        let others = (1000..11_000).map(mix).filter(|hash| filter.may_contain(*hash)).count();
        assert!(others < 1500, "{others} of 10,000");
        assert!(!BloomFilter::from_hashes(&[]).may_contain(7));
    }
}
