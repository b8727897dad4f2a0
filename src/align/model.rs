//! Linear models over named features, and where their coefficients stand.
//!
//! Each model is a small text file under `models/`, written by `cargo run -p retold-train` (see
//! docs/evaluation.md) and compiled in. A model gives log-odds: `intercept + Σ weight × value`.

use std::collections::HashMap;
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
        let mut coefficients = coefficients(text);
        let mut take =
            |name: &str| coefficients.remove(name).expect("one weight for every feature");
        let model = Self { names, intercept: take("intercept"), weights: names.map(take) };
        assert!(coefficients.is_empty(), "a feature that the program does not have");
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

/// A logistic model over `N` named features and the products of every two of them.
#[derive(Debug, Clone, PartialEq)]
pub struct SecondOrder<const N: usize> {
    names: [&'static str; N],
    intercept: f32,
    /// In the order of [`term_names`].
    weights: Vec<f32>,
}

/// The names of the terms of second order: the features, then `first*second` for every two of them.
pub fn term_names(names: &[&str]) -> Vec<String> {
    let mut terms: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    for (at, first) in names.iter().enumerate() {
        terms.extend(names[at..].iter().map(|second| format!("{first}*{second}")));
    }
    terms
}

/// The values of the terms, in the order of [`term_names`].
pub fn terms(values: &[f32]) -> Vec<f32> {
    let mut terms = values.to_vec();
    for (at, first) in values.iter().enumerate() {
        terms.extend(values[at..].iter().map(|second| first * second));
    }
    terms
}

impl<const N: usize> SecondOrder<N> {
    /// Reads coefficients as [`Model::parse`] does.
    pub fn parse(names: [&'static str; N], text: &str) -> Self {
        let mut coefficients = coefficients(text);
        let mut take = |name: &str| coefficients.remove(name).expect("a weight for every term");
        let intercept = take("intercept");
        let weights = term_names(&names).iter().map(|term| take(term)).collect();
        assert!(coefficients.is_empty(), "a term that the program does not have");
        Self { names, intercept, weights }
    }

    /// Log-odds of these values, one per feature.
    pub fn odds(&self, values: &[f32; N]) -> f32 {
        let (own, products) = self.weights.split_at(N);
        let mut sum: f32 = own.iter().zip(values).map(|(weight, value)| weight * value).sum();
        let mut weights = products.iter();
        for (at, first) in values.iter().enumerate() {
            for (second, weight) in values[at..].iter().zip(weights.by_ref()) {
                sum += first * second * weight;
            }
        }
        self.intercept + sum
    }

    /// Every feature with its value and what it adds: its own term, and half of each product that it
    /// is part of.
    pub fn explain(&self, values: &[f32; N]) -> Vec<Feature> {
        let own = |at: usize| values[at] * self.weights[at];
        let mut list: Vec<Feature> = (0..N)
            .map(|at| Feature { name: self.names[at], value: values[at], weight: own(at) })
            .collect();
        let mut products = self.weights[N..].iter();
        for first in 0..N {
            for second in first..N {
                let weight = products.next().copied().unwrap_or(0.0);
                let half = values[first] * values[second] * weight / 2.0;
                list[first].weight += half;
                list[second].weight += half;
            }
        }
        list
    }
}

/// The lines of name, tab, weight of a model's file.
fn coefficients(text: &str) -> HashMap<&str, f32> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, weight) = line.split_once('\t').expect("a name, a tab, a weight");
            (name, weight.trim().parse().expect("weights are numbers"))
        })
        .collect()
}

/// Log-odds to probability.
pub fn probability(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

macro_rules! compiled_in {
    ($(#[$doc:meta])* $name:ident, $kind:ident, $features:expr, $file:literal) => {
        $(#[$doc])*
        pub static $name: LazyLock<$kind<{ $features.len() }>> =
            LazyLock::new(|| $kind::parse($features, include_str!($file)));
    };
}

compiled_in! {
    /// Whether two linked sentences stand in a reused passage.
    LINK, Model, super::links::FEATURES, "models/link.tsv"
}
compiled_in! {
    /// Whether one of two articles is the other retold.
    ARTICLE, Model, super::features::FEATURES, "models/article.tsv"
}

compiled_in! {
    /// Whether two articles that are otherwise independent share a passage.
    PARTIAL, Model, super::features::PARTIAL_FEATURES, "models/partial.tsv"
}

compiled_in! {
    /// Whether what is reused is the whole of an article, not a part.
    WHOLE, Model, super::features::WHOLE_FEATURES, "models/whole.tsv"
}

compiled_in! {
    /// Whether two stretches of about one length are a reused passage.
    PASSAGE, SecondOrder, super::evidence::FEATURES, "models/passage.tsv"
}

compiled_in! {
    /// Whether a stretch sums up a longer one.
    SUMMARY, SecondOrder, super::passages::SUMMARY_FEATURES, "models/summary.tsv"
}

compiled_in! {
    /// Whether two short texts say the same.
    SHORT, SecondOrder, super::short::FEATURES, "models/short.tsv"
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
    fn second_order_odds_are_the_sum_of_what_explain_lists() {
        let text = "intercept\t1\nx\t2\ny\t-1\nx*x\t0.5\nx*y\t3\ny*y\t0\n";
        let model = SecondOrder::parse(["x", "y"], text);
        let values = [2.0, -1.0];
        assert_eq!(model.odds(&values), 1.0 + 4.0 + 1.0 + 2.0 - 6.0);
        let listed: f32 = model.explain(&values).iter().map(|feature| feature.weight).sum();
        assert_eq!(model.intercept + listed, model.odds(&values));
    }

    #[test]
    #[should_panic(expected = "one weight for every feature")]
    fn a_missing_weight_is_a_bug() {
        Model::parse(["x", "y"], "intercept\t1\nx\t2\n");
    }
}
