//! `retold archive add`

use anyhow::Context;
use retold_archive::{AddOptions, Archive, Known};
use retold_pipeline::output::Output;
use retold_pipeline::run::Started;
use retold_report::{Read, quantity};

use crate::clash::Written;
use crate::console::Console;
use crate::exit::Exit;
use crate::settings::Settings;

use super::args::AddArgs;
use super::intake::{Intake, corpus};
use super::show::Shown;
use super::{check_options, judging, wanted};

/// Adds articles batch by batch, and shows what they match.
pub fn run(args: &AddArgs, written: &Written, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let started = Started::now("archive add");
    let settings = Settings::new(&args.options)?;
    let path = &args.archive.path;
    let corpus = corpus(&args.input, path, &settings)?;
    written.check_inputs(&[&corpus], &settings)?;
    let mut archive = Archive::open(path, judging(&settings.run.engine))?;
    check_options(archive.settings(), &args.options)?;
    let format = args.output.format.unwrap_or_default();
    let output = Output::create(args.output.output.as_deref(), format.content())?;
    let style = console.facts.style(settings.color, output.destination());
    let known = if args.replace { Known::Replace } else { Known::Skip };
    let options = AddOptions { known, wanted: wanted(&args.output) };
    let cancel = console.cancel.clone();
    let intake = Intake { corpus, about: &args.about, batch: args.batch as usize, cancel: &cancel };
    let (mut shown, mut skipped, mut read) = (Shown::new(format), 0, None);
    let mut out = console.out_for(format.content());
    output.until(&cancel).write(&mut *out, |out| {
        let report = intake.read(|articles| {
            let added = archive.add(articles, &options, &cancel)?;
            skipped += added.skipped;
            for of in added.articles {
                shown.take(of.article, of.matches, out)?;
            }
            // What is durable should be known to be so.
            out.flush()?;
            archive.tidy(&cancel).context("cannot merge segments")?;
            Ok(())
        })?;
        let counts = Read { articles: report.articles, bytes: report.bytes, files: report.files };
        shown.finish((&started, counts), &archive, style, out)?;
        read = Some(report);
        Ok(())
    })?;
    drop(out);
    let report = read.unwrap_or_default();
    let said = format!(
        "retold: added {}; {} skipped, their ids are there already",
        shown.in_short(),
        quantity::count(skipped)
    );
    console.say(&settings, &said)?;
    console.list_problems(&settings, &report)?;
    let exit = if shown.matching > 0 { Exit::Found } else { Exit::Nothing };
    Ok(exit.or_failed(report.failures))
}
