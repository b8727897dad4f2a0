//! Synonyms, from a user-supplied table.

use std::collections::HashMap;

use crate::text::{Analyzer, Article, Language, Traits};

/// Groups of words that mean the same, by their stems.
///
/// They affect judging only; candidates are found by the words themselves. Static embeddings added
/// nothing to lexical features in trials on news, a table a little (docs/evaluation.md).
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    /// For each language, by stem, the stem that replaces it.
    stems: HashMap<Language, HashMap<u32, u32>>,
}

impl Synonyms {
    /// From groups of words, each in the form that a dictionary has. A word that an earlier group
    /// has stays there, and the rest of its group joins it. Entries of several words do nothing.
    ///
    /// Stems are those of `language`, or of every language if it is detected for each text.
    pub fn new(groups: &[Vec<String>], language: Option<Language>) -> Self {
        let mut synonyms = Self::default();
        if groups.is_empty() {
            return synonyms;
        }
        let all: Vec<Language> = match language {
            Some(language) => vec![language],
            None => Language::ALL.iter().copied().chain([Language::Unknown]).collect(),
        };
        for language in all {
            let mut analyzer = Analyzer::new(Some(language));
            let stems = synonyms.stems.entry(language).or_default();
            for group in groups {
                let members: Vec<u32> = group
                    .iter()
                    .filter_map(|word| match analyzer.article(word).words.as_slice() {
                        [word] => Some(word.stem),
                        _ => None,
                    })
                    .collect();
                let known = members.iter().find_map(|stem| stems.get(stem).copied());
                let Some(&first) = members.first() else { continue };
                for stem in members {
                    stems.entry(stem).or_insert(known.unwrap_or(first));
                }
            }
        }
        synonyms
    }

    /// Replaces the stems of an article's words. Stop words stay.
    pub fn replace(&self, article: &mut Article) {
        let Some(stems) = self.stems.get(&article.language) else { return };
        for word in article.words.iter_mut().filter(|word| !word.traits.has(Traits::STOP)) {
            if let Some(&stem) = stems.get(&word.stem) {
                word.stem = stem;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str, synonyms: &Synonyms) -> Vec<u32> {
        let mut article = Analyzer::new(Some(Language::English)).article(text);
        synonyms.replace(&mut article);
        article.words.iter().map(|word| word.stem).collect()
    }

    #[test]
    fn words_of_a_group_are_one_in_every_form() {
        let group = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let groups = vec![group(&["buy", "purchase"]), group(&["purchase", "acquire"])];
        for language in [None, Some(Language::English)] {
            let synonyms = Synonyms::new(&groups, language);
            let bought = stems("Calden buys ferries", &synonyms);
            assert_eq!(stems("Calden purchased ferries", &synonyms), bought);
            assert_eq!(stems("Calden acquires ferries", &synonyms), bought);
            assert_ne!(stems("Calden sells ferries", &synonyms), bought);
        }
    }

    #[test]
    fn no_table_changes_nothing() {
        let none = Synonyms::new(&[], None);
        let text = "Calden buys ferries";
        let plain = Analyzer::new(Some(Language::English)).article(text);
        assert_eq!(stems(text, &none), plain.words.iter().map(|w| w.stem).collect::<Vec<_>>());
    }
}
