//! A pair of articles that share a feature, packed into one word.

/// A pair that one feature gives. From the highest bit down: the smaller article number, counted
/// from the block's first, the greater one, and the feature's weight.
pub(super) type PackedPair = u32;

/// Bits of a packed pair that are the feature's weight.
pub(super) const WEIGHT_BITS: u32 = 3;

/// Counters behind the last one, so that four bytes can be read from each.
pub(super) const COUNTER_PADDING: usize = 3;

/// Multiplicative hashing by the golden ratio (Knuth, "The Art of Computer Programming", 6.4).
pub(super) const HASH_MULTIPLIER: u32 = 0x9E37_79B1;

/// The number of a pair's counter, or of its first entry in the hash table, of 2 to the power of
/// `bits`.
#[inline(always)]
pub(super) fn counter_of(word: PackedPair, bits: u32) -> usize {
    ((word >> WEIGHT_BITS).wrapping_mul(HASH_MULTIPLIER) >> (u32::BITS - bits)) as usize
}

#[inline(always)]
pub(super) fn weight_of(word: PackedPair) -> u32 {
    word & ((1 << WEIGHT_BITS) - 1)
}
