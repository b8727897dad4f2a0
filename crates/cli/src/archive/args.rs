//! What the user typed after `retold archive`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueHint};

use crate::input_args::InputArgs;
use crate::options::Options;
use crate::values::{MeasuresValue, RelationValue};

use super::flag_args::{DossierArgs, FlagArgs, FlagsArgs, KillArgs, RulesArgs};
use super::path_args::PathArgs;
use super::values::{MatchesValue, SpanValue, TimeValue};

/// `retold archive`
#[derive(Debug, Subcommand)]
pub enum ArchiveCommand {
    /// Make an empty archive
    Create(Box<CreateArgs>),
    /// Add articles, and show what each of them shares with earlier ones
    Add(Box<AddArgs>),
    /// Show what articles share with those of the archive, without adding them
    Query(Box<QueryArgs>),
    /// Set the rules by which matches are flagged, or explain them
    Rules(RulesArgs),
    /// List flags
    Flags(FlagsArgs),
    /// Confirm or dismiss a flag
    Flag(FlagArgs),
    /// Withdraw an article, and list all that is derived from it
    Kill(KillArgs),
    /// Write all that is known of a flag to a file that can be handed on
    Dossier(DossierArgs),
    /// Remove articles, with all their versions
    Remove(RemoveArgs),
    /// Let spans of time expire: their articles are not found any more, and their texts go
    Expire(ExpireArgs),
    /// Show how much the archive holds
    Stats(StatsArgs),
    /// Read everything, and say what is damaged
    Verify(VerifyArgs),
    /// Write all articles as JSON Lines; what is damaged is left out and named
    Export(ExportArgs),
    /// Merge the segments of each span, and erase what is left of removed articles
    Compact(CompactArgs),
}

impl ArchiveCommand {
    /// The file that the user named for writing.
    pub fn output(&self) -> Option<&Path> {
        match self {
            Self::Add(args) => args.matching.output.output.as_deref(),
            Self::Query(args) => args.matching.output.output.as_deref(),
            Self::Export(args) => args.output.as_deref(),
            Self::Flags(args) => args.output.as_deref(),
            Self::Kill(args) => args.output.as_deref(),
            _ => None,
        }
    }

    /// What is to be read, if anything.
    pub fn input(&self) -> Option<&InputArgs> {
        match self {
            Self::Add(args) => Some(&args.matching.input),
            Self::Query(args) => Some(&args.matching.input),
            _ => None,
        }
    }

    /// The options that a config file may set too.
    pub fn options(&mut self) -> Option<&mut Options> {
        match self {
            Self::Create(args) => Some(&mut args.options),
            Self::Add(args) => Some(&mut args.matching.options),
            Self::Query(args) => Some(&mut args.matching.options),
            _ => None,
        }
    }
}

/// `retold archive create`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold archive create news
  retold archive create news --language de --span 7

Exit status: 0 made, 2 error.")]
pub struct CreateArgs {
    #[command(flatten)]
    pub archive: PathArgs,

    /// Days of first-seen time that stand in segments of their own, or `all` for one span; a
    /// feature is rare if few articles of the span have it
    #[arg(long, value_name = "DAYS", default_value = "30", help_heading = "Archive")]
    pub span: SpanValue,

    /// Articles that are expected in a span; decides what counts as rare, as in a scan of so many
    /// (unless --max-df does)
    #[arg(long, value_name = "N", default_value = "100000", help_heading = "Archive")]
    pub articles: usize,

    /// Flag matches by the rules in FILE, in TOML; `retold archive rules` changes them later
    #[arg(long, value_name = "FILE", help_heading = "Archive", value_hint = ValueHint::FilePath)]
    pub rules: Option<PathBuf>,

    #[command(flatten)]
    pub options: Options,
}

/// Which matches are shown, and how.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Only matches with articles first seen at this time or later: a date, or a number of days
    /// before now, such as 7d
    #[arg(long, value_name = "TIME", help_heading = "Output")]
    pub since: Option<TimeValue>,

    /// Only matches with articles of this source; may be repeated
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    pub source: Vec<String>,

    /// Only matches of these relations
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = "Output")]
    #[arg(value_parser = RelationValue::parser())]
    pub relation: Vec<RelationValue>,

    /// How to write what was found [default: terminal]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<MatchesValue>,

    /// Where to write it; `-` is the standard output [default: -]
    #[arg(short, long, value_name = "FILE", help_heading = "Output", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Where it stands in a record what is known of an article.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub struct AboutArgs {
    /// Field or column that holds the source of a record
    #[arg(long, value_name = "NAME", default_value = "source")]
    pub source_field: String,

    /// Field or column that holds the headline
    #[arg(long, value_name = "NAME", default_value = "title")]
    pub title_field: String,

    /// Field or column that holds the address
    #[arg(long, value_name = "NAME", default_value = "url")]
    pub url_field: String,

    /// Field or column that holds when it was published
    #[arg(long, value_name = "NAME", default_value = "published")]
    pub date_field: String,

    /// Field or column that holds until when nobody may publish it
    #[arg(long, value_name = "NAME", default_value = "embargoed")]
    pub embargo_field: String,

    /// Field or column that holds when it was first seen, for articles that were collected
    /// earlier [default: now]
    #[arg(long, value_name = "NAME")]
    pub seen_field: Option<String>,

    /// The source of all articles that state none
    #[arg(long, value_name = "NAME")]
    pub from: Option<String>,
}

/// What `add` and `query` have alike: articles are read, and what they match is shown.
#[derive(Debug, Args)]
pub struct MatchingArgs {
    #[command(flatten)]
    pub archive: PathArgs,

    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub output: OutputArgs,

    #[command(flatten)]
    pub about: AboutArgs,

    #[command(flatten)]
    pub options: Options,
}

/// `retold archive add`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold archive add news today.jsonl
  retold archive add news wire/ --from 'the agency' --format jsonl >> flags.jsonl
  retold archive add news old.jsonl.gz --seen-field collected
  retold archive add news updates.jsonl --replace

Articles are added in batches. What is reported of a batch is durable.

Exit status: 0 something matches, 1 nothing matches, 2 error or some input not read.")]
pub struct AddArgs {
    #[command(flatten)]
    pub matching: MatchingArgs,

    /// Take an article whose id is there as a new version of it, instead of skipping it; it is not
    /// matched against its own earlier versions
    #[arg(long, help_heading = "Archive")]
    pub replace: bool,

    /// Articles of a batch: fewer are reported sooner, more are added faster
    #[arg(long, value_name = "N", default_value = "4096", help_heading = "Archive")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub batch: u32,
}

/// `retold archive query`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold archive query news story.txt
  retold archive query news story.txt --since 7d --relation rewrite,near-duplicate
  curl -s https://example.org/story.txt | retold archive query news -

Exit status: 0 something matches, 1 nothing matches, 2 error or some input not read.")]
pub struct QueryArgs {
    #[command(flatten)]
    pub matching: MatchingArgs,
}

/// `retold archive remove`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold archive remove news 2024-17 2024-18
  retold archive remove news --ids-from withdrawn.txt

Exit status: 0 something was removed, 1 nothing of it was there, 2 error.")]
pub struct RemoveArgs {
    #[command(flatten)]
    pub archive: PathArgs,

    /// Ids of articles
    #[arg(value_name = "ID", required_unless_present = "ids_from")]
    pub ids: Vec<String>,

    /// Read more ids from FILE, one per line; `-` is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ids_from: Option<PathBuf>,
}

/// `retold archive expire`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold archive expire news --before 90d
  retold archive expire news --before 2024-01-01

Whole spans of first-seen time expire (--span of `create`), once all of a span is older. Flags and
withdrawals stay, and so do the texts that they name, until `remove` removes these.

Exit status: 0 something has expired, 1 nothing has, 2 error.")]
pub struct ExpireArgs {
    #[command(flatten)]
    pub archive: PathArgs,

    /// Spans that ended at this time or before: a date, or a number of days before now, such as 90d
    #[arg(long, value_name = "TIME")]
    pub before: TimeValue,
}

/// `retold archive stats`
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 there are articles, 1 there are none, 2 error.")]
pub struct StatsArgs {
    #[command(flatten)]
    pub archive: PathArgs,

    /// How to write it [default: terminal]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<MeasuresValue>,
}

/// `retold archive verify`
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 all is whole, 2 error or something is damaged.")]
pub struct VerifyArgs {
    #[command(flatten)]
    pub archive: PathArgs,
}

/// `retold archive export`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold archive export news | zstd > news.jsonl.zst
  retold archive export damaged --output saved.jsonl
  retold archive create again && retold archive add again saved.jsonl --seen-field first_seen

Exit status: 0 exported, 1 there are no articles, 2 error or something is damaged.")]
pub struct ExportArgs {
    #[command(flatten)]
    pub archive: PathArgs,

    /// Also earlier versions of stories, and articles that have expired and stay for flags
    #[arg(long)]
    pub versions: bool,

    /// Where to write; `-` is the standard output [default: -]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// `retold archive compact`
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 merged, 1 there was nothing to merge, 2 error.")]
pub struct CompactArgs {
    #[command(flatten)]
    pub archive: PathArgs,
}
