//! An article before it is text: words with what stands around them.

use crate::random::Random;
use crate::script::{Hyphens, Marks};
use crate::vocabulary::Vocabulary;

/// A word or figure, with its surroundings, in one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word(u32);

const NUMBER: u32 = (1 << 20) - 1;

impl Word {
    /// It is digits: its number itself.
    const FIGURE: u32 = 1 << 20;
    const CAPITAL: u32 = 1 << 21;
    const COMMA: u32 = 1 << 22;
    /// It ends a sentence.
    const STOP: u32 = 1 << 23;
    /// A blank line follows.
    const PARAGRAPH: u32 = 1 << 24;
    const QUOTE: u32 = 1 << 25;
    const UNQUOTE: u32 = 1 << 26;
    const DASH: u32 = 1 << 27;

    /// A word of the vocabulary by itself.
    pub fn plain(word: u32) -> Self {
        Self(word)
    }

    fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }

    /// Whether it is the last of its sentence.
    pub fn ends_sentence(self) -> bool {
        self.has(Self::STOP)
    }

    /// Whether it may be left out without a sentence losing its end.
    pub fn is_inner(self) -> bool {
        !self.has(Self::STOP | Self::QUOTE | Self::UNQUOTE)
    }

    /// Its number in the vocabulary; nothing for a figure.
    pub fn of_vocabulary(self) -> Option<u32> {
        (!self.has(Self::FIGURE)).then_some(self.0 & NUMBER)
    }

    /// What is between it and the next.
    fn gap(self, marks: &Marks) -> &'static str {
        let is_bare = self.0 & !(NUMBER | Self::CAPITAL) == 0;
        match marks.hyphens {
            _ if self.has(Self::PARAGRAPH) => "\n\n",
            Hyphens::Some if is_bare && (self.0 & NUMBER) % HYPHEN == HYPHEN - 1 => "-",
            _ => " ",
        }
    }

    /// Another word in the same surroundings.
    pub fn replaced(self, word: u32) -> Self {
        Self(self.0 & !(NUMBER | Self::FIGURE) | word)
    }
}

/// One word in so many, of those that are in a script which has them, ends in a possessive, or is
/// joined to the next by a hyphen.
const POSSESSIVE: u32 = 53;
const HYPHEN: u32 = 47;

/// Writes an article of about so many words: sentences, paragraphs, quotations, names, figures.
pub fn write(vocabulary: &Vocabulary, random: &mut Random, words: usize) -> Vec<Word> {
    let mut draft: Vec<Word> = Vec::with_capacity(words + 32);
    let mut last = vocabulary.word(random);
    while draft.len() < words {
        let length = 8 + random.below(24);
        let is_quoted = random.once_in(6);
        let start = draft.len();
        for at in 0..length {
            let mut word = match random.below(256) {
                0 => Word::FIGURE | random.below(1000) as u32,
                // What an article is about comes again and again.
                1..40 if start > 0 => draft[random.below(start)].0 & (NUMBER | Word::FIGURE),
                _ => vocabulary.after(last, random),
            };
            if word & Word::FIGURE == 0 {
                last = word;
                // A tenth of the rarer words are names.
                if at == 0 || word > 1000 && word % 10 == 0 {
                    word |= Word::CAPITAL;
                }
            }
            let after = random.below(64);
            word |= match after {
                0..4 if at + 1 < length => Word::COMMA,
                4 if at + 1 < length => Word::DASH,
                _ => 0,
            };
            draft.push(Word(word));
        }
        let end = draft.len() - 1;
        draft[end].0 |= Word::STOP;
        if is_quoted {
            draft[start].0 |= Word::QUOTE;
            draft[end].0 |= Word::UNQUOTE;
        }
        if random.once_in(3) {
            draft[end].0 |= Word::PARAGRAPH;
        }
    }
    draft
}

/// Appends the text of a draft to `text`.
pub fn render(draft: &[Word], vocabulary: &Vocabulary, text: &mut String) {
    let script = vocabulary.script();
    let marks = script.marks();
    for (at, word) in draft.iter().enumerate() {
        if word.has(Word::QUOTE) {
            text.push_str(marks.quote);
        }
        match word.of_vocabulary() {
            None => text.push_str(&(word.0 & NUMBER).to_string()),
            Some(number) => {
                let letters = vocabulary.letters(number);
                match letters.chars().next() {
                    Some(first) if word.has(Word::CAPITAL) && script.capitalises(first) => {
                        text.extend(first.to_uppercase());
                        text.push_str(&letters[first.len_utf8()..]);
                    }
                    _ => text.push_str(letters),
                }
                if number % POSSESSIVE == POSSESSIVE - 1 {
                    text.push_str(marks.possessive);
                }
            }
        }
        for (flag, mark) in [
            (Word::COMMA, ","),
            (Word::DASH, marks.dash),
            (Word::STOP, "."),
            (Word::UNQUOTE, marks.unquote),
        ] {
            if word.has(flag) {
                text.push_str(mark);
            }
        }
        if at + 1 < draft.len() {
            text.push_str(word.gap(&marks));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_has_about_the_words_that_were_asked_for() {
        let vocabulary = Vocabulary::new(1);
        let draft = write(&vocabulary, &mut Random::of(1, 5), 300);
        let mut text = String::new();
        render(&draft, &vocabulary, &mut text);
        let words = text.split_whitespace().filter(|word| *word != "–").count();
        assert_eq!(words, draft.len());
        assert!((300..340).contains(&words), "{words}");
        assert!(text.ends_with('.') || text.ends_with(".\""), "{text}");
        assert!(text.contains(", ") && text.contains(".\n\n"), "{text}");
    }
}
