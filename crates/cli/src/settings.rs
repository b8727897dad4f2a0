//! What the user's options mean.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use retold::Config;
use retold::engine::Channel;
use retold::engine::dedup::DedupConfig;
use retold_corpus::ReadOptions;
use retold_pipeline::{Memory, Resources, Unread, tables};
use serde::Serialize;

use crate::names::{MatchesValue, NamesValue};
use crate::naming;
use crate::options::{
    AdvancedOptions, DedupOptions, DetectionOptions, Options, ReadingOptions, RunningOptions,
};
use crate::values::{ChannelValue, ColorValue, KeepValue, KernelValue, LanguageValue, SizeValue};
use crate::written_as::{DelimiterValue, EncodingValue, QuoteValue};

/// Options with their defaults filled in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The settings of the run.
    pub run: retold_pipeline::Settings,
    /// The files that its engine has the contents of.
    pub tables: Tables,
    /// The kernel as it was asked for; its engine has the one that it came to.
    pub kernel: KernelValue,
    /// When to use colour.
    pub color: ColorValue,
    /// Nothing on the standard error but errors.
    pub quiet: bool,
    /// Everything that was skipped or repaired.
    pub verbose: bool,
    /// Which article of a group to keep.
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
        let Options { reading, detection, running, advanced, dedup } = options;
        let mut engine = engine(detection, advanced)?;
        let tables = Tables {
            boilerplate: detection.boilerplate.clone(),
            synonyms: detection.synonyms.clone(),
        };
        let kernel = running.kernel.unwrap_or(KernelValue::Auto);
        engine.kernel = kernel.kernel()?;
        let usual = Resources::default();
        let threads = running.threads.unwrap_or(usual.threads);
        ensure!(
            threads <= MOST_THREADS,
            "--threads is {threads}; it must be at most {MOST_THREADS}"
        );
        running.temp.as_deref().map_or(Ok(()), check_temp)?;
        let resources = Resources::default()
            .memory(running.memory.map_or(usual.memory, |size| Memory::Bounded(size.0)))
            .threads(threads)
            .temp(running.temp.clone().unwrap_or(usual.temp));
        let keep = dedup.keep.clone().unwrap_or_default();
        let jaccard = dedup.jaccard.unwrap_or(DedupConfig::default().jaccard);
        let default = ReadOptions::default();
        let unread = if reading.strict == Some(true) { Unread::Refused } else { Unread::Skipped };
        let reading = ReadOptions::default()
            .id_field(reading.id_field.clone().unwrap_or(default.id_field))
            .text_fields(reading.text_field.clone().map_or(default.text_fields, |names| names.0))
            .keep_fields(reading.keep_fields.clone().map_or(default.keep_fields, |names| names.0))
            .respect_ignore(reading.respect_ignore.unwrap_or(default.respect_ignore))
            .delimiter(reading.delimiter.unwrap_or_default().0)
            .quote(reading.quote.map_or(default.quote, |quote| quote.0))
            .encoding(reading.encoding.unwrap_or_default().0);
        let mut run = retold_pipeline::Settings::new(reading, engine, jaccard, resources)
            .names(naming::of_reading);
        run.unread = unread;
        run.dropped_matches = dedup.matches.unwrap_or_default().0;
        Ok(Self {
            run,
            tables,
            kernel,
            color: running.color.unwrap_or_default(),
            quiet: running.quiet.unwrap_or(false),
            verbose: running.verbose.unwrap_or(false),
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

    /// Options that have an influence on what is found, by name, in the order of `--help`.
    pub fn by_name(&self) -> Vec<(String, String)> {
        let Options { reading, detection, running: _, advanced, dedup: _ } = self.in_force();
        [named(&reading), named(&detection), named(&advanced)].concat()
    }

    /// Options that have an influence on what is kept, in the order of `retold dedup --help`.
    pub fn by_name_for_dedup(&self) -> Vec<(String, String)> {
        let Options { reading, detection, running: _, advanced, dedup } = self.in_force();
        [named(&reading), named(&dedup), named(&detection), named(&advanced)].concat()
    }

    /// The options that would give these settings, all of them.
    pub fn in_force(&self) -> Options {
        let retold_pipeline::Settings {
            reading,
            engine,
            dedup,
            resources,
            unread,
            dropped_matches,
            ..
        } = &self.run;
        let Config { compare, .. } = engine;
        let share = |value: f32| {
            // By way of its digits: 0.65 as a number of 32 bits is not 0.65 as one of 64.
            value.to_string().parse().unwrap_or(f64::from(value))
        };
        Options {
            reading: ReadingOptions {
                id_field: Some(reading.id_field.clone()),
                text_field: Some(NamesValue(reading.text_fields.clone())),
                keep_fields: some_names(&reading.keep_fields),
                respect_ignore: Some(reading.respect_ignore),
                delimiter: Some(DelimiterValue(reading.delimiter)),
                quote: Some(QuoteValue(reading.quote)),
                encoding: Some(EncodingValue(reading.encoding)),
                strict: Some(*unread == Unread::Refused),
            },
            detection: DetectionOptions {
                threshold: Some(match engine.keep_unrelated {
                    true => 0.0,
                    false => share(compare.threshold),
                }),
                rewrite_score: compare.rewrite_score.map(share),
                partial_score: compare.partial_score.map(share),
                language: Some(LanguageValue(engine.language)),
                near_duplicate: Some(share(compare.near_duplicate)),
                excerpt: Some(share(compare.excerpt)),
                rewrite: Some(share(compare.rewrite)),
                min_passage: Some(compare.passage_words as u32),
                templates: Some(compare.templates),
                keep_quotes: Some(engine.keep_quotations),
                ignore_quotes: false,
                boilerplate: self.tables.boilerplate.clone(),
                synonyms: self.tables.synonyms.clone(),
            },
            advanced: AdvancedOptions {
                channel: ChannelValue::of(engine.channel),
                max_df: engine.max_df,
                min_shared: Some(engine.min_shared),
                ngram: Some(engine.shingle_words),
                lanes: Some(engine.lanes),
                seed: Some(engine.seed),
            },
            running: RunningOptions {
                threads: Some(resources.threads),
                memory: bound(resources.memory),
                temp: Some(resources.temp.clone()),
                kernel: Some(self.kernel),
                color: Some(self.color),
                quiet: Some(self.quiet),
                verbose: Some(self.verbose),
            },
            dedup: DedupOptions {
                jaccard: Some(dedup.jaccard),
                keep: Some(self.keep.clone()),
                matches: dropped_matches.any().then_some(MatchesValue(*dropped_matches)),
            },
        }
    }
}

/// Options that are nothing where they are not given; the others suit themselves to the corpus.
const NONE_IF_UNSET: [&str; 4] = ["keep-fields", "matches", "boilerplate", "synonyms"];

/// The options of a group by name; those that suit themselves to the corpus are `auto`.
fn named(group: &impl Serialize) -> Vec<(String, String)> {
    let group = serde_json::to_value(group).unwrap_or_default();
    let spelled = |name: &str, value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null if NONE_IF_UNSET.contains(&name) => "none".to_owned(),
        serde_json::Value::Null => "auto".to_owned(),
        other => other.to_string(),
    };
    let options = group.as_object().into_iter().flatten();
    options.map(|(name, value)| (name.clone(), spelled(name, value))).collect()
}

/// Threads that may be asked for: more only cost memory, and systems refuse to start some
/// thousands.
const MOST_THREADS: usize = 1024;

/// An error if there is no such folder for temporary files, before anybody waits for the first.
fn check_temp(folder: &Path) -> anyhow::Result<()> {
    ensure!(
        folder.is_dir(),
        "--temp {} is not a folder; create it, or name another one",
        folder.display()
    );
    Ok(())
}

/// An error for an option of which nothing would be found.
fn check_not_zero(detection: &DetectionOptions, advanced: &AdvancedOptions) -> anyhow::Result<()> {
    let (max_df, min_passage) = (&advanced.max_df, &detection.min_passage);
    for (name, is_zero) in
        [("max-df", *max_df == Some(0)), ("min-passage", *min_passage == Some(0))]
    {
        ensure!(!is_zero, "--{name} is 0; it must be at least 1");
    }
    Ok(())
}

fn engine(detection: &DetectionOptions, advanced: &AdvancedOptions) -> anyhow::Result<Config> {
    check_not_zero(detection, advanced)?;
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
    compare.passage_words =
        detection.min_passage.map_or(compare.passage_words, |words| words as usize);
    compare.templates = detection.templates.unwrap_or(compare.templates);
    let boilerplate = detection.boilerplate.as_deref().unwrap_or_default();
    Ok(Config::default()
        .boilerplate(tables::boilerplate(boilerplate)?)
        .synonyms(tables::synonyms(detection.synonyms.as_deref())?)
        .language(detection.language.map_or(default.language, |language| language.0))
        .compare(compare)
        .shingle_words(advanced.ngram.unwrap_or(default.shingle_words))
        .keep_quotations(detection.keep_quotes.unwrap_or(false) && !detection.ignore_quotes)
        .lanes(advanced.lanes.unwrap_or(default.lanes))
        .seed(advanced.seed.unwrap_or(default.seed))
        .max_df(advanced.max_df.or(default.max_df))
        .min_shared(advanced.min_shared.unwrap_or(default.min_shared))
        .channel(advanced.channel.map_or(default.channel, Channel::from))
        .keep_unrelated(keep_unrelated))
}

/// Names, if there are any.
fn some_names(names: &[String]) -> Option<NamesValue> {
    (!names.is_empty()).then(|| NamesValue(names.to_vec()))
}

/// What was asked for. To state the usual memory would make a bound of it.
fn bound(memory: Memory) -> Option<SizeValue> {
    match memory {
        Memory::Bounded(bytes) => Some(SizeValue(bytes)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_options_are_the_defaults() {
        let settings = Settings::new(&Options::default()).expect("defaults are in range");
        let held_bytes = settings.run.resources.memory.bytes() / 2;
        assert_eq!(settings.run.engine, Config::default().held_bytes(held_bytes));
        assert_eq!(settings.run.reading, ReadOptions::default());
    }

    #[test]
    fn what_is_in_force_gives_the_same_settings() {
        let mut options = Options::default();
        options.detection.threshold = Some(0.3);
        options.detection.partial_score = Some(0.7);
        options.detection.keep_quotes = Some(true);
        options.reading.text_field = Some(NamesValue(vec!["title".to_owned(), "body".to_owned()]));
        options.reading.keep_fields = Some(NamesValue(vec!["url".to_owned()]));
        options.advanced.ngram = Some(5);
        let settings = Settings::new(&options).expect("in range");
        let again = Settings::new(&settings.in_force()).expect("in range");
        assert_eq!(settings.run.engine, again.run.engine);
        assert_eq!(settings.run.reading, again.run.reading);
        assert_eq!(again.in_force(), settings.in_force());
    }

    #[test]
    fn zero_is_an_error_where_it_would_find_nothing() {
        for (option, name) in [("max_df", "--max-df is 0"), ("min_passage", "--min-passage is 0")] {
            let mut options = Options::default();
            match option {
                "max_df" => options.advanced.max_df = Some(0),
                _ => options.detection.min_passage = Some(0),
            }
            let error = Settings::new(&options).expect_err(name).to_string();
            assert_eq!(error, format!("{name}; it must be at least 1"));
        }
    }

    #[test]
    fn more_threads_than_a_system_starts_are_an_error() {
        let mut options = Options::default();
        options.running.threads = Some(20_000);
        let error = Settings::new(&options).expect_err("too many").to_string();
        assert_eq!(error, "--threads is 20000; it must be at most 1024");
    }

    #[test]
    fn all_options_of_weight_are_recorded() {
        let settings = Settings::new(&Options::default()).expect("defaults are in range");
        let options = settings.by_name();
        let value = |name: &str| {
            options.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
        };
        assert_eq!(value("threshold"), Some("0.5"));
        assert_eq!(value("max-df"), Some("auto"));
        assert_eq!(value("text-field"), Some("text"));
        assert_eq!((value("threads"), value("jaccard")), (None, None));
        let of_dedup = settings.by_name_for_dedup();
        assert!(of_dedup.contains(&("jaccard".to_owned(), "0.7".to_owned())));
    }

    #[test]
    fn a_threshold_of_zero_prints_all_but_relates_no_more() {
        let mut options = Options::default();
        options.detection.threshold = Some(0.0);
        let settings = Settings::new(&options).expect("in range");
        assert!(settings.run.engine.keep_unrelated);
        assert_eq!(settings.run.engine.compare, Config::default().compare);
        assert_eq!(settings.in_force().detection.threshold, Some(0.0));
    }
}
