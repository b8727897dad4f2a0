//! Opens segments, and reads their blocks.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::directory::Directory;
use super::{
    DOC, DOCS_PER_BLOCK, Doc, END, HEADER, HEADER_CRC, Header, KEY_BLOCK, KeyBlock, MAGIC, Seal,
    TRAILER, TRAILER_CRC, VERSION,
};
use crate::Error;
use crate::keys::KEY_BITS;

/// Where the bytes are.
#[derive(Debug)]
enum Source {
    /// In memory: a segment that is about to be written.
    Memory(Vec<u8>),
    File(File),
}

/// An open segment. Its table of articles and its index are in memory; blocks are read, and
/// checked, when they are asked for.
#[derive(Debug)]
pub struct Segment {
    path: PathBuf,
    source: Source,
    header: Header,
    seal: Seal,
    docs: Vec<Doc>,
    pub(super) blocks: Vec<KeyBlock>,
    directory: Directory,
}

impl Segment {
    /// Opens a file that must be the one that the seal is of.
    pub fn open(path: &Path, seal: Seal) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        let bytes = file.metadata().map_err(Error::io("read", path))?.len();
        Self::of(path, Source::File(file), bytes, seal)
    }

    /// A segment in memory, which has not got a file yet.
    pub fn in_memory(bytes: Vec<u8>, seal: Seal) -> Result<Self, Error> {
        let length = bytes.len() as u64;
        Self::of(Path::new("memory"), Source::Memory(bytes), length, seal)
    }

    fn of(path: &Path, source: Source, bytes: u64, seal: Seal) -> Result<Self, Error> {
        let wrong = |place: &str, problem: &str| Error::damaged(path, place, problem);
        if bytes != seal.bytes || bytes < (HEADER + TRAILER) as u64 {
            let problem = format!("the file has {bytes} bytes and should have {}", seal.bytes);
            return Err(Error::damaged(path, "its end", problem));
        }
        let read = |offset, length| read_at(&source, path, offset, length);
        let header = read(0, HEADER)?;
        let trailer = read(bytes - TRAILER as u64, TRAILER)?;
        if Seal::crc_of(&header, &trailer) != seal.crc {
            let problem = "this is not the file that the archive has written";
            return Err(wrong("its header or trailer", problem));
        }
        let own = |bytes: &[u8], at: usize| crc32c::crc32c(&bytes[..at]) == u32_at(bytes, at);
        if !own(&header, HEADER_CRC) || !own(&trailer, TRAILER_CRC) {
            return Err(wrong("its header or trailer", "wrong checksum"));
        }
        if header[..8] != MAGIC || trailer[24..] != END {
            return Err(wrong("its header or trailer", "this is no segment"));
        }
        let (version, key_bits) = (u32_at(&header, 8), u32_at(&header, 12));
        if (version, key_bits) != (VERSION, KEY_BITS) {
            return Err(Error::Unknown {
                what: "segments of version",
                found: format!("{version} with {key_bits} bits"),
                known: format!("{VERSION} with {KEY_BITS} bits"),
            });
        }
        let (offset, doc_blocks) = (u64_at(&trailer, 0), u32_at(&trailer, 8) as usize);
        let key_blocks = u32_at(&trailer, 12) as usize;
        let length = 4 * doc_blocks + KEY_BLOCK * key_blocks;
        let docs = u32_at(&header, 32) as usize;
        let fits = offset.checked_add((length + TRAILER) as u64) == Some(bytes);
        if !fits || doc_blocks != docs.div_ceil(DOCS_PER_BLOCK) {
            return Err(wrong("its trailer", "it does not agree with the length of the file"));
        }
        let index = read(offset, length)?;
        if crc32c::crc32c(&index) != u32_at(&trailer, 16) {
            return Err(wrong("its index", "wrong checksum"));
        }
        let (doc_crcs, blocks) = index.split_at(4 * doc_blocks);
        let docs = read_docs(&source, path, docs, doc_crcs)?;
        let blocks = blocks.chunks_exact(KEY_BLOCK).map(|block| KeyBlock {
            first: u64_at(block, 0),
            offset: u64_at(block, 8),
            bytes: u32_at(block, 16),
            crc: u32_at(block, 20),
        });
        let blocks: Vec<KeyBlock> = blocks.collect();
        let directory = Directory::new(&blocks);
        let header = Header { scheme: u64_at(&header, 16), span: u64_at(&header, 24) as i64 };
        Ok(Self { path: path.to_owned(), source, header, seal, docs, blocks, directory })
    }

    /// The same segment, now that it has a file.
    pub fn into_file(self, path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io("open", path))?;
        Ok(Self { path: path.to_owned(), source: Source::File(file), ..self })
    }

    /// The bytes of a segment in memory; none of one that has a file.
    pub fn bytes(&self) -> &[u8] {
        match &self.source {
            Source::Memory(bytes) => bytes,
            Source::File(_) => &[],
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is about.
    pub fn header(&self) -> Header {
        self.header
    }

    /// What tells whether a file is this one.
    pub fn seal(&self) -> Seal {
        self.seal
    }

    /// Its articles, ascending by number.
    pub fn docs(&self) -> &[Doc] {
        &self.docs
    }

    /// The place of an article in [`Segment::docs`].
    pub fn place(&self, doc: u64) -> Option<usize> {
        self.docs.binary_search_by_key(&doc, |doc| doc.doc).ok()
    }

    /// The block in which a key stands, if any does; `None` if it would stand before the first.
    pub(super) fn block_of(&self, key: u64) -> Option<usize> {
        self.directory.block_of(key, &self.blocks)
    }

    /// Reads a block of keys into `block`.
    pub(super) fn read_block(&self, number: usize, block: &mut Vec<u8>) -> Result<(), Error> {
        let KeyBlock { offset, bytes, crc, .. } = self.blocks[number];
        self.read_checked(offset, bytes as usize, crc, block)
            .map_err(|error| error.unwrap_or_else(|| self.wrong_block(number, "wrong checksum")))
    }

    /// Reads a list that stands by itself into `list`, as it is written.
    pub(super) fn read_list(&self, list: LongList, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let LongList { offset, length, crc, .. } = list;
        let fits = offset.checked_add(length as u64).is_some_and(|end| end <= self.seal.bytes);
        let wrong = || {
            let place = format!("the list of {length} bytes at byte {offset}");
            Error::damaged(&self.path, place, "wrong checksum")
        };
        if !fits {
            return Err(wrong());
        }
        self.read_checked(offset, length, crc, bytes).map_err(|error| error.unwrap_or_else(wrong))
    }

    /// The error is that of reading, or none if the checksum is wrong.
    fn read_checked(
        &self,
        offset: u64,
        length: usize,
        crc: u32,
        bytes: &mut Vec<u8>,
    ) -> Result<(), Option<Error>> {
        bytes.resize(length, 0);
        read_exact_at(&self.source, offset, bytes)
            .map_err(|error| Some(Error::io("read", &self.path)(error)))?;
        if crc32c::crc32c(bytes) == crc { Ok(()) } else { Err(None) }
    }

    pub(super) fn wrong_block(&self, number: usize, problem: &str) -> Error {
        let offset = self.blocks[number].offset;
        Error::damaged(&self.path, format!("block {number} of keys (byte {offset})"), problem)
    }
}

/// Where a list stands that is too long to stand with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LongList {
    /// How many texts its articles have that differ.
    pub texts: u64,
    pub offset: u64,
    pub length: usize,
    pub crc: u32,
}

fn read_docs(source: &Source, path: &Path, count: usize, crcs: &[u8]) -> Result<Vec<Doc>, Error> {
    let bytes = read_at(source, path, HEADER as u64, count * DOC)?;
    for (number, (block, crc)) in
        bytes.chunks(DOCS_PER_BLOCK * DOC).zip(crcs.chunks_exact(4)).enumerate()
    {
        if crc32c::crc32c(block) != u32_at(crc, 0) {
            let place = format!("block {number} of the table of articles");
            return Err(Error::damaged(path, place, "wrong checksum"));
        }
    }
    let doc = |doc: &[u8]| Doc {
        doc: u64_at(doc, 0),
        first_seen: u64_at(doc, 8) as i64,
        text: u64_at(doc, 16),
    };
    Ok(bytes.chunks_exact(DOC).map(doc).collect())
}

fn read_at(source: &Source, path: &Path, offset: u64, length: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; length];
    match read_exact_at(source, offset, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(Error::damaged(path, format!("byte {offset}"), "the file ends too early"))
        }
        Err(error) => Err(Error::io("read", path)(error)),
    }
}

fn read_exact_at(source: &Source, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    match source {
        Source::Memory(all) => {
            let from = usize::try_from(offset).unwrap_or(usize::MAX);
            let part = all.get(from..).and_then(|rest| rest.get(..bytes.len()));
            bytes.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        }
        Source::File(file) => of_file(file, offset, bytes),
    }
}

#[cfg(unix)]
fn of_file(file: &File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn of_file(file: &File, mut offset: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = &mut bytes[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}
