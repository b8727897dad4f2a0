//! Intersection of two ascending slices: how many elements they share, and where.
//!
//! Merging two sets is one unpredictable branch after another. The vector kernels instead compare
//! every element of a block of one with every element of a block of the other, and skip the block
//! that ends first: no branch depends on the data (Schlegel, Willhalm and Lehner, "Fast sorted-set
//! intersection using SIMD instructions", ADMS 2011).

use super::blocks::Kernel as _;
use super::places::Places;
use crate::Kernel;
use crate::kernel::capability::dispatch;

/// How elements are compared.
#[derive(Debug, Clone, Copy)]
pub struct Matching {
    /// Lowest bits that are ignored, 0 to 31.
    pub below: u32,
    /// The instruction set that is used.
    pub kernel: Kernel,
}

impl Matching {
    /// All bits count.
    pub fn exact(kernel: Kernel) -> Self {
        Self { below: 0, kernel }
    }
}

/// Overwrites `places` with where two slices have the same elements. Both must ascend without
/// repetitions, also without the bits that are ignored, and be shorter than 2^32. An empty slice
/// shares nothing. Results do not depend on the kernel. Panics where this processor lacks it.
pub fn find_shared(a: &[u32], b: &[u32], matching: Matching, places: &mut Places) {
    let Matching { below, kernel } = matching;
    places.restart(a.len(), b.len());
    // Copies are common, and sets that differ mostly differ early.
    if a == b {
        places.a.extend(0..a.len() as u32);
        places.b.extend(0..b.len() as u32);
        return;
    }
    let found = &mut *places;
    let (mut i, mut j) =
        dispatch!(kernel.expect_capability(), kernel => kernel.find(a, b, below, found));
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let (x, y) = (x >> below, y >> below);
        if x == y {
            places.push(i, j);
        }
        // Which side advances is unpredictable, so it is computed without a branch.
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
}

/// How many elements two ascending slices without repetitions share. Results do not depend on the
/// kernel. Panics where this processor lacks it.
pub fn count_shared(a: &[u64], b: &[u64], kernel: Kernel) -> usize {
    // Copies are common, and sets that differ mostly differ early.
    if a == b {
        return a.len();
    }
    let (mut i, mut j, mut shared) =
        dispatch!(kernel.expect_capability(), kernel => kernel.count(a, b));
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    shared
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn kernels() -> impl Iterator<Item = Kernel> {
        Kernel::ALL.into_iter().filter(|kernel| kernel.is_available())
    }

    fn ascending(values: BTreeSet<u32>, bits: u32) -> Vec<u32> {
        // The ignored bits differ between any two sets.
        let salt = values.len() as u32;
        values.into_iter().map(|value| value << bits | (value ^ salt) & ((1 << bits) - 1)).collect()
    }

    proptest! {
        #[test]
        fn every_kernel_finds_what_a_naive_search_finds(
            a in prop::collection::btree_set(0u32..300, 0..150),
            b in prop::collection::btree_set(0u32..300, 0..150),
            below in 0u32..2,
        ) {
            let naive = a.intersection(&b).count();
            let (x, y) = (ascending(a, below), ascending(b, below));
            for kernel in kernels() {
                let mut places = Places::default();
                find_shared(&x, &y, Matching { below, kernel }, &mut places);
                prop_assert_eq!(places.len(), naive);
                prop_assert_eq!(places.b.len(), naive);
                let found: BTreeSet<_> = places.iter().collect();
                prop_assert_eq!(found.len(), naive);
                for (i, j) in found {
                    prop_assert_eq!(x[i as usize] >> below, y[j as usize] >> below);
                }
            }
        }

        #[test]
        fn every_kernel_counts_what_a_naive_search_counts(
            a in prop::collection::btree_set(0u64..400, 0..200),
            b in prop::collection::btree_set(0u64..400, 0..200),
            spread in prop::sample::select(vec![1, u64::from(u32::MAX), u64::MAX / 400]),
        ) {
            let naive = a.intersection(&b).count();
            let [x, y] = [a, b].map(|set| -> Vec<u64> {
                set.into_iter().map(|value| value * spread).collect()
            });
            for kernel in kernels() {
                prop_assert_eq!(count_shared(&x, &y, kernel), naive);
            }
        }
    }

    /// Whole blocks of every width, with and without a remainder, and only a remainder.
    #[test]
    fn slices_of_every_length() {
        for (a, b) in (0..40u32).flat_map(|a| (0..40).map(move |b| (a, b))) {
            let x: Vec<u32> = (0..a).map(|at| 3 * at + 20).collect();
            let y: Vec<u32> = (0..b).map(|at| 2 * at).collect();
            let shared: Vec<u32> = x.iter().copied().filter(|of| y.contains(of)).collect();
            let [wide_x, wide_y] = [&x, &y]
                .map(|of| -> Vec<u64> { of.iter().map(|of| u64::from(*of) << 31).collect() });
            for kernel in kernels() {
                let mut places = Places::default();
                find_shared(&x, &y, Matching::exact(kernel), &mut places);
                let mut found: Vec<_> = places.iter().collect();
                found.sort_unstable();
                let [in_x, in_y] = [0, 1].map(|side| -> Vec<u32> {
                    let place = |of: &(u32, u32)| {
                        if side == 0 { x[of.0 as usize] } else { y[of.1 as usize] }
                    };
                    found.iter().map(place).collect()
                });
                assert!(in_x == shared && in_y == shared, "{kernel}: {a} and {b}");
                assert_eq!(count_shared(&wide_x, &wide_y, kernel), shared.len());
            }
        }
    }

    /// The result is meaningless then, but it is about these slices, and no other memory is
    /// touched.
    #[test]
    fn slices_that_do_not_ascend_do_no_harm() {
        let mut block = vec![5; 15];
        block.push(9);
        let fives = vec![5; 4096];
        for kernel in kernels() {
            for (a, b) in [(&block, &fives), (&fives, &block)] {
                let mut places = Places::default();
                find_shared(a, b, Matching::exact(kernel), &mut places);
                assert_eq!(places.a.len(), places.b.len());
                assert!(places.iter().all(|(i, j)| a[i as usize] == b[j as usize]));
            }
        }
    }

    #[test]
    fn the_greatest_elements_are_found_too() {
        let x: Vec<u32> = (0..64).map(|at| u32::MAX - 63 + at).collect();
        let wide: Vec<u64> = (0..64).map(|at| u64::MAX - 63 + at).collect();
        for kernel in kernels() {
            let mut places = Places::default();
            find_shared(&x, &x[1..], Matching::exact(kernel), &mut places);
            assert_eq!(places.len(), 63);
            find_shared(&x, &x, Matching::exact(kernel), &mut places);
            assert_eq!(places.len(), 64);
            assert_eq!(count_shared(&wide, &wide[1..], kernel), 63);
            assert_eq!(count_shared(&wide, &wide, kernel), 64);
        }
    }
}
