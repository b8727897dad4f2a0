//! Text to word hashes, without the words themselves.
//!
//! What [`super::words`] does character by character is done here on bit masks of 64 bytes: which
//! bytes belong to words, and where words start and end. Words of ASCII and of plain letters are
//! hashed from a copy of the text in lower case. Words with dots, commas, curly apostrophes or `ı`
//! are folded into a buffer first; words with any other character are left to [`super::words`], up
//! to the next space. Texts with words that may depend on their context are processed again, with
//! regard to it (`context.rs`).

use std::ops::Range;

use super::{
    blocks,
    context::{Context, segment_end},
    disguise,
    each_word::read_context,
    edges::{Edges, Signs},
    found::{Found, Piece, WordPlaces},
    hash::{self, word_hash},
    hyphens, lines,
    plain::{Folding, fold_plain},
    words::for_each_in,
};
use crate::kernel::capability::{Capability, dispatch};
use crate::{Error, Kernel, Span};

/// Bytes of text that are processed at a time: what one step writes is still in the first-level
/// cache when the next one reads it.
const PIECE: usize = 8 * 1024;

/// Hashes every word of a text, with the same results as [`for_each_word`] and [`word_hash`], but
/// faster.
///
/// Keeps buffers, which grow with the longest run without a space: use one per thread.
///
/// [`for_each_word`]: super::for_each_word
#[derive(Debug, Clone)]
pub struct WordHasher {
    capability: Capability,
    buffers: Buffers,
}

#[derive(Debug, Clone, Default)]
struct Buffers {
    edges: Edges,
    /// A special word, folded.
    folded: Vec<u8>,
    /// The signs of the current text so far.
    signs: Signs,
}

impl WordHasher {
    /// Fails where this processor lacks the kernel.
    pub fn new(kernel: Kernel) -> Result<Self, Error> {
        Ok(Self { capability: kernel.require()?, buffers: Buffers::default() })
    }

    /// The kernel that it uses.
    pub fn kernel(&self) -> Kernel {
        self.capability.kernel()
    }

    /// Appends the hash of every word of `text` to `hashes`, in order; none for text without words.
    pub fn hash_words(&mut self, text: &str, hashes: &mut Vec<u64>) {
        let first = hashes.len();
        self.find(text, &mut Found { first, hashes, places: None });
    }

    /// Overwrites `hashes` with the hashes of all words of `text`, and `places` with their spans.
    pub(super) fn find_words(
        &mut self,
        text: &str,
        hashes: &mut Vec<u64>,
        places: &mut WordPlaces,
    ) {
        hashes.clear();
        places.spans.clear();
        places.odd.clear();
        self.find(text, &mut Found { first: 0, hashes, places: Some(places) });
    }

    fn find(&mut self, text: &str, found: &mut Found<'_>) {
        self.buffers.signs = Signs::default();
        self.find_in(text, 0..text.len(), found);
        let Signs { is_suspect, foreign_bytes, alphabets } = self.buffers.signs;
        // Foreign letters may be mixed with others, and a few of them may look like a word of the
        // text's own alphabet.
        let mixes = alphabets.count_ones() > 1;
        if is_suspect
            || mixes
            || foreign_bytes > 0 && foreign_bytes / 2 * disguise::RARE < text.len()
        {
            self.find_again(text, found);
        }
    }

    /// Finds the words again where some of them depend on their context.
    #[cold]
    fn find_again(&mut self, text: &str, found: &mut Found<'_>) {
        let context = read_context(text);
        let parts = context.parts(text);
        if parts.is_empty() {
            return;
        }
        found.clear();
        let mut start = 0;
        for part in parts {
            self.find_in(text, start..part.start, found);
            start = part.end;
            let piece = Piece { text, start: 0 };
            for_each_in(text, part, &context, &mut |word, form| found.push_word(piece, word, form));
        }
        self.find_in(text, start..text.len(), found);
    }

    /// Finds the words of a part of the text without regard to its context.
    fn find_in(&mut self, text: &str, part: Range<usize>, found: &mut Found<'_>) {
        let mut start = part.start;
        while start < part.end {
            let end = piece_end(&text.as_bytes()[..part.end], start);
            self.hash_piece(Piece { text: &text[start..end], start }, found);
            start = end;
        }
    }

    fn hash_piece(&mut self, piece: Piece<'_>, found: &mut Found<'_>) {
        let buffers = &mut self.buffers;
        dispatch!(self.capability, kernel => hash_piece(kernel, piece, buffers, found));
    }
}

/// The end of the piece that begins at `start`: after an ASCII space, which no word contains, or at
/// the end of the text.
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

#[inline(always)]
fn hash_piece(
    kernel: impl blocks::Kernel,
    piece: Piece<'_>,
    buffers: &mut Buffers,
    found: &mut Found<'_>,
) {
    buffers.edges.find(kernel, piece.text.as_bytes());
    buffers.signs.add(buffers.edges.signs);
    hash_found(piece, buffers, found);
}

/// Hashes the words that were found.
#[inline(always)]
fn hash_found(piece: Piece<'_>, buffers: &mut Buffers, found: &mut Found<'_>) {
    let Buffers { edges, folded, signs } = buffers;
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
            Folding::Dotted => found.push_dotted(piece, start..end, lowered, folded),
            Folding::Word => found.push(piece, start..end, word_hash(folded)),
            Folding::Nothing => {}
            Folding::Unknown => {
                let done = hash_segment(piece, start, found, signs);
                while words.get(next).is_some_and(|word| (word[0] as usize) < done) {
                    next += 1;
                }
            }
        }
    }
    hash_lowered_words(piece, lowered, &words[next..], found);
}

/// Hashes words that need no folding but lower case.
#[inline(always)]
fn hash_lowered_words(piece: Piece<'_>, lowered: &[u8], words: &[[u32; 2]], found: &mut Found<'_>) {
    if let Some(places) = &mut found.places {
        let span = |&[start, end]: &[u32; 2]| {
            Span::new(piece.start + start as usize, piece.start + end as usize)
        };
        places.spans.extend(words.iter().map(span));
    }
    // Not `extend`, which might not be inlined, and so not be compiled for the instruction set.
    let from = found.hashes.len();
    found.hashes.resize(from + words.len(), 0);
    for (hash, &[start, end]) in found.hashes[from..].iter_mut().zip(words) {
        *hash = hash_lowered(lowered, start as usize, (end - start) as usize);
    }
}

/// By length of a word, the mask of its bytes in a block.
static KEPT: [u128; hash::BLOCK + 1] = {
    let mut kept = [u128::MAX; hash::BLOCK + 1];
    let mut bytes = 0;
    while bytes < hash::BLOCK {
        kept[bytes] = (1 << (8 * bytes)) - 1;
        bytes += 1;
    }
    kept
};

/// [`word_hash`] of the `length` bytes at `start`, which at least a block of others must follow.
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

/// [`word_hash`] of words longer than a block, which are rare.
#[cold]
#[inline(never)]
fn hash_long(word: &[u8]) -> u64 {
    word_hash(word)
}

/// Hashes all words from `start` to the next ASCII space, and returns the position of that.
#[cold]
fn hash_segment(piece: Piece<'_>, start: usize, found: &mut Found<'_>, signs: &mut Signs) -> usize {
    let context = Context::default();
    let end = segment_end(piece.text.as_bytes(), start, &context);
    let segment = &piece.text[start..end];
    signs.is_suspect |= disguise::is_suspect(segment)
        || hyphens::may_end_line(segment)
        || lines::may_have_gap(piece.text, end);
    for_each_in(piece.text, start..end, &context, &mut |word, form| {
        found.push_word(piece, word, form);
    });
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::blocks::BLOCK;
    use crate::text::for_each_word;

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
            // Twice, because nothing may remain in the buffers.
            for _ in 0..2 {
                hashes.clear();
                hasher.hash_words(text, &mut hashes);
                assert!(hashes == expected, "{kernel}: {text:?}");
                let mut found = WordPlaces::default();
                hasher.find_words(text, &mut hashes, &mut found);
                assert!(hashes == expected && found.spans == places, "{kernel}: {text:?}");
            }
        }
    }

    #[test]
    fn texts_at_the_edges() {
        let short = ["", " ", "a", "_", "a_b", "É", "Élan", "naïve’s", "don’", "οа", "x’\u{301}y"];
        let long = [
            "U.S.A. 3,000.50 it’s ‘so’ isn't 1;2 a:b",
            "中国外长，访美",
            "中国 a 中国",
            "a\u{301}b.\u{301}c",
            "👍🏽 ok",
            "ıssız kışı İyi",
            "bоrd аnd а",
            "п’ять д'Арк d’Аrk",
            // Mixed alphabets without Latin letters.
            "аο АΤ' Τ’А Աа аԱ οԱ Աο",
            "ϣο οϣ ϣа ԯа аԯ ԯԱ ٣а ͵а а·ο",
            "year.It said.Don’t café.I do of £3.5m.The It/ so.It year．It уear.It so.Mc a.It",
            "tur-\nbines a-\nb tur\u{ad}\r\nbines tur¬\n bines tur\u{2010}\nbines",
        ];
        for text in short.into_iter().chain(long) {
            check(text);
            // At every offset within a block, with the end of the text at every offset too.
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
        fn folding_and_other_alphabets(text in "[abcoßıİſ \\n.'’1АаовΤο\u{307}\u{301}'_-]{0,200}") {
            check(&text);
        }

        /// Sentences without a space between them, and what looks like them.
        #[test]
        fn dots(text in "([a-cé]{1,3}|[A-CÉ][a-c’]{0,2}|[.．]|[/_(!’1 ж\u{301}-]){0,80}") {
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// Words broken at line ends, within pieces and across them.
        #[test]
        fn broken_words(
            text in "(tur|bines|tide|der|Ab|[-¬\u{ad}\u{2010}\u{2011}]|\r?\n| |中国|０１|、){0,120}",
        ) {
            check(&text);
            check(&format!("{}{text}", "word and ".repeat(PIECE / 9 - 20)));
        }
    }
}
