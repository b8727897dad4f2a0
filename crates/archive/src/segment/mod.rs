//! Segments: immutable files that say which articles have which key.
//!
//! docs/archive-format.md describes every byte. A segment holds a table of its articles and, for
//! each key in ascending order, the list of articles that have it. The checksum of each block
//! stands in the index behind the blocks, that of the index in the trailer, and that of the trailer
//! and the header (the *seal*) in the database, so that a block that is changed, missing, doubled
//! or from another file is noticed as soon as it is read.

mod cursor;
mod directory;
#[cfg(test)]
mod known;
mod merge;
mod read;
mod varint;
mod write;

pub use cursor::Cursor;
pub use merge::merge;
pub use read::Segment;
pub use write::{Postings, SegmentWriter};

/// What a segment begins with.
pub const MAGIC: [u8; 8] = *b"RETOLDSG";
/// What a segment ends with.
const END: [u8; 8] = *b"GSDLOTER";
/// Version of the layout.
pub const VERSION: u32 = 2;
/// Bytes of the header and of the trailer.
const HEADER: usize = 40;
const TRAILER: usize = 32;
/// Where their own checksums stand in them.
const HEADER_CRC: usize = 36;
const TRAILER_CRC: usize = 20;
/// Bytes of an article in the table, and of a block in the index.
const DOC: usize = 24;
const KEY_BLOCK: usize = 24;
/// Articles in a block of the table.
const DOCS_PER_BLOCK: usize = 64;
/// A block of keys ends once it has so many bytes.
const BLOCK_BYTES: usize = 2048;
/// Lists of more bytes stand by themselves, so that nobody reads them on the way to others.
const INLINE_BYTES: usize = 256;

/// An article as a segment knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doc {
    /// Its number in the archive.
    pub doc: u64,
    /// When it was first seen, in seconds since 1970.
    pub first_seen: i64,
    /// The hash of its text; 0 for a blank one, which has no postings.
    pub text: u64,
}

/// What a segment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The id of the scheme of all fingerprints.
    pub scheme: u64,
    /// The span of first-seen time, by its number.
    pub span: i64,
}

/// What the database knows of a segment, to tell whether the file is the one that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// Bytes of the file.
    pub bytes: u64,
    /// CRC32C of the trailer and the header, each up to its own checksum.
    pub crc: u32,
}

impl Seal {
    /// The checksum of a whole header and a whole trailer. Their own checksums are left out: what
    /// is followed by its CRC has the same CRC whatever it is.
    fn crc_of(header: &[u8], trailer: &[u8]) -> u32 {
        let (header, trailer) = (&header[..HEADER_CRC], &trailer[..TRAILER_CRC]);
        crc32c::crc32c_append(crc32c::crc32c(trailer), header)
    }
}

/// A block of keys, as the index knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct KeyBlock {
    first: u64,
    offset: u64,
    bytes: u32,
    crc: u32,
}
