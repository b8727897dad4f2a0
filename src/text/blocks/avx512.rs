//! The whole block in one register; comparisons give masks outright.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_castsi512_si128, _mm512_cmpeq_epi8_mask,
    _mm512_cmplt_epu8_mask, _mm512_cvtepu8_epi32, _mm512_extracti32x4_epi32, _mm512_loadu_si512,
    _mm512_mask_add_epi8, _mm512_maskz_compress_epi8, _mm512_movepi8_mask, _mm512_set1_epi8,
    _mm512_set1_epi32, _mm512_storeu_si512, _mm512_sub_epi8,
};

use super::{BLOCK, Kernel, Masks};

/// Needs AVX-512 F, BW and VBMI2.
#[derive(Debug, Clone, Copy)]
pub(in crate::text) struct Avx512;

impl Kernel for Avx512 {
    #[inline(always)]
    unsafe fn classify(self, bytes: &[u8; BLOCK], lowered: &mut [u8; BLOCK]) -> Masks {
        // SAFETY: the caller vouches for the features.
        unsafe { classify(bytes, lowered) }
    }

    #[inline(always)]
    unsafe fn places(self, bits: u64, base: u32, places: &mut [u32; BLOCK]) {
        // SAFETY: the caller vouches for the features.
        unsafe { write_places(bits, base, places) }
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn classify(bytes: &[u8; BLOCK], lowered: &mut [u8; BLOCK]) -> Masks {
    // SAFETY: a block is 64 bytes long, and the load is an unaligned one.
    let bytes = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
    let splat = |byte: u8| _mm512_set1_epi8(byte as i8);
    let is = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, splat(byte));
    let within = |bytes: __m512i, first: u8, count: u8| {
        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, splat(first)), splat(count))
    };
    let upper = within(bytes, b'A', 26);
    let lower = _mm512_mask_add_epi8(bytes, upper, bytes, splat(0x20));
    // SAFETY: a block is 64 bytes long, and the store is an unaligned one.
    unsafe { _mm512_storeu_si512(lowered.as_mut_ptr().cast(), lower) };
    let (dots, apostrophes) = (is(b'.'), is(b'\''));
    let commas = is(b',') | is(b';');
    Masks {
        letters: within(lower, b'a', 26),
        digits: within(bytes, b'0', 10),
        joiners: is(b'_'),
        mid_letters: dots | apostrophes | is(b':'),
        mid_digits: dots | apostrophes | commas,
        dropped: dots | commas | is(b'-'),
        wide: _mm512_movepi8_mask(bytes),
    }
}

/// The numbers of all bytes, of which the mask keeps those that are wanted.
static NUMBERS: [u8; BLOCK] = {
    let mut numbers = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        numbers[at] = at as u8;
        at += 1;
    }
    numbers
};

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
#[inline]
fn write_places(bits: u64, base: u32, places: &mut [u32; BLOCK]) {
    // SAFETY: a block is 64 bytes long, and the load is an unaligned one.
    let numbers = unsafe { _mm512_loadu_si512(NUMBERS.as_ptr().cast()) };
    let kept = _mm512_maskz_compress_epi8(bits, numbers);
    let base = _mm512_set1_epi32(base as i32);
    let (quarters, _) = places.as_chunks_mut::<16>();
    let mut write = |quarter: usize, numbers| {
        let sum = _mm512_add_epi32(_mm512_cvtepu8_epi32(numbers), base);
        // SAFETY: a quarter is 16 numbers of four bytes, and the store is an unaligned one.
        unsafe { _mm512_storeu_si512(quarters[quarter].as_mut_ptr().cast(), sum) };
    };
    // A block of English has 22 edges of words.
    write(0, _mm512_castsi512_si128(kept));
    write(1, _mm512_extracti32x4_epi32::<1>(kept));
    if bits.count_ones() > 32 {
        write(2, _mm512_extracti32x4_epi32::<2>(kept));
        write(3, _mm512_extracti32x4_epi32::<3>(kept));
    }
}
