//! Splits one row of a table into cells, also where it does not follow RFC 4180.

use std::ops::Range;

use memchr::{memchr, memchr2, memchr3};

/// How cells are separated and quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// Encloses cells that contain delimiters or line ends; `None` if nothing does.
    pub(super) quote: Option<u8>,
}

/// How quotes within quoted cells are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// Twice.
    Doubled,
    /// With a backslash before them.
    Backslash,
}

/// Whether the stream ends with the bytes that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing follows them.
    Reached,
    /// More bytes may follow.
    Ahead,
}

/// What is at the beginning of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A row.
    Row(Cut),
    /// The beginning of one.
    More,
    /// A quote that is never closed, or that something other than the next cell follows.
    Bad,
}

/// A row split into cells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) cells: Vec<Cell>,
    /// Where it ends, without and with its line end.
    pub(super) end: usize,
    pub(super) next: usize,
    /// Whether there are blanks between a quote and the delimiter next to it.
    pub(super) has_blanks: bool,
}

/// A cell of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// All of it.
    pub(super) whole: Range<usize>,
    /// What is between its quotes, if it has any.
    inner: Range<usize>,
    /// How quotes in there are written, if there are any.
    escape: Option<Escape>,
}

impl Cell {
    fn plain(range: Range<usize>) -> Self {
        Self { whole: range.clone(), inner: range, escape: None }
    }

    /// What it says.
    pub(super) fn value(&self, row: &[u8], dialect: Dialect) -> Vec<u8> {
        let bytes = &row[self.inner.clone()];
        let (Some(escape), Some(quote)) = (self.escape, dialect.quote) else {
            return bytes.to_vec();
        };
        let mark = if escape == Escape::Doubled { quote } else { b'\\' };
        let (mut value, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
        while let Some(at) = memchr(mark, rest) {
            let escaped = rest.get(at + 1).is_some_and(|b| *b == quote || *b == mark);
            value.extend(&rest[..at]);
            value.push(rest[at + usize::from(escaped)]);
            rest = &rest[at + 1 + usize::from(escaped)..];
        }
        value.extend(rest);
        value
    }
}

/// What follows a cell.
enum Behind {
    Cell(usize),
    /// Where the line end begins and ends.
    LineEnd(usize, usize),
    More,
    Other,
}

impl Dialect {
    /// The row at the beginning of `bytes`.
    pub(super) fn row(self, bytes: &[u8], stream_end: End, escape: Escape) -> Found {
        let (mut cells, mut at, mut has_blanks) = (Vec::new(), 0, false);
        loop {
            let start = self.skip_blanks(bytes, at);
            if start == bytes.len() && stream_end == End::Ahead {
                return Found::More;
            }
            let mut behind = Behind::Other;
            if self.quote.is_some() && bytes.get(start) == self.quote.as_ref() {
                let Some(cell) = self.quoted(bytes, at..start, escape) else {
                    return match stream_end {
                        End::Reached => Found::Bad,
                        End::Ahead => Found::More,
                    };
                };
                let end = cell.whole.end;
                let closing = self.skip_blanks(bytes, end);
                behind = self.behind(bytes, closing, stream_end);
                if !matches!(behind, Behind::Other) {
                    has_blanks |= start > at || closing > end;
                    cells.push(cell);
                } else if start == at {
                    return Found::Bad;
                }
                // Else it is no quoted cell, but one with quotes in it.
            }
            if matches!(behind, Behind::Other) {
                let end = memchr3(self.delimiter, b'\n', b'\r', &bytes[at..]);
                let end = end.map_or(bytes.len(), |end| at + end);
                cells.push(Cell::plain(at..end));
                behind = self.behind(bytes, end, stream_end);
            }
            match behind {
                Behind::Cell(next) => at = next,
                Behind::LineEnd(end, next) => {
                    return Found::Row(Cut { cells, end, next, has_blanks });
                }
                Behind::More | Behind::Other => return Found::More,
            }
        }
    }

    /// The line at the beginning of `bytes` cut at every delimiter, whatever its quotes say; they
    /// are taken off where they stand around a cell. `None` if the line does not end there.
    pub(super) fn line(self, bytes: &[u8], stream_end: End) -> Option<Cut> {
        let end = memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len());
        let Behind::LineEnd(end, next) = self.behind(bytes, end, stream_end) else { return None };
        let (mut cells, mut at) = (Vec::new(), 0);
        loop {
            let to = memchr(self.delimiter, &bytes[at..end]).map_or(end, |to| at + to);
            cells.push(self.unquoted(bytes, at..to));
            if to == end {
                return Some(Cut { cells, end, next, has_blanks: false });
            }
            at = to + 1;
        }
    }

    /// A part of a line as one cell, without quotes around it.
    pub(super) fn unquoted(self, bytes: &[u8], whole: Range<usize>) -> Cell {
        let inner = &bytes[whole.clone()];
        let is_quoted = inner.len() > 1
            && self.quote.is_some()
            && inner.first() == self.quote.as_ref()
            && inner.last() == self.quote.as_ref();
        let inner = if is_quoted { whole.start + 1..whole.end - 1 } else { whole.clone() };
        Cell { whole, inner, escape: None }
    }

    /// The cell whose quote opens at the end of `lead`; nothing if it does not close.
    fn quoted(self, bytes: &[u8], lead: Range<usize>, escape: Escape) -> Option<Cell> {
        let quote = self.quote?;
        let from = lead.end + 1;
        let (mut at, mut escaped) = (from, None);
        loop {
            at += match escape {
                Escape::Doubled => memchr(quote, bytes.get(at..)?)?,
                Escape::Backslash => memchr2(quote, b'\\', bytes.get(at..)?)?,
            };
            let is_escape = match escape {
                Escape::Doubled => bytes.get(at + 1) == Some(&quote),
                Escape::Backslash => bytes[at] == b'\\',
            };
            if !is_escape {
                let whole = lead.start..at + 1;
                return Some(Cell { whole, inner: from..at, escape: escaped });
            }
            escaped = Some(escape);
            at += 2;
        }
    }

    fn skip_blanks(self, bytes: &[u8], from: usize) -> usize {
        let is_blank = |b: &u8| (*b == b' ' || *b == b'\t') && *b != self.delimiter;
        from + bytes[from..].iter().take_while(|b| is_blank(b)).count()
    }

    fn behind(self, bytes: &[u8], at: usize, stream_end: End) -> Behind {
        match (bytes.get(at), bytes.get(at + 1)) {
            (None, _) if stream_end == End::Reached => Behind::LineEnd(at, at),
            (None, _) => Behind::More,
            (Some(b), _) if *b == self.delimiter => Behind::Cell(at + 1),
            (Some(b'\n'), _) => Behind::LineEnd(at, at + 1),
            (Some(b'\r'), Some(b'\n')) => Behind::LineEnd(at, at + 2),
            (Some(b'\r'), None) if stream_end == End::Ahead => Behind::More,
            (Some(b'\r'), _) => Behind::LineEnd(at, at + 1),
            _ => Behind::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CSV: Dialect = Dialect { delimiter: b',', quote: Some(b'"') };

    fn cells(dialect: Dialect, row: &str, cut: &Cut) -> Vec<String> {
        let text = |cell: &Cell| String::from_utf8(cell.value(row.as_bytes(), dialect)).unwrap();
        cut.cells.iter().map(text).collect()
    }

    fn cut(row: &str, escape: Escape) -> Option<(Vec<String>, bool)> {
        match CSV.row(row.as_bytes(), End::Reached, escape) {
            Found::Row(found) => Some((cells(CSV, row, &found), found.has_blanks)),
            Found::Bad => None,
            Found::More => panic!("{row}: there is no more"),
        }
    }

    #[test]
    fn rows_are_cut_as_the_standard_says() {
        for (row, expected) in [
            ("a,b", &["a", "b"][..]),
            ("a,,\n", &["a", "", ""]),
            ("\"a\",\"b,\n\"\"c\"\"\"\r\nnext", &["a", "b,\n\"c\""]),
            ("\"\",x", &["", "x"]),
            ("a \"b\" c,d", &["a \"b\" c", "d"]),
            ("a\rb", &["a"]),
        ] {
            let (cells, has_blanks) = cut(row, Escape::Doubled).expect(row);
            assert_eq!(
                (cells, has_blanks),
                (expected.iter().map(|s| (*s).into()).collect(), false)
            );
        }
    }

    #[test]
    fn blanks_beside_quotes_are_seen_through() {
        let (cells, has_blanks) = cut("a, \"b, c\" ,d", Escape::Doubled).expect("a row");
        assert_eq!((&cells[..], has_blanks), (&["a", "b, c", "d"].map(String::from)[..], true));
        let (cells, has_blanks) = cut("a, \"b\" said c", Escape::Doubled).expect("a row");
        assert_eq!(
            (&cells[..], has_blanks),
            (&["a", " \"b\" said c"].map(String::from)[..], false)
        );
    }

    #[test]
    fn what_is_not_closed_or_closed_too_early_is_bad() {
        for row in ["a,\"b", "\"a\"b,c", "\"say \\\"x\\\"\",c"] {
            assert_eq!(cut(row, Escape::Doubled), None, "{row}");
        }
        let (cells, _) = cut("\"say \\\"x,\\\" \\\\ \\n\",c", Escape::Backslash).expect("a row");
        assert_eq!(cells, ["say \"x,\" \\ \\n", "c"]);
        let row = "\"a\",\"three \"x\" four\",\"b\nnext";
        let line = CSV.line(row.as_bytes(), End::Reached).expect("a line");
        assert_eq!(cells_of(row, &line), ["a", "three \"x\" four", "\"b"]);
    }

    fn cells_of(row: &str, cut: &Cut) -> Vec<String> {
        cells(CSV, row, cut)
    }

    proptest! {
        #[test]
        fn what_a_writer_writes_is_read(rows in prop::collection::vec(prop::collection::vec("[a,\"\n\r \\\\]{0,6}", 2..4), 1..5)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            let table = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let mut rest = &table[..];
            for row in rows {
                let Found::Row(found) = CSV.row(rest.as_bytes(), End::Reached, Escape::Doubled) else {
                    panic!("{rest:?}")
                };
                prop_assert_eq!(cells_of(rest, &found), row);
                for end in 0..found.next {
                    let part = &rest.as_bytes()[..end];
                    prop_assert_eq!(CSV.row(part, End::Ahead, Escape::Doubled), Found::More);
                }
                rest = &rest[found.next..];
            }
            prop_assert_eq!(rest, "");
        }

        #[test]
        fn no_bytes_are_a_surprise(bytes in "[a,\"\n\r \t\\\\]{0,30}", is_ended in any::<bool>()) {
            let end = if is_ended { End::Reached } else { End::Ahead };
            for escape in [Escape::Doubled, Escape::Backslash] {
                if let Found::Row(found) = CSV.row(bytes.as_bytes(), end, escape) {
                    prop_assert!(found.next <= bytes.len());
                    found.cells.iter().for_each(|cell| drop(cell.value(bytes.as_bytes(), CSV)));
                }
            }
            CSV.line(bytes.as_bytes(), end);
        }
    }
}
