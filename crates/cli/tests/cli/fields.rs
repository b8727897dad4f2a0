//! Fields as data has them: several texts, paths, ids that are integers, fields that are carried.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, StructArray};
use arrow_schema::{DataType, Field};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::command::{Done, article, folder, records, retold, run};

/// Four articles: 1 and 3 are the same but for a word, the others stand alone.
fn articles() -> Vec<(i64, String, String)> {
    let near = article(1).replacen(' ', " changed ", 1);
    let texts = [article(1), article(2), near, article(4)];
    let named = |(id, text): (i64, String)| (id, format!("Title {id}, \"quoted\""), text);
    (1..).zip(texts).map(named).collect()
}

fn nested() -> String {
    let line = |(id, title, body): (i64, String, String)| {
        let doc = json!({"body": body, "lang": "en"});
        json!({"id": id, "title": title, "doc": doc, "views": id * 10, "tags": ["a", 1]})
    };
    articles().into_iter().map(|of| line(of).to_string() + "\n").collect()
}

fn csv() -> String {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(["id", "title", "doc.body"]).expect("written");
    for (id, title, body) in articles() {
        rows.write_record([&id.to_string(), &title, &body]).expect("written");
    }
    String::from_utf8(rows.into_inner().expect("flushed")).expect("UTF-8")
}

fn parquet(path: &Path) {
    let all = articles();
    let texts = |of: fn(&(i64, String, String)) -> &String| -> ArrayRef {
        Arc::new(all.iter().map(|row| Some(of(row).as_str())).collect::<StringArray>())
    };
    let ids: ArrayRef = Arc::new(all.iter().map(|(id, ..)| *id).collect::<Int64Array>());
    let body = (Arc::new(Field::new("body", DataType::Utf8, true)), texts(|(.., body)| body));
    let doc: ArrayRef = Arc::new(StructArray::from(vec![body]));
    let columns = [("id", ids), ("title", texts(|(_, title, _)| title)), ("doc", doc)];
    let batch = RecordBatch::try_from_iter(columns).expect("of one length");
    let file = fs::File::create(path).expect("made");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
}

fn inputs() -> tempfile::TempDir {
    let array = format!("[{}]", nested().trim().replace('\n', ",\n"));
    let mut reader = csv::ReaderBuilder::new();
    let mut table = csv::WriterBuilder::new().delimiter(b'\t').from_writer(Vec::new());
    let rows = csv();
    for row in reader.has_headers(false).from_reader(rows.as_bytes()).records() {
        table.write_record(&row.expect("a row")).expect("written");
    }
    let table = String::from_utf8(table.into_inner().expect("flushed")).expect("UTF-8");
    let files = folder(&[
        ("in.jsonl", &nested()),
        ("array.json", &array),
        ("in.csv", &rows),
        ("in.tsv", &table),
    ]);
    parquet(&files.path().join("in.parquet"));
    files
}

const FIELDS: [&str; 4] = ["--text-field", "title,doc.body", "--keep-fields", "title"];

fn scan(at: &Path, arguments: &[&str]) -> Done {
    let done = run(retold().current_dir(at).args(["scan", "-q"]).args(FIELDS).args(arguments));
    assert_eq!(done.status, 0, "{}", done.err);
    done
}

#[test]
fn all_readers_join_texts_follow_paths_and_keep_integers() {
    let files = inputs();
    for input in ["in.jsonl", "array.json", "in.csv", "in.tsv", "in.parquet"] {
        let done =
            scan(files.path(), &[input, "--format", "jsonl", "--clusters", "clusters.jsonl"]);
        let pairs = records(&done.out);
        assert_eq!(pairs.len(), 1, "{input}");
        assert_eq!((&pairs[0]["a"], &pairs[0]["b"]), (&json!(1), &json!(3)), "{input}");
        assert_eq!(pairs[0]["a_fields"], json!({"title": "Title 1, \"quoted\""}), "{input}");
        assert_eq!(pairs[0]["b_fields"], json!({"title": "Title 3, \"quoted\""}), "{input}");
        // The title is a part of the text: a line of its own, and a blank line.
        let title = "Title 1, \"quoted\"\n\n".len() as u64;
        let starts = pairs[0]["sentences"].as_array().expect("a list").iter();
        let starts: Vec<_> = starts.map(|of| of["a"][0].as_u64().expect("a number")).collect();
        assert!(starts.contains(&title), "{input}: {starts:?}");
        let clusters = fs::read_to_string(files.path().join("clusters.jsonl")).expect("written");
        assert_eq!(records(&clusters)[1]["id"], json!(2), "{input}");
        assert_eq!(records(&clusters)[1]["fields"]["title"], "Title 2, \"quoted\"", "{input}");
    }
}

#[test]
fn fields_keep_their_types_in_every_output() {
    let files = inputs();
    let keep = ["in.jsonl", "--keep-fields", "title,views,tags,doc.lang,none"];
    let keep: Vec<_> = ["scan", "-q", "--text-field", "doc.body"].iter().chain(&keep).collect();
    let scan = |format: &str, output: &str| {
        let mut command = retold();
        command.current_dir(files.path()).args(&keep).args(["--format", format, "-o", output]);
        let done = run(&mut command);
        assert_eq!(done.status, 0, "{}", done.err);
        files.path().join(output)
    };
    let lines = fs::read_to_string(scan("jsonl", "pairs.jsonl")).expect("written");
    let title = "Title 1, \"quoted\"";
    let all =
        json!({"title": title, "views": 10, "tags": ["a", 1], "doc.lang": "en", "none": null});
    assert_eq!(records(&lines)[0]["a_fields"], all);

    let mut rows = csv::Reader::from_path(scan("csv", "pairs.csv")).expect("written");
    let names = rows.headers().expect("a heading").clone();
    let row = rows.records().next().expect("a row").expect("a row");
    let cell = |name: &str| &row[names.iter().position(|known| known == name).expect(name)];
    assert_eq!((cell("a"), cell("b")), ("1", "3"));
    assert_eq!((cell("a_fields.title"), cell("b_fields.views")), (title, "30"));
    assert_eq!((cell("a_fields.tags"), cell("a_fields.none")), ("[\"a\",1]", ""));

    let file = fs::File::open(scan("parquet", "pairs.parquet")).expect("written");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let batch = reader.build().expect("a reader").next().expect("a batch").expect("a batch");
    assert_eq!(batch["a"].as_primitive::<Int64Type>().values(), &[1]);
    let fields = batch["b_fields"].as_struct();
    let column = |name: &str| fields.column_by_name(name).expect(name);
    assert_eq!(column("views").as_primitive::<Int64Type>().values(), &[30]);
    assert_eq!(column("title").as_string::<i32>().value(0), "Title 3, \"quoted\"");
    assert_eq!(column("tags").as_string::<i32>().value(0), "[\"a\",1]");
    assert!(column("none").is_null(0));

    let page = fs::read_to_string(scan("html", "report.html")).expect("written");
    assert!(page.contains("[\"doc.lang\",\"en\"]") && page.contains("[\"views\",\"30\"]"));
}

#[test]
fn ids_are_text_for_all_if_one_is() {
    for (other, text) in [
        (json!({"id": "x", "text": article(5)}), "x"),
        (json!({"id": "7", "text": article(5)}), "7"),
        (json!({"id": 1.5, "text": article(5)}), "1.5"),
        (json!({"id": 18_446_744_073_709_551_615_u64, "text": article(5)}), "18446744073709551615"),
        (json!({"text": article(5)}), "x.jsonl:5"),
        (json!({"id": 1, "text": article(5)}), "1#x.jsonl:5"),
    ] {
        let line = |(id, _, text)| json!({"id": id, "text": text}).to_string() + "\n";
        let lines: String = articles().into_iter().map(line).collect();
        let files = folder(&[("x.jsonl", &format!("{lines}{other}\n"))]);
        let mut command = retold();
        command.current_dir(files.path()).args(["scan", "-q", "x.jsonl", "--format", "jsonl"]);
        let done = run(command.args(["--clusters", "clusters"]));
        assert_eq!(records(&done.out)[0]["a"], "1", "{}", done.err);
        let clusters = fs::read_to_string(files.path().join("clusters")).expect("written");
        assert_eq!(records(&clusters)[4]["id"], text);
    }
}

#[test]
fn a_deduplication_says_where_both_articles_are_and_what_they_share() {
    let files = inputs();
    for (input, line) in [("in.jsonl", 3), ("array.json", 3), ("in.parquet", 3)] {
        let out = format!("{input}-out");
        let mut command = retold();
        command
            .current_dir(files.path())
            .args(["dedup", "-q", input, "-o", &out, "--keep", "first"]);
        let done = run(command.args(FIELDS).args(["--matches", "passages,sentences"]));
        assert_eq!(done.status, 0, "{}", done.err);
        let lines = fs::read_to_string(files.path().join(&out).join("dropped.jsonl"));
        let dropped = records(&lines.expect("written"));
        assert_eq!(dropped.len(), 1, "{input}");
        let dropped = &dropped[0];
        assert_eq!((&dropped["id"], &dropped["keeper"]), (&json!(3), &json!(1)), "{input}");
        assert_eq!((&dropped["file"], &dropped["line"]), (&json!(input), &json!(line)), "{input}");
        assert_eq!((&dropped["keeper_file"], &dropped["keeper_line"]), (&json!(input), &json!(1)));
        assert_eq!(dropped["fields"]["title"], "Title 3, \"quoted\"");
        assert_eq!(dropped["keeper_fields"]["title"], "Title 1, \"quoted\"");
        let matches = |name: &str| dropped[name].as_array().map(Vec::len);
        assert!(matches("passages") >= Some(1) && matches("sentences") >= Some(2), "{dropped}");
    }
    let references = ["dedup", "-q", "array.json", "--reference", "in.jsonl", "-o", "none-left"];
    let mut command = retold();
    let done = run(command.current_dir(files.path()).args(references).args(FIELDS));
    assert_eq!(done.status, 0, "{}", done.err);
    let lines = fs::read_to_string(files.path().join("none-left/dropped.jsonl")).expect("written");
    let first = &records(&lines)[0];
    assert_eq!((&first["id"], &first["keeper"]), (&json!("1"), &json!("1#in.jsonl:1")));
    assert_eq!((&first["file"], &first["keeper_file"]), (&json!("array.json"), &json!("in.jsonl")));
}

#[test]
fn pairs_of_a_list_have_its_ids_and_the_fields_of_the_corpus() {
    let files = inputs();
    let pairs = "{\"a\":1,\"b\":3}\n{\"a\":1,\"b\":9}\n";
    fs::write(files.path().join("pairs.jsonl"), pairs).expect("written");
    let mut command = retold();
    command.current_dir(files.path()).args(["compare", "--pairs", "pairs.jsonl"]);
    let done = run(command.args(["-q", "--corpus", "in.csv"]).args(FIELDS));
    let all = records(&done.out);
    assert_eq!((&all[0]["a"], &all[0]["b"]), (&json!(1), &json!(3)));
    assert_eq!(all[0]["b_fields"]["title"], "Title 3, \"quoted\"");
    assert_eq!((&all[1]["a"], &all[1]["b"], done.status), (&json!(1), &json!(9), 2));
}

/// Joins pairs, clusters and dropped articles with the input, by its ids as they are. Says what it
/// did, and what it had no package for.
const JOINS: &str = r#"
import sys
def duck():
    import duckdb
    def rows(sql): return duckdb.sql(sql).fetchall()
    for data in ["in.jsonl", "in.parquet", "in.csv"]:
        for pairs in ["pairs.jsonl", "pairs.parquet", "pairs.csv"]:
            got = rows(f"SELECT i.id, p.relation FROM '{data}' i JOIN '{data}.{pairs}' p ON i.id = p.b")
            assert got == [(3, "near-duplicate")], (data, pairs, got)
            got = rows(f"SELECT typeof(p.a) = typeof(i.id) FROM '{data}' i, '{data}.{pairs}' p LIMIT 1")
            assert got == [(True,)], (data, pairs, "types")
        assert len(rows(f"SELECT 1 FROM '{data}' i JOIN '{data}.clusters.jsonl' c ON i.id = c.id")) == 4
        assert len(rows(f"SELECT 1 FROM '{data}' i JOIN '{data}.out/dropped.jsonl' d ON i.id = d.keeper")) == 1
def with_pandas():
    import pandas
    def read(path):
        if path.endswith("parquet"): return pandas.read_parquet(path)
        if path.endswith("csv"): return pandas.read_csv(path)
        return pandas.read_json(path, lines=True)
    check(read, lambda x, y, on: len(x.merge(y, left_on="id", right_on=on)), ["in.jsonl", "in.parquet", "in.csv"])
def with_polars():
    import polars
    def read(path):
        if path.endswith("parquet"): return polars.read_parquet(path)
        if path.endswith("csv"): return polars.read_csv(path)
        return polars.read_ndjson(path)
    check(read, lambda x, y, on: len(x.join(y, left_on="id", right_on=on)), ["in.jsonl", "in.parquet", "in.csv"])
def check(read, join, inputs):
    for data in inputs:
        articles = read(data)
        for pairs in ["pairs.jsonl", "pairs.parquet", "pairs.csv"]:
            assert join(articles, read(f"{data}.{pairs}"), "a") == 1, (data, pairs)
        assert join(articles, read(f"{data}.clusters.jsonl").rename(**renamed(read)), "cid") == 4, data
        assert join(articles, read(f"{data}.out/dropped.jsonl").rename(**renamed(read)), "cid") == 1, data
def renamed(read):
    import inspect
    return {"columns": {"id": "cid"}} if "pandas" in inspect.getsource(read) else {"mapping": {"id": "cid"}}
done, without = [], []
for name, join in [("duckdb", duck), ("pandas", with_pandas), ("polars", with_polars)]:
    try:
        __import__(name)
        if name == "pandas": import pyarrow
    except ImportError:
        without.append(name)
        continue
    join()
    done.append(name)
print("joined:", " ".join(done), "without:", " ".join(without))
"#;

/// With `RETOLD_JOINS`, which CI sets, none of the packages may be missing.
#[test]
fn outputs_join_with_the_input_without_a_cast() {
    let files = inputs();
    for input in ["in.jsonl", "in.parquet", "in.csv"] {
        for format in ["jsonl", "parquet", "csv"] {
            let output = format!("{input}.pairs.{format}");
            let clusters = format!("{input}.clusters.jsonl");
            scan(
                files.path(),
                &[input, "--format", format, "-o", &output, "--clusters", &clusters],
            );
        }
        let out = format!("{input}.out");
        let mut command = retold();
        command.current_dir(files.path()).args(["dedup", "-q", input, "-o", &out]).args(FIELDS);
        assert_eq!(run(&mut command).status, 0);
    }
    fs::write(files.path().join("joins.py"), JOINS).expect("written");
    let Ok(done) = Command::new("python3").current_dir(files.path()).arg("joins.py").output()
    else {
        eprintln!("skipped: there is no python3 to join with");
        return;
    };
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    match said.trim().split_once("without: ") {
        Some((_, without)) if !without.is_empty() => {
            assert!(std::env::var_os("RETOLD_JOINS").is_none(), "without {without}");
            eprintln!("skipped without: {without}");
        }
        _ => {}
    }
    eprintln!("{}", said.trim());
}

#[test]
fn a_field_that_is_missing_is_told_with_those_that_are_there() {
    let files = inputs();
    let said = |arguments: &[&str]| {
        let done = run(retold().current_dir(files.path()).arg("scan").args(arguments));
        assert_eq!(done.status, 2);
        done.err
    };
    let err = said(&["in.jsonl"]);
    let fields = "no field \"text\" among \"doc.body\", \"doc.lang\", \"id\", \"tags\", \"title\"";
    assert!(err.contains(fields) && err.contains("--text-field"), "{err}");
    let err = said(&["in.csv", "--text-field", "body,content"]);
    let columns = "no column \"body\" or \"content\" among \"id\", \"title\", \"doc.body\"";
    assert!(err.contains(columns), "{err}");
    let err = said(&["in.parquet"]);
    assert!(err.contains("no column \"text\" among \"id\", \"title\", \"doc.body\""), "{err}");
}

#[test]
fn a_field_to_carry_that_no_article_has_is_told() {
    let files = inputs();
    let mut command = retold();
    command.current_dir(files.path()).args(["scan", "in.jsonl", "--format", "jsonl"]);
    let done = run(command.args(["--text-field", "doc.body", "--keep-fields", "title,titel"]));
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(
        done.err.contains("no article has the field \"titel\" of --keep-fields"),
        "{}",
        done.err
    );
    assert!(!done.err.contains("\"title\""), "{}", done.err);
}

#[test]
fn a_table_with_another_delimiter_is_told_which() {
    for (table, looks_like, option) in [
        ("id;title;text\n1;a;b\n", "`;`", ";"),
        ("id\ttext\n1\tb\n", "`tab`", "tab"),
        ("id|text\n1|b\n", "`|`", "|"),
    ] {
        let files = folder(&[("x.csv", table)]);
        let done = run(retold().current_dir(files.path()).args(["scan", "x.csv"]));
        assert!(done.err.contains("--delimiter") && done.err.contains(looks_like), "{}", done.err);
        assert_eq!(done.status, 2);
        let mut command = retold();
        command.current_dir(files.path()).args(["scan", "x.csv", "--delimiter", option]);
        assert_eq!(run(&mut command).status, 1, "{table}");
    }
}

#[test]
fn dropped_records_of_whole_files_have_no_line() {
    let files = folder(&[("in/a.txt", &article(1)), ("in/b.txt", &article(1))]);
    let done = run(retold().current_dir(files.path()).args(["dedup", "-q", "in", "-o", "out"]));
    assert_eq!(done.status, 0, "{}", done.err);
    let lines = fs::read_to_string(files.path().join("out/dropped.jsonl")).expect("written");
    let dropped = &records(&lines)[0];
    assert_eq!((&dropped["file"], &dropped["line"]), (&json!("in/b.txt"), &Value::Null));
    assert!(dropped.get("object").is_none() && dropped.get("passages").is_none());
}
