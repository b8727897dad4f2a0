//! Alphabets, and which of their letters look alike: Unicode's list of confusables (UTS #39,
//! section 4).

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use unicode_script::{Script, UnicodeScript};
use unicode_security::skeleton;

use super::characters::{is_ignorable, is_unspaced};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    Latin,
    Cyrillic,
    Greek,
    /// Any other with letters that may pass for Latin ones.
    Other,
}

/// The alphabets that words can be meant in.
pub(super) const TARGETS: [Alphabet; 3] = [Alphabet::Latin, Alphabet::Cyrillic, Alphabet::Greek];

/// Which forms of a letter have to look like the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cases {
    /// The small one too, so that a word passes in either case or in none.
    Small,
    /// The one that is there.
    Own,
}

/// The first character of the compatibility decomposition: `a` for `𝐚`.
pub(super) fn plain(character: char) -> char {
    if is_basic(character) {
        return character;
    }
    let alone = std::iter::once(character);
    match is_nfkc_quick(alone.clone()) {
        IsNormalized::No => alone.nfkd().next().unwrap_or(character),
        _ => character,
    }
}

pub(super) fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

/// ASCII, letters that most European languages have, dashes and quotation marks: no marks, and
/// nothing that has to be decomposed to know its alphabet.
pub(super) fn is_basic(character: char) -> bool {
    matches!(character, '\0'..='\x7f' | 'À'..='ɏ' | 'А'..='я' | '\u{2010}'..='\u{2026}')
}

/// The alphabet of a letter without compatibility decomposition; `None` for whatever else, and for
/// scripts that are written otherwise.
pub(super) fn alphabet(character: char) -> Option<Alphabet> {
    match character {
        '\0'..='\x7f' => return character.is_ascii_alphabetic().then_some(Alphabet::Latin),
        'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ' => return Some(Alphabet::Latin),
        'А'..='я' => return Some(Alphabet::Cyrillic),
        '\u{2010}'..='\u{2026}' => return None,
        _ => {}
    }
    if !character.is_alphabetic() || is_unspaced(character) || is_mark(character) {
        return None;
    }
    match character.script() {
        Script::Latin => Some(Alphabet::Latin),
        Script::Cyrillic => Some(Alphabet::Cyrillic),
        Script::Greek => Some(Alphabet::Greek),
        Script::Hangul | Script::Inherited | Script::Common => None,
        _ => Some(Alphabet::Other),
    }
}

/// The small Latin letter that a letter looks like.
pub(super) fn latin_like(letter: char, cases: Cases) -> Option<char> {
    let known = u32::from(letter).checked_sub(FIRST).and_then(|at| LATIN_LIKE.get(at as usize));
    known.map_or_else(|| find_latin_like(letter, cases), |like| like[cases as usize])
}

/// The first Greek letter.
const FIRST: u32 = 0x370;

/// [`find_latin_like`] of Greek and Cyrillic letters, by [`Cases`].
static LATIN_LIKE: LazyLock<[[Option<char>; 2]; 0x530 - FIRST as usize]> = LazyLock::new(|| {
    std::array::from_fn(|at| {
        let letter = char::from_u32(FIRST + at as u32).unwrap_or(' ');
        [Cases::Small, Cases::Own].map(|cases| find_latin_like(letter, cases))
    })
});

fn find_latin_like(letter: char, cases: Cases) -> Option<char> {
    let own = prototype(letter);
    let small = single(letter.to_lowercase()).and_then(prototype);
    match cases {
        Cases::Small if small.is_none() => None,
        // A capital `I` is listed as `l`.
        _ if own == Some('l') && letter.is_uppercase() => small.or(own),
        _ => own,
    }
}

fn single(mut characters: impl Iterator<Item = char>) -> Option<char> {
    characters.next().filter(|_| characters.next().is_none())
}

/// The Latin letter that represents all that look like `letter`, in lower case.
fn prototype(letter: char) -> Option<char> {
    let prototype = look(letter)?;
    let is_latin = prototype.is_ascii_alphabetic() || prototype == 'ß';
    (is_latin && prototype != letter).then_some(prototype.to_ascii_lowercase())
}

/// The letter that represents all that look like this one; `None` if that is more than one.
fn look(letter: char) -> Option<char> {
    // Unicode has `к` and `κ` look like the Greenlandic kra, which nobody writes for `k`.
    single(skeleton(letter.encode_utf8(&mut [0; 4])))
        .map(|look| if look == 'ĸ' { 'k' } else { look })
}

/// Small letters of one alphabet, by the Latin ones that look like them; capitals that look alike
/// are listed under the capital.
type Likes = HashMap<char, char>;

static CYRILLIC: LazyLock<Likes> =
    LazyLock::new(|| likes("абвгдежзийклмнопрстуфхцчшщъыьэюяіјґєљњћђџ"));
static GREEK: LazyLock<Likes> = LazyLock::new(|| likes("αβγδεζηθικλμνξοπρστυφχψω"));

fn likes(alphabet: &str) -> Likes {
    let mut likes = Likes::new();
    for small in alphabet.chars() {
        for form in std::iter::once(small).chain(single(small.to_uppercase())) {
            if let Some(latin) = look(form).filter(char::is_ascii_alphabetic) {
                // `I` is listed as `l`.
                let latin = if latin == 'l' && form != small { 'I' } else { latin };
                likes.entry(latin).or_insert(small);
            }
        }
    }
    likes
}

/// The small letter of alphabet `to` that a letter of another one looks like.
pub(super) fn like(letter: char, to: Alphabet, cases: Cases) -> Option<char> {
    let likes = match to {
        Alphabet::Cyrillic => &*CYRILLIC,
        Alphabet::Greek => &*GREEK,
        _ => return latin_like(letter, cases),
    };
    // Through Latin where it is a third alphabet.
    let letter = if letter.is_ascii() { letter } else { latin_like(letter, Cases::Own)? };
    let of = |c: char| likes.get(&c).copied();
    of(letter).filter(|_| cases == Cases::Own || of(letter.to_ascii_lowercase()).is_some())
}

/// What `word` seems to be in alphabet `to`, if all its letters can be of that; decomposed.
pub(super) fn undisguise(word: &str, to: Alphabet, cases: Cases) -> Option<String> {
    let letter = |c: char| match alphabet(c) {
        Some(own) if own != to => like(c, to, cases),
        _ => Some(c),
    };
    word.chars().filter(|c| !is_ignorable(*c)).nfkd().map(letter).collect()
}
