//! MinHash signatures: a single one, and many in one array.

use super::scheme::{SchemeId, SketchKind};
use crate::Error;

/// A fixed-length MinHash signature of one article's shingle set.
///
/// # Accuracy
/// [`Signature::estimate_jaccard`] is unbiased, with a standard error of at most
/// `sqrt(J(1-J)/lanes)`: 0.044 for 128 lanes (Broder 1997); measured in `tests/accuracy.rs`.
///
/// # Empty sets
/// An article without shingles has no signature: [`super::MinHasher::sign`] returns `None`. Lanes
/// left at their maximum would make all such articles "identical".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub(super) scheme: SchemeId,
    pub(super) lanes: Vec<u32>,
}

impl Signature {
    /// The scheme that it was computed by.
    pub fn scheme(&self) -> SchemeId {
        self.scheme
    }

    /// One number per lane. The same number in the same lane of two signatures means the same
    /// shingle.
    pub fn lanes(&self) -> &[u32] {
        &self.lanes
    }

    /// Estimates the Jaccard index of the two shingle sets, from 0 to 1: the share of equal lanes.
    ///
    /// Signatures of different schemes are an error.
    pub fn estimate_jaccard(&self, other: &Self) -> Result<f64, Error> {
        self.scheme.check(other.scheme)?;
        Ok(estimate_jaccard(&self.lanes, &other.lanes))
    }
}

/// The share of equal lanes. Both sides have the same number of lanes, at least one.
pub(crate) fn estimate_jaccard(a: &[u32], b: &[u32]) -> f64 {
    assert!(a.len() == b.len() && !a.is_empty(), "lanes of one scheme");
    let equal: u32 = a.iter().zip(b).map(|(a, b)| u32::from(a == b)).sum();
    f64::from(equal) / a.len() as f64
}

/// The signatures of many articles of one scheme, in one flat array, as banding reads them.
///
/// Row `i` belongs to `articles()[i]`; articles without words have no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatures {
    scheme: SchemeId,
    lanes: usize,
    articles: Vec<u32>,
    values: Vec<u32>,
}

impl Signatures {
    /// No signatures yet. The scheme must be one of MinHash.
    pub fn new(scheme: SchemeId) -> Self {
        let SketchKind::MinHash { lanes } = scheme.kind else {
            panic!("{scheme} has no lanes");
        };
        Self { scheme, lanes: lanes as usize, articles: Vec::new(), values: Vec::new() }
    }

    /// Adds one article's signature. Another scheme is an error, and nothing is added.
    pub fn push(&mut self, article: u32, signature: &Signature) -> Result<(), Error> {
        self.scheme.check(signature.scheme)?;
        self.articles.push(article);
        self.values.extend_from_slice(&signature.lanes);
        Ok(())
    }

    /// Adds a row for `article` that `sign` writes, given one zero per lane. Where `sign` returns
    /// `false` the article has no signature, and no row is added. Returns what `sign` returned.
    pub fn push_with(&mut self, article: u32, sign: impl FnOnce(&mut [u32]) -> bool) -> bool {
        let start = self.values.len();
        self.values.resize(start + self.lanes, 0);
        let signed = sign(&mut self.values[start..]);
        if signed {
            self.articles.push(article);
        } else {
            self.values.truncate(start);
        }
        signed
    }

    /// Moves all rows of `other` to the end of `self`. Another scheme is an error.
    pub fn append(&mut self, other: &mut Self) -> Result<(), Error> {
        self.scheme.check(other.scheme)?;
        self.articles.append(&mut other.articles);
        self.values.append(&mut other.values);
        Ok(())
    }

    /// The scheme of all rows.
    pub fn scheme(&self) -> SchemeId {
        self.scheme
    }

    /// Lanes of each row.
    pub fn lanes(&self) -> usize {
        self.lanes
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    /// The article of each row.
    pub fn articles(&self) -> &[u32] {
        &self.articles
    }

    /// The lanes of row `row`, which must be less than [`Signatures::len`].
    pub fn row(&self, row: usize) -> &[u32] {
        &self.values[row * self.lanes..][..self.lanes]
    }

    /// All rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u32]> {
        self.values.chunks_exact(self.lanes)
    }

    /// Estimates the Jaccard index of the articles of two rows.
    pub fn estimate_jaccard(&self, a: usize, b: usize) -> f64 {
        estimate_jaccard(self.row(a), self.row(b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::{MinHashConfig, MinHasher};

    fn hasher(seed: u64) -> MinHasher {
        MinHasher::new(MinHashConfig { seed, ..MinHashConfig::default() })
            .expect("defaults are valid")
    }

    #[test]
    fn schemes_do_not_mix() {
        let text = "the cat sat on the mat";
        let (one, two) = (hasher(1).sign(text), hasher(2).sign(text));
        let (one, two) = (one.expect("six words"), two.expect("six words"));
        assert_eq!(one.estimate_jaccard(&one).unwrap(), 1.0);
        assert!(matches!(one.estimate_jaccard(&two), Err(Error::SchemeMismatch { .. })));
        let mut all = Signatures::new(one.scheme());
        assert!(all.push(7, &one).is_ok());
        assert!(all.push(8, &two).is_err());
        assert_eq!((all.len(), all.articles()), (1, &[7][..]));
    }

    #[test]
    fn articles_without_words_get_no_row() {
        let mut hasher = hasher(1);
        let mut all = Signatures::new(hasher.scheme());
        assert!(!all.push_with(0, |lanes| hasher.sign_into("…", lanes)));
        assert!(all.push_with(1, |lanes| hasher.sign_into("one two", lanes)));
        assert_eq!((all.len(), all.articles(), all.rows().len()), (1, &[1][..], 1));
        assert_eq!(all.row(0), hasher.sign("one two").expect("two words").lanes());
    }
}
