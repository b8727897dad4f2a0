//! Whether scores are probabilities.

use super::Scored;

/// Bins of a reliability table.
pub const BINS: usize = 10;

/// Pairs whose scores are alike.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct Bin {
    /// How many.
    pub pairs: u64,
    /// Those of them that are reuse.
    pub reuse: u64,
    /// Sum of their scores.
    score: f64,
}

impl Bin {
    /// Mean score; `None` if the bin is empty.
    pub fn mean_score(&self) -> Option<f64> {
        (self.pairs > 0).then(|| self.score / self.pairs as f64)
    }

    /// Share of the pairs that are reuse, which a calibrated score equals; `None` if the bin is
    /// empty.
    pub fn share(&self) -> Option<f64> {
        super::counts::share(self.reuse, self.pairs)
    }
}

/// Pairs by score, in [`BINS`] bins of equal width: scores from 0 to below 0.1, and so on; the last
/// has 1, too.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Reliability {
    /// From the lowest scores to the highest.
    pub bins: [Bin; BINS],
}

impl Reliability {
    /// Sorts pairs into bins. Scores beyond 0 and 1 count to the outermost.
    pub fn new(pairs: &[Scored]) -> Self {
        let mut bins = [Bin::default(); BINS];
        for pair in pairs {
            let bin = &mut bins[((pair.score * BINS as f64) as usize).min(BINS - 1)];
            bin.pairs += 1;
            bin.reuse += u64::from(pair.is_reuse);
            bin.score += pair.score;
        }
        Self { bins }
    }

    /// Expected calibration error (Naeini, Cooper and Hauskrecht 2015): how far the share of reuse
    /// is from the mean score, on average over all pairs. 0 is best; `None` without pairs.
    pub fn calibration_error(&self) -> Option<f64> {
        let pairs: u64 = self.bins.iter().map(|bin| bin.pairs).sum();
        let apart: f64 = self.bins.iter().map(|bin| (bin.score - bin.reuse as f64).abs()).sum();
        (pairs > 0).then(|| apart / pairs as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn boundaries_belong_to_the_bin_above_but_1() {
        let pairs = [0.0, 0.09, 0.1, 0.95, 1.0].map(|score| Scored { score, is_reuse: true });
        let bins = Reliability::new(&pairs).bins.map(|bin| bin.pairs);
        assert_eq!(bins, [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    }

    #[test]
    fn a_score_that_keeps_its_word_has_no_error() {
        let half = [true, false].map(|is_reuse| Scored { score: 0.5, is_reuse });
        assert_eq!(Reliability::new(&half).calibration_error(), Some(0.0));
        assert_eq!(Reliability::new(&half[..1]).calibration_error(), Some(0.5));
        assert_eq!(Reliability::new(&[]).calibration_error(), None);
        assert_eq!(Bin::default().mean_score(), None);
    }

    proptest! {
        #[test]
        fn the_error_is_the_weighted_mean_over_bins(
            pairs in prop::collection::vec((0.0_f64..=1.0, any::<bool>()), 1..60)
        ) {
            let scored: Vec<Scored> =
                pairs.iter().map(|&(score, is_reuse)| Scored { score, is_reuse }).collect();
            let mut expected = 0.0;
            for bin in 0..BINS {
                let is_in = |score: f64| ((score * 10.0).floor() as usize).min(9) == bin;
                let inside: Vec<_> = pairs.iter().filter(|(score, _)| is_in(*score)).collect();
                let n = inside.len() as f64;
                if n > 0.0 {
                    let mean = inside.iter().map(|(score, _)| score).sum::<f64>() / n;
                    let share = inside.iter().filter(|(_, is_reuse)| *is_reuse).count() as f64 / n;
                    expected += n / pairs.len() as f64 * (mean - share).abs();
                }
            }
            let found = Reliability::new(&scored).calibration_error().unwrap();
            prop_assert!((found - expected).abs() < 1e-12);
        }
    }
}
