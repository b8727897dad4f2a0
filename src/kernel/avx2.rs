//! Vectors of 32 bytes. A mask is a vector too, with all bits of the chosen lanes set.

use std::arch::x86_64::{
    __m256i, _mm_loadl_epi64, _mm256_add_epi8, _mm256_add_epi32, _mm256_and_si256,
    _mm256_blendv_epi8, _mm256_castsi256_pd, _mm256_castsi256_ps, _mm256_cmpeq_epi8,
    _mm256_cmpeq_epi32, _mm256_cmpeq_epi64, _mm256_cvtepu8_epi32, _mm256_loadu_si256,
    _mm256_min_epu8, _mm256_movemask_epi8, _mm256_movemask_pd, _mm256_movemask_ps, _mm256_or_si256,
    _mm256_permutevar8x32_epi32, _mm256_set1_epi8, _mm256_set1_epi32, _mm256_set1_epi64x,
    _mm256_setr_epi32, _mm256_setzero_si256, _mm256_storeu_si256, _mm256_sub_epi8,
};

use super::capability::{Avx2, avx2};
use super::vector::{Bytes, Mask, Simd, Vector, Words};

/// 32 lanes of 8 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct U8x32(Avx2, __m256i);

/// 8 lanes of 32 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct U32x8(Avx2, __m256i);

/// 4 lanes of 64 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct U64x4(Avx2, __m256i);

impl Simd for Avx2 {
    type U8 = U8x32;
    type U32 = U32x8;
    type U64 = U64x4;
}

/// What vectors differ in by nothing but the width of their lanes, and their masks.
macro_rules! vector {
    ($vector:ident of $lanes:literal $element:ty,
     $splat:ident as $signed:ty, $equals:ident, $bits:ident) => {
        impl Vector for $vector {
            type Token = Avx2;
            type Element = $element;
            type Mask = Self;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn splat(token: Avx2, number: $element) -> Self {
                Self(token, avx2!(token, $splat, number as $signed))
            }

            #[inline(always)]
            unsafe fn load_from(token: Avx2, from: *const $element) -> Self {
                // SAFETY: the token is proof of AVX2; the caller vouches for as many numbers as
                // there are lanes, and the load is an unaligned one.
                Self(token, unsafe { _mm256_loadu_si256(from.cast()) })
            }

            #[inline(always)]
            unsafe fn store_to(self, to: *mut $element) {
                // SAFETY: the vector has a token, proof of AVX2; the caller vouches for room for as
                // many numbers as there are lanes, and the store is an unaligned one.
                unsafe { _mm256_storeu_si256(to.cast(), self.1) }
            }

            #[inline(always)]
            fn equals(self, other: Self) -> Self {
                Self(self.0, avx2!(self.0, $equals, self.1, other.1))
            }

            #[inline(always)]
            fn none(token: Avx2) -> Self {
                Self(token, avx2!(token, _mm256_setzero_si256))
            }
        }

        impl Mask for $vector {
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                Self(self.0, avx2!(self.0, _mm256_or_si256, self.1, other.1))
            }

            #[inline(always)]
            fn bits(self) -> u64 {
                avx2!(self.0, $bits, self.1)
            }
        }
    };
}

vector!(U8x32 of 32 u8, _mm256_set1_epi8 as i8, _mm256_cmpeq_epi8, bits_of_8);
vector!(U32x8 of 8 u32, _mm256_set1_epi32 as i32, _mm256_cmpeq_epi32, bits_of_32);
vector!(U64x4 of 4 u64, _mm256_set1_epi64x as i64, _mm256_cmpeq_epi64, bits_of_64);

#[target_feature(enable = "avx2")]
#[inline]
fn bits_of_8(mask: __m256i) -> u64 {
    u64::from(_mm256_movemask_epi8(mask) as u32)
}

#[target_feature(enable = "avx2")]
#[inline]
fn bits_of_32(mask: __m256i) -> u64 {
    _mm256_movemask_ps(_mm256_castsi256_ps(mask)) as u64
}

#[target_feature(enable = "avx2")]
#[inline]
fn bits_of_64(mask: __m256i) -> u64 {
    _mm256_movemask_pd(_mm256_castsi256_pd(mask)) as u64
}

impl Bytes for U8x32 {
    #[inline(always)]
    fn within(self, first: u8, count: u8) -> Self {
        Self(self.0, avx2!(self.0, within, self.1, first, count))
    }

    #[inline(always)]
    fn highest_bits(self) -> u64 {
        avx2!(self.0, bits_of_8, self.1)
    }

    #[inline(always)]
    fn add_where(self, mask: Self, number: u8) -> Self {
        let number = Self::splat(self.0, number);
        let added = avx2!(self.0, _mm256_and_si256, mask.1, number.1);
        Self(self.0, avx2!(self.0, _mm256_add_epi8, self.1, added))
    }
}

/// There is no unsigned comparison: x <= y is min(x, y) == x, after moving the range to 0.
#[target_feature(enable = "avx2")]
#[inline]
fn within(bytes: __m256i, first: u8, count: u8) -> __m256i {
    let moved = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first as i8));
    let last = _mm256_set1_epi8((count - 1) as i8);
    _mm256_cmpeq_epi8(_mm256_min_epu8(moved, last), moved)
}

impl Words for U32x8 {
    #[inline(always)]
    fn lane_numbers(token: Avx2) -> Self {
        Self(token, avx2!(token, _mm256_setr_epi32, 0, 1, 2, 3, 4, 5, 6, 7))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0, avx2!(self.0, _mm256_add_epi32, self.1, other.1))
    }

    #[inline(always)]
    fn equals_in(self, other: Self, bits: Self) -> Self {
        let [x, y] = [self, other].map(|of| avx2!(self.0, _mm256_and_si256, of.1, bits.1));
        Self(self.0, avx2!(self.0, _mm256_cmpeq_epi32, x, y))
    }

    #[inline(always)]
    fn replace_where(self, mask: Self, chosen: Self) -> Self {
        Self(self.0, avx2!(self.0, _mm256_blendv_epi8, self.1, chosen.1, mask.1))
    }

    #[inline(always)]
    fn compress(self, mask: Self) -> Self {
        Self(self.0, avx2!(self.0, compress, self.1, mask.1))
    }
}

/// For each mask of 8 lanes the numbers of those that are chosen, then zeros.
static CHOSEN: [[u8; 8]; 256] = {
    let mut chosen = [[0; 8]; 256];
    let mut mask = 0;
    while mask < 256 {
        let (mut lane, mut count) = (0, 0);
        while lane < 8 {
            chosen[mask][count] = lane;
            count += mask >> lane & 1;
            lane += 1;
        }
        mask += 1;
    }
    chosen
};

/// There is no such instruction: a table says which lane goes where.
#[target_feature(enable = "avx2")]
#[inline]
fn compress(lanes: __m256i, mask: __m256i) -> __m256i {
    let chosen = &CHOSEN[bits_of_32(mask) as usize & 0xFF];
    // SAFETY: eight bytes are read, as many as a row of the table has.
    let chosen = unsafe { _mm_loadl_epi64(chosen.as_ptr().cast()) };
    _mm256_permutevar8x32_epi32(lanes, _mm256_cvtepu8_epi32(chosen))
}
