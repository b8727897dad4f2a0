//! Pairs found and missed.

/// What became of the pairs that are reuse, and what else was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pairs found that are reuse.
    pub right: u64,
    /// Pairs found that are not.
    pub wrong: u64,
    /// Pairs of reuse that were not found.
    pub missed: u64,
}

impl Counts {
    /// Pairs found.
    pub fn found(&self) -> u64 {
        self.right + self.wrong
    }

    /// Share of the pairs found that are reuse; `None` if nothing was found.
    pub fn precision(&self) -> Option<f64> {
        share(self.right, self.found())
    }

    /// Share of the pairs of reuse that were found; `None` if there are none.
    pub fn recall(&self) -> Option<f64> {
        share(self.right, self.right + self.missed)
    }

    /// Harmonic mean of precision and recall; `None` if nothing was found and nothing was to be.
    pub fn f1(&self) -> Option<f64> {
        share(2 * self.right, 2 * self.right + self.wrong + self.missed)
    }
}

/// `part` of `whole`; `None` of nothing.
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_has_no_figures() {
        let nothing = Counts::default();
        assert_eq!((nothing.precision(), nothing.recall(), nothing.f1()), (None, None, None));
        let missed = Counts { missed: 3, ..nothing };
        assert_eq!(
            (missed.precision(), missed.recall(), missed.f1()),
            (None, Some(0.0), Some(0.0))
        );
    }

    proptest! {
        #[test]
        fn f1_is_the_harmonic_mean(
            right in 1_u64..1000,
            wrong in 0_u64..1000,
            missed in 0_u64..1000,
        ) {
            let counts = Counts { right, wrong, missed };
            let (p, r) = (counts.precision().unwrap(), counts.recall().unwrap());
            prop_assert!((counts.f1().unwrap() - 2.0 * p * r / (p + r)).abs() < 1e-12);
        }
    }
}
