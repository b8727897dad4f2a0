//! Files that survive a power cut, and the lock of the writer.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::segment::MAGIC;

/// What the names of segments end with.
const EXTENSION: &str = "seg";

/// The file of the database, in the folder of the archive.
pub fn database(folder: &Path) -> PathBuf {
    folder.join("archive.db")
}

/// The log of the database, which SQLite names.
pub fn log(folder: &Path) -> PathBuf {
    folder.join("archive.db-wal")
}

/// The database of an archive that is being made.
pub fn new_database(folder: &Path) -> PathBuf {
    folder.join("archive.db.new")
}

/// The folder of the segments.
pub fn segments(folder: &Path) -> PathBuf {
    folder.join("segments")
}

/// The name of the segment with that number.
pub fn segment_name(number: u64) -> String {
    format!("{number:016x}.{EXTENSION}")
}

/// The number of the segment with that name; `None` if we do not give such names.
pub fn segment_number(name: &str) -> Option<u64> {
    let number = u64::from_str_radix(name.strip_suffix(EXTENSION)?.strip_suffix('.')?, 16).ok()?;
    (segment_name(number) == name).then_some(number)
}

/// A new file, or the error that there is one of that name.
pub fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Makes a new file survive a power cut: its bytes first, then its name.
pub fn sync_new(file: &File, path: &Path) -> io::Result<()> {
    file.sync_all()?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes the names in a folder survive a power cut.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems sync names with files, or not at all.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes what an interrupted writer has left: files with a name and a beginning of ours that the
/// archive does not name.
pub fn remove_orphans(folder: &Path, is_named: impl Fn(&str) -> bool) -> Result<u64, Error> {
    let read = Error::io("read", folder);
    let mut removed = 0;
    let mut entries = fs::read_dir(folder)
        .and_then(|entries| entries.collect::<io::Result<Vec<_>>>())
        .map_err(read)?;
    entries.sort_unstable_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| segment_number(name).is_some()) else {
            continue;
        };
        let path = entry.path();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_named(name)
            && is_file
            && begins_like_ours(&path).map_err(Error::io("read", &path))?
        {
            fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Whether a file begins as segments do, as far as it goes.
fn begins_like_ours(path: &Path) -> io::Result<bool> {
    let mut beginning = Vec::new();
    File::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut beginning)?;
    Ok(MAGIC.starts_with(&beginning))
}

/// Removes what is left of a database that was not made to the end.
pub fn remove_new_database(folder: &Path) -> io::Result<()> {
    for end in ["", "-journal", "-wal", "-shm"] {
        let mut path = new_database(folder).into_os_string();
        path.push(end);
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Whether a folder has nothing in it but what is left of an archive that was not made to the end.
pub fn is_unused(folder: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_ours = match name.to_str() {
            Some("segments") => fs::read_dir(entry.path())?.next().is_none(),
            Some("last-commit" | "lock") => true,
            Some(name) => {
                let end = name.strip_prefix("archive.db.new");
                matches!(end, Some("" | "-journal" | "-wal" | "-shm"))
            }
            None => false,
        };
        if !is_ours {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The right to write, as long as it is held. The system gives it back when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing would do, but for a program that is being started by another thread: until it
        // runs, it has the file open too, and would keep the lock.
        let _ = self.file.unlock();
    }
}

impl Lock {
    /// Takes the lock of an archive; an error that names the process that has it.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).map_err(Error::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let read = file.take(20).read_to_string(&mut pid);
                let pid = read.ok().and_then(|_| pid.trim().parse().ok());
                return Err(Error::InUse { path: folder.to_owned(), pid });
            }
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path)(error)),
        }
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            writeln!(file, "{}", std::process::id())
        };
        // Who cannot be told the process is still told that there is one.
        let _ = write(&mut file);
        Ok(Self { file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_ours_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, bytes: &[u8]| fs::write(path(name), bytes).unwrap();
        write(&segment_name(1), b"RETOLDSG and more");
        write(&segment_name(2), b"RETO");
        write(&segment_name(3), b"");
        write(&segment_name(4), b"RETOLDSG named");
        write(&segment_name(5), b"a letter");
        write("00.seg", b"RETOLDSG");
        write("notes.txt", b"RETOLDSG");
        let removed = remove_orphans(folder.path(), |name| name == segment_name(4)).unwrap();
        assert_eq!(removed, 3);
        for (name, is_there) in [(1, false), (2, false), (3, false), (4, true), (5, true)] {
            assert_eq!(path(&segment_name(name)).exists(), is_there, "{name}");
        }
        assert!(path("00.seg").exists() && path("notes.txt").exists());
    }

    #[test]
    fn a_lock_is_given_back_whoever_has_its_file_open() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        // As a program has it that is being started.
        let _inherited = first.file.try_clone().unwrap();
        drop(first);
        assert!(Lock::take(folder.path()).is_ok());
    }

    #[test]
    fn the_second_writer_is_told_who_the_first_is() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let refused = Lock::take(folder.path()).unwrap_err();
        let own = std::process::id();
        assert!(matches!(refused, Error::InUse { pid: Some(pid), .. } if pid == own), "{refused}");
        drop(first);
        Lock::take(folder.path()).unwrap();
    }
}
