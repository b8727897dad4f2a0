//! Candidate pairs, and which of them are not verified yet.

/// Pairs of members, each of which gets its Jaccard index once.
pub(super) struct OpenPairs {
    /// The earlier member first, sorted, with the Jaccard index once it is known.
    pairs: Vec<(u32, u32, Option<f32>)>,
    /// Later members, each with the number of a pair; sorted.
    by_later: Vec<(u32, u32)>,
    /// By member, its open pairs; of these, the ones in which it is the earlier.
    open: Vec<u32>,
    open_later: Vec<u32>,
    /// Number of all open pairs.
    left: usize,
}

impl OpenPairs {
    /// All of them open. `pairs` are sorted, the earlier member first; members are numbered below
    /// `members`.
    pub fn new(members: usize, pairs: Vec<(u32, u32)>) -> Self {
        let mut open = vec![0; members];
        let mut open_later = open.clone();
        let mut by_later = Vec::with_capacity(pairs.len());
        for (at, &(a, b)) in (0..).zip(&pairs) {
            open[a as usize] += 1;
            open[b as usize] += 1;
            open_later[a as usize] += 1;
            by_later.push((b, at));
        }
        by_later.sort_unstable();
        let left = pairs.len();
        let pairs = pairs.into_iter().map(|(a, b)| (a, b, None)).collect();
        Self { pairs, by_later, open, open_later, left }
    }

    /// Number of open pairs.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Whether a member is in an open pair.
    pub fn has_open(&self, member: u32) -> bool {
        self.open[member as usize] > 0
    }

    /// Whether a member is the earlier one of an open pair.
    pub fn has_open_later(&self, member: u32) -> bool {
        self.open_later[member as usize] > 0
    }

    /// The members of a pair.
    pub fn members(&self, pair: u32) -> (u32, u32) {
        let (a, b, _) = self.pairs[pair as usize];
        (a, b)
    }

    /// The numbers of the open pairs that have this later member, and an earlier one that is held.
    pub fn ready(&self, later: u32, is_held: impl Fn(u32) -> bool) -> impl Iterator<Item = u32> {
        let from = self.by_later.partition_point(|(of, _)| *of < later);
        let own = self.by_later[from..].iter().take_while(move |(of, _)| *of == later);
        own.map(|(_, pair)| *pair).filter(move |pair| {
            let (a, _, jaccard) = self.pairs[*pair as usize];
            jaccard.is_none() && is_held(a)
        })
    }

    /// Closes an open pair, and returns its earlier member.
    pub fn close(&mut self, pair: u32, found: f32) -> u32 {
        let (a, b, jaccard) = &mut self.pairs[pair as usize];
        *jaccard = Some(found);
        self.open[*a as usize] -= 1;
        self.open[*b as usize] -= 1;
        self.open_later[*a as usize] -= 1;
        self.left -= 1;
        *a
    }

    /// All pairs, the earlier member first, with the Jaccard index of those that are closed.
    pub fn all(&self) -> impl Iterator<Item = (u32, u32, Option<f32>)> {
        self.pairs.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_open_until_it_is_closed() {
        let mut pairs = OpenPairs::new(4, vec![(0, 1), (0, 3), (1, 3)]);
        assert_eq!(pairs.left(), 3);
        assert!(!pairs.has_open(2) && pairs.has_open(3) && !pairs.has_open_later(3));
        let ready = |pairs: &OpenPairs, held: &[u32]| -> Vec<u32> {
            pairs.ready(3, |member| held.contains(&member)).collect()
        };
        assert_eq!(ready(&pairs, &[0]), [1]);
        assert_eq!(ready(&pairs, &[0, 1, 2]), [1, 2]);
        assert_eq!((pairs.members(1), pairs.close(1, 0.5)), ((0, 3), 0));
        assert_eq!(ready(&pairs, &[0, 1]), [2]);
        assert!(pairs.has_open_later(0) && pairs.has_open(3));
        pairs.close(0, 0.25);
        assert!(!pairs.has_open(0) && pairs.has_open_later(1));
        assert_eq!(pairs.left(), 1);
        let all: Vec<_> = pairs.all().collect();
        assert_eq!(all, [(0, 1, Some(0.25)), (0, 3, Some(0.5)), (1, 3, None)]);
    }
}
