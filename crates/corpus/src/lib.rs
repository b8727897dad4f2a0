//! Reads articles from anything that holds text: files, folders, patterns, the standard input.
//!
//! [`Corpus::find`] lists the files, [`Corpus::read`] hands out their articles in batches. The
//! order is that of the inputs, whatever the number of threads; files in a folder come by the bytes
//! of their relative paths.
//!
//! | name ends in | articles |
//! |---|---|
//! | `.txt` `.text` `.md` | one, the file as it stands |
//! | `.html` `.htm` | one, the readable text of the page |
//! | `.jsonl` `.ndjson` `.jsonlines` `.ldjson` `.jl` | one per line |
//! | `.json` | one per object: alone, in an array, or one per line |
//! | `.csv` `.tsv` | one per row; the first row names the columns |
//! | `.parquet` | one per row |
//! | `.warc` `.wet` | one per page or text that was captured |
//! | `.mbox` | one per message |
//! | `.eml` | one, the text of the message |
//! | anything else | what its content tells: web archives, mailboxes, mail, feeds (RSS, Atom), NewsML-G2, Word and OpenDocument, PDF (feature `pdf`); one per line if the first is a JSON object; one, if the file is text; else it is left out |
//!
//! All but `.parquet` may also end in `.gz`, `.zst`, `.bz2` or `.xz`. The standard input may be
//! compressed too; it is JSON Lines if its first character other than white space is `{`, and one
//! article otherwise. In a folder every file counts, hidden ones too, unless
//! [`ReadOptions::respect_ignore`]. A file named by itself, or by a pattern, is read as text
//! whatever its name, unless its beginning is not text at all.
//!
//! Text is UTF-8, UTF-16, what it declares itself to be, or what its bytes look like; what cannot
//! be decoded for the most part is skipped.
//!
//! Nothing in a file stops a reading. What cannot be read is skipped, what can be mended is
//! mended, and both are counted and listed in the [`ReadReport`]. Pipes, sockets and devices are
//! never opened.

// A new variant breaks no match of somebody else, unless it says why it has to.
#![warn(clippy::exhaustive_enums)]

mod article;
mod attributes;
mod capture;
mod decoding;
mod documents;
mod encoding;
mod feed;
mod fields;
mod format;
mod html;
mod id;
mod job;
mod json;
mod kind;
mod legacy;
mod lines;
mod mail;
mod markup;
mod mbox;
mod naming;
mod newsml;
mod ninjs;
mod objects;
mod odd_rows;
mod office;
mod options;
mod page_fields;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "parquet")]
mod parquet_values;
mod parse;
#[cfg(feature = "pdf")]
mod pdf;
mod problem;
mod read;
mod rows;
mod shield;
mod sniff;
mod source;
mod stream;
mod table;
mod warc;
mod xml;

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use encoding::{Charset, is_undecoded};
pub use format::{Compression, Format};
pub use id::IdType;
pub use naming::{Field, Names};
pub use options::ReadOptions;
pub use problem::{LISTED, Problem, Problems, ReadReport, Reason};
pub use read::Ids;
pub use shield::catches_panics;
pub use source::{Input, Side, Source};

/// Which records a later reading gives, and what of them.
#[derive(Clone, Copy)]
pub struct Selection<'s> {
    /// Whether the record at a place is wanted. Others are skipped, where possible without parsing
    /// them.
    pub wanted: &'s (dyn Fn(Place) -> bool + Sync),
    /// Records come as they are written and no more: `id` and `text` are empty (but not those of a
    /// standard input that is one article), and nothing is checked. Implies
    /// [`ReadOptions::keep_raw`]. For records that an earlier reading gave.
    pub only_raw: bool,
    /// The first source to read. Articles of earlier ones are not given.
    pub from: u32,
    /// Whether to stop; also asked while no wanted record comes.
    pub is_enough: &'s (dyn Fn() -> bool + Sync),
}

/// How far a reading has come: a place between two pieces of the input.
///
/// Where pieces end depends on the files and on [`ReadOptions::batch_bytes`] alone, so that a later
/// reading with the same options goes on from there without a look at what stands before. The
/// default is the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Position {
    source: u32,
    /// Pieces of the source that are done.
    jobs: u64,
}

/// What is known when a batch is handed out.
#[derive(Debug, Clone, Copy)]
pub struct Reached<'r> {
    /// The position behind the batch.
    pub position: Position,
    /// What reading has come to so far, the batch included.
    pub report: &'r ReadReport,
}

/// Where a reading begins: at the beginning, or where an earlier one has come.
#[derive(Debug, Default)]
pub struct Start {
    /// [`Reached::position`] of the last batch that is not to be read again.
    pub position: Position,
    /// [`Reached::report`] of that batch.
    pub report: ReadReport,
    /// The ids of all articles up to there, as they were handed out.
    pub ids: Ids,
}

/// One article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Unlike that of every other article of the reading. Where an earlier one has the id, `#`,
    /// file and line follow it (`7#b.jsonl:12`); before the name of a file comes the folder, as it
    /// was named. If that is taken too, or the id is file and line already, `#2`, `#3`, … follow.
    pub id: String,
    /// Whether the data has it as a number.
    pub id_type: IdType,
    /// What the id would be if it were the only one: given if it is not.
    pub shared_id: Option<Box<str>>,
    /// The text that all spans refer to. Of files: the content in UTF-8 without byte order mark,
    /// line ends as they are (for HTML: the readable text). Of records: the decoded field. Never
    /// only white space.
    pub text: String,
    /// Its place in the input.
    pub place: Place,
    /// The [`ReadOptions::extra_field`], if it was asked for and is there.
    pub extra: Option<Box<str>>,
    /// The [`ReadOptions::keep_fields`], in their order, each as JSON on one line; nothing where
    /// the record has no such field, or null. Empty for whole files.
    pub fields: Box<[Option<Box<str>>]>,
    /// The record as it is written, without line end, if it was asked for: the object of JSON, the
    /// row of a table in text form. In UTF-16 files it is converted. Of formats that are neither,
    /// the object that it is read as, with all its fields. `None` for whole files of plain text and
    /// pages, and for Parquet, where `place` says it all.
    pub raw: Option<Box<[u8]>>,
    /// Whether it is neither JSON nor a row, so that `raw` is not as it is written.
    pub is_converted: bool,
}

impl Record {
    /// A record of which only the bytes as written are known.
    fn bare(place: Place, raw: Option<Box<[u8]>>) -> Self {
        Self {
            id: String::new(),
            id_type: IdType::Text,
            shared_id: None,
            text: String::new(),
            place,
            extra: None,
            fields: Box::default(),
            raw,
            is_converted: false,
        }
    }
}

/// The place of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index into [`Corpus::sources`].
    pub source: u32,
    /// From 1: the line on which the record starts; in Parquet the row. 0 for whole files.
    pub line: u64,
    /// How many JSON objects start on the line before it.
    pub item: u32,
}

impl Place {
    /// The place of a record that is alone on its line, or of a whole file.
    pub fn on_line(source: u32, line: u64) -> Self {
        Self { source, line, item: 0 }
    }
}

/// Some articles in input order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// At least one. With [`ReadOptions::keep_raw`], records of tables do not share a batch with
    /// those of other files.
    pub records: Vec<Record>,
    /// The heading row of the table that the records come from, as written, without line end; with
    /// [`ReadOptions::keep_raw`] only.
    pub heading: Option<Arc<[u8]>>,
}

/// The files that the inputs come to.
#[derive(Debug, Clone)]
pub struct Corpus {
    sources: Vec<Source>,
    folders: Vec<PathBuf>,
    problems: Vec<Problem>,
    has_sides: bool,
    options: ReadOptions,
}

impl Corpus {
    /// Lists the files; reads folders, but no file. What is not there, or is nothing to read, is in
    /// the report of every [`Corpus::read`].
    pub fn find(inputs: &[Input], options: ReadOptions) -> Self {
        Self::of([inputs, &[]], options)
    }

    /// [`Corpus::find`] of two sides: one corpus, in which ours come first and every [`Source`]
    /// knows its side. A file that is named on both is read for both.
    pub fn find_sides(sides: [&[Input]; 2], options: ReadOptions) -> Self {
        Self { has_sides: true, ..Self::of(sides, options) }
    }

    fn of(sides: [&[Input]; 2], options: ReadOptions) -> Self {
        let found = source::Finder::new(sides, &options);
        let source::Finder { sources, problems, .. } = found;
        let folder = |input: &Input| match input {
            Input::Path(path) if path.is_dir() => Some(path.clone()),
            _ => None,
        };
        let folders = sides.into_iter().flatten().filter_map(folder).collect();
        Self { sources, folders, problems, has_sides: false, options }
    }

    /// Whether it was found as [two sides](Corpus::find_sides).
    pub fn has_sides(&self) -> bool {
        self.has_sides
    }

    /// The folders that were named.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Leaves out what was found in a folder below one that was named; files that were named by
    /// themselves stay.
    pub fn leave_out(&mut self, folder: &Path) {
        let Ok(folder) = std::fs::canonicalize(folder) else { return };
        let is_inside =
            |path: &Path| std::fs::canonicalize(path).is_ok_and(|path| path.starts_with(&folder));
        self.sources
            .retain(|source| source.named || !source.path.as_deref().is_some_and(is_inside));
    }

    /// Keeps those of the files that are wanted.
    pub fn retain(&mut self, is_wanted: impl FnMut(&Source) -> bool) {
        self.sources.retain(is_wanted);
    }

    /// The same files, to be read in batches of so many bytes.
    pub fn in_batches(self, batch_bytes: usize) -> Self {
        Self { options: ReadOptions { batch_bytes, ..self.options }, ..self }
    }

    /// The files, in the order of reading.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The same files, to be read with [`ReadOptions::keep_raw`].
    pub fn keeping_raw(&self) -> Self {
        let options = ReadOptions { keep_raw: true, ..self.options.clone() };
        Self { options, ..self.clone() }
    }

    /// How they are read.
    pub fn options(&self) -> &ReadOptions {
        &self.options
    }

    /// Reads all articles and hands them to `each`, on this thread, until it breaks off. Reading
    /// and parsing go on meanwhile on threads of their own. May be called again, except that the
    /// standard input is empty then.
    ///
    /// No articles: `each` is not called. After a break, what was read ahead is not in the report,
    /// and a standard input that waits for a person still waits.
    pub fn read(&self, each: impl FnMut(Batch) -> ControlFlow<()>) -> ReadReport {
        self.read_with(io::stdin(), each)
    }

    /// [`Corpus::read`] with another standard input.
    pub fn read_with(
        &self,
        stdin: impl Read + Send,
        mut each: impl FnMut(Batch) -> ControlFlow<()>,
    ) -> ReadReport {
        self.read_from(Start::default(), stdin, |batch, _| each(batch))
    }

    /// [`Corpus::read_with`], going on where an earlier reading of the same files with the same
    /// options has come to: the batches and the report are those that it would have given.
    pub fn read_from(
        &self,
        start: Start,
        stdin: impl Read + Send,
        each: impl FnMut(Batch, Reached<'_>) -> ControlFlow<()>,
    ) -> ReadReport {
        read::read(self, start, stdin, each)
    }

    /// Reads some articles again, with another standard input. What repeats an id is given as it
    /// is, because earlier ones may have been skipped.
    pub fn read_again(
        &self,
        selection: Selection<'_>,
        stdin: impl Read + Send,
        each: impl FnMut(Batch) -> ControlFlow<()>,
    ) -> ReadReport {
        read::read_again(self, selection, stdin, each)
    }

    fn sizes(&self) -> lines::Sizes {
        lines::Sizes {
            block: self.options.batch_bytes.max(1),
            // Spans have 32 bits, and UTF-8 may be half as long again as UTF-16.
            limit: self.options.max_article_bytes.min(1 << 30),
        }
    }
}
