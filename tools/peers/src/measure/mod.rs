//! retold and its peers on the same texts, each run in a process of its own, in turns.

mod engines;
mod python;
mod texts;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::generate::{self, GenerateArgs};
use texts::Texts;

/// What is measured, and how often.
#[derive(Debug, Args)]
pub struct MeasureArgs {
    /// How many articles.
    #[arg(long, default_value_t = 50_000)]
    docs: usize,
    /// Articles to take instead of generated ones: JSON Lines with `id` and `text`.
    #[arg(long)]
    input: Option<PathBuf>,
    /// The planted pairs of these.
    #[arg(long, requires = "input")]
    truth: Option<PathBuf>,
    /// Where to write the figures, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Also measure datasketch and rensa, in a Python environment that is made for them.
    #[arg(long)]
    python: bool,
    /// Where that environment is.
    #[arg(long, default_value = "target/peers-python")]
    venv: PathBuf,
    /// Runs of each engine, in turns; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Words of a shingle.
    #[arg(long, default_value_t = 3)]
    ngram: usize,
    /// Bands of a signature. With 4 rows, hardly a pair at a Jaccard index of 0.7 is missed.
    #[arg(long, default_value_t = 32)]
    bands: usize,
    /// Lanes of a band.
    #[arg(long, default_value_t = 4)]
    rows: usize,
}

/// What all engines are asked for.
#[derive(Debug, Clone, Copy, Args)]
pub struct Shape {
    #[arg(long)]
    ngram: usize,
    #[arg(long)]
    bands: usize,
    #[arg(long)]
    rows: usize,
}

/// One run of one engine.
#[derive(Debug, Args)]
pub struct Job {
    #[arg(long)]
    engine: String,
    #[arg(long)]
    input: PathBuf,
    #[arg(long)]
    truth: Option<PathBuf>,
    #[arg(long)]
    docs: usize,
    #[arg(long)]
    venv: PathBuf,
    #[command(flatten)]
    shape: Shape,
}

/// What one run came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Run {
    bytes: u64,
    docs: usize,
    sign: f64,
    candidates: f64,
    pairs: usize,
    recall: BTreeMap<String, f64>,
    peak_mb: f64,
}

impl Run {
    fn seconds(&self) -> f64 {
        self.sign + self.candidates
    }

    fn mb_s(&self, seconds: f64) -> f64 {
        self.bytes as f64 / 1e6 / seconds
    }
}

/// An engine's figures.
#[derive(Debug, Serialize)]
struct Figures {
    mb_s: f64,
    docs_s: f64,
    sign_mb_s: f64,
    candidates_mb_s: f64,
    ratio: f64,
    recall: BTreeMap<String, f64>,
    pairs: usize,
    peak_mb: f64,
}

/// Measures all engines and prints a table.
pub fn run(args: &MeasureArgs) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (input, truth) = match &args.input {
        Some(input) => (input.clone(), args.truth.clone()),
        None => {
            let [output, truth] =
                ["corpus.jsonl", "truth.jsonl"].map(|name| folder.path().join(name));
            let (articles, truth) = (args.docs as u64, Some(truth));
            generate::run(&GenerateArgs {
                articles,
                output: output.clone(),
                truth: truth.clone(),
                seed: 1,
                shape: retold_generate::Shape::News,
            })?;
            (output, truth)
        }
    };
    let mut names = vec!["retold", "gaoya"];
    if args.python {
        eprintln!("{}", python::prepare(&args.venv)?);
        names.extend(["datasketch", "rensa"]);
    }
    let mut runs: BTreeMap<&str, Vec<Run>> = BTreeMap::new();
    for round in 1..=args.rounds.max(1) {
        for name in &names {
            eprintln!("round {round}: {name}");
            let mut command = Command::new(std::env::current_exe()?);
            command.args(["run", "--engine", name]).arg("--input").arg(&input);
            if let Some(truth) = &truth {
                command.arg("--truth").arg(truth);
            }
            let numbers = [args.docs, args.ngram, args.bands, args.rows];
            for (option, number) in ["--docs", "--ngram", "--bands", "--rows"].iter().zip(numbers) {
                command.arg(option).arg(number.to_string());
            }
            let output = command.arg("--venv").arg(&args.venv).output()?;
            let said = String::from_utf8_lossy(&output.stderr);
            ensure!(output.status.success(), "{name} failed: {}", said.trim());
            runs.entry(name).or_default().push(serde_json::from_slice(&output.stdout)?);
        }
    }
    let figures = figures(&names, runs);
    show(&figures);
    if let Some(path) = &args.json {
        let named: serde_json::Map<String, serde_json::Value> = figures
            .iter()
            .map(|(name, figures)| Ok(((*name).to_owned(), serde_json::to_value(figures)?)))
            .collect::<anyhow::Result<_>>()?;
        fs::write(path, serde_json::to_string_pretty(&named)? + "\n")
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// One run, in this process: figures as JSON on the standard output.
pub fn run_one(job: &Job) -> anyhow::Result<()> {
    let texts = Texts::read(&job.input, job.truth.as_deref(), job.docs)?;
    let (found, peak) = match job.engine.as_str() {
        "retold" => (engines::retold(&texts.texts, job.shape)?, peak_bytes()?),
        "gaoya" => (engines::gaoya(&texts.texts, job.shape)?, peak_bytes()?),
        "datasketch" | "rensa" => python::run(&job.engine, job)?,
        other => bail!("there is no engine {other}"),
    };
    let run = Run {
        bytes: texts.bytes(),
        docs: texts.texts.len(),
        sign: found.sign,
        candidates: found.candidates,
        pairs: found.pairs.len(),
        recall: texts.recall(&found.pairs),
        peak_mb: peak as f64 / 1e6,
    };
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

/// The most memory that this process had so far, the texts included.
fn peak_bytes() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("only Linux tells peak memory")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}

/// The medians of all runs, in the order of the engines.
fn figures<'n>(
    names: &[&'n str],
    mut runs: BTreeMap<&'n str, Vec<Run>>,
) -> Vec<(&'n str, Figures)> {
    let mut all: Vec<(&str, Figures)> = Vec::new();
    for name in names {
        let mut runs = runs.remove(name).unwrap_or_default();
        runs.sort_by(|x, y| x.seconds().total_cmp(&y.seconds()));
        let Some(run) = runs.get(runs.len() / 2) else { continue };
        let mb_s = run.mb_s(run.seconds());
        let first = all.first().map_or(mb_s, |(_, first)| first.mb_s);
        all.push((
            name,
            Figures {
                mb_s,
                docs_s: run.docs as f64 / run.seconds(),
                sign_mb_s: run.mb_s(run.sign),
                candidates_mb_s: run.mb_s(run.candidates),
                ratio: first / mb_s,
                recall: run.recall.clone(),
                pairs: run.pairs,
                peak_mb: run.peak_mb,
            },
        ));
    }
    all
}

fn show(all: &[(&str, Figures)]) {
    let kinds: Vec<&String> =
        all.first().map_or(vec![], |(_, first)| first.recall.keys().collect());
    print!(
        "| engine | MB/s | retold is | signatures MB/s | candidates MB/s | articles/s | pairs | peak MB |"
    );
    kinds.iter().for_each(|kind| print!(" recall {kind} |"));
    print!("\n|---|---|---|---|---|---|---|---|");
    kinds.iter().for_each(|_| print!("---|"));
    println!();
    for (name, of) in all {
        print!(
            "| {name} | {:.1} | {:.1} × | {:.1} | {:.1} | {:.0} | {} | {:.0} |",
            of.mb_s, of.ratio, of.sign_mb_s, of.candidates_mb_s, of.docs_s, of.pairs, of.peak_mb
        );
        kinds.iter().for_each(|kind| print!(" {:.4} |", of.recall[*kind]));
        println!();
    }
}
