//! One article by itself: everything that finds it again.

mod bytes;
mod scheme;

use super::extract::{self, Extractor};
use super::{Channel, Engine};
use crate::Error;
use crate::lsh::band_keys::{keys_of, whole_of};
use crate::text::{Analyzer, wordless};

pub use scheme::Scheme;

/// What finds one article again among any number of others, without its text and without a corpus:
/// in an [`Index`](super::Index), in an archive, in a distributed job ([`super::batch`]).
///
/// Two articles are candidates if they have the same text, if they share a band key, or if they
/// share enough features that few other articles have. These are the two channels of a scan, which
/// takes what it looks for from the same functions.
///
/// # Size
/// 8 bytes for the text, for each band (25 by default) and for each feature: at most as many as
/// content words in an article of 250 words and more, up to four times that in shorter ones. Hashes
/// have 64 bits, enough for a billion articles: the odds that any two different texts among so many
/// have the same hash are 1 in 37.
///
/// # Texts without words
/// A text that is not blank but has no words, such as a row of emoji, has a text hash and nothing
/// else: it is found only by the very same text. A blank one (empty, or all white space) has
/// nothing at all and is never found.
///
/// ```
/// use retold::{Config, Engine};
///
/// let engine = Engine::new(Config::default())?;
/// let a = engine.fingerprint("Forty ferries waited outside the harbour bar until dawn.")?;
/// let b = engine.fingerprint("FORTY FERRIES waited – outside the harbour bar – until dawn!")?;
/// assert_eq!(a, b);
/// assert_eq!(a.words(), 9);
///
/// let retold = engine.fingerprint("Until dawn, ferries waited at the harbour bar.")?;
/// let common = a.in_common(&retold)?;
/// assert!(!common.same_text && common.features >= 6);
///
/// assert_eq!(engine.fingerprint(" \n ")?.text(), None);
/// # Ok::<(), retold::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    scheme: Scheme,
    words: u32,
    text: Option<u64>,
    /// One for each band of the scheme, or none.
    bands: Box<[u64]>,
    /// Ascending, each once.
    features: Box<[u64]>,
}

/// Something that two articles may share: what a posting of an inverted index is filed under.
///
/// Features and text hashes are well mixed in all bits, keys of bands best in their upper half.
/// There may be more kinds in a later version, with a scheme of their own: a `match` fails to
/// compile then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a store has to know all kinds")]
pub enum Key {
    /// The hash of the text. All articles that share it are candidates.
    Text(u64),
    /// The key of a band. All articles that share it are candidates.
    Band {
        /// Number of the band, from 0.
        band: u32,
        /// Its key.
        key: u64,
    },
    /// The hash of a feature. Articles that share enough of those that are rare are candidates.
    Feature(u64),
}

/// What two fingerprints share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct InCommon {
    /// Whether the texts have the same words in the same order, or are the same signs without
    /// words.
    pub same_text: bool,
    /// Bands with the same key.
    pub bands: usize,
    /// Features that both have, rare or not.
    pub features: usize,
}

impl Fingerprint {
    /// The rules that it was made by.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Words of the text.
    pub fn words(&self) -> u32 {
        self.words
    }

    /// A hash of the words in their order, whatever their case, spacing and punctuation; of a text
    /// without words a hash of its bytes; `None` of a blank one.
    pub fn text(&self) -> Option<u64> {
        self.text
    }

    /// The key of each band. None for a text without words, and where the scheme has no bands.
    pub fn bands(&self) -> &[u64] {
        &self.bands
    }

    /// One key of all bands; `None` where there are none. Articles that share it share every band.
    pub fn signature(&self) -> Option<u64> {
        (!self.bands.is_empty()).then(|| whole_of(self.bands.iter().copied()))
    }

    /// Hashes of the features (pairs of stems), ascending, each once. None for texts of fewer than
    /// two content words, and where the scheme has no features.
    pub fn features(&self) -> &[u64] {
        &self.features
    }

    /// All that it can be found by, in the order text, bands, features.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        let bands = (0..).zip(&self.bands).map(|(band, key)| Key::Band { band, key: *key });
        let features = self.features.iter().map(|feature| Key::Feature(*feature));
        self.text.map(Key::Text).into_iter().chain(bands).chain(features)
    }

    /// What the two share; an error if they were made by different rules. Blank texts share
    /// nothing, not even with each other.
    pub fn in_common(&self, other: &Self) -> Result<InCommon, Error> {
        self.scheme.check(other.scheme)?;
        let bands = self.bands.iter().zip(&other.bands).filter(|(own, other)| own == other);
        let has = |feature: &&u64| other.features.binary_search(feature).is_ok();
        Ok(InCommon {
            same_text: self.text.is_some() && self.text == other.text,
            bands: bands.count(),
            features: self.features.iter().filter(has).count(),
        })
    }
}

/// Makes the fingerprints of many texts. Keeps buffers, and what it learned of words: one for each
/// thread. What it makes does not depend on what came before.
///
/// ```
/// use retold::{Config, Engine};
///
/// let engine = Engine::new(Config::default())?;
/// let mut fingerprinter = engine.fingerprinter()?;
/// let fingerprints = ["One text.", "Another text."].map(|text| fingerprinter.fingerprint(text));
/// assert_eq!(fingerprints[0], engine.fingerprint("One text.")?);
/// # Ok::<(), retold::Error>(())
/// ```
pub struct Fingerprinter {
    scheme: Scheme,
    channel: Channel,
    analyzer: Analyzer,
    extractor: Extractor,
    features: Vec<u64>,
}

impl Engine {
    /// Everything that finds this text again. For many texts, [`Engine::fingerprinter`] is much
    /// faster. The error is that of a setting out of range; no text is one.
    pub fn fingerprint(&self, text: &str) -> Result<Fingerprint, Error> {
        Ok(self.fingerprinter()?.fingerprint(text))
    }

    /// Makes fingerprints of many texts.
    pub fn fingerprinter(&self) -> Result<Fingerprinter, Error> {
        Ok(Fingerprinter {
            scheme: self.scheme()?,
            channel: self.config.channel,
            analyzer: self.analyzer(),
            extractor: Extractor::new(&self.config)?,
            features: Vec::new(),
        })
    }
}

impl Fingerprinter {
    /// The rules of all that it makes.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Everything that finds this text again.
    pub fn fingerprint(&mut self, text: &str) -> Fingerprint {
        let Self { scheme, extractor, features, .. } = self;
        extractor.read(&mut self.analyzer, text);
        features.clear();
        if self.channel != Channel::Banding {
            extract::features(extractor.outline(), |feature| features.push(feature));
            features.sort_unstable();
            features.dedup();
        }
        let words = u32::try_from(extractor.words()).unwrap_or(u32::MAX);
        let hash = extractor.text_hash().or_else(|| wordless(text));
        let lanes = scheme.banding().zip(extractor.sign());
        let bands = lanes.map(|(banding, lanes)| keys_of(banding, lanes).collect());
        Fingerprint {
            scheme: *scheme,
            words,
            text: hash,
            bands: bands.unwrap_or_default(),
            features: features.as_slice().into(),
        }
    }
}
