//! Tables in Parquet files.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::ReadOptions;
use super::lines::Sizes;
use super::problem::Reason;
use super::shield;
use super::table::{Fault, Row, no_column};

/// The rows of a Parquet file in blocks; only the wanted columns are read. Memory: a block, and
/// the dictionary pages and one page of each wanted column.
pub(super) struct Columns {
    reader: ParquetRecordBatchReader,
    id: Option<String>,
    text: String,
    extra: Option<String>,
    row: u64,
    ended: bool,
}

impl Columns {
    pub(super) fn open(path: &Path, options: &ReadOptions, sizes: Sizes) -> Result<Self, Fault> {
        shielded(|| Self::open_unshielded(path, options, sizes))
    }

    fn open_unshielded(path: &Path, options: &ReadOptions, sizes: Sizes) -> Result<Self, Fault> {
        let file = File::open(path).map_err(|error| fault(Reason::Unreadable, error))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)
            .map_err(|error| fault(Reason::Corrupt, error))?;
        let fields = builder.schema().fields();
        let column = |name: &str| fields.iter().position(|field| field.name() == name);
        let Some(text) = column(&options.text_field) else {
            let detail = no_column(&options.text_field, fields.iter().map(|field| field.name()));
            return Err(fault(Reason::NoColumn, detail));
        };
        if !is_text(fields[text].data_type()) {
            let detail =
                format!("column {:?} holds {}", options.text_field, fields[text].data_type());
            return Err(fault(Reason::TextNotString, detail));
        }
        let id = column(&options.id_field);
        let extra = options.extra_field.as_deref().and_then(column);
        let wanted = [Some(text), id, extra].into_iter().flatten();
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
        let rows = rows_per_block(&builder, text, sizes.block);
        let reader = builder
            .with_projection(mask)
            .with_batch_size(rows)
            .build()
            .map_err(|error| fault(Reason::Corrupt, error))?;
        Ok(Self {
            reader,
            id: id.map(|_| options.id_field.clone()),
            text: options.text_field.clone(),
            extra: options.extra_field.clone().filter(|_| extra.is_some()),
            row: 1,
            ended: false,
        })
    }

    fn rows(&mut self, batch: &RecordBatch) -> Result<Vec<Row>, Fault> {
        let cells = |name: &str| batch.column_by_name(name).and_then(bytes_of);
        let text = cells(&self.text)
            .ok_or_else(|| fault(Reason::TextNotString, "the texts are no strings"))?;
        let id = self.id.as_deref().and_then(cells);
        let extra = self.extra.as_deref().and_then(cells);
        let cell = |column: &Option<ArrayRef>, at: usize| cell(column.as_ref()?, at);
        let first = self.row;
        self.row += batch.num_rows() as u64;
        Ok((0..batch.num_rows())
            .map(|at| Row {
                line: first + at as u64,
                id: cell(&id, at),
                text: self::cell(&text, at).ok_or(Reason::NoText),
                extra: cell(&extra, at),
                raw: None,
                odd: None,
            })
            .collect())
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
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// A column as strings or, if it holds them, bytes; numbers and dates become their text. `None`
/// for lists and the like.
fn bytes_of(column: &ArrayRef) -> Option<ArrayRef> {
    if column.data_type().is_nested() {
        return None;
    }
    let bytes = matches!(
        column.data_type(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView
    );
    let kind = if bytes { DataType::LargeBinary } else { DataType::LargeUtf8 };
    arrow_cast::cast(column, &kind).ok()
}

fn cell(column: &ArrayRef, at: usize) -> Option<Vec<u8>> {
    if column.is_null(at) {
        return None;
    }
    match column.as_string_opt::<i64>() {
        Some(strings) => Some(strings.value(at).as_bytes().to_vec()),
        None => column.as_binary_opt::<i64>().map(|bytes| bytes.value(at).to_vec()),
    }
}

/// So many rows that their texts are about a block, as the file's own statistics say.
fn rows_per_block(
    builder: &ParquetRecordBatchReaderBuilder<File>,
    text: usize,
    block: usize,
) -> usize {
    let schema = builder.parquet_schema();
    let leaf = (0..schema.num_columns()).find(|&leaf| schema.get_column_root_idx(leaf) == text);
    let groups = builder.metadata().row_groups();
    let rows: i64 = groups.iter().map(|group| group.num_rows().max(0)).sum();
    let bytes: i64 = groups
        .iter()
        .filter_map(|group| group.columns().get(leaf?))
        .map(|column| column.uncompressed_size().max(0))
        .sum();
    let per_row = u64::try_from(bytes / rows.max(1)).unwrap_or(0).max(1);
    usize::try_from(block as u64 / per_row).unwrap_or(block).clamp(1, 1 << 16)
}
