//! Runs that are told to stop at any moment: they return an error that says so, and leave nothing
//! behind but what a later run can go on from.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use retold::engine::{Stage, Watch};
use retold::{Cancel, Config, Engine};
use retold_corpus::{Corpus, Input, ReadOptions};
use retold_pipeline::dedup::{Corpora, Dedup, Job, Keep, Leftover, Method, Output};
use retold_pipeline::evaluate::Judge;
use retold_pipeline::pairs::PairList;
use retold_pipeline::run::Started;
use retold_pipeline::scan::Scan;
use retold_pipeline::truth::Labels;
use retold_pipeline::{Error, Memory, Progress, Resources, Settings, compare::Compared};
use tempfile::TempDir;

/// Tells the run to stop when it is told of progress for the n-th time.
struct StopsAt {
    cancel: Cancel,
    calls: AtomicUsize,
    last: usize,
}

impl StopsAt {
    fn call(last: usize) -> Self {
        Self { cancel: Cancel::new(), calls: AtomicUsize::new(0), last }
    }

    fn count(&self) {
        if self.calls.fetch_add(1, Ordering::Relaxed) == self.last {
            self.cancel.cancel();
        }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

impl Watch for StopsAt {
    fn begin(&self, _: Stage, _: u64) {
        self.count();
    }

    fn advance(&self, _: u64) {
        self.count();
    }

    fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }
}

impl Progress for StopsAt {
    fn begin_open(&self, _: &str) {
        self.count();
    }

    fn begin_steps(&self, _: &str, _: u64) {
        self.count();
    }
}

/// An article, much of which one with the next number has too.
fn article(number: usize) -> String {
    let sentence = |seed: usize| -> String {
        let word = |at: usize| (seed * 7919 + at * at * 104_729) % 3001;
        (0..14).map(|at| format!("w{}x ", word(at))).collect()
    };
    (0..8).map(|of| sentence(number / 2 * 5 + of) + ".\n").collect()
}

/// A folder with articles in files of several kinds, one for temporary files, and settings of
/// little memory.
struct Place {
    folder: TempDir,
    settings: Settings,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        fs::create_dir_all(at.join("in")).expect("made");
        fs::create_dir_all(at.join("temp")).expect("made");
        let mut lines = fs::File::create(at.join("in/a.jsonl")).expect("made");
        for number in 0..150 {
            let text = article(number % 120);
            let line = serde_json::json!({ "id": format!("a{number}"), "text": text });
            writeln!(lines, "{line}").expect("written");
        }
        for number in 0..20 {
            fs::write(at.join(format!("in/b{number}.txt")), article(number * 3)).expect("written");
        }
        let resources =
            Resources::default().memory(Memory::Usual(1 << 20)).threads(2).temp(at.join("temp"));
        let reading = ReadOptions::default();
        let settings = Settings::new(reading, Config::default(), 0.7, resources);
        Self { folder, settings }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn inputs(&self) -> [Input; 1] {
        [Input::parse(self.path("in").as_os_str())]
    }

    fn corpus(&self) -> Corpus {
        Corpus::find(&self.inputs(), self.settings.reading.clone())
    }

    fn is_clean(&self) -> bool {
        let left = fs::read_dir(self.path("temp")).expect("a folder").count();
        let mut names: Vec<_> = fs::read_dir(self.folder.path())
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        names.sort();
        left == 0 && names == ["in", "temp"]
    }
}

fn is_cancelled<T>(done: &anyhow::Result<T>) -> bool {
    let is_of = |error: &anyhow::Error| {
        error.chain().any(|cause| {
            cause.is::<retold::Cancelled>()
                || matches!(cause.downcast_ref(), Some(Error::Cancelled(_)))
        })
    };
    done.as_ref().is_err_and(is_of)
}

/// Runs it to the end, then stops it at some fifteen of the moments that it has told of.
fn stop_everywhere<T>(run: impl Fn(&StopsAt) -> anyhow::Result<T>, then: impl Fn(bool)) {
    let whole = StopsAt::call(usize::MAX);
    run(&whole).expect("nobody stops it");
    then(false);
    let calls = whole.calls();
    assert!(calls > 5, "{calls}");
    // The last call may be one behind which nothing is left to do.
    for last in (0..calls - 1).step_by((calls / 15).max(1)) {
        let done = run(&StopsAt::call(last));
        assert!(is_cancelled(&done), "at {last} of {calls}: {:?}", done.err());
        then(true);
    }
}

#[test]
fn a_scan_stops_at_any_moment() {
    let place = Place::new();
    stop_everywhere(
        |progress| Scan::of(&place.corpus(), &place.settings, progress),
        |_| assert!(place.is_clean()),
    );
}

#[test]
fn an_evaluation_stops_at_any_moment() {
    let place = Place::new();
    let truth = place.path("in/truth");
    for lines in [
        "{\"a\":\"a0\",\"b\":\"a1\"}\n",
        "{\"a\":\"a0\",\"b\":\"a1\"}\n{\"a\":\"a0\",\"b\":\"a9\",\"label\":0}\n",
    ] {
        fs::write(&truth, lines).expect("written");
        let labels = Labels::read(&truth).expect("a truth");
        let corpus = place.corpus();
        let judge = |progress: &StopsAt| {
            Judge { corpus: &corpus, settings: &place.settings, progress }.judge(&labels)
        };
        let whole = StopsAt::call(usize::MAX);
        judge(&whole).expect("nobody stops it");
        for last in 0..whole.calls() - 1 {
            assert!(is_cancelled(&judge(&StopsAt::call(last))), "at {last}");
        }
        assert!(place.is_clean());
    }
}

#[test]
fn pairs_of_a_list_stop_at_any_moment() {
    let place = Place::new();
    let list = place.path("in/list");
    let lines = (0..100).map(|n| format!("{{\"a\":\"a{n}\",\"b\":\"a{}\"}}\n", n + 1));
    fs::write(&list, lines.collect::<String>()).expect("written");
    let engine = Engine::new(Config::default().held_bytes(1 << 18)).expect("defaults");
    stop_everywhere(
        |progress| {
            let list = PairList::read(&list)?.load(&place.corpus(), &place.settings, progress)?;
            list.ready().compare::<anyhow::Error>(&engine, progress, |_| Ok(()))
        },
        |_| assert!(place.is_clean()),
    );
}

#[test]
fn two_files_are_not_compared_after_all() {
    let place = Place::new();
    let names = ["in/b1.txt", "in/b2.txt"].map(|name| place.path(name));
    let find =
        |name: &PathBuf| Corpus::find(&[Input::parse(name.as_os_str())], ReadOptions::default());
    let compared = |cancel: &Cancel| {
        let found = names.each_ref().map(|name| (OsStr::new("a file"), find(name)));
        let engine = Engine::new(Config::default()).expect("defaults");
        Compared::of(found, &engine, &place.settings, cancel)
    };
    assert!(compared(&Cancel::new()).is_ok());
    let told = Cancel::new();
    told.cancel();
    assert!(is_cancelled(&compared(&told)));
}

/// What is below a folder, but for what says how long it took.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("summary.json") {
                files.insert(path.clone(), fs::read(&path).expect("readable"));
            }
        }
    }
    files
}

fn dedup(
    place: &Place,
    (method, leftover): (Method, Leftover),
    progress: &StopsAt,
) -> anyhow::Result<()> {
    let folder = place.path("out");
    let reading = &place.settings.reading;
    let corpora = Corpora::find([&[], &place.inputs()], reading, Some(&folder));
    let asked_for = Dedup {
        method,
        keep: Keep::First,
        output: Some(Output { folder, leftover }),
        settings: place.settings.clone(),
        options: Vec::new(),
        files: Vec::new(),
    };
    let started = Started::now("dedup");
    let mut job = Job::begin(asked_for, &started, progress, &mut |_| Ok(()))?;
    let done = job.run(corpora, &mut |_| Ok(()))?;
    job.finish(&done)?;
    Ok(())
}

#[test]
fn a_deduplication_stops_at_any_moment_and_goes_on_from_there() {
    for method in [Method::NearDuplicates, Method::Rewrites] {
        let place = Place::new();
        let (out, partial) = (place.path("out"), place.path("out.partial"));
        let whole = StopsAt::call(usize::MAX);
        dedup(&place, (method, Leftover::Remove), &whole).expect("nobody stops it");
        let expected = tree(&out);
        let calls = whole.calls();
        assert!(calls > 5, "{calls}");
        for last in (0..calls).step_by((calls / 8).max(1)) {
            fs::remove_dir_all(&out).expect("finished");
            let stopped = dedup(&place, (method, Leftover::Remove), &StopsAt::call(last));
            assert!(is_cancelled(&stopped), "at {last} of {calls}: {:?}", stopped.err());
            assert!(!out.exists() && partial.exists(), "nothing looks finished");
            assert_eq!(fs::read_dir(place.path("temp")).expect("a folder").count(), 0);
            let resumed = StopsAt::call(usize::MAX);
            dedup(&place, (method, Leftover::Resume), &resumed).expect("nobody stops it");
            assert!(!partial.exists() && tree(&out) == expected, "at {last} of {calls}");
        }
    }
}
