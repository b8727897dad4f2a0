//! Where a reused segment begins and ends, to the word.
//!
//! Inside a reused segment most words are also in the other article's segment; outside few are. The
//! boundaries maximise the likelihood of that change: every word adds the log-likelihood ratio of
//! its state (shared or not) inside against outside, and the run with the greatest sum is the
//! segment (Kadane's maximum subarray; the sum is the log-likelihood ratio of the two-rate model,
//! Page 1954, against no change).

use std::ops::Range;

use super::in_common::{InCommon, Words};
use super::relation::Side;

/// Words beyond a segment's first guess that may still belong to it.
const MARGIN: usize = 40;

/// Guesses are improved at most this often.
const ROUNDS: usize = 3;

/// What the other segment has by chance, and inside a reused segment.
const OUTSIDE: Prior = Prior { terms: 0.15, bigrams: 0.05, weight: 20.0 };
const INSIDE: Prior = Prior { terms: 0.6, bigrams: 0.4, weight: 4.0 };

/// An expectation of how much the other segment has.
struct Prior {
    /// Share of terms.
    terms: f32,
    /// Share of bigrams.
    bigrams: f32,
    /// How many words the expectation counts for.
    weight: f32,
}

/// How much a bigram counts beside a term: they are not independent.
const BIGRAM_SHARE: f32 = 0.7;

/// A segment of one article, and how sure its boundaries are.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its words.
    pub words: Range<usize>,
    /// Log-likelihood ratio of the segment being reused, against none of it.
    pub gain: f32,
    /// Share of its terms that the other segment has.
    pub rate: f32,
}

/// Finds the boundaries of segments of a pair. Keeps a table of all shared terms and bigrams:
/// making one for each segment would take the product of the segments and the vocabulary.
#[derive(Debug, Clone)]
pub struct Boundaries<'p> {
    pair: &'p InCommon,
    /// By term number, whether the other segment has it. Between two searches no term is set.
    terms: Vec<u8>,
    /// The same by the number of a bigram.
    bigrams: Vec<u8>,
    sums: Vec<f32>,
}

impl<'p> Boundaries<'p> {
    /// Of this pair.
    pub fn new(pair: &'p InCommon) -> Self {
        // Terms, then those that the other article does not have at all, then "no term".
        let mut terms = vec![MISS; pair.terms as usize + 2];
        terms[pair.terms as usize + 1] = SILENT;
        Self { pair, terms, bigrams: vec![0; pair.bigrams as usize + 1], sums: Vec::new() }
    }

    /// The boundaries of a segment around `guess`, given the segment `other` of the other article.
    ///
    /// `guess` must not be empty; the result is not empty.
    pub fn find(&mut self, side: Side, guess: Range<usize>, other: Range<usize>) -> Segment {
        let wide = grow(&guess, self.pair.words(side));
        let hits = self.hits(side, wide.clone(), other);
        let mut inside = guess.start - wide.start..guess.end - wide.start;
        let mut best = Segment { words: inside.clone(), gain: 0.0, rate: 0.0 };
        // The guess includes words that do not belong; without them the rates are clearer.
        for _ in 0..ROUNDS {
            best = hits.best_run(&inside, &mut self.sums);
            if best.words == inside {
                break;
            }
            inside = best.words.clone();
        }
        let Segment { mut words, gain, rate } = best;
        // A shared bigram includes its second word.
        if words.end < hits.words.len() && hits.words[words.end - 1] & BIGRAM != 0 {
            words.end += 1;
        }
        Segment { words: wide.start + words.start..wide.start + words.end, gain, rate }
    }

    /// Both boundaries of a pair of segments around their first guesses.
    pub fn refine(&mut self, guess_a: Range<usize>, guess_b: Range<usize>) -> [Segment; 2] {
        let wide_b = grow(&guess_b, &self.pair.b);
        let first_a = self.find(Side::A, guess_a.clone(), wide_b.clone());
        let in_b = self.find(Side::B, guess_b, first_a.words.clone());
        // The same input gives the same result.
        if first_a.words == guess_a && in_b.words == wide_b {
            return [first_a, in_b];
        }
        let in_a = self.find(Side::A, first_a.words, in_b.words.clone());
        [in_a, in_b]
    }

    /// Which words of a range the segment `other` has.
    fn hits(&mut self, side: Side, range: Range<usize>, other: Range<usize>) -> Hits {
        let (x, y) = (self.pair.words(side), self.pair.words(side.other()));
        // The last word of a segment begins a bigram that ends outside.
        let inside = |range: &Range<usize>| range.start..range.end.max(range.start + 1) - 1;
        let (terms, bigrams) = (&y.terms[other.clone()], &y.bigrams[inside(&other)]);
        self.mark(terms, HIT, bigrams, BIGRAM);
        let mut words: Vec<u8> =
            x.terms[range.clone()].iter().map(|term| self.terms[*term as usize]).collect();
        for (word, bigram) in words.iter_mut().zip(&x.bigrams[inside(&range)]) {
            *word |= self.bigrams[*bigram as usize];
        }
        self.mark(terms, MISS, bigrams, 0);
        Hits { counts: Counts::of(&words), words }
    }

    /// Sets the state of these terms and bigrams: whether the other segment has them.
    fn mark(&mut self, terms: &[u32], term: u8, bigrams: &[u32], bigram: u8) {
        terms.iter().for_each(|of| self.terms[*of as usize] = term);
        bigrams.iter().for_each(|of| self.bigrams[*of as usize] = bigram);
        // What only one article has, and words without a term.
        self.terms[self.pair.terms as usize] = MISS;
        self.terms[self.pair.terms as usize + 1] = SILENT;
        self.bigrams[self.pair.bigrams as usize] = 0;
    }
}

fn grow(range: &Range<usize>, words: &Words) -> Range<usize> {
    range.start.saturating_sub(MARGIN)..(range.end + MARGIN).min(words.terms.len())
}

/// State of a word: the other segment lacks its term, has it, or the word has none; and, as a flag,
/// whether the other segment has the bigram that it begins.
const MISS: u8 = 0;
const HIT: u8 = 1;
const SILENT: u8 = 2;
const BIGRAM: u8 = 4;

/// For each word of a segment its state: one of the first three, and [`BIGRAM`] or not.
struct Hits {
    words: Vec<u8>,
    /// Over all of them.
    counts: Counts,
}

impl Hits {
    /// The likeliest segment, its log-likelihood ratio and its rate, where `inside` was the last
    /// guess. `sums` is scratch.
    fn best_run(&self, inside: &Range<usize>, sums: &mut Vec<f32>) -> Segment {
        let counts = Counts::of(&self.words[inside.clone()]);
        let outside = self.counts.without(counts);
        let rates =
            |of: fn(Counts) -> (f32, f32)| Rates { inside: of(counts), outside: of(outside) };
        let terms = rates(|counts| (counts.hits as f32, counts.terms as f32));
        let bigrams = rates(|counts| (counts.bigrams as f32, counts.words as f32));
        let terms = terms.with_priors(INSIDE.terms, OUTSIDE.terms);
        let bigrams = bigrams.with_priors(INSIDE.bigrams, OUTSIDE.bigrams);
        let mut gains = [0.0; 8];
        for (word, gain) in (0..).zip(&mut gains) {
            let term = match word & !BIGRAM {
                MISS => terms.miss,
                HIT => terms.hit,
                _ => 0.0,
            };
            let bigram = if word & BIGRAM != 0 { bigrams.hit } else { bigrams.miss };
            *gain = term + BIGRAM_SHARE * bigram;
        }
        let (words, gain) = best_run(&self.words, &gains, sums);
        Segment { words, gain, rate: terms.inside }
    }
}

/// Counts of words by their state.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Counts {
    words: usize,
    /// Words that have a term.
    terms: usize,
    hits: usize,
    bigrams: usize,
}

impl Counts {
    fn of(words: &[u8]) -> Self {
        // Sums of so few fit a byte, which makes them vector instructions.
        let count = |is: fn(u8) -> bool| -> usize {
            let parts = words.chunks(255);
            parts.map(|part| usize::from(part.iter().map(|w| u8::from(is(*w))).sum::<u8>())).sum()
        };
        Self {
            words: words.len(),
            terms: count(|word| word & SILENT == 0),
            hits: count(|word| word & HIT != 0),
            bigrams: count(|word| word & BIGRAM != 0),
        }
    }

    fn without(self, part: Self) -> Self {
        Self {
            words: self.words - part.words,
            terms: self.terms - part.terms,
            hits: self.hits - part.hits,
            bigrams: self.bigrams - part.bigrams,
        }
    }
}

/// Hits, and words that could be hits, inside and outside a segment.
struct Rates {
    inside: (f32, f32),
    outside: (f32, f32),
}

/// The rate inside, and what a word adds to the log-likelihood ratio.
struct Odds {
    inside: f32,
    hit: f32,
    miss: f32,
}

impl Rates {
    fn with_priors(&self, inside: f32, outside: f32) -> Odds {
        let rate = |(hits, all): (f32, f32), expected: f32, weight: f32| {
            ((hits + expected * weight) / (all + weight)).clamp(0.02, 0.98)
        };
        let inside = rate(self.inside, inside, INSIDE.weight);
        // A text that repeats itself all over must not turn the difference around.
        let outside = rate(self.outside, outside, OUTSIDE.weight).min(inside * 0.6);
        let hit = (inside / outside).ln();
        let miss = ((1.0 - inside) / (1.0 - outside)).ln();
        Odds { inside, hit, miss }
    }
}

/// Words that are summed up at a time.
const STEP: usize = 8;

/// The run of words with the greatest sum of their gains, which has at least one; and the sum.
/// `sums` is scratch.
fn best_run(words: &[u8], gains: &[f32; 8], sums: &mut Vec<f32>) -> (Range<usize>, f32) {
    sums.resize(words.len(), 0.0);
    sum_up(words, gains, sums);
    // As many greatest sums as a vector has elements.
    let mut best = [f32::NEG_INFINITY; STEP];
    let (steps, rest) = sums.as_chunks::<STEP>();
    for step in steps {
        for (best, sum) in best.iter_mut().zip(step) {
            *best = if *sum > *best { *sum } else { *best };
        }
    }
    let best = best.iter().chain(rest).fold(f32::NEG_INFINITY, |best, sum| best.max(*sum));
    // Searched by steps, which vectorise, and then within one.
    let step = sums.chunks(STEP).position(|step| any(step, |sum| sum == best)).unwrap_or(0) * STEP;
    let last = step + sums[step..].iter().position(|sum| *sum == best).unwrap_or(0);
    // A run starts behind the last sum that was worth nothing.
    let before = &sums[..last];
    let is_nothing = |sum: f32| sum <= 0.0;
    let steps = before.rchunks(STEP).position(|step| any(step, is_nothing));
    let start = steps.map_or(0, |steps| {
        let before = &before[..last - steps * STEP];
        before.iter().rposition(|sum| is_nothing(*sum)).map_or(0, |at| at + 1)
    });
    (start..last + 1, best)
}

/// Whether any sum of a step satisfies a condition; branch-free.
fn any(step: &[f32], is_such: impl Fn(f32) -> bool) -> bool {
    step.iter().fold(false, |any, sum| any | is_such(*sum))
}

/// Fills `sums`: for each word the greatest sum of the gains of a run that ends with it.
fn sum_up(words: &[u8], gains: &[f32; 8], sums: &mut [f32]) {
    let mut last = 0.0;
    let (steps, rest) = words.as_chunks::<STEP>();
    let (sums_of_steps, sums_of_rest) = sums.as_chunks_mut::<STEP>();
    for (words, sums) in steps.iter().zip(sums_of_steps) {
        last = sum_up_step(words, gains, last, sums);
    }
    sum_up_step(rest, gains, last, sums_of_rest);
}

/// The same for a few words that follow on a sum; returns the last sum.
#[inline(always)]
fn sum_up_step(words: &[u8], gains: &[f32; 8], before: f32, sums: &mut [f32]) -> f32 {
    let gain = |word: &u8| gains[usize::from(*word & 7)];
    let from = |sum: f32| if sum > 0.0 { sum } else { 0.0 };
    // Inside a segment no sum falls to 0. So that is checked afterwards: each sum depends on the
    // last, and a comparison would double the latency.
    let (mut last, mut falls) = (from(before), false);
    for (sum, word) in sums.iter_mut().zip(words) {
        falls |= last < 0.0;
        last += gain(word);
        *sum = last;
    }
    if falls {
        last = before;
        for (sum, word) in sums.iter_mut().zip(words) {
            last = from(last) + gain(word);
            *sum = last;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::super::profile::Profile;
    use super::super::weights::Weights;
    use super::*;
    use crate::text::Analyzer;

    #[test]
    fn boundaries_fall_where_the_reuse_begins_and_ends() {
        let reused = "Forty ferries waited outside the harbour bar while divers searched \
                      the sunken barge for survivors and leaking fuel";
        let x = format!(
            "Council members quarrelled over library budgets. Later {reused}. Schools \
                         reopen Monday under revised timetables, teachers announced proudly."
        );
        let y = format!("Weather stayed calm. {reused}. Markets fell sharply again.");
        let [x, y] = [&x, &y]
            .map(|text| Profile::new(Analyzer::new(None).article(text), Default::default()));
        let (all_x, all_y) = (0..x.terms.len(), 0..y.terms.len());
        let weights = Weights::new(&x, &y);
        let [in_x, in_y] = Boundaries::new(&weights.in_common).refine(all_x, all_y);
        assert_eq!(in_x.words, 7..25);
        assert_eq!(in_y.words, 3..21);
        assert!(in_x.gain > 10.0 && in_x.rate > 0.5);
    }

    proptest::proptest! {
        #[test]
        fn best_run_is_that_of_a_naive_search(
            gains in proptest::array::uniform8(-8i8..8),
            words in proptest::collection::vec(0u8..8, 1..40),
        ) {
            let gains = gains.map(f32::from);
            let (run, sum) = best_run(&words, &gains, &mut Vec::new());
            let sum_of = |range: Range<usize>| -> f32 {
                words[range].iter().map(|word| gains[usize::from(*word)]).sum()
            };
            proptest::prop_assert_eq!(sum_of(run), sum);
            for start in 0..words.len() {
                for end in start + 1..=words.len() {
                    proptest::prop_assert!(sum_of(start..end) <= sum);
                }
            }
        }
    }
}
