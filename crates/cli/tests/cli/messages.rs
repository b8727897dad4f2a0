//! What is said when something is wrong: what, where, and what to do.

use std::fs;
use std::path::Path;

use crate::command::{Done, article, folder, json_lines, retold, run};

fn scan(at: &Path, arguments: &[&str]) -> Done {
    run(retold().current_dir(at).arg("scan").args(arguments))
}

#[test]
fn documents_are_told_by_their_content_with_what_makes_texts_of_them() {
    for (name, bytes, advice) in [
        ("x.pdf", &b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"[..], "pdftotext"),
        ("x.txt", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "pdftotext"),
        ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0\0\0", "save it as text"),
        ("x.epub", b"PK\x03\x04\x14\0mimetypeapplication/epub+zipPK\x03\x04", "pandoc"),
        ("x.rtf", b"{\\rtf1\\ansi text}", "pandoc"),
    ] {
        let files = folder(&[("a.txt", &article(1)), ("b.txt", &article(2))]);
        fs::write(files.path().join(name), bytes).expect("written");
        for input in [".", name] {
            let done = scan(files.path(), &[input]);
            assert_eq!(done.status, 2, "{name}: {}", done.err);
            assert!(done.err.contains("is a document, not text; convert it first"), "{}", done.err);
            assert!(done.err.contains(name) && done.err.contains(advice), "{}", done.err);
        }
    }
}

#[test]
fn damaged_and_encrypted_documents_are_told() {
    let mut sealed = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0".to_vec();
    sealed.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    for (name, bytes, said) in [
        (
            "x.docx",
            &b"PK\x03\x04\x14\0[Content_Types].xml\0PK\x03\x04word/document.xml"[..],
            "cut short",
        ),
        ("x.docx", &sealed, "is encrypted; open it with its password"),
        ("x.warc", b"WARC/1.0\r\nContent-Length: 9\r\n\r\n", "x.warc:1: is damaged or cut short"),
    ] {
        let files = folder(&[("a.txt", &article(1)), ("b.txt", &article(2))]);
        fs::write(files.path().join(name), bytes).expect("written");
        let done = scan(files.path(), &["."]);
        assert_eq!(done.status, 2, "{name}: {}", done.err);
        assert!(done.err.contains(said), "{name}: {}", done.err);
    }
}

#[test]
fn files_under_a_wrong_name_are_told_what_they_are() {
    for (name, bytes, advice) in [
        ("x.bin", &b"PAR1\x15\x04\x15\0\0\0\0\0\0"[..], "its name end in .parquet"),
        ("x.txt", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\0\0\0", "its name end in .gz"),
        ("x.dat", b"SQLite format 3\0\x10\0\x01\x01\0\0", "export the table"),
        ("x.zip", b"PK\x03\x04\x14\0\0\0\x08\0a.txt\0\0\0\0\0\0", "unpack it"),
    ] {
        let files = folder(&[]);
        fs::write(files.path().join(name), bytes).expect("written");
        let done = scan(files.path(), &[name]);
        assert_eq!(done.status, 2, "{name}");
        assert!(done.err.contains(advice), "{name}: {}", done.err);
    }
}

#[test]
fn too_little_memory_says_for_how_many_and_what_would_do() {
    let texts: Vec<_> = (0..400).map(article).collect();
    let ids: Vec<_> = (0..400).map(|id| format!("a{id}")).collect();
    let articles: Vec<_> = ids.iter().zip(&texts).map(|(id, text)| (&**id, &**text)).collect();
    let files = folder(&[("x.jsonl", &json_lines(&articles))]);
    for arguments in [&["scan"][..], &["dedup", "-o", "out"], &["dedup", "-o", "out", "--rewrites"]]
    {
        let mut command = retold();
        command.current_dir(files.path()).args(arguments).args(["x.jsonl", "-j", "1"]);
        let done = run(command.args(["--memory", "4M"]));
        assert_eq!(done.status, 2, "{}", done.err);
        let said = "--memory 4M is too little for 400 articles; give ";
        let (_, enough) = done.err.split_once(said).expect(&done.err);
        let (enough, _) = enough.split_once(" or more").expect(&done.err);
        let mut command = retold();
        command.current_dir(files.path()).args(arguments).args(["x.jsonl", "-j", "1"]);
        let done = run(command.args(["--memory", enough]));
        assert_ne!(done.status, 2, "{}", done.err);
        let _ = fs::remove_dir_all(files.path().join("out"));
    }
}

#[test]
fn values_out_of_range_name_their_range() {
    let files = folder(&[("a.txt", &article(1))]);
    for (option, value, said) in [
        ("--min-shared", "4294967295", "it must be from 1 to 1000000000"),
        ("--min-passage", "4294967296", "4294967296 is not in 0..=4294967295"),
        ("--temp", "nowhere", "--temp nowhere is not a folder; create it, or name another one"),
        ("--memory", "1.5", "expected a size such as 512M, 1.5G or 8G"),
        ("--text-field", "a,,b", "expected names separated by commas"),
        ("--against", "", "the name is empty"),
    ] {
        let done = scan(files.path(), &["a.txt", option, value]);
        assert_eq!(done.status, 2, "{option} {value}");
        assert!(done.err.contains(said), "{option} {value}: {}", done.err);
    }
    let done = scan(files.path(), &["a.txt", "--memory", "1.5G"]);
    assert_eq!(done.status, 1, "{}", done.err);
    let done = scan(files.path(), &[""]);
    assert!(
        done.err.contains("the name is empty; give a file, a folder or a pattern"),
        "{}",
        done.err
    );
    assert_eq!(done.status, 2);
}
