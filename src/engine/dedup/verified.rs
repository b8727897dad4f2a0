//! What a verification has found, and what follows from it.

use std::collections::HashMap;

use super::retained::{Ranks, rank};
use super::{Decision, Decisions, Edge, Origin, Rank, choose};
use crate::Error;
use crate::align::Relation;

/// Candidate pairs with their exact Jaccard indices. Needs neither the texts nor the pages any
/// more: four bytes for each article, some hundred for each that is in a pair.
#[derive(Debug, Clone)]
pub struct Verified {
    /// For each article the first one with the same words.
    pub(super) nodes: Vec<u32>,
    /// The nodes that are in a pair, ascending. What follows counts them by their places here.
    pub(super) members: Vec<u32>,
    /// By node, the best-ranked article with its words, and its rank; for members, and for nodes
    /// with several articles.
    pub(super) best: HashMap<u32, (Rank, u32)>,
    /// Pairs of members, the earlier first, sorted, with their Jaccard index once it is known.
    pub(super) pairs: Vec<(u32, u32, Option<f32>)>,
    /// The least Jaccard index for which candidates were looked for.
    pub(super) least: f64,
}

impl Verified {
    /// The least Jaccard index for which pairs were looked for.
    pub fn least(&self) -> f64 {
        self.least
    }

    /// What becomes of each article. Pairs that are not verified count as unrelated.
    ///
    /// `jaccard` is the least Jaccard index of near-duplicates. Below that of the verification
    /// ([`Verified::least`]), pairs are missing that were no candidates. `ranks` are those of the
    /// verification.
    pub fn choose(&self, jaccard: f64, ranks: Ranks<'_>) -> Result<Decisions, Error> {
        let verified = self.pairs.iter().filter_map(|&(a, b, found)| {
            let score = found.filter(|of| f64::from(*of) >= jaccard - ROUNDING)?;
            Some(Edge { a, b, relation: Relation::NearDuplicate, score, contained: None })
        });
        let best_of = |member: u32| self.best[&self.members[member as usize]];
        let of_best: Vec<Rank> =
            (0..).zip(&self.members).map(|(member, _)| best_of(member).0).collect();
        let of_members = choose(&of_best, &verified.collect::<Vec<_>>());
        let decision = |(article, &node): (u32, &u32)| {
            let Some((of_best, best)) = self.best.get(&node) else {
                return Ok((article, Decision::Kept));
            };
            let own = rank(ranks, article)?;
            let of_node = match self.members.binary_search(&node) {
                Ok(member) => of_members[member],
                Err(_) => Decision::Kept,
            };
            let of_article = match of_node {
                Decision::Kept if article == *best => Decision::Kept,
                _ if own.origin == Origin::Reference => Decision::Kept,
                Decision::Dropped { retained, relation, score } => {
                    Decision::Dropped { retained: best_of(retained).1, relation, score }
                }
                Decision::Kept => {
                    debug_assert!((*of_best, *best) <= (own, article));
                    Decision::Dropped { retained: *best, relation: Relation::Identical, score: 1.0 }
                }
            };
            Ok((article, of_article))
        };
        (0..).zip(&self.nodes).map(decision).collect()
    }
}

/// A Jaccard index of 32 bits may be this far from the one of 64.
const ROUNDING: f64 = 1e-7;
