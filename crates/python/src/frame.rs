//! Whatever a caller has, as columns: Arrow data, or rows one by one.

use std::sync::Arc;

use arrow_array::builder::LargeStringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Int64Array, LargeStringArray, RecordBatch, StructArray};
use arrow_schema::DataType;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyList, PyMapping, PyString, PyTuple};

use crate::capsule;
use crate::errors;

/// Columns by name, each in the same chunks.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    pub names: Vec<String>,
    /// For each chunk its columns.
    pub chunks: Vec<Vec<ArrayRef>>,
    /// Rows whose text was repaired, or is of another kind; of rows one by one only.
    pub mended: Vec<u64>,
    pub not_strings: Vec<u64>,
}

/// The columns to take of rows one by one.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'n> {
    pub text: Option<&'n str>,
    pub id: Option<&'n str>,
    pub fields: &'n [String],
    /// More, where they are there.
    pub about: &'n [String],
}

impl Frame {
    /// Takes Arrow data as it lies in memory, and copies rows one by one.
    pub fn of(data: &Bound<'_, PyAny>, wanted: &Wanted<'_>) -> PyResult<Self> {
        match capsule::import(data)? {
            Some(chunks) => Self::of_arrow(&chunks),
            None => Self::of_rows(data, wanted),
        }
    }

    fn of_arrow(arrays: &[ArrayRef]) -> PyResult<Self> {
        let mut frame = Self::default();
        for array in arrays {
            match array.data_type() {
                DataType::Struct(fields) => {
                    frame.names = fields.iter().map(|field| field.name().clone()).collect();
                    let rows: &StructArray = array.as_struct();
                    if rows.null_count() > 0 {
                        return Err(errors::data("some rows of the data are null"));
                    }
                    frame.chunks.push(rows.columns().to_vec());
                }
                _ => {
                    frame.names = vec!["text".to_owned()];
                    frame.chunks.push(vec![array.clone()]);
                }
            }
        }
        Ok(frame)
    }

    /// Strings, or mappings with a text and, if they have one, an id.
    fn of_rows(data: &Bound<'_, PyAny>, wanted: &Wanted<'_>) -> PyResult<Self> {
        if data.is_instance_of::<PyString>() {
            return Err(errors::data("one string is no collection of texts; pass a list of them"));
        }
        let rows = data.try_iter().map_err(|_| {
            errors::data(format!(
                "{} is neither a frame that exports Arrow data nor an iterable of strings or mappings",
                data.get_type()
            ))
        })?;
        let names = [wanted.text.unwrap_or("text"), wanted.id.unwrap_or("id")];
        let fields = wanted.fields.iter().chain(wanted.about);
        let names: Vec<&str> = names.into_iter().chain(fields.map(String::as_str)).collect();
        let mut builders: Vec<_> = names.iter().map(|_| LargeStringBuilder::new()).collect();
        let (mut mended, mut not_strings) = (Vec::new(), Vec::new());
        let mut has_integer_ids = true;
        for (row, item) in (0..).zip(rows) {
            let item = item?;
            let is_text = item.is_instance_of::<PyString>() || item.is_none();
            let mapping = if is_text { None } else { Some(mapping(&item, row)?) };
            for (at, (name, builder)) in names.iter().zip(&mut builders).enumerate() {
                let value = match &mapping {
                    Some(mapping) => mapping.call_method1("get", (*name,))?,
                    None if at == 0 => item.clone(),
                    None => item.py().None().into_bound(item.py()),
                };
                has_integer_ids &= at != 1 || value.is_none() || is_integer(&value);
                match string(&value, at == 0)? {
                    Value::String(text, is_mended) => {
                        builder.append_value(text);
                        if is_mended && at == 0 {
                            mended.push(row as u64);
                        }
                    }
                    Value::Null => builder.append_null(),
                    Value::Other => {
                        builder.append_null();
                        not_strings.push(row as u64);
                    }
                }
            }
        }
        let columns = builders.into_iter().enumerate().map(|(at, mut builder)| {
            let strings = builder.finish();
            let integers = (at == 1 && has_integer_ids).then(|| integers(&strings)).flatten();
            integers.unwrap_or_else(|| Arc::new(strings))
        });
        let names = names.iter().map(|name| (*name).to_owned());
        // Where nobody has an id, and none was asked for, there is no column of ids; as with others.
        let asked = 2 + wanted.fields.len();
        let is_there = |(at, (_, column)): &(usize, (String, ArrayRef))| {
            let is_asked = *at < asked && (*at != 1 || wanted.id.is_some());
            is_asked || column.null_count() < column.len()
        };
        let columns = names.zip(columns).enumerate().filter(is_there);
        let (names, chunk) = columns.map(|(_, column)| column).unzip();
        Ok(Self { names, chunks: vec![chunk], mended, not_strings })
    }

    /// The place of a column, if there is one.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The place of a column that was asked for.
    pub fn column(&self, name: &str) -> PyResult<usize> {
        self.find(name).ok_or_else(|| {
            errors::data(format!("there is no column {name:?}; there are {:?}", self.names))
        })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.first().map_or(0, |column| column.len())).sum()
    }
}

/// Record batches of data that is Arrow's, with all its columns.
pub fn batches(data: &Bound<'_, PyAny>) -> PyResult<Vec<RecordBatch>> {
    let chunks = capsule::import(data)?;
    let chunks = chunks.ok_or_else(|| errors::data("this exports no Arrow data"))?;
    chunks
        .iter()
        .map(|chunk| match chunk.as_struct_opt() {
            Some(rows) => Ok(RecordBatch::from(rows.clone())),
            None => Err(errors::data("this has no columns")),
        })
        .collect()
}

enum Value {
    /// And whether it was mended.
    String(String, bool),
    Null,
    Other,
}

fn string(value: &Bound<'_, PyAny>, must_be_string: bool) -> PyResult<Value> {
    if value.is_none() {
        return Ok(Value::Null);
    }
    let text = match value.cast::<PyString>() {
        Ok(text) => text.clone(),
        Err(_) if must_be_string => return Ok(Value::Other),
        Err(_) if holds_others(value) => return Ok(Value::Null),
        Err(_) => value.str()?,
    };
    Ok(match text.to_cow() {
        Ok(text) => Value::String(text.into_owned(), false),
        // Lone surrogates, which are no characters.
        Err(_) => Value::String(text.to_string_lossy().into_owned(), true),
    })
}

/// Lists and the like, which are neither an id nor anything that is said of an article.
fn holds_others(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyList>()
        || value.is_instance_of::<PyTuple>()
        || value.cast::<PyMapping>().is_ok()
}

/// As JSON has it, where true is no number.
fn is_integer(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>()
}

/// These integers as such; nothing if one of them is too large.
fn integers(strings: &LargeStringArray) -> Option<ArrayRef> {
    let parsed = strings.iter().map(|id| id.map(|id| id.parse::<i64>().ok()));
    let integers: Option<Vec<Option<i64>>> =
        parsed.map(|id| id.map_or(Some(None), |id| id.map(Some))).collect();
    Some(Arc::new(Int64Array::from(integers?)))
}

fn mapping<'i, 'py>(item: &'i Bound<'py, PyAny>, row: usize) -> PyResult<&'i Bound<'py, PyAny>> {
    match item.cast::<PyMapping>() {
        Ok(_) => Ok(item),
        Err(_) => Err(errors::record(
            item.py(),
            row,
            format!("row {row} is {}, neither a string nor a mapping", item.get_type()),
        )),
    }
}
