//! Text to words: the span of each word, and its folded form.
//!
//! Words are those of UAX #29 (Unicode Text Segmentation, section 4) in the folded text
//! ([`super::fold`]), so that they do not depend on how the text is encoded. In scripts without
//! spaces these are single characters, which carry no information; they become overlapping pairs of
//! characters instead; and a full stop separates words where sentences run together (`run_on.rs`).
//! Plain ASCII has a fast path that gives the same words.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::characters::is_unspaced;
use super::context::{Context, segment_end};
use super::fold::{Folded, fold, tidy};
use super::plain::is_separator;
use super::run_on;

/// What was found of one word, beside its form.
pub(super) struct Found {
    /// Its bytes in the text.
    pub(super) range: Range<usize>,
    /// Whether its form is what [`fold`] makes of these bytes.
    pub(super) is_plain: bool,
    /// Whether it has invisible characters inside, or letters that pass for others.
    pub(super) is_disguised: bool,
}

/// [`for_each_word`](super::for_each_word) for a part of a text, which begins and ends at white
/// space or with the text.
pub(super) fn for_each_in(
    text: &str,
    part: Range<usize>,
    context: &Context,
    each: &mut impl FnMut(Found, &str),
) {
    let bytes = &text.as_bytes()[..part.end];
    let mut words = Words { text, context, folded: String::new(), each };
    let mut form = Folded::default();
    let mut at = part.start;
    while at < bytes.len() {
        let class = CLASS[bytes[at] as usize];
        if class & (WORD | WIDE) == 0 {
            at += 1;
            continue;
        }
        let end = ascii_word_end(bytes, at);
        let is_wide = class & WIDE != 0 || end < bytes.len() && !bytes[end].is_ascii();
        if is_wide || context.has_gap_at(end) {
            let stop = segment_end(bytes, at, context);
            form.clear();
            form.push_segment(text, at..stop, &context.gaps);
            words.find_in(&form);
            at = stop;
            continue;
        }
        let end = dots_of(&text[at..end])
            .find(|dot| run_on::parts_words(text, at + dot..at + dot + 1))
            .map_or(end, |dot| at + dot);
        if bytes[at..end].iter().any(|b| CLASS[*b as usize] & (LETTER | DIGIT) != 0) {
            fold(&text[at..end], &mut words.folded);
            words.push(Found { range: at..end, is_plain: true, is_disguised: false });
        }
        at = end;
    }
}

/// Places of the full stops in a word, but for one at its end.
pub(super) fn dots_of(word: &str) -> impl Iterator<Item = usize> {
    word.match_indices('.').map(|(at, _)| at).filter(|at| at + 1 < word.len())
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

/// Receives the words that are found.
struct Words<'t, F> {
    text: &'t str,
    context: &'t Context,
    /// The form of the word at hand.
    folded: String,
    each: &'t mut F,
}

impl<F: FnMut(Found, &str)> Words<'_, F> {
    /// Passes on a word, the form of which is in `self.folded`.
    fn push(&mut self, mut found: Found) {
        if let Some(undisguised) = self.context.undisguised(&found.range) {
            fold(undisguised, &mut self.folded);
            found = Found { is_plain: false, is_disguised: true, ..found };
        }
        if !self.folded.is_empty() {
            (self.each)(found, &self.folded);
        }
    }

    /// Passes on the word at `range` of a segment.
    fn push_from(&mut self, form: &Folded, range: Range<usize>) {
        let (origin, is_whole) = form.origin(&range);
        let is_disguised = form.has_hidden(&range);
        tidy(&form.text[range], &mut self.folded);
        let is_plain = is_whole && !self.context.has_gap_in(&origin);
        self.push(Found { range: origin, is_plain, is_disguised });
    }

    /// Passes on the word at `range` of a segment, or the two that a full stop separates.
    fn push_parts(&mut self, form: &Folded, range: Range<usize>) {
        let parts_words = |dot: &usize| {
            let at = range.start + dot;
            run_on::parts_words(self.text, form.origin(&(at..at + 1)).0)
        };
        match dots_of(&form.text[range.clone()]).find(parts_words) {
            Some(dot) => {
                self.push_from(form, range.start..range.start + dot);
                self.push_from(form, range.start + dot + 1..range.end);
            }
            None => self.push_from(form, range),
        }
    }

    /// Words of a segment that holds characters beyond ASCII, or gaps.
    fn find_in(&mut self, form: &Folded) {
        let mut run = Run::default();
        for (offset, word) in form.text.unicode_word_indices() {
            // A combining vowel sign makes a "word" of punctuation before it: leave that out.
            let end = offset + word.len();
            let word = word.trim_start_matches(is_before_word);
            let start = end - word.len();
            if word.starts_with(is_unspaced) {
                for (at, character) in word.char_indices() {
                    let end = start + at + character.len_utf8();
                    if is_unspaced(character) {
                        run.push(start + at..end, |pair| self.push_from(form, pair));
                    } else {
                        run.extend(end);
                    }
                }
            } else {
                run.finish(|one| self.push_from(form, one));
                if !word.is_empty() {
                    self.push_parts(form, start..end);
                }
            }
        }
        run.finish(|one| self.push_from(form, one));
    }
}

/// Whether a character that UAX #29 counts to a word is only one to which a part of it is attached.
fn is_before_word(character: char) -> bool {
    is_separator(character) || is_combining_mark(character) && !character.is_alphanumeric()
}

/// A run of characters of a script without spaces, on its way to becoming pairs.
#[derive(Default)]
struct Run {
    /// The characters that wait for a partner: at most two; the second has none yet.
    last: Option<Range<usize>>,
    paired: bool,
}

impl Run {
    fn push(&mut self, unit: Range<usize>, mut each: impl FnMut(Range<usize>)) {
        match self.last.take() {
            Some(last) if last.end == unit.start => {
                each(last.start..unit.end);
                self.paired = true;
            }
            Some(last) => {
                self.last = Some(last);
                self.finish(each);
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

    /// A single character is a word by itself.
    fn finish(&mut self, mut each: impl FnMut(Range<usize>)) {
        if let Some(last) = self.last.take()
            && !self.paired
        {
            each(last);
        }
        self.paired = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::for_each_word;

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
        fn ascii_words_are_those_of_uax_29(text in "[a-c1-3_.,:;' \\t\"?-]{0,24}") {
            let mut fast = Vec::new();
            for_each_word(&text, |range, _| fast.push(range));
            let slow: Vec<_> = text
                .unicode_word_indices()
                .map(|(at, word)| at..at + word.len())
                .collect();
            proptest::prop_assert_eq!(fast, slow);
        }

        #[test]
        fn mixed_words_are_those_of_uax_29(text in "[a-c1é’ü\u{301}.,:;' \\t-]{0,24}") {
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
