//! The words of a text as they are found: hashes, spans, and exceptions.

use std::ops::Range;

use super::fold::fold;
use super::hash::word_hash;
use super::plain::fold_plain;
use super::run_on;
use super::words::{self, dots_of};
use crate::Span;

/// A part of a text, and where it starts in it.
#[derive(Clone, Copy)]
pub(super) struct Piece<'t> {
    pub(super) text: &'t str,
    pub(super) start: usize,
}

/// A word whose form is not what folding makes of its bytes, or that is disguised.
#[derive(Debug, Clone)]
pub(super) struct OddWord {
    /// Its number among the words of the text.
    pub(super) number: usize,
    pub(super) folded: Box<str>,
    pub(super) is_disguised: bool,
}

/// Where the words of a text are.
#[derive(Debug, Clone, Default)]
pub(super) struct WordPlaces {
    /// Of each word, in order.
    pub(super) spans: Vec<Span>,
    /// The words that are odd, ascending.
    pub(super) odd: Vec<OddWord>,
}

impl WordPlaces {
    /// Writes the folded form of a word of the text into `folded`.
    pub(super) fn fold(&self, number: usize, text: &str, folded: &mut String) {
        match self.odd.binary_search_by_key(&number, |odd| odd.number) {
            Ok(at) => {
                folded.clear();
                folded.push_str(&self.odd[at].folded);
            }
            Err(_) => fold(self.spans[number].of(text), folded),
        }
    }
}

/// What is found in a text.
pub(super) struct Found<'f> {
    pub(super) hashes: &'f mut Vec<u64>,
    /// Hashes that were there before.
    pub(super) first: usize,
    /// If wanted, the span of each word.
    pub(super) places: Option<&'f mut WordPlaces>,
}

impl Found<'_> {
    /// Takes a word of a piece.
    pub(super) fn push(&mut self, piece: Piece<'_>, range: Range<usize>, hash: u64) {
        self.hashes.push(hash);
        if let Some(places) = &mut self.places {
            places.spans.push(Span::new(piece.start + range.start, piece.start + range.end));
        }
    }

    /// Takes a plain word with a full stop in it, or the two that the full stop separates; given
    /// the piece in lower case and the word folded, which is scratch after.
    #[cold]
    pub(super) fn push_dotted(
        &mut self,
        piece: Piece<'_>,
        word: Range<usize>,
        lowered: &[u8],
        folded: &mut Vec<u8>,
    ) {
        let mut dots = dots_of(&piece.text[word.clone()]).map(|dot| word.start + dot);
        let Some(dot) = dots.find(|&dot| run_on::parts_words(piece.text, dot..dot + 1)) else {
            return self.push(piece, word, word_hash(folded));
        };
        for part in [word.start..dot, dot + 1..word.end] {
            fold_plain(&lowered[part.clone()], folded);
            self.push(piece, part, word_hash(folded));
        }
    }

    /// Takes a word that was found the slow way.
    pub(super) fn push_word(&mut self, piece: Piece<'_>, word: words::Found, form: &str) {
        if let Some(places) = &mut self.places
            && (!word.is_plain || word.is_disguised)
        {
            places.odd.push(OddWord {
                number: self.hashes.len() - self.first,
                folded: form.into(),
                is_disguised: word.is_disguised,
            });
        }
        self.push(piece, word.range, word_hash(form.as_bytes()));
    }

    /// Forgets all words.
    pub(super) fn clear(&mut self) {
        self.hashes.truncate(self.first);
        if let Some(places) = &mut self.places {
            places.spans.clear();
            places.odd.clear();
        }
    }
}
