//! `retold.dedup`: which rows to keep.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow_array::{Float64Array, UInt64Array};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use retold::Engine;
use retold::align::Relation;
use retold::engine::Watch;
use retold::engine::dedup::{
    Decisions, Drop, Edge, Origin, Rank, Signing, Verification, Verified, choose,
};
use retold_pipeline::dedup::{NoDates, Priorities, edge};
use retold_pipeline::{Progress, Settings};
use retold_report::IdType;
use retold_report::record::round;

use crate::call::Call;
use crate::column::{Dated, date};
use crate::corpus::{Columns, Corpus};
use crate::errors;
use crate::job::{self, Job};
use crate::options::Options;
use crate::plot::Plot;
use crate::records;
use crate::table::Table;

/// Which of several to keep.
enum Keep {
    Longest,
    First,
    Earliest(String),
    Priority(Priorities),
}

impl Keep {
    fn of(policy: &Bound<'_, PyAny>) -> PyResult<Self> {
        let Ok(policy) = policy.extract::<String>() else {
            let list: Vec<String> = policy.extract()?;
            return Ok(Self::Priority(Priorities::new(&list.join("\n"))));
        };
        match (policy.as_str(), policy.strip_prefix("earliest:")) {
            ("longest", _) => Ok(Self::Longest),
            ("first", _) => Ok(Self::First),
            (_, Some(field)) if !field.is_empty() => Ok(Self::Earliest(field.to_owned())),
            _ => Err(errors::setting(
                "keep must be \"longest\", \"first\", \"earliest:COLUMN\", or a list of ids or \
                 beginnings of ids, best first",
            )),
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Earliest(field) => Some(field.clone()),
            _ => None,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Longest => "longest",
            Self::First => "first",
            Self::Earliest(_) => "earliest",
            Self::Priority(_) => "priority",
        }
    }

    /// For each article a number that is less the more it is preferred.
    fn preferences(&self, corpus: &Corpus) -> PyResult<Vec<u64>> {
        let articles = corpus.articles.iter();
        Ok(match self {
            Self::First => vec![0; articles.len()],
            Self::Longest => articles.map(|article| u64::MAX - article.bytes).collect(),
            Self::Priority(list) => articles.map(|article| list.of(&article.id)).collect(),
            Self::Earliest(field) => dates(corpus, field)?,
        })
    }
}

/// Articles without a date come last; an error if none has one.
fn dates(corpus: &Corpus, field: &str) -> PyResult<Vec<u64>> {
    let column = corpus.frame.column(field)?;
    let chunks = corpus.frame.chunks.iter();
    let all =
        chunks.flat_map(|chunk| (0..chunk[column].len()).map(|row| date(&chunk[column], row)));
    let all: Vec<Dated> = all.collect();
    let of: Vec<&Dated> = corpus.rows.iter().map(|row| &all[*row as usize]).collect();
    if !of.is_empty() && !of.iter().any(|date| matches!(date, Dated::At(_))) {
        let example = of.iter().find_map(|date| match date {
            Dated::Unreadable(example) => Some(format!(", such as {example:?}")),
            _ => None,
        });
        let none = NoDates::NoDate(field.to_owned(), example.unwrap_or_default());
        return Err(errors::data(none.to_string()));
    }
    let preference = |date: &&Dated| match date {
        Dated::At(moment) => (*moment).min(u64::MAX - 2),
        _ => u64::MAX,
    };
    Ok(of.iter().map(preference).collect())
}

/// What was found, before anything is decided.
enum Found {
    NearDuplicates(Verified),
    Related(Vec<Edge>),
}

/// What is kept and dropped, and why.
#[pyclass(module = "retold", frozen)]
pub struct Decided {
    inner: Arc<Inner>,
    decisions: Decisions,
    threshold: f64,
}

struct Inner {
    corpus: Corpus,
    id_type: IdType,
    /// Articles of the reference, which come first.
    references: usize,
    /// Rows of the data, with those without a text.
    own_rows: usize,
    preferences: Vec<u64>,
    reason: &'static str,
    found: Found,
    least: f64,
}

impl Inner {
    fn rank(&self, article: u32) -> Rank {
        let is_reference = (article as usize) < self.references;
        Rank {
            origin: if is_reference { Origin::Reference } else { Origin::Own },
            preference: self.preferences[article as usize],
        }
    }

    fn choose(&self, threshold: f64) -> Result<Decisions, retold::Error> {
        match &self.found {
            Found::NearDuplicates(verified) => {
                verified.choose(threshold, &|article| Ok(self.rank(article)))
            }
            Found::Related(edges) => {
                let is_enough = |edge: &&Edge| f64::from(edge.score) >= threshold - 1e-7;
                let edges: Vec<Edge> = edges.iter().filter(is_enough).copied().collect();
                let ranks: Vec<Rank> =
                    (0..self.preferences.len() as u32).map(|article| self.rank(article)).collect();
                Ok((0..).zip(choose(&ranks, &edges)).collect())
            }
        }
    }

    /// Why `retained` is kept instead of the other one.
    fn why(&self, drop: &Drop) -> &'static str {
        let (article, retained) = (self.rank(drop.article), self.rank(drop.retained));
        match drop.relation {
            _ if retained.origin == Origin::Reference => "reference",
            Relation::Excerpt => "contained",
            _ if article.preference == retained.preference => "first",
            _ => self.reason,
        }
    }
}

/// Decides which rows of the data to keep beside those of the reference.
#[pyfunction]
#[pyo3(signature = (call, policy, settings=None))]
pub fn dedup(
    py: Python<'_>,
    call: Call<'_>,
    policy: (Bound<'_, PyAny>, bool),
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<Decided> {
    let options = Options::of(settings)?;
    let (keep, rewrites) = (Keep::of(&policy.0)?, policy.1);
    let mut columns = Columns { fields: keep.field().into_iter().collect(), ..call.columns() };
    let own = Corpus::of(&call.data, &columns, &options.run)?;
    let own_rows = own.frame.rows();
    let mut preferences = keep.preferences(&own)?;
    let (mut corpus, mut references) = (own, 0);
    if let Some(reference) = &call.other {
        columns.fields.clear();
        let mut first = Corpus::of(reference, &columns, &options.run)?;
        references = first.articles.len();
        let mut all = vec![0; references];
        all.append(&mut preferences);
        preferences = all;
        // Ids of the data stay as they are.
        let own: HashSet<&str> = corpus.articles.iter().map(|own| &*own.id).collect();
        for article in &mut first.articles {
            while own.contains(&*article.id) {
                article.rename("#reference");
            }
        }
        drop(own);
        first.append(corpus);
        corpus = first;
    }
    let reason = keep.reason();
    job::run(py, call.progress.as_ref(), |job| {
        let least = if rewrites { 0.0 } else { options.run.dedup.jaccard };
        let found = Found::Related(Vec::new());
        let id_type = corpus.id_type();
        let mut inner =
            Inner { corpus, id_type, references, own_rows, preferences, reason, found, least };
        inner.found = match rewrites {
            true => related(&inner, &options.run, job)?,
            false => near_duplicates(&inner, &options.run, job)?,
        };
        let decisions = inner.choose(least).map_err(retold_pipeline::Error::from)?;
        Ok(Decided { inner: Arc::new(inner), decisions, threshold: least })
    })
}

fn related(inner: &Inner, settings: &Settings, job: &Job) -> anyhow::Result<Found> {
    let read = inner.corpus.read();
    let engine: Engine = settings.engine_for(read.articles, read.bytes)?;
    let scan = settings.pool()?.install(|| engine.scan_watched(&inner.corpus.texts, job));
    let scan = scan.map_err(retold_pipeline::Error::from)?;
    Ok(Found::Related(scan.pairs.iter().filter_map(edge).collect()))
}

/// Bytes of text that are signed at a time.
const BATCH: usize = 8 << 20;

fn near_duplicates(inner: &Inner, settings: &Settings, job: &Job) -> anyhow::Result<Found> {
    let articles = inner.corpus.articles.len() as u32;
    let pool = settings.pool()?;
    settings.check_dedup(articles.into())?;
    let all: Vec<u32> = (0..articles).collect();
    let mut signing = Signing::new(settings.dedup)?;
    job.begin_steps("signing", articles.into());
    let mut pages = Vec::new();
    each_batch(inner, &all, job, |batch| {
        let batch: Vec<&str> = batch.iter().map(|(_, text)| *text).collect();
        pages.push(pool.install(|| signing.sign(&batch)));
        Ok(())
    })?;
    drop(signing);
    let rank = |article| Ok(inner.rank(article));
    let verify = || Verification::new(settings.dedup, &pages[..], &rank, job.cancel.clone());
    let mut verification = pool.install(verify)?;
    while verification.needs_reading() {
        let wanted = verification.wanted().to_vec();
        job.begin_steps("verifying", wanted.len() as u64);
        each_batch(inner, &wanted, job, |batch| pool.install(|| verification.add(batch)))?;
        verification.end_reading()?;
    }
    Ok(Found::NearDuplicates(verification.into_verified()))
}

fn each_batch<'i>(
    inner: &'i Inner,
    articles: &[u32],
    job: &Job,
    mut each: impl FnMut(&[(u32, &'i str)]) -> Result<(), retold::Error>,
) -> anyhow::Result<()> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    for (at, &article) in articles.iter().enumerate() {
        let text = inner.corpus.texts.get(article as usize).expect("all articles have a text");
        batch.push((article, text));
        bytes += text.len();
        if bytes >= BATCH || at + 1 == articles.len() {
            job.cancel.check()?;
            each(&batch)?;
            job.advance(batch.len() as u64);
            batch.clear();
            bytes = 0;
        }
    }
    Ok(())
}

impl Decided {
    fn table(&self, drops: &[Drop], with_texts: bool) -> Table {
        let (inner, mut columns) = (&*self.inner, records::Columns::default());
        let id = |article: u32| &*inner.corpus.articles[article as usize].id;
        columns.ids("id", drops.iter().map(|drop| id(drop.article)), inner.id_type);
        columns.ids("kept_id", drops.iter().map(|drop| id(drop.retained)), inner.id_type);
        columns.strings("relation", drops.iter().map(|drop| drop.relation.name()));
        let scores = drops.iter().map(|drop| round(drop.score));
        columns.push("score", Arc::new(Float64Array::from_iter_values(scores)));
        columns.strings("why", drops.iter().map(|drop| inner.why(drop)));
        if with_texts {
            let text = |article: u32| inner.corpus.texts.get(article as usize).unwrap_or_default();
            columns.strings("text", drops.iter().map(|drop| text(drop.article)));
            columns.strings("kept_text", drops.iter().map(|drop| text(drop.retained)));
        } else {
            let rows = drops.iter().map(|drop| inner.corpus.rows[drop.article as usize]);
            columns.push("row", Arc::new(UInt64Array::from_iter_values(rows)));
        }
        Table::new(columns.batch())
    }
}

#[pymethods]
impl Decided {
    /// The rows to keep, from 0, ascending: all that are not dropped, those without a text too.
    #[getter]
    fn kept_rows(&self) -> Vec<u64> {
        let inner = &*self.inner;
        let mut is_kept = vec![true; inner.own_rows];
        for drop in self.decisions.drops() {
            is_kept[inner.corpus.rows[drop.article as usize] as usize] = false;
        }
        (0..).zip(is_kept).filter(|(_, is_kept)| *is_kept).map(|(row, _)| row).collect()
    }

    /// The dropped rows: `id`, `kept_id`, `relation`, `score`, `why`, `row`.
    #[getter]
    fn dropped(&self) -> Table {
        self.table(self.decisions.drops(), false)
    }

    /// The threshold of these decisions: of the Jaccard index, or with rewrites of the score.
    #[getter]
    fn threshold(&self) -> f64 {
        self.threshold
    }

    /// What would be decided at a higher threshold, without another run.
    fn rethreshold(&self, py: Python<'_>, threshold: f64) -> PyResult<Self> {
        let least = self.inner.least;
        if !(least..=1.0).contains(&threshold) {
            return Err(errors::setting(format!(
                "threshold is {threshold}; it must be from {least}, for which this run looked, to 1"
            )));
        }
        let decisions = py.detach(|| self.inner.choose(threshold));
        let decisions = decisions.map_err(|error| errors::of(py, &error.into()))?;
        Ok(Self { inner: self.inner.clone(), decisions, threshold })
    }

    /// The dropped rows that are least like what is kept instead, with both texts.
    fn least_similar(&self, count: usize) -> Table {
        let mut drops = self.decisions.drops().to_vec();
        drops.sort_by(|x, y| x.score.total_cmp(&y.score));
        drops.truncate(count);
        self.table(&drops, true)
    }

    /// How many rows were read, kept, dropped by relation, skipped and repaired.
    #[getter]
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let inner = &*self.inner;
        let mut relations: BTreeMap<&str, usize> = BTreeMap::new();
        for drop in self.decisions.drops() {
            *relations.entry(drop.relation.name()).or_default() += 1;
        }
        let dropped = self.decisions.drops().len();
        let stats = PyDict::new(py);
        stats.set_item("rows", inner.own_rows)?;
        stats.set_item("kept", inner.own_rows - dropped)?;
        stats.set_item("dropped", dropped)?;
        stats.set_item("references", inner.references)?;
        stats.set_item("relations", relations)?;
        stats.set_item("skipped", inner.corpus.skipped.counts.clone())?;
        stats.set_item("repaired", inner.corpus.repaired.counts.clone())?;
        Ok(stats)
    }

    /// A picture: how many of the dropped rows there are of each score.
    fn plot(&self, py: Python<'_>) -> Plot {
        let drops = self.decisions.drops().iter();
        let scores = drops.map(|drop| f64::from(drop.score));
        Plot::new(py.detach(|| retold_report::plot::similarities(scores)))
    }

    fn __repr__(&self) -> String {
        let dropped = self.decisions.drops().len();
        format!("<retold.Dedup: {dropped} of {} rows dropped>", self.inner.own_rows)
    }
}
