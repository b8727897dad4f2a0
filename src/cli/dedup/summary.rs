//! What a deduplication came to.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use anstyle::Effects;
use anyhow::Context;
use retold::align::Relation;
use retold::engine::dedup::Fate;
use retold::report::printable::printable;
use retold::report::terminal::Style;
use retold::report::{Run, quantity};
use serde::Serialize;

use super::cannot_write;
use super::keep::Undated;
use super::plan::Plan;
use crate::cli::args::DedupArgs;
use crate::cli::run::peak_memory;

/// How many articles, and how much text.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Amount {
    articles: u64,
    bytes: u64,
}

/// What was kept and dropped, and how long writing took.
#[derive(Debug, Default)]
pub struct Counts {
    kept: Amount,
    dropped: BTreeMap<Relation, Amount>,
    /// How long it took.
    pub took: Duration,
}

impl Counts {
    /// Articles that are kept.
    pub fn kept(&self) -> u64 {
        self.kept.articles
    }

    /// Counts an article.
    pub fn note(&mut self, fate: &Fate, bytes: u64) {
        let amount = match fate {
            Fate::Kept => &mut self.kept,
            Fate::Dropped { relation, .. } => self.dropped.entry(*relation).or_default(),
        };
        amount.articles += 1;
        amount.bytes += bytes;
    }

    fn dropped(&self) -> Amount {
        let sum = |of: fn(&Amount) -> u64| self.dropped.values().map(of).sum();
        Amount { articles: sum(|amount| amount.articles), bytes: sum(|amount| amount.bytes) }
    }
}

/// Everything to be said of a run.
pub struct Summary<'a> {
    /// What was decided.
    pub plan: &'a Plan,
    /// What came of it.
    pub counts: &'a Counts,
    /// The run.
    pub run: Run,
    /// What was asked for.
    pub args: &'a DedupArgs,
}

#[derive(Serialize)]
struct SummaryRecord<'a> {
    schema: u32,
    version: &'a str,
    command: &'a str,
    started: &'a str,
    seconds: f64,
    options: BTreeMap<&'a str, &'a str>,
    files: u64,
    read: Amount,
    reference: Amount,
    kept: Amount,
    dropped: Amount,
    relations: BTreeMap<&'static str, u64>,
    skipped: BTreeMap<&'static str, u64>,
    repaired: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undated: Option<Undated>,
    stages: BTreeMap<&'a str, f64>,
    candidates: usize,
    peak_memory_bytes: Option<u64>,
}

impl Summary<'_> {
    /// Writes `summary.json`.
    pub fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        let write = || -> io::Result<()> {
            let mut out = BufWriter::new(File::create(path)?);
            serde_json::to_writer_pretty(&mut out, &self.record())?;
            out.write_all(b"\n")?;
            out.flush()
        };
        write().with_context(|| cannot_write(path))
    }

    fn record(&self) -> SummaryRecord<'_> {
        let Self { plan, counts, run, .. } = self;
        let reasons = |problems: &retold::corpus::Problems| {
            problems.counts().iter().map(|(reason, n)| (reason.message(), *n)).collect()
        };
        let seconds = |stage: &retold::report::Stage| stage.took.as_secs_f64();
        let mut stages: BTreeMap<_, _> =
            plan.stages.iter().map(|stage| (stage.name.as_str(), seconds(stage))).collect();
        stages.insert("write", counts.took.as_secs_f64());
        SummaryRecord {
            schema: retold::report::record::SCHEMA_VERSION,
            version: &run.version,
            command: &run.command,
            started: &run.started,
            seconds: run.elapsed.as_secs_f64(),
            options: run.options.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect(),
            files: plan.census.report.files,
            read: Amount { articles: plan.census.report.articles, bytes: plan.census.report.bytes },
            reference: Amount {
                articles: plan.census.reference.articles,
                bytes: plan.census.reference.bytes,
            },
            kept: counts.kept,
            dropped: counts.dropped(),
            relations: counts.dropped.iter().map(|(of, n)| (of.name(), n.articles)).collect(),
            skipped: reasons(&plan.census.report.skipped),
            repaired: reasons(&plan.census.report.repaired),
            undated: plan.undated,
            stages,
            candidates: plan.candidates,
            peak_memory_bytes: peak_memory(),
        }
    }

    /// Shows it to a person.
    pub fn show(&self, style: Style, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let Self { plan, counts, run, args } = self;
        let amount = |of: Amount| {
            format!("{}, {}", quantity::counted(of.articles, "article"), quantity::bytes(of.bytes))
        };
        let bold = anstyle::Style::new().effects(Effects::BOLD);
        let mut line = |label: &str, text: &str| match style.color {
            true => writeln!(out, "{bold}{label:<12}{bold:#}{text}"),
            false => writeln!(out, "{label:<12}{text}"),
        };
        let read =
            Amount { articles: plan.census.report.articles, bytes: plan.census.report.bytes };
        let files = quantity::counted(plan.census.report.files, "file");
        line("Read", &format!("{}, from {files}", amount(read)))?;
        if plan.census.reference.articles > 0 {
            let reference = Amount {
                articles: plan.census.reference.articles,
                bytes: plan.census.reference.bytes,
            };
            line("Reference", &amount(reference))?;
        }
        for (label, problems) in
            [("Skipped", &plan.census.report.skipped), ("Repaired", &plan.census.report.repaired)]
        {
            for (at, (reason, n)) in problems.counts().iter().enumerate() {
                let label = if at == 0 { label } else { "" };
                line(label, &format!("{} × {}", quantity::count(*n), reason.message()))?;
            }
        }
        let dropped = counts.dropped();
        let share = dropped.articles as f32 / read.articles.max(1) as f32;
        let verb = if args.dry_run { "Would drop" } else { "Dropped" };
        line(verb, &format!("{} ({})", amount(dropped), quantity::percent(share)))?;
        for (relation, amount) in &counts.dropped {
            line("", &format!("{:<16}{}", relation.name(), quantity::count(amount.articles)))?;
        }
        line(if args.dry_run { "Would keep" } else { "Kept" }, &amount(counts.kept))?;
        if let (Some(folder), false) = (&args.output, args.dry_run) {
            line("Written", &printable(&folder.display().to_string()))?;
        }
        let mut stages: Vec<_> = plan
            .stages
            .iter()
            .map(|stage| format!("{} {}", stage.name, quantity::duration(stage.took)))
            .collect();
        let last = if args.dry_run { "count" } else { "write" };
        stages.push(format!("{last} {}", quantity::duration(counts.took)));
        let total = quantity::duration(run.elapsed);
        line("Time", &format!("{total} ({})", stages.join(", ")))?;
        out.flush()
    }
}
