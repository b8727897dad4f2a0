//! Text to word hashes, without stopping at the words.
//!
//! What [`super::words`] does character by character is done here on bit masks of 64 bytes: which
//! bytes belong to words, where words start and end. Words of ASCII and of [`super::plain`] letters are
//! hashed from a copy of the text in lower case. Words with dots, commas or curly apostrophes are put
//! together first; words with any other character are left to [`for_each_word`], up to the next space.

use std::ops::Range;

use super::{
    blocks::{self, BLOCK, Masks},
    hash::{self, word_hash},
    plain::{PLAIN, Plain},
    words::for_each_word,
};
use crate::{Error, Kernel};

/// Bytes of text that are worked on at a time: what one step writes is still in the first-level cache
/// when the next one reads it.
const PIECE: usize = 8 * 1024;

/// Hashes every word of a text: the same as [`for_each_word`] and [`word_hash`], only faster.
///
/// Keeps buffers, which grow with the longest stretch without a space: one per thread.
#[derive(Debug, Clone)]
pub struct WordHasher {
    kernel: Kernel,
    buffers: Buffers,
}

/// What is known of one piece of text.
#[derive(Debug, Clone, Default)]
struct Buffers {
    /// The piece with letters in lower case, and a block more.
    lowered: Vec<u8>,
    /// Start and end of each word, in turn; `edge_count` of them.
    edges: Vec<u32>,
    edge_count: usize,
    /// Bytes inside words that cannot be hashed as they are, ascending.
    special: Vec<u32>,
    /// A special word, folded.
    folded: Vec<u8>,
}

impl WordHasher {
    /// Fails where this processor cannot run `kernel`.
    pub fn new(kernel: Kernel) -> Result<Self, Error> {
        if !kernel.is_available() {
            return Err(Error::OutOfRange {
                option: "kernel",
                found: kernel.to_string(),
                expected: "one that this processor can run",
            });
        }
        Ok(Self { kernel, buffers: Buffers::default() })
    }

    /// The kernel that was asked for.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Appends the hash of every word of `text` to `hashes`, in order. Text without words adds none.
    pub fn hash_words(&mut self, text: &str, hashes: &mut Vec<u64>) {
        let mut start = 0;
        while start < text.len() {
            let end = piece_end(text.as_bytes(), start);
            self.hash_piece(&text[start..end], hashes);
            start = end;
        }
    }

    fn hash_piece(&mut self, piece: &str, hashes: &mut Vec<u64>) {
        let buffers = &mut self.buffers;
        match self.kernel {
            // SAFETY: plain Rust needs no features.
            Kernel::Scalar => unsafe { hash_piece(blocks::scalar::Scalar, piece, buffers, hashes) },
            // SAFETY: `new` refuses kernels that the processor lacks.
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => unsafe { hash_piece_avx2(piece, buffers, hashes) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => unsafe { hash_piece_avx512(piece, buffers, hashes) },
            #[cfg(not(target_arch = "x86_64"))]
            _ => unreachable!("`new` refuses kernels that the processor lacks"),
        }
    }
}

/// A piece ends after an ASCII space, which no word spans, or with the text.
fn piece_end(text: &[u8], start: usize) -> usize {
    let is_space = |byte: &u8| byte.is_ascii_whitespace();
    let most = text.len().min(start + PIECE);
    if most == text.len() {
        return most;
    }
    match text[start..most].iter().rposition(is_space) {
        Some(last) => start + last + 1,
        None => text[most..].iter().position(is_space).map_or(text.len(), |first| most + first + 1),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn hash_piece_avx2(piece: &str, buffers: &mut Buffers, hashes: &mut Vec<u64>) {
    // SAFETY: this function has the features.
    unsafe { hash_piece(blocks::avx2::Avx2, piece, buffers, hashes) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(
    enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2"
)]
fn hash_piece_avx512(piece: &str, buffers: &mut Buffers, hashes: &mut Vec<u64>) {
    // SAFETY: this function has the features.
    unsafe { hash_piece(blocks::avx512::Avx512, piece, buffers, hashes) }
}

/// # Safety
/// The processor must have the kernel's features.
#[inline(always)]
unsafe fn hash_piece(
    kernel: impl blocks::Kernel,
    piece: &str,
    buffers: &mut Buffers,
    hashes: &mut Vec<u64>,
) {
    // SAFETY: the caller vouches for the features.
    unsafe { find_words(kernel, piece.as_bytes(), buffers) };
    hash_found(piece, buffers, hashes);
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

/// Finds the edges of all words in the piece, and what is special within them.
///
/// # Safety
/// The processor must have the kernel's features.
#[inline(always)]
unsafe fn find_words(kernel: impl blocks::Kernel, piece: &[u8], buffers: &mut Buffers) {
    let blocks = piece.len().div_ceil(BLOCK);
    buffers.lowered.resize(((blocks + 1) * BLOCK).max(buffers.lowered.len()), 0);
    buffers.edges.resize(((blocks + 2) * BLOCK).max(buffers.edges.len()), 0);
    buffers.special.clear();
    buffers.edge_count = 0;
    let mut wide = WideChars::default();
    let mut joints = Joints::default();
    let mut mark = |block: usize, lowered: &mut [u8]| {
        let start = block * BLOCK;
        let (Some(bytes), Some(into)) =
            (piece.get(start..), lowered[start..].first_chunk_mut::<BLOCK>())
        else {
            return Marks::default();
        };
        let masks = match bytes.first_chunk::<BLOCK>() {
            // SAFETY: the caller vouches for the features.
            Some(bytes) => unsafe { kernel.classify(bytes, into) },
            None => {
                let mut padded = [b' '; BLOCK];
                padded[..bytes.len()].copy_from_slice(bytes);
                // SAFETY: as above.
                unsafe { kernel.classify(&padded, into) }
            }
        };
        let mut marks = Marks::of(masks);
        if masks.wide != 0 {
            wide.mark(piece, start, masks.wide, (&mut marks, lowered));
        }
        marks
    };
    let mut marks = mark(0, &mut buffers.lowered);
    // One block more than there are: an end may stand right behind the last byte.
    for block in 0..=blocks {
        let next = mark(block + 1, &mut buffers.lowered);
        let found = joints.join(marks, next);
        let base = (block * BLOCK) as u32;
        if let Some(places) = buffers.edges[buffers.edge_count..].first_chunk_mut() {
            // SAFETY: the caller vouches for the features.
            unsafe { kernel.places(found.edges, base, places) };
        }
        buffers.edge_count += found.edges.count_ones() as usize;
        let mut special = found.special;
        while special != 0 {
            buffers.special.push(base + special.trailing_zeros());
            special &= special - 1;
        }
        marks = next;
    }
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
                (quotes, u128::from(quotes) * 0b111 | u128::from(self.quote_bytes))
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

/// Hashes the words that were found.
#[inline(always)]
fn hash_found(piece: &str, buffers: &mut Buffers, hashes: &mut Vec<u64>) {
    let Buffers { lowered, edges, edge_count, special, folded } = buffers;
    let (words, _) = edges[..*edge_count].as_chunks::<2>();
    hashes.reserve(words.len());
    let mut special = special.iter().map(|at| *at as usize).peekable();
    // Words before this place were hashed with what stands before them.
    let mut done = 0;
    for &[start, end] in words {
        let (start, end) = (start as usize, end as usize);
        if special.peek().is_none_or(|at| *at >= end) {
            if start >= done {
                hashes.push(hash_lowered(lowered, start, end - start));
            }
            continue;
        }
        while special.next_if(|at| *at < end).is_some() {}
        if start < done {
            continue;
        }
        match fold_plain(&lowered[start..end], folded) {
            Folding::Word => hashes.push(word_hash(folded)),
            Folding::Nothing => {}
            Folding::Unknown => done = hash_stretch(piece, start, hashes),
        }
    }
}

/// Bytes of a block that belong to a word of so many bytes.
static KEPT: [u128; hash::BLOCK + 1] = {
    let mut kept = [u128::MAX; hash::BLOCK + 1];
    let mut bytes = 0;
    while bytes < hash::BLOCK {
        kept[bytes] = (1 << (8 * bytes)) - 1;
        bytes += 1;
    }
    kept
};

/// [`word_hash`] of the `length` bytes at `start`, behind which a block more can be read.
#[inline(always)]
fn hash_lowered(lowered: &[u8], start: usize, length: usize) -> u64 {
    let block = |at: usize| {
        let bytes = lowered[at..].first_chunk().expect("a block follows the text");
        u128::from_le_bytes(*bytes)
    };
    if length <= hash::BLOCK {
        return hash::finish(hash::absorb(0, block(start) & KEPT[length]), length);
    }
    word_hash(&lowered[start..start + length])
}

/// What folding a special word came to.
enum Folding {
    /// It is one word, folded.
    Word,
    /// It has no letter or digit.
    Nothing,
    /// Only UAX #29 and NFKC can tell.
    Unknown,
}

/// Folds a word of ASCII, plain letters and curly apostrophes, given in lower case: the rules of
/// [`super::words::fold`].
fn fold_plain(word: &[u8], folded: &mut Vec<u8>) -> Folding {
    folded.clear();
    let has_digits = word.iter().any(u8::is_ascii_digit);
    let mut something = false;
    let mut rest = word;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b',' => {}
            b'.' if !has_digits => {}
            0x80.. => match PLAIN.look_up(&word[word.len() - after.len() - 1..]) {
                (Plain::Letter(_), length) => {
                    something = true;
                    folded.push(byte);
                    folded.extend_from_slice(&after[..length - 1]);
                    rest = &after[length - 1..];
                }
                (Plain::Quote, length) => {
                    folded.push(b'\'');
                    rest = &after[length - 1..];
                }
                _ => return Folding::Unknown,
            },
            _ => {
                something |= byte.is_ascii_alphanumeric();
                folded.push(byte);
            }
        }
    }
    if something { Folding::Word } else { Folding::Nothing }
}

/// Hashes all words from `start` to the next ASCII space, and returns the place of that.
#[cold]
fn hash_stretch(piece: &str, start: usize, hashes: &mut Vec<u64>) -> usize {
    let stretch: Range<usize> = {
        let bytes = &piece.as_bytes()[start..];
        let length = bytes.iter().position(|byte| byte.is_ascii_whitespace());
        start..start + length.unwrap_or(bytes.len())
    };
    for_each_word(&piece[stretch.clone()], |_, word| hashes.push(word_hash(word.as_bytes())));
    stretch.end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slow(text: &str) -> Vec<u64> {
        let mut hashes = Vec::new();
        for_each_word(text, |_, word| hashes.push(word_hash(word.as_bytes())));
        hashes
    }

    #[track_caller]
    fn check(text: &str) {
        let expected = slow(text);
        for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
            let mut hasher = WordHasher::new(kernel).expect("it is available");
            let mut hashes = Vec::new();
            // Twice: nothing may be left over in the buffers.
            for _ in 0..2 {
                hashes.clear();
                hasher.hash_words(text, &mut hashes);
                assert!(hashes == expected, "{kernel}: {text:?}");
            }
        }
    }

    #[test]
    fn texts_at_the_edges() {
        for text in [
            "",
            " ",
            "a",
            "_",
            "a_b",
            "U.S.A. 3,000.50 it’s ‘so’ isn't 1;2 a:b",
            "É",
            "Élan",
            "naïve’s",
            "中国外长，访美",
            "中国 a 中国",
            "a\u{301}b.\u{301}c",
            "👍🏽 ok",
            "x’\u{301}y",
            "don’",
        ] {
            check(text);
            // At every offset of the block, with the text's end in every place.
            for offset in 0..BLOCK {
                check(&format!("{}{text}", " ".repeat(offset)));
                check(&format!("{} {text} and", "x".repeat(offset)));
            }
        }
    }

    #[test]
    fn long_words_and_pieces() {
        for length in [15, 16, 17, 63, 64, 65, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            check(&"A".repeat(length));
            check(&format!("{} {}", "é".repeat(length), "b".repeat(length)));
            check(&"it’s Über 3,000 ".repeat(length / 8));
            check(&"中国’s ".repeat(length / 8));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn ascii(text in "[a-cA-C1-3_.,:;' \\n\"?-]{0,200}") {
            check(&text);
        }

        #[test]
        fn words_of_every_length(text in "([a-zA-Z]{1,20}[ .'’é,]{1,2}){0,40}") {
            check(&text);
        }

        #[test]
        fn mixed(text in "[a-cA-C1-3éÉžЖж’‘“–…\u{301}\u{ad}\u{200d}中のกªµ².,:;'_ \\n-]{0,200}") {
            check(&text);
        }

        #[test]
        fn anything(text in "\\PC{0,150}") {
            check(&text);
        }

        #[test]
        fn any_characters(text in any::<String>()) {
            check(&text);
        }
    }
}
