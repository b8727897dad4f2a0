//! Radix sort of 64-bit keys, which candidate search uses instead of hash maps.
//!
//! A key packs what is sorted by and what goes with it, so that a single array of plain numbers is
//! read and written sequentially.

use std::ops::Range;

/// Most bits of a digit for keys in the cache: 512 counters take a fraction of its first level.
const MAX_DIGIT_BITS: u32 = 9;

/// Most bits of a digit for keys in memory: with more than 1,024 write positions, each write would
/// miss the TLB.
const MAX_WIDE_DIGIT_BITS: u32 = 10;

/// Most keys for which insertion sort is faster than passes with counters.
const MAX_INSERTION: usize = 24;

/// Most mixed keys that one pass with counters in the cache nearly sorts.
const MAX_DISTRIBUTE_ONCE: usize = 1 << 11;

/// Most keys that fit the second-level cache together with their scratch space.
const MAX_CACHED: usize = 1 << 14;

/// Sorts `keys` by the number in their bits `bits`, stably. `scratch` grows as needed; its content
/// afterwards is meaningless.
///
/// One pass distributes the keys by their highest bits into buckets that fit the cache; these are
/// sorted by least significant digit first, one pass for up to nine bits. There is no unpredictable
/// branch, which is what makes comparison sorts slow on random keys.
pub fn sort_by_bits(keys: &mut [u64], scratch: &mut Vec<u64>, bits: Range<u32>) {
    assert!(bits.end <= 64, "a key has 64 bits");
    scratch.resize(keys.len().max(scratch.len()), 0);
    sort_bucket(keys, &mut scratch[..keys.len()], bits, Target::Same);
}

/// Sorts keys whose highest bits are well mixed, as those of hashes are. `scratch` grows as needed;
/// its content afterwards is meaningless.
///
/// Keys are sorted by so many of their highest bits that few agree in all of them, a few hundred
/// keys in a single pass; insertion sort does the rest. Keys that are not mixed are sorted
/// correctly too, by all their bits.
pub fn sort_mixed(keys: &mut [u64], scratch: &mut Vec<u64>) {
    if keys.len() <= MAX_INSERTION {
        return insertion_sort(keys, &(0..u64::BITS));
    }
    // All counters have to be cleared, so few keys get few of them.
    if keys.len() <= MAX_DISTRIBUTE_ONCE / 16 {
        distribute_once::<{ MAX_DISTRIBUTE_ONCE / 4 }>(keys, scratch);
    } else if keys.len() <= MAX_DISTRIBUTE_ONCE / 4 {
        distribute_once::<MAX_DISTRIBUTE_ONCE>(keys, scratch);
    } else if keys.len() <= MAX_DISTRIBUTE_ONCE {
        distribute_once::<{ 4 * MAX_DISTRIBUTE_ONCE }>(keys, scratch);
    } else {
        // One key in thirty differs from another only below these bits.
        let mixed = keys.len().ilog2() + 4;
        sort_by_bits(keys, scratch, u64::BITS - mixed..u64::BITS);
    }
    let mut moves = 4 * keys.len();
    for at in 1..keys.len() {
        let key = keys[at];
        if keys[at - 1] <= key {
            continue;
        }
        let mut hole = at;
        while hole > 0 && keys[hole - 1] > key {
            keys[hole] = keys[hole - 1];
            hole -= 1;
        }
        keys[hole] = key;
        moves = moves.saturating_sub(at - hole);
        if moves == 0 {
            return sort_by_bits(keys, scratch, 0..u64::BITS);
        }
    }
}

/// Sorts at most a quarter of `COUNTERS` keys by their highest bits, a few more than it takes to
/// number them.
fn distribute_once<const COUNTERS: usize>(keys: &mut [u64], scratch: &mut Vec<u64>) {
    scratch.clear();
    scratch.extend_from_slice(keys);
    let mut counts = [0; COUNTERS];
    let counts = &mut counts[..4 << keys.len().ilog2()];
    let low = u64::BITS - counts.len().ilog2();
    count(scratch, low, counts);
    scatter(scratch, keys, low, counts);
}

/// Which array the sorted keys have to end up in.
#[derive(Clone, Copy, PartialEq)]
enum Target {
    /// The one that they came in.
    Same,
    /// The other one.
    Other,
}

/// Sorts the keys in `from`, with `other` as scratch space.
fn sort_bucket(from: &mut [u64], other: &mut [u64], bits: Range<u32>, target: Target) {
    if from.len() <= MAX_INSERTION || bits.is_empty() {
        insertion_sort(from, &bits);
        if target == Target::Other {
            other.copy_from_slice(from);
        }
        return;
    }
    if from.len() <= MAX_CACHED {
        return sort_lsd(from, other, bits, target);
    }
    let mut counts = [0; 1 << MAX_WIDE_DIGIT_BITS];
    let Some((rest, ends)) = distribute(from, other, bits.clone(), &mut counts) else {
        return sort_bucket(from, other, bits.start..bits.end - 1, target);
    };
    // The keys are in the other array now.
    let target = if target == Target::Same { Target::Other } else { Target::Same };
    let mut start = 0;
    for &end in ends {
        let bucket = start..end as usize;
        start = bucket.end;
        sort_bucket(&mut other[bucket.clone()], &mut from[bucket], rest.clone(), target);
    }
}

/// Distributes `from` into buckets in `into` by so many of the highest bits that each fits the
/// cache. Returns the remaining bits and the end of each bucket; `None`, with nothing moved, where
/// all keys agree in those bits.
fn distribute<'a>(
    from: &[u64],
    into: &mut [u64],
    bits: Range<u32>,
    counts: &'a mut [u32; 1 << MAX_WIDE_DIGIT_BITS],
) -> Option<(Range<u32>, &'a [u32])> {
    let wanted = (from.len() / MAX_CACHED).max(1).ilog2() + 2;
    let width = wanted.min(MAX_WIDE_DIGIT_BITS).min(bits.end - bits.start);
    let rest = bits.start..bits.end - width;
    let counts = &mut counts[..1 << width];
    count(from, rest.end, counts);
    scatter(from, into, rest.end, counts).then_some((rest, counts))
}

/// Sorts by least significant digit first: each pass preserves the order of the passes before.
fn sort_lsd(from: &mut [u64], other: &mut [u64], bits: Range<u32>, target: Target) {
    let passes = (bits.end - bits.start).div_ceil(MAX_DIGIT_BITS);
    let (mut keys, mut free) = (&mut *from, &mut *other);
    let mut location = Target::Same;
    for pass in 0..passes {
        // Digits of about equal width: 25 bits are 8, 8, 9.
        let low = bits.start + (bits.end - bits.start) * pass / passes;
        let high = bits.start + (bits.end - bits.start) * (pass + 1) / passes;
        let mut counts = [0; 1 << MAX_DIGIT_BITS];
        let counts = &mut counts[..1 << (high - low)];
        count(keys, low, counts);
        if scatter(keys, free, low, counts) {
            std::mem::swap(&mut keys, &mut free);
            location = if location == Target::Same { Target::Other } else { Target::Same };
        }
    }
    if location != target {
        free.copy_from_slice(keys);
    }
}

/// Counts how often each value of the digit that starts at bit `low` occurs. There are a power of
/// two of values.
#[inline(always)]
fn count(keys: &[u64], low: u32, counts: &mut [u32]) {
    let mask = counts.len() - 1;
    for &key in keys {
        counts[(key >> low) as usize & mask] += 1;
    }
}

/// Scatters `from` to `into` by a digit, given the count of each value, which becomes the end of
/// that value's keys. Returns `false`, with nothing moved, where all keys have the same digit.
#[inline(always)]
fn scatter(from: &[u64], into: &mut [u64], low: u32, counts: &mut [u32]) -> bool {
    assert!(from.len() == into.len() && from.len() <= u32::MAX as usize, "at most 4 billion keys");
    let mask = counts.len() - 1;
    if from.first().is_none_or(|key| counts[(key >> low) as usize & mask] as usize == from.len()) {
        return false;
    }
    let mut next = 0;
    for count in &mut *counts {
        next += *count;
        *count = next - *count;
    }
    for &key in from {
        let position = &mut counts[(key >> low) as usize & mask];
        into[*position as usize] = key;
        *position += 1;
    }
    true
}

/// Insertion sort, for few keys. Does nothing where there are no bits to sort by.
fn insertion_sort(keys: &mut [u64], bits: &Range<u32>) {
    if bits.is_empty() {
        return;
    }
    let mask = u64::MAX >> (64 - (bits.end - bits.start));
    let number = |key: u64| key >> bits.start & mask;
    for at in 1..keys.len() {
        let key = keys[at];
        let mut hole = at;
        while hole > 0 && number(keys[hole - 1]) > number(key) {
            keys[hole] = keys[hole - 1];
            hole -= 1;
        }
        keys[hole] = key;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::hash::mix;

    fn check(mut keys: Vec<u64>, bits: Range<u32>) {
        let mask = if bits.is_empty() { 0 } else { u64::MAX >> (64 - (bits.end - bits.start)) };
        let mut expected = keys.clone();
        expected.sort_by_key(|key| key.checked_shr(bits.start).unwrap_or(0) & mask);
        sort_by_bits(&mut keys, &mut Vec::new(), bits);
        assert!(keys == expected);
    }

    #[test]
    fn large_arrays_of_several_distributions() {
        let shapes: [fn(u64) -> u64; 4] =
            [mix, |n| mix(n) >> 40, |n| ((mix(n) % 3) << 62) | n, |n| (1 << 60) | (mix(n) % 1000)];
        for shape in shapes {
            let keys: Vec<u64> = (0..200_000).map(shape).collect();
            for bits in [0..64, 0..40, 20..61, 32..64, 0..5] {
                check(keys.clone(), bits);
            }
        }
    }

    #[test]
    fn mixed_and_unmixed_keys_are_sorted() {
        let shapes: [fn(u64) -> u64; 4] = [mix, |n| mix(n) >> 40, |n| mix(n % 7), |n| !n];
        for shape in shapes {
            for count in [0, 1, 24, 25, 400, 5000, 40_000] {
                let mut keys: Vec<u64> = (0..count).map(shape).collect();
                let mut expected = keys.clone();
                expected.sort_unstable();
                sort_mixed(&mut keys, &mut Vec::new());
                assert!(keys == expected);
            }
        }
    }

    proptest! {
        #[test]
        fn same_as_a_stable_sort(
            keys in prop::collection::vec(any::<u64>(), 0..300),
            low in 0..64u32,
            width in 0..64u32,
        ) {
            check(keys, low..(low + width).min(64));
        }
    }
}
