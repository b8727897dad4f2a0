//! Logistic regression, to the same bits on every run.

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
    /// Where the row comes from; each source gets an intercept of its own if asked for.
    pub sources: Vec<usize>,
}

impl Rows {
    /// Adds a row.
    pub fn push(&mut self, values: &[f32], label: bool, group: u64, source: usize) {
        self.values.push(values.iter().map(|value| f64::from(*value)).collect());
        self.labels.push(label);
        self.weights.push(1.0);
        self.groups.push(group);
        self.sources.push(source);
    }

    /// The rows for which `keep` holds.
    pub fn only(&self, keep: impl Fn(usize) -> bool) -> Self {
        let mut rows = Self::default();
        for at in (0..self.labels.len()).filter(|at| keep(*at)) {
            rows.values.push(self.values[at].clone());
            rows.labels.push(self.labels[at]);
            rows.weights.push(self.weights[at]);
            rows.groups.push(self.groups[at]);
            rows.sources.push(self.sources[at]);
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

/// What is known of a weight before any data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Nothing.
    Any,
    /// More of the feature never speaks against.
    Positive,
    /// More of the feature never speaks for.
    Negative,
}

impl Sign {
    fn hold(self, weight: f64) -> f64 {
        match self {
            Self::Any => weight,
            Self::Positive => weight.max(0.0),
            Self::Negative => weight.min(0.0),
        }
    }
}

/// Newton steps; the likelihood is convex, so this many are enough from any start.
const STEPS: usize = 40;

/// Fits by maximum likelihood with a ridge on the standardised weights (Newton's method).
///
/// `signs` has one element per feature, or none where nothing is known of any. `ridge` is in units of
/// rows: 1 holds a weight back as one more row would.
pub fn fit(rows: &Rows, signs: &[Sign], ridge: f64) -> Fit {
    let width = rows.values.first().map_or(0, Vec::len);
    let sources = rows.sources.iter().max().map_or(1, |last| last + 1);
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
    // Unknowns: one weight per feature, then one intercept per source.
    let size = width + sources;
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
        for (source, row) in hessian.iter_mut().enumerate().skip(width) {
            row[source] = 1e-6;
        }
        for (at, row) in rows.values.iter().enumerate() {
            design.fill(0.0);
            for k in 0..width {
                design[k] = (row[k] - means[k]) / spreads[k];
            }
            design[width + rows.sources[at]] = 1.0;
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

/// Back to features as they come; the intercept is the first source's.
fn unscale(beta: &[f64], means: &[f64], spreads: &[f64]) -> Fit {
    let width = means.len();
    let weights: Vec<f64> = (0..width).map(|at| beta[at] / spreads[at]).collect();
    let shift: f64 = weights.iter().zip(means).map(|(w, m)| w * m).sum();
    Fit { intercept: beta[width] - shift, weights }
}

/// Sweeps of [`solve`], at most.
const SWEEPS: usize = 20_000;

/// The step from `beta` that the lower half of a symmetric positive definite `matrix` and a
/// gradient ask for, without leaving the bounds (coordinate descent on the quadratic).
fn solve(matrix: &[Vec<f64>], gradient: &[f64], beta: &[f64], bounds: &[Sign]) -> Vec<f64> {
    if bounds.iter().all(|bound| *bound == Sign::Any) {
        return solve_free(matrix, gradient);
    }
    let size = gradient.len();
    let entry = |i: usize, j: usize| if i >= j { matrix[i][j] } else { matrix[j][i] };
    let mut step = vec![0.0; size];
    // What is left of the gradient after the step.
    let mut rest = gradient.to_vec();
    for _ in 0..SWEEPS {
        let mut longest = 0.0f64;
        for i in 0..size {
            let wanted = beta[i] + step[i] + rest[i] / matrix[i][i];
            let change = bounds[i].hold(wanted) - beta[i] - step[i];
            step[i] += change;
            longest = longest.max(change.abs());
            for (j, rest) in rest.iter_mut().enumerate() {
                *rest -= entry(i, j) * change;
            }
        }
        if longest < 1e-9 {
            break;
        }
    }
    step
}

/// The same without bounds (Cholesky's method).
fn solve_free(matrix: &[Vec<f64>], gradient: &[f64]) -> Vec<f64> {
    let size = gradient.len();
    let mut lower = vec![vec![0.0; size]; size];
    let mut step = gradient.to_vec();
    for i in 0..size {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let rest: f64 = matrix[i][j] - known;
            lower[i][j] = if i == j { rest.max(1e-12).sqrt() } else { rest / lower[j][j] };
        }
        let known: f64 = (0..i).map(|k| lower[i][k] * step[k]).sum();
        step[i] = (step[i] - known) / lower[i][i];
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|k| lower[k][i] * step[k]).sum();
        step[i] = (step[i] - known) / lower[i][i];
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

/// Log-odds for every row from fits that did not see its group, in ten folds.
pub fn cross_validate(rows: &Rows, signs: &[Sign], ridge: f64) -> Vec<f64> {
    const FOLDS: u64 = 10;
    let mut odds = vec![0.0; rows.labels.len()];
    for fold in 0..FOLDS {
        let model = fit(&rows.only(|at| rows.groups[at] % FOLDS != fold), signs, ridge);
        for at in (0..odds.len()).filter(|at| rows.groups[*at] % FOLDS == fold) {
            odds[at] = model.odds(&rows.values[at]);
        }
    }
    odds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_the_odds_that_counts_give() {
        // With one binary feature the fit is known: the log-odds of each half.
        let mut rows = Rows::default();
        for (value, label, count) in
            [(0.0, false, 30), (0.0, true, 10), (1.0, false, 10), (1.0, true, 40)]
        {
            for group in 0..count {
                rows.push(&[value], label, group, 0);
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
            rows.push(&[x, y], x + (group % 3) as f32 > 4.0, group, 0);
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
