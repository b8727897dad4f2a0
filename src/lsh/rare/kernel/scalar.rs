//! The scalar twins, which the kernels of every instruction set are tested against.

use super::super::packed_pair::{PackedPair, counter_of};
use super::super::posting::{self, BLOCK_BITS, BLOCK_HEADER, Posting};
use super::lanes::{BucketFeatures, BucketOffsets, LANES, SMALL, Unpacking};

#[inline(always)]
pub fn unpack(
    words: &[u32; LANES],
    Unpacking { mask, mut first }: Unpacking,
    buckets: &mut [u32; LANES],
    postings: &mut [Posting; LANES],
) -> u32 {
    for ((word, bucket), to) in words.iter().zip(buckets).zip(postings) {
        first = if word & BLOCK_HEADER != 0 { word << BLOCK_BITS } else { first };
        *bucket = mask.bucket(*word);
        *to = posting::unpack(*word, first);
    }
    first
}

#[inline(always)]
pub fn bucket_offsets(
    buckets: &mut [u32],
    mut next: BucketOffsets,
    singleton: u32,
    starts: &mut [u32],
) -> (usize, BucketOffsets) {
    let mut large = 0;
    for bucket in buckets {
        let count = *bucket;
        starts[large] = next.more;
        large += usize::from(count > 3);
        let offset = if count > 3 { next.more } else { singleton };
        let offset = if count == 3 { next.three } else { offset };
        *bucket = if count == 2 { next.two } else { offset };
        next.two += u32::from(count == 2) * 2;
        next.three += u32::from(count == 3) * 3;
        next.more += if count > 3 { count } else { 0 };
    }
    (large, next)
}

#[inline(always)]
pub fn bucket_features<const N: usize>(
    postings: &[Posting; LANES],
    count: usize,
) -> BucketFeatures {
    match N {
        2 => features_of_pairs(&postings[..count]),
        _ => features_of_triples(&postings[..count]),
    }
}

#[inline(always)]
pub fn small_bucket(
    postings: &[Posting; SMALL],
    count: usize,
    articles: &mut [u32; SMALL],
) -> Option<usize> {
    *articles = postings.map(|posting| posting as u32);
    let (mut differ, mut descends) = (0, false);
    for at in 1..SMALL {
        let is_inside = at < count;
        differ |= if is_inside { (postings[at] ^ postings[0]) >> 32 } else { 0 };
        descends |= is_inside & (articles[at] <= articles[at - 1]);
    }
    (differ == 0 && !descends).then_some(count)
}

#[inline(always)]
pub fn split_by_feature(postings: &mut [Posting], others: &mut [Posting]) -> usize {
    let first = postings[0];
    let mut same = 0;
    for at in 0..postings.len() {
        let posting = postings[at];
        postings[same] = posting;
        others[at - same] = posting;
        same += usize::from(is_same(posting, first));
    }
    same
}

#[inline(always)]
pub fn filter(words: &mut [PackedPair], counters: &[u8], bits: u32, min_weight: u8) -> usize {
    let mut count = 0;
    for at in 0..words.len() {
        let word = words[at];
        words[count] = word;
        count += usize::from(counters[counter_of(word, bits)] >= min_weight);
    }
    count
}

#[inline(always)]
fn is_same(a: Posting, b: Posting) -> bool {
    (a ^ b) >> 32 == 0
}

#[inline(always)]
fn features_of_pairs(postings: &[Posting]) -> BucketFeatures {
    let mut same = BucketFeatures::default();
    let (articles, len) = &mut same.two;
    for &[a, b] in postings.as_chunks().0 {
        articles[*len] = a.min(b) as u32;
        articles[*len + 1] = a.max(b) as u32;
        *len += if is_same(a, b) & (a != b) { 2 } else { 0 };
        same.duplicates += u32::from(a == b);
    }
    same
}

#[inline(always)]
fn features_of_triples(postings: &[Posting]) -> BucketFeatures {
    let mut same = BucketFeatures::default();
    for (at, &[a, b, c]) in (0..).step_by(3).zip(postings.as_chunks().0) {
        let pairs = [(a, b), (b, c), (a, c)];
        let [ab, bc, ac] = pairs.map(|(a, b)| is_same(a, b));
        let descends = pairs.map(|(a, b)| is_same(a, b) & (a >= b));
        let is_clear = descends == [false; 3];
        let (articles, len) = &mut same.two;
        articles[*len] = if ab | ac { a } else { b } as u32;
        articles[*len + 1] = if bc | ac { c } else { b } as u32;
        *len += if is_clear & (ab ^ bc ^ ac) & !(ab & bc) { 2 } else { 0 };
        let (articles, len) = &mut same.three;
        articles[*len..][..3].copy_from_slice(&[a, b, c].map(|posting| posting as u32));
        *len += if is_clear & ab & bc { 3 } else { 0 };
        same.collisions |= u32::from(!is_clear) << at;
    }
    same
}
