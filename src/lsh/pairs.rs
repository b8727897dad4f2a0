//! Pairs of numbers, packed into keys that sort fast.

use crate::radix;

/// How two numbers up to a greatest one are packed into one key: the smaller one above the greater.
///
/// Keys have as few bits as possible, because every nine bits cost the sort one more pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packing {
    width: u32,
}

impl Packing {
    /// For numbers up to and including `greatest`.
    pub(super) fn up_to(greatest: u32) -> Self {
        Self { width: u32::BITS - greatest.leading_zeros() }
    }

    /// The key of the pair of `a` and `b`, in either order.
    #[inline(always)]
    pub(super) fn pack(self, a: u32, b: u32) -> u64 {
        u64::from(a.min(b)) << self.width | u64::from(a.max(b))
    }

    /// The smaller and the greater number of a key.
    #[inline(always)]
    pub(super) fn unpack(self, key: u64) -> (u32, u32) {
        let mask = (1u64 << self.width) - 1;
        ((key >> self.width) as u32, (key & mask) as u32)
    }

    /// Sorts keys by the smaller, then by the greater number.
    pub(super) fn sort(self, keys: &mut [u64], scratch: &mut Vec<u64>) {
        radix::sort_by_bits(keys, scratch, 0..2 * self.width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_survive_packing() {
        for greatest in [0, 1, 5, 1 << 20, u32::MAX] {
            let packing = Packing::up_to(greatest);
            for (a, b) in [(0, greatest), (greatest, greatest), (0, 0), (greatest / 2, greatest)] {
                assert_eq!(packing.unpack(packing.pack(b, a)), (a, b));
            }
        }
    }

    #[test]
    fn keys_sort_like_pairs() {
        let packing = Packing::up_to(300);
        let mut keys: Vec<_> =
            (0..300u32).map(|n| packing.pack(n * 7 % 301, n * 11 % 301)).collect();
        let mut pairs: Vec<_> = keys.iter().map(|key| packing.unpack(*key)).collect();
        packing.sort(&mut keys, &mut Vec::new());
        pairs.sort_unstable();
        assert_eq!(keys.iter().map(|key| packing.unpack(*key)).collect::<Vec<_>>(), pairs);
    }
}
