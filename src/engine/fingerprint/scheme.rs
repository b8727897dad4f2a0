//! The rules a fingerprint was made by. They travel with it.

use std::fmt;

use xxhash_rust::xxh3::xxh3_64;

use super::{Channel, Engine};
use crate::Error;
use crate::lsh::Banding;
use crate::shingle::reuse::FEATURES;
use crate::sketch::MinHasher;
use crate::sketch::scheme::{NORMALISATION, SchemeId, SketchKind};
use crate::text::Language;

/// The rules a [`Fingerprint`](super::Fingerprint) was made by: two fingerprints are comparable if
/// and only if these are equal.
///
/// Covers every setting that changes a fingerprint, and no other:
///
/// | part | settings |
/// |---|---|
/// | text hash | [`NORMALISATION`]: what a word is, folding, hashes |
/// | band keys | lanes, words in a shingle, seed, bands, rows |
/// | rare features | [`FEATURES`]: stop words, stems, languages, which pairs; the language set |
/// | which of them there are | the channel |
///
/// Kernels and threads change nothing. Caps on document frequency, synonyms, boilerplate,
/// quotations and thresholds decide what is made of a fingerprint, or how a pair is judged, and are
/// not part of it.
///
/// Shown as `text-3/minhash-128/words-3/seed-1/bands-25x5/features-1/language-any`, the same for
/// the same rules in every version; [`Scheme::id`] is a hash of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheme {
    bands: Option<Bands>,
    features: Option<Features>,
}

/// How band keys are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bands {
    signature: SchemeId,
    banding: Banding,
}

/// How rare features are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Features {
    /// The language of all texts; `None` where each text's own is detected.
    language: Option<Language>,
}

impl Scheme {
    /// How the lanes are cut into bands; `None` where the channel of copies is not used.
    pub fn banding(self) -> Option<Banding> {
        self.bands.map(|bands| bands.banding)
    }

    /// Whether there are rare features.
    pub fn has_features(self) -> bool {
        self.features.is_some()
    }

    /// A number for these rules: the XXH3 of how they are shown.
    pub fn id(self) -> u64 {
        xxh3_64(self.to_string().as_bytes())
    }

    /// `Ok` if fingerprints of the two schemes may be compared.
    pub fn check(self, other: Self) -> Result<(), Error> {
        if self == other {
            return Ok(());
        }
        Err(Error::SchemeMismatch { expected: self.to_string(), found: other.to_string() })
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "text-{NORMALISATION}")?;
        if let Some(Bands { signature, banding }) = self.bands {
            if let SketchKind::MinHash { lanes } = signature.kind {
                write!(f, "/minhash-{lanes}")?;
            }
            let (bands, rows) = (banding.bands(), banding.rows());
            write!(f, "/words-{}/seed-{}/bands-{bands}x{rows}", signature.words, signature.seed)?;
        }
        if let Some(Features { language }) = self.features {
            let language = language.map_or("any", Language::code);
            write!(f, "/features-{FEATURES}/language-{language}")?;
        }
        Ok(())
    }
}

impl Engine {
    /// The rules by which this engine makes fingerprints. The error is that of a setting out of
    /// range.
    pub fn scheme(&self) -> Result<Scheme, Error> {
        let config = &self.config;
        let bands = match config.channel {
            Channel::Rare => None,
            _ => {
                let signature = MinHasher::new(config.minhash())?.scheme();
                Some(Bands { signature, banding: self.banding()? })
            }
        };
        let language = config.language;
        let features = (config.channel != Channel::Banding).then_some(Features { language });
        Ok(Scheme { bands, features })
    }
}
