//! Ctrl-C: nothing half-written stays behind, but what a later run can go on from.

use std::fmt;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use retold::Cancel;
use retold_pipeline::unfinished::{Left, clean_up};

/// What to do where something was kept.
pub const HOW_TO_RESUME: &str =
    "the work done so far is kept: the same command with --resume continues it";

/// Exit status of a process that was interrupted (128 + SIGINT).
const INTERRUPTED: u8 = 130;

/// How long a run that was told to stop may take to do so. What cannot be told, such as a write to
/// a pipe that nobody reads, is ended then.
const PATIENCE: Duration = Duration::from_secs(3);

/// Makes Ctrl-C, SIGTERM and SIGHUP tell the run to stop; a second one ends the process at once.
pub fn stop_on_ctrl_c() -> Cancel {
    let cancel = Cancel::new();
    let told = cancel.clone();
    let stop = move || {
        if told.is_cancelled() {
            end();
        }
        told.cancel();
        let wait = || {
            thread::sleep(PATIENCE);
            end();
        };
        if thread::Builder::new().spawn(wait).is_err() {
            end();
        }
    };
    // Only fails where there is a handler already, and there is none.
    let _ = ctrlc::set_handler(stop);
    cancel
}

/// Ends the process without waiting for the run.
fn end() {
    clean_up(|left| {
        let _ = say(left, &mut io::stderr());
        std::process::exit(INTERRUPTED.into());
    });
}

/// Ends a run that was told to stop, and has left that.
pub fn ended(left: Left, err: &mut dyn Write) -> u8 {
    // If the standard error is closed, the status has to say it alone.
    let _ = say(left, err);
    INTERRUPTED
}

/// Whether it was said: the run may end by itself at the moment of the second Ctrl-C.
static IS_SAID: AtomicBool = AtomicBool::new(false);

fn say(left: Left, err: &mut dyn Write) -> io::Result<()> {
    if IS_SAID.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let what = match left {
        Left::Nothing => "what was half-written is removed",
        Left::Work => HOW_TO_RESUME,
    };
    // Behind the ^C of the terminal.
    writeln!(err, "\nretold: interrupted; {what}")
}

/// The run has kept what a later one can go on from: the context of its error.
#[derive(Debug, Clone, Copy)]
pub struct Kept;

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HOW_TO_RESUME)
    }
}

/// What a run has left that ended with this error; nothing if it was not told to stop.
pub fn left_by(error: &anyhow::Error) -> Option<Left> {
    let is_told = |cause: &(dyn std::error::Error + 'static)| {
        cause.is::<retold::Cancelled>()
            || cause.downcast_ref().is_some_and(retold::Error::is_cancelled)
            || matches!(cause.downcast_ref(), Some(retold_pipeline::Error::Cancelled(_)))
            || matches!(cause.downcast_ref(), Some(retold_archive::Error::Cancelled(_)))
    };
    let left = if error.downcast_ref::<Kept>().is_some() { Left::Work } else { Left::Nothing };
    error.chain().any(is_told).then_some(left)
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn an_interruption_is_known_under_any_context() {
        let errors: [anyhow::Error; 3] = [
            retold::Cancelled.into(),
            retold::Error::from(retold::Cancelled).into(),
            retold_pipeline::Error::from(retold::Cancelled).into(),
        ];
        for error in errors {
            let error = error.context("cannot write a");
            assert_eq!(left_by(&error), Some(Left::Nothing));
            assert_eq!(left_by(&error.context(Kept)), Some(Left::Work));
        }
        let other = Err::<(), _>(io::Error::from(io::ErrorKind::NotFound)).context(Kept);
        assert_eq!(left_by(&other.expect_err("it is one")), None);
    }
}
