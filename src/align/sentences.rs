//! Links to aligned sentences: which sentence came from which.
//!
//! Free of order, one-to-many and many-to-one. The surest links come first, and each explains the
//! words that its sentences share; a later link counts only if most of what it shares is not
//! explained yet. So a sentence that was merged from two aligns with both, while one that merely
//! names the same people again aligns with none.

use super::links::Link;
use super::profile::Profile;
use super::relation::{Kind, Match};
use super::weights::Weights;
use crate::text::Word;

/// What a link must have to align two sentences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Least log-odds of the link.
    pub odds: f32,
    /// Least share of either sentence's weight that the two share, 0 to 1.
    pub shared: f32,
}

impl Bar {
    /// For articles that may have nothing to do with each other.
    pub const INDEPENDENT: Self = Self { odds: -0.5, shared: 0.3 };
    /// For articles of which one is known to be the other retold: most sentences come from
    /// somewhere, so less is proof enough.
    pub const RETOLD: Self = Self { odds: -2.0, shared: 0.2 };
}

/// Least share of the shared weight that must be unexplained on both sides.
const LEAST_NEW: f32 = 0.5;
/// Least share of words in common order that makes an edit of a paraphrase.
const EDITED: f32 = 0.7;

/// The aligned sentences of a pair, by place in the first article, then in the second.
pub fn align_sentences(
    [a, b]: [&Profile; 2],
    weights: &Weights,
    links: &[Link],
    bar: Bar,
) -> Vec<Match> {
    // Plain numbers sort fastest: strength, the greatest first, above the place among links.
    let mut order: Vec<u64> = (0u64..)
        .zip(links)
        .filter(|(_, link)| link.odds > bar.odds && link.inside_a.max(link.inside_b) > bar.shared)
        .map(|(at, link)| u64::from(!rank(strength(link))) << 32 | at)
        .collect();
    order.sort_unstable();
    let mut explained = Explained::new(a, b, weights);
    let mut aligned: Vec<&Link> = order
        .into_iter()
        .map(|key| &links[key as u32 as usize])
        .filter(|link| explained.add(link))
        .collect();
    aligned.sort_by_key(|link| (link.a, link.b));
    aligned.into_iter().map(|link| to_match(a, b, link)).collect()
}

/// What links are ranked by: how much of both sentences they explain, then how sure they are.
fn strength(link: &Link) -> f32 {
    link.cosine + link.inside_a.min(link.inside_b) + 0.1 * link.odds
}

/// A number that is greater where the value is, as [`f32::total_cmp`] has it.
fn rank(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// The words that links found so far explain.
struct Explained<'p> {
    a: &'p Profile,
    b: &'p Profile,
    weights: &'p Weights,
    /// For each word of either article whether it is explained.
    words: [Vec<bool>; 2],
    /// By the number of a term one more than the first of a sentence's words that have it; all 0
    /// between two links.
    first: Vec<u32>,
    /// For each word of the second article the same for the next such word of its sentence.
    next: Vec<u32>,
    /// The words that two sentences share, each with its side and its weight.
    shared: Vec<(usize, u32, f32)>,
}

impl<'p> Explained<'p> {
    fn new(a: &'p Profile, b: &'p Profile, weights: &'p Weights) -> Self {
        Self {
            a,
            b,
            weights,
            words: [vec![false; a.terms.len()], vec![false; b.terms.len()]],
            first: vec![0; weights.in_common.terms as usize + 2],
            next: vec![0; b.terms.len()],
            shared: Vec::new(),
        }
    }

    /// Adds the words that a link explains, if enough of them are new on both sides; whether so.
    fn add(&mut self, link: &Link) -> bool {
        self.share(link);
        let mut shares = [(0.0, 0.0); 2];
        for &(side, word, weight) in &self.shared {
            let (all, new) = &mut shares[side];
            *all += weight;
            *new += if self.words[side][word as usize] { 0.0 } else { weight };
        }
        let share = |(all, new): (f32, f32)| if all > 0.0 { new / all } else { 0.0 };
        let is_new = share(shares[0]).min(share(shares[1])) >= LEAST_NEW;
        if is_new {
            for &(side, word, _) in &self.shared {
                self.words[side][word as usize] = true;
            }
        }
        is_new
    }

    /// Lists the words that two sentences share.
    fn share(&mut self, link: &Link) {
        let in_common = &self.weights.in_common;
        let (in_a, in_b) = (sentence(self.a, link.a), sentence(self.b, link.b));
        for word in in_b.clone().rev() {
            let first = &mut self.first[in_common.b.terms[word] as usize];
            self.next[word] = *first;
            *first = word as u32 + 1;
        }
        self.shared.clear();
        for word in in_a {
            let term = in_common.a.terms[word];
            let mut other = self.first[term as usize];
            if term >= in_common.terms || other == 0 {
                continue;
            }
            let weight = self.weights.a[self.a.terms[word] as usize];
            self.shared.push((0, word as u32, weight));
            while other != 0 {
                self.shared.push((1, other - 1, weight));
                other = self.next[other as usize - 1];
            }
        }
        for word in in_b {
            self.first[in_common.b.terms[word] as usize] = 0;
        }
    }
}

fn sentence(profile: &Profile, at: u32) -> std::ops::Range<usize> {
    profile.article.sentences[at as usize].range()
}

fn to_match(a: &Profile, b: &Profile, link: &Link) -> Match {
    let kind = kind(words(a, sentence(a, link.a)), words(b, sentence(b, link.b)));
    let span = |profile: &Profile, at: u32| profile.article.sentences[at as usize].span;
    Match {
        a: span(a, link.a),
        b: span(b, link.b),
        kind,
        score: if kind == Kind::Identical { 1.0 } else { link.cosine.clamp(0.0, 0.9999) },
    }
}

/// The words of a range.
pub fn words(profile: &Profile, range: std::ops::Range<usize>) -> &[Word] {
    &profile.article.words[range]
}

/// How two runs of words correspond.
pub fn kind(a: &[Word], b: &[Word]) -> Kind {
    if a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.form == y.form) {
        return Kind::Identical;
    }
    // Most paraphrases are done with after a look at their lengths.
    if !is_edited(a.len().min(b.len()), a.len().max(b.len())) {
        return Kind::Paraphrased;
    }
    let forms = |words: &[Word]| words.iter().map(|word| word.form).collect::<Vec<u64>>();
    kind_of_forms(&forms(a), &forms(b))
}

/// Whether a run of so many words, with so many of them in common order with another, is an edit.
fn is_edited(common: usize, longest: usize) -> bool {
    common as f32 >= EDITED * longest as f32
}

/// How two runs of words that are not the same correspond.
fn kind_of_forms(a: &[u64], b: &[u64]) -> Kind {
    let longest = a.len().max(b.len());
    let (ends, a, b) = without_ends(a, b);
    let least = ((EDITED * longest as f32).ceil() as usize).saturating_sub(ends);
    let numbers = Numbers::of(a);
    let shared = numbers.shared(b);
    // Many are done with after a look at how many words they share: no order has more in common.
    let edited = shared.len() >= least && numbers.common_in_order(&shared, b.len(), least) >= least;
    if edited { Kind::Edited } else { Kind::Paraphrased }
}

/// Length of the longest common subsequence.
pub fn common_in_order(a: &[u64], b: &[u64]) -> usize {
    let (ends, a, b) = without_ends(a, b);
    let numbers = Numbers::of(a);
    ends + numbers.common_in_order(&numbers.shared(b), b.len(), 0)
}

/// How many words two runs have in common at their beginnings and ends, and what is left of them.
fn without_ends<'w>(a: &'w [u64], b: &'w [u64]) -> (usize, &'w [u64], &'w [u64]) {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (head + tail, &a[..a.len() - tail], &b[..b.len() - tail])
}

/// The distinct words of a run, numbered.
struct Numbers<'w> {
    words: &'w [u64],
    /// Open addressing, a power of two of slots: one more than the first place of a word; 0 is empty.
    slots: Vec<u32>,
    /// For each place the number of its word.
    numbers: Vec<u32>,
    /// How many there are.
    count: u32,
}

/// A word of another run.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    /// Its place there.
    at: u32,
    /// Its number.
    number: u32,
}

impl<'w> Numbers<'w> {
    fn of(words: &'w [u64]) -> Self {
        let room = (2 * words.len() + 2).next_power_of_two();
        let numbers = vec![0; words.len()];
        let mut own = Self { words, slots: vec![0; room], numbers, count: 0 };
        for (at, word) in words.iter().enumerate() {
            let slot = own.slot(*word);
            let first = own.slots[slot];
            // Whether a word was there before is a coin toss, so it is computed, not branched on.
            let is_first = first == 0;
            let known = own.numbers[first.max(1) as usize - 1];
            own.numbers[at] = if is_first { own.count } else { known };
            own.slots[slot] = if is_first { at as u32 + 1 } else { first };
            own.count += u32::from(is_first);
        }
        own
    }

    /// Where the word is, or would be.
    fn slot(&self, word: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = word as usize & mask;
        while self.slots[slot] != 0 && self.words[self.slots[slot] as usize - 1] != word {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Those of other words that this run has.
    fn shared(&self, others: &[u64]) -> Vec<Shared> {
        let mut shared = vec![Shared::default(); others.len()];
        let mut count = 0;
        for (at, other) in (0..).zip(others) {
            let first = self.slots[self.slot(*other)];
            let number = self.numbers.get(first.max(1) as usize - 1).copied().unwrap_or(0);
            shared[count] = Shared { at, number };
            count += usize::from(first != 0);
        }
        shared.truncate(count);
        shared
    }

    /// Length of the longest common subsequence with another run of so many words, given those of its
    /// words that are `shared`; where that is less than `least`, any length less than it.
    ///
    /// A row for each word of this run, a bit for each row (Hyyrö 2004), a tile of rows at a time. Of a
    /// common subsequence of `least`, no two words stand further apart than the words that it leaves
    /// out on either side: what is beyond is not looked at.
    fn common_in_order(&self, shared: &[Shared], others: usize, least: usize) -> usize {
        if least > self.words.len().min(others) {
            return 0;
        }
        let (left, left_of_others) = (self.words.len() - least, others - least);
        let mut carries = vec![false; shared.len()];
        let mut matches = vec![0u128; self.count as usize];
        let mut length = 0;
        for (tile, numbers) in self.numbers.chunks(TILE).enumerate() {
            matches.fill(0);
            for (row, number) in numbers.iter().enumerate() {
                matches[*number as usize] |= 1 << row;
            }
            let place = |at: usize| shared.partition_point(|other| (other.at as usize) < at);
            let from = place((tile * TILE).saturating_sub(left));
            let to = place(tile * TILE + numbers.len() + left_of_others);
            let mut rows = u128::MAX;
            for (other, carry) in shared[from..to].iter().zip(&mut carries[from..to]) {
                let hits = matches[other.number as usize];
                let (sum, over) = rows.overflowing_add(rows & hits);
                let (sum, over_again) = sum.overflowing_add(u128::from(*carry));
                *carry = over | over_again;
                rows = sum | (rows & !hits);
            }
            // Bits beyond the last word can never be matched; carries may clear them.
            let used = u128::MAX >> (TILE - numbers.len());
            length += (!rows & used).count_ones() as usize;
        }
        length
    }
}

/// Words that make a tile.
const TILE: usize = u128::BITS as usize;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Analyzer;

    fn naive(a: &[u64], b: &[u64]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..a.len() {
            for j in 0..b.len() {
                table[i + 1][j + 1] = if a[i] == b[j] {
                    table[i][j] + 1
                } else {
                    table[i][j + 1].max(table[i + 1][j])
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest::proptest! {
        #[test]
        fn common_in_order_is_that_of_the_table(
            a in proptest::collection::vec(0u64..6, 0..150),
            b in proptest::collection::vec(0u64..6, 0..150),
        ) {
            proptest::prop_assert_eq!(common_in_order(&a, &b), naive(&a, &b));
        }
    }

    proptest::proptest! {
        #[test]
        fn kinds_are_those_of_the_table(
            a in proptest::collection::vec(0u64..9, 1..80),
            changes in proptest::collection::vec((0usize..80, 0u64..9), 0..30),
        ) {
            let mut b = a.clone();
            for (at, word) in changes {
                let at = at % b.len();
                if word == 0 { b.insert(at, 20) } else { b[at] = word }
            }
            let edited = naive(&a, &b) as f32 >= EDITED * a.len().max(b.len()) as f32;
            let expected = match (a == b, edited) {
                (true, _) => Kind::Identical,
                (_, true) => Kind::Edited,
                _ => Kind::Paraphrased,
            };
            let found = if a == b { Kind::Identical } else { kind_of_forms(&a, &b) };
            proptest::prop_assert_eq!(found, expected);
        }

        #[test]
        fn ranks_are_in_the_order_of_values(x: f32, y: f32) {
            proptest::prop_assert_eq!(rank(x).cmp(&rank(y)), x.total_cmp(&y));
        }
    }

    #[test]
    fn kinds() {
        let kind_of = |a: &str, b: &str| {
            let [a, b] = [a, b].map(|text| Analyzer::new(None).article(text).words);
            kind(&a, &b)
        };
        assert_eq!(kind_of("one two three", "One, two, three!"), Kind::Identical);
        assert_eq!(kind_of("one two three four", "one two nine four"), Kind::Edited);
        assert_eq!(kind_of("one two three four", "four three two one"), Kind::Paraphrased);
        assert_eq!(kind_of("one two three four", "one two"), Kind::Paraphrased);
    }
}
