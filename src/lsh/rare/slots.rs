//! The postings of a partition, put together by slots: about one feature in each.

use std::ops::Range;

use super::Posting;
use super::kernel::{Cut, Kernel, LANES, Places};
use super::postings::{HASH_BITS, MARK};

/// Slots for each posting, as a power of two: as few features as possible share one.
const SLOTS: u32 = 1;

/// Bits of the number of a slot, at least and at most.
const LEAST_BITS: u32 = LANES.ilog2();
const MOST_BITS: u32 = 20;

/// Words that are taken apart before the first of them is used: a register that is written to memory and
/// read again number by number right away is waited for.
const CHUNK: usize = 16 * LANES;

/// Postings by the highest bits of their hashes in which they still differ.
///
/// Most features have one posting. Where a slot has one, it is dropped on the way, without a branch.
#[derive(Debug, Clone, Default)]
pub(super) struct Slots {
    /// By slot how many postings it has, then the place of its next one. One more for what is no posting.
    states: Vec<u32>,
    /// Where slots with more than three begin, and where the last of them ends.
    begins: Vec<u32>,
    /// Where the postings of slots with two are, and of those with three.
    two: Range<usize>,
    three: Range<usize>,
}

impl Slots {
    /// Moves the postings whose slot has several to `into`, slot by slot; at least [`LANES`] more are behind.
    /// Gives how many there were in all.
    #[inline(always)]
    pub fn gather<'w>(
        &mut self,
        kernel: impl Kernel,
        streams: impl Iterator<Item = &'w [u32]> + Clone,
        into: &mut Vec<Posting>,
    ) -> usize {
        let words: usize = streams.clone().map(<[u32]>::len).sum();
        assert!(words < MARK as usize, "below 2^31 postings in a partition");
        let wanted = words.max(1).ilog2() + SLOTS;
        let bits = wanted.min(HASH_BITS).clamp(LEAST_BITS, MOST_BITS);
        let cut = Cut { shift: MARK.ilog2() - bits, none: 1 << bits };
        self.states.clear();
        self.states.resize((1 << bits) + 1, 0);
        for words in streams.clone() {
            count(words, cut, &mut self.states);
        }
        let (none, slots) = self.states.split_last_mut().expect("one more than slots");
        let count = words - *none as usize;
        self.begins.resize(self.begins.len().max(count / 4 + LANES + 1), 0);
        let first = Self::first(words, slots.len());
        let (several, end) = kernel.places(slots, (first, 0), &mut self.begins);
        self.begins.truncate(several + 1);
        self.begins[several] = end.more;
        self.two = first.two as usize..end.two as usize;
        self.three = first.three as usize..end.three as usize;
        // What is no posting goes behind them all.
        *none = end.more;
        let last = first.more as usize + words + LANES;
        into.resize(into.len().max(last), 0);
        let mut scatter = Scatter { cut, places: &mut self.states, into };
        for words in streams {
            scatter.scatter(kernel, words);
        }
        count
    }

    /// Where the first posting of slots with two goes, and so on; before them is the place for those that
    /// are alone.
    fn first(words: usize, slots: usize) -> Places {
        let two = 1;
        let three = two + words.min(2 * slots) as u32;
        Places { two, three, more: three + words.min(3 * slots) as u32 }
    }

    /// Where the postings of slots with two are, one behind the other.
    pub fn two(&self) -> Range<usize> {
        self.two.clone()
    }

    /// Where the postings of slots with three are, one behind the other.
    pub fn three(&self) -> Range<usize> {
        self.three.clone()
    }

    /// Where the postings of each slot with more are.
    pub fn more(&self) -> impl Iterator<Item = Range<usize>> {
        self.begins.windows(2).map(|slot| slot[0] as usize..slot[1] as usize)
    }
}

/// Counts the postings of each slot.
#[inline(always)]
fn count(words: &[u32], cut: Cut, counts: &mut [u32]) {
    let mut slots = [0; CHUNK];
    for words in words.chunks(CHUNK) {
        for (slot, word) in slots.iter_mut().zip(words) {
            *slot = cut.slot(*word);
        }
        for slot in &slots[..words.len()] {
            counts[*slot as usize] += 1;
        }
    }
}

/// Postings on their way to their slots.
struct Scatter<'s> {
    cut: Cut,
    /// By slot the place of its next posting.
    places: &'s mut [u32],
    into: &'s mut [Posting],
}

impl Scatter<'_> {
    /// Moves the postings of a stream.
    #[inline(always)]
    fn scatter(&mut self, kernel: impl Kernel, words: &[u32]) {
        let (mut slots, mut postings) = ([0; CHUNK], [0; CHUNK]);
        let mut first = 0;
        for words in words.chunks(CHUNK) {
            let (lanes, rest) = words.as_chunks::<LANES>();
            // What is behind the last word is taken apart too, and then left.
            let mut last = [MARK; LANES];
            last[..rest.len()].copy_from_slice(rest);
            let to = slots.as_chunks_mut().0.iter_mut().zip(postings.as_chunks_mut().0);
            for (words, (slots, postings)) in lanes.iter().chain([&last]).zip(to) {
                first = kernel.unpack(words, (self.cut, first), slots, postings);
            }
            for (slot, posting) in slots[..words.len()].iter().zip(&postings) {
                let place = &mut self.places[*slot as usize];
                self.into[*place as usize] = *posting;
                *place += 1;
            }
        }
    }
}
