//! Which words and bigrams of two articles are also in the other: looked up once for each pair.

use std::ops::Range;

use super::profile::Profile;
use super::relation::Side;
use crate::shingle::{Matching, Places, find_shared};

/// What two articles have in common, word by word.
///
/// Shared terms and bigrams are numbered as in the first article, so that looking up which of them
/// a segment contains takes an array of that length, and no hashing.
#[derive(Debug, Clone)]
pub struct InCommon {
    /// The words of the first article.
    pub a: Words,
    /// The words of the second article.
    pub b: Words,
    /// Numbers of terms that both have are less.
    pub terms: u32,
    /// Numbers of bigrams that both have are less.
    pub bigrams: u32,
}

/// The words of one article, as far as the other article has them.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// For each word the number of its term; [`InCommon::terms`] where the other article does not
    /// have it, and one more for stop words.
    pub terms: Vec<u32>,
    /// For each word the number of the bigram that it begins; [`InCommon::bigrams`] where the other
    /// article does not have it.
    pub bigrams: Vec<u32>,
    /// For each sentence where its numbers begin in `by_sentence`; one entry more than sentences.
    starts: Vec<u32>,
    /// For each sentence the numbers of the shared bigrams in it, ascending.
    by_sentence: Vec<u32>,
}

impl InCommon {
    /// What a pair has in common, given where both have the same stems.
    pub fn new(a: &Profile, b: &Profile, stems: &Places) -> Self {
        // One entry more than terms: stop words have the last one.
        let terms = a.stems.len() as u32;
        let (mut of_a, mut of_b) = (vec![terms; a.stems.len() + 1], vec![terms; b.stems.len() + 1]);
        for (i, j) in stems.iter() {
            of_a[i as usize] = i;
            of_b[j as usize] = i;
        }
        of_a[a.stems.len()] = terms + 1;
        of_b[b.stems.len()] = terms + 1;
        // A bigram's number is the first word of `a` that begins it: so most numbers ascend.
        let bigrams = a.begun.len() as u32;
        let (mut pairs_a, mut pairs_b) =
            (vec![bigrams; a.begun.len()], vec![bigrams; b.begun.len()]);
        let mut shared = Places::default();
        find_shared(&a.bigrams, &b.bigrams, Matching::exact(a.kernel), &mut shared);
        for (i, j) in shared.iter() {
            let first = a.begins[i as usize];
            pairs_a[first as usize] = first;
            pairs_b[b.begins[j as usize] as usize] = first;
        }
        let words = |profile: &Profile, of: &[u32], pairs: &[u32]| {
            let last = of.len() - 1;
            let count = profile.terms.len();
            let begun = &profile.begun[..count.max(1) - 1];
            let mut words = Words {
                // Branch-free: which words are stop words is unpredictable.
                terms: profile.terms.iter().map(|term| of[(*term as usize).min(last)]).collect(),
                bigrams: Vec::with_capacity(count),
                ..Words::default()
            };
            words.bigrams.extend(begun.iter().map(|first| pairs[*first as usize]));
            // The last word begins none.
            words.bigrams.resize(count, bigrams);
            words.sort_by_sentence(profile, bigrams);
            words
        };
        Self { a: words(a, &of_a, &pairs_a), b: words(b, &of_b, &pairs_b), terms, bigrams }
    }

    /// How many words of a range the other article does not have; stop words do not count.
    pub fn unshared(&self, side: Side, range: &Range<usize>) -> usize {
        let is_alone = |term: &u32| u32::from(*term == self.terms);
        self.words(side).terms[range.clone()].iter().map(is_alone).sum::<u32>() as usize
    }

    /// The words of one side.
    pub fn words(&self, side: Side) -> &Words {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }
}

impl Words {
    /// The numbers of the shared bigrams in a sentence, ascending.
    pub fn bigrams_of(&self, sentence: usize) -> &[u32] {
        &self.by_sentence[self.starts[sentence] as usize..self.starts[sentence + 1] as usize]
    }

    fn sort_by_sentence(&mut self, profile: &Profile, unshared: u32) {
        self.by_sentence.resize(self.bigrams.len(), 0);
        self.starts.reserve(profile.sentences() + 1);
        self.starts.push(0);
        let mut count = 0;
        for sentence in &profile.article.sentences {
            let range = sentence.range();
            let start = count;
            // The last word of a sentence begins a bigram that ends in the next one.
            for &number in &self.bigrams[range.start..range.end.max(range.start + 1) - 1] {
                self.by_sentence[count] = number;
                count += usize::from(number != unshared);
            }
            if count > start + 1 {
                self.by_sentence[start..count].sort_unstable();
            }
            self.starts.push(count as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::NO_TERM;
    use super::super::weights::Weights;
    use super::*;
    use crate::text::Analyzer;

    #[test]
    fn numbers_are_those_of_a_naive_search() {
        let [a, b] = [
            "The harbour closed at noon. Ferries waited outside the bar. Nobody was hurt.",
            "Rain fell. At noon the harbour closed. Outside the bar the ferries waited.",
        ]
        .map(|text| Profile::new(Analyzer::new(None).article(text), Default::default()));
        let shared = Weights::new(&a, &b).in_common;
        let stem = |profile: &Profile, at: usize| profile.article.words[at].stem;
        for x in 0..a.terms.len() {
            for y in 0..b.terms.len() {
                let (of_x, of_y) = (shared.a.terms[x], shared.b.terms[y]);
                let same = of_x == of_y && of_x < shared.terms;
                assert_eq!(same, a.terms[x] != NO_TERM && stem(&a, x) == stem(&b, y));
                let (of_x, of_y) = (shared.a.bigrams[x], shared.b.bigrams[y]);
                let same = of_x == of_y && of_x < shared.bigrams;
                let inside = x + 1 < a.terms.len() && y + 1 < b.terms.len();
                let pair = |p: &Profile, at: usize| (stem(p, at), stem(p, at + 1));
                assert_eq!(same, inside && pair(&a, x) == pair(&b, y));
            }
            assert_eq!(shared.a.terms[x] == shared.terms + 1, a.terms[x] == NO_TERM);
        }
        // "The harbour", "harbour closed"; a sentence boundary divides "at noon" and "noon the" in
        // `a`.
        assert_eq!(shared.a.bigrams_of(0).len(), 3);
        assert_eq!(shared.b.bigrams_of(0).len(), 0);
    }
}
