//! What is there stays there: no output overwrites an input, no folder of somebody else's is
//! emptied, and no article vanishes because of its name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Done, article, case, folder, json_lines, records, retold, run};
use serde_json::Value;

/// Runs it in a folder with arguments that are separated by blanks.
fn at(folder: &Path, arguments: &str) -> Done {
    run(retold().current_dir(folder).args(arguments.split(' ')))
}

/// Everything below a folder: files with their content, folders and links with nothing.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).expect("a folder") {
            let entry = entry.expect("an entry");
            let kind = entry.file_type().expect("a kind");
            if kind.is_dir() {
                folders.push(entry.path());
            }
            let content = kind.is_file().then(|| fs::read(entry.path()).expect("readable"));
            all.insert(entry.path(), content);
        }
    }
    all
}

fn dropped(out: &Path) -> Vec<[String; 2]> {
    let lines = fs::read_to_string(out.join("dropped.jsonl")).expect("written");
    let text = |record: &Value, key: &str| record[key].as_str().expect(key).to_owned();
    records(&lines).iter().map(|record| ["id", "keeper"].map(|key| text(record, key))).collect()
}

#[cfg(unix)]
#[test]
fn an_output_that_is_an_input_is_refused() {
    let files = case("output-is-input");
    let here = files.path();
    let path = |name: &str| here.join(name);
    fs::create_dir_all(path("d/sub")).expect("made");
    for name in ["x.jsonl", "d/a.jsonl", "d/sub/b.jsonl", "words.txt"] {
        fs::copy(path("in.jsonl"), path(name)).expect("copied");
    }
    std::os::unix::fs::symlink("x.jsonl", path("soft.jsonl")).expect("linked");
    std::os::unix::fs::symlink("d", path("e")).expect("linked");
    fs::hard_link(path("x.jsonl"), path("hard.jsonl")).expect("linked");
    fs::write(path("retold.toml"), "[detection]\n").expect("written");
    fs::write(path("names"), "x.jsonl\n").expect("written");
    let before = tree(here);
    for arguments in [
        "scan x.jsonl -o x.jsonl --format jsonl",
        "scan x.jsonl --clusters x.jsonl",
        "scan x.jsonl --stats d/../x.jsonl",
        "scan x.jsonl -o soft.jsonl --format html",
        "scan soft.jsonl -o x.jsonl --format csv",
        "scan x.jsonl -o hard.jsonl --format jsonl",
        "scan d -o d/sub/b.jsonl --format jsonl",
        "scan e -o d/a.jsonl --format jsonl",
        "scan d/*.jsonl -o e/a.jsonl --format jsonl",
        "scan --files-from names -o x.jsonl --format jsonl",
        "scan --files-from names -o names --format jsonl",
        "scan x.jsonl --boilerplate words.txt -o words.txt --format jsonl",
        "scan x.jsonl --config retold.toml --stats retold.toml",
        "compare x.jsonl in.jsonl -o x.jsonl --format jsonl",
        "compare words.txt x.jsonl -o ./words.txt --format html",
        "compare --pairs in.jsonl --corpus x.jsonl -o hard.jsonl",
        "compare --pairs x.jsonl --corpus in.jsonl -o x.jsonl",
        "evaluate --truth in.jsonl x.jsonl --curve x.jsonl",
        "evaluate --truth x.jsonl in.jsonl -o soft.jsonl",
        "dedup d -o d",
        "dedup d -o e",
        "dedup in.jsonl --reference d -o d",
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_retold"));
        let done = run(command.current_dir(here).args(arguments.split(' ')));
        assert_eq!((done.status, done.out.as_str()), (2, ""), "{arguments}");
        assert!(done.err.contains("is an input too"), "{arguments}: {}", done.err);
        assert!(tree(here) == before, "{arguments}");
    }
}

#[cfg(unix)]
#[test]
fn standard_streams_may_be_inputs_and_outputs_too() {
    let files = case("output-is-input");
    let path = files.path().join("in.jsonl");
    let before = fs::read(&path).expect("there");
    let mut command = retold();
    command.current_dir(files.path()).args(["scan", "-", "-o", "in.jsonl", "--format", "jsonl"]);
    let done = run(command.stdin(fs::File::open(&path).expect("there")));
    assert_eq!(done.status, 2, "{}", done.err);
    let end = fs::OpenOptions::new().append(true).open(&path).expect("there");
    let mut command = retold();
    command.current_dir(files.path()).args(["scan", "in.jsonl", "--format", "jsonl"]).stdout(end);
    assert_eq!(run(&mut command).status, 2);
    assert_eq!(fs::read(&path).expect("there"), before);
    // As a shell makes it: new, and in the folder that is read.
    let new = fs::File::create(files.path().join("pairs.jsonl")).expect("made");
    let mut command = retold();
    command.current_dir(files.path()).args(["scan", ".", "--format", "jsonl"]).stdout(new);
    assert!(run(&mut command).status < 2);
    // By its name, and with a file behind it.
    let behind = tempfile::NamedTempFile::new().expect("made");
    let mut command = retold();
    let arguments = ["scan", "in.jsonl", "--format", "jsonl", "-o", "/dev/stdout"];
    command.current_dir(files.path()).args(arguments).stdout(behind.reopen().expect("open"));
    let done = run(&mut command);
    assert!(done.status < 2, "{}", done.err);
}

#[cfg(unix)]
#[test]
fn an_output_that_is_another_output_is_refused() {
    let files = case("output-is-input");
    let here = files.path();
    fs::write(here.join("one"), "one").expect("written");
    std::os::unix::fs::symlink("one", here.join("link")).expect("linked");
    let before = tree(here);
    for arguments in [
        "scan in.jsonl -o new --clusters new",
        "scan in.jsonl -o new --clusters ./new",
        "scan in.jsonl --clusters one --stats link",
        "evaluate --truth in.jsonl in.jsonl -o one --curve link",
        "scan in.jsonl --clusters - --stats -",
        "scan in.jsonl -o /dev/stdout --stats -",
    ] {
        let done = at(here, arguments);
        assert_eq!(done.status, 2, "{arguments}");
        assert!(done.err.contains("named for two outputs"), "{arguments}: {}", done.err);
        assert!(tree(here) == before, "{arguments}");
    }
    let done = at(here, "scan in.jsonl --clusters /dev/null --stats /dev/null -o /dev/null");
    assert!(done.status < 2, "a device is no file: {}", done.err);
}

#[test]
fn an_output_may_be_a_new_file_in_an_input_folder() {
    let text = article(1);
    let files = folder(&[("in/a.txt", &text), ("in/b.txt", &text)]);
    let done = at(files.path(), "scan in -o in/pairs.jsonl --format jsonl");
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(done.err.contains("2 articles read"), "not what is being written: {}", done.err);
    let again = at(files.path(), "scan in -o in/pairs.jsonl --format jsonl");
    assert_eq!(again.status, 2, "now it is an input");
    fs::remove_file(files.path().join("in/pairs.jsonl")).expect("there");
    let done = at(files.path(), "dedup in -o in/out");
    assert_eq!(done.status, 0, "{}", done.err);
    assert_eq!(dropped(&files.path().join("in/out")).len(), 1);
}

#[cfg(unix)]
#[test]
fn a_folder_that_retold_did_not_make_is_left_alone() {
    let text = article(1);
    let files = folder(&[
        ("x.txt", &text),
        ("u.partial/mine", "1"),
        ("u.partial/output/mine", "2"),
        ("u.partial/lock", "3"),
        ("u.partial/terms", "4"),
        ("elsewhere/lock", "5"),
        ("w.partial", "a file"),
    ]);
    let here = files.path();
    std::os::unix::fs::symlink("elsewhere", here.join("v.partial")).expect("linked");
    std::os::unix::fs::symlink("nowhere", here.join("y.partial")).expect("linked");
    fs::create_dir(here.join("z.partial")).expect("made");
    let before = tree(here);
    for out in ["u", "v", "w", "y", "z", "./u/"] {
        for more in ["", " --resume", " --rewrites"] {
            for input in ["x.txt", "missing.txt"] {
                let arguments = format!("dedup {input} -o {out}{more}");
                let done = at(here, &arguments);
                assert_eq!((done.status, done.out.as_str()), (2, ""), "{arguments}");
                assert!(tree(here) == before, "{arguments}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn what_an_interrupted_run_left_is_no_input_and_stays_where_there_is_none() {
    let files = folder(&[("in/a.txt", &article(1)), ("in/b.txt", &article(1))]);
    let here = files.path();
    let mut command = retold();
    command.current_dir(here).args(["dedup", "in", "-", "-o", "in/out"]);
    let under_way = |_| here.join("in/out.partial/made-by-retold").exists();
    crate::command::interrupt(&mut command, under_way);
    // As an interrupted run would have left it.
    let left = here.join("in/out.partial");
    fs::create_dir_all(left.join("output/kept")).expect("made");
    for (name, content) in [
        ("made-by-retold", "retold dedup is writing this folder, or was interrupted at it.\n"),
        ("lock", ""),
        ("terms", "x"),
        ("output/kept/a.txt", "precious"),
    ] {
        fs::write(left.join(name), content).expect("written");
    }
    let before = tree(here);
    let done = at(here, "dedup missing -o in/out");
    assert_eq!(done.status, 2);
    assert!(tree(here) == before, "nothing to start afresh with");
    let done = at(here, "dedup in/out.partial/output/kept/a.txt -o in/out");
    assert_eq!(done.status, 2);
    assert!(tree(here) == before, "it would have removed its input: {}", done.err);
    let done = at(here, "dedup in -o in/out");
    assert_eq!(done.status, 0, "{}", done.err);
    let summary = fs::read_to_string(here.join("in/out/summary.json")).expect("written");
    let summary: Value = serde_json::from_str(&summary).expect("JSON");
    assert_eq!(summary["read"]["articles"], 2);
}

#[test]
fn files_of_one_name_are_told_apart_by_their_folders() {
    let files = case("same-name-two-folders");
    let done = at(files.path(), "scan ours theirs --format jsonl --clusters clusters");
    assert_eq!(done.status, 0, "{}", done.err);
    let pair = &records(&done.out)[0];
    assert_eq!((&pair["a"], &pair["b"]), (&"ours/story.txt".into(), &"theirs/story.txt".into()));
    let clusters = fs::read_to_string(files.path().join("clusters")).expect("written");
    assert_eq!(records(&clusters).len(), 2);
    let done = at(files.path(), "dedup ours theirs -o out");
    assert_eq!(done.status, 0, "{}", done.err);
    let [id, keeper] = &dropped(&files.path().join("out"))[0];
    assert_ne!(id, keeper);
    let done = at(files.path(), "dedup theirs --reference ours -o new");
    assert_eq!(done.status, 0, "{}", done.err);
    let pair = &dropped(&files.path().join("new"))[0];
    assert_eq!(pair, &["story.txt", "ours/story.txt"]);
}

#[test]
fn records_of_one_id_are_told_apart_by_their_places() {
    let files = case("shards-repeat-ids");
    let done = at(files.path(), "scan s1.jsonl s2.jsonl --format jsonl --clusters clusters");
    assert_eq!(done.status, 0, "{}", done.err);
    let pair = &records(&done.out)[0];
    assert_eq!((&pair["a"], &pair["b"]), (&"0".into(), &"1#s2.jsonl:2".into()));
    let clusters = fs::read_to_string(files.path().join("clusters")).expect("written");
    let ids: Vec<_> = records(&clusters).iter().map(|record| record["id"].to_string()).collect();
    assert_eq!(ids, ["\"0\"", "\"1\"", "\"0#s2.jsonl:1\"", "\"1#s2.jsonl:2\""]);
}

#[test]
fn numbers_and_strings_and_objects_on_one_line_are_told_apart() {
    let (one, two) = (article(1), article(2));
    let object = |id: Value, text: &str| serde_json::json!({"id": id, "text": text}).to_string();
    let without = |text: &str| serde_json::json!({"text": text}).to_string();
    let all = [
        object(1.into(), &one),
        object("1".into(), &two),
        object("1".into(), &article(3)),
        without(&one),
        without(&two),
    ];
    let files = folder(&[("x.json", &format!("[{}]", all.join(", ")))]);
    let done = at(files.path(), "scan x.json --format jsonl --clusters clusters");
    assert_eq!(done.status, 0, "{}", done.err);
    let clusters = fs::read_to_string(files.path().join("clusters")).expect("written");
    let ids: Vec<_> = records(&clusters)
        .iter()
        .map(|record| record["id"].as_str().expect("text").to_owned())
        .collect();
    assert_eq!(ids, ["1", "1#x.json:1#2", "1#x.json:1#3", "x.json:1#4", "x.json:1#5"]);
    let done = at(files.path(), "dedup x.json -o out --keep first");
    assert_eq!(done.status, 0, "{}", done.err);
    let expected = [["x.json:1#4", "1"], ["x.json:1#5", "1#x.json:1#2"]];
    assert_eq!(dropped(&files.path().join("out")), expected.map(|pair| pair.map(String::from)));
    let kept = fs::read_to_string(files.path().join("out/kept/x.json")).expect("written");
    let kept: Value = serde_json::from_str(&kept).expect("an array");
    assert_eq!(kept.as_array().map(Vec::len), Some(3));
}

#[cfg(unix)]
#[test]
fn names_that_differ_in_bytes_that_are_no_text_are_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let files = folder(&[("in/\\xff.txt", &article(1))]);
    for name in [&b"in/\xff.txt"[..], b"in/\xfe.txt"] {
        fs::write(files.path().join(OsStr::from_bytes(name)), article(1)).expect("written");
    }
    let done = at(files.path(), "scan in --format jsonl --clusters clusters");
    assert_eq!(done.status, 0, "{}", done.err);
    let clusters = fs::read_to_string(files.path().join("clusters")).expect("written");
    let mut ids: Vec<_> = records(&clusters).iter().map(|of| of["id"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3, "{clusters}");
    assert!(clusters.contains("\\\\xfe.txt"), "{clusters}");
    let done = at(files.path(), "dedup in -o out --keep first");
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(dropped(&files.path().join("out")).iter().all(|[id, keeper]| id != keeper));
}

#[test]
fn a_reference_that_has_the_id_of_an_input_goes_by_its_place() {
    let files = folder(&[
        ("old.jsonl", &json_lines(&[("x", &article(1)), ("other", &article(2))])),
        ("new.jsonl", &json_lines(&[("x", &article(1)), ("y", &article(2))])),
    ]);
    let done = at(files.path(), "dedup new.jsonl --reference old.jsonl -o out");
    assert_eq!(done.status, 0, "{}", done.err);
    let expected = [["x", "x#old.jsonl:1"], ["y", "other"]];
    assert_eq!(dropped(&files.path().join("out")), expected.map(|pair| pair.map(String::from)));
}

#[test]
fn a_pair_that_names_an_ambiguous_id_is_an_error_in_its_place() {
    let files = case("pairs-with-colliding-ids");
    let done = at(files.path(), "compare --pairs pairs.jsonl --corpus ours --corpus theirs");
    assert_eq!(done.status, 2);
    let record = &records(&done.out)[0];
    assert_eq!((&record["a"], &record["line"]), (&"story.txt".into(), &1.into()));
    let said = record["error"].as_str().expect("an error");
    assert!(said.starts_with("several articles have the id \"story.txt\""), "{said}");
    assert!(done.err.contains("pairs.jsonl:1: several articles"), "{}", done.err);
    let pair = "{\"a\":\"ours/story.txt\",\"b\":\"theirs/story.txt\"}\n";
    fs::write(files.path().join("pairs.jsonl"), pair).expect("written");
    let done = at(files.path(), "compare --pairs pairs.jsonl --corpus ours --corpus theirs");
    assert_eq!(done.status, 1, "{}", done.err);
    assert_eq!(records(&done.out)[0]["relation"], "unrelated");
}

#[test]
fn of_records_of_one_file_with_one_id_a_pair_means_the_first() {
    let (one, two, three) = (article(1), article(2), article(3));
    let files = folder(&[
        ("docs.jsonl", &json_lines(&[("x", &one), ("x", &two), ("y", &one), ("z", &three)])),
        ("pairs.jsonl", "{\"a\":\"x\",\"b\":\"y\"}\n"),
    ]);
    let done = at(files.path(), "compare --pairs pairs.jsonl --corpus docs.jsonl");
    assert_eq!(done.status, 0, "{}", done.err);
    assert_eq!(records(&done.out)[0]["relation"], "identical");
    assert!(done.err.contains("id \"x\"; the first is meant"), "{}", done.err);
}

#[test]
fn unrelated_pairs_name_no_article_by_an_id_that_nobody_gave_it() {
    let (one, two) = (article(1), article(2));
    let near = format!("{one} And more.");
    let files = folder(&[("docs.jsonl", &json_lines(&[("x", &two), ("x", &one), ("y", &near)]))]);
    let done = at(files.path(), "scan docs.jsonl --format jsonl --threshold 0");
    let of: Vec<Value> = records(&done.out);
    let is_renamed = |record: &&Value| record["a"] == "x#docs.jsonl:2";
    assert_eq!(of.iter().filter(is_renamed).count(), 1, "the finding stays: {of:?}");
    assert!(of.iter().filter(is_renamed).all(|record| record["relation"] != "unrelated"));
}

#[test]
fn a_truth_that_names_an_ambiguous_id_says_nothing_of_it() {
    let (one, two) = (article(1), article(2));
    let files = folder(&[
        ("a.jsonl", &json_lines(&[("x", &one), ("y", &one), ("z", &two)])),
        ("b.jsonl", &json_lines(&[("x", &two)])),
        (
            "truth",
            "{\"a\":\"x\",\"b\":\"z\"}\n{\"a\":\"y\",\"b\":\"z\",\"label\":false}\n{\"a\":\"y\",\"b\":\"x#b.jsonl:1\"}\n",
        ),
    ]);
    let done = at(files.path(), "evaluate --truth truth a.jsonl b.jsonl --format json");
    assert_eq!(done.status, 2, "{}", done.out);
    let measures: Value = serde_json::from_str(&done.out).expect("JSON");
    assert_eq!(measures["truth"]["unknown"], serde_json::json!(["x"]));
    assert!(done.err.contains("or of several"), "{}", done.err);
}

#[test]
fn a_file_and_a_folder_of_one_name_are_both_kept() {
    let files = folder(&[
        ("f1/a.jsonl", &json_lines(&[("1", &article(1))])),
        ("f2/a.jsonl/b.jsonl", &json_lines(&[("2", &article(2))])),
        ("f3/a.jsonl", &json_lines(&[("3", &article(3))])),
    ]);
    for order in ["f1 f2 f3", "f2 f1 f3", "f3 f2 f1"] {
        let out = order.replace(' ', "-");
        let done = at(files.path(), &format!("dedup {order} -o {out}"));
        assert_eq!(done.status, 1, "{}", done.err);
        let kept = tree(&files.path().join(&out).join("kept"));
        let lines = kept.values().flatten().filter(|content| !content.is_empty()).count();
        assert_eq!(lines, 3, "{order}: {:?}", kept.keys());
    }
}
