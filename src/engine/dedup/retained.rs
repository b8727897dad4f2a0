//! Which article of each group is likely to be retained, by rank.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rayon::prelude::*;

use super::Rank;
use crate::cluster::{self, Confirmation, clusters_until};
use crate::engine::steps::Steps;
use crate::{BoxError, Cancel, Error};

/// The rank of each article, by its number; the same at every call. A failure ends the run, as an
/// [`Error::Rank`].
pub type Ranks<'p> = &'p (dyn Fn(u32) -> Result<Rank, BoxError> + Sync);

/// The rank of an article.
pub(super) fn rank(ranks: Ranks<'_>, article: u32) -> Result<Rank, Error> {
    ranks(article).map_err(|source| Error::Rank { article, source })
}

/// By node, the best of its articles and its rank: for members, and for nodes with several
/// articles.
pub(super) fn best_of_nodes(
    nodes: &[u32],
    members: &[u32],
    ranks: Ranks<'_>,
    cancel: &Cancel,
) -> Result<HashMap<u32, (Rank, u32)>, Error> {
    let ranked = |article: u32| {
        cancel.check()?;
        Ok::<_, Error>((rank(ranks, article)?, article))
    };
    let mut best = HashMap::with_capacity(members.len());
    for member in members {
        best.insert(*member, ranked(*member)?);
    }
    for (article, &node) in (0..).zip(nodes).filter(|(article, node)| article != *node) {
        let best = match best.entry(node) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(ranked(node)?),
        };
        *best = (*best).min(ranked(article)?);
    }
    Ok(best)
}

/// The candidates, and for each connected group every member with the one that would be retained:
/// banding does not pair all members of big buckets, but every article that is dropped has to be
/// verified against the one that replaces it.
pub(super) fn with_retained(
    best: &[(Rank, u32)],
    mut candidates: Vec<(u32, u32)>,
    estimate_jaccard: impl Fn(u32, u32) -> Result<f32, Error> + Sync,
    cancel: &Cancel,
) -> Result<Vec<(u32, u32)>, Error> {
    let edge = |(): &mut (), &(a, b): &(u32, u32)| {
        Ok(cluster::Edge { a, b, score: estimate_jaccard(a, b)? })
    };
    let edges = Steps::collect(cancel, candidates.par_iter(), || (), edge)?;
    // Joins are proposals here: `choose` drops nothing that is not verified.
    let confirmation = Confirmation { representatives: 0.5, ..Confirmation::default() };
    let groups = clusters_until(best.len(), &edges, confirmation, cancel)?;
    let mut retained_of: HashMap<u32, u32> = HashMap::new();
    for (member, group) in (0..).zip(&groups) {
        let retained = retained_of.entry(*group).or_insert(member);
        if best[member as usize] < best[*retained as usize] {
            *retained = member;
        }
    }
    for (member, group) in (0..).zip(&groups) {
        let retained = retained_of[group];
        if member != retained {
            candidates.push((member.min(retained), member.max(retained)));
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
    Ok(candidates)
}
