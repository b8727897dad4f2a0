//! What a frame says of articles beside their texts, for reports that people read.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use retold_pipeline::{about, dates};
use retold_report::{About, FieldValue};
use serde_json::value::to_raw_value;

use crate::column::{Dated, Strings, date};
use crate::frame::Frame;
use crate::values::integer;

/// The names of the columns to look for, in the order in which [`AboutColumns::at`] wants them.
pub fn names() -> Vec<String> {
    about::AboutFields::Usual.names().collect()
}

/// For each chunk of a frame its columns of these names, in their order. The default is none.
#[derive(Debug, Clone, Default)]
pub struct AboutColumns(Vec<Vec<Option<ArrayRef>>>);

impl AboutColumns {
    /// Of these names the columns that are there.
    pub fn of(frame: &Frame, names: &[String]) -> Self {
        let places: Vec<_> = names.iter().map(|name| frame.find(name)).collect();
        let of_chunk = |chunk: &Vec<ArrayRef>| {
            places.iter().map(|place| place.map(|place| chunk[place].clone())).collect()
        };
        Self(frame.chunks.iter().map(of_chunk).collect())
    }

    /// The chunks of another frame follow these.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// What is said of the article in a row of a chunk.
    pub fn at(&self, (chunk, row): (usize, usize)) -> About {
        let columns = self.0[chunk].iter();
        let values = columns.map(|column| said(column.as_ref()?, row));
        about::about(&values.collect::<Vec<_>>())
    }
}

/// A cell as a record of JSON would have it: nothing for what is neither text nor number nor time.
fn said(array: &ArrayRef, row: usize) -> FieldValue {
    if array.is_null(row) {
        return None;
    }
    if let Some(number) = integer(array, row) {
        return to_raw_value(&number).ok();
    }
    match array.data_type() {
        DataType::Float64 => number(array.as_primitive::<Float64Type>().value(row)),
        DataType::Float32 => number(array.as_primitive::<Float32Type>().value(row).into()),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            let Dated::At(moment) = date(array, row) else { return None };
            to_raw_value(&dates::shown(crate::column::seconds(moment))).ok()
        }
        _ => to_raw_value(Strings::of(array)?.get(row)?).ok(),
    }
}

/// Whole numbers as such: pandas makes floats of them where some are missing.
fn number(number: f64) -> FieldValue {
    const EXACT: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
    match number.fract() == 0.0 && number.abs() <= EXACT {
        true => to_raw_value(&(number as i64)).ok(),
        false => number.is_finite().then(|| to_raw_value(&number).ok()).flatten(),
    }
}
