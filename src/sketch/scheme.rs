//! The scheme of a sketch: how it was computed. Every sketch carries its own.

use std::fmt;

use crate::Error;

/// Version of everything that happens to a text before it is sketched: words, folding, word and
/// shingle hashes. Any change to these makes stored sketches unusable, and has to increase this
/// number.
pub const NORMALISATION: u32 = 3;

/// How a sketch was computed: two sketches are comparable if and only if their schemes are equal.
///
/// Displayed as `minhash-128/words-3/seed-1/text-1`, the same for the same scheme in every version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SchemeId {
    /// The kind of sketch.
    pub kind: SketchKind,
    /// Words per shingle.
    pub words: u32,
    /// Seed of the sketch's random numbers.
    pub seed: u64,
    /// The [`NORMALISATION`] of the words.
    pub normalisation: u32,
}

/// The kinds of sketches, each with its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SketchKind {
    /// MinHash with this many lanes.
    MinHash {
        /// Lanes of a signature.
        lanes: u32,
    },
    /// FracMinHash with this scale.
    FracMinHash {
        /// One shingle in `scale` is kept, on average.
        scale: u64,
    },
}

impl SchemeId {
    /// `Ok` if sketches of the two schemes may be compared.
    pub fn check(self, other: Self) -> Result<(), Error> {
        if self == other {
            return Ok(());
        }
        Err(Error::SchemeMismatch { expected: self.to_string(), found: other.to_string() })
    }
}

impl fmt::Display for SchemeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            SketchKind::MinHash { lanes } => write!(f, "minhash-{lanes}")?,
            SketchKind::FracMinHash { scale } => write!(f, "fracminhash-{scale}")?,
        }
        write!(f, "/words-{}/seed-{}/text-{}", self.words, self.seed, self.normalisation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_scheme_is_displayed() {
        let kind = SketchKind::MinHash { lanes: 128 };
        let scheme = SchemeId { kind, words: 3, seed: 1, normalisation: 1 };
        assert_eq!(scheme.to_string(), "minhash-128/words-3/seed-1/text-1");
        assert!(scheme.check(scheme).is_ok());
        let other = SchemeId { seed: 2, ..scheme };
        let error = scheme.check(other).expect_err("seeds differ").to_string();
        assert!(error.contains("seed-1") && error.contains("seed-2"), "{error}");
    }
}
