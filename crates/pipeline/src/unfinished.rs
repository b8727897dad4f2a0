//! Registry of unfinished files: nothing half-written stays behind when the process is terminated,
//! except what a later run can resume from.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Files and folders that are being written under another name than their last, and whether they
/// stay there.
static UNFINISHED: Mutex<Vec<(PathBuf, OnExit)>> = Mutex::new(Vec::new());

/// What happens to an unfinished path on exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnExit {
    Remove,
    Keep,
}

fn unfinished() -> MutexGuard<'static, Vec<(PathBuf, OnExit)>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is left behind when the process is terminated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a host has to say what is left")]
pub enum Left {
    /// Nothing: what was half-written is removed.
    Nothing,
    /// Work that a later run can resume from.
    Work,
}

/// Removes what is unfinished and not to be kept, then ends the process by `end`, which is told
/// what is left: until then nothing is finished or begun.
pub fn clean_up(end: impl FnOnce(Left)) {
    let unfinished = unfinished();
    let mut left = Left::Nothing;
    for (path, on_exit) in unfinished.iter() {
        let _ = match on_exit {
            OnExit::Keep => {
                left = Left::Work;
                Ok(())
            }
            OnExit::Remove if path.is_dir() => fs::remove_dir_all(path),
            OnExit::Remove => fs::remove_file(path),
        };
    }
    end(left);
}

/// Takes last steps, such as a link and a rename, out of reach of [`clean_up`].
pub fn undisturbed<T>(last_steps: impl FnOnce() -> T) -> T {
    let _held = unfinished();
    last_steps()
}

/// A path that [`clean_up`] removes, unless it is to be kept, until this is dropped or finished.
#[derive(Debug)]
pub struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    /// Announces a file or folder that was just made.
    pub fn new(path: &Path) -> Self {
        unfinished().push((path.to_owned(), OnExit::Remove));
        Self { path: path.to_owned() }
    }

    /// From now on it is kept: a later run can resume from it.
    pub fn keep(&self) {
        for (path, on_exit) in unfinished().iter_mut() {
            if *path == self.path {
                *on_exit = OnExit::Keep;
            }
        }
    }

    /// Takes the last step, such as a rename, out of reach of [`clean_up`].
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
