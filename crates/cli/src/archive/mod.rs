//! `retold archive`: one file per subcommand. What is public is for packages that offer archives in
//! another way: the records are the same.

mod about;
mod add;
pub(crate) mod args;
mod canceled;
mod create;
mod decide;
mod dossier;
mod flag_args;
mod flag_record;
mod flags;
mod intake;
mod kill;
mod maintain;
mod matching;
mod query;
mod record;
mod rules;
mod show;
mod values;
pub(crate) mod watch;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use retold::{Cancel, Config};
use retold_archive::{Archive, Error, Settings as ArchiveSettings, Wanted};

use crate::clash::Written;
use crate::config::ConfigFile;
use crate::console::Console;
use crate::exit::Exit;
use crate::options::Options;

use add::Adding;
use args::{ArchiveCommand, OutputArgs};
use query::Asking;

pub use maintain::stats_record;
pub use record::{ArticleRecord, ExportRecord};
pub use values::TimeValue;

/// Does what was asked of an archive.
pub(crate) fn run(
    mut command: ArchiveCommand,
    file: &ConfigFile,
    written: &Written,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    if let Some(options) = command.options() {
        *options = file.under(options);
    }
    match command {
        ArchiveCommand::Create(args) => create::run(&args, console),
        ArchiveCommand::Add(args) => {
            matching::run(Adding::new(&args), &args.matching, written, console)
        }
        ArchiveCommand::Query(args) => matching::run(Asking, &args.matching, written, console),
        ArchiveCommand::Rules(args) => rules::run(&args, console),
        ArchiveCommand::Flags(args) => flags::run(&args, console),
        ArchiveCommand::Flag(args) => decide::run(&args, console),
        ArchiveCommand::Kill(args) => kill::run(&args, console),
        ArchiveCommand::Dossier(args) => dossier::run(&args, console),
        ArchiveCommand::Remove(args) => maintain::remove(&args, console),
        ArchiveCommand::Expire(args) => maintain::expire(&args, console),
        ArchiveCommand::Stats(args) => maintain::stats(&args, console),
        ArchiveCommand::Verify(args) => maintain::verify(&args, console),
        ArchiveCommand::Export(args) => maintain::export(&args, console),
        ArchiveCommand::Compact(args) => maintain::compact(&args, console),
    }
}

/// Opens an archive to change it, for which another process may need it a little longer.
fn open_soon(path: &Path, judging: &Config, cancel: &Cancel) -> anyhow::Result<Archive> {
    let begun = Instant::now();
    loop {
        match Archive::open(path, judging.clone()) {
            Err(Error::InUse { .. }) if begun.elapsed() < PATIENCE => {
                cancel.check()?;
                thread::sleep(Duration::from_millis(20));
            }
            opened => return Ok(opened?),
        }
    }
}

/// How long to wait for another process, such as `retold watch`, to write what it has.
const PATIENCE: Duration = Duration::from_secs(30);

/// An error if an option that was given disagrees with what the archive was made with.
fn check_options(archive: &ArchiveSettings, options: &Options) -> anyhow::Result<()> {
    let Options { detection, advanced, .. } = options;
    let asked = ArchiveSettings {
        language: detection.language.map_or(archive.language, |language| language.0),
        lanes: advanced.lanes.unwrap_or(archive.lanes),
        shingle_words: advanced.ngram.unwrap_or(archive.shingle_words),
        seed: advanced.seed.unwrap_or(archive.seed),
        channel: advanced.channel.map_or(archive.channel, Into::into),
        max_df: advanced.max_df.unwrap_or(archive.max_df),
        min_shared: advanced.min_shared.unwrap_or(archive.min_shared),
        span_days: archive.span_days,
    };
    Ok(archive.check_same(&asked)?)
}

/// How pairs are judged; what finds them comes from the archive.
fn judging(engine: &Config) -> Config {
    engine.clone().keep_features(false)
}

fn wanted(args: &OutputArgs) -> Wanted {
    Wanted {
        since: args.since.map(|since| since.0),
        sources: args.source.clone(),
        relations: args.relation.iter().map(|relation| relation.0).collect(),
    }
}
