//! Sixteen numbers in a register, or eight postings.

use std::arch::x86_64::{
    __m512i, __mmask8, __mmask16, _mm_cvtsi32_si128, _mm_cvtsi128_si32, _mm256_storeu_si256,
    _mm512_add_epi32, _mm512_alignr_epi32, _mm512_alignr_epi64, _mm512_and_si512,
    _mm512_broadcastq_epi64, _mm512_castsi512_si128, _mm512_cmpeq_epu32_mask,
    _mm512_cmpge_epu32_mask, _mm512_cmpgt_epu32_mask, _mm512_cmplt_epu64_mask,
    _mm512_conflict_epi64, _mm512_cvtepi64_epi32, _mm512_cvtsi512_si32, _mm512_i32gather_epi32,
    _mm512_loadu_si512, _mm512_lzcnt_epi32, _mm512_mask_cmpeq_epi64_mask,
    _mm512_mask_cmpeq_epu32_mask, _mm512_mask_cmpge_epu32_mask, _mm512_mask_expand_epi32,
    _mm512_mask_max_epu32, _mm512_mask_mov_epi32, _mm512_mask_permutexvar_epi32,
    _mm512_mask_storeu_epi64, _mm512_mask_test_epi64_mask, _mm512_maskz_compress_epi32,
    _mm512_maskz_compress_epi64, _mm512_maskz_loadu_epi64, _mm512_maskz_mov_epi32,
    _mm512_min_epu32, _mm512_movepi32_mask, _mm512_mullo_epi32, _mm512_or_si512,
    _mm512_permutex2var_epi32, _mm512_permutexvar_epi32, _mm512_set1_epi32, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_shuffle_epi32, _mm512_slli_epi32, _mm512_srl_epi32,
    _mm512_srli_epi32, _mm512_srli_epi64, _mm512_storeu_si512, _mm512_sub_epi32,
    _mm512_test_epi32_mask,
};

use super::super::packed_pair::{
    COUNTER_PADDING, HASH_MULTIPLIER, PackedPair, WEIGHT_BITS, counter_of,
};
use super::super::posting::{BLOCK_BITS, Posting};
use super::Kernel;
use super::lanes::{BucketFeatures, BucketOffsets, LANES, SMALL, Unpacking};
use crate::kernel::capability::{Avx512, avx512};

impl Kernel for Avx512 {
    #[inline(always)]
    fn unpack(
        self,
        words: &[u32; LANES],
        unpacking: Unpacking,
        buckets: &mut [u32; LANES],
        postings: &mut [Posting; LANES],
    ) -> u32 {
        avx512!(self, unpack, words, unpacking, buckets, postings)
    }

    #[inline(always)]
    fn bucket_offsets(
        self,
        buckets: &mut [u32],
        first: BucketOffsets,
        singleton: u32,
        starts: &mut [u32],
    ) -> (usize, BucketOffsets) {
        avx512!(self, bucket_offsets, buckets, first, singleton, starts)
    }

    #[inline(always)]
    fn bucket_features<const N: usize>(
        self,
        postings: &[Posting; LANES],
        count: usize,
    ) -> BucketFeatures {
        match N {
            2 => avx512!(self, features_of_pairs, postings, count),
            _ => avx512!(self, features_of_triples, postings, count),
        }
    }

    #[inline(always)]
    fn small_bucket(
        self,
        postings: &[Posting; SMALL],
        count: usize,
        articles: &mut [u32; SMALL],
    ) -> Option<usize> {
        avx512!(self, small_bucket, postings, count, articles)
    }

    #[inline(always)]
    fn split_by_feature(self, postings: &mut [Posting], others: &mut [Posting]) -> usize {
        avx512!(self, split_by_feature, postings, others)
    }

    #[inline(always)]
    fn filter(self, words: &mut [PackedPair], counters: &[u8], bits: u32, min_weight: u8) -> usize {
        avx512!(self, filter, words, counters, bits, min_weight)
    }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(numbers: &[u32; LANES]) -> __m512i {
    // SAFETY: 16 numbers of four bytes, and the load is an unaligned one.
    unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store(lanes: __m512i, numbers: &mut [u32; LANES]) {
    // SAFETY: 16 numbers of four bytes, and the store is an unaligned one.
    unsafe { _mm512_storeu_si512(numbers.as_mut_ptr().cast(), lanes) }
}

/// Two lanes of 32 bits for each posting: the article and, above it, the hash.
#[target_feature(enable = "avx512f,avx512cd,avx512dq")]
#[inline]
fn unpack(
    words: &[u32; LANES],
    Unpacking { mask, first }: Unpacking,
    buckets: &mut [u32; LANES],
    postings: &mut [Posting; LANES],
) -> u32 {
    let words = load(words);
    let own = _mm512_srl_epi32(words, _mm_cvtsi32_si128(mask.shift as i32));
    store(_mm512_min_epu32(own, _mm512_set1_epi32(mask.headers as i32)), buckets);
    // For each lane a bit for every block header up to it; the highest is the last.
    let headers = _mm512_set1_epi32(i32::from(_mm512_movepi32_mask(words)));
    let headers = _mm512_and_si512(headers, load(&UP_TO));
    let has_header = _mm512_test_epi32_mask(headers, headers);
    let last = _mm512_sub_epi32(_mm512_set1_epi32(31), _mm512_lzcnt_epi32(headers));
    let before = _mm512_set1_epi32(first as i32);
    let firsts = _mm512_slli_epi32::<BLOCK_BITS>(words);
    let firsts = _mm512_mask_permutexvar_epi32(before, has_header, last, firsts);
    let within = _mm512_and_si512(words, _mm512_set1_epi32((1 << BLOCK_BITS) - 1));
    let articles = _mm512_or_si512(firsts, within);
    let hashes = _mm512_srli_epi32::<BLOCK_BITS>(words);
    let low = _mm512_permutex2var_epi32(articles, load(&LOW), hashes);
    let high = _mm512_permutex2var_epi32(articles, load(&HIGH), hashes);
    let to: *mut __m512i = postings.as_mut_ptr().cast();
    // SAFETY: 16 postings of eight bytes are two registers, and the stores are unaligned ones.
    unsafe {
        _mm512_storeu_si512(to, low);
        _mm512_storeu_si512(to.add(1), high);
    }
    let last = _mm512_permutexvar_epi32(_mm512_set1_epi32(LANES as i32 - 1), firsts);
    _mm512_cvtsi512_si32(last) as u32
}

/// Sixteen numbers, each computed from its lane.
macro_rules! lanes {
    ($lane:ident => $number:expr) => {{
        let (mut lanes, mut $lane) = ([0; LANES], 0);
        while $lane < LANES {
            lanes[$lane] = ($number) as u32;
            $lane += 1;
        }
        lanes
    }};
}

/// For each lane the bits of all lanes up to it.
static UP_TO: [u32; LANES] = lanes!(lane => (2 << lane) - 1);

/// Interleaves the lower and the upper halves of two registers.
static LOW: [u32; LANES] = lanes!(lane => lane / 2 + lane % 2 * LANES);
static HIGH: [u32; LANES] = lanes!(lane => LANES / 2 + lane / 2 + lane % 2 * LANES);

/// The even and the odd lanes of two registers.
static EVEN: [u32; LANES] = lanes!(lane => 2 * lane);
static ODD: [u32; LANES] = lanes!(lane => 2 * lane + 1);

/// The multiples of three.
static THIRD: [u32; LANES] = lanes!(lane => 3 * lane);

/// The next lane within each triple of lanes, cyclically, and the one after that.
static NEXT_OF_THREE: [u32; LANES] = lanes!(lane => lane / 3 * 3 + (lane + 1) % 3);
static LAST_OF_THREE: [u32; LANES] = lanes!(lane => lane / 3 * 3 + (lane + 2) % 3);

#[target_feature(enable = "avx512f,popcnt")]
#[inline]
fn bucket_offsets(
    buckets: &mut [u32],
    mut next: BucketOffsets,
    singleton: u32,
    starts: &mut [u32],
) -> (usize, BucketOffsets) {
    let (zero, last) = (_mm512_setzero_si512(), _mm512_set1_epi32(LANES as i32 - 1));
    let (two, three) = (_mm512_set1_epi32(2), _mm512_set1_epi32(3));
    let singleton = _mm512_set1_epi32(singleton as i32);
    let (mut more, mut large) = (_mm512_set1_epi32(next.more as i32), 0);
    for buckets in buckets.as_chunks_mut().0 {
        let counts = load(buckets);
        let are_two = _mm512_cmpeq_epu32_mask(counts, two);
        let are_three = _mm512_cmpeq_epu32_mask(counts, three);
        let are_more = _mm512_cmpgt_epu32_mask(counts, three);
        let counts = _mm512_maskz_mov_epi32(are_more, counts);
        // Prefix sums: each lane plus the one before, then plus the two before that, and so on.
        let sums = _mm512_add_epi32(counts, _mm512_alignr_epi32::<15>(counts, zero));
        let sums = _mm512_add_epi32(sums, _mm512_alignr_epi32::<14>(sums, zero));
        let sums = _mm512_add_epi32(sums, _mm512_alignr_epi32::<12>(sums, zero));
        let sums = _mm512_add_epi32(sums, _mm512_alignr_epi32::<8>(sums, zero));
        let offsets = _mm512_add_epi32(more, _mm512_sub_epi32(sums, counts));
        more = _mm512_add_epi32(more, _mm512_permutexvar_epi32(last, sums));
        let (to, _) =
            starts[large..].split_first_chunk_mut().expect("one vector more than large buckets");
        store(_mm512_maskz_compress_epi32(are_more, offsets), to);
        large += are_more.count_ones() as usize;
        let twos = _mm512_add_epi32(_mm512_set1_epi32(next.two as i32), load(&EVEN));
        let threes = _mm512_add_epi32(_mm512_set1_epi32(next.three as i32), load(&THIRD));
        let offsets = _mm512_mask_mov_epi32(singleton, are_more, offsets);
        let offsets = _mm512_mask_expand_epi32(offsets, are_two, twos);
        store(_mm512_mask_expand_epi32(offsets, are_three, threes), buckets);
        next.two += 2 * are_two.count_ones();
        next.three += 3 * are_three.count_ones();
    }
    next.more = _mm_cvtsi128_si32(_mm512_castsi512_si128(more)) as u32;
    (large, next)
}

/// The articles and the hashes of postings.
#[target_feature(enable = "avx512f")]
#[inline]
fn split(postings: &[Posting; LANES]) -> (__m512i, __m512i) {
    let from: *const __m512i = postings.as_ptr().cast();
    // SAFETY: 16 postings of eight bytes are two registers, and the loads are unaligned ones.
    let (low, high) = unsafe { (_mm512_loadu_si512(from), _mm512_loadu_si512(from.add(1))) };
    let articles = _mm512_permutex2var_epi32(low, load(&EVEN), high);
    (articles, _mm512_permutex2var_epi32(low, load(&ODD), high))
}

#[target_feature(enable = "avx512f,popcnt")]
#[inline]
fn features_of_pairs(postings: &[Posting; LANES], count: usize) -> BucketFeatures {
    let inside = ((1u32 << count) - 1) as __mmask16;
    let (articles, hashes) = split(postings);
    // Each lane swapped with the other one of its bucket.
    let others = _mm512_shuffle_epi32::<0b10_11_00_01>(articles);
    let alike = _mm512_shuffle_epi32::<0b10_11_00_01>(hashes);
    let alike = _mm512_mask_cmpeq_epu32_mask(inside, hashes, alike);
    let duplicates = _mm512_mask_cmpeq_epu32_mask(alike, articles, others);
    let smaller = _mm512_min_epu32(articles, others);
    let ordered = _mm512_mask_max_epu32(smaller, 0xAAAA, articles, others);
    let mut same =
        BucketFeatures { duplicates: duplicates.count_ones() / 2, ..BucketFeatures::default() };
    same.two = packed(ordered, alike & !duplicates);
    same
}

#[target_feature(enable = "avx512f,popcnt")]
#[inline]
fn features_of_triples(postings: &[Posting; LANES], count: usize) -> BucketFeatures {
    let inside = ((1u32 << count) - 1) as __mmask16;
    let (articles, hashes) = split(postings);
    let (next, last) = (load(&NEXT_OF_THREE), load(&LAST_OF_THREE));
    // Each lane compared with the next one of its bucket, and with the one after that, cyclically.
    let next_hash = _mm512_permutexvar_epi32(next, hashes);
    let last_hash = _mm512_permutexvar_epi32(last, hashes);
    let is_next = _mm512_mask_cmpeq_epu32_mask(inside, hashes, next_hash);
    let is_last = _mm512_mask_cmpeq_epu32_mask(inside, hashes, last_hash);
    let next_article = _mm512_permutexvar_epi32(next, articles);
    let last_article = _mm512_permutexvar_epi32(last, articles);
    // Not cyclically: the first and the second have a next one, and the first has one after that.
    let descend = _mm512_mask_cmpge_epu32_mask(is_next & 0x36DB, articles, next_article)
        | _mm512_mask_cmpge_epu32_mask(is_last & 0x1249, articles, last_article);
    let collisions = (descend | descend >> 1) & 0x1249;
    let clear = !(collisions * 7);
    BucketFeatures {
        two: packed(articles, (is_next ^ is_last) & clear),
        three: packed(articles, is_next & is_last & clear),
        duplicates: 0,
        collisions: u32::from(collisions),
    }
}

/// The chosen lanes at the start of an array, and their number.
#[target_feature(enable = "avx512f,popcnt")]
#[inline]
fn packed(lanes: __m512i, mask: __mmask16) -> ([u32; LANES], usize) {
    let mut numbers = [0; LANES];
    store(_mm512_maskz_compress_epi32(mask, lanes), &mut numbers);
    (numbers, mask.count_ones() as usize)
}

#[target_feature(enable = "avx512f,avx512cd,popcnt")]
#[inline]
fn small_bucket(
    postings: &[Posting; SMALL],
    count: usize,
    articles: &mut [u32; SMALL],
) -> Option<usize> {
    let inside = ((1u32 << count) - 1) as __mmask8;
    // SAFETY: 8 postings of eight bytes, and the load is an unaligned one.
    let postings = unsafe { _mm512_loadu_si512(postings.as_ptr().cast()) };
    let hashes = _mm512_srli_epi64::<32>(postings);
    // For each lane the lanes before it with the same hash.
    let before = _mm512_conflict_epi64(hashes);
    let repeated = _mm512_mask_test_epi64_mask(inside, before, before);
    let first = _mm512_castsi512_si128(_mm512_maskz_compress_epi64(repeated, hashes));
    let same = _mm512_mask_cmpeq_epi64_mask(inside, hashes, _mm512_broadcastq_epi64(first));
    let same = if repeated == 0 { 0 } else { same };
    let shared = _mm512_maskz_compress_epi64(same, postings);
    // SAFETY: 8 numbers of four bytes, and the store is an unaligned one.
    unsafe { _mm256_storeu_si256(articles.as_mut_ptr().cast(), _mm512_cvtepi64_epi32(shared)) };
    let df = same.count_ones() as usize;
    let next = _mm512_alignr_epi64::<1>(shared, shared);
    let ascend = _mm512_cmplt_epu64_mask(shared, next);
    let all = (1u32 << df >> 1).saturating_sub(1) as __mmask8;
    let is_clear = repeated & !same == 0 && ascend & all == all;
    is_clear.then_some(df)
}

#[target_feature(enable = "avx512f,popcnt")]
#[inline]
fn split_by_feature(postings: &mut [Posting], others: &mut [Posting]) -> usize {
    let all = postings.len();
    assert!(others.len() >= all + SMALL, "a vector fits behind the last");
    let hash = _mm512_set1_epi64((postings[0] >> 32) as i64);
    let mut same = 0;
    for at in (0..all).step_by(SMALL) {
        let inside = ((1u32 << (all - at).min(SMALL)) - 1) as __mmask8;
        // SAFETY: lanes that are not inside are not read.
        let own = unsafe { _mm512_maskz_loadu_epi64(inside, postings.as_ptr().add(at).cast()) };
        let is_same = _mm512_mask_cmpeq_epi64_mask(inside, _mm512_srli_epi64::<32>(own), hash);
        let other = _mm512_maskz_compress_epi64(inside & !is_same, own);
        let own = _mm512_maskz_compress_epi64(is_same, own);
        let count = is_same.count_ones() as usize;
        let kept = ((1u32 << count) - 1) as __mmask8;
        // SAFETY: of the first feature only what it has is written, not beyond what was read;
        // `others` has room for 8 more than all postings, as asserted.
        unsafe {
            _mm512_mask_storeu_epi64(postings.as_mut_ptr().add(same).cast(), kept, own);
            _mm512_storeu_si512(others.as_mut_ptr().add(at - same).cast(), other);
        }
        same += count;
    }
    same
}

#[target_feature(enable = "avx512f,popcnt")]
#[inline]
fn filter(words: &mut [PackedPair], counters: &[u8], bits: u32, min_weight: u8) -> usize {
    assert!((1..=u32::BITS - WEIGHT_BITS).contains(&bits), "counters are numbered by a few bits");
    assert!(counters.len() >= (1 << bits) + COUNTER_PADDING, "every counter is followed by others");
    let shift = _mm_cvtsi32_si128((u32::BITS - bits) as i32);
    let (lowest_byte, enough) = (_mm512_set1_epi32(0xFF), _mm512_set1_epi32(i32::from(min_weight)));
    let (mut count, mut at) = (0, 0);
    while let Some(own) = words[at..].first_chunk() {
        let own = load(own);
        let pairs = _mm512_srli_epi32::<WEIGHT_BITS>(own);
        let products = _mm512_mullo_epi32(pairs, _mm512_set1_epi32(HASH_MULTIPLIER as i32));
        let numbers = _mm512_srl_epi32(products, shift);
        // SAFETY: a counter's number has `bits` bits, so it and the three behind it exist, as
        // asserted.
        let found = unsafe { _mm512_i32gather_epi32::<1>(numbers, counters.as_ptr().cast()) };
        let kept = _mm512_cmpge_epu32_mask(_mm512_and_si512(found, lowest_byte), enough);
        let to = words[count..].first_chunk_mut().expect("as many were read already");
        store(_mm512_maskz_compress_epi32(kept, own), to);
        count += kept.count_ones() as usize;
        at += LANES;
    }
    for at in at..words.len() {
        let word = words[at];
        words[count] = word;
        count += usize::from(counters[counter_of(word, bits)] >= min_weight);
    }
    count
}
