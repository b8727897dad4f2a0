//! `retold archive`, by the command; what it finds is held to the index in crates/archive.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Done, article, folder, json_lines, records, retold, run};

fn at(folder: &Path, arguments: &str) -> Done {
    run(retold().current_dir(folder).arg("archive").args(arguments.split(' ')))
}

fn hold_to_schema(record: &Value, schema: &str) {
    let schema = serde_json::from_str(schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    if let Err(error) = validator.validate(record) {
        panic!("{error} at {} of {record}", error.instance_path());
    }
}

/// An archive, `news`, and articles to add: the second day's first is a copy of the first day's.
fn newsroom() -> TempDir {
    let one = article(1);
    let records = [
        (r#""source":"ours","title":"A ferry","seen":"2024-05-01T08:00:00Z""#, "a", article(1)),
        (r#""source":"wire","seen":"2024-05-01T09:00:00Z""#, "b", article(2)),
    ];
    let line = |(about, id, text): &(&str, &str, String)| {
        format!("{{{about},\"id\":\"{id}\",\"text\":{}}}\n", Value::from(text.as_str()))
    };
    let first: String = records.iter().map(line).collect();
    let copy = format!("{} And a line of its own.", one.to_uppercase());
    let second = line(&(r#""source":"them","seen":"2024-05-02T08:00:10Z""#, "c", copy));
    let folder = folder(&[("first.jsonl", &first), ("second.jsonl", &second)]);
    let made = at(folder.path(), "create news --span 7");
    assert_eq!((made.status, made.out.as_str()), (0, ""), "{}", made.err);
    folder
}

#[test]
fn later_articles_are_told_what_they_share_with_earlier_ones() {
    let folder = newsroom();
    let first = at(folder.path(), "add news first.jsonl --seen-field seen --format jsonl");
    assert_eq!(first.status, 1, "{}", first.err);
    let added = records(&first.out);
    assert_eq!((added.len(), &added[0]["matches"]), (2, &Value::Array(Vec::new())));
    let second = at(folder.path(), "add news second.jsonl --seen-field seen --format jsonl");
    assert_eq!(second.status, 0, "{}", second.err);
    let record = &records(&second.out)[0];
    hold_to_schema(record, include_str!("../../../../docs/schema/archive.schema.json"));
    assert_eq!((&record["id"], &record["version"]), (&"c".into(), &1.into()));
    let found = &record["matches"][0];
    let mut pair = found.as_object().expect("an object").clone();
    let beside = ["version", "first_seen", "published", "source", "title", "url"];
    pair.retain(|name, _| !beside.contains(&&**name) && name != "lag_seconds" && name != "copies");
    hold_to_schema(&pair.into(), include_str!("../../../../docs/schema/pair.schema.json"));
    let expected: [(&str, Value); 8] = [
        ("a", "a".into()),
        ("b", "c".into()),
        ("relation", "near-duplicate".into()),
        ("source", "ours".into()),
        ("title", "A ferry".into()),
        ("first_seen", "2024-05-01T08:00:00Z".into()),
        ("lag_seconds", (86_400 + 10).into()),
        ("copies", 0.into()),
    ];
    for (name, value) in expected {
        assert_eq!(found[name], value, "{name}");
    }
    assert!(!found["sentences"].as_array().expect("aligned").is_empty());
    let again = at(folder.path(), "add news first.jsonl second.jsonl");
    assert_eq!(again.status, 1);
    assert!(again.err.contains("3 skipped, whose ids are there already"), "{}", again.err);
}

#[test]
fn a_query_changes_nothing_and_takes_filters() {
    let folder = newsroom();
    at(folder.path(), "add news first.jsonl second.jsonl --seen-field seen");
    std::fs::write(folder.path().join("asked.txt"), article(1)).expect("written");
    let ids = |options: &str| {
        let arguments = format!("query news asked.txt --format jsonl{options}");
        let done = at(folder.path(), &arguments);
        let record = records(&done.out).remove(0);
        let ids = record["matches"].as_array().expect("a list").clone();
        (done.status, ids.iter().map(|of| of["a"].as_str().expect("an id").to_owned()).collect())
    };
    let found = |ids: &[&str]| -> (i32, Vec<String>) {
        (i32::from(ids.is_empty()), ids.iter().map(ToString::to_string).collect())
    };
    assert_eq!(ids(""), found(&["a", "c"]));
    assert_eq!(ids(" --since 2024-05-02"), found(&["c"]));
    assert_eq!(ids(" --source ours"), found(&["a"]));
    assert_eq!(ids(" --relation identical"), found(&["a"]));
    assert_eq!(ids(" --source nobody"), found(&[]));
    let shown = at(folder.path(), "query news asked.txt");
    assert_eq!(shown.status, 0);
    assert!(shown.out.contains("ours · seen 2024-05-01 08:00"), "{}", shown.out);
    assert_eq!(
        records(&at(folder.path(), "stats news --format json").out.replace('\n', ""))[0]["articles"],
        3
    );
}

#[test]
fn articles_are_removed_exported_and_added_elsewhere() {
    let folder = newsroom();
    at(folder.path(), "add news first.jsonl second.jsonl --seen-field seen");
    let removed = at(folder.path(), "remove news b nobody");
    assert_eq!(removed.status, 0);
    assert!(removed.err.contains("nobody: there is no such article"), "{}", removed.err);
    assert_eq!(at(folder.path(), "remove news b").status, 1);
    // The segment is merged at once if much of it is gone.
    assert_eq!(at(folder.path(), "compact news").status, 1);
    assert_eq!(at(folder.path(), "verify news").status, 0);
    let exported = at(folder.path(), "export news --output saved.jsonl");
    assert_eq!(exported.status, 0, "{}", exported.err);
    let saved = std::fs::read_to_string(folder.path().join("saved.jsonl")).expect("written");
    let ids: Vec<_> = records(&saved).iter().map(|of| of["id"].clone()).collect();
    assert_eq!(ids, ["a", "c"]);
    at(folder.path(), "create again");
    let added = at(folder.path(), "add again saved.jsonl --seen-field first_seen");
    assert_eq!(added.status, 0, "{}", added.err);
    assert_eq!(at(folder.path(), "export again").out, saved);
}

#[test]
fn a_new_version_is_asked_for() {
    let folder = newsroom();
    at(folder.path(), "add news first.jsonl --seen-field seen");
    let text = format!("{} Later more was known.", article(1));
    std::fs::write(folder.path().join("later.jsonl"), json_lines(&[("a", &text)]))
        .expect("written");
    let added = at(folder.path(), "add news later.jsonl --replace --format jsonl");
    assert_eq!(added.status, 1, "{}", added.err);
    let record = &records(&added.out)[0];
    assert_eq!((&record["version"], &record["matches"]), (&2.into(), &Value::Array(Vec::new())));
    assert_eq!(at(folder.path(), "export news").out.lines().count(), 2);
    assert_eq!(at(folder.path(), "export news --versions").out.lines().count(), 3);
}

#[test]
fn what_cannot_be_is_an_error_that_says_which_it_is() {
    let folder = newsroom();
    for (arguments, said) in [
        ("create news", "there is something already"),
        ("add nowhere first.jsonl", "there is no archive here"),
        ("add news first.jsonl --lanes 64", "made with lanes 128, and 64 is asked for"),
        ("query news first.jsonl --language de", "made with language auto, and de is asked for"),
        ("add news first.jsonl --strict", "--strict"),
        ("create other --span 0", "expected a number of days"),
    ] {
        let done = at(folder.path(), arguments);
        assert_eq!(done.status, 2, "{arguments}");
        assert!(done.err.contains(said), "{arguments}: {}", done.err);
    }
}

#[test]
fn damage_is_named_with_file_and_place() {
    let folder = newsroom();
    at(folder.path(), "add news first.jsonl second.jsonl --seen-field seen");
    let segments = std::fs::read_dir(folder.path().join("news/segments")).expect("a folder");
    let segment = segments.map(|entry| entry.expect("an entry").path()).next().expect("a segment");
    let mut bytes = std::fs::read(&segment).expect("readable");
    bytes[200] ^= 1;
    std::fs::write(&segment, bytes).expect("written");
    let verified = at(folder.path(), "verify news");
    assert_eq!(verified.status, 2);
    let name = segment.file_name().expect("a name").to_string_lossy();
    assert!(verified.out.contains(&*name), "{}", verified.out);
    assert!(verified.out.contains("block 0 of keys"), "{}", verified.out);
    assert_eq!(at(folder.path(), "query news second.jsonl").status, 2);
    let exported = at(folder.path(), "export news");
    assert_eq!((exported.status, exported.out.lines().count()), (0, 3), "{}", exported.err);
}

#[test]
fn spans_expire_and_flags_keep_what_they_name() {
    let folder = newsroom();
    let rules = folder.path().join("rules.toml");
    std::fs::write(rules, "[[rule]]\nname = 'all'\n").expect("written");
    assert_eq!(at(folder.path(), "rules news --set rules.toml").status, 0);
    for file in ["first", "second"] {
        at(folder.path(), &format!("add news {file}.jsonl --seen-field seen"));
    }
    // Before the end of the span nothing goes.
    assert_eq!(at(folder.path(), "expire news --before 2024-05-01").status, 1);
    let expired = at(folder.path(), "expire news --before 30d");
    assert_eq!(expired.status, 0, "{}", expired.err);
    let said = "retold: expired 3 articles in 2 segments; of 2 the text stays, for flags or \
                withdrawals\n";
    assert_eq!(expired.err, said);
    assert_eq!(at(folder.path(), "export news").status, 1);
    let kept = records(&at(folder.path(), "export news --versions").out);
    let kept: Vec<_> = kept.iter().map(|of| (&of["id"], &of["expired"])).collect();
    assert_eq!(kept, [(&"a".into(), &true.into()), (&"c".into(), &true.into())]);
    assert_eq!(at(folder.path(), "dossier news 1 -o one.html").status, 0);
    assert_eq!(at(folder.path(), "verify news").status, 0);
    assert_eq!(at(folder.path(), "remove news a c").status, 0);
    assert_eq!(at(folder.path(), "flags news").status, 1);
    let one_span = at(folder.path(), "create all --span all");
    assert_eq!(one_span.status, 0);
    let refused = at(folder.path(), "expire all --before 1d");
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("one span for all time"), "{}", refused.err);
}
