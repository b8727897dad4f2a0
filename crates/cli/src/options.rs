//! Options that a config file may set too: each struct is both a group of `--help` and a section
//! of `retold.toml`. Nothing is filled in here; [`settings`](super::settings) knows the defaults.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::names::{MatchesValue, NamesValue};
use crate::values::{ChannelValue, ColorValue, KeepValue, KernelValue, LanguageValue, SizeValue};
use crate::written_as::{DelimiterValue, EncodingValue, QuoteValue};

/// The environment variable that may stand for `--kernel`.
pub const KERNEL: &str = "RETOLD_KERNEL";

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How to read.
    #[command(flatten)]
    pub reading: ReadingOptions,
    /// What is related.
    #[command(flatten)]
    pub detection: DetectionOptions,
    /// How to run; no influence on what is found.
    #[command(flatten)]
    pub running: RunningOptions,
    /// How candidate pairs are found.
    #[command(flatten)]
    pub advanced: AdvancedOptions,
    /// What `retold dedup` keeps; other subcommands do not have these options.
    #[arg(skip)]
    pub dedup: DedupOptions,
}

/// `[reading]`
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Reading")]
pub struct ReadingOptions {
    /// Field or column that holds a record's id [default: id]
    #[arg(long, value_name = "NAME")]
    pub id_field: Option<String>,

    /// Field or column that holds a record's text, or several to join, such as title,text
    /// [default: text]
    ///
    /// Several are joined in this order, with blank lines between them; those that a record lacks
    /// are left out. In JSON and Parquet, meta.title is the field title inside meta, unless a field
    /// is named meta.title.
    #[arg(long, value_name = "NAMES")]
    pub text_field: Option<NamesValue>,

    /// Fields or columns to carry into every output, such as title,url,published
    #[arg(long, value_name = "NAMES")]
    pub keep_fields: Option<NamesValue>,

    /// Delimiter of .csv and .tsv files: a character such as ; or the word tab; auto goes by the
    /// file name [default: auto]
    #[arg(long, value_name = "CHAR")]
    pub delimiter: Option<DelimiterValue>,

    /// Quotation mark of .csv and .tsv files, or none [default: "]
    #[arg(long, value_name = "CHAR")]
    pub quote: Option<QuoteValue>,

    /// Character encoding of the texts, such as windows-1251; auto detects it for each text
    /// [default: auto]
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<EncodingValue>,

    /// In folders, skip hidden files and those that .gitignore and .ignore exclude
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_name = "BOOL", hide_possible_values = true)]
    pub respect_ignore: Option<bool>,

    /// Stop and write nothing if any input or record cannot be read, instead of skipping it
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_name = "BOOL", hide_possible_values = true)]
    pub strict: Option<bool>,
}

/// `[detection]`
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Detection")]
pub struct DetectionOptions {
    /// Minimum score of a related pair, 0 to 1; 0 lists every candidate pair, including unrelated
    /// ones [default: 0.5]
    #[arg(long, value_name = "SCORE")]
    pub threshold: Option<f64>,

    /// Minimum score of a rewrite [default: that of --threshold]
    #[arg(long, value_name = "SCORE")]
    pub rewrite_score: Option<f64>,

    /// Minimum score of a partial pair [default: that of --threshold]
    #[arg(long, value_name = "SCORE")]
    pub partial_score: Option<f64>,

    /// Language of all texts, such as en or de; und for any other; auto detects it for each text
    /// [default: auto]
    #[arg(long, value_name = "CODE", value_parser = LanguageValue::parser())]
    pub language: Option<LanguageValue>,

    /// Minimum similarity of near-duplicates (Jaccard index of word n-grams), 0 to 1 [default: 0.5]
    #[arg(long, value_name = "SHARE")]
    pub near_duplicate: Option<f64>,

    /// Minimum share of an excerpt that the longer article contains, 0 to 1 [default: 0.65]
    #[arg(long, value_name = "SHARE")]
    pub excerpt: Option<f64>,

    /// Minimum share of an article that is retold in a rewrite, 0 to 1; less is partial
    /// [default: 0.5]
    #[arg(long, value_name = "SHARE")]
    pub rewrite: Option<f64>,

    /// Minimum length of a passage, in words, 1 or more [default: 10]
    #[arg(long, value_name = "WORDS")]
    pub min_passage: Option<u32>,

    /// Report texts with the same wording but different facts as template, not as unrelated
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_name = "BOOL", hide_possible_values = true)]
    pub templates: Option<bool>,

    /// Count quotations that both articles have like any other text
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_name = "BOOL", hide_possible_values = true, overrides_with = "ignore_quotes")]
    pub keep_quotes: Option<bool>,

    /// Ignore quotations that both articles have: they do not make two articles related [default]
    #[arg(long, overrides_with = "keep_quotes")]
    #[serde(skip)]
    pub ignore_quotes: bool,

    /// File with text that never counts, such as a sign-up notice; may be repeated
    #[arg(long, value_name = "FILE")]
    pub boilerplate: Option<Vec<PathBuf>>,

    /// File with synonyms: one group per line, separated by tabs
    #[arg(long, value_name = "FILE")]
    pub synonyms: Option<PathBuf>,
}

/// `[running]`
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Running")]
pub struct RunningOptions {
    /// Number of threads, or 0 for one per processor; the output is the same for any number
    /// [default: 0]
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<usize>,

    /// Approximate memory limit, such as 512M or 1.5G; the rest goes to temporary files, and the
    /// output is the same [default: 3G]
    ///
    /// If the limit is too low for the number of articles, the error says how much they need.
    /// Without this option, a corpus that needs more than the default gets it.
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<SizeValue>,

    /// Folder for temporary files [default: the system's]
    #[arg(long, value_name = "DIR")]
    pub temp: Option<PathBuf>,

    /// Processor instructions to use: scalar, avx2, avx512 or auto; the output is always the same
    /// [default: auto]
    #[arg(long, value_name = "NAME", env = KERNEL, hide_env_values = true)]
    #[arg(hide_possible_values = true, hide_short_help = true)]
    #[arg(help_heading = "Advanced (docs/tuning.md explains these)")]
    pub kernel: Option<KernelValue>,

    /// When to use colour; NO_COLOR is respected [default: auto]
    #[arg(long, value_name = "WHEN")]
    pub color: Option<ColorValue>,

    /// Print nothing but errors on standard error
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_name = "BOOL", hide_possible_values = true)]
    pub quiet: Option<bool>,

    /// List every file and record that was skipped or repaired
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_name = "BOOL", hide_possible_values = true)]
    pub verbose: Option<bool>,
}

/// `[advanced]`
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Advanced (docs/tuning.md explains these)")]
pub struct AdvancedOptions {
    /// How candidate pairs are found: banding (near-duplicates, fastest), rare (words in common
    /// that few articles have; rewrites too) or both [default: both]
    #[arg(long, hide_short_help = true, value_name = "NAME", hide_possible_values = true)]
    pub channel: Option<ChannelValue>,

    /// Ignore pairs of words that more than N articles have [default: suits the number of articles]
    #[arg(long, hide_short_help = true, value_name = "N")]
    pub max_df: Option<u32>,

    /// Rare pairs of words that two articles must have in common to be compared [default: 3]
    #[arg(long, hide_short_help = true, value_name = "N")]
    pub min_shared: Option<u32>,

    /// Words in a shingle, the runs of words that texts are compared by, 1 to 32 [default: 3]
    #[arg(long, hide_short_help = true, value_name = "WORDS")]
    pub ngram: Option<usize>,

    /// Numbers in the signature of an article, 16 to 4096; more are more exact and slower
    /// [default: 128]
    #[arg(long, hide_short_help = true, value_name = "N")]
    pub lanes: Option<usize>,

    /// Seed of the random functions of signatures, to see what depends on chance [default: 1]
    #[arg(long, hide_short_help = true, value_name = "N")]
    pub seed: Option<u64>,
}

impl AdvancedOptions {
    /// Those of them that have no influence on a deduplication without rewrites.
    pub fn of_rewrites(&self) -> Self {
        Self { ngram: None, lanes: None, seed: None, ..self.clone() }
    }
}

/// `[dedup]`
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Deduplication")]
pub struct DedupOptions {
    /// Minimum similarity of near-duplicates (Jaccard index of word n-grams), 0 to 1 [default: 0.7]
    #[arg(long, value_name = "SHARE", conflicts_with = "rewrites")]
    pub jaccard: Option<f64>,

    /// Which article of a group to keep [default: longest]
    ///
    /// longest: the one with the most text. first: the first one read. earliest:FIELD: the one with
    /// the earliest date in this field or column (docs/formats.md lists the forms of dates;
    /// articles without a date come last and are counted). priority:FILE: the first in a list of
    /// your own, each line of which is an id or a file path, or the beginning of one. Of equals,
    /// the first is kept.
    #[arg(long, value_name = "POLICY")]
    pub keep: Option<KeepValue>,

    /// Also record in dropped.jsonl which passages or sentences the two articles share: passages,
    /// sentences or both; reads these articles once more
    #[arg(long, value_name = "NAMES")]
    pub matches: Option<MatchesValue>,
}
