//! What an article says, as sets to compare: quotations that both sides quote do not count.

use super::boilerplate::is_boilerplate;
use super::sieve::{Sieve, sifted};
use crate::radix;
use crate::shingle::reuse::skip_bigram;
use crate::text::hash::mix;
use crate::text::{Article, Traits, Word};

/// Content words between the two of a pair.
const WINDOW: usize = 4;

/// A set of hashed features that remembers which of them the article has in its quotations only.
///
/// Two independent reports of one event quote the same people, so what both *quote* is no sign of
/// reuse. What one quotes and the other says in its own words is: rewrites do that all the time.
#[derive(Debug, Clone, Default)]
pub struct Marked {
    /// Ascending. The upper 31 bits are the feature's hash; the lowest is set where each of its
    /// occurrences touches a quotation.
    hashes: Vec<u32>,
    sieve: Sieve,
}

/// The upper 32 bits of `hash`, the lowest of them set where the feature touches a quotation: what
/// [`Marked::of`] sorts.
fn marked(hash: u64, quoted: bool) -> u64 {
    (hash >> 33 << 1 | u64::from(quoted)) << 32
}

impl Marked {
    /// The set of features as [`marked`] gives them.
    fn of(mut features: Vec<u64>) -> Self {
        radix::sort_mixed(&mut features);
        let mut hashes: Vec<u32> =
            features.into_iter().map(|feature| (feature >> 32) as u32).collect();
        // An occurrence outside quotations sorts first and stays.
        hashes.dedup_by_key(|hash| *hash >> 1);
        Self { sieve: Sieve::of(&hashes), hashes }
    }

    /// Number of features.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// What two sets share.
    pub fn shared(&self, other: &Self) -> Shared {
        let sets = ((self.hashes.as_slice(), &self.sieve), (other.hashes.as_slice(), &other.sieve));
        let (shared, quoted) = sifted(sets.0, sets.1, count_shared);
        let counts = |set: &Self| (set.hashes.len() - quoted) as f32;
        Shared { shared: (shared - quoted) as f32, of: [counts(self), counts(other)], quoted }
    }
}

/// How many features two sets share, and how many of them are in quotations only in both.
fn count_shared(mut x: &[u32], mut y: &[u32]) -> (usize, usize) {
    let (mut shared, mut quoted) = (0, 0);
    while let ([a, rest_x @ ..], [b, rest_y @ ..]) = (x, y) {
        let (left, right) = (a >> 1, b >> 1);
        if left == right {
            quoted += (a & b & 1) as usize;
            shared += 1;
        }
        x = if left <= right { rest_x } else { x };
        y = if right <= left { rest_y } else { y };
    }
    (shared, quoted)
}

/// What two sets share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shared {
    /// Features of both, without those that both have in quotations only.
    pub shared: f32,
    /// Features of either side, without the same.
    pub of: [f32; 2],
    /// Features that both have in quotations only.
    pub quoted: usize,
}

/// The sets; each is without repetitions, and empty where the article has nothing.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// Runs of three stems, stop words among them.
    pub trigrams: Marked,
    /// Pairs of stems at most four content words apart, in either order.
    pub skips: Marked,
    /// Stems of words outside quotations that are written like names, ascending.
    pub names: Vec<u32>,
    /// Numbers outside quotations, ascending.
    pub numbers: Vec<u32>,
}

impl Contents {
    /// The sets of an article, without its boilerplate.
    pub fn of(article: &Article) -> Self {
        let mut contents = Self::default();
        let words: Vec<Word> =
            article.words.iter().copied().filter(|word| !is_boilerplate(word)).collect();
        let mut trigrams = Vec::with_capacity(words.len());
        for run in words.windows(3) {
            let pair = u64::from(run[0].stem) << 32 | u64::from(run[1].stem);
            let hash = mix(mix(pair) ^ u64::from(run[2].stem));
            trigrams.push(marked(hash, run.iter().any(is_quoted)));
        }
        let content: Vec<&Word> =
            words.iter().filter(|word| !word.traits.has(Traits::STOP)).collect();
        let mut skips = Vec::with_capacity(content.len() * WINDOW);
        for (at, word) in content.iter().enumerate() {
            let quoted = is_quoted(word);
            if !quoted && word.traits.has(Traits::NAME) {
                contents.names.push(word.stem);
            }
            if !quoted && word.traits.has(Traits::NUMBER) {
                contents.numbers.push(word.stem);
            }
            for other in content[at + 1..].iter().take(WINDOW) {
                skips.push(marked(skip_bigram(word.stem, other.stem), quoted || is_quoted(other)));
            }
        }
        contents.trigrams = Marked::of(trigrams);
        contents.skips = Marked::of(skips);
        for set in [&mut contents.names, &mut contents.numbers] {
            set.sort_unstable();
            set.dedup();
        }
        contents
    }
}

/// Whether a word stands in a quotation.
pub fn is_quoted(word: &Word) -> bool {
    word.traits.has(Traits::QUOTED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    const QUOTING: &str = "The mayor closed the bridge. “Ferries will run all night,” she said.";

    fn contents(text: &str) -> Contents {
        Contents::of(&Analyzer::new(None).article(text))
    }

    #[test]
    fn what_both_quote_does_not_count() {
        let other = "Rain fell over Calden. “Ferries will run all night,” said Ann Weber.";
        let shared = contents(QUOTING).trigrams.shared(&contents(other).trigrams);
        // “Ferries will run”, “will run all”, “run all night”.
        assert_eq!((shared.shared, shared.quoted), (0.0, 3));
        assert_eq!(shared.of[0], contents(QUOTING).trigrams.len() as f32 - 3.0);
    }

    #[test]
    fn what_only_one_quotes_counts() {
        let retelling = "According to the mayor ferries will run all night.";
        let shared = contents(QUOTING).trigrams.shared(&contents(retelling).trigrams);
        assert_eq!((shared.shared, shared.quoted), (3.0, 0));
    }

    #[test]
    fn shared_features_are_those_of_a_naive_search() {
        let (a, b) =
            (contents(QUOTING), contents("The mayor closed the harbour. Ferries will run."));
        let of = |set: &Marked| set.hashes.iter().map(|hash| hash >> 1).collect::<Vec<u32>>();
        let (x, y) = (of(&a.skips), of(&b.skips));
        let naive = x.iter().filter(|hash| y.contains(hash)).count();
        assert!(naive > 0);
        assert_eq!(a.skips.shared(&b.skips).shared, naive as f32);
        assert!(contents("").skips.is_empty());
    }

    #[test]
    fn names_and_numbers_are_those_outside_quotations() {
        let of = contents("He saw Calden in 1999. “I love Bremen in 2001,” he said.");
        assert_eq!((of.names.len(), of.numbers.len()), (1, 1));
    }
}
