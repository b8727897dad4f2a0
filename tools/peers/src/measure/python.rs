//! The engines that run in Python, in an environment of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::engines::Found;
use super::{Job, Shape};

const PROGRAM: &str = include_str!("engine.py");

/// Packages from the Python package index.
const PACKAGES: [&str; 2] = ["datasketch", "rensa"];

/// Makes the environment, unless it is there, and says which versions it has.
pub fn prepare(folder: &Path) -> anyhow::Result<String> {
    let python = interpreter(folder);
    if !python.exists() {
        succeed(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
    let list = succeed(Command::new(&python).args(["-m", "pip", "list", "--format=freeze"]))?;
    let is_ours = |line: &&str| PACKAGES.iter().any(|name| line.starts_with(name));
    Ok(list.lines().filter(is_ours).collect::<Vec<_>>().join(", "))
}

#[derive(Deserialize)]
struct Report {
    sign: f64,
    candidates: f64,
    peak_bytes: u64,
}

/// Runs one engine; also gives the most memory that its process had, in bytes.
pub fn run(name: &str, job: &Job) -> anyhow::Result<(Found, u64)> {
    let folder = tempfile::tempdir()?;
    let (program, pairs) = (folder.path().join("engine.py"), folder.path().join("pairs"));
    std::fs::write(&program, PROGRAM)?;
    let Shape { ngram, bands, rows } = job.shape;
    let report = succeed(
        Command::new(interpreter(&job.venv))
            .arg(&program)
            .arg(name)
            .arg(&job.input)
            .args([job.docs, ngram, bands, rows].map(|number| number.to_string()))
            .arg(&pairs)
            // One thread, like the others.
            .envs(
                ["RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]
                    .map(|of| (of, "1")),
            ),
    )?;
    let Report { sign, candidates, peak_bytes } = serde_json::from_str(&report)?;
    let bytes = std::fs::read(&pairs)?;
    let numbers = bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_ne_bytes(*bytes));
    let numbers: Vec<u32> = numbers.collect();
    let pairs = numbers.as_chunks::<2>().0.iter().map(|&[a, b]| (a, b)).collect();
    Ok((Found { pairs, sign, candidates }, peak_bytes))
}

fn interpreter(folder: &Path) -> PathBuf {
    folder.join("bin").join("python")
}

fn succeed(command: &mut Command) -> anyhow::Result<String> {
    let shown = format!("{command:?}");
    let output = command.output().with_context(|| format!("cannot run {shown}"))?;
    ensure!(
        output.status.success(),
        "{shown} failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8(output.stdout)?)
}
