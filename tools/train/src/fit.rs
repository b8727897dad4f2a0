//! Logistic regression for lines, to the same bits on every run.

use retold::unstable::align::model::Sign;

/// Labelled rows of one model.
#[derive(Debug, Default, Clone)]
pub struct Rows {
    /// Feature values, one row after the other.
    pub values: Vec<Vec<f64>>,
    /// Whether the row is a positive.
    pub labels: Vec<bool>,
    /// How much each row counts.
    pub weights: Vec<f64>,
    /// Rows of one group never stand on both sides of a split.
    pub groups: Vec<u64>,
    /// Words of the shorter text.
    pub words: Vec<f64>,
    /// The corpus that the row comes from.
    pub corpora: Vec<usize>,
}

/// A row, as it is added.
#[derive(Debug, Clone)]
pub struct Row {
    /// Feature values.
    pub values: Vec<f32>,
    /// Whether it is a positive.
    pub label: bool,
    /// How much it counts.
    pub weight: f64,
    /// Words of the shorter text.
    pub words: f32,
    /// Its group.
    pub group: u64,
    /// Its corpus.
    pub corpus: usize,
}

impl Rows {
    /// Adds a row.
    pub fn push(&mut self, row: Row) {
        self.values.push(row.values.iter().map(|value| f64::from(*value)).collect());
        self.labels.push(row.label);
        self.weights.push(row.weight);
        self.words.push(f64::from(row.words));
        self.groups.push(row.group);
        self.corpora.push(row.corpus);
    }

    /// Lets the rows of each corpus and label count at most `most` in sum.
    pub fn cap(&mut self, most: f64) {
        let mut sums = std::collections::HashMap::new();
        for at in 0..self.labels.len() {
            *sums.entry((self.corpora[at], self.labels[at])).or_insert(0.0) += self.weights[at];
        }
        for at in 0..self.labels.len() {
            let sum: f64 = sums[&(self.corpora[at], self.labels[at])];
            self.weights[at] *= (most / sum).min(1.0);
        }
    }

    /// Adds all rows of another table.
    pub fn append(&mut self, mut other: Self) {
        self.values.append(&mut other.values);
        self.labels.append(&mut other.labels);
        self.weights.append(&mut other.weights);
        self.words.append(&mut other.words);
        self.groups.append(&mut other.groups);
        self.corpora.append(&mut other.corpora);
    }

    /// The rows for which `keep` holds.
    pub fn only(&self, keep: impl Fn(usize) -> bool) -> Self {
        let mut rows = Self::default();
        for at in (0..self.labels.len()).filter(|at| keep(*at)) {
            rows.values.push(self.values[at].clone());
            rows.labels.push(self.labels[at]);
            rows.weights.push(self.weights[at]);
            rows.groups.push(self.groups[at]);
            rows.words.push(self.words[at]);
            rows.corpora.push(self.corpora[at]);
        }
        rows
    }
}

/// Fitted coefficients, for the features as they come.
#[derive(Debug, Clone)]
pub struct Fit {
    /// Log-odds at 0.
    pub intercept: f64,
    /// Log-odds per unit.
    pub weights: Vec<f64>,
}

impl Fit {
    /// Log-odds of a row.
    pub fn odds(&self, values: &[f64]) -> f64 {
        self.intercept + values.iter().zip(&self.weights).map(|(x, w)| x * w).sum::<f64>()
    }
}

/// `weight`, or 0 where it has the wrong sign.
fn hold(sign: Sign, weight: f64) -> f64 {
    match sign {
        Sign::Any => weight,
        Sign::Positive => weight.max(0.0),
        Sign::Negative => weight.min(0.0),
    }
}

/// Newton steps; the likelihood is convex, so this many are enough from any start.
const STEPS: usize = 40;

/// Fits by maximum likelihood with a ridge on the standardised weights (Newton's method).
///
/// `signs` has one element per feature, or none where nothing is known of any. `ridge` is in units
/// of rows: 1 holds a weight back as one more row would.
pub fn fit(rows: &Rows, signs: &[Sign], ridge: f64) -> Fit {
    let width = rows.values.first().map_or(0, Vec::len);
    let total: f64 = rows.weights.iter().sum();
    let mean = |at: usize| {
        rows.values.iter().zip(&rows.weights).map(|(row, w)| row[at] * w).sum::<f64>() / total
    };
    let means: Vec<f64> = (0..width).map(mean).collect();
    let spread = |at: usize| {
        let squares = rows.values.iter().zip(&rows.weights);
        let variance =
            squares.map(|(row, w)| (row[at] - means[at]).powi(2) * w).sum::<f64>() / total;
        variance.sqrt().max(1e-9)
    };
    let spreads: Vec<f64> = (0..width).map(spread).collect();
    // Unknowns: one weight per feature, then the intercept.
    let size = width + 1;
    let mut bounds = signs.to_vec();
    bounds.resize(size, Sign::Any);
    let mut beta = vec![0.0; size];
    let mut design = vec![0.0; size];
    for _ in 0..STEPS {
        let mut gradient = vec![0.0; size];
        let mut hessian = vec![vec![0.0; size]; size];
        for at in 0..width {
            gradient[at] = -ridge * beta[at];
            hessian[at][at] = ridge;
        }
        hessian[width][width] = 1e-6;
        for (at, row) in rows.values.iter().enumerate() {
            design.fill(0.0);
            for k in 0..width {
                design[k] = (row[k] - means[k]) / spreads[k];
            }
            design[width] = 1.0;
            let odds: f64 = design.iter().zip(&beta).map(|(x, b)| x * b).sum();
            let p = 1.0 / (1.0 + (-odds).exp());
            let error = (f64::from(u8::from(rows.labels[at])) - p) * rows.weights[at];
            let curvature = (p * (1.0 - p)).max(1e-9) * rows.weights[at];
            for i in 0..size {
                if design[i] == 0.0 {
                    continue;
                }
                gradient[i] += error * design[i];
                for j in 0..=i {
                    hessian[i][j] += curvature * design[i] * design[j];
                }
            }
        }
        let step = solve(&hessian, &gradient, &beta, &bounds);
        // A whole step may overshoot where the classes separate.
        let longest = step.iter().fold(0.0f64, |most, s| most.max(s.abs()));
        let scale = if longest > 2.0 { 2.0 / longest } else { 1.0 };
        for (b, s) in beta.iter_mut().zip(&step) {
            *b += s * scale;
        }
        if longest < 1e-7 {
            break;
        }
    }
    unscale(&beta, &means, &spreads)
}

/// Back to features as they come.
fn unscale(beta: &[f64], means: &[f64], spreads: &[f64]) -> Fit {
    let width = means.len();
    let weights: Vec<f64> = (0..width).map(|at| beta[at] / spreads[at]).collect();
    let shift: f64 = weights.iter().zip(means).map(|(w, m)| w * m).sum();
    Fit { intercept: beta[width] - shift, weights }
}

/// Sweeps of [`solve`], at most, and the change below which it is done.
const SWEEPS: usize = 20_000;
const STILL: f64 = 1e-7;

/// The step from `beta` that the lower half of a symmetric positive definite `matrix` and a
/// gradient ask for, without leaving the bounds (coordinate descent on the quadratic).
pub fn solve(matrix: &[Vec<f64>], gradient: &[f64], beta: &[f64], bounds: &[Sign]) -> Vec<f64> {
    let size = gradient.len();
    let mut full = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..=i {
            full[i * size + j] = matrix[i][j];
            full[j * size + i] = matrix[i][j];
        }
    }
    let mut step = vec![0.0; size];
    // What is left of the gradient after the step.
    let mut rest = gradient.to_vec();
    for _ in 0..SWEEPS {
        let mut longest = 0.0f64;
        for (i, row) in full.chunks(size).enumerate() {
            let wanted = beta[i] + step[i] + rest[i] / row[i];
            let change = hold(bounds[i], wanted) - beta[i] - step[i];
            if change == 0.0 {
                continue;
            }
            step[i] += change;
            longest = longest.max(change.abs());
            for (rest, entry) in rest.iter_mut().zip(row) {
                *rest -= entry * change;
            }
        }
        if longest < STILL {
            break;
        }
    }
    step
}

/// Area under the ROC curve.
pub fn auc(scores: &[f64], labels: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|x, y| scores[*x].total_cmp(&scores[*y]));
    let (mut ranks, mut at) = (0.0, 0);
    while at < order.len() {
        let tied = order[at..].iter().take_while(|k| scores[**k] == scores[order[at]]).count();
        let hits = order[at..at + tied].iter().filter(|k| labels[**k]).count();
        ranks += hits as f64 * (2 * at + tied + 1) as f64 / 2.0;
        at += tied;
    }
    let positives = labels.iter().filter(|label| **label).count() as f64;
    let negatives = labels.len() as f64 - positives;
    (ranks - positives * (positives + 1.0) / 2.0) / (positives * negatives)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: Vec<f32>, label: bool, group: u64) -> Row {
        Row { values, label, weight: 1.0, words: 10.0, group, corpus: 0 }
    }

    #[test]
    fn fits_the_odds_that_counts_give() {
        // With one binary feature the fit is known: the log-odds of each half.
        let mut rows = Rows::default();
        for (value, label, count) in
            [(0.0, false, 30), (0.0, true, 10), (1.0, false, 10), (1.0, true, 40)]
        {
            for group in 0..count {
                rows.push(row(vec![value], label, group));
            }
        }
        let fitted = fit(&rows, &[], 1e-9);
        assert!((fitted.intercept - (10f64 / 30.0).ln()).abs() < 1e-4);
        assert!((fitted.odds(&[1.0]) - (40f64 / 10.0).ln()).abs() < 1e-4);
    }

    #[test]
    fn a_weight_keeps_its_sign() {
        let mut rows = Rows::default();
        for group in 0..60 {
            let (x, y) = ((group % 7) as f32, (group % 5) as f32);
            rows.push(row(vec![x, y], x + (group % 3) as f32 > 4.0, group));
        }
        let free = fit(&rows, &[], 1e-3);
        assert!(free.weights[0] > 0.5);
        let bound = fit(&rows, &[Sign::Negative, Sign::Any], 1e-3);
        assert_eq!(bound.weights[0], 0.0);
        let kept = fit(&rows, &[Sign::Positive, Sign::Any], 1e-3);
        assert!((kept.weights[0] - free.weights[0]).abs() < 1e-6);
    }

    #[test]
    fn auc_counts_ties_as_half() {
        assert_eq!(auc(&[0.1, 0.4, 0.4, 0.9], &[false, true, false, true]), 0.875);
    }
}
