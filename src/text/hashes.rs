//! Text to word hashes, without stopping at the words.
//!
//! What [`super::words`] does character by character is done here on bit masks of 64 bytes: which
//! bytes belong to words, where words start and end. Words of ASCII and of plain letters are hashed from a copy of the text in lower case. Words with dots, commas or curly apostrophes are put
//! together first; words with any other character are left to [`for_each_word`], up to the next space.

use std::ops::Range;

use super::{
    blocks,
    edges::Edges,
    hash::{self, word_hash},
    plain::{PLAIN, Plain},
    words::for_each_word,
};
use crate::{Error, Kernel, Span};

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

#[derive(Debug, Clone, Default)]
struct Buffers {
    edges: Edges,
    /// A special word, folded.
    folded: Vec<u8>,
}

impl WordHasher {
    /// Fails where this processor cannot run `kernel`.
    pub fn new(kernel: Kernel) -> Result<Self, Error> {
        kernel.check()?;
        Ok(Self { kernel, buffers: Buffers::default() })
    }

    /// The kernel that was asked for.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Appends the hash of every word of `text` to `hashes`, in order. Text without words adds none.
    pub fn hash_words(&mut self, text: &str, hashes: &mut Vec<u64>) {
        self.find(text, &mut Found { hashes, spans: None });
    }

    /// [`WordHasher::hash_words`], and where each word stands.
    pub fn find_words(&mut self, text: &str, hashes: &mut Vec<u64>, spans: &mut Vec<Span>) {
        self.find(text, &mut Found { hashes, spans: Some(spans) });
    }

    fn find(&mut self, text: &str, found: &mut Found<'_>) {
        let mut start = 0;
        while start < text.len() {
            let end = piece_end(text.as_bytes(), start);
            self.hash_piece(Piece { text: &text[start..end], start }, found);
            start = end;
        }
    }

    fn hash_piece(&mut self, piece: Piece<'_>, hashes: &mut Found<'_>) {
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

/// A part of a text, and where it starts in it.
#[derive(Clone, Copy)]
struct Piece<'t> {
    text: &'t str,
    start: usize,
}

/// What is found in a text.
struct Found<'f> {
    hashes: &'f mut Vec<u64>,
    /// If wanted, where each word stands.
    spans: Option<&'f mut Vec<Span>>,
}

impl Found<'_> {
    /// Takes a word of a piece.
    fn push(&mut self, piece: Piece<'_>, range: Range<usize>, hash: u64) {
        self.hashes.push(hash);
        if let Some(spans) = &mut self.spans {
            spans.push(Span::new(piece.start + range.start, piece.start + range.end));
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
fn hash_piece_avx2(piece: Piece<'_>, buffers: &mut Buffers, hashes: &mut Found<'_>) {
    // SAFETY: this function has the features.
    unsafe { hash_piece(blocks::avx2::Avx2, piece, buffers, hashes) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(
    enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2"
)]
fn hash_piece_avx512(piece: Piece<'_>, buffers: &mut Buffers, hashes: &mut Found<'_>) {
    // SAFETY: this function has the features.
    unsafe { hash_piece(blocks::avx512::Avx512, piece, buffers, hashes) }
}

/// # Safety
/// The processor must have the kernel's features.
#[inline(always)]
unsafe fn hash_piece(
    kernel: impl blocks::Kernel,
    piece: Piece<'_>,
    buffers: &mut Buffers,
    found: &mut Found<'_>,
) {
    // SAFETY: the caller vouches for the features.
    unsafe { buffers.edges.find(kernel, piece.text.as_bytes()) };
    hash_found(piece, buffers, found);
}

/// Hashes the words that were found.
#[inline(always)]
fn hash_found(piece: Piece<'_>, buffers: &mut Buffers, found: &mut Found<'_>) {
    let Buffers { edges, folded } = buffers;
    let (lowered, words) = (edges.lowered(), edges.words());
    let mut next = 0;
    for &at in edges.special() {
        let at = at as usize;
        if at < next {
            continue;
        }
        hash_lowered_words(piece, lowered, &words[next..at], found);
        next = at + 1;
        let [start, end] = words[at].map(|edge| edge as usize);
        match fold_plain(&lowered[start..end], folded) {
            Folding::Word => found.push(piece, start..end, word_hash(folded)),
            Folding::Nothing => {}
            Folding::Unknown => {
                let done = hash_stretch(piece, start, found);
                while words.get(next).is_some_and(|word| (word[0] as usize) < done) {
                    next += 1;
                }
            }
        }
    }
    hash_lowered_words(piece, lowered, &words[next..], found);
}

/// Hashes words that are folded already.
#[inline(always)]
fn hash_lowered_words(piece: Piece<'_>, lowered: &[u8], words: &[[u32; 2]], found: &mut Found<'_>) {
    if let Some(spans) = &mut found.spans {
        let span = |&[start, end]: &[u32; 2]| {
            Span::new(piece.start + start as usize, piece.start + end as usize)
        };
        spans.extend(words.iter().map(span));
    }
    // No `extend`: that would be a function of its own, without the kernel's instructions.
    let from = found.hashes.len();
    found.hashes.resize(from + words.len(), 0);
    for (hash, &[start, end]) in found.hashes[from..].iter_mut().zip(words) {
        *hash = hash_lowered(lowered, start as usize, (end - start) as usize);
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
    hash_long(&lowered[start..start + length])
}

/// [`word_hash`], out of the way of the words that are hashed at once.
#[cold]
#[inline(never)]
fn hash_long(word: &[u8]) -> u64 {
    word_hash(word)
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
fn hash_stretch(piece: Piece<'_>, start: usize, found: &mut Found<'_>) -> usize {
    let stretch: Range<usize> = {
        let bytes = &piece.text.as_bytes()[start..];
        let length = bytes.iter().position(|byte| byte.is_ascii_whitespace());
        start..start + length.unwrap_or(bytes.len())
    };
    for_each_word(&piece.text[stretch.clone()], |range, word| {
        let range = stretch.start + range.start..stretch.start + range.end;
        found.push(piece, range, word_hash(word.as_bytes()));
    });
    stretch.end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::blocks::BLOCK;

    fn slow(text: &str) -> (Vec<u64>, Vec<Span>) {
        let (mut hashes, mut spans) = (Vec::new(), Vec::new());
        for_each_word(text, |range, word| {
            hashes.push(word_hash(word.as_bytes()));
            spans.push(Span::new(range.start, range.end));
        });
        (hashes, spans)
    }

    #[track_caller]
    fn check(text: &str) {
        let (expected, places) = slow(text);
        for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
            let mut hasher = WordHasher::new(kernel).expect("it is available");
            let mut hashes = Vec::new();
            // Twice: nothing may be left over in the buffers.
            for _ in 0..2 {
                hashes.clear();
                hasher.hash_words(text, &mut hashes);
                assert!(hashes == expected, "{kernel}: {text:?}");
                let (mut hashes, mut spans) = (Vec::new(), Vec::new());
                hasher.find_words(text, &mut hashes, &mut spans);
                assert!(hashes == expected && spans == places, "{kernel}: {text:?}");
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
        #![proptest_config(ProptestConfig::with_cases(500))]

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
