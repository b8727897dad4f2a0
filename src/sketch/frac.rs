//! FracMinHash: the shingles with small hashes, for containment between texts of any length.

use super::scheme::{NORMALISATION, SchemeId, SketchKind};
use crate::{
    Error, Kernel,
    error::Field,
    setters::setters,
    shingle::{ShingleSet, Shingler},
};

/// Settings of a [`FracHasher`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FracConfig {
    /// One shingle in `scale` is kept, on average; at least 1, which keeps all and makes every
    /// estimate exact. 1 by default; 10 to 100 is enough for books.
    pub scale: u64,
    /// Words per shingle, from 1 to [`crate::shingle::MAX_WORDS`]; 3 by default.
    pub words: usize,
    /// The instruction set to use; [`Kernel::detect`] by default. Does not change any result.
    pub kernel: Kernel,
}

impl Default for FracConfig {
    fn default() -> Self {
        Self { scale: 1, words: 3, kernel: Kernel::detect() }
    }
}

impl FracConfig {
    setters! {
        scale: u64,
        words: usize,
        kernel: Kernel,
    }
}

/// Computes FracMinHash sketches of one scheme. Keeps buffers: use one per thread.
#[derive(Debug, Clone)]
pub struct FracHasher {
    scheme: SchemeId,
    scale: u64,
    shingler: Shingler,
}

impl FracHasher {
    /// Fails where a setting is out of its range or the processor lacks the kernel.
    pub fn new(config: FracConfig) -> Result<Self, Error> {
        let FracConfig { scale, words, kernel } = config;
        if scale == 0 {
            return Err(Error::OutOfRange {
                field: Field::Scale,
                found: scale.to_string(),
                expected: "1 or more",
            });
        }
        let shingler = Shingler::new(words, kernel)?;
        let kind = SketchKind::FracMinHash { scale };
        // The hashes are those of the shingles themselves: there is no seed.
        let scheme = SchemeId { kind, words: words as u32, seed: 0, normalisation: NORMALISATION };
        Ok(Self { scheme, scale, shingler })
    }

    /// The scheme of this hasher's sketches.
    pub fn scheme(&self) -> SchemeId {
        self.scheme
    }

    /// The sketch of `text`. It may be empty where the text is short relative to the scale.
    pub fn sketch(&mut self, text: &str) -> FracSketch {
        let most = u64::MAX / self.scale;
        let kept = self.shingler.shingles(text).iter().copied().filter(|hash| *hash <= most);
        let kept = ShingleSet::from_hashes(kept.collect());
        FracSketch { scheme: self.scheme, scale: self.scale, kept }
    }
}

/// The shingles of one article whose hash is at most the greatest possible over `scale` (Irber et
/// al. 2022, "Lightweight compositional analysis of metagenomes with FracMinHash").
///
/// Its size grows with the article, unlike that of a [`super::Signature`]; in return, it estimates
/// well how much of a short text a long one contains.
///
/// # Empty sketches
/// A sketch without shingles says nothing about its article: estimates that would divide by zero
/// are `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FracSketch {
    scheme: SchemeId,
    scale: u64,
    kept: ShingleSet,
}

impl FracSketch {
    /// The scheme that it was computed by.
    pub fn scheme(&self) -> SchemeId {
        self.scheme
    }

    /// The shingles that were kept.
    pub fn kept(&self) -> &ShingleSet {
        &self.kept
    }

    /// Estimates the number of distinct shingles of the article.
    pub fn estimate_len(&self) -> f64 {
        self.kept.len() as f64 * self.scale as f64
    }

    /// Estimates the share of this article's shingles that `other` contains, from 0 to 1.
    ///
    /// The share among the kept ones is an unbiased estimate, given that some were kept, which has
    /// probability `1 - (1 - 1/scale)^n` for `n` shingles (Hera, Pierce-Ward and Koslicki 2023);
    /// `None` where none was. Its standard error is `sqrt(C(1-C)/kept)`. Sketches of different
    /// schemes are an error.
    pub fn estimate_containment_in(&self, other: &Self) -> Result<Option<f64>, Error> {
        self.scheme.check(other.scheme)?;
        Ok((!self.kept.is_empty()).then(|| self.kept.containment_in(&other.kept)))
    }

    /// Estimates the Jaccard index of the two shingle sets; `None` where both sketches are empty.
    pub fn estimate_jaccard(&self, other: &Self) -> Result<Option<f64>, Error> {
        self.scheme.check(other.scheme)?;
        let empty = self.kept.is_empty() && other.kept.is_empty();
        Ok((!empty).then(|| self.kept.jaccard(&other.kept)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(scale: u64) -> FracHasher {
        let config = FracConfig { scale, words: 1, ..FracConfig::default() };
        FracHasher::new(config).expect("the options are in range")
    }

    fn words(range: std::ops::Range<u32>) -> String {
        range.map(|n| format!("w{n} ")).collect()
    }

    #[test]
    fn scale_one_is_exact() {
        let mut hasher = hasher(1);
        let (a, b) = (hasher.sketch(&words(0..40)), hasher.sketch(&words(30..130)));
        assert_eq!(a.estimate_containment_in(&b).unwrap(), Some(0.25));
        assert_eq!(b.estimate_containment_in(&a).unwrap(), Some(0.1));
        assert_eq!(a.estimate_jaccard(&b).unwrap(), Some(10.0 / 130.0));
        assert_eq!(a.estimate_len(), 40.0);
    }

    #[test]
    fn a_short_text_inside_a_long_one() {
        let mut hasher = hasher(20);
        let (a, b) = (hasher.sketch(&words(0..4_000)), hasher.sketch(&words(1_000..60_000)));
        let kept = a.kept().len() as f64;
        assert!((a.estimate_len() - 4_000.0).abs() < 4.0 * 20.0 * 200f64.sqrt());
        let estimate = a.estimate_containment_in(&b).expect("one scheme").expect("something kept");
        assert!((estimate - 0.75).abs() < 4.0 * (0.75 * 0.25 / kept).sqrt(), "{estimate}");
    }

    #[test]
    fn nothing_kept_says_nothing() {
        let mut hasher = hasher(1 << 40);
        let (a, b) = (hasher.sketch("a b c"), hasher.sketch(""));
        assert_eq!(a.estimate_containment_in(&b).unwrap(), None);
        assert_eq!(a.estimate_jaccard(&b).unwrap(), None);
    }

    #[test]
    fn scales_do_not_mix() {
        let (a, b) = (hasher(1).sketch("a"), hasher(2).sketch("a"));
        assert!(matches!(a.estimate_containment_in(&b), Err(Error::SchemeMismatch { .. })));
        assert!(FracHasher::new(FracConfig { scale: 0, ..FracConfig::default() }).is_err());
    }
}
