//! `retold archive flag`

use retold::Config;
use retold_archive::Decision;
use retold_pipeline::dates;

use super::flag_args::FlagArgs;
use super::opening::open_soon;
use crate::console::Console;
use crate::exit::Exit;

/// Notes what somebody decided on a flag.
pub fn run(args: &FlagArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let mut archive = open_soon(&args.archive.path, &Config::default(), &console.cancel)?;
    let decision = Decision {
        state: args.decision.into(),
        note: args.note.clone(),
        by: args.by.clone(),
        at: dates::now(),
    };
    let flag = archive.decide(args.flag, &decision)?;
    writeln!(console.err, "retold: flag {} is {}", flag.number, flag.state().name())?;
    Ok(Exit::Found)
}
