//! What went wrong while reading, and what was done about it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Field, Names};

/// Problems of one kind that are listed one by one; more are only counted.
pub const LISTED: usize = 1000;

/// Why an input was not read, or not read as it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reason {
    /// The operating system refused: no such file, no permission, a broken link, a failing disk.
    Unreadable,
    /// Compressed data or a Parquet file ends early or is damaged.
    Corrupt,
    /// It was written to while it was read.
    Changed,
    /// A pattern that names no file.
    NoMatch,
    /// A known file name, but no reader for it in this build or in this combination.
    Unsupported,
    /// Not a JSON object.
    BadJson,
    /// A record without the text field, or where it is null.
    NoText,
    /// A record whose text field is not a string.
    TextNotString,
    /// A table without the text column.
    NoColumn,
    /// A table that seems to have another delimiter than the one that it is read by.
    OtherDelimiter,
    /// A row of a table that cannot be read.
    BadRow,
    /// A text that is mostly bytes that are no characters of any encoding.
    Undecoded,
    /// A row that is not written as rows of its table are; it was read as it was most likely meant.
    OddRow,
    /// An article longer than the limit.
    TooLong,
    /// Not text.
    Binary,
    /// A document whose text another program has to take out: PDF, word processors, e-books.
    Document,
    /// A document or message that only opens with a password or a key.
    Encrypted,
    /// A document of pictures only: pages that were scanned.
    Scanned,
    /// A record of a web archive or mailbox, or a message, that is not as its format wants it.
    BadRecord,
    /// A record of a web archive or package that is something else than a text: a picture, a
    /// style sheet, a repeated capture.
    OtherContent,
    /// A record of a web archive that is no page that was found: a redirection, an error.
    OtherStatus,
    /// A named pipe, socket or device.
    Special,
    /// A symbolic link that leads back to a folder above it.
    LinkLoop,
    /// A file that an earlier INPUT has named already.
    Repeated,
    /// Nothing but white space.
    Empty,
    /// Bytes that are no characters of the text's encoding were replaced by U+FFFD.
    InvalidUtf8,
    /// The text was in another encoding and was converted to UTF-8.
    Converted,
    /// JSON that only breaks the letter of the standard was mended: lone surrogates, raw control
    /// characters in strings, `NaN`.
    MendedJson,
    /// The id was neither a string nor a number; place and line serve instead.
    BadId,
    /// An earlier article had the same id; this one's leads to its place.
    DuplicateId,
}

impl Reason {
    /// Whether the article was read after all, changed as the reason says.
    pub fn is_repair(self) -> bool {
        use Reason::{BadId, Converted, DuplicateId, InvalidUtf8, MendedJson, OddRow};
        matches!(self, InvalidUtf8 | Converted | MendedJson | BadId | DuplicateId | OddRow)
    }

    /// Whether a reader expects this of any folder, so that it is no failure: empty files, files
    /// that are not text, pipes, loops, files met twice; and in archives whatever is no page.
    fn is_harmless(self) -> bool {
        use Reason::{Binary, Empty, LinkLoop, OtherContent, OtherStatus, Repeated, Special};
        // What an odd row says is a guess.
        self.is_repair() && self != Self::OddRow
            || matches!(self, Empty | Binary | Special | LinkLoop | Repeated)
            || matches!(self, OtherContent | OtherStatus)
    }

    /// What happened and what to do about it, to stand behind the place. Settings go by the names
    /// of their fields.
    pub fn message(self) -> String {
        self.message_with(Field::name)
    }

    /// The same for readers who know the settings by other names.
    pub fn message_with(self, names: Names) -> String {
        let mut message = self.template().to_owned();
        for field in Field::ALL {
            message = message.replace(&format!("{{{}}}", field.name()), names(*field));
        }
        message
    }

    /// The message, with `{name}` where a setting is named.
    fn template(self) -> &'static str {
        match self {
            Self::Unreadable => "cannot be read; check that it exists and may be read",
            Self::Corrupt => "is damaged or cut short; fetch or write it again",
            Self::Changed => {
                "was written to while it was read; run again when nothing writes to it"
            }
            Self::NoMatch => "matches no file; check the pattern",
            Self::Unsupported => "is in a format that this build does not read; convert it first",
            Self::BadJson => "is not a JSON object; one object per record is expected",
            Self::NoText => "has no text; name the field that holds it with {text_field}",
            Self::TextNotString => {
                "has a text that is not a string; name the right field with {text_field}"
            }
            Self::NoColumn => {
                "has no column for the text; name the column with {text_field}, or the \
                 delimiter with {delimiter}"
            }
            Self::OtherDelimiter => {
                "has one column only, whose name seems to hold another delimiter; name that with \
                 {delimiter}"
            }
            Self::BadRow => {
                "is not a row of the table; check its delimiters and quotes ({delimiter}, {quote})"
            }
            Self::Undecoded => {
                "could not be decoded for the most part; name its encoding with {encoding}"
            }
            Self::OddRow => {
                "is not written as a row of this table should be; it was read as it was most likely \
                 meant, check delimiters and quotes ({delimiter}, {quote})"
            }
            Self::TooLong => {
                "is longer than the limit for one article; split it, or allow more memory"
            }
            Self::Binary => "is not text; convert it first",
            Self::Document => "is a document, not text; convert it first",
            Self::Encrypted => "is encrypted; open it with its password and save it without",
            Self::Scanned => {
                "has pages but no text; let a program that recognises text add it (`ocrmypdf FILE \
                 NEW`)"
            }
            Self::BadRecord => "is not a record as its format wants it; fetch or write it again",
            Self::OtherContent => "is not a text; left out",
            Self::OtherStatus => "is not a page that was found; left out",
            Self::Special => "is a pipe, socket or device; pipe its content in and name `-`",
            Self::LinkLoop => "is a link that leads back to a folder above it",
            Self::Repeated => "was named before; it is read once",
            Self::Empty => "is empty",
            Self::InvalidUtf8 => {
                "has bytes that are no characters of its encoding; they were replaced by U+FFFD"
            }
            Self::Converted => "is not in UTF-8; it was converted",
            Self::MendedJson => "is not quite JSON (surrogates, control characters, NaN); mended",
            Self::BadId => "has an id that is neither string nor number; its place serves as id",
            Self::DuplicateId => "has an id that was there before; its place was added to it",
        }
    }
}

/// One thing that went wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file, as it was found; `-` is the standard input.
    pub path: String,
    /// The line (JSON Lines), row (tables) or line on which the object starts (JSON), from 1.
    pub line: Option<u64>,
    /// The record's id, where it is known.
    pub id: Option<String>,
    /// What happened.
    pub reason: Reason,
    /// What the operating system or the parser said; may be empty.
    pub detail: String,
    /// Whether something that was asked for could not be read. An empty or binary file in a folder
    /// is a note; the same binary file named by hand is a failure.
    pub failure: bool,
}

impl Problem {
    /// A problem with the file as a whole.
    pub(super) fn of(path: impl Into<String>, reason: Reason) -> Self {
        let failure = !reason.is_harmless();
        Self { path: path.into(), line: None, id: None, reason, detail: String::new(), failure }
    }

    pub(super) fn at(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(super) fn record(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    pub(super) fn saying(mut self, detail: impl fmt::Display) -> Self {
        self.detail = detail.to_string();
        self
    }

    /// What happened, what to do about it, and what the system or the parser said, but not where.
    /// Fields are called as `names` says.
    pub fn said(&self, names: Names) -> String {
        let message = self.reason.message_with(names);
        match self.detail.as_str() {
            "" => message.to_string(),
            detail => format!("{message} ({detail})"),
        }
    }

    /// Whether nothing, or nothing more, was read of a file that was asked for.
    fn ends_file(&self) -> bool {
        use Reason::{Changed, Corrupt, Unreadable};
        let breaks_off = matches!(self.reason, Unreadable | Corrupt | Changed);
        self.failure && (self.line.is_none() || breaks_off)
    }

    /// The same of a file that the user named: that it is binary or a pipe is a failure then.
    pub(super) fn of_named_file(mut self) -> Self {
        self.failure |= matches!(self.reason, Reason::Binary | Reason::Special);
        self
    }
}

impl Problem {
    /// It all on one line, for readers who know the settings by other names than those of their
    /// fields.
    pub fn to_string_with(&self, names: Names) -> String {
        Said { problem: self, names }.to_string()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Said { problem: self, names: Field::name }.fmt(f)
    }
}

/// A problem, as it is said to readers who know the settings by these names.
struct Said<'p> {
    problem: &'p Problem,
    names: Names,
}

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { path, line, id, reason, detail, failure: _ } = self.problem;
        // Control characters in a file name could rewrite the terminal's line.
        for c in path.chars() {
            if c.is_control() { write!(f, "{}", c.escape_default())? } else { write!(f, "{c}")? }
        }
        if let Some(line) = line {
            write!(f, ":{line}")?;
        }
        if let Some(id) = id {
            write!(f, " (id {id:?})")?;
        }
        write!(f, ": {}", reason.message_with(self.names))?;
        if detail.is_empty() { Ok(()) } else { write!(f, " ({detail})") }
    }
}

/// Problems of one kind: all counted, the first [`LISTED`] listed, in input order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems {
    counts: BTreeMap<Reason, u64>,
    listed: Vec<Problem>,
}

impl Problems {
    /// How many there were, for each reason that occurred.
    pub fn counts(&self) -> &BTreeMap<Reason, u64> {
        &self.counts
    }

    /// How many there were for this reason.
    pub fn count(&self, reason: Reason) -> u64 {
        self.counts.get(&reason).copied().unwrap_or(0)
    }

    /// How many there were.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The first of them, [`LISTED`] at most.
    pub fn listed(&self) -> &[Problem] {
        &self.listed
    }

    /// Adds those of another reading.
    pub fn append(&mut self, others: &Self) {
        for (reason, count) in &others.counts {
            *self.counts.entry(*reason).or_default() += count;
        }
        let left = LISTED.saturating_sub(self.listed.len());
        self.listed.extend(others.listed.iter().take(left).cloned());
    }

    /// The same counts, with only what was listed after the first `listed`.
    fn since(&self, listed: usize) -> Self {
        Self { counts: self.counts.clone(), listed: self.listed[listed..].to_vec() }
    }

    fn push(&mut self, problem: Problem) {
        *self.counts.entry(problem.reason).or_default() += 1;
        if self.listed.len() < LISTED {
            self.listed.push(problem);
        }
    }
}

/// What one reading came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadReport {
    /// Articles handed out.
    pub articles: u64,
    /// Bytes of their texts.
    pub bytes: u64,
    /// Files opened that gave at least one article or ended without failure.
    pub files: u64,
    /// Problems through which something that was asked for was not read.
    pub failures: u64,
    /// What was left out, harmless notes included.
    pub skipped: Problems,
    /// What was read after a change.
    pub repaired: Problems,
    /// Of what was left out: files and patterns of which nothing was read, and files not read to
    /// their end. A problem has the line from which on nothing was read, if something was before.
    pub incomplete: Problems,
}

impl ReadReport {
    /// The same report, which lists only what `earlier`, a report of the same reading, does not.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            skipped: self.skipped.since(earlier.skipped.listed.len()),
            repaired: self.repaired.since(earlier.repaired.listed.len()),
            incomplete: self.incomplete.since(earlier.incomplete.listed.len()),
            ..*self
        }
    }

    /// The report that `self` and a later one, as [`ReadReport::since`] gives it, make.
    pub fn then(mut self, later: Self) -> Self {
        let Self { skipped, repaired, incomplete, .. } = &mut self;
        for (own, later) in [
            (skipped, &later.skipped),
            (repaired, &later.repaired),
            (incomplete, &later.incomplete),
        ] {
            own.counts.clone_from(&later.counts);
            own.listed.extend(later.listed.iter().cloned());
        }
        let Self { articles, bytes, files, failures, .. } = later;
        Self { articles, bytes, files, failures, ..self }
    }

    /// Where not one article was read, files that are not text are no longer a matter of course.
    pub(super) fn end(&mut self) {
        if self.articles > 0 {
            return;
        }
        let expected =
            |problem: &&mut Problem| problem.reason == Reason::Binary && !problem.failure;
        let known: u64 = self
            .skipped
            .listed
            .iter_mut()
            .filter(expected)
            .map(|problem| {
                problem.failure = true;
                1
            })
            .sum();
        // None of those that are not listed was named by itself, as far as anybody knows.
        let listed = |problem: &&Problem| problem.reason == Reason::Binary;
        let listed = self.skipped.listed.iter().filter(listed).count() as u64;
        self.failures += known + (self.skipped.count(Reason::Binary) - listed);
    }

    /// Counts a problem, and lists it unless [`LISTED`] are listed already.
    pub(super) fn note(&mut self, problem: Problem) {
        self.failures += u64::from(problem.failure);
        if problem.ends_file() {
            self.incomplete.push(problem.clone());
        }
        let kind = if problem.reason.is_repair() { &mut self.repaired } else { &mut self.skipped };
        kind.push(problem);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_the_first_are_listed() {
        let mut report = ReadReport::default();
        for line in 1..=LISTED as u64 + 5 {
            report.note(Problem::of("a.jsonl", Reason::BadJson).at(line));
        }
        report.note(Problem::of("a.jsonl", Reason::DuplicateId).at(1));
        report.note(Problem::of("b.txt", Reason::Empty));
        assert_eq!(report.skipped.count(Reason::BadJson), LISTED as u64 + 5);
        assert_eq!(report.skipped.listed().len(), LISTED);
        assert_eq!(report.skipped.total(), LISTED as u64 + 6);
        assert_eq!((report.repaired.total(), report.incomplete.total()), (1, 0));
        assert_eq!(report.failures, LISTED as u64 + 5, "empty files and repairs are no failures");
    }

    #[test]
    fn no_setting_is_left_without_a_name() {
        for reason in [Reason::NoText, Reason::TextNotString, Reason::NoColumn, Reason::BadRow] {
            assert!(!reason.message().contains(['{', '}']), "{reason:?}");
        }
        let said = Reason::NoColumn.message_with(|field| match field {
            Field::TextField => "T",
            Field::Delimiter => "D",
            _ => "other",
        });
        assert!(said.contains("column with T,") && said.ends_with("delimiter with D"), "{said}");
    }

    #[test]
    fn a_problem_says_where_and_what_to_do() {
        let problem = Problem::of("a\n.jsonl", Reason::NoText).at(3).record("x").saying("null");
        let said = problem.to_string();
        assert!(said.starts_with("a\\n.jsonl:3 (id \"x\"): has no text;"), "{said}");
        assert!(said.ends_with("holds it with text_field (null)"), "{said}");
        let said = problem.to_string_with(|_| "--text");
        assert!(said.ends_with("holds it with --text (null)"), "{said}");
    }
}
