//! The parsing threads: one job at a time to records and problems. Jobs do not know one another.

use std::fs::File;
use std::io::{self, Read};

use memchr::memchr_iter;

use super::article::{Article, CANCELED, Flaw, Found, is_canceled};
use super::encoding::{
    Change, Hint, decode, is_binary, is_undecoded, looks_like_text, peek, rejoin,
};
use super::fields::Wanted;
use super::format::{Compression, Format};
use super::job::{Content, Job, Outcome, Part, broken, is_changed, state};
use super::json::{self, Id, Text};
use super::kind::{self, Kind, Reader};
use super::lines::Start;
#[cfg(feature = "pdf")]
use super::pdf;
use super::problem::{Problem, Reason};
use super::source::Source;
use super::{Corpus, IdType, Place, Record, Selection, documents, html, mail, office};

mod records;

pub(super) struct Parser<'c> {
    corpus: &'c Corpus,
    fields: Wanted<'c>,
    /// The same of articles whose fields have names of their own.
    named: Wanted<'c>,
    /// What is wanted; `None` is everything.
    selection: Option<Selection<'c>>,
}

/// A record before its checks.
struct Draft<'a> {
    place: Place,
    id: Id,
    text: Text<'a>,
    extra: Option<Box<str>>,
    fields: Box<[Option<Box<str>>]>,
    raw: Option<Box<[u8]>>,
}

/// Objects of JSON that were cut from a file.
struct Block<'b> {
    bytes: &'b [u8],
    hint: Hint,
    /// Where they start.
    objects: Vec<Start>,
}

impl<'c> Parser<'c> {
    pub(super) fn new(corpus: &'c Corpus, selection: Option<Selection<'c>>) -> Self {
        let options = &corpus.options;
        let (fields, named) = (Wanted::new(options), Wanted::of_named(options));
        Self { corpus, fields, named, selection }
    }

    fn wants(&self, place: Place) -> bool {
        self.selection.is_none_or(|selection| (selection.wanted)(place))
    }

    fn wants_only_raw(&self) -> bool {
        self.selection.is_some_and(|selection| selection.only_raw)
    }

    pub(super) fn run(&self, job: Job) -> Outcome {
        let mut outcome = Outcome::default();
        match job {
            Job::Files(group) => group.into_iter().for_each(|index| self.file(index, &mut outcome)),
            Job::Content { source, bytes, converted } => {
                let is_single = documents::kind(&bytes).is_none();
                if !is_single || self.wants(Place::on_line(source as u32, 0)) {
                    self.content(source, bytes, converted, &mut outcome);
                }
            }
            Job::Json { source, line, bytes, starts, hint } => {
                let objects = if starts.is_empty() { by_line(&bytes, line) } else { starts };
                self.json(source, Block { bytes: &bytes, hint, objects }, &mut outcome);
            }
            Job::Rows { source, rows, heading, hint } => {
                outcome.batch.heading = heading;
                rows.into_iter().for_each(|row| self.row(source, (row, hint), &mut outcome));
            }
            Job::Parts { source, parts } => {
                parts.into_iter().for_each(|part| self.part(source, part, &mut outcome));
            }
            Job::Problem(problem) => outcome.problems.push(problem),
            Job::Ended => outcome.files += 1,
        }
        outcome
    }

    fn source(&self, place: Place) -> &'c Source {
        &self.corpus.sources[place.source as usize]
    }

    fn problem(&self, place: Place, reason: Reason) -> Problem {
        Problem::of(self.source(place).shown(), reason).at(place.line)
    }

    fn file(&self, index: usize, outcome: &mut Outcome) {
        let source = &self.corpus.sources[index];
        let place = Place::on_line(index as u32, 0);
        // Which articles of several are wanted shows when they are read.
        if self.selection.is_none() || !holds_several(source) {
            if !self.wants(place) {
                return;
            }
            if self.wants_only_raw() {
                outcome.batch.records.push(Record::bare(place, None));
                return;
            }
        }
        match self.load(source) {
            Ok(bytes) => self.content(index, bytes, None, outcome),
            Err(problem) => outcome.problems.push(problem),
        }
    }

    /// The plain bytes of a file that is one article.
    fn load(&self, source: &Source) -> Result<Vec<u8>, Problem> {
        let limit = self.corpus.sizes().limit;
        let because = |error: io::Error| broken(source, source.compression, &error);
        let opened =
            source.path.as_ref().map_or_else(|| Err(io::ErrorKind::NotFound.into()), File::open);
        let file = opened.map_err(|error| broken(source, Compression::Plain, &error))?;
        // Only a hint: the file may grow meanwhile, and compressed ones will.
        let before = file.metadata().ok().map(|what| state(&what));
        let bytes = before.map_or(0, |(bytes, _)| bytes);
        let mut content = source.compression.unpack(Box::new(file)).map_err(because)?;
        if source.format == Format::Unknown && !source.named {
            // Before the rest is read: it may be a film.
            let (head, error) = peek(&mut *content);
            let document = kind::document(&head);
            if let Some(kind) = document.filter(|kind| kind.reader.is_none()) {
                return Err(source.problem(Reason::Document).saying(kind.advice));
            }
            if document.is_none() && !looks_like_text(&head) {
                return Err(binary(source, &head));
            }
            content = rejoin(head, error, content);
        }
        let mut all = Vec::with_capacity(bytes.min(limit as u64) as usize + 1);
        content.take(limit as u64 + 1).read_to_end(&mut all).map_err(because)?;
        if before.zip(source.path.as_deref()).is_some_and(|(before, path)| is_changed(path, before))
        {
            return Err(Problem::of(source.shown(), Reason::Changed));
        }
        Ok(all)
    }

    /// A whole article.
    fn content(
        &self,
        index: usize,
        bytes: Vec<u8>,
        converted: Option<Change>,
        outcome: &mut Outcome,
    ) {
        let source = &self.corpus.sources[index];
        let problem = |reason| source.problem(reason);
        if bytes.len() > self.corpus.sizes().limit {
            return outcome.problems.push(problem(Reason::TooLong));
        }
        if let Some(kind) = kind::document(&bytes) {
            let found = document(kind, &bytes, self.corpus.sizes().limit);
            return self.single(index, found, outcome);
        }
        if is_binary(&bytes) {
            return outcome.problems.push(binary(source, &bytes));
        }
        if source.format == Format::Mail
            || source.format == Format::Unknown && mail::is_message(&bytes)
        {
            return self.single(index, mail::article(&bytes), outcome);
        }
        outcome.files += 1;
        let xml = documents::kind(&bytes).filter(|_| source.format == Format::Unknown);
        let named = self.corpus.options.encoding;
        let (text, change) = decode(bytes, named, html::declared_encoding);
        let undecoded = is_undecoded(&text);
        if let (Some(kind), false) = (xml, undecoded) {
            let change = change.or(converted);
            outcome
                .problems
                .extend(change.map(|change| problem(change.reason).saying(change.encoding)));
            return documents::articles(kind, &text, |number, found| {
                self.found(Place::on_line(index as u32, number), found, outcome);
            });
        }
        let text = read(source.format, text);
        if text.trim().is_empty() {
            return outcome.problems.push(problem(Reason::Empty));
        }
        if undecoded || is_undecoded(&text) {
            return outcome.problems.push(problem(Reason::Undecoded));
        }
        outcome.problems.extend(
            change.or(converted).map(|change| problem(change.reason).saying(change.encoding)),
        );
        let place = Place::on_line(index as u32, 0);
        let id = source.id.clone();
        let shared_id = source.short_name().map(String::into_boxed_str);
        outcome.batch.records.push(Record { id, shared_id, text, ..Record::bare(place, None) });
    }

    /// A file that is one article, and says more of it than its text.
    fn single(&self, index: usize, found: Found, outcome: &mut Outcome) {
        let source = &self.corpus.sources[index];
        let place = Place::on_line(index as u32, 0);
        let article = match found {
            Ok(article) => article,
            Err(flaw) => {
                let problem = source.problem(flaw.reason).saying(flaw.detail);
                return outcome.problems.push(problem);
            }
        };
        outcome.files += 1;
        let (id, shared_id) = (source.id.clone(), source.short_name().map(String::into_boxed_str));
        let before = outcome.batch.records.len();
        self.article(place, Some(Id::Known(id, IdType::Text)), &article, outcome);
        for record in &mut outcome.batch.records[before..] {
            record.shared_id.clone_from(&shared_id);
        }
        // It is the file that is empty, or could not be decoded.
        outcome.problems.iter_mut().filter(|of| of.line == Some(0)).for_each(|of| {
            (of.line, of.id) = (None, None);
        });
    }

    /// A record that is cut from a stream.
    fn part(&self, index: usize, part: Part, outcome: &mut Outcome) {
        let place = Place::on_line(index as u32, part.number);
        if !self.wants(place) {
            return;
        }
        let limit = self.corpus.sizes().limit;
        let found = match part.content {
            Ok(Content::Message(message)) => mail::article(&message),
            Ok(Content::Capture(capture)) => {
                let (found, change) = capture.article(self.corpus.options.encoding, limit);
                outcome
                    .problems
                    .extend(change.map(|of| self.problem(place, of.reason).saying(of.encoding)));
                found
            }
            Err(flaw) => Err(flaw),
        };
        self.found(place, found, outcome);
    }

    /// An article among several of a file, or why it is none.
    fn found(&self, place: Place, found: Found, outcome: &mut Outcome) {
        match found {
            _ if !self.wants(place) => {}
            Ok(article) => self.article(place, None, &article, outcome),
            Err(flaw) => {
                outcome.problems.push(self.problem(place, flaw.reason).saying(flaw.detail));
            }
        }
    }

    fn article(&self, place: Place, own: Option<Id>, article: &Article, outcome: &mut Outcome) {
        let object = article.object();
        if self.wants_only_raw() && place.line > 0 {
            let bare = Record::bare(place, Some(object.into_bytes().into()));
            return outcome.batch.records.push(Record { is_converted: true, ..bare });
        }
        let Ok(fields) = json::fields(&object, &self.named) else {
            return outcome.problems.push(self.problem(place, Reason::BadRecord));
        };
        let raw = self.corpus.options.keep_raw.then(|| object.as_bytes().into());
        let json::Fields { id, text, extra, kept } = fields;
        let id = own.unwrap_or(id);
        let before = outcome.batch.records.len();
        self.finish(Draft { place, id, text, extra, fields: kept, raw }, outcome);
        outcome.batch.records[before..].iter_mut().for_each(|record| record.is_converted = true);
    }

    /// Whether a record says that its publisher takes it back, where that is asked for.
    fn is_canceled(&self, fields: &[Option<Box<str>>]) -> bool {
        let names = self.corpus.options.keep_fields.iter();
        let value = names.zip(fields).find(|(name, _)| *name == "pubstatus");
        let value = value.and_then(|(_, value)| serde_json::from_str(value.as_deref()?).ok());
        value.is_some_and(|status: String| is_canceled(&status))
    }

    /// The checks that all records share.
    fn finish(&self, draft: Draft<'_>, outcome: &mut Outcome) {
        let Draft { place, id, text, extra, fields, raw } = draft;
        let text = match text {
            Text::Missing if self.is_canceled(&fields) => Text::String(CANCELED.into()),
            Text::String(text) if text.trim().is_empty() && self.is_canceled(&fields) => {
                Text::String(CANCELED.into())
            }
            text => text,
        };
        let problem = |reason| {
            let problem = self.problem(place, reason);
            if let Id::Known(id, _) = &id { problem.record(id) } else { problem }
        };
        let text = match text {
            Text::String(text) if text.trim().is_empty() => {
                return outcome.problems.push(problem(Reason::Empty));
            }
            Text::String(text) if is_undecoded(&text) => {
                return outcome.problems.push(problem(Reason::Undecoded));
            }
            Text::String(text) => text.into_owned(),
            Text::Missing => return outcome.problems.push(problem(Reason::NoText)),
            Text::Other(what) => {
                return outcome.problems.push(problem(Reason::TextNotString).saying(what));
            }
        };
        if id == Id::Other {
            outcome.problems.push(problem(Reason::BadId));
        }
        let (id, id_type) = match id {
            Id::Known(id, id_type) => (id, id_type),
            Id::Missing | Id::Other => (place_id(self.source(place), place), IdType::Text),
        };
        let bare = Record::bare(place, raw);
        outcome.batch.records.push(Record { id, id_type, text, extra, fields, ..bare });
    }
}

/// What people read of a file that is one article.
fn read(format: Format, file: String) -> String {
    match format {
        Format::Html => html::readable_text(&file),
        Format::Text | Format::Mail | Format::Unknown => file,
        // Lists of records, whose content did not tell that they are: the standard input alone.
        Format::JsonLines
        | Format::Json
        | Format::Csv
        | Format::Tsv
        | Format::Parquet
        | Format::Warc
        | Format::Mbox => file,
    }
}

/// The article of a document, as what reads it finds it.
fn document(kind: Kind, bytes: &[u8], limit: usize) -> Found {
    let advice = || Err(Flaw::new(Reason::Document, kind.advice));
    match kind.reader {
        Some(Reader::Office) => office::article(bytes, limit),
        Some(Reader::Old) if office::is_sealed(bytes) => {
            Err(Flaw::new(Reason::Encrypted, "Microsoft Office"))
        }
        #[cfg(feature = "pdf")]
        Some(Reader::Pdf) => pdf::article(bytes, limit),
        _ => advice(),
    }
}

/// Whether a file whose name does not tell holds articles in XML.
fn holds_several(source: &Source) -> bool {
    let head = || {
        let file = File::open(source.path.as_ref()?).ok()?;
        Some(peek(&mut *source.compression.unpack(Box::new(file)).ok()?).0)
    };
    source.format == Format::Unknown && head().is_some_and(|head| documents::kind(&head).is_some())
}

/// Of a file that is not text, what it is, as far as its first bytes tell.
fn binary(source: &Source, bytes: &[u8]) -> Problem {
    let problem = source.problem(Reason::Binary);
    match kind::kind(bytes) {
        Some(kind) => problem.saying(kind.advice),
        None => problem,
    }
}

/// The id of a record that has none of its own.
pub(super) fn place_id(source: &Source, place: Place) -> String {
    match place.item {
        0 => format!("{}:{}", source.id, place.line),
        item => format!("{}:{}#{}", source.id, place.line, item + 1),
    }
}

/// Each line with its number.
fn by_line(bytes: &[u8], first: u64) -> Vec<Start> {
    let mut from = 0;
    let ends = memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len()));
    let ranges = ends.map(|end| {
        let line = from..end;
        from = end + 1;
        line
    });
    let lines = (first..).zip(ranges).filter(|(_, range)| !range.is_empty());
    lines.map(|(line, range)| Start { line, item: 0, range }).collect()
}
