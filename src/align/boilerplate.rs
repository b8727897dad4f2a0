//! Text that never counts: sign-up notices, bylines, terms of use.

use std::collections::HashSet;

use crate::Kernel;
use crate::shingle::{ngram_hash, ngrams};
use crate::text::{Article, Traits, Word};

/// Words of a boilerplate run. Shorter ones are common phrases.
const RUN: usize = 6;

/// Runs of words that never count as reuse, wherever they occur.
#[derive(Debug, Clone, Default)]
pub struct Boilerplate {
    runs: HashSet<u64>,
}

impl Boilerplate {
    /// Adds consecutive words of a text; of fewer than six, nothing.
    pub fn add(&mut self, words: &[Word]) {
        self.runs.extend(runs(words));
    }

    /// Has the given runs, as [`runs`] gives them.
    pub fn from_runs(runs: impl IntoIterator<Item = u64>) -> Self {
        Self { runs: runs.into_iter().collect() }
    }

    /// Adds all that another has.
    pub fn join(&mut self, other: Self) {
        self.runs.extend(other.runs);
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Sets a trait of the words of an article that are part of a known run.
    pub fn mark(&self, article: &mut Article, traits: Traits) {
        if self.is_empty() {
            return;
        }
        let known: Vec<usize> = article
            .words
            .windows(RUN)
            .enumerate()
            .filter_map(|(at, run)| self.runs.contains(&hash(run)).then_some(at))
            .collect();
        for word in known.into_iter().flat_map(|at| at..at + RUN) {
            article.words[word].traits.set(traits);
        }
    }
}

/// Every run of six words, hashed, in order; none of fewer words.
pub fn runs(words: &[Word]) -> impl Iterator<Item = u64> {
    words.windows(RUN).map(hash)
}

/// [`runs`] of words that are there as their forms alone; whatever `runs` had is gone.
pub fn runs_of_forms(forms: &[u64], kernel: Kernel, runs: &mut Vec<u64>) {
    runs.clear();
    if forms.len() >= RUN {
        ngrams(forms, RUN, kernel, runs);
    }
}

fn hash(run: &[Word]) -> u64 {
    let forms: [u64; RUN] = std::array::from_fn(|at| run[at].form);
    ngram_hash(&forms)
}

/// Whether a word is boilerplate.
pub fn is_boilerplate(word: &Word) -> bool {
    word.traits.has(Traits::BOILERPLATE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    #[test]
    fn known_runs_are_marked_and_nothing_else() {
        let mut analyzer = Analyzer::new(None);
        let mut boilerplate = Boilerplate::default();
        boilerplate.add(&analyzer.article("Sign up for our letter every morning.").words);
        let text = "Rain fell. SIGN UP for our “letter” every morning! Sign up for our choir.";
        let mut article = analyzer.article(text);
        boilerplate.mark(&mut article, Traits::BOILERPLATE);
        let marked: Vec<&str> = article
            .words
            .iter()
            .filter(|word| is_boilerplate(word))
            .map(|word| word.span.of(text))
            .collect();
        assert_eq!(marked, ["SIGN", "UP", "for", "our", "letter", "every", "morning"]);
    }

    #[test]
    fn a_phrase_is_no_boilerplate() {
        let mut analyzer = Analyzer::new(None);
        let mut boilerplate = Boilerplate::default();
        boilerplate.add(&analyzer.article("All rights reserved.").words);
        assert!(boilerplate.is_empty());
    }
}
