//! Classification of bytes with vectors of any width.

#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code, unused_imports))]

use super::{BLOCK, Kernel, Masks};
#[cfg(target_arch = "x86_64")]
use crate::kernel::capability::Avx2;
use crate::kernel::vector::{Bytes, Mask, Simd, Vector};

#[cfg(target_arch = "x86_64")]
impl Kernel for Avx2 {
    #[inline(always)]
    fn classify(self, bytes: &[u8; BLOCK], lowered: &mut [u8; BLOCK]) -> Masks {
        classify(self, bytes, lowered)
    }
}

/// [`Kernel::classify`], a vector at a time.
#[inline(always)]
pub(super) fn classify<S: Simd>(simd: S, bytes: &[u8; BLOCK], lowered: &mut [u8; BLOCK]) -> Masks {
    let mut masks = [0; 7];
    for part in 0..BLOCK / S::U8::LANES {
        let start = part * S::U8::LANES;
        let bytes = S::U8::load(simd, &bytes[start..]);
        let classes = classify_vector(simd, bytes, &mut lowered[start..]);
        for (mask, class) in masks.iter_mut().zip(classes) {
            *mask |= class << start;
        }
    }
    let [letters, digits, joiners, mid_letters, mid_digits, dropped, wide] = masks;
    Masks { letters, digits, joiners, mid_letters, mid_digits, dropped, wide }
}

/// The masks of one vector, in the order of the fields of [`Masks`].
#[inline(always)]
fn classify_vector<S: Simd>(simd: S, bytes: S::U8, lowered: &mut [u8]) -> [u64; 7] {
    let is = |byte: u8| bytes.equals(S::U8::splat(simd, byte));
    let lower = bytes.add_where(bytes.within(b'A', 26), b'a' - b'A');
    lower.store(lowered);
    let dots = is(b'.');
    let stops = dots.or(is(b'\''));
    let commas = is(b',').or(is(b';'));
    [
        lower.within(b'a', 26).bits(),
        bytes.within(b'0', 10).bits(),
        is(b'_').bits(),
        stops.or(is(b':')).bits(),
        stops.or(commas).bits(),
        dots.or(is(b'-')).or(commas).bits(),
        bytes.highest_bits(),
    ]
}
