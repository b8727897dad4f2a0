//! The vector kernels of [`shared`](super::shared): blocks of one slice against blocks of another.
//!
//! Each handles whole blocks, as long as both slices have one left, and says where it stopped. A
//! block that ends before the other shares nothing with what follows there, so it is done with; of
//! two that end with the same element both are. Every element of the second block is compared with
//! all of the first at once: loads that fill a vector with one element cost next to nothing.

#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]

#[cfg(target_arch = "x86_64")]
pub use x86::{count_avx2, count_avx512, find_avx2, find_avx512};

/// Elements of the widest block.
pub const LANES: usize = 16;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use crate::shingle::shared::Places;

    /// The next blocks of two slices, if both have one.
    #[inline(always)]
    fn next<'s, T, const LANES: usize>(
        (a, i): (&'s [T], usize),
        (b, j): (&'s [T], usize),
    ) -> Option<(&'s [T; LANES], &'s [T; LANES])> {
        Some((a.get(i..)?.first_chunk()?, b.get(j..)?.first_chunk()?))
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
        const LANES: usize = super::LANES;
        let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        let counted = _mm512_set1_epi32(-1 << below);
        let (mut i, mut j) = (0, 0);
        // There is room for all that slices share which ascend; for others, here it ends.
        let room = places.a.capacity().min(places.b.capacity());
        while places.a.len() + LANES <= room
            && let Some((x, y)) = next::<u32, LANES>((a, i), (b, j))
        {
            // SAFETY: a block has as many elements as a vector; loads need no alignment.
            let own = unsafe { _mm512_loadu_si512(x.as_ptr().cast()) };
            let (mut same, mut at) = (0, _mm512_setzero_si512());
            for (lane, other) in (0..).zip(y) {
                let differ = _mm512_xor_si512(own, _mm512_set1_epi32(*other as i32));
                let found = _mm512_testn_epi32_mask(differ, counted);
                at = _mm512_mask_mov_epi32(at, found, _mm512_set1_epi32(lane));
                same |= found;
            }
            // Whether anything is shared is a coin toss: nothing is appended then, without asking.
            let in_a = _mm512_add_epi32(lanes, _mm512_set1_epi32(i as i32));
            let in_b = _mm512_add_epi32(at, _mm512_set1_epi32(j as i32));
            // SAFETY: of one as many are there as of the other, and there is room for 16 more.
            unsafe {
                append(&mut places.a, _mm512_maskz_compress_epi32(same, in_a), same);
                append(&mut places.b, _mm512_maskz_compress_epi32(same, in_b), same);
            }
            let (last, other) = (x[LANES - 1] >> below, y[LANES - 1] >> below);
            i += LANES * usize::from(last <= other);
            j += LANES * usize::from(other <= last);
        }
        (i, j)
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
        let counted = _mm_cvtsi32_si128(below as i32);
        let (mut i, mut j) = (0, 0);
        while let Some((x, y)) = next::<u32, LANES>((a, i), (b, j)) {
            // SAFETY: a block has as many elements as a vector; loads need no alignment.
            let own = unsafe { _mm256_loadu_si256(x.as_ptr().cast()) };
            let own = _mm256_srl_epi32(own, counted);
            let others = y.map(|other| other >> below);
            // For each of the other elements a byte, in it a bit for each lane.
            let mut same = 0u64;
            for (lane, other) in (0..).zip(others) {
                let found = _mm256_cmpeq_epi32(own, _mm256_set1_epi32(other as i32));
                let lanes = _mm256_movemask_ps(_mm256_castsi256_ps(found)) as u64;
                same |= lanes << (8 * lane);
            }
            while same != 0 {
                let bit = same.trailing_zeros();
                places.a.push(i as u32 + bit % 8);
                places.b.push(j as u32 + bit / 8);
                same &= same - 1;
            }
            let (last, other) = (x[LANES - 1] >> below, others[LANES - 1]);
            i += LANES * usize::from(last <= other);
            j += LANES * usize::from(other <= last);
        }
        (i, j)
    }

    /// How many elements blocks of 8 share, behind where it stopped.
    ///
    /// # Safety
    /// The processor must have these features.
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
    pub unsafe fn count_avx512(a: &[u64], b: &[u64]) -> (usize, usize, usize) {
        const LANES: usize = 8;
        let (mut i, mut j, mut shared) = (0, 0, 0);
        while let Some((x, y)) = next::<u64, LANES>((a, i), (b, j)) {
            // SAFETY: a block has as many elements as a vector; loads need no alignment.
            let own = unsafe { _mm512_loadu_si512(x.as_ptr().cast()) };
            let mut same = 0;
            for other in y {
                same |= _mm512_cmpeq_epi64_mask(own, _mm512_set1_epi64(*other as i64));
            }
            shared += same.count_ones() as usize;
            i += LANES * usize::from(x[LANES - 1] <= y[LANES - 1]);
            j += LANES * usize::from(y[LANES - 1] <= x[LANES - 1]);
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
        while let Some((x, y)) = next::<u64, LANES>((a, i), (b, j)) {
            // SAFETY: a block has as many elements as a vector; loads need no alignment.
            let own = unsafe { _mm256_loadu_si256(x.as_ptr().cast()) };
            let mut same = _mm256_setzero_si256();
            for other in y {
                let found = _mm256_cmpeq_epi64(own, _mm256_set1_epi64x(*other as i64));
                same = _mm256_or_si256(same, found);
            }
            let lanes = _mm256_movemask_pd(_mm256_castsi256_pd(same));
            shared += lanes.count_ones() as usize;
            i += LANES * usize::from(x[LANES - 1] <= y[LANES - 1]);
            j += LANES * usize::from(y[LANES - 1] <= x[LANES - 1]);
        }
        (i, j, shared)
    }
}
