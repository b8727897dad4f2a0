//! Ctrl-C: nothing half-written stays behind, but what a later run can go on from.

use std::io::Write;

use retold_pipeline::unfinished::{Left, clean_up};

/// What to do where something was kept.
pub const HOW_TO_RESUME: &str =
    "what is done so far is kept: the same command with --resume goes on from there";

/// Exit status of a process that was interrupted (128 + SIGINT).
const INTERRUPTED: i32 = 130;

/// Makes Ctrl-C, SIGTERM and SIGHUP remove what is unfinished before the process ends.
pub fn clean_up_on_ctrl_c() {
    let end = |left| {
        let what = match left {
            Left::Nothing => "what was half-written is removed",
            Left::Work => HOW_TO_RESUME,
        };
        let _ = writeln!(std::io::stderr(), "\nretold: interrupted; {what}");
        std::process::exit(INTERRUPTED);
    };
    // Only fails where there is a handler already, and there is none.
    let _ = ctrlc::set_handler(move || clean_up(end));
}
