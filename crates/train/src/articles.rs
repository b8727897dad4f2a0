//! Rows for the article model: pairs of articles of which one reuses the other, or not.
//!
//! Negatives are what a scan would stumble over: candidate pairs of a whole corpus that belong to
//! different clusters, and independent reports of one event. Random pairs would teach nothing.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use anyhow::Result;
use rayon::prelude::*;
use retold::align::CompareOptions;
use retold::align::features::{FEATURES, NO_PASSAGE, Pair, WHOLE_FEATURES, partial};
use retold::align::links::links;
use retold::align::passages::passages;
use retold::align::weights::Weights;
use retold::{Config, Engine};
use serde::Deserialize;

use crate::data::{Doc, PanPair, group_of, profiles, read};
use crate::fit::Rows;

/// Clusters whose texts share something real: their pairs count neither way.
#[derive(Debug, Deserialize)]
struct Ambiguous {
    clusters: [String; 2],
}

/// A labelled pair of one corpus.
pub struct Labelled<'d> {
    /// The first article.
    pub a: &'d Doc,
    /// The second.
    pub b: &'d Doc,
    /// Whether one reuses the other.
    pub reused: bool,
    /// Pairs of one group never stand on both sides of a split.
    pub group: u64,
    weight: f64,
}

/// How much each of the three pairs of an event counts: there are few, and they are the hard ones.
const SAME_EVENT_WEIGHT: f64 = 15.0;
/// How much each negative counts where only passages are judged: PAN has far more pairs that share
/// some than a corpus of news.
const PASSAGE_NEGATIVE_WEIGHT: f64 = 4.0;
/// How much each pair of polished texts counts: most are copies, and easy ones.
const POLISHED_WEIGHT: f64 = 0.12;
const POLISHED_APART_WEIGHT: f64 = 5.0;
/// How much each short answer counts: there are few.
const ANSWER_WEIGHT: f64 = 10.0;
/// One in so many pairs of whole documents, which are many, is taken.
const PAN_SAMPLE: u64 = 2;

/// News: rewrites, other articles on the same topics, and independent reports of one event.
pub struct News {
    /// Its articles.
    pub docs: Vec<Doc>,
    ambiguous: Vec<Ambiguous>,
}

impl News {
    /// Reads it from `folder`.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut docs: Vec<Doc> = read(folder, "rewrites.jsonl")?;
        docs.extend(read::<Doc>(folder, "siblings.jsonl")?);
        let mut events: Vec<Doc> = read(folder, "same_event.jsonl")?;
        for doc in &mut events {
            doc.cluster = format!("single {}", doc.id);
        }
        docs.extend(events);
        Ok(Self { docs, ambiguous: read(folder, "ambiguous.jsonl")? })
    }

    /// Its candidate pairs, every pair of a cluster and every pair of an event.
    pub fn pairs(&self) -> Result<Vec<Labelled<'_>>> {
        let mut pairs = candidates(&self.docs, &self.ambiguous)?;
        pairs.extend(same_event(&self.docs));
        Ok(pairs)
    }
}

/// Rows for the article model from every corpus in `folder`.
pub fn article_rows(folder: &Path) -> Result<Rows> {
    let mut rows = Rows::default();
    let news = News::read(folder)?;
    add(&news.docs, &news.pairs()?, 0, &mut rows);

    let polish: Vec<Doc> = read(folder, "polish.jsonl")?;
    let mut polished = candidates(&polish, &[])?;
    for pair in &mut polished {
        pair.weight = if pair.reused { POLISHED_WEIGHT } else { POLISHED_APART_WEIGHT };
    }
    add(&polish, &polished, 1, &mut rows);

    let short: Vec<Doc> = read(folder, "clough.jsonl")?;
    add(&short, &against_source(&short), SHORT, &mut rows);

    let pan = folder.join("pan13");
    let mut documents: Vec<Doc> = read(&pan, "suspicious.jsonl")?;
    documents.extend(read::<Doc>(&pan, "source.jsonl")?);
    let pairs: Vec<PanPair> = read(&pan, "pairs.jsonl")?;
    add(&documents, &of_pan(&documents, &pairs), PAN, &mut rows);
    Ok(rows)
}

/// Corpora, in the order in which their rows are numbered.
const SHORT: usize = 2;
const PAN: usize = 3;

/// Rows for the model of whole articles: everything but PAN, whose documents share passages only.
///
/// Each corpus has an intercept of its own: that most pairs of short polished texts are copies must
/// not teach that short texts are copies.
pub fn whole(rows: &Rows) -> Rows {
    rows.only(|at| rows.sources[at] <= SHORT)
}

/// Rows for the model of shared passages: PAN, and the negatives of the news corpora, where there is
/// a passage to judge.
pub fn part(rows: &Rows) -> Rows {
    let odds = [column("passage"), column("summary")];
    let wanted = |at: usize| {
        let is_negative = rows.sources[at] == 0 && !rows.labels[at];
        let has = |odds: usize| rows.values[at][odds] > f64::from(NO_PASSAGE);
        (rows.sources[at] == PAN || is_negative) && odds.into_iter().any(has)
    };
    let mut part = rows.only(wanted);
    for values in &mut part.values {
        let mut features = [0.0; FEATURES.len()];
        for (feature, value) in features.iter_mut().zip(values.iter()) {
            *feature = *value as f32;
        }
        *values = partial(&features).map(f64::from).to_vec();
    }
    for (weight, _) in part.weights.iter_mut().zip(&part.labels).filter(|(_, label)| !**label) {
        *weight = PASSAGE_NEGATIVE_WEIGHT;
    }
    part.sources.fill(0);
    part
}

/// Where a feature stands in a row.
fn column(name: &str) -> usize {
    let at = FEATURES.iter().position(|known| *known == name);
    at.expect("a name from the list")
}

/// Rows for the model that tells a retold article from reused passages: positives of the news corpora
/// against those pairs of PAN that share less than half.
pub fn extent(rows: &Rows) -> Rows {
    let covered = column("coverage_most");
    let is_part = |at: usize| rows.sources[at] == PAN && rows.values[at][covered] < 0.5;
    let mut extent = rows.only(|at| rows.labels[at] && (rows.sources[at] == 0 || is_part(at)));
    let columns = WHOLE_FEATURES.map(column);
    for (values, (label, source)) in
        extent.values.iter_mut().zip(extent.labels.iter_mut().zip(&mut extent.sources))
    {
        *values = columns.iter().map(|at| values[*at]).collect();
        *label = *source == 0;
        *source = 0;
    }
    extent
}

/// The candidate pairs of a corpus, and every pair of a cluster.
fn candidates<'d>(docs: &'d [Doc], ambiguous: &[Ambiguous]) -> Result<Vec<Labelled<'d>>> {
    let texts: Vec<&str> = docs.iter().map(|doc| doc.text.as_str()).collect();
    let engine = Engine::new(Config::default())?;
    let mut pairs: BTreeSet<(u32, u32)> =
        engine.candidates(&texts[..], &())?.pairs.into_iter().collect();
    let mut clusters: HashMap<&str, Vec<u32>> = HashMap::new();
    for (at, doc) in docs.iter().enumerate() {
        clusters.entry(&doc.cluster).or_default().push(at as u32);
    }
    for members in clusters.values() {
        for (at, a) in members.iter().enumerate() {
            pairs.extend(members[at + 1..].iter().map(|b| (*a, *b)));
        }
    }
    let unclear: HashSet<(&str, &str)> = ambiguous
        .iter()
        .flat_map(|pair| {
            let [x, y] = &pair.clusters;
            [(x.as_str(), y.as_str()), (y.as_str(), x.as_str())]
        })
        .collect();
    let label = |(a, b): (u32, u32)| {
        let (a, b) = (&docs[a as usize], &docs[b as usize]);
        let group = group_of(&a.cluster);
        Labelled { a, b, reused: a.cluster == b.cluster, group, weight: 1.0 }
    };
    let clear =
        |pair: &Labelled| !unclear.contains(&(pair.a.cluster.as_str(), pair.b.cluster.as_str()));
    Ok(pairs.into_iter().map(label).filter(clear).collect())
}

/// Every two reports of one event.
fn same_event(docs: &[Doc]) -> Vec<Labelled<'_>> {
    let mut events: HashMap<&str, Vec<&Doc>> = HashMap::new();
    for doc in docs.iter().filter(|doc| !doc.event.is_empty()) {
        events.entry(&doc.event).or_default().push(doc);
    }
    let mut names: Vec<&&str> = events.keys().collect();
    names.sort();
    let mut pairs = Vec::new();
    for name in names {
        let reports = &events[*name];
        for (at, a) in reports.iter().enumerate() {
            for b in &reports[at + 1..] {
                let group = group_of(name);
                pairs.push(Labelled { a, b, reused: false, group, weight: SAME_EVENT_WEIGHT });
            }
        }
    }
    pairs
}

/// Every answer against the source of its task.
fn against_source(docs: &[Doc]) -> Vec<Labelled<'_>> {
    let sources: HashMap<&str, &Doc> = docs
        .iter()
        .filter(|doc| doc.category == "orig")
        .map(|doc| (doc.task.as_str(), doc))
        .collect();
    docs.iter()
        .filter(|doc| doc.category != "orig")
        .filter_map(|doc| {
            let source = sources.get(doc.task.as_str())?;
            let reused = doc.category != "non";
            Some(Labelled {
                a: doc,
                b: source,
                reused,
                group: group_of(&doc.id),
                weight: ANSWER_WEIGHT,
            })
        })
        .collect()
}

fn of_pan<'d>(docs: &'d [Doc], pairs: &[PanPair]) -> Vec<Labelled<'d>> {
    let by_id: HashMap<&str, &Doc> = docs.iter().map(|doc| (doc.id.as_str(), doc)).collect();
    pairs
        .iter()
        .filter(|pair| group_of(&format!("{} {}", pair.a, pair.b)).is_multiple_of(PAN_SAMPLE))
        .filter(|pair| !pair.cases.is_empty() || pair.kind == "no-plagiarism")
        .filter_map(|pair| {
            let (a, b) = (by_id.get(pair.a.as_str())?, by_id.get(pair.b.as_str())?);
            let reused = !pair.cases.is_empty();
            Some(Labelled { a, b, reused, group: group_of(&pair.a), weight: 1.0 })
        })
        .collect()
}

fn add(docs: &[Doc], pairs: &[Labelled], source: usize, rows: &mut Rows) {
    let ready = profiles(docs);
    let least = CompareOptions::default().passage_words;
    let features: Vec<Vec<f32>> = pairs
        .par_iter()
        .map(|pair| {
            let (a, b) = (&ready[pair.a.id.as_str()], &ready[pair.b.id.as_str()]);
            let weights = Weights::new(a, b);
            let links = links(a, b, &weights);
            let mut passages = passages(a, b, &weights, &links);
            passages.retain(|passage| passage.words() >= least);
            Pair { a, b, weights: &weights, links: &links, passages: &passages }.features().to_vec()
        })
        .collect();
    for (pair, values) in pairs.iter().zip(features) {
        rows.push(&values, pair.reused, pair.group, source);
        if let Some(weight) = rows.weights.last_mut() {
            *weight = pair.weight;
        }
    }
}
