//! Texts of a sentence or two: paraphrase or not.
//!
//! There are no neighbours to support a link, and one number or name decides. So short texts are
//! judged word by word and letter by letter (compare Madnani et al., NAACL 2012, who combine
//! machine-translation metrics; these here need no table).

use super::edits::common_in_order;
use super::features::Pair;
use super::model::{Curves, compiled_in, features};
use super::profile::{NO_TERM, Profile};
use super::sequences::{dice, edits, in_both, longest_run};
use super::weights::{Weights, count_in_both};
use crate::text::{Shape, Traits, Word};

features! {
    /// Evidence that two texts of a few sentences say the same. Shares are from 0 to 1.
    pub struct ShortFeatures {
        /// Cosine of the weighted terms.
        cosine: Positive,
        /// Shared weight of the terms, as a share of the side where it is greater.
        shared_most: Positive,
        /// The same for the other side.
        shared_least: Positive,
        /// Share of the weight of terms that are neither names nor numbers.
        wording_most: Positive,
        /// The same for the other side.
        wording_least: Positive,
        /// Stems in common order, as a share of both texts.
        in_order: Positive,
        /// The same, as a share of the shorter.
        in_order_most: Positive,
        /// The same for words that are neither names nor numbers.
        frame_in_order: Positive,
        /// Weight of the terms in common order, as a share of both texts.
        weight_in_order: Positive,
        /// Words that need no edit, as a share of the longer text.
        unedited: Positive,
        /// Words of the longest run that both have, as a share of the shorter.
        run: Positive,
        /// Dice's coefficient of the words.
        forms: Positive,
        /// Dice's coefficient of the stop words.
        stop_words: Positive,
        /// Runs of three letters, as a share of the side where it is greater.
        letters_most: Positive,
        /// The same for the other side.
        letters_least: Positive,
        /// Words that the other side has, or has with a similar spelling; stop words count a fifth.
        spelt_most: Positive,
        /// The same for the other side.
        spelt_least: Positive,
        /// Share of the content words that the other side has, in the third of the text where it is
        /// least; of the side where that is less.
        thirds_least: Positive,
        /// Longest run of content words that the other side lacks, as a share of all; of the side
        /// where it is longer.
        gap_most: Negative,
        /// The same for the other side.
        gap_least: Negative,
        /// Words that replace others.
        replaced: Negative,
        /// Words that one side has more, as a share of the longer.
        added: Negative,
        /// Logarithm of the names that both have.
        shared_names: Positive,
        /// Logarithm of the names that each side has and the other lacks.
        conflicting_names: Negative,
        /// Logarithm of the names that only one side has.
        missing_names: Negative,
        /// Logarithm of the numbers that both have.
        shared_numbers: Positive,
        /// Logarithm of the numbers that each side has and the other lacks.
        conflicting_numbers: Negative,
        /// Logarithm of the numbers that only one side has.
        missing_numbers: Negative,
        /// Denials that only one side has, 0 to 3.
        denials: Negative,
        /// Logarithm of the shorter length over the longer.
        ratio: Any,
    }
}

compiled_in! {
    /// Whether two short texts say the same.
    SHORT: Curves, &ShortFeatures::NAMES, "models/short.tsv"
}

impl ShortFeatures {
    /// The same features as if no facts conflicted: how similar the frames around the facts are.
    pub fn of_frame(&self) -> Self {
        Self {
            conflicting_names: 0.0,
            conflicting_numbers: 0.0,
            missing_names: 0.0,
            missing_numbers: 0.0,
            denials: 0.0,
            ..*self
        }
    }
}

/// More denials than this make no difference.
const MOST_DENIALS: usize = 3;
/// What a stop word counts beside other words.
const STOP_WORD: f32 = 0.2;
/// Words below this similarity are different words.
const LEAST_LIKENESS: f32 = 0.5;

/// The features of two texts that have words. Cost: the product of their lengths, which should be
/// [`crate::text::Article::SHORT`] at most.
pub fn features(pair: &Pair) -> ShortFeatures {
    let Pair { a, b, weights, facts, .. } = *pair;
    let (words_a, words_b) = (&a.article.words, &b.article.words);
    let (length_a, length_b) = (words_a.len() as f32, words_b.len() as f32);
    let (short, long) = (length_a.min(length_b), length_a.max(length_b));
    let stems = [words_a, words_b].map(|words| list(words, |word| u64::from(word.stem)));
    let forms = [words_a, words_b].map(|words| list(words, |word| word.form));
    let stops = [words_a, words_b].map(|words| {
        words.iter().filter(|word| word.traits.has(Traits::STOP)).map(|word| word.form).collect()
    });
    let in_order = common_in_order(&stems[0], &stems[1]) as f32;
    let shared = Shared::of(weights);
    let of = shared.of.map(|all| all.max(f32::MIN_POSITIVE));
    let letters = letters(&a.article.letters, &b.article.letters);
    let spread = [Spread::of(a, &weights.partner), Spread::of(b, &weights.partner_of_b)];
    let spelt = spelt(a, b);
    let wording = super::features::wording(a, b, weights);
    let denials = [words_a, words_b].map(|words| denials(words));
    ShortFeatures {
        cosine: shared.cosine,
        shared_most: (shared.sum / of[0].min(of[1])).min(1.0),
        shared_least: shared.sum / of[0].max(of[1]),
        wording_most: wording[0].max(wording[1]),
        wording_least: wording[0].min(wording[1]),
        in_order: 2.0 * in_order / (length_a + length_b),
        in_order_most: in_order / short,
        frame_in_order: frame_in_order(words_a, words_b),
        weight_in_order: 2.0 * weight_in_order(a, b, weights) / (of[0] + of[1]).max(1e-6),
        unedited: 1.0 - edits(&stems[0], &stems[1]) as f32 / long,
        run: longest_run(&stems[0], &stems[1]) as f32 / short,
        forms: dice(forms[0].clone(), forms[1].clone()),
        stop_words: {
            let [x, y]: [Vec<u64>; 2] = stops;
            dice(x, y)
        },
        letters_most: letters[0].max(letters[1]),
        letters_least: letters[0].min(letters[1]),
        spelt_most: spelt[0].max(spelt[1]),
        spelt_least: spelt[0].min(spelt[1]),
        thirds_least: spread[0].weakest_third.min(spread[1].weakest_third),
        gap_most: spread[0].gap.max(spread[1].gap),
        gap_least: spread[0].gap.min(spread[1].gap),
        replaced: (short - in_order) / short,
        added: (long - short) / long,
        shared_names: facts.names.shared.ln_1p(),
        conflicting_names: facts.names.conflicting.ln_1p(),
        missing_names: facts.names.missing.ln_1p(),
        shared_numbers: facts.numbers.shared.ln_1p(),
        conflicting_numbers: facts.numbers.conflicting.ln_1p(),
        missing_numbers: facts.numbers.missing.ln_1p(),
        denials: denials[0].abs_diff(denials[1]).min(MOST_DENIALS) as f32,
        ratio: (short / long).ln(),
    }
}

fn list(words: &[Word], of: impl Fn(&Word) -> u64) -> Vec<u64> {
    words.iter().map(of).collect()
}

/// How many words deny. Of pairs of characters that overlap in one that denies, one counts.
pub fn denials(words: &[Word]) -> usize {
    let mut end = 0;
    let is_new = |word: &&Word| {
        let is_apart = word.span.start >= end;
        end = word.span.end;
        is_apart
    };
    words.iter().filter(|word| word.traits.has(Traits::NEGATION)).filter(is_new).count()
}

/// The weight that two texts share.
struct Shared {
    cosine: f32,
    sum: f32,
    of: [f32; 2],
}

impl Shared {
    fn of(weights: &Weights) -> Self {
        let squares = |weights: &[f32]| weights.iter().map(|weight| weight * weight).sum::<f32>();
        let (mut sum, mut dot) = (0.0, 0.0);
        for (weight, _) in weights.a.iter().zip(&weights.partner).filter(|(_, p)| **p != NO_TERM) {
            sum += weight;
            dot += weight * weight;
        }
        let norm = (squares(&weights.a) * squares(&weights.b)).sqrt().max(f32::MIN_POSITIVE);
        let of = [weights.a.iter().sum(), weights.b.iter().sum()];
        Self { cosine: dot / norm, sum, of }
    }
}

/// Runs of letters that both have, as a share of either side's.
fn letters(a: &[u32], b: &[u32]) -> [f32; 2] {
    let shared = count_in_both(a, b) as f32;
    [a, b].map(|own| shared / (own.len() as f32).max(1.0))
}

/// How the content words that the other text has are distributed.
struct Spread {
    /// Longest run that it lacks, as a share of all.
    gap: f32,
    /// Share that it has, in the third of the text where it is least.
    weakest_third: f32,
}

impl Spread {
    fn of(profile: &Profile, partner: &[u32]) -> Self {
        let content: Vec<bool> = profile
            .terms
            .iter()
            .filter(|term| **term != NO_TERM)
            .map(|term| partner[*term as usize] != NO_TERM)
            .collect();
        if content.is_empty() {
            return Self { gap: 1.0, weakest_third: 0.0 };
        }
        let runs = content.split(|found| *found).map(<[bool]>::len);
        let third =
            |part: &[bool]| part.iter().filter(|found| **found).count() as f32 / part.len() as f32;
        Self {
            gap: runs.max().unwrap_or(0) as f32 / content.len() as f32,
            weakest_third: content.chunks(content.len().div_ceil(3)).map(third).fold(1.0, f32::min),
        }
    }
}

/// For either text the share of its words that the other has, or has with a similar spelling.
fn spelt(a: &Profile, b: &Profile) -> [f32; 2] {
    let stems = [a, b].map(|profile| {
        let mut stems: Vec<u32> = profile.article.words.iter().map(|word| word.stem).collect();
        stems.sort_unstable();
        stems.dedup();
        stems
    });
    // The words that the other text lacks, with their shapes; each once.
    let lacking = |own: &Profile, other: &[u32]| -> Vec<(u32, Shape, f32)> {
        let words = own.article.words.iter().zip(&own.article.shapes);
        let mut lacking: Vec<_> = words
            .filter(|(word, _)| other.binary_search(&word.stem).is_err())
            .map(|(word, (_, shape))| (word.stem, *shape, 0.0))
            .collect();
        lacking.sort_by_key(|(stem, ..)| *stem);
        lacking.dedup_by_key(|(stem, ..)| *stem);
        lacking
    };
    let (mut of_a, mut of_b) = (lacking(a, &stems[1]), lacking(b, &stems[0]));
    for (_, shape_a, best_a) in &mut of_a {
        for (_, shape_b, best_b) in &mut of_b {
            let likeness = shape_a.likeness(*shape_b);
            *best_a = best_a.max(likeness);
            *best_b = best_b.max(likeness);
        }
    }
    [(a, of_a), (b, of_b)].map(|(own, lacking)| {
        let (mut found, mut all) = (0.0, f32::MIN_POSITIVE);
        for word in &own.article.words {
            let best = match lacking.binary_search_by_key(&word.stem, |(stem, ..)| *stem) {
                Ok(at) => lacking[at].2,
                Err(_) => 1.0,
            };
            let weight = if word.traits.has(Traits::STOP) { STOP_WORD } else { 1.0 };
            all += weight;
            found += if best >= LEAST_LIKENESS { weight * best } else { 0.0 };
        }
        found / all
    })
}

/// Words that are neither names nor numbers in common order, as a share of the side that has fewer.
fn frame_in_order(a: &[Word], b: &[Word]) -> f32 {
    let [a, b] = [a, b].map(|words| frame(words, |word| u64::from(word.stem)));
    common_in_order(&a, &b) as f32 / a.len().min(b.len()).max(1) as f32
}

/// The same in any order, by their forms: the languages of two short texts may seem to differ.
pub fn frame_in_common(a: &[Word], b: &[Word]) -> f32 {
    let [a, b] = [a, b].map(|words| frame(words, |word| word.form));
    let least = a.len().min(b.len()).max(1) as f32;
    in_both(a, b) as f32 / least
}

fn frame(words: &[Word], of: fn(&Word) -> u64) -> Vec<u64> {
    let is_fact = |word: &&Word| word.traits.has(Traits::NAME) | word.traits.has(Traits::NUMBER);
    words.iter().filter(|word| !is_fact(word)).map(of).collect()
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
    use crate::align::facts::Facts;
    use crate::text::Analyzer;

    fn values(a: &str, b: &str) -> ShortFeatures {
        let profile =
            |text: &str| Profile::new(Analyzer::new(None).article(text), Default::default());
        let (a, b) = (profile(a), profile(b));
        let weights = Weights::new(&a, &b);
        let facts = Facts::of_articles(&a, &b, &weights);
        features(&Pair { a: &a, b: &b, weights: &weights, links: &[], passages: &[], facts })
    }

    #[test]
    fn a_text_is_like_itself_in_all_ways() {
        let text = "The ferry left Calden at 9 with 40 people.";
        let own = values(text, text);
        for share in [own.cosine, own.shared_least, own.in_order, own.unedited, own.weight_in_order]
        {
            assert!((share - 1.0).abs() < 1e-5, "{own:?}");
        }
        assert_eq!((own.gap_most, own.replaced, own.conflicting_numbers), (0.0, 0.0, 0.0));
        assert_eq!(own.letters_least, 1.0);
    }

    #[test]
    fn other_facts_conflict() {
        let other = values("The ferry left at 9.", "The ferry left at 11.");
        assert!(other.conflicting_numbers > 0.0 && other.conflicting_names == 0.0);
        let other = values("The ferry sails to Calden.", "The ferry sails to Delby.");
        assert!(other.conflicting_names > 0.0);
        assert_eq!(values("It is safe for children.", "It is not safe for children.").denials, 1.0);
    }

    #[test]
    fn texts_without_letters_have_finite_features() {
        for (a, b) in [("7", "!a"), ("中", "中国"), ("the of", "of the")] {
            assert!(values(a, b).values().iter().all(|value| value.is_finite()), "{a} {b}");
        }
    }
}
