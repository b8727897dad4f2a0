//! Texts to articles, and to the outlines that the search for candidates needs.

use rust_stemmers::Stemmer;

use super::article::{Article, Sentence, Traits, Word, wordless};
use super::attributed::{Draft, attributed, joined};
use super::fold::fold;
use super::found::WordPlaces;
use super::hash::word_hash;
use super::hashes::WordHasher;
use super::language::{self, Language};
use super::lines::Lines;
use super::marks::find_marks;
use super::negation::is_negation;
use super::plain::{PLAIN, Plain};
use super::quotations::quotations_at;
use super::recent::Recent;
use super::sentences::sentences_at;
use super::shape::{Shape, letters};
use crate::span::Span;
use crate::{Error, Kernel};

/// Analyses texts. Caches what it learned about words, so use one for many texts; results do not
/// depend on earlier texts.
pub struct Analyzer {
    language: Option<Language>,
    stems: Vec<Stems>,
    recent: Recent,
    folded: String,
    hasher: WordHasher,
    forms: Vec<u64>,
    places: WordPlaces,
    marks: Vec<u32>,
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

/// Finds stems in one language.
struct Stems {
    language: Language,
    stemmer: Option<Stemmer>,
}

impl Analyzer {
    /// An analyzer for texts in `language`; `None` detects the language of each.
    pub fn new(language: Option<Language>) -> Self {
        Self::with_kernel(language, Kernel::detect()).expect("it was detected")
    }

    /// The same by a given kernel; an error where this processor cannot run it.
    pub fn with_kernel(language: Option<Language>, kernel: Kernel) -> Result<Self, Error> {
        Ok(Self {
            language,
            stems: Vec::new(),
            recent: Recent::default(),
            folded: String::new(),
            hasher: WordHasher::new(kernel)?,
            forms: Vec::new(),
            places: WordPlaces::default(),
            marks: Vec::new(),
        })
    }

    /// Puts the outline of a text into `outline`, whose former content does not matter.
    pub fn outline(&mut self, text: &str, outline: &mut Outline) {
        let Outline { forms, stems } = outline;
        stems.clear();
        self.hasher.find_words(text, forms, &mut self.places);
        let language = language_of(forms, self.language, &mut self.recent);
        let finder = stems_in(&mut self.stems, language);
        // Branch-free: every stem is written, and kept if the word is no stop word, which is
        // unpredictable.
        stems.resize(forms.len(), 0);
        let mut count = 0;
        for (number, &form) in forms.iter().enumerate() {
            let stem = || {
                self.places.fold(number, text, &mut self.folded);
                finder.of(form, &mut self.folded)
            };
            let (stops, stem) = self.recent.word(form, language, stem);
            stems[count] = stem;
            count += usize::from(stops & language.bit() == 0);
        }
        stems.truncate(count);
    }

    /// Puts the hashes of the folded forms of all words of a text into `forms`, in order; whatever
    /// it had is gone. Far less work than an outline.
    pub fn forms(&mut self, text: &str, forms: &mut Vec<u64>) {
        forms.clear();
        self.hasher.hash_words(text, forms);
    }

    /// Analyses one text.
    pub fn article(&mut self, text: &str) -> Article {
        self.hasher.find_words(text, &mut self.forms, &mut self.places);
        let language = language_of(&self.forms, self.language, &mut self.recent);
        find_marks(text, &mut self.marks);
        let lines = Lines::of(text);
        let mut quotations = quotations_at(text, &self.marks, lines);
        let sentences = sentences_at(text, &self.marks, lines, language);
        let sentences = with_words(&sentences, &self.places.spans);
        let mut words = self.words(text, language);
        quotations.extend(attributed(Draft { text, words: &words, sentences: &sentences, lines }));
        let quotations = joined(quotations);
        mark_quoted(&mut words, &quotations);
        for sentence in sentences.iter().filter(|sentence| !sentence.words.is_empty()) {
            // The first word is capitalised because of its position.
            words[sentence.words.start as usize].traits.clear(Traits::NAME);
        }
        let shapes = shapes(text, &words);
        let letters = match words.len() <= Article::SHORT {
            true => letters(words.iter().map(|word| word.span.of(text))),
            false => Vec::new(),
        };
        let wordless = if words.is_empty() { wordless(text) } else { None };
        let bytes = text.len();
        Article { language, bytes, words, sentences, quotations, shapes, letters, wordless }
    }

    /// The words that were found, regardless of sentences and quotations.
    fn words(&mut self, text: &str, language: Language) -> Vec<Word> {
        let Self { recent, stems, folded, forms, places, .. } = self;
        let finder = stems_in(stems, language);
        let word = |(number, (&form, &span)): (usize, (&u64, &Span))| {
            let stem = || {
                places.fold(number, text, folded);
                finder.of(form, folded)
            };
            let (stops, stem) = recent.word(form, language, stem);
            let is_stop = stops & language.bit() != 0;
            let initial = Initial::of(text, span, folded);
            let is_negation = is_negation(form, span.of(text), language);
            let mut traits = Traits::default();
            for (flag, is_set) in [
                (Traits::STOP, is_stop),
                (Traits::NUMBER, initial == Initial::Digit),
                (Traits::NAME, (initial == Initial::Capital) & !is_stop),
                (Traits::NEGATION, is_negation),
                (Traits::FIGURE, initial == Initial::Digit && is_figure(span.of(text))),
            ] {
                if is_set {
                    traits.set(flag);
                }
            }
            Word { span, form, stem, traits }
        };
        let mut words: Vec<Word> = forms.iter().zip(&places.spans).enumerate().map(word).collect();
        for odd in places.odd.iter().filter(|odd| odd.is_disguised) {
            words[odd.number].traits.set(Traits::DISGUISED);
        }
        words
    }
}

/// The language that was set, or the one of these words.
fn language_of(forms: &[u64], set: Option<Language>, recent: &mut Recent) -> Language {
    let mut stops = [0; language::SAMPLE];
    let sample = &forms[..forms.len().min(stops.len())];
    set.unwrap_or_else(|| language::detect_by(recent.stops(sample, &mut stops)))
}

/// Whether a word that begins with a digit has no letters.
fn is_figure(word: &str) -> bool {
    !word.contains(char::is_alphabetic)
}

/// What a word begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Initial {
    Capital,
    Digit,
    Other,
}

impl Initial {
    /// Of the word there. `folded` is scratch.
    fn of(text: &str, span: Span, folded: &mut String) -> Self {
        match text.as_bytes()[span.start as usize] {
            b'A'..=b'Z' => Self::Capital,
            b'0'..=b'9' => Self::Digit,
            0x80.. => Self::of_wide(span.of(text), folded),
            _ => Self::Other,
        }
    }

    /// Of a word that does not begin with ASCII.
    #[inline(never)]
    fn of_wide(word: &str, folded: &mut String) -> Self {
        if word.starts_with(char::is_uppercase) {
            return Self::Capital;
        }
        // Digits of other scripts may fold to these.
        let is_plain = matches!(PLAIN.look_up(word.as_bytes()).0, Plain::Letter(_));
        fold(if is_plain { "" } else { word }, folded);
        match folded.starts_with(|first: char| first.is_ascii_digit()) {
            true => Self::Digit,
            false => Self::Other,
        }
    }
}

/// Where stems in a language are found.
fn stems_in(all: &mut Vec<Stems>, language: Language) -> &Stems {
    let place = all.iter().position(|stems| stems.language == language);
    let place = place.unwrap_or_else(|| {
        all.push(Stems { language, stemmer: language.stemmer() });
        all.len() - 1
    });
    &all[place]
}

impl Stems {
    /// The stem of a word, given its folded form, which is scratch after.
    fn of(&self, form: u64, folded: &mut String) -> u32 {
        let hash = match &self.stemmer {
            Some(stemmer) => {
                self.language.respell(folded);
                word_hash(stemmer.stem(folded).as_bytes())
            }
            None => form,
        };
        (hash >> 32) as u32
    }
}

fn mark_quoted(words: &mut [Word], quotations: &[Span]) {
    for quotation in quotations {
        let place = |at: u32| words.partition_point(|word| word.span.start < at);
        let range = place(quotation.start)..place(quotation.end);
        for word in &mut words[range] {
            word.traits.set(Traits::QUOTED);
        }
    }
}

/// The shapes of the words whose spelling may matter.
fn shapes(text: &str, words: &[Word]) -> Vec<(u32, Shape)> {
    let is_short = words.len() <= Article::SHORT;
    let wanted = |word: &&Word| is_short || word.traits.has(Traits::NAME);
    let numbered = (0..).zip(words).filter(|(_, word)| wanted(word));
    numbered.map(|(at, word)| (at, Shape::of(word.span.of(text)))).collect()
}

/// Sentences, given their spans and those of the words; those of more than [`Article::LONGEST`]
/// words are divided.
fn with_words(sentences: &[Span], words: &[Span]) -> Vec<Sentence> {
    let mut first = 0;
    let mut found = Vec::with_capacity(sentences.len());
    for span in sentences {
        let count = words[first..].iter().take_while(|word| word.start < span.end).count();
        let mut rest = Sentence { span: *span, words: first as u32..(first + count) as u32 };
        first += count;
        while rest.words.len() > Article::LONGEST {
            let next = rest.words.start + Article::LONGEST as u32;
            // Pairs of characters overlap.
            let begin = words[next as usize].start;
            let end = words[next as usize - 1].end.min(begin);
            let span = Span { start: rest.span.start, end };
            found.push(Sentence { span, words: rest.words.start..next });
            rest.span.start = begin;
            rest.words.start = next;
        }
        found.push(rest);
    }
    found
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

    /// So a word is one or the other.
    #[test]
    fn no_capital_folds_to_a_digit() {
        let mut folded = String::new();
        for capital in ('\0'..=char::MAX).filter(|c| c.is_uppercase()) {
            fold(capital.encode_utf8(&mut [0; 4]), &mut folded);
            assert!(!folded.starts_with(|first: char| first.is_ascii_digit()), "{capital}");
        }
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

    #[test]
    fn a_sentence_without_an_end_is_cut() {
        let last = |sentences: usize| (Article::LONGEST * (sentences - 1) + 1, sentences);
        for (words, sentences) in [(Article::LONGEST, 1), last(2), last(4)] {
            let text = format!("{}.", vec!["word"; words].join(" "));
            let found = Analyzer::new(None).article(&text).sentences;
            assert_eq!(found.len(), sentences);
            assert_eq!(found[sentences - 1].span.end as usize, text.len());
            assert!(found.iter().all(|sentence| sentence.words.len() <= Article::LONGEST));
            assert!(found.windows(2).all(|two| two[0].span.end < two[1].span.start));
        }
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
