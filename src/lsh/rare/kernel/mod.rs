//! The loops of the rare-feature channel that have a kernel per instruction set, because no
//! compiler vectorises them.
//!
//! These kernels are not generic over the vector: they consist of what only AVX-512 has (expand,
//! compress, conflict detection, leading zero counts, permutation of two registers, masked stores).
//! With AVX2 each of these would take a table or a loop, so there the scalar twins run, compiled
//! for AVX2.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod lanes;
mod scalar;

use super::packed_pair::PackedPair;
use super::posting::Posting;
#[cfg(target_arch = "x86_64")]
use crate::kernel::capability::Avx2;
use crate::kernel::capability::Scalar;

pub(super) use lanes::{BucketFeatures, BucketMask, BucketOffsets, LANES, SMALL, Unpacking};

/// What each instruction set brings, by its token; where it brings nothing, the scalar twin.
pub(super) trait Kernel: Copy {
    /// Unpacks words. Returns the first article of the block of the last.
    #[inline(always)]
    fn unpack(
        self,
        words: &[u32; LANES],
        unpacking: Unpacking,
        buckets: &mut [u32; LANES],
        postings: &mut [Posting; LANES],
    ) -> u32 {
        scalar::unpack(words, unpacking, buckets, postings)
    }

    /// Turns the number of postings of each bucket into the offset of its first: `singleton` for
    /// buckets with none or one, otherwise from `first` on. `buckets` has a multiple of [`LANES`]
    /// of them. Writes where buckets with more than three start to `starts`, which must have
    /// [`LANES`] elements more than there are of these. Returns their number, and the offsets
    /// behind the last buckets.
    #[inline(always)]
    fn bucket_offsets(
        self,
        buckets: &mut [u32],
        first: BucketOffsets,
        singleton: u32,
        starts: &mut [u32],
    ) -> (usize, BucketOffsets) {
        scalar::bucket_offsets(buckets, first, singleton, starts)
    }

    /// The features of buckets of `N` postings each, 2 or 3; the first `count` postings are valid.
    #[inline(always)]
    fn bucket_features<const N: usize>(
        self,
        postings: &[Posting; LANES],
        count: usize,
    ) -> BucketFeatures {
        scalar::bucket_features::<N>(postings, count)
    }

    /// Takes a bucket of `count` postings, 2 to [`SMALL`], to be one of which at most one feature
    /// has several: returns its df, or 0, and writes its articles to the start of `articles`.
    /// `None` where that may not be so, or where postings do not ascend.
    #[inline(always)]
    fn small_bucket(
        self,
        postings: &[Posting; SMALL],
        count: usize,
        articles: &mut [u32; SMALL],
    ) -> Option<usize> {
        scalar::small_bucket(postings, count, articles)
    }

    /// Moves the postings with the feature of the first to the front, and writes the others to
    /// `others`, both in their order. `others` must have [`SMALL`] elements more than `postings`.
    /// Returns the number of postings with the feature.
    #[inline(always)]
    fn split_by_feature(self, postings: &mut [Posting], others: &mut [Posting]) -> usize {
        scalar::split_by_feature(postings, others)
    }

    /// Moves the pairs whose counter is at least `min_weight` to the front, and returns their
    /// number. There are 2 to the power of `bits` counters, which
    /// [`super::packed_pair::counter_of`] numbers, and [`super::packed_pair::COUNTER_PADDING`]
    /// more.
    #[inline(always)]
    fn filter(self, words: &mut [PackedPair], counters: &[u8], bits: u32, min_weight: u8) -> usize {
        scalar::filter(words, counters, bits, min_weight)
    }
}

impl Kernel for Scalar {}

#[cfg(target_arch = "x86_64")]
impl Kernel for Avx2 {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::packed_pair::{COUNTER_PADDING, counter_of};
    use super::super::posting::BLOCK_HEADER;
    use super::*;
    use crate::kernel::capability::{Capability, dispatch};

    /// Runs a test with every kernel that this processor has.
    macro_rules! with_kernels {
        (|$kernel:ident| $test:expr) => {
            for capability in Capability::all() {
                dispatch!(capability, $kernel => $test);
            }
        };
    }

    /// Words of which some are block headers.
    fn words() -> impl Strategy<Value = [u32; LANES]> {
        let word = (any::<u32>(), 0..4u32).prop_map(|(word, chance)| {
            if chance == 0 { BLOCK_HEADER | word >> 8 } else { word & !BLOCK_HEADER }
        });
        prop::collection::vec(word, LANES).prop_map(|words| words.try_into().expect("as many"))
    }

    fn unpack(
        kernel: impl Kernel,
        words: &[u32; LANES],
        mask: BucketMask,
    ) -> (u32, [u32; 16], [u64; 16]) {
        let (mut buckets, mut postings) = ([0; LANES], [0; LANES]);
        let last = kernel.unpack(words, Unpacking { mask, first: 96 }, &mut buckets, &mut postings);
        (last, buckets, postings)
    }

    fn bucket_offsets(kernel: impl Kernel, counts: &[u32]) -> (Vec<u32>, Vec<u32>, BucketOffsets) {
        let (mut buckets, mut starts) = (counts.to_vec(), vec![0; counts.len() + LANES]);
        let first = BucketOffsets { two: 1000, three: 2000, more: 3000 };
        let (large, end) = kernel.bucket_offsets(&mut buckets, first, 7, &mut starts);
        (buckets, starts[..large].to_vec(), end)
    }

    /// Articles of features with two and with three, repeated postings, and buckets with
    /// collisions.
    type Found = (Vec<u32>, Vec<u32>, u32, u32);

    fn bucket_features<const N: usize>(
        kernel: impl Kernel,
        postings: &[Posting; LANES],
        count: usize,
    ) -> Found {
        let BucketFeatures { two, three, duplicates, collisions } =
            kernel.bucket_features::<N>(postings, count);
        (two.0[..two.1].to_vec(), three.0[..three.1].to_vec(), duplicates, collisions)
    }

    /// What [`Kernel::bucket_features`] says, bucket by bucket.
    fn naive_features(postings: &[Posting], size: usize) -> Found {
        let mut found = Found::default();
        for (at, bucket) in postings.chunks(size).enumerate() {
            match naive(bucket) {
                Some((2, articles)) => found.0.extend(articles),
                Some((3, articles)) => found.1.extend(articles),
                Some(_) => {}
                None if size == 2 && bucket[0] == bucket[1] => found.2 += 1,
                None if size == 2 => found.0.extend([bucket[1] as u32, bucket[0] as u32]),
                None => found.3 |= 1 << (at * size),
            }
        }
        found
    }

    fn small_bucket(
        kernel: impl Kernel,
        postings: &[Posting; SMALL],
        count: usize,
    ) -> Option<(usize, Vec<u32>)> {
        let mut articles = [0; SMALL];
        let found = kernel.small_bucket(postings, count, &mut articles);
        found.map(|df| (df, articles[..df].to_vec()))
    }

    fn split_by_feature(kernel: impl Kernel, postings: &[Posting]) -> (Vec<Posting>, Vec<Posting>) {
        let (mut postings, mut others) = (postings.to_vec(), vec![0; postings.len() + SMALL]);
        let all = postings.len();
        // What follows must not be touched.
        postings.push(7);
        let same = kernel.split_by_feature(&mut postings[..all], &mut others);
        assert_eq!(postings[all], 7);
        (postings[..same].to_vec(), others[..all - same].to_vec())
    }

    fn filter(
        kernel: impl Kernel,
        words: &[PackedPair],
        counters: &[u8],
        bits: u32,
    ) -> Vec<PackedPair> {
        let mut words = words.to_vec();
        let kept = kernel.filter(&mut words, counters, bits, 6);
        words.truncate(kept);
        words
    }

    /// The df of the one feature with several postings, or 0, and its articles, by counting. `None`
    /// where several features have several postings, or articles do not ascend.
    fn naive(postings: &[Posting]) -> Option<(usize, Vec<u32>)> {
        let of = |feature: u64| postings.iter().filter(move |posting| **posting >> 32 == feature);
        let mut shared: Vec<u64> = postings.iter().map(|posting| posting >> 32).collect();
        shared.retain(|feature| of(*feature).count() > 1);
        let articles: Vec<u32> = shared
            .first()
            .map_or(Vec::new(), |feature| of(*feature).map(|posting| *posting as u32).collect());
        shared.sort_unstable();
        shared.dedup();
        let is_clear = shared.len() < 2 && articles.is_sorted_by(|a, b| a < b);
        is_clear.then_some((articles.len(), articles))
    }

    /// Postings of few features and few articles, mostly in order.
    fn postings(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Posting>> {
        let posting = (0..3u64, 0..9u64);
        (prop::collection::vec(posting, count), 0..4u32).prop_map(|(mut postings, order)| {
            if order > 0 {
                postings.sort_unstable_by_key(|(_, article)| *article);
            }
            postings.into_iter().map(|(feature, article)| feature << 32 | article).collect()
        })
    }

    proptest! {
        #[test]
        fn words_are_unpacked_alike(words in words(), bits in 4..20u32) {
            let mask = BucketMask { shift: 31 - bits, headers: 1 << bits };
            let expected = unpack(Scalar, &words, mask);
            with_kernels!(|kernel| assert_eq!(unpack(kernel, &words, mask), expected));
            let mut block = 3;
            for (at, word) in words.into_iter().enumerate() {
                block = if word & BLOCK_HEADER == 0 { block } else { word & !BLOCK_HEADER };
                if word & BLOCK_HEADER == 0 {
                    prop_assert_eq!(expected.1[at], word >> (31 - bits));
                    let posting = u64::from(word >> 5) << 32 | u64::from(block << 5 | word & 31);
                    prop_assert_eq!(expected.2[at], posting);
                } else {
                    prop_assert_eq!(expected.1[at], 1 << bits);
                }
            }
            prop_assert_eq!(expected.0, block << 5);
        }

        #[test]
        fn buckets_get_offsets_alike(
            lanes in 0..6usize,
            counts in prop::collection::vec(0..6u32, 96),
        ) {
            let counts = &counts[..lanes * LANES];
            let expected = bucket_offsets(Scalar, counts);
            with_kernels!(|kernel| assert_eq!(bucket_offsets(kernel, counts), expected));
            let mut next = BucketOffsets { two: 1000, three: 2000, more: 3000 };
            let mut starts = Vec::new();
            for (count, offset) in counts.iter().zip(&expected.0) {
                let next = match count {
                    0 | 1 => &mut 7,
                    2 => &mut next.two,
                    3 => &mut next.three,
                    _ => &mut next.more,
                };
                prop_assert_eq!(*offset, *next);
                starts.extend((*count > 3).then_some(*next));
                *next += count;
            }
            prop_assert_eq!((expected.1, expected.2), (starts, next));
        }

        #[test]
        fn features_of_pairs_and_triples(
            buckets in prop::collection::vec(postings(6..7), 3),
            count in 0..=8usize,
        ) {
            // In order within a bucket; the same numbers as buckets of two and as buckets of three.
            let mut postings: Vec<Posting> = buckets.concat();
            postings.truncate(LANES);
            let postings: [Posting; LANES] = postings.try_into().expect("as many");
            let (twos, threes) = (count * 2, count.min(5) * 3);
            let expected =
                (naive_features(&postings[..twos], 2), naive_features(&postings[..threes], 3));
            prop_assert_eq!(&bucket_features::<2>(Scalar, &postings, twos), &expected.0);
            prop_assert_eq!(&bucket_features::<3>(Scalar, &postings, threes), &expected.1);
            with_kernels!(|kernel| {
                assert_eq!(bucket_features::<2>(kernel, &postings, twos), expected.0);
                assert_eq!(bucket_features::<3>(kernel, &postings, threes), expected.1);
            });
        }

        #[test]
        fn features_of_small_buckets(postings in postings(SMALL..SMALL + 1), count in 2..=SMALL) {
            let postings: [Posting; SMALL] = postings.try_into().expect("as many");
            let expected = naive(&postings[..count]);
            let is_one = postings[..count].iter().all(|posting| posting >> 32 == postings[0] >> 32);
            // The scalar twin need not know as much as AVX-512, but must not be wrong.
            with_kernels!(|kernel| {
                let known = small_bucket(kernel, &postings, count);
                assert!(known.is_none() || known == expected);
                assert!(known.is_some() || expected.is_none() || !is_one);
            });
            #[cfg(target_arch = "x86_64")]
            if let Some(Capability::Avx512(kernel)) = crate::Kernel::Avx512.capability() {
                prop_assert_eq!(small_bucket(kernel, &postings, count), expected);
            }
        }

        #[test]
        fn postings_are_split_alike(postings in postings(1..40)) {
            let is_same = |posting: &Posting| posting >> 32 == postings[0] >> 32;
            let expected: (Vec<_>, Vec<_>) = postings.iter().partition(|posting| is_same(posting));
            prop_assert_eq!(&split_by_feature(Scalar, &postings), &expected);
            with_kernels!(|kernel| assert_eq!(split_by_feature(kernel, &postings), expected));
        }

        #[test]
        fn pairs_are_filtered_alike(
            words in prop::collection::vec(any::<u32>(), 0..100),
            counters in prop::collection::vec(0..12u8, (1 << 8) + COUNTER_PADDING),
            bits in 1..=8u32,
        ) {
            let is_kept = |word: &PackedPair| counters[counter_of(*word, bits)] >= 6;
            let expected: Vec<PackedPair> = words.iter().copied().filter(is_kept).collect();
            prop_assert_eq!(&filter(Scalar, &words, &counters, bits), &expected);
            with_kernels!(|kernel| assert_eq!(filter(kernel, &words, &counters, bits), expected));
        }
    }
}
