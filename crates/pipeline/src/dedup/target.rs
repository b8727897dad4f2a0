//! The folder that a deduplication writes: complete or not at all.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::disk::{self, OutputFile};
use crate::output::PREFIX;
use crate::unfinished::{Unfinished, undisturbed};

/// An output folder in progress: `DIR.partial` beside DIR until it is finished, with what a later
/// run needs to resume.
pub struct Target {
    target: PathBuf,
    partial: PathBuf,
    /// Whether this run resumes an earlier one.
    is_resumed: bool,
    /// Whether there is something that a later run could resume from.
    is_worth_keeping: bool,
    /// Whether this run has started to add to it.
    is_begun: bool,
    unfinished: Option<Unfinished>,
    /// Held while this run writes.
    _lock: File,
}

/// In `DIR.partial`: what becomes DIR.
const OUTPUT: &str = "output";
/// The run manifest, which only a run that has started its work leaves behind.
const MANIFEST: &str = "terms";
/// Locked by the run that writes.
const LOCK: &str = "lock";
/// The file that marks a folder as ours; the lock cannot, as some systems do not let others read
/// it.
const SIGN: &str = "made-by-retold";
/// Content of that file. A folder without it is left alone, whatever its name.
const MARK: &str = "retold dedup is writing this folder, or was interrupted at it.\n";
/// All names that a run creates in `DIR.partial`. Anything else is not ours.
const OWN: [&str; 9] =
    [SIGN, LOCK, OUTPUT, MANIFEST, "terms.new", "journal", "fates", "fates.new", "finished"];

/// What to do with what an interrupted run left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leftover {
    /// Resume from it.
    Resume,
    /// Remove it.
    Remove,
}

impl Target {
    /// An error if the folder is not empty, cannot be created, or another run is writing it.
    pub fn create(target: &Path, leftover: Leftover) -> anyhow::Result<Self> {
        let shown = target.display();
        match fs::read_dir(target) {
            Ok(mut entries) => {
                let holds_something = entries.next().is_some();
                if holds_something && leftover == Leftover::Resume && is_finished(target) {
                    bail!("{shown} is finished: there is nothing to go on with");
                }
                if holds_something {
                    bail!("{shown} is not empty; name another folder, or remove it first");
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot write into {shown}")),
        }
        let (absolute, partial) = places(target)?;
        let cannot = || format!("cannot make a folder beside {shown}");
        let (lock, unfinished) = match fs::symlink_metadata(&partial) {
            Ok(what) => {
                let lock = claimed(&partial, &what)?;
                // Where files cannot be locked at all, runs do not exclude each other.
                if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
                    bail!(
                        "another run is writing {shown}; wait for its end, or name another folder"
                    );
                }
                (lock, Unfinished::new(&partial))
            }
            Err(_) => {
                let unfinished = Unfinished::new(&partial);
                (undisturbed(|| made(&partial)).with_context(cannot)?, unfinished)
            }
        };
        let is_left = partial.join(MANIFEST).exists();
        let is_resumed = is_left && leftover == Leftover::Resume;
        let mut made = Self {
            target: absolute,
            partial,
            is_resumed,
            is_worth_keeping: false,
            is_begun: false,
            unfinished: Some(unfinished),
            _lock: lock,
        };
        if is_resumed {
            made.keep();
        } else {
            made.clear().with_context(cannot)?;
        }
        disk::make_folders(&made.partial.join(OUTPUT)).with_context(cannot)?;
        Ok(made)
    }

    /// Whether this run resumes an interrupted one.
    pub fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    /// Where the settings and inputs of the run are recorded.
    pub fn manifest(&self) -> PathBuf {
        self.partial.join(MANIFEST)
    }

    /// The path of a file that a later run needs to resume.
    pub fn state(&self, name: &str) -> PathBuf {
        self.partial.join(name)
    }

    /// The path of an output file.
    pub fn path(&self, name: &str) -> PathBuf {
        self.partial.join(OUTPUT).join(name)
    }

    /// From now on the folder is kept if the run ends early.
    pub fn begin(&mut self) {
        self.is_begun = true;
        self.keep();
    }

    fn keep(&mut self) {
        if let (false, Some(unfinished)) = (self.is_worth_keeping, &self.unfinished) {
            self.is_worth_keeping = true;
            unfinished.keep();
        }
    }

    /// Whether a later run could resume if this one fails.
    pub fn is_resumable(&self) -> bool {
        self.is_worth_keeping && self.is_begun
    }

    /// Marks the folder as useless, so that it is removed.
    pub fn discard(&mut self) {
        self.is_worth_keeping = false;
    }

    /// Gives it its final name. Its content is synced before, the name after.
    pub fn finish(mut self) -> anyhow::Result<()> {
        let (from, target) = (self.partial.join(OUTPUT), self.target.clone());
        let cannot = || format!("cannot give the finished folder {} its name", target.display());
        disk::sync_all(&from).with_context(cannot)?;
        undisturbed(|| disk::rename(&from, &target)).with_context(cannot)?;
        self.is_worth_keeping = false;
        drop(self.unfinished.take());
        let folders = [target.parent(), Some(&*self.partial)];
        folders.into_iter().flatten().try_for_each(disk::sync_folder).with_context(cannot)
    }

    /// Removes everything except lock and marker.
    fn clear(&self) -> io::Result<()> {
        clear(&self.partial)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.is_worth_keeping {
            // Leftovers do no harm: they do not look finished.
            let _ = remove(&self.partial);
        }
    }
}

/// Removes everything that a run creates in a folder in progress, except lock and marker.
fn clear(partial: &Path) -> io::Result<()> {
    for name in OWN.into_iter().filter(|name| ![SIGN, LOCK].contains(name)) {
        match disk::remove(&partial.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Removes a folder in progress, unless it contains something that is not ours.
fn remove(partial: &Path) -> io::Result<()> {
    clear(partial)?;
    disk::remove(&partial.join(LOCK))?;
    let is_ours = fs::read_dir(partial)?.flatten().all(|entry| entry.file_name() == SIGN);
    if !is_ours {
        return disk::remove(&partial.join(SIGN));
    }
    // Under another name, because the folder is not recognised as ours without its marker.
    undisturbed(|| {
        let away = beside(partial, |to| disk::rename(partial, to).map(|()| to.to_owned()))?;
        disk::remove(&away.join(SIGN))?;
        disk::remove_folder(&away)
    })
}

/// Creates a folder in progress with its marker and its lock, which this process holds. It gets its
/// name only when complete: without its marker it would block every later run.
fn made(partial: &Path) -> io::Result<File> {
    let made = beside(partial, |path| disk::make_folder(path).map(|()| path.to_owned()))?;
    let fill = || {
        let mut sign = OutputFile::create_new(&made.join(SIGN))?;
        sign.write_all(MARK.as_bytes())?;
        sign.sync()?;
        let lock = OutputFile::create_new(&made.join(LOCK))?.into_file();
        // No other process knows it yet. Where files cannot be locked at all, runs do not exclude
        // each other.
        let _ = lock.try_lock();
        disk::sync_folder(&made)?;
        disk::rename(&made, partial)?;
        partial.parent().map_or(Ok(()), disk::sync_folder)?;
        Ok(lock)
    };
    fill().inspect_err(|_| {
        for name in [SIGN, LOCK] {
            let _ = fs::remove_file(made.join(name));
        }
        let _ = fs::remove_dir(&made);
    })
}

/// Creates something under an unused hidden name in the folder of `partial`.
fn beside(partial: &Path, make: impl FnMut(&Path) -> io::Result<PathBuf>) -> io::Result<PathBuf> {
    let folder = partial.parent().unwrap_or(Path::new("."));
    let (made, path) = tempfile::Builder::new().prefix(PREFIX).make_in(folder, make)?.into_parts();
    // Not a temporary file to be removed.
    let _ = path.keep();
    Ok(made)
}

/// The lock of a folder that an earlier run left; an error if the folder is not ours.
fn claimed(partial: &Path, what: &fs::Metadata) -> anyhow::Result<File> {
    let shown = partial.display();
    if !what.is_dir() || !is_marked(partial) {
        bail!(
            "{shown} is needed, and is there, but retold did not make it; name another folder, or \
             move it away"
        );
    }
    let stranger = fs::read_dir(partial)
        .with_context(|| format!("cannot read {shown}"))?
        .flatten()
        .find(|entry| {
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            is_link || OWN.iter().all(|own| entry.file_name() != *own)
        });
    if let Some(stranger) = stranger {
        bail!(
            "{} was not made by retold, and is in the way; move it elsewhere",
            stranger.path().display()
        );
    }
    lock_of(partial).with_context(|| format!("cannot write into {shown}"))
}

/// The lock of a folder that is ours.
fn lock_of(partial: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).open(partial.join(LOCK))
}

/// Whether a folder has our marker. Links are not followed.
fn is_marked(partial: &Path) -> bool {
    let is_there = |path: &Path, is: fn(&fs::Metadata) -> bool| {
        fs::symlink_metadata(path).is_ok_and(|what| is(&what))
    };
    let sign = partial.join(SIGN);
    let mut mark = String::new();
    is_there(partial, fs::Metadata::is_dir)
        && is_there(&sign, fs::Metadata::is_file)
        && !is_there(&partial.join(LOCK), fs::Metadata::is_symlink)
        && File::open(sign)
            .is_ok_and(|file| file.take(MARK.len() as u64 + 1).read_to_string(&mut mark).is_ok())
        && mark == MARK
}

/// The folder to write and the one in progress, with links resolved.
fn places(target: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
    let shown = target.display();
    let is_link = fs::symlink_metadata(target).is_ok_and(|what| what.is_symlink());
    let at = if is_link { fs::canonicalize(target) } else { std::path::absolute(target) };
    let at = at.with_context(|| format!("cannot write into {shown}"))?;
    let (Some(parent), Some(name)) = (at.parent(), at.file_name()) else {
        bail!("{shown} is not a folder to write; name another");
    };
    let mut partial = name.to_owned();
    partial.push(".partial");
    let partial = parent.join(partial);
    Ok((at, partial))
}

/// The folder in progress beside `target`; `None` if there can be none.
pub fn partial_of(target: &Path) -> Option<PathBuf> {
    places(target).ok().map(|(_, partial)| partial)
}

/// Whether an interrupted run left something to resume beside the folder.
pub fn is_left_over(target: &Path) -> bool {
    partial_of(target).is_some_and(|partial| is_marked(&partial) && partial.join(MANIFEST).exists())
}

/// Whether there is no run left to resume. One that was stopped between its last step and cleaning
/// up counts as finished; its leftovers are removed now.
fn is_finished(target: &Path) -> bool {
    let Some(partial) = partial_of(target).filter(|partial| is_marked(partial)) else {
        return true;
    };
    let is_finished = !partial.join(OUTPUT).exists() || !partial.join(MANIFEST).exists();
    if is_finished && lock_of(&partial).is_ok_and(|lock| lock.try_lock().is_ok()) {
        // Does no harm if it cannot be removed.
        let _ = remove(&partial);
    }
    is_finished
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(target: &Path, leftover: Leftover) -> anyhow::Result<Target> {
        Target::create(target, leftover)
    }

    #[test]
    fn it_has_its_name_when_it_is_finished_and_not_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        let target = create(&out, Leftover::Remove).expect("nothing there");
        fs::write(target.path("a"), "x").expect("written");
        fs::write(target.state("journal"), "x").expect("written");
        assert!(!out.exists());
        target.finish().expect("renamed");
        assert_eq!(fs::read_to_string(out.join("a")).expect("there"), "x");
        assert!(create(&out, Leftover::Remove).is_err(), "it is not empty now");
        let again = create(&out, Leftover::Resume).err().map(|error| error.to_string());
        assert!(again.is_some_and(|error| error.contains("is finished")));
        drop(create(&folder.path().join("other"), Leftover::Remove).expect("nothing there"));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left");
    }

    #[test]
    fn an_empty_folder_will_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        fs::create_dir(&out).expect("made");
        create(&out, Leftover::Resume).expect("empty").finish().expect("renamed");
        assert!(out.is_dir());
    }

    #[test]
    fn what_is_worth_it_stays_until_it_is_resumed_or_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        let begin = |leftover| {
            let mut target = create(&out, leftover).expect("nobody has it");
            let was_left = target.state("journal").exists();
            fs::write(target.manifest(), "x").expect("written");
            fs::write(target.state("journal"), "x").expect("written");
            target.begin();
            assert!(create(&out, Leftover::Resume).is_err(), "one at a time");
            (target.is_resumed(), was_left)
        };
        assert!(!is_left_over(&out));
        assert_eq!(begin(Leftover::Resume), (false, false));
        assert!(is_left_over(&out));
        assert_eq!(begin(Leftover::Resume), (true, true));
        assert_eq!(begin(Leftover::Remove), (false, false));
        create(&out, Leftover::Resume).expect("nobody has it").finish().expect("renamed");
        assert!(!is_left_over(&out));
    }

    #[test]
    fn what_somebody_else_made_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (out, partial) = (folder.path().join("out"), folder.path().join("out.partial"));
        fs::create_dir_all(partial.join("output")).expect("made");
        for (name, content) in [("lock", "mine"), ("terms", "mine"), ("output/x", "mine")] {
            fs::write(partial.join(name), content).expect("written");
            for leftover in [Leftover::Resume, Leftover::Remove] {
                let error = create(&out, leftover).err().expect("not ours").to_string();
                assert!(error.contains("retold did not make it"), "{error}");
            }
            assert_eq!(fs::read_to_string(partial.join(name)).expect("there"), "mine");
        }
        fs::write(partial.join(SIGN), MARK).expect("written");
        fs::write(partial.join("notes"), "mine").expect("written");
        let error = create(&out, Leftover::Remove).err().expect("not all ours").to_string();
        assert!(error.contains("notes was not made by retold"), "{error}");
        assert_eq!(fs::read_to_string(partial.join("output/x")).expect("there"), "mine");
    }

    #[test]
    fn a_run_that_was_stopped_at_its_very_end_is_finished() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        let mut target = create(&out, Leftover::Remove).expect("nothing there");
        fs::write(target.manifest(), "x").expect("written");
        fs::write(target.path("a"), "x").expect("written");
        target.begin();
        fs::rename(target.partial.join(OUTPUT), &out).expect("renamed");
        drop(target);
        assert!(is_left_over(&out));
        let error = create(&out, Leftover::Resume).err().expect("finished").to_string();
        assert!(error.contains("is finished"), "{error}");
        assert!(!is_left_over(&out) && out.join("a").exists());
    }
}
