//! `retold watch`: nothing is missed, nothing is added twice.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Done, article, folder, json_lines, records, retold, run};

/// An archive, `news`, and a folder to watch, `in`.
fn newsroom(files: &[(&str, &str)]) -> TempDir {
    let folder = folder(files);
    fs::create_dir_all(folder.path().join("in")).expect("made");
    let made = run(retold().current_dir(folder.path()).args(["archive", "create", "news"]));
    assert_eq!(made.status, 0, "{}", made.err);
    folder
}

fn watch(at: &Path, options: &[&str]) -> Command {
    let mut command = retold();
    command.current_dir(at).args(["watch", "in", "--archive", "news"]).args(options);
    command
}

fn once(at: &Path) -> Done {
    let done = run(&mut watch(at, &["--once", "--settle", "0"]));
    assert_eq!(done.status, 0, "{}", done.err);
    done
}

fn ids(lines: &str) -> Vec<String> {
    records(lines).iter().map(|of| of["id"].as_str().expect("an id").to_owned()).collect()
}

/// How many articles of each id the archive has.
fn held(at: &Path) -> BTreeMap<String, usize> {
    let done = run(retold().current_dir(at).args(["archive", "export", "news", "--versions"]));
    let mut held = BTreeMap::new();
    ids(&done.out).into_iter().for_each(|id| *held.entry(id).or_default() += 1);
    held
}

/// Lines of a watch that goes on, as they come.
struct Watching {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Watching {
    fn begin(at: &Path, options: &[&str]) -> Self {
        let mut child = watch(at, options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, lines }
    }

    /// The id of the next line, which comes when it comes.
    fn next(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("UTF-8");
        let record: Value = serde_json::from_str(&line).expect("a record");
        record["id"].as_str().expect("an id").to_owned()
    }

    fn end(mut self) -> i32 {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
        self.child.wait().expect("it ends").code().expect("no signal")
    }

    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it ends");
    }
}

#[test]
fn what_is_there_is_added_once_and_matched() {
    let lines = json_lines(&[("x", &article(1)), ("y", &article(2))]);
    let copy = format!("{} And a line.", article(1));
    let folder = newsroom(&[("in/a.jsonl", &lines), ("in/deep/b.txt", &copy)]);
    let first = once(folder.path());
    let all = records(&first.out);
    assert_eq!(ids(&first.out), ["x", "y", "deep/b.txt"]);
    assert_eq!(
        (&all[2]["matches"][0]["a"], &all[2]["flags"]),
        (&"x".into(), &Value::Array(vec![]))
    );
    assert_eq!(once(folder.path()).out, "");
    // A line more: what was there is skipped.
    let more = lines + &json_lines(&[("z", &article(3))]);
    fs::write(folder.path().join("in/a.jsonl"), more).expect("written");
    assert_eq!(ids(&once(folder.path()).out), ["z"]);
    assert!(held(folder.path()).values().all(|count| *count == 1));
}

#[test]
fn files_that_arrive_are_added_and_ctrl_c_ends_it() {
    let folder = newsroom(&[]);
    let put = |name: &str, number| {
        fs::write(folder.path().join("in").join(name), article(number)).expect("written");
    };
    let mut watching = Watching::begin(folder.path(), &["--settle", "1"]);
    put("a.txt", 1);
    assert_eq!(watching.next(), "a.txt");
    // Half written, under a name that says so: renamed when it is whole.
    put("b.txt.part", 2);
    put("c.txt", 3);
    assert_eq!(watching.next(), "c.txt");
    let at = |name: &str| folder.path().join("in").join(name);
    fs::rename(at("b.txt.part"), at("b.txt")).expect("renamed");
    assert_eq!(watching.next(), "b.txt");
    fs::remove_file(at("a.txt")).expect("removed");
    put("d.txt", 4);
    assert_eq!(watching.next(), "d.txt");
    assert_eq!(watching.end(), 0);
    let expected = ["a.txt", "b.txt", "c.txt", "d.txt"].map(|id| (id.to_owned(), 1));
    assert_eq!(held(folder.path()), expected.into());
}

#[test]
fn a_file_that_grows_is_read_when_it_is_whole() {
    let folder = newsroom(&[]);
    let long_ago = SystemTime::now() - Duration::from_secs(5000);
    let path = |name: &str| folder.path().join("in").join(name);
    let text = article(1);
    let (first, second) = text.split_at(text.len() / 2);
    let mut growing = fs::File::create(path("a-grows.txt")).expect("made");
    growing.write_all(first.as_bytes()).expect("written");
    // Comes before the other by name, but has only just changed; the other is moved here.
    let moved = fs::File::create(folder.path().join("b.txt")).expect("made");
    (&moved).write_all(article(2).as_bytes()).expect("written");
    moved.set_modified(long_ago).expect("set");
    let mut watching = Watching::begin(folder.path(), &["--settle", "1000"]);
    fs::rename(folder.path().join("b.txt"), path("b.txt")).expect("renamed");
    assert_eq!(watching.next(), "b.txt");
    growing.write_all(second.as_bytes()).expect("written");
    growing.set_modified(long_ago).expect("set");
    assert_eq!(watching.next(), "a-grows.txt");
    assert_eq!(watching.end(), 0);
    let done = run(retold().current_dir(folder.path()).args(["archive", "export", "news"]));
    assert_eq!(records(&done.out)[1]["text"], text);
}

#[test]
fn a_burst_outlasts_kills_and_restarts() {
    let folder = newsroom(&[]);
    let count = if std::env::var_os("RETOLD_SOAK").is_some() { 10_000 } else { 300 };
    for number in 0..count {
        let path = folder.path().join(format!("in/{number:05}.txt"));
        fs::write(path, article(number)).expect("written");
    }
    let mut reported = Vec::new();
    for lines in [1, count / 5, count / 3] {
        let mut watching = Watching::begin(folder.path(), &["--settle", "0", "--batch", "16"]);
        (0..lines).for_each(|_| reported.push(watching.next()));
        watching.kill();
    }
    let held_then = held(folder.path());
    assert!(reported.iter().all(|id| held_then.contains_key(id)), "what was reported is there");
    once(folder.path());
    let expected = (0..count).map(|number| (format!("{number:05}.txt"), 1));
    assert_eq!(held(folder.path()), expected.collect());
    let verified = run(retold().current_dir(folder.path()).args(["archive", "verify", "news"]));
    assert_eq!(verified.status, 0, "{}", verified.out);
    let unique: std::collections::BTreeSet<_> = reported.iter().collect();
    assert_eq!(unique.len(), reported.len(), "nothing is reported twice");
}

#[test]
fn flags_can_be_decided_on_while_it_watches() {
    let rules = "[[rule]]\nname = 'all'\n";
    let folder = newsroom(&[("rules.toml", rules), ("in/a.txt", &article(1))]);
    let archive = |arguments: &[&str]| {
        run(retold().current_dir(folder.path()).arg("archive").args(arguments))
    };
    assert_eq!(archive(&["rules", "news", "--set", "rules.toml"]).status, 0);
    let mut watching = Watching::begin(folder.path(), &["--settle", "0"]);
    assert_eq!(watching.next(), "a.txt");
    fs::write(folder.path().join("in/b.txt"), article(1)).expect("written");
    assert_eq!(watching.next(), "b.txt");
    let decided = archive(&["flag", "news", "1", "dismiss"]);
    assert_eq!(decided.status, 0, "{}", decided.err);
    assert_eq!(watching.end(), 0);
}

#[test]
fn what_cannot_be_watched_is_an_error() {
    let folder = newsroom(&[]);
    for (arguments, said) in [
        ("watch nowhere --archive news", "nowhere is not a folder"),
        ("watch in --archive nowhere", "there is no archive here"),
        ("watch news/segments --archive news", "is in news, which is left out"),
    ] {
        let done = run(retold().current_dir(folder.path()).args(arguments.split(' ')));
        assert_eq!(done.status, 2, "{arguments}");
        assert!(done.err.contains(said), "{arguments}: {}", done.err);
    }
}
