//! One posting, and how it is packed.

/// One article has one feature: 32 bits of the feature's hash, well mixed, above the number of the
/// article.
pub type Posting = u64;

/// Articles are numbered within blocks of 2 to the power of this many; a header starts each block.
pub(super) const BLOCK_BITS: u32 = 5;

/// The bit that tells a block header from a posting.
pub(super) const BLOCK_HEADER: u32 = 1 << 31;

/// Bits of a feature's hash in a posting, beside those that its partition implies.
pub(super) const HASH_BITS: u32 = u32::BITS - 1 - BLOCK_BITS;

/// The packed posting of a feature of the article with number `within` within its block.
#[inline(always)]
pub(super) fn pack(feature: u64, within: u32) -> u32 {
    within | (feature as u32) << BLOCK_BITS & !BLOCK_HEADER
}

/// Unpacks a posting of the block whose first article is `first`.
#[inline(always)]
pub(super) fn unpack(word: u32, first: u32) -> Posting {
    u64::from(word >> BLOCK_BITS) << u32::BITS | u64::from(first | word & ((1 << BLOCK_BITS) - 1))
}
