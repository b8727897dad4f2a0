//! `retold compare`, as a user meets it.

use std::io::Write;
use std::process::Stdio;

use crate::command::{article, folder, json_lines, records, retold, run, seeds};

const A: &str = "000_barrage-pause.txt";
const B: &str = "001_barrage-pause-rewrite.txt";

#[test]
fn two_files_side_by_side() {
    // Of a pair that no tuning of scores changes much.
    let names = ["006_week-on-the-wenlow.txt", "007_bronze-age-boat.txt"];
    let done = run(retold().current_dir(seeds()).arg("compare").args(names));
    assert_eq!(done.status, 0, "{}", done.err);
    insta::assert_snapshot!(done.out);
}

#[test]
fn it_says_why() {
    let done = run(retold().current_dir(seeds()).args(["compare", A, B, "--explain"]));
    assert!(done.out.contains("\nWhy "), "{}", done.out);
    let args = ["compare", A, B, "--explain", "--format", "jsonl"];
    let record = &records(&run(retold().current_dir(seeds()).args(args)).out)[0];
    assert!(record["features"].as_array().is_some_and(|features| features.len() > 3));
    assert_eq!((&record["a"], &record["b"]), (&A.into(), &B.into()));
}

#[test]
fn unrelated_files_end_with_1() {
    let done = run(retold().current_dir(seeds()).args([
        "compare",
        A,
        "015_missing-cello.txt",
        "--format",
        "csv",
    ]));
    assert_eq!(done.status, 1);
    assert!(done.out.lines().nth(1).expect("a row").contains(",unrelated,"));
}

#[test]
fn files_that_are_no_article_are_errors() {
    let files = folder(&[
        ("a.txt", &article(1)),
        ("empty.txt", " \n"),
        ("two.jsonl", &json_lines(&[("x", "one"), ("y", "two")])),
    ]);
    let compare =
        |other: &str| run(retold().current_dir(files.path()).args(["compare", "a.txt", other]));
    for (other, said) in [
        ("none.txt", "none.txt: cannot be read"),
        ("empty.txt", "empty.txt: is empty"),
        ("two.jsonl", "holds several articles"),
    ] {
        let done = compare(other);
        assert_eq!((done.status, done.out.as_str()), (2, ""));
        assert!(done.err.contains(said), "{}", done.err);
    }
    assert_eq!(compare("a.txt").status, 0, "a file is identical with itself");
}

#[test]
fn a_record_for_each_line_in_order() {
    let (one, two) = (article(1), article(2));
    let numbers =
        format!("{{\"id\": 5.00000000000000000000, \"text\": {}}}", serde_json::json!(one));
    let files = folder(&[
        ("docs/a.jsonl", &json_lines(&[("x", &one), ("y", &two)])),
        ("more.jsonl", &format!("{numbers}\n")),
        (
            "pairs.jsonl",
            &format!(
                "{}\n\n{}\n{}\n{}\n{}\n",
                r#"{"a":"y","b":"x"}"#,
                r#"{"a":"x","b":5.00000000000000000000,"label":"ignored"}"#,
                serde_json::json!({"a_text": one, "b_text": two}),
                serde_json::json!({"a": "named", "a_text": two, "b": "y"}),
                r#"{"a_text":"","b_text":"…"}"#,
            ),
        ),
    ]);
    let compare = |args: &[&str]| {
        let mut command = retold();
        command.current_dir(files.path()).args(["compare", "--pairs", "pairs.jsonl"]);
        run(command.args(["--corpus", "docs", "--corpus", "more.jsonl"]).args(args))
    };
    let done = compare(&[]);
    assert_eq!(done.status, 0, "{}", done.err);
    let found: Vec<[String; 3]> = records(&done.out)
        .iter()
        .map(|record| ["a", "b", "relation"].map(|key| record[key].as_str().expect(key).to_owned()))
        .collect();
    assert_eq!(
        found,
        [
            ["y", "x", "unrelated"],
            ["x", "5.00000000000000000000", "identical"],
            ["pairs.jsonl:4:a", "pairs.jsonl:4:b", "unrelated"],
            ["named", "y", "identical"],
            ["pairs.jsonl:6:a", "pairs.jsonl:6:b", "unrelated"],
        ]
    );
    assert!(records(&done.out).iter().all(|record| record["score"].is_number()));
    let identical = &records(&done.out)[1];
    assert_eq!(identical["passages"].as_array().map(Vec::len), Some(1));
    assert_eq!(compare(&["--threads", "1"]).out, done.out);
    assert_eq!(compare(&["--threads", "3"]).out, done.out);
}

#[test]
fn a_line_that_cannot_be_answered_is_an_error_in_its_place() {
    let docs = json_lines(&[("x", "one two three"), ("y", "four five six")]);
    for (line, ids, said) in [
        (
            r#"{"a":"x","b":"nobody"}"#,
            [Some("x"), Some("nobody")],
            "no article has the id \"nobody\"",
        ),
        (r#"{"a":"x","#, [None, None], "is not a JSON object"),
        (r#"{"a":"x"}"#, [Some("x"), None], "has neither \"b\" nor \"b_text\""),
        (r#"{"a":"x","b":"x"}"#, [Some("x"), Some("x")], "names one article twice"),
    ] {
        let good = "{\"a\":\"x\",\"b\":\"y\"}";
        let files =
            folder(&[("docs.jsonl", &docs), ("pairs.jsonl", &format!("{good}\n{line}\n{good}\n"))]);
        let mut command = retold();
        command.current_dir(files.path()).args(["compare", "--pairs", "pairs.jsonl"]);
        let done = run(command.args(["--corpus", "docs.jsonl"]));
        assert_eq!(done.status, 2, "{line}");
        let records = records(&done.out);
        assert_eq!(records.len(), 3, "{line}");
        assert_eq!(["a", "b"].map(|side| records[1][side].as_str()), ids, "{line}");
        assert_eq!(records[1]["line"], 2);
        let error = records[1]["error"].as_str().expect("an error");
        assert!(error.starts_with(said), "{error}");
        assert!(done.err.contains(&format!("pairs.jsonl:2: {said}")), "{}", done.err);
        assert!([0, 2].iter().all(|at| records[*at]["relation"] == "unrelated"));
    }
}

#[test]
fn pairs_come_from_the_standard_input_too() {
    let mut child = retold()
        .args(["compare", "--pairs", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let pair = serde_json::json!({"a_text": article(1), "b_text": article(1)});
    writeln!(child.stdin.take().expect("a pipe"), "{pair}").expect("written");
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(0));
    let record = &records(&String::from_utf8(done.stdout).expect("UTF-8"))[0];
    assert_eq!((&record["a"], &record["relation"]), (&"-:1:a".into(), &"identical".into()));
}

#[test]
fn contradictions_are_errors() {
    for args in [
        &["compare", "one.txt"][..],
        &["compare", "a", "b", "--pairs", "p"],
        &["compare", "a", "b", "--corpus", "c"],
        &["compare", "--pairs", "p", "--format", "csv"],
    ] {
        let done = run(retold().args(args));
        assert_eq!(done.status, 2, "{args:?}");
        assert_eq!(done.out, "");
    }
}
