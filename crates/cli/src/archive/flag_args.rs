//! What the user typed after `retold archive rules`, `flags`, `flag`, `kill` and `dossier`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use retold_archive::FlagState;

use super::path_args::PathArgs;
use super::values::{MatchesValue, TimeValue};
use crate::values::RelationValue;

/// `retold archive rules`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold archive rules news
  retold archive rules news --set rules.toml

Without --set the rules in force are explained. New rules are for articles that are added from
then on.

Exit status: 0 there are rules, 1 there are none, 2 error.")]
pub struct RulesArgs {
    #[command(flatten)]
    pub archive: PathArgs,

    /// Take the rules in FILE, in TOML, from now on
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub set: Option<PathBuf>,

    /// Print the rules as they were written
    #[arg(long, conflicts_with = "set")]
    pub source_text: bool,
}

/// A state of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StateValue {
    /// Nobody has decided
    Open,
    /// Somebody says that it is right
    Confirmed,
    /// Somebody says that nothing is to be done
    Dismissed,
}

impl From<StateValue> for FlagState {
    fn from(state: StateValue) -> Self {
        match state {
            StateValue::Open => Self::Open,
            StateValue::Confirmed => Self::Confirmed,
            StateValue::Dismissed => Self::Dismissed,
        }
    }
}

/// `retold archive flags`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold archive flags news --state open
  retold archive flags news --since 1d --source 'the partner' --format jsonl

Exit status: 0 there are such flags, 1 there are none, 2 error.")]
pub struct FlagsArgs {
    #[command(flatten)]
    pub archive: PathArgs,

    /// Only flags in these states
    #[arg(long, value_name = "STATE", value_delimiter = ',')]
    pub state: Vec<StateValue>,

    /// Only flags of articles first seen at this time or later: a date, or a number of days before
    /// now, such as 7d
    #[arg(long, value_name = "TIME")]
    pub since: Option<TimeValue>,

    /// Only flags with either article of this source; may be repeated
    #[arg(long, value_name = "NAME")]
    pub source: Vec<String>,

    /// Only flags of these relations
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    #[arg(value_parser = RelationValue::parser())]
    pub relation: Vec<RelationValue>,

    /// Only flags of articles that are derived from a withdrawn one
    #[arg(long)]
    pub withdrawn: bool,

    /// Only flags with a greater number: the last one of the page before
    #[arg(long, value_name = "FLAG", default_value = "0")]
    pub after: u64,

    /// How many at most
    #[arg(long, value_name = "N")]
    pub most: Option<usize>,

    /// How to write them [default: terminal]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<MatchesValue>,

    /// Where to write them; `-` is the standard output [default: -]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DecisionValue {
    /// It is right
    Confirm,
    /// Nothing is to be done
    Dismiss,
    /// It is to be looked at again
    Reopen,
}

impl From<DecisionValue> for FlagState {
    fn from(decision: DecisionValue) -> Self {
        match decision {
            DecisionValue::Confirm => Self::Confirmed,
            DecisionValue::Dismiss => Self::Dismissed,
            DecisionValue::Reopen => Self::Open,
        }
    }
}

/// `retold archive flag`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold archive flag news 12 confirm --by 'A. Editor' --note 'no agreement with them'
  retold archive flag news 13 dismiss --by 'A. Editor' --note 'both from the same release'

Earlier decisions stay on record.

Exit status: 0 noted, 2 error, or no such flag.")]
pub struct FlagArgs {
    #[command(flatten)]
    pub archive: PathArgs,

    /// The number of the flag
    #[arg(value_name = "FLAG")]
    pub flag: u64,

    /// What is decided
    #[arg(value_name = "DECISION")]
    pub decision: DecisionValue,

    /// Why
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,

    /// Who decides
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// `retold archive kill`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold archive kill news 2024-17 --by 'the agency' --note 'not confirmed'
  retold archive kill news 2024-17 --correction --format jsonl

The article stays in the archive, so that later copies of it are found: they are flagged.

Exit status: 0 something is derived from it, 1 nothing is, 2 error, or no such article.")]
pub struct KillArgs {
    #[command(flatten)]
    pub archive: PathArgs,

    /// The id of the article
    #[arg(value_name = "ID")]
    pub id: String,

    /// It is corrected, not withdrawn
    #[arg(long)]
    pub correction: bool,

    /// Why
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,

    /// Who says so
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,

    /// How to write what is derived from it [default: terminal]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<MatchesValue>,

    /// Where to write it; `-` is the standard output [default: -]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// `retold archive dossier`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  retold archive dossier news 12 --output dossier.html

Writes FILE, a page with both articles side by side, and beside it, with the ending .json, all
that is known of the flag with both texts. Neither may be there already.

Exit status: 0 written, 2 error, or no such flag.")]
pub struct DossierArgs {
    #[command(flatten)]
    pub archive: PathArgs,

    /// The number of the flag
    #[arg(value_name = "FLAG")]
    pub flag: u64,

    /// Where to write the page; its name ends in .html
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
}
