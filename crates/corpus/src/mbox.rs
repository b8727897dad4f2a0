//! Mailboxes (mbox): messages cut from a stream, one at a time.

use std::io::{self, BufRead, BufReader, Read};

use super::article::Flaw;
use super::job::{Content, Cut, Part};
use super::lines::Sizes;
use super::problem::Reason;

/// How the line between two messages begins.
const MARK: &[u8] = b"From ";

/// Bytes of a line that are read at once, at most: attachments may be one long line.
const PIECE: u64 = 64 << 10;

/// The messages of a stream. Memory: the longest message, `limit` at most.
pub(super) struct Messages<R> {
    reader: BufReader<R>,
    limit: usize,
    number: u64,
    message: Vec<u8>,
    /// Whether the message is too long, so that no more of it is kept.
    dropped: bool,
    /// Whether the line before is blank, or there is none.
    after_blank: bool,
    ended: bool,
}

/// Whether a stream that begins with these bytes is a mailbox: the line of an envelope, and a
/// header field.
pub(super) fn is_mbox(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n');
    is_mark(lines.next().unwrap_or_default()) && lines.next().is_some_and(super::mail::is_field)
}

const DAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// Whether a line stands between messages: `From `, a sender, and a date as programs write it
/// (`Sat Jan  3 01:05:34 2004`, also `Sat, 3 Jan 2004 01:05:34`). A sentence that begins with the
/// word has none.
fn is_mark(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(MARK) else { return false };
    let words: Vec<&[u8]> =
        rest.split(u8::is_ascii_whitespace).filter(|of| !of.is_empty()).collect();
    let is_time = |word: &&[u8]| {
        word.len() >= 4 && word.windows(3).any(|at| matches!(at, [b'0'..=b'9', b':', b'0'..=b'9']))
    };
    let is_day = |word: &&[u8]| DAYS.contains(&word.strip_suffix(b",").unwrap_or(word));
    let Some(day) = words.iter().position(is_day) else { return false };
    let (date, time) = (&words[day + 1..], words.iter().skip(day + 1).any(is_time));
    time && date.iter().take(2).any(|word| MONTHS.contains(word))
}

impl<R: Read> Messages<R> {
    pub(super) fn new(reader: R, sizes: Sizes) -> Self {
        Self {
            reader: BufReader::with_capacity(64 << 10, reader),
            limit: sizes.limit,
            number: 0,
            message: Vec::new(),
            dropped: false,
            after_blank: true,
            ended: false,
        }
    }

    /// The message that ends here, if one does.
    fn finish(&mut self) -> Option<Cut> {
        let message = std::mem::take(&mut self.message);
        let dropped = std::mem::take(&mut self.dropped);
        let number = self.number;
        self.number += 1;
        let part = |content| Some(Cut::Part(Part { number, content }));
        if dropped {
            return part(Err(Flaw::new(Reason::TooLong, "")));
        }
        let is_empty = message.trim_ascii().is_empty();
        if is_empty { None } else { part(Ok(Content::Message(message))) }
    }

    fn keep(&mut self, piece: &[u8]) {
        if self.message.len() + piece.len() > self.limit {
            self.dropped = true;
            self.message = Vec::new();
        }
        if !self.dropped {
            self.message.extend_from_slice(piece);
        }
    }

    /// Reads to the end of a message.
    fn message(&mut self) -> io::Result<Option<Cut>> {
        let (mut piece, mut starts_line) = (Vec::new(), true);
        loop {
            piece.clear();
            if self.reader.by_ref().take(PIECE).read_until(b'\n', &mut piece)? == 0 {
                self.ended = true;
                return Ok(self.finish());
            }
            if starts_line && self.after_blank && is_mark(&piece) {
                self.after_blank = false;
                if let Some(message) = self.finish() {
                    return Ok(Some(message));
                }
                continue;
            }
            if starts_line {
                self.after_blank = matches!(&piece[..], b"\n" | b"\r\n");
                // `>From` at the start of a line is a line that begins with `From`.
                let quotes = piece.iter().take_while(|byte| **byte == b'>').count();
                if quotes > 0 && piece[quotes..].starts_with(MARK) {
                    piece.remove(0);
                }
            }
            starts_line = piece.ends_with(b"\n");
            self.keep(&piece);
        }
    }
}

impl<R: Read> Iterator for Messages<R> {
    type Item = Cut;

    fn next(&mut self) -> Option<Cut> {
        if self.ended {
            return None;
        }
        match self.message() {
            Ok(next) => next,
            Err(error) => {
                self.ended = true;
                Some(Cut::Failed(self.number.max(1), error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(mailbox: &str, limit: usize) -> Vec<(u64, Option<String>)> {
        let sizes = Sizes { block: 1, limit };
        let all = Messages::new(mailbox.as_bytes(), sizes).map(|next| match next {
            Cut::Part(Part { number, content }) => (
                number,
                content.ok().map(|content| match content {
                    Content::Message(bytes) => String::from_utf8(bytes).unwrap(),
                    Content::Capture(_) => panic!("not in a mailbox"),
                }),
            ),
            Cut::Failed(..) => panic!("a slice does not fail"),
        });
        all.collect()
    }

    #[test]
    fn messages_are_parted_at_envelopes_only() {
        let mark = "From a@example.org Sat Jan  3 01:05:34 2004\n";
        let one = "Subject: One\n\nFrom here on, at 9:30, it is text.\n\nFrom now on, too.\n\n";
        let two = "Subject: Two\n\n>From the quay.\n>>From the ship.\n> From him\n";
        let other = "From a@example.org Sat, 3 Jan 2004 01:05:34 +0000\n";
        let found = messages(&format!("{mark}{one}{other}{two}"), 1000);
        let unquoted = "Subject: Two\n\nFrom the quay.\n>From the ship.\n> From him\n";
        assert_eq!(found, [(1, Some(one.to_owned())), (2, Some(unquoted.to_owned()))]);
    }

    #[test]
    fn a_message_over_the_limit_is_passed_over() {
        let mark = "From a Sat Jan  3 01:05:34 2004\n";
        let long = "x".repeat(300_000);
        let mailbox =
            format!("{mark}A: b\n\nshort\n\n{mark}A: b\n\n{long}\n\n{mark}C: d\n\nlast\n");
        let found = messages(&mailbox, 100);
        let texts: Vec<_> = found.iter().map(|(number, text)| (*number, text.is_some())).collect();
        assert_eq!(texts, [(1, true), (2, false), (3, true)]);
        assert_eq!(found[2].1.as_deref(), Some("C: d\n\nlast\n"));
        assert!(messages("", 100).is_empty());
    }

    #[test]
    fn a_mailbox_begins_with_an_envelope_and_a_field() {
        assert!(is_mbox(b"From a@b Sat Jan  3 01:05:34 2004\nSubject: x\n\n"));
        assert!(!is_mbox(b"From the quay at 9:30\nit is far.\n"));
        assert!(!is_mbox(b"From: a@b\nSubject: x\n"));
        assert!(!is_mbox(b""));
    }
}
