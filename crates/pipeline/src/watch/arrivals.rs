//! Which files of a folder are whole and new, from one look at it to the next.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Endings of the names that writers give to files until they are whole.
const UNFINISHED: [&str; 6] = [".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart"];

/// What tells whether a file has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    size: u64,
    modified: Option<SystemTime>,
    /// Which file it is, whatever its name, where the system says.
    node: Option<(u64, u64)>,
}

impl Look {
    /// At a file; `None` if there is none.
    pub fn at(path: &Path) -> Option<Self> {
        let what = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        Some(Self { size: what.len(), modified: what.modified().ok(), node: node(&what) })
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
fn node(what: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((what.dev(), what.ino()))
}

#[cfg(not(unix))]
fn node(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    look: Look,
    /// Since when it has been like this.
    since: Duration,
    is_taken: bool,
}

/// The files of a folder as they were at the last look.
#[derive(Debug, Default)]
pub struct Arrivals {
    seen: HashMap<PathBuf, Seen>,
    /// How long a file must stay as it is to be whole.
    settle: Duration,
}

/// When a look is taken: time since the watch began, and what the clock says.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Since the watch began.
    pub elapsed: Duration,
    /// The clock, to tell the age of files.
    pub clock: SystemTime,
}

impl Arrivals {
    /// No file yet; one is whole once it has not changed for that time.
    pub fn new(settle: Duration) -> Self {
        Self { seen: HashMap::new(), settle }
    }

    /// Takes a look at all files of the folder. Gives those that are whole and were not taken as
    /// they are now, in the order in which they come.
    ///
    /// A file is whole once it has not changed between looks for the time to settle; at once if it
    /// was last changed longer ago than that, or has only got another name. One that was taken
    /// under another name is not new.
    pub fn look(&mut self, files: Vec<(PathBuf, Look)>, now: Now) -> Vec<PathBuf> {
        let before = std::mem::take(&mut self.seen);
        let nodes: HashMap<(u64, u64), &Seen> =
            before.values().filter_map(|seen| Some((seen.look.node?, seen))).collect();
        let mut whole = Vec::new();
        for (path, look) in files {
            let known = before.get(&path).filter(|seen| seen.look == look);
            let renamed = look.node.and_then(|node| nodes.get(&node).copied());
            let renamed = renamed.filter(|seen| known.is_none() && seen.look == look);
            let seen = match known.or(renamed) {
                Some(seen) => *seen,
                None => Seen { look, since: now.elapsed, is_taken: false },
            };
            let age = look.modified.and_then(|at| now.clock.duration_since(at).ok());
            let has_settled = now.elapsed.saturating_sub(seen.since) >= self.settle
                || age.is_some_and(|age| age >= self.settle)
                || renamed.is_some();
            if has_settled && !seen.is_taken && !is_unfinished(&path) {
                whole.push(path.clone());
            }
            self.seen.insert(path, seen);
        }
        whole
    }

    /// How many files wait until they are whole.
    pub fn waiting(&self) -> usize {
        let waits = |(path, seen): &(&PathBuf, &Seen)| !seen.is_taken && !is_unfinished(path);
        self.seen.iter().filter(waits).count()
    }

    /// The file as it was at the last look.
    pub fn last(&self, path: &Path) -> Option<Look> {
        self.seen.get(path).map(|seen| seen.look)
    }

    /// What stood in a file at the last look is in the archive.
    pub fn taken(&mut self, path: &Path) {
        if let Some(seen) = self.seen.get_mut(path) {
            seen.is_taken = true;
        }
    }
}

/// Whether a name says that its file is not whole.
fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.starts_with('.') || name.ends_with('~') || UNFINISHED.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: u64 = 1_000_000;

    fn now(second: u64) -> Now {
        let clock = SystemTime::UNIX_EPOCH + Duration::from_secs(CLOCK + second);
        Now { elapsed: Duration::from_secs(second), clock }
    }

    /// A file of that size, changed at that second of the watch.
    fn file(name: &str, size: u64, changed: u64, node: u64) -> (PathBuf, Look) {
        let modified = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(CLOCK + changed));
        (PathBuf::from(name), Look { size, modified, node: Some((1, node)) })
    }

    fn whole(arrivals: &mut Arrivals, files: &[(PathBuf, Look)], second: u64) -> Vec<String> {
        let whole = arrivals.look(files.to_vec(), now(second));
        whole.iter().for_each(|path| arrivals.taken(path));
        whole.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn files_wait_until_they_do_not_change() {
        let mut arrivals = Arrivals::new(Duration::from_secs(2));
        let none: [&str; 0] = [];
        assert_eq!(whole(&mut arrivals, &[file("a", 1, 0, 1)], 0), none);
        assert_eq!(whole(&mut arrivals, &[file("a", 2, 1, 1)], 1), none);
        assert_eq!(whole(&mut arrivals, &[file("a", 2, 1, 1)], 2), none);
        assert_eq!(arrivals.waiting(), 1);
        assert_eq!(whole(&mut arrivals, &[file("a", 2, 1, 1)], 3), ["a"]);
        assert_eq!(whole(&mut arrivals, &[file("a", 2, 1, 1)], 9), none);
        // Changed after it was taken: it is looked at again.
        assert_eq!(whole(&mut arrivals, &[file("a", 3, 9, 1)], 9), none);
        assert_eq!(whole(&mut arrivals, &[file("a", 3, 9, 1)], 11), ["a"]);
    }

    #[test]
    fn a_clock_ahead_does_not_make_a_file_whole_and_does_not_keep_it_out() {
        let mut arrivals = Arrivals::new(Duration::from_secs(2));
        let future = [file("a", 1, 500, 1)];
        assert!(whole(&mut arrivals, &future, 0).is_empty());
        assert_eq!(whole(&mut arrivals, &future, 2), ["a"]);
    }

    #[test]
    fn renamed_files_are_whole_at_once_and_are_not_taken_twice() {
        let mut arrivals = Arrivals::new(Duration::from_secs(2));
        let none: [&str; 0] = [];
        // Under an unfinished name it waits however long.
        assert_eq!(whole(&mut arrivals, &[file("a.part", 1, 0, 1)], 5), none);
        assert_eq!(whole(&mut arrivals, &[file("a.part", 1, 5, 1)], 6), none);
        assert_eq!(whole(&mut arrivals, &[file("a", 1, 5, 1)], 6), ["a"]);
        assert_eq!(whole(&mut arrivals, &[file("b", 1, 5, 1)], 7), none);
        // Moved here from elsewhere.
        assert_eq!(whole(&mut arrivals, &[file("c", 1, 2, 2), file("b", 1, 5, 1)], 8), ["c"]);
    }

    #[test]
    fn removed_files_are_forgotten() {
        let mut arrivals = Arrivals::new(Duration::from_secs(2));
        assert!(whole(&mut arrivals, &[file("a", 1, 0, 1)], 0).is_empty());
        assert!(whole(&mut arrivals, &[], 1).is_empty());
        assert_eq!(arrivals.waiting(), 0);
        assert_eq!(whole(&mut arrivals, &[file("a", 1, 0, 7)], 9), ["a"]);
    }
}
