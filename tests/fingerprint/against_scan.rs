//! What an index and the batch functions find, against what a scan takes for candidates.

use std::collections::{BTreeMap, BTreeSet};

use retold::engine::{Candidates, Channel, Fingerprint, Index, batch};
use retold::{Config, Engine};
use retold_generate::Script;
use retold_generate::bench::Generator;

type Pairs = BTreeSet<(u32, u32)>;

/// Copies with another beginning, and rewrites.
fn plain_corpus() -> Vec<String> {
    let mut generator = Generator::new(Script::Latin, 7);
    let mut texts = Vec::new();
    for at in 0..40 {
        let story = generator.article_of(60 + 8 * at);
        texts.push(generator.rewrite(&story));
        if at % 3 == 0 {
            texts.push(format!("By our reporter number {at}. {story}"));
        }
        texts.push(story);
    }
    texts
}

/// The same, and all that a scan leaves out to stay linear: identical texts, few and many of them,
/// signatures that are the same for different texts, more versions of a story than a bucket takes,
/// the shortest texts.
fn full_corpus() -> Vec<String> {
    let mut generator = Generator::new(Script::Latin, 8);
    let mut texts = plain_corpus();
    for copies in [2, 8, 9, 30] {
        texts.extend(vec![generator.article_of(90); copies]);
    }
    let story = generator.article_of(1500);
    texts.extend((0..30).map(|at| format!("{story} And item {at}.")));
    let story = generator.article_of(150);
    texts.extend((0..50).map(|at| format!("Version {at} of ours. {story}")));
    for short in ["🌊", "🌊", "", " ", "Ferry", "FERRY", "Ferry.", "Ferries wait", "waiting ferry"]
    {
        texts.push(short.to_owned());
    }
    texts
}

struct Found {
    fingerprints: Vec<Fingerprint>,
    scan: Pairs,
    index: Pairs,
    batch: Pairs,
}

impl Found {
    fn of(texts: &[String], config: Config) -> Self {
        let engine = Engine::new(config).unwrap();
        let Candidates { pairs, identical, .. } = engine.candidates(texts, &()).unwrap();
        let fingerprints = batch::fingerprints(&engine, texts.iter().map(String::as_str)).unwrap();
        let mut index: Index<u32> = engine.index(texts.len()).unwrap();
        for (id, fingerprint) in (0..).zip(&fingerprints) {
            index.add(id, fingerprint.clone()).unwrap();
        }
        let candidates_of = |id: u32| {
            let found = index.candidates_of(&id).unwrap().into_iter();
            found.map(move |of| (id.min(of.id), id.max(of.id)))
        };
        let all = (0..texts.len() as u32).flat_map(candidates_of).collect();
        let batch = batch::candidates(&fingerprints, engine.rare_rules(texts.len())).unwrap();
        let scan = pairs.into_iter().chain(identical).collect();
        Self { scan, index: all, batch: batch.into_iter().collect(), fingerprints }
    }

    /// Keys of bands that too many articles with different signatures have.
    fn big_buckets(&self) -> BTreeMap<(usize, u64), BTreeSet<u64>> {
        let mut buckets: BTreeMap<(usize, u64), BTreeSet<u64>> = BTreeMap::new();
        for fingerprint in &self.fingerprints {
            for (band, key) in fingerprint.bands().iter().enumerate() {
                buckets.entry((band, *key)).or_default().extend(fingerprint.signature());
            }
        }
        buckets.retain(|_, signatures| signatures.len() > 32);
        buckets
    }
}

fn configs() -> impl Iterator<Item = Config> {
    let channels = [Channel::Both, Channel::Banding, Channel::Rare].into_iter();
    channels.map(|channel| Config::default().channel(channel))
}

#[test]
fn without_copies_all_three_find_the_same() {
    let texts = plain_corpus();
    for config in configs() {
        let found = Found::of(&texts, config.clone());
        assert!(found.scan.len() >= 14, "{:?}: {}", config.channel, found.scan.len());
        assert_eq!(found.index, found.scan, "{:?}", config.channel);
        assert_eq!(found.batch, found.scan, "{:?}", config.channel);
    }
}

#[test]
fn the_index_has_what_a_scan_has_and_what_it_leaves_out_to_stay_linear() {
    let texts = full_corpus();
    for config in configs() {
        let channel = config.channel;
        let found = Found::of(&texts, config);
        let missed: Vec<_> = found.scan.difference(&found.index).collect();
        assert!(missed.is_empty(), "{channel:?}: {missed:?}");
        let big = found.big_buckets();
        let is_in_big = |(a, b): &(u32, u32)| {
            let [a, b] = [a, b].map(|at| found.fingerprints[*at as usize].bands());
            let mut same = (0..).zip(a).zip(b).filter(|((_, a), b)| a == b);
            same.any(|((band, key), _)| big.contains_key(&(band, *key)))
        };
        // The first of those with one signature, or one text, stands for the others.
        let mut firsts: BTreeMap<Option<u64>, u32> = BTreeMap::new();
        let mut first_of = |at: u32| {
            let fingerprint = &found.fingerprints[at as usize];
            *firsts.entry(fingerprint.signature().or(fingerprint.text())).or_insert(at)
        };
        let firsts: Vec<u32> = (0..texts.len() as u32).map(&mut first_of).collect();
        for pair in found.index.difference(&found.scan) {
            let [a, b] = [pair.0, pair.1].map(|at| firsts[at as usize]);
            let pair_of_firsts = (a.min(b), a.max(b));
            let is_represented =
                pair_of_firsts != *pair && (a == b || found.scan.contains(&pair_of_firsts));
            assert!(is_represented || is_in_big(pair), "{channel:?}: {pair:?}");
        }
        if channel == Channel::Both {
            assert!(!big.is_empty() && found.index.len() > found.scan.len() + 400);
        }
    }
}

#[test]
fn batch_functions_find_what_a_scan_does() {
    let texts = full_corpus();
    for config in configs() {
        let channel = config.channel;
        let found = Found::of(&texts, config);
        let missed: Vec<_> = found.scan.difference(&found.batch).collect();
        assert!(missed.is_empty(), "{channel:?}: {missed:?}");
        for (a, b) in found.batch.difference(&found.scan) {
            let [a, b] = [a, b].map(|at| found.fingerprints[*at as usize].text());
            assert_eq!(a, b, "{channel:?}: only pairs of up to eight identical texts come on top");
        }
    }
}

#[test]
fn related_pairs_of_a_scan_are_candidates_of_the_index() {
    let texts = full_corpus();
    let found = Found::of(&texts, Config::default());
    let scan = Engine::new(Config::default()).unwrap().scan(&texts[..]).unwrap();
    assert!(scan.pairs.len() > 150, "{}", scan.pairs.len());
    for pair in scan.pairs {
        assert!(found.index.contains(&(pair.a, pair.b)));
    }
}
