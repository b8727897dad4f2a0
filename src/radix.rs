//! Radix sort of 64-bit keys: what candidate search does instead of hash maps.
//!
//! Keys pack what is sorted and what travels with it, so that one array of plain numbers moves
//! through memory, sequentially.

use std::ops::Range;

/// Bits per pass. 256 counters and as many write positions fit the first-level cache.
const DIGIT: u32 = 8;
const VALUES: usize = 1 << DIGIT;

/// Up to here the comparison sort of the standard library is faster.
const SMALL: usize = 96;

/// Beyond, keys are first spread over parts that fit the second-level cache, with their scratch.
const LARGE: usize = 1 << 16;

/// Sorts `keys` by the number in their bits `bits`, and only by these; keys that are equal there keep
/// their order. `scratch` is resized as needed; what it holds afterwards means nothing.
///
/// Linear time: one pass over the keys for every eight bits, less where all keys agree.
pub fn sort_by_bits(keys: &mut [u64], scratch: &mut Vec<u64>, bits: Range<u32>) {
    assert!(bits.end <= 64, "a key has 64 bits");
    if bits.is_empty() || keys.len() < 2 {
        return;
    }
    if keys.len() <= SMALL {
        let mask = u64::MAX >> (64 - (bits.end - bits.start));
        keys.sort_by_key(|key| key >> bits.start & mask);
        return;
    }
    scratch.resize(keys.len().max(scratch.len()), 0);
    let scratch = &mut scratch[..keys.len()];
    if keys.len() <= LARGE || bits.end - bits.start <= DIGIT {
        sort_upwards(keys, scratch, bits);
        return;
    }
    let top = bits.end - DIGIT;
    let ends = scatter(keys, scratch, top);
    let mut start = 0;
    for end in ends {
        // The roles of the two arrays are exchanged below the first pass.
        sort_part(&mut scratch[start..end], &mut keys[start..end], bits.start..top);
        start = end;
    }
}

/// Sorts `from` by `bits` and leaves the result in `into`.
fn sort_part(from: &mut [u64], into: &mut [u64], bits: Range<u32>) {
    if from.len() > LARGE && bits.end - bits.start > DIGIT {
        let top = bits.end - DIGIT;
        let ends = scatter(from, into, top);
        let mut start = 0;
        for end in ends {
            sort_part(&mut into[start..end], &mut from[start..end], bits.start..top);
            start = end;
        }
    } else if from.len() <= SMALL {
        let mask = u64::MAX >> (64 - (bits.end - bits.start));
        from.sort_by_key(|key| key >> bits.start & mask);
    } else {
        sort_upwards(from, into, bits);
    }
    into.copy_from_slice(from);
}

/// Sorts by the lowest digit first: each pass keeps the order of the ones before.
fn sort_upwards(keys: &mut [u64], scratch: &mut [u64], bits: Range<u32>) {
    let (mut from, mut into) = (keys, scratch);
    let mut swapped = false;
    let mut low = bits.start;
    while low < bits.end {
        let width = DIGIT.min(bits.end - low);
        if scatter_digit(from, into, low, width).is_some() {
            std::mem::swap(&mut from, &mut into);
            swapped = !swapped;
        }
        low += width;
    }
    if swapped {
        into.copy_from_slice(from);
    }
}

/// Spreads `from` over `into` by the digit that starts at bit `low`; returns where each digit ends.
fn scatter(from: &[u64], into: &mut [u64], low: u32) -> [usize; VALUES] {
    scatter_digit(from, into, low, DIGIT).unwrap_or_else(|| {
        into.copy_from_slice(from);
        let mut ends = [from.len(); VALUES];
        let digit = (from[0] >> low) as usize % VALUES;
        ends[..digit].fill(0);
        ends
    })
}

/// One pass. `None`, and nothing moved, where all keys have the same digit.
fn scatter_digit(from: &[u64], into: &mut [u64], low: u32, width: u32) -> Option<[usize; VALUES]> {
    let mask = (VALUES - 1) >> (DIGIT - width);
    let digit = |key: u64| (key >> low) as usize & mask & (VALUES - 1);
    let mut counts = [0usize; VALUES];
    for &key in from {
        counts[digit(key)] += 1;
    }
    if counts[digit(*from.first()?)] == from.len() {
        return None;
    }
    let mut next = 0;
    let mut places = counts.map(|count| {
        let place = next;
        next += count;
        place
    });
    for &key in from {
        let place = &mut places[digit(key)];
        into[*place] = key;
        *place += 1;
    }
    Some(places)
}

/// Sorts hashes: fast where they are spread evenly over all 64-bit numbers, right for any numbers.
///
/// One pass puts each hash near its place; what is left is local disorder.
pub fn sort_hashes(hashes: &mut [u64], scratch: &mut Vec<u64>) {
    if hashes.len() <= SMALL {
        hashes.sort_unstable();
        return;
    }
    if hashes.len() > LARGE {
        sort_by_bits(hashes, scratch, 0..64);
        return;
    }
    scratch.clear();
    scratch.extend_from_slice(hashes);
    let ends = scatter(scratch, hashes, 64 - DIGIT);
    let mut start = 0;
    for end in ends {
        hashes[start..end].sort_unstable();
        start = end;
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
    fn hashes_of_every_shape() {
        for count in [0, 1, 90, 1000, 100_000] {
            for shape in [mix, |n| n, |_| 7] {
                let mut keys: Vec<u64> = (0..count).map(shape).collect();
                let mut expected = keys.clone();
                expected.sort_unstable();
                sort_hashes(&mut keys, &mut Vec::new());
                assert_eq!(keys, expected);
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
