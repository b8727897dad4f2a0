//! Ctrl-C: the run ends of itself, says so, and leaves nothing half-written.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::command::{article, folder, interrupt, json_lines, open_files, retold};

fn names(at: &Path) -> Vec<String> {
    let entries = fs::read_dir(at).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

fn check_is_interrupted(done: &Output) {
    assert_eq!(done.status.code(), Some(130));
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(said.trim(), "retold: interrupted; what was half-written is removed");
}

/// Articles of which many share passages, as JSON Lines.
fn lines(count: usize) -> String {
    let articles: Vec<(String, String)> =
        (0..count).map(|n| (n.to_string(), article(n) + &article(n / 3))).collect();
    let articles: Vec<(&str, &str)> =
        articles.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    json_lines(&articles)
}

#[test]
fn a_scan_ends_and_leaves_nothing() {
    let files = folder(&[("in.jsonl", &lines(5000))]);
    let at = files.path();
    let mut command = retold();
    command.current_dir(at).args(["scan", "in.jsonl", "--format", "jsonl", "-o", "pairs.jsonl"]);
    command.args(["--clusters", "clusters.jsonl", "--stats", "stats.json", "--memory", "64M"]);
    let done = interrupt(&mut command, |run| open_files(run, at) >= 3);
    check_is_interrupted(&done);
    assert_eq!(names(at), ["in.jsonl"]);
}

#[test]
fn one_long_pair_ends_too() {
    let long = |step: usize| (0..600).map(|n| article(n * step)).collect::<String>();
    let files = folder(&[("a.txt", &long(1)), ("b.txt", &long(2))]);
    let at = files.path();
    let mut command = retold();
    command.current_dir(at).args(["compare", "a.txt", "b.txt", "--format", "jsonl", "-o", "out"]);
    let done = interrupt(&mut command, |run| open_files(run, at) >= 1);
    check_is_interrupted(&done);
    assert_eq!(names(at), ["a.txt", "b.txt"]);
}

#[test]
fn a_run_whose_output_nobody_reads_ends_too() {
    let files = folder(&[("in.jsonl", &lines(600))]);
    let mut command = retold();
    command.current_dir(files.path()).args(["scan", "in.jsonl", "-q", "--format", "jsonl"]);
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut out = child.stdout.take().expect("a pipe");
    // From here on it writes, until the pipe is full.
    out.read_exact(&mut [0]).expect("a record");
    let pid = child.id().to_string();
    for _ in 0..2 {
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    }
    let done = child.wait_with_output().expect("it ends");
    drop(out);
    check_is_interrupted(&done);
}
