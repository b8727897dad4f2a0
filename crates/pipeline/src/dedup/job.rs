//! A deduplication run, from the first pass to the folder that it writes.

use std::io::{self, BufWriter};
use std::path::Path;

use anyhow::{Context, ensure};
use retold::engine::dedup::Decision;
use retold_corpus::{Problems, ReadReport};
use retold_report::Read;
use retold_report::dedup::{Amount, Deduplication};

use super::counts::Counts;
use super::dropped::DroppedRecords;
use super::finished::Finished;
use super::manifest::{InputState, RunManifest};
use super::multi_pass::{CHANGED, MultiPassInput, Reread};
use super::plan::{Plan, Planning};
use super::registry::ArticleRegistry;
use super::shards::Shards;
use super::target::{self, Target};
use super::{Corpora, Dedup, Method, Notice, Notify, Output, fail_point};
use crate::disk::{OutputFile, cannot_write};
use crate::run::{Started, peak_memory};
use crate::settings::Settings;
use crate::stored::StorageBudget;
use crate::{Error, Progress};

/// A deduplication run in progress.
pub struct Job<'j> {
    dedup: Dedup,
    started: &'j Started,
    progress: &'j dyn Progress,
    /// Where to write; `None` in a dry run.
    target: Option<Target>,
}

/// The outcome of a run, before the folder gets its final name.
pub struct Done {
    plan: Plan,
    counts: Counts,
}

impl Done {
    /// The reports of reading the references and the inputs.
    pub fn reports(&self) -> [&ReadReport; 2] {
        [&self.plan.registry.reference, &self.plan.registry.report]
    }

    /// How many articles have a date that cannot be parsed.
    pub fn misdated(&self) -> u64 {
        self.plan.undated.map_or(0, |undated| undated.unreadable)
    }

    /// Whether any article was dropped.
    pub fn has_dropped(&self) -> bool {
        !self.plan.decisions.drops().is_empty()
    }
}

impl<'j> Job<'j> {
    /// Creates the folder to write.
    pub fn begin(
        mut dedup: Dedup,
        started: &'j Started,
        progress: &'j dyn Progress,
        notify: Notify<'_>,
    ) -> anyhow::Result<Self> {
        let target = dedup.output.as_ref().map(|output| made(output, notify)).transpose()?;
        let known = target.as_ref().filter(|target| target.is_resumed());
        if let Some(bytes) = known.and_then(|target| RunManifest::batch_bytes(&target.manifest())) {
            // Positions of an earlier run are counted in batches of its size.
            dedup.settings.reading.batch_bytes = bytes;
        }
        Ok(Self { dedup, started, progress, target })
    }

    /// Whether a later run could resume from what this one has written.
    pub fn is_resumable(&self) -> bool {
        self.target.as_ref().is_some_and(Target::is_resumable)
    }

    /// Messages about articles without a date, where dates matter.
    pub fn of_undated(&self, done: &Done) -> Vec<String> {
        let undated = done.plan.undated.unwrap_or_default();
        self.dedup.keep.say_undated(undated)
    }

    /// Gives the folder its final name, and returns the summary.
    pub fn finish(self, done: &Done) -> anyhow::Result<Deduplication> {
        let summary = self.summary(&done.plan, &done.counts);
        self.target.map_or(Ok(()), Target::finish)?;
        Ok(summary)
    }
}

/// Creates the folder to write, and tells if leftovers of an earlier run are removed.
fn made(output: &Output, notify: Notify<'_>) -> anyhow::Result<Target> {
    let is_left = target::is_left_over(&output.folder);
    let target = Target::create(&output.folder, output.leftover)?;
    if is_left && !target.is_resumed() {
        notify(Notice::StartsAfresh)?;
    }
    Ok(target)
}

impl Job<'_> {
    /// Reads the inputs in several passes to decide what to drop and to write the rest. Does
    /// everything except give the folder its final name.
    pub fn run(&mut self, corpora: Corpora, notify: Notify<'_>) -> anyhow::Result<Done> {
        let corpora = corpora.in_batches(self.dedup.settings.reading.batch_bytes);
        let input = MultiPassInput::new(corpora.reference, corpora.own, self.progress.cancel())?;
        let registry = self.open_registry(&input, notify)?;
        let done = self.planned_and_written(&input, registry, notify);
        if matches!(
            done.as_ref().map_err(|error| error.downcast_ref()),
            Err(Some(Error::NoDates(_) | Error::NotAllRead(_)))
        ) {
            self.target.iter_mut().for_each(Target::discard);
        }
        // Results from inputs that changed during the run are useless.
        if let Err(changed) = input.check_unchanged() {
            self.target.iter_mut().for_each(Target::discard);
            return Err(done.err().unwrap_or(changed));
        }
        done
    }

    /// The article registry, as far as an interrupted run has filled it.
    fn open_registry(
        &mut self,
        input: &MultiPassInput,
        notify: Notify<'_>,
    ) -> anyhow::Result<ArticleRegistry> {
        let Settings { resources, storage, .. } = &self.dedup.settings;
        let storage = StorageBudget { bytes: resources.memory.bytes() / 4, ..storage.clone() };
        let manifest = self.manifest(input);
        let Some(target) = &mut self.target else { return Ok(ArticleRegistry::temporary(storage)) };
        if target.is_resumed() {
            manifest.check(&target.manifest())?;
        } else {
            manifest.write(&target.manifest())?;
        }
        let path = target.state("journal");
        let (registry, lost) = ArticleRegistry::lasting(&path, storage.clone())?;
        let articles = registry.journal.articles();
        if lost > 0 {
            notify(Notice::RedoesEnd)?;
        }
        if target.is_resumed() {
            notify(Notice::GoesOn(articles))?;
        }
        target.begin();
        Ok(registry)
    }

    fn manifest(&self, input: &MultiPassInput) -> RunManifest {
        let Dedup { method, settings, options, files, .. } = &self.dedup;
        let mut options = options.clone();
        let is_of_rewrites = *method == Method::Rewrites;
        options.push(("rewrites".to_owned(), is_of_rewrites.to_string()));
        let mut inputs = input.states().to_vec();
        inputs.extend(files.iter().map(|path| InputState::of(path)));
        RunManifest::new(settings.reading.batch_bytes, options, inputs)
    }

    fn planned_and_written(
        &self,
        input: &MultiPassInput,
        registry: ArticleRegistry,
        notify: Notify<'_>,
    ) -> anyhow::Result<Done> {
        let Dedup { method, settings, keep, .. } = &self.dedup;
        let progress = self.progress;
        let planning = Planning { input, settings, keep, progress };
        let decisions = self.target.as_ref().map(|target| target.state("fates"));
        let recorded = match &decisions {
            Some(path) => planning.recorded(registry, path),
            None => Err(Box::new(registry)),
        };
        let plan = match recorded {
            Ok(plan) => plan,
            Err(mut registry) => {
                let plan = match method {
                    Method::Rewrites => {
                        registry.start_over()?;
                        planning.of_rewrites(*registry)?
                    }
                    Method::NearDuplicates => planning.of_near_duplicates(*registry)?,
                };
                decisions.map_or(Ok(()), |path| plan.record(&path))?;
                plan
            }
        };
        let cancel = progress.cancel();
        fail_point::reach("planned", None, &cancel)?;
        let counts = match &self.target {
            Some(target) => {
                let (folder, record) = (target.path("kept"), target.state("finished"));
                let finished =
                    Finished::open(&record, &folder).with_context(|| cannot_write(&record))?;
                if !finished.damaged().is_empty() {
                    notify(Notice::RewritesFiles(finished.damaged().len() as u64))?;
                }
                self.written(input, &plan, Shards::new(input.own(), folder, finished, cancel))?
            }
            None => plan.counts(input, self.dedup.settings.names)?,
        };
        Ok(Done { plan, counts })
    }

    /// Writes the kept articles and the records of dropped ones.
    fn written(
        &self,
        input: &MultiPassInput,
        plan: &Plan,
        mut shards: Shards<'_>,
    ) -> anyhow::Result<Counts> {
        let clock = std::time::Instant::now();
        let mut counts = plan.counts(input, self.dedup.settings.names)?;
        let cancel = self.progress.cancel();
        self.progress.begin_steps("writing", counts.kept.articles);
        let references = plan.registry.references();
        let is_kept =
            |article: u32| article >= references && plan.decisions.of(article) == Decision::Kept;
        let from = shards.first_open();
        let first = plan.registry.first_from(from);
        let drops = plan.decisions.drops().partition_point(|drop| drop.article < first);
        let mut written = u64::from(first - references) - drops as u64;
        self.progress.advance(written);
        let kept = Reread { wanted: &is_kept, only_raw: true, from };
        input.read_again(&plan.registry, &kept, |articles| {
            let records = &articles.batch.records;
            self.progress.advance(records.len() as u64);
            written += records.len() as u64;
            let heading = articles.batch.heading.as_deref();
            records.iter().try_for_each(|record| shards.write(record, heading))
        })?;
        ensure!(written == counts.kept.articles, CHANGED);
        shards.finish()?;
        let Some(target) = &self.target else { return Ok(counts) };
        let path = target.path("dropped.jsonl");
        let settings = &self.dedup.settings;
        let records = DroppedRecords { plan, input, settings, progress: self.progress };
        records.write(&path).with_context(|| cannot_write(&path))?;
        fail_point::reach("written", None, &cancel)?;
        counts.took = clock.elapsed();
        let summary = self.summary(plan, &counts);
        if !summary.incomplete.is_empty() {
            write_to(&target.path(INCOMPLETE), |out| summary.write_incomplete(out))?;
        }
        write_to(&target.path("summary.json"), |out| summary.write_json(out))?;
        Ok(counts)
    }

    /// The summary so far.
    fn summary(&self, plan: &Plan, counts: &Counts) -> Deduplication {
        let Dedup { output, options, settings, .. } = &self.dedup;
        let ArticleRegistry { report, reference, .. } = &plan.registry;
        let reasons = |problems: &Problems| {
            let counts = problems.counts().iter();
            counts.map(|(reason, n)| (reason.message_with(settings.names), *n)).collect()
        };
        Deduplication {
            run: self.started.run(options),
            output: output.as_ref().map(|output| output.folder.clone()),
            read: Read { articles: report.articles, bytes: report.bytes, files: report.files },
            reference: Amount { articles: reference.articles, bytes: reference.bytes },
            kept: counts.kept,
            dropped: counts.dropped.clone(),
            skipped: reasons(&report.skipped),
            repaired: reasons(&report.repaired),
            incomplete: counts.incomplete.clone(),
            undated: plan.undated,
            stages: plan.stages.clone(),
            writing: counts.took,
            candidates: plan.candidates as u64,
            peak_memory: peak_memory(),
        }
    }
}

/// The file that is added to the folder if some input was not read to its end.
const INCOMPLETE: &str = "INCOMPLETE.txt";

fn write_to(
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let created = OutputFile::create(path);
    let written = created.and_then(|file| write(&mut BufWriter::new(file)));
    written.with_context(|| cannot_write(path))
}
