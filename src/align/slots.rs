//! Frames that are filled with other facts: the same words around other numbers or names.
//!
//! That facts conflict says little by itself: a retelling may get numbers wrong, and a scanned page
//! garbles names. In a frame they conflict *in one place*: the words before or behind are the same.

use std::collections::{BTreeMap, BTreeSet};

use super::boilerplate::is_boilerplate;
use super::profile::Profile;
use crate::text::{Article, Traits, Word};

/// Words before a number, or behind it, that make a slot: a number has up to two.
const BESIDE: usize = 2;
/// Slots that must hold other numbers: those on both sides of one, or on one side of two.
const LEAST_OTHERS: usize = 2;
/// Words of a sentence or two: a single fact is then what the text says.
const SENTENCES: usize = 45;

/// Whether numbers differ in the slots that two texts share: in two of them, and in at least half
/// as many as agree. They differ where each side has one there that the other has nowhere.
pub fn have_other_numbers(a: &Profile, b: &Profile) -> bool {
    let [of_a, of_b] = [a, b].map(|profile| Slots::of(&profile.article));
    let (mut agreeing, mut others) = (0, 0);
    for (place, ours) in &of_a.numbers {
        let Some(theirs) = of_b.numbers.get(place) else { continue };
        if ours.iter().any(|number| theirs.contains(number)) {
            agreeing += 1;
        } else if of_b.lacks(ours) && of_a.lacks(theirs) {
            others += 1;
        }
    }
    others >= LEAST_OTHERS && 2 * others >= agreeing
}

/// The words on one side of a number: which side it is, and their stems.
type Place = (bool, [u32; BESIDE]);

/// The numbers of an article, by the words before them, and by those behind them.
///
/// Figures only, without letters: others, such as `9th`, are often one number misread.
#[derive(Default)]
struct Slots {
    numbers: BTreeMap<Place, Vec<u64>>,
    all: BTreeSet<u64>,
}

impl Slots {
    fn of(article: &Article) -> Self {
        let words = &article.words;
        let stems = |at: usize| std::array::from_fn(|offset| words[at + offset].stem);
        let mut slots = Self::default();
        for (at, word) in words.iter().enumerate().filter(|(_, word)| is_figure(word)) {
            slots.all.insert(word.form);
            if at >= BESIDE {
                slots.numbers.entry((false, stems(at - BESIDE))).or_default().push(word.form);
            }
            if at + BESIDE < words.len() {
                slots.numbers.entry((true, stems(at + 1))).or_default().push(word.form);
            }
        }
        slots
    }

    /// Whether some of these numbers stand nowhere in the article.
    fn lacks(&self, numbers: &[u64]) -> bool {
        numbers.iter().any(|number| !self.all.contains(number))
    }
}

fn is_figure(word: &Word) -> bool {
    word.traits.has(Traits::FIGURE) && !is_boilerplate(word)
}

/// Whether two texts of a sentence or two are the same, word by word, but for names or numbers, each
/// in the place of another. In a longer text that is an edit: another date, a counter.
pub fn is_filled_anew(a: &Profile, b: &Profile) -> bool {
    let (a, b) = (&a.article.words, &b.article.words);
    if a.len() != b.len() || a.len() > SENTENCES {
        return false;
    }
    let differ = |(x, y): &(&Word, &Word)| x.form != y.form && x.stem != y.stem;
    let are_facts = |(x, y): (&Word, &Word)| {
        let are = |kind| x.traits.has(kind) && y.traits.has(kind);
        are(Traits::NAME) || are(Traits::NUMBER)
    };
    let mut others = a.iter().zip(b).filter(differ).peekable();
    others.peek().is_some() && others.all(are_facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    fn profiles(a: &str, b: &str) -> [Profile; 2] {
        [a, b].map(|text| Profile::new(Analyzer::new(None).article(text), Default::default()))
    }

    #[test]
    fn other_numbers_between_the_same_words_fill_a_frame() {
        let quarter = |share: &str, sales: &str, view: &str| {
            format!(
                "The mill earned {share} dollars a share after tax. Its sales rose {sales} percent \
                 on the year. It keeps to a forecast of {view} million for spring, and to a staff \
                 of 310 in both halls."
            )
        };
        let first = quarter("1.21", "46.9", "250");
        let is_other = |second: &str| {
            let [a, b] = profiles(&first, second);
            have_other_numbers(&a, &b)
        };
        assert!(is_other(&quarter("1.31", "17.7", "250")));
        assert!(!is_other(&first));
        assert!(!is_other(&quarter("1.21", "46.9", "260")));
        let retold = "After tax, each share brought the mill 1.12 dollars; sales were up by 49.6 \
                      percent, and spring is still to bring 250 million.";
        assert!(!is_other(retold), "numbers got wrong in other words are no frame");
    }

    #[test]
    fn texts_that_differ_in_facts_only_are_filled_anew() {
        let is_anew = |a: &str, b: &str| {
            let [a, b] = profiles(a, b);
            is_filled_anew(&a, &b)
        };
        let notice = "Parking is possible on site and costs 18 euros a day.";
        assert!(is_anew(notice, &notice.replace("18", "16")));
        assert!(is_anew("The ferry to Calden is late.", "The ferry to Delby is late."));
        assert!(!is_anew(notice, notice));
        assert!(!is_anew(notice, &notice.replace("possible", "allowed").replace("18", "16")));
        assert!(!is_anew("The ferry to Calden is late.", "The ferry to Calden is here."));
        assert!(!is_anew(notice, &notice.replace("18 euros", "18 silver euros")));
        assert!(!is_anew("", ""));
        let story = "The keeper feeds the seals before noon and sweeps the yard. ".repeat(5);
        assert!(!is_anew(&format!("{story} Version 1."), &format!("{story} Version 2.")));
    }
}
