//! Tables in Parquet files.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path as FilePath;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, FieldRef, Fields};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use serde_json::value::RawValue;

use super::ReadOptions;
use super::fields::{Parts, Wanted, none_among, rest_of};
use super::lines::Sizes;
use super::parquet_values::{is_said, said};
use super::problem::Reason;
use super::shield;
use super::table::{Cell, Fault, Row};

/// The rows of a Parquet file in blocks; only the wanted columns are read. Memory: a block, and
/// the dictionary pages and one page of each wanted column.
pub(super) struct Columns {
    reader: ParquetRecordBatchReader,
    /// Where the wanted fields are.
    columns: Parts<Option<Path>>,
    row: u64,
    ended: bool,
}

/// The place of a column: its name, and those of the fields inside it that lead to the values.
type Path = Vec<String>;

/// The values of a column.
struct Values {
    values: ArrayRef,
    kind: Kind,
    /// The structs around them, which may be null.
    around: Vec<ArrayRef>,
}

/// What values are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Strings, bytes, and all else that is put into words.
    Text,
    /// Numbers and truth values, which JSON has too.
    Json,
}

impl Columns {
    pub(super) fn open(
        file: &FilePath,
        options: &ReadOptions,
        sizes: Sizes,
    ) -> Result<Self, Fault> {
        shielded(|| Self::open_unshielded(file, options, sizes))
    }

    fn open_unshielded(
        file: &FilePath,
        options: &ReadOptions,
        sizes: Sizes,
    ) -> Result<Self, Fault> {
        let file = File::open(file).map_err(|error| fault(Reason::Unreadable, error))?;
        // The types of Parquet are enough: a hint for Arrow, to have dictionaries or views, would
        // only add kinds of columns.
        let types = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, types)
            .map_err(|error| fault(Reason::Corrupt, error))?;
        let fields = builder.schema().fields();
        let wanted = Wanted::new(options);
        let found: Vec<_> = wanted.names().iter().map(|name| find(fields, name)).collect();
        let roots: Vec<usize> = found.iter().flatten().map(|found| found.root).collect();
        let parts = wanted.split(&found.iter().map(Option::as_ref).collect::<Vec<_>>());
        let texts: Vec<_> = parts.texts.iter().flatten().collect();
        if texts.is_empty() {
            let detail = none_among("column", &options.text_fields, names(fields).iter());
            return Err(fault(Reason::NoColumn, detail));
        }
        for text in &texts {
            if !is_text(&text.kind) {
                let detail = format!("column {:?} holds {}", text.path.join("."), text.kind);
                return Err(fault(Reason::TextNotString, detail));
            }
        }
        let text_roots: Vec<usize> = texts.iter().map(|text| text.root).collect();
        let rows = rows_per_block(&builder, &text_roots, sizes.block);
        let path = |found: Option<&Found>| found.map(|found| found.path.clone());
        let columns = Parts {
            id: path(parts.id),
            texts: parts.texts.iter().map(|found| path(*found)).collect(),
            extra: parts.extra.map(path),
            kept: parts.kept.iter().map(|found| path(*found)).collect(),
        };
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
        let reader = builder
            .with_projection(mask)
            .with_batch_size(rows)
            .build()
            .map_err(|error| fault(Reason::Corrupt, error))?;
        Ok(Self { reader, columns, row: 1, ended: false })
    }

    fn rows(&mut self, batch: &RecordBatch) -> Result<Vec<Row>, Fault> {
        let Parts { id, texts, extra, kept } = &self.columns;
        let values = |path: &Option<Path>| Values::of(batch, path.as_deref()?);
        let is_there = |path: &&Option<Path>| path.is_some();
        let texts: Option<Vec<Values>> = texts.iter().filter(is_there).map(values).collect();
        let texts =
            texts.ok_or_else(|| fault(Reason::TextNotString, "the texts are no strings"))?;
        let (id, extra) = (values(id), extra.as_ref().and_then(values));
        let kept: Vec<_> = kept.iter().map(values).collect();
        let cell = |values: &Option<Values>, at: usize| values.as_ref()?.cell(at);
        let first = self.row;
        self.row += batch.num_rows() as u64;
        let text = |at| texts.iter().filter_map(|values| values.bytes(at)).collect::<Vec<_>>();
        Ok((0..batch.num_rows())
            .map(|at| Row {
                line: first + at as u64,
                id: cell(&id, at),
                texts: Some(text(at)).filter(|texts| !texts.is_empty()).ok_or(Reason::NoText),
                extra: cell(&extra, at),
                kept: kept.iter().map(|values| cell(values, at)).collect(),
                raw: None,
                odd: None,
            })
            .collect())
    }
}

/// A wanted field, as the schema has it.
struct Found {
    root: usize,
    path: Path,
    kind: DataType,
}

/// The column of a name, or the field that a path leads to.
fn find(fields: &Fields, wanted: &str) -> Option<Found> {
    let named = fields.iter().position(|field| field.name() == wanted);
    if let Some(root) = named {
        let kind = fields[root].data_type().clone();
        return Some(Found { root, path: vec![wanted.to_owned()], kind });
    }
    let mut inside: Vec<_> = fields
        .iter()
        .enumerate()
        .filter_map(|(root, field)| Some((root, field, rest_of(wanted, field.name())?)))
        .collect();
    inside.sort_by_key(|(.., rest)| rest.len());
    inside.into_iter().find_map(|(root, field, rest)| {
        let DataType::Struct(fields) = field.data_type() else { return None };
        let Found { path, kind, .. } = find(fields, rest)?;
        Some(Found { root, path: [vec![field.name().clone()], path].concat(), kind })
    })
}

/// The names of all columns, those inside of structs as paths.
fn names(fields: &Fields) -> Vec<String> {
    let of = |field: &FieldRef| match field.data_type() {
        DataType::Struct(inner) => {
            names(inner).iter().map(|name| format!("{}.{name}", field.name())).collect()
        }
        _ => vec![field.name().clone()],
    };
    fields.iter().flat_map(of).collect()
}

impl Values {
    /// What a path leads to; numbers and dates become their text. `None` for lists and the like.
    fn of(batch: &RecordBatch, path: &[String]) -> Option<Self> {
        let (root, inside) = path.split_first()?;
        let (mut array, mut around) = (Arc::clone(batch.column_by_name(root)?), Vec::new());
        for name in inside {
            let inner = Arc::clone(array.as_struct_opt()?.column_by_name(name)?);
            around.push(std::mem::replace(&mut array, inner));
        }
        let kind = match array.data_type() {
            DataType::Boolean => Kind::Json,
            kind if kind.is_integer() || kind.is_floating() => Kind::Json,
            _ => Kind::Text,
        };
        is_said(array.data_type()).then_some(Self { values: array, kind, around })
    }

    fn bytes(&self, at: usize) -> Option<Vec<u8>> {
        if self.around.iter().any(|around| around.is_null(at)) {
            return None;
        }
        said(&self.values, at)
    }

    fn cell(&self, at: usize) -> Option<Cell> {
        let bytes = self.bytes(at)?;
        match self.kind {
            Kind::Text => Some(Cell::Text(bytes)),
            // JSON has neither NaN nor infinities.
            Kind::Json => {
                let json = String::from_utf8(bytes).ok()?;
                serde_json::from_str::<&RawValue>(&json).is_ok().then_some(Cell::Json(json))
            }
        }
    }
}

impl Iterator for Columns {
    type Item = Result<Vec<Row>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let rows = shielded(|| match self.reader.next() {
            None => Ok(None),
            Some(Ok(batch)) => self.rows(&batch).map(Some),
            Some(Err(error)) => Err(fault(Reason::Corrupt, error)),
        });
        let rows = rows.map_err(|fault| Fault { line: Some(self.row), ..fault }).transpose();
        self.ended = !matches!(rows, Some(Ok(_)));
        rows
    }
}

/// The library panics on some damaged files (negative lengths, missing dictionaries) where it
/// should return an error. What it had built is dropped unseen, so nothing half-made is used.
fn shielded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let _silent = shield::Shield::new();
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(fault(Reason::Corrupt, "the Parquet library gave up on it")))
}

fn fault(reason: Reason, detail: impl std::fmt::Display) -> Fault {
    Fault { reason, line: None, detail: detail.to_string() }
}

fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::Binary)
}

/// So many rows that their texts are about a block, as the file's own statistics say.
fn rows_per_block(
    builder: &ParquetRecordBatchReaderBuilder<File>,
    texts: &[usize],
    block: usize,
) -> usize {
    let schema = builder.parquet_schema();
    let is_text = |leaf: &usize| texts.contains(&schema.get_column_root_idx(*leaf));
    let leaves: Vec<usize> = (0..schema.num_columns()).filter(is_text).collect();
    let groups = builder.metadata().row_groups();
    let rows: i64 = groups.iter().map(|group| group.num_rows().max(0)).sum();
    let bytes: i64 = groups
        .iter()
        .flat_map(|group| leaves.iter().filter_map(|leaf| group.columns().get(*leaf)))
        .map(|column| column.uncompressed_size().max(0))
        .sum();
    let per_row = u64::try_from(bytes / rows.max(1)).unwrap_or(0).max(1);
    usize::try_from(block as u64 / per_row).unwrap_or(block).clamp(1, 1 << 16)
}
