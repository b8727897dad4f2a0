//! The vector kernels of [`shared`](super::shared): blocks of one slice against blocks of another.
//!
//! They handle whole blocks as long as both slices have one left, and return where they stopped.
//! The block that ends first shares nothing with what follows in the other slice, so it is done; if
//! both end with the same element, both are. Each element of the second block is compared with the
//! whole first block at once: loads that broadcast one element are nearly free.

#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]

use super::places::Places;
use crate::kernel::capability::Scalar;
#[cfg(target_arch = "x86_64")]
use crate::kernel::capability::{Avx2, Avx512};
use crate::kernel::vector::{Mask, Simd, Vector, Words};

/// The kernels of an instruction set, by its token. Without vectors there are no blocks: everything
/// is left to the merge, which is the scalar twin, and otherwise handles the remainder.
pub trait Kernel: Copy {
    /// Appends the positions of shared elements; returns where it stopped.
    #[inline(always)]
    fn find(self, _: &[u32], _: &[u32], _below: u32, _: &mut Places) -> (usize, usize) {
        (0, 0)
    }

    /// Returns where it stopped, and how many elements are shared up to there.
    #[inline(always)]
    fn count(self, _: &[u64], _: &[u64]) -> (usize, usize, usize) {
        (0, 0, 0)
    }
}

impl Kernel for Scalar {}

/// Implements the kernels by the algorithms below.
macro_rules! by_vectors {
    ($token:ty) => {
        #[cfg(target_arch = "x86_64")]
        impl Kernel for $token {
            #[inline(always)]
            fn find(self, a: &[u32], b: &[u32], below: u32, places: &mut Places) -> (usize, usize) {
                find(self, [a, b], below, places)
            }

            #[inline(always)]
            fn count(self, a: &[u64], b: &[u64]) -> (usize, usize, usize) {
                count(self, a, b)
            }
        }
    };
}

by_vectors!(Avx2);
by_vectors!(Avx512);

/// The next block of a slice, if it has one.
#[inline(always)]
fn next<V: Vector>(from: &[V::Element], start: usize) -> Option<&[V::Element]> {
    from.get(start..start + V::LANES)
}

#[inline(always)]
fn find<S: Simd>(simd: S, [a, b]: [&[u32]; 2], below: u32, places: &mut Places) -> (usize, usize) {
    let lanes = S::U32::LANES;
    let compared = S::U32::splat(simd, u32::MAX << below);
    let (mut i, mut j, mut count) = (0, 0, 0);
    let [to_a, to_b] = [&mut places.a, &mut places.b].map(Vec::spare_capacity_mut);
    while let (Some(x), Some(y)) = (next::<S::U32>(a, i), next::<S::U32>(b, j)) {
        // There is enough for all that ascending slices share; other slices are left to the merge.
        let to = (to_a.get_mut(count..count + lanes), to_b.get_mut(count..count + lanes));
        let (Some(to_a), Some(to_b)) = to else { break };
        let own = S::U32::load(simd, x);
        let (mut same, mut at) = (S::U32::none(simd), S::U32::splat(simd, 0));
        for (lane, other) in (0..).zip(y) {
            let found = own.equals_in(S::U32::splat(simd, *other), compared);
            at = at.replace_where(found, S::U32::splat(simd, lane));
            same = same.or(found);
        }
        // Whether anything is shared is unpredictable, so all lanes are written, and the next block
        // overwrites those that do not count.
        let in_a = S::U32::lane_numbers(simd).add(S::U32::splat(simd, i as u32));
        let in_b = at.add(S::U32::splat(simd, j as u32));
        in_a.compress(same).initialise(to_a);
        in_b.compress(same).initialise(to_b);
        count += same.bits().count_ones() as usize;
        let (last, other) = (x[lanes - 1] >> below, y[lanes - 1] >> below);
        i += lanes * usize::from(last <= other);
        j += lanes * usize::from(other <= last);
    }
    for places in [&mut places.a, &mut places.b] {
        // SAFETY: the first `count` elements of the spare capacity were initialised: every block
        // has initialised all lanes from where the one before ended.
        unsafe { places.set_len(places.len() + count) };
    }
    (i, j)
}

#[inline(always)]
fn count<S: Simd>(simd: S, a: &[u64], b: &[u64]) -> (usize, usize, usize) {
    let lanes = S::U64::LANES;
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while let (Some(x), Some(y)) = (next::<S::U64>(a, i), next::<S::U64>(b, j)) {
        let own = S::U64::load(simd, x);
        let mut same = S::U64::none(simd);
        for other in y {
            same = same.or(own.equals(S::U64::splat(simd, *other)));
        }
        shared += same.bits().count_ones() as usize;
        i += lanes * usize::from(x[lanes - 1] <= y[lanes - 1]);
        j += lanes * usize::from(y[lanes - 1] <= x[lanes - 1]);
    }
    (i, j, shared)
}
