//! What was found, as Arrow columns: the fields of the command's records, by the same names.

use std::sync::Arc;

use arrow_array::builder::OffsetBufferBuilder;
use arrow_array::{
    Array, ArrayRef, BooleanArray, FixedSizeListArray, Float64Array, Int64Array, LargeListArray,
    LargeStringArray, RecordBatch, StructArray, UInt32Array,
};
use arrow_schema::{DataType, Field, Fields, Schema};
use retold::Span;
use retold::align::{Comparison, Match};
use retold_report::columns::{COLUMNS, Column};
use retold_report::record::round;
use retold_report::{Id, IdType};

/// Columns by name, one after the other.
#[derive(Default)]
pub struct Columns(Vec<(Field, ArrayRef)>);

impl Columns {
    /// Adds a column; all have the same number of rows.
    pub fn push(&mut self, name: &str, array: ArrayRef) {
        let is_nullable = array.null_count() > 0;
        self.0.push((Field::new(name, array.data_type().clone(), is_nullable), array));
    }

    /// Adds a column that may have nulls, whether it has some or not.
    pub fn push_nullable(&mut self, name: &str, array: ArrayRef) {
        self.0.push((Field::new(name, array.data_type().clone(), true), array));
    }

    /// Adds a column of strings.
    pub fn strings<'s>(&mut self, name: &str, strings: impl Iterator<Item = &'s str>) {
        self.push(name, Arc::new(LargeStringArray::from_iter_values(strings)));
    }

    /// Adds a column of ids: integers, or strings.
    pub fn ids<'s>(&mut self, name: &str, ids: impl Iterator<Item = &'s str>, id_type: IdType) {
        let ids: Vec<Id<'_>> = ids.map(|id| Id::new(id, id_type)).collect();
        let integers: Option<Vec<i64>> = ids.iter().map(|id| id.integer()).collect();
        match integers {
            Some(integers) if id_type == IdType::Integer => {
                self.push(name, Arc::new(Int64Array::from(integers)));
            }
            _ => self.strings(name, ids.iter().map(|id| id.text())),
        }
    }

    /// Adds what was found of pairs.
    pub fn comparisons<'c>(&mut self, found: impl Iterator<Item = &'c Comparison> + Clone) {
        for (name, column) in COLUMNS {
            match column {
                Column::Word(of) => self.strings(name, found.clone().map(of)),
                Column::WordOrNone(of) => self.push_nullable(
                    name,
                    Arc::new(found.clone().map(of).collect::<LargeStringArray>()),
                ),
                Column::Figure(of) => {
                    let figures = found.clone().map(|pair| round(of(pair)));
                    self.push(name, Arc::new(Float64Array::from_iter_values(figures)));
                }
                Column::Matches(of) => self.push(name, matches(found.clone().map(of))),
            }
        }
    }

    /// All columns as one batch.
    pub fn batch(self) -> RecordBatch {
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = self.0.into_iter().unzip();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
            .expect("columns of one table are of one length")
    }
}

/// A list of `{a: [start, end], b: [start, end], kind, score, shared_source}` for each pair.
fn matches<'m>(of: impl Iterator<Item = &'m [Match]> + Clone) -> ArrayRef {
    let all = || of.clone().flatten();
    let kinds = LargeStringArray::from_iter_values(all().map(|found| found.kind.name()));
    let scores = Float64Array::from_iter_values(all().map(|found| round(found.score)));
    let sources: BooleanArray = all().map(|found| Some(found.shared_source)).collect();
    let columns: Vec<(Field, ArrayRef)> = vec![
        (span_field("a"), spans(all().map(|found| found.a))),
        (span_field("b"), spans(all().map(|found| found.b))),
        (Field::new("kind", DataType::LargeUtf8, false), Arc::new(kinds)),
        (Field::new("score", DataType::Float64, false), Arc::new(scores)),
        (Field::new("shared_source", DataType::Boolean, false), Arc::new(sources)),
    ];
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    let items = StructArray::new(Fields::from(fields), arrays, None);
    let mut offsets = OffsetBufferBuilder::<i64>::new(0);
    of.clone().for_each(|matches| offsets.push_length(matches.len()));
    let item = Arc::new(Field::new("item", items.data_type().clone(), false));
    Arc::new(LargeListArray::new(item, offsets.finish(), Arc::new(items), None))
}

fn item() -> Arc<Field> {
    Arc::new(Field::new("item", DataType::UInt32, false))
}

fn span_field(name: &str) -> Field {
    Field::new(name, DataType::FixedSizeList(item(), 2), false)
}

fn spans(spans: impl Iterator<Item = Span>) -> ArrayRef {
    let ends = UInt32Array::from_iter_values(spans.flat_map(|span| [span.start, span.end]));
    Arc::new(FixedSizeListArray::new(item(), 2, Arc::new(ends), None))
}
