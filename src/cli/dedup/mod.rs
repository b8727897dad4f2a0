//! `retold dedup`
//!
//! ```text
//! DIR.partial/terms     what was asked for: a later run may go on only if that is the same
//!             journal   what the first reading leaves behind, batch by batch
//!             fates     what becomes of each article
//!             finished  which files below `output` are
//!             output/   what becomes DIR
//!             lock, made-by-retold
//! ```

mod census;
mod dates;
mod finished;
mod journal;
mod keep;
mod pack;
#[cfg(feature = "parquet")]
mod parquet;
mod pause;
mod pile;
mod places;
mod plan;
mod shards;
mod summary;
mod target;
mod terms;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use retold::corpus::{Corpus, Input};
use retold::engine::dedup::Fate;
use retold::report::printable::printable;
use retold::report::quantity;

use super::args::DedupArgs;
use super::clash::Written;
use super::config;
use super::console::Console;
use super::exit::Exit;
use super::progress::Progress;
use super::run::Started;
use super::scan::inputs;
use super::settings::Settings;
use super::stored::Room;
use census::Census;
use finished::Finished;
use keep::{Keep, NoDates};
use pile::{Again, CHANGED, Pile};
use plan::{Plan, Planning};
use shards::Shards;
use summary::{Counts, Summary};
use target::{Leftover, Target};

pub use target::partial_of;
use terms::{InputState, Terms};

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

/// What is read.
struct Corpora {
    reference: Corpus,
    own: Corpus,
}

impl Corpora {
    /// Lists the files; not those of an interrupted run, whose folder may be within that of an input.
    fn find(args: &DedupArgs, settings: &Settings) -> anyhow::Result<Self> {
        let reference: Vec<_> = args.reference.iter().map(|input| Input::parse(input)).collect();
        let find = |inputs: &[Input]| Corpus::find(inputs, settings.reading.clone());
        let mut corpora = Self { reference: find(&reference), own: find(&inputs(&args.input)?) };
        if let Some(partial) = args.output.as_deref().and_then(target::partial_of) {
            corpora.reference.leave_out(&partial);
            corpora.own.leave_out(&partial);
        }
        Ok(corpora)
    }
}

/// A deduplication under way.
struct Job<'j> {
    args: &'j DedupArgs,
    started: Started,
    settings: Settings,
    keep: Keep,
    progress: Progress,
    /// Where to write; nothing in a dry run.
    target: Option<Target>,
}

/// Reads the inputs twice or more: to find out what to drop, and to write the rest.
pub fn run(args: &DedupArgs, written: &Written, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let started = Started::now("dedup");
    let mut settings = Settings::new(&args.options)?;
    let keep = Keep::new(&settings.keep)?;
    settings.reading.extra_field = keep.field();
    let mut corpora = Corpora::find(args, &settings)?;
    written.check_inputs(&[&corpora.reference, &corpora.own], &settings)?;
    if corpora.own.sources().is_empty() {
        // Before anything is made, or removed to start afresh.
        let report = corpora.own.read(|_| ControlFlow::Break(()));
        if report.failures > 0 {
            console.list_problems(&settings, &report)?;
            return Ok(Exit::Failed);
        }
    }
    let target = match (&args.output, args.dry_run) {
        (Some(folder), false) => Some(begin(folder, args, &settings, console)?),
        _ => None,
    };
    let known = target.as_ref().filter(|target| target.is_resumed());
    if let Some(bytes) = known.and_then(|target| Terms::batch_bytes(&target.terms())) {
        // Where an earlier reading has come is counted in its pieces.
        settings.reading.batch_bytes = bytes;
        corpora = Corpora {
            reference: corpora.reference.in_batches(bytes),
            own: corpora.own.in_batches(bytes),
        };
    }
    let progress = Progress::new(console.facts.err_is_terminal && !settings.quiet);
    let mut job = Job { args, started, settings, keep, progress, target };
    let done = job.done(corpora, console);
    job.progress.clear();
    if let (Err(_), Some(advice)) = (&done, job.target.as_ref().and_then(Target::advice)) {
        writeln!(console.err, "retold: {advice}")?;
    }
    let (plan, written) = done?;
    let Job { started, settings, keep, target, .. } = job;
    let summary = Summary { plan: &plan, counts: &written, run: started.run(&settings), args };
    if let Some(target) = target {
        target.finish()?;
    }
    if !settings.quiet {
        let style = console.facts.style(settings.color, false);
        summary.show(style, console.out)?;
    }
    let Census { report, reference, .. } = &plan.census;
    console.list_problems(&settings, reference)?;
    console.list_problems(&settings, report)?;
    let undated = plan.undated.unwrap_or_default();
    for said in keep.say_undated(undated) {
        writeln!(console.err, "retold: {}", printable(&said))?;
    }
    let failures = report.failures + reference.failures + undated.unreadable;
    Ok(Exit::of(!plan.fates.drops().is_empty(), failures))
}

/// Makes the folder to write, and says what becomes of what an earlier run has left there.
fn begin(
    folder: &Path,
    args: &DedupArgs,
    settings: &Settings,
    console: &mut Console<'_>,
) -> anyhow::Result<Target> {
    let is_left = target::is_left_over(folder);
    let leftover = if args.resume { Leftover::Resume } else { Leftover::Remove };
    let target = Target::create(folder, leftover)?;
    if is_left && !target.is_resumed() {
        let said = "retold: starting afresh; what an interrupted run has left is removed \
                    (--resume would have gone on from there)";
        console.say(settings, said)?;
    }
    Ok(target)
}

impl Job<'_> {
    /// Does all of it but to give the folder its name.
    fn done(
        &mut self,
        corpora: Corpora,
        console: &mut Console<'_>,
    ) -> anyhow::Result<(Plan, Counts)> {
        let pile = Pile::new(corpora.reference, corpora.own)?;
        let census = self.census(&pile, console)?;
        let done = self.planned_and_written(&pile, census, console);
        if done.as_ref().is_err_and(|error| error.is::<NoDates>()) {
            self.target.iter_mut().for_each(Target::is_worthless);
        }
        // What came of inputs that were written to meanwhile is of no use to anybody.
        if let Err(changed) = pile.check_unchanged() {
            self.target.iter_mut().for_each(Target::is_worthless);
            return Err(done.err().unwrap_or(changed));
        }
        done
    }

    /// What is known of the articles from an interrupted run.
    fn census(&mut self, pile: &Pile, console: &mut Console<'_>) -> anyhow::Result<Census> {
        let room = Room { bytes: self.settings.memory / 4, ..self.settings.room.clone() };
        let terms = self.terms(pile);
        let Some(target) = &mut self.target else { return Ok(Census::temporary(room)) };
        if target.is_resumed() {
            terms.check(&target.terms())?;
        } else {
            terms.write(&target.terms())?;
        }
        let path = target.state("journal");
        let (census, lost) = Census::lasting(&path, room.clone())?;
        let articles = census.journal.articles();
        if lost > 0 {
            let said = "retold: the end of what was done is damaged or cut short; \
                        that part is done again";
            console.say(&self.settings, said)?;
        }
        if target.is_resumed() {
            let said = format!("retold: going on behind {articles} articles that were read");
            console.say(&self.settings, &said)?;
        }
        target.begin();
        Ok(census)
    }

    fn terms(&self, pile: &Pile) -> Terms {
        let Self { args, settings, .. } = self;
        let mut options = self.started.run(settings).options;
        options.push(("rewrites".to_owned(), args.rewrites.to_string()));
        let mut inputs = pile.states().to_vec();
        inputs.extend(settings.files().iter().map(|path: &PathBuf| InputState::of(path)));
        Terms::new(settings.reading.batch_bytes, options, inputs)
    }

    fn planned_and_written(
        &self,
        pile: &Pile,
        census: Census,
        console: &mut Console<'_>,
    ) -> anyhow::Result<(Plan, Counts)> {
        let Self { args, settings, keep, progress, .. } = self;
        let planning = Planning { pile, settings, keep, progress };
        let fates = self.target.as_ref().map(|target| target.state("fates"));
        let recorded = match &fates {
            Some(fates) => planning.recorded(census, fates),
            None => Err(Box::new(census)),
        };
        let plan = match recorded {
            Ok(plan) => plan,
            Err(mut census) => {
                let plan = if args.rewrites {
                    census.start_over()?;
                    planning.of_rewrites(*census)?
                } else {
                    planning.of_near_duplicates(*census)?
                };
                fates.map_or(Ok(()), |fates| plan.record(&fates))?;
                plan
            }
        };
        pause::at("planned", None);
        let counts = match &self.target {
            Some(target) => {
                let (folder, record) = (target.path("kept"), target.state("finished"));
                let finished =
                    Finished::open(&record, &folder).with_context(|| cannot_write(&record))?;
                if !finished.damaged().is_empty() {
                    let said = format!(
                        "retold: damaged since written, and written again: {}",
                        quantity::counted(finished.damaged().len() as u64, "file")
                    );
                    console.say(settings, &said)?;
                }
                self.written(pile, &plan, Shards::new(pile.own(), folder, finished))?
            }
            None => plan.counts(),
        };
        Ok((plan, counts))
    }

    /// Writes what is kept and what is dropped.
    fn written(&self, pile: &Pile, plan: &Plan, mut shards: Shards<'_>) -> anyhow::Result<Counts> {
        let clock = std::time::Instant::now();
        let mut counts = plan.counts();
        self.progress.begin_steps("writing", counts.kept());
        let references = plan.census.references();
        let is_kept = |article: u32| article >= references && plan.fates.of(article) == Fate::Kept;
        let from = shards.first_open();
        let first = plan.census.first_from(from);
        let drops = plan.fates.drops().partition_point(|drop| drop.article < first);
        let mut written = u64::from(first - references) - drops as u64;
        self.progress.advance(written);
        let again = Again { wanted: &is_kept, only_raw: true, from };
        pile.read_again(&plan.census, &again, |articles| {
            let records = &articles.batch.records;
            self.progress.advance(records.len() as u64);
            written += records.len() as u64;
            let heading = articles.batch.heading.as_deref();
            records.iter().try_for_each(|record| shards.write(record, heading))
        })?;
        ensure!(written == counts.kept(), CHANGED);
        shards.finish()?;
        let Some(target) = &self.target else { return Ok(counts) };
        let path = target.path("dropped.jsonl");
        plan.write_dropped(&path, pile).with_context(|| cannot_write(&path))?;
        pause::at("written", None);
        counts.took = clock.elapsed();
        let Self { args, started, settings, .. } = self;
        let summary = Summary { plan, counts: &counts, run: started.run(settings), args };
        summary.write_json(&target.path("summary.json"))?;
        Ok(counts)
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
