//! `retold scan`, as a user meets it.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use crate::command::{article, folder, json_lines, open_files, records, retold, run, seeds};

/// Articles in the seeds' folder, and the page that describes them.
const SEEDS: usize = 17;

fn scan_seeds() -> Command {
    let mut command = retold();
    command.arg("scan").arg(seeds());
    command
}

#[test]
fn the_seeds_have_the_relations_that_they_are_said_to_have() {
    let table = include_str!("../../../../tests/seeds/relations.tsv");
    let expected: BTreeSet<String> = table.lines().skip(1).map(String::from).collect();
    let done = run(scan_seeds().args(["--format", "jsonl"]));
    assert_eq!(done.status, 0, "{}", done.err);
    let text = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
    let found: BTreeSet<String> = records(&done.out)
        .iter()
        .map(|pair| ["a", "b", "relation"].map(|key| text(&pair[key])).join("\t"))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn the_summary_for_people() {
    // Of one relation, since pairs are in the order of their scores, which go with the models.
    let done = run(scan_seeds().args(["--relation", "near-duplicate"]));
    let before_the_time = done.out.split("\nTime ").next().expect("a summary");
    insta::assert_snapshot!(before_the_time);
    assert_eq!(done.err, "");
}

#[test]
fn threads_and_kernels_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let scan = |name: &str, args: &[&str]| {
        let path = |end: &str| folder.path().join(format!("{name}-{end}"));
        let mut command = scan_seeds();
        command.args(["--format", "jsonl", "--threshold", "0", "--explain"]).args(args);
        command.arg("--output").arg(path("pairs")).arg("--clusters").arg(path("clusters"));
        assert_eq!(run(&mut command).status, 0);
        ["pairs", "clusters"].map(|end| fs::read(path(end)).expect("written"))
    };
    let one = scan("one", &["--threads", "1"]);
    assert!(one[0].len() > 1000);
    assert_eq!(scan("many", &["--threads", "5"]), one);
    assert_eq!(scan("scalar", &["--kernel", "scalar"]), one);
}

#[test]
fn a_relation_may_ask_for_a_score_of_its_own() {
    let relations = |args: &[&str]| -> Vec<String> {
        let done = run(scan_seeds().args(["--format", "jsonl"]).args(args));
        let of = |pair: &serde_json::Value| pair["relation"].as_str().map(str::to_owned);
        records(&done.out).iter().filter_map(of).collect()
    };
    let all = relations(&[]);
    for (option, relation) in [("--rewrite-score", "rewrite"), ("--partial-score", "partial")] {
        let mut others = all.clone();
        others.retain(|other| other != relation);
        assert!(!others.is_empty() && others.len() < all.len());
        // No estimate is certain.
        assert_eq!(relations(&[option, "1"]), others);
        assert_eq!(
            relations(&["--threshold", "1", option, "0.5"]).len(),
            2 + all.len() - others.len()
        );
    }
}

#[test]
fn every_article_has_a_cluster_and_figures_add_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let [clusters, stats] = ["clusters", "stats"].map(|name| folder.path().join(name));
    let mut command = scan_seeds();
    command.args(["--format", "jsonl", "--clusters"]).arg(&clusters).arg("--stats").arg(&stats);
    let done = run(&mut command);
    let clusters = records(&fs::read_to_string(clusters).expect("written"));
    assert_eq!(clusters.len(), SEEDS);
    assert_eq!(clusters[0]["id"], "000_barrage-pause.txt");
    assert_eq!(clusters[0]["cluster"], clusters[1]["cluster"]);
    let stats: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(stats).expect("written")).expect("JSON");
    assert_eq!(stats["articles"], SEEDS);
    assert_eq!(stats["pairs"], done.out.lines().count());
    assert_eq!(stats["options"]["threshold"], "0.5");
    assert!(stats["stages"]["align"].as_f64().is_some_and(|seconds| seconds >= 0.0));
}

#[test]
fn every_format_comes_out_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = |format: &str| {
        let path = folder.path().join(format);
        let mut command = scan_seeds();
        command.args(["--format", format, "--output"]).arg(&path);
        assert_eq!(run(&mut command).status, 0, "{format}");
        fs::read(path).expect("written")
    };
    assert!(written("html").to_ascii_lowercase().starts_with(b"<!doctype html>"));
    assert!(written("csv").starts_with(b"a,b,relation,"));
    assert!(written("jsonl").starts_with(b"{\"a\":"));
    #[cfg(feature = "parquet")]
    assert!(written("parquet").starts_with(b"PAR1"));
}

#[test]
fn relations_can_be_picked() {
    let done =
        run(scan_seeds().args(["--format", "jsonl", "--relation", "near-duplicate,excerpt"]));
    let relations: Vec<_> =
        records(&done.out).iter().map(|pair| pair["relation"].clone()).collect();
    assert_eq!(relations, ["near-duplicate", "excerpt"]);
    let done = run(scan_seeds().args(["--relation", "identical", "--format", "csv"]));
    assert_eq!((done.status, done.out.lines().count()), (1, 1), "the row of names alone");
}

#[test]
fn exit_statuses_tell_found_from_not_found_and_from_not_read() {
    let (a, b) = (article(1), article(2));
    let files = folder(&[("1.txt", &a), ("2.txt", &b), ("copy.txt", &a), ("bad.jsonl", "{\n")]);
    let scan = |names: &[&str]| {
        run(retold().current_dir(files.path()).args(["scan", "--format", "jsonl"]).args(names))
    };
    assert_eq!(scan(&["1.txt", "copy.txt"]).status, 0);
    assert_eq!(scan(&["1.txt", "2.txt"]).status, 1);
    let done = scan(&["1.txt", "copy.txt", "bad.jsonl"]);
    assert_eq!(done.status, 2, "found, but not everything was read");
    assert_eq!(done.out.lines().count(), 1);
    assert!(done.err.contains("bad.jsonl:1: is not a JSON object"), "{}", done.err);
    let done = scan(&["1.txt", "nowhere.txt"]);
    assert_eq!(done.status, 2);
    assert!(done.err.contains("nowhere.txt: cannot be read"), "{}", done.err);
    assert_eq!(scan(&[]).status, 2, "no input is an error");
}

#[test]
fn unknown_options_are_errors_with_a_hint() {
    for (args, hint) in [
        (["scan", "--treshold", "1"], "--threshold"),
        (["scan", "--relation", "rewritten"], "rewrite"),
        (["scna", "a", "b"], "scan"),
    ] {
        let done = run(retold().args(args));
        assert_eq!(done.status, 2, "{args:?}");
        assert!(done.err.contains(hint) && done.out.is_empty(), "{}", done.err);
    }
    let done = run(retold().args(["scan", "x", "--threshold", "2"]));
    assert_eq!(
        (done.status, done.err.as_str()),
        (2, "retold: --threshold is 2; it must be from 0 to 1\n")
    );
}

#[test]
fn the_standard_input_gives_articles_or_names() {
    let text = article(1);
    let files = folder(&[
        ("a.txt", &text),
        ("b.txt", &text),
        ("in.jsonl", &json_lines(&[("x", &text), ("y", &text)])),
        ("names", "a.txt\0b.txt\0"),
        ("lines", "a.txt\nb.txt\n"),
    ]);
    let scan = |input: &str, args: &[&str]| {
        let input = fs::File::open(files.path().join(input)).expect("there");
        let mut command = retold();
        command.current_dir(files.path()).args(["scan", "--format", "csv", "-q"]).args(args);
        run(command.stdin(input)).out.lines().nth(1).expect("a pair").to_owned()
    };
    assert!(scan("in.jsonl", &["-"]).starts_with("x,y,identical,"));
    for (input, args) in [
        ("names", &["--stdin0"][..]),
        ("names", &["--files-from", "-"]),
        ("names", &["--files-from", "lines"]),
    ] {
        assert!(scan(input, args).starts_with("a.txt,b.txt,identical,"), "{args:?}");
    }
}

#[test]
fn fields_language_and_environment_count() {
    let text = article(1);
    let lines = format!(
        "{}\n{}\n",
        serde_json::json!({"key": 7, "body": text}),
        serde_json::json!({"key": 8, "body": text})
    );
    let files = folder(&[
        ("a.jsonl", &lines),
        ("retold.toml", "[reading]\nid-field = \"key\"\ntext-field = \"body\"\n"),
        ("broken.toml", "[reading]\nidfield = 1\n"),
    ]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_retold"));
    command.current_dir(files.path()).args(["scan", "a.jsonl", "--format", "csv"]);
    let done = run(command.env("RETOLD_KERNEL", "scalar"));
    assert!(done.out.contains("\r\n7,8,identical,"), "{}", done.out);
    let done = run(command.env("RETOLD_KERNEL", "sse9"));
    assert_eq!(done.status, 2);
    assert!(done.err.contains("avx2"), "{}", done.err);
    let done = run(command.env_remove("RETOLD_KERNEL").args(["--config", "broken.toml"]));
    assert_eq!(done.status, 2);
    assert!(done.err.contains("broken.toml") && done.err.contains("id-field"), "{}", done.err);
}

#[test]
fn what_is_in_force_is_shown_with_its_origin() {
    let files = folder(&[("retold.toml", "[detection]\nthreshold = 0.25\n")]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_retold"));
    command.current_dir(files.path()).args(["config", "show", "--ngram", "5"]);
    let done = run(command.env("RETOLD_KERNEL", "scalar"));
    let origin = |setting: &str| {
        let line = done.out.lines().find(|line| line.starts_with(setting)).expect(setting);
        line.split_once('#').expect("an origin").1.trim().to_owned()
    };
    assert_eq!(origin("threshold = 0.25"), "retold.toml");
    assert_eq!(origin("ngram = 5"), "command line");
    assert_eq!(origin("kernel = \"scalar\""), "environment");
    assert_eq!(origin("lanes = 128"), "default");
}

#[test]
fn packagers_get_completions_and_manual_pages() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            run(retold().args(["completions", shell])).out.contains("near-duplicate"),
            "{shell}"
        );
    }
    let pages = tempfile::tempdir().expect("a folder");
    assert_eq!(run(retold().args(["man", "--output"]).arg(pages.path())).status, 0);
    let scan = fs::read_to_string(pages.path().join("retold-scan.1")).expect("a page");
    assert!(scan.contains("min\\-shared"), "{scan}");
}

#[test]
fn an_output_that_cannot_be_written_shows_before_the_work() {
    let done = run(scan_seeds().args(["--output", "no/such/folder/x", "--format", "jsonl"]));
    assert_eq!(done.status, 2);
    assert!(done.err.starts_with("retold: cannot write no/such/folder/x: "), "{}", done.err);
    let done = run(scan_seeds().args(["--clusters", "/tmp/x", "--stats", "/tmp/x"]));
    assert_eq!(done.status, 2);
    assert!(done.err.contains("named for two outputs"), "{}", done.err);
}

/// Enough pairs to fill any pipe.
fn many_copies() -> tempfile::TempDir {
    let texts: Vec<(String, String)> =
        (0..200).map(|n| (format!("id-{n}"), format!("{} end{n}", article(1)))).collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (&**id, &**text)).collect();
    folder(&[("many.jsonl", &json_lines(&texts))])
}

#[test]
fn a_closed_pipe_is_no_error() {
    let files = many_copies();
    let mut child = retold()
        .current_dir(files.path())
        .args(["scan", "many.jsonl", "--format", "jsonl", "--quiet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
}

#[cfg(unix)]
#[test]
fn ten_thousand_files_need_few_open_ones() {
    let files = tempfile::tempdir().expect("a folder");
    for number in 0..10_000 {
        let path = files.path().join(format!("{:02}/{number:05}.txt", number % 100));
        if number < 100 {
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        }
        // The last is a copy of the first.
        let text = article(number % 9_999);
        fs::write(path, &text[..150]).expect("written");
    }
    let shell = "ulimit -n 64; exec \"$0\" --no-config scan . --format jsonl --channel banding \
                 --relation identical";
    let mut command = Command::new("sh");
    command.args(["-c", shell, env!("CARGO_BIN_EXE_retold")]).current_dir(files.path());
    let done = run(&mut command);
    assert_eq!(done.status, 0, "{}", done.err);
    let pairs = records(&done.out);
    assert_eq!(pairs.len(), 1, "{}", done.out);
    assert_eq!((&pairs[0]["a"], &pairs[0]["b"]), (&"00/00000.txt".into(), &"99/09999.txt".into()));
    assert!(done.err.contains("10,000 articles read"), "{}", done.err);
}

#[test]
fn a_terminal_obeys_no_article() {
    let text = format!("{} \u{1b}]0;owned\u{7}\u{202e}\u{9b}31m evil sentence here.", article(1));
    let id = "\u{1b}[2Jid\u{202e}\r\n";
    let files = folder(&[(
        "in.jsonl",
        &json_lines(&[(id, &text), ("b", &text), (id, "other"), ("\u{1b}c", " ")]),
    )]);
    for args in [&["scan"][..], &["scan", "--verbose", "--color", "always"]] {
        let done = run(retold().current_dir(files.path()).args(args).arg("in.jsonl"));
        let own = |text: &str| text.replace("\u{1b}[", "");
        for said in [&done.out, &done.err] {
            let said = if args.len() > 1 { own(said) } else { said.clone() };
            let bad = said.chars().find(|&c| c != '\n' && (c.is_control() || c == '\u{202e}'));
            assert_eq!(bad, None, "{said:?}");
        }
        assert!(done.out.contains("identical"), "{}", done.out);
    }
}

#[test]
fn colour_is_for_terminals_and_those_who_ask() {
    assert!(!run(&mut scan_seeds()).out.contains('\u{1b}'));
    assert!(run(scan_seeds().args(["--color", "always"])).out.contains("\u{1b}["));
    assert!(
        !run(scan_seeds().args(["--color", "never"]).env("CLICOLOR_FORCE", "1"))
            .out
            .contains('\u{1b}')
    );
}

#[test]
fn quiet_is_quiet_but_for_errors() {
    let files = folder(&[("a.txt", &article(1)), ("bad.jsonl", "{\n")]);
    let done =
        run(retold().current_dir(files.path()).args(["scan", "-q", "--format", "jsonl", "a.txt"]));
    assert_eq!((done.status, done.err.as_str()), (1, ""));
    let done =
        run(retold().current_dir(files.path()).args(["scan", "-q", "--format", "jsonl", "."]));
    assert_eq!(done.status, 2);
    assert_eq!(done.err.lines().count(), 1, "{}", done.err);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing() {
    let files = folder(&[]);
    let left = || fs::read_dir(files.path()).expect("a folder").count();
    let under_way = |process| open_files(process, files.path()) + left() > 0;
    let mut started = retold();
    let done = crate::command::interrupt(
        started.current_dir(files.path()).args([
            "scan",
            "-",
            "--format",
            "jsonl",
            "--output",
            "pairs.jsonl",
        ]),
        under_way,
    );
    assert_eq!(done.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&done.stderr).contains("interrupted"));
    assert_eq!(left(), 0);
}

/// So many articles that their texts fit into the memory and their postings do not.
#[test]
fn little_memory_changes_nothing() {
    let texts: Vec<String> = (0..4000)
        .map(|at| match at % 10 {
            9 => article(at - 3) + &article(at),
            _ => article(at),
        })
        .collect();
    let ids: Vec<String> = (0..texts.len()).map(|at| at.to_string()).collect();
    let articles: Vec<(&str, &str)> =
        ids.iter().zip(&texts).map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let files = folder(&[("in.jsonl", &json_lines(&articles))]);
    let scan = |more: &[&str]| {
        let args = ["scan", "in.jsonl", "-q", "--format", "jsonl", "--threads", "1"];
        run(retold().current_dir(files.path()).args(args).args(more))
    };
    let expected = scan(&[]);
    assert!(records(&expected.out).len() >= 400, "{}", expected.err);
    assert_eq!(scan(&["--memory", "48M"]).out, expected.out);
    // Nowhere to put them: told at once, whether or not anything would go there.
    for more in [&["--memory", "48M", "--temp", "missing"][..], &["--temp", "missing"]] {
        let done = scan(more);
        assert_eq!((done.status, done.out.as_str()), (2, ""));
        assert!(done.err.contains("--temp missing is not a folder; create it"), "{}", done.err);
    }
}
