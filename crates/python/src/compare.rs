//! `retold.compare`: two texts, sentence by sentence.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PySlice, PyString};
use retold::{Engine, align};
use retold_pipeline::run::Started;
use retold_report::columns::{COLUMNS, Column};
use retold_report::html::Html;
use retold_report::record::{Explain, PairRecord, round};
use retold_report::{Article, Evidence, Findings, Pair, Read, Run};
use xxhash_rust::xxh3::xxh3_128;

use crate::errors;
use crate::job;
use crate::options::Options;
use crate::report;

/// A range of bytes of a text in UTF-8, which the records give; `of` and `slice` turn it into
/// characters.
#[pyclass(module = "retold", frozen, eq, hash, from_py_object)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    #[pyo3(get)]
    start: usize,
    /// The byte after the last.
    #[pyo3(get)]
    end: usize,
}

#[pymethods]
impl Span {
    #[new]
    fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// This part of the text.
    fn of<'t>(&self, text: &'t str) -> PyResult<&'t str> {
        text.get(self.start..self.end).ok_or_else(|| {
            errors::data(format!("this text has no characters at {} to {}", self.start, self.end))
        })
    }

    /// The same range in characters, for `text[span.slice(text)]`.
    fn slice<'py>(&self, py: Python<'py>, text: &str) -> PyResult<Bound<'py, PySlice>> {
        let part = self.of(text)?;
        let start = text[..self.start].chars().count() as isize;
        Ok(PySlice::new(py, start, start + part.chars().count() as isize, 1))
    }

    fn __len__(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    fn __repr__(&self) -> String {
        format!("Span({}, {})", self.start, self.end)
    }
}

impl From<retold::Span> for Span {
    fn from(span: retold::Span) -> Self {
        Self { start: span.start as usize, end: span.end as usize }
    }
}

/// Sentences or passages that correspond.
#[pyclass(module = "retold", frozen)]
pub struct Match {
    /// Where in the first text.
    #[pyo3(get)]
    a: Span,
    /// Where in the second text.
    #[pyo3(get)]
    b: Span,
    /// `identical`, `edited` or `paraphrased`.
    #[pyo3(get)]
    kind: &'static str,
    /// How alike, 0 to 1.
    #[pyo3(get)]
    score: f64,
    /// Whether both have it from a third, such as a statement.
    #[pyo3(get)]
    shared_source: bool,
}

#[pymethods]
impl Match {
    fn __repr__(&self) -> String {
        let (a, b) = (self.a.__repr__(), self.b.__repr__());
        format!("<retold.Match {} {:.2}: {a}, {b}>", self.kind, self.score)
    }
}

/// What two texts are to each other. `None` where a record has no such field.
#[pyclass(module = "retold", frozen)]
pub struct Comparison {
    found: align::Comparison,
    texts: [Py<PyString>; 2],
    engine: Engine,
    run: Run,
}

fn matches(matches: &[align::Match]) -> Vec<Match> {
    let of = |found: &align::Match| Match {
        a: found.a.into(),
        b: found.b.into(),
        kind: found.kind.name(),
        score: round(found.score),
        shared_source: found.shared_source,
    };
    matches.iter().map(of).collect()
}

impl Comparison {
    fn column<T>(&self, wanted: &str, get: impl Fn(Column) -> Option<T>) -> Option<T> {
        COLUMNS.iter().find(|(name, _)| *name == wanted).and_then(|(_, column)| get(*column))
    }

    fn figure(&self, name: &str) -> f64 {
        let figure = |column| match column {
            Column::Figure(of) => Some(round(of(&self.found))),
            _ => None,
        };
        self.column(name, figure).unwrap_or_default()
    }

    fn word(&self, name: &str) -> Option<&'static str> {
        self.column(name, |column| match column {
            Column::Word(of) => Some(of(&self.found)),
            Column::WordOrNone(of) => of(&self.found),
            _ => None,
        })
    }

    fn page(&self, py: Python<'_>) -> PyResult<String> {
        let [a, b] = &self.texts;
        let texts = [a.bind(py).to_str()?, b.bind(py).to_str()?];
        let mut analyzer = self.engine.analyzer();
        let article = |(id, text): (&str, &str)| Article {
            id: id.to_owned(),
            hash: xxh3_128(text.as_bytes()),
            bytes: text.len() as u64,
            ..Article::default()
        };
        let articles: Vec<Article> = ["a", "b"].into_iter().zip(texts).map(article).collect();
        let evidence: Vec<Evidence<'_>> = texts
            .into_iter()
            .map(|text| {
                let parts = analyzer.article(text);
                let sentences = parts.sentences.iter().map(|sentence| sentence.span).collect();
                Evidence { text: text.into(), sentences, quotations: parts.quotations }
            })
            .collect();
        let pair = Pair { a: 0, b: 1, comparison: self.found.clone() };
        let findings = Findings {
            run: self.run.clone(),
            read: Read { articles: 2, bytes: articles.iter().map(|a| a.bytes).sum(), files: 0 },
            skipped: Default::default(),
            repaired: Default::default(),
            articles: &articles,
            fields: &[],
            pairs: std::slice::from_ref(&pair),
            clusters: None,
            stages: Vec::new(),
            counts: Vec::new(),
            texts: &evidence,
        };
        let page = report::written(&Html { budget: report::NOTEBOOK_BUDGET }, &findings);
        page.map_err(|error| errors::of(py, &error))
    }
}

#[pymethods]
impl Comparison {
    /// `identical`, `near-duplicate`, `excerpt`, `rewrite`, `partial`, `template` or `unrelated`.
    #[getter]
    fn relation(&self) -> &'static str {
        self.found.relation.name()
    }

    /// Probability that one reuses the other, 0 to 1.
    #[getter]
    fn score(&self) -> f64 {
        self.figure("score")
    }

    /// Exact Jaccard index of their word n-grams.
    #[getter]
    fn jaccard(&self) -> f64 {
        self.figure("jaccard")
    }

    /// Share of the word n-grams of `a` that `b` has.
    #[getter]
    fn containment_a(&self) -> f64 {
        self.figure("containment_a")
    }

    /// Share of the word n-grams of `b` that `a` has.
    #[getter]
    fn containment_b(&self) -> f64 {
        self.figure("containment_b")
    }

    /// Share of the characters of `a` inside passages.
    #[getter]
    fn coverage_a(&self) -> f64 {
        self.figure("coverage_a")
    }

    /// Share of the characters of `b` inside passages.
    #[getter]
    fn coverage_b(&self) -> f64 {
        self.figure("coverage_b")
    }

    /// Share of their names and numbers that conflict.
    #[getter]
    fn conflicting(&self) -> f64 {
        self.figure("conflicting")
    }

    /// In an excerpt, the side that the other contains: `a` or `b`.
    #[getter]
    fn contained(&self) -> Option<&'static str> {
        self.word("contained")
    }

    /// `coarse` where the texts are too long to compare all sentences with all.
    #[getter]
    fn alignment(&self) -> Option<&'static str> {
        self.word("alignment")
    }

    /// Runs of text that look reused, in the order of `a`.
    #[getter]
    fn passages(&self) -> Vec<Match> {
        matches(&self.found.passages)
    }

    /// Sentences that correspond, in the order of `a`.
    #[getter]
    fn sentences(&self) -> Vec<Match> {
        matches(&self.found.sentences)
    }

    /// The features behind the score: name, value, and what it added to the log-odds of reuse.
    #[getter]
    fn features(&self) -> Vec<(&'static str, f64, f64)> {
        let of =
            |feature: &align::Feature| (feature.name, round(feature.value), round(feature.weight));
        self.found.features.iter().map(of).collect()
    }

    /// The record that the command writes, as a dict, with the ids `a` and `b`.
    #[pyo3(signature = (a="a", b="b"))]
    fn to_dict<'py>(&self, py: Python<'py>, a: &str, b: &str) -> PyResult<Bound<'py, PyDict>> {
        let record = PairRecord::new(a, b, &self.found, Explain::No);
        let json = serde_json::to_string(&record).map_err(|error| errors::of(py, &error.into()))?;
        Ok(py.import("json")?.call_method1("loads", (json,))?.cast_into()?)
    }

    fn __repr__(&self) -> String {
        format!("<retold.Comparison: {} {:.2}>", self.relation(), self.score())
    }

    /// The report's view of the pair, in a frame of its own.
    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        Ok(report::in_frame(&self.page(py)?))
    }
}

/// Texts of so many bytes are compared in less than the start of a thread is worth.
const SHORT: usize = 20_000;

/// Says what two texts are to each other.
#[pyfunction]
#[pyo3(signature = (a, b, settings=None))]
pub fn compare(
    py: Python<'_>,
    a: Bound<'_, PyString>,
    b: Bound<'_, PyString>,
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<Comparison> {
    let started = Started::now("compare");
    let options = Options::of(settings)?;
    let engine = Engine::new(options.run.engine.clone().keep_features(true));
    let engine = engine.map_err(|error| errors::of(py, &error.into()))?;
    let (x, y) = (text(&a, "a")?, text(&b, "b")?);
    let found = match x.len() + y.len() <= SHORT {
        true => py.detach(|| engine.compare(x, y)),
        false => job::run(py, None, |job| Ok(engine.compare_until(x, y, &job.cancel)?))?,
    };
    let run = started.run(&options.by_name);
    Ok(Comparison { found, texts: [a.unbind(), b.unbind()], engine, run })
}

fn text<'t>(text: &'t Bound<'_, PyString>, name: &str) -> PyResult<&'t str> {
    text.to_str().map_err(|_| {
        errors::data(format!(
            "{name} has a lone surrogate, which is no character; decode it with errors=\"replace\""
        ))
    })
}
