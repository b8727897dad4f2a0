//! The `retold` command, as a function: for its program, and for packages that bring the command
//! along.
//!
//! `args` and `options` are what the user typed, `settings` what it means; each subcommand is a
//! function in a file of its own that gets its streams from here. Only [`run`] makes exit
//! statuses.

pub mod archive;
mod args;
mod clash;
mod compare;
mod config;
mod console;
mod dedup;
mod evaluate;
mod exit;
mod failures;
mod input_args;
mod inputs;
mod interrupt;
mod manual;
mod names;
mod naming;
mod options;
mod pairs;
mod progress;
mod scan;
mod settings;
mod values;
mod written_as;

use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::{ArgMatches, FromArgMatches};

use args::{Cli, Command, ConfigCommand};
use clash::Written;
use config::ConfigFile;
use console::{Console, Facts};
use exit::Exit;
use retold::Cancel;

/// Runs the command with these arguments, the first of which is its name, on the streams of this
/// process; gives its exit status. Takes over the signals that stop a process.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let parsed = args::command().try_get_matches_from(&args).and_then(|matches| {
        let cli = Cli::from_arg_matches(&matches)?;
        Ok((cli, matches))
    });
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return exit::usage(&error, &args),
    };
    let cancel = interrupt::stop_on_ctrl_c();
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !retold_corpus::catches_panics() {
            tell(panic);
        }
    }));
    // The status of a panic is no status of ours.
    catch_unwind(AssertUnwindSafe(|| run_to_end(cli, &matches, cancel))).unwrap_or_else(|_| {
        let said = "retold: stopped by an internal error (see above)";
        let _ = writeln!(io::stderr(), "{said}");
        Exit::Failed.into()
    })
}

fn run_to_end(cli: Cli, matches: &ArgMatches, cancel: Cancel) -> u8 {
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let mut console = Console { out: &mut out, err: &mut err, facts: Facts::detect(), cancel };
    let done = run_subcommand(cli, matches, &mut console);
    match done {
        Ok(exit) => exit.into(),
        Err(error) if exit::is_closed_pipe(&error) => 0,
        Err(error) => {
            if let Some(left) = interrupt::left_by(&error) {
                return interrupt::ended(left, &mut err);
            }
            // If the standard error is closed too, the status has to say it alone.
            let _ = writeln!(err, "{}", exit::message(&error));
            Exit::Failed.into()
        }
    }
}

fn run_subcommand(
    cli: Cli,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let file = ConfigFile::find(&cli)?;
    let written = Written::of(&cli.command)?;
    written.check_files(file.path())?;
    written.check_lists(&cli.command)?;
    match cli.command {
        Command::Scan(mut args) => {
            args.options = file.under(&args.options);
            scan::run(&args, &written, console)
        }
        Command::Compare(mut args) => {
            args.options = file.under(&args.options);
            compare::run(&args, &written, console)
        }
        Command::Dedup(mut args) => {
            dedup::check(&args)?;
            args.options.dedup = args.dedup.clone();
            args.options = file.under(&args.options);
            dedup::run(&args, &written, console)
        }
        Command::Evaluate(mut args) => {
            args.options = file.under(&args.options);
            evaluate::run(&args, &written, console)
        }
        Command::Archive(command) => archive::run(command, &file, &written, console),
        Command::Watch(mut args) => {
            args.options = file.under(&args.options);
            archive::watch::run(&args, console)
        }
        Command::Config(ConfigCommand::Show(args)) => config::show(&args, &file, matches, console),
        Command::Completions(args) => manual::completions(&args, console),
        Command::Man(args) => manual::man(&args, console),
    }
}
