//! Similarity of two short sequences, in order and as multisets.

use super::weights::count_in_both;

/// Dice's coefficient of two multisets; 0 where both are empty.
pub(super) fn dice(a: Vec<u64>, b: Vec<u64>) -> f32 {
    let all = (a.len() + b.len()).max(1) as f32;
    2.0 * in_both(a, b) as f32 / all
}

/// How many elements two multisets share.
pub(super) fn in_both(mut a: Vec<u64>, mut b: Vec<u64>) -> usize {
    a.sort_unstable();
    b.sort_unstable();
    count_in_both(&a, &b)
}

/// Words to insert, remove or replace to make one of the other (Levenshtein 1966).
pub(super) fn edits(a: &[u64], b: &[u64]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[b.len()]
}

/// Words of the longest run that both have.
pub(super) fn longest_run(a: &[u64], b: &[u64]) -> usize {
    let mut row = vec![0; b.len() + 1];
    let mut longest = 0;
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let run = if x == y { diagonal + 1 } else { 0 };
            diagonal = std::mem::replace(&mut row[j + 1], run);
            longest = longest.max(run);
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_of_known_examples() {
        let letters = |text: &str| text.bytes().map(u64::from).collect::<Vec<u64>>();
        assert_eq!(edits(&letters("kitten"), &letters("sitting")), 3);
        assert_eq!(edits(&letters(""), &letters("abc")), 3);
        assert_eq!(longest_run(&letters("xabcy"), &letters("zabcab")), 3);
        assert_eq!(dice(vec![1, 2, 2, 3], vec![2, 2, 4]), 4.0 / 7.0);
        assert_eq!(dice(Vec::new(), Vec::new()), 0.0);
    }
}
