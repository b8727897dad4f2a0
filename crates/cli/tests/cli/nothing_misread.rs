//! What cannot be read as it stands is told: rows, arrays, encodings, documents, dates, file by
//! file and line by line, and in the exit status.

use std::fs;
use std::path::Path;

use crate::command::{Done, article, case, folder, json_lines, records, retold, run};
use serde_json::Value;

/// Runs it in a folder with arguments that are separated by blanks.
fn at(folder: &Path, arguments: &str) -> Done {
    run(retold().current_dir(folder).args(arguments.split(' ')))
}

/// The ids of the articles of some inputs, and how the run ended.
fn ids(folder: &Path, inputs: &str) -> (Vec<String>, Done) {
    let done = at(folder, &format!("scan {inputs} --format jsonl --clusters ids.of.articles"));
    let lines = fs::read_to_string(folder.join("ids.of.articles")).expect("written");
    fs::remove_file(folder.join("ids.of.articles")).expect("there");
    let id = |record: &Value| match &record["id"] {
        Value::String(id) => id.clone(),
        other => other.as_i64().expect("an id").to_string(),
    };
    (records(&lines).iter().map(id).collect(), done)
}

#[test]
fn rows_wider_than_the_heading_are_read_whole_and_told() {
    let files = case("csv-extra-columns-cut");
    for (table, lines) in [("extra.csv", [2, 3]), ("space.csv", [2, 3])] {
        let done = at(files.path(), &format!("dedup {table} -o out"));
        assert_eq!(done.status, 2, "{table}");
        for line in lines {
            let said = format!("{table}:{line}: is not written as a row");
            assert!(done.err.contains(&said), "{}", done.err);
        }
        let read = |name: &str| fs::read_to_string(files.path().join(name)).expect("there");
        assert_eq!(read("out/dropped.jsonl"), "");
        assert_eq!(read(&format!("out/kept/{table}")), read(table), "nothing is left out");
        fs::remove_dir_all(files.path().join("out")).expect("there");
    }
}

#[test]
fn a_quote_that_is_never_closed_swallows_no_row() {
    let files = case("unclosed-quote");
    for (table, rows, line) in
        [("q201.tsv", 202, 22), ("quote.csv", 1999, 3), ("q.tsv", 3, 2), ("q.csv", 4, 3)]
    {
        let (ids, done) = ids(files.path(), table);
        assert_eq!((ids.len(), done.status), (rows, 2), "{table}: {}", done.err);
        assert!(done.err.contains(&format!("{table}:{line}: is not written")), "{}", done.err);
    }
}

#[test]
fn whatever_a_row_does_is_told_with_its_line() {
    for (rows, expected, lines) in [
        ("1,one,x\n2,two\n3,three,y\n", &["1", "2", "3"][..], &[3][..]),
        ("1,one,x\n2\n3,three,y\n", &["1", "3"], &[3]),
        ("1,one, with commas, and more,x\n2,two,y\n", &["1", "2"], &[2]),
        ("1,one,x,,\n2,two,y\n", &["1", "2"], &[2]),
        ("1,\"say \\\"one, two\\\"\",x\n2,two,y\n", &["1", "2"], &[2]),
        ("1, \"one, two\",x\n2,two,y\n", &["1", "2"], &[2]),
        ("1,\"one \"two\" three\",x\n2,two,y\n", &["1", "2"], &[2]),
        ("1,\"one,x\n2,two\",y\n3,three,z\n", &["1", "2", "3"], &[2]),
        ("1,\"one\n2,two,x\n3,three\",x\n4,four,y\n", &["1", "2", "3", "4"], &[2]),
        ("1,\"one\ntwo, \"\"three\"\"\",x\r\n\r\n2,two,y", &["1", "2"], &[]),
    ] {
        let files = folder(&[("t.csv", &format!("id,text,more\n{rows}"))]);
        let (ids, done) = ids(files.path(), "t.csv");
        assert_eq!(ids, expected, "{rows}: {}", done.err);
        assert_eq!(done.status == 2, !lines.is_empty(), "{rows}: {}", done.err);
        for line in lines {
            assert!(done.err.contains(&format!("t.csv:{line}: ")), "{rows}: {}", done.err);
        }
        let told = done.err.lines().filter(|said| said.contains("t.csv:")).count();
        assert_eq!(told, lines.len(), "{rows}: {}", done.err);
    }
}

#[test]
fn delimiters_and_quotes_can_be_named() {
    let files = folder(&[
        ("a.csv", "id;text\n1;one, two\n2;\"three; four\"\n"),
        ("b.csv", "id|text\n1|'one | two'\n2|it''s \"three\"\n"),
        ("c.tsv", "id\ttext\n1\t\"one\n2\ttwo\"\n"),
        ("d.csv", "id\ttext\n1\tone, two\n"),
    ]);
    for (arguments, count) in [
        ("a.csv --delimiter ;", 2),
        ("b.csv --delimiter | --quote '", 2),
        ("c.tsv --quote none", 2),
        ("d.csv --delimiter tab", 1),
    ] {
        let (ids, done) = ids(files.path(), arguments);
        assert_eq!((ids.len(), done.status), (count, 1), "{arguments}: {}", done.err);
    }
    let done = at(files.path(), "scan a.csv");
    assert_eq!(done.status, 2);
    assert!(done.err.contains("--delimiter"), "{}", done.err);
    for wrong in ["--delimiter ;;", "--delimiter é", "--quote xx", "--encoding klingon"] {
        assert_eq!(at(files.path(), &format!("scan a.csv {wrong}")).status, 2, "{wrong}");
    }
    let shown = at(files.path(), "config show --delimiter tab --encoding cp1251");
    for setting in ["delimiter = \"tab\"", "quote = '\"'", "encoding = \"windows-1251\""] {
        assert!(shown.out.contains(setting), "{}", shown.out);
    }
}

#[test]
fn what_is_missing_in_an_array_is_told() {
    let one = serde_json::json!({"id": "a", "text": article(1)}).to_string();
    for (json, articles, told) in [
        (format!("[{one}"), 1, 1),
        (format!("[{one},\n"), 1, 1),
        (format!("[{one}, \"x\",\n7, null]"), 1, 3),
        ("[\"a\", \"b\"]".to_owned(), 0, 2),
        (format!("{one}\nsome words\nmore words\n{{}}\n[1]"), 1, 4),
        (format!("[{one}]"), 1, 0),
        ("[]".to_owned(), 0, 0),
    ] {
        let files = folder(&[("x.json", &json)]);
        let (ids, done) = ids(files.path(), "x.json");
        assert_eq!(ids.len(), articles, "{json}");
        let said = done.err.lines().filter(|line| line.contains("x.json:")).count();
        assert_eq!(
            (said, done.status),
            (told, if told > 0 { 2 } else { 1 }),
            "{json}: {}",
            done.err
        );
    }
}

#[test]
fn records_are_known_whatever_their_file_is_called() {
    let lines = json_lines(&[("a", &article(1)), ("b", &article(1))]);
    for name in ["x.jsonlines", "x.ldjson", "x.jl", "x", "x.data", "x.json.bak"] {
        let files = folder(&[(name, &lines)]);
        for input in [name, "."] {
            let (ids, done) = ids(files.path(), input);
            assert_eq!((&ids[..], done.status), (&["a", "b"].map(String::from)[..], 0), "{name}");
        }
        let done = at(files.path(), &format!("dedup {name} -o out"));
        assert_eq!(done.status, 0, "{}", done.err);
        let kept = fs::read_to_string(files.path().join("out/kept").join(name)).expect("kept");
        assert_eq!(kept, json_lines(&[("a", &article(1))]), "{name}");
    }
    let files = folder(&[("settings", "{\"a\": 1}\n"), ("style", "{ margin: 0 }\n")]);
    let (ids, _) = ids(files.path(), "settings style");
    assert_eq!(ids, ["settings", "style"], "an object alone is no list of articles");
}

#[test]
fn texts_without_words_are_judged_alike_everywhere() {
    let files = folder(&[
        ("in/a.txt", "😀😀😀 🎉🎉 👍"),
        ("in/b.txt", "😀😀😀 🎉🎉 👍"),
        ("in/c.txt", "🚗🚗 🌍"),
        ("in/d.txt", "!!! ??? ..."),
        ("in/e.txt", "!!! ??? ..."),
        ("in/f.txt", "--- *** (("),
    ]);
    let same = [["a.txt", "b.txt"], ["d.txt", "e.txt"]];
    let pairs = |lines: &str, keys: [&str; 2]| -> Vec<[String; 2]> {
        let text = |record: &Value, key: &str| record[key].as_str().expect(key).to_owned();
        records(lines).iter().map(|record| keys.map(|key| text(record, key))).collect()
    };
    let done = at(files.path(), "scan in --format jsonl");
    assert_eq!(pairs(&done.out, ["a", "b"]), same);
    for more in ["", " --rewrites"] {
        let done = at(files.path(), &format!("dedup in -o out{more}"));
        assert_eq!(done.status, 0, "{}", done.err);
        let lines = fs::read_to_string(files.path().join("out/dropped.jsonl")).expect("written");
        assert_eq!(pairs(&lines, ["keeper", "id"]), same);
        fs::remove_dir_all(files.path().join("out")).expect("there");
    }
    let names = ["a", "b", "c", "d", "e", "f"];
    for (at_a, a) in names.iter().enumerate() {
        for b in &names[at_a + 1..] {
            let done = at(files.path(), &format!("compare in/{a}.txt in/{b}.txt --format jsonl"));
            let record = &records(&done.out)[0];
            let is_same = same.contains(&[&format!("{a}.txt"), &format!("{b}.txt")]);
            let expected = if is_same { "identical" } else { "unrelated" };
            assert_eq!(record["relation"], expected, "{a} and {b}");
            assert_eq!(record["coverage_a"], if is_same { 1.0 } else { 0.0 }, "{a} and {b}");
        }
    }
}

#[test]
fn the_exit_status_says_that_something_was_not_read() {
    let text = article(1);
    let files = folder(&[("texts/a.txt", &text), ("both/a.txt", &text), ("both/b.txt", &text)]);
    let here = files.path();
    let pdf = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Length 5 >>\nstream\nhello\nendstream\n"
        .repeat(9);
    for name in ["pdfs/a.pdf", "pdfs/b.pdf", "both/c.pdf", "named.txt"] {
        fs::create_dir_all(here.join(name).parent().expect("a folder")).expect("made");
        fs::write(here.join(name), &pdf).expect("written");
    }
    for name in ["pictures/a.png", "texts/a.png"] {
        fs::create_dir_all(here.join(name).parent().expect("a folder")).expect("made");
        fs::write(here.join(name), b"\x89PNG\r\n\x1a\n\0\0\0").expect("written");
    }
    for (inputs, status) in [
        ("pdfs", 2),
        ("pdfs/a.pdf", 2),
        ("both", 2),
        ("named.txt", 2),
        ("pictures", 2),
        ("texts", 1),
    ] {
        assert_eq!(at(here, &format!("scan {inputs}")).status, status, "{inputs}");
        let done = at(here, &format!("dedup {inputs} -n"));
        assert_eq!(done.status, status, "{inputs}: {}", done.err);
    }
    assert_eq!(at(here, "compare pdfs/a.pdf pdfs/b.pdf").status, 2);
    assert_eq!(at(here, "dedup texts --reference pdfs -n").status, 2);
    let lines = json_lines(&[("x", &text)]) + "{broken\n";
    fs::write(here.join("one.jsonl"), lines).expect("written");
    let done = at(here, "compare one.jsonl texts/a.txt");
    assert_eq!(done.status, 2, "a record of it was not read");
    assert!(done.err.contains("one.jsonl:2: is not a JSON object"), "{}", done.err);
}

#[test]
fn dates_are_read_as_people_write_them() {
    let line = |id: &str, date: &str| {
        serde_json::json!({"id": id, "text": article(1), "date": date}).to_string() + "\n"
    };
    let keep = |lines: &str, more: &str| {
        let files = folder(&[("in.jsonl", lines)]);
        let done = at(files.path(), &format!("dedup in.jsonl -o out --keep earliest:{more}"));
        let dropped = fs::read_to_string(files.path().join("out/dropped.jsonl"));
        let keeper = dropped.ok().and_then(|lines| records(&lines).first().cloned());
        let left = fs::read_dir(files.path()).expect("a folder").count();
        let undated =
            fs::read_to_string(files.path().join("out/summary.json")).ok().map(|summary| {
                serde_json::from_str::<Value>(&summary).expect("JSON")["undated"].clone()
            });
        (done, keeper.map(|record| record["keeper"].clone()), undated, left)
    };
    for (late, early) in [
        ("December 31, 2017", "December 30, 2017"),
        ("26-FEB-1987 15:01", "25-FEB-1987 16:02"),
        ("2017-01-01", "26-FEB-1987 15:01:01.79"),
        ("Dec. 31, 2017 5:04 p.m.", "Dec. 31, 2017 9:04 a.m."),
        ("1 January 2018", "31st of December 2017"),
    ] {
        let (done, keeper, ..) = keep(&(line("late", late) + &line("early", early)), "date");
        assert_eq!((done.status, keeper), (0, Some("early".into())), "{early}: {}", done.err);
    }
    let some = line("none", "whenever") + &line("late", "2018") + &line("early", "May 3, 2017");
    let some = some + &serde_json::json!({"id": "bare", "text": article(1)}).to_string() + "\n";
    let (done, keeper, undated, _) = keep(&some, "date");
    assert_eq!((done.status, keeper), (2, Some("early".into())), "{}", done.err);
    assert_eq!(undated, Some(serde_json::json!({"missing": 1, "unreadable": 1})));
    assert!(done.err.contains("such as \"whenever\""), "{}", done.err);
    for (lines, field, said) in [
        (some.as_str(), "dtae", "no article has the field \"dtae\""),
        (&(line("a", "soon") + &line("b", "May 3")), "date", "no value of the field"),
    ] {
        let (done, keeper, _, left) = keep(lines, field);
        assert_eq!((done.status, keeper, left), (2, None, 1), "nothing is written");
        assert!(done.err.contains(said), "{}", done.err);
    }
}

#[test]
fn sound_files_are_read() {
    let files = case("sound-file-called-damaged");
    let names: &[&str] = if cfg!(feature = "parquet") {
        &["brotli.parquet", "long31.jsonl.zst"]
    } else {
        &["long31.jsonl.zst"]
    };
    for name in names {
        let (ids, done) = ids(files.path(), name);
        assert!(!ids.is_empty() && done.status < 2, "{name}: {}", done.err);
    }
}

#[test]
fn a_file_that_is_written_to_while_it_is_read_is_told() {
    use std::io::{self, Write};
    use std::ops::ControlFlow;

    use retold_corpus::{Corpus, Input, ReadOptions, Reason};

    for (name, lines) in [
        ("a.jsonl", json_lines(&[("a", &*article(1)); 4000])),
        ("b.jsonl", json_lines(&[("b", "x")])),
    ] {
        let files = folder(&[(name, &lines)]);
        let path = files.path().join(name);
        let options = ReadOptions::default().batch_bytes(1 << 10);
        let corpus = Corpus::find(&[Input::Path(path.clone())], options);
        let is_long = lines.len() > 1 << 20;
        let mut written = !is_long;
        let report = corpus.read_with(io::empty(), |_| {
            if !std::mem::replace(&mut written, true) {
                let mut file = fs::OpenOptions::new().append(true).open(&path).expect("there");
                file.write_all(b"{\"id\":\"z\",\"text\":\"late\"}\n").expect("written");
            }
            ControlFlow::Continue(())
        });
        assert_eq!(report.skipped.count(Reason::Changed), u64::from(is_long));
        assert_eq!(report.failures, u64::from(is_long));
    }
}

#[test]
fn arguments_do_not_command_the_terminal() {
    for arguments in
        [&["scan", "--\u{1b}[2J"][..], &["\u{1b}]0;x\u{7}"], &["scan", "x", "--format", "\u{202e}"]]
    {
        let done = run(retold().args(arguments));
        assert_eq!(done.status, 2);
        let bad = done.err.chars().find(|&c| c != '\n' && (c.is_control() || c == '\u{202e}'));
        assert_eq!(bad, None, "{:?}", done.err);
    }
}

#[cfg(feature = "parquet")]
#[test]
fn damaged_parquet_files_are_told_and_nothing_else_is_said() {
    let files = case("sound-file-called-damaged");
    let sound = fs::read(files.path().join("brotli.parquet")).expect("there");
    fs::create_dir(files.path().join("in")).expect("made");
    for at in 0..sound.len().min(900) {
        let mut bytes = sound.clone();
        let place = at * 7919 % sound.len();
        bytes[place] ^= 0xff;
        fs::write(files.path().join(format!("in/{at}.parquet")), bytes).expect("written");
    }
    let done = at(files.path(), "scan in --format csv --channel banding");
    assert_eq!(done.status, 2);
    let others = done.err.lines().find(|line| !line.starts_with("retold: "));
    assert_eq!(others, None, "{}", done.err);
}
