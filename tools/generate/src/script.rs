//! The letters and marks that a text is made of.

use crate::random::Random;

/// Which characters a text is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Latin letters, here and there one with an accent, and dashes beyond ASCII.
    Latin,
    /// ASCII only.
    Ascii,
    /// About 10 % of the bytes are those of curly quotes, dashes and accented letters.
    Mixed,
    /// Content words in Cyrillic letters: most bytes are beyond ASCII.
    Cyrillic,
}

/// What stands around words.
#[derive(Debug, Clone, Copy)]
pub struct Marks {
    /// Before a quotation.
    pub quote: &'static str,
    /// Behind it.
    pub unquote: &'static str,
    /// A dash, with the blank before it.
    pub dash: &'static str,
    /// The ending of some words; none where it is empty.
    pub possessive: &'static str,
    /// Whether some words are joined by a hyphen.
    pub hyphens: Hyphens,
}

/// Whether words are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hyphens {
    /// No words.
    None,
    /// Some words.
    Some,
}

impl Script {
    /// The marks of a text in it.
    pub fn marks(self) -> Marks {
        match self {
            Self::Latin => Marks {
                quote: "\"",
                unquote: "\"",
                dash: " –",
                possessive: "",
                hyphens: Hyphens::None,
            },
            Self::Ascii => Marks {
                quote: "\"",
                unquote: "\"",
                dash: " -",
                possessive: "'s",
                hyphens: Hyphens::Some,
            },
            Self::Mixed | Self::Cyrillic => Marks {
                quote: "“",
                unquote: "”",
                dash: " –",
                possessive: "’s",
                hyphens: Hyphens::Some,
            },
        }
    }

    /// Whether a word that begins with this letter may have a capital. The corpora that figures are
    /// published of are in Latin letters, and have no capitals with accents.
    pub fn capitalises(self, first: char) -> bool {
        first.is_ascii() || self != Self::Latin
    }

    /// A word in its letters.
    pub fn spelled(self, word: &str, random: &mut Random) -> String {
        match self {
            Self::Latin => word.to_owned(),
            Self::Ascii => word.replace('é', "e"),
            Self::Mixed if random.once_in(3) => word.to_owned(),
            Self::Mixed => accented(word),
            Self::Cyrillic => word.chars().map(cyrillic).collect(),
        }
    }
}

/// The word with an accent on the first letter that can have one.
fn accented(word: &str) -> String {
    const ACCENTS: [(char, char); 7] =
        [('a', 'á'), ('e', 'é'), ('i', 'í'), ('o', 'ö'), ('u', 'ü'), ('c', 'ç'), ('s', 'š')];
    let accent = |letter| ACCENTS.iter().find(|(plain, _)| *plain == letter).map(|(_, with)| *with);
    let first = word.char_indices().find_map(|(at, letter)| Some((at, letter, accent(letter)?)));
    match first {
        None => word.to_owned(),
        Some((at, letter, with)) => {
            format!("{}{with}{}", &word[..at], &word[at + letter.len_utf8()..])
        }
    }
}

fn cyrillic(letter: char) -> char {
    let letters = "абцдефгхийклмнопярстувжьызю";
    let at = (letter as usize).checked_sub('a' as usize);
    at.and_then(|at| letters.chars().nth(at)).unwrap_or('э')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::articles;

    #[test]
    fn texts_are_in_their_letters() {
        let share = |script| {
            let text = articles(script, 30).concat();
            text.bytes().filter(|byte| !byte.is_ascii()).count() as f64 / text.len() as f64
        };
        assert_eq!(share(Script::Ascii), 0.0);
        assert!((0.05..0.2).contains(&share(Script::Mixed)), "{}", share(Script::Mixed));
        assert!(share(Script::Cyrillic) > 0.4, "{}", share(Script::Cyrillic));
    }
}
