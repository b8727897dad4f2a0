//! What articles match in an archive: the records of the command, and a table.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, LargeStringArray, UInt32Array, UInt64Array};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator};
use retold_archive::{About, Flag, Match as Found, Stored};
use retold_cli::archive::ArticleRecord;
use retold_pipeline::dates;
use retold_report::Notes;

use crate::errors;
use crate::records;
use crate::table::Table;

/// What each article matches in an archive: a sequence of records, as
/// `docs/schema/archive.schema.json` has them.
#[pyclass(module = "retold", frozen)]
pub struct Matches {
    /// Each article, and the earlier ones that it matches.
    pub found: Vec<(Stored, Vec<Found>)>,
    /// Of articles that were added, the scheme of the archive and the flags of each.
    pub flags: Option<(String, Vec<Vec<Flag>>)>,
    /// Articles that were there already; nothing of those that only ask.
    pub known: Option<u64>,
    /// Articles that their publishers took back, with how many are derived from each.
    pub canceled: BTreeMap<String, usize>,
    /// What was wrong with other rows.
    pub skipped: Notes,
    pub repaired: Notes,
}

impl Matches {
    fn line(&self, at: usize) -> PyResult<String> {
        let (article, matches) = &self.found[at];
        let record = ArticleRecord::new(article, matches);
        let line = match &self.flags {
            Some((scheme, flags)) => serde_json::to_string(&record.with_flags(&flags[at], scheme)),
            None => serde_json::to_string(&record),
        };
        line.map_err(|error| errors::data(error.to_string()))
    }

    fn pairs(&self) -> impl Iterator<Item = (&Stored, &Found)> + Clone {
        self.found.iter().flat_map(|(article, all)| all.iter().map(move |found| (article, found)))
    }
}

#[pymethods]
impl Matches {
    fn __len__(&self) -> usize {
        self.found.len()
    }

    /// The record of an article as a dict, by its number.
    fn __getitem__<'py>(&self, py: Python<'py>, at: isize) -> PyResult<Bound<'py, PyAny>> {
        let count = self.found.len() as isize;
        let at = if at < 0 { at + count } else { at };
        if !(0..count).contains(&at) {
            return Err(PyIndexError::new_err("there are not so many articles"));
        }
        from_json(py, &self.line(at as usize)?)
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyIterator>> {
        // By `__getitem__`, record by record.
        let builtins = slf.py().import("builtins")?;
        let numbers = builtins.call_method1("range", (slf.get().found.len(),))?;
        builtins.call_method1("map", (slf.getattr("__getitem__")?, numbers))?.try_iter()
    }

    /// One row for each match: the fields of a pair, and what is known of the earlier article, `a`.
    #[getter(pairs)]
    fn table(&self, py: Python<'_>) -> Table {
        let batch = py.detach(|| {
            let mut columns = records::Columns::default();
            let earlier = || self.pairs().map(|(_, found)| &found.article);
            columns.strings("a", earlier().map(|article| article.id.as_str()));
            columns.strings("b", self.pairs().map(|(article, _)| article.id.as_str()));
            columns.comparisons(self.pairs().map(|(_, found)| &found.comparison));
            let versions = earlier().map(|article| article.version);
            columns.push("version", Arc::new(UInt32Array::from_iter_values(versions)));
            let seen = earlier().map(|article| dates::shown(article.first_seen));
            columns.push("first_seen", Arc::new(LargeStringArray::from_iter_values(seen)));
            let published = earlier().map(|article| article.about.published.map(dates::shown));
            let published: ArrayRef = Arc::new(published.collect::<LargeStringArray>());
            columns.push_nullable("published", published);
            let mut known = |name: &str, of: fn(&About) -> Option<&str>| {
                let all = earlier().map(|article| of(&article.about));
                columns.push_nullable(name, Arc::new(all.collect::<LargeStringArray>()));
            };
            known("source", |about| about.source.as_deref());
            known("title", |about| about.title.as_deref());
            known("url", |about| about.url.as_deref());
            known("pubstatus", |about| about.status.as_deref());
            known("copyrightholder", |about| about.copyright_holder.as_deref());
            known("usageterms", |about| about.usage_terms.as_deref());
            let lag = |(article, found): (&Stored, &Found)| {
                article.first_seen.saturating_sub(found.article.first_seen)
            };
            let lags = self.pairs().map(lag);
            columns.push("lag_seconds", Arc::new(Int64Array::from_iter_values(lags)));
            let copies = self.pairs().map(|(_, found)| found.copies);
            columns.push("copies", Arc::new(UInt64Array::from_iter_values(copies)));
            columns.batch()
        });
        Table::new(batch)
    }

    /// How many articles there are, how many match something, how many were there already (nothing
    /// of a query), which were canceled, with how many are derived from each, and which rows were skipped and repaired.
    #[getter]
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = PyDict::new(py);
        stats.set_item("articles", self.found.len())?;
        let matching = self.found.iter().filter(|(_, found)| !found.is_empty()).count();
        stats.set_item("matching", matching)?;
        stats.set_item("known", self.known)?;
        stats.set_item("canceled", self.canceled.clone())?;
        stats.set_item("skipped", self.skipped.counts.clone())?;
        stats.set_item("repaired", self.repaired.counts.clone())?;
        Ok(stats)
    }

    /// The records as the command writes them with `--format jsonl`, to the byte.
    fn to_jsonl(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| {
            let mut lines = String::new();
            for at in 0..self.found.len() {
                lines += &self.line(at)?;
                lines.push('\n');
            }
            Ok(lines)
        })
    }

    fn __repr__(&self) -> String {
        let matches: usize = self.found.iter().map(|(_, found)| found.len()).sum();
        format!("<retold.Matches: {matches} matches of {} articles>", self.found.len())
    }

    /// The first matches as a table. Foreign text is never markup.
    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        self.table(py).first_rows(py)
    }
}

/// What JSON says, as Python objects.
pub fn from_json<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (json,))
}
