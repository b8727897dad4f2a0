//! Shapes of words, to recognise different spellings of one word.

use super::hash::mix;

/// The pairs of neighbouring letters of a word, as a set of 64 bits, case aside.
///
/// Enough to tell whether two words are similar (a typo, another transcription, an OCR error)
/// without their letters. Pairs may share a bit, so similarity may be overestimated, never
/// underestimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape(u64);

/// Marks the beginning and the end of a word.
const EDGE: char = ' ';

/// Least [`Shape::likeness`] of words that count as the same: a letter of seven or more is wrong.
///
/// Pairs that share a bit count as one, and among words of that length one such accident is common:
/// `Tuesday` and `Thursday` have 0.59 by their letters and 0.706 by their bits, `Sunday` and
/// `Monday` 0.57 and 0.714.
const ALIKE: f32 = 0.72;

impl Shape {
    /// The shape of a word; of an empty one, nothing.
    pub fn of(word: &str) -> Self {
        let mut pairs = 0;
        let mut last = EDGE;
        let mut add = |letter: char| {
            // Multiplicative hashing (Knuth, TAOCP 3, 6.4), of which the top six bits are best.
            let pair = u64::from(u32::from(last)) << 21 | u64::from(u32::from(letter));
            pairs |= 1 << (pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58);
            last = letter;
        };
        for_each_letter(word, &mut add);
        add(EDGE);
        Self(if word.is_empty() { 0 } else { pairs })
    }

    /// Dice's coefficient of the pairs, 0 to 1; 0 where there are none.
    pub fn likeness(self, other: Self) -> f32 {
        let all = self.0.count_ones() + other.0.count_ones();
        2.0 * (self.0 & other.0).count_ones() as f32 / all.max(1) as f32
    }

    /// Whether the words may be two spellings of one.
    pub fn resembles(self, other: Self) -> bool {
        self.likeness(other) >= ALIKE
    }
}

/// Hashes of the runs of three letters in words, their edges included, ascending.
pub(super) fn letters<'t>(words: impl Iterator<Item = &'t str>) -> Vec<u32> {
    let mut hashes = Vec::new();
    for word in words {
        let [mut first, mut second] = [None, Some(EDGE)];
        let mut add = |third: char| {
            if let (Some(first), Some(second)) = (first, second) {
                let hash = [first, second, third].iter().fold(7, |hash, c| mix(hash ^ *c as u64));
                hashes.push((hash >> 32) as u32);
            }
            (first, second) = (second, Some(third));
        };
        for_each_letter(word, &mut add);
        add(EDGE);
    }
    hashes.sort_unstable();
    hashes
}

/// The letters of a word in lower case.
fn for_each_letter(word: &str, each: &mut impl FnMut(char)) {
    match word.is_ascii() {
        true => word.bytes().for_each(|byte| each(byte.to_ascii_lowercase().into())),
        false => word.chars().flat_map(char::to_lowercase).for_each(each),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resemble(a: &str, b: &str) -> bool {
        Shape::of(a).resembles(Shape::of(b))
    }

    #[test]
    fn words_spelt_alike_resemble_each_other() {
        for (a, b) in
            [("Auckland", "Auckiand"), ("Zelensky", "ZELENSKIY"), ("Чайковский", "Чайковскый")]
        {
            assert!(resemble(a, b), "{a} {b}");
        }
    }

    #[test]
    fn other_names_do_not() {
        for (a, b) in [
            ("Tuesday", "Thursday"),
            ("Sunday", "Monday"),
            ("Iran", "Iraq"),
            ("Arica", "Hualien"),
            ("Smith", "Jones"),
            ("Oslo", "Madrid"),
        ] {
            assert!(!resemble(a, b), "{a} {b}");
        }
        assert_eq!(Shape::of("").likeness(Shape::of("")), 0.0);
    }

    #[test]
    fn runs_of_letters_are_those_of_a_naive_oracle() {
        let naive = |words: &[&str]| {
            let mut hashes = Vec::new();
            for word in words {
                let letters: Vec<char> = format!(" {} ", word.to_lowercase()).chars().collect();
                for run in letters.windows(3) {
                    let hash = run.iter().fold(7, |hash, letter| mix(hash ^ *letter as u64));
                    hashes.push((hash >> 32) as u32);
                }
            }
            hashes.sort_unstable();
            hashes
        };
        for words in [&["The", "U.S.", "a", ""][..], &["Čapek", "naïve", "ПОРТ", "x"], &[]] {
            assert_eq!(letters(words.iter().copied()), naive(words), "{words:?}");
        }
    }
}
