//! What is planted: copies and rewrites of earlier articles.

use crate::draft::{self, Word};
use crate::random::Random;
use crate::vocabulary::Vocabulary;

/// How much of a copy is edited: the Jaccard index of word 3-grams that is aimed at.
pub const STRENGTHS: [f64; 4] = [0.95, 0.9, 0.8, 0.7];

/// Of a thousand articles so many are copies, and so many rewrites.
const COPIES: usize = 100;
const REWRITES: usize = 10;

/// Articles of a corpus by number: each can be written without the others.
pub struct Articles {
    vocabulary: Vocabulary,
    seed: u64,
}

/// What an article was made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Origin {
    /// Nothing.
    Original,
    /// That earlier article, an original, to be edited until that Jaccard index.
    Copy {
        /// Its number.
        source: u64,
        /// The Jaccard index aimed at.
        strength: f64,
    },
    /// That earlier article, an original.
    Rewrite {
        /// Its number.
        source: u64,
    },
}

impl Articles {
    /// The articles of a seed.
    pub fn new(seed: u64) -> Self {
        Self { vocabulary: Vocabulary::new(seed), seed }
    }

    /// The words that they are made of.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The random numbers of an article.
    pub fn random(&self, article: u64) -> Random {
        Random::of(self.seed, article)
    }

    /// What an article is made from.
    pub fn origin(&self, article: u64) -> Origin {
        // Not the numbers with which the article is written.
        let mut random = Random::of(!self.seed, article);
        let kind = random.below(1000);
        if article == 0 || kind >= COPIES + REWRITES {
            return Origin::Original;
        }
        let mut source = random.below(article as usize) as u64;
        while self.origin(source) != Origin::Original {
            source -= 1;
        }
        match kind < COPIES {
            true => Origin::Copy { source, strength: STRENGTHS[random.below(STRENGTHS.len())] },
            false => Origin::Rewrite { source },
        }
    }

    /// Appends the text of an article.
    pub fn write(&self, article: u64, text: &mut String) {
        let mut random = self.random(article);
        let draft = match self.origin(article) {
            Origin::Original => self.original(article),
            Origin::Copy { source, strength } => {
                self.copy(&self.original(source), strength, &mut random)
            }
            Origin::Rewrite { source } => self.rewrite(&self.original(source), &mut random),
        };
        draft::render(&draft, &self.vocabulary, text);
    }

    /// Log-normal lengths with a median of 400 words.
    fn original(&self, article: u64) -> Vec<Word> {
        let mut random = self.random(article);
        let words = (400.0 * (0.5 * random.normal()).exp()) as usize;
        draft::write(&self.vocabulary, &mut random, words.clamp(30, 5000))
    }

    /// Words are replaced, left out and put in, evenly over the article.
    fn copy(&self, source: &[Word], strength: f64, random: &mut Random) -> Vec<Word> {
        // Of J = s / (2 - s) the shingles s that stay, and of s = (1 - e)^3 the words e that do
        // not.
        let edited = 1.0 - (2.0 * strength / (1.0 + strength)).cbrt();
        let mut copy = Vec::with_capacity(source.len() + 16);
        for &word in source {
            if random.unit() >= edited {
                copy.push(word);
                continue;
            }
            match random.below(4) {
                0 if word.is_inner() => {}
                1 => copy.extend([Word::plain(self.vocabulary.word(random)), word]),
                _ => copy.push(word.replaced(self.vocabulary.word(random))),
            }
        }
        copy
    }

    /// One sentence in five is dropped, others change places with a neighbour, and half of the
    /// content words become synonyms; here and there a function word changes.
    fn rewrite(&self, source: &[Word], random: &mut Random) -> Vec<Word> {
        let mut sentences: Vec<&[Word]> =
            source.split_inclusive(|word| word.ends_sentence()).collect();
        for at in 1..sentences.len() {
            if random.once_in(3) {
                sentences.swap(at - 1, at);
            }
        }
        let mut rewrite = Vec::with_capacity(source.len());
        for (at, sentence) in sentences.into_iter().enumerate() {
            if at > 0 && random.once_in(5) {
                continue;
            }
            for &word in sentence {
                rewrite.push(match word.of_vocabulary() {
                    Some(number) if self.vocabulary.is_function_word(number) => {
                        let function_word = random.below(40) as u32;
                        if random.once_in(6) { word.replaced(function_word) } else { word }
                    }
                    Some(number) if random.once_in(2) => {
                        word.replaced(self.vocabulary.synonym(number, random))
                    }
                    _ => word,
                });
            }
        }
        rewrite
    }
}

#[cfg(test)]
mod tests {
    use retold::Kernel;
    use retold::shingle::{ShingleSet, Shingler};

    use super::*;

    #[test]
    fn an_article_is_the_same_whenever_it_is_written() {
        let articles = Articles::new(3);
        let [mut one, mut two] = [String::new(), String::new()];
        Articles::new(3).write(70, &mut one);
        (60..70).for_each(|before| articles.write(before, &mut String::new()));
        articles.write(70, &mut two);
        assert_eq!(one, two);
        let mut other = String::new();
        Articles::new(4).write(70, &mut other);
        assert_ne!(one, other);
    }

    #[test]
    fn what_is_planted_is_as_much_alike_as_it_should_be() {
        let articles = Articles::new(1);
        let mut shingler = Shingler::new(3, Kernel::detect()).expect("three words are allowed");
        let mut set = |article| {
            let mut text = String::new();
            articles.write(article, &mut text);
            ShingleSet::of(&text, &mut shingler)
        };
        let (mut sums, mut counts) = ([0.0; 5], [0.0; 5]);
        for article in 0..4000 {
            let (source, kind) = match articles.origin(article) {
                Origin::Original => continue,
                Origin::Copy { source, strength } => {
                    let kind = STRENGTHS.iter().position(|of| *of == strength);
                    (source, kind.expect("one of them"))
                }
                Origin::Rewrite { source } => (source, 4),
            };
            sums[kind] += set(source).jaccard(&set(article));
            counts[kind] += 1.0;
        }
        for (kind, expected) in STRENGTHS.into_iter().enumerate() {
            let mean = sums[kind] / counts[kind];
            // Words that are put in cost two shingles, and not three.
            assert!((mean - expected).abs() < 0.04, "{mean} for {expected}");
        }
        let rewrites = sums[4] / counts[4];
        assert!((0.02..0.3).contains(&rewrites), "{rewrites}");
        let planted: f64 = counts.iter().sum();
        assert!((380.0..500.0).contains(&planted), "{planted}");
    }
}
