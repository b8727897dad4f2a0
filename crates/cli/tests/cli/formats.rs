//! What the command writes is what docs/formats.md and docs/schema/ say.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const PAIR: &str = include_str!("../../../../docs/schema/pair.schema.json");
const CLUSTER: &str = include_str!("../../../../docs/schema/cluster.schema.json");
const DEDUPLICATION: &str = include_str!("../../../../docs/schema/deduplication.schema.json");
const DROPPED: &str = include_str!("../../../../docs/schema/dropped.schema.json");
const STATS: &str = include_str!("../../../../docs/schema/stats.schema.json");

const PAIR_ERROR: &str = include_str!("../../../../docs/schema/pair-error.schema.json");

/// The articles of the seeds, as a pattern.
const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../seeds/*.txt");

struct Run {
    folder: TempDir,
}

impl Run {
    /// Runs the command in a folder of its own, which must find something.
    fn new(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_retold"));
        command.current_dir(&folder).args(arguments).args(["--no-config", "--quiet"]);
        let output = command.output().expect("the command starts");
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{complaints}");
        assert_eq!(output.stdout, b"", "all goes to files");
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect(name)
    }

    /// The objects of a file of JSON Lines, each held to the schema.
    fn records(&self, name: &str, schema: &str) -> Vec<Value> {
        self.text(name).lines().map(|line| checked(line, schema)).collect()
    }
}

fn checked(json: &str, schema: &str) -> Value {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let record: Value = serde_json::from_str(json).expect(json);
    if let Err(error) = validator.validate(&record) {
        panic!("{error} at {} of {json}", error.instance_path());
    }
    record
}

fn seed(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds").join(name);
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn records_of_a_scan_agree_with_their_schemas() {
    let files = ["--output", "pairs", "--clusters", "clusters", "--stats", "stats"];
    for more in [&[][..], &["--explain"], &["--threshold", "0"]] {
        let run = Run::new(&[&["scan", SEEDS, "--format", "jsonl"], &files[..], more].concat());
        let pairs = run.records("pairs", PAIR);
        let clusters = run.records("clusters", CLUSTER);
        let stats = checked(&run.text("stats"), STATS);
        assert!(!pairs.is_empty());
        assert_eq!(stats["pairs"], pairs.len());
        assert_eq!(stats["articles"], clusters.len());
        assert!(
            pairs.iter().all(|pair| pair["features"].is_array() == more.contains(&"--explain"))
        );
        let spans = ["passages", "sentences"].map(|name| pairs[0][name].as_array().map(Vec::len));
        assert!(spans.iter().all(|n| *n > Some(0)), "{spans:?}");
    }
}

#[test]
fn records_of_a_deduplication_agree_with_their_schemas() {
    let run = Run::new(&["dedup", SEEDS, "--output", "clean", "--jaccard", "0.4"]);
    let dropped = run.records("clean/dropped.jsonl", DROPPED);
    let summary = checked(&run.text("clean/summary.json"), DEDUPLICATION);
    assert!(!dropped.is_empty());
    assert_eq!(summary["dropped"]["articles"], dropped.len());
    assert_eq!(summary["relations"]["near-duplicate"], dropped.len());
}

#[test]
fn spans_are_bytes_of_the_files() {
    let names = ["000_barrage-pause.txt", "001_barrage-pause-rewrite.txt"].map(seed);
    let run = Run::new(&["compare", &names[0], &names[1], "--format", "jsonl", "-o", "pair"]);
    let pair = &run.records("pair", PAIR)[0];
    let texts = names.map(|name| std::fs::read_to_string(name).expect("a seed"));
    let matches = pair["sentences"].as_array().expect("a list");
    assert!(matches.len() > 5);
    for found in matches {
        for (side, text) in ["a", "b"].iter().zip(&texts) {
            let end = |at: usize| found[side][at].as_u64().expect("a number") as usize;
            let sentence = text.get(end(0)..end(1)).expect("on character boundaries");
            assert_eq!(sentence, sentence.trim(), "a sentence without the space around it");
        }
    }
}

#[test]
fn the_page_holds_both_articles_and_loads_nothing() {
    let names = ["000_barrage-pause.txt", "001_barrage-pause-rewrite.txt"].map(seed);
    let compared = Run::new(&["compare", &names[0], &names[1], "--format", "html", "-o", "page"]);
    let scanned = Run::new(&["scan", SEEDS, "--format", "html", "-o", "page"]);
    for page in [compared.text("page"), scanned.text("page")] {
        assert!(page.contains("http-equiv=\"Content-Security-Policy\""));
        for outside in ["src=", "<link", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
        for name in &names {
            let text = std::fs::read_to_string(name).expect("a seed");
            let last = text.lines().last().expect("a line");
            assert!(page.contains(last), "{last}");
            let hash = xxhash_rust::xxh3::xxh3_128(text.as_bytes());
            assert!(page.contains(&format!("{hash:032x}")), "the hash of {name}");
        }
        assert!(page.contains(env!("CARGO_PKG_VERSION")) && page.contains("min-passage"));
    }
}

#[cfg(feature = "parquet")]
#[test]
fn the_table_has_a_row_for_each_pair() {
    use parquet::file::reader::{FileReader, SerializedFileReader};

    let lines = Run::new(&["scan", SEEDS, "--format", "jsonl", "-o", "pairs"]).text("pairs");
    let run = Run::new(&["scan", SEEDS, "--format", "parquet", "-o", "pairs.parquet"]);
    let file = std::fs::File::open(run.path("pairs.parquet")).expect("written");
    let reader = SerializedFileReader::new(file).expect("Parquet");
    let about = reader.metadata().file_metadata();
    assert_eq!(about.num_rows(), lines.lines().count() as i64);
    let first: Value = serde_json::from_str(lines.lines().next().expect("a pair")).expect("JSON");
    let fields = about.schema().get_fields().iter().map(|field| field.name().to_owned());
    let is_always_there = |name: &String| name != "contained" && name != "alignment";
    let mut columns: Vec<_> = fields.filter(is_always_there).collect();
    let mut names: Vec<_> = first.as_object().expect("an object").keys().cloned().collect();
    names.retain(is_always_there);
    columns.sort();
    names.sort();
    assert_eq!(columns, names);
    let version = about.key_value_metadata().into_iter().flatten();
    let version: Vec<_> = version.filter(|entry| entry.key == "retold.schema").collect();
    assert_eq!(version[0].value.as_deref(), Some("1"));
}

#[test]
fn errors_in_place_of_pairs_agree_with_their_schema() {
    let folder = tempfile::tempdir().expect("a folder");
    let pairs = "{\"a\":\"x\",\"b\":7}\nnothing\n{\"a_text\":\"x\"}\n";
    std::fs::write(folder.path().join("pairs"), pairs).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_retold"));
    command.current_dir(&folder).args(["compare", "--pairs", "pairs", "--no-config"]);
    let output = command.output().expect("the command starts");
    assert_eq!(output.status.code(), Some(2));
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let errors: Vec<Value> = lines.lines().map(|line| checked(line, PAIR_ERROR)).collect();
    assert_eq!(errors.len(), 3);
}

#[test]
fn records_hold_nothing_that_a_terminal_obeys_and_say_the_same() {
    let text = "The board of the port met on Tuesday, and said that the crane would stay there.";
    let id = "\u{9b}31m\u{202e}\u{7f}a";
    let lines = [id, "b"].map(|id| serde_json::json!({"id": id, "text": text}).to_string());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("in.jsonl");
    std::fs::write(&path, lines.join("\n")).expect("written");
    let path = path.to_str().expect("UTF-8");
    let run =
        Run::new(&["scan", path, "--format", "jsonl", "-o", "pairs", "--clusters", "clusters"]);
    let dedup = Run::new(&["dedup", path, "-o", "clean", "--keep", "first"]);
    for (records, key, text) in [
        (run.records("pairs", PAIR), "a", run.text("pairs")),
        (run.records("clusters", CLUSTER), "id", run.text("clusters")),
        (
            dedup.records("clean/dropped.jsonl", DROPPED),
            "keeper",
            dedup.text("clean/dropped.jsonl"),
        ),
    ] {
        assert_eq!(records[0][key], id);
        let is_obeyed = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!text.contains(is_obeyed), "{text:?}");
    }
}
