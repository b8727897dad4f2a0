//! Texts in encodings from before UTF-8, and those that nobody can decode.

use std::fs;
use std::path::Path;

use crate::command::{Done, article, case, folder, json_lines, records, retold, run};

/// Runs it in a folder with arguments that are separated by blanks.
fn at(folder: &Path, arguments: &str) -> Done {
    run(retold().current_dir(folder).args(arguments.split(' ')))
}

const FIRST: &str = "Совет порта собрался во вторник, чтобы решить судьбу старого крана у рыбного \
                     рынка. Большинство жителей хотят сохранить его.";
const SECOND: &str = "Пекарь из верхнего города начал продавать хлеб на метры. Покупатели приносят \
                      линейки и спорят о корке каждого батона.";

fn encoded(encoding: &'static encoding_rs::Encoding, text: &str) -> Vec<u8> {
    encoding.encode(text).0.into_owned()
}

#[test]
fn texts_in_old_encodings_are_read_as_what_they_are() {
    let files = case("legacy-encoding-made-identical");
    let done = at(files.path(), "dedup in -o out");
    assert_eq!(done.status, 1, "{}", done.err);
    assert_eq!(fs::read_to_string(files.path().join("out/dropped.jsonl")).expect("there"), "");
    let done = at(files.path(), "compare in/a.txt in/b.txt --format jsonl");
    assert_eq!(records(&done.out)[0]["relation"], "unrelated");
    assert!(done.err.contains("converted (windows-1251)"), "{}", done.err);

    let (cp1251, koi8) = (encoding_rs::WINDOWS_1251, encoding_rs::KOI8_U);
    let page = |charset: &str| format!("<html><head><meta charset={charset}></head><p>{FIRST}");
    let lines = json_lines(&[("1", FIRST), ("2", SECOND)]);
    let table = format!("id,text\n1,\"{FIRST}\"\n2,\"{SECOND}\"\n");
    let mixed =
        [json_lines(&[("a", FIRST)]).into_bytes(), encoded(cp1251, &json_lines(&[("b", SECOND)]))];
    let xml = format!("<?xml version=\"1.0\" encoding=\"windows-1251\"?>{FIRST}");
    for (name, bytes, expected) in [
        ("a.txt", encoded(cp1251, FIRST), &[FIRST][..]),
        ("a", encoded(koi8, FIRST), &[FIRST]),
        ("a.html", encoded(koi8, &page("koi8-u")), &[FIRST]),
        ("a.md", encoded(cp1251, &xml), &[FIRST]),
        ("a.jsonl", encoded(cp1251, &lines), &[FIRST, SECOND]),
        ("a.csv", encoded(cp1251, &table), &[FIRST, SECOND]),
        ("a.jl", mixed.concat(), &[FIRST, SECOND]),
    ] {
        let files = folder(&[]);
        fs::write(files.path().join(name), bytes).expect("written");
        let truth: String = json_lines(&[("first", FIRST), ("second", SECOND)]);
        fs::write(files.path().join("truth.jsonl"), truth).expect("written");
        let done = at(files.path(), "scan . --format jsonl --relation identical,near-duplicate");
        let pairs = records(&done.out);
        assert_eq!(pairs.len(), expected.len(), "{name}: {} {}", done.out, done.err);
        let done = at(files.path(), "scan . --verbose --format csv");
        assert!(
            done.err.contains(&format!("{name}: is not in UTF-8; it was converted"))
                || done.err.contains(&format!("./{name}: is not in UTF-8; it was converted")),
            "{}",
            done.err
        );
    }
}

#[test]
fn an_encoding_can_be_named() {
    let files = folder(&[]);
    let bytes = encoded(encoding_rs::ISO_8859_5, FIRST);
    fs::write(files.path().join("a.txt"), bytes).expect("written");
    fs::write(files.path().join("b.txt"), FIRST).expect("written");
    let done = at(files.path(), "compare a.txt a.txt --encoding iso-8859-5 --format jsonl");
    assert!(done.err.contains("converted (ISO-8859-5)"), "{}", done.err);
    let lines =
        encoded(encoding_rs::SHIFT_JIS, "{\"text\":\"港湾委員会は火曜日に会合を開いた。\"}\n");
    fs::write(files.path().join("j.jsonl"), lines).expect("written");
    let done = at(files.path(), "scan j.jsonl --encoding shift_jis -v --format csv");
    assert_eq!(done.status, 1, "{}", done.err);
}

#[test]
fn what_nobody_can_decode_is_not_read() {
    let lost = "\u{fffd}\u{fffd}\u{fffd} \u{fffd}\u{fffd}, ".repeat(20);
    let files = folder(&[
        ("a.txt", &lost),
        ("b.txt", &format!("{lost} and")),
        ("c.jsonl", &json_lines(&[("c", &lost), ("d", &article(1))])),
    ]);
    let done = at(files.path(), "scan a.txt b.txt c.jsonl --format jsonl --clusters clusters");
    let clusters = fs::read_to_string(files.path().join("clusters")).expect("written");
    assert_eq!((clusters.as_str(), done.status), ("{\"id\":\"d\",\"cluster\":0}\n", 2));
    assert_eq!(done.err.matches("could not be decoded for the most part").count(), 3);
    let done = at(files.path(), "compare a.txt b.txt");
    assert_eq!((done.status, done.out.as_str()), (2, ""));
    let noise: Vec<u8> =
        (0..3000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    fs::write(files.path().join("noise.txt"), noise).expect("written");
    assert_eq!(at(files.path(), "scan noise.txt").status, 2);
    let wide: Vec<u8> = "\u{feff}wide".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    fs::write(files.path().join("utf-32.txt"), wide).expect("written");
    assert_eq!(at(files.path(), "scan utf-32.txt").status, 2);
}
