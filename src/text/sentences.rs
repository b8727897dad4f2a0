//! Text to sentences.
//!
//! Rules, not a model. What ends a sentence is Unicode's property Sentence_Terminal, in all
//! scripts; in those that have no other use for the character, that is enough. A full stop ends
//! none if an abbreviation, an initial, a number or what follows says otherwise; a line end does so
//! unless it is only where the column ends (`lines.rs`) or the next line goes on in lower case.
//! Lines that end so without a full stop are headings. Marks that close what the sentence opened
//! belong to it, also after a space.

use std::ops::Range;

use crate::span::Span;

use super::characters::{Stop, is_east_asian, is_hyphen, is_ignorable, is_unspaced, stop};
use super::closers::{closers, is_opener};
use super::fold::fold;
use super::hash::word_hash;
use super::language::{Abbreviation, Language, abbreviation, is_stop_word};
use super::lines::{Lines, is_blank_line};
use super::marks::{find_marks, is_line_end};
use super::run_on;

/// Spans of the sentences of `text`, in order and disjoint, without the white space between them.
/// Blank text has none.
pub fn sentences(text: &str, language: Language) -> Vec<Span> {
    let mut marks = Vec::new();
    find_marks(text, &mut marks);
    sentences_at(text, &marks, Lines::of(text), language)
}

/// [`sentences`], given the places of the text's marks, and how its lines are set.
pub(super) fn sentences_at(
    text: &str,
    marks: &[u32],
    lines: Lines,
    language: Language,
) -> Vec<Span> {
    let rules = Rules { text, language, lines };
    let questions = rules.greek_questions();
    let marks = if questions.is_empty() { marks } else { &merged(marks, &questions) };
    let mut found = Vec::with_capacity(marks.len() + 1);
    let mut start = 0;
    for &at in marks {
        let at = at as usize;
        // What ends a sentence may be several marks.
        if at < start {
            continue;
        }
        if let Some(end) = rules.end(at) {
            push_trimmed(text, start, end, &mut found);
            start = end;
        }
    }
    push_trimmed(text, start, text.len(), &mut found);
    found
}

fn merged(marks: &[u32], more: &[u32]) -> Vec<u32> {
    let mut all = [marks, more].concat();
    all.sort_unstable();
    all
}

fn push_trimmed(text: &str, start: usize, end: usize, found: &mut Vec<Span>) {
    let piece = &text[start..end];
    let lead = piece.len() - piece.trim_start().len();
    let piece = piece.trim();
    if !piece.is_empty() {
        found.push(Span::new(start + lead, start + lead + piece.len()));
    }
}

struct Rules<'t> {
    text: &'t str,
    language: Language,
    lines: Lines,
}

impl Rules<'_> {
    /// End of the sentence that the mark at `at` ends, if it ends one.
    fn end(&self, at: usize) -> Option<usize> {
        let mark = self.text[at..].chars().next()?;
        if is_line_end(mark) { self.line_end(at, mark) } else { self.stop(at) }
    }

    /// How a character ends sentences in the language of the text.
    fn kind(&self, character: char) -> Option<Stop> {
        match character {
            ';' | '\u{37e}' if self.language == Language::Greek => Some(Stop::Spaced),
            _ => stop(character),
        }
    }

    /// Places of the semicolons that are question marks.
    fn greek_questions(&self) -> Vec<u32> {
        if self.language != Language::Greek {
            return Vec::new();
        }
        self.text.match_indices([';', '\u{37e}']).map(|(at, _)| at as u32).collect()
    }

    /// End of the sentence that the stop at `at` ends, if it ends one.
    fn stop(&self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        let run = &rest[..rest.len() - rest.trim_start_matches(|c| self.kind(c).is_some()).len()];
        if run.is_empty() {
            return None;
        }
        let stops = at + run.len();
        let end = stops + closers(self.text, stops);
        let after = &self.text[end..];
        let before = self.text[..at].chars().next_back();
        let next = after.chars().next();
        if run.chars().any(|c| self.kind(c) == Some(Stop::Always)) {
            // The Armenian full stop joins digits.
            let is_number = |c: Option<char>| c.is_some_and(char::is_numeric);
            return (!is_number(before) || !is_number(next)).then_some(end);
        }
        if !after.is_empty() && !after.starts_with(char::is_whitespace) {
            // East Asian texts with the marks of other scripts have no space after them.
            let is_full = next.is_some_and(|c| is_east_asian(c) || is_opener(c));
            let is_end =
                is_full && before.is_some_and(is_east_asian) || self.runs_on(at..stops, end);
            return is_end.then_some(end);
        }
        let next = after.trim_start();
        let is_before_word = |c: char| is_opener(c) || is_ignorable(c);
        let first = next.chars().find(|c| c.is_alphanumeric() || !is_before_word(*c));
        if first.is_some_and(char::is_lowercase) {
            return None;
        }
        let has_closers = !self.text[stops..end].chars().all(is_ignorable);
        if run == "." && !has_closers && self.is_abbreviation(at, next) {
            return None;
        }
        Some(end)
    }

    /// Whether another sentence follows the marks there without a space, behind what closes up to
    /// `end`.
    fn runs_on(&self, marks: Range<usize>, end: usize) -> bool {
        let after = &self.text[end..];
        let next = self.text.len() - after.trim_start_matches(is_opener).len();
        let is_plain = marks.end == end;
        run_on::ends_sentence(self.text, marks.clone(), next)
            && !(is_plain && self.is_abbreviation(marks.start, after))
    }

    /// Whether the full stop at `at` belongs to the word before it.
    fn is_abbreviation(&self, at: usize, next: &str) -> bool {
        let before = &self.text[..at];
        let word = before.rsplit(|c: char| c.is_whitespace() || is_opener(c)).next().unwrap_or("");
        let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
        if letters == 1 && word.chars().all(char::is_uppercase) {
            return !next.is_empty();
        }
        let is_number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        if is_number {
            return self.language.has_dotted_ordinals() && word.len() <= 2 && !next.is_empty();
        }
        let mut folded = String::new();
        fold(word, &mut folded);
        match abbreviation(word_hash(folded.as_bytes()), self.language) {
            Some(Abbreviation::Leads) => !next.is_empty(),
            Some(Abbreviation::MayEnd) => !self.starts_sentence(next),
            // Letters with dots between, such as `U.S` or `p.m`.
            None => word.contains('.') && letters <= 5 && !self.starts_sentence(next),
        }
    }

    /// Whether the next word can only be the first of a sentence: a stop word with a capital.
    fn starts_sentence(&self, next: &str) -> bool {
        let next = next.trim_start_matches(is_opener);
        let word = next.split(|c: char| !c.is_alphanumeric() && c != '’' && c != '\'').next();
        let Some(word) = word.filter(|word| !word.is_empty()) else { return true };
        let mut folded = String::new();
        fold(word, &mut folded);
        let language =
            if self.language == Language::Unknown { Language::English } else { self.language };
        is_stop_word(word_hash(folded.as_bytes()), language)
    }

    /// End of the sentence that the line end at `at` ends, if it ends one.
    fn line_end(&self, at: usize, mark: char) -> Option<usize> {
        let (line, rest) = (&self.text[..at], &self.text[at + mark.len_utf8()..]);
        if mark == '\u{2029}' || is_blank_line(rest) {
            return Some(at);
        }
        let line = line.trim_end();
        let next = rest.trim_start_matches(|c: char| c.is_whitespace() || is_ignorable(c));
        if next.starts_with(char::is_lowercase) && !line.ends_with([':', ';']) {
            return None;
        }
        if is_in_word(line, next) || mark == '\n' && self.lines.is_wrap(self.text, at) {
            return None;
        }
        Some(at)
    }
}

/// Whether a line end may be inside a word: after a letter with a hyphen, and before a letter.
fn is_in_word(line: &str, next: &str) -> bool {
    let is_letter = |c: char| c.is_alphabetic() && !is_unspaced(c);
    let before = line.trim_end_matches(is_ignorable);
    before.ends_with(is_hyphen) && next.trim_start_matches(is_ignorable).starts_with(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text, Language::English).iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn abbreviations_initials_and_decimals_end_nothing() {
        assert_eq!(
            split("Mr. J. B. Smith of the U.S. Senate paid $3.5 million. He left."),
            ["Mr. J. B. Smith of the U.S. Senate paid $3.5 million.", "He left.",]
        );
        assert_eq!(
            split("They met in the U.S. The talks failed at 5 p.m. on Monday."),
            ["They met in the U.S.", "The talks failed at 5 p.m. on Monday.",]
        );
        assert_eq!(
            split("Acme Inc. said so. No. 5 is alive."),
            ["Acme Inc. said so.", "No. 5 is alive."]
        );
    }

    #[test]
    fn closing_quotes_stay_with_their_sentence() {
        assert_eq!(
            split("“We won.” He left. “Did you?” she asked."),
            ["“We won.”", "He left.", "“Did you?” she asked.",]
        );
    }

    #[test]
    fn headings_and_broken_words() {
        assert_eq!(
            split("Hopes rise\nThe end. T\nhe rest.\n\nlast"),
            ["Hopes rise", "The end.", "T\nhe rest.", "last",]
        );
    }

    #[test]
    fn wrapped_lines_are_joined() {
        let text = "Inheritance is a concept of programs where one class takes\n\
                    what another has, so that nothing is written twice and the\n\
                    Parent class serves both. It saves work in large programs\n\
                    Everywhere.\n";
        assert_eq!(split(text).len(), 2);
    }

    #[test]
    fn other_scripts_and_languages() {
        let german = "Am 3. Mai kam Dr. Weiß. Er ging z. B. nach Köln.";
        assert_eq!(sentences(german, Language::German).len(), 2);
        assert_eq!(split("他来了。“我走！”她说。"), ["他来了。", "“我走！”", "她说。"]);
        assert!(split(" \r\n ").is_empty());
    }

    proptest::proptest! {
        /// Nothing but white space is lost, and every span slices.
        #[test]
        fn sentences_hold_all_text(text in "[aB1 .!?\n\r“”é。…-]{0,60}") {
            let mut held = String::new();
            let mut end = 0;
            for span in sentences(&text, Language::English) {
                proptest::prop_assert!(span.start >= end);
                end = span.end;
                held.push_str(span.of(&text));
            }
            let dense = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            proptest::prop_assert_eq!(dense(&held), dense(&text));
        }
    }
}
