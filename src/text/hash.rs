//! The hash of one folded word: the number that stands for a word everywhere else.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Hashes one folded word, eight bytes at a time.
///
/// The hash of a word is part of every sketch scheme: a change here makes stored signatures
/// unusable, and so needs a new scheme version. Empty input gives a fixed value, never asked for.
pub fn word_hash(word: &[u8]) -> u64 {
    let mut state = (word.len() as u64).wrapping_mul(MULTIPLIER);
    for chunk in word.chunks(8) {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        state = mix(state ^ u64::from_le_bytes(bytes));
    }
    state
}

/// A bijection on 64 bits that spreads every input bit over all output bits (Moremur, Evensen 2019).
pub fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 27)).wrapping_mul(0x3c79_ac49_2ba7_b653);
    x = (x ^ (x >> 33)).wrapping_mul(0x1c69_b3f7_4ac4_ae35);
    x ^ (x >> 27)
}

/// A map from word hashes, which are well mixed already.
pub type WordMap<V> = HashMap<u64, V, BuildHasherDefault<Mixed>>;

/// Takes a well-mixed number for its own hash.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = word_hash(bytes);
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = u64::from(number).wrapping_mul(MULTIPLIER);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_padding_does_not_make_words_alike() {
        assert_ne!(word_hash(b"ab"), word_hash(b"ab\0"));
        assert_ne!(word_hash(b"abcdefgh"), word_hash(b"abcdefgh\0"));
    }
}
