//! The vectors that algorithms are generic over: what AVX2 and AVX-512 have in common.
//!
//! An algorithm is written once, in these operations; `avx2.rs` and `avx512.rs` say which
//! instruction each of them is. Only what the algorithms need is here. A vector carries the token
//! of its instruction set, which takes no memory: that one exists is proof that the processor has
//! what its operations need, so they are safe.
//!
//! There is no portable vector. Without SIMD the fastest algorithms are other ones (a table, a
//! merge), and these are the twins that the vector algorithms are tested against.

#![cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]

use std::mem::MaybeUninit;

/// An instruction set with vectors, by its token.
pub(crate) trait Simd: Copy {
    type U8: Bytes<Token = Self>;
    type U32: Words<Token = Self>;
    type U64: Vector<Token = Self, Element = u64>;
}

/// What some lanes of a vector are chosen by.
pub(crate) trait Mask: Copy {
    /// The lanes of both masks.
    fn or(self, other: Self) -> Self;

    /// A bit for each lane, the lowest for the first.
    fn bits(self) -> u64;
}

/// A register of [`Vector::LANES`] unsigned numbers.
pub(crate) trait Vector: Copy {
    type Token: Copy;
    type Element: Copy;
    type Mask: Mask;
    const LANES: usize;

    /// The same number in every lane.
    fn splat(token: Self::Token, number: Self::Element) -> Self;

    /// # Safety
    /// `from` must be valid for reads of [`Vector::LANES`] numbers. It need not be aligned.
    unsafe fn load_from(token: Self::Token, from: *const Self::Element) -> Self;

    /// # Safety
    /// `to` must be valid for writes of [`Vector::LANES`] numbers. It need not be aligned.
    unsafe fn store_to(self, to: *mut Self::Element);

    /// The lanes in which both have the same number.
    fn equals(self, other: Self) -> Self::Mask;

    /// No lane.
    fn none(token: Self::Token) -> Self::Mask;

    /// The first numbers of a slice, which must have enough for all lanes.
    #[inline(always)]
    fn load(token: Self::Token, from: &[Self::Element]) -> Self {
        assert!(from.len() >= Self::LANES, "a number for every lane");
        // SAFETY: the slice has as many numbers, as asserted.
        unsafe { Self::load_from(token, from.as_ptr()) }
    }

    /// Overwrites the first numbers of a slice, which must have enough for all lanes.
    #[inline(always)]
    fn store(self, to: &mut [Self::Element]) {
        assert!(to.len() >= Self::LANES, "a number for every lane");
        // SAFETY: the slice has as many numbers, as asserted.
        unsafe { self.store_to(to.as_mut_ptr()) }
    }

    /// Initialises the first numbers of a slice, which must have enough for all lanes.
    #[inline(always)]
    fn initialise(self, to: &mut [MaybeUninit<Self::Element>]) {
        assert!(to.len() >= Self::LANES, "a number for every lane");
        // SAFETY: the slice has as many numbers, as asserted.
        unsafe { self.store_to(to.as_mut_ptr().cast()) }
    }
}

/// Lanes of 8 bits.
pub(crate) trait Bytes: Vector<Element = u8> {
    /// The lanes with a number from `first` to `first + count - 1`; `count` is 1 at least.
    fn within(self, first: u8, count: u8) -> Self::Mask;

    /// The highest bit of each lane.
    fn highest_bits(self) -> u64;

    /// Adds `number` to some lanes.
    fn add_where(self, mask: Self::Mask, number: u8) -> Self;
}

/// Lanes of 32 bits.
pub(crate) trait Words: Vector<Element = u32> {
    /// The number of each lane: 0, 1, 2, and so on.
    fn lane_numbers(token: Self::Token) -> Self;

    /// The sum of each lane, modulo 2^32.
    fn add(self, other: Self) -> Self;

    /// The lanes in which both have the same in all bits that are set in `bits`.
    fn equals_in(self, other: Self, bits: Self) -> Self::Mask;

    /// Some lanes from `chosen`, the others from `self`.
    fn replace_where(self, mask: Self::Mask, chosen: Self) -> Self;

    /// The chosen lanes at the front, in order; what the lanes behind them have is left open.
    fn compress(self, mask: Self::Mask) -> Self;
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::capability::Capability;

    /// The bits of the lanes for which `is` holds.
    fn mask(lanes: usize, is: impl Fn(usize) -> bool) -> u64 {
        (0..lanes).fold(0, |mask, lane| mask | u64::from(is(lane)) << lane)
    }

    fn stored<V: Vector<Element: Default>>(vector: V) -> Vec<V::Element> {
        let mut lanes = vec![V::Element::default(); V::LANES];
        vector.store(&mut lanes);
        lanes
    }

    fn check_equality<V: Vector<Element: PartialEq + Default>>(
        token: V::Token,
        [a, b]: [&[V::Element]; 2],
    ) {
        let [x, y] = [a, b].map(|from| V::load(token, from));
        let both = mask(V::LANES, |lane| a[lane] == b[lane]);
        let first = mask(V::LANES, |lane| a[lane] == a[0]);
        assert!(stored(x) == a[..V::LANES]);
        assert_eq!(x.equals(y).bits(), both);
        assert_eq!(x.equals(V::splat(token, a[0])).bits(), first);
        assert_eq!(x.equals(y).or(x.equals(V::splat(token, a[0]))).bits(), both | first);
        assert_eq!(V::none(token).bits(), 0);
    }

    fn check_bytes<V: Bytes>(token: V::Token, a: &[u8], first: u8, count: u8) {
        let (a, x) = (&a[..V::LANES], V::load(token, a));
        let is_within = |byte: u8| byte.wrapping_sub(first) < count;
        assert_eq!(x.within(first, count).bits(), mask(V::LANES, |lane| is_within(a[lane])));
        assert_eq!(x.highest_bits(), mask(V::LANES, |lane| a[lane] >= 0x80));
        let add = |byte: &u8| if is_within(*byte) { byte.wrapping_add(77) } else { *byte };
        let expected: Vec<u8> = a.iter().map(add).collect();
        assert_eq!(stored(x.add_where(x.within(first, count), 77)), expected);
    }

    fn check_words<V: Words>(token: V::Token, [a, b]: [&[u32]; 2], bits: u32) {
        let [x, y] = [a, b].map(|from| V::load(token, from));
        let numbers: Vec<u32> = (0..V::LANES as u32).collect();
        assert_eq!(stored(V::lane_numbers(token)), numbers);
        let sums: Vec<u32> = a.iter().zip(b).map(|(a, b)| a.wrapping_add(*b)).collect();
        assert_eq!(stored(x.add(y)), sums[..V::LANES]);
        let is_chosen = |lane: usize| (a[lane] ^ b[lane]) & bits == 0;
        let chosen = x.equals_in(y, V::splat(token, bits));
        assert_eq!(chosen.bits(), mask(V::LANES, is_chosen));
        let (x, y) = (V::lane_numbers(token), V::splat(token, 99));
        let expected: Vec<u32> =
            numbers.iter().map(|&at| if is_chosen(at as usize) { 99 } else { at }).collect();
        assert_eq!(stored(x.replace_where(chosen, y)), expected);
        let kept: Vec<u32> = numbers.into_iter().filter(|at| is_chosen(*at as usize)).collect();
        assert_eq!(stored(x.compress(chosen))[..kept.len()], kept);
    }

    fn check<S: Simd>(simd: S, a: &[u64; 64], b: &[u64; 64], range: (u8, u8)) {
        check_equality::<S::U64>(simd, [a, b]);
        let [x, y] = [a, b].map(|from| from.map(|number| number as u32));
        check_equality::<S::U32>(simd, [&x, &y]);
        check_words::<S::U32>(simd, [&x, &y], u32::MAX << (range.0 % 32));
        let [x, y] = [a, b].map(|from| from.map(|number| number as u8));
        check_equality::<S::U8>(simd, [&x, &y]);
        check_bytes::<S::U8>(simd, &x, range.0, range.1.max(1));
    }

    fn numbers() -> impl Strategy<Value = [u64; 64]> {
        let number = prop_oneof![0..4u64, any::<u64>(), (0..4u64).prop_map(|low| u64::MAX - low)];
        prop::collection::vec(number, 64).prop_map(|all| all.try_into().expect("as many"))
    }

    proptest! {
        #[test]
        fn operations_do_in_every_lane_what_they_say(
            a in numbers(),
            b in numbers(),
            range in any::<(u8, u8)>(),
        ) {
            for capability in Capability::all() {
                match capability {
                    Capability::Scalar(_) => {}
                    Capability::Avx2(simd) => check(simd, &a, &b, range),
                    Capability::Avx512(simd) => check(simd, &a, &b, range),
                }
            }
        }
    }
}
