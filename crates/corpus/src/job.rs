//! What the reading thread hands to the parsers, and how it gets there.

use std::fs::Metadata;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel};
use std::time::SystemTime;

use super::article::Flaw;
use super::capture::Capture;
use super::encoding::{Change, Hint};
use super::format::Compression;
use super::lines::Start;
use super::problem::{Problem, Reason};
use super::source::Source;
use super::table::Row;
use super::{Batch, Position};

/// A piece of work, cut so that it needs no other piece.
#[derive(Debug)]
pub(super) enum Job {
    /// Whole files, by their indices.
    Files(Vec<usize>),
    /// A whole article that is here already; `converted` if from another encoding.
    Content { source: usize, bytes: Vec<u8>, converted: Option<Change> },
    /// JSON objects: those of `starts`, or else one per line, the first of which is `line`.
    Json { source: usize, line: u64, bytes: Vec<u8>, starts: Vec<Start>, hint: Hint },
    /// Rows of a table.
    Rows { source: usize, rows: Vec<Row>, heading: Option<Arc<[u8]>>, hint: Hint },
    /// Records that are neither JSON nor rows.
    Parts { source: usize, parts: Vec<Part> },
    /// Only to be passed on in its place.
    Problem(Problem),
    /// A file of records was read to its end.
    Ended,
}

/// A record that is cut from a stream.
#[derive(Debug)]
pub(super) struct Part {
    /// Which of the file it is, from 1.
    pub(super) number: u64,
    pub(super) content: Result<Content, Flaw>,
}

/// What is next in a stream of such records.
#[derive(Debug)]
pub(super) enum Cut {
    Part(Part),
    /// The stream failed in this record; nothing follows.
    Failed(u64, io::Error),
}

/// What is in a record.
#[derive(Debug)]
pub(super) enum Content {
    Capture(Box<Capture>),
    Message(Vec<u8>),
}

impl Part {
    /// Its length in bytes, about.
    pub(super) fn bytes(&self) -> usize {
        match &self.content {
            Ok(Content::Capture(capture)) => capture.bytes(),
            Ok(Content::Message(message)) => message.len(),
            Err(_) => 64,
        }
    }
}

/// What a job came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) batch: Batch,
    pub(super) problems: Vec<Problem>,
    /// Files that were read to their end.
    pub(super) files: u64,
}

/// A piece of work and where its result goes.
pub(super) type Task = (Job, Sender<Outcome>);

/// Takes jobs from the reading thread: hands them to whichever parser is free, and their results
/// to the caller in the order of the jobs.
pub(super) struct Feed {
    pub(super) tasks: SyncSender<Task>,
    pub(super) order: SyncSender<(Receiver<Outcome>, Position)>,
}

impl Feed {
    /// Waits while enough is under way. Breaks when the caller wants no more. `behind` is the
    /// position behind the job.
    pub(super) fn send(&self, job: Job, behind: Position) -> ControlFlow<()> {
        let (result, outcome) = channel();
        if self.order.send((outcome, behind)).is_err() || self.tasks.send((job, result)).is_err() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// What tells whether a file was written to: its length, and when that was last.
pub(super) type State = (u64, Option<SystemTime>);

pub(super) fn state(what: &Metadata) -> State {
    (what.len(), what.modified().ok())
}

/// Whether a file is no longer what it was.
pub(super) fn is_changed(path: &Path, before: State) -> bool {
    std::fs::metadata(path).is_ok_and(|now| state(&now) != before)
}

/// Why a stream failed: of compressed data, because it is damaged.
pub(super) fn broken(source: &Source, compression: Compression, error: &io::Error) -> Problem {
    let reason =
        if compression == Compression::Plain { Reason::Unreadable } else { Reason::Corrupt };
    Problem::of(source.shown(), reason).saying(error)
}
