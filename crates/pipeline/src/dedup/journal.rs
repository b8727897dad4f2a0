//! Journal of the first pass, batch by batch: held in memory within a budget, and written to a file
//! from which it is read back and from which a later run resumes.
//!
//! ```text
//! frame:  header: u32 bytes, body: u32 bytes, checksum of both: u64     little-endian, as all numbers
//! header: JSON, what the batch is and how far reading has come
//! body:   preferences: u64 × articles, ends: u32 × articles (of their ids), bytes: u32 × articles,
//!         ids, page
//! ```
//!
//! A frame that was written only in part, or was damaged later, fails its checksum: the journal
//! ends before it.

use std::borrow::Cow;
use std::io::{self, BufReader, Read, Seek, Write};
use std::ops::Range;
use std::path::Path;

use anyhow::Context;
use retold::BoxError;
use retold::engine::dedup::Pages;
use retold_corpus::{Position, ReadReport};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::Error;
use crate::disk::{self, OutputFile, Pace};
use crate::stored::StorageBudget;
use crate::temporary::read_at;

/// The batches of a pass, in order.
#[derive(Debug)]
pub struct Journal {
    storage: StorageBudget,
    /// The bodies of the first frames.
    held: Vec<Box<[u8]>>,
    held_bytes: usize,
    /// The file with the other frames; with all of them if it is to outlast the process.
    file: Option<OutputFile>,
    is_lasting: bool,
    pace: Pace,
    end: u64,
    frames: Vec<Frame>,
    articles: u32,
}

/// Where a batch is.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// The number of its first article.
    first: u32,
    articles: u32,
    /// Where its body begins in the file, and the page and the end in the body.
    body: u64,
    page: u32,
    end: u32,
}

/// Describes a batch, and how far reading has come.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Header {
    /// Whether it belongs to the references.
    pub is_reference: bool,
    /// Whether this marks the end of the references or of the inputs.
    pub is_end: bool,
    /// The position after it.
    pub position: Position,
    /// What the report gained since the previous batch.
    pub report: ReadReport,
    /// Runs of its articles: source, line and item of the first, and the length of the run.
    pub runs: Vec<(u32, u64, u32, u32)>,
    /// The number of articles.
    pub articles: u32,
    /// Whether one of them has an id that is no integer.
    pub has_text_ids: bool,
    /// Bytes of the page.
    pub page: u32,
}

/// What is recorded about the articles of a batch.
#[derive(Debug, Default)]
pub struct Body {
    /// Their ids, concatenated.
    pub ids: String,
    /// Where each id ends in `ids`.
    pub ends: Vec<u32>,
    /// Whether one of them is no integer.
    pub has_text_ids: bool,
    /// Lengths of their texts in bytes.
    pub bytes: Vec<u32>,
    /// Preference for keeping each: lower is better.
    pub preferences: Vec<u64>,
    /// Their signatures.
    pub page: Vec<u8>,
}

impl Body {
    fn packed(&self) -> Vec<u8> {
        let articles = self.ends.len();
        let mut body = Vec::with_capacity(16 * articles + self.ids.len() + self.page.len());
        body.extend(self.preferences.iter().flat_map(|of| of.to_le_bytes()));
        body.extend(self.ends.iter().flat_map(|end| end.to_le_bytes()));
        body.extend(self.bytes.iter().flat_map(|bytes| bytes.to_le_bytes()));
        body.extend(self.ids.as_bytes());
        body.extend(&self.page);
        body
    }
}

/// Bytes before a frame's header.
const PREFIX: usize = 16;

impl Journal {
    /// An empty journal. What does not fit into memory goes to an unlinked temporary file.
    pub fn temporary(storage: StorageBudget) -> Self {
        Self {
            storage,
            held: Vec::new(),
            held_bytes: 0,
            file: None,
            is_lasting: false,
            pace: Pace::new(),
            end: 0,
            frames: Vec::new(),
            articles: 0,
        }
    }

    /// Opens the journal in a file, which need not exist, and passes the headers of its frames to
    /// `each`. Anything after the last intact frame is cut off; also returns how many bytes that
    /// was.
    pub fn lasting(
        path: &Path,
        storage: StorageBudget,
        mut each: impl FnMut(Header),
    ) -> anyhow::Result<(Self, u64)> {
        let cannot = || format!("cannot write {}", path.display());
        let mut file = OutputFile::open(path).with_context(cannot)?;
        path.parent().map_or(Ok(()), disk::sync_folder).with_context(cannot)?;
        let mut frames = file.file();
        let bytes = frames.metadata().with_context(cannot)?.len();
        frames.rewind().with_context(cannot)?;
        let mut journal = Self { is_lasting: true, ..Self::temporary(storage) };
        let mut reader = BufReader::with_capacity(1 << 20, frames);
        while let Some(Whole { header, body, bytes }) = next_frame(&mut reader) {
            journal.end += bytes;
            journal.note(&header, &body);
            each(header);
        }
        file.truncate(journal.end).with_context(cannot)?;
        journal.file = Some(file);
        let lost = bytes - journal.end;
        Ok((journal, lost))
    }

    /// Adds a batch, and fills in the counts of its header.
    pub fn push(&mut self, header: &mut Header, body: &Body) -> anyhow::Result<()> {
        header.articles = body.ends.len() as u32;
        header.page = body.page.len() as u32;
        let body = body.packed();
        if self.is_lasting || !self.fits(&body) {
            self.write(header, &body).map_err(|error| self.failure("write", error))?;
        }
        self.note(header, &body);
        Ok(())
    }

    /// Removes all batches.
    pub fn clear(&mut self) -> anyhow::Result<()> {
        let storage = self.storage.clone();
        let (file, is_lasting) = (self.file.take(), self.is_lasting);
        *self = Self { file, is_lasting, ..Self::temporary(storage) };
        let cleared = self.file.as_mut().map_or(Ok(()), |file| file.truncate(0));
        Ok(cleared.map_err(|error| self.failure("write", error))?)
    }

    fn fits(&self, body: &[u8]) -> bool {
        self.held.len() == self.frames.len() && self.held_bytes + body.len() <= self.storage.bytes
    }

    fn write(&mut self, header: &Header, body: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let file = tempfile::tempfile_in(&self.storage.temp)?;
                none.insert(OutputFile::temporary(file))
            }
        };
        let (is_end, header) = (header.is_end, serde_json::to_vec(header)?);
        let mut before = Vec::with_capacity(PREFIX + header.len());
        before.extend((header.len() as u32).to_le_bytes());
        before.extend((body.len() as u32).to_le_bytes());
        before.extend(checksum(&header, body).to_le_bytes());
        before.extend(&header);
        file.write_all(&before)?;
        file.write_all(body)?;
        self.end += (before.len() + body.len()) as u64;
        // Conclusions from a complete pass must not outlast the pass itself.
        if self.is_lasting && (is_end || self.pace.is_due()) { file.sync() } else { Ok(()) }
    }

    /// Registers a frame that ends where the journal ends, and holds its body if the budget allows.
    fn note(&mut self, header: &Header, body: &[u8]) {
        let fits = self.fits(body);
        self.frames.push(Frame {
            first: self.articles,
            articles: header.articles,
            body: self.end.saturating_sub(body.len() as u64),
            page: (body.len() as u32).saturating_sub(header.page),
            end: body.len() as u32,
        });
        self.articles += header.articles;
        if fits {
            self.held_bytes += body.len();
            self.held.push(body.into());
        }
    }

    fn failure(&self, action: &'static str, source: io::Error) -> Error {
        match self.is_lasting {
            true => Error::DoneSoFar { action, source },
            false => Error::temporary(action, &self.storage.temp, source),
        }
    }

    /// The number of articles so far.
    pub fn articles(&self) -> u32 {
        self.articles
    }

    /// An article's id.
    pub fn id(&self, article: u32) -> Result<String, Error> {
        let (at, frame) = self.find(article);
        let ends = 8 * frame.articles as usize;
        let local = (article - frame.first) as usize;
        let start = match local {
            0 => 0,
            _ => self.number(at, ends + 4 * (local - 1))?,
        };
        let end = self.number(at, ends + 4 * local)?;
        let ids = 16 * frame.articles as usize;
        let id = self.body(at, ids + start as usize..ids + end.max(start) as usize)?;
        Ok(String::from_utf8_lossy(&id).into_owned())
    }

    /// Lengths in bytes of the texts of all articles from a number on, in order.
    pub fn all_bytes(&self, from: u32) -> impl Iterator<Item = Result<u64, Error>> {
        let of_frame = move |at: usize| {
            let Frame { first, articles, .. } = self.frames[at];
            let before = from.saturating_sub(first).min(articles) as usize;
            let articles = articles as usize;
            match self.body(at, 12 * articles + 4 * before..16 * articles) {
                Ok(bytes) => {
                    let bytes = bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
                    bytes.map(|bytes| Ok(u64::from(bytes))).collect()
                }
                Err(error) => vec![Err(error)],
            }
        };
        (0..self.frames.len()).flat_map(of_frame)
    }

    /// Preference for keeping an article: lower is better.
    pub fn preference(&self, article: u32) -> Result<u64, Error> {
        let (at, frame) = self.find(article);
        let from = 8 * (article - frame.first) as usize;
        Ok(u64::from_le_bytes(self.array(at, from)?))
    }

    fn number(&self, frame: usize, from: usize) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array(frame, from)?))
    }

    fn array<const N: usize>(&self, frame: usize, from: usize) -> Result<[u8; N], Error> {
        let bytes = self.body(frame, from..from + N)?;
        let short = |_| self.failure("read", io::ErrorKind::UnexpectedEof.into());
        bytes.as_ref().try_into().map_err(short)
    }

    fn find(&self, article: u32) -> (usize, Frame) {
        let at = self.frames.partition_point(|frame| frame.first <= article) - 1;
        (at, self.frames[at])
    }

    fn body(&self, frame: usize, range: Range<usize>) -> Result<Cow<'_, [u8]>, Error> {
        if let Some(body) = self.held.get(frame) {
            return Ok(Cow::Borrowed(&body[range]));
        }
        let mut bytes = vec![0; range.len()];
        let from = self.frames[frame].body + range.start as u64;
        let file = self.file.as_ref().ok_or_else(|| io::ErrorKind::NotFound.into());
        let read = file.and_then(|file| read_at(file.file(), &mut bytes, from));
        read.map_err(|error| self.failure("read", error))?;
        Ok(Cow::Owned(bytes))
    }
}

impl Pages for Journal {
    fn len(&self) -> usize {
        self.frames.len()
    }

    fn bytes(&self, page: usize, range: Range<usize>) -> Result<Cow<'_, [u8]>, BoxError> {
        let Frame { page: from, end, .. } = self.frames[page];
        let from = from as usize;
        // The frame that ends the references or the inputs has no page: it counts as a page of no
        // articles.
        if from == end as usize {
            return Ok(Cow::Owned(vec![0; range.len()]));
        }
        Ok(self.body(page, from + range.start..from + range.end)?)
    }
}

/// An intact frame.
struct Whole {
    header: Header,
    body: Vec<u8>,
    bytes: u64,
}

/// The next frame; `None` at the end, and where a frame is not intact.
fn next_frame(from: &mut impl Read) -> Option<Whole> {
    let mut prefix = [0; PREFIX];
    from.read_exact(&mut prefix).ok()?;
    let [[a, b, c, d], [e, f, g, h], ..] = prefix.as_chunks::<4>().0 else { return None };
    let lengths = [u32::from_le_bytes([*a, *b, *c, *d]), u32::from_le_bytes([*e, *f, *g, *h])];
    let mut part = |length: u32| {
        // The length may be damaged, so nothing is allocated by it.
        let mut bytes = Vec::new();
        from.take(length.into()).read_to_end(&mut bytes).ok()?;
        (bytes.len() == length as usize).then_some(bytes)
    };
    let (header, body) = (part(lengths[0])?, part(lengths[1])?);
    let sum = prefix[8..].try_into().ok().map(u64::from_le_bytes)?;
    if sum != checksum(&header, &body) {
        return None;
    }
    let bytes = (PREFIX + header.len() + body.len()) as u64;
    Some(Whole { header: serde_json::from_slice(&header).ok()?, body, bytes })
}

fn checksum(header: &[u8], body: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&(header.len() as u64).to_le_bytes());
    hash.update(header);
    hash.update(body);
    hash.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(ids: &[&str], page: &[u8]) -> Body {
        let mut body = Body { page: page.to_vec(), ..Body::default() };
        for id in ids {
            body.ids.push_str(id);
            body.ends.push(body.ids.len() as u32);
            body.bytes.push(id.len() as u32 * 10);
            body.preferences.push(u64::MAX - id.len() as u64);
        }
        body
    }

    fn fill(journal: &mut Journal) {
        for (ids, page) in
            [(&["a", "", "zwölf"][..], &[1, 2, 3][..]), (&[], &[]), (&["x"], &[4, 5])]
        {
            journal.push(&mut Header::default(), &body(ids, page)).expect("written");
        }
    }

    fn check(journal: &Journal) {
        let ids = (0..journal.articles()).map(|article| journal.id(article).expect("read"));
        assert_eq!(ids.collect::<Vec<_>>(), ["a", "", "zwölf", "x"]);
        assert_eq!(journal.preference(2).expect("read"), u64::MAX - 6);
        let bytes: Result<Vec<u64>, Error> = journal.all_bytes(1).collect();
        assert_eq!(bytes.expect("read"), [0, 60, 10]);
        let page = |at, range| Pages::bytes(journal, at, range).expect("read").into_owned();
        assert_eq!(page(0, 1..3), [2, 3]);
        assert_eq!(page(1, 0..8), [0; 8]);
        assert_eq!(page(2, 0..2), [4, 5]);
    }

    #[test]
    fn what_cannot_be_read_back_is_an_error_and_no_zero() {
        let mut journal = Journal::temporary(storage(0));
        fill(&mut journal);
        journal.file.as_ref().expect("made").file().set_len(10).expect("cut");
        assert!(journal.id(0).is_err());
        assert!(journal.preference(0).is_err());
        assert!(journal.all_bytes(0).any(|bytes| bytes.is_err()));
        let failed = Pages::bytes(&journal, 0, 0..2).expect_err("it is cut short");
        assert!(matches!(failed.downcast_ref(), Some(Error::TemporaryFile { action: "read", .. })));
    }

    fn storage(bytes: usize) -> StorageBudget {
        StorageBudget { bytes, temp: std::env::temp_dir() }
    }

    #[test]
    fn batches_come_back_from_memory_and_file() {
        for bytes in [0, 60, 1000] {
            let mut journal = Journal::temporary(storage(bytes));
            fill(&mut journal);
            check(&journal);
        }
    }

    #[test]
    fn a_lasting_journal_goes_on_behind_its_last_whole_frame() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal");
        let open = |each: &mut dyn FnMut(Header)| {
            Journal::lasting(&path, storage(60), each).expect("open")
        };
        let (mut journal, lost) = open(&mut |_| panic!("there is none"));
        fill(&mut journal);
        check(&journal);
        drop(journal);
        let whole = std::fs::read(&path).expect("there");
        let mut headers = 0;
        let (mut journal, none) = open(&mut |header| headers += usize::from(header.articles != 9));
        assert_eq!((headers, lost, none), (3, 0, 0));
        check(&journal);
        journal.clear().expect("cleared");
        fill(&mut journal);
        check(&journal);
        drop(journal);
        assert_eq!(std::fs::read(&path).expect("there"), whole);
        for cut in 0..whole.len() {
            for damage in [false, true] {
                let mut bytes = whole.clone();
                if damage {
                    bytes[cut] ^= 64
                } else {
                    bytes.truncate(cut)
                }
                std::fs::write(&path, &bytes).expect("written");
                let (journal, lost) = open(&mut |_| ());
                assert!(journal.frames.len() < 3, "frame {cut} is not as it was");
                assert_eq!(journal.end + lost, bytes.len() as u64);
                drop(journal);
                assert_eq!(
                    std::fs::metadata(&path).expect("there").len() + lost,
                    bytes.len() as u64
                );
            }
        }
    }
}
