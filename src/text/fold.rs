//! The form of a text in which words are found and compared.
//!
//! NFKC, full case folding (Unicode Standard, sections 3.11 and 3.13; in substance NFKC_Casefold),
//! and no default-ignorable characters. A text gives the same form in upper, lower and title case,
//! composed, decomposed and with compatibility characters, so it has the same words.

use std::ops::Range;

use unicode_normalization::{
    IsNormalized, UnicodeNormalization, char::canonical_combining_class, is_nfkc_quick,
};

use super::casefold::push_folded;
use super::characters::{SOFT_HYPHEN, is_ignorable};
use super::plain::PLAIN;

/// Writes the form of `word` that is compared into `folded`: lower case and NFKC, with `’` as `'`,
/// without the dots of `U.S` and without the commas of `3,000`.
pub fn fold(word: &str, folded: &mut String) {
    folded.clear();
    if word.is_ascii() {
        folded.push_str(word);
        folded.make_ascii_lowercase();
        drop_dots_and_commas(folded);
    } else {
        let mut form = Folded::default();
        form.push_segment(word, 0..word.len(), &[]);
        tidy(&form.text, folded);
    }
}

/// Writes what folding makes of a word once it is found into `tidied`: it changes where words end.
pub(super) fn tidy(word: &str, tidied: &mut String) {
    tidied.clear();
    // The first bytes of all quotes.
    if word.bytes().any(|byte| matches!(byte, 0xca | 0xe2)) {
        tidied.extend(word.chars().map(|c| if is_quote(c) { '\'' } else { c }));
    } else {
        tidied.push_str(word);
    }
    drop_dots_and_commas(tidied);
}

/// `u.s` and `us`, `3,000` and `3000` are the same word; `3.5` and `35` are not.
#[inline]
fn drop_dots_and_commas(word: &mut String) {
    if word.bytes().any(|b| b == b'.' || b == b',') {
        let dotted_letters = !word.bytes().any(|b| b.is_ascii_digit());
        word.retain(|c| c != ',' && !(dotted_letters && c == '.'));
    }
}

fn is_quote(character: char) -> bool {
    matches!(character, '\u{2018}' | '\u{2019}' | '\u{02bc}')
}

/// A segment of text, folded, and where in the text its characters came from.
#[derive(Debug, Default)]
pub(super) struct Folded {
    pub(super) text: String,
    origins: Vec<Origin>,
    /// Places in `text` at which the original has invisible characters, between letters of
    /// alphabets that do not need them.
    hidden: Vec<usize>,
}

/// Where a piece of folded text came from.
#[derive(Debug, Clone, Copy)]
struct Origin {
    /// End of the piece in the folded text.
    end: usize,
    start_in_text: usize,
    end_in_text: usize,
}

/// Characters that combine with one another, on their way to being folded.
#[derive(Default)]
struct Cluster {
    characters: String,
    start: usize,
    /// Where each of them but the first starts.
    next_starts: Vec<usize>,
    end: usize,
}

impl Folded {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.origins.clear();
        self.hidden.clear();
    }

    /// Adds a segment of `text`, without what lies in `gaps` (ranges of `text`, ascending).
    ///
    /// The segment must not begin inside a combining sequence.
    pub(super) fn push_segment(
        &mut self,
        text: &str,
        segment: Range<usize>,
        gaps: &[Range<usize>],
    ) {
        let mut cluster = Cluster::default();
        let first_gap = gaps.partition_point(|gap| gap.end <= segment.start);
        let mut gaps = gaps[first_gap..].iter().peekable();
        let mut after_hidden = false;
        for (offset, character) in text[segment.clone()].char_indices() {
            let start = segment.start + offset;
            while gaps.next_if(|gap| gap.end <= start).is_some() {}
            if gaps.peek().is_some_and(|gap| gap.start <= start) {
                continue;
            }
            if character >= SOFT_HYPHEN && is_ignorable(character) {
                // Soft hyphens are how many pages say where words may be broken.
                after_hidden |= character != SOFT_HYPHEN;
                continue;
            }
            if starts_cluster(character) {
                self.push_cluster(&mut cluster);
            }
            if cluster.characters.is_empty() {
                cluster.start = start;
            } else {
                cluster.next_starts.push(start);
            }
            if after_hidden {
                self.note_hidden(&cluster, character);
                after_hidden = false;
            }
            cluster.characters.push(character);
            cluster.end = start + character.len_utf8();
        }
        self.push_cluster(&mut cluster);
    }

    /// Where the bytes `range` of the folded text, which must not be empty, came from; and whether
    /// nothing else came from there.
    pub(super) fn origin(&self, range: &Range<usize>) -> (Range<usize>, bool) {
        let holding = |byte: usize| self.origins.partition_point(|origin| origin.end <= byte);
        let (first, last) = (holding(range.start), holding(range.end - 1));
        let before = first.checked_sub(1).map_or(0, |before| self.origins[before].end);
        let is_whole = before == range.start && self.origins[last].end == range.end;
        (self.origins[first].start_in_text..self.origins[last].end_in_text, is_whole)
    }

    /// Whether the word at `range` of the folded text has hidden characters inside.
    pub(super) fn has_hidden(&self, range: &Range<usize>) -> bool {
        let first = self.hidden.partition_point(|at| *at <= range.start);
        self.hidden.get(first).is_some_and(|at| *at < range.end)
    }

    /// Records that something hidden precedes `character`, the next one of the cluster.
    #[cold]
    fn note_hidden(&mut self, cluster: &Cluster, character: char) {
        let before = cluster.characters.chars().next_back().or(self.text.chars().next_back());
        // Arabic, Indic and other scripts need joiners; alphabets with two cases do not.
        let is_cased = |c: char| c.is_lowercase() || c.is_uppercase();
        if before.is_some_and(is_cased) && is_cased(character) {
            // A cluster is never split between words: its first byte will do.
            self.hidden.push(self.text.len());
        }
    }

    fn push_cluster(&mut self, cluster: &mut Cluster) {
        let mut characters = cluster.characters.chars();
        match (characters.next(), characters.next()) {
            (Some(one), Some(_)) if !one.is_alphanumeric() => return self.push_parts(cluster),
            (None, _) => return,
            (Some(one), None) if one.is_ascii() => self.text.push(one.to_ascii_lowercase()),
            (Some(one), None) if is_stable(one) => self.text.push(one),
            (Some(one), None) => match PLAIN.folded(one) {
                Some(folded) => self.text.push_str(folded.as_str()),
                None => push_folded(&cluster.characters, &mut self.text),
            },
            _ => push_folded(&cluster.characters, &mut self.text),
        }
        self.push_origin(cluster.start..cluster.end);
        cluster.clear();
    }

    /// Adds a cluster that begins with no letter. A mark in it may be a word all the same, which
    /// then begins with the mark: the first in canonical order, so that it does not depend on the
    /// encoding.
    #[cold]
    fn push_parts(&mut self, cluster: &mut Cluster) {
        let mut marks = cluster.in_order();
        let word = marks.iter().position(|(mark, _)| mark.is_alphanumeric());
        let mark = marks.split_off(word.unwrap_or(marks.len()));
        // What follows the first mark of the word may have been before it in the text.
        let start = mark.iter().map(|(_, place)| *place).min().unwrap_or(cluster.end);
        for (part, origin) in [(marks, cluster.start..start), (mark, start..cluster.end)] {
            if !part.is_empty() {
                let part: String = part.into_iter().map(|(mark, _)| mark).collect();
                push_folded(&part, &mut self.text);
                self.push_origin(origin);
            }
        }
        cluster.clear();
    }

    fn push_origin(&mut self, from: Range<usize>) {
        let end = self.text.len();
        self.origins.push(Origin { end, start_in_text: from.start, end_in_text: from.end });
    }
}

impl Cluster {
    fn clear(&mut self) {
        self.characters.clear();
        self.next_starts.clear();
    }

    /// Its characters, decomposed, in canonical order, each with where in the text it comes from.
    fn in_order(&self) -> Vec<(char, usize)> {
        let starts = std::iter::once(self.start).chain(self.next_starts.iter().copied());
        let parts = |(character, start)| std::iter::once(character).nfkd().map(move |c| (c, start));
        let mut all: Vec<(char, usize)> =
            self.characters.chars().zip(starts).flat_map(parts).collect();
        let class = |mark: &(char, usize)| canonical_combining_class(mark.0);
        for marks in all.chunk_by_mut(|a, b| class(a) != 0 && class(b) != 0) {
            marks.sort_by_key(class);
        }
        all
    }
}

/// Whether normalisation never joins or reorders a character with the one before it.
fn starts_cluster(character: char) -> bool {
    if character.is_ascii() || is_stable(character) || PLAIN.folded(character).is_some() {
        return true;
    }
    let quick = |c| is_nfkc_quick(std::iter::once(c));
    let stays_apart = |c| canonical_combining_class(c) == 0 && quick(c) != IsNormalized::Maybe;
    match quick(character) {
        IsNormalized::No => std::iter::once(character).nfkd().next().is_none_or(stays_apart),
        _ => stays_apart(character),
    }
}

/// Characters that fold to themselves: Han and Hangul, nearly all that East Asian texts have;
/// dashes and quotation marks.
fn is_stable(character: char) -> bool {
    matches!(character,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{2012}'..='\u{2016}' | '\u{2018}'..='\u{2023}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut folded = String::new();
        fold(text, &mut folded);
        folded
    }

    #[test]
    fn words_that_differ_in_case_fold_alike() {
        for (a, b) in [
            ("Weißdornstraße", "WEISSDORNSTRASSE"),
            ("Straẞe", "strasse"),
            ("ΛΌΓΟΣ", "λόγος"),
            ("İstanbul", "istanbul"),
            ("i̇stanbul", "ISTANBUL"),
            ("Ilık", "ILIK"),
            ("ŉ", "ʼN"),
            ("ﬃ", "FFI"),
            ("ᾳ", "ΑΙ"),
            ("և", "ԵՒ"),
            ("ΐ", "Ϊ́"),
            ("ſ", "S"),
            ("ꭰ", "Ꭰ"),
        ] {
            assert_eq!(folded(a), folded(b), "{a} {b}");
        }
    }

    /// Unicode's own full case folding joins no two characters that are apart here.
    #[test]
    fn folding_is_at_least_that_of_unicode() {
        let mut longer = 0;
        for character in ('\0'..=char::MAX).filter(|c| c.is_alphabetic()) {
            let text = format!("a{character}b");
            let cased = caseless::default_case_fold_str(&text);
            longer += usize::from(cased.chars().count() > 3);
            let own = folded(&text);
            assert_eq!(folded(&cased), own, "{character}");
            assert_eq!(folded(&text.to_uppercase()), own, "{character}");
            assert_eq!(folded(&text.to_lowercase()), own, "{character}");
            assert_eq!(folded(&own), own, "{character}");
        }
        assert!(longer > 100, "{longer} that fold to more than one character");
    }

    #[test]
    fn every_normal_form_of_every_character_folds_alike() {
        for character in ('\0'..=char::MAX).filter(|c| *c != '\u{2bc}') {
            let text = format!("a{character}b");
            let own = folded(&text);
            assert_eq!(folded(&text.nfc().collect::<String>()), own, "{character:?}");
            assert_eq!(folded(&text.nfd().collect::<String>()), own, "{character:?}");
            assert_eq!(folded(&text.nfkc().collect::<String>()), own, "{character:?}");
            assert_eq!(folded(&text.nfkd().collect::<String>()), own, "{character:?}");
            assert!(!own.contains(is_ignorable), "{character:?}");
        }
    }

    #[test]
    fn folded_text_knows_where_it_came_from() {
        let text = "The ﬃ e\u{301}\u{200b}t\u{301} ℡";
        let mut form = Folded::default();
        form.push_segment(text, 4..text.len(), std::slice::from_ref(&(17..18)));
        assert_eq!(form.text, "ffi ét\u{301}tel");
        let origin = |range: Range<usize>| {
            let (origin, is_whole) = form.origin(&range);
            (&text[origin], is_whole)
        };
        assert_eq!(origin(0..3), ("ﬃ", true));
        assert_eq!(origin(0..1), ("ﬃ", false));
        assert_eq!(origin(4..6), ("e\u{301}", true));
        assert!(form.has_hidden(&(4..9)) && !form.has_hidden(&(0..4)));
        assert_eq!(origin(9..12), ("℡", true));
    }

    /// A Telugu mark of length, which is a word by itself, and a Tibetan sign that is none.
    #[test]
    fn words_of_marks_begin_with_the_same_one_in_every_normal_form() {
        for (text, parts) in [
            ("\u{fc6}\u{c55}", vec![("\u{c55}\u{fc6}", 0..6)]),
            ("!\u{fc6}\u{c55}", vec![("!", 0..1), ("\u{c55}\u{fc6}", 1..7)]),
            ("!\u{334}\u{fc6}\u{c55}", vec![("!\u{334}", 0..3), ("\u{c55}\u{fc6}", 3..9)]),
            ("!\u{334}\u{c55}", vec![("!\u{334}", 0..3), ("\u{c55}", 3..6)]),
            ("!\u{c55}\u{200d}\u{334}", vec![("!\u{334}", 0..1), ("\u{c55}", 1..9)]),
        ] {
            let mut form = Folded::default();
            form.push_segment(text, 0..text.len(), &[]);
            let mut start = 0;
            for (part, origin) in parts {
                let end = start + part.len();
                assert_eq!(&form.text[start..end], part, "{text:?}");
                assert_eq!(form.origin(&(start..end)).0, origin, "{text:?}");
                start = end;
            }
        }
    }
}
