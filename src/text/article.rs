//! An article taken apart: the form of a text that everything after reads.

use std::ops::Range;

use rust_stemmers::Stemmer;

use crate::Kernel;
use crate::span::Span;

use super::hash::{WordMap, word_hash};
use super::hashes::WordHasher;
use super::language::{self, Language};
use super::quotations::quotations;
use super::recent::Recent;
use super::sentences::sentences;
use super::words::fold;

/// One word of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Where it stands.
    pub span: Span,
    /// Hash of its folded form.
    pub form: u64,
    /// Hash of its stem; of its folded form where the language has no stemmer.
    pub stem: u32,
    /// What else is known of it.
    pub traits: Traits,
}

/// What is known of a word beside its form: a set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traits(u8);

impl Traits {
    /// A stop word of the article's language.
    pub const STOP: Self = Self(1);
    /// Begins with a digit.
    pub const NUMBER: Self = Self(2);
    /// Begins with a capital inside a sentence: most likely part of a name.
    pub const NAME: Self = Self(4);
    /// Stands in a quotation.
    pub const QUOTED: Self = Self(8);
    /// Stands in boilerplate, which never counts as reuse.
    pub const BOILERPLATE: Self = Self(16);

    /// Whether all flags of `other` are set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Sets the flags of `other` where `condition` holds.
    pub fn set(&mut self, other: Self, condition: bool) {
        self.0 |= if condition { other.0 } else { 0 };
    }

    /// Unsets the flags of `other`.
    pub fn clear(&mut self, other: Self) {
        self.0 &= !other.0;
    }
}

/// One sentence of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands, without white space around it.
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

/// A text taken apart into words, sentences and quotations.
///
/// An empty text gives an article without any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// The language, as detected or as set.
    pub language: Language,
    /// Bytes of the text.
    pub bytes: usize,
    /// All words, in order.
    pub words: Vec<Word>,
    /// All sentences, in order; every word stands in exactly one.
    pub sentences: Vec<Sentence>,
    /// Spans of the quotations, in order.
    pub quotations: Vec<Span>,
}

/// Takes texts apart. Keeps what it learned of words from one text to the next, so use one for
/// many; results do not depend on what came before.
pub struct Analyzer {
    language: Option<Language>,
    stems: Vec<Stems>,
    recent: Recent,
    folded: String,
    hasher: WordHasher,
    forms: Vec<u64>,
    spans: Vec<Span>,
}

/// The words of a text without their places: what the search for candidates needs, for a fraction
/// of what an [`Article`] takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// Hashes of the folded forms of all words, in order.
    pub forms: Vec<u64>,
    /// Stems of the words that are no stop words, in order.
    pub stems: Vec<u32>,
}

/// Stems known so far in one language.
struct Stems {
    language: Language,
    stemmer: Option<Stemmer>,
    known: WordMap<u32>,
}

/// Words remembered per language; beyond, the memory starts anew.
const REMEMBERED: usize = 1 << 18;

impl Analyzer {
    /// An analyzer for texts in `language`; `None` detects the language of each.
    pub fn new(language: Option<Language>) -> Self {
        Self {
            language,
            stems: Vec::new(),
            recent: Recent::default(),
            folded: String::new(),
            hasher: WordHasher::new(Kernel::detect()).expect("the processor has what it says"),
            forms: Vec::new(),
            spans: Vec::new(),
        }
    }

    /// Puts the outline of a text into `outline`, whose former content does not matter.
    pub fn outline(&mut self, text: &str, outline: &mut Outline) {
        let Outline { forms, stems } = outline;
        forms.clear();
        stems.clear();
        self.spans.clear();
        self.hasher.find_words(text, forms, &mut self.spans);
        let language = self.language(forms.iter().copied());
        let known = known(&mut self.stems, language);
        for (&form, &span) in forms.iter().zip(&self.spans) {
            let word = self.recent.word(form);
            if word.stops & language.bit() == 0 {
                let stem = || known.of(form, span.of(text), &mut self.folded);
                stems.push(word.stem(language, stem));
            }
        }
    }

    /// Puts the hashes of the folded forms of all words of a text into `forms`, in order; whatever it
    /// had is gone. Far less work than an outline.
    pub fn forms(&mut self, text: &str, forms: &mut Vec<u64>) {
        forms.clear();
        self.hasher.hash_words(text, forms);
    }

    /// Takes one text apart.
    pub fn article(&mut self, text: &str) -> Article {
        let mut words = self.words(text);
        let language = self.language(words.iter().map(|word| word.form));
        let known = known(&mut self.stems, language);
        for word in &mut words {
            let recent = self.recent.word(word.form);
            let stem = || known.of(word.form, word.span.of(text), &mut self.folded);
            word.stem = recent.stem(language, stem);
            word.traits.set(Traits::STOP, recent.stops & language.bit() != 0);
        }
        let quotations = quotations(text);
        mark_quoted(&mut words, &quotations);
        let sentences = with_words(&sentences(text, language), &words);
        mark_names(text, &sentences, &mut words);
        Article { language, bytes: text.len(), words, sentences, quotations }
    }

    /// The language that was set, or the one of these words.
    fn language(&mut self, words: impl Iterator<Item = u64>) -> Language {
        let detect = || language::detect_by(words.map(|form| self.recent.word(form).stops));
        self.language.unwrap_or_else(detect)
    }

    fn words(&mut self, text: &str) -> Vec<Word> {
        self.forms.clear();
        self.spans.clear();
        self.hasher.find_words(text, &mut self.forms, &mut self.spans);
        let word = |(&form, &span): (&u64, &Span)| {
            let first = text.as_bytes()[span.start as usize];
            let is_number = match first.is_ascii() {
                true => first.is_ascii_digit(),
                // Digits of other scripts may fold to these.
                false => {
                    fold(span.of(text), &mut self.folded);
                    self.folded.starts_with(|first: char| first.is_ascii_digit())
                }
            };
            let mut traits = Traits::default();
            traits.set(Traits::NUMBER, is_number);
            Word { span, form, stem: 0, traits }
        };
        self.forms.iter().zip(&self.spans).map(word).collect()
    }
}

/// What is known in a language.
fn known(all: &mut Vec<Stems>, language: Language) -> &mut Stems {
    let place = all.iter().position(|stems| stems.language == language);
    let place = place.unwrap_or_else(|| {
        let stemmer = language.stemmer();
        all.push(Stems { language, stemmer, known: WordMap::default() });
        all.len() - 1
    });
    let stems = &mut all[place];
    if stems.known.len() > REMEMBERED {
        stems.known.clear();
    }
    stems
}

impl Stems {
    /// The stem of a word.
    fn of(&mut self, form: u64, word: &str, folded: &mut String) -> u32 {
        if let Some(known) = self.known.get(&form) {
            return *known;
        }
        let hash = match &self.stemmer {
            Some(stemmer) => {
                fold(word, folded);
                word_hash(stemmer.stem(folded).as_bytes())
            }
            None => form,
        };
        let stem = (hash >> 32) as u32;
        self.known.insert(form, stem);
        stem
    }
}

fn mark_quoted(words: &mut [Word], quotations: &[Span]) {
    let mut next = 0;
    for word in words {
        while quotations.get(next).is_some_and(|span| span.end <= word.span.start) {
            next += 1;
        }
        let quoted = quotations.get(next).is_some_and(|span| span.start <= word.span.start);
        word.traits.set(Traits::QUOTED, quoted);
    }
}

fn with_words(spans: &[Span], words: &[Word]) -> Vec<Sentence> {
    let mut first = 0;
    let mut sentences: Vec<Sentence> = Vec::with_capacity(spans.len());
    for span in spans {
        let count = words[first..].iter().take_while(|word| word.span.start < span.end).count();
        sentences.push(Sentence { span: *span, words: first as u32..(first + count) as u32 });
        first += count;
    }
    sentences
}

fn mark_names(text: &str, sentences: &[Sentence], words: &mut [Word]) {
    for sentence in sentences {
        // The first word has its capital from its place.
        for word in words[sentence.range()].iter_mut().skip(1) {
            let capital = word.span.of(text).starts_with(char::is_uppercase);
            word.traits.set(Traits::NAME, capital && !word.traits.has(Traits::STOP));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "Mayor Anna Weir said on 3 May: “The bridges are closing.” Nobody closed it.";

    #[test]
    fn words_know_what_they_are() {
        let article = Analyzer::new(None).article(TEXT);
        assert_eq!(article.language, Language::English);
        assert_eq!(article.sentences.len(), 2);
        let of = |form: &str| {
            let at = TEXT.find(form).unwrap() as u32;
            *article.words.iter().find(|word| word.span.start == at).unwrap()
        };
        assert!(of("Weir").traits.has(Traits::NAME));
        assert!(!of("Mayor").traits.has(Traits::NAME));
        assert!(of("3 May").traits.has(Traits::NUMBER));
        assert!(of("bridges").traits.has(Traits::QUOTED));
        assert!(!of("Nobody").traits.has(Traits::QUOTED));
        assert_eq!(of("closing").stem, of("closed").stem);
        assert_ne!(of("closing").form, of("closed").form);
    }

    #[test]
    fn forms_are_those_of_the_article() {
        let mut forms = vec![7];
        Analyzer::new(None).forms(TEXT, &mut forms);
        let words = Analyzer::new(None).article(TEXT).words;
        assert_eq!(forms, words.iter().map(|word| word.form).collect::<Vec<u64>>());
    }

    #[test]
    fn the_memory_does_not_change_results() {
        let mut used = Analyzer::new(None);
        used.article("Die Brücken sind geschlossen, sagte die Sprecherin der Stadt.");
        used.article("The bridge was closing when the closed bridges closed.");
        assert_eq!(used.article(TEXT), Analyzer::new(None).article(TEXT));
    }

    #[test]
    fn empty_text_is_an_article_without_words() {
        let article = Analyzer::new(None).article(" \n ");
        assert!(article.words.is_empty() && article.sentences.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn every_word_stands_in_one_sentence(text in "[aB1 .!?\n“”é。中—']{0,60}") {
            let article = Analyzer::new(None).article(&text);
            let mut next = 0;
            for sentence in &article.sentences {
                proptest::prop_assert_eq!(sentence.words.start, next);
                next = sentence.words.end;
                for word in &article.words[sentence.range()] {
                    proptest::prop_assert!(sentence.span.start <= word.span.start);
                    proptest::prop_assert!(word.span.start < sentence.span.end);
                    proptest::prop_assert!(text.get(word.span.range()).is_some());
                }
            }
            proptest::prop_assert_eq!(next as usize, article.words.len());
        }
    }
}
