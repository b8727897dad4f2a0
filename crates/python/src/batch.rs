//! `retold.batch`: the steps of a scan as functions of record batches, for engines that distribute
//! the work. No state, no thread, no file.

use std::sync::Arc;

use arrow_array::builder::{LargeBinaryBuilder, LargeListBuilder, UInt64Builder};
use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, UInt32Array, UInt64Array};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use retold::Engine;
use retold::align::Profile;
use retold::engine::{Fingerprint, batch};

use crate::column::Strings;
use crate::errors;
use crate::frame::{Frame, Wanted};
use crate::options::Options;
use crate::records;
use crate::table::{Table, imported};

fn engine(py: Python<'_>, settings: Option<&Bound<'_, PyDict>>) -> PyResult<Engine> {
    let options = Options::of(settings)?;
    Engine::new(options.run.engine).map_err(|error| errors::of(py, &error.into()))
}

/// The fingerprint of each text: one row for each, in order; of null that of an empty text.
#[pyfunction]
#[pyo3(signature = (data, text, settings=None))]
pub fn batch_fingerprint(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    text: Option<&str>,
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<Table> {
    let engine = engine(py, settings)?;
    let texts = Texts::of(data, text)?;
    let fingerprints = py.detach(|| batch::fingerprints(&engine, texts.iter()));
    let fingerprints = fingerprints.map_err(|error| errors::of(py, &error.into()))?;
    let mut bytes = LargeBinaryBuilder::new();
    let mut bands = LargeListBuilder::new(UInt64Builder::new());
    let mut features = LargeListBuilder::new(UInt64Builder::new());
    for fingerprint in &fingerprints {
        bytes.append_value(fingerprint.to_bytes());
        bands.values().append_slice(fingerprint.bands());
        bands.append(true);
        features.values().append_slice(fingerprint.features());
        features.append(true);
    }
    let mut columns = records::Columns::default();
    columns.push("fingerprint", Arc::new(bytes.finish()));
    let words = fingerprints.iter().map(Fingerprint::words);
    columns.push("words", Arc::new(UInt32Array::from_iter_values(words)));
    let hashes = |of: fn(&Fingerprint) -> Option<u64>| -> ArrayRef {
        Arc::new(fingerprints.iter().map(of).collect::<UInt64Array>())
    };
    columns.push_nullable("text_hash", hashes(Fingerprint::text));
    columns.push_nullable("signature", hashes(Fingerprint::signature));
    columns.push("bands", Arc::new(bands.finish()));
    columns.push("features", Arc::new(features.finish()));
    Ok(Table::new(columns.batch()))
}

/// Candidate pairs of fingerprints, by row, of a corpus of `articles` texts.
#[pyfunction]
#[pyo3(signature = (fingerprints, articles, settings=None))]
pub fn batch_candidates(
    py: Python<'_>,
    fingerprints: &Bound<'_, PyAny>,
    articles: Option<usize>,
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<Table> {
    let engine = engine(py, settings)?;
    let table = imported(fingerprints)?;
    let column = table.column_by_name("fingerprint").ok_or_else(|| {
        errors::data("there is no column \"fingerprint\"; pass what batch.fingerprint returned")
    })?;
    let pairs = py.detach(|| {
        let scheme = engine.scheme()?;
        let fingerprints = (0..column.len()).map(|row| {
            let bytes = column.as_binary_opt::<i64>().map(|column| column.value(row));
            let bytes = bytes.or_else(|| Some(column.as_binary_opt::<i32>()?.value(row)));
            Fingerprint::from_bytes(bytes.unwrap_or_default(), scheme)
        });
        let fingerprints = fingerprints.collect::<Result<Vec<_>, _>>()?;
        let rules = engine.rare_rules(articles.unwrap_or(fingerprints.len()));
        batch::candidates(&fingerprints, rules)
    });
    let pairs = pairs.map_err(|error| errors::of(py, &error.into()))?;
    let mut columns = records::Columns::default();
    columns.push("a", Arc::new(UInt32Array::from_iter_values(pairs.iter().map(|pair| pair.0))));
    columns.push("b", Arc::new(UInt32Array::from_iter_values(pairs.iter().map(|pair| pair.1))));
    Ok(Table::new(columns.batch()))
}

/// What the texts of each row are to each other, in order.
#[pyfunction]
#[pyo3(signature = (data, a_text, b_text, settings=None))]
pub fn batch_verify(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    a_text: &str,
    b_text: &str,
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<Table> {
    let engine = engine(py, settings)?;
    let [a, b] = [Texts::of(data, Some(a_text))?, Texts::of(data, Some(b_text))?];
    Ok(py.detach(|| {
        let mut analyzer = engine.analyzer();
        let compared = a.iter().zip(b.iter()).map(|(a, b)| {
            let [a, b]: [Profile; 2] = [a, b].map(|text| engine.profile(&mut analyzer, text));
            engine.compare_profiles(&a, &b)
        });
        let compared: Vec<_> = compared.collect();
        let mut columns = records::Columns::default();
        columns.comparisons(compared.iter());
        Table::new(columns.batch())
    }))
}

/// A column of texts.
struct Texts(Vec<(Strings, usize)>);

impl Texts {
    fn of(data: &Bound<'_, PyAny>, text: Option<&str>) -> PyResult<Self> {
        let frame = Frame::of(data, &Wanted { text, ..Wanted::default() })?;
        let column = frame.column(text.unwrap_or("text"))?;
        let strings = |chunk: &Vec<ArrayRef>| {
            let strings = Strings::of(&chunk[column]).ok_or_else(|| {
                errors::data(format!("the column {:?} holds no strings", frame.names[column]))
            })?;
            Ok((strings, chunk[column].len()))
        };
        frame.chunks.iter().map(strings).collect::<PyResult<_>>().map(Self)
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|(strings, rows)| {
            (0..*rows).map(move |row| strings.get(row).unwrap_or_default())
        })
    }
}
