//! Which block of a segment a key would stand in.

use super::KeyBlock;
use crate::keys::{KEY_BITS, KINDS};

/// Blocks for each entry, about: those left to search are next to each other in memory.
const BLOCKS_PER_ENTRY: usize = 2;

/// For each value of the upper bits of a key, how many blocks begin below it. Hashes are spread
/// evenly, so that a few blocks are left to search, where a search among all of them would wait for
/// memory at each of its steps. Made when a segment is opened; four bytes an entry, some eight a
/// block.
#[derive(Debug)]
pub(super) struct Directory {
    /// Bits of a key below those that count here.
    shift: u32,
    below: Vec<u32>,
}

impl Directory {
    /// Of blocks in ascending order of their first keys. In any other order blocks are missed.
    pub(super) fn new(blocks: &[KeyBlock]) -> Self {
        let entries = (blocks.len() / BLOCKS_PER_ENTRY).next_power_of_two();
        let shift = KEY_BITS.saturating_sub(entries.ilog2());
        let most = (KINDS << KEY_BITS) >> shift;
        let mut below = Vec::new();
        for (number, block) in blocks.iter().enumerate() {
            // Whatever a file says, no more than all keys need.
            let upper = (block.first >> shift).min(most) as usize;
            if below.len() <= upper {
                below.resize(upper + 1, number as u32);
            }
        }
        Self { shift, below }
    }

    /// The last block that begins with the key or below it; `None` before the first.
    pub(super) fn block_of(&self, key: u64, blocks: &[KeyBlock]) -> Option<usize> {
        let upper = (key >> self.shift) as usize;
        let end = self.below.get(upper + 1).map_or(blocks.len(), |end| *end as usize);
        let from = self.below.get(upper).map_or(end, |from| *from as usize);
        // The block before the first of them may go on into them.
        (from + blocks[from..end].partition_point(|block| block.first <= key)).checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn blocks(firsts: impl IntoIterator<Item = u64>) -> Vec<KeyBlock> {
        let block = |first| KeyBlock { first, offset: 0, bytes: 0, crc: 0 };
        firsts.into_iter().map(block).collect()
    }

    proptest! {
        #[test]
        fn finds_what_a_search_among_all_blocks_finds(
            firsts in proptest::collection::vec((0..4u64, 0..1u64 << KEY_BITS, 0..40u32), 0..60),
            asked in proptest::collection::vec((0..5u64, 0..1u64 << KEY_BITS, 0..40u32), 0..60),
        ) {
            let key = |(kind, hash, by): &(u64, u64, u32)| kind << KEY_BITS | hash >> by;
            let mut firsts: Vec<u64> = firsts.iter().map(key).collect();
            firsts.sort_unstable();
            firsts.dedup();
            let blocks = blocks(firsts.iter().copied());
            let directory = Directory::new(&blocks);
            for key in asked.iter().map(key).chain(firsts) {
                let naive = blocks.iter().rposition(|block| block.first <= key);
                prop_assert_eq!(directory.block_of(key, &blocks), naive);
            }
        }

        #[test]
        fn blocks_in_disorder_are_missed_at_worst(
            firsts in proptest::collection::vec(any::<u64>(), 0..20),
            asked in any::<u64>(),
        ) {
            let blocks = blocks(firsts);
            let found = Directory::new(&blocks).block_of(asked, &blocks);
            prop_assert!(found.is_none_or(|number| number < blocks.len()));
        }
    }
}
