//! Which commit was the last one, and what of SQLite's log it needs: noted beside the database.
//!
//! SQLite takes damage in its log for the end of it. What was committed behind that would be gone
//! without a word; this note makes it an error. It is written after a commit and before that is
//! reported, so a crash between the two leaves more than was noted, never less.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::log::{self, Found, Position};
use crate::{Error, disk};

/// The name of the file.
const NAME: &str = "last-commit";
const MAGIC: [u8; 8] = *b"RETOLDLC";
/// Bytes of a note.
const NOTE: usize = 52;
/// Where the second of two notes stands, which are written in turn: a power cut may tear a sector.
const SECOND: usize = 4096;

/// What is noted of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// Ascending; the note with the greater one counts.
    number: u64,
    /// The commit.
    pub commit: u64,
    /// What of the log it needs.
    pub needs: Needs,
}

/// What of SQLite's log a commit needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: all is in the database.
    Nothing,
    /// All up to there, of which nothing is in the database.
    Log(Position),
    /// All up to there, of which part is in the database.
    LogInCopying(Position),
}

impl Needs {
    /// Up to where the log is needed.
    pub fn position(self) -> Option<Position> {
        match self {
            Self::Nothing => None,
            Self::Log(position) | Self::LogInCopying(position) => Some(position),
        }
    }
}

impl Note {
    fn to_bytes(self) -> [u8; NOTE] {
        let kind: u32 = match self.needs {
            Needs::Nothing => 0,
            Needs::Log(_) => 1,
            Needs::LogInCopying(_) => 2,
        };
        let nowhere = Position { salts: [0; 8], frames: 0, sums: [0; 2] };
        let Position { salts, frames, sums } = self.needs.position().unwrap_or(nowhere);
        let mut bytes = Vec::with_capacity(NOTE);
        bytes.extend(MAGIC);
        bytes.extend(self.number.to_le_bytes());
        bytes.extend(self.commit.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(frames.to_le_bytes());
        bytes.extend(salts);
        bytes.extend(sums.into_iter().flat_map(u32::to_le_bytes));
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        bytes.try_into().expect("so many bytes")
    }

    /// `None` if it is not as it was written.
    fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..NOTE)?;
        let four = |at: usize| bytes[at..at + 4].try_into().map(u32::from_le_bytes).ok();
        let eight = |at: usize| bytes[at..at + 8].try_into().map(u64::from_le_bytes).ok();
        if bytes[..8] != MAGIC || four(48)? != crc32c::crc32c(&bytes[..48]) {
            return None;
        }
        let salts = bytes[32..40].try_into().ok()?;
        let position = Position { salts, frames: four(28)?, sums: [four(40)?, four(44)?] };
        let needs = match four(24)? {
            0 => Needs::Nothing,
            1 => Needs::Log(position),
            2 => Needs::LogInCopying(position),
            _ => return None,
        };
        Some(Self { number: eight(8)?, commit: eight(16)?, needs })
    }
}

/// The file in which commits are noted.
pub fn path(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

/// Both notes of an archive, each if it is whole.
fn read(folder: &Path) -> Result<[Option<Note>; 2], Error> {
    let path = path(folder);
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(1 << 16).read_to_end(&mut bytes));
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::damaged(&path, "all of it", "it is missing"));
        }
        read => read.map_err(Error::io("read", &path))?,
    };
    Ok([0, SECOND].map(|at| Note::of(bytes.get(at..)?)))
}

/// The note that counts: of damage to the newer one the older one is left, which asks for less.
fn newest(folder: &Path) -> Result<Note, Error> {
    let notes = read(folder)?.into_iter().flatten();
    let newest = notes.max_by_key(|note| note.number);
    newest.ok_or_else(|| Error::damaged(&path(folder), "both notes", "wrong checksums"))
}

/// What is damaged of the notes, for whoever looks for all damage.
pub fn damage(folder: &Path) -> Result<Vec<Error>, Error> {
    let broken = |(at, note): (usize, Option<Note>)| match note {
        None => Some(Error::damaged(&path(folder), format!("note {}", at + 1), "wrong checksum")),
        Some(_) => None,
    };
    Ok(read(folder)?.into_iter().enumerate().filter_map(broken).collect())
}

/// What is noted, and what has become of the log since.
///
/// # Errors
/// If what the last commit needs of the log is damaged.
pub fn look(folder: &Path) -> Result<(Note, Found), Error> {
    let log = disk::log(folder);
    loop {
        let note = newest(folder)?;
        let found = match note.needs.position() {
            None => Found::Whole,
            Some(position) => log::look(&log, position).map_err(Error::io("read", &log))?,
        };
        // A writer notes that the log is not needed before it is begun again.
        if found != Found::Whole && newest(folder)? != note {
            continue;
        }
        return match found {
            Found::Broken { frame } => {
                let problem = "wrong checksum, and commits that were reported stand behind it";
                Err(Error::damaged(&log, format!("frame {frame}"), problem))
            }
            found => Ok((note, found)),
        };
    }
}

/// The file, for the one who writes to the archive.
#[derive(Debug)]
pub struct Notes {
    file: File,
    note: Note,
}

impl Notes {
    /// Makes the file of a new archive.
    pub fn create(folder: &Path) -> Result<(), Error> {
        let mut bytes = vec![0; 2 * SECOND];
        for (at, number) in [(0, 0), (SECOND, 1)] {
            let note = Note { number, commit: 0, needs: Needs::Nothing };
            bytes[at..at + NOTE].copy_from_slice(&note.to_bytes());
        }
        let path = path(folder);
        let write = || {
            let mut file = File::create(&path)?;
            file.write_all(&bytes)?;
            file.sync_all()
        };
        write().map_err(Error::io("write", &path))
    }

    /// Opens it.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = path(folder);
        let file = OpenOptions::new().write(true).open(&path);
        Ok(Self { file: file.map_err(Error::io("open", &path))?, note: newest(folder)? })
    }

    /// The last one.
    pub fn note(&self) -> Note {
        self.note
    }

    /// Notes a commit; durable once this returns.
    pub fn write(&mut self, commit: u64, needs: Needs) -> io::Result<()> {
        let note = Note { number: self.note.number + 1, commit, needs };
        let at = if note.number.is_multiple_of(2) { 0 } else { SECOND };
        self.file.seek(SeekFrom::Start(at as u64))?;
        self.file.write_all(&note.to_bytes())?;
        self.file.sync_data()?;
        self.note = note;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const POSITION: Position =
        Position { salts: [1, 2, 3, 4, 5, 6, 7, 8], frames: 9, sums: [1, 2] };

    #[test]
    fn the_newer_of_two_notes_counts_and_the_older_one_is_left_when_it_is_torn() {
        let folder = tempfile::tempdir().unwrap();
        Notes::create(folder.path()).unwrap();
        let mut notes = Notes::open(folder.path()).unwrap();
        let all = [Needs::Log(POSITION), Needs::LogInCopying(POSITION), Needs::Nothing];
        for (commit, needs) in (1..).zip(all) {
            notes.write(commit, needs).unwrap();
            let Note { commit: read, needs: of, .. } = newest(folder.path()).unwrap();
            assert_eq!((read, of), (commit, needs));
        }
        assert!(damage(folder.path()).unwrap().is_empty());
        let file = path(folder.path());
        let mut bytes = fs::read(&file).unwrap();
        bytes[20] ^= 1;
        fs::write(&file, &bytes).unwrap();
        // The last of them stood there: numbers go on from 2.
        assert_eq!(newest(folder.path()).unwrap().commit, 2);
        assert_eq!(damage(folder.path()).unwrap().len(), 1);
        fs::write(&file, &bytes[..SECOND]).unwrap();
        assert!(newest(folder.path()).unwrap_err().is_damage());
        fs::remove_file(&file).unwrap();
        assert!(newest(folder.path()).unwrap_err().is_damage());
    }

    #[test]
    fn a_note_stands_as_documented() {
        let note = Note { number: 3, commit: 2, needs: Needs::LogInCopying(POSITION) };
        let hex: String = note.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let known = [
            "5245544f4c444c43",
            "0300000000000000",
            "0200000000000000",
            "0200000009000000",
            "0102030405060708",
            "0100000002000000",
        ];
        assert_eq!(hex[..96], known.concat());
        assert_eq!(Note::of(&note.to_bytes()), Some(note));
    }
}
