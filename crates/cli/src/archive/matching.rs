//! What `add` and `query` do alike: articles are read in batches, and what they match is shown.

use std::io::{self, Write};
use std::ops::Deref;
use std::path::Path;

use retold::{Cancel, Config};
use retold_archive::{Flag, Match, NewArticle, Reader, Stored, Wanted};
use retold_pipeline::intake::Intake;
use retold_pipeline::output::Output;
use retold_pipeline::run::Started;
use retold_report::Read;

use crate::clash::Written;
use crate::console::Console;
use crate::exit::Exit;
use crate::settings::Settings;

use super::args::{MatchingArgs, OutputArgs};
use super::intake::{articles, corpus};
use super::opening::{check_options, judging};
use super::show::Shown;

/// What is done with each batch.
pub trait Batches {
    /// An archive that is open for it.
    type Archive: Deref<Target = Reader>;
    /// The subcommand.
    const NAME: &'static str;

    /// Opens the archive, to judge pairs by this config.
    fn open(&self, path: &Path, judging: Config) -> anyhow::Result<Self::Archive>;

    /// How many articles a batch has, at most.
    fn size(&self) -> usize;

    /// Takes a batch, and shows what its articles match.
    fn take(
        &mut self,
        archive: &mut Self::Archive,
        articles: Vec<NewArticle>,
        page: &mut Page<'_>,
    ) -> anyhow::Result<()>;

    /// What is said at the end; `articles` are those shown, in words.
    fn done(&self, articles: &str) -> String;
}

/// Where matches are shown, and which.
pub struct Page<'p> {
    /// Which matches.
    pub wanted: &'p Wanted,
    /// The run stops when it is told.
    pub cancel: &'p Cancel,
    shown: &'p mut Shown,
    out: &'p mut (dyn Write + Send),
}

impl Page<'_> {
    /// Shows what an article matches, and the flags that were written if it was added.
    pub fn show(
        &mut self,
        article: Stored,
        matches: Vec<Match>,
        flags: Option<&[Flag]>,
    ) -> io::Result<()> {
        self.shown.take(article, matches, flags, self.out)
    }

    /// Hands over all that was shown.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Reads all articles, and shows what they match.
pub fn run<B: Batches>(
    mut batches: B,
    args: &MatchingArgs,
    written: &Written,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let started = Started::now(B::NAME);
    let settings = Settings::new(&args.options)?;
    let path = &args.archive.path;
    let corpus = corpus(&args.input, &args.about, path, &settings)?;
    written.check_inputs(&[&corpus], &settings)?;
    let mut archive = batches.open(path, judging(&settings.run.engine))?;
    check_options(archive.settings(), &args.options)?;
    let format = args.output.format.unwrap_or_default();
    let output = Output::create(args.output.output.as_deref(), format.content())?;
    let style = console.facts.style(settings.color, output.destination());
    let (wanted, cancel) = (wanted(&args.output), console.cancel.clone());
    let intake =
        Intake { corpus: &corpus, batch: batches.size(), is_unchanged: &|_| true, cancel: &cancel };
    let (mut shown, mut read) =
        (Shown::new(format, archive.settings().scheme()?.to_string()), None);
    let mut out = console.out_for(format.content());
    output.until(&cancel).write(&mut *out, |out| {
        let report = intake.read(|records| {
            let articles = articles(records, &args.about);
            let (wanted, cancel) = (&wanted, &cancel);
            let mut page = Page { wanted, cancel, shown: &mut shown, out: &mut *out };
            batches.take(&mut archive, articles, &mut page)
        })?;
        let counts = Read { articles: report.articles, bytes: report.bytes, files: report.files };
        shown.finish((&started, counts), &archive, style, out)?;
        read = Some(report);
        Ok(())
    })?;
    drop(out);
    let report = read.unwrap_or_default();
    console.say(&settings, &batches.done(&shown.in_short()))?;
    console.list_problems(&settings, &report)?;
    let exit = if shown.matching > 0 { Exit::Found } else { Exit::Nothing };
    Ok(exit.or_failed(report.failures))
}

fn wanted(args: &OutputArgs) -> Wanted {
    Wanted {
        since: args.since.map(|since| since.0),
        sources: args.source.clone(),
        relations: args.relation.iter().map(|relation| relation.0).collect(),
    }
}
