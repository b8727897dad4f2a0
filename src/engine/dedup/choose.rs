//! Which articles to keep.

use crate::align::{Relation, Side};

/// How much one wants to keep an article. The least of a group is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Rank {
    /// Whether the article is only here for others to be dropped because of it. Such articles are
    /// always kept.
    pub standing: Standing,
    /// Less is better; of equals the earlier article is.
    pub preference: u64,
}

/// Whose an article is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum Standing {
    /// Of a reference: already there.
    Reference,
    /// Of the corpus that is deduplicated.
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
    /// The side that stands in the other, in an excerpt: only that one may be dropped.
    pub contained: Option<Side>,
}

/// What becomes of an article.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
// Exhaustive on purpose: an article stays or goes.
pub enum Fate {
    /// It stays.
    #[default]
    Kept,
    /// It goes.
    Dropped {
        /// The article that stays instead.
        keeper: u32,
        /// What the two are to each other.
        relation: Relation,
        /// The score of that relation.
        score: f32,
    },
}

/// An article that goes: [`Fate::Dropped`], and which one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drop {
    /// The article.
    pub article: u32,
    /// The one that stays instead.
    pub keeper: u32,
    /// What the two are to each other.
    pub relation: Relation,
    /// The score of that relation.
    pub score: f32,
}

/// What becomes of all articles of a corpus. Memory: 16 bytes for each that is dropped.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fates {
    drops: Vec<Drop>,
}

impl Fates {
    /// All are kept but these, given in the order of their articles.
    pub fn new(drops: Vec<Drop>) -> Self {
        debug_assert!(drops.is_sorted_by(|x, y| x.article < y.article));
        Self { drops }
    }

    /// What becomes of an article.
    pub fn of(&self, article: u32) -> Fate {
        match self.drops.binary_search_by_key(&article, |drop| drop.article) {
            Err(_) => Fate::Kept,
            Ok(at) => {
                let Drop { keeper, relation, score, .. } = self.drops[at];
                Fate::Dropped { keeper, relation, score }
            }
        }
    }

    /// Those that are dropped, in the order of the articles.
    pub fn drops(&self) -> &[Drop] {
        &self.drops
    }
}

impl FromIterator<(u32, Fate)> for Fates {
    /// From articles in ascending order.
    fn from_iter<T: IntoIterator<Item = (u32, Fate)>>(fates: T) -> Self {
        let drop = |(article, fate)| match fate {
            Fate::Kept => None,
            Fate::Dropped { keeper, relation, score } => {
                Some(Drop { article, keeper, relation, score })
            }
        };
        Self::new(fates.into_iter().filter_map(drop).collect())
    }
}

/// Chooses for each article, one `Rank` each, whether it is kept.
///
/// Articles are asked in the order of their ranks, excerpts after all others. One is dropped if an
/// edge leads to one that is kept already; of several to the one with the highest score, then the
/// best rank. So of two related articles never both are dropped for each other, every keeper is
/// kept, and nothing is dropped for a relation that was not verified. Near linear in edges, whose
/// order does not matter.
pub fn choose(ranks: &[Rank], edges: &[Edge]) -> Vec<Fate> {
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
        .filter(|article| ranks[*article as usize].standing == Standing::Own)
        .collect();
    order.sort_by_cached_key(|article| place(*article));
    // Those that are not asked are kept.
    let mut is_kept = vec![true; ranks.len()];
    order.iter().for_each(|article| is_kept[*article as usize] = false);
    let mut fates = vec![Fate::Kept; ranks.len()];
    for article in order {
        let kept = ways_of(article).iter().filter(|way| is_kept[way.to as usize]);
        let best = kept
            .min_by(|x, y| y.score.total_cmp(&x.score).then_with(|| place(x.to).cmp(&place(y.to))));
        match best {
            None => is_kept[article as usize] = true,
            Some(way) => {
                let Way { to: keeper, relation, score, .. } = *way;
                fates[article as usize] = Fate::Dropped { keeper, relation, score };
            }
        }
    }
    fates
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

/// Where the ways from each article begin, and after them all where they end.
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
        Rank { standing: Standing::Own, preference }
    }

    fn edge(a: u32, b: u32, score: f32) -> Edge {
        Edge { a, b, relation: Relation::NearDuplicate, score, contained: None }
    }

    fn keepers(fates: &[Fate]) -> Vec<Option<u32>> {
        let keeper = |fate: &Fate| match fate {
            Fate::Kept => None,
            Fate::Dropped { keeper, .. } => Some(*keeper),
        };
        fates.iter().map(keeper).collect()
    }

    #[test]
    fn a_chain_is_not_dropped_to_one() {
        let chain = [edge(0, 1, 0.9), edge(1, 2, 0.9), edge(2, 3, 0.9)];
        assert_eq!(keepers(&choose(&[own(0); 4], &chain)), [None, Some(0), None, Some(2)]);
    }

    #[test]
    fn the_best_of_a_group_is_kept() {
        let all = [edge(0, 1, 0.9), edge(0, 2, 0.8), edge(1, 2, 0.7)];
        let fates = choose(&[own(5), own(3), own(4)], &all);
        assert_eq!(keepers(&fates), [Some(1), None, Some(1)]);
        assert_eq!(
            fates[2],
            Fate::Dropped { keeper: 1, relation: Relation::NearDuplicate, score: 0.7 }
        );
    }

    #[test]
    fn references_are_kept_and_win() {
        let reference = Rank { standing: Standing::Reference, preference: 9 };
        let all = [edge(0, 1, 0.9), edge(0, 2, 0.8), edge(1, 2, 0.7)];
        let fates = choose(&[own(0), reference, reference], &all);
        assert_eq!(keepers(&fates), [Some(1), None, None]);
    }

    #[test]
    fn the_whole_is_kept_and_not_the_excerpt() {
        let excerpt = |a, b, side| Edge {
            relation: Relation::Excerpt,
            contained: Some(side),
            ..edge(a, b, 0.99)
        };
        let fates = choose(&[own(0), own(1)], &[excerpt(0, 1, Side::A)]);
        assert_eq!(keepers(&fates), [Some(1), None]);
        // 0 stands in 1, 1 in 2, and 0 in 2.
        let nested = [excerpt(0, 1, Side::A), excerpt(2, 1, Side::B), excerpt(0, 2, Side::A)];
        assert_eq!(keepers(&choose(&[own(0); 3], &nested)), [Some(2), Some(2), None]);
    }

    #[test]
    fn nothing_in_nothing_out() {
        assert!(choose(&[], &[]).is_empty());
        assert_eq!(choose(&[own(0)], &[]), [Fate::Kept]);
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
            let fates = choose(&ranks, &edges);
            for (article, fate) in (0..).zip(&fates) {
                if let Fate::Dropped { keeper, .. } = fate {
                    prop_assert_eq!(fates[*keeper as usize], Fate::Kept);
                    let pair = (article.min(*keeper), article.max(*keeper));
                    let has_edge = edges.iter().any(|e| (e.a.min(e.b), e.a.max(e.b)) == pair);
                    prop_assert!(has_edge);
                }
            }
            for edge in &edges {
                let both = [edge.a, edge.b].map(|article| fates[article as usize] == Fate::Kept);
                prop_assert_ne!(both, [true, true]);
            }
            let mut reversed = edges.clone();
            reversed.reverse();
            prop_assert_eq!(choose(&ranks, &reversed), fates);
        }
    }
}
