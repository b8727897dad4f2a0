//! The tables of the ledger in the database.

use super::Store;
use crate::Error;
use crate::ledger::{self, Ledger, Row, Table, Wanted};

impl Store {
    /// The counts of the ledger.
    pub fn ledger(&self) -> Result<Ledger, Error> {
        let ledger = ledger::read(&self.connection)?
            .ok_or_else(|| self.damaged("the table of the ledger", "wrong checksum"))?;
        self.has_embargoes.set(ledger.rows(Table::Embargoes) > 0);
        Ok(ledger)
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
