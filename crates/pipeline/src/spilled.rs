//! Spills words that do not fit into the memory of a scan to a temporary file.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use retold::BoxError;
use retold::lsh::rare::Spill;

use crate::Error;
use crate::temporary::{read_at, write_at};

/// Words by their offset. The file is an unlinked temporary one, created with the first words; it
/// disappears with the process.
#[derive(Debug)]
pub struct StoredWords {
    /// The folder of the file.
    temp: PathBuf,
    file: OnceLock<File>,
    /// Where the next words go.
    end: AtomicU64,
}

impl StoredWords {
    /// None yet.
    pub fn new(temp: PathBuf) -> Self {
        Self { temp, file: OnceLock::new(), end: AtomicU64::new(0) }
    }

    fn try_write(&self, words: &[u32], place: u64) -> io::Result<()> {
        let file = match self.file.get() {
            Some(file) => file,
            // Two threads may race: one of the files is dropped again.
            None => {
                let file = tempfile::tempfile_in(&self.temp)?;
                self.file.get_or_init(|| file)
            }
        };
        let mut bytes = vec![0; size_of_val(words)];
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *bytes = word.to_le_bytes();
        }
        write_at(file, &bytes, place)
    }

    fn try_read(&self, place: u64, words: &mut [u32]) -> io::Result<()> {
        let file = self.file.get().ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = vec![0; size_of_val(words)];
        read_at(file, &mut bytes, place)?;
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        Ok(())
    }
}

impl Spill for StoredWords {
    fn write(&self, words: &[u32]) -> Result<u64, BoxError> {
        let place = self.end.fetch_add(size_of_val(words) as u64, Ordering::Relaxed);
        let written = self.try_write(words, place);
        written.map_err(|error| Error::temporary("write", &self.temp, error))?;
        Ok(place)
    }

    fn read(&self, place: u64, words: &mut [u32]) -> Result<(), BoxError> {
        let read = self.try_read(place, words);
        Ok(read.map_err(|error| Error::temporary("read", &self.temp, error))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back() {
        let stored = StoredWords::new(std::env::temp_dir());
        let words: Vec<u32> = (0..1000u32).map(|word| word.wrapping_mul(0x9E37_79B1)).collect();
        let write = |words: &[u32]| stored.write(words).expect("written");
        let places: Vec<u64> = words.chunks(300).map(write).collect();
        for (place, words) in places.into_iter().zip(words.chunks(300)).rev() {
            let mut found = vec![0; words.len()];
            stored.read(place, &mut found).expect("read");
            assert_eq!(found, words);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_that_names_it() {
        let stored = StoredWords::new(std::env::temp_dir().join("retold: no such folder"));
        let error = stored.write(&[1, 2]).expect_err("nowhere to write").to_string();
        assert!(error.starts_with("cannot write") && error.ends_with("no such folder"), "{error}");
        let error = stored.read(0, &mut [0, 0]).expect_err("nothing is there").to_string();
        assert!(error.starts_with("cannot read") && error.ends_with("no such folder"), "{error}");
    }
}
