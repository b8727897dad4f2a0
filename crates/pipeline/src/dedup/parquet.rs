//! Rows of a Parquet file to another one like it.

use std::fs::File;
use std::path::Path;

use ::parquet::arrow::ArrowWriter;
use ::parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection, RowSelector};
use ::parquet::file::properties::WriterProperties;

use retold::Cancel;

use super::finished::{Hashed, Sum};
use crate::disk::OutputFile;

/// Copies the rows of these numbers, from 1 and ascending, with all their columns, and compressed
/// as they were, until `cancel` is told. Says what the file holds then.
pub fn copy_rows(from: &Path, to: &Path, rows: &[u64], cancel: &Cancel) -> anyhow::Result<Sum> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(from)?)?;
    let metadata = reader.metadata().clone();
    let first = metadata.row_groups().first().and_then(|group| group.columns().first());
    let mut properties = WriterProperties::builder()
        .set_key_value_metadata(metadata.file_metadata().key_value_metadata().cloned());
    if let Some(column) = first {
        properties = properties.set_compression(column.compression());
    }
    let schema = reader.schema().clone();
    let mut writer = ArrowWriter::try_new(
        Hashed::new(OutputFile::create(to)?),
        schema,
        Some(properties.build()),
    )?;
    for batch in reader.with_row_selection(selection(rows)).build()? {
        cancel.check()?;
        writer.write(&batch?)?;
    }
    Ok(writer.into_inner()?.sum())
}

/// Runs of rows to take, with those to leave between them.
fn selection(rows: &[u64]) -> RowSelection {
    let mut selectors = Vec::new();
    let mut next = 1;
    for run in rows.chunk_by(|a, b| a + 1 == *b) {
        selectors.push(RowSelector::skip((run[0] - next) as usize));
        selectors.push(RowSelector::select(run.len()));
        next = run[0] + run.len() as u64;
    }
    selectors.into()
}
