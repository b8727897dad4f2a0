//! Links between texts that are too long to compare all sentences with all.
//!
//! The longer a text is, the more sentences contain each term, so the number of sentence pairs that
//! share one grows with the product of the lengths. Here a sentence is compared only with the few
//! that share its rarest terms and bigrams (anchors), and with the neighbours of the resulting
//! links. Time is proportional to the sum of the lengths. Sentences that share only words that
//! occur throughout both texts are missed.

use super::in_common::Words;
use super::linker::{Link, Linker, Norm};
use super::profile::{NO_TERM, Profile};
use super::weights::Weights;

/// Postings of the other text that are scored for each sentence: the minimum, and the number for
/// each feature of it.
const LOOKS: usize = 96;
const LOOKS_A_FEATURE: usize = 4;
/// Of the scored sentences this many are compared, and one more for every so many features.
const COMPARED: usize = 8;
const FEATURES_A_PLACE: usize = 8;
/// The neighbours of links from this cosine on are compared too: for each sentence those of this
/// many links, the surest.
const SURE: f32 = 0.25;
const SURROUNDED: usize = 2;
/// How far these neighbours reach before and after either sentence.
const AROUND: u32 = 2;

/// A pair of sentences: its places in either article.
type Place = (u32, u32);

/// The links, ordered by their places in the first article, then in the second.
pub(super) fn links(linker: &Linker) -> Vec<Link> {
    let mut compared = Compared::new(linker);
    let mut found = compared.links(&anchors(linker.a, linker.b, linker.weights));
    let around = around(&found, [linker.a.sentences(), linker.b.sentences()]);
    found.append(&mut compared.links(&around));
    found.sort_unstable_by_key(|link| (link.a, link.b));
    found
}

/// Compares sentences.
struct Compared<'l, 'p> {
    linker: &'l Linker<'p>,
    /// For each term of the second article its weight, if a sentence of the first has it; else 0.
    row: Vec<f32>,
}

/// A list this many times as long as the other is searched, not scanned.
const LOPSIDED: usize = 16;

impl<'l, 'p> Compared<'l, 'p> {
    fn new(linker: &'l Linker<'p>) -> Self {
        Self { linker, row: vec![0.0; linker.b.stems.len()] }
    }

    /// The links at these places, which are sorted.
    fn links(&mut self, places: &[Place]) -> Vec<Link> {
        let Linker { a, weights, .. } = *self.linker;
        let mut found = Vec::new();
        let rows = places.chunk_by(|x, y| x.0 == y.0);
        for row in rows.take_while(|_| !weights.cancel.is_cancelled()) {
            let held = a.held(row[0].0 as usize);
            self.fill(held, |term| weights.a[term as usize]);
            let shared = row.iter().map(|place| (*place, self.shared(held, place.1)));
            let shared = shared.filter(|(_, shared)| !shared.is_nothing());
            found.extend(shared.filter_map(|(place, shared)| self.linker.link(place, shared)));
            self.fill(held, |_| 0.0);
        }
        found
    }

    fn fill(&mut self, held: &[u32], value: impl Fn(u32) -> f32) {
        for term in held {
            let partner = self.linker.weights.partner[*term as usize];
            if partner != NO_TERM {
                self.row[partner as usize] = value(*term);
            }
        }
    }

    /// What the sentence with which the row was filled shares with one of the second article.
    fn shared(&self, held: &[u32], b: u32) -> Norm {
        let Linker { weights, .. } = *self.linker;
        let others = self.linker.b.held(b as usize);
        let mut shared = Norm::default();
        if others.len() <= LOPSIDED * held.len() {
            others.iter().for_each(|other| shared.add(self.row[*other as usize]));
            return shared;
        }
        for term in held {
            let partner = weights.partner[*term as usize];
            if partner != NO_TERM && others.binary_search(&partner).is_ok() {
                shared.add(weights.a[*term as usize]);
            }
        }
        shared
    }
}

/// For each number of a bigram that both articles have the sentences of one of them.
struct Bigrams {
    starts: Vec<u32>,
    sentences: Vec<u32>,
}

impl Bigrams {
    fn of(words: &Words, sentences: usize, bigrams: u32) -> Self {
        let mut starts = vec![0; bigrams as usize + 1];
        let of = |sentence: usize| {
            words.bigrams_of(sentence).chunk_by(|x, y| x == y).map(|same| same[0])
        };
        for number in (0..sentences).flat_map(of) {
            starts[number as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut all = vec![0; starts[bigrams as usize] as usize];
        for sentence in 0..sentences {
            for number in of(sentence) {
                let next = &mut next[number as usize];
                all[*next as usize] = sentence as u32;
                *next += 1;
            }
        }
        Self { starts, sentences: all }
    }

    fn postings(&self, number: u32) -> &[u32] {
        let range = self.starts[number as usize]..self.starts[number as usize + 1];
        &self.sentences[range.start as usize..range.end as usize]
    }
}

/// The pairs of sentences that share rare features, sorted: each sentence of either article with
/// those of the other that share the most and the rarest.
fn anchors(a: &Profile, b: &Profile, weights: &Weights) -> Vec<Place> {
    let in_common = &weights.in_common;
    let [bigrams_a, bigrams_b] = [(&in_common.a, a), (&in_common.b, b)]
        .map(|(words, profile)| Bigrams::of(words, profile.sentences(), in_common.bigrams));
    let mut places = Vec::new();
    let mut from_a = Search {
        own: a,
        words: &in_common.a,
        partner: &weights.partner,
        other: b,
        bigrams: &bigrams_b,
    };
    from_a.each(|own, other| places.push((own, other)));
    let mut from_b = Search {
        own: b,
        words: &in_common.b,
        partner: &weights.partner_of_b,
        other: a,
        bigrams: &bigrams_a,
    };
    from_b.each(|own, other| places.push((other, own)));
    places.sort_unstable();
    places.dedup();
    places
}

/// A search for the sentences of another article that are similar to those of one.
struct Search<'p> {
    own: &'p Profile,
    words: &'p Words,
    /// For each term the same term of the other article.
    partner: &'p [u32],
    other: &'p Profile,
    /// Where the other article has bigrams.
    bigrams: &'p Bigrams,
}

impl Search<'_> {
    /// Hands out pairs of sentences, of this article and of the other.
    fn each(&mut self, mut each: impl FnMut(u32, u32)) {
        let all = self.other.sentences();
        let mut scores = vec![0.0f32; all];
        let (mut lists, mut seen): (Vec<&[u32]>, Vec<u32>) = (Vec::new(), Vec::new());
        for sentence in 0..self.own.sentences() {
            // Its expected place if both articles had the same order.
            let beside = (sentence * all / self.own.sentences()) as u32;
            self.fill(sentence, &mut lists);
            let mut left = LOOKS.max(LOOKS_A_FEATURE * lists.len());
            for list in &lists {
                let near = nearest(list, beside, left);
                let worth = (1.0 + all as f32 / list.len() as f32).ln();
                for &other in near {
                    let score = &mut scores[other as usize];
                    if *score == 0.0 {
                        seen.push(other);
                    }
                    *score += worth;
                }
                left -= near.len();
                if left == 0 {
                    break;
                }
            }
            seen.sort_unstable_by(|x, y| {
                let score = |at: u32| scores[at as usize];
                let distance = |at: u32| at.abs_diff(beside);
                score(*y).total_cmp(&score(*x)).then(distance(*x).cmp(&distance(*y))).then(x.cmp(y))
            });
            let most = COMPARED + lists.len() / FEATURES_A_PLACE;
            seen.iter().take(most).for_each(|other| each(sentence as u32, *other));
            seen.drain(..).for_each(|other| scores[other as usize] = 0.0);
        }
    }

    /// The postings, in the other article, of the features of a sentence, the rarest first.
    fn fill<'l>(&'l self, sentence: usize, lists: &mut Vec<&'l [u32]>) {
        lists.clear();
        let partners = self.own.held(sentence).iter().map(|term| self.partner[*term as usize]);
        let shared = partners.filter(|partner| *partner != NO_TERM);
        lists.extend(shared.map(|partner| self.other.postings(partner as usize)));
        let bigrams = self.words.bigrams_of(sentence).chunk_by(|x, y| x == y);
        lists.extend(bigrams.map(|same| self.bigrams.postings(same[0])));
        lists.retain(|list| !list.is_empty());
        lists.sort_by_key(|list| list.len());
    }
}

/// At most `most` of some ascending numbers: those around the insertion point of `beside`.
fn nearest(list: &[u32], beside: u32, most: usize) -> &[u32] {
    if list.len() <= most {
        return list;
    }
    let middle = list.partition_point(|at| *at < beside);
    let start = middle.saturating_sub(most / 2).min(list.len() - most);
    &list[start..start + most]
}

/// The places around the surest links of each sentence that are not links yet, sorted.
fn around(found: &[Link], [all_a, all_b]: [usize; 2]) -> Vec<Place> {
    let mut surest: Vec<Vec<u32>> = vec![Vec::new(); all_a];
    for row in found.chunk_by(|x, y| x.a == y.a) {
        let mut sure: Vec<&Link> = row.iter().filter(|link| link.cosine >= SURE).collect();
        sure.sort_by(|x, y| y.cosine.total_cmp(&x.cosine).then(x.b.cmp(&y.b)));
        surest[row[0].a as usize] = sure.iter().take(SURROUNDED).map(|link| link.b).collect();
    }
    let (mut places, mut known, mut near) = (Vec::new(), found, Vec::new());
    for a in 0..all_a as u32 {
        near.clear();
        let rows = a.saturating_sub(AROUND)..(a + AROUND + 1).min(all_a as u32);
        for b in rows.flat_map(|row| &surest[row as usize]) {
            near.extend(b.saturating_sub(AROUND)..(b + AROUND + 1).min(all_b as u32));
        }
        near.sort_unstable();
        near.dedup();
        let own = known.partition_point(|link| link.a == a);
        let (row, rest) = known.split_at(own);
        known = rest;
        near.retain(|b| row.binary_search_by_key(b, |link| link.b).is_err());
        places.extend(near.iter().map(|b| (a, *b)));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::weights::Effort;
    use crate::text::Analyzer;
    use crate::text::hash::mix;

    /// Sentences of twelve words, of which every other one is the same whatever the salt.
    fn profile(sentences: u64, salt: u64) -> Profile {
        let word = |at: u64, of: u64| mix(at << 8 | of | (at % 2 * salt) << 40);
        // A few words are common, most are rare.
        let rank = |word: u64| (word % 97) * (word >> 20 & 0xFFFF) % 5000;
        let sentence = |at: u64| {
            let words: Vec<String> =
                (0..12).map(|of| format!("w{}x", rank(word(at, of)))).collect();
            format!("The {}. ", words.join(" "))
        };
        let text: String = (0..sentences).map(sentence).collect();
        Profile::new(Analyzer::new(None).article(&text), Default::default())
    }

    #[test]
    fn the_work_grows_with_the_sentences() {
        let looked_at = |sentences: u64| {
            let (a, b) = (profile(sentences, 1), profile(sentences, 2));
            let weights = Weights::new(&a, &b);
            let places = anchors(&a, &b, &weights);
            let linker = Linker::new(&a, &b, &weights);
            let found = Compared::new(&linker).links(&places);
            places.len() + around(&found, [a.sentences(), b.sentences()]).len()
        };
        let counts = [500, 1000, 2000, 4000].map(looked_at);
        for two in counts.windows(2) {
            assert!(two[1] < two[0] * 5 / 2, "{counts:?}");
        }
        assert!(counts[3] < 4000 * 80, "{counts:?}");
    }

    #[test]
    fn sentences_that_are_the_same_are_found() {
        let (a, b) = (profile(2000, 1), profile(2000, 2));
        assert_eq!([a.sentences(), b.sentences()], [2000; 2]);
        let mut weights = Weights::new(&a, &b);
        weights.effort = Effort::Coarse;
        let found = super::super::links::links(&a, &b, &weights);
        let is_found = |at: &u32| found.iter().any(|link| (link.a, link.b) == (*at, *at));
        let same = (0..2000).step_by(2);
        assert_eq!(same.clone().filter(is_found).count(), same.count());
        assert!(found.is_sorted_by_key(|link| (link.a, link.b)));
    }

    #[test]
    fn the_nearest_are_around_the_place() {
        let list = [2, 4, 6, 8, 10];
        assert_eq!(nearest(&list, 7, 2), [6, 8]);
        assert_eq!(nearest(&list, 0, 2), [2, 4]);
        assert_eq!(nearest(&list, 99, 3), [6, 8, 10]);
        assert_eq!(nearest(&list, 5, 9), list);
    }
}
