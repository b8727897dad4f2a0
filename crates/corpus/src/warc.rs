//! Web archives (WARC, ISO 28500): records cut from a stream, one at a time.
//!
//! By hand, because it is little: the iterators of warc 0.4 keep whole records in memory whatever
//! their length, and lose their place at a record that is longer or shorter than it says; and it
//! brings crates for addresses, dates and ids.

use std::io::{self, BufRead, BufReader, Read};

use super::article::Flaw;
use super::capture::{self, Capture, Headers};
use super::job::{Content, Cut, Part};
use super::lines::Sizes;
use super::problem::Reason;

/// How a record begins.
const VERSION: &[u8] = b"WARC/";

/// The longest headers of a record, or line between records, that is looked at.
const LONGEST_HEAD: usize = 64 << 10;

/// The records of a stream. Memory: the longest record that may be an article, `limit` at most.
pub(super) struct Records<R> {
    reader: BufReader<R>,
    limit: usize,
    number: u64,
    /// Whether what is being skipped was told.
    is_lost: bool,
    ended: bool,
}

/// Whether a stream that begins with these bytes is a web archive.
pub(super) fn is_warc(head: &[u8]) -> bool {
    head.strip_prefix(VERSION).is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit))
}

impl<R: Read> Records<R> {
    pub(super) fn new(reader: R, sizes: Sizes) -> Self {
        let reader = BufReader::with_capacity(64 << 10, reader);
        Self { reader, limit: sizes.limit, number: 0, is_lost: false, ended: false }
    }

    /// The next line, without its end; cut where it is too long, which what follows then is not.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        self.reader.by_ref().take(LONGEST_HEAD as u64).read_until(b'\n', &mut line)?;
        Ok((!line.is_empty()).then_some(line))
    }

    fn record(&mut self) -> io::Result<Option<Result<Capture, Flaw>>> {
        loop {
            let Some(line) = self.line()? else { return Ok(None) };
            if line.trim_ascii().is_empty() {
                continue;
            }
            if !is_warc(&line) {
                // What lies between records is told once.
                if std::mem::replace(&mut self.is_lost, true) {
                    continue;
                }
                self.number += 1;
                let what = "no record begins where one should; the next that does is read";
                return Ok(Some(Err(Flaw::new(Reason::BadRecord, what))));
            }
            self.is_lost = false;
            self.number += 1;
            if let Some(record) = self.rest()? {
                return Ok(Some(record));
            }
        }
    }

    /// What follows the first line of a record; nothing for records about others.
    fn rest(&mut self) -> io::Result<Option<Result<Capture, Flaw>>> {
        let Some(headers) = self.headers()? else {
            self.is_lost = true;
            let what = "its headers do not end";
            return Ok(Some(Err(Flaw::new(Reason::BadRecord, what))));
        };
        let length = headers.get("content-length").and_then(|length| length.parse::<u64>().ok());
        let Some(length) = length else {
            self.is_lost = true;
            return Ok(Some(Err(Flaw::new(Reason::BadRecord, "it does not say how long it is"))));
        };
        let is_content = |kind: &&str| matches!(*kind, "response" | "resource" | "conversion");
        let kind = headers.get("warc-type").map(str::to_ascii_lowercase).unwrap_or_default();
        let Some(kind) = Some(&*kind).filter(is_content) else {
            self.skip(length)?;
            let revisit = "the content is that of an earlier capture (revisit)";
            return Ok((kind == "revisit").then(|| Err(Flaw::new(Reason::OtherContent, revisit))));
        };
        let block = self.read(length.min(LONGEST_HEAD as u64))?;
        let left = length - block.len() as u64;
        let found = capture::of(kind, &headers, block);
        let mut found = match found {
            Ok(found) if length > self.limit as u64 => {
                Err(Flaw::new(Reason::TooLong, found.address()))
            }
            found => found,
        };
        match &mut found {
            Ok(found) => found.extend(self.read(left)?),
            Err(_) => self.skip(left)?,
        }
        Ok(Some(found))
    }

    /// The fields up to the next blank line; nothing if there is none soon.
    fn headers(&mut self) -> io::Result<Option<Headers>> {
        let mut head = Vec::new();
        while head.len() < LONGEST_HEAD {
            let Some(line) = self.line()? else { return Err(cut_off()) };
            if line.trim_ascii().is_empty() {
                return Ok(Some(Headers::parse(&head)));
            }
            head.extend(line);
        }
        Ok(None)
    }

    fn read(&mut self, bytes: u64) -> io::Result<Vec<u8>> {
        let mut block = Vec::new();
        let read = self.reader.by_ref().take(bytes).read_to_end(&mut block)?;
        if (read as u64) < bytes { Err(cut_off()) } else { Ok(block) }
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.reader.by_ref().take(bytes), &mut io::sink())?;
        if skipped < bytes { Err(cut_off()) } else { Ok(()) }
    }
}

fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the file ends within this record")
}

impl<R: Read> Iterator for Records<R> {
    type Item = Cut;

    fn next(&mut self) -> Option<Cut> {
        if self.ended {
            return None;
        }
        match self.record() {
            Ok(record) => {
                self.ended = record.is_none();
                let capture = |capture| Content::Capture(Box::new(capture));
                let part = |record: Result<_, _>| Part {
                    number: self.number,
                    content: record.map(capture),
                };
                record.map(|record| Cut::Part(part(record)))
            }
            Err(error) => {
                self.ended = true;
                Some(Cut::Failed(self.number.max(1), error))
            }
        }
    }
}
