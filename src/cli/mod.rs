//! The command line.
//!
//! `args` and `options` are what the user typed, `settings` what it means; each subcommand is a
//! function in a file of its own that gets its streams from here. Only [`main`] makes exit
//! statuses.

mod args;
mod compare;
mod console;
mod exit;
mod interrupt;
mod options;
mod output;
mod pairs;
mod progress;
mod run;
mod scan;
mod settings;
mod shelf;
mod values;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use console::{Console, Facts};
use exit::Exit;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    interrupt::clean_up_on_ctrl_c();
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let mut console = Console { out: &mut out, err: &mut err, facts: Facts::detect() };
    let done = run(&cli, &mut console);
    match done {
        Ok(exit) => exit.into(),
        Err(error) if exit::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // If the standard error is closed too, the status has to say it alone.
            let _ = writeln!(err, "{}", exit::message(&error));
            Exit::Failed.into()
        }
    }
}

fn run(cli: &Cli, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    match &cli.command {
        Command::Scan(args) => scan::run(args, console),
        Command::Compare(args) => compare::run(args, console),
    }
}
