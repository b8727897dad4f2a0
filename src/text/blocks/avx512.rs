//! What AVX-512 has in addition to AVX2: an instruction that compresses bytes by a mask.
//!
//! Without it the positions of bits are found one by one, which vectors do not help with, so this
//! kernel is not generic over the vector.

use std::arch::x86_64::{
    _mm512_add_epi32, _mm512_castsi512_si128, _mm512_cvtepu8_epi32, _mm512_extracti32x4_epi32,
    _mm512_loadu_si512, _mm512_maskz_compress_epi8, _mm512_set1_epi32, _mm512_storeu_si512,
};

use super::{BLOCK, Kernel, Masks, vector};
use crate::kernel::capability::{Avx512, avx512};

impl Kernel for Avx512 {
    #[inline(always)]
    fn classify(self, bytes: &[u8; BLOCK], lowered: &mut [u8; BLOCK]) -> Masks {
        vector::classify(self, bytes, lowered)
    }

    #[inline(always)]
    fn positions(self, bits: u64, base: u32, positions: &mut [u32; BLOCK]) {
        avx512!(self, write_positions, bits, base, positions)
    }
}

/// The numbers of all bytes, which a mask selects from.
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
fn write_positions(bits: u64, base: u32, positions: &mut [u32; BLOCK]) {
    // SAFETY: a block is 64 bytes long, and the load is an unaligned one.
    let numbers = unsafe { _mm512_loadu_si512(NUMBERS.as_ptr().cast()) };
    let kept = _mm512_maskz_compress_epi8(bits, numbers);
    let base = _mm512_set1_epi32(base as i32);
    let (quarters, _) = positions.as_chunks_mut::<16>();
    let mut write = |quarter: usize, numbers| {
        let sum = _mm512_add_epi32(_mm512_cvtepu8_epi32(numbers), base);
        // SAFETY: a quarter is 16 numbers of four bytes, and the store is an unaligned one.
        unsafe { _mm512_storeu_si512(quarters[quarter].as_mut_ptr().cast(), sum) };
    };
    // A block of English has 22 edges of words on average.
    write(0, _mm512_castsi512_si128(kept));
    write(1, _mm512_extracti32x4_epi32::<1>(kept));
    if bits.count_ones() > 32 {
        write(2, _mm512_extracti32x4_epi32::<2>(kept));
        write(3, _mm512_extracti32x4_epi32::<3>(kept));
    }
}
