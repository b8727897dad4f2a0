//! Goes through the keys of a segment.

use super::read::LongList;
use super::{Segment, varint};
use crate::Error;

/// Goes forward through the keys of a segment. Keys that are asked for in ascending order read each
/// block once.
pub struct Cursor<'s> {
    segment: &'s Segment,
    /// The block that `bytes` holds, if any.
    block: Option<usize>,
    bytes: Vec<u8>,
    at: usize,
    key: u64,
    list: Vec<u8>,
}

/// The list of a key.
enum List {
    /// Bytes of the block.
    Inline(std::ops::Range<usize>),
    Long(LongList),
}

impl<'s> Cursor<'s> {
    /// Before the first key.
    pub fn new(segment: &'s Segment) -> Self {
        Self { segment, block: None, bytes: Vec::new(), at: 0, key: 0, list: Vec::new() }
    }

    /// Finds a key, above all that were asked for before, and adds the places of its articles to
    /// `places`. Nothing is read, and `false` given, if these are known to have more than
    /// `most_texts` texts that differ.
    pub fn find(
        &mut self,
        key: u64,
        most_texts: usize,
        places: &mut Vec<u32>,
    ) -> Result<bool, Error> {
        let blocks = &self.segment.blocks;
        let from = self.block.unwrap_or(0);
        // Mostly the same block or the one behind it.
        let Some(number) = (from + blocks[from..].partition_point(|of| of.first <= key))
            .checked_sub(1)
            .filter(|number| *number >= from)
        else {
            return Ok(true);
        };
        if self.block != Some(number) {
            self.enter(number)?;
        }
        loop {
            let before = (self.at, self.key);
            let Some(list) = self.entry()? else { return Ok(true) };
            if self.key < key {
                continue;
            }
            if self.key > key {
                (self.at, self.key) = before;
                return Ok(true);
            }
            if matches!(&list, List::Long(long) if long.texts > most_texts as u64) {
                return Ok(false);
            }
            self.take(list, places)?;
            return Ok(true);
        }
    }

    /// The next key, whose articles replace those in `places`; `None` behind the last.
    pub fn next(&mut self, places: &mut Vec<u32>) -> Result<Option<u64>, Error> {
        places.clear();
        loop {
            if self.block.is_some()
                && let Some(list) = self.entry()?
            {
                self.take(list, places)?;
                return Ok(Some(self.key));
            }
            let number = self.block.map_or(0, |number| number + 1);
            if number == self.segment.blocks.len() {
                return Ok(None);
            }
            self.enter(number)?;
        }
    }

    fn enter(&mut self, number: usize) -> Result<(), Error> {
        self.segment.read_block(number, &mut self.bytes)?;
        self.block = Some(number);
        (self.at, self.key) = (0, self.segment.blocks[number].first);
        Ok(())
    }

    /// Reads an entry of the block; `None` at its end.
    fn entry(&mut self) -> Result<Option<List>, Error> {
        if self.at == self.bytes.len() {
            return Ok(None);
        }
        let mut rest = &self.bytes[self.at..];
        let read = read_entry(&mut rest);
        let Some((step, list)) = read else { return Err(self.wrong()) };
        self.at = self.bytes.len() - rest.len();
        self.key = self.key.wrapping_add(step);
        match list {
            Entry::Long(list) => Ok(Some(List::Long(list))),
            Entry::Inline(length) => Ok(Some(List::Inline(self.at - length..self.at))),
        }
    }

    fn take(&mut self, list: List, places: &mut Vec<u32>) -> Result<(), Error> {
        let end = self.segment.docs().len() as u32;
        let taken = match list {
            List::Inline(range) => varint::take_list(&self.bytes[range], end, places),
            List::Long(list) => {
                self.segment.read_list(list, &mut self.list)?;
                varint::take_list(&self.list, end, places)
            }
        };
        taken.ok_or_else(|| self.wrong())
    }

    fn wrong(&self) -> Error {
        self.segment.wrong_block(self.block.unwrap_or(0), "this is no list of articles")
    }
}

enum Entry {
    Inline(usize),
    Long(LongList),
}

/// Takes an entry from the front of what is left of a block.
#[inline]
fn read_entry(rest: &mut &[u8]) -> Option<(u64, Entry)> {
    let step = varint::take(rest)?;
    let (step, is_one) = (step >> 1, step & 1 == 1);
    if is_one {
        let before = rest.len();
        varint::take(rest)?;
        return Some((step, Entry::Inline(before - rest.len())));
    }
    let size = varint::take(rest)?;
    let length = usize::try_from(size >> 1).ok()?;
    if size & 1 == 0 {
        *rest = rest.get(length..)?;
        return Some((step, Entry::Inline(length)));
    }
    let (texts, offset) = (varint::take(rest)?, varint::take(rest)?);
    let (crc, behind) = rest.split_first_chunk()?;
    *rest = behind;
    let crc = u32::from_le_bytes(*crc);
    Some((step, Entry::Long(LongList { texts, offset, length, crc })))
}
