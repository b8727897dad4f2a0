//! The engines that run in Python, in an environment of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use super::job::{Job, Shape, Took};

const PROGRAM: &str = include_str!("engine.py");

/// Packages from the Python package index, with what `pip` is told about them.
pub type Packages = &'static [&'static str];

/// For texts in memory.
pub const SKETCHES: Packages = &["datasketch", "rensa"];

/// Makes the environment, unless it is there, and installs packages.
pub fn prepare(folder: &Path, packages: Packages) -> anyhow::Result<()> {
    let python = interpreter(folder);
    if !python.exists() {
        succeed(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    succeed(Command::new(&python).args(install).args(packages))?;
    Ok(())
}

/// Which versions the environment has of some packages.
pub fn versions(folder: &Path, names: &[&str]) -> anyhow::Result<String> {
    let list = ["-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"];
    let list = succeed(Command::new(interpreter(folder)).args(list))?;
    let is_wanted = |line: &&str| names.iter().any(|name| line.starts_with(&format!("{name}==")));
    Ok(list.lines().filter(is_wanted).collect::<Vec<_>>().join(", "))
}

/// Runs one engine on texts; its pairs are in the file of the job.
pub fn run(job: &Job) -> anyhow::Result<Took> {
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("engine.py");
    std::fs::write(&program, PROGRAM)?;
    let Shape { ngram, bands, rows } = job.shape;
    let words = clap::ValueEnum::to_possible_value(&job.words).context("words have names")?;
    let report = succeed(
        command(&job.venv, &program)
            .arg(&job.engine)
            .arg(&job.corpus)
            .arg(words.get_name())
            .args([ngram, bands, rows].map(|number| number.to_string()))
            .arg(&job.pairs),
    )?;
    serde_json::from_str(&report).context("what engine.py said")
}

/// A program in the environment, on one thread, which may not load anything.
pub fn command(venv: &Path, program: &Path) -> Command {
    let mut command = Command::new(interpreter(venv));
    command.arg(program);
    let threads = ["RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"];
    command.envs(threads.map(|of| (of, "1")));
    command.envs(["HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"].map(|of| (of, "1")));
    // Kernels of numpy that somebody chose for another processor would slow it down.
    command.env_remove("OPENBLAS_CORETYPE").env_remove("OPENBLAS_L2_SIZE");
    command
}

fn interpreter(folder: &Path) -> PathBuf {
    folder.join("bin").join("python")
}

/// Runs a command; its standard output, or what it said when it failed.
pub fn succeed(command: &mut Command) -> anyhow::Result<String> {
    let shown = format!("{command:?}");
    let output = command.output().with_context(|| format!("cannot run {shown}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{shown} failed: {}", said.trim());
    Ok(String::from_utf8(output.stdout)?)
}
