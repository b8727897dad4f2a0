//! The two kinds of model that judge: a line, and a sum of monotone curves.
//!
//! Coefficients are small text files under `models/`, written by `cargo run -p retold-train` (see
//! docs/evaluation.md) and compiled in; each model is declared beside the features that it reads.
//! Models give log-odds.

use std::collections::HashMap;

use super::relation::Feature;

/// In which direction a feature may move the log-odds. The trainer holds every weight to it.
#[cfg(feature = "unstable")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Nothing is known.
    Any,
    /// More of it never counts against reuse.
    Positive,
    /// More of it never counts for reuse.
    Negative,
}

/// Declares the features of a model: a struct with a number for each, and their names and signs.
macro_rules! features {
    (
        $(#[$doc:meta])*
        pub struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $sign:ident,)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Default)]
        pub struct $name { $($(#[$field_doc])* pub $field: f32,)* }

        impl $name {
            /// How many there are.
            pub const COUNT: usize = [$(stringify!($field)),*].len();
            /// Their names, in order.
            pub const NAMES: [&'static str; Self::COUNT] = [$(stringify!($field)),*];
            /// Their signs, in order.
            #[cfg(feature = "unstable")]
            pub const SIGNS: [$crate::align::model::Sign; Self::COUNT] =
                [$($crate::align::model::Sign::$sign),*];

            /// Their values, in order.
            pub fn values(&self) -> [f32; Self::COUNT] {
                [$(self.$field),*]
            }
        }
    };
}
pub(super) use features;

/// A logistic model that is linear in `N` features.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<const N: usize> {
    /// Log-odds where every feature is 0.
    pub intercept: f32,
    /// What one unit of each feature adds to the log-odds.
    pub weights: [f32; N],
}

impl<const N: usize> Line<N> {
    /// Reads the coefficients that `text` gives these features: lines of name, tab, weight.
    ///
    /// The files are part of the program, so what is missing or unknown is a bug and panics.
    pub fn parse(names: [&'static str; N], text: &str) -> Self {
        let mut weights: HashMap<&str, f32> =
            rows(text).map(|(name, weights)| (name, weights[0])).collect();
        let mut take = |name: &str| weights.remove(name).expect("one weight for every feature");
        let line = Self { intercept: take("intercept"), weights: names.map(take) };
        assert!(weights.is_empty(), "a feature that the program does not have");
        line
    }

    /// Log-odds of these values, one per feature.
    pub fn odds(&self, values: &[f32; N]) -> f32 {
        let products = self.weights.iter().zip(values).map(|(weight, value)| weight * value);
        self.intercept + products.sum::<f32>()
    }
}

/// A generalised additive model (Hastie and Tibshirani 1990) whose curves bend with length.
///
/// Every feature adds a piecewise linear curve, which is flat beyond the training values. A piece
/// is a ramp from 0 to 1 with a weight, so where weights have one sign, the log-odds rise or fall
/// with the feature everywhere: that holds for any pair of texts, also for one unlike the training
/// data. Each weight has a value at several lengths of text and is interpolated between them; below
/// the least and above the greatest length it is constant.
#[derive(Debug, Clone, PartialEq)]
pub struct Curves {
    names: &'static [&'static str],
    /// Logarithms of the lengths, ascending; at least two.
    lengths: Vec<f32>,
    /// Log-odds where every ramp is 0, at each length.
    intercepts: Vec<f32>,
    ramps: Vec<Ramp>,
    /// For each ramp its weight at each length.
    weights: Vec<f32>,
}

/// A piece of the curve of one feature.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ramp {
    feature: usize,
    from: f32,
    /// 1 over its width.
    scale: f32,
}

impl Ramp {
    /// 0 below, 1 above.
    fn height(self, values: &[f32]) -> f32 {
        ((values[self.feature] - self.from) * self.scale).clamp(0.0, 1.0)
    }
}

/// Where a length falls between two of a model's.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    below: usize,
    /// Share of the way to the next, 0 to 1.
    share: f32,
}

impl Place {
    fn of(self, weights: &[f32]) -> f32 {
        weights[self.below] + self.share * (weights[self.below + 1] - weights[self.below])
    }
}

impl Curves {
    /// Reads what `text` says of these features: a line `words` with the lengths, a line
    /// `intercept` with a value for each, and for each ramp the name of its feature, where it
    /// begins and ends, and its weights; all separated by tabs. A feature without ramps adds
    /// nothing.
    ///
    /// The files are part of the program, so what is missing or unknown is a bug and panics.
    pub fn parse(names: &'static [&'static str], text: &str) -> Self {
        let mut model = Self {
            names,
            lengths: Vec::new(),
            intercepts: Vec::new(),
            ramps: Vec::new(),
            weights: Vec::new(),
        };
        for (name, numbers) in rows(text) {
            match name {
                "words" => model.lengths = numbers.iter().map(|words| words.ln()).collect(),
                "intercept" => model.intercepts = numbers,
                _ => {
                    let feature = names.iter().position(|known| *known == name);
                    let feature = feature.expect("a feature that the program has");
                    let (from, to) = (numbers[0], numbers[1]);
                    assert!(from < to && numbers.len() == model.lengths.len() + 2, "{name}");
                    model.ramps.push(Ramp { feature, from, scale: 1.0 / (to - from) });
                    model.weights.extend(&numbers[2..]);
                }
            }
        }
        assert!(model.lengths.len() >= 2 && model.lengths.is_sorted());
        assert_eq!(model.intercepts.len(), model.lengths.len());
        model
    }

    /// Log-odds of these values, one per feature, for texts of so many words.
    pub fn odds(&self, values: &[f32], words: f32) -> f32 {
        let place = self.place(words);
        let mut odds = place.of(&self.intercepts);
        for (ramp, weights) in self.ramps.iter().zip(self.weights.chunks(self.lengths.len())) {
            odds += ramp.height(values) * place.of(weights);
        }
        odds
    }

    /// Every feature with its value and what it adds.
    pub fn explain(&self, values: &[f32], words: f32) -> Vec<Feature> {
        let place = self.place(words);
        let mut features: Vec<Feature> = self
            .names
            .iter()
            .zip(values)
            .map(|(name, value)| Feature { name, value: *value, weight: 0.0 })
            .collect();
        for (ramp, weights) in self.ramps.iter().zip(self.weights.chunks(self.lengths.len())) {
            features[ramp.feature].weight += ramp.height(values) * place.of(weights);
        }
        features
    }

    fn place(&self, words: f32) -> Place {
        let length = words.max(1.0).ln();
        let inner = &self.lengths[1..self.lengths.len() - 1];
        let below = inner.iter().filter(|known| **known <= length).count();
        let (from, to) = (self.lengths[below], self.lengths[below + 1]);
        Place { below, share: ((length - from) / (to - from)).clamp(0.0, 1.0) }
    }
}

/// The lines of name, tab, numbers of a model's file.
fn rows(text: &str) -> impl Iterator<Item = (&str, Vec<f32>)> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (name, numbers) = line.split_once('\t').expect("a name, a tab, numbers");
        let numbers = numbers.split('\t').map(|n| n.trim().parse().expect("numbers")).collect();
        (name, numbers)
    })
}

/// Log-odds to probability.
pub fn probability(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

/// Probability to log-odds; infinite for 0 and 1.
pub fn odds(probability: f32) -> f32 {
    (probability / (1.0 - probability)).ln()
}

/// A model's file, compiled in.
macro_rules! compiled_in {
    ($(#[$doc:meta])* $name:ident: $kind:ty, $names:expr, $file:literal) => {
        $(#[$doc])*
        pub static $name: std::sync::LazyLock<$kind> =
            std::sync::LazyLock::new(|| <$kind>::parse($names, include_str!($file)));
    };
}
pub(super) use compiled_in;

#[cfg(test)]
mod tests {
    use super::*;

    const CURVES: &str = "# made by hand\nwords\t10\t100\nintercept\t-1\t-3\n\
                          x\t0\t0.5\t2\t4\nx\t0.5\t1\t1\t1\ny\t0\t10\t-1\t0\n";

    fn curves() -> Curves {
        Curves::parse(&["x", "y"], CURVES)
    }

    #[test]
    fn lines_are_sums_of_products() {
        let line = Line::parse(["x", "y"], "# made by hand\nintercept\t1\nx\t2\ny\t-0.5\n");
        assert_eq!(line.odds(&[3.0, 4.0]), 5.0);
    }

    #[test]
    fn curves_are_flat_beyond_what_was_seen() {
        let model = curves();
        assert_eq!(model.odds(&[0.25, 0.0], 10.0), -1.0 + 1.0);
        assert_eq!(model.odds(&[0.75, 0.0], 10.0), -1.0 + 2.0 + 0.5);
        assert_eq!(model.odds(&[9.0, 0.0], 10.0), model.odds(&[1.0, 0.0], 10.0));
        assert_eq!(model.odds(&[0.3, 2.0], 1.0), model.odds(&[0.3, 2.0], 10.0));
        assert_eq!(model.odds(&[0.3, 2.0], 5000.0), model.odds(&[0.3, 2.0], 100.0));
        assert_eq!(model.odds(&[f32::NAN.max(0.0), 0.0], 0.0), -1.0);
    }

    #[test]
    fn weights_are_interpolated_between_lengths() {
        let between = curves().odds(&[0.5, 10.0], 1000f32.sqrt());
        assert!((between - (-2.0 + 3.0 - 0.5)).abs() < 1e-5, "{between}");
    }

    #[test]
    fn odds_are_the_sum_of_the_explain() {
        let model = curves();
        let values = [0.8, 4.0];
        let sum: f32 = model.explain(&values, 20.0).iter().map(|feature| feature.weight).sum();
        let rest = model.odds(&[0.0, 0.0], 20.0);
        assert!((rest + sum - model.odds(&values, 20.0)).abs() < 1e-5);
    }

    #[test]
    fn probability_and_odds_are_inverse() {
        assert!((probability(odds(0.3)) - 0.3).abs() < 1e-6);
    }

    #[test]
    #[should_panic(expected = "one weight for every feature")]
    fn a_missing_weight_is_a_bug() {
        Line::parse(["x", "y"], "intercept\t1\nx\t2\n");
    }
}
