//! The threads of a reading: one reads, some parse, the caller's takes what is next.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use xxhash_rust::xxh3::xxh3_64;

use super::job::{Feed, Outcome, Task};
use super::parse::{Parser, place_id};
use super::problem::{Problem, ReadReport, Reason};
use super::stream::Stream;
use super::{Batch, Corpus, IdType, Position, Reached, Record, Selection, Start};

/// Reads everything from `start` on, and sees to it that ids are unique.
pub(super) fn read(
    corpus: &Corpus,
    start: Start,
    stdin: impl Read + Send,
    mut each: impl FnMut(Batch, Reached<'_>) -> ControlFlow<()>,
) -> ReadReport {
    let mut ids = start.ids;
    let mut report = start.report;
    if start.position == Position::default() {
        corpus.problems.iter().for_each(|problem| report.note(problem.clone()));
    }
    let work = Work { corpus, selection: None, from: start.position };
    let done = outcomes(&work, stdin, |mut outcome, position| {
        settle_ids(corpus, &mut outcome, &mut ids);
        deliver(outcome, &mut report, |batch, report| each(batch, Reached { position, report }))
    });
    done.unwrap_or_else(|error| nothing_was_read(&work, &error, &mut report));
    report.end();
    report
}

/// Reads what is selected.
pub(super) fn read_again(
    corpus: &Corpus,
    selection: Selection<'_>,
    stdin: impl Read + Send,
    mut each: impl FnMut(Batch) -> ControlFlow<()>,
) -> ReadReport {
    let mut report = ReadReport::default();
    corpus.problems.iter().for_each(|problem| report.note(problem.clone()));
    let from = Position { source: selection.from, jobs: 0 };
    let work = Work { corpus, selection: Some(selection), from };
    let done = outcomes(&work, stdin, |outcome, _| {
        if (selection.is_enough)() {
            return ControlFlow::Break(());
        }
        deliver(outcome, &mut report, |batch, _| each(batch))
    });
    done.unwrap_or_else(|error| nothing_was_read(&work, &error, &mut report));
    report
}

/// Notes that there were no threads to read with.
fn nothing_was_read(work: &Work<'_>, error: &io::Error, report: &mut ReadReport) {
    for source in &work.corpus.sources[work.from.source as usize..] {
        let problem = Problem::of(source.shown(), Reason::Unreadable);
        report.note(problem.saying(format_args!("no thread to read with: {error}")));
    }
}

/// What is to be read.
struct Work<'w> {
    corpus: &'w Corpus,
    selection: Option<Selection<'w>>,
    from: Position,
}

/// Threads of its own, not rayon's: the caller may be one of rayon's threads, and the only one,
/// and would wait for itself.
///
/// # Errors
/// If the system gives no threads; then nothing was read.
fn outcomes(
    &Work { corpus, selection, from }: &Work<'_>,
    stdin: impl Read + Send,
    mut each: impl FnMut(Outcome, Position) -> ControlFlow<()>,
) -> io::Result<()> {
    let threads = match corpus.options.threads {
        0 => thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    };
    thread::scope(|scope| {
        let (tasks, work) = sync_channel::<Task>(threads);
        let (order, outcomes) = sync_channel(threads + 1);
        let work = Arc::new(Mutex::new(work));
        for number in 0..threads {
            let work = Arc::clone(&work);
            let parse = move || {
                let parser = Parser::new(corpus, selection);
                while let Some((job, result)) = next(&work) {
                    // Nobody listens after a break.
                    let _ = result.send(parser.run(job));
                }
            };
            match thread::Builder::new().spawn_scoped(scope, parse) {
                Ok(_) => {}
                Err(error) if number == 0 => return Err(error),
                // Fewer will do where the system gives no more.
                Err(_) => break,
            }
        }
        // Where this fails, the parsers end, for there is nobody left to give them work.
        let read = move || Stream::new(corpus, Feed { tasks, order }, from).run(stdin);
        thread::Builder::new().spawn_scoped(scope, read)?;
        // Else the reading thread would wait for ever if every parser had a bug.
        drop(work);
        for (outcome, behind) in outcomes {
            // No result: a parser panicked, and the scope passes that on.
            let Ok(outcome) = outcome.recv() else { break };
            if each(outcome, behind).is_break() {
                break;
            }
        }
        Ok(())
    })
}

fn next(work: &Mutex<Receiver<Task>>) -> Option<Task> {
    work.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn deliver(
    outcome: Outcome,
    report: &mut ReadReport,
    each: impl FnOnce(Batch, &ReadReport) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let batch = outcome.batch;
    report.files += outcome.files;
    outcome.problems.into_iter().for_each(|problem| report.note(problem));
    report.articles += batch.records.len() as u64;
    report.bytes += batch.records.iter().map(|record| record.text.len() as u64).sum::<u64>();
    if batch.records.is_empty() { ControlFlow::Continue(()) } else { each(batch, report) }
}

/// Gives other ids to the records whose ids were there before.
fn settle_ids(corpus: &Corpus, outcome: &mut Outcome, ids: &mut Ids) {
    let Outcome { batch, problems, .. } = outcome;
    for record in &mut batch.records {
        if ids.is_new(&record.id) {
            continue;
        }
        let unique = ids.other(&record.id, &with_place(corpus, record));
        problems.push(
            duplicate(corpus, record, Reason::DuplicateId).saying(format_args!("now {unique:?}")),
        );
        let given = std::mem::replace(&mut record.id, unique).into_boxed_str();
        record.shared_id.get_or_insert(given);
        record.id_type = IdType::Text;
    }
}

/// An id that leads back to file and record.
fn with_place(corpus: &Corpus, record: &Record) -> String {
    let source = &corpus.sources[record.place.source as usize];
    if record.place.line == 0 {
        return source.whole_name();
    }
    let place = place_id(source, record.place);
    if place == record.id { place } else { format!("{}#{place}", record.id) }
}

fn duplicate(corpus: &Corpus, record: &Record, reason: Reason) -> Problem {
    let source = &corpus.sources[record.place.source as usize];
    let problem = Problem::of(source.shown(), reason).record(&record.id);
    if record.place.line == 0 { problem } else { problem.at(record.place.line) }
}

/// The ids so far, as 64-bit hashes: 10 million take some 150 MB. Two ids with one hash (one
/// chance in 370,000 among 10 million) would give the second another id than it needs.
#[derive(Debug, Default)]
pub struct Ids {
    seen: HashSet<u64, BuildHasherDefault<Hashed>>,
    /// The number that comes next, by what stands before it.
    next: HashMap<u64, u64, BuildHasherDefault<Hashed>>,
}

impl Ids {
    /// Notes the id of an article as it was handed out. The numbers that were given need not be
    /// known: what they led to is among the ids.
    pub fn note(&mut self, id: &str) {
        self.seen.insert(xxh3_64(id.as_bytes()));
    }

    /// Remembers an id; whether it was not there before.
    fn is_new(&mut self, id: &str) -> bool {
        self.seen.insert(xxh3_64(id.as_bytes()))
    }

    /// Another id instead of one that was there before: the one that is proposed, or that with a
    /// number.
    fn other(&mut self, id: &str, proposed: &str) -> String {
        if proposed != id && self.is_new(proposed) {
            return proposed.to_owned();
        }
        let hash = xxh3_64(proposed.as_bytes());
        loop {
            let number = self.next.entry(hash).or_insert(2);
            let unique = format!("{proposed}#{number}");
            *number += 1;
            if self.is_new(&unique) {
                return unique;
            }
        }
    }
}

/// For keys that are hashes already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_ids_get_others_that_nobody_has() {
        let mut ids = Ids::default();
        let mut give = |id: &str, proposed: &str| match ids.is_new(id) {
            true => id.to_owned(),
            false => ids.other(id, proposed),
        };
        assert_eq!(give("a", "a#x:1"), "a");
        assert_eq!(give("a#x:2", "a#x:2#x:2"), "a#x:2");
        assert_eq!(give("a", "a#x:2"), "a#x:2#2", "it is taken");
        assert_eq!(give("a", "a#x:2"), "a#x:2#3", "another one of the same line");
        assert_eq!(give("a", "a#x:3"), "a#x:3");
        assert_eq!(give("x:4", "x:4"), "x:4");
        assert_eq!(give("x:4", "x:4"), "x:4#2");
        assert_eq!(give("b", "b#x:5"), "b");
    }
}
