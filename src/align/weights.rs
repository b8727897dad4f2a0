//! Term weights within a pair of articles.

use super::in_common::InCommon;
use super::profile::{NO_TERM, Profile};
use crate::Cancel;
use crate::shingle::{Matching, Places, find_shared};
use crate::text::Shape;

/// The weights of the terms of two articles, and which terms they share.
///
/// A term weighs the logarithm of its inverse sentence frequency within the pair: names that occur
/// throughout both articles say that the topic is the same, not which sentence came from which.
/// Weights from a whole corpus miss that, and did worse (docs/evaluation.md).
#[derive(Debug, Clone)]
pub struct Weights {
    /// For each term of the first article its weight, more than 0.
    pub a: Vec<f32>,
    /// For each term of the second article its weight, more than 0.
    pub b: Vec<f32>,
    /// For each term of the first article the same term of the second, or `NO_TERM`.
    pub partner: Vec<u32>,
    /// For each term of the second article the same term of the first, or `NO_TERM`.
    pub partner_of_b: Vec<u32>,
    /// For each term of the first article whether the second has it, or a name with a similar
    /// spelling.
    pub found_a: Vec<bool>,
    /// The same for the second article.
    pub found_b: Vec<bool>,
    /// The same as a list of pairs.
    pub shared: Places,
    /// The same word by word.
    pub in_common: InCommon,
    /// Cancels the comparison. Loops over sentences then end early, and their results mean nothing.
    pub cancel: Cancel,
    /// How thoroughly the pair is compared.
    pub effort: Effort,
}

/// How thoroughly two articles are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// All sentences with all.
    #[default]
    Full,
    /// For long texts: each sentence with those that share its rarest words, and with their
    /// neighbours.
    Coarse,
}

/// The budget of steps for any pair, and the further budget for each of its words. Two texts of 100
/// kB stay below it; a long text and a short one take a few steps for each word.
const STEPS: u64 = 1 << 22;
const STEPS_A_WORD: u64 = 32;

impl Effort {
    /// The effort for a pair, given its shared terms: comparing all sentences with all takes a step
    /// for each pair of sentences, and one for each term that these share.
    fn of(a: &Profile, b: &Profile, shared: &Places) -> Self {
        let sentences = a.sentences() as u64 * b.sentences() as u64;
        let terms = shared.iter().map(|(i, j)| {
            a.postings(i as usize).len() as u64 * b.postings(j as usize).len() as u64
        });
        let words = (a.article.words.len() + b.article.words.len()) as u64;
        match sentences + terms.sum::<u64>() <= STEPS.max(STEPS_A_WORD * words) {
            true => Self::Full,
            false => Self::Coarse,
        }
    }
}

impl Weights {
    /// The weights for this pair.
    pub fn new(a: &Profile, b: &Profile) -> Self {
        let mut weight = ByCount { all: (a.sentences() + b.sentences()) as f32, known: Vec::new() };
        let mut weights_a: Vec<f32> =
            (0..a.stems.len()).map(|term| weight.of(a.postings(term).len())).collect();
        let mut weights_b: Vec<f32> =
            (0..b.stems.len()).map(|term| weight.of(b.postings(term).len())).collect();
        let mut partner = vec![NO_TERM; a.stems.len()];
        let mut partner_of_b = vec![NO_TERM; b.stems.len()];
        let (mut found_a, mut found_b) = (vec![false; a.stems.len()], vec![false; b.stems.len()]);
        let mut shared = Places::default();
        find_shared(&a.stems, &b.stems, Matching::exact(a.kernel), &mut shared);
        if a.article.language != b.article.language {
            add_same_forms(a, b, &mut shared);
        }
        for (i, j) in shared.iter() {
            let both = weight.of(a.postings(i as usize).len() + b.postings(j as usize).len());
            weights_a[i as usize] = both;
            weights_b[j as usize] = both;
            partner[i as usize] = j;
            partner_of_b[j as usize] = i;
            found_a[i as usize] = true;
            found_b[j as usize] = true;
        }
        find_names_spelt_alike([(a, &mut found_a), (b, &mut found_b)]);
        let in_common = InCommon::new(a, b, &shared);
        let effort = Effort::of(a, b, &shared);
        Self {
            a: weights_a,
            b: weights_b,
            partner,
            partner_of_b,
            found_a,
            found_b,
            shared,
            in_common,
            cancel: Cancel::never(),
            effort,
        }
    }
}

/// Adds terms whose stems differ only because the detected languages differ, which happens with
/// short texts: each once, with the first that has the same form.
fn add_same_forms(a: &Profile, b: &Profile, shared: &mut Places) {
    let mut is_taken = [vec![false; a.stems.len()], vec![false; b.stems.len()]];
    shared.a.iter().for_each(|term| is_taken[0][*term as usize] = true);
    shared.b.iter().for_each(|term| is_taken[1][*term as usize] = true);
    let own = |profile: &Profile, is_taken: &[bool]| -> Vec<(u64, u32)> {
        let forms = profile.article.words.iter().zip(&profile.terms);
        let is_own = |term: u32| term != NO_TERM && !is_taken[term as usize];
        forms.filter(|(_, term)| is_own(**term)).map(|(word, term)| (word.form, *term)).collect()
    };
    let mut others = own(b, &is_taken[1]);
    others.sort_unstable();
    for (form, term) in own(a, &is_taken[0]) {
        let from = others.partition_point(|other| other.0 < form);
        let same = others[from..].iter().take_while(|other| other.0 == form);
        let free = same.map(|other| other.1).find(|other| !is_taken[1][*other as usize]);
        if let Some(other) = free.filter(|_| !is_taken[0][term as usize]) {
            is_taken[0][term as usize] = true;
            is_taken[1][other as usize] = true;
            shared.a.push(term);
            shared.b.push(other);
        }
    }
}

/// Articles with more unshared names are not searched: time grows with the product.
const MOST_NAMES: usize = 200;

/// Marks names that only one side has where the other has one with a similar spelling: another
/// convention, a typo, or an OCR error.
fn find_names_spelt_alike(sides: [(&Profile, &mut Vec<bool>); 2]) {
    let own = |(profile, found): &(&Profile, &mut Vec<bool>)| -> Vec<(u32, Shape)> {
        profile.names.iter().copied().filter(|(term, _)| !found[*term as usize]).collect()
    };
    let names = [own(&sides[0]), own(&sides[1])];
    if names.iter().any(|names| names.is_empty() || names.len() > MOST_NAMES) {
        return;
    }
    let [(_, found_a), (_, found_b)] = sides;
    for (term_a, a) in &names[0] {
        for (term_b, b) in &names[1] {
            if a.resembles(*b) {
                found_a[*term_a as usize] = true;
                found_b[*term_b as usize] = true;
            }
        }
    }
}

/// Weights by sentence frequency, as a table: there are many terms, but few different frequencies,
/// and each takes a logarithm.
struct ByCount {
    all: f32,
    known: Vec<f32>,
}

impl ByCount {
    fn of(&mut self, sentences: usize) -> f32 {
        while self.known.len() <= sentences {
            let share = (self.all + 1.0) / self.known.len() as f32;
            self.known.push(share.ln());
        }
        self.known[sentences]
    }
}

/// A slice this many times as long as the other is searched, not scanned.
const LOPSIDED: usize = 64;

/// How many elements two ascending slices share; an element that both have twice counts twice.
pub fn count_in_both<T: Ord>(a: &[T], b: &[T]) -> usize {
    if a.len() / LOPSIDED > b.len() {
        return count_in_longer(b, a);
    }
    if b.len() / LOPSIDED > a.len() {
        return count_in_longer(a, b);
    }
    let (mut i, mut j, mut count) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        count += usize::from(x == y);
        // Branch-free: which side advances is unpredictable.
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    count
}

/// The same where the second slice is much longer.
fn count_in_longer<T: Ord>(few: &[T], many: &[T]) -> usize {
    let count = |same: &[T]| {
        let from = &many[many.partition_point(|other| *other < same[0])..];
        from.iter().take(same.len()).take_while(|other| **other == same[0]).count()
    };
    few.chunk_by(|x, y| x == y).map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn counts_are_those_of_a_naive_search(
            a in proptest::collection::btree_set(0u32..60, 0..40),
            b in proptest::collection::btree_set(0u32..60, 0..40),
        ) {
            let lists = [&a, &b].map(|set| set.iter().copied().collect::<Vec<u32>>());
            let naive = a.intersection(&b).count();
            proptest::prop_assert_eq!(count_in_both(&lists[0], &lists[1]), naive);
        }
    }

    #[test]
    fn a_few_are_counted_in_many_as_they_come() {
        let many: Vec<u32> = (0..2000).map(|at| at / 2).collect();
        for few in [vec![], vec![3], vec![3, 3, 3, 7, 5000], vec![0, 0, 999, 999]] {
            let expected = few.len() - few.iter().filter(|at| **at > 999).count();
            let expected = expected - usize::from(few.starts_with(&[3, 3, 3]));
            assert_eq!(count_in_both(&few, &many), expected);
            assert_eq!(count_in_both(&many, &few), expected);
        }
    }
}
