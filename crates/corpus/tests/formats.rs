//! Every format and compression, read as a user would name it.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use retold_corpus::{Batch, Corpus, Input, ReadOptions, ReadReport, Reason, Record};
use tempfile::TempDir;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn batches(inputs: &[Input], options: ReadOptions) -> (Vec<Batch>, ReadReport) {
    let mut all = Vec::new();
    let report = Corpus::find(inputs, options).read_with(io::empty(), |batch| {
        all.push(batch);
        ControlFlow::Continue(())
    });
    (all, report)
}

fn read_as(input: &Path, options: ReadOptions) -> (Vec<Record>, ReadReport) {
    let (batches, report) = batches(&[Input::parse(input.as_os_str())], options);
    (batches.into_iter().flat_map(|batch| batch.records).collect(), report)
}

fn read(input: &Path) -> (Vec<Record>, ReadReport) {
    read_as(input, ReadOptions::default())
}

fn pairs(records: &[Record]) -> Vec<(&str, &str)> {
    records.iter().map(|record| (record.id.as_str(), record.text.as_str())).collect()
}

fn assert_clean(report: &ReadReport) {
    assert_eq!((report.skipped.listed(), report.repaired.listed()), (&[][..], &[][..]));
    assert_eq!(report.failures, 0);
}

fn pack(name: &str, bytes: &[u8]) -> Vec<u8> {
    match name.rsplit_once('.').unwrap().1 {
        "gz" => {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(bytes).unwrap();
            packer.finish().unwrap()
        }
        "zst" => zstd::encode_all(bytes, 1).unwrap(),
        "bz2" => {
            let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            packer.write_all(bytes).unwrap();
            packer.finish().unwrap()
        }
        "xz" => {
            let mut packer = liblzma::write::XzEncoder::new(Vec::new(), 1);
            packer.write_all(bytes).unwrap();
            packer.finish().unwrap()
        }
        _ => bytes.to_vec(),
    }
}

#[test]
fn a_folder_is_read_in_the_order_of_its_paths() {
    let folder = folder(&[
        ("b.txt", b"Bee"),
        ("a/z.md", b"# Zed\r\n"),
        ("a-1.text", b"Dash"),
        ("B.txt", b"Capital"),
        ("LICENSE", b"Free"),
        (".hidden/notes", b"Hidden"),
        ("page.html", b"<p>Page</p>"),
        ("d.jsonl", b"{\"id\":\"r1\",\"text\":\"One\"}\n\n{\"text\":\"Two\"}"),
        ("photo.png", b"\x89PNG\r\n\x1a\n\0\0\0"),
    ]);
    let (records, report) = read(folder.path());
    assert_eq!(
        pairs(&records),
        [
            (".hidden/notes", "Hidden"),
            ("B.txt", "Capital"),
            ("LICENSE", "Free"),
            ("a-1.text", "Dash"),
            ("a/z.md", "# Zed\r\n"),
            ("b.txt", "Bee"),
            ("r1", "One"),
            ("d.jsonl:3", "Two"),
            ("page.html", "Page"),
        ]
    );
    assert_eq!(report.articles, 9);
    assert_eq!(report.bytes, records.iter().map(|record| record.text.len() as u64).sum::<u64>());
    assert_eq!(report.files, 8);
    assert_eq!((report.skipped.count(Reason::Binary), report.skipped.total()), (1, 1));
    assert_eq!(report.failures, 0, "nobody asked for the picture");
}

#[test]
fn ignore_rules_count_only_where_asked() {
    let folder =
        folder(&[(".gitignore", b"*.log\n"), ("a.log", b"log"), ("a.txt", b"text"), (".b", b"b")]);
    assert_eq!(read(folder.path()).0.len(), 4);
    let options = ReadOptions::default().respect_ignore(true);
    assert_eq!(pairs(&read_as(folder.path(), options).0), [("a.txt", "text")]);
}

#[test]
fn every_compression_of_every_text_format_gives_the_same_articles() {
    let contents: [(&str, &str); 7] = [
        ("x.txt", "First article"),
        ("x.html", "<html><body><p>First article</p></body></html>"),
        ("x.jsonl", "{\"id\":\"1\",\"text\":\"First article\"}\n{\"id\":2,\"text\":\"Second\"}\n"),
        ("x.json", "[{\"id\":\"1\",\"text\":\"First article\"},\n {\"id\":2,\"text\":\"Second\"}]"),
        ("x.csv", "id,text\n1,First article\n2,Second\n"),
        ("x.tsv", "id\ttext\r\n1\tFirst article\r\n2\tSecond\r\n"),
        ("x", "First article"),
    ];
    for (name, content) in contents {
        for end in ["", ".gz", ".zst", ".bz2", ".xz"] {
            let name = format!("{name}{end}");
            let bytes = pack(&format!("_.{name}"), content.as_bytes());
            let folder = folder(&[(&name, &bytes)]);
            let (records, report) = read(folder.path());
            assert_clean(&report);
            assert_eq!(records[0].text, "First article", "{name}");
            if content.contains("Second") {
                assert_eq!(pairs(&records), [("1", "First article"), ("2", "Second")], "{name}");
            } else {
                assert_eq!(pairs(&records), [(&*name, "First article")], "{name}");
            }
        }
    }
}

#[test]
fn files_of_several_members_are_read_to_their_end() {
    for end in ["gz", "zst", "bz2", "xz"] {
        let name = format!("x.jsonl.{end}");
        let mut bytes = pack(&name, b"{\"text\":\"On");
        bytes.extend(pack(&name, b"e\"}\n{\"text\":\"Two\"}\n"));
        let folder = folder(&[(&name, &bytes)]);
        let (records, report) = read(folder.path());
        assert_clean(&report);
        assert_eq!(records.iter().map(|r| &*r.text).collect::<Vec<_>>(), ["One", "Two"], "{end}");
    }
}

#[test]
fn json_is_read_in_all_its_layouts() {
    let layouts: [&[u8]; 5] = [
        b"[{\"id\":\"a\",\"text\":\"A\"},{\"id\":\"b\",\"text\":\"B\"}]",
        b"[\n  {\n    \"id\": \"a\",\n    \"text\": \"A\"\n  },\n  {\"id\": \"b\", \"text\": \"B\"}\n]\n",
        b"{\"id\":\"a\",\"text\":\"A\"}\n{\"id\":\"b\",\"text\":\"B\"}\n",
        b"{\n\"id\":\"a\",\"text\":\"A\"\n}\n{\n\"id\":\"b\",\"text\":\"B\"}",
        b"\xef\xbb\xbf {\"id\":\"a\",\"text\":\"A\"}{\"id\":\"b\",\"text\":\"B\"}",
    ];
    for layout in layouts {
        let folder = folder(&[("x.json", layout)]);
        let (records, report) = read(folder.path());
        assert_clean(&report);
        assert_eq!(pairs(&records), [("a", "A"), ("b", "B")], "{}", layout.escape_ascii());
    }
    let folder = folder(&[("x.json", b"{\"text\":\"only one\"}")]);
    assert_eq!(pairs(&read(folder.path()).0), [("x.json:1", "only one")]);
}

#[test]
fn fields_go_by_the_names_that_are_given() {
    let options =
        ReadOptions::default().id_field("key").text_field("body").extra_field(Some("date".into()));
    let folder = folder(&[
        ("a.jsonl", b"{\"date\":\"2024\",\"body\":\"A\",\"key\":7,\"text\":1}"),
        ("b.csv", b"body,key,date\n\"B,\nb\",8,2025\n"),
    ]);
    let (records, report) = read_as(folder.path(), options);
    assert_clean(&report);
    assert_eq!(pairs(&records), [("7", "A"), ("8", "B,\nb")]);
    let extras: Vec<_> = records.iter().map(|record| record.extra.as_deref()).collect();
    assert_eq!(extras, [Some("2024"), Some("2025")]);
}

#[test]
fn records_can_be_kept_as_they_are_written() {
    let options = || ReadOptions::default().keep_raw(true).batch_bytes(50);
    let lines = ["{ \"text\":\"caf\\u00e9\", \"n\": 1.0 }", "{\"text\":\"two\",\"id\":\"x\"}"];
    for (name, content) in [
        ("x.jsonl", lines.join("\r\n") + "\n"),
        ("x.json", format!("[{}\n, {}]", lines[0], lines[1])),
    ] {
        let folder = folder(&[(name, content.as_bytes())]);
        let (records, _) = read_as(folder.path(), options());
        let raw: Vec<_> = records.iter().map(|record| record.raw.as_deref().unwrap()).collect();
        assert_eq!(raw, lines.map(str::as_bytes), "{name}");
    }

    let rows: Vec<String> = (0..500).map(|n| format!("{n},\"text \"\"{n}\"\"\n\",more")).collect();
    let table = format!("id,text,\"more\"\r\n{}\r\n", rows.join("\r\n"));
    let folder = folder(&[("x.csv", table.as_bytes())]);
    let (batches, report) = batches(&[Input::Path(folder.path().into())], options());
    assert_eq!(report.articles, 500);
    for batch in &batches {
        assert_eq!(batch.heading.as_deref(), Some(&b"id,text,\"more\""[..]));
    }
    let records = batches.iter().flat_map(|batch| &batch.records);
    assert!(
        records.clone().map(|r| r.raw.as_deref().unwrap()).eq(rows.iter().map(|r| r.as_bytes()))
    );
    let line = |n: u64| 2 + 2 * n;
    assert!(records.map(|r| r.place.line).eq((0..500).map(line)), "rows of two lines each");
}

#[test]
fn standard_input_tells_its_format_by_its_first_character() {
    let jsonl = b" \n{\"id\":\"a\",\"text\":\"A\"}\n{\"text\":\"B\"}\n";
    for bytes in [jsonl.to_vec(), pack("x.gz", jsonl), pack("x.zst", jsonl), pack("x.xz", jsonl)] {
        let mut records = Vec::new();
        let corpus = Corpus::find(&[Input::Stdin], ReadOptions::default());
        let report = corpus.read_with(&bytes[..], |batch| {
            records.extend(batch.records);
            ControlFlow::Continue(())
        });
        assert_clean(&report);
        assert_eq!(pairs(&records), [("a", "A"), ("-:3", "B")]);
    }
    for (bytes, text) in [(&b"[1] An article"[..], "[1] An article"), (b"\xff\xfeA\0", "A")] {
        let mut records = Vec::new();
        let corpus = Corpus::find(&[Input::parse(OsStr::new("-"))], ReadOptions::default());
        corpus.read_with(bytes, |batch| {
            records.extend(batch.records);
            ControlFlow::Continue(())
        });
        assert_eq!(pairs(&records), [("-", text)]);
        assert_eq!(records[0].place.line, 0);
    }
}

#[test]
fn patterns_lists_and_repeated_inputs_name_each_file_once() {
    let folder = folder(&[("a/1.txt", b"1"), ("a/b/2.txt", b"2"), ("a/3.md", b"3")]);
    let at = |name: &str| folder.path().join(name);
    let id = |name: &str| at(name).to_string_lossy().into_owned();
    let ids = |input: &str| {
        let (records, report) = read(&at(input));
        assert_clean(&report);
        records.into_iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("a/*.txt"), [id("a/1.txt")]);
    assert_eq!(ids("**/*.txt"), [id("a/1.txt"), id("a/b/2.txt")]);
    assert_eq!(ids("a/[13].*"), [id("a/1.txt"), id("a/3.md")]);

    let list = format!("{}\0{}\0", id("a/b/2.txt"), id("a/1.txt"));
    let mut inputs = Input::list(list.as_bytes()).unwrap();
    inputs.push(Input::Path(at("a")));
    let (batches, report) = batches(&inputs, ReadOptions::default());
    let ids: Vec<_> = batches.iter().flat_map(|b| &b.records).map(|r| r.id.clone()).collect();
    assert_eq!(ids, [id("a/b/2.txt"), id("a/1.txt"), "3.md".into()]);
    assert_eq!((report.skipped.count(Reason::Repeated), report.failures), (2, 0));
}

#[test]
fn the_order_does_not_depend_on_the_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..300 {
        fs::write(folder.path().join(format!("{n}.txt")), format!("Article {n}")).unwrap();
    }
    let lines: String =
        (0..3000).map(|n| format!("{{\"id\":{},\"text\":\"T{n}\"}}\n", n % 999)).collect();
    fs::write(folder.path().join("50.jsonl"), lines + "{broken\n").unwrap();
    let run = |threads| {
        let options = ReadOptions::default().threads(threads).batch_bytes(512);
        read_as(folder.path(), options)
    };
    let one = run(1);
    assert_eq!((one.1.articles, one.1.failures), (3300, 1));
    assert_eq!(one.1.repaired.count(Reason::DuplicateId), 3000 - 999);
    for threads in [2, 7] {
        assert_eq!(run(threads), one);
    }
}

#[test]
fn a_caller_who_has_enough_ends_the_reading() {
    let lines = "{\"text\":\"again\"}\n".repeat(100_000);
    let folder = folder(&[("x.jsonl", lines.as_bytes())]);
    let options = ReadOptions::default().batch_bytes(1000);
    let mut batches = 0;
    let report = Corpus::find(&[Input::Path(folder.path().into())], options).read(|_| {
        batches += 1;
        if batches == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(batches, 3);
    assert!(report.articles < 1000, "{}", report.articles);
}

#[cfg(feature = "parquet")]
mod parquet_files {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, Int64Array, LargeStringArray, ListArray, RecordBatch, StringArray,
        StringViewArray, types::Int32Type,
    };
    use parquet::arrow::ArrowWriter;
    use parquet::basic::{Compression, ZstdLevel};
    use parquet::file::properties::WriterProperties;

    use super::*;

    fn parquet(columns: Vec<(&str, ArrayRef)>, compression: Compression) -> Vec<u8> {
        let batch = RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, column)| (name, column, true)),
        )
        .unwrap();
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .set_max_row_group_row_count(Some(3))
            .build();
        let mut writer =
            ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }

    fn texts() -> [Option<&'static str>; 5] {
        [Some("One"), None, Some("Three é"), Some(" "), Some("Five")]
    }

    #[test]
    fn rows_are_read_whatever_the_string_type_and_compression() {
        let columns: [ArrayRef; 4] = [
            Arc::new(StringArray::from_iter(texts())),
            Arc::new(LargeStringArray::from_iter(texts())),
            Arc::new(StringViewArray::from_iter(texts())),
            Arc::new(arrow_array::DictionaryArray::<Int32Type>::from_iter(texts())),
        ];
        let compressions = [
            Compression::SNAPPY,
            Compression::ZSTD(ZstdLevel::default()),
            Compression::LZ4_RAW,
            Compression::UNCOMPRESSED,
        ];
        for (text, compression) in columns.into_iter().zip(compressions) {
            let id: ArrayRef =
                Arc::new(Int64Array::from(vec![Some(10), Some(11), None, None, Some(14)]));
            let more: ArrayRef = Arc::new(StringArray::from(vec!["m"; 5]));
            let bytes = parquet(vec![("more", more), ("text", text), ("id", id)], compression);
            let folder = folder(&[("x.parquet", &bytes)]);
            let (records, report) = read(folder.path());
            assert_eq!(
                pairs(&records),
                [("10", "One"), ("x.parquet:3", "Three é"), ("14", "Five")]
            );
            assert_eq!(report.skipped.count(Reason::NoText), 1);
            assert_eq!(report.skipped.count(Reason::Empty), 1);
            assert_eq!((report.files, report.failures), (1, 1));
        }
    }

    #[test]
    fn small_batches_number_rows_through() {
        let long = ["x".repeat(300), "y".repeat(300), "z".repeat(300), "w".repeat(300)];
        let text: ArrayRef = Arc::new(StringArray::from(long.to_vec()));
        let bytes = parquet(vec![("text", text)], Compression::UNCOMPRESSED);
        let folder = folder(&[("x.parquet", &bytes)]);
        let options = ReadOptions::default().batch_bytes(1);
        let (records, report) = read_as(folder.path(), options);
        assert_clean(&report);
        assert!(records.iter().map(|r| r.place.line).eq(1..=4));
        assert!(records.iter().map(|r| &r.text).eq(&long));
    }

    /// The library panics on some of these.
    #[test]
    fn no_damaged_byte_stops_a_run() {
        let text: ArrayRef = Arc::new(StringArray::from(vec!["One", "Two", "Two", "Four"]));
        let id: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3, 4]));
        let good = parquet(vec![("id", id), ("text", text)], Compression::SNAPPY);
        let folder = folder(&[("y.txt", b"Next")]);
        let (mut damaged, mut unharmed) = (0, 0);
        for at in 0..good.len() {
            for flip in [0x01, 0x7f, 0xff] {
                let mut bytes = good.clone();
                bytes[at] ^= flip;
                fs::write(folder.path().join("x.parquet"), bytes).unwrap();
                let (records, report) = read(folder.path());
                assert_eq!(records.last().unwrap().text, "Next");
                damaged += usize::from(report.failures > 0);
                unharmed += usize::from(report.failures == 0);
            }
        }
        assert!(damaged > 100 && unharmed > 100, "{damaged} damaged, {unharmed} unharmed");
    }

    #[test]
    fn wrong_columns_and_broken_files_are_told() {
        let text: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let list: ArrayRef =
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]));
        let good: ArrayRef = Arc::new(StringArray::from(vec!["Good"]));
        let numbers = parquet(vec![("text", text)], Compression::SNAPPY);
        let other = parquet(vec![("body", Arc::clone(&good))], Compression::SNAPPY);
        let fine = parquet(vec![("text", good), ("id", list)], Compression::SNAPPY);
        let folder = folder(&[
            ("a.parquet", &numbers),
            ("b.parquet", &other),
            ("c.parquet", &fine),
            ("d.parquet", &fine[..fine.len() / 2]),
            ("e.parquet", b""),
            ("f.parquet.gz", b""),
        ]);
        let (records, report) = read(folder.path());
        assert_eq!(pairs(&records), [("c.parquet:1", "Good")]);
        let reasons: Vec<_> = report.skipped.listed().iter().map(|p| p.reason).collect();
        use Reason::{Corrupt, NoColumn, TextNotString, Unsupported};
        assert_eq!(reasons, [TextNotString, NoColumn, Corrupt, Corrupt, Unsupported]);
        assert_eq!(report.failures, 5);
    }
}
