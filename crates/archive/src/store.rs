//! The database: records, and which files make the archive.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};

use crate::article::{About, Stored, checksum};
use crate::compression::Compression;
use crate::ledger::{self, Entries, Ledger, Table, Wanted};
use crate::segment::Seal;
use crate::state::{Fate, SegmentRow, State};
use crate::{Error, Settings, dictionary, disk};

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
    /// Articles whose records go.
    pub removed: &'c [u64],
    /// Rows of the ledger that come, and the counts with them.
    pub entries: Entries,
    pub ledger: Ledger,
}

impl Store {
    /// Makes the database of a new archive.
    pub fn create(folder: &Path, settings: &Settings) -> Result<(), Error> {
        let path = disk::database(folder);
        let mut connection = Connection::open(&path)?;
        prepare(&connection)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        transaction.execute_batch(SCHEMA)?;
        ledger::create(&transaction)?;
        let rows = settings.to_rows()?;
        for (name, value) in &rows {
            transaction.execute("INSERT INTO settings VALUES (?, ?)", params![name, value])?;
        }
        let crc = crc_of_settings(rows.iter().map(|(name, value)| (*name, value.as_str())));
        let state = State { next_doc: 1, next_segment: 1, ..State::default() };
        transaction.execute(
            "INSERT INTO state VALUES (1, 1, 1, 0, 0, 0, ?, ?)",
            params![crc, state.checksum()],
        )?;
        transaction.commit()?;
        // Into the database file, so that a new archive is that file and no other.
        connection.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    /// Opens the database of an archive.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = disk::database(folder);
        if !path.is_file() {
            return Err(Error::NoArchive { path: folder.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)?;
        prepare(&connection)?;
        let compression = RefCell::default();
        Ok(Self { path, connection, compression, has_embargoes: Cell::new(false) })
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
        Ok((settings, state))
    }

    fn read_counts(&self) -> Result<(State, u32, u32), Error> {
        let sql = "SELECT next_doc, next_segment, articles, records, text_bytes, settings_crc, crc
                   FROM state WHERE row = 1";
        let found = self.connection.query_row(sql, [], |row| {
            let number = |at| row.get::<_, i64>(at).map(|number| number as u64);
            let state = State {
                next_doc: number(0)?,
                next_segment: number(1)?,
                articles: number(2)?,
                records: number(3)?,
                text_bytes: number(4)?,
                ..State::default()
            };
            Ok((state, row.get(5)?, row.get(6)?))
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
        let crcs = self.checksums_if_superseded(changes.superseded)?;
        let old = self.read_lists()?;
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        {
            let mut insert = transaction
                .prepare("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
            for (article, frame) in changes.added {
                insert_article(&mut insert, article, frame)?;
            }
            let mut update =
                transaction.prepare("UPDATE articles SET superseded = 1, crc = ? WHERE doc = ?")?;
            for (doc, crc) in crcs {
                update.execute(params![crc, doc as i64])?;
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
        let mut ledger = changes.ledger;
        ledger::write(&transaction, &mut ledger, &changes.entries, changes.removed)?;
        transaction.commit()?;
        self.has_embargoes.set(ledger.rows(Table::Embargoes) > 0);
        Ok(ledger)
    }

    fn read_lists(&self) -> Result<State, Error> {
        let mut old = State::default();
        self.read_segments(&mut old)?;
        self.read_tombstones(&mut old)?;
        Ok(old)
    }

    fn checksums_if_superseded(&self, docs: &[u64]) -> Result<Vec<(u64, u32)>, Error> {
        let mut crcs = Vec::new();
        for doc in docs {
            // One that comes with the same commit says so itself.
            let Some((mut article, bytes, frame)) = self.row(*doc)? else { continue };
            article.is_superseded = true;
            crcs.push((*doc, checksum(&article, bytes, &frame)));
        }
        Ok(crcs)
    }

    /// An article; `None` if there is none of that number, an error if it is not as it was written.
    pub fn article(&self, doc: u64) -> Result<Option<Stored>, Error> {
        let Some((mut article, bytes, frame)) = self.row(doc)? else { return Ok(None) };
        let text = self.compression.borrow().decompress(&frame, bytes);
        article.text =
            text.ok_or_else(|| self.damaged(&row_of(doc), "its text cannot be decompressed"))?;
        Ok(Some(article))
    }

    /// An article that must be there.
    pub fn expect(&self, doc: u64) -> Result<Stored, Error> {
        self.article(doc)?.ok_or_else(|| self.damaged(&row_of(doc), "it is missing"))
    }

    /// A row without its text, the bytes of the text, and its frame; checked.
    fn row(&self, doc: u64) -> Result<Option<(Stored, u64, Vec<u8>)>, Error> {
        let sql = "SELECT doc, id, version, previous, superseded, first_seen, source, title, url,
                          published, text_bytes, text, crc
                   FROM articles WHERE doc = ?";
        let mut statement = self.connection.prepare(sql)?;
        let read = statement.query_row([doc as i64], read_article).optional();
        let read = read.map_err(|error| match error {
            rusqlite::Error::SqliteFailure(..) => Error::Database(error),
            // Another type than the one that we write.
            other => self.damaged(&row_of(doc), &other.to_string()),
        })?;
        let Some((article, bytes, frame, crc)) = read else { return Ok(None) };
        if article.doc != doc || checksum(&article, bytes, &frame) != crc {
            return Err(self.damaged(&row_of(doc), "wrong checksum"));
        }
        let mut article = article;
        if self.has_embargoes.get() {
            let rows = self.rows(Table::Embargoes, Wanted::First(doc as i64))?;
            article.about.embargo = rows.first().map(|row| row.keys[1]);
        }
        Ok(Some((article, bytes, frame)))
    }

    /// The numbers of up to `most` records from `from` on.
    pub fn docs_from(&self, from: u64, most: usize) -> Result<Vec<u64>, Error> {
        let sql = "SELECT doc FROM articles WHERE doc >= ? ORDER BY doc LIMIT ?";
        let mut statement = self.connection.prepare(sql)?;
        let docs = statement.query_map(params![from as i64, most as i64], |row| {
            row.get::<_, i64>(0).map(|doc| doc as u64)
        })?;
        Ok(docs.collect::<Result<_, _>>()?)
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

fn row_of(doc: u64) -> String {
    format!("article {doc}")
}

fn prepare(connection: &Connection) -> Result<(), Error> {
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         PRAGMA cache_size = -65536;",
    )?;
    Ok(())
}

fn crc_of_settings<'r>(rows: impl Iterator<Item = (&'r str, &'r str)>) -> u32 {
    rows.fold(0, |crc, (name, value)| {
        let row = format!("{name}={value}\n");
        crc32c::crc32c_append(crc, row.as_bytes())
    })
}

type ArticleRow = (Stored, u64, Vec<u8>, u32);

fn read_article(row: &Row<'_>) -> rusqlite::Result<ArticleRow> {
    let article = Stored {
        doc: row.get::<_, i64>(0)? as u64,
        id: row.get(1)?,
        version: row.get(2)?,
        previous: row.get::<_, Option<i64>>(3)?.map(|doc| doc as u64),
        is_superseded: row.get(4)?,
        first_seen: row.get(5)?,
        about: About {
            source: row.get(6)?,
            title: row.get(7)?,
            url: row.get(8)?,
            published: row.get(9)?,
            embargo: None,
        },
        text: String::new(),
    };
    Ok((article, row.get::<_, i64>(10)? as u64, row.get(11)?, row.get(12)?))
}

fn insert_article(
    insert: &mut rusqlite::Statement<'_>,
    article: &Stored,
    frame: &[u8],
) -> Result<(), Error> {
    let bytes = article.text.len() as u64;
    let About { source, title, url, published, embargo: _ } = &article.about;
    insert.execute(params![
        article.doc as i64,
        article.id,
        article.version,
        article.previous.map(|doc| doc as i64),
        article.is_superseded,
        article.first_seen,
        source,
        title,
        url,
        published,
        bytes as i64,
        frame,
        checksum(article, bytes, frame),
    ])?;
    Ok(())
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
    let counts = [new.next_doc, new.next_segment, new.articles, new.records, new.text_bytes];
    let [doc, segment, articles, records, bytes] = counts.map(|count| count as i64);
    transaction.execute(
        "UPDATE state SET next_doc = ?, next_segment = ?, articles = ?, records = ?,
                          text_bytes = ?, crc = ? WHERE row = 1",
        params![doc, segment, articles, records, bytes, new.checksum()],
    )?;
    Ok(())
}
