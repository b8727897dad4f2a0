//! An article prepared for alignment: its terms and their positions.

use std::ops::Range;

use super::bigrams::Bigrams;
use super::boilerplate::is_boilerplate;
use super::contents::{Contents, is_quoted};
use crate::Kernel;
use crate::radix;
use crate::setters::setters;
use crate::shingle::{Overlap, ShingleSet, ngrams};
use crate::span::Span;
use crate::text::{Article, Sentence, Shape, Traits, Word};

/// Marks words without a term: stop words have none.
pub const NO_TERM: u32 = u32::MAX;

/// How articles are prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProfileOptions {
    /// Words in a shingle, from 1 to 32. Default 3.
    pub shingle_words: usize,
    /// Whether quotations count like other text. Default: no.
    pub keep_quotations: bool,
    /// The instruction set to use.
    pub kernel: Kernel,
}

impl Default for ProfileOptions {
    fn default() -> Self {
        Self { shingle_words: 3, keep_quotations: false, kernel: Kernel::detect() }
    }
}

impl ProfileOptions {
    setters! {
        shingle_words: usize,
        keep_quotations: bool,
        kernel: Kernel,
    }
}

/// What the words of a term are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u8);

impl Roles {
    /// Some of its words are part of a name.
    pub const NAME: Self = Self(1);
    /// Some of its words are numbers.
    pub const NUMBER: Self = Self(2);
    /// Some of its words are neither.
    pub const PLAIN: Self = Self(4);

    /// Whether it has that role.
    pub fn has(self, role: Self) -> bool {
        self.0 & role.0 != 0
    }

    fn add(&mut self, word: Traits) {
        // Branch-free: which words are names is unpredictable.
        let (name, number) = (word.has(Traits::NAME) as u8, word.has(Traits::NUMBER) as u8);
        self.0 |= name | number << 1 | u8::from(name | number == 0) << 2;
    }
}

/// An article prepared for alignment. Made once and used for every pair that it is part of.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The article taken apart.
    pub article: Article,
    /// Distinct stems of its words other than stop words, ascending. A word's *term* is the place
    /// of its stem here.
    pub stems: Vec<u32>,
    /// Term of each word; `u32::MAX` for stop words.
    pub terms: Vec<u32>,
    /// For each term its position if it occurs exactly once and outside quotations; else
    /// `u32::MAX`.
    pub once: Vec<u32>,
    /// For each term the roles of its words: name, number, or neither.
    pub roles: Vec<Roles>,
    /// The terms that are names, ascending, each with the shape of its first occurrence.
    pub names: Vec<(u32, Shape)>,
    /// For each sentence its words, and those of them in quotations; boilerplate does not count.
    pub words_and_quoted: Vec<(f32, f32)>,
    /// A bit for each word: set inside quotations.
    quoted: Vec<u64>,
    /// Its content as sets to compare.
    pub contents: Contents,
    /// Its word n-grams, as a set.
    pub shingles: ShingleSet,
    /// The instruction set to use.
    pub kernel: Kernel,
    /// Hashes of its distinct bigrams (pairs of neighbouring stems), ascending.
    pub bigrams: Vec<u32>,
    /// For each of `bigrams` the first word that begins it.
    pub begins: Vec<u32>,
    /// For each word the first one that begins the same bigram; the last word begins none, and its
    /// entry means nothing.
    pub begun: Vec<u32>,
    /// For each sentence where its terms begin in `held`; one entry more than sentences.
    held_from: Vec<u32>,
    /// For each sentence its distinct terms, ascending.
    held: Vec<u32>,
    /// For each term where its sentences begin in `postings`; one entry more than terms.
    starts: Vec<u32>,
    /// For each term the sentences that hold it, ascending.
    postings: Vec<u32>,
}

impl Profile {
    /// Prepares an article.
    ///
    /// Words of boilerplate have no terms and no shingles. Quotations are treated as other text
    /// where the options say so, or where less than a fifth of the article is outside them: there
    /// they are its content.
    pub fn new(mut article: Article, options: ProfileOptions) -> Self {
        let outside = article.words.iter().filter(|word| !is_quoted(word)).count();
        if options.keep_quotations || outside * 5 < article.words.len() {
            article.words.iter_mut().for_each(|word| word.traits.clear(Traits::QUOTED));
        }
        let mut scratch = Vec::new();
        let counted = article.words.iter().filter(|word| !is_boilerplate(word));
        let mut forms: Vec<u64> = Vec::with_capacity(article.words.len());
        forms.extend(counted.map(|word| word.form));
        let mut shingles = Vec::new();
        ngrams(&forms, options.shingle_words, options.kernel, &mut shingles);
        let shingles = ShingleSet::from_hashes_with(shingles, &mut scratch);
        let Bigrams { hashes: bigrams, begins, begun } = Bigrams::of(&article.words, &mut scratch);
        let mut profile = Self {
            terms: vec![NO_TERM; article.words.len()],
            once: Vec::new(),
            roles: Vec::new(),
            names: Vec::new(),
            words_and_quoted: words_and_quoted(&article),
            quoted: article.words.chunks(64).map(quoted_bits).collect(),
            contents: Contents::of(&article, &mut scratch),
            shingles,
            kernel: options.kernel,
            bigrams,
            begins,
            begun,
            held_from: vec![0; article.sentences.len() + 1],
            held: Vec::new(),
            article,
            stems: Vec::new(),
            starts: Vec::new(),
            postings: Vec::new(),
        };
        profile.find_terms(&mut scratch);
        profile.hold_terms();
        profile
    }

    /// Numbers the stems of the words that count, and finds where each occurs.
    fn find_terms(&mut self, scratch: &mut Vec<u64>) {
        let words = &self.article.words;
        // Stems above places, packed to be sorted as plain numbers.
        let mut places = vec![0; words.len()];
        let mut count = 0;
        for (at, word) in words.iter().enumerate() {
            places[count] = u64::from(word.stem) << 32 | at as u64;
            // Branch-free: which words are stop words is unpredictable.
            count += usize::from(!word.traits.has(Traits::STOP) & !is_boilerplate(word));
        }
        places.truncate(count);
        radix::sort_mixed(&mut places, scratch);
        let mut sentence_of = vec![0; words.len()];
        for (at, sentence) in self.article.sentences.iter().enumerate() {
            sentence_of[sentence.range()].fill(at as u32);
        }
        self.stems = vec![0; places.len()];
        self.once = vec![0; places.len()];
        self.roles = vec![Roles::default(); places.len() + 1];
        self.starts = vec![0; places.len() + 1];
        self.postings = vec![0; places.len()];
        // Branch-free: whether a word is the first of its term is unpredictable.
        let (mut terms, mut postings, mut last) = (0, 0, (0, 0));
        for place in places {
            let (stem, word) = ((place >> 32) as u32, place as u32);
            let sentence = sentence_of[word as usize];
            let is_first = terms == 0 || stem != last.0;
            terms += usize::from(is_first);
            let term = terms - 1;
            let outside = is_first && !is_quoted(&words[word as usize]);
            self.stems[term] = stem;
            self.once[term] = if outside { word } else { NO_TERM };
            self.terms[word as usize] = term as u32;
            self.roles[term].add(words[word as usize].traits);
            self.postings[postings] = sentence;
            postings += usize::from(is_first || sentence != last.1);
            self.starts[terms] = postings as u32;
            last = (stem, sentence);
        }
        self.stems.truncate(terms);
        self.once.truncate(terms);
        self.roles.truncate(terms);
        self.find_names();
        self.starts.truncate(terms + 1);
        self.postings.truncate(postings);
    }

    /// Finds how the terms that are names are spelt.
    fn find_names(&mut self) {
        let words = &self.article.words;
        let named = self.article.shapes.iter().filter(|(word, _)| {
            words[*word as usize].traits.has(Traits::NAME) && self.terms[*word as usize] != NO_TERM
        });
        self.names = named.map(|(word, shape)| (self.terms[*word as usize], *shape)).collect();
        self.names.sort_by_key(|(term, _)| *term);
        self.names.dedup_by_key(|(term, _)| *term);
    }

    /// Inverts the postings: from the sentences of each term to the terms of each sentence.
    fn hold_terms(&mut self) {
        for sentence in &self.postings {
            self.held_from[*sentence as usize + 1] += 1;
        }
        for at in 1..self.held_from.len() {
            self.held_from[at] += self.held_from[at - 1];
        }
        let mut next = self.held_from.clone();
        self.held = vec![0; self.postings.len()];
        for term in 0..self.stems.len() {
            for &sentence in
                &self.postings[self.starts[term] as usize..self.starts[term + 1] as usize]
            {
                let next = &mut next[sentence as usize];
                self.held[*next as usize] = term as u32;
                *next += 1;
            }
        }
    }

    /// How much of either article's shingles the other has.
    pub fn overlap(&self, other: &Self) -> Overlap {
        self.shingles.overlap(&other.shingles, self.kernel)
    }

    /// Sentences that hold `term`, ascending.
    pub fn postings(&self, term: usize) -> &[u32] {
        &self.postings[self.starts[term] as usize..self.starts[term + 1] as usize]
    }

    /// Distinct terms of a sentence, ascending.
    pub fn held(&self, sentence: usize) -> &[u32] {
        &self.held[self.held_from[sentence] as usize..self.held_from[sentence + 1] as usize]
    }

    /// Number of sentences.
    pub fn sentences(&self) -> usize {
        self.article.sentences.len()
    }

    /// How many of the words of `range` are outside quotations.
    pub fn unquoted(&self, range: Range<usize>) -> usize {
        let quoted = (range.start / 64..range.end.div_ceil(64)).map(|at| {
            let from = range.start.saturating_sub(at * 64) as u32;
            let to = (range.end - at * 64).min(64) as u32;
            (self.quoted[at] >> from << from << (64 - to)).count_ones() as usize
        });
        range.len() - quoted.sum::<usize>()
    }

    /// Words of the sentences `range`, which must not be empty.
    pub fn words_of(&self, range: Range<u32>) -> Range<usize> {
        let sentences = &self.article.sentences[range.start as usize..range.end as usize];
        sentences[0].words.start as usize..sentences[sentences.len() - 1].words.end as usize
    }

    /// The span of the words of `range`; a whole sentence keeps its punctuation.
    ///
    /// `range` must not be empty.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        let words = &self.article.words;
        let mut span = words[range.start].span.hull(words[range.end - 1].span);
        let sentence = |word: usize| {
            let after = |sentence: &crate::text::Sentence| sentence.words.end as usize <= word;
            &self.article.sentences[self.article.sentences.partition_point(after)]
        };
        let (first, last) = (sentence(range.start), sentence(range.end - 1));
        if first.words.start as usize == range.start {
            span.start = span.start.min(first.span.start);
        }
        if last.words.end as usize == range.end {
            span.end = span.end.max(last.span.end);
        }
        span
    }
}

/// A bit for each of up to 64 words: set inside quotations.
fn quoted_bits(words: &[Word]) -> u64 {
    words.iter().rev().fold(0, |bits, word| bits << 1 | u64::from(is_quoted(word)))
}

fn words_and_quoted(article: &Article) -> Vec<(f32, f32)> {
    let count = |sentence: &Sentence| {
        let (mut own, mut quoted) = (0u32, 0u32);
        for word in &article.words[sentence.range()] {
            own += u32::from(!is_boilerplate(word));
            quoted += u32::from(!is_boilerplate(word) & is_quoted(word));
        }
        (own as f32, quoted as f32)
    };
    article.sentences.iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    #[test]
    fn postings_are_those_of_a_naive_search() {
        let text = "The harbour closed. The harbour is a closed harbour. Ferries wait.";
        let profile = Profile::new(Analyzer::new(None).article(text), ProfileOptions::default());
        for term in 0..profile.stems.len() {
            let holds = |at: &usize| {
                profile.terms[profile.article.sentences[*at].range()].contains(&(term as u32))
            };
            let naive: Vec<u32> =
                (0..profile.sentences()).filter(holds).map(|at| at as u32).collect();
            assert_eq!(profile.postings(term), naive);
        }
        for sentence in 0..profile.sentences() {
            let holds = |term: &u32| profile.postings(*term as usize).contains(&(sentence as u32));
            let naive: Vec<u32> = (0..profile.stems.len() as u32).filter(holds).collect();
            assert_eq!(profile.held(sentence), naive);
        }
        assert_eq!(profile.stems.len(), 4);
        assert!(profile.stems.is_sorted());
    }

    #[test]
    fn words_that_begin_the_same_bigram_have_the_same_place() {
        let text = "The harbour closed. The harbour is a closed harbour, the harbour closed.";
        let profile = Profile::new(Analyzer::new(None).article(text), ProfileOptions::default());
        let words = &profile.article.words;
        let stems = |at: usize| (words[at].stem, words[at + 1].stem);
        for x in 0..words.len() - 1 {
            for y in 0..words.len() - 1 {
                assert_eq!(profile.begun[x] == profile.begun[y], stems(x) == stems(y));
            }
        }
        assert!(profile.bigrams.is_sorted() && profile.bigrams.len() == 8);
    }

    #[test]
    fn words_outside_quotations_are_those_of_a_naive_count() {
        let text = "He said “yes, and yes again” to all of them. ".repeat(9);
        let profile = Profile::new(Analyzer::new(None).article(&text), ProfileOptions::default());
        let words = &profile.article.words;
        for start in 0..words.len() {
            for end in start..=words.len() {
                let naive = words[start..end].iter().filter(|word| !is_quoted(word)).count();
                assert_eq!(profile.unquoted(start..end), naive);
            }
        }
        assert!(words.len() > 80 && profile.unquoted(0..words.len()) < words.len());
    }

    #[test]
    fn whole_sentences_keep_their_punctuation() {
        let text = "“Yes.” He went home (at last). End";
        let profile = Profile::new(Analyzer::new(None).article(text), ProfileOptions::default());
        assert_eq!(profile.span_of(0..1).of(text), "“Yes.”");
        assert_eq!(profile.span_of(1..6).of(text), "He went home (at last).");
        assert_eq!(profile.span_of(2..5).of(text), "went home (at");
    }
}
