//! The hash of one folded word: the number that represents a word everywhere else.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Random odd numbers: the first fractional hexadecimal digits of e, made odd.
const SALTS: [u64; 4] =
    [0xb7e1_5162_8aed_2a6b, 0xbf71_5880_9cf4_f3c7, 0x62e7_160f_38b4_da57, 0xa784_d904_5190_cfef];

/// Bytes of a word that are hashed at once. Longer words take further steps.
pub(crate) const BLOCK: usize = 16;

/// Hashes one folded word, 16 bytes at a time.
///
/// Each block of the word, padded with zeros, is two 64-bit numbers that are multiplied into 128
/// bits and folded to 64 (Wang Yi's wyhash has the same heart). The length goes in at the end, so
/// that padding makes no two words alike. Nearly all words fit one block, and a load, a mask and
/// two multiplications are all that they take.
///
/// The hash of a word is part of every sketch scheme: a change here makes stored signatures
/// unusable, and so needs a new [`crate::sketch::scheme::NORMALISATION`]. Empty input gives a fixed
/// value, never asked for.
pub fn word_hash(word: &[u8]) -> u64 {
    let mut state = 0;
    for block in word.chunks(BLOCK) {
        let mut bytes = [0; BLOCK];
        bytes[..block.len()].copy_from_slice(block);
        state = absorb(state, u128::from_le_bytes(bytes));
    }
    finish(state, word.len())
}

/// Adds one block of a word to the state, which is zero before the first.
#[inline(always)]
pub(crate) fn absorb(state: u64, block: u128) -> u64 {
    fold_multiply(block as u64 ^ SALTS[0], (block >> 64) as u64 ^ SALTS[1] ^ state)
}

/// The hash of a word of `len` bytes, all of which were absorbed.
#[inline(always)]
pub(crate) fn finish(state: u64, len: usize) -> u64 {
    fold_multiply(state ^ SALTS[2], len as u64 ^ SALTS[3])
}

/// The two halves of the 128-bit product, one upon the other.
#[inline(always)]
fn fold_multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// A bijection on 64 bits that spreads every input bit over all output bits (Moremur, Evensen
/// 2019).
#[inline(always)]
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
        self.0 = u64::from(number).wrapping_mul(SALTS[0]);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn zero_padding_does_not_make_words_alike() {
        assert_ne!(word_hash(b"ab"), word_hash(b"ab\0"));
        assert_ne!(word_hash(b"abcdefgh"), word_hash(b"abcdefgh\0"));
        assert_ne!(word_hash(&[b'a'; 16]), word_hash(&[b'a'; 17]));
        assert_ne!(word_hash(&[0; 16]), word_hash(&[0; 32]));
    }

    /// Stored signatures depend on these: a change needs a new normalisation version.
    #[test]
    fn known_answers() {
        let hashes = ["a", "the", "president", "counterrevolutionary", "’s"];
        let hashes = hashes.map(|word| word_hash(word.as_bytes()));
        assert_eq!(
            hashes,
            [
                0xd140_2d01_ec59_4bda,
                0xe261_21fc_007b_4362,
                0x4204_fc8d_c4aa_29ab,
                0x1641_98c4_9a25_b218,
                0x27f5_2bf4_34b2_19c8
            ]
        );
    }

    /// Short words that differ in one letter are the hard case: all of one to four letters.
    #[test]
    fn low_and_high_halves_of_short_words_are_distinct() {
        let letters = b'a'..=b'z';
        let mut words = vec![vec![]];
        let mut all = Vec::new();
        for _ in 0..3 {
            words = words
                .iter()
                .flat_map(|word: &Vec<u8>| {
                    letters.clone().map(|l| [word.as_slice(), &[l]].concat())
                })
                .collect();
            all.extend(words.iter().map(|word| word_hash(word)));
        }
        // 18,278 words: a random 32-bit hash has 0.04 collisions on average.
        let low: HashSet<u32> = all.iter().map(|h| *h as u32).collect();
        let high: HashSet<u32> = all.iter().map(|h| (h >> 32) as u32).collect();
        assert!(all.len() - low.len() <= 1 && all.len() - high.len() <= 1);
    }

    /// Flipping one bit of a word flips each bit of its hash about every second time.
    #[test]
    fn every_bit_of_a_word_reaches_every_bit_of_its_hash() {
        let mut flips = [[0u32; 64]; 6 * 8];
        for n in 0..1000u64 {
            let mut word = [0; 6];
            word.copy_from_slice(&mix(n).to_le_bytes()[..6]);
            for (bit, flips) in flips.iter_mut().enumerate() {
                let mut other = word;
                other[bit / 8] ^= 1 << (bit % 8);
                let differs = word_hash(&word) ^ word_hash(&other);
                for (at, count) in flips.iter_mut().enumerate() {
                    *count += (differs >> at & 1) as u32;
                }
            }
        }
        // Five standard errors of 1,000 tosses are 79.
        assert!(flips.iter().flatten().all(|count| count.abs_diff(500) < 90));
    }
}
