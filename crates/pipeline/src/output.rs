//! Files that a run writes: complete or not at all, however the run ends.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use retold::Cancel;
use retold_report::printable::Screen;
use tempfile::TempPath;

use crate::Error;
use crate::disk::{self, OutputFile};
use crate::unfinished::{Unfinished, undisturbed};

/// An output file, or the standard output.
///
/// Created before the work begins, so that a missing folder shows at once.
#[derive(Debug)]
pub struct Output {
    path: Option<PathBuf>,
    content: Content,
    place: Place,
    cancel: Cancel,
}

/// The content of an output, in case that is a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a host has to say where something new may go")]
pub enum Content {
    /// Text made for terminals.
    Page,
    /// Records for programs, which may contain control sequences.
    Records,
}

/// Where an output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what a host shows depends on where it goes")]
pub enum Destination {
    /// The standard output.
    Stdout,
    /// A file or device that was named.
    File,
}

#[derive(Debug)]
enum Place {
    Stdout,
    /// Something that cannot be replaced, such as a device or a pipe.
    Direct(File),
    /// Replaces the target when it is complete.
    File {
        draft: Draft,
        target: PathBuf,
    },
}

impl Output {
    /// An output to `path`; to the standard output if that is `-` or nothing.
    pub fn create(path: Option<&Path>, content: Content) -> anyhow::Result<Self> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            let place = Place::Stdout;
            return Ok(Self { path: None, content, place, cancel: Cancel::never() });
        };
        let place = Place::at(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path: Some(path.to_owned()), content, place, cancel: Cancel::never() })
    }

    /// The same output, which stays unfinished once `cancel` is cancelled.
    pub fn until(self, cancel: &Cancel) -> Self {
        Self { cancel: cancel.clone(), ..self }
    }

    /// Where it goes.
    pub fn destination(&self) -> Destination {
        match self.place {
            Place::Stdout => Destination::Stdout,
            Place::Direct(_) | Place::File { .. } => Destination::File,
        }
    }

    /// Writes it, and on success finishes it, so that it survives a power cut. `stdout` gets it as
    /// it is, also if that is a terminal. [`Error::Cancelled`] if it was told to stop meanwhile.
    pub fn write(
        self,
        stdout: &mut (dyn Write + Send),
        write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Self { path: name, content, place, cancel } = self;
        let done = match place {
            Place::Stdout => buffered(Until { to: stdout, cancel: &cancel }, write),
            Place::Direct(file) if content == Content::Records && file.is_terminal() => {
                buffered(Until { to: &mut Screen::new(file), cancel: &cancel }, write)
            }
            Place::Direct(mut file) => buffered(Until { to: &mut file, cancel: &cancel }, write),
            Place::File { mut draft, target } => {
                buffered(Until { to: draft.file(), cancel: &cancel }, write)
                    .and_then(|()| Ok(draft.finish(&target)?))
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
        let draft = Draft::beside(&target)?;
        Ok(Self::File { draft, target })
    }
}

/// A file in progress.
#[derive(Debug)]
enum Draft {
    /// An unlinked temporary file: nothing is left of it, however the process ends.
    #[cfg(target_os = "linux")]
    Unnamed(OutputFile),
    /// A hidden file, where unlinked files are not supported.
    Named(NamedDraft),
}

#[derive(Debug)]
struct NamedDraft {
    file: OutputFile,
    path: TempPath,
    unfinished: Unfinished,
}

impl Draft {
    #[cfg(target_os = "linux")]
    fn beside(target: &Path) -> io::Result<Self> {
        match OutputFile::unnamed(folder_of(target)) {
            Ok(file) => Ok(Self::Unnamed(file)),
            // Any other cause will fail again below.
            Err(_) => NamedDraft::beside(target).map(Self::Named),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn beside(target: &Path) -> io::Result<Self> {
        NamedDraft::beside(target).map(Self::Named)
    }

    fn file(&mut self) -> &mut OutputFile {
        match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed(file) => file,
            Self::Named(draft) => &mut draft.file,
        }
    }

    /// Puts it in its place.
    fn finish(self, target: &Path) -> io::Result<()> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Unnamed(file) => finish_unnamed(&file, target),
            Self::Named(draft) => draft.finish(target),
        }
    }
}

/// Linking cannot replace a file: an existing one is replaced via another name.
#[cfg(target_os = "linux")]
fn finish_unnamed(file: &OutputFile, target: &Path) -> io::Result<()> {
    file.sync()?;
    let folder = folder_of(target);
    let linked = undisturbed(|| match file.link(target) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let named = names().make_in(folder, |path| file.link(path))?.into_temp_path();
            replace(named, target)
        }
        done => done,
    });
    match linked {
        Ok(()) => disk::sync_folder(folder),
        // Some file systems have unlinked files, but cannot link them later.
        Err(_) => {
            let mut draft = NamedDraft::beside(target)?;
            let mut content = file.file();
            io::Seek::rewind(&mut content)?;
            io::copy(&mut content, &mut draft.file)?;
            draft.finish(target)
        }
    }
}

impl NamedDraft {
    fn beside(target: &Path) -> io::Result<Self> {
        let made = names().make_in(folder_of(target), OutputFile::create_new)?;
        let (file, path) = made.into_parts();
        let unfinished = Unfinished::new(&path);
        Ok(Self { file, path, unfinished })
    }

    fn finish(self, target: &Path) -> io::Result<()> {
        self.file.sync()?;
        self.unfinished.finish(|| replace(self.path, target))?;
        disk::sync_folder(folder_of(target))
    }
}

fn replace(named: TempPath, target: &Path) -> io::Result<()> {
    disk::rename(&named, target)?;
    // It has its final name now; it is removed only where that failed.
    let _ = named.keep();
    Ok(())
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Prefix of the names of files in progress.
pub const PREFIX: &str = ".retold-";

fn names() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    builder
}

/// A writer that fails once the run is cancelled.
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
    // Dropping the buffer after a failure would write it again.
    let _ = to.into_parts();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::replay::{Crash, left, recorded, tree};

    #[test]
    fn a_failed_run_leaves_what_was_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.txt");
        fs::write(&path, "before").expect("written");
        let output = Output::create(Some(&path), Content::Records).expect("a folder to write in");
        let failed = output.write(&mut io::sink(), |out| {
            out.write_all(b"half")?;
            anyhow::bail!("stopped")
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).expect("there"), "before");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        let output = Output::create(Some(&path), Content::Records).expect("a folder to write in");
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
            let output = Output::create(Some(&path), Content::Records);
            let output = output.expect("a folder to write in").until(&cancel);
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
        let error = Output::create(Some(Path::new("no/such/folder/out.txt")), Content::Records)
            .expect_err("none");
        assert_eq!(error.to_string(), "cannot write no/such/folder/out.txt");
    }

    #[test]
    fn a_crash_leaves_what_was_there_or_what_is_to_be() {
        for before in [None, Some("before")] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("out.txt");
            before.map_or(Ok(()), |text| fs::write(&path, text)).expect("written");
            let before = tree(folder.path());
            let (done, operations) = recorded(|| {
                let output =
                    Output::create(Some(&path), Content::Records).expect("a folder to write in");
                output.write(&mut io::sink(), |out| Ok(out.write_all(b"after")?))
            });
            done.expect("written");
            let after = tree(folder.path());
            for end in 0..=operations.len() {
                for crash in Crash::ALL {
                    let mut state = left(folder.path(), &before, &operations[..end], crash);
                    // Between the link and the rename to a name that is taken.
                    state.retain(|name, content| {
                        let is_whole = content.as_deref() == Some(b"after");
                        !(is_whole && name.to_string_lossy().starts_with(PREFIX))
                    });
                    let last = operations[..end].last();
                    assert!(
                        state == before || state == after,
                        "{crash:?} after {last:?}: {state:?}"
                    );
                    assert!(end < operations.len() || state == after, "{crash:?} at the end");
                }
            }
        }
    }

    #[test]
    fn a_file_that_had_to_have_a_name_all_along_is_put_in_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.txt");
        fs::write(&path, "before").expect("written");
        let mut draft = NamedDraft::beside(&path).expect("made");
        draft.file.write_all(b"after").expect("written");
        draft.finish(&path).expect("renamed");
        assert_eq!(fs::read_to_string(&path).expect("there"), "after");
        drop(NamedDraft::beside(&path).expect("made"));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links_and_devices_devices() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "before").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        let output = Output::create(Some(&link), Content::Records).expect("a link to a file");
        output.write(&mut io::sink(), |out| Ok(out.write_all(b"after")?)).expect("written");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read_to_string(&file).expect("there"), "after");
        let null =
            Output::create(Some(Path::new("/dev/null")), Content::Records).expect("a device");
        null.write(&mut io::sink(), |out| Ok(out.write_all(b"x")?)).expect("written");
    }
}
