//! Where a reused stretch begins and ends, to the word.
//!
//! Inside a reused stretch most words stand in the other article's stretch too; outside few do.
//! The borders are where the likelihood of that change is greatest: every word adds the logarithm
//! of how much likelier what it is (shared or not) is inside than outside, and the run with the
//! greatest sum is the stretch (Kadane's maximum subarray; the sum is the log-likelihood ratio of
//! the two-rate model, Page 1954, against no change).

use std::ops::Range;

use super::profile::{NO_TERM, Profile, bigram};

/// Words beyond a stretch's first guess that may still belong to it.
const MARGIN: usize = 40;

/// Guesses are improved at most this often.
const ROUNDS: usize = 3;

/// Share of terms and of bigrams that the other stretch holds by chance, and inside a reused
/// stretch, with how many words each of these expectations counts for.
const OUTSIDE: (f32, f32, f32) = (0.15, 0.05, 20.0);
const INSIDE: (f32, f32, f32) = (0.6, 0.4, 4.0);

/// How much a bigram counts beside a term: they are not independent.
const BIGRAM_SHARE: f32 = 0.7;

/// A stretch of one article, and how sure its borders are.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// Its words.
    pub words: Range<usize>,
    /// Log-likelihood ratio of the stretch being reused, against none of it.
    pub gain: f32,
    /// Share of its terms that the other stretch holds.
    pub rate: f32,
}

/// The borders of the stretch of `x` around `guess`, given the stretch `other` of `y`.
///
/// `guess` must not be empty; the result is not empty.
pub fn borders(x: &Profile, guess: Range<usize>, y: &Profile, other: Range<usize>) -> Stretch {
    let wide = grow(&guess, x);
    let hits = Hits::new(x, wide.clone(), y, other);
    let mut inside = guess.start - wide.start..guess.end - wide.start;
    let mut best = (inside.clone(), 0.0, 0.0);
    // The guess holds words that do not belong; without them the rates are clearer.
    for _ in 0..ROUNDS {
        best = hits.best_run(&inside);
        if best.0 == inside {
            break;
        }
        inside = best.0.clone();
    }
    let (mut words, gain, rate) = best;
    // A shared bigram vouches for its second word.
    if words.end < hits.bigrams.len() && hits.bigrams[words.end - 1] == Some(true) {
        words.end += 1;
    }
    Stretch { words: wide.start + words.start..wide.start + words.end, gain, rate }
}

/// Both borders of a pair of stretches around their first guesses.
pub fn refine(
    a: &Profile,
    guess_a: Range<usize>,
    b: &Profile,
    guess_b: Range<usize>,
) -> [Stretch; 2] {
    let first_a = borders(a, guess_a, b, grow(&guess_b, b)).words;
    let in_b = borders(b, guess_b, a, first_a.clone());
    let in_a = borders(a, first_a, b, in_b.words.clone());
    [in_a, in_b]
}

fn grow(range: &Range<usize>, profile: &Profile) -> Range<usize> {
    range.start.saturating_sub(MARGIN)..(range.end + MARGIN).min(profile.terms.len())
}

/// A set of hashes: open addressing, since a stretch is walked three times for each candidate and
/// sorting it cost a fifth of all alignment (benches/align.rs).
struct Seen {
    /// A power of two; 0 is an empty place.
    places: Vec<u32>,
}

impl Seen {
    /// For at most `count` hashes.
    fn new(count: usize) -> Self {
        Self { places: vec![0; (2 * count + 2).next_power_of_two()] }
    }

    fn insert(&mut self, hash: u32) {
        let place = self.place(hash);
        self.places[place] = hash.max(1);
    }

    fn has(&self, hash: u32) -> bool {
        self.places[self.place(hash)] != 0
    }

    /// Where the hash is, or would be.
    fn place(&self, hash: u32) -> usize {
        let (hash, mask) = (hash.max(1), self.places.len() - 1);
        let mut place = hash as usize & mask;
        while self.places[place] != 0 && self.places[place] != hash {
            place = (place + 1) & mask;
        }
        place
    }
}

/// For each word of a stretch whether the other stretch holds it; `None` where that says nothing.
struct Hits {
    terms: Vec<Option<bool>>,
    bigrams: Vec<Option<bool>>,
}

impl Hits {
    fn new(x: &Profile, range: Range<usize>, y: &Profile, other: Range<usize>) -> Self {
        let words = &y.article.words;
        let (mut stems, mut pairs) = (Seen::new(other.len()), Seen::new(other.len()));
        for at in other.clone().filter(|at| y.terms[*at] != NO_TERM) {
            stems.insert(words[at].stem);
        }
        for pair in words[other].windows(2) {
            pairs.insert(bigram(pair[0], pair[1]));
        }
        let words = &x.article.words;
        let holds = |at: usize| stems.has(words[at].stem);
        let holds_pair =
            |at: usize| at + 1 < range.end && pairs.has(bigram(words[at], words[at + 1]));
        let all = range.clone();
        Self {
            terms: all.clone().map(|at| (x.terms[at] != NO_TERM).then(|| holds(at))).collect(),
            bigrams: all.map(|at| Some(holds_pair(at))).collect(),
        }
    }
}

impl Hits {
    /// The likeliest stretch, its log-likelihood ratio and its rate, where `inside` was the last
    /// guess.
    fn best_run(&self, inside: &Range<usize>) -> (Range<usize>, f32, f32) {
        let [terms, bigrams] = [&self.terms, &self.bigrams].map(|hits| Rates::new(hits, inside));
        let terms = terms.with_priors(INSIDE.0, OUTSIDE.0);
        let bigrams = bigrams.with_priors(INSIDE.1, OUTSIDE.1);
        let gains = self
            .terms
            .iter()
            .zip(&self.bigrams)
            .map(|(term, bigram)| terms.gain(*term) + BIGRAM_SHARE * bigrams.gain(*bigram));
        let (run, gain) = best_run(gains);
        (run, gain, terms.inside)
    }
}

/// How many words inside and outside a stretch are held by the other.
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
    fn new(hits: &[Option<bool>], inside: &Range<usize>) -> Self {
        let mut rates = Self { inside: (0.0, 0.0), outside: (0.0, 0.0) };
        for (at, hit) in hits.iter().enumerate() {
            let Some(hit) = hit else { continue };
            let count = if inside.contains(&at) { &mut rates.inside } else { &mut rates.outside };
            count.0 += f32::from(u8::from(*hit));
            count.1 += 1.0;
        }
        rates
    }

    fn with_priors(&self, inside: f32, outside: f32) -> Odds {
        let rate = |(hits, all): (f32, f32), expected: f32, weight: f32| {
            ((hits + expected * weight) / (all + weight)).clamp(0.02, 0.98)
        };
        let inside = rate(self.inside, inside, INSIDE.2);
        // A text that repeats itself all over must not turn the difference around.
        let outside = rate(self.outside, outside, OUTSIDE.2).min(inside * 0.6);
        let hit = (inside / outside).ln();
        let miss = ((1.0 - inside) / (1.0 - outside)).ln();
        Odds { inside, hit, miss }
    }
}

impl Odds {
    fn gain(&self, hit: Option<bool>) -> f32 {
        match hit {
            Some(true) => self.hit,
            Some(false) => self.miss,
            None => 0.0,
        }
    }
}

/// The run with the greatest sum, which has at least one element; and the sum.
fn best_run(gains: impl Iterator<Item = f32>) -> (Range<usize>, f32) {
    let (mut best, mut run) = (f32::NEG_INFINITY, 0..1);
    let (mut sum, mut start) = (0.0, 0);
    for (at, gain) in gains.enumerate() {
        if sum <= 0.0 {
            (sum, start) = (0.0, at);
        }
        sum += gain;
        if sum > best {
            (best, run) = (sum, start..at + 1);
        }
    }
    (run, best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    #[test]
    fn borders_fall_where_the_reuse_begins_and_ends() {
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
        let [in_x, in_y] = refine(&x, all_x, &y, all_y);
        assert_eq!(in_x.words, 7..25);
        assert_eq!(in_y.words, 3..21);
        assert!(in_x.gain > 10.0 && in_x.rate > 0.5);
    }

    proptest::proptest! {
        #[test]
        fn best_run_is_that_of_a_naive_search(
            gains in proptest::collection::vec(-8i8..8, 1..12)
        ) {
            let (run, sum) = best_run(gains.iter().map(|gain| f32::from(*gain)));
            let sum_of = |range: Range<usize>| gains[range].iter().map(|g| f32::from(*g)).sum::<f32>();
            proptest::prop_assert_eq!(sum_of(run), sum);
            for start in 0..gains.len() {
                for end in start + 1..=gains.len() {
                    proptest::prop_assert!(sum_of(start..end) <= sum);
                }
            }
        }
    }
}
