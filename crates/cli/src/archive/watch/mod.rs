//! `retold watch`: new files of a folder are added to an archive, and flagged, as they arrive.
//!
//! The folder is looked at again and again. Notices of the system would only save part of that:
//! they do not come from other machines' disks, get lost in bursts, and do not say when a file is
//! whole. What was added is known from the archive alone: at the start everything is read once, and
//! what is there is skipped.

mod arrivals;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, bail};
use clap::{Args, ValueHint};
use retold_archive::{AddOptions, Archive, Error, Known, NewArticle};
use retold_corpus::{Corpus, Input, Source};
use retold_pipeline::output::Content;
use retold_report::printable::safe_json;
use retold_report::quantity;

use super::about;
use super::args::AboutArgs;
use super::intake::Intake;
use super::record::ArticleRecord;
use super::{check_options, judging};
use crate::console::Console;
use crate::exit::Exit;
use crate::options::Options;
use crate::settings::Settings;

use arrivals::{Arrivals, Look, Now};

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

/// How often to look whether it was told to end.
const TICK: Duration = Duration::from_millis(20);

/// Watches until it is told to end.
pub fn run(args: &WatchArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let settings = Settings::new(&args.options)?;
    if !args.folder.is_dir() {
        bail!("{} is not a folder", args.folder.display());
    }
    let inside = |path: &PathBuf| fs::canonicalize(path).ok();
    if let (Some(folder), Some(archive)) = (inside(&args.folder), inside(&args.archive))
        && folder.starts_with(archive)
    {
        bail!("{} is in the archive; watch another folder", args.folder.display());
    }
    let archive = super::open_soon(&args.archive, &settings.run.engine, &console.cancel)?;
    check_options(archive.settings(), &args.options)?;
    drop(archive);
    let arrivals = Arrivals::new(Duration::from_secs(args.settle.into()));
    let mut watch = Watch { args, settings, arrivals, added: 0, flags: 0, failures: 0 };
    watch.until_told(console)?;
    let Watch { added, flags, failures, settings, .. } = watch;
    let (added, flags) = (quantity::counted(added, "article"), quantity::counted(flags, "flag"));
    console.say(&settings, &format!("retold: ended; added {added}, {flags} written"))?;
    Ok(Exit::Found.or_failed(failures))
}

/// A watch under way.
struct Watch<'w> {
    args: &'w WatchArgs,
    settings: Settings,
    arrivals: Arrivals,
    added: u64,
    flags: u64,
    failures: u64,
}

impl Watch<'_> {
    fn until_told(&mut self, console: &mut Console<'_>) -> anyhow::Result<()> {
        let begun = Instant::now();
        let mut is_said = false;
        while !console.cancel.is_cancelled() {
            let looked = Instant::now();
            let now = Now { elapsed: begun.elapsed(), clock: SystemTime::now() };
            let corpus = self.arrived(now);
            if !corpus.sources().is_empty() {
                match self.take(corpus, console) {
                    // It was told to end; nothing of the batch is there.
                    Err(error) if crate::interrupt::left_by(&error).is_some() => break,
                    Err(error) if is_in_use(&error) => {
                        if !is_said {
                            writeln!(console.err, "retold: {error}")?;
                        }
                        is_said = true;
                    }
                    Err(error) => return Err(error),
                    Ok(()) => is_said = false,
                }
            }
            if self.args.once && self.arrivals.waiting() == 0 {
                break;
            }
            // A look at very many files takes long: most of the time is to be left for others.
            let every = Duration::from_secs(self.args.every.into());
            let wait = if looked.elapsed() > every { looked.elapsed() } else { every };
            let rested = Instant::now();
            while rested.elapsed() < wait && !console.cancel.is_cancelled() {
                thread::sleep(TICK);
            }
        }
        Ok(())
    }

    /// The files that are whole and new.
    fn arrived(&mut self, now: Now) -> Corpus {
        let reading = self.settings.run.reading_to_compare();
        let reading = reading.keep_fields(about::fields(&self.args.about));
        let folder = Input::Path(self.args.folder.clone());
        let mut corpus = Corpus::find(&[folder], reading);
        corpus.leave_out(&self.args.archive);
        let look = |source: &Source| {
            let path = source.path.clone()?;
            Some((path.clone(), Look::at(&path)?))
        };
        let files = corpus.sources().iter().filter_map(look).collect();
        let whole: std::collections::HashSet<PathBuf> =
            self.arrivals.look(files, now).into_iter().collect();
        corpus.retain(|source| source.path.as_ref().is_some_and(|path| whole.contains(path)));
        corpus
    }

    /// Adds the articles of files, and writes a record of each.
    fn take(&mut self, corpus: Corpus, console: &mut Console<'_>) -> anyhow::Result<()> {
        let cancel = console.cancel.clone();
        let mut archive = Archive::open(&self.args.archive, judging(&self.settings.run.engine))?;
        let scheme = archive.settings().scheme()?.to_string();
        let known = if self.args.replace { Known::Replace } else { Known::Skip };
        let options = AddOptions { known, ..AddOptions::default() };
        let paths: Vec<PathBuf> =
            corpus.sources().iter().filter_map(|source| source.path.clone()).collect();
        let (mut added, mut flags) = (0, 0);
        let arrivals = &self.arrivals;
        let is_unchanged = |source: &Source| {
            let path = source.path.as_deref();
            path.is_some_and(|path| Look::at(path) == arrivals.last(path))
        };
        let intake = Intake {
            corpus,
            about: &self.args.about,
            batch: self.args.batch as usize,
            is_unchanged: &is_unchanged,
            cancel: &cancel,
        };
        let mut out = console.out_for(Content::Records);
        let read = intake.read(|articles: Vec<NewArticle>| {
            let done = archive.add(articles, &options, &cancel)?;
            for of in &done.articles {
                let record = ArticleRecord::new(&of.article, &of.matches);
                let line = serde_json::to_string(&record.with_flags(&of.flags, &scheme))? + "\n";
                out.write_all(safe_json(&line).as_bytes())?;
                flags += of.flags.len() as u64;
            }
            added += done.articles.len() as u64;
            out.flush()?;
            archive.tidy(&cancel).context("cannot merge segments")?;
            Ok(())
        });
        drop(out);
        (self.added, self.flags) = (self.added + added, self.flags + flags);
        let report = read?;
        self.failures += report.failures;
        console.list_problems(&self.settings, &report)?;
        paths.iter().for_each(|path| self.arrivals.taken(path));
        Ok(())
    }
}

fn is_in_use(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Error::InUse { .. }))
}
