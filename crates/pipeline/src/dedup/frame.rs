//! A frame of the [`Journal`](super::journal::Journal): one batch, as it is written and read back.
//!
//! ```text
//! frame:  header: u32 bytes, body: u32 bytes, checksum of both: u64     little-endian, as all numbers
//! header: JSON, what the batch is and how far reading has come
//! body:   preferences: u64 × articles, ends: u32 × articles (of their ids), bytes: u32 × articles,
//!         ids, page
//! ```
//!
//! A frame that was written only in part, or was damaged later, fails its checksum.

use std::io::Read;

use retold_corpus::{Position, ReadReport};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

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
    /// The bytes of a frame's body.
    pub fn packed(&self) -> Vec<u8> {
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

/// All of a frame that comes before its body.
pub fn before_body(header: &Header, body: &[u8]) -> serde_json::Result<Vec<u8>> {
    let header = serde_json::to_vec(header)?;
    let mut before = Vec::with_capacity(PREFIX + header.len());
    before.extend((header.len() as u32).to_le_bytes());
    before.extend((body.len() as u32).to_le_bytes());
    before.extend(checksum(&header, body).to_le_bytes());
    before.extend(&header);
    Ok(before)
}

/// An intact frame.
pub struct Whole {
    pub header: Header,
    /// As [`Body::packed`] made it.
    pub body: Vec<u8>,
    /// Bytes of the frame.
    pub bytes: u64,
}

/// The next frame; `None` at the end, and where a frame is not intact.
pub fn next_frame(from: &mut impl Read) -> Option<Whole> {
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
