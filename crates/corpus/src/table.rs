//! Tables as text: comma- and tab-separated values.

use std::io::{self, Read};
use std::sync::Arc;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::ReadOptions;
use super::lines::Sizes;
use super::problem::Reason;

/// The cells of a row that matter, as bytes.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) id: Option<Vec<u8>>,
    /// Or why there is none.
    pub(super) text: Result<Vec<u8>, Reason>,
    pub(super) extra: Option<Vec<u8>>,
    pub(super) raw: Option<Box<[u8]>>,
}

/// Why a table ended early.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) reason: Reason,
    pub(super) line: Option<u64>,
    pub(super) detail: String,
}

/// Where the wanted columns stand.
struct Columns {
    id: Option<usize>,
    text: usize,
    extra: Option<usize>,
}

/// The rows of a table in blocks. Memory: a block and the longest row so far.
pub(super) struct Table<'r> {
    reader: Reader<Tap<'r>>,
    columns: Columns,
    heading: Option<Arc<[u8]>>,
    block: usize,
    keep_raw: bool,
    record: ByteRecord,
    ended: bool,
    /// What ended it, if that was not its end.
    fault: Option<Fault>,
}

impl<'r> Table<'r> {
    /// Reads the heading row.
    pub(super) fn open(
        text: Box<dyn Read + 'r>,
        delimiter: u8,
        options: &ReadOptions,
        sizes: Sizes,
    ) -> Result<Self, Fault> {
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .buffer_capacity(TAP)
            .from_reader(Tap {
                reader: text,
                seen: Vec::new(),
                from: 0,
                used: 0,
                limit: sizes.limit,
            });
        let names = reader.byte_headers().map_err(|error| fault(error, 1))?.clone();
        let heading = raw_row(&mut reader, options.keep_raw).0.map(Arc::from);
        let column =
            |name: &str| names.iter().position(|cell| cell.trim_ascii() == name.as_bytes());
        let text = column(&options.text_field).ok_or_else(|| Fault {
            reason: if names.is_empty() { Reason::Empty } else { Reason::NoColumn },
            line: None,
            detail: no_column(&options.text_field, names.iter().map(String::from_utf8_lossy)),
        })?;
        let extra = options.extra_field.as_deref().and_then(column);
        Ok(Self {
            reader,
            columns: Columns { id: column(&options.id_field), text, extra },
            heading,
            block: sizes.block,
            keep_raw: options.keep_raw,
            record: ByteRecord::new(),
            ended: false,
            fault: None,
        })
    }

    /// The heading row as written, if raw rows are kept.
    pub(super) fn heading(&self) -> Option<Arc<[u8]>> {
        self.heading.clone()
    }

    fn row(&mut self) -> Row {
        let (raw, skipped_lines) = raw_row(&mut self.reader, self.keep_raw);
        let cell = |at: Option<usize>| at.and_then(|at| self.record.get(at)).map(<[u8]>::to_vec);
        Row {
            line: self.record.position().map_or(0, csv::Position::line) + skipped_lines,
            id: cell(self.columns.id),
            text: cell(Some(self.columns.text)).ok_or(Reason::BadRow),
            extra: cell(self.columns.extra),
            raw: raw.map(Vec::into_boxed_slice),
        }
    }
}

impl Iterator for Table<'_> {
    type Item = Result<Vec<Row>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while !self.ended && bytes < self.block {
            let line = self.reader.position().line();
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {
                    bytes += self.record.as_slice().len() + size_of::<Row>();
                    rows.push(self.row());
                }
                Ok(false) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    self.fault = Some(fault(error, line));
                }
            }
        }
        if rows.is_empty() { self.fault.take().map(Err) } else { Some(Ok(rows)) }
    }
}

/// What was expected and what is there, shortened: a binary file may have any heading.
pub(super) fn no_column(wanted: &str, names: impl Iterator<Item = impl AsRef<str>>) -> String {
    let mut detail = format!("no column {wanted:?} among");
    for (n, name) in names.take(20).enumerate() {
        let name: String = name.as_ref().chars().take(40).collect();
        detail.push_str(&format!("{} {name:?}", if n == 0 { "" } else { "," }));
    }
    detail
}

fn fault(error: csv::Error, line: u64) -> Fault {
    let too_long =
        matches!(error.kind(), csv::ErrorKind::Io(e) if e.kind() == io::ErrorKind::FileTooLarge);
    let reason = if too_long { Reason::TooLong } else { Reason::Unreadable };
    let detail = if too_long { "a quote that never closes?".to_owned() } else { error.to_string() };
    Fault { reason, line: Some(line), detail }
}

/// The bytes of the row that was just read, without line end, if they are to be kept; and the
/// line ends before it that the parser's own line number leaves out: the second half of the last
/// row's `\r\n`, and empty lines.
fn raw_row(reader: &mut Reader<Tap<'_>>, keep: bool) -> (Option<Vec<u8>>, u64) {
    let end = reader.position().byte();
    let row = reader.get_mut().use_up_to(end);
    let ends = |b: &u8| *b == b'\r' || *b == b'\n';
    let from = row.iter().position(|b| !ends(b)).unwrap_or(row.len());
    let to = row.iter().rposition(|b| !ends(b)).map_or(from, |at| at + 1);
    let skipped_lines = row[..from].iter().filter(|&&b| b == b'\n').count() as u64;
    (keep.then(|| row[from..to].to_vec()), skipped_lines)
}

/// Bytes that the parser reads at once.
const TAP: usize = 64 << 10;

/// Remembers what the parser has read but not made rows of, and fails if that is too much.
struct Tap<'r> {
    reader: Box<dyn Read + 'r>,
    seen: Vec<u8>,
    /// Offset of `seen` in the stream.
    from: u64,
    /// Bytes at the front of `seen` that became rows. Dropped when reading on, not for each row.
    used: usize,
    limit: usize,
}

impl Tap<'_> {
    fn use_up_to(&mut self, end: u64) -> &[u8] {
        let before = self.used;
        self.used = ((end - self.from) as usize).min(self.seen.len());
        &self.seen[before..self.used]
    }
}

impl Read for Tap<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.seen.drain(..self.used);
        self.from += self.used as u64;
        self.used = 0;
        if self.seen.len() > self.limit.saturating_add(TAP) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let n = self.reader.read(to)?;
        self.seen.extend_from_slice(&to[..n]);
        Ok(n)
    }
}
