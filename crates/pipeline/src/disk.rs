//! File operations of outputs, and those that make outputs durable: bytes survive a power cut once
//! their file is synced, and names once their folder is.
//!
//! Every named file that a run leaves behind is written through here, so that tests can stop at
//! every operation: [`replay`] says what a crash after each of them would leave on the disk.

#[cfg(test)]
pub mod replay;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[cfg(test)]
use replay::note;

/// One operation, before it is carried out. Files are identified by numbers, because names change.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(test), expect(dead_code, reason = "only tests look at them"))]
pub enum Operation<'o> {
    MakeFolder(&'o Path),
    /// Opens a file, which is created if it does not exist, and emptied if `emptied`.
    Open {
        file: u64,
        path: &'o Path,
        emptied: bool,
    },
    /// Creates an unlinked temporary file.
    OpenUnnamed {
        file: u64,
    },
    /// Adds bytes to the end of a file.
    Write {
        file: u64,
        bytes: &'o [u8],
    },
    Truncate {
        file: u64,
        length: u64,
    },
    Sync {
        file: u64,
    },
    /// Gives a file an unused name.
    Link {
        file: u64,
        path: &'o Path,
    },
    Copy {
        from: &'o Path,
        to: &'o Path,
    },
    Rename {
        from: &'o Path,
        to: &'o Path,
    },
    /// Removes a file, or a folder with everything in it.
    Remove(&'o Path),
    SyncFolder(&'o Path),
    /// Syncs all files and folders below a folder, and itself.
    SyncAll(&'o Path),
}

/// Outside of tests, operations are not recorded, and no failures are injected.
#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "tests let operations fail")]
fn note(_: Operation<'_>) -> io::Result<()> {
    Ok(())
}

/// What becomes of the content of a file that is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// There is none, or it is removed.
    Gone,
    /// It stays.
    Kept,
}

/// A file that is written by appending.
#[derive(Debug)]
pub struct OutputFile {
    file: File,
    number: u64,
}

impl OutputFile {
    /// A file that is not recorded because it does not outlast the process.
    pub fn temporary(file: File) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { file, number: NEXT.fetch_add(1, Ordering::Relaxed) }
    }

    /// A new file, or one that is emptied.
    pub fn create(path: &Path) -> io::Result<Self> {
        Self::opened(path, Before::Gone, || File::create(path))
    }

    /// Opens a file for reading and appending; created if it does not exist.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut opened = Self::opened(path, Before::Kept, || options.open(path))?;
        opened.file.seek(SeekFrom::End(0))?;
        Ok(opened)
    }

    /// A new file; an error if there is one of that name.
    pub fn create_new(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        Self::opened(path, Before::Gone, || options.open(path))
    }

    fn opened(
        path: &Path,
        before: Before,
        open: impl FnOnce() -> io::Result<File>,
    ) -> io::Result<Self> {
        let opened = Self::temporary(open()?);
        let emptied = before == Before::Gone;
        note(Operation::Open { file: opened.number, path, emptied })?;
        Ok(opened)
    }

    /// An unlinked temporary file in a folder. It disappears with the process unless
    /// [`OutputFile::link`] gives it a name. Not every file system supports such files.
    #[cfg(target_os = "linux")]
    pub fn unnamed(folder: &Path) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags, open};
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        // Minus the umask, as for any new file.
        let file = open(folder, flags, Mode::from_raw_mode(0o666))?;
        let unnamed = Self::temporary(file.into());
        note(Operation::OpenUnnamed { file: unnamed.number })?;
        Ok(unnamed)
    }

    /// Gives an unlinked temporary file an unused name.
    #[cfg(target_os = "linux")]
    pub fn link(&self, path: &Path) -> io::Result<()> {
        use std::os::fd::AsRawFd;

        use rustix::fs::{AtFlags, CWD, linkat};
        note(Operation::Link { file: self.number, path })?;
        let own = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        Ok(linkat(CWD, own, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
    }

    /// To read it.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The file alone; later operations on it are not recorded.
    pub fn into_file(self) -> File {
        self.file
    }

    /// Truncates it to `length` bytes.
    pub fn truncate(&mut self, length: u64) -> io::Result<()> {
        note(Operation::Truncate { file: self.number, length })?;
        self.file.set_len(length)?;
        self.file.seek(SeekFrom::Start(length)).map(drop)
    }

    /// Makes its bytes survive a power cut.
    pub fn sync(&self) -> io::Result<()> {
        note(Operation::Sync { file: self.number })?;
        self.file.sync_data()
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        note(Operation::Write { file: self.number, bytes })?;
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes a folder.
pub fn make_folder(path: &Path) -> io::Result<()> {
    note(Operation::MakeFolder(path))?;
    fs::create_dir(path)
}

/// Makes a folder, and those above it, where they are missing.
pub fn make_folders(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    path.parent().map_or(Ok(()), make_folders)?;
    make_folder(path)
}

/// Copies a file.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    note(Operation::Copy { from, to })?;
    fs::copy(from, to).map(drop)
}

/// Gives a file or folder another name. A file of that name is replaced, and so is an empty folder.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    note(Operation::Rename { from, to })?;
    fs::rename(from, to)
}

/// Removes a file, or a folder with everything in it. Links are not followed.
pub fn remove(path: &Path) -> io::Result<()> {
    let is_folder = fs::symlink_metadata(path)?.is_dir();
    note(Operation::Remove(path))?;
    if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// Removes a folder, unless something is in it.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    note(Operation::Remove(path))?;
    fs::remove_dir(path)
}

/// Makes the names in a folder survive a power cut, where the file system can promise that.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    note(Operation::SyncFolder(folder))?;
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some network file systems cannot sync folders, and a folder may be writable but not
        // readable.
        Err(error) if matches!(error.kind(), InvalidInput | PermissionDenied | Unsupported) => {
            Ok(())
        }
        done => done,
    }
}

/// Makes everything below a folder survive a power cut.
///
/// At once for the whole file system: a hundred thousand small files would take minutes one by one.
#[cfg(target_os = "linux")]
pub fn sync_all(folder: &Path) -> io::Result<()> {
    note(Operation::SyncAll(folder))?;
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

/// Makes everything below a folder survive a power cut.
#[cfg(not(target_os = "linux"))]
pub fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all(&entry.path())?;
        } else {
            OpenOptions::new().write(true).open(entry.path())?.sync_data()?;
        }
    }
    sync_folder(folder)
}

/// Writes a file atomically, via `beside`, a file in the same folder.
pub fn replace(
    path: &Path,
    beside: &Path,
    write: impl FnOnce(&mut io::BufWriter<OutputFile>) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(OutputFile::create(beside)?);
    write(&mut out)?;
    out.into_inner()?.sync()?;
    rename(beside, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// The message for a file or folder that cannot be written.
pub fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

/// Decides when to sync data that matters only after a power cut: so rarely that it costs next to
/// nothing.
#[derive(Debug)]
pub struct Pace(Instant);

/// The most work that a power cut may cost a run that is resumed later.
const BETWEEN_SYNCS: Duration = Duration::from_secs(30);

impl Pace {
    /// The first sync is due after one interval.
    pub fn new() -> Self {
        Self(Instant::now())
    }

    /// Whether a sync is due; if so, the next one is due an interval later.
    pub fn is_due(&mut self) -> bool {
        let is_due = self.0.elapsed() >= BETWEEN_SYNCS;
        if is_due {
            self.0 = Instant::now();
        }
        is_due
    }
}
