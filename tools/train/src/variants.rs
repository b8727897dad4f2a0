//! Other texts from the texts that there are: shorter, without lines, with other facts.

use std::collections::HashMap;

use crate::draw::Draw;

/// The first `words` words of a text, with its layout.
pub fn cut(text: &str, words: usize) -> String {
    let mut count = 0;
    let mut in_word = false;
    for (at, letter) in text.char_indices() {
        if letter.is_whitespace() {
            if in_word && count == words {
                return text[..at].to_owned();
            }
            in_word = false;
        } else if !in_word {
            in_word = true;
            count += 1;
        }
    }
    text.to_owned()
}

/// A text in one line.
pub fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A few sentences of a text: the first word that begins one, and so many words.
pub fn piece(text: &str, draw: &mut Draw, words: usize) -> String {
    let starts: Vec<usize> =
        text.match_indices(". ").map(|(at, mark)| at + mark.len()).chain([0]).collect();
    cut(&text[draw.one(&starts)..], words)
}

/// Whether a word, given what stands before it, is a name or a number.
fn is_fact(before: Option<char>, word: &str) -> bool {
    let inside = before.is_some_and(|last| last.is_lowercase() || last == ',' || last == ';');
    let first = word.chars().next().unwrap_or(' ');
    first.is_ascii_digit() || inside && first.is_uppercase() && word.chars().count() > 2
}

/// Facts of a text, each once.
pub fn facts(text: &str) -> Vec<&str> {
    let mut facts = Vec::new();
    each_word(text, |before, word| {
        if is_fact(before, word) && !facts.contains(&word) {
            facts.push(word);
        }
    });
    facts
}

/// The text with other facts in it: a template filled anew. Each name becomes one of `names`, each
/// number another of as many digits, the same wherever it stands; `share` of them.
pub fn refill(text: &str, names: &[&str], share: f64, draw: &mut Draw) -> String {
    let mut replaced: HashMap<String, String> = HashMap::new();
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    each_word(text, |before, word| {
        if !is_fact(before, word) {
            return;
        }
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        out.push_str(&text[end..start]);
        end = start + word.len();
        let other = replaced.entry(word.to_owned()).or_insert_with(|| match () {
            () if !draw.happens(share) => word.to_owned(),
            () if word.starts_with(|first: char| first.is_ascii_digit()) => {
                word.chars().map(|c| if c.is_ascii_digit() { digit(draw) } else { c }).collect()
            }
            () => draw.one(names).to_owned(),
        });
        out.push_str(other);
    });
    out.push_str(&text[end..]);
    out
}

fn digit(draw: &mut Draw) -> char {
    char::from(b'1' + draw.below(9) as u8)
}

/// Hands out every run of letters and digits, with marks inside numbers, and the last character
/// before it that is no space.
fn each_word<'t>(text: &'t str, mut each: impl FnMut(Option<char>, &'t str)) {
    let (mut start, mut last) = (None, None);
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        let next = text[at..].chars().nth(1);
        let joins = matches!(letter, '.' | ',' | ':' | '-')
            && next.is_some_and(char::is_alphanumeric)
            && start.is_some();
        if letter.is_alphanumeric() || joins {
            start = start.or(Some(at));
            continue;
        }
        if let Some(from) = start.take() {
            each(last, &text[from..at]);
            last = text[from..at].chars().last();
        }
        last = if letter.is_whitespace() { last } else { Some(letter) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_after_words() {
        assert_eq!(cut("One  two\nthree four", 3), "One  two\nthree");
        assert_eq!(cut("One two", 9), "One two");
        assert_eq!(flat(" One\n\ntwo "), "One two");
    }

    #[test]
    fn facts_are_replaced_wherever_they_stand() {
        let text = "A quake of 5.1 hit Arica at 3. It was felt in Arica.";
        assert_eq!(facts(text), ["5.1", "Arica", "3"]);
        let other = refill(text, &["Oslo"], 1.0, &mut Draw::new(1));
        assert_eq!(other.matches("Oslo").count(), 2);
        assert!(!other.contains("Arica") && other.starts_with("A quake of "));
        assert_eq!(refill(text, &["Oslo"], 0.0, &mut Draw::new(1)), text);
    }
}
