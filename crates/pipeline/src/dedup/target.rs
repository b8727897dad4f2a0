//! The folder that a deduplication writes: whole or not at all.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::unfinished::Unfinished;

/// A folder under way: `DIR.partial` beside DIR until it is finished, with what a later run needs to
/// go on.
pub struct Target {
    target: PathBuf,
    partial: PathBuf,
    /// Whether an earlier run has left something to go on from.
    is_resumed: bool,
    /// Whether there is something that another run could go on from.
    is_worth: bool,
    /// Whether this run has begun to add to it.
    is_begun: bool,
    unfinished: Option<Unfinished>,
    /// Held while this run writes.
    _lock: File,
}

/// In `DIR.partial`: what becomes DIR.
const OUTPUT: &str = "output";
/// What only a run that has begun its work leaves behind.
const TERMS: &str = "terms";

/// What to do with what an interrupted run has left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftover {
    /// Go on from there.
    Resume,
    /// Remove it.
    Remove,
}

impl Target {
    /// An error if the folder holds anything, cannot be made, or another run is writing it.
    pub fn create(target: &Path, leftover: Leftover) -> anyhow::Result<Self> {
        let shown = target.display();
        match fs::read_dir(target) {
            Ok(mut entries) => {
                let holds_something = entries.next().is_some();
                if holds_something && leftover == Leftover::Resume && !is_left_over(target) {
                    bail!("{shown} is finished: there is nothing to go on with");
                }
                if holds_something {
                    bail!("{shown} is not empty; name another folder, or remove it first");
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot write into {shown}")),
        }
        let absolute =
            std::path::absolute(target).with_context(|| format!("cannot write into {shown}"))?;
        let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
            bail!("{shown} is not a folder to write; name another");
        };
        let mut partial = name.to_owned();
        partial.push(".partial");
        let partial = parent.join(partial);
        let cannot = || format!("cannot make a folder beside {shown}");
        match fs::create_dir(&partial) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(error).with_context(cannot);
            }
            _ => {}
        }
        let lock = File::create(partial.join("lock")).with_context(cannot)?;
        // Where files cannot be locked at all, nobody is kept from anything.
        if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            bail!("another run is writing {shown}; wait for its end, or name another folder");
        }
        let is_left = partial.join(TERMS).exists();
        let is_resumed = is_left && leftover == Leftover::Resume;
        let unfinished = Some(Unfinished::new(&partial));
        let mut made = Self {
            target: absolute,
            partial,
            is_resumed,
            is_worth: false,
            is_begun: false,
            unfinished,
            _lock: lock,
        };
        if is_resumed {
            made.keep();
        } else {
            made.clear().with_context(cannot)?;
        }
        fs::create_dir_all(made.partial.join(OUTPUT)).with_context(cannot)?;
        Ok(made)
    }

    /// Whether this run goes on where an interrupted one has come.
    pub fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    /// Where the settings and inputs of the run are recorded.
    pub fn terms(&self) -> PathBuf {
        self.partial.join(TERMS)
    }

    /// A path for what a later run needs to go on.
    pub fn state(&self, name: &str) -> PathBuf {
        self.partial.join(name)
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.partial.join(OUTPUT).join(name)
    }

    /// From now on what is there stays if the run ends before its time.
    pub fn begin(&mut self) {
        self.is_begun = true;
        self.keep();
    }

    fn keep(&mut self) {
        if let (false, Some(unfinished)) = (self.is_worth, &self.unfinished) {
            self.is_worth = true;
            unfinished.keep();
        }
    }

    /// Whether another run could go on from what is there, if this one fails.
    pub fn is_resumable(&self) -> bool {
        self.is_worth && self.is_begun
    }

    /// Nothing of what is there would be right.
    pub fn is_worthless(&mut self) {
        self.is_worth = false;
    }

    /// Gives it its name.
    pub fn finish(mut self) -> anyhow::Result<()> {
        let (from, target) = (self.partial.join(OUTPUT), self.target.clone());
        self.is_worth = false;
        let rename = || fs::rename(&from, &target);
        let renamed = match self.unfinished.take() {
            Some(unfinished) => unfinished.finish(rename),
            None => rename(),
        };
        renamed.with_context(|| format!("cannot give {} its name", target.display()))
    }

    /// Removes all but the lock.
    fn clear(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.partial)? {
            let path = entry?.path();
            match path.is_dir() {
                true => fs::remove_dir_all(path)?,
                false if path.ends_with("lock") => {}
                false => fs::remove_file(path)?,
            }
        }
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if !self.is_worth {
            // What cannot be removed is in nobody's way: it does not look finished.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

/// Whether an interrupted run has left something beside the folder.
pub fn is_left_over(target: &Path) -> bool {
    let mut partial = target.as_os_str().to_owned();
    partial.push(".partial");
    Path::new(&partial).join(TERMS).exists()
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
        fs::write(target.state("b"), "x").expect("written");
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
            let was_left = target.state("state").exists();
            fs::write(target.terms(), "x").expect("written");
            fs::write(target.state("state"), "x").expect("written");
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
}
