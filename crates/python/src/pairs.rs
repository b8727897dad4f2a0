//! `retold.compare_pairs`: many pairs, one row for each, in order.

use std::collections::HashMap;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use retold::Engine;
use retold::align::Comparison;
use retold_report::IdType;

use crate::call::Call;
use crate::column::{Id, Strings, id};
use crate::corpus::Corpus;
use crate::errors;
use crate::frame::{Frame, Wanted};
use crate::job;
use crate::options::Options;
use crate::records;
use crate::table::Table;

/// Compares pairs: of texts (`a_text`, `b_text`), or of ids (`a`, `b`) of a corpus.
#[pyfunction]
#[pyo3(signature = (call, settings=None))]
pub fn compare_pairs(
    py: Python<'_>,
    call: Call<'_>,
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<Table> {
    let options = Options::of(settings)?;
    let pairs = Frame::of(&call.data, &Wanted::default())?;
    let sides = match &call.other {
        Some(corpus) => {
            Sides::of_corpus(py, &pairs, Corpus::of(corpus, &call.columns(), &options.run)?)?
        }
        None => Sides::of_texts(py, &pairs)?,
    };
    job::run(py, call.progress.as_ref(), |job| {
        let engine = Engine::new(options.run.engine.clone().keep_features(false))?;
        let texts = sides.texts();
        let mut found: Vec<Comparison> = Vec::with_capacity(sides.pairs.len());
        options.run.pool()?.install(|| {
            engine.compare_batches(&texts[..], &sides.pairs, job, |_, compared| {
                found.extend(compared);
                std::ops::ControlFlow::Continue(())
            })
        })?;
        let mut columns = records::Columns::default();
        let is_integer = |(_, id_type): &Id| *id_type == IdType::Integer;
        let all = !sides.pairs.is_empty() && sides.ids.iter().flatten().all(is_integer);
        let id_type = if all { IdType::Integer } else { IdType::Text };
        for (name, ids) in ["a", "b"].into_iter().zip(&sides.ids) {
            columns.ids(name, ids.iter().map(|(id, _)| id.as_str()), id_type);
        }
        columns.comparisons(found.iter());
        Ok(Table::new(columns.batch()))
    })
}

/// Both sides of all pairs: texts by number.
struct Sides {
    corpus: Option<Corpus>,
    columns: Vec<Strings>,
    /// Of pairs of texts, where each text is: column and row.
    places: Vec<(usize, usize)>,
    pairs: Vec<(u32, u32)>,
    ids: [Vec<Id>; 2],
}

impl Sides {
    fn texts(&self) -> Vec<&str> {
        let missing = "it was looked at";
        match &self.corpus {
            Some(corpus) => {
                (0..corpus.articles.len()).map(|at| corpus.texts.get(at).expect(missing)).collect()
            }
            None => {
                let text = |&(column, row): &(usize, usize)| self.columns[column].get(row);
                self.places.iter().map(|place| text(place).expect(missing)).collect()
            }
        }
    }

    fn of_corpus(py: Python<'_>, pairs: &Frame, corpus: Corpus) -> PyResult<Self> {
        let ids = [ids(py, pairs, "a")?, ids(py, pairs, "b")?];
        let numbers = (0..).zip(&corpus.articles);
        let by_id: HashMap<&str, u32> =
            numbers.map(|(number, article)| (&*article.id, number)).collect();
        let number = |row: usize, (id, _): &Id| {
            by_id.get(id.as_str()).copied().ok_or_else(|| {
                errors::record(
                    py,
                    row,
                    format!("row {row}: the corpus has no text with the id {id:?}"),
                )
            })
        };
        let both = ids[0].iter().zip(&ids[1]).enumerate();
        let pairs = both.map(|(row, (a, b))| Ok((number(row, a)?, number(row, b)?)));
        let pairs = pairs.collect::<PyResult<Vec<_>>>()?;
        drop(by_id);
        Ok(Self { corpus: Some(corpus), columns: Vec::new(), places: Vec::new(), pairs, ids })
    }

    fn of_texts(py: Python<'_>, pairs: &Frame) -> PyResult<Self> {
        let [a, b] = [pairs.column("a_text")?, pairs.column("b_text")?];
        let (mut columns, mut places, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        let mut before = 0;
        for chunk in &pairs.chunks {
            for row in 0..chunk[a].len() {
                let number = places.len() as u32;
                places.extend([(columns.len(), row), (columns.len() + 1, row)]);
                numbers.push((number, number + 1));
            }
            for column in [a, b] {
                let strings = Strings::of(&chunk[column]).ok_or_else(|| {
                    errors::data(format!("{} are no strings", pairs.names[column]))
                })?;
                if let Some(row) = (0..chunk[column].len()).find(|row| strings.get(*row).is_none())
                {
                    let row = before + row;
                    let name = &pairs.names[column];
                    return Err(errors::record(py, row, format!("row {row} has no {name}")));
                }
                columns.push(strings);
            }
            before += chunk[a].len();
        }
        let ids = ["a", "b"].map(|side| match pairs.find(side) {
            Some(_) => ids(py, pairs, side),
            None => Ok((0..before).map(|row| (format!("{side}{row}"), IdType::Text)).collect()),
        });
        let [a, b] = ids;
        Ok(Self { corpus: None, columns, places, pairs: numbers, ids: [a?, b?] })
    }
}

/// The ids of one side.
fn ids(py: Python<'_>, pairs: &Frame, side: &str) -> PyResult<Vec<Id>> {
    let column = pairs.column(side)?;
    let mut ids = Vec::new();
    for chunk in &pairs.chunks {
        let strings = Strings::of(&chunk[column]);
        for row in 0..chunk[column].len() {
            match id(&chunk[column], strings.as_ref(), row) {
                Ok(Some(id)) => ids.push(id),
                _ => {
                    let row = ids.len();
                    return Err(errors::record(py, row, format!("row {row} has no id {side:?}")));
                }
            }
        }
    }
    Ok(ids)
}
