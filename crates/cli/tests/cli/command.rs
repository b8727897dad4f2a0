//! Runs the command as a user would, in a folder of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The command, away from the user's settings and the repository's files.
pub fn retold() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_retold"));
    command
        .stdin(Stdio::null())
        .env_remove("RETOLD_KERNEL")
        .env_remove("NO_COLOR")
        .arg("--no-config");
    command
}

/// The repository's seeds.
pub fn seeds() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../seeds"))
}

/// Files by name and content, in a new folder.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
    }
    folder
}

/// What a run said and how it ended.
pub struct Done {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// Runs it to the end.
pub fn run(command: &mut Command) -> Done {
    let Output { status, stdout, stderr } = command.output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Done { status: status.code().expect("no signal"), out: text(stdout), err: text(stderr) }
}

/// The records of JSON Lines.
pub fn records(lines: &str) -> Vec<serde_json::Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// An article of 120 words that has nothing to do with one of another number.
pub fn article(number: usize) -> String {
    let mut text = String::new();
    let mut state = number as u64 * 2_654_435_761 + 12_345;
    for at in 1..=120 {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let word = state >> 40;
        let end = if at % 12 == 0 { ".\n" } else { " " };
        text.push_str(&format!("w{word:x}{end}"));
    }
    text
}

/// `lines` as JSON Lines with ids and texts.
pub fn json_lines(articles: &[(&str, &str)]) -> String {
    let line = |(id, text): &(&str, &str)| serde_json::json!({"id": id, "text": text}).to_string();
    articles.iter().map(line).map(|line| line + "\n").collect()
}

/// How many files below a folder a process has open, including unlinked ones. None where the system
/// does not say.
#[cfg(unix)]
pub fn open_files(process: u32, folder: &Path) -> usize {
    let open = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let links = open.filter_map(|entry| fs::read_link(entry.path()).ok());
    links.filter(|path| path.starts_with(folder)).count()
}

/// Runs a command whose standard input stays open, and interrupts it (Ctrl-C) when it is under way:
/// that is asked with its number.
#[cfg(unix)]
pub fn interrupt(command: &mut Command, is_under_way: impl Fn(u32) -> bool) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    while !is_under_way(child.id()) {
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    let held = child.stdin.take();
    let done = child.wait_with_output().expect("it ends");
    drop(held);
    done
}

/// A copy of the input of a bug that was, which `tests/cases` has; its README says what is right.
pub fn case(name: &str) -> TempDir {
    let from = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases")).join(name);
    let copy = tempfile::tempdir().expect("a folder");
    let mut folders = vec![from.clone()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).expect("a case") {
            let path = entry.expect("an entry").path();
            let to = copy.path().join(path.strip_prefix(&from).expect("below"));
            if path.is_dir() {
                fs::create_dir(&to).expect("made");
                folders.push(path);
            } else {
                fs::write(&to, fs::read(&path).expect("readable")).expect("written");
            }
        }
    }
    copy
}

/// All files below a folder, by relative path, with their content.
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_owned();
                files.insert(name, fs::read(&path).expect("readable"));
            }
        }
    }
    files
}
