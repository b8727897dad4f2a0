//! A deduplication, from the first reading to the folder that it writes.

use std::io::{self, BufWriter};
use std::path::Path;

use anyhow::{Context, ensure};
use retold::engine::dedup::Fate;
use retold_corpus::{Problems, ReadReport};
use retold_report::Read;
use retold_report::dedup::{Amount, Deduplication};

use super::census::Census;
use super::counts::Counts;
use super::finished::Finished;
use super::pile::{Again, CHANGED, Pile};
use super::plan::{Plan, Planning};
use super::shards::Shards;
use super::target::{self, Target};
use super::terms::{InputState, Terms};
use super::{Corpora, Dedup, Method, Notice, Output, Told, cannot_write, pause};
use crate::disk::OutputFile;
use crate::run::{Started, peak_memory};
use crate::settings::Settings;
use crate::stored::StorageBudget;
use crate::{Error, Progress};

/// A deduplication under way.
pub struct Job<'j> {
    dedup: Dedup,
    started: &'j Started,
    progress: &'j dyn Progress,
    /// Where to write; nothing in a dry run.
    target: Option<Target>,
}

/// What a deduplication came to, before the folder has its name.
pub struct Done {
    plan: Plan,
    counts: Counts,
}

impl Done {
    /// What reading the references and the inputs came to.
    pub fn reports(&self) -> [&ReadReport; 2] {
        [&self.plan.census.reference, &self.plan.census.report]
    }

    /// How many articles have a date that cannot be read.
    pub fn misdated(&self) -> u64 {
        self.plan.undated.map_or(0, |undated| undated.unreadable)
    }

    /// Whether something was dropped.
    pub fn has_dropped(&self) -> bool {
        !self.plan.fates.drops().is_empty()
    }
}

impl<'j> Job<'j> {
    /// Makes the folder to write.
    pub fn begin(
        mut dedup: Dedup,
        started: &'j Started,
        progress: &'j dyn Progress,
        told: Told<'_>,
    ) -> anyhow::Result<Self> {
        let target = dedup.output.as_ref().map(|output| made(output, told)).transpose()?;
        let known = target.as_ref().filter(|target| target.is_resumed());
        if let Some(bytes) = known.and_then(|target| Terms::batch_bytes(&target.terms())) {
            // Where an earlier reading has come is counted in its pieces.
            dedup.settings.reading.batch_bytes = bytes;
        }
        Ok(Self { dedup, started, progress, target })
    }

    /// Whether another run could go on from what is there, if this one has failed.
    pub fn is_resumable(&self) -> bool {
        self.target.as_ref().is_some_and(Target::is_resumable)
    }

    /// What is to be said of articles without a date, where that matters.
    pub fn of_undated(&self, done: &Done) -> Vec<String> {
        let undated = done.plan.undated.unwrap_or_default();
        self.dedup.keep.say_undated(undated)
    }

    /// Gives the folder its name, and says what it came to.
    pub fn finish(self, done: &Done) -> anyhow::Result<Deduplication> {
        let summary = self.summary(&done.plan, &done.counts);
        self.target.map_or(Ok(()), Target::finish)?;
        Ok(summary)
    }
}

/// Makes the folder to write, and says what becomes of what an earlier run has left there.
fn made(output: &Output, told: Told<'_>) -> anyhow::Result<Target> {
    let is_left = target::is_left_over(&output.folder);
    let target = Target::create(&output.folder, output.leftover)?;
    if is_left && !target.is_resumed() {
        told(Notice::StartsAfresh)?;
    }
    Ok(target)
}

impl Job<'_> {
    /// Reads the inputs twice or more, to find out what to drop and to write the rest: all of it but
    /// to give the folder its name.
    pub fn run(&mut self, corpora: Corpora, told: Told<'_>) -> anyhow::Result<Done> {
        let corpora = corpora.in_batches(self.dedup.settings.reading.batch_bytes);
        let pile = Pile::new(corpora.reference, corpora.own, self.progress.cancel())?;
        let census = self.census(&pile, told)?;
        let done = self.planned_and_written(&pile, census, told);
        if matches!(
            done.as_ref().map_err(|error| error.downcast_ref()),
            Err(Some(Error::NoDates(_) | Error::NotAllRead(_)))
        ) {
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
    fn census(&mut self, pile: &Pile, told: Told<'_>) -> anyhow::Result<Census> {
        let Settings { resources, storage, .. } = &self.dedup.settings;
        let storage = StorageBudget { bytes: resources.memory.bytes() / 4, ..storage.clone() };
        let terms = self.terms(pile);
        let Some(target) = &mut self.target else { return Ok(Census::temporary(storage)) };
        if target.is_resumed() {
            terms.check(&target.terms())?;
        } else {
            terms.write(&target.terms())?;
        }
        let path = target.state("journal");
        let (census, lost) = Census::lasting(&path, storage.clone())?;
        let articles = census.journal.articles();
        if lost > 0 {
            told(Notice::RedoesEnd)?;
        }
        if target.is_resumed() {
            told(Notice::GoesOn(articles))?;
        }
        target.begin();
        Ok(census)
    }

    fn terms(&self, pile: &Pile) -> Terms {
        let Dedup { method, settings, options, files, .. } = &self.dedup;
        let mut options = options.clone();
        let is_of_rewrites = *method == Method::Rewrites;
        options.push(("rewrites".to_owned(), is_of_rewrites.to_string()));
        let mut inputs = pile.states().to_vec();
        inputs.extend(files.iter().map(|path| InputState::of(path)));
        Terms::new(settings.reading.batch_bytes, options, inputs)
    }

    fn planned_and_written(
        &self,
        pile: &Pile,
        census: Census,
        told: Told<'_>,
    ) -> anyhow::Result<Done> {
        let Dedup { method, settings, keep, .. } = &self.dedup;
        let progress = self.progress;
        let planning = Planning { pile, settings, keep, progress };
        let fates = self.target.as_ref().map(|target| target.state("fates"));
        let recorded = match &fates {
            Some(fates) => planning.recorded(census, fates),
            None => Err(Box::new(census)),
        };
        let plan = match recorded {
            Ok(plan) => plan,
            Err(mut census) => {
                let plan = match method {
                    Method::Rewrites => {
                        census.start_over()?;
                        planning.of_rewrites(*census)?
                    }
                    Method::NearDuplicates => planning.of_near_duplicates(*census)?,
                };
                fates.map_or(Ok(()), |fates| plan.record(&fates))?;
                plan
            }
        };
        let cancel = progress.cancel();
        pause::at("planned", None, &cancel)?;
        let counts = match &self.target {
            Some(target) => {
                let (folder, record) = (target.path("kept"), target.state("finished"));
                let finished =
                    Finished::open(&record, &folder).with_context(|| cannot_write(&record))?;
                if !finished.damaged().is_empty() {
                    told(Notice::RewritesFiles(finished.damaged().len() as u64))?;
                }
                self.written(pile, &plan, Shards::new(pile.own(), folder, finished, cancel))?
            }
            None => plan.counts(pile, self.dedup.settings.names)?,
        };
        Ok(Done { plan, counts })
    }

    /// Writes what is kept and what is dropped.
    fn written(&self, pile: &Pile, plan: &Plan, mut shards: Shards<'_>) -> anyhow::Result<Counts> {
        let clock = std::time::Instant::now();
        let mut counts = plan.counts(pile, self.dedup.settings.names)?;
        let cancel = self.progress.cancel();
        self.progress.begin_steps("writing", counts.kept.articles);
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
        ensure!(written == counts.kept.articles, CHANGED);
        shards.finish()?;
        let Some(target) = &self.target else { return Ok(counts) };
        let path = target.path("dropped.jsonl");
        plan.write_dropped(&path, pile, &cancel).with_context(|| cannot_write(&path))?;
        pause::at("written", None, &cancel)?;
        counts.took = clock.elapsed();
        let summary = self.summary(plan, &counts);
        if !summary.incomplete.is_empty() {
            write_to(&target.path(INCOMPLETE), |out| summary.write_incomplete(out))?;
        }
        write_to(&target.path("summary.json"), |out| summary.write_json(out))?;
        Ok(counts)
    }

    /// What it comes to, so far.
    fn summary(&self, plan: &Plan, counts: &Counts) -> Deduplication {
        let Dedup { output, options, settings, .. } = &self.dedup;
        let Census { report, reference, .. } = &plan.census;
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

/// What a folder holds beside the rest if not all of the input is in it.
const INCOMPLETE: &str = "INCOMPLETE.txt";

fn write_to(
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let created = OutputFile::create(path);
    let written = created.and_then(|file| write(&mut BufWriter::new(file)));
    written.with_context(|| cannot_write(path))
}
