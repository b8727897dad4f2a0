//! `retold dedup`

use std::ops::ControlFlow;

use anyhow::bail;
use retold_corpus::Input;
use retold_pipeline::dedup::{Corpora, Dedup, Job, Keep, Leftover, Method, Notice, Output};
use retold_pipeline::output::Destination;
use retold_pipeline::run::Started;
use retold_report::printable::printable;
use retold_report::{quantity, terminal};

use crate::args::DedupArgs;
use crate::clash::Written;
use crate::config;
use crate::console::Console;
use crate::exit::Exit;
use crate::inputs::inputs;
use crate::interrupt::{self, HOW_TO_RESUME, Kept};
use crate::settings::Settings;

/// An error for options that were typed and would not count.
pub fn check(args: &DedupArgs) -> anyhow::Result<()> {
    if args.rewrites {
        return Ok(());
    }
    let advanced = args.options.advanced.of_rewrites();
    let uncounted = config::first_key(&args.options.detection);
    match uncounted.or_else(|| config::first_key(&advanced)) {
        None => Ok(()),
        Some(name) => {
            bail!("--{name} applies only with --rewrites; near-duplicates are found by --jaccard")
        }
    }
}

/// Writes what is worth keeping, or says what that would be.
pub fn run(args: &DedupArgs, written: &Written, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let started = Started::now("dedup");
    let mut settings = Settings::new(&args.options)?;
    let keep = settings.keep.policy()?;
    settings.run.reading.extra_field = keep.field();
    let reference: Vec<_> = args.reference.iter().map(|input| Input::parse(input)).collect();
    let inputs = [&reference[..], &inputs(&args.input)?];
    let corpora = Corpora::find(inputs, &settings.run.reading, args.output.as_deref());
    written.check_inputs(&[&corpora.reference, &corpora.own], &settings)?;
    if corpora.own.sources().is_empty() {
        // Before anything is made, or removed to start afresh.
        let report = corpora.own.read(|_| ControlFlow::Break(()));
        if report.failures > 0 {
            console.list_problems(&settings, &report)?;
            return Ok(Exit::Failed);
        }
    }
    let dedup = asked_for(args, keep, &settings);
    let progress = console.progress(&settings);
    let mut notify = |notice| console.say(&settings, &said(notice));
    let mut job = Job::begin(dedup, &started, &progress, &mut notify)?;
    let done = job.run(corpora, &mut notify);
    progress.clear();
    if let Err(error) = &done
        && job.is_resumable()
        && interrupt::left_by(error).is_none()
    {
        writeln!(console.err, "retold: {HOW_TO_RESUME}")?;
    }
    let done = match done {
        Err(error) if job.is_resumable() && interrupt::left_by(&error).is_some() => {
            return Err(error.context(Kept));
        }
        done => console.or_unread(&settings, done)?,
    };
    let undated = job.of_undated(&done);
    let summary = job.finish(&done)?;
    if !settings.quiet {
        let style = console.facts.style(settings.color, Destination::Stdout);
        terminal::Dedup { style }.write(&summary, console.out)?;
    }
    for report in done.reports() {
        console.list_problems(&settings, report)?;
    }
    for said in undated {
        writeln!(console.err, "retold: {}", printable(&said))?;
    }
    let failures: u64 = done.reports().iter().map(|report| report.failures).sum();
    let exit = if done.has_dropped() { Exit::Found } else { Exit::Nothing };
    Ok(exit.or_failed(failures + done.misdated()))
}

fn asked_for(args: &DedupArgs, keep: Keep, settings: &Settings) -> Dedup {
    let leftover = if args.resume { Leftover::Resume } else { Leftover::Remove };
    let written = args.output.as_ref().filter(|_| !args.dry_run);
    Dedup {
        method: if args.rewrites { Method::Rewrites } else { Method::NearDuplicates },
        keep,
        output: written.map(|folder| Output { folder: folder.clone(), leftover }),
        settings: settings.run.clone(),
        options: settings.by_name_for_dedup(),
        files: settings.files(),
    }
}

fn said(notice: Notice) -> String {
    match notice {
        Notice::StartsAfresh => "retold: starting over; what an interrupted run left is removed \
                                 (--resume would have continued it)"
            .to_owned(),
        Notice::RedoesEnd => "retold: the end of the earlier work is damaged or incomplete; that \
                              part is done again"
            .to_owned(),
        Notice::GoesOn(articles) => {
            let read = quantity::counted(articles.into(), "article");
            format!("retold: resuming after {read} read before")
        }
        Notice::RewritesFiles(files) => format!(
            "retold: damaged since written, and written again: {}",
            quantity::counted(files, "file")
        ),
    }
}
