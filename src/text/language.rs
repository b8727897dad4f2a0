//! What retold knows of each language: stop words, abbreviations, parts of compounds and a stemmer.
//!
//! The word lists are in `languages/`, one file a language, as plain text. A language that is not
//! among them is [`Language::Unknown`]: nothing is stemmed, and common words are recognised only by
//! their document frequency.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

use super::fold::fold;
use super::hash::{WordMap, word_hash};

macro_rules! languages {
    ($($(#[$doc:meta])* $name:ident $code:literal $stemmer:expr;)*) => {
        /// A language that an article can be in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the names say it")]
        #[non_exhaustive]
        pub enum Language { $($name,)* Unknown }

        impl Language {
            /// Every language with word lists.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code of ISO 639-1, or `und`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* Self::Unknown => "und" }
            }

            /// The language's word lists.
            fn lists(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("languages/", $code, ".txt")),)*
                    Self::Unknown => "",
                }
            }

            fn algorithm(self) -> Option<Algorithm> {
                match self { $(Self::$name => $stemmer,)* Self::Unknown => None }
            }
        }
    };
}

languages! {
    Arabic "ar" Some(Algorithm::Arabic);
    Czech "cs" None;
    Danish "da" Some(Algorithm::Danish);
    Dutch "nl" Some(Algorithm::Dutch);
    English "en" Some(Algorithm::English);
    Finnish "fi" Some(Algorithm::Finnish);
    French "fr" Some(Algorithm::French);
    German "de" Some(Algorithm::German);
    Greek "el" Some(Algorithm::Greek);
    Hungarian "hu" Some(Algorithm::Hungarian);
    Italian "it" Some(Algorithm::Italian);
    Norwegian "no" Some(Algorithm::Norwegian);
    Polish "pl" None;
    Portuguese "pt" Some(Algorithm::Portuguese);
    Romanian "ro" Some(Algorithm::Romanian);
    Russian "ru" Some(Algorithm::Russian);
    Spanish "es" Some(Algorithm::Spanish);
    Swedish "sv" Some(Algorithm::Swedish);
    Turkish "tr" Some(Algorithm::Turkish);
}

impl Language {
    /// The language of that ISO 639-1 code; `None` for a code without word lists.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|language| language.code() == code)
    }

    /// The Snowball stemmer, where there is one.
    pub fn stemmer(self) -> Option<Stemmer> {
        self.algorithm().map(Stemmer::create)
    }

    /// Whether a number with a full stop is an ordinal (`3. Mai`) and ends no sentence.
    pub fn has_dotted_ordinals(self) -> bool {
        use Language::*;
        matches!(self, Czech | Danish | Finnish | German | Hungarian | Norwegian | Polish | Turkish)
    }

    /// Puts a folded word into the spelling that the stemmer knows.
    ///
    /// Folding makes one letter of the Turkish `ı` and `i`; vowel harmony tells most of them apart
    /// again: beside `a`, `o` and `u` there is `ı`.
    pub(super) fn respell(self, folded: &mut String) {
        if self != Self::Turkish || !folded.contains('i') {
            return;
        }
        let mut letters: Vec<char> = folded.chars().collect();
        let vowels: Vec<usize> =
            (0..letters.len()).filter(|&at| "aeiouöüâîû".contains(letters[at])).collect();
        let mut is_back = None;
        // Forwards, and then backwards for a first `i` before a back vowel.
        for at in vowels.iter().chain(vowels.iter().rev()) {
            match letters[*at] {
                'i' if is_back == Some(true) => letters[*at] = 'ı',
                'i' => {}
                vowel => is_back = Some("aouıâû".contains(vowel)),
            }
        }
        *folded = letters.into_iter().collect();
    }

    pub(super) fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// What a word is in each language, one bit a language.
#[derive(Debug, Clone, Copy, Default)]
struct Roles {
    stop: u32,
    title: u32,
    end: u32,
    compound_first: u32,
    compound_second: u32,
}

static ROLES: LazyLock<WordMap<Roles>> = LazyLock::new(|| {
    let mut roles: WordMap<Roles> = HashMap::default();
    let mut folded = String::new();
    for &language in Language::ALL {
        for line in language.lists().lines() {
            let Some((list, words)) = line.split_once(':') else { continue };
            for word in words.split_whitespace() {
                fold(word.trim_matches('-'), &mut folded);
                let role = roles.entry(word_hash(folded.as_bytes())).or_default();
                match list {
                    "stop" => role.stop |= language.bit(),
                    "titles" => role.title |= language.bit(),
                    "compounds" if word.ends_with('-') => role.compound_first |= language.bit(),
                    "compounds" => role.compound_second |= language.bit(),
                    _ => role.end |= language.bit(),
                }
            }
        }
    }
    roles
});

/// Whether the word of that hash is a stop word of `language`.
pub fn is_stop_word(word: u64, language: Language) -> bool {
    stops(word) & language.bit() != 0
}

/// In which languages the word of that hash is a stop word, by their bits.
pub(super) fn stops(word: u64) -> u32 {
    ROLES.get(&word).map_or(0, |roles| roles.stop)
}

/// The place of a word in a compound with a hyphen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compound {
    /// Before the hyphen: `self-`, `non-`.
    First,
    /// After it: `-based`, `-led`.
    Second,
}

/// Whether the word of that hash has that place in many compounds of `language`.
pub(super) fn compound(word: u64, language: Language, place: Compound) -> bool {
    let languages = ROLES.get(&word).map_or(0, |roles| match place {
        Compound::First => roles.compound_first,
        Compound::Second => roles.compound_second,
    });
    languages & language.bit() != 0
}

/// How an abbreviation relates to the end of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Abbreviation {
    /// Something must follow: `Mr.`, `No.`
    Leads,
    /// It may end a sentence: `Inc.`, `etc.`
    MayEnd,
}

/// Whether the word of that hash, followed by a full stop, is an abbreviation in `language`.
pub fn abbreviation(word: u64, language: Language) -> Option<Abbreviation> {
    // A text too short or too mixed to tell its language still has `Mr.` in it.
    let language = if language == Language::Unknown { Language::English } else { language };
    let roles = ROLES.get(&word)?;
    if roles.title & language.bit() != 0 {
        Some(Abbreviation::Leads)
    } else {
        (roles.end & language.bit() != 0).then_some(Abbreviation::MayEnd)
    }
}

/// Words that language detection looks at: enough to be sure, and few enough to be cheap.
pub(super) const SAMPLE: usize = 400;

/// [`detect_by`], given the words.
#[cfg(test)]
fn detect(words: impl Iterator<Item = u64>) -> Language {
    let stops: Vec<u32> = words.take(SAMPLE).map(stops).collect();
    detect_by(&stops)
}

/// Tells the language of a text, given the [`stops`] of its first [`SAMPLE`] words at most: the one
/// with the most stop words among them. `Unknown` where no language has at least one in every
/// twelve words.
pub(super) fn detect_by(words: &[u32]) -> Language {
    // Bit `n` of the count of each language: all of them are counted at once, branch-free, eight
    // words at a time (Harley and Seal, in Warren, Hacker's Delight, section 5-1).
    let mut planes = [0u32; SAMPLE.ilog2() as usize + 1];
    let (eights, rest) = words.as_chunks::<8>();
    for words in eights {
        let [ones, twos, fours, ..] = &mut planes;
        let two = [0, 2, 4, 6].map(|at| add(ones, [words[at], words[at + 1]]));
        let four = [0, 2].map(|at| add(twos, [two[at], two[at + 1]]));
        let mut carry = add(fours, four);
        for plane in &mut planes[3..] {
            (*plane, carry) = (*plane ^ carry, *plane & carry);
        }
    }
    for &word in rest {
        let mut carry = word;
        for plane in &mut planes {
            (*plane, carry) = (*plane ^ carry, *plane & carry);
        }
    }
    let count = |language: usize| -> usize {
        (0..planes.len()).map(|n| ((planes[n] >> language & 1) as usize) << n).sum()
    };
    let counts: [usize; Language::ALL.len()] = std::array::from_fn(count);
    // Ties go to English where it takes part, else to the first: the order must not matter.
    let english = Language::English as usize;
    let best = (0..counts.len()).max_by_key(|&at| (counts[at], at == english, usize::MAX - at));
    match best {
        Some(at) if counts[at] * 12 >= words.len().max(1) => Language::ALL[at],
        _ => Language::Unknown,
    }
}

/// Adds two bits to one in each place, which keeps the lowest bit of the sum; gives the other.
#[inline(always)]
fn add(to: &mut u32, [x, y]: [u32; 2]) -> u32 {
    let either = *to ^ x;
    let carry = *to & x | either & y;
    *to = either ^ y;
    carry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::for_each_word;

    fn language_of(text: &str) -> Language {
        let mut words = Vec::new();
        for_each_word(text, |_, word| words.push(word_hash(word.as_bytes())));
        detect(words.into_iter())
    }

    #[test]
    fn languages_are_told_from_short_texts() {
        let samples = [
            ("The minister said that the bridge would be closed for a week.", Language::English),
            ("Die Brücke ist seit dem Abend für den Verkehr gesperrt, sagte er.", Language::German),
            ("Le pont sera fermé pendant une semaine, a dit le ministre.", Language::French),
            ("El puente estará cerrado durante una semana, según el ministro.", Language::Spanish),
            ("Мост будет закрыт на неделю, сказал он, и это не всё.", Language::Russian),
            ("De brug is een week lang niet open voor het verkeer.", Language::Dutch),
            ("港口大桥将关闭一周", Language::Unknown),
            ("", Language::Unknown),
        ];
        for (text, expected) in samples {
            assert_eq!(language_of(text), expected, "{text}");
        }
    }

    #[test]
    fn every_language_has_stop_words() {
        for &language in Language::ALL {
            assert!(
                language.lists().lines().any(|line| line.starts_with("stop: ")),
                "{language:?}"
            );
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
    }
}
