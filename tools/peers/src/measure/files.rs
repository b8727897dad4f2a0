//! Whole processes, from a file of texts to what is kept of them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

use super::exact::{Scored, WANTED};
use super::job::{self, Shape};
use super::python::{self, Packages, succeed};

const PROGRAM: &str = include_str!("pipelines.py");

/// text-dedup asks for Spark, TensorFlow's relatives and the like, of which its MinHash needs
/// nothing: it is installed alone, with what that imports.
const TEXT_DEDUP: [Packages; 2] = [
    &["--no-deps", "text-dedup"],
    &[
        "bitarray",
        "click<9",
        "click-option-group<0.6",
        "datasets",
        "ftfy",
        "numpy",
        "psutil",
        "regex",
        "rich<14",
        "scipy",
        "tqdm",
        "xxhash",
    ],
];

/// With what its reader of JSON Lines and its tokeniser for English need.
const DATATROVE: [Packages; 1] = [&["datatrove[io]", "regex", "spacy", "tokenizers", "xxhash<4"]];

/// Its default encoder is a download: it runs with one that is at hand.
const SEMHASH: [Packages; 1] = [&["semhash"]];

/// A process that reads a file and decides what of it to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// The command, on one thread.
    Retold,
    /// The command, on all threads.
    RetoldParallel,
    /// This program: gaoya has no command of its own.
    Gaoya,
    /// A Python program: datasketch has no command of its own.
    Datasketch,
    /// The same for rensa.
    Rensa,
    /// The command of text-dedup.
    TextDedup,
    /// The pipeline of datatrove.
    Datatrove,
    /// A Python program that runs semhash with a model that is at hand.
    Semhash,
}

impl Process {
    /// What it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Retold => "retold dedup, one thread",
            Self::RetoldParallel => "retold dedup, all threads",
            Self::Gaoya => "gaoya",
            Self::Datasketch => "datasketch",
            Self::Rensa => "rensa",
            Self::TextDedup => "text-dedup",
            Self::Datatrove => "datatrove",
            Self::Semhash => "semhash",
        }
    }

    /// What is done from start to end.
    pub fn does(self) -> &'static str {
        match self {
            Self::Retold | Self::RetoldParallel => {
                "reads, verifies every pair, writes what is kept and why the rest is not"
            }
            Self::Gaoya | Self::Datasketch | Self::Rensa => "reads, writes pairs of numbers",
            Self::TextDedup | Self::Datatrove | Self::Semhash => "reads, writes what is kept",
        }
    }

    /// Whether it needs packages of Python, which may be missing.
    pub fn is_python(self) -> bool {
        !matches!(self, Self::Retold | Self::RetoldParallel | Self::Gaoya)
    }

    /// Installs what it needs.
    pub fn prepare(self, venv: &Path) -> anyhow::Result<()> {
        let packages: &[Packages] = match self {
            Self::Retold | Self::RetoldParallel | Self::Gaoya => &[],
            Self::Datasketch | Self::Rensa => &[python::SKETCHES],
            Self::TextDedup => &TEXT_DEDUP,
            Self::Datatrove => &DATATROVE,
            Self::Semhash => &SEMHASH,
        };
        packages.iter().try_for_each(|packages| python::prepare(venv, packages))
    }
}

/// What all processes get.
#[derive(Debug)]
pub struct Setting<'s> {
    /// JSON Lines with `id`, the number of the text, and `text`.
    pub corpus: &'s Path,
    /// How many texts there are.
    pub texts: usize,
    /// n-grams, bands and rows.
    pub shape: Shape,
    /// The command `retold`.
    pub command: &'s Path,
    /// The environment of those that run in Python.
    pub venv: &'s Path,
    /// A folder with a model2vec model, for semhash.
    pub model: Option<&'s Path>,
}

/// What one process took, and what it dropped.
#[derive(Debug)]
pub struct Decided {
    /// From its start to its end.
    pub seconds: f64,
    /// The numbers of the texts that are not kept.
    pub dropped: HashSet<u32>,
}

#[derive(Deserialize)]
struct DroppedRecord {
    id: u32,
}

impl Setting<'_> {
    /// Runs a process once. What it decided is read after the clock has stopped.
    pub fn run(&self, process: Process) -> anyhow::Result<Decided> {
        let folder = tempfile::tempdir()?;
        let folder = folder.path();
        match process {
            Process::Retold => self.retold(folder, Some("1")),
            Process::RetoldParallel => self.retold(folder, None),
            Process::Gaoya | Process::Datasketch | Process::Rensa => {
                self.pairs(folder, process.name())
            }
            Process::TextDedup | Process::Datatrove | Process::Semhash => {
                self.pipeline(folder, process.name())
            }
        }
    }

    fn retold(&self, folder: &Path, threads: Option<&str>) -> anyhow::Result<Decided> {
        let output = folder.join("clean");
        let mut command = Command::new(self.command);
        let Shape { ngram, bands, rows } = self.shape;
        command.args(["dedup", "--no-config", "--quiet", "--keep", "first"]).arg(self.corpus);
        command.arg("--output").arg(&output).args(["--jaccard", &WANTED.to_string()]);
        command.args(["--ngram", &ngram.to_string(), "--lanes", &(bands * rows).to_string()]);
        command.args(threads.map(|threads| ["--threads", threads]).into_iter().flatten());
        let clock = Instant::now();
        let ended = command.output().with_context(|| {
            format!("cannot run {}; build it with `cargo build --release`", self.command.display())
        })?;
        let seconds = clock.elapsed().as_secs_f64();
        // 1 says that there was nothing to drop.
        let said = String::from_utf8_lossy(&ended.stderr);
        ensure!(matches!(ended.status.code(), Some(0 | 1)), "{command:?} failed: {said}");
        let records = fs::read_to_string(output.join("dropped.jsonl"))?;
        let id = |line: &str| Ok(serde_json::from_str::<DroppedRecord>(line)?.id);
        let dropped = records.lines().map(id).collect::<anyhow::Result<_>>()?;
        Ok(Decided { seconds, dropped })
    }

    /// Engines that only give pairs: a text that is paired with an earlier one that is kept is not.
    fn pairs(&self, folder: &Path, engine: &str) -> anyhow::Result<Decided> {
        let pairs = folder.join("pairs");
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["run", "--engine", engine, "--words", "own", "--corpus"]).arg(self.corpus);
        command.arg("--pairs").arg(&pairs).arg("--venv").arg(self.venv);
        command.args(self.shape.options());
        let clock = Instant::now();
        succeed(&mut command)?;
        let seconds = clock.elapsed().as_secs_f64();
        Ok(Decided { seconds, dropped: first_kept(job::read_pairs(&pairs)?) })
    }

    fn pipeline(&self, folder: &Path, name: &str) -> anyhow::Result<Decided> {
        let (program, output) = (folder.join("pipelines.py"), folder.join("output"));
        fs::write(&program, PROGRAM)?;
        fs::create_dir(&output)?;
        let Shape { ngram, bands, rows } = self.shape;
        let mut command = python::command(self.venv, &program);
        command.arg(name).arg(self.corpus).arg(&output);
        command.args([ngram, bands, rows].map(|number| number.to_string()));
        command.arg(self.model.unwrap_or(Path::new("")));
        let clock = Instant::now();
        succeed(command.current_dir(folder))?;
        let seconds = clock.elapsed().as_secs_f64();
        let mut kept = python::command(self.venv, &program);
        let kept = succeed(kept.arg(format!("{name}-kept")).arg(&output))?;
        let kept: HashSet<u32> = kept.lines().map(str::parse).collect::<Result<_, _>>()?;
        if kept.is_empty() {
            bail!("{name} kept nothing");
        }
        let dropped = (0..self.texts as u32).filter(|number| !kept.contains(number)).collect();
        Ok(Decided { seconds, dropped })
    }
}

/// What is dropped if the first of each pair is kept, unless it is dropped itself.
fn first_kept(mut pairs: Vec<(u32, u32)>) -> HashSet<u32> {
    pairs.sort_unstable_by_key(|&(a, b)| (b, a));
    let mut dropped = HashSet::new();
    for (a, b) in pairs {
        if !dropped.contains(&a) {
            dropped.insert(b);
        }
    }
    dropped
}

/// How many of the wanted pairs have both sides left, and how many texts were dropped that are in
/// no wanted pair.
pub fn mistakes(dropped: &HashSet<u32>, wanted: &[Scored]) -> [usize; 2] {
    let both_kept = |&&((a, b), _): &&Scored| !dropped.contains(&a) && !dropped.contains(&b);
    let alike: HashSet<u32> = wanted.iter().flat_map(|&((a, b), _)| [a, b]).collect();
    [wanted.iter().filter(both_kept).count(), dropped.difference(&alike).count()]
}

/// Where `cargo build --release` puts the command, from the folder of the repository.
pub fn built_command() -> PathBuf {
    Path::new("target").join("release").join("retold")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_pair_is_kept_unless_it_is_dropped() {
        let dropped = first_kept(vec![(1, 2), (0, 1), (3, 4)]);
        assert_eq!(dropped, HashSet::from([1, 4]));
        assert!(first_kept(vec![]).is_empty());
    }

    #[test]
    fn mistakes_are_counted_against_what_is_wanted() {
        let wanted = [((0, 1), 0.8), ((2, 3), 0.9)];
        assert_eq!(mistakes(&HashSet::from([1, 5]), &wanted), [1, 1]);
        assert_eq!(mistakes(&HashSet::new(), &wanted), [2, 0]);
    }
}
