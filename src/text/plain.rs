//! Characters beyond ASCII that are as simple to handle as ASCII.
//!
//! Letters that fold to as many bytes or to one letter of ASCII, whatever is around them, and
//! punctuation that always ends a word: nearly all that European languages use. Everything else is
//! left to UAX #29 and NFKC in full ([`super::words`]).

use std::sync::LazyLock;

use unicode_normalization::{IsNormalized, is_nfkc_quick};

use super::casefold::push_folded;

/// What the tokeniser needs to know about one character beyond ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    /// A letter (Word_Break = ALetter) of two bytes, with the two bytes of its folded form.
    Letter([u8; 2]),
    /// A letter of two bytes that folds to one of ASCII: `ı`, `İ`, `ſ`.
    Short(u8),
    /// Punctuation or a sign that is no part of any word.
    Break,
    /// The same, and a hyphen that a line may end with: `¬`, U+2010, U+2011.
    Hyphen,
    /// `’` or `‘`: an apostrophe between letters.
    Quote,
    /// Anything else.
    Other,
}

/// [`Plain`] of all two-byte characters: 0 for `Other`, 1 for `Break`, 2 for `Hyphen`, else the one
/// or two bytes of the folded letter.
#[derive(Debug)]
pub(super) struct PlainTable([u16; 0x800]);

/// One or two bytes: a letter of ASCII and zero, two of them, or one beyond.
#[derive(Debug, Clone, Copy)]
pub(super) struct FoldedLetter([u8; 2]);

impl FoldedLetter {
    pub(super) fn as_str(&self) -> &str {
        let bytes = if self.0[1] == 0 { &self.0[..1] } else { &self.0 };
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

const OTHER: u16 = 0;
const BREAK: u16 = 1;
const HYPHEN: u16 = 2;

/// The table, made when it is first asked for.
pub(super) static PLAIN: LazyLock<PlainTable> = LazyLock::new(|| {
    let code = |code: usize| {
        let character = u32::try_from(code).ok().and_then(char::from_u32);
        match character {
            Some('¬') => HYPHEN,
            Some(character) if is_break(character) => BREAK,
            Some(character) => folded_letter(character).unwrap_or(OTHER),
            None => OTHER,
        }
    };
    PlainTable(std::array::from_fn(code))
});

impl PlainTable {
    /// The folded form of a letter, if it is plain.
    pub(super) fn folded(&self, character: char) -> Option<FoldedLetter> {
        match *self.0.get(character as usize)? {
            OTHER | BREAK | HYPHEN => None,
            short @ ..0x80 => Some(FoldedLetter([short as u8, 0])),
            letter => Some(FoldedLetter(letter.to_be_bytes())),
        }
    }

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
                    HYPHEN => Plain::Hyphen,
                    short @ ..0x80 => Plain::Short(short as u8),
                    letter => Plain::Letter(letter.to_be_bytes()),
                };
                (plain, 2)
            }
            // ‘ ’
            [0xe2, 0x80, 0x98 | 0x99, ..] => (Plain::Quote, 3),
            [0xe2, 0x80, 0x90 | 0x91, ..] => (Plain::Hyphen, 3),
            // The other three-byte characters of `is_break`.
            [0xe2, 0x80, 0x92..=0x97 | 0x9a..=0xa2 | 0xa6 | 0xb9 | 0xba, ..]
            | [0xe2, 0x82, 0xac, ..] => (Plain::Break, 3),
            [0xf0..=0xff, ..] => (Plain::Other, 4),
            _ => (Plain::Other, 3),
        }
    }
}

/// Whether a character never belongs to a word, even before a combining mark.
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

/// The folded form of a Latin, Greek, Cyrillic or Armenian letter, if that is one or two bytes, and
/// normalisation joins neither with its neighbours.
fn folded_letter(character: char) -> Option<u16> {
    // Coptic letters among the Greek ones, and Cyrillic ones among the Armenian, are left out: so
    // the first byte tells the alphabet.
    let in_range = matches!(character,
        '\u{c0}'..'\u{300}' | '\u{370}'..'\u{3e2}' | '\u{3f0}'..'\u{500}' | '\u{530}'..'\u{587}');
    // U+02BC is a letter too, but one that folds to an apostrophe.
    let in_range = in_range && character != '\u{2bc}';
    let stable = |c| is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes;
    if !in_range || !character.is_alphabetic() || !stable(character) {
        return None;
    }
    let mut folded = String::new();
    push_folded(character.encode_utf8(&mut [0; 4]), &mut folded);
    match *folded.as_bytes() {
        [short] => Some(u16::from(short)),
        [first, second] => Some(u16::from_be_bytes([first, second])),
        _ => None,
    }
}

/// What folding a special word came to.
pub(super) enum Folding {
    /// It is one word, folded.
    Word,
    /// The same, with a full stop in it that may separate two.
    Dotted,
    /// It has no letter or digit.
    Nothing,
    /// Only UAX #29 and NFKC can tell.
    Unknown,
}

/// Folds a word of ASCII, plain letters and curly apostrophes, given in lower case: the rules of
/// [`super::fold::fold`].
pub(super) fn fold_plain(word: &[u8], folded: &mut Vec<u8>) -> Folding {
    folded.clear();
    let has_digits = word.iter().any(u8::is_ascii_digit);
    let (mut something, mut is_dotted) = (false, false);
    let mut rest = word;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b',' => {}
            b'.' => {
                is_dotted |= !after.first().is_some_and(u8::is_ascii_digit);
                folded.extend(has_digits.then_some(byte));
            }
            0x80.. => match PLAIN.look_up(&word[word.len() - after.len() - 1..]) {
                (Plain::Letter(_), length) => {
                    something = true;
                    folded.push(byte);
                    folded.extend_from_slice(&after[..length - 1]);
                    rest = &after[length - 1..];
                }
                (Plain::Short(letter), length) => {
                    something = true;
                    folded.push(letter);
                    rest = &after[length - 1..];
                }
                (Plain::Quote, length) => {
                    folded.push(b'\'');
                    rest = &after[length - 1..];
                }
                _ => return Folding::Unknown,
            },
            _ => {
                something |= byte.is_ascii_alphanumeric();
                folded.push(byte);
            }
        }
    }
    match (something, is_dotted) {
        (false, _) => Folding::Nothing,
        (true, false) => Folding::Word,
        (true, true) => Folding::Dotted,
    }
}

#[cfg(test)]
mod tests {
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;
    use crate::text::fold::fold;
    use crate::text::for_each_word;

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
            let is_apart = matches!(plain(c), Plain::Break | Plain::Hyphen | Plain::Quote);
            assert_eq!(is_apart, is_separator(c), "{c:?}");
            match plain(c) {
                Plain::Letter(_) | Plain::Short(_) => {
                    letters += 1;
                    let mut expected = String::new();
                    fold(&format!("a{c}{c}b"), &mut expected);
                    let folded = match plain(c) {
                        Plain::Letter(folded) => String::from_utf8(folded.to_vec()),
                        Plain::Short(folded) => String::from_utf8(vec![folded]),
                        _ => unreachable!("matched above"),
                    };
                    let folded = folded.expect("letters");
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
                Plain::Break | Plain::Hyphen => {
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
