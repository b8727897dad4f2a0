//! Tables as text: comma- and tab-separated values.

use std::io::{self, Read};
use std::sync::Arc;

use memchr::{memchr, memchr_iter};

use super::ReadOptions;
use super::encoding::{Hint, decode_record};
use super::fields::{Wanted, none_among};
use super::lines::Sizes;
use super::odd_rows::{Expected, NOT_CLOSED, Reading, Seen};
use super::problem::Reason;
use super::rows::{self, Cut, Dialect, End};

/// The cells of a row that matter, as bytes.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) id: Option<Cell>,
    /// Those that there are, at least one; or why there is none.
    pub(super) texts: Result<Vec<Vec<u8>>, Reason>,
    pub(super) extra: Option<Cell>,
    pub(super) kept: Vec<Option<Cell>>,
    pub(super) raw: Option<Box<[u8]>>,
    /// What is wrong with how it is written.
    pub(super) odd: Option<String>,
}

/// What is in a cell. Parquet alone has types.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(feature = "parquet"), expect(dead_code))]
pub(super) enum Cell {
    /// Bytes of a table that has no types.
    Untyped(Vec<u8>),
    /// A text.
    Text(Vec<u8>),
    /// A number or a truth value, as JSON writes it.
    Json(String),
}

impl Cell {
    /// What it says, once its bytes are decoded.
    pub(super) fn into_text(self, decode: impl FnOnce(Vec<u8>) -> String) -> String {
        match self {
            Self::Untyped(bytes) | Self::Text(bytes) => decode(bytes),
            Self::Json(json) => json,
        }
    }
}

/// Why a table ended early.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) reason: Reason,
    pub(super) line: Option<u64>,
    pub(super) detail: String,
}

/// A table before its heading is read.
pub(super) struct TableText<'r> {
    /// In UTF-8, or in what `hint` says.
    pub(super) text: Box<dyn Read + 'r>,
    /// The delimiter of the format; [`ReadOptions::delimiter`] takes precedence.
    pub(super) delimiter: u8,
    pub(super) hint: Hint,
}

/// Where the wanted columns are.
#[derive(Debug, Clone, Default)]
struct Columns {
    /// How many there are, once the heading is read.
    all: Option<usize>,
    id: Option<usize>,
    texts: Vec<usize>,
    extra: Option<usize>,
    kept: Vec<Option<usize>>,
}

/// The rows of a table in blocks. Memory: a block and the longest row so far.
pub(super) struct Table<'r> {
    reader: Box<dyn Read + 'r>,
    dialect: Dialect,
    columns: Columns,
    heading: Option<Arc<[u8]>>,
    sizes: Sizes,
    keep_raw: bool,
    /// What was read, and how much of it became rows.
    seen: Vec<u8>,
    at: usize,
    line: u64,
    end: End,
    error: Option<io::Error>,
    /// Bytes that became rows, and bytes that were looked at in vain for the end of a quote.
    done: u64,
    in_vain: u64,
}

/// Bytes that are read at once, at least.
const CHUNK: usize = 64 << 10;

impl<'r> Table<'r> {
    /// Reads the heading row.
    pub(super) fn open(
        TableText { text, delimiter, hint }: TableText<'r>,
        options: &ReadOptions,
        sizes: Sizes,
    ) -> Result<Self, Fault> {
        let delimiter = options.delimiter.unwrap_or(delimiter);
        let mut table = Self {
            reader: text,
            dialect: Dialect { delimiter, quote: options.quote },
            columns: Columns::default(),
            heading: None,
            sizes,
            keep_raw: options.keep_raw,
            seen: Vec::new(),
            at: 0,
            line: 1,
            end: End::Ahead,
            error: None,
            done: 0,
            in_vain: 0,
        };
        table.skip_blank_lines();
        let is_empty = table.at == table.seen.len();
        let heading = if is_empty { None } else { table.cut() };
        let cut = heading.map_or_else(Cut::default, |(cut, _)| cut);
        let bytes = &table.seen[table.at..];
        let value = |cell: &rows::Cell| {
            let name = cell.value(bytes, table.dialect);
            decode_record(&name, hint).0.trim().to_owned()
        };
        let names: Vec<String> = cut.cells.iter().map(value).collect();
        let heading = table.keep_raw.then(|| Arc::from(&bytes[..cut.end]));
        let column = |name: &str| names.iter().position(|cell| cell == name);
        let wanted = Wanted::new(options);
        let places: Vec<_> = wanted.names().iter().map(|name| column(name)).collect();
        let parts = wanted.split(&places);
        let texts: Vec<usize> = parts.texts.into_iter().flatten().collect();
        if let Some(error) = table.error.take_if(|_| texts.is_empty()) {
            let detail = error.to_string();
            return Err(Fault { reason: Reason::Unreadable, line: Some(1), detail });
        }
        if texts.is_empty() {
            return Err(no_text(&names, delimiter, options));
        }
        table.columns = Columns {
            all: Some(names.len()),
            id: parts.id,
            texts,
            extra: parts.extra.flatten(),
            kept: parts.kept,
        };
        table.heading = heading;
        table.use_up(cut.next);
        Ok(table)
    }

    /// The heading row as written, if raw rows are kept.
    pub(super) fn heading(&self) -> Option<Arc<[u8]>> {
        self.heading.clone()
    }

    /// Reads on, at least as much again as there is; notes the stream's end or failure.
    fn fill(&mut self) {
        self.seen.drain(..self.at);
        self.at = 0;
        let wanted = CHUNK.max(self.seen.len());
        self.seen.reserve_exact(wanted);
        match self.reader.by_ref().take(wanted as u64).read_to_end(&mut self.seen) {
            Ok(read) if read == wanted => {}
            Ok(_) => self.end = End::Reached,
            Err(error) => {
                self.end = End::Reached;
                self.error = Some(error);
            }
        }
    }

    fn use_up(&mut self, bytes: usize) {
        let used = &self.seen[self.at..self.at + bytes];
        let lines = memchr_iter(b'\n', used).count() as u64;
        // The line ends of the old Macintosh.
        self.line += lines + u64::from(lines == 0 && used.ends_with(b"\r"));
        self.at += bytes;
        self.done += bytes as u64;
    }

    /// Skips blank lines.
    fn skip_blank_lines(&mut self) {
        loop {
            let rest = &self.seen[self.at..];
            let is_blank = |b: &u8| matches!(b, b' ' | b'\t') && *b != self.dialect.delimiter;
            let blanks = rest.iter().take_while(|b| is_blank(b)).count();
            match rest.get(blanks) {
                Some(b'\n' | b'\r') => self.use_up(blanks + 1),
                None if self.end == End::Ahead && rest.len() <= self.sizes.limit => self.fill(),
                None if self.end == End::Reached => return self.use_up(rest.len()),
                _ => return,
            }
        }
    }

    /// The row that comes next, and what is wrong with it; nothing if its line is too long.
    fn cut(&mut self) -> Option<(Cut, Option<&'static str>)> {
        loop {
            let bytes = &self.seen[self.at..];
            let seen = Seen { bytes, end: self.end, is_all: bytes.len() > self.window() };
            let expected = Expected { cells: self.columns.all, id: self.columns.id };
            match seen.row(self.dialect, expected) {
                Reading::Row(cut, odd) => {
                    if odd == Some(NOT_CLOSED) {
                        self.in_vain += bytes.len() as u64;
                    }
                    return Some((cut, odd));
                }
                Reading::TooLong => return None,
                Reading::More => self.fill(),
            }
        }
    }

    /// How far to look for the end of a quote. Where that was often in vain, not far: a table
    /// without quoted cells may begin a cell in each row with a quote.
    fn window(&self) -> usize {
        if self.in_vain > 4 * self.done + (64 << 20) { CHUNK } else { self.sizes.limit }
    }

    /// The next row; nothing at the end, or where the stream failed.
    fn row(&mut self) -> Option<Row> {
        self.skip_blank_lines();
        let line = self.line;
        if self.at == self.seen.len() {
            return None;
        }
        let Some((cut, odd)) = self.cut() else {
            self.skip_line();
            let texts = Err(Reason::TooLong);
            return Some(Row {
                line,
                texts,
                id: None,
                extra: None,
                kept: vec![],
                raw: None,
                odd: None,
            });
        };
        if self.error.is_some() && cut.next == cut.end {
            // It is not whole.
            return None;
        }
        let row = self.row_of(line, &cut, odd);
        self.use_up(cut.next);
        Some(row)
    }

    fn row_of(&self, line: u64, cut: &Cut, odd: Option<&'static str>) -> Row {
        let bytes = &self.seen[self.at..self.at + cut.end];
        let Columns { all, id, texts, extra, kept } = &self.columns;
        let (found, all) = (cut.cells.len(), all.unwrap_or_default());
        let surplus = found.saturating_sub(all);
        let is_empty = |cell: &rows::Cell| cell.whole.is_empty();
        // Delimiters that nobody quoted are most likely those of the text, of the last one that was
        // named: before it come titles.
        let is_split = surplus > 0 && !cut.cells[all..].iter().all(is_empty);
        let main = texts.last().copied().unwrap_or_default();
        let bytes_at = |at: usize| {
            if is_split && at == main {
                let range = cut.cells[at].whole.start..cut.cells[at + surplus].whole.end;
                return Some(self.dialect.unquoted(bytes, range).value(bytes, self.dialect));
            }
            let at = if is_split && at > main { at + surplus } else { at };
            Some(cut.cells.get(at)?.value(bytes, self.dialect))
        };
        let cell = |at: &Option<usize>| Some(Cell::Untyped(bytes_at((*at)?)?));
        let texts: Vec<_> = texts.iter().filter_map(|at| bytes_at(*at)).collect();
        let counted = || {
            let read = if is_split { "; the surplus is taken for a part of the text" } else { "" };
            let cells = if found == 1 { "cell" } else { "cells" };
            format!("{found} {cells} where the heading has {all}{read}")
        };
        Row {
            line,
            id: cell(id),
            texts: if texts.is_empty() { Err(Reason::BadRow) } else { Ok(texts) },
            extra: cell(extra),
            kept: kept.iter().map(cell).collect(),
            raw: self.keep_raw.then(|| bytes.into()),
            odd: if found == all { odd.map(str::to_owned) } else { Some(counted()) },
        }
    }

    /// Throws the current line away, up to its end.
    fn skip_line(&mut self) {
        loop {
            if let Some(at) = memchr(b'\n', &self.seen[self.at..]) {
                return self.use_up(at + 1);
            }
            self.use_up(self.seen.len() - self.at);
            if self.end == End::Reached {
                return;
            }
            self.fill();
        }
    }
}

impl Iterator for Table<'_> {
    type Item = Result<Vec<Row>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while bytes < self.sizes.block {
            let before = self.done;
            let Some(row) = self.row() else { break };
            bytes += (self.done - before) as usize + size_of::<Row>();
            rows.push(row);
        }
        if !rows.is_empty() {
            return Some(Ok(rows));
        }
        self.at = self.seen.len();
        let error = self.error.take()?;
        let (line, detail) = (Some(self.line), error.to_string());
        Some(Err(Fault { reason: Reason::Unreadable, line, detail }))
    }
}

/// Why a heading without a column for the text cannot be read: because there is none, or because
/// its columns are separated otherwise.
fn no_text(names: &[String], delimiter: u8, options: &ReadOptions) -> Fault {
    let detail = none_among("column", &options.text_fields, names.iter());
    let (reason, detail) = match names {
        [] => (Reason::Empty, String::new()),
        [name] => match other_delimiter(name, delimiter) {
            Some(other) => (Reason::OtherDelimiter, other.to_owned()),
            None => (Reason::NoColumn, detail),
        },
        _ => (Reason::NoColumn, detail),
    };
    Fault { reason, line: None, detail }
}

/// The delimiter that the name of an only column looks like.
fn other_delimiter(name: &str, delimiter: u8) -> Option<&'static str> {
    let known = [(';', "`;`"), ('\t', "`tab`"), ('|', "`|`"), (',', "`,`")];
    let counts = known.map(|(c, said)| (name.matches(c).count(), u32::from(c), said));
    let others = counts.into_iter().filter(|(_, c, _)| *c != u32::from(delimiter));
    // The first of those that are there equally often.
    let (count, _, said) = others.rev().max_by_key(|(count, ..)| *count)?;
    (count > 0).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_tells_its_delimiter() {
        for (name, delimiter, expected) in [
            ("id;text", b',', Some("`;`")),
            ("id\ttext", b',', Some("`tab`")),
            ("id|title|text", b',', Some("`|`")),
            ("id,text;more,title", b';', Some("`,`")),
            ("id,text", b'\t', Some("`,`")),
            ("text", b',', None),
            ("a,b", b',', None),
        ] {
            assert_eq!(other_delimiter(name, delimiter), expected, "{name}");
        }
    }
}
