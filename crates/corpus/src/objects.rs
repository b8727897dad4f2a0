//! A stream of JSON to the objects in it: alone, in an array, or one after another.
//!
//! Only braces, brackets and strings are looked at; whether an object is sound is told later, for
//! each by itself, so that a bad one does not take its neighbours with it.

use std::collections::VecDeque;
use std::io::{self, Read};

use memchr::memchr2;

use super::lines::{Piece, Sizes, Start};

/// Blocks of whole objects. Memory: a block and the longest object so far, `limit` at most.
pub(super) struct Objects<R> {
    reader: R,
    sizes: Sizes,
    /// The bytes from the current object's start on; all were scanned.
    open: Vec<u8>,
    started: Option<Open>,
    state: State,
    ended: bool,
    error: Option<io::Error>,
    ready: VecDeque<Piece>,
}

/// The current object.
struct Open {
    line: u64,
    item: u32,
    /// Whether its bytes are no longer kept.
    dropped: bool,
}

/// Where in the JSON the scan stands.
struct State {
    line: u64,
    /// The line of the last object, and how many started on it before that one.
    last: (u64, u32),
    /// Brackets open around the objects.
    arrays: u64,
    /// Whether something that is no object is not over yet.
    in_stray: bool,
    /// Braces and brackets open, from the object's own brace on; 0 between objects.
    depth: u64,
    in_string: bool,
    escaped: bool,
}

impl<R: Read> Objects<R> {
    pub(super) fn new(reader: R, sizes: Sizes) -> Self {
        Self {
            reader,
            sizes,
            open: Vec::new(),
            started: None,
            state: State {
                line: 1,
                last: (0, 0),
                arrays: 0,
                in_stray: false,
                depth: 0,
                in_string: false,
                escaped: false,
            },
            ended: false,
            error: None,
            ready: VecDeque::new(),
        }
    }

    /// Scans one more block.
    fn advance(&mut self) {
        let mut bytes = std::mem::take(&mut self.open);
        let scanned = bytes.len();
        match self.reader.by_ref().take(self.sizes.block as u64).read_to_end(&mut bytes) {
            Ok(n) => self.ended = n < self.sizes.block,
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
            }
        }
        let (found, open_from) = self.scan(&bytes, scanned);
        let from = open_from.unwrap_or(bytes.len());
        if let Some(open) = &mut self.started
            && !open.dropped
        {
            if bytes.len() - from > self.sizes.limit {
                open.dropped = true;
                self.ready.push_back(Piece::TooLong { line: open.line });
            } else {
                self.open = bytes.split_off(from);
            }
        }
        if !found.is_empty() {
            let line = found[0].line;
            // Before what was noted on the way: the order only has to be the same every time.
            self.ready.push_front(Piece::Block { line, bytes, starts: found });
        }
    }

    /// Notes whatever stands between the objects and is none, each thing once.
    fn between(&mut self, byte: u8, arrays: u64) {
        match byte {
            b'{' | b'[' | b',' => self.state.in_stray = false,
            // One that closes nothing is noted, too; the brace of an object is handled elsewhere.
            b']' if arrays > 0 => self.state.in_stray = false,
            byte if byte.is_ascii_whitespace() || self.state.in_stray => {}
            _ => {
                self.state.in_stray = true;
                let what = "something between the objects is none";
                self.ready.push_back(Piece::Stray { line: self.state.line, what });
            }
        }
    }

    /// Scans `bytes[at..]`. Returns the objects that end there, and where in `bytes` the one that
    /// is still open starts.
    fn scan(&mut self, bytes: &[u8], mut at: usize) -> (Vec<Start>, Option<usize>) {
        let mut found = Vec::new();
        // The object that was open before stands at the front, or was dropped.
        let mut start = self.started.as_ref().map(|_| 0);
        while at < bytes.len() {
            if self.state.in_string {
                at = self.state.skip_string(bytes, at);
                continue;
            }
            let byte = bytes[at];
            let (depth, arrays) = (self.state.depth, self.state.arrays);
            match byte {
                b'\n' => {
                    self.state.line += 1;
                    self.state.in_stray = false;
                }
                b'"' => self.state.in_string = true,
                b'{' | b'[' if depth > 0 => self.state.depth += 1,
                b'{' => {
                    self.state.depth = 1;
                    let (line, item) = self.state.next_item();
                    self.started = Some(Open { line, item, dropped: false });
                    start = Some(at);
                }
                b'[' => self.state.arrays += 1,
                b']' if depth == 0 && self.state.arrays > 0 => self.state.arrays -= 1,
                b'}' | b']' if depth > 1 => self.state.depth -= 1,
                b'}' | b']' if depth == 1 => {
                    self.state.depth = 0;
                    if let (Some(Open { line, item, dropped: false }), Some(from)) =
                        (self.started.take(), start.take())
                    {
                        found.push(Start { line, item, range: from..at + 1 });
                    }
                }
                _ => {}
            }
            if depth == 0 && byte != b'\n' {
                self.between(byte, arrays);
            }
            at += 1;
        }
        (found, start)
    }
}

impl State {
    /// The line of the object that starts here, and how many start on it before.
    fn next_item(&mut self) -> (u64, u32) {
        let (line, item) = self.last;
        self.last = (self.line, if line == self.line { item + 1 } else { 0 });
        self.last
    }

    /// The place after the string's end or after the last byte, whichever comes first.
    fn skip_string(&mut self, bytes: &[u8], mut at: usize) -> usize {
        if self.escaped {
            self.escaped = false;
            at += 1;
        }
        while let Some(next) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
            at += next + 1;
            if bytes[at - 1] == b'"' {
                self.in_string = false;
                return at;
            }
            if at == bytes.len() {
                self.escaped = true;
            } else {
                at += 1;
            }
        }
        bytes.len()
    }
}

impl<R: Read> Iterator for Objects<R> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        while self.ready.is_empty() && !self.ended {
            self.advance();
        }
        if let Some(piece) = self.ready.pop_front() {
            return Some(piece);
        }
        if let Some(error) = self.error.take() {
            self.started = None;
            return Some(Piece::Failed { line: self.state.line, error });
        }
        let arrays = std::mem::take(&mut self.state.arrays);
        match self.started.take() {
            Some(Open { dropped: true, .. }) => None,
            Some(Open { line, .. }) => {
                Some(Piece::Stray { line, what: "the end of the file cuts an object off" })
            }
            None => (arrays > 0).then(|| {
                let what = "the end of the file cuts an array off; objects may be missing";
                Piece::Stray { line: self.state.line, what }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn objects_of(json: &[u8], sizes: Sizes) -> (Vec<(u64, String)>, Vec<Piece>) {
        let (mut objects, mut others) = (Vec::new(), Vec::new());
        for piece in Objects::new(json, sizes) {
            match piece {
                Piece::Block { bytes, starts, .. } => objects.extend(
                    starts
                        .into_iter()
                        .map(|at| (at.line, String::from_utf8(bytes[at.range].to_vec()).unwrap())),
                ),
                other => others.push(other),
            }
        }
        (objects, others)
    }

    const WHOLE: Sizes = Sizes { block: 1 << 20, limit: 1 << 20 };

    #[test]
    fn arrays_and_rows_of_objects_are_the_same() {
        for json in [
            "[{\"a\":\"}\"},\n{\"b\":[{}]}]",
            "{\"a\":\"}\"}\n{\"b\":[{}]}",
            " {\"a\":\"}\"} \n {\"b\":[{}]} \n",
        ] {
            let (objects, others) = objects_of(json.as_bytes(), WHOLE);
            assert_eq!(objects, [(1, "{\"a\":\"}\"}".into()), (2, "{\"b\":[{}]}".into())]);
            assert!(others.is_empty());
        }
    }

    #[test]
    fn strangers_and_torn_objects_are_told() {
        let (objects, others) = objects_of(b"[\"{\", 1, {\"a\":1}, {\"b\":\"x\\\"", WHOLE);
        assert_eq!(objects, [(1, "{\"a\":1}".into())]);
        assert!(matches!(
            others[..],
            [Piece::Stray { .. }, Piece::Stray { .. }, Piece::Stray { .. }]
        ));
        assert!(objects_of(b"", WHOLE).1.is_empty());
        assert!(objects_of(b"[]", WHOLE).1.is_empty());
        for (json, strays) in [
            ("[{\"a\":1}", 1),
            ("[{\"a\":1},", 1),
            ("[", 1),
            ("[\"a\",\"b\"]", 2),
            ("[[1, 2], [null]]", 3),
            ("{\"a\":1}\nnot an object\nnor this\n{\"a\":1}", 2),
            ("{\"a\":1}]", 1),
            ("42", 1),
        ] {
            for block in [1, 3, 1 << 20] {
                let (_, others) = objects_of(json.as_bytes(), Sizes { block, limit: 100 });
                assert_eq!(others.len(), strays, "{json}: {others:?}");
            }
        }
    }

    #[test]
    fn objects_of_one_line_are_counted() {
        let json = b"[{\"a\":1}, {\"b\":2},\n{\"c\":3}, {}, {}]";
        for block in [1, 7, 1 << 20] {
            let mut places = Vec::new();
            for piece in Objects::new(&json[..], Sizes { block, limit: 100 }) {
                let Piece::Block { starts, .. } = piece else { panic!("{piece:?}") };
                places.extend(starts.into_iter().map(|start| (start.line, start.item)));
            }
            assert_eq!(places, [(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]);
        }
    }

    #[test]
    fn objects_over_the_limit_are_dropped_and_told_once() {
        let long = format!("[{{\"a\":\"{}\"}},{{\"b\":1}}]", "x".repeat(10_000));
        let (objects, others) = objects_of(long.as_bytes(), Sizes { block: 64, limit: 500 });
        assert_eq!(objects, [(1, "{\"b\":1}".into())]);
        assert!(matches!(others[..], [Piece::TooLong { line: 1 }]), "{others:?}");
    }

    proptest! {
        #[test]
        fn blocks_of_any_size_give_the_same_objects(
            values in prop::collection::vec("[a{}\\[\\]\"\\\\\n,é]{0,12}", 0..12),
            block in 1_usize..40,
        ) {
            let rows: Vec<_> = values
                .iter()
                .map(|value| serde_json::json!({ "text": value, "more": [[], {}] }).to_string())
                .collect();
            let json = format!("[{}]", rows.join(",\n"));
            let (objects, others) = objects_of(json.as_bytes(), Sizes { block, limit: 1000 });
            let expected: Vec<_> = (1..).zip(rows).collect();
            prop_assert_eq!(objects, expected);
            prop_assert!(others.is_empty());
        }
    }
}
