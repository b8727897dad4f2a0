//! One run of one engine, in a process of its own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use super::{corpus, engines, python};

/// What all engines are asked for.
#[derive(Debug, Clone, Copy, Args, Serialize)]
pub struct Shape {
    /// Words of a shingle.
    #[arg(long, default_value_t = 3)]
    pub ngram: usize,
    /// Bands of a signature. With 4 rows, hardly a pair at a Jaccard index of 0.7 is missed.
    #[arg(long, default_value_t = 32)]
    pub bands: usize,
    /// Lanes of a band.
    #[arg(long, default_value_t = 4)]
    pub rows: usize,
}

impl Shape {
    /// The options that say it.
    pub fn options(self) -> [String; 6] {
        let [ngram, bands, rows] = [self.ngram, self.bands, self.rows].map(|of| of.to_string());
        ["--ngram".into(), ngram, "--bands".into(), bands, "--rows".into(), rows]
    }
}

/// What is a word to the peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Words {
    /// What it is to retold: peers get these words, made before the clock starts, with a space
    /// between.
    Shared,
    /// Runs of letters, digits, `'` and `_` in lower case, which they find themselves.
    Own,
}

/// One run of one engine.
#[derive(Debug, Args)]
pub struct Job {
    #[arg(long)]
    pub engine: String,
    #[arg(long)]
    pub corpus: PathBuf,
    #[arg(long)]
    pub words: Words,
    #[arg(long)]
    pub pairs: PathBuf,
    #[arg(long)]
    pub venv: PathBuf,
    #[command(flatten)]
    pub shape: Shape,
}

/// What a run says on the standard output.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Took {
    /// Seconds from texts to signatures.
    pub sign: f64,
    /// Seconds from signatures to pairs.
    pub candidates: f64,
    /// The most memory that the process had, the texts included.
    pub peak_bytes: u64,
}

impl Took {
    /// Both together.
    pub fn seconds(&self) -> f64 {
        self.sign + self.candidates
    }
}

/// Runs an engine: what it took on the standard output, what it found in the file of pairs.
pub fn run(job: &Job) -> anyhow::Result<()> {
    let took = match job.engine.as_str() {
        "datasketch" | "rensa" => python::run(job)?,
        name => {
            let texts = corpus::read_texts(&job.corpus)?;
            let found = match name {
                "retold" => engines::retold(&texts, job.shape)?,
                "gaoya" => engines::gaoya(&texts, job.shape, job.words)?,
                other => bail!("there is no engine {other}"),
            };
            write_pairs(&job.pairs, &found.pairs)?;
            let engines::Found { sign, candidates, .. } = found;
            Took { sign, candidates, peak_bytes: peak_bytes()? }
        }
    };
    println!("{}", serde_json::to_string(&took)?);
    Ok(())
}

/// Pairs as 32-bit numbers, as the Python engines write them.
fn write_pairs(path: &Path, pairs: &[(u32, u32)]) -> anyhow::Result<()> {
    let bytes: Vec<u8> =
        pairs.iter().flat_map(|&(a, b)| [a, b]).flat_map(u32::to_ne_bytes).collect();
    let written = fs::File::create(path).and_then(|mut file| file.write_all(&bytes));
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// The pairs that a run wrote, the smaller number first.
pub fn read_pairs(path: &Path) -> anyhow::Result<Vec<(u32, u32)>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let numbers = bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_ne_bytes(*bytes));
    let numbers: Vec<u32> = numbers.collect();
    Ok(numbers.as_chunks::<2>().0.iter().map(|&[a, b]| (a.min(b), a.max(b))).collect())
}

/// The most memory that this process had so far.
fn peak_bytes() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("only Linux tells peak memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_pairs_are_read_again() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("pairs");
        write_pairs(&path, &[(0, 7), (70_000, 1)])?;
        assert_eq!(read_pairs(&path)?, [(0, 7), (1, 70_000)]);
        Ok(())
    }
}
