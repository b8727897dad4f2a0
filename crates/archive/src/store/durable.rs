//! The log of the database: noted with each commit, and copied to the database.

use std::path::Path;

use rusqlite::config::DbConfig;

use super::Store;
use crate::Error;
use crate::last_commit::{self, Needs, Notes};
use crate::log::{self, Found};
use crate::state::State;

/// Frames of the log, from which on it is copied to the database.
const MOST_FRAMES: u32 = 1000;

impl Store {
    /// Opens the database of an archive, to write. Whoever calls this holds the lock.
    pub fn open_to_write(folder: &Path) -> Result<Self, Error> {
        let mut store = Self::open(folder)?;
        // Else the first reading says what is wrong with the notes.
        if store.noted.is_some() {
            let mut notes = Notes::open(folder)?;
            if !last_commit::damage(folder)?.is_empty() {
                let note = notes.note();
                notes.write(note.commit, note.needs).map_err(Error::io("write", &store.path))?;
            }
            store.notes = Some(notes);
        }
        Ok(store)
    }

    /// What was found wrong with the log, or the notes on it, at opening; once.
    pub fn damage_of_log(&self) -> Option<Error> {
        self.damage_of_log.take()
    }

    /// An error if commits are missing that were noted: their part of the log was lost.
    pub(super) fn check_commits(&self, state: &State) -> Result<(), Error> {
        let noted = self.noted.map_or(0, |(note, _)| note.commit);
        match noted.saturating_sub(state.commits) {
            0 => Ok(()),
            missing => {
                let problem = format!("commits are missing that were reported: {missing}");
                Err(Error::damaged(&self.log, "its end", problem))
            }
        }
    }

    /// Whether part of the log was in the database, and the log is not there any more: then nothing
    /// but a look at everything says whether the rest of it is missing.
    pub fn is_in_doubt(&self) -> bool {
        let is_copied = |needs| matches!(needs, Needs::LogInCopying(_));
        self.noted.is_some_and(|(note, found)| found == Found::Other && is_copied(note.needs))
    }

    /// Notes a commit that is durable by now.
    ///
    /// If that fails, the commit is there all the same, and an error would say that it is not: what
    /// is lost is that damage of the log would be noticed, until the next commit.
    pub(super) fn note(&mut self, commit: u64) {
        let Some(notes) = &mut self.notes else { return };
        let known = notes.note().needs.position().or(self.end_of_log);
        let Ok(end) = log::last_commit(&self.log, known) else { return };
        self.end_of_log = end;
        let needs = match end {
            None => Needs::Nothing,
            Some(end) if end.frames < MOST_FRAMES => Needs::Log(end),
            Some(end) => Needs::LogInCopying(end),
        };
        // Part of it may be in the database since an earlier attempt.
        let needs = match (needs, notes.note().needs) {
            (Needs::Log(end), Needs::LogInCopying(before)) if end.salts == before.salts => {
                Needs::LogInCopying(end)
            }
            (needs, _) => needs,
        };
        if notes.write(commit, needs).is_ok() && end.is_some_and(|end| end.frames >= MOST_FRAMES) {
            self.copy_log();
        }
    }

    /// Copies the log to the database, as far as no reader needs it as it was; and notes when
    /// nothing of it is needed any more. What fails is done after the next commit.
    fn copy_log(&mut self) {
        let Some(notes) = &mut self.notes else { return };
        let copy = "PRAGMA wal_checkpoint(PASSIVE)";
        let counts = self
            .connection
            .query_row(copy, [], |row| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)));
        if counts.is_ok_and(|(frames, copied)| frames == copied) {
            // A note that is not written asks for more than there needs to be.
            let _ = notes.write(notes.note().commit, Needs::Nothing);
        }
    }

    /// Leaves the database as one file, if nobody reads it.
    pub fn finish(&mut self) {
        let Some(notes) = &mut self.notes else { return };
        let note = notes.note();
        if let Some(end) = note.needs.position() {
            if notes.write(note.commit, Needs::LogInCopying(end)).is_err() {
                return;
            }
            self.copy_log();
        }
        let is_copied = self.notes.as_ref().is_some_and(|of| of.note().needs == Needs::Nothing);
        if is_copied {
            // The log goes with the last connection.
            let keep = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
            let _ = self.connection.set_db_config(keep, false);
        }
    }
}
