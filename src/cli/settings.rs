//! What the user's options mean.

use std::num::NonZero;
use std::path::PathBuf;

use anyhow::Context;
use retold::corpus::ReadOptions;
use retold::engine::Channel;
use retold::engine::dedup::DedupConfig;
use retold::report::quantity;
use retold::{Config, Engine};

use super::options::{
    DedupOptions, DetectionOptions, Options, ReadingOptions, RunningOptions, SigningOptions,
};
use super::stored::Room;
use super::tables;
use super::values::{ChannelValue, ColorValue, KeepValue, KernelValue, LanguageValue, SizeValue};
use super::written_as::{DelimiterValue, EncodingValue, QuoteValue};

/// Memory to stay within if nobody says: what a laptop has left.
const MEMORY: usize = 3 << 30;

/// What a command takes: the program and what is being read, something for every thread to work with,
/// and what it knows of each article.
struct Takes {
    program: u64,
    thread: u64,
    article: u64,
}

/// An article takes that much wherever its signature is: the hash of its id among others, with room to
/// grow, and the first article with its words.
const DEDUP: Takes = Takes { program: 38 << 20, thread: 5 << 20, article: 40 };
/// An article takes that much in the corpus and in banding.
const SCAN: Takes = Takes { program: 24 << 20, thread: 12 << 20, article: 350 };

/// What allocators keep for a thread, however little it holds.
const GIVEN_BACK: u64 = 4 << 20;

/// What articles with so many bytes of text take in a scan: the index of rare features grows with these.
fn of_articles(articles: u64, bytes: u64) -> u64 {
    SCAN.article * articles + bytes / 6
}

/// What a scan takes, with a sixteenth of it for postings: half of what the engine is promised at least, so
/// that runs of them do not become short.
fn with_postings(least: u64) -> u64 {
    least + least / 15
}

/// Options with their defaults filled in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How to read.
    pub reading: ReadOptions,
    /// How to find and judge.
    pub engine: Config,
    /// The files that `engine` has the contents of.
    pub tables: Tables,
    /// The kernel as it was asked for; `engine` has the one that it came to.
    pub kernel: KernelValue,
    /// Threads; 0: one per processor.
    pub threads: usize,
    /// Memory to stay within, about.
    pub memory: usize,
    /// Whether that was asked for, so that more would be a broken promise.
    is_bounded: bool,
    /// Where texts may be.
    pub room: Room,
    /// When to use colour.
    pub color: ColorValue,
    /// Nothing on the standard error but errors.
    pub quiet: bool,
    /// Everything that was skipped or repaired.
    pub verbose: bool,
    /// What near-duplicates are.
    pub dedup: DedupConfig,
    /// Which one of several to keep.
    pub keep: KeepValue,
}

/// Files that detection options name.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    boilerplate: Option<Vec<PathBuf>>,
    synonyms: Option<PathBuf>,
}

impl Settings {
    /// An error if this machine cannot run the kernel, or a table cannot be read.
    pub fn new(options: &Options) -> anyhow::Result<Self> {
        let Options { reading, detection, signing, running, dedup } = options;
        let mut engine = engine(detection, signing)?;
        let tables = Tables {
            boilerplate: detection.boilerplate.clone(),
            synonyms: detection.synonyms.clone(),
        };
        let kernel = running.kernel.unwrap_or(KernelValue::Auto);
        engine.kernel = kernel.kernel()?;
        let threads = running.threads.unwrap_or(0);
        let memory = running.memory.map_or(MEMORY, |size| size.0);
        let is_bounded = running.memory.is_some();
        // The rest is for what every article takes, and for the pairs. Texts are read back one by one, and
        // more than once; postings once, in large pieces.
        engine.held_bytes = memory / 2;
        let temp = running.temp.clone().unwrap_or_else(std::env::temp_dir);
        let room = Room { bytes: memory / 8, temp };
        let keep = dedup.keep.clone().unwrap_or_default();
        let dedup = DedupConfig {
            jaccard: dedup.jaccard.unwrap_or(DedupConfig::default().jaccard),
            shingle_words: engine.shingle_words,
            lanes: engine.lanes,
            seed: engine.seed,
            kernel: engine.kernel,
            held_bytes: memory / 4,
        };
        let default = ReadOptions::default();
        let reading = ReadOptions {
            id_field: reading.id_field.clone().unwrap_or(default.id_field),
            text_field: reading.text_field.clone().unwrap_or(default.text_field),
            respect_ignore: reading.respect_ignore.unwrap_or(default.respect_ignore),
            delimiter: reading.delimiter.unwrap_or_default().0,
            quote: reading.quote.map_or(default.quote, |quote| quote.0),
            encoding: reading.encoding.unwrap_or_default().0,
            // Some ten of them are under way at a time, as they stand and parsed.
            batch_bytes: (memory / 512).clamp(64 << 10, default.batch_bytes),
            threads,
            ..default
        };
        Ok(Self {
            reading,
            engine,
            tables,
            kernel,
            threads,
            memory,
            is_bounded,
            room,
            color: running.color.unwrap_or_default(),
            quiet: running.quiet.unwrap_or(false),
            verbose: running.verbose.unwrap_or(false),
            dedup,
            keep,
        })
    }

    /// The files that options name and that have an influence on what is found or kept.
    pub fn files(&self) -> Vec<PathBuf> {
        let Tables { boilerplate, synonyms } = &self.tables;
        let priorities = match &self.keep {
            KeepValue::Priority(path) => Some(path),
            _ => None,
        };
        let tables = boilerplate.iter().flatten().chain(synonyms);
        tables.chain(priorities).cloned().collect()
    }

    /// An error if so many articles are too many to deduplicate within the memory that was asked for.
    pub fn check_dedup(&self, articles: u64) -> anyhow::Result<()> {
        self.check_memory(articles, self.least(&DEDUP, articles))
    }

    /// Bytes that cannot be put elsewhere.
    fn least(&self, takes: &Takes, articles: u64) -> u64 {
        takes.program + takes.thread * self.count_threads() + takes.article * articles
    }

    fn count_threads(&self) -> u64 {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, NonZero::get) as u64,
            threads => threads as u64,
        }
    }

    /// An error if these articles leave no room within the memory that was asked for. Nobody who did not
    /// ask is stopped by the default.
    fn check_memory(&self, articles: u64, least: u64) -> anyhow::Result<()> {
        anyhow::ensure!(
            !self.is_bounded || self.memory as u64 >= least,
            "--memory {} is too little: {} take {}M at least; give more",
            SizeValue(self.memory),
            quantity::counted(articles, "article"),
            least.div_ceil(1 << 20)
        );
        Ok(())
    }

    /// Asked with the bytes of one article after the other, says whether they are still to be held: no
    /// longer once all take more memory than was asked for. How much that is, [`Settings::engine_for`]
    /// says when they are counted.
    pub fn holds(&self) -> impl FnMut(u64) -> bool {
        let memory = if self.is_bounded { self.memory as u64 } else { u64::MAX };
        let alone = self.least(&SCAN, 0);
        let (mut articles, mut bytes) = (0, 0);
        move |more| {
            articles += 1;
            bytes += more;
            with_postings(alone + of_articles(articles, bytes)) <= memory
        }
    }

    /// The engine for a scan of so many articles with so many bytes of text: it holds what fits into
    /// memory beside them. An error if nothing would.
    pub fn engine_for(&self, articles: u64, bytes: u64) -> anyhow::Result<Engine> {
        let least = self.least(&SCAN, 0) + of_articles(articles, bytes);
        self.check_memory(articles, with_postings(least))?;
        let rest = (self.memory as u64).saturating_sub(least);
        // What threads give back to one another stays taken for a while: not all may be promised.
        let promised = (rest / 4 * 3).saturating_sub(GIVEN_BACK * self.count_threads());
        let held_bytes = promised.max(self.memory as u64 / 8) as usize;
        Ok(Engine::new(Config { held_bytes, ..self.engine.clone() })?)
    }

    /// Threads to work on.
    pub fn pool(&self) -> anyhow::Result<rayon::ThreadPool> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build();
        pool.with_context(|| format!("cannot start {} threads", self.threads))
    }

    /// The options that would give these settings, all of them.
    pub fn in_force(&self) -> Options {
        let Config { compare, .. } = &self.engine;
        let share = |value: f32| {
            // By way of its digits: 0.65 as a number of 32 bits is not 0.65 as one of 64.
            value.to_string().parse().unwrap_or(f64::from(value))
        };
        Options {
            reading: ReadingOptions {
                id_field: Some(self.reading.id_field.clone()),
                text_field: Some(self.reading.text_field.clone()),
                respect_ignore: Some(self.reading.respect_ignore),
                delimiter: Some(DelimiterValue(self.reading.delimiter)),
                quote: Some(QuoteValue(self.reading.quote)),
                encoding: Some(EncodingValue(self.reading.encoding)),
            },
            detection: DetectionOptions {
                threshold: Some(match self.engine.keep_unrelated {
                    true => 0.0,
                    false => share(compare.threshold),
                }),
                rewrite_score: compare.rewrite_score.map(share),
                partial_score: compare.partial_score.map(share),
                language: Some(LanguageValue(self.engine.language)),
                near_duplicate: Some(share(compare.near_duplicate)),
                excerpt: Some(share(compare.excerpt)),
                rewrite: Some(share(compare.rewrite)),
                min_passage: Some(compare.passage_words),
                keep_quotes: Some(self.engine.keep_quotations),
                ignore_quotes: false,
                boilerplate: self.tables.boilerplate.clone(),
                synonyms: self.tables.synonyms.clone(),
                channel: Some(match self.engine.channel {
                    Channel::Both => ChannelValue::Both,
                    Channel::Banding => ChannelValue::Banding,
                    Channel::Rare => ChannelValue::Rare,
                }),
                max_df: self.engine.max_df,
                min_shared: Some(self.engine.min_shared),
            },
            signing: SigningOptions {
                ngram: Some(self.engine.shingle_words),
                lanes: Some(self.engine.lanes),
                seed: Some(self.engine.seed),
            },
            running: RunningOptions {
                threads: Some(self.threads),
                memory: Some(SizeValue(self.memory)),
                temp: Some(self.room.temp.clone()),
                kernel: Some(self.kernel),
                color: Some(self.color),
                quiet: Some(self.quiet),
                verbose: Some(self.verbose),
            },
            dedup: DedupOptions {
                jaccard: Some(self.dedup.jaccard),
                keep: Some(self.keep.clone()),
            },
        }
    }
}

fn engine(detection: &DetectionOptions, signing: &SigningOptions) -> anyhow::Result<Config> {
    let default = Config::default();
    let mut compare = default.compare;
    let share = |value: Option<f64>, default: f32| value.map_or(default, |value| value as f32);
    // "Print everything" is not "everything is related": relations keep the usual threshold then.
    let keep_unrelated = detection.threshold == Some(0.0);
    if !keep_unrelated {
        compare.threshold = share(detection.threshold, compare.threshold);
    }
    let score = |value: Option<f64>| value.map(|value| value as f32);
    compare.rewrite_score = score(detection.rewrite_score);
    compare.partial_score = score(detection.partial_score);
    compare.near_duplicate = share(detection.near_duplicate, compare.near_duplicate);
    compare.excerpt = share(detection.excerpt, compare.excerpt);
    compare.rewrite = share(detection.rewrite, compare.rewrite);
    compare.passage_words = detection.min_passage.unwrap_or(compare.passage_words);
    Ok(Config {
        boilerplate: tables::boilerplate(detection.boilerplate.as_deref().unwrap_or_default())?,
        synonyms: tables::synonyms(detection.synonyms.as_deref())?,
        language: detection.language.map_or(default.language, |language| language.0),
        compare,
        shingle_words: signing.ngram.unwrap_or(default.shingle_words),
        keep_quotations: detection.keep_quotes.unwrap_or(false) && !detection.ignore_quotes,
        lanes: signing.lanes.unwrap_or(default.lanes),
        seed: signing.seed.unwrap_or(default.seed),
        max_df: detection.max_df.or(default.max_df),
        min_shared: detection.min_shared.unwrap_or(default.min_shared),
        channel: detection.channel.map_or(default.channel, Channel::from),
        keep_unrelated,
        ..default
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_options_are_the_defaults() {
        let settings = Settings::new(&Options::default()).expect("defaults are in range");
        let held_bytes = settings.memory / 2;
        assert_eq!(settings.engine, Config { held_bytes, ..Config::default() });
        assert_eq!(settings.reading, ReadOptions::default());
    }

    #[test]
    fn what_is_in_force_gives_the_same_settings() {
        let mut options = Options::default();
        options.detection.threshold = Some(0.3);
        options.detection.partial_score = Some(0.7);
        options.detection.keep_quotes = Some(true);
        options.reading.text_field = Some("body".to_owned());
        options.signing.ngram = Some(5);
        let settings = Settings::new(&options).expect("in range");
        let again = Settings::new(&settings.in_force()).expect("in range");
        assert_eq!(settings.engine, again.engine);
        assert_eq!(settings.reading, again.reading);
        assert_eq!(again.in_force(), settings.in_force());
    }

    #[test]
    fn too_little_memory_is_an_error_for_who_asked_for_it() {
        let mut options = Options::default();
        let many = |options: &Options| {
            let settings = Settings::new(options).expect("in range");
            settings.engine_for(100_000_000, 1 << 40).map(|engine| engine.config().held_bytes)
        };
        assert!(many(&options).is_ok_and(|held| held > 0));
        options.running.threads = Some(2);
        options.running.memory = Some(SizeValue(1 << 30));
        let error = many(&options).expect_err("too many").to_string();
        assert!(
            error.starts_with("--memory 1G is too little: 100,000,000 articles take"),
            "{error}"
        );
        let settings = Settings::new(&options).expect("in range");
        let few = settings.engine_for(1000, 1 << 20).expect("room enough");
        let held = few.config().held_bytes;
        assert!((512 << 20..1 << 30).contains(&held), "{held}");
        // The largest corpus that is taken leaves room for what is held beside it.
        let takes = |articles: &u64| settings.engine_for(*articles, articles << 11);
        let most = (0..).step_by(1 << 12).take_while(|articles| takes(articles).is_ok()).last();
        let most = most.expect("none are taken");
        let held = takes(&most).expect("it was taken").config().held_bytes as u64;
        let beside = settings.least(&SCAN, 0) + of_articles(most, most << 11);
        assert!(held >= 1 << 27 && beside + held / 2 <= 1 << 30, "{beside} {held}");
    }

    #[test]
    fn what_is_too_much_is_not_held() {
        let mut options = Options::default();
        options.running.threads = Some(1);
        for memory in [None, Some(SizeValue(48 << 20))] {
            options.running.memory = memory;
            let settings = Settings::new(&options).expect("in range");
            let mut holds = settings.holds();
            let held = (0..9_999).take_while(|_| holds(10_000)).count() as u64;
            assert!(held > 1000 && settings.engine_for(held, held * 10_000).is_ok());
            let more = settings.engine_for(held + 1, (held + 1) * 10_000);
            assert_eq!((more.is_ok(), held == 9_999), (memory.is_none(), memory.is_none()));
        }
    }

    #[test]
    fn articles_and_threads_take_memory() {
        let takes = |threads, articles| {
            let mut options = Options::default();
            options.running.threads = Some(threads);
            options.running.memory = Some(SizeValue(1 << 30));
            let settings = Settings::new(&options).expect("in range");
            [settings.check_dedup(articles).is_ok(), settings.engine_for(articles, 0).is_ok()]
        };
        // 40 bytes each in one command, 350 in the other.
        assert_eq!([takes(2, 20 << 20), takes(2, 26 << 20)], [[true, false], [false, false]]);
        assert_eq!([takes(2, 2 << 20), takes(2, 3 << 20)], [[true, true], [true, false]]);
        assert_eq!([takes(64, 2 << 20), takes(256, 2 << 20)], [[true, false], [false, false]]);
    }

    #[test]
    fn a_threshold_of_zero_prints_all_but_relates_no_more() {
        let mut options = Options::default();
        options.detection.threshold = Some(0.0);
        let settings = Settings::new(&options).expect("in range");
        assert!(settings.engine.keep_unrelated);
        assert_eq!(settings.engine.compare, Config::default().compare);
        assert_eq!(settings.in_force().detection.threshold, Some(0.0));
    }
}
