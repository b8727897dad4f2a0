//! `retold dedup`, as a user meets it.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use crate::command::{Done, article, folder, json_lines, records, retold, run, tree};

/// The article of that number with its third word changed: Jaccard about 0.95.
fn near(number: usize) -> String {
    let text = article(number);
    let mut words: Vec<&str> = text.split(' ').collect();
    words[2] = "changed";
    words.join(" ")
}

fn dedup(at: &Path, args: &[&str]) -> Done {
    run(retold().current_dir(at).args(["dedup", "-q"]).args(args))
}

/// id → (keeper, relation, why)
fn dropped(at: &Path) -> Vec<[String; 4]> {
    let lines = fs::read_to_string(at.join("dropped.jsonl")).expect("written");
    let text = |record: &serde_json::Value, key: &str| record[key].as_str().expect(key).to_owned();
    records(&lines)
        .iter()
        .map(|record| ["id", "keeper", "relation", "why"].map(|key| text(record, key)))
        .collect()
}

fn kept(at: &Path) -> Vec<String> {
    tree(&at.join("kept")).into_keys().map(|path| path.to_string_lossy().into_owned()).collect()
}

#[test]
fn what_is_kept_is_kept_as_it_was() {
    let lines = format!(
        "{}\r\n  {{\"text\": {}, \"z\": [1.50,  2], \"id\": \"b\"}} \n{}\n",
        serde_json::json!({"id": "a", "text": article(1)}),
        serde_json::json!(article(2)),
        serde_json::json!({"id": "c", "text": near(1)}),
    );
    let files = folder(&[("in/x.jsonl", &lines)]);
    let done = dedup(files.path(), &["in", "-o", "out", "--keep", "first"]);
    assert_eq!((done.status, done.out.as_str(), done.err.as_str()), (0, "", ""));
    let out = tree(&files.path().join("out"));
    let names: Vec<_> = out.keys().map(|path| path.to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["dropped.jsonl", "kept/x.jsonl", "summary.json"]);
    let written = String::from_utf8_lossy(&out[Path::new("kept/x.jsonl")]).into_owned();
    let expected: Vec<&str> = lines.lines().take(2).map(str::trim).collect();
    assert_eq!(written.lines().map(str::trim).collect::<Vec<_>>(), expected);
    assert!(written.contains("[1.50,  2]"), "not as parsed, but as written: {written}");
    let dropped = dropped(&files.path().join("out"));
    assert_eq!(dropped, [["c", "a", "near-duplicate", "first"].map(String::from)]);
    let summary: serde_json::Value =
        serde_json::from_slice(&out[Path::new("summary.json")]).expect("JSON");
    assert_eq!(summary["read"]["articles"], 3);
    assert_eq!(summary["kept"]["articles"], 2);
    assert_eq!(summary["dropped"]["articles"], 1);
    assert_eq!(summary["relations"]["near-duplicate"], 1);
    assert_eq!(summary["options"]["jaccard"], "0.7");
}

#[test]
fn every_format_and_compression_comes_back_as_it_went_in() {
    let (one, two) = (article(1), article(2).replace('\n', " "));
    let table = |delimiter: char| {
        format!(
            "id{delimiter}text{delimiter}n\nt1{delimiter}\"{one}\"{delimiter}7\nt2{delimiter}{two}{delimiter}8\n"
        )
    };
    let array = format!(
        "[\n{},\n{}\n]\n",
        serde_json::json!({"id": "j1", "text": two}),
        serde_json::json!({"id": "j2", "text": article(3)})
    );
    let files = folder(&[
        ("in/a.csv", &table(',')),
        ("in/b.tsv", &table('\t')),
        ("in/c.json", &array),
        ("in/d.txt", &article(4)),
        ("in/e.txt", &article(4)),
        ("in/sub/f.html", &format!("<p>{}</p>", article(5))),
    ]);
    let packed = |name: &str, pack: &dyn Fn(&[u8]) -> Vec<u8>, n: usize| {
        let lines = json_lines(&[("p", &article(n)), ("q", &article(4))]);
        fs::write(files.path().join("in").join(name), pack(lines.as_bytes())).expect("written");
    };
    packed("g.jsonl.zst", &|bytes| zstd::encode_all(bytes, 1).expect("packed"), 6);
    packed(
        "h.jsonl.gz",
        &|bytes| {
            let level = flate2::Compression::fast();
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), level);
            packer.write_all(bytes).and_then(|()| packer.finish()).expect("packed")
        },
        7,
    );
    let before = tree(&files.path().join("in"));
    let done = dedup(files.path(), &["in", "-o", "out", "--keep", "first"]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert_eq!(tree(&files.path().join("in")), before, "the input is as it was");
    let out = files.path().join("out");
    let kept_files = tree(&out.join("kept"));
    let text = |name: &str| String::from_utf8_lossy(&kept_files[Path::new(name)]).into_owned();
    assert_eq!(text("a.csv"), table(','), "all rows are kept");
    assert!(!kept_files.contains_key(Path::new("b.tsv")), "all rows are in a.csv");
    let array: serde_json::Value = serde_json::from_str(&text("c.json")).expect("an array");
    assert_eq!(array.as_array().map(Vec::len), Some(1));
    assert_eq!(array[0]["id"], "j2");
    assert_eq!(text("d.txt"), article(4));
    assert!(!kept_files.contains_key(Path::new("e.txt")));
    assert_eq!(text("sub/f.html"), format!("<p>{}</p>", article(5)));
    let mut unpacked = String::new();
    flate2::read::MultiGzDecoder::new(&kept_files[Path::new("h.jsonl.gz")][..])
        .read_to_string(&mut unpacked)
        .expect("gzip");
    assert_eq!(unpacked, json_lines(&[("p", &article(7))]));
    let unpacked = zstd::decode_all(&kept_files[Path::new("g.jsonl.zst")][..]).expect("zstd");
    assert_eq!(unpacked, json_lines(&[("p", &article(6))]).into_bytes());
    assert_eq!(dropped(&out).len(), 6);
    let again = dedup(files.path(), &["out/kept", "-o", "again"]);
    assert_eq!(again.status, 1, "nothing is left to drop: {}", again.err);
}

#[cfg(feature = "parquet")]
#[test]
fn rows_of_parquet_files_keep_their_columns() {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let files = folder(&[]);
    let texts = [article(1), article(2), near(1), article(3)];
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c", "d"]));
    let column: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
    let extra: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3, 4]));
    let batch = RecordBatch::try_from_iter([("id", ids), ("text", column), ("n", extra)]);
    let batch = batch.expect("equal lengths");
    let path = files.path().join("in.parquet");
    let file = fs::File::create(&path).expect("made");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    let done = dedup(files.path(), &["in.parquet", "-o", "out", "--keep", "first"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let file = fs::File::open(files.path().join("out/kept/in.parquet")).expect("written");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let rows: Vec<RecordBatch> =
        reader.build().expect("rows").collect::<Result<_, _>>().expect("rows");
    let numbers: Vec<i64> = rows
        .iter()
        .flat_map(|rows| {
            let column = rows.column_by_name("n").expect("n").as_any();
            column.downcast_ref::<Int64Array>().expect("numbers").values().to_vec()
        })
        .collect();
    assert_eq!(numbers, [1, 2, 4]);
}

#[test]
fn the_keeper_is_the_one_that_was_asked_for() {
    let line = |id: &str, text: String, date: &str| {
        serde_json::json!({"id": id, "text": text, "date": date}).to_string() + "\n"
    };
    let lines = line("new", near(1), "2024-05-01")
        + &line("long", format!("{} and more words", article(1)), "2024-05-03")
        + &line("wire/old", article(1), "2024-04-30T10:00:00Z");
    let files = folder(&[("in.jsonl", &lines), ("list", "desk/\nwire/\nlong\n")]);
    for (policy, keeper, why) in [
        ("longest", "long", "longest"),
        ("first", "new", "first"),
        ("earliest:date", "wire/old", "earliest"),
        ("priority:list", "wire/old", "priority"),
    ] {
        let out = files.path().join(policy);
        let done = dedup(files.path(), &["in.jsonl", "--keep", policy, "-o", policy]);
        assert_eq!(done.status, 0, "{policy}: {}", done.err);
        let dropped = dropped(&out);
        assert_eq!(dropped.len(), 2, "{policy}");
        for [_, by, relation, because] in dropped {
            assert_eq!([&*by, &*relation, &*because], [keeper, "near-duplicate", why], "{policy}");
        }
    }
    for policy in ["oldest", "earliest:", "earliest", "earliest:none"] {
        assert_eq!(dedup(files.path(), &["in.jsonl", "--keep", policy, "-o", "x"]).status, 2);
    }
}

#[test]
fn what_a_reference_has_is_dropped_and_the_reference_is_left_alone() {
    let files = folder(&[
        ("old.jsonl", &json_lines(&[("o1", &article(1)), ("o2", &article(1))])),
        ("new.jsonl", &json_lines(&[("n1", &near(1)), ("n2", &article(2)), ("n3", &article(1))])),
    ]);
    let done = dedup(files.path(), &["new.jsonl", "--reference", "old.jsonl", "-o", "out"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let out = files.path().join("out");
    assert_eq!(
        dropped(&out),
        [
            ["n1", "o1", "near-duplicate", "reference"].map(String::from),
            ["n3", "o1", "identical", "reference"].map(String::from),
        ]
    );
    assert_eq!(kept(&out), ["new.jsonl"]);
}

#[test]
fn rewrites_and_excerpts_are_dropped_on_request() {
    let short: String = article(1).split_inclusive('\n').take(5).collect();
    let files = folder(&[
        ("a.txt", &short),
        ("b.txt", &article(1)),
        ("c.txt", &article(2)),
        ("d.txt", &article(2).to_uppercase()),
    ]);
    let inputs = ["a.txt", "b.txt", "c.txt", "d.txt"];
    let near_only =
        run(retold().current_dir(files.path()).arg("dedup").args(inputs).args(["-o", "near"]));
    assert_eq!(near_only.status, 0);
    assert_eq!(kept(&files.path().join("near")), ["a.txt", "b.txt", "c.txt"]);
    let mut command = retold();
    command.current_dir(files.path()).arg("dedup").args(inputs);
    let all = run(command.args(["--rewrites", "--keep", "first", "-o", "all"]));
    assert_eq!(all.status, 0, "{}", all.err);
    assert_eq!(
        dropped(&files.path().join("all")),
        [
            ["a.txt", "b.txt", "excerpt", "contained"].map(String::from),
            ["d.txt", "c.txt", "identical", "first"].map(String::from),
        ]
    );
}

#[test]
fn a_dry_run_writes_nothing_and_says_what_it_would_do() {
    let files = folder(&[("in.jsonl", &json_lines(&[("a", &article(1)), ("b", &article(1))]))]);
    let done = run(retold().current_dir(files.path()).args([
        "dedup",
        "in.jsonl",
        "--dry-run",
        "-o",
        "out",
    ]));
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(done.out.contains("Would drop  1 article"), "{}", done.out);
    assert_eq!(tree(files.path()).len(), 1);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let files = folder(&[("a.txt", &article(1)), ("out/mine", "x")]);
    let before = tree(files.path());
    let done = dedup(files.path(), &["a.txt", "-o", "out"]);
    assert_eq!(done.status, 2);
    assert!(done.err.contains("out is not empty"), "{}", done.err);
    let done = dedup(files.path(), &["a.txt", "-o", "no/such/out"]);
    assert_eq!(done.status, 2);
    let done = dedup(files.path(), &["a.txt", "-o", "x", "--threshold", "0.8"]);
    assert!(done.err.contains("--rewrites") && done.err.contains("--jaccard"), "{}", done.err);
    assert_eq!(tree(files.path()), before);
}

#[test]
fn threads_and_kernels_change_nothing() {
    let texts: Vec<(String, String)> = (0..3000)
        .map(|n| (format!("id{n}"), if n % 3 == 0 { near(n / 6) } else { article(n / 2) }))
        .collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (&**id, &**text)).collect();
    let files = folder(&[("in.jsonl", &json_lines(&texts))]);
    let outcome = |name: &str, args: &[&str]| {
        let mut all = vec!["in.jsonl", "-o", name];
        all.extend(args);
        let done = dedup(files.path(), &all);
        assert_eq!(done.status, 0, "{}", done.err);
        let mut files = tree(&files.path().join(name));
        assert!(files.remove(Path::new("summary.json")).is_some(), "it has times in it");
        files
    };
    let one = outcome("one", &["--threads", "1"]);
    assert!(one[Path::new("dropped.jsonl")].len() > 10_000);
    assert!(outcome("four", &["--threads", "4"]) == one);
    assert!(outcome("scalar", &["--kernel", "scalar"]) == one);
}

#[test]
fn what_cannot_be_read_is_reported_and_the_rest_is_done() {
    let lines = json_lines(&[("a", &article(1)), ("b", &article(1))]) + "{broken\n";
    let files = folder(&[("in.jsonl", &lines)]);
    let done = dedup(files.path(), &["in.jsonl", "-o", "out"]);
    assert_eq!(done.status, 2);
    assert!(done.err.contains("in.jsonl:3: is not a JSON object"), "{}", done.err);
    assert_eq!(dropped(&files.path().join("out")).len(), 1);
}

#[test]
fn sources_of_one_name_do_not_overwrite_each_other() {
    let files = folder(&[
        ("x/in.jsonl", &json_lines(&[("a", &article(1))])),
        ("y/in.jsonl", &json_lines(&[("b", &article(2))])),
    ]);
    assert_eq!(dedup(files.path(), &["x", "y", "-o", "out"]).status, 1);
    assert_eq!(kept(&files.path().join("out")), ["in.jsonl", "in~2.jsonl"]);
    let inner = files.path().join("x");
    assert_eq!(dedup(&inner, &["../y/in.jsonl", "-o", "../out2"]).status, 1);
    assert_eq!(kept(&files.path().join("out2")), ["y/in.jsonl"], "never outside");
}

#[test]
fn the_standard_input_is_deduplicated_too() {
    let lines = json_lines(&[("a", &article(1)), ("b", &near(1)), ("c", &article(2))]);
    let files = folder(&[("lines", &lines)]);
    let input = fs::File::open(files.path().join("lines")).expect("there");
    let mut command = retold();
    command.current_dir(files.path()).args(["dedup", "-", "-o", "out", "--keep", "first"]);
    let done = run(command.stdin(input));
    assert_eq!(done.status, 0, "{}", done.err);
    let written = fs::read_to_string(files.path().join("out/kept/stdin.jsonl")).expect("written");
    assert_eq!(written, json_lines(&[("a", &article(1)), ("c", &article(2))]));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing_that_looks_finished() {
    let files = folder(&[]);
    let names = || -> Vec<String> {
        let entries = fs::read_dir(files.path()).expect("a folder");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        entries.map(|entry| name(entry).into_string().expect("UTF-8")).collect()
    };
    let mut started = retold();
    let done = crate::command::interrupt(
        started.current_dir(files.path()).args(["dedup", "-", "-o", "out"]),
        |_| {
            let names = names();
            let is_ours = |name: &String| name == "out.partial" || name.starts_with(".retold-");
            assert!(names.iter().all(is_ours), "{names:?}");
            names.iter().any(|name| name == "out.partial")
        },
    );
    assert_eq!(done.status.code(), Some(130));
    assert!(names().is_empty(), "{:?}", names());
}
