//! Bit masks to words: where each word of a piece of text starts and ends.
//!
//! The word rules of UAX #29 for ASCII and plain characters, on masks of 64 bytes at a time: a
//! character joins where the masks of its neighbours, shifted by one, have the right bits.

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
    pub(super) signs: Signs,
}

/// Signs that the form of words may depend on their context ([`Context`]).
///
/// [`Context`]: super::context::Context
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    /// Whether a word may be broken at a line end, or mix alphabets.
    pub(super) is_suspect: bool,
    /// Bytes of letters that are Greek, Cyrillic or Armenian.
    pub(super) foreign_bytes: usize,
    /// A bit for each of these alphabets.
    pub(super) alphabets: u64,
}

impl Signs {
    pub(super) fn add(&mut self, more: Self) {
        self.is_suspect |= more.is_suspect;
        self.foreign_bytes += more.foreign_bytes;
        self.alphabets |= more.alphabets;
    }
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

    /// The numbers of the words that cannot be hashed as they are, ascending, one or more times
    /// each: words with `.`, `,`, `_`, curly apostrophes or characters that are not plain.
    pub(super) fn special(&self) -> &[u32] {
        &self.special
    }

    /// Finds the edges of all words in the piece, and which words are special.
    #[inline(always)]
    pub(super) fn find(&mut self, kernel: impl blocks::Kernel, piece: &[u8]) {
        let blocks = piece.len().div_ceil(BLOCK);
        self.lowered.resize(((blocks + 2) * BLOCK).max(self.lowered.len()), 0);
        self.edges.resize(((blocks + 2) * BLOCK).max(self.edges.len()), 0);
        self.special.clear();
        let mut wide = WideChars::default();
        let mut joints = Joints::default();
        let mut edge_count = 0;
        let mut here = Marks::default();
        // Each block is joined once the next one is known, the last one with a block of spaces, so
        // that an end right behind the last byte is found there.
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
            let masks = kernel.classify(bytes, into);
            let mut next = Marks::of(masks);
            if masks.wide != 0 {
                let block = WideBlock { start, wide: masks.wide };
                wide.mark(piece, block, &mut next, &mut self.lowered);
            }
            let found = joints.join(here, next);
            here = next;
            let Some(places) = self.edges[edge_count..].first_chunk_mut() else { break };
            // The first round has no block before it, and finds nothing.
            kernel.positions(found.edges, start.wrapping_sub(BLOCK) as u32, places);
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
        self.signs = wide.signs;
        self.signs.is_suspect |= joints.suspect != 0;
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
    /// `_`, and first bytes of letters that fold to one byte.
    joiners: u64,
    /// Join letters: `.` `'` `:`.
    mid_letters: u64,
    /// Join digits: `.` `'` `,` `;`.
    mid_digits: u64,
    /// `.` `,` `;`: where they join, the word is not what it looks like. And `-`.
    dropped: u64,
    /// First bytes of `’` and `‘`, which join both.
    quotes: u64,
    /// All bytes of characters that only UAX #29 and NFKC understand.
    other: u64,
}

impl Marks {
    #[inline(always)]
    fn of(masks: Masks) -> Self {
        let Masks { letters, digits, joiners, mid_letters, mid_digits, dropped, .. } = masks;
        let (quotes, other) = (0, 0);
        Self { letters, digits, joiners, mid_letters, mid_digits, dropped, quotes, other }
    }
}

/// Classifies characters beyond ASCII, and carries those that continue in the next block.
#[derive(Debug, Default)]
struct WideChars {
    /// Bytes at the start of the next block that belong to a character of this one.
    bytes: u32,
    letters: u64,
    foreign: u64,
    other: u64,
    /// The last byte of a folded letter, where that is the first of the next block.
    folded: u8,
    signs: Signs,
}

/// First bytes of letters beyond the Latin ones: from U+0370 on.
const FOREIGN: u8 = 0xcd;

/// Without their last two bits, these are one number for each alphabet: 0xcd to 0xcf for Greek,
/// 0xd0 to 0xd3 for Cyrillic, 0xd4 to 0xd6 for Armenian. All that begin with 0xcc are marks.
const FOREIGN_LEADS: u64 = 0b111 << (FOREIGN >> 2);

/// A block that begins at `start`, with a bit for each byte of a wide character.
#[derive(Clone, Copy)]
struct WideBlock {
    start: usize,
    wide: u64,
}

impl WideChars {
    /// Adds the characters of the block at `start` to its marks, and lowers their letters.
    fn mark(
        &mut self,
        piece: &[u8],
        WideBlock { start, wide }: WideBlock,
        marks: &mut Marks,
        lowered: &mut [u8],
    ) {
        let Self { mut letters, mut foreign, mut other, .. } = *self;
        if letters != 0 {
            lowered[start] = self.folded;
        }
        // Bits of the first bytes of letters, without the last two bits of each.
        let mut leads = 0u64;
        let mut left = wide >> self.bytes << self.bytes;
        let mut end = 0;
        while left != 0 {
            let at = left.trailing_zeros();
            let place = start + at as usize;
            let (plain, length) = PLAIN.look_up(&piece[place..]);
            match plain {
                Plain::Letter(folded) => {
                    let bytes = 0b11 << at;
                    letters |= bytes;
                    foreign |= bytes & u64::from(piece[place] >= FOREIGN).wrapping_neg();
                    leads |= 1 << (piece[place] >> 2);
                    lowered[place..place + 2].copy_from_slice(&folded);
                }
                Plain::Short(_) => {
                    letters |= 0b11 << at;
                    marks.joiners |= 1 << at;
                    lowered[place..place + 2].copy_from_slice(&piece[place..place + 2]);
                }
                Plain::Break => {}
                Plain::Hyphen => self.signs.is_suspect = true,
                Plain::Quote => marks.quotes |= 1 << at,
                Plain::Other => other |= ((1 << length) - 1) << at,
            }
            end = at + length as u32;
            left = left.checked_shr(end).unwrap_or(0).checked_shl(end).unwrap_or(0);
        }
        marks.letters |= letters;
        marks.other |= other;
        self.signs.alphabets |= leads & FOREIGN_LEADS;
        if foreign != 0 {
            self.signs
                .add(foreign_signs(piece, Foreign { start, foreign, letters: marks.letters, end }));
        }
        // Only the last character can reach into the next block, and then it has the last byte.
        self.bytes = end.saturating_sub(u64::BITS);
        let spilled = |bits: u64| ((1 << self.bytes) - 1) & (bits >> 63).wrapping_neg();
        (self.letters, self.foreign, self.other) =
            (spilled(letters), spilled(foreign), spilled(other));
        self.folded = lowered[start + BLOCK];
    }
}

/// A block with letters that are not Latin.
#[derive(Clone, Copy)]
struct Foreign {
    /// Where it begins.
    start: usize,
    /// A bit for each byte of these letters, and for each byte of any letter.
    foreign: u64,
    letters: u64,
    /// Where its last wide character ends, counted from `start`.
    end: u32,
}

/// The signs of letters that are not Latin.
#[inline(always)]
fn foreign_signs(piece: &[u8], Foreign { start, foreign, letters, end }: Foreign) -> Signs {
    let latin = letters & !foreign;
    let beside = latin & (foreign << 1 | foreign >> 1);
    // An estimate: letters of two bytes are not examined more closely.
    let begins_latin = |byte: u8| byte.is_ascii_alphabetic() || (0xc3..FOREIGN).contains(&byte);
    let before = |by: usize| start.checked_sub(by).map_or(0, |place| piece[place]);
    let before = if before(1).is_ascii() { before(1) } else { before(2) };
    let starts_beside = foreign & 1 != 0 && begins_latin(before);
    let next = start + (end as usize).max(BLOCK);
    let ends_beside = foreign >> 63 != 0 && piece.get(next).is_some_and(|byte| begins_latin(*byte));
    Signs {
        is_suspect: beside != 0 || starts_beside || ends_beside,
        foreign_bytes: foreign.count_ones() as usize,
        alphabets: 0,
    }
}

/// Decides which marks make words, and carries what the next block needs of this one.
#[derive(Debug, Default)]
struct Joints {
    letters: u64,
    digits: u64,
    words: u64,
    in_word: u64,
    quote_bytes: u64,
    hyphen: u64,
    /// Bytes after hyphens that may be at a line end.
    suspect: u64,
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
        // Only UAX #29 can say whether a middle character joins characters that are not plain.
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
        // A hyphen after a word with nothing after it may be at a line end.
        let hyphens = here.dropped & !here.mid_digits & before(in_word, self.in_word);
        let suspect = before(hyphens, self.hyphen) & !(here.letters | here.digits);
        *self = Self {
            letters: here.letters >> 63,
            digits: here.digits >> 63,
            words: words >> 63,
            in_word: in_word >> 63,
            quote_bytes: (quote_bytes >> 64) as u64,
            hyphen: hyphens >> 63,
            suspect: self.suspect | suspect,
        };
        let special = here.other | here.joiners | joined & here.dropped | quotes;
        Found { edges, special }
    }
}
