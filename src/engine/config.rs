//! The settings of an engine.

use crate::align::{CompareOptions, Relation};
use crate::error::Field;
use crate::setters::setters;
use crate::sketch::MinHashConfig;
use crate::text::Language;
use crate::{Error, Kernel};

/// How candidate pairs are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Channel {
    /// Both channels: copies and rewrites.
    Both,
    /// Only MinHash banding: near-duplicates, at the speed of reading.
    Banding,
    /// Only rare features.
    Rare,
}

/// Settings of an [`Engine`](super::Engine). The defaults suit news in any language.
///
/// ```
/// use retold::Config;
/// use retold::align::CompareOptions;
///
/// let config = Config::default().threshold(0.7).keep_quotations(true);
/// assert_eq!(config.compare, CompareOptions::default().threshold(0.7));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// The language of all texts; `None` detects each text's own.
    pub language: Option<Language>,
    /// The thresholds that decide about the relation of a pair.
    pub compare: CompareOptions,
    /// Words in a shingle, from 1 to 32. Default 3.
    pub shingle_words: usize,
    /// Whether quotations count like other text. Default: no.
    pub keep_quotations: bool,
    /// Texts whose runs of six words and more never count as reuse: notices, bylines, terms of use.
    /// Default: none.
    pub boilerplate: Vec<String>,
    /// Groups of words that count as synonyms when pairs are judged. Default: none.
    pub synonyms: Vec<Vec<String>>,
    /// Numbers in a MinHash signature, from 16 to 4096. Default 128.
    pub lanes: usize,
    /// Seed of the MinHash functions. Default 1.
    pub seed: u64,
    /// Jaccard index from which banding should find pairs, above 0 and below 1. Default 0.5.
    pub banding_threshold: f64,
    /// Document frequency above which a feature is too common to make candidates; `None` suits it
    /// to the corpus.
    pub max_df: Option<u32>,
    /// Rare features that a pair must share, at least 1. Default 3.
    pub min_shared: u32,
    /// How candidates are found.
    pub channel: Channel,
    /// Whether a scan also gives the candidate pairs that turned out to be unrelated. Default: no.
    pub keep_unrelated: bool,
    /// Bytes of postings that a scan holds at most, about: half of it before some are
    /// [spilled](crate::engine::Texts::spill); without a place for these, all texts are
    /// read once more for each further piece of that size. Prepared articles take half of
    /// that. Results do not depend on it. Default 1 GiB.
    pub held_bytes: usize,
    /// Bytes that the index of the rare features that articles share may have; more are an error.
    /// It has four for each time that one of these stands in an article. Default: any number.
    pub index_bytes: usize,
    /// Bytes of pairs found that a scan holds at most; more are an error. Default: any number.
    pub pair_bytes: usize,
    /// Whether the pairs of a scan keep their [features](crate::align::Comparison::features), which
    /// take most of a pair's memory. Default: yes.
    pub keep_features: bool,
    /// The instruction set to use. Default: the best that the processor has.
    pub kernel: Kernel,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            language: None,
            compare: CompareOptions::default(),
            shingle_words: 3,
            keep_quotations: false,
            boilerplate: Vec::new(),
            synonyms: Vec::new(),
            lanes: 128,
            seed: 1,
            banding_threshold: 0.5,
            max_df: None,
            min_shared: 3,
            channel: Channel::Both,
            keep_unrelated: false,
            held_bytes: 1 << 30,
            index_bytes: usize::MAX,
            pair_bytes: usize::MAX,
            keep_features: true,
            kernel: Kernel::detect(),
        }
    }
}

impl Config {
    setters! {
        language: Option<Language>,
        compare: CompareOptions,
        shingle_words: usize,
        keep_quotations: bool,
        boilerplate: Vec<String>,
        synonyms: Vec<Vec<String>>,
        lanes: usize,
        seed: u64,
        banding_threshold: f64,
        max_df: Option<u32>,
        min_shared: u32,
        channel: Channel,
        keep_unrelated: bool,
        held_bytes: usize,
        index_bytes: usize,
        pair_bytes: usize,
        keep_features: bool,
        kernel: Kernel,
    }

    /// Sets the [`threshold`](CompareOptions::threshold) of [`compare`](Self#structfield.compare).
    #[must_use]
    pub fn threshold(mut self, threshold: f32) -> Self {
        self.compare.threshold = threshold;
        self
    }

    /// An error for the first setting that is out of range.
    pub(super) fn check(&self) -> Result<(), Error> {
        let share = |field, value: f32| in_range(field, f64::from(value), 0.0..=1.0, "from 0 to 1");
        share(Field::Threshold, self.compare.threshold)?;
        share(Field::RewriteScore, self.compare.least_score(Relation::Rewrite))?;
        share(Field::PartialScore, self.compare.least_score(Relation::Partial))?;
        share(Field::NearDuplicate, self.compare.near_duplicate)?;
        share(Field::Excerpt, self.compare.excerpt)?;
        share(Field::Rewrite, self.compare.rewrite)?;
        in_range(Field::ShingleWords, self.shingle_words as f64, 1.0..=32.0, "from 1 to 32")?;
        self.kernel.check()?;
        in_range(Field::Lanes, self.lanes as f64, 16.0..=4096.0, "from 16 to 4096")?;
        in_range(
            Field::BandingThreshold,
            self.banding_threshold,
            0.01..=0.99,
            "from 0.01 to 0.99",
        )?;
        in_range(Field::MinShared, f64::from(self.min_shared), 1.0..=1e9, "from 1 to 1000000000")
    }

    /// The settings of signatures.
    pub fn minhash(&self) -> MinHashConfig {
        MinHashConfig {
            lanes: self.lanes,
            words: self.shingle_words,
            seed: self.seed,
            kernel: self.kernel,
        }
    }
}

fn in_range(
    field: Field,
    value: f64,
    range: std::ops::RangeInclusive<f64>,
    expected: &'static str,
) -> Result<(), Error> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Error::OutOfRange { field, found: value.to_string(), expected })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Engine;

    #[test]
    fn settings_out_of_range_are_named() {
        let mut config = Config::default();
        assert!(Engine::new(config.clone()).is_ok());
        config.compare.threshold = f32::NAN;
        let error = Engine::new(config).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("threshold is NaN; it must be from 0 to 1"));
    }
}
