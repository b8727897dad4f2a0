//! Links to aligned sentences: which sentence came from which.
//!
//! Free of order, one-to-many and many-to-one. The surest links come first, and each explains the
//! words that its sentences share; a later link counts only if most of what it shares is not
//! explained yet. So a sentence merged from two aligns with both, while one that merely names the
//! same people again aligns with none.

use super::edits::Edits;
use super::features::Pair;
use super::linker::Link;
use super::profile::Profile;
use super::relation::{Kind, Match};
use super::weights::Weights;

/// What a link must have to align two sentences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Least log-odds of the link.
    pub odds: f32,
    /// Least shared weight, as a share of either sentence's, 0 to 1.
    pub shared: f32,
}

impl Bar {
    /// For articles that may be independent.
    pub const INDEPENDENT: Self = Self { odds: -0.5, shared: 0.3 };
    /// For articles of which one is known to retell the other: most sentences have a source, so
    /// weaker evidence suffices.
    pub const RETOLD: Self = Self { odds: -2.0, shared: 0.2 };
    /// For the same, where that shows too little: sentences may be long, or wrongly divided.
    pub const FAINT: Self = Self { odds: f32::MIN, shared: 0.2 };
    /// For short texts that say the same: sentences have no neighbours there to support them.
    pub const SHORT: Self = Self { odds: f32::MIN, shared: 0.03 };
}

/// Least share of the shared weight that must be unexplained on both sides.
const LEAST_NEW: f32 = 0.5;

/// More shared words than that are summed up by their terms.
const LONG: usize = 1000;

/// Two sentences that correspond.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aligned {
    /// Place of the sentence in the first article.
    pub a: u32,
    /// Place of the sentence in the second article.
    pub b: u32,
    /// Cosine of their weighted terms, 0 to 1.
    pub cosine: f32,
    /// Log-odds that the two are part of a reused passage.
    pub odds: f32,
}

/// The aligned sentences of a pair, by place in the first article, then in the second.
pub fn align_sentences(pair: &Pair, bar: Bar) -> Vec<Aligned> {
    let Pair { a, b, weights, links, .. } = *pair;
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
        .take_while(|_| !weights.cancel.is_cancelled())
        .map(|key| &links[key as u32 as usize])
        .filter(|link| explained.add(link))
        .collect();
    aligned.sort_by_key(|link| (link.a, link.b));
    aligned
        .into_iter()
        .map(|link| Aligned { a: link.a, b: link.b, cosine: link.cosine, odds: link.odds })
        .collect()
}

/// What links are ranked by: how much of both sentences they explain, then how sure they are.
fn strength(link: &Link) -> f32 {
    link.cosine + link.inside_a.min(link.inside_b) + 0.1 * link.odds
}

/// A number with the same order as the value has by [`f32::total_cmp`].
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
    /// The words of a sentence of the first article that one of the second shares: as many as were
    /// counted.
    shared: Vec<u32>,
}

impl<'p> Explained<'p> {
    fn new(a: &'p Profile, b: &'p Profile, weights: &'p Weights) -> Self {
        let longest = a.article.sentences.iter().map(|sentence| sentence.words.len());
        Self {
            a,
            b,
            weights,
            words: [vec![false; a.terms.len()], vec![false; b.terms.len()]],
            first: vec![0; weights.in_common.terms as usize + 2],
            next: vec![0; b.terms.len()],
            shared: vec![0; longest.max().unwrap_or(0) + 1],
        }
    }

    /// Adds the words that a link explains, if enough of them are new on both sides; whether so.
    fn add(&mut self, link: &Link) -> bool {
        let in_common = &self.weights.in_common;
        let (in_a, in_b) = (sentence(self.a, link.a), sentence(self.b, link.b));
        for word in in_b.clone().rev() {
            let first = &mut self.first[in_common.b.terms[word] as usize];
            self.next[word] = *first;
            *first = word as u32 + 1;
        }
        // Only terms of both articles are shared.
        self.first[in_common.terms as usize..].fill(0);
        let mut count = 0;
        for word in in_a {
            // Branch-free: which words are shared is unpredictable.
            self.shared[count] = word as u32;
            count += usize::from(self.first[in_common.a.terms[word] as usize] != 0);
        }
        let is_new = self.share_of_new(count) >= LEAST_NEW;
        if is_new {
            self.explain(count);
        }
        for word in in_b {
            self.first[in_common.b.terms[word] as usize] = 0;
        }
        is_new
    }

    /// The share of the weight of so many shared words that is new, on the side where it is less.
    fn share_of_new(&mut self, count: usize) -> f32 {
        if count > LONG {
            return self.share_of_new_in_long(count);
        }
        let (mut all, mut new) = ([0.0; 2], [0.0; 2]);
        let mut add = |side: usize, word: u32, weight: f32| {
            all[side] += weight;
            new[side] += if self.words[side][word as usize] { 0.0 } else { weight };
        };
        for &word in &self.shared[..count] {
            let weight = self.weights.a[self.a.terms[word as usize] as usize];
            add(0, word, weight);
            let mut other = self.first[self.weights.in_common.a.terms[word as usize] as usize];
            while other != 0 {
                add(1, other - 1, weight);
                other = self.next[other as usize - 1];
            }
        }
        let share = |side: usize| if all[side] > 0.0 { new[side] / all[side] } else { 0.0 };
        share(0).min(share(1))
    }

    /// The same for so many words that most are repeated: the words of the second article are
    /// scanned once for each term, not for each word of the first.
    fn share_of_new_in_long(&mut self, count: usize) -> f32 {
        let (mut all, mut new) = ([0.0f64; 2], [0.0f64; 2]);
        // Words grouped by term.
        let mut words: Vec<(u32, u32)> = self.shared[..count]
            .iter()
            .map(|word| (self.weights.in_common.a.terms[*word as usize], *word))
            .collect();
        words.sort_unstable();
        for same in words.chunk_by(|x, y| x.0 == y.0) {
            let weight = f64::from(self.weights.a[self.a.terms[same[0].1 as usize] as usize]);
            let is_new = |side: usize, word: u32| f64::from(!self.words[side][word as usize]);
            all[0] += weight * same.len() as f64;
            new[0] += weight * same.iter().map(|(_, word)| is_new(0, *word)).sum::<f64>();
            let mut other = self.first[same[0].0 as usize];
            while other != 0 {
                all[1] += weight * same.len() as f64;
                new[1] += weight * same.len() as f64 * is_new(1, other - 1);
                other = self.next[other as usize - 1];
            }
        }
        let share = |side: usize| if all[side] > 0.0 { new[side] / all[side] } else { 0.0 };
        share(0).min(share(1)) as f32
    }

    /// Marks so many shared words, on both sides.
    fn explain(&mut self, count: usize) {
        for &word in &self.shared[..count] {
            self.words[0][word as usize] = true;
            // Those of a term are marked with the first word that has it.
            let term = self.weights.in_common.a.terms[word as usize] as usize;
            let mut other = std::mem::take(&mut self.first[term]);
            while other != 0 {
                self.words[1][other as usize - 1] = true;
                other = self.next[other as usize - 1];
            }
        }
    }
}

fn sentence(profile: &Profile, at: u32) -> std::ops::Range<usize> {
    profile.article.sentences[at as usize].range()
}

impl Aligned {
    /// The spans of the two sentences, and how they correspond.
    pub fn to_match(self, pair: &Pair, edits: &mut Edits) -> Match {
        let (in_a, in_b) = (sentence(pair.a, self.a), sentence(pair.b, self.b));
        let kind = edits.kind(pair, &in_a, &in_b);
        let span = |profile: &Profile, at: u32| profile.article.sentences[at as usize].span;
        Match {
            a: span(pair.a, self.a),
            b: span(pair.b, self.b),
            kind,
            score: if kind == Kind::Identical { 1.0 } else { self.cosine.clamp(0.0, 0.9999) },
            shared_source: pair.is_from_third(&in_a, &in_b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn ranks_are_in_the_order_of_values(x: f32, y: f32) {
            proptest::prop_assert_eq!(rank(x).cmp(&rank(y)), x.total_cmp(&y));
        }
    }
}
