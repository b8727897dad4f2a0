//! Rows of a Parquet file to another one like it.

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use ::parquet::basic::Type;
use ::parquet::column::reader::{ColumnReaderImpl, get_typed_column_reader};
use ::parquet::column::writer::ColumnWriterImpl;
use ::parquet::data_type as typed;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::writer::SerializedFileWriter;

use retold::Cancel;

use super::finished::{Hashed, Sum};
use crate::disk::OutputFile;

/// Rows of a column that are in memory at once, beside the pages that they come from.
const BATCH: usize = 1024;

/// Copies the rows of these numbers, from 1 and ascending, until `cancel` is told. Schema,
/// metadata, row groups and the compression of each column stay as they were. Says what the file
/// holds then.
pub fn copy_rows(from: &Path, to: &Path, rows: &[u64], cancel: &Cancel) -> anyhow::Result<Sum> {
    let reader = SerializedFileReader::new(File::open(from)?)?;
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema_descr().root_schema_ptr();
    let output = Hashed::new(OutputFile::create(to)?);
    let mut writer = SerializedFileWriter::new(output, schema, Arc::new(properties(metadata)))?;
    let (mut rows, mut before) = (rows, 0);
    for (at, group) in metadata.row_groups().iter().enumerate() {
        let end = before + group.num_rows().max(0) as u64;
        let (wanted, later) = rows.split_at(rows.partition_point(|&row| row <= end));
        let runs = runs(wanted, before);
        (rows, before) = (later, end);
        if runs.is_empty() {
            continue;
        }
        let group = reader.get_row_group(at)?;
        let mut copy = writer.next_row_group()?;
        for column in 0..group.num_columns() {
            let kind = group.metadata().column(column).column_type();
            let reader = group.get_column_reader(column)?;
            let mut writer = copy.next_column()?.ok_or_else(too_few_columns)?;
            macro_rules! copy {
                ($kind:ty) => {{
                    let (reader, writer) =
                        (get_typed_column_reader::<$kind>(reader), writer.typed::<$kind>());
                    copy_column(reader, writer, &runs, cancel)?
                }};
            }
            match kind {
                Type::BOOLEAN => copy!(typed::BoolType),
                Type::INT32 => copy!(typed::Int32Type),
                Type::INT64 => copy!(typed::Int64Type),
                Type::INT96 => copy!(typed::Int96Type),
                Type::FLOAT => copy!(typed::FloatType),
                Type::DOUBLE => copy!(typed::DoubleType),
                Type::BYTE_ARRAY => copy!(typed::ByteArrayType),
                Type::FIXED_LEN_BYTE_ARRAY => copy!(typed::FixedLenByteArrayType),
            }
            writer.close()?;
        }
        copy.close()?;
    }
    Ok(writer.into_inner()?.sum())
}

fn too_few_columns() -> ParquetError {
    ParquetError::General("a row group has more columns than the schema".to_owned())
}

/// The metadata of the file, and each column compressed as in the first row group.
fn properties(metadata: &ParquetMetaData) -> WriterProperties {
    let first = metadata.row_groups().first().map_or(&[][..], |group| group.columns());
    let properties = WriterProperties::builder()
        .set_key_value_metadata(metadata.file_metadata().key_value_metadata().cloned());
    first
        .iter()
        .fold(properties, |properties, column| {
            let path = column.column_path().clone();
            properties.set_column_compression(path, column.compression())
        })
        .build()
}

/// Runs of rows, counted from 0 within a row group that so many rows are `before`.
fn runs(rows: &[u64], before: u64) -> Vec<Range<usize>> {
    let within = |row: u64| (row - 1 - before) as usize;
    rows.chunk_by(|a, b| a + 1 == *b)
        .map(|run| within(run[0])..within(run[0]) + run.len())
        .collect()
}

/// Copies runs of rows of one column, with the levels that say how its values nest.
fn copy_column<T: typed::DataType>(
    mut reader: ColumnReaderImpl<T>,
    writer: &mut ColumnWriterImpl<'_, T>,
    runs: &[Range<usize>],
    cancel: &Cancel,
) -> anyhow::Result<()> {
    let descriptor = writer.get_descriptor();
    let is_optional = descriptor.max_def_level() > 0;
    let is_repeated = descriptor.max_rep_level() > 0;
    let (mut values, mut defined, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
    let mut next = 0;
    for run in runs {
        reader.skip_records(run.start - next)?;
        next = run.start;
        while next < run.end {
            cancel.check()?;
            values.clear();
            defined.clear();
            repeated.clear();
            let (read, ..) = reader.read_records(
                BATCH.min(run.end - next),
                is_optional.then_some(&mut defined),
                is_repeated.then_some(&mut repeated),
                &mut values,
            )?;
            if read == 0 {
                return Err(ParquetError::EOF("a column ends before its rows do".into()).into());
            }
            writer.write_batch(
                &values,
                is_optional.then_some(&defined),
                is_repeated.then_some(&repeated),
            )?;
            next += read;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::parquet::arrow::ArrowWriter;
    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use ::parquet::basic::Compression;
    use ::parquet::file::metadata::KeyValue;
    use arrow_array::builder::{Int64Builder, ListBuilder, StringDictionaryBuilder};
    use arrow_array::types::Int32Type;
    use arrow_array::{ArrayRef, BooleanArray, RecordBatch, StringArray, StructArray};

    const ROWS: usize = 5000;

    /// Nulls, lists (also empty and null ones), a struct, a dictionary, long and short texts.
    fn table() -> RecordBatch {
        let mut lists = ListBuilder::new(Int64Builder::new());
        let mut words = StringDictionaryBuilder::<Int32Type>::new();
        for row in 0..ROWS {
            for item in 0..row % 4 {
                let number = (item + row) as i64;
                lists.values().append_option((number % 5 != 0).then_some(number));
            }
            lists.append(row % 7 != 0);
            words.append_value(["red", "green", "blue"][row % 3]);
        }
        let texts = (0..ROWS).map(|row| (row % 11 != 0).then(|| format!("{row} ").repeat(row % 9)));
        let flags = (0..ROWS).map(|row| (row % 3 != 0).then_some(row % 2 == 0));
        let texts: ArrayRef = Arc::new(texts.collect::<StringArray>());
        let flags: ArrayRef = Arc::new(flags.collect::<BooleanArray>());
        let inner = StructArray::try_from(vec![("flag", flags), ("copy", Arc::clone(&texts))]);
        RecordBatch::try_from_iter_with_nullable([
            ("text", texts, true),
            ("numbers", Arc::new(lists.finish()) as ArrayRef, true),
            ("colour", Arc::new(words.finish()), true),
            ("inner", Arc::new(inner.expect("equal lengths")), true),
        ])
        .expect("equal lengths")
    }

    fn write(path: &Path, table: &RecordBatch) {
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(1500))
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(vec![KeyValue::new("made".to_owned(), "here".to_owned())]))
            .build();
        let file = File::create(path).expect("made");
        let mut writer =
            ArrowWriter::try_new(file, table.schema(), Some(properties)).expect("a writer");
        writer.write(table).expect("written");
        writer.close().expect("closed");
    }

    #[test]
    fn rows_are_those_of_the_file_in_all_columns() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        let table = table();
        write(&from, &table);
        let every = |step: usize| (1..=ROWS as u64).step_by(step).collect::<Vec<_>>();
        let few = vec![1, 2, 3, 1500, 1501, 4998, 5000];
        for rows in [every(1), every(2), every(997), few, (1501..=3000).collect(), vec![]] {
            copy_rows(&from, &to, &rows, &Cancel::new()).expect("copied");
            let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&to).expect("there"))
                .expect("Parquet");
            assert_eq!(reader.schema().fields(), table.schema().fields());
            let metadata = reader.metadata().file_metadata().key_value_metadata().expect("some");
            assert!(metadata.iter().any(|entry| entry.key == "made"), "{metadata:?}");
            let copies: Vec<RecordBatch> =
                reader.build().expect("rows").collect::<Result<_, _>>().expect("rows");
            let copied =
                copies.iter().flat_map(|rows| (0..rows.num_rows()).map(|at| rows.slice(at, 1)));
            let wanted = rows.iter().map(|&row| table.slice(row as usize - 1, 1));
            assert!(copied.eq(wanted), "{} rows", rows.len());
        }
    }

    #[test]
    fn a_run_that_is_stopped_stops_here() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        write(&from, &table());
        let cancel = Cancel::new();
        cancel.cancel();
        let error = copy_rows(&from, &to, &[1, 2], &cancel).expect_err("stopped");
        assert!(error.is::<retold::Cancelled>(), "{error:#}");
    }
}
