//! SQLite's log, frame by frame: what of it is whole.
//!
//! SQLite takes the first frame that is not whole for the end of the log, without a word. Whoever
//! knows up to where it was whole once can tell damage from the end. The layout is that of
//! <https://sqlite.org/fileformat2.html#the_write_ahead_log>.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// What a log begins with; one more if its checksums are of big-endian numbers.
const MAGIC: u32 = 0x377f_0682;

/// The end of a frame in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Chosen anew whenever a log begins again.
    pub salts: [u8; 8],
    /// Frames up to there.
    pub frames: u32,
    /// Checksum of everything up to there.
    pub sums: [u32; 2],
}

/// What has become of a log that was whole up to a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It still is.
    Whole,
    /// It is not: this frame, from 1, is the first that has changed.
    Broken { frame: u32 },
    /// There is none, or one that has begun again since, or its header is not whole.
    Other,
}

/// What has become of the log of a database.
pub fn look(path: &Path, since: Position) -> io::Result<Found> {
    let Some(mut log) = Log::open(path)?.filter(|log| log.at.salts == since.salts) else {
        return Ok(Found::Other);
    };
    while log.at.frames < since.frames {
        if log.next()?.is_none() {
            return Ok(Found::Broken { frame: log.at.frames + 1 });
        }
    }
    let is_same = log.at == since;
    Ok(if is_same { Found::Whole } else { Found::Broken { frame: since.frames } })
}

/// The end of the last whole commit in a log, which was whole up to a position before; `None` if
/// there is none.
pub fn last_commit(path: &Path, known: Option<Position>) -> io::Result<Option<Position>> {
    let Some(mut log) = Log::open(path)? else { return Ok(None) };
    let mut last = known.filter(|known| known.salts == log.at.salts);
    if let Some(known) = last {
        log.go_to(known)?;
    }
    while let Some(is_commit) = log.next()? {
        if is_commit {
            last = Some(log.at);
        }
    }
    Ok(last)
}

/// A log that is read from its beginning.
struct Log {
    file: BufReader<File>,
    /// A frame: its header and a page.
    frame: Vec<u8>,
    is_big_endian: bool,
    at: Position,
}

impl Log {
    /// `None` if there is none, or if its header is not whole.
    fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let mut file = BufReader::with_capacity(1 << 16, file);
        let mut header = [0; HEADER];
        if !fill(&mut file, &mut header)? {
            return Ok(None);
        }
        let (magic, page) = (number(&header, 0), number(&header, 8));
        let is_big_endian = magic == MAGIC + 1;
        let sums = sums([0, 0], &header[..24], is_big_endian);
        if magic & !1 != MAGIC
            || !page.is_power_of_two()
            || !(512..=1 << 16).contains(&page)
            || sums != [number(&header, 24), number(&header, 28)]
        {
            return Ok(None);
        }
        let mut salts = [0; 8];
        salts.copy_from_slice(&header[16..24]);
        let frame = vec![0; FRAME_HEADER + page as usize];
        Ok(Some(Self { file, frame, is_big_endian, at: Position { salts, frames: 0, sums } }))
    }

    fn go_to(&mut self, position: Position) -> io::Result<()> {
        let frames = u64::from(position.frames) * self.frame.len() as u64;
        self.file.seek(SeekFrom::Start(HEADER as u64 + frames))?;
        self.at = position;
        Ok(())
    }

    /// Reads a frame, and says whether it ends a commit; `None` if no whole one follows.
    fn next(&mut self) -> io::Result<Option<bool>> {
        if !fill(&mut self.file, &mut self.frame)? {
            return Ok(None);
        }
        let (header, page) = self.frame.split_at(FRAME_HEADER);
        let sums = sums(self.at.sums, &header[..8], self.is_big_endian);
        let sums = self::sums(sums, page, self.is_big_endian);
        if header[8..16] != self.at.salts || sums != [number(header, 16), number(header, 20)] {
            return Ok(None);
        }
        self.at.frames += 1;
        self.at.sums = sums;
        Ok(Some(number(header, 4) != 0))
    }
}

/// Whether so many bytes were there.
fn fill(file: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(bytes) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Goes on with a checksum over a multiple of eight bytes.
fn sums([mut first, mut second]: [u32; 2], bytes: &[u8], is_big_endian: bool) -> [u32; 2] {
    let word = |of: &[u8]| {
        let of = [of[0], of[1], of[2], of[3]];
        if is_big_endian { u32::from_be_bytes(of) } else { u32::from_le_bytes(of) }
    };
    for pair in bytes.chunks_exact(8) {
        first = first.wrapping_add(word(&pair[..4])).wrapping_add(second);
        second = second.wrapping_add(word(&pair[4..])).wrapping_add(first);
    }
    [first, second]
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rusqlite::Connection;

    use super::*;

    /// A database with a log of three commits, and the ends of these.
    fn logged(folder: &Path) -> (Connection, std::path::PathBuf, Vec<Position>) {
        let path = folder.join("a.db");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (n);").unwrap();
        let log = folder.join("a.db-wal");
        let mut ends = vec![last_commit(&log, None).unwrap().unwrap()];
        for _ in 0..2 {
            connection.execute("INSERT INTO t VALUES (zeroblob(9000))", []).unwrap();
            ends.push(last_commit(&log, ends.last().copied()).unwrap().unwrap());
        }
        (connection, log, ends)
    }

    #[test]
    fn commits_are_found_one_after_the_other_or_all_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (connection, log, ends) = logged(folder.path());
        assert!(ends.is_sorted_by(|a, b| a.frames < b.frames), "{ends:?}");
        assert_eq!(last_commit(&log, None).unwrap(), ends.last().copied());
        ends.iter().for_each(|end| assert_eq!(look(&log, *end).unwrap(), Found::Whole));
        // Everything is copied to the database, and the log begins again.
        let copy = "PRAGMA wal_checkpoint(RESTART)";
        connection.query_row(copy, [], |_| Ok(())).unwrap();
        connection.execute("INSERT INTO t VALUES (1)", []).unwrap();
        let again = last_commit(&log, ends.last().copied()).unwrap().unwrap();
        assert!(again.salts != ends[0].salts && again.frames < ends[2].frames);
        assert_eq!(look(&log, ends[2]).unwrap(), Found::Other);
        drop(connection);
        assert_eq!((log.exists(), last_commit(&log, None).unwrap()), (false, None));
        assert_eq!(look(&log, again).unwrap(), Found::Other);
    }

    #[test]
    fn every_bit_counts_up_to_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let (_connection, log, ends) = logged(folder.path());
        let (whole, damaged) = (fs::read(&log).unwrap(), folder.path().join("damaged"));
        let frame = 24 + 4096;
        // The last commit is torn, which is how a crash leaves it.
        let end = HEADER + ends[1].frames as usize * frame;
        for bit in (0..end * 8).step_by(97) {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes.truncate(end + 1000);
            fs::write(&damaged, &bytes).unwrap();
            let found = look(&damaged, ends[1]).unwrap();
            match (bit / 8).checked_sub(HEADER) {
                None => assert_ne!(found, Found::Whole, "bit {bit}"),
                Some(byte) => {
                    let frame = 1 + (byte / frame) as u32;
                    assert_eq!(found, Found::Broken { frame }, "bit {bit}");
                }
            }
        }
        fs::write(&damaged, &whole[..end + 1000]).unwrap();
        assert_eq!(look(&damaged, ends[1]).unwrap(), Found::Whole);
        assert_eq!(look(&damaged, ends[2]).unwrap(), Found::Broken { frame: ends[1].frames + 1 });
        assert_eq!(last_commit(&damaged, None).unwrap(), Some(ends[1]));
    }
}
