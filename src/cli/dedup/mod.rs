//! `retold dedup`

mod keep;
mod pack;
#[cfg(feature = "parquet")]
mod parquet;
mod pile;
mod places;
mod plan;
mod shards;
mod summary;
mod target;

use anyhow::{Context, bail, ensure};
use retold::corpus::{Corpus, Input, RepeatedIds};
use retold::engine::dedup::Fate;

use super::args::DedupArgs;
use super::config;
use super::console::Console;
use super::exit::Exit;
use super::progress::Progress;
use super::run::Started;
use super::scan::inputs;
use super::settings::Settings;
use keep::Keep;
use pile::{Again, CHANGED, Pile};
use plan::Plan;
use shards::Shards;
use summary::{Counts, Summary};
use target::Target;

/// An error for options that were typed and would not count.
pub fn check(args: &DedupArgs) -> anyhow::Result<()> {
    if args.rewrites {
        return Ok(());
    }
    match config::first_key(&args.options.detection) {
        None => Ok(()),
        Some(name) => {
            bail!("--{name} counts with --rewrites only; near-duplicates go by --jaccard")
        }
    }
}

/// Reads the inputs twice or more: to find out what to drop, and to write the rest.
pub fn run(args: &DedupArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let started = Started::now("dedup");
    let mut settings = Settings::new(&args.options)?;
    let keep = Keep::new(&settings.keep)?;
    settings.reading.extra_field = keep.field();
    // Only duplicates of texts may be missing from what is written, not those of ids.
    settings.reading.repeated_ids = RepeatedIds::Number;
    let target = match (&args.output, args.dry_run) {
        (Some(folder), false) => Some(Target::create(folder)?),
        _ => None,
    };
    let reference: Vec<_> = args.reference.iter().map(|input| Input::parse(input)).collect();
    let pile = Pile::new(
        Corpus::find(&reference, settings.reading.clone()),
        Corpus::find(&inputs(&args.input)?, settings.reading.clone()),
    )?;
    let progress = Progress::new(console.facts.err_is_terminal && !settings.quiet);
    let plan = if args.rewrites {
        Plan::of_rewrites(&pile, &settings, &keep, &progress)?
    } else {
        Plan::of_near_duplicates(&pile, &settings, &keep, &progress)?
    };
    let written = match &target {
        Some(target) => write(&pile, &plan, target, &progress)?,
        None => plan.counts(),
    };
    pile.check_unchanged()?;
    progress.clear();
    let found = plan.fates.iter().any(|fate| *fate != Fate::Kept);
    let failures = plan.census.report.failures;
    let summary = Summary { plan: &plan, counts: &written, run: started.run(&settings), args };
    if let Some(target) = target {
        summary.write_json(&target.path("summary.json"))?;
        target.finish()?;
    }
    if !settings.quiet {
        let style = console.facts.style(settings.color, false);
        summary.show(style, console.out)?;
    }
    console.list_problems(&settings, &plan.census.report)?;
    Ok(Exit::of(found, failures))
}

/// Writes what is kept and what is dropped.
fn write(pile: &Pile, plan: &Plan, target: &Target, progress: &Progress) -> anyhow::Result<Counts> {
    let clock = std::time::Instant::now();
    let mut counts = plan.counts();
    let mut shards = Shards::new(pile.own(), target.path("kept"));
    progress.begin_steps("writing", counts.kept());
    let first = plan.census.references();
    let is_kept = |article: u32| {
        article as usize >= first && matches!(plan.fates[article as usize], Fate::Kept)
    };
    let mut written = 0;
    pile.read_again(&plan.census, &Again { wanted: &is_kept, only_raw: true }, |articles| {
        let records = &articles.batch.records;
        progress.advance(records.len() as u64);
        written += records.len() as u64;
        let heading = articles.batch.heading.as_deref();
        records.iter().try_for_each(|record| shards.write(record, heading))
    })?;
    ensure!(written == counts.kept(), CHANGED);
    shards.finish()?;
    let path = target.path("dropped.jsonl");
    plan.write_dropped(&path).with_context(|| cannot_write(&path))?;
    counts.took = clock.elapsed();
    Ok(counts)
}

fn cannot_write(path: &std::path::Path) -> String {
    format!("cannot write {}", path.display())
}
