//! What is written is whole, or not there, or says what it lacks.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::command::{Done, article, folder, json_lines, open_files, retold, run};
use serde_json::Value;
use tempfile::TempDir;

fn at(folder: &Path, arguments: &str) -> Done {
    run(retold().current_dir(folder).args(arguments.split(' ')))
}

fn names(at: &Path) -> Vec<String> {
    let entries = fs::read_dir(at).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A compressed file that is damaged behind its first thousands of lines, and a whole one.
fn damaged() -> TempDir {
    let texts: Vec<_> = (0..9000).map(|n| (format!("a{n}"), article(n))).collect();
    let lines: Vec<_> = texts.iter().map(|(id, text)| (&**id, &**text)).collect();
    let files = folder(&[("b.jsonl", &json_lines(&lines[..20]))]);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let packed = packer.write_all(json_lines(&lines).as_bytes()).and_then(|()| packer.finish());
    let mut packed = packed.expect("packed");
    packed.truncate(packed.len() * 2 / 3);
    fs::write(files.path().join("a.jsonl.gz"), packed).expect("written");
    files
}

#[test]
fn what_was_not_read_of_a_damaged_file_is_said_in_the_folder() {
    let files = damaged();
    let done = at(files.path(), "dedup a.jsonl.gz b.jsonl missing.txt -o out");
    assert_eq!(done.status, 2);
    assert!(done.out.contains("Incomplete  2 inputs not read to the end"), "{}", done.out);
    let out = files.path().join("out");
    assert_eq!(names(&out), ["INCOMPLETE.txt", "dropped.jsonl", "kept", "summary.json"]);
    let summary = fs::read_to_string(out.join("summary.json")).expect("written");
    let summary: Value = serde_json::from_str(&summary).expect("JSON");
    let incomplete = summary["incomplete"].as_array().expect("a list");
    let of = |path: &str| incomplete.iter().find(|file| file["path"] == path).expect("named");
    assert_eq!(incomplete.len(), 2);
    let (articles, line) = (&of("a.jsonl.gz")["articles"], &of("a.jsonl.gz")["line"]);
    let articles = articles.as_u64().expect("a number");
    assert!((3000..9000).contains(&articles), "{articles} were read");
    assert_eq!(line.as_u64(), Some(articles + 1));
    assert_eq!(summary["read"]["articles"], articles + 20);
    assert_eq!(
        (&of("missing.txt")["articles"], &of("missing.txt")["line"]),
        (&0.into(), &Value::Null)
    );
    let marker = fs::read_to_string(out.join("INCOMPLETE.txt")).expect("written");
    let said = format!("none from line {line} on; it is damaged or cut short");
    assert!(marker.contains(&said), "{marker}");
    assert!(marker.contains("missing.txt: 0 articles read; it cannot be read"), "{marker}");
}

#[test]
fn a_folder_that_lacks_nothing_has_no_marker() {
    let files = folder(&[("a.jsonl", &(json_lines(&[("x", &article(1))]) + "{broken\n"))]);
    assert_eq!(at(files.path(), "dedup a.jsonl -o out").status, 2, "a record is broken");
    assert_eq!(names(&files.path().join("out")), ["dropped.jsonl", "kept", "summary.json"]);
}

#[test]
fn with_strict_nothing_is_written_if_not_all_was_read() {
    let files = damaged();
    fs::write(files.path().join("there"), "before").expect("written");
    fs::write(files.path().join("broken.jsonl"), "{broken\n").expect("written");
    fs::write(files.path().join("pairs"), "{\"a\":\"a1\",\"b\":\"a2\"}\n").expect("written");
    let before = names(files.path());
    for arguments in [
        "dedup a.jsonl.gz -o out --strict",
        "dedup a.jsonl.gz -o out --strict --rewrites",
        "dedup b.jsonl --reference a.jsonl.gz -o out --strict",
        "dedup b.jsonl missing.txt -o out --strict",
        "dedup b.jsonl broken.jsonl -o out --strict",
        "scan a.jsonl.gz --strict --format jsonl -o there --clusters clusters --stats stats",
        "scan a.jsonl.gz --strict --format jsonl",
        "compare --pairs pairs --corpus a.jsonl.gz -o there --strict",
    ] {
        let done = at(files.path(), arguments);
        assert_eq!((done.status, done.out.as_str()), (2, ""), "{arguments}");
        assert!(done.err.contains("nothing is written (--strict)"), "{arguments}: {}", done.err);
        let first = done.err.lines().next().expect("a line");
        assert!(first.starts_with("retold: ") && first.contains(": "), "it says what: {first}");
        assert!(done.err.contains("missing.txt: ") || !arguments.contains("missing"));
        assert_eq!(names(files.path()), before, "{arguments}");
        assert_eq!(fs::read_to_string(files.path().join("there")).expect("there"), "before");
    }
    let done = at(files.path(), "dedup b.jsonl -o out --strict");
    assert_eq!(done.status, 1, "{}", done.err);
}

#[cfg(target_os = "linux")]
#[test]
fn a_scan_that_is_killed_leaves_nothing() {
    let files = folder(&[]);
    fs::write(files.path().join("there"), "before").expect("written");
    let mut command = retold();
    command.current_dir(files.path()).stdin(Stdio::piped());
    command.args(["scan", "-", "--format", "jsonl", "-o", "there", "--stats", "stats"]);
    let mut child = command.spawn().expect("it starts");
    // Its outputs are made before it reads.
    while open_files(child.id(), files.path()) < 2 {
        std::thread::yield_now();
    }
    child.kill().and_then(|()| child.wait()).expect("it ends");
    assert_eq!(names(files.path()), ["there"]);
    assert_eq!(fs::read_to_string(files.path().join("there")).expect("there"), "before");
}

#[test]
fn an_output_that_cannot_be_written_is_named_as_it_was() {
    let files = folder(&[("a.txt", &article(1))]);
    for output in ["no/such/folder/out", "a.txt/out"] {
        let done = at(files.path(), &format!("scan a.txt -o {output}"));
        assert_eq!(done.status, 2);
        let said = format!("retold: cannot write {output}: ");
        assert!(done.err.starts_with(&said) && !done.err.contains(".retold-"), "{}", done.err);
    }
}

#[test]
fn a_run_that_was_killed_at_its_very_end_is_finished_and_cleared_up() {
    let files = folder(&[("a.jsonl", &json_lines(&[("x", &article(1))]))]);
    assert_eq!(at(files.path(), "dedup a.jsonl -o out").status, 1);
    let whole = names(&files.path().join("out"));
    let mark = "retold dedup is writing this folder, or was interrupted at it.\n";
    // What such a run may have cleared up already, and what not.
    for left in [&["lock", "terms", "journal", "fates"][..], &["lock", "journal"], &["lock"], &[]] {
        let partial = files.path().join("out.partial");
        fs::create_dir(&partial).expect("made");
        fs::write(partial.join("made-by-retold"), mark).expect("written");
        left.iter().for_each(|name| fs::write(partial.join(name), "").expect("written"));
        let done = at(files.path(), "dedup a.jsonl -o out --resume");
        assert_eq!(done.status, 2);
        assert!(done.err.contains("out is finished"), "{}", done.err);
        assert!(!done.err.contains("remove"), "not the result: {}", done.err);
        assert_eq!(names(files.path()), ["a.jsonl", "out"], "{left:?}");
        assert_eq!(names(&files.path().join("out")), whole);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_thread_to_be_had_is_an_error() {
    let files = folder(&[("a.txt", &article(1)), ("b.txt", &article(1))]);
    for arguments in ["scan a.txt b.txt", "dedup a.txt b.txt -o out", "compare a.txt b.txt"] {
        let mut command = retold();
        // No system has enough memory for the stack of such a thread.
        command.current_dir(files.path()).env("RUST_MIN_STACK", (1_u64 << 47).to_string());
        let done = run(command.args(arguments.split(' ')));
        assert_eq!(done.status, 2, "{arguments}: {}", done.err);
        assert!(!done.err.contains("panicked"), "{arguments}: {}", done.err);
        assert!(done.err.contains("thread"), "{arguments}: {}", done.err);
        assert!(!files.path().join("out").exists());
    }
}
