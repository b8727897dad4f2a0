//! The texts of a corpus: in memory, and beyond a budget in a temporary file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::PathBuf;

use retold::BoxError;
use retold::engine::Texts;
use retold::lsh::rare::Spill;

use crate::Error;
use crate::spilled::StoredWords;
use crate::temporary::read_at;

/// How much may be held in memory, and where the rest is spilled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageBudget {
    /// Memory budget: about so many bytes are held.
    pub bytes: usize,
    /// The folder for temporary files.
    pub temp: PathBuf,
}

/// Texts by number. The file is an unlinked temporary one: it disappears with the process.
#[derive(Debug)]
pub struct StoredTexts {
    storage: StorageBudget,
    held: Vec<String>,
    held_bytes: usize,
    writer: Option<BufWriter<File>>,
    /// Where each text that is not held ends in the file.
    ends: Vec<u64>,
    /// What a scan of them spills.
    words: StoredWords,
}

/// Bytes that a text in memory takes beside its own: where it is, and what the allocator adds.
const HELD: usize = size_of::<String>() + 8;

/// Bytes gathered before they are written.
const BUFFER: usize = 1 << 18;

impl StoredTexts {
    /// No texts yet.
    pub fn new(storage: StorageBudget) -> Self {
        Self {
            words: StoredWords::new(storage.temp.clone()),
            storage,
            held: Vec::new(),
            held_bytes: 0,
            writer: None,
            ends: Vec::new(),
        }
    }

    /// Adds a text. Once one did not fit into memory, none is held any more.
    pub fn push(&mut self, text: String) -> anyhow::Result<()> {
        let bytes = text.capacity() + HELD;
        if self.writer.is_none() && self.held_bytes + bytes <= self.storage.bytes {
            self.held_bytes += bytes;
            self.held.push(text);
            return Ok(());
        }
        Ok(self
            .spill(&text)
            .map_err(|error| Error::temporary("write", &self.storage.temp, error))?)
    }

    fn spill(&mut self, text: &str) -> io::Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let file = tempfile::tempfile_in(&self.storage.temp)?;
                none.insert(BufWriter::with_capacity(BUFFER, file))
            }
        };
        writer.write_all(text.as_bytes())?;
        self.ends.push(self.ends.last().copied().unwrap_or(0) + text.len() as u64);
        Ok(())
    }

    /// Ends adding: texts can be read from here on.
    pub fn finish(&mut self) -> anyhow::Result<()> {
        let flushed = self.writer.as_mut().map_or(Ok(()), Write::flush);
        Ok(flushed.map_err(|error| Error::temporary("write", &self.storage.temp, error))?)
    }

    /// The texts in memory.
    pub fn into_held(self) -> Vec<String> {
        self.held
    }

    /// The range of a spilled text in the file.
    fn place(&self, at: usize) -> Option<Range<u64>> {
        let end = *self.ends.get(at)?;
        Some(at.checked_sub(1).map_or(0, |before| self.ends[before])..end)
    }

    fn failed(&self, error: io::Error) -> Error {
        Error::temporary("read", &self.storage.temp, error)
    }

    fn read(&self, at: usize) -> io::Result<String> {
        let file = self.writer.as_ref().ok_or(io::ErrorKind::NotFound)?.get_ref();
        let Range { start, end } = self.place(at).ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = vec![0; (end - start) as usize];
        read_at(file, &mut bytes, start)?;
        let text = simdutf8::basic::from_utf8(&bytes).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(text.to_owned())
    }
}

impl Texts for StoredTexts {
    fn len(&self) -> usize {
        self.held.len() + self.ends.len()
    }

    fn bytes(&self, at: usize) -> Result<usize, BoxError> {
        if let Some(text) = self.held.get(at) {
            return Ok(text.len());
        }
        let place = self.place(at - self.held.len()).ok_or(io::ErrorKind::NotFound);
        let place = place.map_err(|error| self.failed(error.into()))?;
        Ok((place.end - place.start) as usize)
    }

    fn spill(&self) -> Option<&dyn Spill> {
        Some(&self.words)
    }

    fn text(&self, at: usize) -> Result<Cow<'_, str>, BoxError> {
        if let Some(text) = self.held.get(at) {
            return Ok(Cow::Borrowed(text));
        }
        let text = self.read(at - self.held.len()).map_err(|error| self.failed(error))?;
        Ok(Cow::Owned(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_from_memory_and_file() {
        let texts = ["one", "", "zwölf", "three", "", "4"];
        for bytes in [0, 3 + HELD, 8 + 3 * HELD, 1000] {
            let mut stored = StoredTexts::new(StorageBudget { bytes, temp: std::env::temp_dir() });
            texts.iter().for_each(|text| stored.push((*text).to_owned()).expect("stored"));
            stored.finish().expect("written");
            assert_eq!(stored.len(), texts.len());
            for (at, text) in texts.iter().enumerate().rev() {
                assert_eq!(stored.text(at).expect("read"), *text, "{bytes} bytes held");
                assert_eq!(stored.bytes(at).expect("known"), text.len(), "{bytes} bytes held");
            }
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_that_names_it() {
        let temp = std::env::temp_dir().join("retold: no such folder");
        let error = StoredTexts::new(StorageBudget { bytes: 0, temp }).push("text".to_owned());
        assert!(error.expect_err("nowhere to write").to_string().ends_with("no such folder"));
    }

    #[test]
    fn a_text_that_cannot_be_read_back_ends_the_run_and_names_the_folder() {
        let mut stored = StoredTexts::new(StorageBudget { bytes: 0, temp: std::env::temp_dir() });
        for at in 0..50 {
            stored.push(format!("text number {at} of fifty that are much alike")).expect("stored");
        }
        stored.finish().expect("written");
        let file = stored.writer.as_ref().expect("made").get_ref();
        file.set_len(stored.ends[20]).expect("cut");
        let engine = retold::Engine::new(retold::Config::default()).expect("defaults");
        let error = engine.scan(&stored).expect_err("it is cut short");
        assert!(matches!(error, retold::Error::Text { .. }), "{error}");
        assert!(matches!(Error::from(error), Error::TemporaryFile { action: "read", .. }));
    }
}
