//! The dictionary of an archive in its database. It is made once, when there are articles enough to
//! make it from, and stands there twice, since all later texts depend on it.

use rusqlite::{Connection, params};

use crate::Error;
use crate::article::Stored;
use crate::compression::{Compression, phrases};
use crate::store::Store;

/// Articles that it is made from: there must be so many, and no more are read.
const ARTICLES: usize = 1024;
/// Bytes of their texts, at most: the first one counts whole.
const TEXT_BYTES: usize = 4 << 20;

impl Store {
    /// A new dictionary, if there is none and there are articles enough with those that are about
    /// to come. It comes into use with the commit that writes it.
    pub fn dictionary_for(&self, coming: &[Stored]) -> Result<Option<Vec<u8>>, Error> {
        if self.compression.borrow().is_settled() {
            return Ok(None);
        }
        let wanted = ARTICLES.saturating_sub(coming.len());
        let earlier = self.docs_from(1, wanted)?;
        if earlier.len() < wanted {
            return Ok(None);
        }
        let earlier = earlier.into_iter().map(|doc| Ok(self.expect(doc)?.text));
        let earlier = earlier.collect::<Result<Vec<_>, Error>>()?;
        let all = coming.iter().map(|article| article.text.as_str());
        let mut bytes = 0;
        let texts: Vec<&str> = all
            .chain(earlier.iter().map(String::as_str))
            .take(ARTICLES)
            .take_while(|text| {
                let fits = bytes < TEXT_BYTES;
                bytes += text.len();
                fits
            })
            .collect();
        Ok(Some(phrases(&texts)))
    }

    /// Articles with their texts as the database will have them.
    pub fn compressed(
        &self,
        coming: &[Stored],
        dictionary: Option<&[u8]>,
    ) -> Result<Vec<(Stored, Vec<u8>)>, Error> {
        let texts: Vec<&str> = coming.iter().map(|article| article.text.as_str()).collect();
        let frames = match dictionary {
            Some(dictionary) => Compression::with(dictionary).compress(&texts),
            None => self.compression.borrow().compress(&texts),
        };
        let frames = frames.map_err(Error::io("compress a text for", self.path()))?;
        Ok(coming.iter().cloned().zip(frames).collect())
    }

    /// Uses a dictionary that has been committed.
    pub fn use_dictionary(&self, dictionary: &[u8]) {
        self.compression.replace(Compression::with(dictionary));
    }

    /// The dictionary, if there is one; an error if no copy of it is as it was written.
    pub fn dictionary(&self) -> Result<Option<Vec<u8>>, Error> {
        let copies = self.copies()?;
        match copies.iter().find(|copy| copy.is_whole()) {
            Some(copy) => Ok(Some(copy.phrases.clone())),
            None if copies.is_empty() => Ok(None),
            None => Err(self.damaged("the dictionary", "no copy has the checksum it should")),
        }
    }

    /// What is wrong with the copies of the dictionary.
    pub fn check_dictionary(&self) -> Result<Vec<Error>, Error> {
        let copies = self.copies()?;
        let broken = copies.iter().filter(|copy| !copy.is_whole()).map(|copy| {
            self.damaged(&format!("copy {} of the dictionary", copy.number), "wrong checksum")
        });
        let mut found: Vec<Error> = broken.collect();
        if copies.len() == 1 {
            found.push(self.damaged("the dictionary", "a copy is missing"));
        }
        Ok(found)
    }

    fn copies(&self) -> Result<Vec<Copy>, Error> {
        let sql = "SELECT copy, phrases, crc FROM dictionary ORDER BY copy";
        let mut rows = self.connection.prepare(sql)?;
        let rows = rows.query_map([], |row| {
            Ok(Copy { number: row.get(0)?, phrases: row.get(1)?, crc: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

struct Copy {
    number: u32,
    phrases: Vec<u8>,
    crc: u32,
}

impl Copy {
    fn is_whole(&self) -> bool {
        crc32c::crc32c(&self.phrases) == self.crc
    }
}

/// Writes both copies.
pub fn insert(transaction: &Connection, dictionary: &[u8]) -> Result<(), Error> {
    for copy in [1, 2] {
        let row = params![copy, dictionary, crc32c::crc32c(dictionary)];
        transaction.execute("INSERT INTO dictionary VALUES (?, ?, ?)", row)?;
    }
    Ok(())
}
