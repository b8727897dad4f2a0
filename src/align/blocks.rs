//! Two long sequences of words to pairs of blocks that are short enough to be aligned exactly.
//!
//! A longest common subsequence takes the product of the lengths. Similar long sequences have runs
//! that are unique in either; those in common order are anchors, and the parts between two of them
//! are aligned separately (compare Bram Cohen's patience diff). Parts without anchors are cut in
//! proportion. So the result is a common subsequence, but not always a longest one.

use std::ops::Range;

use crate::text::hash::mix;

/// Words of a run that may be an anchor.
const RUN: usize = 4;

/// Two blocks that correspond, as places in either sequence.
pub type Blocks = (Range<usize>, Range<usize>);

/// Cuts two sequences into blocks that follow one another in both, and of which the product of the
/// lengths is at most `most`. One of both blocks may be empty.
pub fn blocks(a: &[u64], b: &[u64], most: usize) -> Vec<Blocks> {
    if a.len().saturating_mul(b.len()) <= most {
        return vec![(0..a.len(), 0..b.len())];
    }
    let mut found = Vec::new();
    let (mut from_a, mut from_b) = (0, 0);
    // The last anchor is the end of both, which is no run.
    for (to_a, to_b) in anchors(a, b).into_iter().chain([(a.len(), b.len())]) {
        // Anchors that are close together make one block.
        let fits = |to_a: usize, to_b: usize| (to_a - from_a).saturating_mul(to_b - from_b) <= most;
        if (to_a, to_b) != (a.len(), b.len()) && fits(to_a, to_b) && to_a - from_a < LEAST {
            continue;
        }
        cut((from_a..to_a, from_b..to_b), most, &mut found);
        (from_a, from_b) = (to_a, to_b);
    }
    found
}

/// Words of a block that ends at an anchor, at least: short blocks cost more than they save.
const LEAST: usize = 64;

/// Cuts two blocks in proportion until the product of the lengths is at most `most`.
fn cut((a, b): Blocks, most: usize, found: &mut Vec<Blocks>) {
    let product = a.len().saturating_mul(b.len());
    // Both sides are cut, so that twice the parts make a fourth of the product of each.
    let parts = (product as f64 / most.max(1) as f64).sqrt().ceil().max(1.0) as usize;
    let place = |range: &Range<usize>, part: usize| {
        range.start + (range.len() as u128 * part as u128 / parts as u128) as usize
    };
    let part = |range: &Range<usize>, part: usize| place(range, part)..place(range, part + 1);
    found.extend((0..parts).map(|at| (part(&a, at), part(&b, at))));
}

/// The places of runs that are unique in either sequence, as far as they are in common order.
fn anchors(a: &[u64], b: &[u64]) -> Vec<(usize, usize)> {
    let (in_a, in_b) = (once(a), once(b));
    let mut common: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for (run, place) in &in_a {
        while at < in_b.len() && in_b[at].0 < *run {
            at += 1;
        }
        if in_b.get(at).is_some_and(|other| other.0 == *run) {
            common.push((*place, in_b[at].1));
        }
    }
    common.sort_unstable();
    ascending(&common)
}

/// The runs that a sequence has once, by their hashes, with their places.
fn once(words: &[u64]) -> Vec<(u64, usize)> {
    let hash = |run: &[u64]| run.iter().fold(0, |hash: u64, word| mix(hash.rotate_left(1) ^ word));
    let mut runs: Vec<(u64, usize)> = words.windows(RUN).map(hash).zip(0..).collect();
    runs.sort_unstable();
    let unique = |same: &[(u64, usize)]| (same.len() == 1).then(|| same[0]);
    runs.chunk_by(|x, y| x.0 == y.0).filter_map(unique).collect()
}

/// The longest chain of pairs, ascending by their first, of which the second ascend too.
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length of a chain the pair that ends one with the least second; and for each pair
    // the one before it in its chain.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, second)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *second);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut chain = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        chain.push(pairs[at]);
        next = before[at];
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::edits::common_in_order;

    fn words(count: u64, kinds: u64) -> Vec<u64> {
        (0..count).map(|at| mix(at) % kinds).collect()
    }

    proptest::proptest! {
        #[test]
        fn blocks_follow_one_another(
            a in proptest::collection::vec(0u64..40, 0..200),
            b in proptest::collection::vec(0u64..40, 0..200),
            most in 1usize..3000,
        ) {
            let (mut end_a, mut end_b) = (0, 0);
            for (in_a, in_b) in blocks(&a, &b, most) {
                proptest::prop_assert_eq!((in_a.start, in_b.start), (end_a, end_b));
                (end_a, end_b) = (in_a.end, in_b.end);
                let product = in_a.len() * in_b.len();
                // Rounding may add a word on either side.
                proptest::prop_assert!(product <= most + in_a.len() + in_b.len() + 1);
            }
            proptest::prop_assert_eq!((end_a, end_b), (a.len(), b.len()));
        }

        #[test]
        fn chains_are_as_long_as_can_be(seconds in proptest::collection::vec(0usize..50, 0..40)) {
            let mut seconds = seconds;
            seconds.sort_unstable();
            seconds.dedup();
            seconds.sort_by_key(|second| mix(*second as u64));
            let pairs: Vec<(usize, usize)> = (0..).zip(seconds.iter().copied()).collect();
            let chain = ascending(&pairs);
            proptest::prop_assert!(chain.is_sorted_by(|x, y| x.0 < y.0 && x.1 < y.1));
            let order: Vec<u64> = seconds.iter().map(|second| *second as u64).collect();
            let mut sorted = order.clone();
            sorted.sort_unstable();
            proptest::prop_assert_eq!(chain.len(), common_in_order(&order, &sorted));
        }
    }

    #[test]
    fn the_work_grows_with_the_words() {
        let work = |count: u64| -> usize {
            let a = words(count, 5000);
            let b: Vec<u64> =
                a.iter().map(|word| if mix(*word) < u64::MAX / 10 { 1 } else { *word }).collect();
            let blocks = blocks(&a, &b, 1 << 16);
            blocks.iter().map(|(a, b)| a.len() * b.len()).sum()
        };
        let cells = [10_000, 20_000, 40_000, 80_000].map(work);
        for two in cells.windows(2) {
            assert!(two[1] < two[0] * 5 / 2, "{cells:?}");
        }
    }

    #[test]
    fn words_that_are_moved_together_are_found_in_blocks() {
        let a = words(20_000, 100_000);
        let b: Vec<u64> = [&words(3000, 7)[..], &a[..], &words(500, 9)].concat();
        let common: usize = blocks(&a, &b, 1 << 16)
            .into_iter()
            .map(|(in_a, in_b)| common_in_order(&a[in_a], &b[in_b]))
            .sum();
        assert!(common > 19_500, "{common}");
    }
}
