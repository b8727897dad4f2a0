//! Finds all related pairs of a corpus, or across its two sides.

use std::time::Duration;

use retold::Engine;
use retold::align::Relation;
use retold::cluster::{Confirmation, clusters};
use retold::engine::{self, Sides, edges};
use retold_corpus::{Corpus, Side};
use retold_report::{Article, Clusters, Findings, Pair, Run, Stage, Texts};

use crate::loaded::LoadedCorpus;
use crate::run::peak_memory;
use crate::settings::Settings;
use crate::{Error, Progress};

/// A corpus and its findings.
pub struct Scan {
    /// The articles.
    pub loaded: LoadedCorpus,
    engine: Engine,
    found: engine::Scan,
    /// Articles of the first side, where there are two.
    ours: Option<usize>,
    /// Unrelated pairs of renamed articles.
    left_out: usize,
}

/// Converts an engine's error; for too little memory, estimates how much would be enough.
fn too_many(error: retold::Error, settings: &Settings) -> anyhow::Error {
    let memory = settings.resources.memory.bytes() as u64;
    match error {
        retold::Error::TooManyPairs { found, bytes, compared, candidates } => {
            let all = bytes as f64 * candidates as f64 / compared.max(1) as f64;
            // The same amount is reserved for the articles that are being compared.
            let enough = memory + (2.0 * (all - bytes as f64)).max(0.0) as u64;
            Error::TooManyPairs { memory, found, enough }.into()
        }
        retold::Error::TooMuchShared { bytes, expected } => {
            // Three quarters of what is added are promised.
            let enough = memory + (expected.saturating_sub(bytes)) / 2 * 3;
            Error::TooMuchShared { memory, enough }.into()
        }
        error => Error::from(error).into(),
    }
}

impl Scan {
    /// Reads a corpus and finds what is related in it; where the corpus has [two
    /// sides](Corpus::find_sides), across these only.
    pub fn of(
        corpus: &Corpus,
        settings: &Settings,
        progress: &dyn Progress,
    ) -> anyhow::Result<Self> {
        let mut holds = settings.holds();
        let mut ours = 0;
        let empty = LoadedCorpus::new(settings.storage.clone());
        let empty = empty.passing(&settings.reading.keep_fields);
        let mut loaded = empty.read_all(corpus, progress, |record| {
            let source = &corpus.sources()[record.place.source as usize];
            let holds = holds(record.text.len() as u64);
            ours += usize::from(holds && source.side == Side::Ours);
            holds
        })?;
        loaded.names = settings.names;
        settings.check_read(&[&loaded.report])?;
        let ours = corpus.has_sides().then_some(ours);
        let sides = ours.map_or(Sides::One, Sides::two);
        let engine = settings.engine_for(loaded.report.articles, loaded.report.bytes)?;
        let scan = || engine.scan_sides(&loaded.texts, sides, progress);
        let found = settings.pool()?.install(scan);
        let found = found.map_err(|error| too_many(error, settings))?;
        let mut scan = Self { loaded, engine, found, ours, left_out: 0 };
        scan.leave_out_unrelated_renamed();
        Ok(scan)
    }

    /// Drops unrelated pairs, which occur at a threshold of 0, of articles that were renamed: such
    /// pairs carry no finding, and their ids would not be found in the user's own data.
    fn leave_out_unrelated_renamed(&mut self) {
        let articles = &self.loaded.articles;
        let before = self.found.pairs.len();
        self.found.pairs.retain(|pair| {
            let is_renamed = |article: u32| articles[article as usize].renamed;
            pair.comparison.relation != Relation::Unrelated
                || !is_renamed(pair.a) && !is_renamed(pair.b)
        });
        self.left_out = before - self.found.pairs.len();
    }

    /// How many articles were read of each side, ours and theirs, where the corpus has two.
    pub fn articles_by_side(&self) -> Option<[usize; 2]> {
        self.ours.map(|ours| [ours, self.loaded.articles.len() - ours])
    }

    /// Keeps only pairs of the wanted relations, and clusters by these alone.
    pub fn keep_relations(&mut self, is_wanted: impl Fn(Relation) -> bool) {
        let Self { found, .. } = self;
        found.pairs.retain(|pair| is_wanted(pair.comparison.relation));
        found.clusters =
            clusters(found.clusters.len(), &edges(&found.pairs), Confirmation::default());
    }

    /// The pairs, for a report.
    pub fn take_pairs(&mut self) -> Vec<Pair> {
        let pair = |engine::Pair { a, b, comparison, .. }: engine::Pair| Pair {
            a: a as usize,
            b: b as usize,
            comparison,
        };
        std::mem::take(&mut self.found.pairs).into_iter().map(pair).collect()
    }

    /// Where reports get the texts from.
    pub fn evidence(&self) -> impl Texts + use<'_> {
        self.loaded.evidence(&self.engine)
    }

    /// Everything that a report can say of it, with the pairs that it had.
    pub fn findings<'s>(
        &'s self,
        run: Run,
        pairs: &'s [Pair],
        texts: &'s dyn Texts,
    ) -> Findings<'s> {
        Findings {
            clusters: Some(grouped(&self.found.clusters, &self.loaded.articles)),
            stages: self.stages(),
            counts: self.counts(),
            ..self.loaded.findings(run, pairs, texts)
        }
    }

    fn stages(&self) -> Vec<Stage> {
        let read = Stage { name: "read".to_owned(), took: self.loaded.took };
        std::iter::once(read).chain(stages(&self.found.stats)).collect()
    }

    fn counts(&self) -> Vec<(String, u64)> {
        let stats = &self.found.stats;
        let mut counts = counts(stats, self.left_out);
        if let Some([ours, theirs]) = self.articles_by_side() {
            counts.extend(counts_of_sides(stats, [ours, theirs]));
        }
        counts.extend(peak_memory().map(|bytes| ("peak_memory_bytes".to_owned(), bytes)));
        counts
    }
}

/// Groups articles by their clusters, each of which retains its longest article, the first of
/// several.
pub fn grouped(clusters: &[u32], articles: &[Article]) -> Clusters {
    let mut retained: Vec<usize> = Vec::new();
    for (article, &cluster) in clusters.iter().enumerate() {
        match retained.get_mut(cluster as usize) {
            None => retained.push(article),
            Some(longest) => {
                if articles[article].bytes > articles[*longest].bytes {
                    *longest = article;
                }
            }
        }
    }
    Clusters { of: clusters.to_vec(), retained }
}

/// The stages of the engine, for a report.
pub fn stages(stats: &engine::Stats) -> impl Iterator<Item = Stage> {
    stats.seconds.iter().map(|(stage, seconds)| Stage {
        name: stage.name().to_owned(),
        took: Duration::from_secs_f64(*seconds),
    })
}

/// What a scan counts, for a report; `left_out` are unrelated pairs of renamed articles.
pub fn counts(stats: &engine::Stats, left_out: usize) -> Vec<(String, u64)> {
    let channels = &stats.channels;
    let counts = [
        ("words", channels.words),
        ("candidates", stats.candidates as u64),
        ("common_text_demoted", stats.demoted as u64),
        ("templates", stats.templates as u64),
        ("unrelated_renamed_left_out", left_out as u64),
        ("banding_pairs", channels.banding_pairs as u64),
        ("banding_capped_buckets", channels.banding.capped_buckets),
        ("banding_pairs_left_out", channels.banding.pairs_left_out),
        ("rare_pairs", channels.rare_pairs as u64),
        ("rare_postings", channels.rare.postings),
        ("rare_features", channels.rare.features),
        ("rare_single_features", channels.rare.single_features),
        ("rare_capped_features", channels.rare.capped_features),
        ("rare_capped_postings", channels.rare.capped_postings),
        ("rare_shared", channels.rare.shared),
        ("identical_collapsed", channels.collapsed as u64),
    ];
    counts.into_iter().map(|(name, n)| (name.to_owned(), n)).collect()
}

/// What a scan across two sides counts besides, with the articles of each.
fn counts_of_sides(
    stats: &engine::Stats,
    [ours, theirs]: [usize; 2],
) -> impl Iterator<Item = (String, u64)> {
    let counts = [
        ("articles_ours", ours as u64),
        ("articles_theirs", theirs as u64),
        ("copies_paired", stats.copies as u64),
        ("rare_one_sided_features", stats.channels.rare.one_sided_features),
        ("rare_one_sided_postings", stats.channels.rare.one_sided_postings),
    ];
    counts.into_iter().map(|(name, n)| (name.to_owned(), n))
}
