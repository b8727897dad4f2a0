//! Checkpoints of a deduplication: damaged, the result is the same as without them, or an error.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use retold::engine::{Stage, Watch};
use retold::{Cancel, Config};
use retold_corpus::{Input, ReadOptions};
use retold_pipeline::dedup::{Corpora, Dedup, Job, Keep, Leftover, Method, Output};
use retold_pipeline::run::Started;
use retold_pipeline::{Memory, Progress, Resources, Settings};
use tempfile::TempDir;

/// Files of a checkpoint that are damaged.
const FILES: [&str; 4] = ["journal", "terms", "fates", "finished"];

/// How far the run came that left the checkpoint, in calls of progress.
const STOPS: [usize; 4] = [2, 5, 8, 11];

/// The first byte chooses a checkpoint, the second a file of it, and the third what is done to it:
/// the rest replaces it, is appended, cuts it off, or is laid over it from somewhere.
pub fn check(bytes: &[u8]) {
    let [stop, file, how, rest @ ..] = bytes else { return };
    let run = Run::new();
    if run.dedup(Leftover::Remove, &StopsAt::call(STOPS[usize::from(*stop) % 4])).is_ok() {
        return;
    }
    let file = run.path("out.partial").join(FILES[usize::from(*file) % 4]);
    let before = fs::read(&file).unwrap_or_default();
    fs::write(&file, damaged(before, *how, rest)).expect("the folder is there");
    let resumed = run.dedup(Leftover::Resume, &StopsAt::call(usize::MAX));
    if resumed.is_ok() {
        assert_eq!(run.written(), *EXPECTED, "resumed, and another result");
    } else {
        assert!(!run.path("out").exists(), "an error, and something that looks finished");
    }
}

fn damaged(mut bytes: Vec<u8>, how: u8, with: &[u8]) -> Vec<u8> {
    let at = |place: u8| usize::from(place) * bytes.len() / 256;
    match (how % 4, with) {
        (0, with) => return with.to_vec(),
        (1, with) => bytes.extend_from_slice(with),
        (2, [place, ..]) => bytes.truncate(at(*place)),
        (_, [place, with @ ..]) => {
            let start = at(*place);
            bytes[start..].iter_mut().zip(with).for_each(|(byte, with)| *byte ^= with);
        }
        (_, []) => {}
    }
    bytes
}

/// What a run without any checkpoint writes.
static EXPECTED: LazyLock<BTreeMap<PathBuf, String>> = LazyLock::new(|| {
    let run = Run::new();
    run.dedup(Leftover::Remove, &StopsAt::call(usize::MAX)).expect("nobody stops it");
    run.written()
});

/// Some articles, with copies, and where their deduplication is written.
struct Run {
    folder: TempDir,
}

impl Run {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        fs::create_dir(folder.path().join("in")).expect("made");
        let line = |number: usize| {
            let words = (0..30).map(|at| format!("w{} ", (number / 2 * 31 + at) % 97));
            let text: String = words.collect();
            serde_json::json!({ "id": format!("a{number}"), "text": text }).to_string() + "\n"
        };
        let lines: String = (0..8).map(line).collect();
        fs::write(folder.path().join("in/a.jsonl"), lines).expect("written");
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What is below the output folder, except what says how long it took. Where the folder of the
    /// run is named, which is another each time, there is nothing.
    fn written(&self) -> BTreeMap<PathBuf, String> {
        let (out, own) = (self.path("out"), self.folder.path().to_string_lossy());
        let mut files = BTreeMap::new();
        let mut folders = vec![out.clone()];
        while let Some(at) = folders.pop() {
            for entry in fs::read_dir(&at).expect("a folder") {
                let path = entry.expect("an entry").path();
                let name = path.strip_prefix(&out).expect("it is below").to_owned();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("summary.json") {
                    let text = fs::read_to_string(&path).expect("UTF-8");
                    files.insert(name, text.replace(&*own, ""));
                }
            }
        }
        files
    }

    fn dedup(&self, leftover: Leftover, progress: &StopsAt) -> anyhow::Result<()> {
        let (folder, reading) = (self.path("out"), ReadOptions::default().threads(1));
        let inputs = [Input::Path(self.path("in"))];
        let corpora = Corpora::find([&[], &inputs], &reading, Some(&folder));
        let resources = Resources::default().memory(Memory::Usual(1 << 20)).threads(1);
        let asked_for = Dedup {
            method: Method::NearDuplicates,
            keep: Keep::First,
            output: Some(Output { folder, leftover }),
            settings: Settings::new(reading, Config::default(), 0.7, resources),
            options: Vec::new(),
            files: Vec::new(),
        };
        let started = Started::now("dedup");
        let mut job = Job::begin(asked_for, &started, progress, &mut |_| Ok(()))?;
        let done = job.run(corpora, &mut |_| Ok(()))?;
        job.finish(&done)?;
        Ok(())
    }
}

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
