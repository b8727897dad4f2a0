//! Linear models over named features, and where their coefficients stand.
//!
//! Each model is a small text file under `models/`, written by `cargo run -p retold-train` (see
//! docs/evaluation.md) and compiled in. A model gives log-odds: `intercept + Σ weight × value`.

use std::sync::LazyLock;

use super::relation::Feature;

/// A logistic model over `N` named features.
#[derive(Debug, Clone, PartialEq)]
pub struct Model<const N: usize> {
    /// The features' names, in order.
    pub names: [&'static str; N],
    /// Log-odds where every feature is 0.
    pub intercept: f32,
    /// What one unit of each feature adds to the log-odds.
    pub weights: [f32; N],
}

impl<const N: usize> Model<N> {
    /// Reads the coefficients that `text` gives these features: lines of name, tab, weight.
    ///
    /// The files are part of the program, so what is missing or unknown is a bug and panics.
    pub fn parse(names: [&'static str; N], text: &str) -> Self {
        let mut model = Self { names, intercept: 0.0, weights: [0.0; N] };
        let mut seen = 0;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, weight) = line.split_once('\t').expect("a name, a tab, a weight");
            let weight = weight.trim().parse().expect("weights are numbers");
            match names.iter().position(|known| *known == name) {
                Some(at) => model.weights[at] = weight,
                None => {
                    assert_eq!(name, "intercept", "a feature that the program does not have");
                    model.intercept = weight;
                }
            }
            seen += 1;
        }
        assert_eq!(seen, N + 1, "one weight for every feature, and the intercept");
        model
    }

    /// Log-odds of these values, one per feature.
    pub fn odds(&self, values: &[f32]) -> f32 {
        debug_assert_eq!(values.len(), N);
        let products = self.weights.iter().zip(values).map(|(weight, value)| weight * value);
        self.intercept + products.sum::<f32>()
    }

    /// Every feature with its value and what it adds.
    pub fn explain(&self, values: &[f32]) -> Vec<Feature> {
        let explain = |at: usize| Feature {
            name: self.names[at],
            value: values[at],
            weight: self.weights[at] * values[at],
        };
        (0..N).map(explain).collect()
    }
}

/// Log-odds to probability.
pub fn probability(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

macro_rules! model {
    ($(#[$doc:meta])* $name:ident, $features:expr, $file:literal) => {
        $(#[$doc])*
        pub static $name: LazyLock<Model<{ $features.len() }>> =
            LazyLock::new(|| Model::parse($features, include_str!($file)));
    };
}

model! {
    /// Whether two linked sentences stand in a reused passage.
    LINK, super::links::FEATURES, "models/link.tsv"
}
model! {
    /// Whether two stretches of about one length are a reused passage.
    PASSAGE, super::evidence::FEATURES, "models/passage.tsv"
}
model! {
    /// Whether a stretch sums up a longer one.
    SUMMARY, super::passages::SUMMARY_FEATURES, "models/summary.tsv"
}

model! {
    /// Whether one of two articles is the other retold.
    ARTICLE, super::features::FEATURES, "models/article.tsv"
}

model! {
    /// Whether two articles that are otherwise independent share a passage.
    PARTIAL, super::features::PARTIAL_FEATURES, "models/partial.tsv"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_are_the_sum_of_what_explain_lists() {
        let model = Model::parse(["x", "y"], "# made by hand\nintercept\t1\nx\t2\ny\t-0.5\n");
        let values = [3.0, 4.0];
        assert_eq!(model.odds(&values), 5.0);
        let listed: f32 = model.explain(&values).iter().map(|feature| feature.weight).sum();
        assert_eq!(model.intercept + listed, model.odds(&values));
    }

    #[test]
    #[should_panic(expected = "one weight for every feature")]
    fn a_missing_weight_is_a_bug() {
        Model::parse(["x", "y"], "intercept\t1\nx\t2\n");
    }
}
