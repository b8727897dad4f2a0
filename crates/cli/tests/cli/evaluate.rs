//! `retold evaluate`, as a user meets it.

use std::fs;
use std::path::Path;

use crate::command::{Done, article, folder, json_lines, retold, run};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Two articles with a copy each, and two that have nothing to do with any.
fn corpus() -> String {
    let [one, two, three, four] = [1, 2, 3, 4].map(article);
    let (copy, capitals) = (one.clone(), two.to_uppercase());
    let articles = [
        ("one", &*one),
        ("copy", &*copy),
        ("two", &*two),
        ("capitals", &*capitals),
        ("three", &*three),
        ("four", &*four),
    ];
    json_lines(&articles)
}

const CLUSTERS: &str = r#"{"id":"one","cluster":"A"}
{"id":"copy","cluster":"A"}
{"id":"two","cluster":"B"}
{"id":"capitals","cluster":"B"}
{"id":"three","cluster":"C"}
{"id":"four","cluster":"C"}
"#;

const PAIRS: &str = r#"{"a":"one","b":"copy"}
{"a":"capitals","b":"two","label":1}
{"a":"one","b":"two","label":false}
{"a":"four","b":"three","label":0}
"#;

fn files(truth: &str) -> TempDir {
    folder(&[("articles.jsonl", &corpus()), ("truth.jsonl", truth)])
}

fn evaluate(folder: &Path, args: &[&str]) -> Done {
    let fixed = ["evaluate", "--truth", "truth.jsonl", "articles.jsonl"];
    run(retold().current_dir(folder).args(fixed).args(args))
}

fn figures(done: &Done) -> Value {
    serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {}", done.err))
}

#[test]
fn labelled_pairs_are_compared() {
    let files = files(PAIRS);
    let done = evaluate(files.path(), &["--format", "json"]);
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    let said = figures(&done);
    assert_eq!(said["truth"]["kind"], "labelled-pairs");
    assert_eq!((&said["truth"]["reuse"], &said["truth"]["other"]), (&json!(2), &json!(2)));
    for name in ["precision", "recall", "f1", "auc", "recall_at_1pct_fpr"] {
        assert_eq!(said[name], 1.0, "{name}");
    }
    assert_eq!(said["false_positive_rate"], 0.0);
    assert!(said["ari"].is_null() && said["candidates"].is_null());
    assert_eq!(said["truth"]["unlabelled"], 0);
}

#[test]
fn clusters_are_scanned_for() {
    let files = files(CLUSTERS);
    let done = evaluate(files.path(), &["--format", "json"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let said = figures(&done);
    // Three clusters of two, of which two are found: 2 pairs of 3, and nothing wrong.
    assert_eq!((&said["found"], &said["precision"]), (&json!(2), &json!(1.0)));
    assert_eq!((&said["recall"], &said["f1"]), (&json!(0.6667), &json!(0.8)));
    // 2 pairs together in both, 3 and 2 in each, of 15.
    assert_eq!(said["ari"], 0.7619);
    assert_eq!(said["candidates"]["recall"], 0.6667);
    assert_eq!(said["truth"]["other"], 12);
}

#[test]
fn pairs_of_reuse_alone_are_all_there_is() {
    let files = files("{\"a\":\"copy\",\"b\":\"one\"}\n");
    let said = figures(&evaluate(files.path(), &["--format", "json"]));
    assert_eq!(said["truth"]["kind"], "pairs");
    assert_eq!((&said["precision"], &said["recall"]), (&json!(0.5), &json!(1.0)));
    assert!(said["ari"].is_null());
}

#[test]
fn the_figures_for_people() {
    for (name, truth) in [("labelled_pairs", PAIRS), ("clusters", CLUSTERS)] {
        let files = files(truth);
        let done = evaluate(files.path(), &[]);
        // What follows hangs on the scores, which every tuning changes.
        let before_the_scores = done.out.split("\nScore ").next().expect("figures");
        insta::assert_snapshot!(name, before_the_scores);
    }
}

#[test]
fn what_is_not_there_is_said() {
    let files = files(&format!("{PAIRS}{}\n", r#"{"a":"one","b":"lost"}"#));
    let done = evaluate(files.path(), &["--format", "json"]);
    assert_eq!(done.status, 2);
    assert!(
        done.err.contains("truth.jsonl: 1 id in the truth is that of no article"),
        "{}",
        done.err
    );
    let truth = &figures(&done)["truth"];
    assert_eq!((&truth["unknown"], &truth["unknown_pairs"]), (&json!(["lost"]), &json!(1)));
    assert_eq!((&truth["reuse"], &truth["unknown_ids"]), (&json!(2), &json!(1)));
}

#[test]
fn articles_without_a_label_are_left_out() {
    let files = files(&CLUSTERS.lines().take(3).collect::<Vec<_>>().join("\n"));
    let said = figures(&evaluate(files.path(), &["--format", "json"]));
    let truth = &said["truth"];
    assert_eq!((&truth["articles"], &truth["unlabelled"]), (&json!(3), &json!(3)));
    assert_eq!((&said["found"], &said["ari"]), (&json!(1), &json!(1.0)));
}

#[test]
fn the_curve_is_drawn() {
    let files = files(CLUSTERS);
    let done = evaluate(files.path(), &["--curve", "curve.svg", "--threads", "1"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let svg = fs::read_to_string(files.path().join("curve.svg")).expect("a picture");
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(svg.contains("At threshold 0.50: Precision 1.000, Recall 0.667, F1 0.800."), "{svg}");
    evaluate(files.path(), &["--curve", "again.svg", "--threads", "3"]);
    assert_eq!(fs::read_to_string(files.path().join("again.svg")).expect("a picture"), svg);
}

#[test]
fn a_truth_that_says_nothing_is_an_error() {
    for (truth, said) in [
        (format!("{PAIRS}{CLUSTERS}"), "truth.jsonl:5: a cluster among pairs"),
        (format!("{CLUSTERS}{PAIRS}"), "truth.jsonl:7: a pair among clusters"),
        ("{\"a\":\"nobody\",\"b\":\"lost\"}".to_owned(), "no pair of articles that were read"),
        ("nonsense".to_owned(), "truth.jsonl:1: expected"),
    ] {
        let files = files(&truth);
        let done = evaluate(files.path(), &["--output", "figures.txt"]);
        assert_eq!((done.status, done.out.as_str()), (2, ""), "{truth}");
        assert!(done.err.contains(said), "{}", done.err);
        assert!(!files.path().join("figures.txt").exists());
    }
}
