//! The folder that a deduplication writes: whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::cli::interrupt::Unfinished;

/// A folder under way: `DIR.partial-…` beside DIR until it is finished.
pub struct Target {
    target: PathBuf,
    partial: TempDir,
    unfinished: Unfinished,
}

impl Target {
    /// An error if the folder holds anything, or cannot be made.
    pub fn create(target: &Path) -> anyhow::Result<Self> {
        let shown = target.display();
        match fs::read_dir(target) {
            Ok(mut entries) => {
                if entries.next().is_some() {
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
        let mut prefix = name.to_owned();
        prefix.push(".partial-");
        let partial = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(parent)
            .with_context(|| format!("cannot make a folder beside {shown}"))?;
        let unfinished = Unfinished::new(partial.path());
        Ok(Self { target: absolute, partial, unfinished })
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.partial.path().join(name)
    }

    /// Gives it its name.
    pub fn finish(self) -> anyhow::Result<()> {
        let Self { target, partial, unfinished } = self;
        let from = partial.path();
        share(from)
            .and_then(|()| unfinished.finish(|| fs::rename(from, &target)))
            .with_context(|| format!("cannot give {} its name", target.display()))?;
        // It is not there under this name any more.
        let _ = partial.keep();
        Ok(())
    }
}

/// Temporary folders are for their owner only; this one is as any new folder.
#[cfg(unix)]
fn share(folder: &Path) -> io::Result<()> {
    // The umask is known only from what it does.
    let like = folder.join(".like");
    fs::create_dir(&like)?;
    let permissions = fs::metadata(&like)?.permissions();
    fs::remove_dir(&like)?;
    fs::set_permissions(folder, permissions)
}

#[cfg(not(unix))]
fn share(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_its_name_when_it_is_finished_and_not_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        let target = Target::create(&out).expect("nothing there");
        fs::write(target.path("a"), "x").expect("written");
        assert!(!out.exists());
        target.finish().expect("renamed");
        assert_eq!(fs::read_to_string(out.join("a")).expect("there"), "x");
        assert!(Target::create(&out).is_err(), "it is not empty now");
        drop(Target::create(&folder.path().join("other")).expect("nothing there"));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left");
    }

    #[test]
    fn an_empty_folder_will_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        fs::create_dir(&out).expect("made");
        Target::create(&out).expect("empty").finish().expect("renamed");
        assert!(out.is_dir());
    }
}
