//! `retold scan OURS... --against THEIRS...`, as a user meets it.

use std::fs;
use std::path::Path;

use crate::command::{Done, article, folder, json_lines, records, retold, run};

/// Two of ours and two of theirs tell one story each; two of ours are the same.
fn two_sides() -> tempfile::TempDir {
    let [ferry, bridge, strike, fair] = [1, 2, 3, 4].map(article);
    let theirs = format!("By our own correspondent in the harbour.\n{ferry}");
    let ours = [("f1", &*ferry), ("f2", &*ferry), ("b", &*bridge), ("s", &*strike)];
    folder(&[
        ("ours.jsonl", &json_lines(&ours)),
        ("theirs/ferry.txt", &theirs),
        ("theirs/more/strike.txt", &strike),
        ("other/fair.txt", &fair),
        ("other/fair-again.txt", &fair),
        ("empty.jsonl", ""),
    ])
}

fn scan(at: &Path, arguments: &[&str]) -> Done {
    run(retold().current_dir(at).arg("scan").args(arguments))
}

fn pairs(done: &Done) -> Vec<[String; 2]> {
    let text = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
    let mut pairs: Vec<_> =
        records(&done.out).iter().map(|pair| [text(&pair["a"]), text(&pair["b"])]).collect();
    pairs.sort();
    pairs
}

#[test]
fn pairs_are_of_one_article_of_each_side() {
    let folder = two_sides();
    let arguments = ["ours.jsonl", "--format", "jsonl", "--against", "theirs", "other"];
    let done = scan(folder.path(), &arguments);
    assert_eq!(done.status, 0, "{}", done.err);
    let expected = [["f1", "ferry.txt"], ["f2", "ferry.txt"], ["s", "more/strike.txt"]];
    assert_eq!(pairs(&done), expected);
    let again = ["ours.jsonl", "--against", "theirs", "--against", "other", "--format", "jsonl"];
    assert_eq!(scan(folder.path(), &again).out, done.out, "may be given many times");
    let other_way = ["theirs", "other", "--against", "ours.jsonl", "--format", "jsonl"];
    let expected = [["ferry.txt", "f1"], ["ferry.txt", "f2"], ["more/strike.txt", "s"]];
    assert_eq!(pairs(&scan(folder.path(), &other_way)), expected);
    let unrelated = ["ours.jsonl", "--against", "other"];
    assert_eq!(scan(folder.path(), &unrelated).status, 1, "the two that are the same are theirs");
}

#[test]
fn statistics_name_both_sides_and_nothing_within_one_is_aligned() {
    let folder = two_sides();
    let arguments = ["ours.jsonl", "--against", "theirs", "other", "--stats", "stats.json"];
    assert_eq!(scan(folder.path(), &arguments).status, 0);
    let stats = fs::read_to_string(folder.path().join("stats.json")).expect("written");
    let stats: serde_json::Value = serde_json::from_str(&stats).expect("JSON");
    let counts = &stats["counts"];
    assert_eq!((&counts["articles_ours"], &counts["articles_theirs"]), (&4.into(), &4.into()));
    assert_eq!((&counts["candidates"], &stats["pairs"]), (&3.into(), &3.into()));
    assert_eq!(stats["articles"], 8);
}

#[test]
fn ids_are_unique_over_both_sides() {
    let folder = two_sides();
    fs::copy(folder.path().join("ours.jsonl"), folder.path().join("copy.jsonl")).expect("copied");
    let done = scan(folder.path(), &["ours.jsonl", "--against", "copy.jsonl", "--format", "jsonl"]);
    let expected = [
        ["b", "b#copy.jsonl:3"],
        ["f1", "f1#copy.jsonl:1"],
        ["f1", "f2#copy.jsonl:2"],
        ["f2", "f1#copy.jsonl:1"],
        ["f2", "f2#copy.jsonl:2"],
        ["s", "s#copy.jsonl:4"],
    ];
    assert_eq!(pairs(&done), expected);
}

#[test]
fn a_file_on_both_sides_is_refused() {
    let folder = two_sides();
    let refused = |arguments: &[&str], named: &str| {
        let done = scan(folder.path(), arguments);
        assert_eq!((done.status, &*done.out), (2, ""), "{arguments:?}");
        let said = format!("{named} is on both sides; name it before --against or after it");
        assert!(done.err.contains(&said), "{arguments:?}: {}", done.err);
    };
    refused(&["ours.jsonl", "--against", "theirs", "ours.jsonl"], "ours.jsonl");
    refused(&["theirs/ferry.txt", "--against", "theirs"], "theirs/ferry.txt");
    refused(&["-", "--against", "-"], "the standard input");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("ours.jsonl", folder.path().join("link.jsonl")).expect("made");
        refused(&["ours.jsonl", "--against", "link.jsonl"], "link.jsonl");
    }
    // Twice on one side, it is read once.
    let twice = ["ours.jsonl", "--format", "jsonl", "--against", "theirs", "theirs/ferry.txt"];
    assert_eq!(pairs(&scan(folder.path(), &twice)).len(), 3);
}

#[test]
fn an_empty_side_is_an_error_that_says_which() {
    let folder = two_sides();
    let cases = [
        (["empty.jsonl", "--against", "theirs"], "from the inputs before --against"),
        (["theirs", "--against", "empty.jsonl"], "from the inputs after --against"),
        (["theirs", "--against", "nowhere"], "from the inputs after --against"),
    ];
    for (arguments, named) in cases {
        let arguments = [&arguments[..], &["--format", "jsonl", "--output", "pairs"]].concat();
        let done = scan(folder.path(), &arguments);
        assert_eq!(done.status, 2);
        assert!(
            done.err.contains(named) && done.err.contains("that hold articles"),
            "{}",
            done.err
        );
        assert!(!folder.path().join("pairs").exists());
    }
}

#[test]
fn no_output_overwrites_the_other_side() {
    let folder = two_sides();
    for output in ["--output", "--stats", "--clusters"] {
        let arguments = ["ours.jsonl", output, "theirs/ferry.txt", "--against", "theirs"];
        let done = scan(folder.path(), &arguments);
        assert_eq!(done.status, 2);
        assert!(done.err.contains("is an input too"), "{output}: {}", done.err);
        let kept = fs::read_to_string(folder.path().join("theirs/ferry.txt")).expect("there");
        assert!(kept.starts_with("By our own"));
    }
}

#[test]
fn the_standard_input_may_be_a_side() {
    let folder = two_sides();
    let input = fs::File::open(folder.path().join("ours.jsonl")).expect("there");
    let mut command = retold();
    command.current_dir(folder.path()).args(["scan", "-", "--format", "jsonl"]);
    let done = run(command.args(["--against", "theirs"]).stdin(input));
    assert_eq!(pairs(&done).len(), 3, "{}", done.err);
}
