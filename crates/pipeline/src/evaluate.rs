//! Evaluates findings against labels.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use retold::Engine;
use retold::align::Comparison;
use retold::engine::Scan;
use retold::evaluation::{Counts, Ranking, Reliability, Scored, Unseen, adjusted_rand};
use retold_corpus::{Corpus, ReadReport, Record};
use retold_report::Run;
use retold_report::evaluation::{Evaluation, Truth, TruthKind};
use retold_report::record::round;

use crate::loaded::LoadedCorpus;
use crate::settings::Settings;
use crate::truth::{Labels, LabelsOf};
use crate::{Error, Progress};

/// Judged pairs, with their labels.
pub struct Judged {
    truth: Truth,
    pairs: Vec<Scored>,
    unseen: Unseen,
    found: Counts,
    ari: Option<f64>,
    /// The report of reading the corpus.
    pub read: ReadReport,
}

impl Judged {
    /// The figures of a run with these settings.
    pub fn evaluation(self, run: Run, settings: &Settings) -> Evaluation {
        Evaluation {
            run,
            truth: self.truth,
            found: self.found,
            threshold: round(settings.engine.compare.threshold),
            ranking: Ranking::new(&self.pairs, self.unseen),
            reliability: Reliability::new(&self.pairs),
            ari: self.ari,
        }
    }
}

/// Collects judgements.
#[derive(Default)]
struct Tally {
    pairs: Vec<Scored>,
    found: Counts,
}

/// What was found out about a pair, and the truth.
struct JudgedPair<'c> {
    comparison: &'c Comparison,
    is_reuse: bool,
}

impl Tally {
    fn add(&mut self, judged: JudgedPair<'_>) {
        let JudgedPair { comparison, is_reuse } = judged;
        // Rounded as in records, so that the figures can be reproduced from them.
        self.pairs.push(Scored { score: round(comparison.score), is_reuse });
        let is_found = comparison.relation.is_reuse();
        self.found.right += u64::from(is_found && is_reuse);
        self.found.wrong += u64::from(is_found && !is_reuse);
        self.found.missed += u64::from(!is_found && is_reuse);
    }
}

/// Reads the wanted articles; also returns the labelled ids that several articles share.
fn load(
    judge: &Judge<'_>,
    labels: &Labels,
    is_wanted: impl Fn(&Record) -> bool,
) -> anyhow::Result<(LoadedCorpus, HashSet<u32>)> {
    let mut shared = HashSet::new();
    let storage = judge.settings.storage.clone();
    let loaded = LoadedCorpus::load(judge.corpus, storage, judge.progress, |record| {
        shared.extend(record.shared_id.as_deref().and_then(|id| labels.number(id)));
        is_wanted(record)
    })?;
    judge.settings.check_read(&[&loaded.report])?;
    Ok((loaded, shared))
}

/// For each labelled article its index in the loaded corpus; also the ids that have none or
/// several.
fn places(
    labels: &Labels,
    loaded: &LoadedCorpus,
    shared: &HashSet<u32>,
) -> (Vec<Option<u32>>, Vec<String>) {
    let mut places = vec![None; labels.ids.len()];
    for (article, place) in loaded.articles.iter().zip(0..) {
        let number = labels.number(&article.id).filter(|number| !shared.contains(number));
        if let Some(number) = number {
            places[number as usize] = Some(place);
        }
    }
    let unknown = labels.ids.iter().zip(&places).filter(|(_, place)| place.is_none());
    let unknown = unknown.map(|(id, _)| id.clone()).collect();
    (places, unknown)
}

/// The labelled pairs whose articles were loaded.
fn placed(pairs: &[((u32, u32), bool)], places: &[Option<u32>]) -> Vec<((u32, u32), bool)> {
    let place = |article: u32| places[article as usize];
    let pair = |&((a, b), is_reuse)| Some(((place(a)?, place(b)?), is_reuse));
    pairs.iter().filter_map(pair).collect()
}

/// Evaluates the articles of a corpus against labels.
pub struct Judge<'j> {
    /// The articles.
    pub corpus: &'j Corpus,
    /// How to find related pairs.
    pub settings: &'j Settings,
    /// Is told of progress.
    pub progress: &'j dyn Progress,
}

impl Judge<'_> {
    /// Compares the labelled pairs if some are labelled as no reuse, and scans the corpus
    /// otherwise.
    pub fn judge(&self, labels: &Labels) -> anyhow::Result<Judged> {
        match &labels.of {
            LabelsOf::Pairs(pairs) if pairs.iter().any(|(_, is_reuse)| !is_reuse) => {
                self.compare(pairs, labels)
            }
            _ => self.scan(labels),
        }
    }

    /// Compares the labelled pairs.
    fn compare(&self, pairs: &[((u32, u32), bool)], labels: &Labels) -> anyhow::Result<Judged> {
        let Self { settings, progress, .. } = *self;
        let engine = Engine::new(settings.engine.clone())?;
        let is_labelled = |record: &Record| labels.number(&record.id).is_some();
        let (loaded, shared) = load(self, labels, is_labelled)?;
        let (places, unknown) = places(labels, &loaded, &shared);
        let placed = placed(pairs, &places);
        let to_compare: Vec<(u32, u32)> = placed.iter().map(|(pair, _)| *pair).collect();
        let mut tally = Tally::default();
        let mut truths = placed.iter().map(|(_, is_reuse)| *is_reuse);
        progress.begin_steps("comparing", placed.len() as u64);
        let compare = || {
            engine.compare_batches(&loaded.texts, &to_compare, progress, |_, compared| {
                for (comparison, is_reuse) in compared.iter().zip(&mut truths) {
                    tally.add(JudgedPair { comparison, is_reuse });
                }
                ControlFlow::Continue(())
            })
        };
        settings.pool()?.install(compare).map_err(Error::from)?;
        Ok(Judged {
            truth: Truth {
                kind: TruthKind::LabelledPairs,
                articles: loaded.articles.len() as u64,
                unlabelled: loaded.report.articles - loaded.articles.len() as u64,
                unknown,
                unknown_pairs: (pairs.len() - placed.len()) as u64,
            },
            pairs: tally.pairs,
            unseen: Unseen::default(),
            found: tally.found,
            ari: None,
            read: loaded.report,
        })
    }

    /// Scans the corpus, and evaluates the candidates against the labels.
    fn scan(&self, labels: &Labels) -> anyhow::Result<Judged> {
        let Self { settings, progress, .. } = *self;
        // Related pairs are unaffected; the curve also needs the unrelated ones.
        let engine = Engine::new(settings.engine.clone().keep_unrelated(true))?;
        let (loaded, shared) = load(self, labels, |_| true)?;
        let (places, unknown) = places(labels, &loaded, &shared);
        let scan = settings.pool()?.install(|| engine.scan_watched(&loaded.texts, progress));
        let scan = scan.map_err(Error::from)?;
        let known = Known::new(labels, &places, loaded.articles.len());
        let mut tally = Tally::default();
        for pair in &scan.pairs {
            if let Some(is_reuse) = known.is_reuse(pair.a, pair.b) {
                tally.add(JudgedPair { comparison: &pair.comparison, is_reuse });
            }
        }
        let reuse = tally.pairs.iter().filter(|pair| pair.is_reuse).count() as u64;
        let unseen = Unseen {
            reuse: known.reuse - reuse,
            other: known.pairs - known.reuse - (tally.pairs.len() as u64 - reuse),
        };
        let missed = known.reuse - tally.found.right;
        Ok(Judged {
            truth: Truth {
                kind: known.kind,
                articles: known.articles,
                unlabelled: loaded.articles.len() as u64 - known.articles,
                unknown,
                unknown_pairs: known.unknown_pairs,
            },
            pairs: tally.pairs,
            unseen,
            found: Counts { missed, ..tally.found },
            ari: known.ari(&scan),
            read: loaded.report,
        })
    }
}

/// The labels of the articles that were loaded.
struct Known {
    kind: TruthKind,
    /// By index in the loaded corpus.
    of: KnownOf,
    articles: u64,
    /// Pairs of them.
    pairs: u64,
    /// Pairs of them that are reuse.
    reuse: u64,
    unknown_pairs: u64,
}

enum KnownOf {
    /// Pairs of reuse, the smaller index first.
    Pairs(HashSet<(u32, u32)>),
    /// The cluster of each article; `None` without a label.
    Clusters(Vec<Option<u32>>),
}

impl Known {
    fn new(labels: &Labels, places: &[Option<u32>], articles: usize) -> Self {
        match &labels.of {
            LabelsOf::Pairs(pairs) => {
                let placed = placed(pairs, places);
                let ordered = |&((a, b), _): &((u32, u32), bool)| (a.min(b), a.max(b));
                let articles = articles as u64;
                Self {
                    kind: TruthKind::Pairs,
                    of: KnownOf::Pairs(placed.iter().map(ordered).collect()),
                    articles,
                    pairs: pairs_of(articles),
                    reuse: placed.len() as u64,
                    unknown_pairs: (pairs.len() - placed.len()) as u64,
                }
            }
            LabelsOf::Clusters(clusters) => {
                let mut of = vec![None; articles];
                let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
                for (place, &cluster) in places.iter().zip(clusters) {
                    if let Some(place) = place {
                        of[*place as usize] = Some(cluster);
                        *sizes.entry(cluster).or_default() += 1;
                    }
                }
                let articles: u64 = sizes.values().sum();
                Self {
                    kind: TruthKind::Clusters(sizes.len() as u64),
                    of: KnownOf::Clusters(of),
                    articles,
                    pairs: pairs_of(articles),
                    reuse: sizes.into_values().map(pairs_of).sum(),
                    unknown_pairs: 0,
                }
            }
        }
    }

    /// Whether a pair is reuse, the smaller index first; `None` if it is not labelled.
    fn is_reuse(&self, a: u32, b: u32) -> Option<bool> {
        match &self.of {
            KnownOf::Pairs(pairs) => Some(pairs.contains(&(a, b))),
            KnownOf::Clusters(of) => Some(of[a as usize]? == of[b as usize]?),
        }
    }

    /// Adjusted Rand index of the clusters found, over the labelled articles.
    fn ari(&self, scan: &Scan) -> Option<f64> {
        let KnownOf::Clusters(of) = &self.of else { return None };
        let labelled = of.iter().zip(&scan.clusters);
        let (truth, found): (Vec<u32>, Vec<u32>) =
            labelled.filter_map(|(truth, found)| Some(((*truth)?, *found))).unzip();
        Some(adjusted_rand(&truth, &found))
    }
}

fn pairs_of(articles: u64) -> u64 {
    articles * articles.saturating_sub(1) / 2
}
