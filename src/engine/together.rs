//! The order in which pairs are compared.

/// The pairs, grouped by connected components.
///
/// Preparing an article costs as much as comparing it, and few prepared ones can be held at once.
/// In the order of their first articles, the pairs of an article are spread over a corpus: it would
/// be prepared again and again.
pub(super) fn together(articles: usize, pairs: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut above: Vec<u32> = (0..articles as u32).collect();
    for &(a, b) in pairs {
        let (a, b) = (root(&mut above, a), root(&mut above, b));
        above[a.max(b) as usize] = a.min(b);
    }
    let mut keyed: Vec<(u32, (u32, u32))> =
        pairs.iter().map(|&(a, b)| (root(&mut above, a), (a, b))).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, pair)| pair).collect()
}

/// The smallest article that this one is connected to, with path halving.
fn root(above: &mut [u32], mut at: u32) -> u32 {
    while above[at as usize] != at {
        above[at as usize] = above[above[at as usize] as usize];
        at = above[at as usize];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connected_pairs_follow_one_another() {
        let pairs = [(0, 7), (1, 2), (3, 9), (4, 7), (5, 9), (6, 8)];
        let ordered = together(10, &pairs);
        assert_eq!(ordered, [(0, 7), (4, 7), (1, 2), (3, 9), (5, 9), (6, 8)]);
        assert_eq!(together(0, &[]), []);
    }
}
