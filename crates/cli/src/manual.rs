//! `retold completions` and `retold man`: what packagers ship beside the command.

use anyhow::Context;
use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::console::Console;
use crate::exit::Exit;

/// Prints a completion script.
pub fn completions(args: &CompletionsArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "retold", &mut script);
    console.out.write_all(&script)?;
    console.out.flush()?;
    Ok(Exit::Found)
}

/// Prints the manual page, or writes all into a folder.
pub fn man(args: &ManArgs, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    match &args.output {
        Some(folder) => clap_mangen::generate_to(Cli::command(), folder)
            .with_context(|| format!("cannot write manual pages into {}", folder.display()))?,
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            console.out.write_all(&page)?;
            console.out.flush()?;
        }
    }
    Ok(Exit::Found)
}
