//! Two halves of 32 bytes.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256,
    _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_storeu_si256,
};

use super::{BLOCK, Kernel, Masks};

/// Needs AVX2.
#[derive(Debug, Clone, Copy)]
pub(in crate::text) struct Avx2;

impl Kernel for Avx2 {
    #[inline(always)]
    unsafe fn classify(self, bytes: &[u8; BLOCK], lowered: &mut [u8; BLOCK]) -> Masks {
        // SAFETY: the caller vouches for AVX2; both halves of both arrays are 32 bytes long, and the
        // loads and stores are unaligned ones.
        let (low, high) = unsafe {
            let half = |at: usize, lowered: &mut [u8; BLOCK]| {
                classify_half(bytes.as_ptr().add(at).cast(), lowered.as_mut_ptr().add(at).cast())
            };
            (half(0, lowered), half(32, lowered))
        };
        let [letters, digits, joiners, mid_letters, mid_digits, dropped, wide] =
            std::array::from_fn(|class| u64::from(high[class]) << 32 | u64::from(low[class]));
        Masks { letters, digits, joiners, mid_letters, mid_digits, dropped, wide }
    }
}

/// The masks of 32 bytes, in the order of the fields of [`Masks`].
///
/// # Safety
/// `from` and `into` must be valid for 32 bytes.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn classify_half(from: *const __m256i, into: *mut __m256i) -> [u32; 7] {
    // SAFETY: the caller vouches for `from`.
    let bytes = unsafe { _mm256_loadu_si256(from) };
    let splat = |byte: u8| _mm256_set1_epi8(byte as i8);
    let is = |byte: u8| _mm256_cmpeq_epi8(bytes, splat(byte));
    // There is no unsigned comparison: x <= y is min(x, y) == x, after moving the range to 0.
    let within = |bytes: __m256i, first: u8, count: u8| {
        let moved = _mm256_add_epi8(bytes, splat(first.wrapping_neg()));
        _mm256_cmpeq_epi8(_mm256_min_epu8(moved, splat(count - 1)), moved)
    };
    let case = splat(0x20);
    let upper = within(bytes, b'A', 26);
    let lowered = _mm256_or_si256(bytes, _mm256_and_si256(upper, case));
    // SAFETY: the caller vouches for `into`.
    unsafe { _mm256_storeu_si256(into, lowered) };
    let either = |a: __m256i, b: __m256i| _mm256_or_si256(a, b);
    let stops = either(is(b'.'), is(b'\''));
    let commas = either(is(b','), is(b';'));
    let masks = [
        within(lowered, b'a', 26),
        within(bytes, b'0', 10),
        is(b'_'),
        either(stops, is(b':')),
        either(stops, commas),
        either(either(is(b'.'), is(b'-')), commas),
        bytes,
    ];
    masks.map(|mask| _mm256_movemask_epi8(mask) as u32)
}
