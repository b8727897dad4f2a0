//! Related pairs to clusters that do not chain.
//!
//! Union-find over every edge makes mega-clusters: A is like B, B like C, and so on across a
//! corpus. Here edges are taken strongest first, and two clusters join only if the join is
//! confirmed: by a sure edge between their representatives, or by the mean over all pairs across
//! (average link, where pairs without an edge count 0).

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::setters::setters;
use crate::text::hash::{Mixed, WordMap, mix};
use crate::{Cancel, Cancelled};

/// A verified relation between two articles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Number of one article.
    pub a: u32,
    /// Number of the other.
    pub b: u32,
    /// How sure the relation is, 0 to 1.
    pub score: f32,
}

/// What confirms that two clusters are one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Confirmation {
    /// Least mean score over all pairs across. Default 0.5.
    pub mean: f32,
    /// Least score between the two representatives. Default 0.99: copies that are chained through
    /// one article, as those of big buckets are, have no other edges.
    pub representatives: f32,
}

impl Default for Confirmation {
    fn default() -> Self {
        Self { mean: 0.5, representatives: 0.99 }
    }
}

impl Confirmation {
    setters! {
        mean: f32,
        representatives: f32,
    }
}

/// For each of `articles` articles the number of its cluster. Numbers count from 0 in the order of
/// the clusters' first articles; an article without edges is a cluster of its own.
///
/// Cost: near linear in edges. The order of `edges` does not matter. Memory: four bytes for each
/// article, some two hundred for each that has an edge.
pub fn clusters(articles: usize, edges: &[Edge], confirmation: Confirmation) -> Vec<u32> {
    let found = clusters_until(articles, edges, confirmation, &Cancel::never());
    found.expect("nobody tells it to stop")
}

/// [`clusters`], until it is cancelled.
pub fn clusters_until(
    articles: usize,
    edges: &[Edge],
    confirmation: Confirmation,
    cancel: &Cancel,
) -> Result<Vec<u32>, Cancelled> {
    let mut members: Vec<u32> = edges.iter().flat_map(|edge| [edge.a, edge.b]).collect();
    members.sort_unstable();
    members.dedup();
    let place = |article: u32| members.partition_point(|member| *member < article) as u32;
    let mut order: Vec<Edge> = edges
        .iter()
        .map(|edge| Edge { a: place(edge.a), b: place(edge.b), ..*edge }.ordered())
        .collect();
    order.sort_by(|x, y| y.score.total_cmp(&x.score).then((x.a, x.b).cmp(&(y.a, y.b))));
    let mut state = State::new(members.len(), &order, confirmation);
    for edge in &order {
        cancel.check()?;
        state.join(edge);
    }
    Ok(state.numbers(articles, &members))
}

impl Edge {
    fn ordered(self) -> Self {
        Self { a: self.a.min(self.b), b: self.a.max(self.b), ..self }
    }
}

/// A number of its own for two articles, the smaller one first.
fn key(a: u32, b: u32) -> u64 {
    mix(u64::from(a) << 32 | u64::from(b))
}

struct State {
    confirmation: Confirmation,
    parent: Vec<u32>,
    size: Vec<u32>,
    /// For each root the sum of the scores of its edges to other roots.
    across: Vec<HashMap<u32, f64, BuildHasherDefault<Mixed>>>,
    /// For each root its representative: the smallest article.
    representative: Vec<u32>,
    /// The scores of edges, by [`key`].
    direct: WordMap<f32>,
}

impl State {
    fn new(articles: usize, edges: &[Edge], confirmation: Confirmation) -> Self {
        let mut state = Self {
            confirmation,
            parent: (0..articles as u32).collect(),
            size: vec![1; articles],
            across: vec![HashMap::default(); articles],
            representative: (0..articles as u32).collect(),
            direct: HashMap::with_capacity_and_hasher(edges.len(), BuildHasherDefault::default()),
        };
        for edge in edges.iter().filter(|edge| edge.a != edge.b) {
            let known = state.direct.insert(key(edge.a, edge.b), edge.score);
            if known.is_none() {
                *state.across[edge.a as usize].entry(edge.b).or_default() += f64::from(edge.score);
                *state.across[edge.b as usize].entry(edge.a).or_default() += f64::from(edge.score);
            }
        }
        state
    }

    fn root(&mut self, mut at: u32) -> u32 {
        while self.parent[at as usize] != at {
            let above = self.parent[at as usize];
            self.parent[at as usize] = self.parent[above as usize];
            at = above;
        }
        at
    }

    fn join(&mut self, edge: &Edge) {
        let (x, y) = (self.root(edge.a), self.root(edge.b));
        if x == y || !self.is_confirmed(x, y) {
            return;
        }
        let many =
            |at: u32| (self.across[at as usize].len(), self.size[at as usize], u32::MAX - at);
        let (into, from) = if many(x) >= many(y) { (x, y) } else { (y, x) };
        let moved = std::mem::take(&mut self.across[from as usize]);
        self.across[into as usize].remove(&from);
        for (other, sum) in moved.into_iter().filter(|(other, _)| *other != into) {
            *self.across[into as usize].entry(other).or_default() += sum;
            let back = &mut self.across[other as usize];
            back.remove(&from);
            *back.entry(into).or_default() += sum;
        }
        self.parent[from as usize] = into;
        self.size[into as usize] += self.size[from as usize];
        let least = self.representative[from as usize].min(self.representative[into as usize]);
        self.representative[into as usize] = least;
    }

    fn is_confirmed(&self, x: u32, y: u32) -> bool {
        let (p, q) = (self.representative[x as usize], self.representative[y as usize]);
        if self
            .direct
            .get(&key(p.min(q), p.max(q)))
            .is_some_and(|score| *score >= self.confirmation.representatives)
        {
            return true;
        }
        let pairs = f64::from(self.size[x as usize]) * f64::from(self.size[y as usize]);
        let sum = self.across[x as usize].get(&y).copied().unwrap_or(0.0);
        sum / pairs >= f64::from(self.confirmation.mean)
    }

    /// The numbers of all articles, given those that are here; every other one is by itself.
    fn numbers(&mut self, articles: usize, members: &[u32]) -> Vec<u32> {
        let mut of_roots = vec![None; members.len()];
        let (mut count, mut next) = (0, 0);
        (0..articles as u32)
            .map(|article| {
                let mut new = || {
                    count += 1;
                    count - 1
                };
                if members.get(next) != Some(&article) {
                    return new();
                }
                next += 1;
                let root = self.root(next as u32 - 1);
                *of_roots[root as usize].get_or_insert_with(new)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(list: &[(u32, u32, f32)]) -> Vec<Edge> {
        list.iter().map(|&(a, b, score)| Edge { a, b, score }).collect()
    }

    #[test]
    fn a_chain_is_not_a_cluster() {
        let chain = edges(&[(0, 1, 0.9), (1, 2, 0.8), (2, 3, 0.9), (3, 4, 0.7)]);
        assert_eq!(clusters(5, &chain, Confirmation::default()), [0, 0, 1, 1, 2]);
    }

    #[test]
    fn a_star_of_copies_is_one() {
        let star: Vec<Edge> = (1..500).map(|b| Edge { a: 0, b, score: 1.0 }).collect();
        assert!(clusters(500, &star, Confirmation::default()).iter().all(|number| *number == 0));
    }

    #[test]
    fn cliques_joined_by_one_edge_stay_apart() {
        let two = edges(&[
            (0, 1, 0.9),
            (0, 2, 0.9),
            (1, 2, 0.9),
            (3, 4, 0.9),
            (3, 5, 0.9),
            (4, 5, 0.9),
            (2, 5, 0.8),
        ]);
        assert_eq!(clusters(6, &two, Confirmation::default()), [0, 0, 0, 1, 1, 1]);
    }

    #[test]
    fn the_order_of_edges_does_not_matter() {
        let mut list = edges(&[(0, 1, 0.9), (4, 2, 0.9), (1, 2, 0.9), (3, 2, 0.7), (3, 1, 0.6)]);
        let first = clusters(6, &list, Confirmation::default());
        list.reverse();
        assert_eq!(clusters(6, &list, Confirmation::default()), first);
        assert!(clusters(0, &[], Confirmation::default()).is_empty());
    }
}
