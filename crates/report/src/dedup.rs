//! What a deduplication came to: a record of it all, and one of each article that was dropped.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use retold::align::{Match, Relation};
use serde::Serialize;

use crate::printable::{printable, safe_json};
use crate::record::{Matches, RunRecord, round};
use crate::{Id, Named, PassedFields, Read, Run, Stage, quantity};

/// How many articles, and how much text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// Articles.
    pub articles: u64,
    /// Bytes of text.
    pub bytes: u64,
}

/// Articles without a known date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Undated {
    /// Those without the field that was to hold a date.
    pub missing: u64,
    /// Those with something in it that is no date.
    pub unreadable: u64,
}

/// An input that was not read, or not to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Incomplete {
    /// The file, as it was found.
    pub path: String,
    /// Articles that were read of it.
    pub articles: u64,
    /// The line (of a table the row) from which on nothing was read; nothing where that is unknown.
    pub line: Option<u64>,
    /// What happened, and what to do about it.
    pub reason: String,
}

/// Everything to be said of a deduplication.
#[derive(Debug, Clone, Default)]
pub struct Deduplication {
    /// The run.
    pub run: Run,
    /// The folder that was written; nothing in a dry run.
    pub output: Option<PathBuf>,
    /// How much was read.
    pub read: Read,
    /// How much was read to compare with only.
    pub reference: Amount,
    /// How much is kept.
    pub kept: Amount,
    /// How much is dropped, by relation to the retained article.
    pub dropped: BTreeMap<Relation, Amount>,
    /// How often something could not be read, by reason, in the order to name them.
    pub skipped: Vec<(String, u64)>,
    /// How often something was read after a repair.
    pub repaired: Vec<(String, u64)>,
    /// Inputs and references that were not read to their end.
    pub incomplete: Vec<Incomplete>,
    /// How many articles of the inputs have no date, where that matters.
    pub undated: Option<Undated>,
    /// Times of the stages before writing.
    pub stages: Vec<Stage>,
    /// How long writing took.
    pub writing: Duration,
    /// Pairs that were verified.
    pub candidates: u64,
    /// The most memory that the process has had, in bytes, where that is known.
    pub peak_memory: Option<u64>,
}

#[derive(Serialize)]
struct SummaryRecord<'a> {
    #[serde(flatten)]
    run: RunRecord<'a>,
    files: u64,
    read: Amount,
    reference: Amount,
    kept: Amount,
    dropped: Amount,
    relations: BTreeMap<&'static str, u64>,
    skipped: BTreeMap<&'a str, u64>,
    repaired: BTreeMap<&'a str, u64>,
    incomplete: &'a [Incomplete],
    #[serde(skip_serializing_if = "Option::is_none")]
    undated: Option<Undated>,
    stages: BTreeMap<&'a str, f64>,
    candidates: u64,
    peak_memory_bytes: Option<u64>,
}

impl Deduplication {
    /// How much is dropped in all.
    pub fn all_dropped(&self) -> Amount {
        let sum = |of: fn(&Amount) -> u64| self.dropped.values().map(of).sum();
        Amount { articles: sum(|amount| amount.articles), bytes: sum(|amount| amount.bytes) }
    }

    /// Writes `summary.json` to `out`, and flushes.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let json = serde_json::to_string_pretty(&self.record())? + "\n";
        out.write_all(safe_json(&json).as_bytes())?;
        out.flush()
    }

    /// Writes what the folder lacks because of inputs that were not read to their end, for people.
    pub fn write_incomplete(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(
            b"This folder is incomplete: these inputs were not read, or not to their end.\n",
        )?;
        for Incomplete { path, articles, line, reason } in &self.incomplete {
            let read = quantity::counted(*articles, "article");
            let until = line.map_or_else(String::new, |line| format!(", none from line {line} on"));
            let path = printable(path);
            writeln!(out, "{path}: {read} read{until}; it {}", printable(reason))?;
        }
        out.flush()
    }

    fn record(&self) -> SummaryRecord<'_> {
        let Self { run, read, dropped, .. } = self;
        let seconds = |stage: &Stage| stage.took.as_secs_f64();
        let mut stages: BTreeMap<_, _> =
            self.stages.iter().map(|stage| (stage.name.as_str(), seconds(stage))).collect();
        stages.insert("write", self.writing.as_secs_f64());
        SummaryRecord {
            run: RunRecord::from(run),
            files: read.files,
            read: Amount { articles: read.articles, bytes: read.bytes },
            reference: self.reference,
            kept: self.kept,
            dropped: self.all_dropped(),
            relations: dropped.iter().map(|(of, n)| (of.name(), n.articles)).collect(),
            skipped: by_name(&self.skipped),
            repaired: by_name(&self.repaired),
            incomplete: &self.incomplete,
            undated: self.undated,
            stages,
            candidates: self.candidates,
            peak_memory_bytes: self.peak_memory,
        }
    }
}

fn by_name(counts: &[(String, u64)]) -> BTreeMap<&str, u64> {
    counts.iter().map(|(name, n)| (name.as_str(), *n)).collect()
}

/// An article in the record of a deduplication: its name, and where it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Located<'a> {
    /// What it is called.
    pub named: Named<'a>,
    /// The file that it was read from, as it was found; `-` is the standard input.
    pub file: &'a str,
    /// The line (of Parquet the row) on which it starts, from 1; nothing where it is the whole
    /// file.
    pub line: Option<u64>,
    /// Which object on the line it is, from 1; nothing for the first.
    pub object: Option<u64>,
}

/// An article that is dropped because another one is kept.
#[derive(Debug, Clone, Copy)]
pub struct Dropped<'a> {
    /// The article.
    pub article: Located<'a>,
    /// The one that is retained.
    pub retained: Located<'a>,
    /// Their relation.
    pub relation: Relation,
    /// The score or the Jaccard index, from 0 to 1.
    pub score: f32,
    /// Why the other one is kept, in a word.
    pub why: &'a str,
    /// Passages of the two, the dropped one first, where asked for.
    pub passages: Option<&'a [Match]>,
    /// Their aligned sentences, where asked for.
    pub sentences: Option<&'a [Match]>,
}

#[derive(Serialize)]
struct DroppedRecord<'a> {
    id: Id<'a>,
    keeper: Id<'a>,
    relation: &'static str,
    score: f64,
    why: &'a str,
    file: &'a str,
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<u64>,
    keeper_file: &'a str,
    keeper_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keeper_object: Option<u64>,
    #[serde(skip_serializing_if = "PassedFields::is_empty")]
    fields: PassedFields<'a>,
    #[serde(skip_serializing_if = "PassedFields::is_empty")]
    keeper_fields: PassedFields<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passages: Option<Matches<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentences: Option<Matches<'a>>,
}

impl Dropped<'_> {
    /// Writes a line of `dropped.jsonl` to `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { article, retained, .. } = self;
        let record = DroppedRecord {
            id: article.named.id,
            keeper: retained.named.id,
            relation: self.relation.name(),
            score: round(self.score),
            why: self.why,
            file: article.file,
            line: article.line,
            object: article.object,
            keeper_file: retained.file,
            keeper_line: retained.line,
            keeper_object: retained.object,
            fields: article.named.fields,
            keeper_fields: retained.named.fields,
            passages: self.passages.map(Matches),
            sentences: self.sentences.map(Matches),
        };
        let line = serde_json::to_string(&record)? + "\n";
        out.write_all(safe_json(&line).as_bytes())
    }
}
