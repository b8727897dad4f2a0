//! How a run ends.

use std::fmt::Write;
use std::io;
use std::process::ExitCode;

use retold_pipeline::{Difference, Error};
use retold_report::printable::printable;
use retold_report::quantity;

use crate::values::SizeValue;

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
    /// [`Exit::Failed`] if some input could not be read, else whether something was found.
    pub fn of(found: bool, failures: u64) -> Self {
        match (failures, found) {
            (1.., _) => Self::Failed,
            (0, true) => Self::Found,
            (0, false) => Self::Nothing,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Found => Self::SUCCESS,
            Exit::Nothing => Self::from(1),
            Exit::Failed => Self::from(2),
        }
    }
}

/// Shows help, the version or what was wrong with the arguments.
pub fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is all that can go wrong, and no error.
    let _ = error.print();
    if error.use_stderr() { Exit::Failed.into() } else { ExitCode::SUCCESS }
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
        let _ = match cause.downcast_ref::<Error>() {
            Some(error) => write!(message, "{between}{}", in_words(error)),
            None => write!(message, "{between}{cause}"),
        };
    }
    let lines: Vec<_> = message.lines().map(printable).collect();
    lines.join("\n")
}

/// What stopped a run, with the options that may help.
fn in_words(error: &Error) -> String {
    match error {
        Error::TemporaryFile { .. } => format!("{error}; name another folder with --temp"),
        Error::TooLittleMemory { memory, articles, least } => format!(
            "--memory {} is too little: {} take {}M at least; give more",
            SizeValue(*memory as usize),
            quantity::counted(*articles, "article"),
            least.div_ceil(1 << 20)
        ),
        Error::SeveralArticles { .. } => format!(
            "{error}; to compare some of them, list them with --pairs and name the file with \
             --corpus"
        ),
        Error::UnknownArticle { .. } => {
            format!("{error}; name the file that holds it with --corpus")
        }
        Error::DamagedRecord => format!("{error}; start afresh, without --resume"),
        Error::OtherRun(difference) => {
            // Options go by their names, without the dashes.
            let dashes = if matches!(difference, Difference::Option { .. }) { "--" } else { "" };
            format!(
                "cannot go on with the interrupted run: {dashes}{difference}; give what it was \
                 given, or start afresh, without --resume"
            )
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn unread_input_outweighs_what_was_found() {
        assert_eq!(Exit::of(true, 0), Exit::Found);
        assert_eq!(Exit::of(false, 0), Exit::Nothing);
        assert_eq!(Exit::of(true, 1), Exit::Failed);
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
    fn failures_of_a_run_name_options() {
        let few = Error::TooLittleMemory { memory: 1 << 30, articles: 1_000_000, least: 2 << 30 };
        let few = message(&few.into());
        let said = "retold: --memory 1G is too little: 1,000,000 articles take 2048M at least";
        assert!(few.starts_with(said), "{few}");
        let (name, was, is) = ("jaccard".to_owned(), "0.7".to_owned(), "0.8".to_owned());
        let other = Error::OtherRun(Difference::Option { name, was, is });
        let other = message(&anyhow::Error::from(other).context("cannot"));
        assert!(other.contains(": --jaccard was 0.7 and is 0.8; give"), "{other}");
        let source = io::Error::from(io::ErrorKind::NotFound);
        let full = Error::TemporaryFile { action: "write", folder: "a".into(), source };
        let full = message(&full.into());
        let said = "cannot write a temporary file in a; name another folder with --temp: ";
        assert!(full.contains(said), "{full}");
    }

    #[test]
    fn messages_name_causes_and_obey_nobody() {
        let error = anyhow::anyhow!("no \x1b[2J file").context("cannot read a");
        assert_eq!(message(&error), "retold: cannot read a: no \\u{1b}[2J file");
    }
}
