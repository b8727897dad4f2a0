//! Invented words with the frequencies of real ones.

use std::collections::HashSet;

use crate::random::Random;
use crate::script::Script;

/// Words of the vocabulary, function words included.
const WORDS: usize = 1 << 17;

const FUNCTION_WORDS: &str = "the of to and a in that is for on was said with he as it at by from his \
     have be has are an who not but had will they this were their which been more after its about \
     we or one would she out up when her all new two some than there if what so no can into last \
     time people over first could also other how year you just him now most before only them";

const ONSETS: [&str; 20] = [
    "", "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pr",
    "ch", "w",
];
const VOWELS: [&str; 12] = ["a", "e", "i", "o", "u", "a", "e", "ea", "io", "ou", "ai", "é"];
const CODAS: [&str; 10] = ["", "", "n", "r", "s", "t", "l", "nd", "ck", "rs"];

/// Words that like to follow each word.
const FOLLOWERS: usize = 8;

/// All words, by rank: the most frequent is number 0.
pub struct Vocabulary {
    words: Vec<Box<str>>,
    function_words: u32,
    script: Script,
    zipf: Alias,
    /// [`FOLLOWERS`] for each word.
    followers: Vec<u32>,
}

impl Vocabulary {
    /// The vocabulary of a seed in another script.
    pub fn in_script(seed: u64, script: Script) -> Self {
        let mut random = Random::of(seed, u64::MAX - 1);
        let mut vocabulary = Self::new(seed);
        for word in vocabulary.words.iter_mut().skip(vocabulary.function_words as usize) {
            *word = script.spelled(word, &mut random).into();
        }
        Self { script, ..vocabulary }
    }

    /// The vocabulary of a seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::of(seed, u64::MAX);
        let mut words: Vec<Box<str>> = FUNCTION_WORDS.split_whitespace().map(Box::from).collect();
        let function_words = words.len() as u32;
        let mut known: HashSet<Box<str>> = words.iter().cloned().collect();
        while words.len() < WORDS {
            // Rarer words are longer.
            let syllables = 1 + random.below(1 + words.len().ilog2() as usize / 8);
            let mut word = String::new();
            for _ in 0..syllables {
                for part in [&ONSETS[..], &VOWELS, &CODAS] {
                    word.push_str(part[random.below(part.len())]);
                }
            }
            if known.insert(word.as_str().into()) {
                words.push(word.into());
            }
        }
        // Zipf's law, flattened at the top (Mandelbrot).
        let zipf =
            Alias::new(&(0..WORDS).map(|rank| 1.0 / (rank as f64 + 2.7)).collect::<Vec<_>>());
        let followers = (0..WORDS * FOLLOWERS).map(|_| zipf.pick(&mut random)).collect();
        Self { words, function_words, script: Script::Latin, zipf, followers }
    }

    /// Its letters, and the marks around words.
    pub fn script(&self) -> Script {
        self.script
    }

    /// A word's letters.
    pub fn letters(&self, word: u32) -> &str {
        &self.words[word as usize]
    }

    /// Any word.
    pub fn word(&self, random: &mut Random) -> u32 {
        self.zipf.pick(random)
    }

    /// A word that stands behind `word`: every other time one of those that like to.
    pub fn after(&self, word: u32, random: &mut Random) -> u32 {
        if random.once_in(2) {
            return self.word(random);
        }
        // The first are liked best.
        let place = random.below(FOLLOWERS).min(random.below(FOLLOWERS));
        self.followers[word as usize * FOLLOWERS + place]
    }

    /// Whether it is one of those that every text has.
    pub fn is_function_word(&self, word: u32) -> bool {
        word < self.function_words
    }

    /// One of the two synonyms of a word, which are about as frequent; of a function word itself.
    pub fn synonym(&self, word: u32, random: &mut Random) -> u32 {
        if self.is_function_word(word) {
            return word;
        }
        let other = word ^ if random.once_in(2) { 1 } else { 2 };
        if self.is_function_word(other) { word } else { other }
    }
}

/// Numbers with given frequencies, each in the same time (Walker 1977; Vose 1991).
struct Alias {
    /// For each place: up to which share it stands for itself, in 2^32nds, and for whom beyond.
    places: Vec<(u32, u32)>,
}

impl Alias {
    fn new(weights: &[f64]) -> Self {
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        let mut shares: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
        let mut places: Vec<(u32, u32)> =
            (0..weights.len() as u32).map(|at| (u32::MAX, at)).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..shares.len()).partition(|at| shares[*at] < 1.0);
        while let (Some(&poor), Some(&rich)) = (small.last(), large.last()) {
            small.pop();
            places[poor] = ((shares[poor] * f64::from(u32::MAX)) as u32, rich as u32);
            shares[rich] -= 1.0 - shares[poor];
            if shares[rich] < 1.0 {
                large.pop();
                small.push(rich);
            }
        }
        Self { places }
    }

    fn pick(&self, random: &mut Random) -> u32 {
        let bits = random.bits();
        let at = ((bits >> 32) * self.places.len() as u64) >> 32;
        let (share, other) = self.places[at as usize];
        if bits as u32 <= share { at as u32 } else { other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_as_often_as_they_should() {
        let alias = Alias::new(&[1.0, 0.0, 5.0, 2.0]);
        let mut random = Random::of(1, 1);
        let mut counts = [0; 4];
        (0..80_000).for_each(|_| counts[alias.pick(&mut random) as usize] += 1);
        for (count, expected) in counts.into_iter().zip([10_000_i32, 0, 50_000, 20_000]) {
            assert!((count - expected).abs() < 1000, "{counts:?}");
        }
    }

    #[test]
    fn synonyms_are_other_words_of_the_same_kind() {
        let vocabulary = Vocabulary::new(1);
        let mut random = Random::of(1, 1);
        assert_eq!(vocabulary.synonym(0, &mut random), 0);
        for word in [1000, 50_001] {
            let other = vocabulary.synonym(word, &mut random);
            assert!(other != word && other.abs_diff(word) <= 3);
        }
    }
}
