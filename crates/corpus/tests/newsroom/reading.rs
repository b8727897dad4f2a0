//! How the tests read, and what of it they look at.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use retold_corpus::{Corpus, Input, ReadOptions, ReadReport, Reason, Record};
use tempfile::TempDir;

pub const FIELDS: [&str; 6] = ["title", "url", "published", "source", "author", "language"];

pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

pub fn options() -> ReadOptions {
    ReadOptions::default().keep_fields(FIELDS.map(str::to_owned).to_vec())
}

pub fn read_from(input: Input, stdin: &[u8], options: ReadOptions) -> (Vec<Record>, ReadReport) {
    let mut records = Vec::new();
    let report = Corpus::find(&[input], options).read_with(stdin, |batch| {
        records.extend(batch.records);
        ControlFlow::Continue(())
    });
    (records, report)
}

pub fn read(path: &Path) -> (Vec<Record>, ReadReport) {
    read_from(Input::Path(path.into()), b"", options())
}

/// The articles of one file.
pub fn read_file(name: &str, bytes: &[u8]) -> (Vec<Record>, ReadReport) {
    let folder = folder(&[(name, bytes)]);
    read(folder.path())
}

/// Id and text of each.
pub fn said(records: &[Record]) -> Vec<(&str, &str)> {
    records.iter().map(|record| (&*record.id, &*record.text)).collect()
}

/// The kept fields of an article, without quotes; `-` for those that it lacks.
pub fn fields(record: &Record) -> Vec<String> {
    let plain = |field: &Option<Box<str>>| match field {
        Some(json) => serde_json::from_str::<String>(json).unwrap(),
        None => "-".to_owned(),
    };
    record.fields.iter().map(plain).collect()
}

pub fn reasons(report: &ReadReport) -> Vec<(Option<u64>, Reason)> {
    report.skipped.listed().iter().map(|problem| (problem.line, problem.reason)).collect()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}
