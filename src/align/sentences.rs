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

/// Least log-odds of a link that can align.
const LEAST_ODDS: f32 = -0.5;
/// Least share of either sentence's weight that an aligned pair shares.
const LEAST_SHARED: f32 = 0.3;
/// Least share of the shared weight that must be unexplained on both sides.
const LEAST_NEW: f32 = 0.5;
/// Least share of words in common order that makes an edit of a paraphrase.
const EDITED: f32 = 0.7;

/// The aligned sentences of a pair, by place in the first article, then in the second.
pub fn align_sentences(a: &Profile, b: &Profile, weights: &Weights, links: &[Link]) -> Vec<Match> {
    let mut order: Vec<(f32, &Link)> = links
        .iter()
        .filter(|link| link.odds > LEAST_ODDS && link.inside_a.max(link.inside_b) > LEAST_SHARED)
        .map(|link| (strength(link), link))
        .collect();
    order.sort_unstable_by(|(x, of_x), (y, of_y)| {
        y.total_cmp(x).then((of_x.a, of_x.b).cmp(&(of_y.a, of_y.b)))
    });
    let mut explained = Explained::new(a, b, weights);
    let mut aligned: Vec<&Link> =
        order.into_iter().map(|(_, link)| link).filter(|link| explained.add(link)).collect();
    aligned.sort_by_key(|link| (link.a, link.b));
    aligned.into_iter().map(|link| to_match(a, b, link)).collect()
}

/// What links are ranked by: how much of both sentences they explain, then how sure they are.
fn strength(link: &Link) -> f32 {
    link.cosine + link.inside_a.min(link.inside_b) + 0.1 * link.odds
}

/// The words that links found so far explain.
struct Explained<'p> {
    a: &'p Profile,
    b: &'p Profile,
    weights: &'p Weights,
    /// For each word of either article whether it is explained.
    words: [Vec<bool>; 2],
    /// By the number of the term whether a sentence has it; all false between two links.
    has: Vec<bool>,
}

impl<'p> Explained<'p> {
    fn new(a: &'p Profile, b: &'p Profile, weights: &'p Weights) -> Self {
        Self {
            a,
            b,
            weights,
            words: [vec![false; a.terms.len()], vec![false; b.terms.len()]],
            has: vec![false; weights.in_common.terms as usize + 2],
        }
    }

    /// Adds the words that a link explains, if enough of them are new on both sides; whether so.
    fn add(&mut self, link: &Link) -> bool {
        let shared = self.shared(link);
        let mut shares = [(0.0, 0.0); 2];
        for &(side, word, weight) in &shared {
            let (all, new) = &mut shares[side];
            *all += weight;
            *new += if self.words[side][word] { 0.0 } else { weight };
        }
        let share = |(all, new): (f32, f32)| if all > 0.0 { new / all } else { 0.0 };
        let is_new = share(shares[0]).min(share(shares[1])) >= LEAST_NEW;
        if is_new {
            shared.iter().for_each(|(side, word, _)| self.words[*side][*word] = true);
        }
        is_new
    }

    /// The words that two sentences share, each with its side and its weight.
    fn shared(&mut self, link: &Link) -> Vec<(usize, usize, f32)> {
        let in_common = &self.weights.in_common;
        let (in_a, in_b) = (sentence(self.a, link.a), sentence(self.b, link.b));
        let others = &in_common.b.terms[in_b.clone()];
        others.iter().for_each(|term| self.has[*term as usize] = true);
        let mut shared = Vec::new();
        for word in in_a {
            let term = in_common.a.terms[word];
            if term >= in_common.terms || !self.has[term as usize] {
                continue;
            }
            let weight = self.weights.a[self.a.terms[word] as usize];
            shared.push((0, word, weight));
            let same = in_b.clone().zip(others).filter(|(_, other)| **other == term);
            shared.extend(same.map(|(other, _)| (1, other, weight)));
        }
        others.iter().for_each(|term| self.has[*term as usize] = false);
        shared
    }
}

fn sentence(profile: &Profile, at: u32) -> std::ops::Range<usize> {
    profile.article.sentences[at as usize].range()
}

fn to_match(a: &Profile, b: &Profile, link: &Link) -> Match {
    let kind = kind(&forms(a, sentence(a, link.a)), &forms(b, sentence(b, link.b)));
    let span = |profile: &Profile, at: u32| profile.article.sentences[at as usize].span;
    Match {
        a: span(a, link.a),
        b: span(b, link.b),
        kind,
        score: if kind == Kind::Identical { 1.0 } else { link.cosine.clamp(0.0, 0.9999) },
    }
}

/// Folded forms of the words of a range.
pub fn forms(profile: &Profile, range: std::ops::Range<usize>) -> Vec<u64> {
    profile.article.words[range].iter().map(|word| word.form).collect()
}

/// How two runs of words correspond.
pub fn kind(a: &[u64], b: &[u64]) -> Kind {
    if a == b {
        return Kind::Identical;
    }
    let longest = a.len().max(b.len()) as f32;
    let is_edited = |common: usize| common as f32 >= EDITED * longest;
    // Most paraphrases are done with here: no order of words has more in common than the words.
    let edited = is_edited(common_words(a, b)) && is_edited(common_in_order(a, b));
    if edited { Kind::Edited } else { Kind::Paraphrased }
}

/// How many words of `b` stand in `a` too.
fn common_words(a: &[u64], b: &[u64]) -> usize {
    let places = Places::of(a);
    b.iter().filter(|word| places.of_word(**word).next().is_some()).count()
}

/// Length of the longest common subsequence, 64 rows at a time (Hyyrö 2004).
pub fn common_in_order(a: &[u64], b: &[u64]) -> usize {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let places = Places::of(a);
    let blocks = a.len().div_ceil(64);
    let mut rows = vec![u64::MAX; blocks];
    let mut matches = vec![0u64; blocks];
    for word in b {
        let mut touched = false;
        for at in places.of_word(*word) {
            matches[at / 64] |= 1 << (at % 64);
            touched = true;
        }
        if !touched {
            continue;
        }
        let mut carry = false;
        for (row, hits) in rows.iter_mut().zip(&mut matches) {
            let kept = *row & *hits;
            let (sum, over) = row.overflowing_add(kept);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            carry = over || over_again;
            *row = sum | (*row & !*hits);
            *hits = 0;
        }
    }
    if let Some(last) = rows.last_mut() {
        // Bits beyond the end of `a` can never be matched; carries may clear them.
        *last |= u64::MAX.checked_shl((a.len() - 1) as u32 % 64 + 1).unwrap_or(0);
    }
    let zeros: u32 = rows.iter().map(|row| row.count_zeros()).sum();
    head + zeros as usize + tail
}

/// Where each word of a run stands: open addressing, and a chain for words that stand there twice.
struct Places<'w> {
    words: &'w [u64],
    /// A power of two of them, each one more than the word's last place; 0 is empty.
    last: Vec<u32>,
    /// For each place one more than the place before where the same word stands, or 0.
    before: Vec<u32>,
}

impl<'w> Places<'w> {
    fn of(words: &'w [u64]) -> Self {
        let room = (2 * words.len() + 2).next_power_of_two();
        let mut places = Self { words, last: vec![0; room], before: vec![0; words.len()] };
        for (at, word) in words.iter().enumerate() {
            let slot = places.slot(*word);
            places.before[at] = places.last[slot];
            places.last[slot] = at as u32 + 1;
        }
        places
    }

    /// Where the word is, or would be.
    fn slot(&self, word: u64) -> usize {
        let mask = self.last.len() - 1;
        let mut slot = word as usize & mask;
        while self.last[slot] != 0 && self.words[self.last[slot] as usize - 1] != word {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// The places of a word, from the last to the first.
    fn of_word(&self, word: u64) -> impl Iterator<Item = usize> {
        let mut next = self.last[self.slot(word)];
        std::iter::from_fn(move || {
            let at = next.checked_sub(1)? as usize;
            next = self.before[at];
            Some(at)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn kinds() {
        assert_eq!(kind(&[1, 2, 3], &[1, 2, 3]), Kind::Identical);
        assert_eq!(kind(&[1, 2, 3, 4], &[1, 2, 9, 4]), Kind::Edited);
        assert_eq!(kind(&[1, 2, 3, 4], &[4, 3, 2, 1]), Kind::Paraphrased);
    }
}
