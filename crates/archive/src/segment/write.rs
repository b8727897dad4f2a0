//! Writes a segment.

use std::io::{self, Write};

use super::{
    BLOCK_BYTES, DOC, DOCS_PER_BLOCK, Doc, END, HEADER, Header, INLINE_BYTES, KEY_BLOCK, KeyBlock,
    MAGIC, Seal, TRAILER, VERSION, varint,
};
use crate::keys::KEY_BITS;

/// Articles and their keys, to be written as a segment.
#[derive(Debug, Default)]
pub struct Postings {
    docs: Vec<Doc>,
    /// Each key with the place of an article in `docs`.
    entries: Vec<(u64, u32)>,
}

impl Postings {
    /// Adds an article, whose number must be above those of all before it, with its keys.
    pub fn add(&mut self, doc: Doc, keys: impl IntoIterator<Item = u64>) {
        let place = self.docs.len() as u32;
        self.docs.push(doc);
        self.entries.extend(keys.into_iter().map(|key| (key, place)));
    }

    /// Writes all of it as a segment.
    pub fn write(mut self, header: Header) -> (Vec<u8>, Seal) {
        use rayon::slice::ParallelSliceMut;
        self.entries.par_sort_unstable();
        let written = || -> io::Result<_> {
            let mut writer = SegmentWriter::new(Vec::new(), header, &self.docs)?;
            let mut places = Vec::new();
            for same in self.entries.chunk_by(|a, b| a.0 == b.0) {
                places.clear();
                places.extend(same.iter().map(|(_, place)| *place));
                writer.add(same[0].0, &places)?;
            }
            writer.finish()
        };
        written().expect("memory can be written to")
    }
}

/// Writes a segment key by key.
pub struct SegmentWriter<'d, W> {
    out: W,
    header: [u8; HEADER],
    docs: &'d [Doc],
    at: u64,
    doc_crcs: Vec<u32>,
    blocks: Vec<KeyBlock>,
    block: Vec<u8>,
    first: u64,
    last: u64,
    list: Vec<u8>,
    texts: Vec<u64>,
}

impl<'d, W: Write> SegmentWriter<'d, W> {
    /// A segment of these articles, ascending by their numbers.
    pub fn new(out: W, header: Header, docs: &'d [Doc]) -> io::Result<Self> {
        let mut writer = Self {
            out,
            header: header_bytes(header, docs.len() as u32),
            docs,
            at: 0,
            doc_crcs: Vec::new(),
            blocks: Vec::new(),
            block: Vec::new(),
            first: 0,
            last: 0,
            list: Vec::new(),
            texts: Vec::new(),
        };
        writer.put(&header_bytes(header, docs.len() as u32))?;
        for docs in docs.chunks(DOCS_PER_BLOCK) {
            let mut block = Vec::with_capacity(docs.len() * DOC);
            for doc in docs {
                block.extend(doc.doc.to_le_bytes());
                block.extend(doc.first_seen.to_le_bytes());
                block.extend(doc.text.to_le_bytes());
            }
            writer.doc_crcs.push(crc32c::crc32c(&block));
            writer.put(&block)?;
        }
        Ok(writer)
    }

    /// Adds a key, above all before it, with the places of the articles that have it, ascending,
    /// at least one.
    pub fn add(&mut self, key: u64, places: &[u32]) -> io::Result<()> {
        let mut list = std::mem::take(&mut self.list);
        list.clear();
        varint::put_list(&mut list, places);
        if self.block.is_empty() {
            (self.first, self.last) = (key, key);
        }
        let is_one = places.len() == 1;
        varint::put(&mut self.block, (key - self.last) << 1 | u64::from(is_one));
        self.last = key;
        if is_one {
            self.block.extend_from_slice(&list);
        } else if list.len() <= INLINE_BYTES {
            varint::put(&mut self.block, (list.len() as u64) << 1);
            self.block.extend_from_slice(&list);
        } else {
            let texts = self.texts_of(places);
            for number in [(list.len() as u64) << 1 | 1, texts, self.at] {
                varint::put(&mut self.block, number);
            }
            self.block.extend(crc32c::crc32c(&list).to_le_bytes());
            self.put(&list)?;
        }
        self.list = list;
        if self.block.len() >= BLOCK_BYTES { self.end_block() } else { Ok(()) }
    }

    /// How many texts these articles have that differ.
    fn texts_of(&mut self, places: &[u32]) -> u64 {
        self.texts.clear();
        self.texts.extend(places.iter().map(|place| self.docs[*place as usize].text));
        self.texts.sort_unstable();
        self.texts.dedup();
        self.texts.len() as u64
    }

    fn end_block(&mut self) -> io::Result<()> {
        let block = std::mem::take(&mut self.block);
        self.blocks.push(KeyBlock {
            first: self.first,
            offset: self.at,
            bytes: block.len() as u32,
            crc: crc32c::crc32c(&block),
        });
        self.put(&block)?;
        self.block = block;
        self.block.clear();
        Ok(())
    }

    /// Writes the index and the trailer, and gives the writer back, flushed.
    pub fn finish(mut self) -> io::Result<(W, Seal)> {
        if !self.block.is_empty() {
            self.end_block()?;
        }
        let mut index = Vec::with_capacity(4 * self.doc_crcs.len() + KEY_BLOCK * self.blocks.len());
        self.doc_crcs.iter().for_each(|crc| index.extend(crc.to_le_bytes()));
        for block in &self.blocks {
            index.extend(block.first.to_le_bytes());
            index.extend(block.offset.to_le_bytes());
            index.extend(block.bytes.to_le_bytes());
            index.extend(block.crc.to_le_bytes());
        }
        let mut trailer = Vec::with_capacity(TRAILER);
        trailer.extend(self.at.to_le_bytes());
        trailer.extend((self.doc_crcs.len() as u32).to_le_bytes());
        trailer.extend((self.blocks.len() as u32).to_le_bytes());
        trailer.extend(crc32c::crc32c(&index).to_le_bytes());
        trailer.extend(crc32c::crc32c(&trailer).to_le_bytes());
        trailer.extend(END);
        self.put(&index)?;
        self.put(&trailer)?;
        self.out.flush()?;
        let crc = Seal::crc_of(&self.header, &trailer);
        Ok((self.out, Seal { bytes: self.at, crc }))
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }
}

fn header_bytes(header: Header, docs: u32) -> [u8; HEADER] {
    let mut bytes = Vec::with_capacity(HEADER);
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(KEY_BITS.to_le_bytes());
    bytes.extend(header.scheme.to_le_bytes());
    bytes.extend(header.span.to_le_bytes());
    bytes.extend(docs.to_le_bytes());
    bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
    bytes.try_into().expect("the fields are as long as the header")
}
