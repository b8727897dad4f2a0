//! The index against a naive search through all that is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use proptest::prelude::*;
use retold::engine::batch::RareRules;
use retold::engine::{Candidate, Fingerprint, Index};
use retold::{Config, Engine};
use retold_generate::Script;
use retold_generate::bench::Generator;

/// Texts by number; the first of them come most often.
static FINGERPRINTS: LazyLock<Vec<Fingerprint>> = LazyLock::new(|| {
    let mut generator = Generator::new(Script::Latin, 5);
    let stories = [60, 80, 200].map(|words| generator.article_of(words));
    let mut texts = vec![stories[0].clone()];
    for story in &stories {
        texts.push(story.to_uppercase());
        texts.push(format!("{story} That was all."));
        texts.push(generator.rewrite(story));
        texts.push(format!("{}\n\n{story}", generator.article_of(120)));
    }
    texts.extend(["🌊 — 🌊", "🌊", "", "Ferry", "Ferries wait"].map(str::to_owned));
    let engine = Engine::new(Config::default()).unwrap();
    let mut fingerprinter = engine.fingerprinter().unwrap();
    texts.iter().map(|text| fingerprinter.fingerprint(text)).collect()
});

/// What an index should hold: for each article its fingerprint.
type Articles<'p> = BTreeMap<u8, &'p Fingerprint>;

/// How many of so many identical texts count in document frequencies.
fn counted(copies: usize) -> usize {
    if copies > 8 { 1 } else { copies }
}

/// In how many articles each feature stands.
fn frequencies(articles: &Articles<'_>) -> BTreeMap<u64, usize> {
    let mut texts: BTreeMap<u64, (&Fingerprint, usize)> = BTreeMap::new();
    for fingerprint in articles.values() {
        if let Some(text) = fingerprint.text() {
            texts.entry(text).or_insert((fingerprint, 0)).1 += 1;
        }
    }
    let mut frequencies = BTreeMap::new();
    for (fingerprint, copies) in texts.values() {
        for feature in fingerprint.features() {
            *frequencies.entry(*feature).or_default() += counted(*copies);
        }
    }
    frequencies
}

fn weight(df: usize, max_df: u32) -> u32 {
    match df as u32 {
        df if df > max_df => 0,
        df if df * 10 <= max_df => 4,
        df if df * 10 <= 3 * max_df => 2,
        _ => 1,
    }
}

/// The candidates of an article, each of the others looked at.
fn naive(articles: &Articles<'_>, asking: u8, rules: RareRules) -> Vec<Found> {
    let (own, df) = (articles[&asking], frequencies(articles));
    let has: BTreeSet<u64> = own.features().iter().copied().collect();
    let mut found = Vec::new();
    for (&id, other) in
        articles.iter().filter(|(id, other)| **id != asking && other.text().is_some())
    {
        let common = own.in_common(other).unwrap();
        let shared = other.features().iter().filter(|feature| has.contains(feature));
        let weight = shared.map(|feature| weight(df[feature], rules.max_df)).sum();
        if common.same_text || common.bands > 0 || weight >= rules.min_weight.max(1) {
            let bands = common.bands as u32;
            found.push(Found { strength: (common.same_text, bands, weight), id });
        }
    }
    found.sort_by_key(|of| (std::cmp::Reverse(of.strength), of.id));
    found
}

/// A candidate, with everything that is known about it.
#[derive(Debug, PartialEq)]
struct Found {
    /// Whether the text is the same, bands that are the same, and the weight of rare features.
    strength: (bool, u32, u32),
    id: u8,
}

fn found(candidates: Vec<Candidate<u8>>) -> Vec<Found> {
    let found =
        |of: Candidate<u8>| Found { strength: (of.same_text, of.bands, of.weight), id: of.id };
    candidates.into_iter().map(found).collect()
}

/// An id, and the number of the text that it gets; of those that are not there, it is removed.
fn changes() -> impl Strategy<Value = Vec<(u8, usize)>> {
    let texts = FINGERPRINTS.len();
    let text = prop_oneof![Just(0), 0..texts, 0..texts, texts..texts + 6];
    prop::collection::vec((0..30u8, text), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn same_as_a_naive_search(
        changes in changes(),
        max_df in prop_oneof![0..4u32, Just(12), Just(40)],
        min_weight in 0..12u32,
        asking in 0..FINGERPRINTS.len(),
    ) {
        let rules = RareRules::new(max_df, min_weight);
        let mut index = Index::new(FINGERPRINTS[0].scheme(), rules);
        let mut articles = Articles::new();
        for (id, text) in changes {
            let was_there = match FINGERPRINTS.get(text) {
                Some(fingerprint) => {
                    let replaced = index.add(id, fingerprint.clone()).unwrap();
                    (replaced, articles.insert(id, fingerprint).is_some())
                }
                None => (index.remove(&id), articles.remove(&id).is_some()),
            };
            prop_assert_eq!(was_there.0, was_there.1);
        }
        prop_assert_eq!(index.len(), articles.len());
        for id in 0..30 {
            let expected = articles.contains_key(&id).then(|| naive(&articles, id, rules));
            prop_assert_eq!(index.contains(&id), expected.is_some());
            prop_assert_eq!(index.candidates_of(&id).map(found), expected);
        }
        // One that is not there finds what it would find if it were.
        let found = index.candidates(&FINGERPRINTS[asking]).unwrap();
        articles.insert(200, &FINGERPRINTS[asking]);
        prop_assert_eq!(self::found(found.clone()), naive(&articles, 200, rules));
        index.add(200, FINGERPRINTS[asking].clone()).unwrap();
        prop_assert_eq!(index.candidates_of(&200), Some(found));
    }
}

#[test]
fn what_was_removed_leaves_nothing() {
    let rules = RareRules::new(40, 6);
    let mut index = Index::new(FINGERPRINTS[0].scheme(), rules);
    for (id, fingerprint) in FINGERPRINTS.iter().enumerate() {
        index.add(id, fingerprint.clone()).unwrap();
    }
    assert!(index.candidates_of(&0).unwrap().len() > 3, "the test tests something");
    for id in (0..FINGERPRINTS.len()).rev() {
        assert!(index.remove(&id) && !index.remove(&id));
    }
    assert!(index.is_empty());
    for fingerprint in FINGERPRINTS.iter() {
        assert_eq!(index.candidates(fingerprint).unwrap(), []);
    }
}

/// However many copies there are, they count once, and each finds all others.
#[test]
fn many_copies_are_one_in_document_frequencies() {
    let rules = RareRules::new(3, 2);
    let mut index = Index::new(FINGERPRINTS[0].scheme(), rules);
    let [story, retold] = [&FINGERPRINTS[0], &FINGERPRINTS[3]];
    index.add(1000, retold.clone()).unwrap();
    for id in 0..8 {
        index.add(id, story.clone()).unwrap();
    }
    let is_rewrite = |of: &Candidate<u32>| of.weight > 0;
    assert!(!index.candidates(retold).unwrap().iter().filter(|of| of.id < 8).any(is_rewrite));
    index.add(8, story.clone()).unwrap();
    let found = index.candidates_of(&1000).unwrap();
    assert!(found.len() == 9 && found.iter().all(is_rewrite));
    assert_eq!(index.candidates_of(&4).unwrap().len(), 9);
}
