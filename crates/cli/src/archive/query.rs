//! `retold archive query`

use retold_archive::{NewArticle, Reader, Stored};
use retold_pipeline::output::Output;
use retold_pipeline::run::Started;
use retold_report::Read;

use crate::clash::Written;
use crate::console::Console;
use crate::exit::Exit;
use crate::settings::Settings;

use super::args::QueryArgs;
use super::intake::{Intake, corpus};
use super::show::Shown;
use super::{check_options, judging, wanted};

/// Articles that are asked about at a time.
const BATCH: usize = 1024;

/// Shows what articles match, and changes nothing.
pub fn run(args: &QueryArgs, written: &Written, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let started = Started::now("archive query");
    let settings = Settings::new(&args.options)?;
    let path = &args.archive.path;
    let corpus = corpus(&args.input, path, &settings)?;
    written.check_inputs(&[&corpus], &settings)?;
    let archive = Reader::open(path, judging(&settings.run.engine))?;
    check_options(archive.settings(), &args.options)?;
    let format = args.output.format.unwrap_or_default();
    let output = Output::create(args.output.output.as_deref(), format.content())?;
    let style = console.facts.style(settings.color, output.destination());
    let wanted = wanted(&args.output);
    let cancel = console.cancel.clone();
    let intake = Intake { corpus, about: &args.about, batch: BATCH, cancel: &cancel };
    let (mut shown, mut read) = (Shown::new(format), None);
    let mut out = console.out_for(format.content());
    output.until(&cancel).write(&mut *out, |out| {
        let report = intake.read(|articles| {
            let matches = archive.query(&articles, &wanted, &cancel)?;
            for (article, matches) in articles.into_iter().zip(matches) {
                shown.take(asking(article), matches, out)?;
            }
            Ok(out.flush()?)
        })?;
        let counts = Read { articles: report.articles, bytes: report.bytes, files: report.files };
        shown.finish((&started, counts), &archive, style, out)?;
        read = Some(report);
        Ok(())
    })?;
    drop(out);
    let report = read.unwrap_or_default();
    console.say(&settings, &format!("retold: asked about {}", shown.in_short()))?;
    console.list_problems(&settings, &report)?;
    let exit = if shown.matching > 0 { Exit::Found } else { Exit::Nothing };
    Ok(exit.or_failed(report.failures))
}

/// An article that is not in the archive: it has no number and no version.
fn asking(article: NewArticle) -> Stored {
    let NewArticle { id, text, about, first_seen } = article;
    Stored { doc: 0, id, version: 0, previous: None, is_superseded: false, first_seen, about, text }
}
