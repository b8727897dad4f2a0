//! The vector kernels of [`shared`](super::shared): blocks of one slice against blocks of another.
//!
//! Each handles whole blocks, as long as both slices have one left, and says where it stopped. A
//! block that ends before the other shares nothing with what follows there, so it is done with; of
//! two that end with the same element both are.

#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]

#[cfg(target_arch = "x86_64")]
pub use x86::{count_avx2, count_avx512, find_avx2, find_avx512};

/// Elements of the widest block.
pub const LANES: usize = 16;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::super::shared::Places;
    use super::LANES;

    /// Runs its body for each way to turn a block but the first, with the turn as a constant.
    macro_rules! each_turn {
        ($turn:ident in [$($at:literal)*] $body:block) => {
            $({ const $turn: i32 = $at; $body })*
        };
    }

    /// The places of elements shared by blocks of 16; returns where it stopped.
    ///
    /// # Safety
    /// The processor must have these features.
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
    pub unsafe fn find_avx512(
        a: &[u32],
        b: &[u32],
        below: u32,
        places: &mut Places,
    ) -> (usize, usize) {
        let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let counted = _mm_cvtsi32_si128(below as i32);
        let (mut i, mut j) = (0, 0);
        while let (Some(x), Some(y)) = (a.get(i..i + LANES), b.get(j..j + LANES)) {
            // SAFETY: both slices have as many elements as a vector.
            let (own, other) = unsafe { (load(x), load(y)) };
            let (own, other) = (_mm512_srl_epi32(own, counted), _mm512_srl_epi32(other, counted));
            let mut same = _mm512_cmpeq_epi32_mask(own, other);
            let mut at = lanes;
            each_turn!(TURN in [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                let turned = _mm512_alignr_epi32::<TURN>(other, other);
                let found = _mm512_cmpeq_epi32_mask(own, turned);
                at = _mm512_mask_alignr_epi32::<TURN>(at, found, lanes, lanes);
                same |= found;
            });
            if same != 0 {
                let in_a = _mm512_add_epi32(lanes, _mm512_set1_epi32(i as i32));
                let in_b = _mm512_add_epi32(at, _mm512_set1_epi32(j as i32));
                // SAFETY: no more elements are shared than the shorter slice has, and there is room
                // for those and for one vector more.
                unsafe {
                    append(&mut places.a, _mm512_maskz_compress_epi32(same, in_a), same);
                    append(&mut places.b, _mm512_maskz_compress_epi32(same, in_b), same);
                }
            }
            let (x, y) = (x[LANES - 1] >> below, y[LANES - 1] >> below);
            i += LANES * usize::from(x <= y);
            j += LANES * usize::from(y <= x);
        }
        (i, j)
    }

    /// # Safety
    /// The slice must have at least 16 elements, the processor AVX-512.
    #[target_feature(enable = "avx512f")]
    unsafe fn load(from: &[u32]) -> __m512i {
        // SAFETY: the caller vouches for the length; the load needs no alignment.
        unsafe { _mm512_loadu_si512(from.as_ptr().cast()) }
    }

    /// Appends the lowest lanes of `places`, as many as `same` has bits.
    ///
    /// # Safety
    /// `to` must have room for 16 elements more, the processor AVX-512.
    #[target_feature(enable = "avx512f,popcnt")]
    unsafe fn append(to: &mut Vec<u32>, places: __m512i, same: __mmask16) {
        let count = to.len();
        // SAFETY: the caller vouches for the room; all 16 elements are written, of which those that
        // are counted are initialised.
        unsafe {
            _mm512_storeu_si512(to.as_mut_ptr().add(count).cast(), places);
            to.set_len(count + same.count_ones() as usize);
        }
    }

    /// The places of elements shared by blocks of 8; returns where it stopped.
    ///
    /// # Safety
    /// The processor must have these features.
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub unsafe fn find_avx2(
        a: &[u32],
        b: &[u32],
        below: u32,
        places: &mut Places,
    ) -> (usize, usize) {
        const LANES: usize = 8;
        let lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        let counted = _mm_cvtsi32_si128(below as i32);
        let (mut i, mut j) = (0, 0);
        while let (Some(x), Some(y)) = (a.get(i..i + LANES), b.get(j..j + LANES)) {
            // SAFETY: both slices have as many elements as a vector; loads need no alignment.
            let (own, other) = unsafe {
                (_mm256_loadu_si256(x.as_ptr().cast()), _mm256_loadu_si256(y.as_ptr().cast()))
            };
            let (own, other) = (_mm256_srl_epi32(own, counted), _mm256_srl_epi32(other, counted));
            // For each turn a byte, in it a bit for each lane.
            let mut same = u64::from(lanes_of(_mm256_cmpeq_epi32(own, other)));
            each_turn!(TURN in [1 2 3 4 5 6 7] {
                // Only the lowest three bits of a lane's number count.
                let from = _mm256_add_epi32(lanes, _mm256_set1_epi32(TURN));
                let turned = _mm256_permutevar8x32_epi32(other, from);
                same |= u64::from(lanes_of(_mm256_cmpeq_epi32(own, turned))) << (8 * TURN);
            });
            while same != 0 {
                let (turn, lane) = (same.trailing_zeros() / 8, same.trailing_zeros() % 8);
                places.a.push(i as u32 + lane);
                places.b.push(j as u32 + (lane + turn) % 8);
                same &= same - 1;
            }
            let (x, y) = (x[LANES - 1] >> below, y[LANES - 1] >> below);
            i += LANES * usize::from(x <= y);
            j += LANES * usize::from(y <= x);
        }
        (i, j)
    }

    #[target_feature(enable = "avx2")]
    fn lanes_of(same: __m256i) -> u8 {
        _mm256_movemask_ps(_mm256_castsi256_ps(same)) as u8
    }

    /// How many elements blocks of 8 share, behind where it stopped.
    ///
    /// # Safety
    /// The processor must have these features.
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
    pub unsafe fn count_avx512(a: &[u64], b: &[u64]) -> (usize, usize, usize) {
        const LANES: usize = 8;
        let (mut i, mut j, mut shared) = (0, 0, 0);
        while let (Some(x), Some(y)) = (a.get(i..i + LANES), b.get(j..j + LANES)) {
            // SAFETY: both slices have as many elements as a vector; loads need no alignment.
            let (own, other) = unsafe {
                (_mm512_loadu_si512(x.as_ptr().cast()), _mm512_loadu_si512(y.as_ptr().cast()))
            };
            let mut same = _mm512_cmpeq_epi64_mask(own, other);
            each_turn!(TURN in [1 2 3 4 5 6 7] {
                let turned = _mm512_alignr_epi64::<TURN>(other, other);
                same |= _mm512_cmpeq_epi64_mask(own, turned);
            });
            shared += same.count_ones() as usize;
            let (x, y) = (x[LANES - 1], y[LANES - 1]);
            i += LANES * usize::from(x <= y);
            j += LANES * usize::from(y <= x);
        }
        (i, j, shared)
    }

    /// How many elements blocks of 4 share, behind where it stopped.
    ///
    /// # Safety
    /// The processor must have these features.
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub unsafe fn count_avx2(a: &[u64], b: &[u64]) -> (usize, usize, usize) {
        const LANES: usize = 4;
        let (mut i, mut j, mut shared) = (0, 0, 0);
        while let (Some(x), Some(y)) = (a.get(i..i + LANES), b.get(j..j + LANES)) {
            // SAFETY: both slices have as many elements as a vector; loads need no alignment.
            let (own, other) = unsafe {
                (_mm256_loadu_si256(x.as_ptr().cast()), _mm256_loadu_si256(y.as_ptr().cast()))
            };
            let mut same = _mm256_cmpeq_epi64(own, other);
            // Lanes in turned order: 1 2 3 0, 2 3 0 1, 3 0 1 2, two bits for each, lowest first.
            each_turn!(ORDER in [0b00_11_10_01 0b01_00_11_10 0b10_01_00_11] {
                let turned = _mm256_permute4x64_epi64::<ORDER>(other);
                same = _mm256_or_si256(same, _mm256_cmpeq_epi64(own, turned));
            });
            let lanes = _mm256_movemask_pd(_mm256_castsi256_pd(same));
            shared += lanes.count_ones() as usize;
            let (x, y) = (x[LANES - 1], y[LANES - 1]);
            i += LANES * usize::from(x <= y);
            j += LANES * usize::from(y <= x);
        }
        (i, j, shared)
    }
}
