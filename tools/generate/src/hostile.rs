//! Shapes of corpora that bring careless engines down.

use crate::draft;
use crate::plant::Articles;
use crate::random::Random;

/// What a corpus is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Articles of which some are copies and rewrites of others.
    News,
    /// The same article again and again.
    Identical,
    /// 300 words that all have in common, and some 100 of each article's own.
    Boilerplate,
    /// Articles of 100 MB.
    Long,
    /// Articles of three words.
    Short,
}

impl Shape {
    /// All shapes.
    pub const ALL: [Self; 5] =
        [Self::News, Self::Identical, Self::Boilerplate, Self::Long, Self::Short];

    /// Its name, as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::News => "news",
            Self::Identical => "identical",
            Self::Boilerplate => "boilerplate",
            Self::Long => "long",
            Self::Short => "short",
        }
    }

    /// The shape of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }
}

/// Bytes of a long article.
const LONG: usize = 100_000_000;

/// Appends the text of an article of a shape to `text`.
pub fn write(shape: Shape, articles: &Articles, article: u64, text: &mut String) {
    let vocabulary = articles.vocabulary();
    let mut random = articles.random(article);
    match shape {
        Shape::News => articles.write(article, text),
        Shape::Identical => articles.write(0, text),
        Shape::Boilerplate => {
            let common = draft::write(vocabulary, &mut Random::of(0, 0), 300);
            draft::render(&common, vocabulary, text);
            text.push_str("\n\n");
            draft::render(&draft::write(vocabulary, &mut random, 100), vocabulary, text);
        }
        Shape::Long => {
            while text.len() < LONG {
                draft::render(&draft::write(vocabulary, &mut random, 400), vocabulary, text);
                text.push_str("\n\n");
            }
        }
        Shape::Short => {
            let words = [0; 3].map(|_| vocabulary.letters(vocabulary.word(&mut random)));
            text.push_str(&words.join(" "));
        }
    }
}
