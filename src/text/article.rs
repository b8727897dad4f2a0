//! An analysed article: the form of a text that all later stages read.

use std::ops::Range;

use super::hash::word_hash;
use super::language::Language;
use super::shape::Shape;
use crate::span::Span;

/// One word of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Word {
    /// Its span.
    pub span: Span,
    /// Hash of its folded form.
    pub form: u64,
    /// Hash of its stem; of its folded form where the language has no stemmer.
    pub stem: u32,
    /// Its other properties.
    pub traits: Traits,
}

/// Properties of a word besides its form: a set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traits(u8);

impl Traits {
    /// A stop word of the article's language.
    pub const STOP: Self = Self(1);
    /// Begins with a digit.
    pub const NUMBER: Self = Self(2);
    /// Begins with a capital inside a sentence: most likely part of a name.
    pub const NAME: Self = Self(4);
    /// Is in a quotation, or in text that the article says is another's.
    pub const QUOTED: Self = Self(8);
    /// Is in boilerplate, which never counts as reuse.
    pub const BOILERPLATE: Self = Self(16);
    /// Is written with letters of another alphabet that look alike, or with invisible characters
    /// inside. Its form is that of the word that it seems to be. Soft hyphens are no disguise, nor
    /// are the joiners of scripts that need them.
    pub const DISGUISED: Self = Self(32);
    /// Turns a statement into its opposite: `not`, `never`, `without`.
    pub const NEGATION: Self = Self(64);
    /// A number without letters: digits, and marks between them.
    pub const FIGURE: Self = Self(128);

    /// Whether all flags of `other` are set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Sets the flags of `other`.
    pub fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Unsets the flags of `other`.
    pub fn clear(&mut self, other: Self) {
        self.0 &= !other.0;
    }
}

/// One sentence of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sentence {
    /// Its span, without white space around it.
    pub span: Span,
    /// Its words, as a range of [`Article::words`]; empty for a line of dashes.
    pub words: Range<u32>,
}

impl Sentence {
    /// Its words, as a range to slice with.
    pub fn range(&self) -> Range<usize> {
        self.words.start as usize..self.words.end as usize
    }
}

/// A text divided into words, sentences and quotations.
///
/// An empty text gives an article without any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Article {
    /// The language, as detected or as set.
    pub language: Language,
    /// Bytes of the text.
    pub bytes: usize,
    /// All words, in order.
    pub words: Vec<Word>,
    /// All sentences, in order; every word is in exactly one. One of more than [`Article::LONGEST`]
    /// words is in parts.
    pub sentences: Vec<Sentence>,
    /// Spans of the quotations and of what else the article says is another's: statements,
    /// filings, credits. In order and disjoint.
    pub quotations: Vec<Span>,
    /// The shapes of the names, each with the number of its word, in order; in a text of at most
    /// [`Article::SHORT`] words, those of all words.
    pub shapes: Vec<(u32, Shape)>,
    /// Hashes of the runs of three letters in its words, ascending; none in a text of more than
    /// [`Article::SHORT`] words.
    pub letters: Vec<u32>,
    /// Of a text without words: a hash of what it holds instead; see [`wordless`].
    pub wordless: Option<u64>,
}

/// A hash of a text without words, such as a row of emoji, which is identical only to the very same
/// text; `None` if there is only white space.
pub fn wordless(text: &str) -> Option<u64> {
    (!text.trim().is_empty()).then(|| word_hash(text.as_bytes()))
}

impl Article {
    /// Words of a text that is also compared letter by letter, at most.
    pub const SHORT: usize = 90;
    /// Words of a sentence, at most: longer ones are divided, so that comparing sentences word by
    /// word takes time proportional to their words. No sentence of prose is near that.
    pub const LONGEST: usize = 10_000;

    /// How many words are [`Traits::DISGUISED`].
    pub fn disguised_words(&self) -> usize {
        self.words.iter().filter(|word| word.traits.has(Traits::DISGUISED)).count()
    }
}
