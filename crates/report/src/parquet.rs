//! Parquet: the pair records as columns, for data frames and SQL.
//!
//! The same fields as in JSON Lines, under the same names; lists of structs for passages and
//! sentences. Compressed with Zstandard. docs/formats.md names the types.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, FixedSizeListBuilder, Float32Builder, ListBuilder, StringBuilder,
    StructBuilder, UInt32Builder,
};
use arrow_array::{ArrayRef, Float32Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Fields};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::columns::{COLUMNS, Column};
use crate::passed_columns::Beside;
use crate::record::{SCHEMA_VERSION, round};
use crate::{Error, Findings, Format, Pair};
use retold::align::{Comparison, Match};
use retold::span::Span;

/// One row per pair.
#[derive(Debug, Clone, Copy, Default)]
pub struct Table;

/// Pairs turned into columns at once: bounds memory, and is the size of a row group.
const BATCH: usize = 8192;

impl Format for Table {
    fn write(&self, findings: &Findings<'_>, out: &mut (dyn Write + Send)) -> Result<(), Error> {
        // A file without pairs has its columns all the same.
        let beside = Beside::of(findings);
        let first = batch(findings, &findings.pairs[..findings.pairs.len().min(BATCH)], &beside)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(format!("retold {}", findings.run.version))
            .set_key_value_metadata(Some(vec![KeyValue::new(
                "retold.schema".to_owned(),
                SCHEMA_VERSION.to_string(),
            )]))
            .build();
        let mut writer = ArrowWriter::try_new(&mut *out, first.schema(), Some(properties))?;
        writer.write(&first)?;
        for pairs in findings.pairs.chunks(BATCH).skip(1) {
            writer.write(&batch(findings, pairs, &beside)?)?;
        }
        writer.close()?;
        Ok(out.flush()?)
    }
}

fn batch<'a>(
    findings: &Findings<'a>,
    pairs: &'a [Pair],
    beside: &Beside,
) -> Result<RecordBatch, Error> {
    let strings = |of: &dyn Fn(&'a Pair) -> Option<&'a str>| -> ArrayRef {
        Arc::new(pairs.iter().map(of).collect::<StringArray>())
    };
    let figures = |of: fn(&Comparison) -> f32| -> ArrayRef {
        let rounded = pairs.iter().map(|pair| round(of(&pair.comparison)) as f32);
        Arc::new(Float32Array::from_iter_values(rounded))
    };
    let id = |of: fn(&Pair) -> usize| beside.ids(findings, pairs.iter().map(of));
    let fields = |of: fn(&Pair) -> usize| beside.fields(findings, pairs.iter().map(of));
    let of_column = |(name, column)| match column {
        Column::Word(of) => (name, strings(&|pair| Some(of(&pair.comparison))), false),
        Column::WordOrNone(of) => (name, strings(&|pair| of(&pair.comparison)), true),
        Column::Figure(of) => (name, figures(of), false),
        Column::Matches(of) => (name, matches(pairs, of), false),
    };
    let ids = [("a", id(|pair| pair.a), false), ("b", id(|pair| pair.b), false)];
    let fields = [("a_fields", fields(|pair| pair.a)), ("b_fields", fields(|pair| pair.b))];
    let fields = fields.into_iter().filter_map(|(name, of)| Some((name, of?, false)));
    let columns = ids.into_iter().chain(fields).chain(COLUMNS.map(of_column));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

/// A list of matches for each pair.
fn matches(pairs: &[Pair], of: fn(&Comparison) -> &[Match]) -> ArrayRef {
    let item = Arc::new(Field::new("item", DataType::UInt32, false));
    let span = DataType::FixedSizeList(Arc::clone(&item), 2);
    let fields = Fields::from(vec![
        Field::new("a", span.clone(), false),
        Field::new("b", span, false),
        Field::new("kind", DataType::Utf8, false),
        Field::new("score", DataType::Float32, false),
        Field::new("shared_source", DataType::Boolean, false),
    ]);
    let spans = || FixedSizeListBuilder::new(UInt32Builder::new(), 2).with_field(Arc::clone(&item));
    let record = StructBuilder::new(
        fields.clone(),
        vec![
            Box::new(spans()),
            Box::new(spans()),
            Box::new(StringBuilder::new()),
            Box::new(Float32Builder::new()),
            Box::new(BooleanBuilder::new()),
        ],
    );
    let mut lists =
        ListBuilder::new(record).with_field(Field::new("item", DataType::Struct(fields), false));
    for pair in pairs {
        for found in of(&pair.comparison) {
            let record = lists.values();
            for (at, span) in [found.a, found.b].into_iter().enumerate() {
                append_span(record, at, span);
            }
            column::<StringBuilder>(record, 2).append_value(found.kind.name());
            column::<Float32Builder>(record, 3).append_value(round(found.score) as f32);
            column::<BooleanBuilder>(record, 4).append_value(found.shared_source);
            record.append(true);
        }
        lists.append(true);
    }
    Arc::new(lists.finish())
}

fn append_span(record: &mut StructBuilder, at: usize, span: Span) {
    let ends = column::<FixedSizeListBuilder<UInt32Builder>>(record, at);
    ends.values().append_slice(&[span.start, span.end]);
    ends.append(true);
}

fn column<B: arrow_array::builder::ArrayBuilder>(record: &mut StructBuilder, at: usize) -> &mut B {
    record.field_builder(at).expect("built with this column")
}

impl From<ParquetError> for Error {
    /// Records always fit their columns, so what fails is the writer.
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(error) => Self::Write(*error),
                Err(other) => Self::Write(io::Error::other(other)),
            },
            other => Self::Write(io::Error::other(other)),
        }
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, error) => Self::Write(error),
            other => Self::Write(io::Error::other(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float32Type, UInt32Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    fn read_back(findings: &Findings<'_>) -> Vec<RecordBatch> {
        let path = tempfile::tempdir().expect("a folder");
        let path = path.path().join("pairs.parquet");
        let mut file = std::fs::File::create(&path).expect("a file");
        Table.write(findings, &mut file).expect("written");
        let file = std::fs::File::open(&path).expect("the file");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
        assert_eq!(reader.schema().fields().len(), 2 + COLUMNS.len());
        reader.build().expect("a reader").map(|batch| batch.expect("a batch")).collect()
    }

    #[test]
    fn what_is_written_reads_back() {
        let sample = Sample::two_reports();
        let batches = read_back(&sample.findings());
        let batch = &batches[0];
        assert_eq!(batch.num_rows(), sample.pairs.len());
        assert_eq!(batch["a"].as_string::<i32>().value(0), "pool/council-closes-pool.txt");
        assert_eq!(batch["jaccard"].as_primitive::<Float32Type>().value(0), 0.1538);
        let sentences = batch["sentences"].as_list::<i32>().value(0);
        assert_eq!(sentences.as_struct().column(2).as_string::<i32>().value(4), "edited");
        let ends = sentences.as_struct().column(0).as_fixed_size_list().value(4);
        let wanted = sample.pairs[0].comparison.sentences[4].a;
        assert_eq!(ends.as_primitive::<UInt32Type>().values(), &[wanted.start, wanted.end]);
        let shared: Vec<_> =
            sentences.as_struct().column(4).as_boolean().iter().flatten().collect();
        assert_eq!(shared.iter().position(|of| *of), Some(10), "the quotation");
        let contained = batch["contained"].as_string::<i32>();
        let set: Vec<_> = contained.iter().flatten().collect();
        assert_eq!(set, ["b"]);
    }

    #[test]
    fn no_pairs_are_a_table_without_rows() {
        assert_eq!(
            read_back(&Sample::empty().findings()).iter().map(RecordBatch::num_rows).sum::<usize>(),
            0
        );
    }
}
