//! What speaks for two stretches of text being one passage, in numbers.

use std::ops::Range;

use super::borders::Stretch;
use super::links::Seed;
use super::profile::Profile;
use super::weights::Weights;

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

/// The features of two stretches that the links `seeds` led to; there is at least one.
pub fn evidence(
    [(a, in_a), (b, in_b)]: [(&Profile, &Stretch); 2],
    weights: &Weights,
    seeds: &[Seed],
) -> [f32; FEATURES.len()] {
    let (terms_a, terms_b) = (Terms::of(a, &in_a.words), Terms::of(b, &in_b.words));
    let (sum_a, squares_a) = terms_a.whole(&weights.a);
    let (sum_b, squares_b) = terms_b.whole(&weights.b);
    let (mut shared, mut sum, mut product) = (0u32, 0.0, 0.0);
    let last = b.stems.len();
    terms_a.for_each(|term, count| {
        let weight = weights.a[term];
        // No branch: which terms are shared is a coin toss, and adding 0 changes nothing.
        let other = terms_b.counts[(weights.partner[term] as usize).min(last)];
        shared += u32::from(other > 0);
        sum += if other > 0 { weight } else { 0.0 };
        product += count * other as f32 * weight * weight;
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
        (seeds.len() as f32).ln(),
        seeds.iter().map(|seed| seed.odds).fold(f32::MIN, f32::max),
        product / (squares_a * squares_b).sqrt(),
    ]
}

fn longer_first(x: f32, y: f32) -> (f32, f32) {
    (x.max(y), x.min(y))
}

/// The terms of a stretch.
struct Terms {
    /// For each term of the article how often the stretch has it; 0 for "no term", which is last.
    counts: Vec<u32>,
    /// A bit for each term that it has: a stretch has few of a long article's.
    present: Vec<u64>,
}

impl Terms {
    fn of(profile: &Profile, range: &Range<usize>) -> Self {
        let last = profile.stems.len();
        let mut own = Self { counts: vec![0; last + 1], present: vec![0; last / 64 + 1] };
        for &term in &profile.terms[range.clone()] {
            // Stop words stand between others as if by coin toss: they are counted too, and dropped.
            let term = (term as usize).min(last);
            own.counts[term] += 1;
            own.present[term / 64] |= 1 << (term % 64);
        }
        own.present[last / 64] &= !(1 << (last % 64));
        own.counts[last] = 0;
        own
    }

    /// Hands out the distinct terms, ascending, with their counts.
    fn for_each(&self, mut each: impl FnMut(usize, f32)) {
        for (at, &bits) in self.present.iter().enumerate() {
            let mut left = bits;
            while left != 0 {
                let term = at * 64 + left.trailing_zeros() as usize;
                left &= left - 1;
                each(term, self.counts[term] as f32);
            }
        }
    }

    /// Sum of the distinct terms' weights, and of the squares of all words' weights.
    fn whole(&self, weights: &[f32]) -> (f32, f32) {
        let mut whole = (1e-6, 1e-6);
        self.for_each(|term, count| {
            let weight = weights[term];
            whole.0 += weight;
            whole.1 += (count * weight).powi(2);
        });
        whole
    }
}
