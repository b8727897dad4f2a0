//! The run manifest: options and inputs of a run. A later run may resume it only if they are the
//! same.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use retold_corpus::Corpus;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::disk::{self, cannot_write};
use crate::error::Difference;

/// Raised when the files that a later run resumes from, or what is computed from them, change.
const VERSION: u32 = 3;

/// Settings and inputs of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunManifest {
    head: Head,
    inputs: Vec<InputState>,
}

/// The first line of the record; the inputs follow, one a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    version: u32,
    retold: String,
    /// Batch size in bytes, by which positions are counted.
    batch_bytes: usize,
    /// All options that influence the outcome.
    options: BTreeMap<String, String>,
}

/// State of a file when the run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputState {
    /// Its path; `-` is the standard input.
    pub path: String,
    /// Its length; `None` if it does not exist.
    pub bytes: Option<u64>,
    /// Time of the last change in nanoseconds since 1970; for the standard input a hash of its
    /// content.
    pub modified: Option<u128>,
}

impl InputState {
    /// The current state of a file.
    pub fn of(path: &Path) -> Self {
        let metadata = fs::metadata(path).ok();
        let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).ok();
        Self {
            path: path.display().to_string(),
            bytes: metadata.as_ref().map(fs::Metadata::len),
            modified: metadata
                .and_then(|of| of.modified().ok())
                .and_then(since)
                .map(|since| since.as_nanos()),
        }
    }

    /// The current states of the files of a corpus; `stdin` is that of the standard input.
    pub fn of_all(corpus: &Corpus, stdin: Option<&Self>) -> Vec<Self> {
        let state = |path: &Option<PathBuf>| match (path, stdin) {
            (Some(path), _) => Self::of(path),
            (None, Some(stdin)) => stdin.clone(),
            (None, None) => Self { path: "-".to_owned(), bytes: None, modified: None },
        };
        corpus.sources().iter().map(|source| state(&source.path)).collect()
    }
}

impl RunManifest {
    /// The manifest of this run.
    pub fn new(
        batch_bytes: usize,
        options: impl IntoIterator<Item = (String, String)>,
        inputs: Vec<InputState>,
    ) -> Self {
        let retold = env!("CARGO_PKG_VERSION").to_owned();
        let options = options.into_iter().collect();
        Self { head: Head { version: VERSION, retold, batch_bytes, options }, inputs }
    }

    /// Writes the manifest.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let written = disk::replace(path, &path.with_extension("new"), |out| {
            serde_json::to_writer(&mut *out, &self.head)?;
            for input in &self.inputs {
                out.write_all(b"\n")?;
                serde_json::to_writer(&mut *out, input)?;
            }
            Ok(())
        });
        written.with_context(|| cannot_write(path))
    }

    /// The batch size of the run with this manifest; `None` if that cannot be read.
    pub fn batch_bytes(path: &Path) -> Option<usize> {
        let mut line = String::new();
        BufReader::new(File::open(path).ok()?).read_line(&mut line).ok()?;
        serde_json::from_str::<Head>(&line).ok().map(|head| head.batch_bytes)
    }

    /// Fails with the first difference from the run with this manifest.
    pub fn check(&self, path: &Path) -> Result<(), Error> {
        let found = Self::read(path).ok_or(Error::DamagedRecord)?;
        self.difference(&found).map_or(Ok(()), |difference| Err(Error::OtherRun(difference)))
    }

    fn read(path: &Path) -> Option<Self> {
        let mut lines = BufReader::new(File::open(path).ok()?).lines();
        let head = serde_json::from_str(&lines.next()?.ok()?).ok()?;
        let inputs =
            lines.map(|line| serde_json::from_str(&line.ok()?).ok()).collect::<Option<_>>();
        Some(Self { head, inputs: inputs? })
    }

    /// The first difference from an earlier run.
    fn difference(&self, before: &Self) -> Option<Difference> {
        let (head, old) = (&self.head, &before.head);
        if (head.version, &head.retold) != (old.version, &old.retold) {
            let [was, is] = [old, head].map(|head| head.retold.clone());
            return Some(Difference::Version { was, is });
        }
        let names = head.options.keys().chain(old.options.keys());
        for name in names {
            let [was, is] = [old, head].map(|head| head.options.get(name).map(String::as_str));
            if was != is {
                let [was, is] = [was, is].map(|value| value.unwrap_or("not given").to_owned());
                return Some(Difference::Setting { name: name.clone(), was, is });
            }
        }
        self.other_input(before).map(Difference::Input)
    }

    fn other_input(&self, before: &Self) -> Option<String> {
        for (is, was) in self.inputs.iter().zip(&before.inputs) {
            if is.path != was.path {
                return Some(format!("it read {} where this one reads {}", was.path, is.path));
            }
            if is != was {
                return Some(format!("{} has changed since", was.path));
            }
        }
        let count = before.inputs.len();
        match self.inputs.get(count).or(before.inputs.get(self.inputs.len())) {
            Some(input) if self.inputs.len() > count => {
                Some(format!("it did not read {}", input.path))
            }
            Some(input) => Some(format!("it also read {}", input.path)),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(jaccard: &str, inputs: &[(&str, u64)]) -> RunManifest {
        let input = |(path, bytes): &(&str, u64)| InputState {
            path: (*path).to_owned(),
            bytes: Some(*bytes),
            modified: Some(1_700_000_000_123_456_789),
        };
        let options = [("jaccard".to_owned(), jaccard.to_owned())];
        RunManifest::new(100, options, inputs.iter().map(input).collect())
    }

    #[test]
    fn what_differs_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("terms");
        let run = manifest("0.7", &[("a", 1), ("b", 2)]);
        run.write(&path).expect("written");
        run.check(&path).expect("the same");
        assert_eq!(RunManifest::batch_bytes(&path), Some(100));
        for (other, difference) in [
            (manifest("0.8", &[("a", 1), ("b", 2)]), "jaccard was 0.7 and is 0.8"),
            (manifest("0.7", &[("a", 1), ("b", 3)]), "b has changed since"),
            (manifest("0.7", &[("a", 1), ("c", 2)]), "it read b where this one reads c"),
            (manifest("0.7", &[("a", 1)]), "it also read b"),
            (manifest("0.7", &[("a", 1), ("b", 2), ("c", 3)]), "it did not read c"),
        ] {
            let error = other.check(&path).expect_err(difference).to_string();
            assert!(error.contains(difference), "{error}");
        }
        fs::write(&path, "{").expect("written");
        assert!(run.check(&path).expect_err("damaged").to_string().contains("damaged"));
        assert_eq!(RunManifest::batch_bytes(&path), None);
    }

    #[test]
    fn a_file_that_is_written_to_is_another() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let before = InputState::of(file.path());
        assert_eq!(before, InputState::of(file.path()));
        fs::write(file.path(), "more").expect("written");
        assert_ne!(before, InputState::of(file.path()));
        assert_eq!(InputState::of(&file.path().join("none")).bytes, None);
    }
}
