//! Input that is broken, endless or ill-meant: each is skipped or mended, counted and listed, and
//! everything else is still read.

use std::fs;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

use retold_corpus::{Corpus, Input, LISTED, Problem, ReadOptions, ReadReport, Reason, Record};
use tempfile::TempDir;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn read_as(inputs: &[Input], options: ReadOptions) -> (Vec<Record>, ReadReport) {
    let mut records = Vec::new();
    let report = Corpus::find(inputs, options).read_with(io::empty(), |batch| {
        records.extend(batch.records);
        ControlFlow::Continue(())
    });
    (records, report)
}

fn read(path: &Path) -> (Vec<Record>, ReadReport) {
    read_as(&[Input::Path(path.into())], ReadOptions::default())
}

fn texts(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| record.text.as_str()).collect()
}

/// File, line and reason of each problem.
fn places(problems: &[Problem]) -> Vec<(&str, Option<u64>, Reason)> {
    problems.iter().map(|p| (p.path.rsplit('/').next().unwrap(), p.line, p.reason)).collect()
}

#[test]
fn odd_encodings_are_read() {
    let utf16: Vec<u8> = "Wide\r\ntext".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked =
        [&b"\xfe\xff"[..], &"Big é".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()]
            .concat();
    let jsonl: Vec<u8> = "{\"text\":\"wide é\"}\r\n{\"text\":\"two\"}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let folder = folder(&[
        ("a.txt", b"\xef\xbb\xbfMark"),
        ("b.txt", &utf16),
        ("c.txt", &marked),
        ("d.jsonl", &jsonl),
        ("e.txt", b"caf\xe9"),
        ("f.jsonl", b"{\"text\":\"caf\xe9 noir\"}\n{\"text\":\"fine\"}\n"),
        ("g.csv", b"\xef\xbb\xbftext,id\ncaf\xe9 x,1\n"),
        ("h.html", b"<meta charset=windows-1252><p>caf\xe9"),
        ("i.txt", b"NUL\0inside"),
        ("j.txt", b"\xff\xfeA\0\x00\xd8"),
    ]);
    let (records, report) = read(folder.path());
    assert_eq!(
        texts(&records),
        [
            "Mark",
            "Wide\r\ntext",
            "Big é",
            "wide é",
            "two",
            "café",
            "café noir",
            "fine",
            "café x",
            "café",
            "NUL\0inside",
            "A\u{fffd}",
        ]
    );
    use Reason::{Converted, InvalidUtf8};
    assert_eq!(
        places(report.repaired.listed()),
        [
            ("b.txt", None, Converted),
            ("c.txt", None, Converted),
            ("d.jsonl", None, Converted),
            ("e.txt", None, Converted),
            ("f.jsonl", None, Converted),
            ("g.csv", Some(2), Converted),
            ("h.html", None, Converted),
            ("j.txt", None, InvalidUtf8),
        ]
    );
    assert_eq!((report.failures, report.skipped.total()), (0, 0));
}

#[test]
fn empty_files_and_records_are_notes() {
    let folder = folder(&[
        ("a.txt", b""),
        ("b.txt", b" \r\n\t\xc2\xa0"),
        ("c.jsonl", b""),
        ("d.jsonl", b"\n\n{\"id\":\"x\",\"text\":\" \"}\n"),
        ("e.csv", b""),
        ("f.json", b"[]"),
        ("g.html", b"<script>1</script>"),
        ("h.txt.zst", &zstd::encode_all(io::empty(), 1).unwrap()),
        ("i", b""),
    ]);
    let (records, report) = read(folder.path());
    assert!(records.is_empty());
    use Reason::Empty;
    assert_eq!(
        places(report.skipped.listed()),
        [
            ("a.txt", None, Empty),
            ("b.txt", None, Empty),
            ("d.jsonl", Some(3), Empty),
            ("e.csv", None, Empty),
            ("g.html", None, Empty),
            ("h.txt.zst", None, Empty),
            ("i", None, Empty),
        ]
    );
    assert_eq!(report.skipped.listed()[2].id.as_deref(), Some("x"));
    assert_eq!(report.failures, 0);
    // A folder without any file, too.
    let bare = tempfile::tempdir().unwrap();
    assert_eq!(read(bare.path()).1, ReadReport::default());
}

#[test]
fn broken_records_do_not_take_their_neighbours_along() {
    let lines = [
        r#"{"id":"a","text":"First"}"#,
        "{\"id\":\"b\",\"text\":\"torn",
        r#"{"id":"c"}"#,
        r#"{"id":"d","text":null}"#,
        r#"{"id":"e","text":["x"]}"#,
        r#"["not an object"]"#,
        "not JSON at all \u{1F600}",
        r#"{"id":"f","text":"lone \ud800 half","x":NaN}"#,
        r#"{"id":{"no":"id"},"text":"Odd id"}"#,
        r#"{"id":"a","text":"Same id"}"#,
        "\0\0\0",
        r#"{"id":"a","text":"Last"}"#,
    ];
    let folder = folder(&[("x.jsonl", lines.join("\n").as_bytes())]);
    let (records, report) = read(folder.path());
    let found: Vec<_> = records.iter().map(|r| (&*r.id, &*r.text)).collect();
    assert_eq!(
        found,
        [
            ("a", "First"),
            ("f", "lone \u{fffd} half"),
            ("x.jsonl:9", "Odd id"),
            ("a#x.jsonl:10", "Same id"),
            ("a#x.jsonl:12", "Last"),
        ]
    );
    use Reason::{BadId, BadJson, DuplicateId, MendedJson, NoText, TextNotString};
    let at = |line, reason| ("x.jsonl", Some(line), reason);
    assert_eq!(
        places(report.skipped.listed()),
        [
            at(2, BadJson),
            at(3, NoText),
            at(4, NoText),
            at(5, TextNotString),
            at(6, BadJson),
            at(7, BadJson),
            at(11, BadJson)
        ]
    );
    assert_eq!(
        places(report.repaired.listed()),
        [at(8, MendedJson), at(9, BadId), at(10, DuplicateId), at(12, DuplicateId)]
    );
    assert_eq!(report.failures, 7);
    let said = report.skipped.listed()[0].to_string();
    assert!(said.contains("x.jsonl:2: is not a JSON object") && said.contains("column"), "{said}");
}

#[test]
fn broken_json_arrays_and_tables_give_what_is_sound() {
    let folder = folder(&[
        ("a.json", b"[{\"text\":\"One\"}, 7, {\"text\":5}, {\"text\":\"Four\"}, {\"text\":\"to"),
        ("b.csv", b"id,text\n1,One\n2\n3,Three,more\n4,\"open\nquote\n"),
        ("c.csv", b"name,body\n1,2\n"),
        ("d.tsv", b"\x00\x01\x02\x03\x04\xff\n\n"),
    ]);
    let (records, report) = read(folder.path());
    assert_eq!(texts(&records), ["One", "Four", "One", "Three,more", "\"open"]);
    use Reason::{BadJson, BadRow, NoColumn, OddRow, TextNotString};
    let odd = [("b.csv", Some(4), OddRow), ("b.csv", Some(5), OddRow)];
    assert_eq!(places(report.repaired.listed())[..2], odd);
    let mut found = places(report.skipped.listed());
    found.sort();
    assert_eq!(
        found,
        [
            ("a.json", Some(1), BadJson),
            ("a.json", Some(1), BadJson),
            ("a.json", Some(1), TextNotString),
            ("b.csv", Some(3), BadRow),
            ("b.csv", Some(6), BadRow),
            ("c.csv", None, NoColumn),
            ("d.tsv", None, NoColumn),
        ]
    );
    let said = report.skipped.listed().iter().find(|p| p.path.ends_with("c.csv")).unwrap();
    assert!(said.detail.contains("\"name\", \"body\""), "{said}");
}

#[test]
fn more_problems_than_are_listed_are_still_counted() {
    let folder = folder(&[("x.jsonl", "{]\n".repeat(LISTED * 3).as_bytes())]);
    let (_, report) = read(folder.path());
    assert_eq!(report.skipped.listed().len(), LISTED);
    assert_eq!(report.skipped.count(Reason::BadJson), LISTED as u64 * 3);
}

/// Bytes that a test never holds.
fn endless(megabytes: u64) -> impl Read {
    io::repeat(b'x').take(megabytes << 20)
}

#[test]
fn articles_over_the_limit_are_passed_over() {
    let options = || ReadOptions::default().max_article_bytes(100_000).batch_bytes(1000);
    let long = "x".repeat(100_001);
    let fits = "y".repeat(99_000);
    let record = |text: &str| format!("{{\"text\":\"{text}\"}}\n");
    let folder = folder(&[
        ("a.txt", long.as_bytes()),
        ("b.txt", fits.as_bytes()),
        ("c.jsonl", format!("{}{}{}", record("One"), record(&long), record(&fits)).as_bytes()),
        ("d.json", format!("[{},{},{}]", record("One"), record(&long), record("Two")).as_bytes()),
        ("e.csv", format!("text\nOne\n{long}\nTwo\n").as_bytes()),
        ("f.csv", format!("text\nOne\n\"{}\n", "never closed\n".repeat(30_000)).as_bytes()),
    ]);
    let mut bomb = flate2::write::GzEncoder::new(
        fs::File::create(folder.path().join("g.txt.gz")).unwrap(),
        flate2::Compression::fast(),
    );
    io::copy(&mut endless(20), &mut bomb).unwrap();
    bomb.finish().unwrap();

    let (mut records, report) = read_as(&[Input::Path(folder.path().into())], options());
    let lines = records.split_off(8);
    assert_eq!(texts(&records), [&*fits, "One", &fits, "One", "Two", "One", "Two", "One"]);
    // A quote that is never closed is one too many; what comes behind it is read.
    assert_eq!(lines.len(), 30_000);
    assert_eq!(
        (lines[0].text.as_str(), lines[1].text.as_str()),
        ("\"never closed", "never closed")
    );
    use Reason::TooLong;
    let found = places(report.skipped.listed());
    assert!(found.iter().all(|place| place.2 == TooLong), "{found:?}");
    let files: Vec<_> = found.iter().map(|place| (place.0, place.1)).collect();
    assert_eq!(
        files,
        [
            ("a.txt", None),
            ("c.jsonl", Some(2)),
            ("d.json", Some(2)),
            ("e.csv", Some(3)),
            ("g.txt.gz", None)
        ]
    );

    // On the standard input: one endless line, and one endless article.
    let corpus = Corpus::find(&[Input::Stdin], options());
    for (start, line) in [("{\"text\":\"", Some(1)), ("An article ", None)] {
        let stdin = start.as_bytes().chain(endless(30));
        let report = corpus.read_with(stdin, |_| panic!("nothing to hand out"));
        assert_eq!(places(report.skipped.listed()), [("-", line, TooLong)]);
    }
}

#[test]
fn truncated_and_damaged_compression_gives_what_came_before() {
    let lines: String = (0..20_000_u32)
        .map(|n| format!("{{\"id\":{n},\"text\":\"words {}\"}}\n", n.wrapping_mul(2_654_435_761)))
        .collect();
    let gz = {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(lines.as_bytes()).unwrap();
        packer.finish().unwrap()
    };
    let zst = zstd::encode_all(lines.as_bytes(), 1).unwrap();
    let folder = folder(&[
        ("a.jsonl.gz", &gz[..gz.len() / 2]),
        ("b.jsonl.zst", &zst[..zst.len() / 2]),
        ("c.txt.gz", &gz[..gz.len() / 2]),
        ("d.jsonl.gz", b"{\"text\":\"not packed\"}\n"),
        ("e.txt.zst", b"not packed"),
        ("f.jsonl.bz2", b"BZh9 not packed"),
        ("g.csv.xz", b"\xfd7zXZ\0 not packed"),
        ("h.txt", b"Fine"),
    ]);
    let options = ReadOptions::default().batch_bytes(10_000);
    let (records, report) = read_as(&[Input::Path(folder.path().into())], options);
    let of = |source| records.iter().filter(|r| r.place.source == source).collect::<Vec<_>>();
    for source in [0, 1] {
        let count = of(source).len();
        assert!((1000..20_000).contains(&count), "{count} of source {source}");
    }
    assert!(of(0).iter().enumerate().all(|(n, record)| record.id == n.to_string()));
    assert_eq!(records.last().unwrap().text, "Fine");
    assert_eq!(records.len(), of(0).len() + of(1).len() + 1);
    let reasons = report.skipped.counts();
    assert_eq!(reasons.iter().collect::<Vec<_>>(), [(&Reason::Corrupt, &7)]);
    assert_eq!(report.failures, 7);
}

#[test]
fn what_is_not_there_is_a_failure() {
    let folder = folder(&[("a.txt", b"Here"), ("b.png", b"\x89PNG\r\n\x1a\n\0\0\0\0\0\0\0\0\0")]);
    let at = |name: &str| folder.path().join(name);
    let inputs = [
        Input::Path(at("none.txt")),
        Input::Glob(at("*.none").to_string_lossy().into_owned()),
        Input::Glob(at("***").to_string_lossy().into_owned()),
        Input::Path(at("b.png")),
        Input::Path(at("a.txt")),
    ];
    let (records, report) = read_as(&inputs, ReadOptions::default());
    assert_eq!(texts(&records), ["Here"]);
    let reasons: Vec<_> = report.skipped.listed().iter().map(|p| p.reason).collect();
    use Reason::{Binary, NoMatch, Unreadable};
    assert_eq!(reasons, [Unreadable, NoMatch, NoMatch, Binary]);
    assert_eq!(report.failures, 4, "a picture that was named is asked for");
}

/// A file that is gone or replaced between listing and reading.
#[test]
fn files_may_vanish_before_they_are_read() {
    let folder = folder(&[("a.txt", b"A"), ("b.jsonl", b"{\"text\":\"B\"}"), ("c.txt", b"C")]);
    let corpus = Corpus::find(&[Input::Path(folder.path().into())], ReadOptions::default());
    fs::remove_file(folder.path().join("a.txt")).unwrap();
    fs::remove_file(folder.path().join("b.jsonl")).unwrap();
    let mut records = Vec::new();
    let report = corpus.read(|batch| {
        records.extend(batch.records);
        ControlFlow::Continue(())
    });
    assert_eq!(texts(&records), ["C"]);
    assert_eq!((report.skipped.count(Reason::Unreadable), report.failures), (2, 2));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    use super::*;

    fn make_pipe(path: &Path) {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    #[test]
    fn pipes_and_devices_are_never_opened() {
        let folder = folder(&[("z.txt", b"Read on")]);
        let pipe = folder.path().join("pipe.txt");
        make_pipe(&pipe);
        symlink("/dev/zero", folder.path().join("zero.txt")).unwrap();
        let (records, report) = read(folder.path());
        assert_eq!(texts(&records), ["Read on"]);
        assert_eq!((report.skipped.count(Reason::Special), report.failures), (2, 0));
        assert_eq!(read(&pipe).1.failures, 1, "a pipe that was named is asked for");

        // A file that becomes a pipe after it was listed.
        let corpus = Corpus::find(&[Input::Path(folder.path().into())], ReadOptions::default());
        fs::remove_file(folder.path().join("z.txt")).unwrap();
        make_pipe(&folder.path().join("z.txt"));
        let report = corpus.read(|_| panic!("nothing to hand out"));
        assert_eq!(report.skipped.count(Reason::Special), 3);
    }

    #[test]
    fn links_are_followed_and_loops_are_not() {
        let folder = folder(&[("a.txt", b"A")]);
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("sub")).unwrap();
        fs::write(at("sub/b.txt"), "B").unwrap();
        symlink("..", at("sub/up")).unwrap();
        symlink("self", at("self")).unwrap();
        symlink("gone", at("dangling.txt")).unwrap();
        symlink("a.txt", at("link.txt")).unwrap();
        let (records, report) = read(folder.path());
        let ids: Vec<_> = records.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(ids, ["a.txt", "link.txt", "sub/b.txt"]);
        assert_eq!(report.skipped.count(Reason::LinkLoop), 1);
        assert_eq!(report.skipped.count(Reason::Unreadable), 2, "{:?}", report.skipped);
        assert_eq!(report.failures, 2);
    }

    #[test]
    fn files_and_folders_without_permission_are_failures() {
        let folder = folder(&[("a.txt", b"A"), ("b.txt", b"B"), ("c.jsonl", b"{\"text\":\"C\"}")]);
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("closed")).unwrap();
        for name in ["b.txt", "c.jsonl", "closed"] {
            fs::set_permissions(at(name), fs::Permissions::from_mode(0o0)).unwrap();
        }
        if fs::read(at("b.txt")).is_ok() {
            eprintln!("SKIPPED: this user may read everything, so nothing can be forbidden");
            return;
        }
        let (records, report) = read(folder.path());
        assert_eq!(texts(&records), ["A"]);
        assert_eq!((report.skipped.count(Reason::Unreadable), report.failures), (3, 3));
        fs::set_permissions(at("closed"), fs::Permissions::from_mode(0o700)).unwrap();
    }

    #[test]
    fn names_that_are_not_unicode_are_read() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let folder = folder(&[]);
        for name in [&b"a\xff.txt"[..], b"a\xfe.txt", b"a\n.txt"] {
            fs::write(folder.path().join(OsStr::from_bytes(name)), "Text").unwrap();
        }
        let (records, report) = read(folder.path());
        let ids: Vec<_> = records.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(ids, ["a\n.txt", "a\\xfe.txt", "a\\xff.txt"]);
        assert_eq!(report.repaired.total(), 0);
    }
}

/// Descriptors of this process that lead into `folder`.
#[cfg(target_os = "linux")]
fn open_files_in(folder: &Path) -> usize {
    let open = fs::read_dir("/proc/self/fd").unwrap();
    let targets = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    targets.filter(|target| target.starts_with(folder)).count()
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_of_many_files_keeps_few_of_them_open() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for n in 0..12_000 {
        let name = if n % 10 == 0 { format!("{n:05}.jsonl") } else { format!("{n:05}.txt") };
        let text = if n % 10 == 0 { "{\"text\":\"T\"}" } else { "T" };
        fs::write(root.join(name), text).unwrap();
    }
    let options = ReadOptions::default().threads(4);
    let (mut articles, mut most) = (0, 0);
    let report = Corpus::find(&[Input::Path(root.clone())], options).read(|batch| {
        articles += batch.records.len();
        most = most.max(open_files_in(&root));
        ControlFlow::Continue(())
    });
    assert_eq!((articles, report.files, report.failures), (12_000, 12_000, 0));
    assert!(most <= 5, "{most} files open at once: one per thread would be 5");
}
