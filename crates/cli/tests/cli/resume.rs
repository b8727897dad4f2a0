//! `retold dedup --resume`: runs that are interrupted at given moments, and what becomes of them.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::command::{Done, article, folder, json_lines, retold, run, tree};
use tempfile::TempDir;

/// Two compressed files, a plain one of several batches, a table and a text, with duplicates within
/// and across.
fn corpus() -> TempDir {
    let files = folder(&[("in/z.txt", &article(7))]);
    let lines = |range: std::ops::Range<usize>, name: &str| {
        let texts: Vec<(String, String)> = range
            .map(|n| (format!("{name}{}", n % 1000), article(if n % 3 == 0 { n / 6 } else { n })))
            .collect();
        let texts: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (&**id, &**text)).collect();
        json_lines(&texts)
    };
    let put = |name: &str, bytes: &[u8]| {
        fs::write(files.path().join("in").join(name), bytes).expect("written");
    };
    let packed = |lines: String| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(lines.as_bytes()).and_then(|()| packer.finish()).expect("packed")
    };
    put("a.jsonl.gz", &packed(lines(0..1500, "a")));
    put("b.jsonl", (lines(1000..5000, "b") + "{broken\n" + &lines(10..20, "c")).as_bytes());
    put("c.jsonl.gz", &packed(lines(4000..4500, "d")));
    let rows: String =
        (5..900).map(|n| format!("{n},\"{}\"\n", article(n).replace('\n', " "))).collect();
    put("d.csv", ("id,text\n".to_owned() + &rows + "7,one, two\n8\n").as_bytes());
    let objects: Vec<String> = lines(4400..5000, "e").lines().map(str::to_owned).collect();
    put("e.json", format!("[{}]", objects.join(", ")).as_bytes());
    let russian = (0..60).map(|n| format!("{n}\tСовет порта собрался {} раз\n", n % 40));
    let table = "id\ttext\n".to_owned() + &russian.collect::<String>();
    put("f.tsv", &encoding_rs::WINDOWS_1251.encode(&table).0);
    files
}

/// The folder that a run writes, without its times.
fn outcome(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = tree(folder);
    let summary = files.remove(Path::new("summary.json")).expect("always there");
    let mut summary: serde_json::Value = serde_json::from_slice(&summary).expect("JSON");
    for timed in ["started", "seconds", "stages", "peak_memory_bytes"] {
        summary.as_object_mut().expect("an object").remove(timed);
    }
    files.insert("summary".into(), summary.to_string().into_bytes());
    files
}

fn dedup(at: &Path, args: &[&str]) -> Command {
    let mut command = retold();
    command.current_dir(at).args(["dedup", "in", "-o", "out", "--keep", "first"]).args(args);
    command
}

/// Runs it to a moment, and ends it there with a signal.
fn stopped(command: &mut Command, moment: &str, signal: &str) -> Output {
    let marks = tempfile::tempdir().expect("a folder");
    let mark = marks.path().join("mark");
    let fail_point = format!("{moment}={}", mark.display());
    let child = command.env("RETOLD_TEST_FAIL_POINT", fail_point).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("it starts");
    while !mark.exists() {
        assert!(child.try_wait().expect("a child").is_none(), "it never came to {moment}");
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().expect("kill").success());
    child.wait_with_output().expect("it ends")
}

fn names(at: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(at)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

fn resumed(at: &Path, args: &[&str]) -> Done {
    run(dedup(at, args).arg("--resume"))
}

#[test]
fn a_resumed_run_gives_what_an_uninterrupted_one_gives() {
    let files = corpus();
    let at = files.path();
    assert_eq!(run(&mut dedup(at, &[])).status, 2, "a record is broken");
    let whole = outcome(&at.join("out"));
    assert!(whole[Path::new("dropped.jsonl")].len() > 10_000);
    let moments = [
        "signed:1",
        "signed:2000",
        "signed:3900",
        "signed:6000",
        "read",
        "planned",
        "shard:0",
        "shard:1",
        "shard:3",
        "written",
    ];
    for (at_once, moment) in moments.into_iter().enumerate() {
        fs::remove_dir_all(at.join("out")).expect("there");
        let is_killed = at_once % 2 == 0;
        let done = stopped(&mut dedup(at, &[]), moment, if is_killed { "-KILL" } else { "-INT" });
        assert_eq!(done.status.code(), (!is_killed).then_some(130), "{moment}");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(said.contains("--resume continues it"), !is_killed, "{moment}: {said}");
        assert_eq!(names(at), ["in", "out.partial"], "nothing looks finished");
        // Other threads and less memory give the same.
        let done = resumed(at, &["--threads", "3", "--memory", "128M"]);
        assert_eq!(done.status, 2, "{moment}: {}", done.err);
        assert!(done.err.contains("resuming after"), "{moment}: {}", done.err);
        assert!(done.err.contains("b.jsonl:4001: is not a JSON object"), "{moment}: {}", done.err);
        assert_eq!(names(at), ["in", "out"], "nothing is left behind");
        assert!(outcome(&at.join("out")) == whole, "{moment}");
    }
}

#[test]
fn work_is_not_done_twice() {
    let files = corpus();
    let at = files.path();
    stopped(&mut dedup(at, &[]), "planned", "-KILL");
    // Signing again would stop here.
    let mut command = dedup(at, &["--resume"]);
    stopped(&mut command, "shard:1", "-KILL");
    let kept = at.join("out.partial/output/kept");
    let changed =
        |name: &str| fs::metadata(kept.join(name)).and_then(|of| of.modified()).expect("there");
    let before = (changed("a.jsonl.gz"), changed("b.jsonl"));
    stopped(&mut dedup(at, &["--resume"]), "written", "-KILL");
    assert_eq!((changed("a.jsonl.gz"), changed("b.jsonl")), before, "they were finished");
    assert_eq!(resumed(at, &["-q"]).status, 2);
}

#[test]
fn a_run_may_be_interrupted_again_and_again() {
    let files = corpus();
    let at = files.path();
    run(&mut dedup(at, &[]));
    let whole = outcome(&at.join("out"));
    fs::remove_dir_all(at.join("out")).expect("there");
    for moment in ["signed:1", "signed:1200", "signed:2400", "signed:5000", "planned", "shard:0"] {
        stopped(&mut dedup(at, &["--resume"]), moment, "-KILL");
    }
    assert_eq!(resumed(at, &[]).status, 2);
    assert!(outcome(&at.join("out")) == whole);
}

#[test]
fn without_resume_a_run_starts_afresh_and_says_so() {
    let files = corpus();
    let at = files.path();
    stopped(&mut dedup(at, &["--jaccard", "0.9"]), "planned", "-KILL");
    let done = run(&mut dedup(at, &[]));
    assert!(done.err.contains("starting over"), "{}", done.err);
    let fresh = outcome(&at.join("out"));
    fs::remove_dir_all(at.join("out")).expect("there");
    let done = resumed(at, &[]);
    assert!(!done.err.contains("resuming"), "there is nothing to go on from: {}", done.err);
    assert!(outcome(&at.join("out")) == fresh);
    let done = resumed(at, &[]);
    assert_eq!(done.status, 2);
    assert!(done.err.contains("out is finished"), "{}", done.err);
}

#[test]
fn what_differs_is_said_and_nothing_is_mixed() {
    let files = corpus();
    let at = files.path();
    stopped(&mut dedup(at, &[]), "signed:2000", "-KILL");
    let refused = |args: &[&str], why: &str| {
        let done = resumed(at, args);
        assert_eq!((done.status, done.out.as_str()), (2, ""), "{why}");
        assert!(done.err.contains(why), "{why}: {}", done.err);
        assert!(done.err.contains("without --resume"), "{}", done.err);
        assert_eq!(names(at), ["in", "out.partial"]);
    };
    refused(&["--jaccard", "0.8"], "--jaccard was 0.7 and is 0.8");
    refused(&["--lanes", "256"], "--lanes was 128 and is 256");
    refused(&["--reference", "in/z.txt"], "where this one reads");
    let before = fs::metadata(at.join("in/z.txt")).and_then(|of| of.modified()).expect("there");
    let rewritten = |text: &str| fs::write(at.join("in/z.txt"), text).expect("written");
    rewritten("another text");
    refused(&[], "in/z.txt has changed since");
    rewritten(&article(7));
    let file = fs::File::options().write(true).open(at.join("in/z.txt")).expect("there");
    file.set_modified(before).expect("set");
    fs::write(at.join("in/new.txt"), "more").expect("written");
    refused(&[], "new.txt");
    fs::remove_file(at.join("in/new.txt")).expect("there");
    assert_eq!(resumed(at, &[]).status, 2);
    assert!(at.join("out/summary.json").exists());
}

#[test]
fn damaged_state_is_told_and_done_again() {
    let files = corpus();
    let at = files.path();
    run(&mut dedup(at, &[]));
    let whole = outcome(&at.join("out"));
    let partial = at.join("out.partial");
    let damage = |name: &str, what: &dyn Fn(&mut Vec<u8>)| {
        let path = partial.join(name);
        let mut bytes = fs::read(&path).expect(name);
        what(&mut bytes);
        fs::write(&path, bytes).expect(name);
    };
    let flip = |bytes: &mut Vec<u8>| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    };
    let cut = |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() * 2 / 3);
    type Damage<'d> = &'d dyn Fn(&mut Vec<u8>);
    let cases: [(&str, &str, Damage<'_>, &str); 6] = [
        ("signed:5000", "journal", &flip, "is damaged or incomplete"),
        ("planned", "journal", &cut, "is damaged or incomplete"),
        ("planned", "fates", &flip, "resuming"),
        ("planned", "fates", &cut, "resuming"),
        ("written", "finished", &flip, "resuming"),
        ("written", "output/kept/b.jsonl", &flip, "written again: 1 file"),
    ];
    for (moment, name, what, said) in cases {
        fs::remove_dir_all(at.join("out")).expect("there");
        stopped(&mut dedup(at, &[]), moment, "-KILL");
        damage(name, what);
        let done = resumed(at, &[]);
        assert!(done.err.contains(said), "{name}: {}", done.err);
        assert!(outcome(&at.join("out")) == whole, "{name} at {moment}");
    }
    fs::remove_dir_all(at.join("out")).expect("there");
    stopped(&mut dedup(at, &[]), "planned", "-KILL");
    damage("terms", &cut);
    let done = resumed(at, &[]);
    assert!(done.err.contains("start over, without --resume"), "{}", done.err);
}

#[test]
fn what_the_scan_of_rewrites_found_is_not_found_again() {
    let files = folder(&[("in/a.txt", &article(1)), ("in/b.txt", &article(1).to_uppercase())]);
    let at = files.path();
    assert_eq!(run(&mut dedup(at, &["--rewrites"])).status, 0);
    let whole = outcome(&at.join("out"));
    for moment in ["read", "planned", "written"] {
        fs::remove_dir_all(at.join("out")).expect("there");
        stopped(&mut dedup(at, &["--rewrites"]), moment, "-INT");
        assert_eq!(resumed(at, &["--rewrites"]).status, 0);
        assert!(outcome(&at.join("out")) == whole, "{moment}");
    }
}

#[test]
fn the_standard_input_is_known_again_by_its_content() {
    let files = corpus();
    let at = files.path();
    let piped = |text: &str, args: &[&str]| {
        fs::write(at.join("lines"), text).expect("written");
        let mut command = retold();
        let input = fs::File::open(at.join("lines")).expect("there");
        command.current_dir(at).args(["dedup", "-", "-o", "out", "-q"]).args(args).stdin(input);
        command
    };
    let lines = json_lines(&[("a", &article(1)), ("b", &article(1)), ("c", &article(2))]);
    stopped(&mut piped(&lines, &[]), "planned", "-KILL");
    let done = run(&mut piped(&lines.replace("\"c\"", "\"d\""), &["--resume"]));
    assert!(done.err.contains("- has changed since"), "{}", done.err);
    let done = run(&mut piped(&lines, &["--resume"]));
    assert_eq!(done.status, 0, "{}", done.err);
    assert_eq!(fs::read_dir(at.join("out/kept")).expect("there").count(), 1);
}

#[test]
fn too_little_memory_is_said_and_more_goes_on() {
    let files = corpus();
    let at = files.path();
    let done = run(&mut dedup(at, &["--memory", "1M"]));
    assert_eq!(done.status, 2);
    assert!(done.err.contains("--memory 1M is too little"), "{}", done.err);
    assert!(done.err.contains("--resume continues it"), "{}", done.err);
    let done = resumed(at, &["--threads", "2", "--memory", "64M", "-q"]);
    assert_eq!(done.status, 2, "{}", done.err);
    let little = outcome(&at.join("out"));
    fs::remove_dir_all(at.join("out")).expect("there");
    run(&mut dedup(at, &[]));
    assert!(outcome(&at.join("out")) == little);
}

#[test]
fn two_runs_do_not_write_one_folder() {
    let files = corpus();
    let at = files.path();
    let marks = tempfile::tempdir().expect("a folder");
    let mark = marks.path().join("mark");
    let fail_point = format!("planned={}", mark.display());
    let mut first =
        dedup(at, &[]).env("RETOLD_TEST_FAIL_POINT", fail_point).spawn().expect("it starts");
    while !mark.exists() {
        std::thread::yield_now();
    }
    for args in [&[][..], &["--resume"]] {
        let done = run(&mut dedup(at, args));
        assert_eq!(done.status, 2);
        assert!(done.err.contains("another run is writing out"), "{}", done.err);
    }
    first.kill().and_then(|()| first.wait()).expect("it ends");
    assert_eq!(resumed(at, &["-q"]).status, 2);
}
