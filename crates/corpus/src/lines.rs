//! A stream to blocks of whole lines, without ever holding an endless one.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

/// Where a record is: the line, how many start on it before, and the place in the block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) line: u64,
    pub(super) item: u32,
    pub(super) range: std::ops::Range<usize>,
}

/// A part of a stream of records.
#[derive(Debug)]
pub(super) enum Piece {
    /// Whole records. For lines `starts` is empty: each line of `bytes` is one.
    Block {
        /// The line of the first byte, from 1.
        line: u64,
        bytes: Vec<u8>,
        /// Where records are not lines, where they are.
        starts: Vec<Start>,
    },
    /// A record over the limit; nothing of it was kept.
    TooLong { line: u64 },
    /// Something between records that is none, or a record that the stream's end cuts off.
    Stray { line: u64, what: &'static str },
    /// The stream failed here; nothing follows.
    Failed { line: u64, error: io::Error },
}

/// Sizes in bytes: of the blocks to hand out, and of the longest record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) block: usize,
    pub(super) limit: usize,
}

/// Blocks of whole lines. Memory: a block and the longest line so far, `limit` at most.
pub(super) struct Lines<R> {
    reader: R,
    sizes: Sizes,
    /// The beginning of the next block, after the last line end that was handed out.
    rest: Vec<u8>,
    line: u64,
    ended: bool,
    error: Option<io::Error>,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R, sizes: Sizes) -> Self {
        Self { reader, sizes, rest: Vec::new(), line: 1, ended: false, error: None }
    }

    /// Reads on; notes the stream's end or failure.
    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) {
        // Reserved at once: growing step by step would move every byte about once more.
        bytes.reserve_exact(wanted);
        match self.reader.by_ref().take(wanted as u64).read_to_end(bytes) {
            Ok(n) => self.ended = n < wanted,
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
            }
        }
    }

    /// The stream's last lines. After a failure the last one is not whole and does not count.
    fn last(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        if self.error.is_some() {
            bytes.truncate(memrchr(b'\n', &bytes).map_or(0, |at| at + 1));
        }
        bytes
    }

    fn block(&mut self, bytes: Vec<u8>) -> Piece {
        let line = self.line;
        self.line += memchr_iter(b'\n', &bytes).count() as u64;
        Piece::Block { line, bytes, starts: Vec::new() }
    }

    /// Throws the current line away, up to its end.
    fn skip_line(&mut self) -> Piece {
        let line = self.line;
        self.line += 1;
        let mut bytes = Vec::new();
        while !self.ended {
            bytes.clear();
            self.fill(&mut bytes, self.sizes.block);
            if let Some(at) = memchr(b'\n', &bytes) {
                self.rest = bytes.split_off(at + 1);
                break;
            }
        }
        Piece::TooLong { line }
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let mut bytes = std::mem::take(&mut self.rest);
        loop {
            if self.ended {
                let bytes = self.last(bytes);
                if !bytes.is_empty() {
                    return Some(self.block(bytes));
                }
                let error = self.error.take()?;
                return Some(Piece::Failed { line: self.line, error });
            }
            // A line longer than a block doubles the buffer, so no byte is moved more than twice.
            // But no more is read than the longest line that counts, and one byte that tells
            // whether it is longer.
            let seen = bytes.len();
            let most = (self.sizes.limit + 1).saturating_sub(seen).max(self.sizes.block);
            let wanted = self.sizes.block.saturating_sub(seen).max(seen).min(most).max(1);
            self.fill(&mut bytes, wanted);
            if self.ended {
                continue;
            }
            if let Some(at) = memrchr(b'\n', &bytes) {
                self.rest = bytes.split_off(at + 1);
                return Some(self.block(bytes));
            }
            if bytes.len() > self.sizes.limit {
                drop(bytes);
                return Some(self.skip_line());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a block holds, as lines with their numbers.
    fn lines_of(reader: impl Read, sizes: Sizes) -> (Vec<(u64, Vec<u8>)>, Vec<u64>) {
        let (mut lines, mut too_long) = (Vec::new(), Vec::new());
        for piece in Lines::new(reader, sizes) {
            match piece {
                Piece::Block { line, bytes, .. } => {
                    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
                    let parts = bytes.split(|&b| b == b'\n');
                    lines.extend((line..).zip(parts).map(|(n, part)| (n, part.to_vec())));
                }
                Piece::TooLong { line } => too_long.push(line),
                other => panic!("{other:?}"),
            }
        }
        (lines, too_long)
    }

    proptest! {
        #[test]
        fn every_line_comes_once_with_its_number(
            text in "([a-c]{0,9}\n){0,20}[a-c]{0,9}",
            block in 1_usize..40,
        ) {
            let sizes = Sizes { block, limit: 100 };
            let (lines, too_long) = lines_of(text.as_bytes(), sizes);
            let whole = text.strip_suffix('\n').unwrap_or(&text);
            let expected: Vec<_> = (1..)
                .zip(whole.split('\n').map(|line| line.as_bytes().to_vec()))
                .filter(|_| !text.is_empty())
                .collect();
            prop_assert_eq!(lines, expected);
            prop_assert!(too_long.is_empty());
        }
    }

    #[test]
    fn an_endless_line_is_skipped_without_being_held() {
        let endless = std::io::repeat(b'x').take(50_000_000);
        let stream = b"one\n".chain(endless).chain(&b"\nthree\n"[..]);
        let (lines, too_long) = lines_of(stream, Sizes { block: 64, limit: 1000 });
        assert_eq!(lines, [(1, b"one".to_vec()), (3, b"three".to_vec())]);
        assert_eq!(too_long, [2]);
    }

    #[test]
    fn lines_before_a_failure_are_kept_and_the_torn_one_is_not() {
        struct Torn(&'static [u8]);
        impl Read for Torn {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                let n = self.0.read(to)?;
                if n == 0 { Err(io::Error::other("torn")) } else { Ok(n) }
            }
        }
        let pieces: Vec<_> =
            Lines::new(Torn(b"a\nb\nhal"), Sizes { block: 1000, limit: 1000 }).collect();
        assert!(matches!(&pieces[0], Piece::Block { line: 1, bytes, .. } if bytes == b"a\nb\n"));
        assert!(matches!(&pieces[1], Piece::Failed { line: 3, .. }));
        assert_eq!(pieces.len(), 2);
    }
}
