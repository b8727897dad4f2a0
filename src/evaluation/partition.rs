//! Two ways of making clusters of the same articles.

use std::collections::HashMap;
use std::hash::Hash;

/// The adjusted Rand index of two partitions (Hubert and Arabie 1985): 1 if they are the same,
/// about 0 for one at random, below 0 for worse.
///
/// `a` and `b` have one element for each article, the name of its cluster; names of one partition
/// mean nothing in the other. Fewer than two articles, and partitions that cannot differ by chance
/// (both only singletons, or both one cluster), give 1.
///
/// # Panics
/// If the lengths differ.
pub fn adjusted_rand<A: Eq + Hash, B: Eq + Hash>(a: &[A], b: &[B]) -> f64 {
    assert_eq!(a.len(), b.len(), "both partitions are of the same articles");
    let all = pairs(a.len() as u64);
    let both = pairs_together(a.iter().zip(b));
    let (in_a, in_b) = (pairs_together(a.iter()), pairs_together(b.iter()));
    let expected = if all > 0.0 { in_a * in_b / all } else { 0.0 };
    let most = (in_a + in_b) / 2.0;
    if most == expected { 1.0 } else { (both - expected) / (most - expected) }
}

/// Pairs of articles in the same cluster.
fn pairs_together<C: Eq + Hash>(clusters: impl Iterator<Item = C>) -> f64 {
    let mut sizes: HashMap<C, u64> = HashMap::new();
    for cluster in clusters {
        *sizes.entry(cluster).or_default() += 1;
    }
    // Halves of whole numbers: exact in any order of the sizes, up to 2^53 pairs.
    sizes.into_values().map(pairs).sum()
}

fn pairs(articles: u64) -> f64 {
    articles as f64 * articles.saturating_sub(1) as f64 / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// From the agreement of every pair of articles, one by one.
    fn naive(a: &[u8], b: &[u8]) -> f64 {
        let (mut both, mut in_a, mut in_b, mut all) = (0.0, 0.0, 0.0, 0.0);
        for x in 0..a.len() {
            for y in x + 1..a.len() {
                let (one, other) = (a[x] == a[y], b[x] == b[y]);
                both += f64::from(u8::from(one && other));
                in_a += f64::from(u8::from(one));
                in_b += f64::from(u8::from(other));
                all += 1.0;
            }
        }
        let expected = if all > 0.0 { in_a * in_b / all } else { 0.0 };
        let most = (in_a + in_b) / 2.0;
        if most == expected { 1.0 } else { (both - expected) / (most - expected) }
    }

    fn partitions() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        prop::collection::vec((0_u8..5, 0_u8..5), 0..40).prop_map(|both| both.into_iter().unzip())
    }

    #[test]
    fn a_known_case() {
        // Pairs together: 2 in both, 6 and 3 in each, of 15; 1.2 would be chance.
        let found = adjusted_rand(&[0, 0, 0, 1, 1, 1], &[0, 0, 1, 1, 2, 2]);
        assert!((found - (2.0 - 1.2) / (4.5 - 1.2)).abs() < 1e-12, "{found}");
    }

    #[test]
    fn what_cannot_differ_is_the_same() {
        assert_eq!(adjusted_rand::<u8, u8>(&[], &[]), 1.0);
        assert_eq!(adjusted_rand(&["x"], &[7]), 1.0);
        assert_eq!(adjusted_rand(&[1, 2, 3], &["a", "b", "c"]), 1.0);
        assert_eq!(adjusted_rand(&[1, 1, 1], &[1, 2, 3]), 0.0);
    }

    proptest! {
        #[test]
        fn it_agrees_with_the_count_of_pairs((a, b) in partitions()) {
            prop_assert!((adjusted_rand(&a, &b) - naive(&a, &b)).abs() < 1e-12);
        }

        #[test]
        fn names_and_sides_do_not_matter((a, b) in partitions()) {
            let renamed: Vec<String> =
                a.iter().map(|name| format!("cluster {}", 9 - name)).collect();
            prop_assert!((adjusted_rand(&a, &renamed) - 1.0).abs() < 1e-12);
            prop_assert!((adjusted_rand(&a, &b) - adjusted_rand(&b, &renamed)).abs() < 1e-12);
            prop_assert!(adjusted_rand(&a, &b) <= 1.0 + 1e-12);
        }
    }
}
