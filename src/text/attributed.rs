//! Text that an article says is another's, without quotation marks around it: statements in full,
//! what filings and releases say, agency credits.
//!
//! Two articles that report one statement have it in common without either having read the other.
//! So such text counts as quotations do.

use super::article::{Sentence, Word};
use super::credits::is_credit;
use super::cues::{Cue, cue};
use super::lines::Lines;
use super::marks::is_line_end;
use crate::span::Span;

/// Words between a document and what says that it speaks, at most: `the letter from the board
/// says`.
const NEAR: usize = 4;
/// Words before a colon among which has to be what announces a block.
const BEFORE_COLON: usize = 8;
/// Words behind a colon that are a statement of their own, at least.
const LEAST: usize = 5;
/// Words of a block that is announced, at most. Where no mark ends it, its end is a guess.
const MOST: usize = 400;
/// Sentences at the end of an article, and at its beginning, that may credit others.
const TAIL: usize = 5;
const HEAD: usize = 2;
/// Words of a credit, at most.
const CREDIT: usize = 40;

/// An article as far as it is analysed.
#[derive(Clone, Copy)]
pub(super) struct Draft<'t> {
    pub text: &'t str,
    pub words: &'t [Word],
    pub sentences: &'t [Sentence],
    pub lines: Lines,
}

/// Spans of what the article says is another's, in order and disjoint.
pub(super) fn attributed(draft: Draft) -> Vec<Span> {
    let cues = (0..).zip(draft.words).filter_map(|(at, word)| Some((at, cue(word.form)?)));
    let cues: Vec<(usize, Cue)> = cues.collect();
    let mut found = marked_lines(draft.text);
    for at in 0..draft.sentences.len() {
        let range = draft.sentences[at].range();
        let own = cues.partition_point(|(word, _)| *word < range.start)
            ..cues.partition_point(|(word, _)| *word < range.end);
        if draft.is_credit(at) {
            found.push(draft.sentences[at].span);
        } else if !own.is_empty() {
            found.extend(draft.announced(at, &cues[own.clone()], &cues[own.end..]));
        }
    }
    joined(found)
}

/// Spans in any order to disjoint ones in order.
pub(super) fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

impl Draft<'_> {
    fn words_of(&self, sentence: usize) -> &[Word] {
        &self.words[self.sentences[sentence].range()]
    }

    fn is_credit(&self, sentence: usize) -> bool {
        let is_edge = sentence < HEAD || sentence + TAIL >= self.sentences.len();
        is_edge && {
            let words = self.words_of(sentence);
            words.len() <= CREDIT && is_credit(words)
        }
    }

    /// What a sentence with these cues says is another's: itself, what it has behind a colon, or
    /// the block behind it. `later` are the cues of the sentences behind it.
    fn announced(&self, at: usize, cues: &[(usize, Cue)], later: &[(usize, Cue)]) -> Option<Span> {
        let sentence = &self.sentences[at];
        let whole = sentence.span.of(self.text);
        if whole.ends_with([':', '：']) {
            let from = sentence.range().end.saturating_sub(BEFORE_COLON);
            let is_announced = match self.ends_paragraph(at) {
                true => cues.iter().any(|(word, cue)| *word >= from && cue.announces()),
                false => is_reported(cues),
            };
            return is_announced.then(|| self.block(at + 1, later)).flatten();
        }
        if let Some(colon) = whole.find([':', '：']) {
            let colon = sentence.span.start + colon as u32;
            let split = self.words.partition_point(|word| word.span.start < colon);
            let before = &cues[..cues.partition_point(|(word, _)| *word < split)];
            if sentence.range().end.saturating_sub(split) >= LEAST && is_reported(before) {
                let start = self.words.get(split)?.span.start;
                return Some(Span { start, end: self.rest_of_paragraph(at, later) });
            }
        }
        is_reported(cues).then_some(sentence.span)
    }

    /// The block that begins with a sentence: its paragraph, and those behind it that go on
    /// speaking as `we`.
    fn block(&self, first: usize, cues: &[(usize, Cue)]) -> Option<Span> {
        let begins = self.sentences.get(first)?;
        let mut last = first;
        while !self.ends_paragraph(last) && self.counts(first, last + 1) {
            last += 1;
        }
        let rest = self.goes_on(last, cues).unwrap_or(self.sentences[last].span);
        let most = self.words.get(begins.range().start + MOST).map_or(u32::MAX, |w| w.span.start);
        Some(begins.span.hull(rest)).filter(|span| span.end <= most)
    }

    /// Where the text ends that a sentence begins behind its colon: with its paragraph, or before
    /// the article speaks again.
    fn rest_of_paragraph(&self, sentence: usize, cues: &[(usize, Cue)]) -> u32 {
        let mut last = sentence;
        while !self.ends_paragraph(last) && self.counts(sentence, last + 1) {
            let own = self.sentences[last + 1].range();
            let from = cues.partition_point(|(word, _)| *word < own.start);
            let mut own = cues[from..].iter().take_while(|(word, _)| *word < own.end);
            if own.any(|(_, cue)| matches!(cue, Cue::Says | Cue::According)) {
                break;
            }
            last += 1;
        }
        self.sentences[last].span.end
    }

    /// The sentences behind one that go on speaking in the first person.
    fn goes_on(&self, sentence: usize, cues: &[(usize, Cue)]) -> Option<Span> {
        let mut found: Option<Span> = None;
        for next in sentence + 1..self.sentences.len() {
            let range = self.sentences[next].range();
            let from = cues.partition_point(|(word, _)| *word < range.start);
            let own = cues[from..].iter().take_while(|(word, _)| *word < range.end);
            let mut own = own.map(|(_, cue)| *cue);
            if !own.any(|cue| cue == Cue::FirstPerson) || !self.counts(sentence, next) {
                break;
            }
            let span = self.sentences[next].span;
            found = Some(found.map_or(span, |found| found.hull(span)));
        }
        found
    }

    /// Whether a sentence is near enough to the first of a block to be part of it.
    fn counts(&self, first: usize, sentence: usize) -> bool {
        let words = |at: usize| self.sentences[at].range();
        sentence < self.sentences.len() && words(sentence).end - words(first).start <= MOST
    }

    /// Whether a paragraph ends behind the sentence; the last one ends its own.
    fn ends_paragraph(&self, sentence: usize) -> bool {
        let Some(next) = self.sentences.get(sentence + 1) else { return true };
        let end = self.sentences[sentence].span.end as usize;
        let gap = &self.text[end..next.span.start as usize];
        let mut ends = gap.match_indices(is_line_end);
        match (ends.next(), ends.next()) {
            (None, _) => false,
            (Some((at, "\n")), None) => !self.lines.is_wrap(self.text, end + at),
            _ => true,
        }
    }
}

/// Whether among these cues a document is said to say something: `the letter says`, `according to
/// the letter`, `says in a letter`.
fn is_reported(cues: &[(usize, Cue)]) -> bool {
    (0..cues.len()).filter(|at| cues[*at].1 == Cue::Document).any(|at| {
        let is_near = |other: &&(usize, Cue)| other.0.abs_diff(cues[at].0) <= NEAR + 1;
        let mut is_within = false;
        let mut before = cues[..at].iter().rev().take_while(is_near);
        let mut behind = cues[at + 1..].iter().take_while(is_near);
        let is_said = before.any(|(_, cue)| {
            is_within |= *cue == Cue::In;
            *cue == Cue::According || *cue == Cue::Says && is_within
        });
        is_said || behind.any(|(_, cue)| matches!(cue, Cue::Says | Cue::Reads | Cue::According))
    })
}

/// Lines that begin with the `>` of mail and Markdown.
fn marked_lines(text: &str) -> Vec<Span> {
    if !text.starts_with('>') && !text.contains("\n>") {
        return Vec::new();
    }
    let mut found: Vec<Span> = Vec::new();
    let mut start = 0;
    let mut was_marked = false;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end().len();
        let is_marked = line.starts_with('>');
        match found.last_mut() {
            Some(last) if is_marked && was_marked => last.end = end as u32,
            _ if is_marked => found.push(Span::new(start, end)),
            _ => {}
        }
        was_marked = is_marked;
        start += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::text::Analyzer;

    fn attributed(text: &str) -> Vec<&str> {
        let article = Analyzer::new(None).article(text);
        article.quotations.iter().map(|span| span.of(text)).collect()
    }

    const BLOCK: &str = "The bridge stays shut. No lorry may cross it before June.";

    #[test]
    fn a_block_behind_a_colon_is_another_s() {
        for before in [
            "The council said in a statement:",
            "Its statement reads:",
            "The notice is given here in full:",
            "Die Behörde teilte in einer Erklärung mit:",
            "Die Mitteilung im Wortlaut:",
            "Dans un communiqué, la mairie indique :",
            "El comunicado de la alcaldía dice:",
            "La nota si legge nel comunicato:",
        ] {
            let text =
                format!("Rain fell on the town.\n\n{before}\n\n{BLOCK}\n\nTraffic was light.");
            assert_eq!(attributed(&text), [BLOCK], "{before}");
        }
    }

    #[test]
    fn a_block_goes_on_while_it_says_we() {
        let more = "We will build another. Our engineers have begun.";
        let text = format!("The letter says:\n\n{BLOCK}\n\n{more}\n\nTraffic was light.");
        assert_eq!(attributed(&text), [format!("{BLOCK}\n\n{more}")]);
    }

    #[test]
    fn sentences_that_report_a_document_are_its_own() {
        for sentence in [
            "The driver had slept for two hours, according to the indictment.",
            "According to court filings, the bridge had no rail.",
            "The company wrote in a letter that the bridge had no rail.",
            "Laut der Anklageschrift hatte die Brücke kein Geländer.",
            "Selon la plainte, le pont n'avait pas de garde-corps.",
            "Según la denuncia, el puente no tenía barandilla.",
        ] {
            let text = format!("Rain fell on the town. {sentence} Traffic was light.");
            assert_eq!(attributed(&text), [sentence]);
        }
    }

    #[test]
    fn credits_are_known_at_the_edges() {
        let credit = "(Reporting by Anna Weir in Calden; editing by Tom Reck)";
        let text = format!("Rain fell on the town. Traffic was light.\n\n{credit}");
        assert_eq!(attributed(&text), [credit]);
        let inside = format!("{text}\n\n{}", "The day went by. ".repeat(12));
        let inside = format!("{}\n\n{inside}", "The night went by. ".repeat(4));
        assert!(attributed(&inside).is_empty());
    }

    #[test]
    fn lines_of_mail_are_one_quotation() {
        let text =
            "He wrote back.\n\n> The bridge stays shut.\n> No lorry may cross.\n\nThen it rained.";
        assert_eq!(attributed(text), ["> The bridge stays shut.\n> No lorry may cross."]);
    }

    #[test]
    fn what_an_article_says_itself_is_its_own() {
        for text in [
            "The schedule for June:\n\nThe bridge stays shut. No lorry may cross it.",
            "The statement came late. The bridge stays shut.",
            "She said that the bridge stays shut. He read the letter twice and put it down.",
            "She said a letter had come. Nobody wrote a petition.",
            "Note: the bridge stays shut until the engineers have left the island again.",
            "5 > 3, and the ratio is 2:1.",
        ] {
            assert!(attributed(text).is_empty(), "{text}: {:?}", attributed(text));
        }
    }
}
