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
mod opening;
mod path_args;
mod query;
mod record;
mod rights;
mod rules;
mod show;
mod values;
pub(crate) mod watch;

use crate::clash::Written;
use crate::config::ConfigFile;
use crate::console::Console;
use crate::exit::Exit;

use add::Adding;
use args::ArchiveCommand;
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
