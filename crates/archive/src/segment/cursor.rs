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
    /// Whether one article alone has the key.
    is_one: bool,
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
        Self {
            segment,
            block: None,
            bytes: Vec::new(),
            at: 0,
            key: 0,
            is_one: false,
            list: Vec::new(),
        }
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
        let Some(number) = self.segment.block_of(key) else { return Ok(true) };
        if self.block != Some(number) {
            self.enter(number)?;
        }
        if !self.seek(key).ok_or_else(|| self.wrong())? {
            return Ok(true);
        }
        let list = self.list().ok_or_else(|| self.wrong())?;
        if matches!(&list, List::Long(long) if long.texts > most_texts as u64) {
            return Ok(false);
        }
        self.take(list, places)?;
        Ok(true)
    }

    /// The next key, whose articles replace those in `places`; `None` behind the last.
    pub fn next(&mut self, places: &mut Vec<u32>) -> Result<Option<u64>, Error> {
        places.clear();
        loop {
            if self.block.is_some() && self.advance().ok_or_else(|| self.wrong())? {
                let list = self.list().ok_or_else(|| self.wrong())?;
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

    /// Goes to the list of the next key of the block; `false` at its end.
    fn advance(&mut self) -> Option<bool> {
        let mut rest = &self.bytes[self.at..];
        let Some(head) = Head::take(&mut rest, self.key)? else { return Some(false) };
        (self.at, self.key) = (self.bytes.len() - rest.len(), head.key);
        self.is_one = head.is_one;
        Some(true)
    }

    /// Goes to the list of a key, if the block has that key; else to the first key above it.
    fn seek(&mut self, key: u64) -> Option<bool> {
        let mut rest = &self.bytes[self.at..];
        let mut last = self.key;
        let is_there = loop {
            let mut entry = rest;
            let Some(head) = Head::take(&mut entry, last)? else { break false };
            if head.key >= key {
                if head.key == key {
                    (rest, last, self.is_one) = (entry, key, head.is_one);
                }
                break head.key == key;
            }
            skip_list(&mut entry, head.is_one)?;
            (rest, last) = (entry, head.key);
        };
        (self.at, self.key) = (self.bytes.len() - rest.len(), last);
        Some(is_there)
    }

    /// The list of the key that was gone to.
    fn list(&mut self) -> Option<List> {
        let mut rest = &self.bytes[self.at..];
        let entry = read_list(&mut rest, self.is_one)?;
        self.at = self.bytes.len() - rest.len();
        Some(match entry {
            Entry::Long(list) => List::Long(list),
            Entry::Inline(length) => List::Inline(self.at - length..self.at),
        })
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

/// What stands before the list of a key.
struct Head {
    key: u64,
    /// Whether one article alone has the key.
    is_one: bool,
}

impl Head {
    /// Takes the head of an entry from the front of what is left of a block: nothing at its end,
    /// `None` if it is damaged. `last` is the key before.
    #[inline]
    fn take(rest: &mut &[u8], last: u64) -> Option<Option<Self>> {
        if rest.is_empty() {
            return Some(None);
        }
        let step = varint::take(rest)?;
        Some(Some(Self { key: last.wrapping_add(step >> 1), is_one: step & 1 == 1 }))
    }
}

enum Entry {
    /// So many bytes.
    Inline(usize),
    Long(LongList),
}

fn read_list(rest: &mut &[u8], is_one: bool) -> Option<Entry> {
    if is_one {
        let before = rest.len();
        varint::skip(rest)?;
        return Some(Entry::Inline(before - rest.len()));
    }
    let size = varint::take(rest)?;
    let length = usize::try_from(size >> 1).ok()?;
    if size & 1 == 0 {
        *rest = rest.get(length..)?;
        return Some(Entry::Inline(length));
    }
    let (texts, offset) = (varint::take(rest)?, varint::take(rest)?);
    let (crc, behind) = rest.split_first_chunk()?;
    *rest = behind;
    let crc = u32::from_le_bytes(*crc);
    Some(Entry::Long(LongList { texts, offset, length, crc }))
}

/// Goes past a list without looking at it: most that stand on the way to a key are of one article.
#[inline]
fn skip_list(rest: &mut &[u8], is_one: bool) -> Option<()> {
    if is_one { varint::skip(rest) } else { read_list(rest, is_one).map(drop) }
}
