//! Signatures to candidate pairs: articles that agree in all rows of at least one band.
//!
//! This module chooses bands and rows by their S-curve; [`super::band_keys`] finds the pairs, and
//! [`Banding::candidates`] does that in one call.

use crate::{Error, error::Field, setters::setters};

/// How signatures are divided into bands: `bands` bands of `rows` lanes each.
///
/// Two articles are candidates if all `rows` lanes of any band are equal (Broder 1997; Leskovec,
/// Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banding {
    bands: usize,
    rows: usize,
}

/// What [`Banding::for_threshold`] optimises for.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Target {
    /// The Jaccard index above which pairs are wanted, between 0 and 1.
    pub threshold: f64,
    /// Lanes of the signatures, at least 1.
    pub lanes: usize,
    /// The cost of a false negative relative to that of a false positive; 0 or more, 1 by default.
    /// Above 1 it moves the S-curve to the left.
    pub miss_cost: f64,
}

impl Target {
    setters! {
        miss_cost: f64,
    }

    /// The target with equal costs.
    pub fn new(threshold: f64, lanes: usize) -> Self {
        Self { threshold, lanes, miss_cost: 1.0 }
    }
}

impl Banding {
    /// Fails unless bands and rows are at least 1.
    pub fn new(bands: usize, rows: usize) -> Result<Self, Error> {
        let least = |field, found: usize| match found {
            0 => Err(Error::OutOfRange { field, found: "0".into(), expected: "1 or more" }),
            _ => Ok(()),
        };
        least(Field::Bands, bands)?;
        least(Field::Rows, rows)?;
        Ok(Self { bands, rows })
    }

    /// The bands and rows that fit the lanes and minimise the area under the S-curve to the left of
    /// the threshold (false positives) plus the area above it to the right (false negatives),
    /// weighted by their cost. Fails where the target is out of range.
    pub fn for_threshold(target: Target) -> Result<Self, Error> {
        let Target { threshold, lanes, miss_cost } = target;
        let out_of_range = |field, found: f64, expected| {
            Err(Error::OutOfRange { field, found: found.to_string(), expected })
        };
        if !(threshold > 0.0 && threshold < 1.0) {
            return out_of_range(Field::TargetThreshold, threshold, "between 0 and 1");
        }
        if !(miss_cost >= 0.0 && miss_cost.is_finite()) {
            return out_of_range(Field::MissCost, miss_cost, "0 or more");
        }
        let mut best = (f64::INFINITY, Self::new(1, lanes)?);
        for rows in 1..=lanes {
            // All numbers of bands that the lanes allow: each has another S-curve.
            for bands in 1..=lanes / rows {
                let banding = Self { bands, rows };
                let cost = banding.cost(threshold, miss_cost);
                if cost < best.0 {
                    best = (cost, banding);
                }
            }
        }
        Ok(best.1)
    }

    /// Weighted areas of error, by the midpoint rule.
    fn cost(self, threshold: f64, miss_cost: f64) -> f64 {
        const STEPS: usize = 64;
        let area = |from: f64, to: f64, height: &dyn Fn(f64) -> f64| {
            let step = (to - from) / STEPS as f64;
            (0..STEPS).map(|i| height(from + (i as f64 + 0.5) * step)).sum::<f64>() * step
        };
        area(0.0, threshold, &|j| self.probability(j))
            + miss_cost * area(threshold, 1.0, &|j| 1.0 - self.probability(j))
    }

    /// Number of bands.
    pub fn bands(self) -> usize {
        self.bands
    }

    /// Lanes in a band.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// The S-curve: the probability that a pair with this Jaccard index becomes a candidate.
    pub fn probability(self, jaccard: f64) -> f64 {
        let all_rows = jaccard.clamp(0.0, 1.0).powf(self.rows as f64);
        1.0 - (1.0 - all_rows).powf(self.bands as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_are_errors() {
        assert!(Banding::new(0, 2).is_err() && Banding::new(2, 0).is_err());
        assert!(Banding::for_threshold(Target::new(1.0, 128)).is_err());
        assert!(Banding::for_threshold(Target::new(0.5, 0)).is_err());
    }

    #[test]
    fn the_s_curve_turns_at_the_threshold() {
        for threshold in [0.2, 0.5, 0.7, 0.9] {
            let banding = Banding::for_threshold(Target::new(threshold, 128)).expect("in range");
            assert!(banding.bands() * banding.rows() <= 128);
            assert!(banding.probability(threshold - 0.15) < 0.4, "{banding:?}");
            assert!(banding.probability(threshold + 0.09) > 0.6, "{banding:?}");
        }
        let careful = Target { miss_cost: 9.0, ..Target::new(0.7, 128) };
        let careful = Banding::for_threshold(careful).expect("in range");
        let even = Banding::for_threshold(Target::new(0.7, 128)).expect("in range");
        assert!(careful.probability(0.7) > even.probability(0.7));
    }
}
