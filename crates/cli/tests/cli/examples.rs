//! The examples of the README, the docs and `--help`, word for word, with files made of the seeds.
#![cfg(unix)]

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};

use crate::command::{retold, run, seeds};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// What examples name the command by before it is installed.
const UNINSTALLED: &str = "cargo run --release -- ";

/// Examples for who builds, trains or measures it: they compile, or need other programs.
const OF_DEVELOPERS: [&str; 7] = [
    "cargo +nightly fuzz run",
    "pip install",
    "cargo test",
    "cargo install",
    "cargo run --release -p retold-train",
    "cargo run --release --manifest-path tools/peers/Cargo.toml",
    "python3 tools/train/fetch.py",
];

/// Id and text of each seed, and two copies with a word changed.
fn articles() -> Vec<(String, String)> {
    let mut names: Vec<PathBuf> = fs::read_dir(seeds())
        .expect("the seeds")
        .map(|entry| entry.expect("a seed").path())
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    names.sort();
    let read = |path: &PathBuf| {
        let id = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (id, fs::read_to_string(path).expect("a seed"))
    };
    let mut all: Vec<_> = names.iter().map(read).collect();
    for at in 0..2 {
        let (id, text) = all[at].clone();
        all.push((format!("{id}-copy"), text.replacen(' ', " just ", 1)));
    }
    all
}

/// A record, with the fields that examples ask for.
fn record((at, (id, text)): (usize, &(String, String))) -> Value {
    let (title, _) = text.split_once('\n').unwrap_or((text, ""));
    let published = format!("2026-03-{:02}", at + 1);
    let url = format!("https://example.org/{id}");
    let fields = json!({"title": title, "url": url, "published": published});
    let mut record = json!({"id": id, "text": text, "body": text});
    for (name, value) in fields.as_object().expect("an object") {
        record[name] = value.clone();
    }
    record
}

fn json_lines(articles: &[(String, String)]) -> String {
    articles.iter().enumerate().map(|of| record(of).to_string() + "\n").collect()
}

fn parquet_of(articles: &[(String, String)]) -> Vec<u8> {
    let column = |name: &'static str| -> (&str, ArrayRef) {
        let value = |of| record(of)[name].as_str().map(str::to_owned);
        (name, Arc::new(articles.iter().enumerate().map(value).collect::<StringArray>()))
    };
    let batch = RecordBatch::try_from_iter(["id", "text", "published"].map(column)).expect("rows");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    bytes
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).expect("packed");
    packer.finish().expect("packed")
}

/// A folder with all files that examples name.
fn prepared() -> tempfile::TempDir {
    let files = tempfile::tempdir().expect("a folder");
    let put = |name: &str, bytes: &[u8]| {
        let path = files.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    };
    let all = articles();
    let (original, rewrite) = (&all[0].1, &all[1].1);
    for name in ["ours.txt", "original.txt", "a.txt", "our-articles/barrage.txt"] {
        put(name, original.as_bytes());
    }
    let page = format!("<html><body><p>{}</p></body></html>", rewrite.replace("\n\n", "</p><p>"));
    put("theirs.html", page.as_bytes());
    put("their-site/story.html", page.as_bytes());
    for name in ["suspect.txt", "b.txt", "more/c.md"] {
        put(name, rewrite.as_bytes());
    }
    let lines = json_lines(&all);
    for name in
        ["news.jsonl", "docs.jsonl", "articles.jsonl", "train.jsonl", "million.jsonl", "new.jsonl"]
    {
        put(name, lines.as_bytes());
    }
    put("test.jsonl", json_lines(&all[..1]).as_bytes());
    put("today.jsonl", json_lines(&all[1..2]).as_bytes());
    put("story.txt", original.as_bytes());
    for (id, text) in all.iter().filter(|(id, _)| *id != all[1].0) {
        put(&format!("wire/{id}.txt"), text.as_bytes());
    }
    put("rules.toml", RULES.as_bytes());
    put("incoming/story.txt", original.as_bytes());
    for name in ["archive.jsonl.gz", "part-0.jsonl.gz"] {
        put(name, &gzip(&lines));
    }
    for name in ["news/a.jsonl.zst", "news.jsonl.zst"] {
        put(name, &zstd::encode_all(lines.as_bytes(), 1).expect("packed"));
    }
    put("news.parquet", &parquet_of(&all));
    for (id, text) in &all {
        put(&format!("articles/{id}"), text.as_bytes());
        put(&format!("archive/{id}.txt"), text.as_bytes());
    }
    let [first, second, other] = [&all[0].0, &all[1].0, &all[7].0];
    let pair = |a: &str, b: &str, label| json!({"a": a, "b": b, "label": label}).to_string() + "\n";
    put("pairs.jsonl", pair(first, second, true).as_bytes());
    let labels = pair(first, second, true) + &pair(first, other, false);
    put("labels.jsonl", labels.as_bytes());
    let cluster = |id: &str, name: &str| json!({"id": id, "cluster": name}).to_string() + "\n";
    let clusters =
        cluster(first, "barrage") + &cluster(second, "barrage") + &cluster(other, "boat");
    put("clusters.jsonl", clusters.as_bytes());
    for folder in [
        "home/.local/share/bash-completion/completions",
        "home/.local/share/man/man1",
        "share/man/man1",
    ] {
        fs::create_dir_all(files.path().join(folder)).expect("made");
    }
    for entry in fs::read_dir(seeds()).expect("the seeds") {
        let path = entry.expect("a seed").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        put(&format!("seeds/{name}"), &fs::read(&path).expect("a seed"));
    }
    files
}

/// Flags whatever matches.
const RULES: &str = "[[rule]]\nname = 'all'\n";

/// Runs a line as a shell would, with the command where shells look for it.
fn shell(at: &Path, line: &str) -> Output {
    let command = line.strip_prefix(UNINSTALLED).map(|rest| format!("retold {rest}"));
    let mut path =
        vec![Path::new(env!("CARGO_BIN_EXE_retold")).parent().expect("a folder").to_owned()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut shell = Command::new("sh");
    // A watch goes on until somebody ends it.
    let line = command.as_deref().unwrap_or(line).replace("retold watch ", "retold watch --once ");
    shell.arg("-c").arg(line).current_dir(at);
    shell.env("PATH", env::join_paths(path).expect("paths")).env("HOME", at.join("home"));
    shell.env_remove("RETOLD_KERNEL").output().expect("a shell")
}

fn succeeds(at: &Path, line: &str, place: &str) -> Output {
    let done = shell(at, line);
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(0), "{place}: {line}\n{said}");
    done
}

/// The lines of the blocks of a page that a shell runs.
fn lines_of(page: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut is_inside = false;
    for line in page.lines() {
        match line {
            "```sh" => is_inside = true,
            "```" => is_inside = false,
            _ if is_inside && !line.trim().is_empty() => lines.push(line.to_owned()),
            _ => {}
        }
    }
    lines
}

#[test]
fn examples_of_each_page_run_one_after_the_other() {
    let mut pages = vec![Path::new(ROOT).join("README.md")];
    let docs = fs::read_dir(Path::new(ROOT).join("docs")).expect("docs");
    pages.extend(docs.map(|entry| entry.expect("a page").path()));
    pages.retain(|path| path.extension().is_some_and(|end| end == "md"));
    let mut count = 0;
    for page in pages {
        let place = page.display().to_string();
        let files = prepared();
        for line in lines_of(&fs::read_to_string(&page).expect("a page")) {
            if OF_DEVELOPERS.iter().any(|known| line.starts_with(known)) {
                continue;
            }
            succeeds(files.path(), &line, &place);
            count += 1;
        }
    }
    assert!(count > 12, "{count}");
}

#[test]
fn the_first_example_reads_what_the_readme_says() {
    let page = fs::read_to_string(Path::new(ROOT).join("README.md")).expect("the README");
    let first = &lines_of(&page)[0];
    assert!(first.contains("# 16 articles and the folder's README"), "{first}");
    let files = prepared();
    let done = succeeds(files.path(), first, "README.md");
    let said = String::from_utf8_lossy(&done.stdout);
    let words: Vec<&str> = said.split_whitespace().take(3).collect();
    assert_eq!(words, ["Read", "17", "articles,"]);
}

#[test]
fn examples_of_the_help_run() {
    for subcommand in ["scan", "compare", "dedup", "evaluate", "config show", "completions", "man"]
    {
        let done = run(retold().args(subcommand.split(' ')).arg("--help"));
        let (_, examples) = done.out.split_once("\nExample").expect(subcommand);
        let examples: Vec<_> =
            examples.lines().map(str::trim).filter(|line| line.contains("retold ")).collect();
        assert!(!examples.is_empty(), "{subcommand}");
        for line in examples {
            // Reading the manual takes a program that is not everywhere.
            if !line.ends_with("| man -l -") {
                succeeds(prepared().path(), line, subcommand);
            }
        }
    }
}
