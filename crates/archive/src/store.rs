//! The database: records, and which files make the archive.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

use crate::article::Stored;
use crate::compression::Compression;
use crate::last_commit::{self, Note, Notes};
use crate::ledger::{self, Entries, Keys, Ledger, Table};
use crate::log::{Found, Position};
use crate::segment::Seal;
use crate::state::{Fate, SegmentRow, State};
use crate::{Error, Settings, dictionary, disk, settings};

mod articles;
mod durable;
mod tables;

const SCHEMA: &str = include_str!("schema.sql");

/// How long to wait for another connection, such as one that copies the database.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open database.
pub struct Store {
    path: PathBuf,
    pub(crate) connection: Connection,
    /// As it was when the settings were read, or made since.
    pub(crate) compression: RefCell<Compression>,
    /// Whether articles may have embargoes.
    has_embargoes: Cell<bool>,
    /// Which rows tables of the ledger have, of those that were asked for.
    keys: RefCell<[Option<Keys>; Table::ALL.len()]>,
    /// The log of the database.
    log: PathBuf,
    /// What was noted of the last commit when it was opened, and what had become of the log since;
    /// nothing if one of them is damaged.
    noted: Option<(Note, Found)>,
    /// That damage.
    damage_of_log: Cell<Option<Error>>,
    /// Where commits are noted, for the one who writes.
    notes: Option<Notes>,
    /// The end of the last commit in the log.
    end_of_log: Option<Position>,
}

/// What one commit changes, beside the state.
#[derive(Default)]
pub struct Changes<'c> {
    /// Articles that come, each with its compressed text.
    pub added: &'c [(Stored, Vec<u8>)],
    /// What their texts are compressed with, if it is new.
    pub dictionary: Option<&'c [u8]>,
    /// Articles of which there is a later version now.
    pub superseded: &'c [u64],
    /// Articles that stay in the records although their span has expired.
    pub expired: &'c [u64],
    /// Articles whose records go.
    pub removed: &'c [u64],
    /// Rows of the ledger that come, and the counts with them.
    pub entries: Entries,
    pub ledger: Ledger,
}

impl Store {
    /// Makes the database of a new archive, with what its ledger begins with. It gets its name once
    /// all is in it.
    pub fn create(
        folder: &Path,
        settings: &Settings,
        (ledger, entries): (Ledger, Entries),
    ) -> Result<(), Error> {
        let path = disk::new_database(folder);
        disk::remove_new_database(folder).map_err(Error::io("remove", &path))?;
        let mut connection = Connection::open(&path)?;
        prepare(&connection)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        transaction.execute_batch(SCHEMA)?;
        ledger::create(&transaction)?;
        ledger::write(&transaction, &ledger, &entries, &[])?;
        let rows = settings.to_rows()?;
        for (name, value) in &rows {
            transaction.execute("INSERT INTO settings VALUES (?, ?)", params![name, value])?;
        }
        let crc = crc_of_settings(rows.iter().map(|(name, value)| (*name, value.as_str())));
        let state = State { next_doc: 1, next_segment: 1, ..State::default() };
        transaction.execute(
            "INSERT INTO state VALUES (1, 1, 1, 0, 0, 0, 0, ?, ?)",
            params![crc, state.checksum()],
        )?;
        transaction.commit()?;
        // Into the database file, so that a new archive is that file and no other.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        connection.close().map_err(|(_, error)| error)?;
        fs::rename(&path, disk::database(folder)).map_err(Error::io("rename", &path))
    }

    /// Opens the database of an archive, to read.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = disk::database(folder);
        if !path.is_file() {
            return Err(Error::NoArchive { path: folder.to_owned() });
        }
        // Before the database is opened, which may change the log.
        let (noted, damage) = match last_commit::look(folder) {
            Ok(noted) => (Some(noted), None),
            Err(error) => (None, Some(error)),
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)?;
        prepare(&connection)?;
        if damage.is_some() && !last_commit::path(folder).exists() {
            check_format(&connection)?;
        }
        Ok(Self {
            path,
            connection,
            compression: RefCell::default(),
            has_embargoes: Cell::new(false),
            keys: RefCell::default(),
            log: disk::log(folder),
            noted,
            damage_of_log: Cell::new(damage),
            notes: None,
            end_of_log: None,
        })
    }

    /// Everything that is read from now on is as it is at this moment, whatever others write.
    pub fn hold(&self) -> Result<(), Error> {
        self.connection.execute_batch("BEGIN DEFERRED")?;
        // The moment is that of the first reading.
        self.connection.query_row("SELECT 1 FROM state", [], |_| Ok(()))?;
        Ok(())
    }

    /// Ends what [`Store::hold`] began.
    pub fn release(&self) -> Result<(), Error> {
        Ok(self.connection.execute_batch("ROLLBACK")?)
    }

    /// The settings and the state; an error if they are not as they were written.
    pub fn read(&self) -> Result<(Settings, State), Error> {
        if let Some(damage) = self.damage_of_log() {
            return Err(damage);
        }
        if let Some(dictionary) = self.dictionary()? {
            self.compression.replace(Compression::with(&dictionary));
        }
        let (mut state, of_settings, of_state) = self.read_counts()?;
        let mut rows =
            self.connection.prepare("SELECT name, value FROM settings ORDER BY rowid")?;
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
        let same = rows.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        if crc_of_settings(same) != of_settings {
            return Err(self.damaged("the table of settings", "wrong checksum"));
        }
        let settings = Settings::from_rows(&rows)?
            .ok_or_else(|| self.damaged("the table of settings", "a setting is missing"))?;
        self.read_segments(&mut state)?;
        self.read_tombstones(&mut state)?;
        if state.checksum() != of_state {
            let place = "the tables of state, segments and tombstones";
            return Err(self.damaged(place, "wrong checksum"));
        }
        self.check_commits(&state)?;
        Ok((settings, state))
    }

    fn read_counts(&self) -> Result<(State, u32, u32), Error> {
        let sql = "SELECT next_doc, next_segment, articles, records, text_bytes, commits,
                          settings_crc, crc
                   FROM state WHERE row = 1";
        let found = self.connection.query_row(sql, [], |row| {
            let number = |at| row.get::<_, i64>(at).map(|number| number as u64);
            let state = State {
                next_doc: number(0)?,
                next_segment: number(1)?,
                articles: number(2)?,
                records: number(3)?,
                text_bytes: number(4)?,
                commits: number(5)?,
                ..State::default()
            };
            Ok((state, row.get(6)?, row.get(7)?))
        });
        found.optional()?.ok_or_else(|| self.damaged("the table of state", "it is empty"))
    }

    fn read_segments(&self, state: &mut State) -> Result<(), Error> {
        let sql = "SELECT file, span, docs, bytes, crc FROM segments";
        let mut rows = self.connection.prepare(sql)?;
        let rows = rows.query_map([], |row| {
            let seal = Seal { bytes: row.get::<_, i64>(3)? as u64, crc: row.get(4)? };
            let docs = row.get::<_, i64>(2)? as u64;
            Ok((row.get::<_, String>(0)?, SegmentRow { span: row.get(1)?, docs, seal }))
        })?;
        state.segments = rows.collect::<Result<_, _>>()?;
        match state.segments.keys().all(|name| disk::segment_number(name).is_some()) {
            true => Ok(()),
            false => Err(self.damaged("the table of segments", "a name is none of ours")),
        }
    }

    fn read_tombstones(&self, state: &mut State) -> Result<(), Error> {
        let mut rows = self.connection.prepare("SELECT doc, fate FROM tombstones")?;
        let rows =
            rows.query_map([], |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, String>(1)?)))?;
        for row in rows {
            let (doc, fate) = row?;
            let fate = Fate::of(&fate)
                .ok_or_else(|| self.damaged("the table of tombstones", "an unknown fate"))?;
            state.tombstones.insert(doc, fate);
        }
        Ok(())
    }

    /// Changes everything at once, or nothing. Gives the ledger as it is then.
    pub fn commit(&mut self, state: &State, changes: &Changes<'_>) -> Result<Ledger, Error> {
        let superseded = self.checksums_if(changes.superseded, |of| of.is_superseded = true)?;
        let expired = self.checksums_if(changes.expired, |of| of.is_expired = true)?;
        let old = self.read_lists()?;
        let mut ledger = changes.ledger;
        let gone = self.rows_of(changes.removed, &mut ledger)?;
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        {
            let mut insert = transaction.prepare(
                "INSERT INTO articles
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?;
            for (article, frame) in changes.added {
                articles::insert(&mut insert, article, frame)?;
            }
            for (column, crcs) in [("superseded", superseded), ("expired", expired)] {
                let sql = format!("UPDATE articles SET {column} = 1, crc = ? WHERE doc = ?");
                let mut update = transaction.prepare(&sql)?;
                for (doc, crc) in crcs {
                    update.execute(params![crc, doc as i64])?;
                }
            }
            let mut delete = transaction.prepare("DELETE FROM articles WHERE doc = ?")?;
            for doc in changes.removed {
                delete.execute([*doc as i64])?;
            }
        }
        if let Some(dictionary) = changes.dictionary {
            dictionary::insert(&transaction, dictionary)?;
        }
        write_state(&transaction, &old, state)?;
        ledger::write(&transaction, &ledger, &changes.entries, &gone)?;
        // Where syncing fails, all of it may be in the log, and is found there by the next opening.
        transaction.commit().map_err(Error::Undecided)?;
        self.note_rows(changes, &gone);
        self.note(state.commits);
        self.has_embargoes.set(ledger.rows(Table::Embargoes) > 0);
        Ok(ledger)
    }

    fn read_lists(&self) -> Result<State, Error> {
        let mut old = State::default();
        self.read_segments(&mut old)?;
        self.read_tombstones(&mut old)?;
        Ok(old)
    }

    /// What the database itself finds wrong with its pages and tables.
    pub fn check(&self) -> Result<Vec<String>, Error> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check")?;
        let found = statement.query_map([], |row| row.get::<_, String>(0))?;
        let mut found: Vec<String> = found.collect::<Result<_, _>>()?;
        found.retain(|problem| problem != "ok");
        Ok(found)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn damaged(&self, place: &str, problem: &str) -> Error {
        Error::damaged(&self.path, place, problem)
    }
}

/// An error if the archive says that it is of another version: the first one noted no commits.
fn check_format(connection: &Connection) -> Result<(), Error> {
    let sql = "SELECT value FROM settings WHERE name = 'format'";
    let found = connection.query_row(sql, [], |row| row.get::<_, String>(0));
    // If there is none, whoever reads the settings says what is wrong with them.
    found.map_or(Ok(()), |found| settings::check_format(&found))
}

fn prepare(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch(
        // Of a new database. Some four records of an article fit into SQLite's own 4,096, and what
        // is left over in each page is a twelfth of the file; of these, a fiftieth.
        "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    // The log is copied to the database by the one who notes that; see `durable`.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(())
}

fn crc_of_settings<'r>(rows: impl Iterator<Item = (&'r str, &'r str)>) -> u32 {
    rows.fold(0, |crc, (name, value)| {
        let row = format!("{name}={value}\n");
        crc32c::crc32c_append(crc, row.as_bytes())
    })
}

/// Writes what differs from the lists of `old`, and the counts.
fn write_state(transaction: &Connection, old: &State, new: &State) -> Result<(), Error> {
    for name in old.segments.keys().filter(|name| !new.segments.contains_key(*name)) {
        transaction.execute("DELETE FROM segments WHERE file = ?", [name])?;
    }
    for (name, SegmentRow { span, docs, seal }) in &new.segments {
        if !old.segments.contains_key(name) {
            let row = params![name, span, *docs as i64, seal.bytes as i64, seal.crc];
            transaction.execute("INSERT INTO segments VALUES (?, ?, ?, ?, ?)", row)?;
        }
    }
    for doc in old.tombstones.keys().filter(|doc| !new.tombstones.contains_key(doc)) {
        transaction.execute("DELETE FROM tombstones WHERE doc = ?", [*doc as i64])?;
    }
    for (doc, fate) in &new.tombstones {
        if old.tombstones.get(doc) != Some(fate) {
            let row = params![*doc as i64, fate.name()];
            transaction.execute("INSERT OR REPLACE INTO tombstones VALUES (?, ?)", row)?;
        }
    }
    let State { next_doc, next_segment, articles, records, text_bytes, commits, .. } = *new;
    let counts = [next_doc, next_segment, articles, records, text_bytes, commits];
    let [doc, segment, articles, records, bytes, commits] = counts.map(|count| count as i64);
    transaction.execute(
        "UPDATE state SET next_doc = ?, next_segment = ?, articles = ?, records = ?,
                          text_bytes = ?, commits = ?, crc = ? WHERE row = 1",
        params![doc, segment, articles, records, bytes, commits, new.checksum()],
    )?;
    Ok(())
}
