//! What there is to find: every pair of articles with a Jaccard index of at least a threshold,
//! exactly, and without a sketch.

use std::collections::HashMap;

use rayon::prelude::*;
use retold::Kernel;
use retold::shingle::{ShingleSet, Shingler, ngrams};
use retold::unstable::text::hash::word_hash;

use super::corpus::plain_words;

/// The Jaccard index from which on a pair is wanted.
pub const WANTED: f64 = 0.7;

/// A pair of articles, the smaller number first, and its exact Jaccard index.
pub type Scored = ((u32, u32), f64);

/// The shingles of each text, by retold's words.
pub fn shingles(texts: &[String], ngram: usize) -> anyhow::Result<Vec<ShingleSet>> {
    let shingler = Shingler::new(ngram, Kernel::detect())?;
    let of = |shingler: &mut Shingler, text: &String| ShingleSet::of(text, shingler);
    Ok(texts.par_iter().map_init(|| shingler.clone(), of).collect())
}

/// The shingles of each text, by the words that peers make themselves.
pub fn plain_shingles(texts: &[String], ngram: usize) -> Vec<ShingleSet> {
    let of = |text: &String| {
        let words: Vec<u64> =
            plain_words(text).iter().map(|word| word_hash(word.as_bytes())).collect();
        let mut shingles = Vec::new();
        ngrams(&words, ngram, Kernel::detect(), &mut shingles);
        ShingleSet::from_hashes(shingles)
    };
    texts.par_iter().map(of).collect()
}

/// For each set the first that is equal to it: itself, if none is before it.
pub fn firsts(sets: &[ShingleSet]) -> Vec<u32> {
    let mut first = HashMap::new();
    (0..).zip(sets).map(|(number, set)| *first.entry(set.hashes()).or_insert(number)).collect()
}

/// All pairs of sets with a Jaccard index of at least [`WANTED`], in order. Of equal sets each is
/// paired with the first of them, which alone is paired with other sets. Empty sets are in no pair.
///
/// # Algorithm
/// Prefix filtering (Chaudhuri, Ganti and Kaushik 2006; Xiao et al., "Efficient similarity joins",
/// 2008): with all shingles in one order, rare ones first, two sets that share enough share one of
/// the first `n - ceil(0.7 n) + 1` of either. Those with such a shingle in common, and sizes that
/// allow it, are intersected.
pub fn pairs(sets: &[ShingleSet]) -> Vec<Scored> {
    let firsts = firsts(sets);
    let is_first = |number: u32| firsts[number as usize] == number;
    let mut pairs: Vec<Scored> = (0..)
        .zip(&firsts)
        .filter(|&(number, &first)| first != number && !sets[number as usize].is_empty())
        .map(|(number, &first)| ((first, number), 1.0))
        .collect();
    let mut frequency: HashMap<u64, u32> = HashMap::new();
    let numbers: Vec<u32> = (0..sets.len() as u32).filter(|&number| is_first(number)).collect();
    for &number in &numbers {
        for &shingle in sets[number as usize].hashes() {
            *frequency.entry(shingle).or_default() += 1;
        }
    }
    let mut having: HashMap<u64, Vec<u32>> = HashMap::new();
    for &number in &numbers {
        for shingle in prefix(&sets[number as usize], &frequency) {
            having.entry(shingle).or_default().push(number);
        }
    }
    let found = numbers.par_iter().flat_map_iter(|&number| {
        let set = &sets[number as usize];
        let mut others: Vec<u32> = prefix(set, &frequency)
            .into_iter()
            .flat_map(|shingle| having[&shingle].iter().copied())
            .filter(|&other| other < number)
            .collect();
        others.sort_unstable();
        others.dedup();
        others.into_iter().filter_map(move |other| {
            let jaccard = jaccard_if_possible(&sets[other as usize], set)?;
            (jaccard >= WANTED).then_some(((other, number), jaccard))
        })
    });
    pairs.extend(found.collect::<Vec<_>>());
    pairs.sort_unstable_by_key(|(pair, _)| *pair);
    pairs
}

/// The shingles of a set by which it is looked up. One that no other set has leads nowhere: it
/// takes its place in the order, but is left out.
fn prefix(set: &ShingleSet, frequency: &HashMap<u64, u32>) -> Vec<u64> {
    let mut shingles: Vec<(u32, u64)> =
        set.hashes().iter().map(|shingle| (frequency[shingle], *shingle)).collect();
    shingles.sort_unstable();
    let size = shingles.len();
    // Without the epsilon, rounding up could take 0.7 n for more than it is.
    let shared = (WANTED * size as f64 - 1e-9).ceil() as usize;
    shingles.truncate((size + 1).saturating_sub(shared.max(1)));
    shingles.into_iter().filter(|(frequency, _)| *frequency > 1).map(|(_, hash)| hash).collect()
}

/// Nothing where the sizes alone forbid [`WANTED`].
fn jaccard_if_possible(a: &ShingleSet, b: &ShingleSet) -> Option<f64> {
    let [less, more] = [a.len().min(b.len()), a.len().max(b.len())];
    (less as f64 >= WANTED * more as f64).then(|| a.jaccard(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sets of 1 to 40 shingles out of 60, each like the one before it.
    fn sets() -> Vec<ShingleSet> {
        let mut state = 7u64;
        let mut random = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        let mut hashes: Vec<u64> = Vec::new();
        let mut sets = vec![ShingleSet::default(), ShingleSet::default()];
        for _ in 0..300 {
            match random(4) {
                0 => hashes = (0..=random(40)).map(|_| random(60)).collect(),
                1 => hashes.push(random(60)),
                2 => drop(hashes.pop()),
                _ => {}
            }
            sets.push(ShingleSet::from_hashes(hashes.clone()));
        }
        sets
    }

    #[test]
    fn all_pairs_are_those_of_trying_each() {
        let sets = sets();
        let firsts = firsts(&sets);
        let mut expected = Vec::new();
        for (b, second) in (0..).zip(&sets) {
            for (a, first) in (0..b).zip(&sets) {
                let jaccard = first.jaccard(second);
                let are_firsts = firsts[a as usize] == a && firsts[b as usize] == b;
                let is_copy = firsts[b as usize] == a;
                if jaccard >= WANTED && (are_firsts || is_copy) {
                    expected.push(((a, b), jaccard));
                }
            }
        }
        expected.sort_unstable_by_key(|(pair, _)| *pair);
        assert!(expected.len() > 100);
        assert_eq!(pairs(&sets), expected);
    }

    #[test]
    fn no_sets_have_no_pairs() {
        assert!(pairs(&[]).is_empty());
    }
}
