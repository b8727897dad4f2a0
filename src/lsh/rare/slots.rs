//! The postings of a partition, put together by slots: about one feature in each.

use std::ops::Range;

use super::Posting;
use super::kernel::{BucketMask, BucketOffsets, Kernel, LANES};
use super::postings::{BLOCK_HEADER, HASH_BITS};

/// HashBuckets for each posting, as a power of two: as few features as possible share one.
const BUCKETS_PER_POSTING_LOG2: u32 = 1;

/// Bits of the number of a slot, at least and at most.
const MIN_BITS: u32 = LANES.ilog2();
const MAX_BITS: u32 = 20;

/// Words that are taken apart before the first of them is used: a register that is written to memory and
/// read again number by number right away is waited for.
const CHUNK: usize = 16 * LANES;

/// Postings by the highest bits of their hashes in which they still differ.
///
/// Most features have one posting. Where a slot has one, it is dropped on the way, without a branch.
#[derive(Debug, Clone, Default)]
pub(super) struct HashBuckets {
    /// By slot how many postings it has, then the place of its next one. One more for what is no posting.
    offsets: Vec<u32>,
    /// Where slots with more than three begin, and where the last of them ends.
    starts: Vec<u32>,
    /// Where the postings of slots with two are, and of those with three.
    two: Range<usize>,
    three: Range<usize>,
}

impl HashBuckets {
    /// Moves the postings whose slot has large to `into`, slot by slot; at least [`LANES`] more are behind.
    /// Gives how many there were in all.
    #[inline(always)]
    pub fn gather<'w>(
        &mut self,
        kernel: impl Kernel,
        streams: impl Iterator<Item = &'w [u32]> + Clone,
        into: &mut Vec<Posting>,
    ) -> usize {
        let words: usize = streams.clone().map(<[u32]>::len).sum();
        assert!(words < BLOCK_HEADER as usize, "below 2^31 postings in a partition");
        let wanted = words.max(1).ilog2() + BUCKETS_PER_POSTING_LOG2;
        let bits = wanted.min(HASH_BITS).clamp(MIN_BITS, MAX_BITS);
        let mask = BucketMask { shift: BLOCK_HEADER.ilog2() - bits, headers: 1 << bits };
        self.offsets.clear();
        self.offsets.resize((1 << bits) + 1, 0);
        for words in streams.clone() {
            count(words, mask, &mut self.offsets);
        }
        let (headers, buckets) = self.offsets.split_last_mut().expect("one more than slots");
        let count = words - *headers as usize;
        self.starts.resize(self.starts.len().max(count / 4 + LANES + 1), 0);
        let first = Self::first(words, buckets.len());
        let (large, end) = kernel.bucket_offsets(buckets, (first, 0), &mut self.starts);
        self.starts.truncate(large + 1);
        self.starts[large] = end.more;
        self.two = first.two as usize..end.two as usize;
        self.three = first.three as usize..end.three as usize;
        // What is no posting goes behind them all.
        *headers = end.more;
        let last = first.more as usize + words + LANES;
        into.resize(into.len().max(last), 0);
        let mut scatter = Scatter { mask, offsets: &mut self.offsets, into };
        for words in streams {
            scatter.scatter(kernel, words);
        }
        count
    }

    /// Where the first posting of slots with two goes, and so on; before them is the place for those that
    /// are alone.
    fn first(words: usize, buckets: usize) -> BucketOffsets {
        let two = 1;
        let three = two + words.min(2 * buckets) as u32;
        BucketOffsets { two, three, more: three + words.min(3 * buckets) as u32 }
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
        self.starts.windows(2).map(|bucket| bucket[0] as usize..bucket[1] as usize)
    }
}

/// Counts the postings of each slot.
#[inline(always)]
fn count(words: &[u32], mask: BucketMask, counts: &mut [u32]) {
    let mut buckets = [0; CHUNK];
    for words in words.chunks(CHUNK) {
        for (bucket, word) in buckets.iter_mut().zip(words) {
            *bucket = mask.bucket(*word);
        }
        for bucket in &buckets[..words.len()] {
            counts[*bucket as usize] += 1;
        }
    }
}

/// Postings on their way to their slots.
struct Scatter<'s> {
    mask: BucketMask,
    /// By slot the place of its next posting.
    offsets: &'s mut [u32],
    into: &'s mut [Posting],
}

impl Scatter<'_> {
    /// Moves the postings of a stream.
    #[inline(always)]
    fn scatter(&mut self, kernel: impl Kernel, words: &[u32]) {
        let (mut buckets, mut postings) = ([0; CHUNK], [0; CHUNK]);
        let mut first = 0;
        for words in words.chunks(CHUNK) {
            let (lanes, rest) = words.as_chunks::<LANES>();
            // What is behind the last word is taken apart too, and then left.
            let mut last = [BLOCK_HEADER; LANES];
            last[..rest.len()].copy_from_slice(rest);
            let to = buckets.as_chunks_mut().0.iter_mut().zip(postings.as_chunks_mut().0);
            for (words, (buckets, postings)) in lanes.iter().chain([&last]).zip(to) {
                first = kernel.unpack(words, (self.mask, first), buckets, postings);
            }
            for (bucket, posting) in buckets[..words.len()].iter().zip(&postings) {
                let offset = &mut self.offsets[*bucket as usize];
                self.into[*offset as usize] = *posting;
                *offset += 1;
            }
        }
    }
}
