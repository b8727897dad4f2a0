//! Files that a run writes: whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use retold::Cancel;
use tempfile::NamedTempFile;

use crate::Error;
use crate::unfinished::Unfinished;

/// A file to be written, or the standard output.
///
/// Made before the work begins, so that a folder that is not there is not found out at its end.
#[derive(Debug)]
pub struct Output {
    path: Option<PathBuf>,
    place: Place,
    cancel: Cancel,
}

#[derive(Debug)]
enum Place {
    Stdout,
    /// What cannot be replaced: a device, a pipe.
    Direct(File),
    /// Beside the target, and moved there when it is whole.
    Beside {
        file: NamedTempFile,
        target: PathBuf,
        unfinished: Unfinished,
    },
}

impl Output {
    /// An output to `path`; to the standard output if that is `-` or nothing.
    pub fn create(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Self { path: None, place: Place::Stdout, cancel: Cancel::never() });
        };
        let place = Place::at(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path: Some(path.to_owned()), place, cancel: Cancel::never() })
    }

    /// The same output, which is not finished once `cancel` was told.
    pub fn until(self, cancel: &Cancel) -> Self {
        Self { cancel: cancel.clone(), ..self }
    }

    /// Whether this is the standard output.
    pub fn is_stdout(&self) -> bool {
        matches!(self.place, Place::Stdout)
    }

    /// Writes it, and finishes it if all went well. [`Error::Cancelled`] if it was told to stop
    /// meanwhile.
    pub fn write(
        self,
        stdout: &mut (dyn Write + Send),
        write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Self { path: name, place, cancel } = self;
        let until = |to| Until { to, cancel: &cancel };
        let done = match place {
            Place::Stdout => buffered(until(stdout), write),
            Place::Direct(mut file) => buffered(until(&mut file), write),
            Place::Beside { mut file, target, unfinished } => {
                buffered(until(file.as_file_mut()), write).and_then(|()| {
                    unfinished.finish(|| file.persist(&target)).map_err(|error| error.error)?;
                    Ok(())
                })
            }
        };
        if done.is_err() {
            cancel.check().map_err(Error::from)?;
        }
        match name {
            Some(path) => done.with_context(|| format!("cannot write {}", path.display())),
            None => done,
        }
    }
}

impl Place {
    fn at(path: &Path) -> io::Result<Self> {
        // Through links: the file that is meant is replaced, not the link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match fs::metadata(&target) {
            Ok(what) if what.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(what) if !what.is_file() => {
                return Ok(Self::Direct(OpenOptions::new().write(true).open(&target)?));
            }
            _ => {}
        }
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let file = beside().tempfile_in(folder)?;
        let unfinished = Unfinished::new(file.path());
        Ok(Self::Beside { file, target, unfinished })
    }
}

/// Names of files under way begin with this.
const PREFIX: &str = ".retold-";

#[cfg(unix)]
fn beside() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    // Less what the umask takes away: as any new file.
    builder.prefix(PREFIX).permissions(fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn beside() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    builder
}

/// What is written to until somebody is told to stop.
struct Until<'w> {
    to: &'w mut (dyn Write + Send),
    cancel: &'w Cancel,
}

impl Write for Until<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.cancel.check().map_err(io::Error::other)?;
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.cancel.check().map_err(io::Error::other)?;
        self.to.flush()
    }
}

fn buffered(
    to: impl Write + Send,
    write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut to = BufWriter::with_capacity(1 << 16, to);
    write(&mut to)?;
    to.flush()?;
    // Dropping what is left after a failure would write it again.
    let _ = to.into_parts();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_run_leaves_what_was_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.txt");
        fs::write(&path, "before").expect("written");
        let output = Output::create(Some(&path)).expect("a folder to write in");
        let failed = output.write(&mut io::sink(), |out| {
            out.write_all(b"half")?;
            anyhow::bail!("stopped")
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).expect("there"), "before");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        let output = Output::create(Some(&path)).expect("a folder to write in");
        output.write(&mut io::sink(), |out| Ok(out.write_all(b"after")?)).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("there"), "after");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn an_output_that_is_told_to_stop_is_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        // At the first piece, at a later one, and when all is written.
        for pieces in [0, 1, 5, 9] {
            let (cancel, path) = (Cancel::new(), folder.path().join("out.txt"));
            let output = Output::create(Some(&path)).expect("a folder to write in").until(&cancel);
            let stopped = output.write(&mut io::sink(), |out| {
                for piece in 0..9 {
                    if piece == pieces {
                        cancel.cancel();
                    }
                    out.write_all(&[b'x'; 1 << 16])?;
                }
                cancel.cancel();
                Ok(())
            });
            let error = stopped.expect_err("it was told to stop");
            assert!(matches!(error.downcast_ref(), Some(Error::Cancelled(_))), "{error:#}");
            assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
        }
    }

    #[test]
    fn a_missing_folder_shows_at_once() {
        let error = Output::create(Some(Path::new("no/such/folder/out.txt"))).expect_err("none");
        assert_eq!(error.to_string(), "cannot write no/such/folder/out.txt");
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links_and_devices_devices() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "before").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        let output = Output::create(Some(&link)).expect("a link to a file");
        output.write(&mut io::sink(), |out| Ok(out.write_all(b"after")?)).expect("written");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read_to_string(&file).expect("there"), "after");
        let null = Output::create(Some(Path::new("/dev/null"))).expect("a device");
        null.write(&mut io::sink(), |out| Ok(out.write_all(b"x")?)).expect("written");
    }
}
