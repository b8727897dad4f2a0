//! Links to aligned sentences: which sentence came from which.
//!
//! Free of order, one-to-many and many-to-one. The surest links come first, and each explains the
//! words that its sentences share; a later link counts only if most of what it shares is not
//! explained yet. So a sentence that was merged from two aligns with both, while one that merely
//! names the same people again aligns with none.

use super::links::Link;
use super::profile::{NO_TERM, Profile};
use super::relation::{Kind, Match};
use super::weights::Weights;

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
    let mut order: Vec<&Link> = links
        .iter()
        .filter(|link| link.odds > bar.odds && link.inside_a.max(link.inside_b) > bar.shared)
        .collect();
    order.sort_by(|x, y| strength(y).total_cmp(&strength(x)).then((x.a, x.b).cmp(&(y.a, y.b))));
    let mut explained = [vec![false; a.terms.len()], vec![false; b.terms.len()]];
    let mut aligned: Vec<&Link> = Vec::new();
    for link in order {
        let shared = Shared::of(a, b, weights, link);
        let [new_a, new_b] = [0, 1].map(|side| shared.share_of_new(side, &explained[side]));
        if new_a.min(new_b) >= LEAST_NEW {
            for side in [0, 1] {
                for (word, _) in &shared.words[side] {
                    explained[side][*word] = true;
                }
            }
            aligned.push(link);
        }
    }
    aligned.sort_by_key(|link| (link.a, link.b));
    aligned.into_iter().map(|link| to_match(a, b, link)).collect()
}

/// What links are ranked by: how much of both sentences they explain, then how sure they are.
fn strength(link: &Link) -> f32 {
    link.cosine + link.inside_a.min(link.inside_b) + 0.1 * link.odds
}

/// The words that two sentences share, with their weights, on both sides.
struct Shared {
    words: [Vec<(usize, f32)>; 2],
}

impl Shared {
    fn of(a: &Profile, b: &Profile, weights: &Weights, link: &Link) -> Self {
        let (in_a, in_b) = (sentence(a, link.a), sentence(b, link.b));
        let mut shared = Self { words: [Vec::new(), Vec::new()] };
        for word in in_a {
            let term = a.terms[word];
            if term == NO_TERM || weights.partner[term as usize] == NO_TERM {
                continue;
            }
            let partner = weights.partner[term as usize];
            let weight = weights.a[term as usize];
            let mut found = false;
            for other in in_b.clone().filter(|other| b.terms[*other] == partner) {
                shared.words[1].push((other, weight));
                found = true;
            }
            if found {
                shared.words[0].push((word, weight));
            }
        }
        shared
    }

    fn share_of_new(&self, side: usize, explained: &[bool]) -> f32 {
        let (mut all, mut new) = (0.0, 0.0);
        for (word, weight) in &self.words[side] {
            all += weight;
            new += if explained[*word] { 0.0 } else { *weight };
        }
        if all > 0.0 { new / all } else { 0.0 }
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
    if common_in_order(a, b) as f32 >= EDITED * longest { Kind::Edited } else { Kind::Paraphrased }
}

/// Length of the longest common subsequence, 64 rows at a time (Hyyrö 2004).
pub fn common_in_order(a: &[u64], b: &[u64]) -> usize {
    let blocks = a.len().div_ceil(64);
    let mut places: Vec<(u64, usize)> = a.iter().copied().zip(0..).collect();
    places.sort_unstable();
    let mut rows = vec![u64::MAX; blocks];
    let mut matches = vec![0u64; blocks];
    for word in b {
        let first = places.partition_point(|(other, _)| other < word);
        let run = places[first..].iter().take_while(|(other, _)| other == word);
        let mut touched = false;
        for (_, at) in run.clone() {
            matches[at / 64] |= 1 << (at % 64);
            touched = true;
        }
        if !touched {
            continue;
        }
        let mut carry = false;
        for (row, hits) in rows.iter_mut().zip(&matches) {
            let kept = *row & hits;
            let (sum, over) = row.overflowing_add(kept);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            carry = over || over_again;
            *row = sum | (*row & !hits);
        }
        for (_, at) in run {
            matches[at / 64] = 0;
        }
    }
    let zeros: u32 = rows.iter().map(|row| row.count_zeros()).sum();
    // Bits beyond the end of `a` can never be matched; carries may clear them.
    let beyond =
        if a.len().is_multiple_of(64) { 0 } else { rows[blocks - 1] | ((1 << (a.len() % 64)) - 1) };
    let beyond = if a.len().is_multiple_of(64) { 0 } else { beyond.count_zeros() };
    (zeros - beyond) as usize
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
