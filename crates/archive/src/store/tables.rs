//! The tables of the ledger in the database, and how older databases get them.

use rusqlite::{TransactionBehavior, params};

use super::{Store, crc_of_settings};
use crate::ledger::{self, Ledger, Row, Table, Wanted};
use crate::{Error, Settings};

/// The format that has no ledger.
const FIRST_FORMAT: &str = "1";

impl Store {
    /// The counts of the ledger; none where an older version has made the archive.
    pub fn ledger(&self) -> Result<Ledger, Error> {
        let format = self.format()?;
        if format == FIRST_FORMAT {
            return Ok(Ledger::default());
        }
        let ledger = ledger::read(&self.connection)?
            .ok_or_else(|| self.damaged("the table of the ledger", "wrong checksum"))?;
        self.has_embargoes.set(ledger.rows(Table::Embargoes) > 0);
        Ok(ledger)
    }

    fn format(&self) -> Result<String, Error> {
        let sql = "SELECT value FROM settings WHERE name = 'format'";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Brings what an older version has made to the present format, with one transaction.
    pub fn migrate(&mut self, settings: &Settings) -> Result<(), Error> {
        if self.format()? != FIRST_FORMAT {
            return Ok(());
        }
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        ledger::create(&transaction)?;
        let rows = settings.to_rows()?;
        for (name, value) in &rows {
            transaction
                .execute("UPDATE settings SET value = ? WHERE name = ?", params![value, name])?;
        }
        let crc = crc_of_settings(rows.iter().map(|(name, value)| (*name, value.as_str())));
        transaction.execute("UPDATE state SET settings_crc = ? WHERE row = 1", [crc])?;
        transaction.commit()?;
        Ok(())
    }

    /// Rows of a table of the ledger; an error if one is not as it was written.
    pub fn rows(&self, table: Table, wanted: Wanted) -> Result<Vec<Row>, Error> {
        let whole = |(row, is_whole): (Row, bool)| match is_whole {
            true => Ok(row),
            false => Err(self.damaged_row(table, row.number)),
        };
        ledger::rows(&self.connection, table, wanted)?.into_iter().map(whole).collect()
    }

    /// That a row of the ledger is not as it was written.
    pub fn damaged_row(&self, table: Table, number: u64) -> Error {
        self.damaged(&format!("row {number} of {}", table.name()), "wrong checksum")
    }
}
