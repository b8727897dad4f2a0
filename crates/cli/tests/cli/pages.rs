//! The HTML report, as the command writes it: `--format html`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::command::{article, folder, records, retold, run, seeds};

/// What the page of a run knows, before anybody looks.
fn index(at: &Path, arguments: &[&str]) -> Value {
    let done = run(retold().current_dir(at).args(arguments).args(["--format", "html"]));
    assert!(done.status < 2, "{}", done.err);
    let start = done.out.find("id=\"index\">").expect("an index") + "id=\"index\">".len();
    let end = start + done.out[start..].find("</script>").expect("its end");
    serde_json::from_str(&done.out[start..end]).expect("JSON")
}

/// A story by an agency and what others made of it, with all that records say of articles.
fn newsroom() -> tempfile::TempDir {
    let [ferry, bridge] = [1, 2].map(article);
    let lines = |records: &[Value]| {
        records.iter().map(|record| record.to_string() + "\n").collect::<String>()
    };
    let ours = json!({
        "id": 7, "title": " Ferry sinks ", "source": "Us", "url": "https://us.example/7",
        "published": "2026-03-02", "text": format!("From our desk.\n{ferry}"),
    });
    let theirs = [
        json!({"id": 8, "headline": "A ferry sank", "publisher": "Them", "link": "u",
               "date": 1_772_409_600, "text": ferry}),
        json!({"id": 9, "title": ["no", "text"], "published": "soon", "text": bridge}),
    ];
    folder(&[
        ("ours.jsonl", &lines(&[ours])),
        ("theirs.jsonl", &lines(&theirs)),
        ("table.csv", &format!("id,title,published,text\n1,\"A, B\",2026-03-01,\"{bridge}\"\n")),
    ])
}

#[test]
fn articles_have_headlines_sources_and_dates_where_records_have_them() {
    let files = newsroom();
    let found = index(files.path(), &["scan", "ours.jsonl", "--against", "theirs.jsonl"]);
    let articles = found["articles"].as_array().expect("articles");
    assert_eq!(articles.len(), 2);
    let of = |id: &str| articles.iter().find(|of| of["id"] == id).expect(id);
    let ours = of("7");
    assert_eq!((&ours["title"], &ours["source"]), (&json!("Ferry sinks"), &json!("Us")));
    assert_eq!((&ours["url"], &ours["owner"]), (&json!("https://us.example/7"), &json!("ours")));
    assert_eq!(ours["published"], 1_772_409_600, "midnight in UTC");
    assert_eq!(ours["fields"], Value::Null, "nobody asked for fields to be carried");
    let theirs = of("8");
    assert_eq!((&theirs["title"], &theirs["source"]), (&json!("A ferry sank"), &json!("Them")));
    assert_eq!((&theirs["url"], &theirs["owner"]), (&json!("u"), &json!("theirs")));
    let table = index(files.path(), &["scan", "table.csv", "theirs.jsonl"]);
    let row = table["articles"].as_array().expect("articles").iter().find(|of| of["id"] == "1");
    assert_eq!(row.expect("the row")["title"], "A, B");
    let other = table["articles"].as_array().expect("articles").iter().find(|of| of["id"] == "9");
    let other = other.expect("the record");
    assert_eq!((&other["title"], &other["published"]), (&Value::Null, &Value::Null));
    assert_eq!(other["owner"], Value::Null, "one corpus has no sides");
}

#[test]
fn what_a_page_looks_for_is_in_no_other_output() {
    let files = newsroom();
    let arguments = ["scan", "ours.jsonl", "theirs.jsonl", "--clusters", "clusters.jsonl"];
    let kept = index(files.path(), &[&arguments[..], &["--keep-fields", "url"]].concat());
    let fields = kept["articles"][0]["fields"].as_array().expect("fields");
    assert_eq!(fields.len(), 1, "{fields:?}");
    index(files.path(), &arguments);
    let clusters = fs::read_to_string(files.path().join("clusters.jsonl")).expect("written");
    for record in records(&clusters) {
        assert_eq!(record["fields"], Value::Null, "{record}");
    }
}

#[test]
fn two_files_are_called_by_their_headlines() {
    let files = newsroom();
    fs::write(files.path().join("one.jsonl"), {
        let all = fs::read_to_string(files.path().join("theirs.jsonl")).expect("written");
        all.lines().next().expect("a record").to_owned()
    })
    .expect("written");
    let found = index(files.path(), &["compare", "ours.jsonl", "one.jsonl"]);
    let titles: Vec<_> = (0..2).map(|at| found["articles"][at]["title"].clone()).collect();
    assert_eq!(titles, ["Ferry sinks", "A ferry sank"]);
}

/// Pairs of each relation, long and short, and what they have in common where it is little.
fn all_relations() -> tempfile::TempDir {
    let long = (10..60).map(article).collect::<String>();
    let notice = "The harbour board met on Tuesday to decide the future of the old crane beside \
                  the fish market and heard from a dozen residents who want it kept.";
    let frame = |city: &str, degrees: u32| {
        format!(
            "In {city} it will be {degrees} degrees on Tuesday with light wind from the west, and \
             rain is expected in the evening; on Wednesday it will be cooler."
        )
    };
    folder(&[
        ("book.txt", &format!("{long}\n\n{notice}\n\n{}", article(70))),
        ("notice.txt", notice),
        ("short-a.txt", "The ferry sank at noon."),
        ("short-b.txt", "The ferry sank at noon!"),
        ("short-c.txt", "At noon, the ferry sank."),
        ("signs-a.txt", "!!! ???"),
        ("signs-b.txt", "!!! ???"),
        ("weather-a.txt", &frame("Sandry", 14)),
        ("weather-b.txt", &frame("Brannock", 21)),
    ])
}

#[test]
fn no_related_pair_has_nothing_in_common() {
    let files = all_relations();
    let seeds = seeds().to_str().expect("UTF-8");
    let scan = ["scan", ".", seeds, "--templates", "--threshold", "0"];
    let found = index(files.path(), &scan);
    let mut seen = Vec::new();
    for pair in found["pairs"].as_array().expect("pairs") {
        let number = |name: &str| pair[name].as_f64().expect(name);
        let relation = pair["relation"].as_str().expect("a relation");
        seen.push(relation);
        if relation == "unrelated" {
            continue;
        }
        let shares = [number("coverage_a"), number("coverage_b")];
        let says = shares.iter().all(|share| *share > 0.0) || number("sentences") > 0.0;
        assert!(says, "{pair} has nothing to show");
        assert!(number("words") > 0.0 || number("sentences") > 0.0, "{pair} shares nothing");
    }
    seen.sort_unstable();
    seen.dedup();
    let all = ["excerpt", "identical", "near-duplicate", "partial", "rewrite", "template"];
    for relation in all {
        assert!(seen.contains(&relation), "{relation} is not among {seen:?}");
    }
    let small = found["pairs"].as_array().expect("pairs").iter();
    let least = small.filter_map(|pair| pair["coverage_a"].as_f64()).filter(|share| *share > 0.0);
    assert!(least.fold(1.0, f64::min) < 0.01, "a notice in a book");
}

#[test]
fn terminals_call_no_score_a_certainty() {
    let files = all_relations();
    let seeds = seeds().to_str().expect("UTF-8");
    let done = run(retold().current_dir(files.path()).args(["scan", ".", seeds, "--templates"]));
    for wrong in [" 0 %", "similarity 1.00", "0.999", "Jaccard 0.00"] {
        assert!(!done.out.contains(wrong), "{wrong}: {}", done.out);
    }
    let pair = ["compare", "book.txt", "notice.txt"];
    let done = run(retold().current_dir(files.path()).args(pair));
    assert!(done.out.starts_with("excerpt · similarity 0."), "{}", done.out);
    assert!(done.out.contains("<1 % also in the other"), "{}", done.out);
}
