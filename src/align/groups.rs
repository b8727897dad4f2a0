//! Links to groups of them that may make one passage.

use std::collections::VecDeque;
use std::ops::Range;

use super::linker::Seed;

/// Splits links into groups without gaps on either side, cutting by the two sides in turn until
/// nothing more splits. Reorders `links`; a group is a range of them.
pub fn groups(links: &mut [Seed], gaps: [u32; 2]) -> Vec<Range<usize>> {
    let mut done = Vec::new();
    // Each entry: links, the side to cut by next, and whether the other side left it whole.
    let mut open = vec![(0..links.len(), 0, false)];
    while let Some((range, side, whole)) = open.pop() {
        let links = &mut links[range.clone()];
        if links.len() < 2 {
            done.extend((!links.is_empty()).then_some(range));
            continue;
        }
        let key = |link: &Seed| if side == 0 { link.a } else { link.b };
        links.sort_unstable_by_key(
            |link| {
                if side == 0 { (link.a, link.b) } else { (link.b, link.a) }
            },
        );
        let gap = gaps[side];
        let is_near = |x: &Seed, y: &Seed| key(y) - key(x) <= gap.saturating_add(1);
        let before = open.len();
        let mut start = range.start;
        for part in links.chunk_by(is_near) {
            open.push((start..start + part.len(), 1 - side, false));
            start += part.len();
        }
        if open.len() == before + 1 {
            open.pop();
            if whole {
                done.push(range);
            } else {
                open.push((range, 1 - side, true));
            }
        }
    }
    done
}

/// Chains links that are near each other on both sides at once, in the order of their first.
/// Reorders `links`; a chain is a range of them.
///
/// In long texts there is a link in every row and column, so that [`groups`] has nowhere to cut,
/// and would take as many rounds as there are links where it has.
pub fn chains(links: &mut [Seed], gap: u32) -> Vec<Range<usize>> {
    links.sort_unstable_by_key(|link| (link.a, link.b));
    let reach = gap + 1;
    let mut chain_of: Vec<u32> = (0..links.len() as u32).collect();
    // The rows in reach, by the first sentence of their links.
    let mut rows: VecDeque<Range<usize>> = VecDeque::new();
    let mut from = 0;
    for row in links.chunk_by(|x, y| x.a == y.a) {
        let own = from..from + row.len();
        from = own.end;
        while rows.front().is_some_and(|first| row[0].a - links[first.start].a > reach) {
            rows.pop_front();
        }
        for at in own.start + 1..own.end {
            if links[at].b - links[at - 1].b <= reach {
                join(&mut chain_of, at, at - 1);
            }
        }
        for others in &rows {
            let mut first = others.start;
            for at in own.clone() {
                while first < others.end && links[first].b + reach < links[at].b {
                    first += 1;
                }
                let near =
                    (first..others.end).take_while(|other| links[*other].b <= links[at].b + reach);
                near.for_each(|other| join(&mut chain_of, at, other));
            }
        }
        rows.push_back(own);
    }
    let mut keyed: Vec<(u32, Seed)> =
        (0..links.len()).map(|at| (root(&mut chain_of, at as u32), links[at])).collect();
    keyed.sort_by_key(|(chain, _)| *chain);
    links.iter_mut().zip(&keyed).for_each(|(link, (_, seed))| *link = *seed);
    let mut chains: Vec<Range<usize>> = Vec::new();
    for chain in keyed.chunk_by(|x, y| x.0 == y.0) {
        let start = chains.last().map_or(0, |before| before.end);
        chains.push(start..start + chain.len());
    }
    chains
}

/// Makes one chain of those of two links: that of the earlier one.
fn join(chain_of: &mut [u32], x: usize, y: usize) {
    let (x, y) = (root(chain_of, x as u32), root(chain_of, y as u32));
    chain_of[x.max(y) as usize] = x.min(y);
}

/// The first link of a chain, with path halving.
fn root(chain_of: &mut [u32], mut at: u32) -> u32 {
    while chain_of[at as usize] != at {
        chain_of[at as usize] = chain_of[chain_of[at as usize] as usize];
        at = chain_of[at as usize];
    }
    at
}

/// The sentences that the links span, on both sides.
pub fn hull(links: &[Seed]) -> (Range<u32>, Range<u32>) {
    let range = |key: fn(&Seed) -> u32| {
        let places = links.iter().map(key);
        places.clone().min().unwrap_or(0)..places.max().map_or(0, |last| last + 1)
    };
    (range(|link| link.a), range(|link| link.b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seeds() -> impl Strategy<Value = Vec<Seed>> {
        proptest::collection::btree_set((0u32..60, 0u32..60), 0..60)
            .prop_map(|places| places.into_iter().map(|(a, b)| Seed { a, b, odds: 0.0 }).collect())
    }

    proptest! {
        #[test]
        fn chains_are_those_of_a_naive_search(links in seeds(), gap in 0u32..6) {
            let mut chained = links.clone();
            let chains = chains(&mut chained, gap);
            // Every link takes the least number of those near it until nothing changes.
            let mut numbers: Vec<usize> = (0..links.len()).collect();
            let is_near = |x: &Seed, y: &Seed| {
                x.a.abs_diff(y.a) <= gap + 1 && x.b.abs_diff(y.b) <= gap + 1
            };
            for _ in 0..links.len() {
                for x in 0..links.len() {
                    for y in (0..links.len()).filter(|y| is_near(&links[x], &links[*y])) {
                        numbers[x] = numbers[x].min(numbers[y]);
                    }
                }
            }
            let mut expected: Vec<(usize, Seed)> = numbers.into_iter().zip(links).collect();
            expected.sort_by_key(|(number, _)| *number);
            let expected: Vec<Vec<Seed>> = expected
                .chunk_by(|x, y| x.0 == y.0)
                .map(|chain| chain.iter().map(|(_, seed)| *seed).collect())
                .collect();
            let found: Vec<Vec<Seed>> =
                chains.into_iter().map(|chain| chained[chain].to_vec()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
