//! Logistic regression for sums of monotone curves that bend with length, to the same bits on every
//! run.

use rayon::prelude::*;
use retold::unstable::align::model::Sign;

use crate::fit::Rows;

/// What a model of curves consists of, before it is fitted.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Lengths between which weights are interpolated, in words.
    pub words: Vec<f64>,
    /// Where the pieces of each feature's curve meet, ascending; fewer than two: no curve.
    pub knots: Vec<Vec<f64>>,
    /// Signs of the features.
    pub signs: Vec<Sign>,
    /// How much each weight is held to 0, and to that of the next length, in units of rows.
    pub ridge: f64,
    /// The same between lengths.
    pub fuse: f64,
}

/// Fitted curves.
#[derive(Debug, Clone)]
pub struct Fitted {
    shape: Shape,
    /// For each length the intercept, then the weight of each ramp.
    beta: Vec<f64>,
}

impl Shape {
    /// Curves of so many pieces whose knots are quantiles of the rows.
    pub fn of(rows: &Rows, pieces: usize, words: &[f64], signs: &[Sign]) -> Self {
        let width = rows.values.first().map_or(0, Vec::len);
        let knots = (0..width).map(|at| quantiles(rows, at, pieces)).collect();
        Self { words: words.to_vec(), knots, signs: signs.to_vec(), ridge: 0.3, fuse: 0.6 }
    }

    fn ramps(&self) -> usize {
        self.knots.iter().map(|knots| knots.len().max(1) - 1).sum()
    }

    /// A 1, then the height of each ramp.
    fn heights(&self, values: &[f64], heights: &mut Vec<f64>) {
        heights.clear();
        heights.push(1.0);
        for (value, knots) in values.iter().zip(&self.knots) {
            for piece in knots.windows(2) {
                heights.push(((value - piece[0]) / (piece[1] - piece[0])).clamp(0.0, 1.0));
            }
        }
    }

    /// The length below, and the share of the way to the next.
    fn place(&self, words: f64) -> (usize, f64) {
        let inner = &self.words[1..self.words.len() - 1];
        let below = inner.iter().filter(|known| **known <= words.max(1.0)).count();
        let (from, to) = (self.words[below].ln(), self.words[below + 1].ln());
        (below, ((words.max(1.0).ln() - from) / (to - from)).clamp(0.0, 1.0))
    }

    /// For each unknown its sign; the first of each length is the intercept.
    fn bounds(&self) -> Vec<Sign> {
        let mut one = vec![Sign::Any];
        for (knots, sign) in self.knots.iter().zip(&self.signs) {
            one.extend(vec![*sign; knots.len().max(1) - 1]);
        }
        one.repeat(self.words.len())
    }
}

/// Quantiles of the values of a feature, distinct, as they will be written.
fn quantiles(rows: &Rows, at: usize, pieces: usize) -> Vec<f64> {
    let mut values: Vec<f64> = (0..rows.values.len())
        .filter(|row| rows.weights[*row] > 0.0)
        .map(|row| rows.values[row][at])
        .collect();
    values.sort_by(f64::total_cmp);
    if values.is_empty() {
        return Vec::new();
    }
    let place = |piece: usize| 0.02 + 0.96 * piece as f64 / pieces as f64;
    let quantile = |share: f64| values[(share * (values.len() - 1) as f64).round() as usize];
    let mut knots: Vec<f64> =
        (0..=pieces).map(|piece| (quantile(place(piece)) * 1e4).round() / 1e4).collect();
    knots.dedup();
    if knots.len() < 2 {
        let (least, most) = (values[0], values[values.len() - 1]);
        knots = if most - least > 1e-3 { vec![least, most] } else { Vec::new() };
    }
    knots
}

/// Newton steps at most.
const STEPS: usize = 40;
/// Improvement of the likelihood, as a share of it, below which no further step is taken.
const DONE: f64 = 1e-6;

/// Fits curves by maximum likelihood (Newton's method, held to the signs).
pub fn fit(rows: &Rows, shape: &Shape) -> Fitted {
    let size = shape.words.len() * (shape.ramps() + 1);
    let bounds = shape.bounds();
    let mut beta = vec![0.0; size];
    for length in 0..shape.words.len() {
        beta[length * (shape.ramps() + 1)] = -3.0;
    }
    let mut last = f64::MAX;
    for step in 0..STEPS {
        let (loss, gradient, hessian) = quadratic(rows, shape, &beta);
        let change = crate::fit::solve(&hessian, &gradient, &beta, &bounds);
        // A whole step may overshoot where the classes separate.
        let longest = change.iter().fold(0.0f64, |most, s| most.max(s.abs()));
        let scale = if longest > 4.0 { 4.0 / longest } else { 1.0 };
        for (b, s) in beta.iter_mut().zip(&change) {
            *b += s * scale;
        }
        if step > 3 && (last - loss).abs() < DONE * loss.abs() {
            break;
        }
        last = loss;
    }
    Fitted { shape: shape.clone(), beta }
}

/// The loss at `beta`, its gradient downhill, and its second derivatives.
fn quadratic(rows: &Rows, shape: &Shape, beta: &[f64]) -> (f64, Vec<f64>, Vec<Vec<f64>>) {
    let size = beta.len();
    let block = shape.ramps() + 1;
    let used: Vec<usize> = (0..rows.labels.len()).filter(|row| rows.weights[*row] > 0.0).collect();
    // As many parts whatever the number of threads: sums depend on their order.
    let parts: Vec<Part> = used
        .par_chunks(used.len().div_ceil(8).max(1))
        .map(|part| Part::of(rows, shape, beta, part))
        .collect();
    let (mut loss, mut gradient) = (0.0, vec![0.0; size]);
    let mut hessian = vec![vec![0.0; size]; size];
    for part in parts {
        loss += part.loss;
        gradient.iter_mut().zip(&part.gradient).for_each(|(sum, own)| *sum += own);
        for length in 0..shape.words.len() {
            for row in 0..block {
                for column in 0..block {
                    let at = length * block * block + row * block + column;
                    hessian[length * block + row][length * block + column] += part.within[at];
                    if length + 1 < shape.words.len() {
                        // Only the lower half is read.
                        hessian[(length + 1) * block + column][length * block + row] +=
                            part.between[at];
                    }
                }
            }
        }
    }
    for at in 0..size {
        let (ridge, fuse) = if at % block == 0 { (1e-6, 1.0) } else { (shape.ridge, shape.fuse) };
        loss += 0.5 * ridge * beta[at] * beta[at];
        gradient[at] -= ridge * beta[at];
        hessian[at][at] += ridge;
        let next = at + block;
        if next < size {
            let apart = beta[at] - beta[next];
            loss += 0.5 * fuse * apart * apart;
            gradient[at] -= fuse * apart;
            gradient[next] += fuse * apart;
            hessian[at][at] += fuse;
            hessian[next][next] += fuse;
            hessian[next][at] -= fuse;
        }
    }
    (loss, gradient, hessian)
}

/// What some rows add to loss, gradient and second derivatives.
struct Part {
    loss: f64,
    gradient: Vec<f64>,
    /// For each length a square over its unknowns.
    within: Vec<f64>,
    /// The same over the unknowns of a length and those of the next.
    between: Vec<f64>,
}

impl Part {
    fn of(rows: &Rows, shape: &Shape, beta: &[f64], part: &[usize]) -> Self {
        let block = shape.ramps() + 1;
        let mut own = Self {
            loss: 0.0,
            gradient: vec![0.0; beta.len()],
            within: vec![0.0; shape.words.len() * block * block],
            between: vec![0.0; shape.words.len() * block * block],
        };
        let mut heights = Vec::with_capacity(block);
        for &row in part {
            shape.heights(&rows.values[row], &mut heights);
            let (below, share) = shape.place(rows.words[row]);
            let sum = |length: usize| -> f64 {
                heights.iter().zip(&beta[length * block..]).map(|(h, b)| h * b).sum()
            };
            let odds = (1.0 - share) * sum(below) + share * sum(below + 1);
            let p = 1.0 / (1.0 + (-odds).exp());
            let (weight, label) = (rows.weights[row], f64::from(u8::from(rows.labels[row])));
            own.loss += weight * (odds.max(0.0) + (-odds.abs()).exp().ln_1p() - label * odds);
            let error = weight * (label - p);
            let curvature = weight * (p * (1.0 - p)).max(1e-6);
            for (at, height) in heights.iter().enumerate().filter(|(_, height)| **height != 0.0) {
                own.gradient[below * block + at] += error * (1.0 - share) * height;
                own.gradient[(below + 1) * block + at] += error * share * height;
                let scaled = curvature * height;
                let (here, across, there) = (
                    scaled * (1.0 - share) * (1.0 - share),
                    scaled * (1.0 - share) * share,
                    scaled * share * share,
                );
                let row = (below * block + at) * block;
                let next = ((below + 1) * block + at) * block;
                for (column, height) in heights.iter().enumerate() {
                    own.within[row + column] += here * height;
                    own.between[row + column] += across * height;
                    own.within[next + column] += there * height;
                }
            }
        }
        own
    }
}

impl Fitted {
    /// Log-odds of a row.
    pub fn odds(&self, values: &[f64], words: f64) -> f64 {
        let block = self.shape.ramps() + 1;
        let mut heights = Vec::with_capacity(block);
        self.shape.heights(values, &mut heights);
        let (below, share) = self.shape.place(words);
        let sum = |length: usize| -> f64 {
            heights.iter().zip(&self.beta[length * block..]).map(|(h, b)| h * b).sum()
        };
        (1.0 - share) * sum(below) + share * sum(below + 1)
    }

    /// The lines of the model's file, for features of these names.
    pub fn lines(&self, names: &[&str]) -> Vec<String> {
        let block = self.shape.ramps() + 1;
        let across = |ramp: usize| -> Vec<String> {
            let lengths = 0..self.shape.words.len();
            lengths.map(|length| format!("{:.4}", self.beta[length * block + ramp])).collect()
        };
        let words: Vec<String> = self.shape.words.iter().map(f64::to_string).collect();
        let mut lines = vec![format!("words\t{}", words.join("\t"))];
        lines.push(format!("intercept\t{}", across(0).join("\t")));
        let mut ramp = 0;
        for (name, knots) in names.iter().zip(&self.shape.knots) {
            for piece in knots.windows(2) {
                ramp += 1;
                let weights = across(ramp);
                if weights.iter().any(|weight| weight.trim_start_matches('-') != "0.0000") {
                    lines.push(format!(
                        "{name}\t{:.4}\t{:.4}\t{}",
                        piece[0],
                        piece[1],
                        weights.join("\t")
                    ));
                }
            }
        }
        lines
    }
}
