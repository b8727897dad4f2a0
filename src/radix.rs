//! Radix sort of 64-bit keys: what candidate search does instead of hash maps.
//!
//! Keys pack what is sorted and what travels with it, so that one array of plain numbers moves
//! through memory, sequentially.

use std::ops::Range;

/// Most bits of a pass over keys in the cache: 512 counters fit its first level with room to spare.
const DIGIT: u32 = 9;

/// Most bits of a pass over keys in memory: more than 1,024 write positions would each miss the cache
/// for addresses of pages.
const WIDE_DIGIT: u32 = 10;

/// Up to here insertion is faster than passes with their counters.
const SMALL: usize = 24;

/// Mixed keys that one pass nearly sorts, with counters that fit the cache.
const FEW: usize = 1 << 11;

/// Keys that fit the second-level cache together with their scratch.
const CACHED: usize = 1 << 14;

/// Sorts `keys` by the number in their bits `bits`, and only by these; keys that are equal there keep
/// their order. `scratch` grows as needed; what it holds afterwards means nothing.
///
/// One pass spreads the keys over parts that fit the cache, by their highest bits; these are sorted
/// from the lowest digit upwards, one pass for up to nine bits. Nothing depends on a branch that the
/// processor would have to guess, which is what makes comparison sorts slow on random keys.
pub fn sort_by_bits(keys: &mut [u64], scratch: &mut Vec<u64>, bits: Range<u32>) {
    assert!(bits.end <= 64, "a key has 64 bits");
    scratch.resize(keys.len().max(scratch.len()), 0);
    sort_part(keys, &mut scratch[..keys.len()], bits, Target::Same);
}

/// Sorts keys of which the highest bits are well mixed, as those of hashes are. `scratch` grows as
/// needed; what it holds afterwards means nothing.
///
/// So many bits that few keys agree in all of them are sorted by digits, of a few hundred keys in one
/// pass; what is still out of order is put in its place one by one. Keys that are not mixed are sorted
/// too, by all their bits.
pub fn sort_mixed(keys: &mut [u64], scratch: &mut Vec<u64>) {
    if keys.len() <= SMALL {
        return insert(keys, &(0..u64::BITS));
    }
    // Counters are cleared, all of them: so few keys have few.
    if keys.len() <= FEW / 16 {
        spread_once::<{ FEW / 4 }>(keys, scratch);
    } else if keys.len() <= FEW / 4 {
        spread_once::<FEW>(keys, scratch);
    } else if keys.len() <= FEW {
        spread_once::<{ 4 * FEW }>(keys, scratch);
    } else {
        // Of keys that differ below these bits there is one in thirty.
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

/// Sorts keys by their highest bits, a few more than it takes to number them; a quarter of `MOST` keys
/// at most.
fn spread_once<const MOST: usize>(keys: &mut [u64], scratch: &mut Vec<u64>) {
    scratch.clear();
    scratch.extend_from_slice(keys);
    let mut counts = [0; MOST];
    let counts = &mut counts[..4 << keys.len().ilog2()];
    let low = u64::BITS - counts.len().ilog2();
    count(scratch, low, counts);
    scatter(scratch, keys, low, counts);
}

/// Where the sorted keys have to end up.
#[derive(Clone, Copy, PartialEq)]
enum Target {
    /// Where the keys were.
    Same,
    /// In the other array.
    Other,
}

/// Sorts the keys in `from`, with `other` as scratch.
fn sort_part(from: &mut [u64], other: &mut [u64], bits: Range<u32>, target: Target) {
    if from.len() <= SMALL || bits.is_empty() {
        insert(from, &bits);
        if target == Target::Other {
            other.copy_from_slice(from);
        }
        return;
    }
    if from.len() <= CACHED {
        return sort_upwards(from, other, bits, target);
    }
    let mut counts = [0; 1 << WIDE_DIGIT];
    let Some((rest, ends)) = spread(from, other, bits.clone(), &mut counts) else {
        return sort_part(from, other, bits.start..bits.end - 1, target);
    };
    // The keys are in the other array now.
    let target = if target == Target::Same { Target::Other } else { Target::Same };
    let mut start = 0;
    for &end in ends {
        let part = start..end as usize;
        start = part.end;
        sort_part(&mut other[part.clone()], &mut from[part], rest.clone(), target);
    }
}

/// Spreads `from` over `into` by so many of the highest bits that parts fit the cache. Gives the bits
/// that are left, and where each part ends; `None`, and nothing moved, where all those bits agree.
fn spread<'a>(
    from: &[u64],
    into: &mut [u64],
    bits: Range<u32>,
    counts: &'a mut [u32; 1 << WIDE_DIGIT],
) -> Option<(Range<u32>, &'a [u32])> {
    let wanted = (from.len() / CACHED).max(1).ilog2() + 2;
    let width = wanted.min(WIDE_DIGIT).min(bits.end - bits.start);
    let rest = bits.start..bits.end - width;
    let counts = &mut counts[..1 << width];
    count(from, rest.end, counts);
    scatter(from, into, rest.end, counts).then_some((rest, counts))
}

/// Sorts by the lowest digit first: each pass keeps the order of the ones before.
fn sort_upwards(from: &mut [u64], other: &mut [u64], bits: Range<u32>, target: Target) {
    let passes = (bits.end - bits.start).div_ceil(DIGIT);
    let (mut keys, mut free) = (&mut *from, &mut *other);
    let mut place = Target::Same;
    for pass in 0..passes {
        // Digits of equal width, as far as that goes: 25 bits are 8, 8, 9.
        let low = bits.start + (bits.end - bits.start) * pass / passes;
        let high = bits.start + (bits.end - bits.start) * (pass + 1) / passes;
        let mut counts = [0; 1 << DIGIT];
        let counts = &mut counts[..1 << (high - low)];
        count(keys, low, counts);
        if scatter(keys, free, low, counts) {
            std::mem::swap(&mut keys, &mut free);
            place = if place == Target::Same { Target::Other } else { Target::Same };
        }
    }
    if place != target {
        free.copy_from_slice(keys);
    }
}

/// Counts how often each value of a digit occurs, from bit `low`; there are a power of two of values.
#[inline(always)]
fn count(keys: &[u64], low: u32, counts: &mut [u32]) {
    let mask = counts.len() - 1;
    for &key in keys {
        counts[(key >> low) as usize & mask] += 1;
    }
}

/// Spreads `from` over `into` by a digit, given its counts, which become the ends of the values' keys.
/// `false`, and nothing moved, where all keys have the same digit.
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
        let place = &mut counts[(key >> low) as usize & mask];
        into[*place as usize] = key;
        *place += 1;
    }
    true
}

/// Insertion sort of a few keys, or none if there are no bits to sort by.
fn insert(keys: &mut [u64], bits: &Range<u32>) {
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
    fn large_arrays_of_every_shape() {
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
    fn mixed_keys_and_others_are_sorted() {
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
