//! `retold watch`: new files of a folder are added to an archive, and flagged, as they arrive.
//!
//! What was added is known from the archive alone: at the start everything is read once, and what
//! is there is skipped.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueHint};
use retold_archive::{AddOptions, Archive, Error, Known, split_at_notices};
use retold_corpus::{ReadReport, Record};
use retold_pipeline::output::Content;
use retold_pipeline::watch::{End, Taker, Turn, Watch, Watched};
use retold_report::printable::safe_json;
use retold_report::quantity;

use super::about;
use super::args::AboutArgs;
use super::canceled;
use super::intake;
use super::opening::{check_options, judging, open_soon};
use super::record::ArticleRecord;
use crate::console::Console;
use crate::exit::Exit;
use crate::options::Options;
use crate::settings::Settings;

/// `retold watch`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold watch incoming/ --archive news
  retold watch incoming/ --archive news --once | jq 'select(.flags != [])'

Writes one JSON record for each article that is added, with its matches and flags. A file is read
once it has not changed for a while; names that begin with a dot, or end in .part, .tmp and the
like, are left alone until they are renamed. Ctrl-C ends it between two commits; started again, it
goes on where it was.

Exit status: 0 ended, 2 error or some input not read.")]
pub struct WatchArgs {
    /// The folder to watch, with those below it
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,

    /// The archive to add to
    #[arg(long, value_name = "PATH", value_hint = ValueHint::DirPath)]
    pub archive: PathBuf,

    /// Seconds between looks at the folder
    #[arg(long, value_name = "SECONDS", default_value = "1", help_heading = "Watching")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub every: u32,

    /// Seconds for which a file must stay as it is to be read
    #[arg(long, value_name = "SECONDS", default_value = "2", help_heading = "Watching")]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub settle: u32,

    /// End once all that is there is added
    #[arg(long, help_heading = "Watching")]
    pub once: bool,

    /// Take an article whose id is there as a new version of it, instead of skipping it
    #[arg(long, help_heading = "Archive")]
    pub replace: bool,

    /// Articles of a commit, at most
    #[arg(long, value_name = "N", default_value = "4096", help_heading = "Archive")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub batch: u32,

    #[command(flatten)]
    pub about: AboutArgs,

    #[command(flatten)]
    pub options: Options,
}

/// Watches until it is told to end.
pub fn run(args: &WatchArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let settings = Settings::new(&args.options)?;
    let reading = settings.run.reading_to_compare().keep_fields(about::fields(&args.about));
    let mut watch = Watch::new(Watched {
        folder: args.folder.clone(),
        left_out: Some(args.archive.clone()),
        reading,
        every: Duration::from_secs(args.every.into()),
        settle: Duration::from_secs(args.settle.into()),
        batch: args.batch as usize,
    })?;
    let cancel = console.cancel.clone();
    let archive = open_soon(&args.archive, &settings.run.engine, &cancel)?;
    check_options(archive.settings(), &args.options)?;
    let scheme = archive.settings().scheme()?.to_string();
    drop(archive);
    let end = if args.once { End::AllTaken } else { End::Told };
    let mut adding =
        Adding { args, settings, console, archive: None, scheme, counts: Counts::default() };
    match watch.run(end, &mut adding, &cancel) {
        // Nothing of the batch that it was in is there.
        Err(error) if crate::interrupt::left_by(&error).is_some() => {}
        ended => ended?,
    }
    let Adding { counts, settings, .. } = adding;
    let added = quantity::counted(counts.added, "article");
    let flags = quantity::counted(counts.flags, "flag");
    console.say(&settings, &format!("retold: ended; added {added}, {flags} written"))?;
    Ok(Exit::Found.or_failed(counts.failures))
}

/// Adds what arrives.
struct Adding<'a, 's> {
    args: &'a WatchArgs,
    settings: Settings,
    console: &'a mut Console<'s>,
    /// Open while it adds, so that others can write in between.
    archive: Option<Archive>,
    scheme: String,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    added: u64,
    flags: u64,
    failures: u64,
    /// Whether it was said that another process writes to the archive.
    is_said: bool,
}

impl Taker for Adding<'_, '_> {
    type Error = anyhow::Error;

    fn begin(&mut self) -> anyhow::Result<Turn> {
        match Archive::open(&self.args.archive, judging(&self.settings.run.engine)) {
            Err(error @ Error::InUse { .. }) => {
                if !self.counts.is_said {
                    writeln!(self.console.err, "retold: {error}")?;
                }
                self.counts.is_said = true;
                Ok(Turn::Later)
            }
            opened => {
                self.archive = Some(opened?);
                self.counts.is_said = false;
                Ok(Turn::Now)
            }
        }
    }

    /// Adds articles with one commit, and writes a record of each.
    fn take(&mut self, records: Vec<Record>) -> anyhow::Result<()> {
        let Some(archive) = &mut self.archive else { return Ok(()) };
        let cancel = self.console.cancel.clone();
        let known = if self.args.replace { Known::Replace } else { Known::Skip };
        let options = AddOptions { known, ..AddOptions::default() };
        let articles = intake::articles(records, &self.args.about);
        for part in split_at_notices(articles) {
            let done = archive.add(part, &options, &cancel)?;
            let mut out = self.console.out_for(Content::Records);
            for of in &done.articles {
                let record = ArticleRecord::new(&of.article, &of.matches);
                let line = serde_json::to_string(&record.with_flags(&of.flags, &self.scheme))?;
                writeln!(out, "{}", safe_json(&line))?;
                self.counts.flags += of.flags.len() as u64;
            }
            self.counts.added += done.articles.len() as u64;
            out.flush()?;
            drop(out);
            for line in canceled::withdraw(&done.canceled, archive, &cancel)? {
                writeln!(self.console.err, "retold: {line}")?;
            }
        }
        archive.tidy(&cancel).context("cannot merge segments")?;
        Ok(())
    }

    fn end(&mut self, report: &ReadReport) -> anyhow::Result<()> {
        self.archive = None;
        self.counts.failures += report.failures;
        Ok(self.console.list_problems(&self.settings, report)?)
    }
}
