//! The postings of a partition, grouped into hash buckets: about one feature in each.

use std::ops::Range;

use super::kernel::{BucketMask, BucketOffsets, Kernel, LANES, Unpacking};
use super::posting::{BLOCK_HEADER, HASH_BITS, Posting};

/// Buckets per posting, as a power of two: with more buckets, fewer features collide.
const BUCKETS_PER_POSTING_LOG2: u32 = 1;

/// Bits of a bucket's number, at least and at most.
const MIN_BITS: u32 = LANES.ilog2();
const MAX_BITS: u32 = 20;

/// Words that are unpacked before the first of them is used: reading single lanes of a vector right
/// after it was stored stalls.
const CHUNK: usize = 16 * LANES;

/// Postings grouped by the highest bits of their hashes, beside those that their partition implies.
///
/// Most features have one posting. A posting alone in its bucket is dropped on the way, without a
/// branch.
#[derive(Debug, Clone, Default)]
pub(super) struct HashBuckets {
    /// First how many postings each bucket has, then the offset of its next one. The last bucket is
    /// that of block headers.
    offsets: Vec<u32>,
    /// Where each bucket with more than three postings starts, and where the last of them ends.
    starts: Vec<u32>,
    /// Where the buckets with two postings are, and those with three.
    two: Range<usize>,
    three: Range<usize>,
}

impl HashBuckets {
    /// Writes the postings of all buckets with more than one to `into`, bucket by bucket, followed
    /// by at least [`LANES`] meaningless ones. Returns the number of all postings.
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
        let (headers, buckets) = self.offsets.split_last_mut().expect("one more than buckets");
        let count = words - *headers as usize;
        self.starts.resize(self.starts.len().max(count / 4 + LANES + 1), 0);
        let first = Self::first(words, buckets.len());
        let (large, end) = kernel.bucket_offsets(buckets, first, 0, &mut self.starts);
        self.starts.truncate(large + 1);
        self.starts[large] = end.more;
        self.two = first.two as usize..end.two as usize;
        self.three = first.three as usize..end.three as usize;
        // Block headers go behind all postings.
        *headers = end.more;
        let last = first.more as usize + words + LANES;
        into.resize(into.len().max(last), 0);
        let mut scatter = Scatter { mask, offsets: &mut self.offsets, into };
        for words in streams {
            scatter.scatter(kernel, words);
        }
        count
    }

    /// Where the first bucket of two starts, and so on. Offset 0 is for all singletons.
    fn first(words: usize, buckets: usize) -> BucketOffsets {
        let two = 1;
        let three = two + words.min(2 * buckets) as u32;
        BucketOffsets { two, three, more: three + words.min(3 * buckets) as u32 }
    }

    /// Where the buckets with two postings are, one after the other.
    pub fn two(&self) -> Range<usize> {
        self.two.clone()
    }

    /// Where the buckets with three postings are, one after the other.
    pub fn three(&self) -> Range<usize> {
        self.three.clone()
    }

    /// Where each bucket with more postings is.
    pub fn more(&self) -> impl Iterator<Item = Range<usize>> {
        self.starts.windows(2).map(|bucket| bucket[0] as usize..bucket[1] as usize)
    }
}

/// Counts the postings of each bucket.
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

/// Scatters postings to their buckets.
struct Scatter<'s> {
    mask: BucketMask,
    /// By bucket the offset of its next posting.
    offsets: &'s mut [u32],
    into: &'s mut [Posting],
}

impl Scatter<'_> {
    /// Scatters the postings of one thread.
    #[inline(always)]
    fn scatter(&mut self, kernel: impl Kernel, words: &[u32]) {
        let (mut buckets, mut postings) = ([0; CHUNK], [0; CHUNK]);
        let mut first = 0;
        for words in words.chunks(CHUNK) {
            let (lanes, rest) = words.as_chunks::<LANES>();
            // The padding behind the last word is unpacked too, and then ignored.
            let mut last = [BLOCK_HEADER; LANES];
            last[..rest.len()].copy_from_slice(rest);
            let to = buckets.as_chunks_mut().0.iter_mut().zip(postings.as_chunks_mut().0);
            for (words, (buckets, postings)) in lanes.iter().chain([&last]).zip(to) {
                let unpacking = Unpacking { mask: self.mask, first };
                first = kernel.unpack(words, unpacking, buckets, postings);
            }
            for (bucket, posting) in buckets[..words.len()].iter().zip(&postings) {
                let offset = &mut self.offsets[*bucket as usize];
                self.into[*offset as usize] = *posting;
                *offset += 1;
            }
        }
    }
}
