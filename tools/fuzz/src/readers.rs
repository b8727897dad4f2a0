//! Readers of all formats.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use retold_corpus::{Corpus, Input, ReadOptions, ReadReport, Record};
use tempfile::TempDir;

/// Names of files: the ending is the format, and the compression. Seeds begin with the number of
/// theirs, so a new one goes to the end.
const NAMES: &[&str] = &[
    "a.txt",
    "a.html",
    "a.jsonl",
    "a.json",
    "a.csv",
    "a.tsv",
    "a",
    "a.txt.gz",
    "a.jsonl.gz",
    "a.json.zst",
    "a.csv.bz2",
    "a.tsv.xz",
    "a.html.zst",
    "a.xz",
    "a.warc",
    "a.warc.gz",
    "a.mbox",
    "a.eml",
    "a.xml",
    "a.parquet",
];

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir().expect("a folder for temporary files");
}

/// The first byte chooses the name of a file, the others are its content. However it is read, the
/// same articles come out, every id once, and what is counted is what there is.
pub fn check(bytes: &[u8]) {
    let Some((first, content)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    if name.ends_with(".parquet") && cfg!(not(feature = "parquet")) {
        return;
    }
    FOLDER.with(|folder| {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("the file can be written");
        check_file(&path);
        fs::remove_file(&path).expect("nobody else removes it");
    });
}

fn check_file(path: &Path) {
    let (records, report) = read(path, ReadOptions::default().threads(1));
    assert_eq!(report.articles, records.len() as u64, "articles that are counted");
    let ids: HashSet<&str> = records.iter().map(|record| &*record.id).collect();
    assert_eq!(ids.len(), records.len(), "an id comes twice");
    let places: HashSet<_> = records.iter().map(|of| (of.place.line, of.place.item)).collect();
    assert_eq!(places.len(), records.len(), "a place comes twice");
    let all = |records: &[Record]| -> Vec<_> {
        records.iter().map(|of| (of.id.clone(), of.text.clone(), of.place)).collect()
    };
    let (other, by_two) = read(path, ReadOptions::default().threads(2));
    assert_eq!(all(&other), all(&records), "two threads read something else");
    assert_eq!(by_two, report, "two threads report something else");
    // Of one batch, what was wrong with its records is listed before ids that were taken already.
    let small = ReadOptions::default().threads(2).batch_bytes(64).keep_raw(true);
    let (other, in_batches) = read(path, small);
    assert_eq!(all(&other), all(&records), "small batches read something else");
    for (found, expected) in [
        (&in_batches.skipped, &report.skipped),
        (&in_batches.repaired, &report.repaired),
        (&in_batches.incomplete, &report.incomplete),
    ] {
        assert_eq!(found.counts(), expected.counts(), "small batches count something else");
    }
}

fn read(path: &Path, options: ReadOptions) -> (Vec<Record>, ReadReport) {
    let mut records = Vec::new();
    let corpus = Corpus::find(&[Input::Path(path.into())], options);
    let report = corpus.read_with(io::empty(), |batch| {
        records.extend(batch.records);
        ControlFlow::Continue(())
    });
    (records, report)
}
