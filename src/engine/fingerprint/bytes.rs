//! Fingerprints as bytes.

use super::{Fingerprint, Scheme};
use crate::Error;

/// Version of the layout.
const VERSION: u8 = 1;

impl Fingerprint {
    /// As bytes, 29 and 8 for each hash. All numbers are little-endian:
    ///
    /// | bytes | what |
    /// |---|---|
    /// | 1 | version of this layout, 1 |
    /// | 8 | [`Scheme::id`] |
    /// | 4 | words |
    /// | 4 + 8 × n | text hash: how many (0 or 1), and itself |
    /// | 4 + 8 × n | band keys: how many, and they |
    /// | 4 + 8 × n | features: how many, and they, ascending |
    ///
    /// There is no checksum: a store has its own for all its data.
    ///
    /// ```
    /// use retold::engine::Fingerprint;
    /// use retold::{Config, Engine};
    ///
    /// let engine = Engine::new(Config::default())?;
    /// let fingerprint = engine.fingerprint("Forty ferries waited outside the harbour bar.")?;
    /// let bytes = fingerprint.to_bytes();
    /// assert_eq!(Fingerprint::from_bytes(&bytes, engine.scheme()?)?, fingerprint);
    /// assert!(Fingerprint::from_bytes(&bytes[..20], engine.scheme()?).is_err());
    /// # Ok::<(), retold::Error>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let hashes = 1 + self.bands.len() + self.features.len();
        let mut bytes = Vec::with_capacity(29 + 8 * hashes);
        bytes.push(VERSION);
        bytes.extend(self.scheme.id().to_le_bytes());
        bytes.extend(self.words.to_le_bytes());
        for hashes in [self.text.as_slice(), &self.bands, &self.features] {
            bytes.extend((hashes.len() as u32).to_le_bytes());
            hashes.iter().for_each(|hash| bytes.extend(hash.to_le_bytes()));
        }
        bytes
    }

    /// From what [`Fingerprint::to_bytes`] gave. An error if the bytes are no fingerprint, or one
    /// of another scheme than is expected.
    pub fn from_bytes(bytes: &[u8], scheme: Scheme) -> Result<Self, Error> {
        let mut bytes = Bytes(bytes);
        if u8::from_le_bytes(bytes.take()?) != VERSION {
            return Err(malformed("it has a layout that this version does not know"));
        }
        let id = u64::from_le_bytes(bytes.take()?);
        if id != scheme.id() {
            let found = format!("number {id:#018x}");
            return Err(Error::SchemeMismatch { expected: scheme.to_string(), found });
        }
        let words = u32::from_le_bytes(bytes.take()?);
        let [text, bands, features] = [bytes.hashes()?, bytes.hashes()?, bytes.hashes()?];
        if text.len() > 1 {
            return Err(malformed("it has several text hashes"));
        }
        let all_bands = scheme.banding().map_or(0, |banding| banding.bands());
        if ![0, all_bands].contains(&bands.len()) {
            return Err(malformed("it has too few band keys or too many"));
        }
        if !features.is_sorted_by(|a, b| a < b) {
            return Err(malformed("its features are not in order"));
        }
        if !features.is_empty() && !scheme.has_features() {
            return Err(malformed("it has features, and its scheme has none"));
        }
        if !bytes.0.is_empty() {
            return Err(malformed("there are bytes behind its end"));
        }
        Ok(Self { scheme, words, text: text.first().copied(), bands, features })
    }
}

fn malformed(problem: &'static str) -> Error {
    Error::MalformedFingerprint { problem }
}

/// Bytes that are not read yet.
struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(malformed("it is cut short"))?;
        self.0 = rest;
        Ok(*taken)
    }

    fn hashes(&mut self) -> Result<Box<[u64]>, Error> {
        let count = u32::from_le_bytes(self.take()?) as usize;
        // What is not there takes no memory, whatever the number says.
        if count > self.0.len() / 8 {
            return Err(malformed("it is cut short"));
        }
        (0..count).map(|_| Ok(u64::from_le_bytes(self.take()?))).collect()
    }
}
