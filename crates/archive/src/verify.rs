//! What of an archive is damaged, and what is whole.

use std::collections::BTreeMap;
use std::path::Path;

use retold::Cancel;

use crate::article::Stored;
use crate::ledger::{Table, Wanted};
use crate::segment::{Cursor, Segment};
use crate::state::{SegmentRow, State};
use crate::store::Store;
use crate::{Error, disk, last_commit};

/// What a look at all of an archive has come to.
#[derive(Debug, Default)]
pub struct Verification {
    /// Segments that were read from beginning to end.
    pub segments: u64,
    /// Records that were read.
    pub records: u64,
    /// Everything that is wrong, each with its file and place.
    pub damage: Vec<Error>,
}

/// What could be saved of an archive.
#[derive(Debug, Default)]
pub struct Salvage {
    /// Articles that were given.
    pub articles: u64,
    /// What is lost, each with its place.
    pub damage: Vec<Error>,
}

/// Reads every block and every record of an archive, and holds them against each other. Goes on
/// after damage; the error is that there is no archive, or that it was told to stop.
pub fn verify(folder: &Path, cancel: &Cancel) -> Result<Verification, Error> {
    let store = Store::open(folder)?;
    let mut found = Verification::default();
    // What was committed before the log is damaged can be looked at all the same.
    found.damage.extend(store.damage_of_log());
    let torn = last_commit::damage(folder).unwrap_or_default();
    found.damage.extend(torn);
    let Some(state) = noted(start(&store), &mut found.damage)? else { return Ok(found) };
    verify_all((folder, &store, &state), found, cancel)
}

impl Store {
    /// An error if the log was lost while it was copied to the database, and is missing.
    pub(crate) fn settle_doubt(&self, folder: &Path) -> Result<(), Error> {
        if !self.is_in_doubt() {
            return Ok(());
        }
        let (_, state) = self.read()?;
        let found = Verification::default();
        let found = verify_all((folder, self, &state), found, &Cancel::never())?;
        found.damage.into_iter().next().map_or(Ok(()), Err)
    }
}

/// Reads everything but the log.
fn verify_all(
    (folder, store, state): (&Path, &Store, &State),
    mut found: Verification,
    cancel: &Cancel,
) -> Result<Verification, Error> {
    let pages = noted(store.check(), &mut found.damage)?.unwrap_or_default();
    let wrong = |problem| Error::damaged(store.path(), "its pages", problem);
    found.damage.extend(pages.into_iter().map(wrong));
    let copies = noted(store.check_dictionary(), &mut found.damage)?.unwrap_or_default();
    found.damage.extend(copies);
    let mut living = BTreeMap::new();
    for (name, row) in &state.segments {
        let path = disk::segments(folder).join(name);
        let read = read_segment(&path, *row, cancel);
        if let Some(segment) = noted(read, &mut found.damage)? {
            found.segments += 1;
            let docs = segment.docs().iter().map(|doc| (doc.doc, doc.first_seen));
            living.extend(docs.filter(|(doc, _)| !state.tombstones.contains_key(doc)));
        }
    }
    let all_read = found.segments == state.segments.len() as u64;
    let mut records = Records { store, at: 1, end: state.next_doc, cancel };
    let mut counts = (0, 0);
    while let Some(record) = records.next()? {
        let Some(article) = noted(record, &mut found.damage)? else { continue };
        found.records += 1;
        counts.0 += u64::from(article.is_found());
        counts.1 += article.text.len() as u64;
        let is_listed = living.remove(&article.doc) == Some(article.first_seen);
        if all_read && is_listed != article.is_found() {
            let place = format!("article {}", article.doc);
            let problem = "segments and record disagree on whether it can be found";
            found.damage.push(Error::damaged(store.path(), place, problem));
        }
    }
    if noted(store.ledger(), &mut found.damage)?.is_some() {
        verify_ledger(store, &mut found.damage)?;
    }
    for doc in living.keys() {
        let place = format!("article {doc}");
        found.damage.push(Error::damaged(store.path(), place, "its record is missing"));
    }
    let expected = (state.articles, state.records, state.text_bytes);
    if found.damage.is_empty() && (counts.0, found.records, counts.1) != expected {
        let problem = "the counts are not those of the records";
        found.damage.push(Error::damaged(store.path(), "the table of state", problem));
    }
    Ok(found)
}

/// Reads all rows beside articles and segments.
fn verify_ledger(store: &Store, damage: &mut Vec<Error>) -> Result<(), Error> {
    for table in Table::ALL {
        // Rows that are missing, too.
        noted(store.rows(table, Wanted::After(0, u64::MAX)), damage)?;
    }
    Ok(())
}

/// Hands every whole record to `each`, earlier versions included, in the order in which they came.
/// The error is that of `each`, that there is no archive, or that it was told to stop.
pub fn salvage<E: From<Error>>(
    folder: &Path,
    cancel: &Cancel,
    mut each: impl FnMut(&Stored) -> Result<(), E>,
) -> Result<Salvage, E> {
    let store = Store::open(folder)?;
    let mut saved = Salvage::default();
    saved.damage.extend(store.damage_of_log());
    // Without the state, records are taken as they come.
    let state = noted(start(&store), &mut saved.damage)?;
    let end = state.as_ref().map_or(u64::MAX, |state| state.next_doc);
    let mut records = Records { store: &store, at: 1, end, cancel };
    while let Some(record) = records.next()? {
        if let Some(article) = noted(record, &mut saved.damage)? {
            each(&article)?;
            saved.articles += 1;
        }
    }
    let missing = state.map_or(0, |state| state.records).saturating_sub(saved.articles);
    if missing > 0 && saved.damage.is_empty() {
        let problem = format!("{missing} records are missing");
        saved.damage.push(Error::damaged(store.path(), "the table of articles", problem));
    }
    Ok(saved)
}

fn start(store: &Store) -> Result<State, Error> {
    store.hold()?;
    let state = store.read()?.1;
    // Damage of the ledger is found when that is read; articles do not depend on it.
    let _ = store.ledger();
    Ok(state)
}

/// The value; `None`, and a note, if what should be read is damaged.
fn noted<T>(result: Result<T, Error>, damage: &mut Vec<Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::Cancelled(cancelled)) => Err(Error::Cancelled(cancelled)),
        Err(error) => {
            damage.push(error);
            Ok(None)
        }
    }
}

/// Reads a segment from beginning to end.
fn read_segment(path: &Path, row: SegmentRow, cancel: &Cancel) -> Result<Segment, Error> {
    let segment = Segment::open(path, row.seal).map_err(crate::reader::missing_is_damage)?;
    let (mut cursor, mut places, mut last) = (Cursor::new(&segment), Vec::new(), None);
    while let Some(key) = cursor.next(&mut places)? {
        cancel.check()?;
        if last.is_some_and(|last| last >= key) || places.is_empty() {
            return Err(Error::damaged(path, format!("key {key:#x}"), "keys are not in order"));
        }
        last = Some(key);
    }
    drop(cursor);
    Ok(segment)
}

/// The records of a database, one after the other, with what is damaged among them.
struct Records<'s> {
    store: &'s Store,
    at: u64,
    end: u64,
    cancel: &'s Cancel,
}

impl Records<'_> {
    /// The next record or what is wrong with it; `None` behind the last.
    fn next(&mut self) -> Result<Option<Result<Stored, Error>>, Error> {
        loop {
            self.cancel.check()?;
            if self.at >= self.end {
                return Ok(None);
            }
            match self.store.docs_from(self.at, 1) {
                Ok(docs) => {
                    let Some(doc) = docs.first().copied().filter(|doc| *doc < self.end) else {
                        return Ok(None);
                    };
                    self.at = doc + 1;
                    match self.store.article(doc) {
                        Ok(None) => {}
                        Ok(Some(article)) => return Ok(Some(Ok(article))),
                        Err(error) => return Ok(Some(Err(error))),
                    }
                }
                // A page that cannot be read: the records behind it may be whole.
                Err(error) if self.end < u64::MAX => {
                    self.at += 1;
                    return Ok(Some(Err(error)));
                }
                Err(error) => {
                    self.at = self.end;
                    return Ok(Some(Err(error)));
                }
            }
        }
    }
}
