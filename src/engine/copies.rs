//! Copies within a side, which were not looked at for pairs of their own.
//!
//! Within one corpus a copy is reported with its original, and the original with all others. Across
//! two sides the copy would not be reported, so it gets a pair of its own.

use std::collections::HashMap;

use super::found::Pair;
use crate::align::Relation;

/// Each copy without a partner, with the strongest partner of its original; sorted. `pairs` are
/// sorted by their numbers, and of equally strong partners the first counts.
pub(super) fn pairs_of_copies(copies: &[(u32, u32)], pairs: &[Pair]) -> Vec<(u32, u32)> {
    let mut strongest: HashMap<u32, (f32, u32)> = HashMap::new();
    for pair in pairs.iter().filter(|pair| pair.comparison.relation != Relation::Unrelated) {
        let score = pair.comparison.score;
        for (article, partner) in [(pair.a, pair.b), (pair.b, pair.a)] {
            let known = strongest.entry(article).or_insert((score, partner));
            if score > known.0 {
                *known = (score, partner);
            }
        }
    }
    let mut found = Vec::new();
    for (first, copy) in copies {
        let Some(&partner) = strongest.get(first) else { continue };
        if !strongest.contains_key(copy) {
            strongest.insert(*copy, partner);
            found.push(((*copy).min(partner.1), (*copy).max(partner.1)));
        }
    }
    found.sort_unstable();
    found
}
