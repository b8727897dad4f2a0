//! The content of an article as sets to compare: quotations that both sides quote do not count.

use super::boilerplate::is_boilerplate;
use crate::Kernel;
use crate::radix;
use crate::shingle::reuse::skip_bigram;
use crate::shingle::{Matching, Places, find_shared};
use crate::text::hash::mix;
use crate::text::{Article, Traits, Word};

/// Content words between the two of a pair.
const WINDOW: usize = 4;

/// A set of hashed features with a flag for those that occur only in quotations.
///
/// Two independent reports of one event quote the same people, so what both *quote* is no sign of
/// reuse. What one quotes and the other says in its own words is: rewrites do that all the time.
#[derive(Debug, Clone, Default)]
pub struct Marked {
    /// Ascending. The upper 31 bits are the feature's hash; the lowest is set where each of its
    /// occurrences touches a quotation.
    hashes: Vec<u32>,
}

/// An occurrence of a feature.
struct Occurrence {
    /// Hash of the feature.
    hash: u64,
    /// Whether it touches a quotation.
    is_quoted: bool,
}

impl Occurrence {
    /// The upper 32 bits of the hash, the lowest of them set if the occurrence touches a quotation:
    /// what [`Marked::of`] sorts.
    fn mark(&self) -> u64 {
        (self.hash >> 33 << 1 | u64::from(self.is_quoted)) << 32
    }
}

impl Marked {
    /// The set of features as [`Occurrence::mark`] gives them; their order afterwards means
    /// nothing. `scratch` grows as needed.
    fn of(features: &mut [u64], scratch: &mut Vec<u64>) -> Self {
        radix::sort_mixed(features, scratch);
        let mut hashes = vec![0; features.len()];
        let (mut count, mut last) = (0, u32::MAX);
        for feature in features {
            let hash = (*feature >> 32) as u32;
            // An occurrence outside quotations sorts first and stays.
            hashes[count] = hash;
            count += usize::from(hash >> 1 != last);
            last = hash >> 1;
        }
        hashes.truncate(count);
        Self { hashes }
    }

    /// Number of features.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// What two sets share; `places` becomes where they share it.
    pub fn shared(&self, other: &Self, kernel: Kernel, places: &mut Places) -> Shared {
        find_shared(&self.hashes, &other.hashes, Matching { below: 1, kernel }, places);
        let is_quoted = |(i, j)| self.hashes[i as usize] & other.hashes[j as usize] & 1;
        let quoted = places.iter().map(is_quoted).sum::<u32>() as usize;
        let counts = |set: &Self| (set.hashes.len() - quoted) as f32;
        Shared { shared: (places.len() - quoted) as f32, of: [counts(self), counts(other)], quoted }
    }
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
    /// The sets of an article, without its boilerplate. `scratch` grows as needed.
    pub fn of(article: &Article, scratch: &mut Vec<u64>) -> Self {
        let all = Stems::of(&article.words, |word| !is_boilerplate(word));
        let content = Stems::of(&article.words, |word| {
            !is_boilerplate(word) & !word.traits.has(Traits::STOP)
        });
        let (mut names, mut numbers) = (Vec::new(), Vec::new());
        let is_told =
            |word: &&Word| word.traits.has(Traits::NAME) | word.traits.has(Traits::NUMBER);
        for word in article.words.iter().filter(is_told) {
            if is_quoted(word) || is_boilerplate(word) || word.traits.has(Traits::STOP) {
                continue;
            }
            names.extend(word.traits.has(Traits::NAME).then_some(word.stem));
            numbers.extend(word.traits.has(Traits::NUMBER).then_some(word.stem));
        }
        let mut features = Vec::with_capacity(all.stems.len().max(WINDOW * content.stems.len()));
        all.trigrams(&mut features);
        let trigrams = Marked::of(&mut features, scratch);
        features.clear();
        (1..=WINDOW).for_each(|distance| content.skips(distance, &mut features));
        let skips = Marked::of(&mut features, scratch);
        for set in [&mut names, &mut numbers] {
            set.sort_unstable();
            set.dedup();
        }
        Self { trigrams, skips, names, numbers }
    }
}

/// Stems of consecutive words, and for each whether it is in a quotation.
struct Stems {
    stems: Vec<u32>,
    quoted: Vec<bool>,
}

impl Stems {
    /// Of the words that are wanted.
    fn of(words: &[Word], is_wanted: impl Fn(&Word) -> bool) -> Self {
        let mut found = Self { stems: vec![0; words.len()], quoted: vec![false; words.len()] };
        let mut count = 0;
        for word in words {
            // Branch-free: which words are stop words is unpredictable.
            found.stems[count] = word.stem;
            found.quoted[count] = is_quoted(word);
            count += usize::from(is_wanted(word));
        }
        found.stems.truncate(count);
        found.quoted.truncate(count);
        found
    }

    /// Those from place `first` on.
    fn from(&self, first: usize) -> impl Iterator<Item = (u64, bool)> {
        let stems = self.stems.get(first..).unwrap_or_default();
        let quoted = self.quoted.get(first..).unwrap_or_default();
        stems.iter().map(|stem| u64::from(*stem)).zip(quoted.iter().copied())
    }

    /// Adds the runs of three.
    fn trigrams(&self, features: &mut Vec<u64>) {
        let runs = self.from(0).zip(self.from(1)).zip(self.from(2));
        features.extend(runs.map(|(((a, in_a), (b, in_b)), (c, in_c))| {
            let hash = mix(mix(a << 32 | b) ^ c);
            Occurrence { hash, is_quoted: in_a | in_b | in_c }.mark()
        }));
    }

    /// Adds the pairs that are so far apart.
    fn skips(&self, distance: usize, features: &mut Vec<u64>) {
        let pairs = self.from(0).zip(self.from(distance));
        let skip = |((a, in_a), (b, in_b))| {
            let hash = skip_bigram(a as u32, b as u32);
            Occurrence { hash, is_quoted: in_a | in_b }.mark()
        };
        features.extend(pairs.map(skip));
    }
}

/// Whether a word is in a quotation.
pub fn is_quoted(word: &Word) -> bool {
    word.traits.has(Traits::QUOTED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    const QUOTING: &str = "The mayor closed the bridge. “Ferries will run all night,” she said.";

    fn contents(text: &str) -> Contents {
        Contents::of(&Analyzer::new(None).article(text), &mut Vec::new())
    }

    fn shared(a: &Marked, b: &Marked) -> Shared {
        a.shared(b, Kernel::detect(), &mut Places::default())
    }

    #[test]
    fn what_both_quote_does_not_count() {
        let other = "Rain fell over Calden. “Ferries will run all night,” said Ann Weber.";
        let shared = shared(&contents(QUOTING).trigrams, &contents(other).trigrams);
        // “Ferries will run”, “will run all”, “run all night”.
        assert_eq!((shared.shared, shared.quoted), (0.0, 3));
        assert_eq!(shared.of[0], contents(QUOTING).trigrams.len() as f32 - 3.0);
    }

    #[test]
    fn what_only_one_quotes_counts() {
        let retelling = "According to the mayor ferries will run all night.";
        let shared = shared(&contents(QUOTING).trigrams, &contents(retelling).trigrams);
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
        assert_eq!(shared(&a.skips, &b.skips).shared, naive as f32);
        assert!(contents("").skips.is_empty());
    }

    #[test]
    fn names_and_numbers_are_those_outside_quotations() {
        let of = contents("He saw Calden in 1999. “I love Bremen in 2001,” he said.");
        assert_eq!((of.names.len(), of.numbers.len()), (1, 1));
    }
}
