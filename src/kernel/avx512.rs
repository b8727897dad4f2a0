//! Vectors of 64 bytes. A mask is a number with a bit for each lane.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_cmpeq_epi8_mask, _mm512_cmpeq_epi32_mask,
    _mm512_cmpeq_epi64_mask, _mm512_cmplt_epu8_mask, _mm512_loadu_si512, _mm512_mask_add_epi8,
    _mm512_mask_mov_epi32, _mm512_maskz_compress_epi32, _mm512_movepi8_mask, _mm512_set1_epi8,
    _mm512_set1_epi32, _mm512_set1_epi64, _mm512_setr_epi32, _mm512_storeu_si512, _mm512_sub_epi8,
    _mm512_testn_epi32_mask, _mm512_xor_si512,
};

use super::capability::{Avx512, avx512};
use super::vector::{Bytes, Mask, Simd, Vector, Words};

/// 64 lanes of 8 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct U8x64(Avx512, __m512i);

/// 16 lanes of 32 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct U32x16(Avx512, __m512i);

/// 8 lanes of 64 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct U64x8(Avx512, __m512i);

impl Simd for Avx512 {
    type U8 = U8x64;
    type U32 = U32x16;
    type U64 = U64x8;
}

/// What vectors differ in by nothing but the width of their lanes, and their masks.
macro_rules! vector {
    ($vector:ident of $lanes:literal $element:ty,
     $splat:ident as $signed:ty, $equals:ident, $mask:ty) => {
        impl Vector for $vector {
            type Token = Avx512;
            type Element = $element;
            type Mask = $mask;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn splat(token: Avx512, number: $element) -> Self {
                Self(token, avx512!(token, $splat, number as $signed))
            }

            #[inline(always)]
            unsafe fn load_from(token: Avx512, from: *const $element) -> Self {
                // SAFETY: the token is proof of AVX-512; the caller vouches for as many numbers as
                // there are lanes, and the load is an unaligned one.
                Self(token, unsafe { _mm512_loadu_si512(from.cast()) })
            }

            #[inline(always)]
            unsafe fn store_to(self, to: *mut $element) {
                // SAFETY: the vector has a token, proof of AVX-512; the caller vouches for room for
                // as many numbers as there are lanes, and the store is an unaligned one.
                unsafe { _mm512_storeu_si512(to.cast(), self.1) }
            }

            #[inline(always)]
            fn equals(self, other: Self) -> $mask {
                avx512!(self.0, $equals, self.1, other.1)
            }

            #[inline(always)]
            fn none(_: Avx512) -> $mask {
                0
            }
        }

        impl Mask for $mask {
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }

            #[inline(always)]
            fn bits(self) -> u64 {
                u64::from(self)
            }
        }
    };
}

vector!(U8x64 of 64 u8, _mm512_set1_epi8 as i8, _mm512_cmpeq_epi8_mask, u64);
vector!(U32x16 of 16 u32, _mm512_set1_epi32 as i32, _mm512_cmpeq_epi32_mask, u16);
vector!(U64x8 of 8 u64, _mm512_set1_epi64 as i64, _mm512_cmpeq_epi64_mask, u8);

impl Bytes for U8x64 {
    #[inline(always)]
    fn within(self, first: u8, count: u8) -> u64 {
        let [first, count] = [first, count].map(|number| Self::splat(self.0, number));
        let moved = avx512!(self.0, _mm512_sub_epi8, self.1, first.1);
        avx512!(self.0, _mm512_cmplt_epu8_mask, moved, count.1)
    }

    #[inline(always)]
    fn highest_bits(self) -> u64 {
        avx512!(self.0, _mm512_movepi8_mask, self.1)
    }

    #[inline(always)]
    fn add_where(self, mask: u64, number: u8) -> Self {
        let number = Self::splat(self.0, number);
        Self(self.0, avx512!(self.0, _mm512_mask_add_epi8, self.1, mask, self.1, number.1))
    }
}

impl Words for U32x16 {
    #[inline(always)]
    fn lane_numbers(token: Avx512) -> Self {
        Self(token, avx512!(token, lane_numbers))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0, avx512!(self.0, _mm512_add_epi32, self.1, other.1))
    }

    #[inline(always)]
    fn equals_in(self, other: Self, bits: Self) -> u16 {
        let differ = avx512!(self.0, _mm512_xor_si512, self.1, other.1);
        avx512!(self.0, _mm512_testn_epi32_mask, differ, bits.1)
    }

    #[inline(always)]
    fn replace_where(self, mask: u16, chosen: Self) -> Self {
        Self(self.0, avx512!(self.0, _mm512_mask_mov_epi32, self.1, mask, chosen.1))
    }

    #[inline(always)]
    fn compress(self, mask: u16) -> Self {
        Self(self.0, avx512!(self.0, _mm512_maskz_compress_epi32, mask, self.1))
    }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn lane_numbers() -> __m512i {
    _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
}
