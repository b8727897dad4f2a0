//! Rules, flags, withdrawals and dossiers of `retold archive`, by the command.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command::{Done, article, folder, records, retold, run, tree};

const RULES: &str = "
[[source]]
name = 'Harbour Post'
kind = 'own'
[[source]]
name = 'Coastal Daily'
kind = 'partner'
[[licence]]
name = 'Coastal 2026'
from = ['own']
to = ['Coastal Daily']
share = 0.5
credit = 'Harbour Post'
[[rule]]
name = 'taken from us'
old = ['own']
";

fn at(folder: &Path, arguments: &[&str]) -> Done {
    run(retold().current_dir(folder).arg("archive").args(arguments))
}

fn hold_to_schema(record: &Value, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema").join(name);
    let schema = serde_json::from_str(&fs::read_to_string(path).expect("a schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    if let Err(error) = validator.validate(record) {
        panic!("{error} at {} of {record}", error.instance_path());
    }
}

/// An archive with rules, our story, and two that take it: all of it, and with its credit.
fn newsroom() -> TempDir {
    let line = |id: &str, source: &str, day: u32, text: &str| {
        let seen = format!("2026-05-{day:02}T08:00:00Z");
        let title = format!("Headline of {id}");
        json!({"id": id, "source": source, "title": title, "published": seen, "seen": seen, "text": text})
            .to_string()
            + "\n"
    };
    let own = line("ours", "Harbour Post", 1, &article(1));
    let half: String = article(1).lines().take(4).collect::<Vec<_>>().join("\n");
    let partner = format!("{half} The Harbour Post reports.\n{}", article(2));
    let theirs =
        line("all", "Elsewhere", 2, &article(1)) + &line("half", "Coastal Daily", 3, &partner);
    let folder = folder(&[("rules.toml", RULES), ("ours.jsonl", &own), ("theirs.jsonl", &theirs)]);
    let made = at(folder.path(), &["create", "news", "--rules", "rules.toml"]);
    assert_eq!(made.status, 0, "{}", made.err);
    at(folder.path(), &["add", "news", "ours.jsonl", "--seen-field", "seen"]);
    folder
}

fn add_theirs(folder: &TempDir) -> Vec<Value> {
    let arguments = ["add", "news", "theirs.jsonl", "--seen-field", "seen", "--format", "jsonl"];
    let done = at(folder.path(), &arguments);
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(done.err.contains("2 flags written"), "{}", done.err);
    records(&done.out)
}

#[test]
fn matches_are_flagged_with_verdict_credit_and_lag() {
    let folder = newsroom();
    let added = add_theirs(&folder);
    added.iter().for_each(|record| hold_to_schema(record, "archive.schema.json"));
    let listed = at(folder.path(), &["flags", "news", "--format", "jsonl"]);
    let flags = records(&listed.out);
    let of_add: Vec<Value> = added.iter().map(|record| record["flags"][0].clone()).collect();
    assert_eq!(flags, of_add);
    flags.iter().for_each(|flag| hold_to_schema(flag, "flag.schema.json"));
    let expected = [
        (0, "/a", json!("ours")),
        (0, "/b", json!("all")),
        (0, "/relation", json!("identical")),
        (0, "/verdict", json!("no-licence")),
        (0, "/credit", Value::Null),
        (0, "/rule", json!("taken from us")),
        (0, "/lag_seconds", json!(86_400)),
        (0, "/published_lag_seconds", json!(86_400)),
        (0, "/old/source_kind", json!("own")),
        (0, "/new/source", json!("Elsewhere")),
        (1, "/verdict", json!("ok")),
        (1, "/licence", json!("Coastal 2026")),
        (1, "/credit/required", json!("Harbour Post")),
        (1, "/state", json!("open")),
    ];
    for (flag, place, value) in expected {
        assert_eq!(flags[flag].pointer(place), Some(&value), "{place} of {}", flags[flag]);
    }
    assert!(flags[1]["credit"]["at"].is_array());
    let shown = at(folder.path(), &["flags", "news"]);
    for said in ["Flag 1  open", "no licence", "Headline of ours", "within licence Coastal 2026"] {
        assert!(shown.out.contains(said), "{said}: {}", shown.out);
    }
}

#[test]
fn decisions_are_noted_and_flags_are_filtered() {
    let folder = newsroom();
    add_theirs(&folder);
    let decide = ["flag", "news", "1", "confirm", "--by", "A. Editor", "--note", "no agreement"];
    assert_eq!(at(folder.path(), &decide).status, 0);
    let missing = at(folder.path(), &["flag", "news", "7", "dismiss"]);
    assert_eq!(missing.status, 2);
    assert!(missing.err.contains("there is no flag 7 in the archive"), "{}", missing.err);
    let numbers = |options: &[&str]| -> Vec<u64> {
        let all = [&["flags", "news", "--format", "jsonl"], options].concat();
        let done = at(folder.path(), &all);
        let flags = records(&done.out);
        assert_eq!(done.status, i32::from(flags.is_empty()), "{}", done.err);
        flags.iter().map(|flag| flag["flag"].as_u64().expect("a number")).collect()
    };
    assert_eq!(numbers(&["--state", "confirmed"]), [1]);
    assert_eq!(numbers(&["--state", "open"]), [2]);
    assert_eq!(numbers(&["--since", "2026-05-03"]), [2]);
    assert_eq!(numbers(&["--source", "Elsewhere"]), [1]);
    assert_eq!(numbers(&["--relation", "rewrite"]), [0; 0]);
    assert_eq!(numbers(&["--after", "1", "--most", "5"]), [2]);
    assert!(at(folder.path(), &["flags", "news"]).out.contains("confirmed by A. Editor"));
}

#[test]
fn rules_are_checked_explained_and_changed() {
    let folder = newsroom();
    let explained = at(folder.path(), &["rules", "news"]);
    assert_eq!(explained.status, 0);
    assert!(explained.out.contains("Coastal Daily may use up to 50 % of an article"));
    let wrong = RULES.replace("share = 0.5", "share = 5");
    fs::write(folder.path().join("wrong.toml"), wrong).expect("written");
    for arguments in [["create", "other", "--rules"], ["rules", "news", "--set"]] {
        let done = at(folder.path(), &[&arguments[..], &["wrong.toml"]].concat());
        assert_eq!(done.status, 2);
        let said = "in wrong.toml: line 12, licence.share: expected a number from 0 to 1";
        assert!(done.err.contains(said), "{}", done.err);
    }
    assert!(!folder.path().join("other").exists(), "nothing is made with rules that cannot be");
    assert_eq!(at(folder.path(), &["rules", "news", "--source-text"]).out, RULES);
    fs::write(folder.path().join("none.toml"), "").expect("written");
    let set = at(folder.path(), &["rules", "news", "--set", "none.toml"]);
    assert!(set.err.contains("version 2 of the rules"), "{}", set.err);
    let done = at(folder.path(), &["add", "news", "theirs.jsonl", "--seen-field", "seen"]);
    assert!(!done.err.contains("flag"), "{}", done.err);
    at(folder.path(), &["create", "plain"]);
    assert_eq!(at(folder.path(), &["rules", "plain"]).status, 1);
}

#[test]
fn what_is_derived_from_a_withdrawn_article_is_listed_and_flagged() {
    let folder = newsroom();
    add_theirs(&folder);
    let kill = ["kill", "news", "ours", "--by", "us", "--format", "jsonl"];
    let killed = at(folder.path(), &kill);
    assert_eq!(killed.status, 0, "{}", killed.err);
    let derived = records(&killed.out);
    derived.iter().for_each(|record| hold_to_schema(record, "derived.schema.json"));
    let last = |record: &Value| record["chain"].as_array().expect("a list").last().cloned();
    let ids: Vec<Value> = derived.iter().filter_map(last).map(|link| link["to"].clone()).collect();
    assert_eq!(ids, ["all", "half"]);
    // Takes from `half` what that has from the withdrawn article.
    let later: String = article(1).lines().take(4).collect::<Vec<_>>().join("\n");
    let line = json!({"id": "later", "text": format!("{later}\n{}", article(3))});
    fs::write(folder.path().join("later.jsonl"), line.to_string() + "\n").expect("written");
    let added = at(folder.path(), &["add", "news", "later.jsonl", "--format", "jsonl"]);
    let record = &records(&added.out)[0];
    hold_to_schema(record, "archive.schema.json");
    let flags = record["flags"].as_array().expect("a list");
    assert!(!flags.is_empty(), "{record}");
    for flag in flags {
        hold_to_schema(flag, "flag.schema.json");
        assert_eq!(flag["withdrawn"][0]["id"], "ours");
    }
    let listed = at(folder.path(), &["flags", "news", "--withdrawn"]);
    assert!(listed.out.contains("derived from a withdrawn article"), "{}", listed.out);
    let missing = at(folder.path(), &["kill", "news", "nobody"]);
    assert_eq!(missing.status, 2);
    assert!(missing.err.contains("there is no article nobody"), "{}", missing.err);
}

#[test]
fn a_dossier_has_both_texts_and_overwrites_nothing() {
    let folder = newsroom();
    add_theirs(&folder);
    let done = at(folder.path(), &["dossier", "news", "2", "-o", "two.html"]);
    assert_eq!((done.status, done.out.as_str()), (0, ""), "{}", done.err);
    let page = fs::read_to_string(folder.path().join("two.html")).expect("a page");
    assert!(page.contains("Coastal 2026") && page.contains("Headline of half"));
    let text = fs::read_to_string(folder.path().join("two.json")).expect("a record");
    let record: Value = serde_json::from_str(&text).expect("JSON");
    hold_to_schema(&record, "dossier.schema.json");
    hold_to_schema(&record["flag"], "flag.schema.json");
    assert_eq!((&record["old_text"], &record["rules"]), (&json!(article(1)), &json!(RULES)));
    for side in ["old", "new"] {
        let text = record[format!("{side}_text")].as_str().expect("a text");
        assert!(page.contains(record[format!("{side}_sha256")].as_str().expect("a hash")));
        assert!(!text.is_empty());
    }
    // What was decided, and what came of a withdrawal.
    let by = ["--by", "ane", "--note", "seen by eye"];
    at(folder.path(), &[&["flag", "news", "2", "confirm"], &by[..]].concat());
    let id = record["flag"]["old"]["id"].as_str().expect("an id");
    at(folder.path(), &["kill", "news", id]);
    let done = at(folder.path(), &["dossier", "news", "2", "-o", "decided.html"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let page = fs::read_to_string(folder.path().join("decided.html")).expect("a page");
    assert!(page.contains("confirmed by ane") && page.contains("seen by eye"));
    assert!(page.contains("(withdrawn 2"), "the chain");
    let before = tree(folder.path());
    for name in ["two.html", "two.txt"] {
        assert_eq!(at(folder.path(), &["dossier", "news", "1", "-o", name]).status, 2);
    }
    // The record beside the page counts as well.
    fs::write(folder.path().join("one.json"), "a letter").expect("written");
    let refused = at(folder.path(), &["dossier", "news", "1", "-o", "one.html"]);
    assert!(refused.err.contains("one.json is there already"), "{}", refused.err);
    fs::remove_file(folder.path().join("one.json")).expect("there");
    assert_eq!(tree(folder.path()), before);
}
