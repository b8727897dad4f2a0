//! The rows of articles in the database.

use rusqlite::{OptionalExtension, Row, params};

use super::Store;
use crate::article::{About, Stored, checksum};
use crate::ledger::{Table, Wanted};
use crate::{Error, keys};

impl Store {
    /// The checksums of rows once they are changed.
    pub(super) fn checksums_if(
        &self,
        docs: &[u64],
        change: impl Fn(&mut Stored),
    ) -> Result<Vec<(u64, u32)>, Error> {
        let mut crcs = Vec::new();
        for doc in docs {
            // One that comes with the same commit says so itself.
            let Some((mut article, bytes, frame)) = self.row(*doc)? else { continue };
            change(&mut article);
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

    /// An article that must be there, without its text, and the bytes of that.
    pub fn without_text(&self, doc: u64) -> Result<(Stored, u64), Error> {
        let row = self.row(doc)?.ok_or_else(|| self.damaged(&row_of(doc), "it is missing"))?;
        Ok((row.0, row.1))
    }

    /// The articles of an id whose span has expired and that stay in the records.
    pub fn expired(&self, id: &str) -> Result<Vec<Stored>, Error> {
        let rows = self.rows(Table::Expired, Wanted::Second(keys::of_id(id) as i64))?;
        let articles = rows.iter().map(|row| self.expect(row.keys[0] as u64));
        // Keys are hashes.
        let of_id = articles.filter(|article| article.as_ref().map_or(true, |of| of.id == id));
        of_id.collect()
    }

    /// A row without its text, the bytes of the text, and its frame; checked.
    fn row(&self, doc: u64) -> Result<Option<(Stored, u64, Vec<u8>)>, Error> {
        let sql = "SELECT doc, id, version, previous, superseded, expired, first_seen, source,
                          title, url, published, status, copyright_holder, usage_terms,
                          text_bytes, text, crc
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
}

fn row_of(doc: u64) -> String {
    format!("article {doc}")
}

type ArticleRow = (Stored, u64, Vec<u8>, u32);

fn read_article(row: &Row<'_>) -> rusqlite::Result<ArticleRow> {
    let article = Stored {
        doc: row.get::<_, i64>(0)? as u64,
        id: row.get(1)?,
        version: row.get(2)?,
        previous: row.get::<_, Option<i64>>(3)?.map(|doc| doc as u64),
        is_superseded: row.get(4)?,
        is_expired: row.get(5)?,
        first_seen: row.get(6)?,
        about: About {
            source: row.get(7)?,
            title: row.get(8)?,
            url: row.get(9)?,
            published: row.get(10)?,
            embargo: None,
            status: row.get(11)?,
            copyright_holder: row.get(12)?,
            usage_terms: row.get(13)?,
        },
        text: String::new(),
    };
    Ok((article, row.get::<_, i64>(14)? as u64, row.get(15)?, row.get(16)?))
}

/// Adds a row with its compressed text.
pub(super) fn insert(
    insert: &mut rusqlite::Statement<'_>,
    article: &Stored,
    frame: &[u8],
) -> Result<(), Error> {
    let bytes = article.text.len() as u64;
    let About { source, title, url, published, embargo: _, .. } = &article.about;
    let About { status, copyright_holder, usage_terms, .. } = &article.about;
    insert.execute(params![
        article.doc as i64,
        article.id,
        article.version,
        article.previous.map(|doc| doc as i64),
        article.is_superseded,
        article.is_expired,
        article.first_seen,
        source,
        title,
        url,
        published,
        status,
        copyright_holder,
        usage_terms,
        bytes as i64,
        frame,
        checksum(article, bytes, frame),
    ])?;
    Ok(())
}
