//! What a terminal shows, of whatever width.
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

use unicode_width::UnicodeWidthStr;

use crate::command::{retold, run, seeds};

/// What the command shows on a terminal of so many columns; nothing where there is no program to
/// make a terminal with.
fn shown(columns: usize, colours: bool, arguments: &str) -> Option<String> {
    let retold = env!("CARGO_BIN_EXE_retold");
    let line = format!("stty cols {columns} rows 40; exec {retold} --no-config {arguments}");
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).stdin(Stdio::null()).env("TERM", "xterm-256color");
    match colours {
        true => command.env_remove("NO_COLOR"),
        false => command.env("NO_COLOR", "1"),
    };
    let Ok(done) = command.env_remove("RETOLD_KERNEL").output() else {
        eprintln!("skipped: there is no program `script` to make a terminal with");
        return None;
    };
    Some(String::from_utf8_lossy(&done.stdout).replace('\r', ""))
}

/// The text without control sequences: colours and links.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        let sequence = &rest[at + 1..];
        let end = match sequence.starts_with(']') {
            true => sequence.find("\u{1b}\\").map(|end| end + 2),
            false => sequence.find(|c: char| c.is_ascii_alphabetic()).map(|end| end + 1),
        };
        rest = &sequence[end.unwrap_or(sequence.len())..];
    }
    plain + rest
}

fn invocations() -> Vec<String> {
    let seeds = seeds().display();
    let pair = format!("{seeds}/000_barrage-pause.txt {seeds}/001_barrage-pause-rewrite.txt");
    let mut all: Vec<String> = [
        "--help",
        "scan --help",
        "scan -h",
        "compare --help",
        "dedup --help",
        "evaluate --help",
        "scan",
        "scan --nonsense",
        "dedup articles",
        "compare a",
        "scan a --threshold x",
        "scan a --channel other",
    ]
    .map(String::from)
    .to_vec();
    all.extend([
        format!("scan {seeds}"),
        format!("compare {pair}"),
        format!("dedup --dry-run {seeds}"),
    ]);
    all
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in [20, 40, 60, 80, 200] {
        for invocation in invocations() {
            for colours in [true, false] {
                let Some(shown) = shown(columns, colours, &invocation) else { return };
                assert!(!shown.is_empty(), "{invocation}");
                assert!(colours || !shown.contains("\u{1b}["), "{invocation}: {shown}");
                for line in plain(&shown).lines() {
                    // Names that are longer than a line are broken by nobody.
                    let is_one_word = line.split_whitespace().count() < 2;
                    let width = line.trim_end().width();
                    assert!(width <= columns || is_one_word, "{columns} {invocation}: {line}");
                }
            }
        }
    }
}

#[test]
fn help_has_what_most_need_first_and_the_rest_under_a_heading_of_its_own() {
    for subcommand in ["scan", "compare", "dedup", "evaluate"] {
        let help = |option: &str| run(retold().args([subcommand, option])).out;
        let (usual, advanced) = {
            let all = help("--help");
            let (usual, advanced) = all.split_once("\nAdvanced").expect("a heading");
            (usual.to_owned(), advanced.to_owned())
        };
        for option in ["--lanes", "--ngram", "--seed", "--kernel", "--channel", "--max-df"] {
            assert!(!usual.contains(option) && advanced.contains(option), "{subcommand} {option}");
            assert!(!help("-h").contains(option), "{subcommand} -h {option}");
        }
        assert!(usual.contains("--memory") && help("-h").contains("--text-field"));
    }
}
