//! Records which files of kept articles are finished, for a run that is resumed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::disk::OutputFile;

/// A file that counts and hashes what is written to it.
pub struct Hashed {
    file: OutputFile,
    hash: Xxh3,
    bytes: u64,
}

impl Hashed {
    /// Starts with an empty file.
    pub fn new(file: OutputFile) -> Self {
        Self { file, hash: Xxh3::new(), bytes: 0 }
    }

    /// Length and hash of what was written so far.
    pub fn sum(&self) -> Sum {
        Sum { bytes: self.bytes, hash: self.hash.digest() }
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Length and hash of a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    bytes: u64,
    hash: u64,
}

impl Sum {
    fn of(path: &Path) -> io::Result<Self> {
        let (mut file, mut hash, mut bytes) = (File::open(path)?, Xxh3::new(), 0);
        let mut buffer = vec![0; 1 << 18];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok(Self { bytes, hash: hash.digest() });
            }
            hash.update(&buffer[..read]);
            bytes += read as u64;
        }
    }
}

/// The record of finished files: a line of JSON and its hash for each.
#[derive(Debug)]
pub struct Finished {
    record: OutputFile,
    /// By source, the paths within the folder.
    done: BTreeMap<u32, PathBuf>,
    /// The sources of files that changed after they were finished.
    damaged: BTreeSet<u32>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    source: u32,
    path: PathBuf,
    sum: Sum,
}

impl Finished {
    /// Reads the record, if it exists, and checks the files in `folder` that it lists.
    pub fn open(record: &Path, folder: &Path) -> io::Result<Self> {
        let mut done = BTreeMap::new();
        let (mut damaged, mut whole) = (BTreeSet::new(), 0);
        let mut record = OutputFile::open(record)?;
        let mut lines = record.file();
        lines.rewind()?;
        for text in BufReader::new(lines).split(b'\n') {
            let text = text?;
            let Some(Line { source, path, sum }) = line(&text) else { break };
            whole += text.len() as u64 + 1;
            if Sum::of(&folder.join(&path)).is_ok_and(|found| found == sum) {
                damaged.remove(&source);
                done.insert(source, path);
            } else {
                damaged.insert(source);
            }
        }
        let bytes = record.file().metadata()?.len();
        record.truncate(whole.min(bytes))?;
        Ok(Self { record, done, damaged })
    }

    /// The sources of files that were damaged after they were finished and must be written again.
    pub fn damaged(&self) -> &BTreeSet<u32> {
        &self.damaged
    }

    /// Whether the file of a source is finished.
    pub fn has(&self, source: u32) -> bool {
        self.done.contains_key(&source)
    }

    /// The finished files.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Path)> {
        self.done.iter().map(|(source, path)| (*source, path.as_path()))
    }

    /// Records that the file of a source is finished.
    pub fn add(&mut self, source: u32, path: &Path, sum: Sum) -> io::Result<()> {
        let text = serde_json::to_string(&Line { source, path: path.to_owned(), sum })?;
        let line = format!("{:016x} {text}\n", xxh3_64(text.as_bytes()));
        self.record.write_all(line.as_bytes())
    }

    /// Makes the record survive a power cut.
    pub fn sync(&self) -> io::Result<()> {
        self.record.sync()
    }
}

fn line(text: &[u8]) -> Option<Line> {
    let (hash, line) = text.split_at_checked(16)?;
    let line = line.strip_prefix(b" ")?;
    let hash = u64::from_str_radix(str::from_utf8(hash).ok()?, 16).ok()?;
    (hash == xxh3_64(line)).then(|| serde_json::from_slice(line).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_finished_is_known_until_it_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let record = folder.path().join("finished");
        let open = || Finished::open(&record, folder.path()).expect("readable");
        let mut finished = open();
        for (source, name) in [(0, "a"), (2, "b"), (5, "c")] {
            let mut file =
                Hashed::new(OutputFile::create(&folder.path().join(name)).expect("made"));
            write!(file, "content of {name}").expect("written");
            finished.add(source, Path::new(name), file.sum()).expect("recorded");
        }
        let known = |finished: &Finished| finished.iter().map(|(at, _)| at).collect::<Vec<_>>();
        assert_eq!((known(&open()), open().damaged().len()), (vec![0, 2, 5], 0));
        fs::write(folder.path().join("b"), "content of x").expect("written");
        assert_eq!((known(&open()), open().damaged().first()), (vec![0, 5], Some(&2)));
        // A record that was cut short is cut back to its last whole line, and goes on there.
        let lines = fs::read(&record).expect("there");
        fs::write(&record, &lines[..lines.len() - 5]).expect("written");
        let mut finished = open();
        assert_eq!(known(&finished), [0]);
        finished
            .add(5, Path::new("c"), Sum::of(&folder.path().join("c")).expect("there"))
            .expect("recorded");
        assert_eq!(known(&open()), [0, 5]);
    }
}
