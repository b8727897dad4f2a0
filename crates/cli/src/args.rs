//! What the user typed. [`settings`](super::settings) says what it means.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::styling::{AnsiColor, Effects, Styles};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueHint};
use retold_report::record::Explain;

use crate::archive::args::ArchiveCommand;
use crate::archive::watch::WatchArgs;
use crate::input_args::{InputArgs, named};
use crate::options::{DedupOptions, Options};
use crate::values::{FormatValue, MeasuresValue, RelationValue};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .usage(AnsiColor::Green.on_default().effects(Effects::BOLD))
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

/// Finds copies, excerpts and rewrites in any collection of articles, and shows sentence by
/// sentence what they have in common.
#[derive(Debug, Parser)]
#[command(name = "retold", version, styles = STYLES, max_term_width = 100, infer_long_args = false)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
#[command(after_help = "Exit status: 0 found, 1 nothing found, 2 error or some input not read.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Take options from FILE, in TOML [default: retold.toml in this folder, if there is one]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help_heading = "Global options")]
    pub config: Option<PathBuf>,

    /// Take no options from a file
    #[arg(long, global = true, conflicts_with = "config", help_heading = "Global options")]
    pub no_config: bool,
}

/// The parser, with the name by which the command was called in what it says of its use.
pub fn command() -> clap::Command {
    let called = std::env::args_os().next().map(PathBuf::from);
    let name = called.as_deref().and_then(Path::file_name).unwrap_or(OsStr::new("retold"));
    let usage = COMPARE_USAGE.replace("retold", &name.to_string_lossy());
    let is_narrow =
        terminal_size::terminal_size().is_some_and(|(width, _)| width.0 < BESIDE_OPTIONS);
    Cli::command()
        .next_line_help(is_narrow)
        .mut_subcommand("compare", |compare| compare.override_usage(usage))
}

/// On narrower terminals, what an option does stands below it, not beside it.
const BESIDE_OPTIONS: u16 = 72;

const COMPARE_USAGE: &str = "\
retold compare [OPTIONS] A B
       retold compare [OPTIONS] --pairs PAIRS.jsonl [--corpus DOCS]...";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find all related pairs of articles
    Scan(Box<ScanArgs>),
    /// Compare two articles sentence by sentence, or many pairs in bulk
    Compare(Box<CompareArgs>),
    /// Write a copy without duplicates, and a list of what was dropped
    Dedup(Box<DedupArgs>),
    /// Measure how good the results are, by labelled pairs or clusters of your own
    Evaluate(Box<EvaluateArgs>),
    /// Keep articles, and ask which earlier ones a new one shares text with
    #[command(subcommand)]
    Archive(ArchiveCommand),
    /// Add new files of a folder to an archive as they arrive
    Watch(Box<WatchArgs>),
    /// Show the options in force
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, or write those of all subcommands
    Man(ManArgs),
}

/// `retold config`
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show every option with its value and where it came from, as a config file
    #[command(after_help = CONFIG_EXAMPLES)]
    Show(Box<ConfigShowArgs>),
}

/// `retold config show`
#[derive(Debug, Args)]
pub struct ConfigShowArgs {
    #[command(flatten)]
    pub options: Options,
}

const CONFIG_EXAMPLES: &str = "\
Examples:
  retold config show
  retold config show --no-config > retold.toml";

/// `retold completions`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  retold completions bash > ~/.local/share/bash-completion/completions/retold"
)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `retold man`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  retold man | man -l -\n  retold man --output share/man/man1")]
pub struct ManArgs {
    /// Write the pages of all subcommands into DIR, which must be there
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
}

/// `retold scan`
#[derive(Debug, Args)]
#[command(after_help = SCAN_EXAMPLES)]
pub struct ScanArgs {
    #[command(flatten)]
    pub input: InputArgs,

    /// Find only what the inputs before this option share with those after it, not what either side
    /// shares with itself
    ///
    /// Takes what INPUT takes, and may be repeated. In each pair, `a` is an article of the inputs
    /// before it and `b` one of those after it. A file may be on one side only.
    #[arg(long, value_name = "INPUT", num_args = 1.., help_heading = "Reading", value_hint = ValueHint::AnyPath)]
    #[arg(value_parser = named())]
    pub against: Vec<OsString>,

    /// How to write what was found [default: terminal]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<FormatValue>,

    /// Where to write it; `-` is the standard output [default: -]
    #[arg(short, long, value_name = "FILE", help_heading = "Output", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Also write {"id":…,"cluster":N} for every article read
    #[arg(long, value_name = "FILE", help_heading = "Output", value_hint = ValueHint::FilePath)]
    pub clusters: Option<PathBuf>,

    /// Also write counts and seconds per stage, as JSON
    #[arg(long, value_name = "FILE", help_heading = "Output", value_hint = ValueHint::FilePath)]
    pub stats: Option<PathBuf>,

    /// Report and cluster pairs of these relations only, such as rewrite,excerpt; template implies
    /// --templates
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Output")]
    #[arg(value_parser = RelationValue::parser())]
    pub relation: Vec<RelationValue>,

    /// Add the evidence behind each score
    #[arg(long, help_heading = "Output")]
    pub explain: bool,

    #[command(flatten)]
    pub options: Options,
}

const SCAN_EXAMPLES: &str = "\
Examples:
  retold scan articles/
  retold scan articles/ --format html --output report.html
  retold scan news.jsonl.zst --text-field body --format jsonl --output pairs.jsonl
  retold scan a.txt b.txt 'more/*.md' --relation rewrite,excerpt
  retold scan our-articles/ --against archive.jsonl.gz their-site/
  find . -name '*.txt' -print0 | retold scan --stdin0 --format csv > pairs.csv

Exit status: 0 found, 1 nothing found, 2 error or some input not read.";

/// `retold compare`
#[derive(Debug, Args)]
#[command(after_help = COMPARE_EXAMPLES)]
#[command(override_usage = COMPARE_USAGE)]
pub struct CompareArgs {
    /// The file of one article; `-` is the standard input
    #[arg(value_name = "A", value_hint = ValueHint::FilePath, requires = "b")]
    #[arg(required_unless_present = "pairs", conflicts_with = "pairs", value_parser = named())]
    pub a: Option<OsString>,

    /// The file of the other article
    #[arg(value_name = "B", value_hint = ValueHint::FilePath, conflicts_with = "pairs")]
    #[arg(value_parser = named())]
    pub b: Option<OsString>,

    /// Compare the pairs in FILE: one JSON object per line, with the ids of two articles,
    /// {"a":ID,"b":ID}, or their texts, {"a_text":TEXT,"b_text":TEXT}
    ///
    /// Writes one record per line, in the same order, including unrelated pairs. A line that cannot
    /// be answered gets {"a":…,"b":…,"line":N,"error":…}.
    #[arg(long, value_name = "FILE", help_heading = "Bulk", value_hint = ValueHint::FilePath)]
    pub pairs: Option<PathBuf>,

    /// File, folder or pattern with the articles of --pairs; may be repeated
    #[arg(long, value_name = "INPUT", help_heading = "Bulk", value_hint = ValueHint::AnyPath)]
    #[arg(requires = "pairs", value_parser = named())]
    pub corpus: Vec<OsString>,

    /// How to write what was found [default: terminal; jsonl with --pairs]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<FormatValue>,

    /// Where to write it; `-` is the standard output [default: -]
    #[arg(short, long, value_name = "FILE", help_heading = "Output", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Add the evidence behind each score
    #[arg(long, help_heading = "Output")]
    pub explain: bool,

    #[command(flatten)]
    pub options: Options,
}

impl CompareArgs {
    /// What records say beyond the figures.
    pub fn records_say(&self) -> Explain {
        if self.explain { Explain::Features } else { Explain::No }
    }
}

const COMPARE_EXAMPLES: &str = "\
Examples:
  retold compare original.txt suspect.txt
  retold compare original.txt suspect.txt --explain --format jsonl
  retold compare original.txt suspect.txt --format html --output both.html
  retold compare --pairs pairs.jsonl --corpus articles.jsonl --output compared.jsonl

Exit status: 0 related, 1 unrelated, 2 error, or some input or pair not read.";

/// `retold dedup`
#[derive(Debug, Args)]
#[command(after_help = DEDUP_EXAMPLES)]
pub struct DedupArgs {
    #[command(flatten)]
    pub input: InputArgs,

    /// Output folder; it must be empty or not exist yet
    ///
    /// kept/ holds the articles that are kept, with records, file names, formats and compression
    /// unchanged; dropped.jsonl names, for each dropped article, the one that was kept instead;
    /// summary.json has the counts; INCOMPLETE.txt is there if an input was not read to its end.
    #[arg(short, long, value_name = "DIR", help_heading = "Output", value_hint = ValueHint::DirPath)]
    #[arg(required_unless_present = "dry_run")]
    pub output: Option<PathBuf>,

    /// Write nothing; only report what would be dropped
    #[arg(short = 'n', long, help_heading = "Output")]
    pub dry_run: bool,

    /// Resume an interrupted run of the same command; start over if there is none
    ///
    /// Until DIR is finished, DIR.partial beside it holds the work done so far. Inputs and options
    /// must be the same, except those under Running. Without --resume it is removed. With
    /// --rewrites, only the work after the scan can be resumed.
    #[arg(long, help_heading = "Output", conflicts_with = "dry_run")]
    pub resume: bool,

    #[command(flatten)]
    pub dedup: DedupOptions,

    /// Also drop excerpts and rewrites, not only near-duplicates
    ///
    /// Slower, and keeps all texts, in memory or in a temporary file. An excerpt is dropped in
    /// favour of the whole, never the other way round. A rewrite is kept if its names or numbers
    /// conflict with those of the article it would be dropped for, or if either has fewer than 90
    /// words. Detection options apply only with --rewrites.
    #[arg(long, help_heading = "Deduplication")]
    pub rewrites: bool,

    /// Also drop what INPUT contains; INPUT itself is neither changed nor copied; may be repeated
    #[arg(long, value_name = "INPUT", help_heading = "Deduplication", value_hint = ValueHint::AnyPath)]
    #[arg(value_parser = named())]
    pub reference: Vec<OsString>,

    #[command(flatten)]
    pub options: Options,
}

const DEDUP_EXAMPLES: &str = "\
Examples:
  retold dedup news/ -o clean
  retold dedup part-*.jsonl.gz -o clean --jaccard 0.8 --keep earliest:published
  retold dedup new.jsonl -o clean --reference archive/ --rewrites
  retold dedup news/ --dry-run
  retold dedup news/ -o clean --resume

Exit status: 0 something dropped, 1 nothing to drop, 2 error or some input not read.";

/// `retold evaluate`
#[derive(Debug, Args)]
#[command(after_help = EVALUATE_EXAMPLES)]
pub struct EvaluateArgs {
    #[command(flatten)]
    pub input: InputArgs,

    /// What is true of the articles: a JSON object on each line of FILE, with pairs,
    /// {"a":ID,"b":ID,"label":true}, or with the cluster of each article, {"id":ID,"cluster":NAME}
    ///
    /// The label says whether the pair is reuse: true or false, 1 or 0; true where it is missing.
    /// If some pairs are labelled false, the listed pairs are compared, and no others. Otherwise
    /// the inputs are scanned, and all pairs that are not listed (or are of different clusters)
    /// count as no reuse. `-` is the standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub truth: PathBuf,

    /// How to write the figures [default: terminal]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<MeasuresValue>,

    /// Where to write them; `-` is the standard output [default: -]
    #[arg(short, long, value_name = "FILE", help_heading = "Output", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Also draw precision, recall and F1 by threshold, as an SVG picture
    #[arg(long, value_name = "FILE", help_heading = "Output", value_hint = ValueHint::FilePath)]
    pub curve: Option<PathBuf>,

    #[command(flatten)]
    pub options: Options,
}

const EVALUATE_EXAMPLES: &str = "\
Examples:
  retold evaluate --truth labels.jsonl articles.jsonl
  retold evaluate --truth clusters.jsonl articles/ --curve curve.svg
  retold evaluate --truth labels.jsonl articles.jsonl --threshold 0.7 --format json -o figures.json

Exit status: 0 measured, 2 error, some input not read, or an id in the truth that no article has.";
