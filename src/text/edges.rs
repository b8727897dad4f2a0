//! Bit masks to words: where each word of a piece of text starts and ends.
//!
//! The word rules of UAX #29 for ASCII and plain characters, on masks of 64 bytes at a time: a
//! character joins where the masks of what stands before and after it, moved by one, have the right
//! bits.

use super::{
    blocks::{self, BLOCK, Masks},
    plain::{PLAIN, Plain},
};

/// The words of one piece of text.
#[derive(Debug, Clone, Default)]
pub(super) struct Edges {
    lowered: Vec<u8>,
    edges: Vec<u32>,
    word_count: usize,
    special: Vec<u32>,
}

impl Edges {
    /// The piece with ASCII and plain letters in lower case, and at least a block more.
    pub(super) fn lowered(&self) -> &[u8] {
        &self.lowered
    }

    /// First byte of each word, and first byte after it.
    pub(super) fn words(&self) -> &[[u32; 2]] {
        &self.edges.as_chunks().0[..self.word_count]
    }

    /// The numbers of the words that cannot be hashed as they are, ascending, one or more times each:
    /// words with `.`, `,`, `_`, curly apostrophes or characters that are not plain.
    pub(super) fn special(&self) -> &[u32] {
        &self.special
    }

    /// Finds the edges of all words in the piece, and which words are special.
    ///
    /// # Safety
    /// The processor must have the kernel's features.
    #[inline(always)]
    pub(super) unsafe fn find(&mut self, kernel: impl blocks::Kernel, piece: &[u8]) {
        let blocks = piece.len().div_ceil(BLOCK);
        self.lowered.resize(((blocks + 2) * BLOCK).max(self.lowered.len()), 0);
        self.edges.resize(((blocks + 2) * BLOCK).max(self.edges.len()), 0);
        self.special.clear();
        let mut wide = WideChars::default();
        let mut joints = Joints::default();
        let mut edge_count = 0;
        let mut here = Marks::default();
        // Each block is joined once the next one is known, the last one with a block of spaces, after
        // which an end that stands right behind the last byte is found in that one.
        for block in 0..blocks + 2 {
            let start = block * BLOCK;
            let padded;
            let bytes = match piece.get(start..).and_then(|rest| rest.first_chunk()) {
                Some(bytes) => bytes,
                None => {
                    padded = padded_block(piece, start);
                    &padded
                }
            };
            let Some(into) = self.lowered[start..].first_chunk_mut() else { break };
            // SAFETY: the caller vouches for the features.
            let masks = unsafe { kernel.classify(bytes, into) };
            let mut next = Marks::of(masks);
            if masks.wide != 0 {
                wide.mark(piece, start, masks.wide, (&mut next, &mut self.lowered));
            }
            let found = joints.join(here, next);
            here = next;
            let Some(places) = self.edges[edge_count..].first_chunk_mut() else { break };
            // SAFETY: the caller vouches for the features. Before the first block nothing is found.
            unsafe { kernel.places(found.edges, start.wrapping_sub(BLOCK) as u32, places) };
            let mut special = found.special;
            while special != 0 {
                // Every word before has two edges, and this one's start is at or before this byte.
                let upto = special ^ (special - 1);
                let word = (edge_count as u32 + (found.edges & upto).count_ones() - 1) / 2;
                self.special.push(word);
                special &= special - 1;
            }
            edge_count += found.edges.count_ones() as usize;
        }
        self.word_count = edge_count / 2;
    }
}

/// The block at `start`, where the piece ends in it or before, filled up with spaces.
#[cold]
fn padded_block(piece: &[u8], start: usize) -> [u8; BLOCK] {
    let mut padded = [b' '; BLOCK];
    let rest = piece.get(start..).unwrap_or_default();
    padded[..rest.len()].copy_from_slice(rest);
    padded
}

/// The masks of one block, once characters beyond ASCII are classified too.
#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    letters: u64,
    digits: u64,
    joiners: u64,
    /// Join letters: `.` `'` `:`.
    mid_letters: u64,
    /// Join digits: `.` `'` `,` `;`.
    mid_digits: u64,
    /// `.` `,` `;`: where they join, the word is not what it looks like.
    dropped: u64,
    /// First bytes of `’` and `‘`, which join both.
    quotes: u64,
    /// All bytes of characters that only UAX #29 and NFKC understand.
    other: u64,
}

impl Marks {
    #[inline(always)]
    fn of(masks: Masks) -> Self {
        let Masks { letters, digits, joiners, dots, apostrophes, colons, commas, wide: _ } = masks;
        Self {
            letters,
            digits,
            joiners,
            mid_letters: dots | apostrophes | colons,
            mid_digits: dots | apostrophes | commas,
            dropped: dots | commas,
            quotes: 0,
            other: 0,
        }
    }
}

/// Classifies characters beyond ASCII; carries what they reach into the next block.
#[derive(Debug, Default)]
struct WideChars {
    /// Bytes at the start of the next block that belong to a character of this one.
    bytes: u32,
    letters: u64,
    other: u64,
    /// The last byte of a folded letter, where that is the first of the next block.
    folded: u8,
}

impl WideChars {
    /// Adds the characters of the block at `start` to its marks, and lowers their letters.
    fn mark(
        &mut self,
        piece: &[u8],
        start: usize,
        wide: u64,
        (marks, lowered): (&mut Marks, &mut [u8]),
    ) {
        marks.letters |= self.letters;
        marks.other |= self.other;
        if self.letters != 0 {
            lowered[start] = self.folded;
        }
        // Bytes of characters that start here, which may end in the next block.
        let (mut letters, mut other) = (0u128, 0u128);
        let mut left = wide >> self.bytes << self.bytes;
        let mut end = 0;
        while left != 0 {
            let at = left.trailing_zeros();
            let place = start + at as usize;
            let (plain, length) = PLAIN.look_up(&piece[place..]);
            match plain {
                Plain::Letter(folded) => {
                    letters |= 0b11 << at;
                    lowered[place..place + 2].copy_from_slice(&folded);
                }
                Plain::Break => {}
                Plain::Quote => marks.quotes |= 1 << at,
                Plain::Other => other |= ((1 << length) - 1) << at,
            }
            end = at + length as u32;
            left = left.checked_shr(end).unwrap_or(0).checked_shl(end).unwrap_or(0);
        }
        marks.letters |= letters as u64;
        marks.other |= other as u64;
        *self = Self {
            bytes: end.saturating_sub(u64::BITS),
            letters: (letters >> 64) as u64,
            other: (other >> 64) as u64,
            folded: lowered[start + BLOCK],
        };
    }
}

/// Decides which marks make words; carries what the next block has to know of this one.
#[derive(Debug, Default)]
struct Joints {
    letters: u64,
    digits: u64,
    words: u64,
    in_word: u64,
    quote_bytes: u64,
}

/// The words of a block.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// First bytes of words, and first bytes after words.
    edges: u64,
    /// Bytes in words that make them special.
    special: u64,
}

impl Joints {
    /// The rules WB5 to WB13b of UAX #29, for a block and the one after it.
    #[inline(always)]
    fn join(&mut self, here: Marks, next: Marks) -> Found {
        let words = here.letters | here.digits | here.joiners;
        let before = |bits: u64, carried: u64| bits << 1 | carried;
        let after = |bits: u64, next: u64, by: u32| bits >> by | next << (u64::BITS - by);
        let before_letter = before(here.letters, self.letters);
        let before_digit = before(here.digits, self.digits);
        let before_word = before(words, self.words);
        let mids = here.mid_letters | here.mid_digits;
        let joined = here.mid_letters & before_letter & after(here.letters, next.letters, 1)
            | here.mid_digits & before_digit & after(here.digits, next.digits, 1);
        // Whether a middle character joins what only UAX #29 understands, it has to say.
        let undecided = mids & before_word & after(here.other, next.other, 1);
        let (quotes, quote_bytes) = match here.quotes | self.quote_bytes {
            0 => (0, 0),
            _ => {
                let after_letter = after(here.letters, next.letters, 3);
                let after_digit = after(here.digits, next.digits, 3);
                let undecided = before_word & after(here.other, next.other, 3);
                let quotes = here.quotes
                    & (before_letter & after_letter | before_digit & after_digit | undecided);
                (quotes, (u128::from(quotes) * 0b111) | u128::from(self.quote_bytes))
            }
        };
        let in_word = words | here.other | joined | undecided | quote_bytes as u64;
        let edges = in_word ^ before(in_word, self.in_word);
        *self = Self {
            letters: here.letters >> 63,
            digits: here.digits >> 63,
            words: words >> 63,
            in_word: in_word >> 63,
            quote_bytes: (quote_bytes >> 64) as u64,
        };
        let special = here.other | here.joiners | joined & here.dropped | quotes;
        Found { edges, special }
    }
}
