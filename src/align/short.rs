//! Texts of a sentence or two: paraphrase or not.
//!
//! There are no neighbours to support a link, and one number or name decides. So short texts are
//! judged word by word, by a model of second order: how much a difference says depends on how long
//! the texts are and on what else they share (compare Madnani et al., NAACL 2012, who combine
//! machine-translation metrics; these here need no table).

use super::edits::common_in_order;
use super::profile::{NO_TERM, Profile};
use super::weights::Weights;
use crate::text::hash::mix;
use crate::text::{Traits, Word};

/// Longer texts, in words or in sentences, are articles.
const MOST_WORDS: usize = 80;
const MOST_SENTENCES: usize = 3;

/// What [`SHORT`](super::model::SHORT) judges by. Shares lie around 0: a half is taken off.
pub const FEATURES: [&str; 16] = [
    "cosine",
    "shared_least",
    "shared_most",
    "in_order",
    "in_order_most",
    "bigrams",
    "trigrams",
    "numbers",
    "names",
    "ratio",
    "forms",
    "edits",
    "run",
    "stop_words",
    "length",
    "weight_in_order",
];

/// Values of [`FEATURES`].
pub type Values = [f32; FEATURES.len()];

/// Typical logarithm of the words of both texts together.
const TYPICAL_LENGTH: f32 = 3.7;

/// Whether the model for short texts is the one to ask.
pub fn is_short(profile: &Profile) -> bool {
    profile.article.words.len() <= MOST_WORDS && profile.sentences() <= MOST_SENTENCES
}

/// The features of two texts that have words. Cost: the product of their lengths.
pub fn features(a: &Profile, b: &Profile, weights: &Weights) -> Values {
    let (words_a, words_b) = (&a.article.words, &b.article.words);
    let (length_a, length_b) = (words_a.len() as f32, words_b.len() as f32);
    let (short, long) = (length_a.min(length_b), length_a.max(length_b));
    let stems = [words_a, words_b].map(|words| list(words, |word| u64::from(word.stem)));
    let forms = [words_a, words_b].map(|words| list(words, |word| word.form));
    let stops = [words_a, words_b].map(|words| {
        words.iter().filter(|word| word.traits.has(Traits::STOP)).map(|word| word.form).collect()
    });
    let in_order = common_in_order(&stems[0], &stems[1]) as f32;
    let shared = shared(weights);
    let half = |share: f32| share - 0.5;
    [
        half(shared.cosine),
        half(shared.sum / shared.of[0].min(shared.of[1]).max(f32::MIN_POSITIVE)),
        half(shared.sum / shared.of[0].max(shared.of[1]).max(f32::MIN_POSITIVE)),
        half(2.0 * in_order / (length_a + length_b)),
        half(in_order / short),
        half(dice(grams(&stems[0], 2), grams(&stems[1], 2))),
        half(dice(grams(&stems[0], 3), grams(&stems[1], 3))),
        agreement(words_a, words_b, Traits::NUMBER),
        agreement(words_a, words_b, Traits::NAME),
        (short / long).ln(),
        half(dice(forms[0].clone(), forms[1].clone())),
        half(1.0 - edits(&stems[0], &stems[1]) as f32 / long),
        half(longest_run(&stems[0], &stems[1]) as f32 / short),
        half({
            let [x, y]: [Vec<u64>; 2] = stops;
            dice(x, y)
        }),
        (length_a + length_b).ln() - TYPICAL_LENGTH,
        half(2.0 * weight_in_order(a, b, weights) / shared.of.iter().sum::<f32>().max(1e-6)),
    ]
}

fn list(words: &[Word], of: impl Fn(&Word) -> u64) -> Vec<u64> {
    words.iter().map(of).collect()
}

/// The weight that two texts share.
struct Shared {
    cosine: f32,
    sum: f32,
    of: [f32; 2],
}

fn shared(weights: &Weights) -> Shared {
    let squares = |weights: &[f32]| weights.iter().map(|weight| weight * weight).sum::<f32>();
    let (mut sum, mut dot) = (0.0, 0.0);
    for (weight, _) in weights.a.iter().zip(&weights.partner).filter(|(_, p)| **p != NO_TERM) {
        sum += weight;
        dot += weight * weight;
    }
    let norm = (squares(&weights.a) * squares(&weights.b)).sqrt().max(f32::MIN_POSITIVE);
    let of = [weights.a.iter().sum(), weights.b.iter().sum()];
    Shared { cosine: dot / norm, sum, of }
}

/// Hashes of the runs of `n`.
fn grams(list: &[u64], n: usize) -> Vec<u64> {
    list.windows(n).map(|run| run.iter().fold(7, |hash, item| mix(hash ^ item))).collect()
}

/// Dice's coefficient of two multisets; 0 where both are empty.
fn dice(mut a: Vec<u64>, mut b: Vec<u64>) -> f32 {
    a.sort_unstable();
    b.sort_unstable();
    let (mut i, mut j, mut both) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        both += usize::from(a[i] == b[j]);
        let (x, y) = (a[i], b[j]);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    2.0 * both as f32 / (a.len() + b.len()).max(1) as f32
}

/// How far the words of a trait agree, −1 to 1: those that the other text has, against those that it
/// does not; 0 where there are none.
fn agreement(a: &[Word], b: &[Word], of: Traits) -> f32 {
    let count = |own: &[Word], other: &[Word]| {
        let mut counts = [0.0f32; 2];
        for word in own.iter().filter(|word| word.traits.has(of)) {
            counts[usize::from(other.iter().any(|known| known.stem == word.stem))] += 1.0;
        }
        counts
    };
    let ([missing_a, found_a], [missing_b, found_b]) = (count(a, b), count(b, a));
    let (missing, found) = (missing_a + missing_b, found_a + found_b);
    (found - missing) / (found + missing + 1.0)
}

/// Words to insert, remove or replace to make one of the other (Levenshtein 1966).
fn edits(a: &[u64], b: &[u64]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[b.len()]
}

/// Words of the longest run that both have.
fn longest_run(a: &[u64], b: &[u64]) -> usize {
    let mut row = vec![0; b.len() + 1];
    let mut longest = 0;
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let run = if x == y { diagonal + 1 } else { 0 };
            diagonal = std::mem::replace(&mut row[j + 1], run);
            longest = longest.max(run);
        }
    }
    longest
}

/// The greatest weight of shared terms in common order.
fn weight_in_order(a: &Profile, b: &Profile, weights: &Weights) -> f32 {
    let mut row = vec![0f32; b.terms.len() + 1];
    for &term in a.terms.iter().filter(|term| **term != NO_TERM) {
        let (partner, weight) = (weights.partner[term as usize], weights.a[term as usize]);
        let mut diagonal = 0.0;
        for (j, &other) in b.terms.iter().enumerate() {
            let above = row[j + 1];
            let same = partner != NO_TERM && partner == other;
            row[j + 1] = if same { diagonal + weight } else { above.max(row[j]) };
            diagonal = above;
        }
    }
    row[b.terms.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    fn values(a: &str, b: &str) -> Values {
        let profile =
            |text: &str| Profile::new(Analyzer::new(None).article(text), Default::default());
        let (a, b) = (profile(a), profile(b));
        features(&a, &b, &Weights::new(&a, &b))
    }

    fn value(a: &str, b: &str, name: &str) -> f32 {
        values(a, b)[FEATURES.iter().position(|known| *known == name).unwrap()]
    }

    #[test]
    fn counts_are_those_of_known_examples() {
        let letters = |text: &str| text.bytes().map(u64::from).collect::<Vec<u64>>();
        assert_eq!(edits(&letters("kitten"), &letters("sitting")), 3);
        assert_eq!(edits(&letters(""), &letters("abc")), 3);
        assert_eq!(longest_run(&letters("xabcy"), &letters("zabcab")), 3);
        assert_eq!(dice(vec![1, 2, 2, 3], vec![2, 2, 4]), 4.0 / 7.0);
        assert_eq!(dice(Vec::new(), Vec::new()), 0.0);
    }

    #[test]
    fn a_text_is_like_itself_in_all_ways() {
        let text = "The ferry left Calden at 9 with 40 people.";
        for name in ["cosine", "shared_least", "in_order", "bigrams", "edits", "weight_in_order"] {
            assert!((value(text, text, name) - 0.5).abs() < 1e-5, "{name}");
        }
        assert!(value(text, text, "numbers") > 0.7);
    }

    #[test]
    fn another_number_disagrees() {
        let (a, b) = ("The ferry left at 9.", "The ferry left at 11.");
        assert!(value(a, b, "numbers") < 0.0);
        assert!(values("7", "!a").iter().all(|value| value.is_finite()));
    }
}
