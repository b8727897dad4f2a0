//! Text to words: where each word stands, and its folded form.
//!
//! Words are those of UAX #29 (Unicode Text Segmentation, section 4). Scripts that are written
//! without spaces would give one character each, which says nothing; they become overlapping pairs
//! of characters instead. Plain ASCII takes a path of its own that gives the same words.

use std::ops::Range;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation;

use super::plain::is_separator;

/// Calls `each(range, folded)` for every word of `text`, in order: its bytes in the text, and its
/// form for matching. Ranges of neighbouring words overlap in scripts without spaces only.
///
/// The folded form is lower case and NFKC, with `’` as `'`, without the dots of `U.S` and without
/// the commas of `3,000`. It is never empty. Text without a letter or digit has no words.
pub fn for_each_word(text: &str, mut each: impl FnMut(Range<usize>, &str)) {
    let bytes = text.as_bytes();
    let mut folded = String::new();
    let mut at = 0;
    while at < bytes.len() {
        let class = CLASS[bytes[at] as usize];
        if class & (WORD | WIDE) == 0 {
            at += 1;
            continue;
        }
        let end = ascii_word_end(bytes, at);
        if end < bytes.len() && !bytes[end].is_ascii() || class & WIDE != 0 {
            // UAX #29 never joins across an ASCII space, so the run up to the next one stands alone.
            let stop = bytes[at..].iter().position(|b| b.is_ascii_whitespace());
            let stop = stop.map_or(bytes.len(), |n| at + n);
            wide_words(text, at..stop, &mut folded, &mut each);
            at = stop;
            continue;
        }
        if bytes[at..end].iter().any(|b| CLASS[*b as usize] & (LETTER | DIGIT) != 0) {
            fold(&text[at..end], &mut folded);
            each(at..end, &folded);
        }
        at = end;
    }
}

const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const JOINER: u8 = 4;
const WORD: u8 = LETTER | DIGIT | JOINER;
const MID_LETTER: u8 = 8;
const MID_DIGIT: u8 = 16;
const WIDE: u8 = 32;

/// Word_Break classes of UAX #29 for single bytes; `WIDE` for all bytes beyond ASCII.
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'_' => JOINER,
            b'.' | b'\'' => MID_LETTER | MID_DIGIT,
            b':' => MID_LETTER,
            b',' | b';' => MID_DIGIT,
            0x80.. => WIDE,
            _ => 0,
        };
        byte += 1;
    }
    class
};

/// End of the ASCII word that starts at `start` (rules WB5 to WB13b).
fn ascii_word_end(bytes: &[u8], start: usize) -> usize {
    let class = |at: usize| bytes.get(at).map_or(0, |b| CLASS[*b as usize]);
    let mut at = start;
    loop {
        while class(at) & WORD != 0 {
            at += 1;
        }
        let (before, here, after) =
            (if at > start { class(at - 1) } else { 0 }, class(at), class(at + 1));
        let joins_letters = here & MID_LETTER != 0 && before & after & LETTER != 0;
        let joins_digits = here & MID_DIGIT != 0 && before & after & DIGIT != 0;
        if !(joins_letters || joins_digits) {
            // A middle character before a byte beyond ASCII may join too: let UAX #29 decide.
            let undecided = here & (MID_LETTER | MID_DIGIT) != 0 && after == WIDE && before != 0;
            return at + usize::from(undecided);
        }
        at += 1;
    }
}

/// Words of a stretch that holds characters beyond ASCII.
fn wide_words(
    text: &str,
    stretch: Range<usize>,
    folded: &mut String,
    each: &mut impl FnMut(Range<usize>, &str),
) {
    let mut run = Run::default();
    for (offset, word) in text[stretch.clone()].unicode_word_indices() {
        // A combining vowel sign makes a "word" of punctuation before it: leave that out.
        let end = stretch.start + offset + word.len();
        let word = word.trim_start_matches(is_separator);
        let start = end - word.len();
        if word.starts_with(is_unspaced) {
            for (at, character) in word.char_indices() {
                let end = start + at + character.len_utf8();
                if is_unspaced(character) {
                    run.push(text, start + at..end, folded, each);
                } else {
                    run.extend(end);
                }
            }
        } else {
            run.finish(text, folded, each);
            fold(word, folded);
            if !folded.is_empty() {
                each(start..start + word.len(), folded);
            }
        }
    }
    run.finish(text, folded, each);
}

/// A run of characters of a script without spaces, on its way to becoming pairs.
#[derive(Default)]
struct Run {
    /// The characters that wait for a partner: at most two; the second has none yet.
    last: Option<Range<usize>>,
    paired: bool,
}

impl Run {
    fn push(
        &mut self,
        text: &str,
        unit: Range<usize>,
        folded: &mut String,
        each: &mut impl FnMut(Range<usize>, &str),
    ) {
        match self.last.take() {
            Some(last) if last.end == unit.start => {
                fold(&text[last.start..unit.end], folded);
                each(last.start..unit.end, folded);
                self.paired = true;
            }
            Some(last) => {
                self.last = Some(last);
                self.finish(text, folded, each);
            }
            None => {}
        }
        self.last = Some(unit);
    }

    /// Combining marks belong to the character before them.
    fn extend(&mut self, end: usize) {
        if let Some(last) = &mut self.last {
            last.end = end;
        }
    }

    /// A character alone is a word by itself.
    fn finish(
        &mut self,
        text: &str,
        folded: &mut String,
        each: &mut impl FnMut(Range<usize>, &str),
    ) {
        if let Some(last) = self.last.take()
            && !self.paired
        {
            fold(&text[last.clone()], folded);
            each(last, folded);
        }
        self.paired = false;
    }
}

/// Whether a character belongs to a script that is written without spaces between words.
pub fn is_unspaced(character: char) -> bool {
    matches!(u32::from(character),
        0x0e00..=0x0eff       // Thai, Lao
        | 0x1000..=0x109f     // Myanmar
        | 0x1780..=0x17ff     // Khmer
        | 0x2e80..=0x2fdf     // CJK radicals
        | 0x3005..=0x3007 | 0x3021..=0x3029 // ideographic iteration mark, zero, Hangzhou numerals
        | 0x3041..=0x30ff     // Hiragana, Katakana
        | 0x3105..=0x312f     // Bopomofo
        | 0x31f0..=0x31ff     // Katakana extensions
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff // Han
        | 0xff66..=0xff9d     // half-width Katakana
        | 0x20000..=0x3ffff) // Han, supplementary planes
}

/// Writes the form of `word` that is compared into `folded`.
pub fn fold(word: &str, folded: &mut String) {
    folded.clear();
    if word.is_ascii() {
        folded.push_str(word);
        folded.make_ascii_lowercase();
    } else {
        let lower = word.chars().flat_map(char::to_lowercase).map(plain);
        match is_nfkc_quick(word.chars()) {
            IsNormalized::Yes => folded.extend(lower),
            _ => folded.extend(word.nfkc().flat_map(char::to_lowercase).map(plain).nfkc()),
        }
        folded.retain(|c| !is_ignorable(c));
    }
    if folded.bytes().any(|b| b == b'.' || b == b',') {
        drop_dots_and_commas(folded);
    }
}

fn plain(character: char) -> char {
    match character {
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{ff07}' => '\'',
        other => other,
    }
}

/// Soft hyphens, joiners and marks of direction: seen by no reader.
fn is_ignorable(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe0f}')
}

/// `u.s` and `us`, `3,000` and `3000` are the same word; `3.5` and `35` are not.
fn drop_dots_and_commas(folded: &mut String) {
    let dotted_letters = !folded.bytes().any(|b| b.is_ascii_digit());
    folded.retain(|c| c != ',' && !(dotted_letters && c == '.'));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        for_each_word(text, |range, folded| {
            assert!(text.get(range).is_some(), "not on character boundaries");
            all.push(folded.to_owned());
        });
        all
    }

    #[test]
    fn folds_what_readers_do_not_see() {
        assert_eq!(
            words("The U.S. isn’t US, ISN'T it?"),
            ["the", "us", "isn't", "us", "isn't", "it"]
        );
        assert_eq!(words("3,000 or 3000; 3.5 ﬁne"), ["3000", "or", "3000", "3.5", "fine"]);
        assert_eq!(words("Cafe\u{301} CAFÉ"), ["café", "café"]);
        assert_eq!(words("state-of-the-art a_b _"), ["state", "of", "the", "art", "a_b"]);
    }

    #[test]
    fn text_without_letters_has_no_words() {
        assert!(words("").is_empty());
        assert!(words(" … — ?! 👍🏽 \r\n").is_empty());
    }

    #[test]
    fn scripts_without_spaces_become_pairs_of_characters() {
        assert_eq!(words("中国外长，访美"), ["中国", "国外", "外长", "访美"]);
        assert_eq!(words("第 A4 号"), ["第", "a4", "号"]);
        assert_eq!(words("テスト"), ["テス", "スト"]);
    }

    proptest::proptest! {
        /// The ASCII path and UAX #29 agree on every text.
        #[test]
        fn ascii_words_are_those_of_uax_29(text in "[a-c1-3_.,:;' \\n\"?-]{0,24}") {
            let mut fast = Vec::new();
            for_each_word(&text, |range, _| fast.push(range));
            let slow: Vec<_> = text
                .unicode_word_indices()
                .map(|(at, word)| at..at + word.len())
                .collect();
            proptest::prop_assert_eq!(fast, slow);
        }

        #[test]
        fn mixed_words_are_those_of_uax_29(text in "[a-c1é’ü\u{301}.,:;' \\n-]{0,24}") {
            let mut fast = Vec::new();
            for_each_word(&text, |range, _| fast.push(range));
            let slow: Vec<_> = text
                .unicode_word_indices()
                .map(|(at, word)| at..at + word.len())
                .collect();
            proptest::prop_assert_eq!(fast, slow);
        }
    }
}
