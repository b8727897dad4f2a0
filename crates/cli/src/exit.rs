//! How a run ends.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use retold_pipeline::Error;
use retold_report::printable::{is_unsafe, printable};
use retold_report::wrap::wrapped;

use crate::failures::in_words;
use crate::naming;
use crate::options::KERNEL;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Something was found.
    Found,
    /// Everything was done, and nothing was found.
    Nothing,
    /// An error, or some input could not be read.
    Failed,
}

impl Exit {
    /// [`Exit::Failed`] if there were failures to read some input, else the same.
    pub fn or_failed(self, failures: u64) -> Self {
        if failures > 0 { Self::Failed } else { self }
    }
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Found => 0,
            Exit::Nothing => 1,
            Exit::Failed => 2,
        }
    }
}

/// Shows help, the version or what was wrong with the arguments.
pub fn usage(error: &clap::Error, args: &[OsString]) -> u8 {
    let is_safe = |argument: &OsString| !argument.to_string_lossy().contains(is_unsafe);
    // Values of options may come from the environment, too.
    let kernel = std::env::var_os(KERNEL);
    // Errors are on one stream, help on the other.
    let terminal = match error.use_stderr() {
        true => terminal_size::terminal_size_of(io::stderr()),
        false => terminal_size::terminal_size_of(io::stdout()),
    };
    // A closed pipe is all that can go wrong, and no error.
    let _ = match args.iter().chain(&kernel).all(is_safe) {
        // The parser wraps descriptions, but neither errors nor usage.
        true => match terminal {
            Some((width, _)) => {
                let said = wrapped(&error.render().ansi().to_string(), width.0.into());
                match error.use_stderr() {
                    true => write!(anstream::stderr(), "{said}"),
                    false => write!(anstream::stdout(), "{said}"),
                }
            }
            None => error.print(),
        },
        // Without colours, which could not be told from what the arguments bring.
        false => {
            let said = error.render().to_string();
            let lines: Vec<_> = said.lines().map(printable).collect();
            writeln!(io::stderr(), "{}", lines.join("\n"))
        }
    };
    if error.use_stderr() { Exit::Failed.into() } else { 0 }
}

/// Whether whoever read the output wants no more of it.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let closed = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    };
    error.chain().any(closed)
}

/// The error and its causes on one line, safe for a terminal.
pub fn message(error: &anyhow::Error) -> String {
    let mut message = String::from("retold: ");
    for (at, cause) in error.chain().enumerate() {
        // Writing to a string cannot fail.
        let between = if at == 0 { "" } else { ": " };
        let of_engine = || cause.downcast_ref().map(naming::in_words);
        let _ = match cause.downcast_ref::<Error>().map(in_words).or_else(of_engine) {
            Some(words) => write!(message, "{between}{words}"),
            None => write!(message, "{between}{cause}"),
        };
    }
    let lines: Vec<_> = message.lines().map(printable).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn unread_input_outweighs_what_was_found() {
        assert_eq!(Exit::Found.or_failed(0), Exit::Found);
        assert_eq!(Exit::Nothing.or_failed(0), Exit::Nothing);
        assert_eq!(Exit::Found.or_failed(1), Exit::Failed);
    }

    #[test]
    fn a_closed_pipe_is_known_under_any_context() {
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        let error = anyhow::Error::from(retold_report::Error::Write(closed)).context("writing");
        assert!(is_closed_pipe(&error));
        let full = Err::<(), _>(io::Error::from(io::ErrorKind::StorageFull));
        assert!(!is_closed_pipe(&full.context("writing").expect_err("it is one")));
    }

    #[test]
    fn messages_name_causes_and_obey_nobody() {
        let error = anyhow::anyhow!("no \x1b[2J file").context("cannot read a");
        assert_eq!(message(&error), "retold: cannot read a: no \\u{1b}[2J file");
        let damaged = anyhow::Error::from(Error::DamagedRecord).context("cannot");
        assert!(message(&damaged).ends_with("; start over, without --resume"));
    }
}
