//! Tests: whatever moment a run is ended at, and whatever the disk has lost then, the folder is
//! there whole or not at all, and a later run that resumes makes it whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use retold::Config;
use retold_corpus::{Input, ReadOptions};

use super::{Corpora, Dedup, Job, Keep, Leftover, Method, Output};
use crate::disk::replay::{Crash, Tree, failing, left, make, recorded, tree};
use crate::run::Started;
use crate::{Resources, Settings, Unwatched};

/// Articles in files that are copied, of records, of a table and compressed, with duplicates.
fn inputs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let article = |number: u32| {
        let word = |at: u32| format!("w{}", (number + 1) * 7919 % 1000 * 1000 + at);
        (0..40).map(word).collect::<Vec<_>>().join(" ")
    };
    let put = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
    };
    put("a.txt", &article(1));
    put("sub/b.txt", &article(2));
    let line = |number| format!("{{\"text\":\"{}\"}}\n", article(number));
    put("c.jsonl", &(1..6).map(line).collect::<String>());
    put("d.json", &format!("[{},{}]", line(3), line(9)));
    put("e.csv", &format!("id,text\n1,{}\n2,{}\n", article(7), article(2)));
    folder
}

/// A run from the beginning to the end.
fn run(from: &Path, root: &Path, leftover: Leftover) -> anyhow::Result<()> {
    let resources = Resources { threads: 1, ..Resources::default() };
    let settings = Settings::new(ReadOptions::default(), Config::default(), 0.7, resources);
    let folder = root.join("out");
    let inputs = [Input::Path(from.to_owned())];
    let corpora = Corpora::find([&[], &inputs], &settings.reading, Some(&folder));
    let dedup = Dedup {
        method: Method::NearDuplicates,
        keep: Keep::First,
        output: Some(Output { folder, leftover }),
        settings,
        options: Vec::new(),
        files: Vec::new(),
    };
    let started = Started::now("dedup");
    let mut job = Job::begin(dedup, &started, &Unwatched, &mut |_| Ok(()))?;
    let done = job.run(corpora, &mut |_| Ok(()))?;
    job.finish(&done).map(drop)
}

/// What is in the folder that a run wrote, without its times; nothing if there is none.
fn outcome(root: &Path) -> Option<Tree> {
    let out = root.join("out");
    let mut files = out.exists().then(|| tree(&out))?;
    let summary = files.remove(Path::new("summary.json")).flatten().expect("always there");
    let summary: serde_json::Value = serde_json::from_slice(&summary).expect("JSON");
    files.insert("kept".into(), Some(summary["kept"].to_string().into_bytes()));
    Some(files)
}

/// Nothing but the folder is there, and at most a hidden one with nothing in it but our mark.
fn nothing_else_is_left(root: &Path) {
    for (path, content) in tree(root) {
        let is_hidden = path.to_string_lossy().starts_with(".retold-");
        let holds_nothing = content.is_none_or(|content| content.len() < 100);
        assert!(path.starts_with("out") || is_hidden && holds_nothing, "{}", path.display());
    }
}

/// Goes on from what a crash has left, and says what is wrong with that or with what comes of it.
fn check(from: &Path, root: &Path, whole: &Tree) -> Result<(), String> {
    let before = outcome(root);
    if before.as_ref().is_some_and(|before| before != whole) {
        return Err("it looks finished".to_owned());
    }
    match run(from, root, Leftover::Resume) {
        Ok(()) if before.is_none() => {}
        Err(error) if before.is_some() && error.to_string().contains("is finished") => {}
        other => return Err(format!("{other:?}")),
    }
    nothing_else_is_left(root);
    (outcome(root).as_ref() == Some(whole)).then_some(()).ok_or("another outcome".to_owned())
}

/// Looks at what each crash leaves of a run in a folder that holds `before`.
fn crash_everywhere(from: &Path, before: &Tree, leftover: Leftover) {
    let root = tempfile::tempdir().expect("a folder");
    make(root.path(), before);
    let (done, operations) = recorded(|| run(from, root.path(), leftover));
    done.expect("nothing is in its way");
    let whole = outcome(root.path()).expect("it is finished");
    let all = left(root.path(), before, &operations, Crash::Nothing);
    assert_eq!(all, tree(root.path()), "nothing is written past the records");
    let mut seen = BTreeSet::new();
    for end in 0..=operations.len() {
        for crash in Crash::ALL {
            let state = left(root.path(), before, &operations[..end], crash);
            if !seen.insert(state.clone()) {
                continue;
            }
            let again = tempfile::tempdir().expect("a folder");
            make(again.path(), &state);
            if let Err(why) = check(from, again.path(), &whole) {
                let last = operations[..end].last();
                panic!("{crash:?} after {end}, {last:?}: {why}; it left {:?}", state.keys());
            }
        }
    }
    assert!(seen.len() > 20, "only {} states", seen.len());
}

/// What a run leaves that is killed when two thirds of its operations are done.
fn interrupted(from: &Path) -> Tree {
    let root = tempfile::tempdir().expect("a folder");
    let (done, operations) = recorded(|| run(from, root.path(), Leftover::Remove));
    done.expect("nothing is in its way");
    left(root.path(), &Tree::new(), &operations[..operations.len() * 2 / 3], Crash::Nothing)
}

#[test]
fn a_crash_leaves_nothing_or_all_or_what_a_later_run_goes_on_from() {
    let inputs = inputs();
    crash_everywhere(inputs.path(), &Tree::new(), Leftover::Remove);
}

#[test]
fn a_crash_of_a_run_that_goes_on_does_too() {
    let inputs = inputs();
    crash_everywhere(inputs.path(), &interrupted(inputs.path()), Leftover::Resume);
}

#[test]
fn a_crash_of_a_run_that_starts_afresh_does_too() {
    let inputs = inputs();
    crash_everywhere(inputs.path(), &interrupted(inputs.path()), Leftover::Remove);
}

#[test]
fn a_disk_that_is_full_from_any_moment_on_does_too() {
    let inputs = inputs();
    let from = inputs.path();
    let root = tempfile::tempdir().expect("a folder");
    let (done, operations) = recorded(|| run(from, root.path(), Leftover::Remove));
    done.expect("nothing is in its way");
    let whole = outcome(root.path()).expect("it is finished");
    for (at, operation) in operations.iter().enumerate() {
        let root = tempfile::tempdir().expect("a folder");
        let done = failing(at, || run(from, root.path(), Leftover::Remove));
        let is_finished = outcome(root.path()).is_some();
        assert!(done.is_err() || is_finished, "{operation:?} failed unseen");
        if let Err(why) = check(from, root.path(), &whole) {
            let left = tree(root.path());
            panic!("{operation:?} failed, {done:?}: {why}; it left {:?}", left.keys());
        }
    }
}
