//! Which articles to keep.

use crate::align::{Relation, Side};

/// How much an article is preferred. The lowest-ranked article of a group is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rank {
    /// Which corpus the article comes from. Articles of a reference are always kept.
    pub origin: Origin,
    /// Less is better; of equals the earlier article is.
    pub preference: u64,
}

/// Where an article comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum Origin {
    /// A reference corpus: its articles are already there.
    Reference,
    /// The corpus that is deduplicated.
    #[default]
    Own,
}

/// A verified relation between two articles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Number of one article.
    pub a: u32,
    /// Number of the other.
    pub b: u32,
    /// What they are to each other.
    pub relation: Relation,
    /// How sure that is, or how alike they are, 0 to 1.
    pub score: f32,
    /// In an excerpt, the side that the other contains: only that one may be dropped.
    pub contained: Option<Side>,
}

/// What becomes of an article.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[expect(clippy::exhaustive_enums, reason = "an article stays or goes")]
pub enum Decision {
    /// It stays.
    #[default]
    Kept,
    /// It goes.
    Dropped {
        /// The article that stays instead.
        retained: u32,
        /// What the two are to each other.
        relation: Relation,
        /// The score of that relation.
        score: f32,
    },
}

/// A dropped article and what [`Decision::Dropped`] says of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drop {
    /// The article.
    pub article: u32,
    /// The one that stays instead.
    pub retained: u32,
    /// What the two are to each other.
    pub relation: Relation,
    /// The score of that relation.
    pub score: f32,
}

/// What becomes of all articles of a corpus. Memory: 16 bytes for each that is dropped.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decisions {
    drops: Vec<Drop>,
}

impl Decisions {
    /// All are kept but these, given in the order of their articles.
    pub fn new(drops: Vec<Drop>) -> Self {
        debug_assert!(drops.is_sorted_by(|x, y| x.article < y.article));
        Self { drops }
    }

    /// What becomes of an article.
    pub fn of(&self, article: u32) -> Decision {
        match self.drops.binary_search_by_key(&article, |drop| drop.article) {
            Err(_) => Decision::Kept,
            Ok(at) => {
                let Drop { retained, relation, score, .. } = self.drops[at];
                Decision::Dropped { retained, relation, score }
            }
        }
    }

    /// Those that are dropped, in the order of the articles.
    pub fn drops(&self) -> &[Drop] {
        &self.drops
    }
}

impl FromIterator<(u32, Decision)> for Decisions {
    /// From articles in ascending order.
    fn from_iter<T: IntoIterator<Item = (u32, Decision)>>(decisions: T) -> Self {
        let drop = |(article, decision)| match decision {
            Decision::Kept => None,
            Decision::Dropped { retained, relation, score } => {
                Some(Drop { article, retained, relation, score })
            }
        };
        Self::new(decisions.into_iter().filter_map(drop).collect())
    }
}

/// Chooses for each article, one `Rank` each, whether it is kept.
///
/// Visits the articles in the order of their ranks, excerpts after all others. An article is
/// dropped if an edge leads to one that is already kept; of several such edges the one with the
/// highest score counts, then the one to the best rank. So two related articles are never dropped
/// for each other, every retained article is kept, and nothing is dropped for a relation that was
/// not verified. Near linear in edges, whose order does not matter.
pub fn choose(ranks: &[Rank], edges: &[Edge]) -> Vec<Decision> {
    let mut ways: Vec<Way> = edges.iter().flat_map(Way::of).collect();
    ways.sort_unstable_by_key(|way| (way.from, way.to));
    let starts = starts(ranks.len(), &ways);
    let ways_of = |article: u32| {
        &ways[starts[article as usize] as usize..starts[article as usize + 1] as usize]
    };
    let is_excerpt =
        |article: u32| ways_of(article).iter().any(|way| way.relation == Relation::Excerpt);
    let place = |article: u32| (is_excerpt(article), ranks[article as usize], article);
    let mut order: Vec<u32> = (0..ranks.len() as u32)
        .filter(|article| !ways_of(*article).is_empty())
        .filter(|article| ranks[*article as usize].origin == Origin::Own)
        .collect();
    order.sort_by_cached_key(|article| place(*article));
    // Articles that are not visited are kept.
    let mut is_kept = vec![true; ranks.len()];
    order.iter().for_each(|article| is_kept[*article as usize] = false);
    let mut decisions = vec![Decision::Kept; ranks.len()];
    for article in order {
        let kept = ways_of(article).iter().filter(|way| is_kept[way.to as usize]);
        let best = kept
            .min_by(|x, y| y.score.total_cmp(&x.score).then_with(|| place(x.to).cmp(&place(y.to))));
        match best {
            None => is_kept[article as usize] = true,
            Some(way) => {
                let Way { to: retained, relation, score, .. } = *way;
                decisions[article as usize] = Decision::Dropped { retained, relation, score };
            }
        }
    }
    decisions
}

/// One article may be dropped for another.
#[derive(Debug, Clone, Copy)]
struct Way {
    from: u32,
    to: u32,
    relation: Relation,
    score: f32,
}

impl Way {
    fn of(edge: &Edge) -> impl Iterator<Item = Self> + use<> {
        let Edge { a, b, relation, score, contained } = *edge;
        let ways = [(a, b, Side::A), (b, a, Side::B)];
        ways.into_iter()
            .filter(move |(_, _, side)| contained.is_none_or(|contained| contained == *side))
            .map(move |(from, to, _)| Self { from, to, relation, score })
    }
}

/// Where the edges from each article begin, with the end of the last one.
fn starts(articles: usize, ways: &[Way]) -> Vec<u32> {
    let mut starts = vec![0; articles + 1];
    for way in ways {
        starts[way.from as usize + 1] += 1;
    }
    for at in 0..articles {
        starts[at + 1] += starts[at];
    }
    starts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn own(preference: u64) -> Rank {
        Rank { origin: Origin::Own, preference }
    }

    fn edge(a: u32, b: u32, score: f32) -> Edge {
        Edge { a, b, relation: Relation::NearDuplicate, score, contained: None }
    }

    fn retained(decisions: &[Decision]) -> Vec<Option<u32>> {
        let retained_for = |decision: &Decision| match decision {
            Decision::Kept => None,
            Decision::Dropped { retained, .. } => Some(*retained),
        };
        decisions.iter().map(retained_for).collect()
    }

    #[test]
    fn a_chain_is_not_dropped_to_one() {
        let chain = [edge(0, 1, 0.9), edge(1, 2, 0.9), edge(2, 3, 0.9)];
        assert_eq!(retained(&choose(&[own(0); 4], &chain)), [None, Some(0), None, Some(2)]);
    }

    #[test]
    fn the_best_of_a_group_is_kept() {
        let all = [edge(0, 1, 0.9), edge(0, 2, 0.8), edge(1, 2, 0.7)];
        let decisions = choose(&[own(5), own(3), own(4)], &all);
        assert_eq!(retained(&decisions), [Some(1), None, Some(1)]);
        assert_eq!(
            decisions[2],
            Decision::Dropped { retained: 1, relation: Relation::NearDuplicate, score: 0.7 }
        );
    }

    #[test]
    fn references_are_kept_and_win() {
        let reference = Rank { origin: Origin::Reference, preference: 9 };
        let all = [edge(0, 1, 0.9), edge(0, 2, 0.8), edge(1, 2, 0.7)];
        let decisions = choose(&[own(0), reference, reference], &all);
        assert_eq!(retained(&decisions), [Some(1), None, None]);
    }

    #[test]
    fn the_whole_is_kept_and_not_the_excerpt() {
        let excerpt = |a, b, side| Edge {
            relation: Relation::Excerpt,
            contained: Some(side),
            ..edge(a, b, 0.99)
        };
        let decisions = choose(&[own(0), own(1)], &[excerpt(0, 1, Side::A)]);
        assert_eq!(retained(&decisions), [Some(1), None]);
        // 1 contains 0, and 2 contains both.
        let nested = [excerpt(0, 1, Side::A), excerpt(2, 1, Side::B), excerpt(0, 2, Side::A)];
        assert_eq!(retained(&choose(&[own(0); 3], &nested)), [Some(2), Some(2), None]);
    }

    #[test]
    fn nothing_in_nothing_out() {
        assert!(choose(&[], &[]).is_empty());
        assert_eq!(choose(&[own(0)], &[]), [Decision::Kept]);
    }

    proptest! {
        #[test]
        fn every_drop_has_a_kept_keeper_and_an_edge_and_no_two_kept_are_related(
            preferences in prop::collection::vec(0..4u64, 1..30),
            pairs in prop::collection::vec((0..30u32, 0..30u32, 0..5u8), 0..60),
        ) {
            let n = preferences.len() as u32;
            let edges: Vec<_> = pairs
                .into_iter()
                .map(|(a, b, score)| edge(a % n, b % n, f32::from(score) / 4.0))
                .filter(|edge| edge.a != edge.b)
                .collect();
            let ranks: Vec<_> = preferences.into_iter().map(own).collect();
            let decisions = choose(&ranks, &edges);
            for (article, decision) in (0..).zip(&decisions) {
                if let Decision::Dropped { retained, .. } = decision {
                    prop_assert_eq!(decisions[*retained as usize], Decision::Kept);
                    let pair = (article.min(*retained), article.max(*retained));
                    let has_edge = edges.iter().any(|e| (e.a.min(e.b), e.a.max(e.b)) == pair);
                    prop_assert!(has_edge);
                }
            }
            for edge in &edges {
                let is_kept = |article: u32| decisions[article as usize] == Decision::Kept;
                let both = [edge.a, edge.b].map(is_kept);
                prop_assert_ne!(both, [true, true]);
            }
            let mut reversed = edges.clone();
            reversed.reverse();
            prop_assert_eq!(choose(&ranks, &reversed), decisions);
        }
    }
}
