//! Articles by their length: short and long ones are measured apart.

use std::fmt;
use std::ops::RangeInclusive;

use retold::text::for_each_word;

/// Articles of so many words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lengths(RangeInclusive<usize>);

impl Lengths {
    /// The classes between boundaries, each of which is the most words of a class; none without
    /// boundaries.
    pub fn classes(boundaries: &[usize]) -> Vec<Self> {
        let mut boundaries = boundaries.to_vec();
        boundaries.sort_unstable();
        boundaries.dedup();
        let Some(last) = boundaries.last().copied() else { return Vec::new() };
        let mut least = 0;
        let mut classes = Vec::new();
        for most in boundaries {
            classes.push(Self(least..=most));
            least = most + 1;
        }
        classes.push(Self(last + 1..=usize::MAX));
        classes
    }

    /// The numbers of the texts of this length, ascending.
    pub fn of(&self, texts: &[String]) -> Vec<u32> {
        let is_one = |text: &String| self.0.contains(&count_words(text));
        (0..).zip(texts).filter(|(_, text)| is_one(text)).map(|(number, _)| number).collect()
    }
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (*self.0.start(), *self.0.end()) {
            (0, most) => write!(f, "up to {most} words"),
            (least, usize::MAX) => write!(f, "{least} words and more"),
            (least, most) => write!(f, "{least} to {most} words"),
        }
    }
}

fn count_words(text: &str) -> usize {
    let mut words = 0;
    for_each_word(text, |_, _| words += 1);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_of_one_class() {
        let texts = ["", "one", "one two", "one two three", "a b c d e"].map(str::to_owned);
        let classes = Lengths::classes(&[3, 1]);
        let of: Vec<Vec<u32>> = classes.iter().map(|class| class.of(&texts)).collect();
        assert_eq!(of, [vec![0, 1], vec![2, 3], vec![4]]);
        let names: Vec<String> = classes.iter().map(Lengths::to_string).collect();
        assert_eq!(names, ["up to 1 words", "2 to 3 words", "4 words and more"]);
    }

    #[test]
    fn without_boundaries_there_are_no_classes() {
        assert_eq!(Lengths::classes(&[]), []);
    }
}
