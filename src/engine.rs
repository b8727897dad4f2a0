//! The engine: runs the stages one after another, on all cores.
//!
//! text → shingle → sketch → lsh → align → cluster. What comes out is the same for any number of
//! threads: every parallel step collects in the order of its input.

pub mod batch;
mod bloom;
mod candidates;
mod channels;
mod common;
mod config;
mod copies;
pub mod dedup;
mod extract;
#[cfg(test)]
mod failing;
mod fingerprint;
mod found;
mod frames;
mod identical;
mod index;
mod pool;
mod rewrites;
mod scan;
mod sources;
mod steps;
mod texts;
mod together;
mod watch;

use std::sync::OnceLock;

use crate::align::boilerplate::Boilerplate;
use crate::align::synonyms::Synonyms;
use crate::align::{Comparison, Profile, ProfileOptions, compare, compare_until};
use crate::lsh::Banding;
use crate::lsh::banding::Target;
use crate::text::{Analyzer, Traits};
use crate::{Cancel, Cancelled, Error};

pub use crate::lsh::Sides;
pub use candidates::{Candidates, Channels};
pub use config::{Channel, Config};
pub use fingerprint::{Fingerprint, Fingerprinter, InCommon, Key, Scheme};
pub use found::Pair;
pub use index::{Candidate, Index};
pub use scan::{Scan, Stats, edges};
pub use texts::Texts;
pub use watch::{Stage, Watch};

/// Finds related articles, and compares pairs.
///
/// ```
/// use retold::{Config, Engine};
/// use retold::align::Relation;
///
/// let engine = Engine::new(Config::default())?;
/// let verdict = engine.compare(
///     "Forty ferries waited outside the harbour bar while divers searched the sunken barge.",
///     "FORTY FERRIES waited outside the harbour bar, while divers searched the sunken barge!",
/// );
/// assert_eq!(verdict.relation, Relation::Identical);
/// # Ok::<(), retold::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    config: Config,
    /// Text that never counts: the boilerplate of the config, and what a scan found to be common.
    boilerplate: Boilerplate,
    /// Text that counts as a quotation: what a scan found many articles to have from a third.
    sources: Boilerplate,
    synonyms: Synonyms,
    /// How signatures are divided into bands. Choosing that takes milliseconds, so it is done once.
    banding: OnceLock<Banding>,
}

impl Engine {
    /// An engine with these settings; an error names the first that is out of range.
    pub fn new(config: Config) -> Result<Self, Error> {
        config.check()?;
        let synonyms = Synonyms::new(&config.synonyms, config.language);
        let boilerplate = Boilerplate::default();
        let sources = Boilerplate::default();
        let mut engine = Self { config, boilerplate, sources, synonyms, banding: OnceLock::new() };
        let mut analyzer = engine.analyzer();
        for text in &engine.config.boilerplate {
            engine.boilerplate.add(&analyzer.article(text).words);
        }
        Ok(engine)
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Compares two texts. A text without words is unrelated to all but the same text.
    pub fn compare(&self, a: &str, b: &str) -> Comparison {
        let mut analyzer = self.analyzer();
        self.compare_profiles(&self.profile(&mut analyzer, a), &self.profile(&mut analyzer, b))
    }

    /// [`Engine::compare`], until it is cancelled: between two sentences at most.
    pub fn compare_until(
        &self,
        a: &str,
        b: &str,
        cancel: &Cancel,
    ) -> Result<Comparison, Cancelled> {
        let mut analyzer = self.analyzer();
        let a = self.profile(&mut analyzer, a);
        cancel.check()?;
        let b = self.profile(&mut analyzer, b);
        compare_until(&a, &b, &self.config.compare, cancel)
    }

    /// An analyzer for this engine's language. One for each thread.
    pub fn analyzer(&self) -> Analyzer {
        Analyzer::with_kernel(self.config.language, self.config.kernel)
            .expect("the settings were checked")
    }

    /// Prepares a text for comparisons.
    pub fn profile(&self, analyzer: &mut Analyzer, text: &str) -> Profile {
        let mut article = analyzer.article(text);
        self.boilerplate.mark(&mut article, Traits::BOILERPLATE);
        self.sources.mark(&mut article, Traits::QUOTED);
        self.synonyms.replace(&mut article);
        Profile::new(article, self.profile_options())
    }

    /// Compares two prepared texts.
    pub fn compare_profiles(&self, a: &Profile, b: &Profile) -> Comparison {
        compare(a, b, &self.config.compare)
    }

    /// The bands that suit the threshold of the settings.
    fn banding(&self) -> Result<Banding, Error> {
        if let Some(banding) = self.banding.get() {
            return Ok(*banding);
        }
        let target = Target::new(self.config.banding_threshold, self.config.lanes);
        let banding = Banding::for_threshold(target)?;
        Ok(*self.banding.get_or_init(|| banding))
    }

    /// This engine with further `boilerplate`.
    fn without(&self, boilerplate: Boilerplate) -> Self {
        let mut engine = self.clone();
        engine.boilerplate.join(boilerplate);
        engine
    }

    /// This engine, for which all text of `sources` is quoted.
    fn quoting(&self, sources: Boilerplate) -> Self {
        let mut engine = self.clone();
        engine.sources.join(sources);
        engine
    }

    fn profile_options(&self) -> ProfileOptions {
        ProfileOptions {
            shingle_words: self.config.shingle_words,
            keep_quotations: self.config.keep_quotations,
            kernel: self.config.kernel,
        }
    }
}
