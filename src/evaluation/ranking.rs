//! Pairs by their scores: what any threshold would find.

use super::counts::share;
use super::{Counts, Scored};

/// Pairs without a score, because they were not compared: they rank below all others, as ties.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unseen {
    /// Those that are reuse.
    pub reuse: u64,
    /// Those that are not.
    pub other: u64,
}

/// What a threshold finds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Point {
    /// Least score of a pair that is found.
    pub threshold: f64,
    /// What is found, and what is not.
    pub counts: Counts,
}

/// Pairs in the order of their scores.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ranking {
    /// For each score that occurs, highest first, what it finds as a threshold.
    points: Vec<Point>,
    reuse: u64,
    other: u64,
}

impl Ranking {
    /// Ranks the pairs; `unseen` come after them.
    pub fn new(pairs: &[Scored], unseen: Unseen) -> Self {
        let mut pairs = pairs.to_vec();
        pairs.sort_by(|x, y| y.score.total_cmp(&x.score));
        let seen = pairs.iter().filter(|pair| pair.is_reuse).count() as u64;
        let reuse = seen + unseen.reuse;
        let other = pairs.len() as u64 - seen + unseen.other;
        let mut counts = Counts { missed: reuse, ..Counts::default() };
        let mut points = Vec::new();
        for equals in pairs.chunk_by(|x, y| x.score == y.score) {
            let right = equals.iter().filter(|pair| pair.is_reuse).count() as u64;
            counts.right += right;
            counts.missed -= right;
            counts.wrong += equals.len() as u64 - right;
            points.push(Point { threshold: equals[0].score, counts });
        }
        Self { points, reuse, other }
    }

    /// All pairs that are reuse, seen or not.
    pub fn reuse(&self) -> u64 {
        self.reuse
    }

    /// All pairs that are not.
    pub fn other(&self) -> u64 {
        self.other
    }

    /// What every score that occurs would find as a threshold, highest first; empty without pairs.
    pub fn curve(&self) -> &[Point] {
        &self.points
    }

    /// What `threshold` finds.
    pub fn at(&self, threshold: f64) -> Counts {
        let above = self.points.partition_point(|point| point.threshold >= threshold);
        match above.checked_sub(1) {
            Some(last) => self.points[last].counts,
            None => Counts { missed: self.reuse, ..Counts::default() },
        }
    }

    /// [`Ranking::curve`] with at most `steps` + 1 points, highest first: for each of 0,
    /// 1/`steps`, …, 1 the least score that reaches it, which finds just what it finds.
    pub fn thinned(&self, steps: u32) -> Vec<Point> {
        if self.points.len() <= steps as usize + 1 {
            return self.points.clone();
        }
        let mut thinned: Vec<Point> = Vec::new();
        for step in (0..=steps).rev() {
            let least = f64::from(step) / f64::from(steps);
            let above = self.points.partition_point(|point| point.threshold >= least);
            let point = above.checked_sub(1).map(|last| self.points[last]);
            thinned.extend(point.filter(|point| thinned.last() != Some(point)));
        }
        thinned
    }

    /// The threshold with the greatest F1, the highest of equals; `None` without pairs.
    pub fn best(&self) -> Option<Point> {
        let f1 = |point: &Point| point.counts.f1().unwrap_or(0.0);
        self.points.iter().copied().reduce(|best, point| match f1(&point) > f1(&best) {
            true => point,
            false => best,
        })
    }

    /// Area under the ROC curve: how often a pair of reuse scores above one that is none, where
    /// equals count half (Hanley and McNeil 1982). `None` unless there are pairs of both sorts.
    pub fn auc(&self) -> Option<f64> {
        if self.reuse == 0 || self.other == 0 {
            return None;
        }
        let all = Counts { right: self.reuse, wrong: self.other, missed: 0 };
        let mut above = Counts::default();
        let mut won = 0.0;
        for counts in self.points.iter().map(|point| point.counts).chain([all]) {
            let (right, wrong) = (counts.right - above.right, counts.wrong - above.wrong);
            won += right as f64 * ((self.other - counts.wrong) as f64 + wrong as f64 / 2.0);
            above = counts;
        }
        Some(won / (self.reuse as f64 * self.other as f64))
    }

    /// The greatest recall of a threshold that at most this share of the pairs that are not reuse
    /// pass. `None` unless there are pairs of both sorts.
    pub fn recall_at(&self, false_positives: f64) -> Option<f64> {
        if self.other == 0 {
            return None;
        }
        let most = (false_positives * self.other as f64).floor() as u64;
        let passed = self.points.partition_point(|point| point.counts.wrong <= most);
        let right = passed.checked_sub(1).map_or(0, |last| self.points[last].counts.right);
        share(right, self.reuse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scored(list: &[(f64, bool)]) -> Vec<Scored> {
        list.iter().map(|&(score, is_reuse)| Scored { score, is_reuse }).collect()
    }

    /// A few scores, so that many are equal; and unseen pairs.
    fn rankings() -> impl Strategy<Value = (Vec<Scored>, Unseen)> {
        let pair = (0_u8..12, any::<bool>())
            .prop_map(|(score, is_reuse)| Scored { score: f64::from(score) / 11.0, is_reuse });
        let unseen = (0_u64..4, 0_u64..4).prop_map(|(reuse, other)| Unseen { reuse, other });
        (prop::collection::vec(pair, 0..40), unseen)
    }

    /// All scores of one sort; unseen pairs score -1.
    fn scores(pairs: &[Scored], unseen: Unseen, is_reuse: bool) -> Vec<f64> {
        let more = if is_reuse { unseen.reuse } else { unseen.other };
        let of = pairs.iter().filter(|pair| pair.is_reuse == is_reuse).map(|pair| pair.score);
        of.chain((0..more).map(|_| -1.0)).collect()
    }

    #[test]
    fn equals_count_half() {
        let unseen = Unseen::default();
        let auc = |list: &[(f64, bool)]| Ranking::new(&scored(list), unseen).auc();
        assert_eq!(auc(&[(0.9, true), (0.1, false)]), Some(1.0));
        assert_eq!(auc(&[(0.1, true), (0.9, false)]), Some(0.0));
        assert_eq!(auc(&[(0.5, true), (0.5, false), (0.5, true)]), Some(0.5));
        assert_eq!(auc(&[(0.5, true), (0.5, false), (0.1, false)]), Some(0.75));
        assert_eq!(auc(&[(0.5, true)]), None);
        let unseen = Unseen { reuse: 1, other: 1 };
        assert_eq!(Ranking::new(&[], unseen).auc(), Some(0.5));
    }

    #[test]
    fn nothing_has_no_curve() {
        let none = Ranking::new(&[], Unseen { reuse: 2, other: 0 });
        assert_eq!((none.curve(), none.best(), none.recall_at(0.01)), (&[][..], None, None));
        assert_eq!(none.at(0.5), Counts { missed: 2, ..Counts::default() });
        assert!(none.thinned(100).is_empty());
    }

    #[test]
    fn the_highest_of_equally_good_thresholds_is_the_best() {
        let pairs = [(0.9, true), (0.8, false), (0.7, true), (0.6, false), (0.5, true)];
        let best = Ranking::new(&scored(&pairs), Unseen::default()).best().map(|of| of.threshold);
        assert_eq!(best, Some(0.5));
        // One of three, or two of three and as many again that are none: an F1 of a half each.
        let pairs = [(0.9, true), (0.5, true), (0.5, false), (0.5, false), (0.5, false)];
        let unseen = Unseen { reuse: 1, other: 0 };
        let best = Ranking::new(&scored(&pairs), unseen).best().map(|of| of.threshold);
        assert_eq!(best, Some(0.9));
    }

    proptest! {
        #[test]
        fn auc_is_the_share_of_duels_won((pairs, unseen) in rankings()) {
            let (reuse, other) = (scores(&pairs, unseen, true), scores(&pairs, unseen, false));
            let won: f64 = reuse
                .iter()
                .flat_map(|x| other.iter().map(move |y| x.total_cmp(y)))
                .map(|duel| f64::from(duel as i8 + 1) / 2.0)
                .sum();
            let expected = won / (reuse.len() * other.len()) as f64;
            match Ranking::new(&pairs, unseen).auc() {
                Some(auc) => prop_assert!((auc - expected).abs() < 1e-12),
                None => prop_assert!(expected.is_nan()),
            }
        }

        #[test]
        fn the_curve_says_what_each_threshold_finds((pairs, unseen) in rankings()) {
            let ranking = Ranking::new(&pairs, unseen);
            let reuse = scores(&pairs, unseen, true);
            for threshold in [0.0, 0.2, 3.0 / 11.0, 0.5, 1.0] {
                let passing = |scores: &[f64]| scores.iter().filter(|x| **x >= threshold).count();
                let right = passing(&reuse) as u64;
                let wrong = passing(&scores(&pairs, unseen, false)) as u64;
                let missed = reuse.len() as u64 - right;
                prop_assert_eq!(ranking.at(threshold), Counts { right, wrong, missed });
            }
            for point in ranking.curve() {
                prop_assert_eq!(ranking.at(point.threshold), point.counts);
                prop_assert!(point.counts.f1() <= ranking.best().and_then(|best| best.counts.f1()));
            }
        }

        #[test]
        fn recall_is_that_of_the_scores_above_the_limit(
            (pairs, unseen) in rankings(),
            rate in 0.0_f64..1.0,
        ) {
            let ranking = Ranking::new(&pairs, unseen);
            let reuse = scores(&pairs, unseen, true);
            let mut other = scores(&pairs, unseen, false);
            prop_assume!(!reuse.is_empty() && !other.is_empty());
            other.sort_by(|x, y| y.total_cmp(x));
            let limit = other[(rate * other.len() as f64).floor() as usize];
            let above = reuse.iter().filter(|x| **x > limit).count();
            let expected = above as f64 / reuse.len() as f64;
            prop_assert_eq!(ranking.recall_at(rate), Some(expected));
        }

        #[test]
        fn a_thinned_curve_finds_the_same((pairs, unseen) in rankings(), steps in 1_u32..15) {
            let ranking = Ranking::new(&pairs, unseen);
            let thinned = ranking.thinned(steps);
            prop_assert!(thinned.len() <= steps as usize + 1);
            prop_assert!(thinned.is_sorted_by(|x, y| x.threshold > y.threshold));
            for step in 0..=steps {
                let least = f64::from(step) / f64::from(steps);
                let found = thinned.iter().rfind(|point| point.threshold >= least);
                let missed = ranking.reuse();
                let none = Counts { missed, ..Counts::default() };
                prop_assert_eq!(found.map_or(none, |point| point.counts), ranking.at(least));
            }
        }
    }
}
