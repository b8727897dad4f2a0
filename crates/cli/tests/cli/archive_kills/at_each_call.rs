//! Whatever changes an archive is ended at each of its system calls that write, or meets a disk
//! that is full or broken from there on: the archive is as it was before, or after, or between two
//! commits, and nothing that was reported is missing.

use std::fs;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use serde_json::json;
use tempfile::TempDir;

use super::held::Held;
use super::system_calls::{Ended, Fate, run_to};
use crate::command::{article, retold, run};

/// A command, in a folder that has the archive `news` and what it reads.
struct Case {
    arguments: &'static [&'static str],
    /// What it reports of each commit; commands that report nothing have one commit.
    lines: usize,
    /// Commands that come to what its commits come to, one after the other.
    steps: &'static [&'static [&'static str]],
}

const ADD: &[&str] = &["add", "news", "--seen-field", "seen", "--format", "jsonl", "--replace"];

const CASES: [Case; 8] = [
    Case {
        // Merges segments behind its first commit and its third.
        arguments: &["add", "news", "all.jsonl", "--batch", "4"],
        lines: 4,
        steps: &[&["1.jsonl"], &["2.jsonl"], &["3.jsonl"]],
    },
    Case { arguments: &["remove", "news", "a1", "a2", "a7"], lines: 0, steps: &[] },
    Case { arguments: &["compact", "news"], lines: 0, steps: &[] },
    Case { arguments: &["kill", "news", "a0", "--note", "wrong"], lines: 0, steps: &[] },
    Case { arguments: &["flag", "news", "1", "confirm"], lines: 0, steps: &[] },
    Case { arguments: &["rules", "news", "--set", "more.toml"], lines: 0, steps: &[] },
    Case { arguments: &["flag", "news", "2", "dismiss"], lines: 0, steps: &[] },
    Case { arguments: &["expire", "news", "--before", "1970-01-02"], lines: 0, steps: &[] },
];

fn archive(at: &Path, arguments: &[&str]) -> crate::command::Done {
    let mut command = retold();
    command.current_dir(at).arg("archive");
    run(command.args(arguments))
}

/// The whole command of a case.
fn command(at: &Path, arguments: &[&str]) -> std::process::Command {
    let mut command = retold();
    command.current_dir(at).arg("archive");
    match arguments {
        ["add", "news", rest @ ..] => command.args(ADD).args(rest),
        others => command.args(others),
    };
    command
}

/// An archive with flags, versions, a withdrawal and several segments; and articles to add.
fn newsroom() -> TempDir {
    let files = tempfile::tempdir().expect("a folder");
    let text = |n: usize| match n % 3 {
        2 => format!("{} {}", article(n / 2), article(n / 3)),
        _ => article(n),
    };
    let line = |n: usize, id: usize| {
        json!({"id": format!("a{id}"), "text": text(n), "seen": n * 3600}).to_string() + "\n"
    };
    let put = |name: &str, lines: String| {
        fs::write(files.path().join(name), lines).expect("written");
    };
    put("rules.toml", "[[rule]]\nname = 'all'\n".to_owned());
    put("more.toml", "[[rule]]\nname = 'rewrites'\nrelations = ['rewrite']\n".to_owned());
    put("before.jsonl", (0..24).map(|n| line(n, n)).collect());
    // Some of them are new versions.
    let lines: Vec<_> = (24..36).map(|n| line(n, if n % 5 == 0 { n / 2 } else { n })).collect();
    put("all.jsonl", lines.concat());
    for (at, batch) in lines.chunks(4).enumerate() {
        put(&format!("{}.jsonl", at + 1), batch.concat());
    }
    let done = archive(
        files.path(),
        &["create", "news", "--span", "1", "--rules", "rules.toml", "--articles", "1000"],
    );
    assert_eq!(done.status, 0, "{}", done.err);
    let add = ["add", "news", "before.jsonl", "--batch", "7", "--seen-field", "seen"];
    assert_eq!(archive(files.path(), &add).status, 0);
    assert_eq!(archive(files.path(), &["kill", "news", "a3"]).status, 0);
    // Left by another that was killed: whoever writes next clears it up.
    fs::write(files.path().join("news/segments/00000000000000ff.seg"), "RETOLDSG").expect("left");
    files
}

fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().expect("a folder");
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        fs::create_dir_all(to.path().join(&folder)).expect("made");
        for entry in fs::read_dir(from.join(&folder)).expect("a folder") {
            let name = folder.join(entry.expect("an entry").file_name());
            if from.join(&name).is_dir() {
                folders.push(name);
            } else {
                fs::copy(from.join(&name), to.path().join(&name)).expect("copied");
            }
        }
    }
    to
}

/// What the archive may hold while a case is under way: before it, and after each of its commits.
fn states(case: &Case, newsroom: &Path) -> Vec<Held> {
    let at = copy(newsroom);
    let mut states = vec![Held::by(&at.path().join("news"))];
    let all = [case.arguments];
    let steps = if case.steps.is_empty() { &all[..] } else { case.steps };
    for step in steps {
        let step =
            if case.steps.is_empty() { step.to_vec() } else { [&["add", "news"], *step].concat() };
        let done = run(&mut command(at.path(), &step));
        assert!(done.status < 2, "{step:?}: {}", done.err);
        states.push(Held::by(&at.path().join("news")));
    }
    states
}

/// Each how many-th call is tried.
fn stride() -> usize {
    if std::env::var_os("RETOLD_SOAK").is_some() { 1 } else { 23 }
}

/// Whether a call is tried: each how many-th, and always the one that makes a commit durable.
fn is_tried((number, call): (usize, &str), fate: Fate) -> bool {
    let commits = call.contains("sync") && call.ends_with("archive.db-wal");
    number.is_multiple_of(stride()) || commits && matches!(fate, Fate::Fails(_))
}

/// Tries a case at its calls; gives how often its fate came, and how many calls it has. Nothing if
/// the system does not let one process look at another.
fn try_at_calls(case: &Case, fate: Fate) -> Option<(usize, usize)> {
    let newsroom = newsroom();
    let states = states(case, newsroom.path());
    let undisturbed = copy(newsroom.path());
    let command_at = |at: &Path| command(at, case.arguments);
    let calls =
        run_to(&command_at(undisturbed.path()), usize::MAX, fate).expect("it is run")?.calls;
    let whole = fs::read_to_string(undisturbed.path().join("reported")).expect("there");
    let mut tried = 0;
    for (call, name) in calls.iter().enumerate() {
        if !is_tried((call, name), fate) {
            continue;
        }
        let at = copy(newsroom.path());
        let ended = run_to(&command_at(at.path()), call, fate).expect("it is run")?;
        // With other threads, its calls may come in another order, and one more or less.
        tried += usize::from(!ended.call.is_empty());
        let said = format!("{:?} at call {call}, {}", case.arguments, ended.call);
        check(case, (at.path(), &ended), &states, (&whole, &said));
    }
    Some((tried, calls.len()))
}

fn check(case: &Case, (at, ended): (&Path, &Ended), states: &[Held], (whole, said): (&str, &str)) {
    let held = Held::by(&at.join("news"));
    let Some(state) = states.iter().rposition(|state| *state == held) else {
        panic!("{said}: it holds something else: {held:?}");
    };
    let reported = fs::read_to_string(at.join("reported")).expect("there");
    if case.lines > 0 {
        let lines = reported.rfind('\n').map_or("", |end| &reported[..=end]);
        assert!(whole.starts_with(lines), "{said}: it reports something else");
        // Of what fails later on, some may be there and not be reported.
        let commits = lines.lines().count().div_ceil(case.lines);
        assert!(commits <= state, "{said}: {commits} commits were reported, {state} are there");
    }
    if ended.status == Some(0) {
        assert_eq!(state + 1, states.len(), "{said}: it said that all is well");
    }
    // Usable: the same again comes to the end.
    let again = run(&mut command(at, case.arguments));
    assert!(again.status < 2, "{said}: {}", again.err);
}

#[test]
fn a_kill_at_any_call_leaves_what_was_reported() {
    let mut all = 0;
    for case in &CASES {
        let Some((kills, calls)) = try_at_calls(case, Fate::Killed) else {
            println!("skipped: this system lets no process look at another's system calls");
            return;
        };
        println!("{kills} kills at {calls} calls of {:?}", case.arguments);
        all += kills;
    }
    assert!(all >= 20, "only {all} kills");
}

#[test]
fn a_disk_that_fails_at_any_call_leaves_what_was_reported() {
    let mut all = 0;
    for case in &CASES {
        for error in [Errno::ENOSPC, Errno::EIO] {
            let Some((failures, calls)) = try_at_calls(case, Fate::Fails(error)) else {
                println!("skipped: this system lets no process look at another's system calls");
                return;
            };
            println!("{failures} times {error} at {calls} calls of {:?}", case.arguments);
            all += failures;
        }
    }
    assert!(all >= 40, "only {all} failures");
}

#[test]
fn an_archive_that_was_not_made_to_the_end_can_be_made_again() {
    let files = tempfile::tempdir().expect("a folder");
    let rules = files.path().join("rules.toml");
    fs::write(&rules, "[[rule]]\nname = 'all'\n").expect("written");
    let create = ["create", "news", "--rules", "rules.toml"];
    for call in (0..).step_by(stride().min(5)) {
        let at = copy(files.path());
        let ended = run_to(&command(at.path(), &create), call, Fate::Killed).expect("it is run");
        let Some(ended) = ended else { return };
        let again = archive(at.path(), &create);
        let is_there = again.err.contains("there is something already");
        assert!(again.status == 0 || is_there, "call {call}, {}: {}", ended.call, again.err);
        let held = Held::by(&at.path().join("news"));
        assert_eq!((held.articles.len(), held.rules), (0, 1), "call {call}, {}", ended.call);
        if ended.call.is_empty() {
            assert!(call > 10, "only {call} calls");
            return;
        }
    }
}
