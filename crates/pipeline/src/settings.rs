//! Settings of a run, and what fits into its memory.

use std::num::NonZero;
use std::path::PathBuf;

use anyhow::Context;
use retold::engine::dedup::DedupConfig;
use retold::{Config, Engine};
use retold_corpus::{Field, Names, ReadOptions, ReadReport};

use crate::Error;
use crate::about::AboutFields;
use crate::stored::StorageBudget;

/// Memory that a run needs, in bytes: for the program and its read buffers, per thread, and per
/// article.
struct Takes {
    program: u64,
    thread: u64,
    article: u64,
}

/// Per article, wherever its signature is stored: among others the hash of its id, with spare
/// capacity, and the first article with its words.
const DEDUP: Takes = Takes { program: 38 << 20, thread: 5 << 20, article: 40 };
/// Per article, in the corpus and in banding.
const SCAN: Takes = Takes { program: 24 << 20, thread: 12 << 20, article: 350 };

/// What allocators keep for a thread, however little it holds.
const GIVEN_BACK: u64 = 4 << 20;

/// Where memory is bounded, an article may have this share of it, or so many bytes: several are
/// read at a time.
const ARTICLE_SHARE: usize = 16;
const LEAST_ARTICLE: usize = 1 << 20;
/// The same where articles are compared: comparing two takes some 25 times the size of their texts.
const COMPARED_SHARE: usize = 64;

/// What articles with so many bytes of text take in a scan: the index of rare features grows with
/// these.
fn of_articles(articles: u64, bytes: u64) -> u64 {
    SCAN.article * articles + bytes / 6
}

/// What a scan takes, with a sixteenth of it for postings: half of what the engine is promised at
/// least, so that runs of them do not become short.
fn with_postings(least: u64) -> u64 {
    least + least / 15
}

/// Memory to stay within, about, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Memory {
    /// The default: a corpus that needs more gets more.
    Usual(usize),
    /// A limit that the user has set; it must not be exceeded.
    Bounded(usize),
}

impl Memory {
    /// How much it is.
    pub fn bytes(self) -> usize {
        match self {
            Self::Usual(bytes) | Self::Bounded(bytes) => bytes,
        }
    }

    /// Bytes that an article may have: as many as are given, and that share of what is bounded.
    fn article(self, most: usize, share: usize) -> usize {
        match self {
            Self::Usual(_) => most,
            Self::Bounded(bytes) => most.min((bytes / share).max(LEAST_ARTICLE)),
        }
    }

    /// How much must not be exceeded.
    fn bound(self) -> u64 {
        match self {
            Self::Usual(_) => u64::MAX,
            Self::Bounded(bytes) => bytes as u64,
        }
    }
}

impl Default for Memory {
    /// What a laptop has left.
    fn default() -> Self {
        Self::Usual(3 << 30)
    }
}

/// What a run may use of the machine; no influence on what is found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resources {
    /// Memory to stay within.
    pub memory: Memory,
    /// Threads; 0: one per processor.
    pub threads: usize,
    /// The folder for temporary files.
    pub temp: PathBuf,
}

impl Default for Resources {
    /// The usual memory, all processors, and the system's folder.
    fn default() -> Self {
        Self { memory: Memory::default(), threads: 0, temp: std::env::temp_dir() }
    }
}

impl Resources {
    /// Sets [`memory`](Self#structfield.memory).
    #[must_use]
    pub fn memory(self, memory: Memory) -> Self {
        Self { memory, ..self }
    }

    /// Sets [`threads`](Self#structfield.threads).
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Sets [`temp`](Self#structfield.temp).
    #[must_use]
    pub fn temp(self, temp: PathBuf) -> Self {
        Self { temp, ..self }
    }
}

/// All settings of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// How to read.
    pub reading: ReadOptions,
    /// How to find and judge.
    pub engine: Config,
    /// What near-duplicates are.
    pub dedup: DedupConfig,
    /// What it may use.
    pub resources: Resources,
    /// How much of the texts may be held in memory, and where the rest is spilled.
    pub storage: StorageBudget,
    /// What reports call the settings of reading. Default: the names of their fields.
    pub names: Names,
    /// What becomes of a run that cannot read all that it is asked to.
    pub unread: Unread,
    /// What a deduplication records of a dropped article and the one kept instead.
    pub dropped_matches: DroppedMatches,
    /// What is read for people who read reports of scans and comparisons. Default: nothing.
    pub about: AboutFields,
}

/// What records of dropped articles show, for which their texts are read and compared once more.
/// Default: nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DroppedMatches {
    /// The passages that the two share.
    pub passages: bool,
    /// Their aligned sentences.
    pub sentences: bool,
}

impl DroppedMatches {
    /// Whether it is anything.
    pub fn any(self) -> bool {
        self.passages || self.sentences
    }
}

/// What is done about inputs and records that cannot be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unread {
    /// They are skipped, counted and listed.
    #[default]
    Skipped,
    /// They end the run before anything is written.
    Refused,
}

impl Settings {
    /// Divides the memory. `jaccard` is that of near-duplicates.
    pub fn new(reading: ReadOptions, engine: Config, jaccard: f64, resources: Resources) -> Self {
        let memory = resources.memory.bytes();
        let dedup = DedupConfig::default()
            .jaccard(jaccard)
            .shingle_words(engine.shingle_words)
            .lanes(engine.lanes)
            .seed(engine.seed)
            .kernel(engine.kernel)
            .held_bytes(memory / 4);
        // The rest is for what every article takes, and for the pairs. Texts are read back one by
        // one, and more than once; postings once, in large pieces.
        let engine = engine.held_bytes(memory / 2);
        let storage = StorageBudget { bytes: memory / 8, temp: resources.temp.clone() };
        // Some ten of them are in memory at a time, raw and parsed.
        let batch_bytes = (memory / 512).clamp(64 << 10, ReadOptions::default().batch_bytes);
        let most = resources.memory.article(reading.max_article_bytes, ARTICLE_SHARE);
        let reading =
            reading.max_article_bytes(most).batch_bytes(batch_bytes).threads(resources.threads);
        let (names, unread) = (Field::name as Names, Unread::default());
        let (dropped_matches, about) = (DroppedMatches::default(), AboutFields::default());
        Self { reading, engine, dedup, resources, storage, names, unread, dropped_matches, about }
    }

    /// Sets [`names`](Self#structfield.names).
    #[must_use]
    pub fn names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// An error if these readings met something that could not be read, and that is to end the run.
    pub fn check_read(&self, reports: &[&ReadReport]) -> Result<(), Error> {
        let failures: u64 = reports.iter().map(|report| report.failures).sum();
        match self.unread {
            Unread::Refused if failures > 0 => {
                Err(Error::NotAllRead(reports.iter().copied().cloned().collect()))
            }
            _ => Ok(()),
        }
    }

    /// How to read what is to be compared.
    pub fn reading_to_compare(&self) -> ReadOptions {
        let most = self.reading.max_article_bytes;
        let max_article_bytes = self.resources.memory.article(most, COMPARED_SHARE);
        let keep_fields = self.reading.keep_fields.iter().cloned().chain(self.about.names());
        let reading = self.reading.clone().keep_fields(keep_fields.collect());
        reading.max_article_bytes(max_article_bytes)
    }

    /// An error if so many articles are too many to deduplicate within the memory that was asked
    /// for.
    pub fn check_dedup(&self, articles: u64) -> Result<(), Error> {
        self.check_memory(articles, self.least(&DEDUP, articles))
    }

    /// Bytes that cannot be put elsewhere.
    fn least(&self, takes: &Takes, articles: u64) -> u64 {
        takes.program + takes.thread * self.count_threads() + takes.article * articles
    }

    fn count_threads(&self) -> u64 {
        match self.resources.threads {
            0 => std::thread::available_parallelism().map_or(1, NonZero::get) as u64,
            threads => threads as u64,
        }
    }

    /// An error if these articles do not fit into the memory limit. The default is no limit.
    fn check_memory(&self, articles: u64, least: u64) -> Result<(), Error> {
        match self.resources.memory.bound() {
            memory if memory < least => Err(Error::TooLittleMemory { memory, articles, least }),
            _ => Ok(()),
        }
    }

    /// Asked with the bytes of one article after the other, says whether they are still to be held:
    /// no longer once all take more memory than was asked for. How much that is,
    /// [`Settings::engine_for`] says when they are counted.
    pub fn holds(&self) -> impl FnMut(u64) -> bool {
        let memory = self.resources.memory.bound();
        let alone = self.least(&SCAN, 0);
        let (mut articles, mut bytes) = (0, 0);
        move |more| {
            articles += 1;
            bytes += more;
            with_postings(alone + of_articles(articles, bytes)) <= memory
        }
    }

    /// The engine for a scan of so many articles with so many bytes of text: it holds what fits
    /// into memory beside them. An error if nothing would.
    pub fn engine_for(&self, articles: u64, bytes: u64) -> anyhow::Result<Engine> {
        let least = self.least(&SCAN, 0) + of_articles(articles, bytes);
        self.check_memory(articles, with_postings(least))?;
        let memory = self.resources.memory.bytes() as u64;
        let rest = memory.saturating_sub(least);
        // What threads give back to one another stays taken for a while: not all may be promised.
        let promised = (rest / 4 * 3).saturating_sub(GIVEN_BACK * self.count_threads());
        let held_bytes = promised.max(memory / 8) as usize;
        let pair_bytes = match self.resources.memory {
            Memory::Usual(_) => usize::MAX,
            // The rest is for the articles that are being compared.
            Memory::Bounded(_) => (rest / 2).max(memory / 16) as usize,
        };
        // The index comes in place of the postings that it is made of.
        let index_bytes = match self.resources.memory {
            Memory::Usual(_) => usize::MAX,
            Memory::Bounded(_) => held_bytes + of_articles(0, bytes) as usize,
        };
        let config = self.engine.clone().held_bytes(held_bytes);
        Ok(Engine::new(config.index_bytes(index_bytes).pair_bytes(pair_bytes))?)
    }

    /// Threads to work on.
    pub fn pool(&self) -> anyhow::Result<rayon::ThreadPool> {
        let threads = self.resources.threads;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.with_context(|| format!("cannot start {threads} threads"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(memory: Memory, threads: usize) -> Settings {
        let resources = Resources { memory, threads, ..Resources::default() };
        Settings::new(ReadOptions::default(), Config::default(), 0.7, resources)
    }

    #[test]
    fn too_little_memory_is_an_error_for_who_asked_for_it() {
        let many = |settings: &Settings| {
            settings.engine_for(100_000_000, 1 << 40).map(|engine| engine.config().held_bytes)
        };
        assert!(many(&settings(Memory::default(), 0)).is_ok_and(|held| held > 0));
        let settings = settings(Memory::Bounded(1 << 30), 2);
        let error = many(&settings).expect_err("too many").to_string();
        assert!(
            error.starts_with("1.1 GB of memory are too little: 100,000,000 articles take"),
            "{error}"
        );
        let few = settings.engine_for(1000, 1 << 20).expect("memory enough");
        let held = few.config().held_bytes;
        assert!((512 << 20..1 << 30).contains(&held), "{held}");
        // The largest corpus that is accepted leaves enough memory for what is held besides it.
        let takes = |articles: &u64| settings.engine_for(*articles, articles << 11);
        let most = (0..).step_by(1 << 12).take_while(|articles| takes(articles).is_ok()).last();
        let most = most.expect("none are taken");
        let held = takes(&most).expect("it was taken").config().held_bytes as u64;
        let beside = settings.least(&SCAN, 0) + of_articles(most, most << 11);
        assert!(held >= 1 << 27 && beside + held / 2 <= 1 << 30, "{beside} {held}");
    }

    #[test]
    fn what_is_too_much_is_not_held() {
        for memory in [Memory::default(), Memory::Bounded(48 << 20)] {
            let settings = settings(memory, 1);
            let mut holds = settings.holds();
            let held = (0..9_999).take_while(|_| holds(10_000)).count() as u64;
            assert!(held > 1000 && settings.engine_for(held, held * 10_000).is_ok());
            let more = settings.engine_for(held + 1, (held + 1) * 10_000);
            let is_usual = memory == Memory::default();
            assert_eq!((more.is_ok(), held == 9_999), (is_usual, is_usual));
        }
    }

    #[test]
    fn an_article_has_a_share_of_bounded_memory() {
        let most = |memory| {
            let settings = settings(memory, 1);
            [&settings.reading, &settings.reading_to_compare()].map(|of| of.max_article_bytes)
        };
        let all = ReadOptions::default().max_article_bytes;
        assert_eq!(most(Memory::default()), [all; 2]);
        assert_eq!(most(Memory::Bounded(640 << 20)), [40 << 20, 10 << 20]);
        assert_eq!(most(Memory::Bounded(1 << 40)), [all; 2]);
        assert_eq!(most(Memory::Bounded(1)), [1 << 20; 2]);
    }

    #[test]
    fn articles_and_threads_take_memory() {
        let takes = |threads, articles| {
            let settings = settings(Memory::Bounded(1 << 30), threads);
            [settings.check_dedup(articles).is_ok(), settings.engine_for(articles, 0).is_ok()]
        };
        // 40 bytes each in one run, 350 in the other.
        assert_eq!([takes(2, 20 << 20), takes(2, 26 << 20)], [[true, false], [false, false]]);
        assert_eq!([takes(2, 2 << 20), takes(2, 3 << 20)], [[true, true], [true, false]]);
        assert_eq!([takes(64, 2 << 20), takes(256, 2 << 20)], [[true, false], [false, false]]);
    }
}
