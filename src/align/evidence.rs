//! What speaks for two stretches of text being one passage, in numbers.

use std::ops::Range;

use super::borders::Stretch;
use super::links::Link;
use super::profile::{NO_TERM, Profile};
use super::weights::{Weights, for_each_shared};

/// What [`PASSAGE`](super::model::PASSAGE) and [`SUMMARY`](super::model::SUMMARY) judge by.
pub const FEATURES: [&str; 12] = [
    "gain",
    "least_gain",
    "shared",
    "shared_weight",
    "inside_least",
    "inside_most",
    "rate",
    "length",
    "ratio",
    "links",
    "best_link",
    "cosine",
];

/// The features of two stretches that `links` led to; `links` must not be empty.
pub fn evidence(
    [(a, in_a), (b, in_b)]: [(&Profile, &Stretch); 2],
    weights: &Weights,
    links: &[Link],
) -> [f32; FEATURES.len()] {
    let terms_a = terms(a, in_a.words.clone());
    let terms_b = terms(b, in_b.words.clone());
    let whole = |terms: &[(u32, f32)], weights: &[f32]| {
        let mut whole = (1e-6, 1e-6);
        for (term, count) in terms {
            let weight = weights[*term as usize];
            whole.0 += weight;
            whole.1 += (count * weight).powi(2);
        }
        whole
    };
    let (sum_a, squares_a) = whole(&terms_a, &weights.a);
    let (sum_b, squares_b) = whole(&terms_b, &weights.b);
    let partners: Vec<(u32, f32, f32)> = terms_a
        .iter()
        .map(|(term, count)| (weights.partner[*term as usize], *count, weights.a[*term as usize]))
        .filter(|(partner, ..)| *partner != NO_TERM)
        .collect();
    let [keys_a, keys_b]: [Vec<u32>; 2] = [
        partners.iter().map(|(partner, ..)| *partner).collect(),
        terms_b.iter().map(|(term, _)| *term).collect(),
    ];
    let (mut shared, mut sum, mut product) = (0u32, 0.0, 0.0);
    for_each_shared(&keys_a, &keys_b, |i, j| {
        let (_, count, weight) = partners[i];
        shared += 1;
        sum += weight;
        product += count * terms_b[j].1 * weight * weight;
    });
    let (inside_a, inside_b) = (sum / sum_a, sum / sum_b);
    let (long, short) = longer_first(in_a.words.len() as f32, in_b.words.len() as f32);
    let least_gain = in_a.gain.min(in_b.gain);
    [
        (in_a.gain + in_b.gain).max(0.5).ln(),
        least_gain.max(0.5).ln(),
        (shared as f32).ln_1p(),
        (sum + 0.1).ln(),
        inside_a.min(inside_b),
        inside_a.max(inside_b),
        in_a.rate.min(in_b.rate),
        short.ln_1p(),
        (short / long).ln(),
        (links.len() as f32).ln(),
        links.iter().map(|link| link.odds).fold(f32::MIN, f32::max),
        product / (squares_a * squares_b).sqrt(),
    ]
}

fn longer_first(x: f32, y: f32) -> (f32, f32) {
    (x.max(y), x.min(y))
}

/// Distinct terms of the words of `range`, ascending, with their counts.
fn terms(profile: &Profile, range: Range<usize>) -> Vec<(u32, f32)> {
    let mut counts = vec![0u32; profile.stems.len()];
    for term in profile.terms[range].iter().filter(|term| **term != NO_TERM) {
        counts[*term as usize] += 1;
    }
    let counted = counts.into_iter().zip(0..).filter(|(count, _)| *count > 0);
    counted.map(|(count, term)| (term, count as f32)).collect()
}
