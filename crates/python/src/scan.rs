//! `retold.scan`

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{RecordBatch, UInt32Array};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt};
use retold::Engine;
use retold::align::Relation;
use retold::engine::Sides;
use retold_pipeline::Settings;
use retold_pipeline::loaded::evidence;
use retold_pipeline::run::{Started, peak_memory};
use retold_pipeline::scan::{counts, grouped, stages};
use retold_report::html::Html;
use retold_report::plot;
use retold_report::record::Explain;
use retold_report::stats::Stats;
use retold_report::{Article, Clusters, Findings, Format, Pair, Run, Stage, jsonl};

use crate::about;
use crate::call::Call;
use crate::corpus::{Columns, Corpus};
use crate::errors;
use crate::job::{self, Job};
use crate::options::Options;
use crate::plot::Plot;
use crate::records;
use crate::report::{self, NOTEBOOK_BUDGET};
use crate::table::{Table, shown_as};

/// What a scan found.
#[pyclass(module = "retold", frozen)]
pub struct Scan {
    corpus: Corpus,
    engine: Engine,
    run: Run,
    pairs: Vec<Pair>,
    clusters: Clusters,
    stages: Vec<Stage>,
    counts: Vec<(String, u64)>,
}

/// Finds the related pairs of the data, or across the data and the other side.
#[pyfunction]
#[pyo3(signature = (call, settings=None))]
pub fn scan(
    py: Python<'_>,
    call: Call<'_>,
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<Scan> {
    let started = Started::now("scan");
    let options = Options::of(settings)?;
    let columns = Columns { about: about::names(), ..call.columns() };
    let mut corpus = Corpus::of(&call.data, &columns, &options.run)?;
    let mut sides = Sides::One;
    if let Some(against) = &call.other {
        let theirs = Corpus::of(against, &columns, &options.run)?;
        sides = Sides::two(corpus.articles.len());
        corpus.append(theirs);
    }
    let run = started.run(&options.by_name);
    job::run(py, call.progress.as_ref(), |job| {
        let mut scan = found(corpus, &options.run, sides, job)?;
        scan.run = run;
        scan.run.elapsed = started.run(&[]).elapsed;
        Ok(scan)
    })
}

fn found(corpus: Corpus, settings: &Settings, sides: Sides, job: &Job) -> anyhow::Result<Scan> {
    let read = corpus.read();
    let engine = settings.engine_for(read.articles, read.bytes)?;
    let scan = || engine.scan_sides(&corpus.texts, sides, job);
    let mut found = settings.pool()?.install(scan).map_err(retold_pipeline::Error::from)?;
    // As in the command: what was renamed is not found in the caller's own data.
    let before = found.pairs.len();
    found.pairs.retain(|pair| {
        let is_renamed = |article: u32| corpus.articles[article as usize].renamed;
        pair.comparison.relation != Relation::Unrelated
            || !is_renamed(pair.a) && !is_renamed(pair.b)
    });
    let mut counts = counts(&found.stats, before - found.pairs.len());
    counts.extend(peak_memory().map(|bytes| ("peak_memory_bytes".to_owned(), bytes)));
    let pairs = found.pairs.into_iter().map(|pair| Pair {
        a: pair.a as usize,
        b: pair.b as usize,
        comparison: pair.comparison,
    });
    Ok(Scan {
        pairs: pairs.collect(),
        clusters: grouped(&found.clusters, &corpus.reported()),
        stages: stages(&found.stats).collect(),
        run: Run::default(),
        counts,
        corpus,
        engine,
    })
}

impl Scan {
    fn with_findings<T>(&self, with: impl FnOnce(&Findings<'_>) -> T) -> T {
        self.with_findings_of(&self.corpus.reported(), with)
    }

    /// With what is said of articles for people.
    fn with_page<T>(&self, with: impl FnOnce(&Findings<'_>) -> T) -> T {
        self.with_findings_of(&self.corpus.described(), with)
    }

    fn with_findings_of<T>(
        &self,
        articles: &[Article],
        with: impl FnOnce(&Findings<'_>) -> T,
    ) -> T {
        let texts = evidence(&self.corpus.texts, &self.engine);
        with(&Findings {
            run: self.run.clone(),
            read: self.corpus.read(),
            skipped: self.corpus.skipped.clone(),
            repaired: self.corpus.repaired.clone(),
            articles,
            fields: &[],
            pairs: &self.pairs,
            clusters: Some(self.clusters.clone()),
            stages: self.stages.clone(),
            counts: self.counts.clone(),
            texts: &texts,
        })
    }

    fn written(&self, py: Python<'_>, format: &(dyn Format + Sync)) -> PyResult<String> {
        job::run(py, None, |_| self.with_findings(|findings| report::written(format, findings)))
    }

    /// The report, to stand in a notebook.
    pub fn page_in_frame(&self, py: Python<'_>) -> PyResult<String> {
        let format = Html { budget: NOTEBOOK_BUDGET };
        let write = |_: &Job| self.with_page(|findings| report::written(&format, findings));
        Ok(report::in_frame(&job::run(py, None, write)?))
    }

    /// The articles of a cluster, or of the largest.
    fn members(&self, cluster: Option<u32>) -> PyResult<Vec<usize>> {
        let Some(cluster) = cluster else {
            return Ok(self.clusters.groups().into_iter().next().unwrap_or_default().1);
        };
        let of = self.clusters.of.iter().enumerate();
        let members: Vec<_> = of.filter(|(_, of)| **of == cluster).map(|(at, _)| at).collect();
        match members.is_empty() {
            true => Err(errors::setting(format!("cluster={cluster}: there is no such cluster"))),
            false => Ok(members),
        }
    }

    fn pair_batch(&self) -> RecordBatch {
        let mut columns = records::Columns::default();
        let id = |article: usize| &*self.corpus.articles[article].id;
        let id_type = self.corpus.id_type();
        columns.ids("a", self.pairs.iter().map(|pair| id(pair.a)), id_type);
        columns.ids("b", self.pairs.iter().map(|pair| id(pair.b)), id_type);
        columns.comparisons(self.pairs.iter().map(|pair| &pair.comparison));
        columns.batch()
    }
}

#[pymethods]
impl Scan {
    /// The related pairs, with the fields of the command's records.
    #[getter]
    fn pairs(slf: &Bound<'_, Self>) -> Table {
        let scan = slf.get();
        let batch = slf.py().detach(|| scan.pair_batch());
        shown_as(batch, slf.clone().unbind())
    }

    /// For each text with its id the number of its cluster.
    #[getter]
    fn clusters(&self) -> Table {
        let mut columns = records::Columns::default();
        let ids = self.corpus.articles.iter().map(|article| &*article.id);
        columns.ids("id", ids, self.corpus.id_type());
        columns.push("cluster", Arc::new(UInt32Array::from(self.clusters.of.clone())));
        Table::new(columns.batch())
    }

    /// Counts and times, as `retold scan --stats` writes them.
    #[getter]
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.written(py, &Stats)?,))
    }

    /// The text of an id, as it was read.
    fn text(&self, id: &Bound<'_, PyAny>) -> PyResult<Option<&str>> {
        let id = match id.cast::<PyInt>() {
            Ok(id) => id.str()?.to_string(),
            Err(_) => id.extract()?,
        };
        let article = self.corpus.articles.iter().position(|article| *article.id == *id);
        Ok(article.and_then(|article| self.corpus.texts.get(article)))
    }

    /// The row of each article from 0, in the order of `clusters`.
    #[getter]
    fn rows(&self) -> Vec<u64> {
        self.corpus.rows.clone()
    }

    /// The pairs as the command writes them with `--format jsonl`, to the byte.
    fn to_jsonl(&self, py: Python<'_>) -> PyResult<String> {
        let features = self.pairs.iter().any(|pair| !pair.comparison.features.is_empty());
        let explain = if features { Explain::Features } else { Explain::No };
        self.written(py, &jsonl::Pairs { explain })
    }

    /// Writes the report that the command writes with `--format html`: one file, which loads
    /// nothing.
    fn to_html(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let write = |_: &Job| {
            Ok(self.with_page(|findings| report::write_file(&path, &Html::default(), findings)))
        };
        job::run(py, None, write)?.map_err(|error| errors::file(py, &path, &error))
    }

    /// A picture: `"similarity"`, how many pairs there are of each score; `"clusters"`, how many
    /// clusters of each size; `"matrix"`, which texts of a cluster are like which: of the cluster
    /// of that number, or of the largest.
    #[pyo3(signature = (kind="similarity", cluster=None))]
    fn plot(&self, py: Python<'_>, kind: &str, cluster: Option<u32>) -> PyResult<Plot> {
        if cluster.is_some() && kind != "matrix" {
            return Err(errors::setting("only the picture \"matrix\" is of one cluster"));
        }
        let svg = match kind {
            "similarity" => py.detach(|| plot::similarities(plot::scores(&self.pairs))),
            "clusters" => py.detach(|| plot::cluster_sizes(&self.clusters)),
            "matrix" => {
                let members = self.members(cluster)?;
                py.detach(|| plot::matrix(&members, &self.corpus.reported(), &self.pairs))
            }
            _ => {
                return Err(errors::setting(format!(
                    "kind={kind:?}: it must be \"similarity\", \"clusters\" or \"matrix\""
                )));
            }
        };
        Ok(Plot::new(svg))
    }

    fn __repr__(&self) -> String {
        format!(
            "<retold.Scan: {} related pairs of {} texts>",
            self.pairs.len(),
            self.corpus.articles.len()
        )
    }

    /// The report, in a frame of its own.
    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        self.page_in_frame(py)
    }
}
