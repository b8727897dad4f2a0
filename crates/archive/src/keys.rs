//! What postings are filed under.

use retold::engine::{Fingerprint, Key};
use xxhash_rust::xxh3::xxh3_64;

/// Bits of a hash that a segment keeps: the upper ones.
///
/// A feature that is asked for has the same 40 bits as another of the 150 million features of a
/// million articles with odds of 1 in 7,300. That is a feature shared by chance, at worst one more
/// candidate: pairs are judged by their texts, and an id by the record that has it.
pub const KEY_BITS: u32 = 40;

/// How many kinds of keys there are.
pub const KINDS: u64 = Kind::ALL.len() as u64;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The id of an article.
    Id,
    /// The hash of a text.
    Text,
    /// The key of a band.
    Band,
    /// A feature.
    Feature,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Id, Self::Text, Self::Band, Self::Feature];

    /// The kind of a key; `None` if there is no such kind.
    pub fn of(key: u64) -> Option<Self> {
        Self::ALL.get((key >> KEY_BITS) as usize).copied()
    }

    /// The key for a hash of this kind. Keys of one kind stand together.
    fn key(self, hash: u64) -> u64 {
        (self as u64) << KEY_BITS | hash >> (u64::BITS - KEY_BITS)
    }
}

/// The key of an id.
pub fn of_id(id: &str) -> u64 {
    Kind::Id.key(xxh3_64(id.as_bytes()))
}

/// All keys that a text is found by, ascending, each once.
pub fn of_text(fingerprint: &Fingerprint) -> Vec<u64> {
    let mut keys: Vec<u64> = fingerprint.keys().map(of).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Odd, and with bits set all over: bands with the same key should not meet.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

fn of(key: Key) -> u64 {
    match key {
        Key::Text(hash) => Kind::Text.key(hash),
        Key::Band { band, key } => Kind::Band.key(key ^ (u64::from(band) + 1).wrapping_mul(SPREAD)),
        Key::Feature(hash) => Kind::Feature.key(hash),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_documented() {
        assert_eq!(of_id(""), 0x2d_0680_0538);
        assert_eq!(of(Key::Text(0x0123_4567_89ab_cdef)), 0x0101_2345_6789);
        assert_eq!(of(Key::Feature(u64::MAX)), 0x03ff_ffff_ffff);
        let band = |band| of(Key::Band { band, key: 0 });
        assert_eq!([band(0), band(1)], [0x029e_3779_b97f, 0x023c_6ef3_72fe]);
        assert_eq!(Kind::of(band(7)), Some(Kind::Band));
        assert_eq!(Kind::of(4 << KEY_BITS), None);
    }
}
