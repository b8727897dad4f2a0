//! Characters beyond ASCII that need no more thought than ASCII does.
//!
//! Letters that fold to one letter of the same length, whatever stands around them, and punctuation
//! that always ends a word: nearly all that European languages use. Everything else is left to
//! UAX #29 and NFKC in full ([`super::words`]).

use std::sync::LazyLock;

use unicode_normalization::{IsNormalized, is_nfkc_quick};

/// What the tokeniser needs to know about one character beyond ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    /// A letter (Word_Break = ALetter) of two bytes, with the two bytes of its folded form.
    Letter([u8; 2]),
    /// Punctuation or a sign that is no part of any word.
    Break,
    /// `’` or `‘`: an apostrophe between letters.
    Quote,
    /// Anything else.
    Other,
}

/// [`Plain`] of all two-byte characters: 0 for `Other`, 1 for `Break`, else the folded letter.
#[derive(Debug)]
pub(super) struct PlainTable([u16; 0x800]);

const OTHER: u16 = 0;
const BREAK: u16 = 1;

/// The table, made when it is first asked for.
pub(super) static PLAIN: LazyLock<PlainTable> = LazyLock::new(|| {
    let code = |code: usize| {
        let character = u32::try_from(code).ok().and_then(char::from_u32);
        match character {
            Some(character) if is_break(character) => BREAK,
            Some(character) => folded_letter(character).map_or(OTHER, |letter| letter as u16),
            None => OTHER,
        }
    };
    PlainTable(std::array::from_fn(code))
});

impl PlainTable {
    /// Classifies the character that starts at the start of `bytes`, which are UTF-8, and gives its
    /// length. Four bytes or the end of the text; ASCII must not be asked for.
    #[inline(always)]
    pub(super) fn look_up(&self, bytes: &[u8]) -> (Plain, usize) {
        match *bytes {
            [lead @ 0xc0..0xe0, next, ..] => {
                let code = usize::from(lead & 0x1f) << 6 | usize::from(next & 0x3f);
                let plain = match self.0[code] {
                    OTHER => Plain::Other,
                    BREAK => Plain::Break,
                    letter => {
                        Plain::Letter([0xc0 | (letter >> 6) as u8, 0x80 | (letter & 0x3f) as u8])
                    }
                };
                (plain, 2)
            }
            // ‘ ’
            [0xe2, 0x80, 0x98 | 0x99, ..] => (Plain::Quote, 3),
            // The three-byte characters of `is_break`.
            [0xe2, 0x80, 0x90..=0x97 | 0x9a..=0xa2 | 0xa6 | 0xb9 | 0xba, ..]
            | [0xe2, 0x82, 0xac, ..] => (Plain::Break, 3),
            [0xf0..=0xff, ..] => (Plain::Other, 4),
            _ => (Plain::Other, 3),
        }
    }
}

/// Whether a character never belongs to a word, though it stands before a combining mark.
pub(super) fn is_separator(character: char) -> bool {
    match character {
        '_' => false,
        '\0'..='\x7f' => !character.is_ascii_alphanumeric(),
        '‘' | '’' => true,
        _ => is_break(character),
    }
}

/// Punctuation and signs of Latin-1, without indices, fractions, `ª`, `º`, `µ`, `¸` (all parts of
/// words), the middle dot and the soft hyphen; dashes, quotation marks, bullets, `…` and `€`.
fn is_break(character: char) -> bool {
    matches!(character,
        '\u{a0}'..='\u{a9}' | '\u{ab}' | '\u{ac}' | '\u{ae}'..='\u{b1}' | '\u{b4}' | '\u{b6}'
        | '\u{bb}' | '\u{bf}' | '\u{d7}' | '\u{f7}'
        | '\u{2010}'..='\u{2017}' | '\u{201a}'..='\u{2022}' | '…' | '‹' | '›' | '€')
}

/// The folded form of a Latin, Greek, Cyrillic or Armenian letter, if that is one character of two
/// bytes and normalisation leaves both alone.
fn folded_letter(character: char) -> Option<char> {
    let in_range = matches!(character, '\u{c0}'..'\u{300}' | '\u{370}'..'\u{587}');
    // U+02BC is a letter too, but one that folds to an apostrophe.
    let in_range = in_range && character != '\u{2bc}';
    if !in_range || !character.is_alphabetic() {
        return None;
    }
    let mut lower = character.to_lowercase();
    let (letter, rest) = (lower.next()?, lower.next());
    let stable = |c| is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes;
    (rest.is_none() && letter.len_utf8() == 2 && stable(character) && stable(letter))
        .then_some(letter)
}

#[cfg(test)]
mod tests {
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;
    use crate::text::words::{fold, for_each_word};

    fn plain(character: char) -> Plain {
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        let (plain, found) = PLAIN.look_up(&bytes);
        assert_eq!(found, length, "{character:?}");
        plain
    }

    /// Every character that the table claims to know is what UAX #29 and folding say it is.
    #[test]
    fn the_table_is_right_about_every_character() {
        let words = |text: &str| text.unicode_words().map(str::to_owned).collect::<Vec<_>>();
        let (mut letters, mut breaks) = (0, 0);
        for c in (0x80..=0x10_ffff).filter_map(char::from_u32) {
            assert_eq!(matches!(plain(c), Plain::Break | Plain::Quote), is_separator(c), "{c:?}");
            match plain(c) {
                Plain::Letter(folded) => {
                    letters += 1;
                    let mut expected = String::new();
                    fold(&format!("a{c}{c}b"), &mut expected);
                    let folded = String::from_utf8(folded.to_vec()).expect("a character");
                    assert_eq!(format!("a{folded}{folded}b"), expected);
                    // As letters do: joined to letters, digits and over middle letters.
                    for text in ["a?b", "1?1", "?'?", "?:?", "a.?", "?_?", "??"] {
                        let text = text.replace('?', &c.to_string());
                        assert_eq!(words(&text), [text.as_str()]);
                    }
                    for text in ["?,?", "?\"?", "?;1", "?' ?", "?.1"] {
                        let text = text.replace('?', &c.to_string());
                        assert_eq!(words(&text).len(), 2, "{text}");
                    }
                }
                Plain::Break => {
                    breaks += 1;
                    for text in ["a?b", "1?1", "é?é", "'?'", "a.?b", "a?.b", "?", "??"] {
                        let text = text.replace('?', &c.to_string());
                        assert!(words(&text).iter().all(|word| !word.contains(c)), "{text}");
                    }
                    assert_eq!(words(&format!("a{c}b1{c}2é{c}é")), ["a", "b1", "2é", "é"]);
                }
                Plain::Quote => {
                    assert_eq!(words(&format!("a{c}b 1{c}2 a{c}1 {c}a{c}")).len(), 5);
                    let mut folded = Vec::new();
                    for_each_word(&format!("a{c}b"), |_, word| folded.push(word.to_owned()));
                    assert_eq!(folded, ["a'b"]);
                }
                Plain::Other => {}
            }
        }
        assert!(letters > 600 && breaks > 35, "{letters} letters, {breaks} breaks");
    }
}
