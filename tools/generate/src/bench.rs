//! News-like texts for benches: in several scripts, one behind the other from one seed.

use crate::draft;
use crate::random::Random;
use crate::vocabulary::Vocabulary;

pub use crate::script::Script;

/// So many where this run measures. Where tests only ask whether the bench works, unoptimised, a
/// part of them will do.
pub fn size(measured: usize) -> usize {
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    if is_measured { measured } else { measured / 20 }
}

/// Writes articles.
pub struct Generator {
    random: Random,
    vocabulary: Vocabulary,
}

impl Generator {
    /// In a script; another seed gives other articles.
    pub fn new(script: Script, seed: u64) -> Self {
        Self { random: Random::of(seed, 0), vocabulary: Vocabulary::in_script(seed, script) }
    }

    /// An article of about so many words.
    pub fn article_of(&mut self, words: usize) -> String {
        let mut text = String::with_capacity(words * 7);
        let draft = draft::write(&self.vocabulary, &mut self.random, words);
        draft::render(&draft, &self.vocabulary, &mut text);
        text
    }

    /// An article of log-normal length around 400 words, at least 50.
    pub fn article(&mut self) -> String {
        let normal = self.random.normal();
        self.article_of((400.0 * (0.5 * normal).exp()).max(50.0) as usize)
    }

    /// The article as a rewriter might leave it: two sentences of three, in their order, with one
    /// word in four another.
    pub fn rewrite(&mut self, article: &str) -> String {
        let mut text = String::with_capacity(article.len());
        for sentence in article.split_inclusive(". ") {
            if self.random.once_in(3) {
                continue;
            }
            for word in sentence.split_inclusive(' ') {
                match self.random.once_in(4) && !word.contains('.') {
                    true => {
                        let word = self.vocabulary.word(&mut self.random);
                        text.push_str(self.vocabulary.letters(word));
                        text.push(' ');
                    }
                    false => text.push_str(word),
                }
            }
        }
        text
    }
}

/// So many articles.
pub fn articles(script: Script, count: usize) -> Vec<String> {
    let mut generator = Generator::new(script, 7);
    (0..count).map(|_| generator.article()).collect()
}

/// Their bytes.
pub fn bytes(articles: &[String]) -> u64 {
    articles.iter().map(|article| article.len() as u64).sum()
}
