//! Rows that do not follow RFC 4180, and what they most likely mean.
//!
//! A quote that is never closed would swallow all that follows. So a row has to have as many cells
//! as the heading, or to be closed properly at least; otherwise its line is read for itself, and
//! the rest of the table with it.

use memchr::{memchr, memchr_iter, memmem};

use super::rows::{Cut, Dialect, End, Escape, Found};

/// The bytes that are buffered but not read yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'b> {
    pub(super) bytes: &'b [u8],
    /// Whether the stream ends with them.
    pub(super) end: End,
    /// Whether no row is to be longer.
    pub(super) is_all: bool,
}

/// What the heading says of a row.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Expected {
    /// How many cells it has; `None` for the heading itself.
    pub(super) cells: Option<usize>,
    /// Which of them is the id.
    pub(super) id: Option<usize>,
}

/// What is at the beginning of the buffered bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A row, and what is wrong with how it is written.
    Row(Cut, Option<&'static str>),
    /// More bytes are needed.
    More,
    /// A line over the limit.
    TooLong,
}

pub(super) const BLANKS: &str = "blanks beside quotes";
pub(super) const BACKSLASHES: &str = "backslashes before quotes instead of two quotes";
pub(super) const NOT_CLOSED: &str =
    "a quote that is not closed, or not doubled within quotes; the line is read as it stands";

impl Seen<'_> {
    /// The row at the beginning.
    pub(super) fn row(self, dialect: Dialect, expected: Expected) -> Reading {
        let row = match dialect.row(self.bytes, self.end, Escape::Doubled) {
            Found::More if !self.is_all => return Reading::More,
            Found::Row(cut) => Some(cut),
            Found::More | Found::Bad => None,
        };
        let fits = |cut: &Cut| expected.cells.is_none_or(|cells| cut.cells.len() == cells);
        let row = match row {
            Some(cut) if fits(&cut) && self.has_swallowed(dialect, &cut, expected) => None,
            Some(cut) if fits(&cut) => {
                let odd = cut.has_blanks.then_some(BLANKS);
                return Reading::Row(cut, odd);
            }
            row => row,
        };
        if self.has_backslashed_quote(dialect, row.as_ref()) {
            match dialect.row(self.bytes, self.end, Escape::Backslash) {
                Found::More if !self.is_all => return Reading::More,
                Found::Row(cut) if fits(&cut) => return Reading::Row(cut, Some(BACKSLASHES)),
                _ => {}
            }
        }
        let is_one_line = |cut: &Cut| memchr(b'\n', &self.bytes[..cut.end]).is_none();
        match (dialect.line(self.bytes, self.end), row) {
            (_, Some(cut)) if is_one_line(&cut) => Reading::Row(cut, None),
            (Some(line), row) if row.is_none() || fits(&line) => {
                Reading::Row(line, Some(NOT_CLOSED))
            }
            (_, Some(cut)) => Reading::Row(cut, None),
            (_, None) if self.is_all => Reading::TooLong,
            (_, None) => Reading::More,
        }
    }

    /// Whether all lines of a row but the first are rows themselves, as if its quote had been
    /// closed by accident: with as many cells, and ids that go on from its own.
    fn has_swallowed(self, dialect: Dialect, cut: &Cut, expected: Expected) -> bool {
        let row = &self.bytes[..cut.end];
        let (Some(id), Some(cells)) = (expected.id, expected.cells) else { return false };
        let id_of = |cut: &Cut, row: &[u8]| {
            let cell = cut.cells.get(id).filter(|_| cut.cells.len() == cells)?;
            Some(cell.value(row, dialect).trim_ascii().to_vec())
        };
        let lines = memchr_iter(b'\n', row).map(|end| &row[end + 1..]);
        let (mut before, mut follow, mut count) = (id_of(cut, row), true, 0);
        let shape = before.as_deref().map(shape);
        for line in lines {
            let now = dialect.line(line, End::Reached).and_then(|cut| id_of(&cut, line));
            if now.as_deref().map(self::shape) != shape || now.as_ref().is_none_or(Vec::is_empty) {
                return false;
            }
            follow &= is_next(before.as_deref(), now.as_deref());
            (before, count) = (now, count + 1);
        }
        count > 0 && (follow || count >= 3)
    }

    /// Whether there is one in the row, or in the line if there is no row.
    fn has_backslashed_quote(self, dialect: Dialect, row: Option<&Cut>) -> bool {
        let line = || memchr(b'\n', self.bytes).unwrap_or(self.bytes.len());
        let end = row.map_or_else(line, |cut| cut.end);
        dialect
            .quote
            .is_some_and(|quote| memmem::find(&self.bytes[..end], &[b'\\', quote]).is_some())
    }
}

/// What an id looks like: `a0-0` of `x17-2`.
fn shape(id: &[u8]) -> Vec<u8> {
    let class = |b: &u8| match b {
        b'0'..=b'9' => b'0',
        b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => b'a',
        other => *other,
    };
    let mut shape: Vec<u8> = id.iter().map(class).collect();
    shape.dedup();
    shape
}

/// Whether two ids are numbers, one after the other.
fn is_next(before: Option<&[u8]>, now: Option<&[u8]>) -> bool {
    let number = |id: Option<&[u8]>| str::from_utf8(id?).ok()?.parse::<u64>().ok();
    number(before)
        .and_then(|before| before.checked_add(1))
        .is_some_and(|next| number(now) == Some(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Dialect = Dialect { delimiter: b',', quote: Some(b'"') };
    const EXPECTED: Expected = Expected { cells: Some(2), id: Some(0) };

    fn read(bytes: &str) -> (Vec<String>, Option<&'static str>, &str) {
        let seen = Seen { bytes: bytes.as_bytes(), end: End::Reached, is_all: false };
        let Reading::Row(cut, odd) = seen.row(CSV, EXPECTED) else { panic!("{bytes}: no row") };
        let text = |cell: &super::super::rows::Cell| {
            String::from_utf8(cell.value(bytes.as_bytes(), CSV)).unwrap()
        };
        (cut.cells.iter().map(text).collect(), odd, &bytes[cut.next..])
    }

    #[test]
    fn what_was_meant_is_read_and_told() {
        for (bytes, expected, odd, rest) in [
            ("a,\"b\"\nc", ["a", "b"], None, "c"),
            ("a, \"b, c\"\nd", ["a", "b, c"], Some(BLANKS), "d"),
            ("a,\"say \\\"b, c\\\"\"\nd", ["a", "say \"b, c\""], Some(BACKSLASHES), "d"),
            (
                "a,\"ends with \\\", and more\"\nd",
                ["a", "ends with \", and more"],
                Some(BACKSLASHES),
                "d",
            ),
            ("a,\"b\nc,d\n", ["a", "\"b"], Some(NOT_CLOSED), "c,d\n"),
            ("a,\"b\nc,\"d\"\n", ["a", "\"b"], Some(NOT_CLOSED), "c,\"d\"\n"),
            ("a,\"b\nc,d\",e\n", ["a", "\"b"], Some(NOT_CLOSED), "c,d\",e\n"),
            ("7,\"b\n8,c\"\n9,d", ["7", "\"b"], Some(NOT_CLOSED), "8,c\"\n9,d"),
            (
                "x1,\"b\nx3,c\nx7,d\nx9,\"\nz,",
                ["x1", "\"b"],
                Some(NOT_CLOSED),
                "x3,c\nx7,d\nx9,\"\nz,",
            ),
            ("7,\"b\n4, Main Street\"\n9,d", ["7", "b\n4, Main Street"], None, "9,d"),
            ("7,\"b\nTeam,points\nA,3\nB,4\"\n9,d", ["7", "b\nTeam,points\nA,3\nB,4"], None, "9,d"),
            ("a,\"b \"c\" d\"\ne", ["a", "b \"c\" d"], Some(NOT_CLOSED), "e"),
        ] {
            let expected = expected.map(String::from).to_vec();
            assert_eq!(read(bytes), (expected, odd, rest), "{bytes}");
        }
    }

    #[test]
    fn a_line_that_nobody_can_hold_is_too_long() {
        let seen = Seen { bytes: b"a,bcdefg", end: End::Ahead, is_all: true };
        assert_eq!(seen.row(CSV, EXPECTED), Reading::TooLong);
        assert_eq!(Seen { is_all: false, ..seen }.row(CSV, EXPECTED), Reading::More);
        let seen = Seen { bytes: b"a,\"b\ncdefgh", end: End::Ahead, is_all: true };
        assert!(matches!(seen.row(CSV, EXPECTED), Reading::Row(_, Some(NOT_CLOSED))));
    }
}
