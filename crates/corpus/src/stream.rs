//! The reading thread: opens what holds records, one file at a time, and cuts it into jobs.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;

use super::encoding::{Change, Hint, decoded, peek, rejoin};
use super::format::{Compression, Format};
use super::job::{Cut, Feed, Job, State, broken, is_changed, state};
use super::lines::{Lines, Piece};
use super::objects::Objects;
use super::problem::{Problem, Reason};
use super::sniff::{self, first_line};
use super::source::Source;
use super::table::{Fault, Table, TableText};
use super::warc::Records;
use super::{Corpus, Position, mbox};

/// Files read by one job at most; they are small.
const GROUP: usize = 256;

/// Records that are cut from a stream for one job, at most.
const PARTS: usize = 1024;

/// A stream of records that was opened.
#[derive(Clone, Copy)]
struct Opened {
    /// Index into [`Corpus::sources`].
    source: usize,
    compression: Compression,
    hint: Hint,
}

/// Reads all sources in order. Few files are ever open: one here, and one for each parser.
pub(super) struct Stream<'c> {
    corpus: &'c Corpus,
    feed: Feed,
    /// Whole files that wait to become one job, and their bytes.
    group: Vec<usize>,
    group_bytes: u64,
    /// Where the next job stands.
    at: Position,
    /// Jobs that an earlier reading has done already.
    skip: u64,
    /// What the file of records was like when it was opened.
    state: Option<State>,
}

impl<'c> Stream<'c> {
    /// Reads what comes after a position.
    pub(super) fn new(corpus: &'c Corpus, feed: Feed, from: Position) -> Self {
        let at = Position { jobs: 0, ..from };
        Self { corpus, feed, group: Vec::new(), group_bytes: 0, at, skip: from.jobs, state: None }
    }

    /// Reads until the end, or until nobody wants more.
    pub(super) fn run(mut self, mut stdin: impl Read) {
        // A break carries no other information.
        let _ = self.all(&mut stdin);
    }

    fn all(&mut self, stdin: &mut dyn Read) -> ControlFlow<()> {
        let corpus = self.corpus;
        for (index, source) in corpus.sources.iter().enumerate().skip(self.at.source as usize) {
            let Some(path) = &source.path else {
                self.begin(index)?;
                self.stdin(index, stdin)?;
                continue;
            };
            // It may have become a pipe since it was listed, and opening that would block.
            let (bytes, state) = match std::fs::metadata(path) {
                Ok(what) if what.is_file() => (what.len(), state(&what)),
                Ok(_) => {
                    self.begin(index)?;
                    self.problem(source.problem(Reason::Special))?;
                    continue;
                }
                Err(error) => {
                    self.begin(index)?;
                    let problem = Problem::of(source.shown(), Reason::Unreadable);
                    self.problem(problem.saying(error))?;
                    continue;
                }
            };
            let sniffed = sniff::records(source, &corpus.options, corpus.sizes());
            let format = sniffed.unwrap_or(source.format);
            if format.is_single() {
                self.gather(index, bytes)?;
            } else {
                self.begin(index)?;
                self.state = Some(state);
                self.records(index, format)?;
            }
        }
        self.flush()
    }

    fn gather(&mut self, index: usize, bytes: u64) -> ControlFlow<()> {
        let sizes = self.corpus.sizes();
        if self.group_bytes + bytes > sizes.block as u64 || self.group.len() == GROUP {
            self.flush()?;
        }
        self.group.push(index);
        self.group_bytes += bytes;
        ControlFlow::Continue(())
    }

    fn flush(&mut self) -> ControlFlow<()> {
        self.group_bytes = 0;
        let group = std::mem::take(&mut self.group);
        let Some(last) = group.last() else { return ControlFlow::Continue(()) };
        self.at = Position { source: *last as u32, jobs: 0 };
        self.send(Job::Files(group))
    }

    /// Begins a source that is no part of a group.
    fn begin(&mut self, index: usize) -> ControlFlow<()> {
        self.flush()?;
        self.at = Position { source: index as u32, jobs: 0 };
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) -> ControlFlow<()> {
        self.send(Job::Problem(problem))
    }

    /// Ends a file of records; tells if it was written to meanwhile.
    fn end(&mut self, index: usize) -> ControlFlow<()> {
        let source = &self.corpus.sources[index];
        let before = self.state.take().zip(source.path.as_ref());
        if before.is_some_and(|(before, path)| is_changed(path, before)) {
            self.problem(Problem::of(source.shown(), Reason::Changed))?;
        }
        self.send(Job::Ended)
    }

    /// Hands a job out, with the position behind it, unless it was done before.
    fn send(&mut self, job: Job) -> ControlFlow<()> {
        self.at.jobs += 1;
        if self.skip > 0 {
            self.skip -= 1;
            return ControlFlow::Continue(());
        }
        let is_last = matches!(job, Job::Files(_) | Job::Ended);
        let next = Position { source: self.at.source + 1, jobs: 0 };
        self.feed.send(job, if is_last { next } else { self.at })
    }

    fn stdin(&mut self, index: usize, stdin: &mut dyn Read) -> ControlFlow<()> {
        let source = &self.corpus.sources[index];
        let (head, error) = peek(stdin);
        let compression = Compression::sniff(&head);
        let mut plain = match compression.unpack(rejoin(head, error, Box::new(stdin))) {
            Ok(plain) => plain,
            Err(error) => return self.problem(broken(source, compression, &error)),
        };
        let (head, error) = peek(&mut *plain);
        let (binary, is_whole) = (sniff::binary_records(&head), sniff::is_whole(&head));
        let plain = rejoin(head, error, plain);
        if let Some(format) = binary {
            let opened = Opened { source: index, compression, hint: Hint::default() };
            return self.cut(opened, format, plain);
        }
        if is_whole {
            return self.content(index, compression, (plain, None));
        }
        let (mut text, hint, converted) = decoded(plain, self.corpus.options.encoding);
        let (head, error) = peek(&mut *text);
        let records = head.trim_ascii_start().starts_with(b"{");
        let text = rejoin(head, error, text);
        if records {
            self.converted(source, converted)?;
            let opened = Opened { source: index, compression, hint };
            return self.pieces(opened, Lines::new(text, self.corpus.sizes()));
        }
        self.content(index, compression, (text, converted))
    }

    /// Hands out a standard input that is one article.
    fn content(
        &mut self,
        index: usize,
        compression: Compression,
        (text, converted): (Box<dyn Read + '_>, Option<Change>),
    ) -> ControlFlow<()> {
        let limit = self.corpus.sizes().limit;
        let mut bytes = Vec::new();
        match text.take(limit as u64 + 1).read_to_end(&mut bytes) {
            Ok(_) => self.send(Job::Content { source: index, bytes, converted }),
            Err(error) => self.problem(broken(&self.corpus.sources[index], compression, &error)),
        }
    }

    /// Reads a file of records.
    fn records(&mut self, index: usize, format: Format) -> ControlFlow<()> {
        let source = &self.corpus.sources[index];
        if format == Format::Parquet {
            return self.parquet(index, source);
        }
        let opened =
            source.path.as_ref().map_or_else(|| Err(io::ErrorKind::NotFound.into()), File::open);
        let file = match opened {
            Ok(file) => file,
            Err(error) => return self.problem(broken(source, Compression::Plain, &error)),
        };
        let plain = match source.compression.unpack(Box::new(file)) {
            Ok(plain) => plain,
            Err(error) => return self.problem(broken(source, source.compression, &error)),
        };
        let compression = source.compression;
        if matches!(format, Format::Warc | Format::Mbox) {
            let opened = Opened { source: index, compression, hint: Hint::default() };
            return self.cut(opened, format, plain);
        }
        let (text, hint, converted) = decoded(plain, self.corpus.options.encoding);
        self.converted(source, converted)?;
        let sizes = self.corpus.sizes();
        let opened = Opened { source: index, compression, hint };
        match format {
            Format::Csv => self.table(index, TableText { text, delimiter: b',', hint }),
            Format::Tsv => self.table(index, TableText { text, delimiter: b'\t', hint }),
            Format::Json => {
                let (text, first) = first_line(text, &self.corpus.options, sizes);
                if first.is_some() {
                    self.pieces(opened, Lines::new(text, sizes))
                } else {
                    self.pieces(opened, Objects::new(text, sizes))
                }
            }
            // All others are read elsewhere.
            Format::JsonLines
            | Format::Unknown
            | Format::Text
            | Format::Html
            | Format::Mail
            | Format::Warc
            | Format::Mbox
            | Format::Parquet => self.pieces(opened, Lines::new(text, sizes)),
        }
    }

    /// Tells the encoding of a whole file.
    fn converted(&mut self, source: &Source, change: Option<Change>) -> ControlFlow<()> {
        match change {
            None => ControlFlow::Continue(()),
            Some(Change { reason, encoding }) => {
                self.problem(Problem::of(source.shown(), reason).saying(encoding))
            }
        }
    }

    fn pieces(
        &mut self,
        Opened { source: index, compression, hint }: Opened,
        pieces: impl Iterator<Item = Piece>,
    ) -> ControlFlow<()> {
        let source = &self.corpus.sources[index];
        for piece in pieces {
            match piece {
                Piece::Block { line, bytes, starts } => {
                    self.send(Job::Json { source: index, line, bytes, starts, hint })?;
                }
                Piece::TooLong { line } => {
                    self.problem(Problem::of(source.shown(), Reason::TooLong).at(line))?;
                }
                Piece::Stray { line, what } => {
                    let problem = Problem::of(source.shown(), Reason::BadJson).at(line);
                    self.problem(problem.saying(what))?;
                }
                Piece::Failed { line, error } => {
                    return self.problem(broken(source, compression, &error).at(line));
                }
            }
        }
        self.end(index)
    }

    /// Cuts a stream into records that are read as bytes.
    fn cut(
        &mut self,
        opened: Opened,
        format: Format,
        plain: Box<dyn Read + '_>,
    ) -> ControlFlow<()> {
        let sizes = self.corpus.sizes();
        match format {
            Format::Mbox => self.parts(opened, mbox::Messages::new(plain, sizes)),
            _ => self.parts(opened, Records::new(plain, sizes)),
        }
    }

    fn parts(&mut self, opened: Opened, cuts: impl Iterator<Item = Cut>) -> ControlFlow<()> {
        let Opened { source: index, compression, .. } = opened;
        let block = self.corpus.sizes().block;
        let (mut parts, mut bytes, mut failed) = (Vec::new(), 0, None);
        for cut in cuts {
            match cut {
                Cut::Part(part) => {
                    bytes += part.bytes();
                    parts.push(part);
                }
                Cut::Failed(number, error) => failed = Some((number, error)),
            }
            if bytes >= block || parts.len() == PARTS {
                bytes = 0;
                self.send(Job::Parts { source: index, parts: std::mem::take(&mut parts) })?;
            }
        }
        if !parts.is_empty() {
            self.send(Job::Parts { source: index, parts })?;
        }
        let Some((number, error)) = failed else { return self.end(index) };
        let problem = broken(&self.corpus.sources[index], compression, &error).at(number);
        self.problem(match error.kind() {
            io::ErrorKind::UnexpectedEof => Problem { reason: Reason::Corrupt, ..problem },
            _ => problem,
        })
    }

    fn table(&mut self, index: usize, text: TableText<'_>) -> ControlFlow<()> {
        let (source, hint) = (&self.corpus.sources[index], text.hint);
        let opened = Table::open(text, &self.corpus.options, self.corpus.sizes());
        let mut table = match opened {
            Ok(table) => table,
            Err(fault) => return self.problem(table_problem(source, fault)),
        };
        while let Some(rows) = table.next() {
            match rows {
                Ok(rows) => {
                    let heading = table.heading();
                    self.send(Job::Rows { source: index, rows, heading, hint })?;
                }
                Err(fault) => return self.problem(table_problem(source, fault)),
            }
        }
        self.end(index)
    }

    #[cfg(feature = "parquet")]
    fn parquet(&mut self, index: usize, source: &Source) -> ControlFlow<()> {
        let Some(path) = source.path.as_ref().filter(|_| source.compression == Compression::Plain)
        else {
            return self.problem(Problem::of(source.shown(), Reason::Unsupported));
        };
        let columns =
            match super::parquet::Columns::open(path, &self.corpus.options, self.corpus.sizes()) {
                Ok(columns) => columns,
                Err(fault) => return self.problem(table_problem(source, fault)),
            };
        for rows in columns {
            match rows {
                Ok(rows) => {
                    let hint = Hint::default();
                    self.send(Job::Rows { source: index, rows, heading: None, hint })?;
                }
                Err(fault) => return self.problem(table_problem(source, fault)),
            }
        }
        self.end(index)
    }

    #[cfg(not(feature = "parquet"))]
    fn parquet(&mut self, _: usize, source: &Source) -> ControlFlow<()> {
        self.problem(Problem::of(source.shown(), Reason::Unsupported))
    }
}

fn table_problem(source: &Source, fault: Fault) -> Problem {
    let problem = Problem::of(source.shown(), fault.reason).saying(fault.detail);
    let compressed = source.compression != Compression::Plain;
    let problem = match fault.reason {
        Reason::Unreadable if compressed => Problem { reason: Reason::Corrupt, ..problem },
        _ => problem,
    };
    match fault.line {
        Some(line) => problem.at(line),
        None => problem,
    }
}
