//! Ctrl-C: nothing half-written stays behind, but what a later run can go on from.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Files and folders that are being written under another name than their last, and whether they
/// stay there.
static UNFINISHED: Mutex<Vec<(PathBuf, Fate)>> = Mutex::new(Vec::new());

/// What Ctrl-C does to what is unfinished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Removed,
    Kept,
}

/// What to do where something was kept.
pub const HOW_TO_RESUME: &str =
    "what is done so far is kept: the same command with --resume goes on from there";

/// Exit status of a process that was interrupted (128 + SIGINT).
const INTERRUPTED: i32 = 130;

fn unfinished() -> MutexGuard<'static, Vec<(PathBuf, Fate)>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes Ctrl-C, SIGTERM and SIGHUP remove what is unfinished before the process ends.
pub fn clean_up_on_ctrl_c() {
    let clean_up = || {
        // Held to the end, so that nothing is finished or begun meanwhile.
        let unfinished = unfinished();
        let mut what = "what was half-written is removed";
        for (path, fate) in unfinished.iter() {
            let _ = match fate {
                Fate::Kept => {
                    what = HOW_TO_RESUME;
                    Ok(())
                }
                Fate::Removed if path.is_dir() => fs::remove_dir_all(path),
                Fate::Removed => fs::remove_file(path),
            };
        }
        let _ = writeln!(std::io::stderr(), "\nretold: interrupted; {what}");
        std::process::exit(INTERRUPTED);
    };
    // Only fails where there is a handler already, and there is none.
    let _ = ctrlc::set_handler(clean_up);
}

/// A path that Ctrl-C removes, unless it is to be kept, until this is dropped or finished.
#[derive(Debug)]
pub struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    /// Announces a file or folder that was just made.
    pub fn new(path: &Path) -> Self {
        unfinished().push((path.to_owned(), Fate::Removed));
        Self { path: path.to_owned() }
    }

    /// From now on Ctrl-C leaves it there, and says how to go on from it.
    pub fn keep(&self) {
        for (path, fate) in unfinished().iter_mut() {
            if *path == self.path {
                *fate = Fate::Kept;
            }
        }
    }

    /// Takes the last step, such as a rename, out of reach of Ctrl-C.
    pub fn finish<T>(self, last_step: impl FnOnce() -> T) -> T {
        let mut unfinished = unfinished();
        let done = last_step();
        unfinished.retain(|(path, _)| *path != self.path);
        drop(unfinished);
        done
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        unfinished().retain(|(path, _)| *path != self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_finished_is_forgotten() {
        let path = Path::new("no/such/file-that-a-test-announces");
        let is_known = || unfinished().iter().any(|(known, _)| known == path);
        let announced = Unfinished::new(path);
        assert!(is_known());
        assert_eq!(announced.finish(|| 7), 7);
        assert!(!is_known());
        drop(Unfinished::new(path));
        assert!(!is_known());
    }
}
