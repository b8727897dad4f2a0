//! Options that a config file may set too: each struct is both a group of `--help` and a section
//! of `retold.toml`. Nothing is filled in here; [`settings`](super::settings) knows the defaults.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::values::{ChannelValue, ColorValue, KeepValue, KernelValue, LanguageValue, SizeValue};
use crate::written_as::{DelimiterValue, EncodingValue, QuoteValue};

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
    /// What signatures are made of.
    #[command(flatten)]
    pub signing: SigningOptions,
    /// How to run; no influence on what is found.
    #[command(flatten)]
    pub running: RunningOptions,
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

    /// Field or column that holds a record's text [default: text]
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,

    /// What parts the cells of .csv and .tsv files: a character, tab, or auto for what the name says
    /// [default: auto]
    #[arg(long, value_name = "CHAR")]
    pub delimiter: Option<DelimiterValue>,

    /// What stands around cells of .csv and .tsv files that hold delimiters or line ends: a character, or
    /// none [default: "]
    #[arg(long, value_name = "CHAR")]
    pub quote: Option<QuoteValue>,

    /// What texts without a byte order mark are in, such as windows-1251; auto for UTF-8, what pages
    /// declare, or what the bytes look like [default: auto]
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<EncodingValue>,

    /// In folders, leave out hidden files and what .gitignore and .ignore files say
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_name = "BOOL", hide_possible_values = true)]
    pub respect_ignore: Option<bool>,
}

/// `[detection]`
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Detection")]
pub struct DetectionOptions {
    /// Least score of a related pair, 0 to 1; 0 gives every candidate pair, unrelated ones too
    /// [default: 0.5]
    #[arg(long, value_name = "SCORE")]
    pub threshold: Option<f64>,

    /// Least score of a rewrite [default: that of --threshold]
    #[arg(long, value_name = "SCORE")]
    pub rewrite_score: Option<f64>,

    /// Least score of a partial pair [default: that of --threshold]
    #[arg(long, value_name = "SCORE")]
    pub partial_score: Option<f64>,

    /// Language of all texts, or auto to detect that of each [default: auto]
    #[arg(long, value_name = "CODE", value_parser = LanguageValue::parser())]
    pub language: Option<LanguageValue>,

    /// Least Jaccard index of word n-grams of a near-duplicate [default: 0.5]
    #[arg(long, value_name = "SHARE")]
    pub near_duplicate: Option<f64>,

    /// Least share of an excerpt that the whole contains [default: 0.65]
    #[arg(long, value_name = "SHARE")]
    pub excerpt: Option<f64>,

    /// Least share of the shorter article that a rewrite reuses; less is partial [default: 0.5]
    #[arg(long, value_name = "SHARE")]
    pub rewrite: Option<f64>,

    /// Least words of a passage [default: 10]
    #[arg(long, value_name = "WORDS")]
    pub min_passage: Option<usize>,

    /// Report texts of one frame with other facts as `template`; otherwise they are unrelated
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_name = "BOOL", hide_possible_values = true)]
    pub templates: Option<bool>,

    /// Count quotations like all else
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_name = "BOOL", hide_possible_values = true, overrides_with = "ignore_quotes")]
    pub keep_quotes: Option<bool>,

    /// Discount quotations: sharing them makes no relation [default]
    #[arg(long, overrides_with = "keep_quotes")]
    #[serde(skip)]
    pub ignore_quotes: bool,

    /// Text whose runs of six words and more never count, such as a sign-up notice; may be repeated
    #[arg(long, value_name = "FILE")]
    pub boilerplate: Option<Vec<PathBuf>>,

    /// Table of words that mean the same: one group a line, with tabs between the words
    #[arg(long, value_name = "FILE")]
    pub synonyms: Option<PathBuf>,

    /// How candidate pairs are found: by MinHash banding (near-duplicates), rare features (also
    /// rewrites), or both [default: both]
    #[arg(long, value_name = "NAME")]
    pub channel: Option<ChannelValue>,

    /// Articles that may share a rare feature; features in more are passed over [default: suits
    /// the corpus]
    #[arg(long, value_name = "N")]
    pub max_df: Option<u32>,

    /// Rare features that a candidate pair shares at least [default: 3]
    #[arg(long, value_name = "N")]
    pub min_shared: Option<u32>,
}

/// `[signing]`
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Shingles and signatures")]
pub struct SigningOptions {
    /// Words in a shingle, 1 to 32 [default: 3]
    #[arg(long, value_name = "WORDS")]
    pub ngram: Option<usize>,

    /// Numbers in a MinHash signature, 16 to 4096 [default: 128]
    #[arg(long, value_name = "N")]
    pub lanes: Option<usize>,

    /// Seed of the MinHash functions [default: 1]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// `[running]`
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Running")]
pub struct RunningOptions {
    /// Threads; the output is the same for any number [default: one per processor]
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<usize>,

    /// Memory to stay within, about, such as 512M or 8G; what does not fit goes to temporary files or
    /// is read once more, and the output is the same [default: 3G]
    ///
    /// Too little for so many articles is an error that says how much they take. A corpus that the
    /// default is too little for is read all the same, with more.
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<SizeValue>,

    /// Folder for temporary files [default: the system's]
    #[arg(long, value_name = "DIR")]
    pub temp: Option<PathBuf>,

    /// Which version of the hot loops runs; the output is the same for all [default: auto]
    #[arg(long, value_name = "NAME", env = "RETOLD_KERNEL", hide_env_values = true)]
    pub kernel: Option<KernelValue>,

    /// When to use colour; NO_COLOR is heeded [default: auto]
    #[arg(long, value_name = "WHEN")]
    pub color: Option<ColorValue>,

    /// Say nothing on the standard error but errors
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_name = "BOOL", hide_possible_values = true)]
    pub quiet: Option<bool>,

    /// List every file and record that was skipped or repaired
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_name = "BOOL", hide_possible_values = true)]
    pub verbose: Option<bool>,
}

/// `[dedup]`
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[command(next_help_heading = "Deduplication")]
pub struct DedupOptions {
    /// Least Jaccard index of the word n-grams of near-duplicates, counted exactly [default: 0.7]
    #[arg(long, value_name = "SHARE", conflicts_with = "rewrites")]
    pub jaccard: Option<f64>,

    /// Which one of several to keep [default: longest]
    ///
    /// longest; first (in the order read); earliest:FIELD (the field or column holds a date as people
    /// or programs write it, see docs/formats.md; what is no date comes last and is counted);
    /// priority:FILE (each line of the file is an id or file path, or the beginning of one, best
    /// first). Of equals, the first is kept.
    #[arg(long, value_name = "POLICY")]
    pub keep: Option<KeepValue>,
}
