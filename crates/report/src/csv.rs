//! CSV for spreadsheets: one row per pair (RFC 4180, UTF-8, lines end with CR LF).
//!
//! Spreadsheets run cells that begin with `=`, `+`, `-`, `@`, a tab or a carriage return as
//! formulas, and ids come from strangers. Such cells get an apostrophe in front, which spreadsheets
//! take as "this is text" (OWASP, CSV Injection). A program that needs ids byte for byte reads
//! JSON Lines.

use std::borrow::Cow;
use std::io::Write;

use ::csv::{Terminator, WriterBuilder};
use serde_json::value::RawValue;

use crate::columns::{COLUMNS, Column};
use crate::named::shown;
use crate::record::round;
use crate::{Error, Findings, Format, IdType, Pair};

/// One row per pair, under a row of names.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rows;

/// The columns between the ids and the clusters.
fn columns() -> Vec<(&'static str, Column)> {
    let mut columns = COLUMNS.to_vec();
    columns.sort_by_key(|(_, column)| column.rank());
    columns
}

impl Format for Rows {
    fn write(&self, findings: &Findings<'_>, out: &mut (dyn Write + Send)) -> Result<(), Error> {
        let mut rows = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        let columns = columns();
        let names = columns.iter().map(|(name, _)| *name);
        let field = |side: &'static str| {
            findings.fields.iter().map(move |name| format!("{side}_fields.{name}"))
        };
        let fields: Vec<String> = field("a").chain(field("b")).collect();
        let names = ["a", "b"]
            .into_iter()
            .chain(fields.iter().map(String::as_str))
            .chain(names)
            .chain(["cluster_a", "cluster_b"]);
        rows.write_record(names.map(|name| harmless(name).into_owned())).map_err(io_error)?;
        let id_type = findings.id_type();
        for pair in findings.pairs {
            let cells = row(findings, (pair, id_type), &columns);
            rows.write_record(cells.iter().map(|cell| cell.as_bytes())).map_err(io_error)?;
        }
        Ok(rows.flush()?)
    }
}

fn row<'a>(
    findings: &Findings<'a>,
    (pair, id_type): (&'a Pair, IdType),
    columns: &[(&str, Column)],
) -> Vec<Cow<'a, str>> {
    let found = &pair.comparison;
    let named = [pair.a, pair.b].map(|article| findings.named(article, id_type));
    let cluster = |article: usize| -> Cow<'a, str> {
        let of = findings.clusters.as_ref().and_then(|clusters| clusters.of.get(article));
        of.map_or_else(String::new, u32::to_string).into()
    };
    let cell = |(_, column): &(&str, Column)| -> Cow<'a, str> {
        match column {
            Column::Word(of) => of(found).into(),
            Column::WordOrNone(of) => of(found).unwrap_or_default().into(),
            Column::Figure(of) => round(of(found)).to_string().into(),
            Column::Matches(of) => of(found).len().to_string().into(),
        }
    };
    let ids = named.map(|named| match named.id.integer() {
        Some(_) => named.id.text().into(),
        None => harmless(named.id.text()),
    });
    let fields =
        named.into_iter().flat_map(|named| named.fields.iter().map(|(_, value)| of(value)));
    let clusters = [cluster(pair.a), cluster(pair.b)];
    ids.into_iter().chain(fields).chain(columns.iter().map(cell)).chain(clusters).collect()
}

/// The cell of a field. Numbers are none that a spreadsheet would run.
fn of(value: Option<&RawValue>) -> Cow<'_, str> {
    let is_number =
        |value: &RawValue| value.get().starts_with(|c: char| c == '-' || c.is_ascii_digit());
    let text = shown(value);
    if value.is_some_and(is_number) { text.into() } else { harmless(&text).into_owned().into() }
}

/// The cell, with an apostrophe in front where a spreadsheet would run it.
fn harmless(cell: &str) -> Cow<'_, str> {
    match cell.trim_start_matches([' ', '\u{a0}', '\u{feff}']).chars().next() {
        // The full-width forms count as their ASCII ones in some locales; a line feed ends a cell
        // for some importers.
        Some(
            '=' | '+' | '-' | '@' | '|' | '\t' | '\r' | '\n' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}'
            | '\u{ff20}',
        ) => format!("'{cell}").into(),
        _ => cell.into(),
    }
}

fn io_error(error: ::csv::Error) -> Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => Error::Write(error),
        // All rows have as many cells as the first: they go by one list.
        other => Error::Write(std::io::Error::other(format!("{other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, written};

    #[test]
    fn what_a_spreadsheet_would_run_is_neutralised() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", " =1", "\u{ff1d}1", "|=1"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        assert_eq!(harmless("a=1"), "a=1");
        assert_eq!(harmless(""), "");
    }

    #[test]
    fn a_row_per_pair_and_the_same_cells_in_each() {
        let mut sample = Sample::two_reports();
        sample.articles[1].id = "=cmd|' /C calc'!A0,\"x\"\r\n".into();
        let text = written(&Rows, &sample.findings());
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let names = "a,b,relation,contained,alignment,score,jaccard,containment_a,containment_b,\
                     coverage_a,coverage_b,conflicting,passages,sentences,cluster_a,cluster_b";
        let names: Vec<_> = names.split(',').collect();
        assert_eq!(reader.headers().expect("names").iter().collect::<Vec<_>>(), names);
        let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
        assert_eq!(rows.len(), sample.pairs.len());
        assert_eq!(&rows[0][1], "'=cmd|' /C calc'!A0,\"x\"\r\n");
        assert_eq!(&rows[0][6], "0.1538");
    }
}
