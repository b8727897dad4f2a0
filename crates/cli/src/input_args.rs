//! What to read, as it was typed: the same for all subcommands that read a corpus.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, ValueHint};

/// An input that has a name: scripts may pass an empty one by mistake.
pub fn named() -> impl TypedValueParser<Value = OsString> {
    OsStringValueParser::new().try_map(|input| match input.is_empty() {
        true => Err("the name is empty; give a file, a folder or a pattern"),
        false => Ok(input),
    })
}

/// What to read.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// Files, folders, patterns, or `-` for the standard input
    ///
    /// Folders are read with all their subfolders. Formats go by file names (.txt .md .html .jsonl
    /// .ndjson .jsonlines .ldjson .jl .json .csv .tsv .parquet .warc .wet .eml .mbox) or by content
    /// (Word, OpenDocument, RSS, Atom, NewsML-G2, NITF, ninjs); all but .parquet may be compressed
    /// (.gz .zst .bz2 .xz).
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    #[arg(required_unless_present_any = ["files_from", "stdin0"], value_parser = named())]
    pub inputs: Vec<OsString>,

    /// Read the names of more inputs from FILE, one per line or separated by NUL characters; `-` is
    /// the standard input
    #[arg(long, value_name = "FILE", help_heading = "Reading", value_hint = ValueHint::FilePath)]
    pub files_from: Option<PathBuf>,

    /// Read the names of more inputs from the standard input, as find -print0 writes them
    #[arg(long, help_heading = "Reading", conflicts_with = "files_from")]
    pub stdin0: bool,
}
