//! Word hashes to word n-grams.

use crate::{
    Error, Kernel,
    error::Field,
    kernel::capability::dispatch,
    text::{hash::mix, hashes::WordHasher},
};

/// The most words that a shingle may have. Beyond this, [`ngram_hash`] would rotate some words by
/// nearly the same.
pub const MAX_WORDS: usize = 32;

/// Bits by which a word's hash is rotated for each word after it. Odd, so that all 64 rotations
/// differ.
const ROTATION: u32 = 23;

/// Hashes a run of consecutive words, given their hashes. Order and number of words count.
///
/// Each word's hash is rotated by its position in the run. The exclusive or of all of them is mixed
/// once more (cyclic polynomials: Cohen 1997; Lemire and Kaser 2010), so that any bits of the
/// result can be used by themselves. Up to [`MAX_WORDS`] words.
pub fn ngram_hash(words: &[u64]) -> u64 {
    let rotated = words.iter().fold(0u64, |sum, word| sum.rotate_left(ROTATION) ^ word);
    mix(rotated ^ length_tag(words.len()))
}

/// Makes the hashes of runs of different lengths differ, even if all words are equal.
fn length_tag(words: usize) -> u64 {
    (words as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Appends the hash of every run of `n` words to `out`, in order, repetitions included.
///
/// Fewer than `n` words, but at least one, give one shingle of all of them, so that short articles
/// are neither lost nor all alike. No words give none. `n` is from 1 to [`MAX_WORDS`]. Panics where
/// this processor lacks the kernel.
pub fn ngrams(words: &[u64], n: usize, kernel: Kernel, out: &mut Vec<u64>) {
    assert!((1..=MAX_WORDS).contains(&n), "shingles of {n} words");
    if words.len() < n {
        if !words.is_empty() {
            out.push(ngram_hash(words));
        }
        return;
    }
    let start = out.len();
    out.resize(start + words.len() + 1 - n, 0);
    let out = &mut out[start..];
    // Plain Rust, which the compiler vectorises for each instruction set.
    dispatch!(kernel.expect_capability(), _kernel => fill(words, n, out));
}

/// `out[i]` becomes the hash of `words[i..i + n]`.
#[inline(always)]
fn fill(words: &[u64], n: usize, out: &mut [u64]) {
    match n {
        1 => fill_fixed::<1>(words, out),
        2 => fill_fixed::<2>(words, out),
        3 => fill_fixed::<3>(words, out),
        4 => fill_fixed::<4>(words, out),
        5 => fill_fixed::<5>(words, out),
        6 => fill_fixed::<6>(words, out),
        _ => {
            for (gram, out) in words.windows(n).zip(out) {
                *out = ngram_hash(gram);
            }
        }
    }
}

/// The usual lengths, with `N` known to the compiler, which unrolls the inner loop.
#[inline(always)]
fn fill_fixed<const N: usize>(words: &[u64], out: &mut [u64]) {
    let shifted: [&[u64]; N] = std::array::from_fn(|i| &words[i..i + out.len()]);
    for (at, out) in out.iter_mut().enumerate() {
        let rotated = shifted.iter().fold(0u64, |sum, words| sum.rotate_left(ROTATION) ^ words[at]);
        *out = mix(rotated ^ length_tag(N));
    }
}

/// Computes the word n-grams of texts. Keeps buffers: use one per thread.
///
/// ```
/// use retold::{Kernel, shingle::Shingler};
///
/// let mut shingler = Shingler::new(3, Kernel::detect())?;
/// let a = shingler.shingles("The cat sat on the mat.").to_vec();
/// assert_eq!(a.len(), 4);
/// assert_eq!(shingler.shingles("THE CAT SAT ON THE MAT"), a);
/// assert!(shingler.shingles("?!").is_empty());
/// # Ok::<(), retold::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Shingler {
    n: usize,
    hasher: WordHasher,
    words: Vec<u64>,
    shingles: Vec<u64>,
}

impl Shingler {
    /// Shingles of `n` words, from 1 to [`MAX_WORDS`]. Fails where `n` is out of range or the
    /// processor lacks the kernel.
    pub fn new(n: usize, kernel: Kernel) -> Result<Self, Error> {
        if !(1..=MAX_WORDS).contains(&n) {
            return Err(Error::OutOfRange {
                field: Field::ShingleWords,
                found: n.to_string(),
                expected: "from 1 to 32",
            });
        }
        let hasher = WordHasher::new(kernel)?;
        Ok(Self { n, hasher, words: Vec::new(), shingles: Vec::new() })
    }

    /// Words per shingle.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Every shingle of `text`, in order, repetitions included; see [`ngrams`] for short texts.
    pub fn shingles(&mut self, text: &str) -> &[u64] {
        self.words.clear();
        self.shingles.clear();
        self.hasher.hash_words(text, &mut self.words);
        ngrams(&self.words, self.n, self.hasher.kernel(), &mut self.shingles);
        &self.shingles
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_articles_have_one_shingle_of_all_words() {
        let mut out = Vec::new();
        ngrams(&[1, 2], 3, Kernel::Scalar, &mut out);
        assert_eq!(out, [ngram_hash(&[1, 2])]);
        out.clear();
        ngrams(&[], 3, Kernel::Scalar, &mut out);
        assert!(out.is_empty());
    }

    #[test]
    fn order_and_length_count() {
        assert_ne!(ngram_hash(&[1, 2, 3]), ngram_hash(&[3, 2, 1]));
        assert_ne!(ngram_hash(&[1, 2]), ngram_hash(&[0, 1, 2]));
        assert_ne!(ngram_hash(&[7, 7]), ngram_hash(&[7, 7, 7]));
    }

    #[test]
    fn known_answers() {
        assert_eq!(ngram_hash(&[1, 2, 3]), 0x23a5_d59d_2154_f848);
    }

    #[test]
    fn lengths_out_of_range_are_errors() {
        assert!(Shingler::new(0, Kernel::Scalar).is_err());
        assert!(Shingler::new(MAX_WORDS + 1, Kernel::Scalar).is_err());
    }

    proptest! {
        #[test]
        fn all_kernels_agree_with_one_hash_per_window(
            words in prop::collection::vec(any::<u64>(), 0..70),
            n in 1..=MAX_WORDS,
        ) {
            let expected: Vec<_> = match words.len() {
                0 => vec![],
                len if len < n => vec![ngram_hash(&words)],
                _ => words.windows(n).map(ngram_hash).collect(),
            };
            for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
                let mut out = Vec::new();
                ngrams(&words, n, kernel, &mut out);
                prop_assert_eq!(&out, &expected);
            }
        }
    }
}
