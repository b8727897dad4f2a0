//! Candidates, against the index of the library as the model: one for each span of time.

use std::collections::{BTreeMap, BTreeSet};

use retold::align::Relation;
use retold::engine::Index;
use retold::{Cancel, Config, Engine};
use retold_archive::{AddOptions, Archive, Known, NewArticle, Reader, Settings};

use crate::common::{Random, archive, article, open, texts};

const DAY: i64 = 24 * 60 * 60;

/// What an archive should hold.
struct Model {
    engine: Engine,
    settings: Settings,
    spans: BTreeMap<i64, Index<String>>,
    articles: BTreeMap<String, NewArticle>,
}

/// Candidates without their order: id, same text, bands, weight.
type Found = BTreeSet<(String, bool, u32, u32)>;

impl Model {
    fn new(settings: &Settings) -> Self {
        let engine = settings.engine(Config::default()).unwrap();
        let (spans, articles) = (BTreeMap::new(), BTreeMap::new());
        Self { engine, settings: settings.clone(), spans, articles }
    }

    fn span(&self, article: &NewArticle) -> i64 {
        let days = self.settings.span_days.map(i64::from);
        days.map_or(0, |days| article.first_seen.div_euclid(days * DAY))
    }

    /// Adds an article, and gives the ids that it is related to.
    fn add(&mut self, article: NewArticle, known: Known) -> Option<BTreeSet<String>> {
        if let Some(before) = self.articles.get(&article.id) {
            if known == Known::Skip || before.text == article.text {
                return None;
            }
            self.remove(&article.id);
        }
        let related = |found: &(String, bool, u32, u32)| {
            let other = &self.articles[&found.0].text;
            let relation = self.engine.compare(other, &article.text).relation;
            (relation != Relation::Unrelated).then(|| found.0.clone())
        };
        let related = self.candidates(&article.text).iter().filter_map(related).collect();
        let fingerprint = self.engine.fingerprint(&article.text).unwrap();
        let (scheme, rules) = (self.engine.scheme().unwrap(), self.engine.rare_rules(0));
        let index = self.spans.entry(self.span(&article));
        let index = index.or_insert_with(|| Index::new(scheme, rules));
        index.add(article.id.clone(), fingerprint).unwrap();
        self.articles.insert(article.id.clone(), article);
        Some(related)
    }

    fn remove(&mut self, id: &str) -> bool {
        self.spans.values_mut().for_each(|index| {
            index.remove(&id.to_owned());
        });
        self.articles.remove(id).is_some()
    }

    fn candidates(&self, text: &str) -> Found {
        let fingerprint = self.engine.fingerprint(text).unwrap();
        let of = |index: &Index<String>| index.candidates(&fingerprint).unwrap();
        let found = self.spans.values().flat_map(of);
        found.map(|of| (of.id, of.same_text, of.bands, of.weight)).collect()
    }
}

fn candidates(reader: &Reader, text: &str) -> Found {
    let found = reader.candidates(&[text], &Cancel::never()).unwrap().remove(0);
    let id = |doc| reader.article(doc).unwrap().unwrap().id;
    found.into_iter().map(|of| (id(of.doc), of.same_text, of.bands, of.weight)).collect()
}

fn hold_to_the_model(seed: u64, settings: &Settings, steps: usize) {
    let (_folder, path) = archive(settings);
    let texts = texts(seed, 40);
    let (mut random, mut model) = (Random(seed), Model::new(settings));
    let (mut own, mut found) = (open(&path), 0);
    for step in 0..steps {
        match random.below(8) {
            0..4 => {
                let known = if random.below(2) == 0 { Known::Skip } else { Known::Replace };
                let batch = (0..1 + random.below(12)).map(|_| {
                    let text = &texts[random.below(texts.len())];
                    article(random.below(60), text, random.below(4) as i64 * DAY)
                });
                found += add(&mut own, &mut model, batch.collect(), known);
            }
            4 => {
                let ids: Vec<_> = (0..5).map(|_| random.below(60).to_string()).collect();
                let ids: Vec<_> = ids.iter().map(String::as_str).collect();
                let expected: Vec<_> = ids.iter().map(|id| model.remove(id)).collect();
                assert_eq!(own.remove(&ids, &Cancel::never()).unwrap(), expected);
            }
            5 => {
                own.tidy(&Cancel::never()).unwrap();
            }
            6 if step % 3 == 0 => {
                own.compact(&Cancel::never()).unwrap();
                assert_eq!(own.stats().unwrap().tombstones, 0);
            }
            _ => {
                drop(own);
                own = open(&path);
            }
        }
        assert_eq!(own.len(), model.articles.len() as u64);
        for _ in 0..4 {
            let text = &texts[random.below(texts.len())];
            assert_eq!(candidates(&own, text), model.candidates(text), "seed {seed}, step {step}");
        }
    }
    assert!(found > 10, "{found}");
    let damage = retold_archive::verify(&path, &Cancel::never()).unwrap().damage;
    assert!(damage.is_empty(), "{damage:?}");
}

/// Adds a batch to both, and gives how many matches there were.
fn add(own: &mut Archive, model: &mut Model, batch: Vec<NewArticle>, known: Known) -> usize {
    let mut expected = Vec::new();
    let mut skipped = 0;
    for article in batch.clone() {
        let id = article.id.clone();
        match model.add(article, known) {
            Some(related) => expected.push((id, related)),
            None => skipped += 1,
        }
    }
    let options = AddOptions { known, ..AddOptions::default() };
    let added = own.add(batch, &options, &Cancel::never()).unwrap();
    assert_eq!(added.skipped, skipped);
    let ids = |of: &retold_archive::AddedArticle| {
        let related = of.matches.iter().map(|of| of.article.id.clone());
        (of.article.id.clone(), related.collect())
    };
    let given: Vec<(String, BTreeSet<String>)> = added.articles.iter().map(ids).collect();
    assert_eq!(given, expected);
    added.articles.iter().map(|of| of.matches.len()).sum()
}

#[test]
fn whatever_happens_it_finds_what_the_index_finds() {
    let soak = std::env::var_os("RETOLD_SOAK").is_some();
    for seed in 0..if soak { 200 } else { 2 } {
        // A low cap, so that features come and go.
        let all = Settings { max_df: 4 + seed as u32, span_days: None, ..Settings::default() };
        hold_to_the_model(seed, &all, 45);
        let by_days = Settings { span_days: Some(1 + seed as u32 % 2), ..all };
        hold_to_the_model(seed + 1000, &by_days, 45);
    }
}

#[test]
fn of_many_copies_the_earliest_stands_for_all() {
    let settings = Settings { span_days: None, ..Settings::default() };
    let (_folder, path) = archive(&settings);
    let mut own = open(&path);
    let text = &texts(3, 1)[0];
    let copies = (0..20).map(|at| article(at, text, 0)).collect();
    let added = crate::common::add(&mut own, copies);
    let counts = added.articles.iter().map(|of| (of.matches.len(), of.matches.first()));
    for (before, (listed, first)) in counts.enumerate() {
        let (expected, copies) = if before > 8 { (1, before as u64 - 1) } else { (before, 0) };
        assert_eq!((listed, first.map_or(0, |of| of.copies)), (expected, copies), "{before}");
        assert!(first.is_none_or(|of| of.article.id == "0"));
    }
}
