//! The bigrams of an article: pairs of neighbouring stems.

use crate::radix;
use crate::text::Word;
use crate::text::hash::mix;

/// The pairs of neighbouring stems, as a [`Profile`](super::Profile) has them.
pub(super) struct Bigrams {
    pub(super) hashes: Vec<u32>,
    pub(super) begins: Vec<u32>,
    pub(super) begun: Vec<u32>,
}

impl Bigrams {
    /// Of these words. `scratch` grows as needed.
    pub(super) fn of(words: &[Word], scratch: &mut Vec<u64>) -> Self {
        let pairs = words.iter().zip(words.get(1..).unwrap_or_default()).zip(0u64..);
        let mut keys: Vec<u64> = Vec::with_capacity(words.len());
        keys.extend(pairs.map(|((first, second), at)| {
            let stems = u64::from(first.stem) << 32 | u64::from(second.stem);
            mix(stems) >> 32 << 32 | at
        }));
        radix::sort_mixed(&mut keys, scratch);
        let (mut hashes, mut begins) = (vec![0; keys.len()], vec![0; keys.len()]);
        let mut begun = vec![0; words.len()];
        let (mut count, mut last, mut first) = (0, 0, 0);
        for key in keys {
            let (hash, word) = ((key >> 32) as u32, key as u32);
            let is_first = count == 0 || hash != last;
            count += usize::from(is_first);
            first = if is_first { word } else { first };
            (hashes[count - 1], begins[count - 1]) = (hash, first);
            begun[word as usize] = first;
            last = hash;
        }
        hashes.truncate(count);
        begins.truncate(count);
        Self { hashes, begins, begun }
    }
}
