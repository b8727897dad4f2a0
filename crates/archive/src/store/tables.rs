//! The tables of the ledger in the database.

use super::{Changes, Store};
use crate::Error;
use crate::ledger::{self, Keys, Ledger, Row, Table, Wanted};

impl Store {
    /// The counts of the ledger.
    pub fn ledger(&self) -> Result<Ledger, Error> {
        let ledger = ledger::read(&self.connection)?
            .ok_or_else(|| self.damaged("the table of the ledger", "wrong checksum"))?;
        self.has_embargoes.set(ledger.rows(Table::Embargoes) > 0);
        Ok(ledger)
    }

    /// Rows of a table of the ledger; an error if one is missing, or not as it was written.
    pub fn rows(&self, table: Table, wanted: Wanted) -> Result<Vec<Row>, Error> {
        let numbers = self.with_keys(table, |keys| keys.numbers(wanted))?;
        let rows = ledger::rows(&self.connection, table, &numbers)?;
        let whole =
            |(row, number): (Option<Row>, u64)| row.ok_or_else(|| self.damaged_row(table, number));
        rows.into_iter().zip(numbers).map(whole).collect()
    }

    /// Asks which rows a table has; an error if these are not those that were written.
    fn with_keys<T>(&self, table: Table, ask: impl FnOnce(&Keys) -> T) -> Result<T, Error> {
        let mut all = self.keys.borrow_mut();
        let keys = match &mut all[table as usize] {
            Some(keys) => keys,
            none => {
                let count = self.ledger()?.count(table);
                let keys = Keys::of(ledger::keys(&self.connection, table)?, count);
                let place = format!("the table of {}", table.name());
                let problem = "it has not the rows that were written";
                none.insert(keys.ok_or_else(|| self.damaged(&place, problem))?)
            }
        };
        Ok(ask(keys))
    }

    /// The rows that go with articles; the ledger counts them no more.
    pub(super) fn rows_of(
        &self,
        docs: &[u64],
        ledger: &mut Ledger,
    ) -> Result<Vec<(Table, u64)>, Error> {
        let mut gone = Vec::new();
        for doc in docs.iter().map(|doc| *doc as i64) {
            for (table, wanted) in [
                (Table::Flags, Wanted::First(doc)),
                (Table::Flags, Wanted::Second(doc)),
                (Table::Derived, Wanted::Second(doc)),
                (Table::Embargoes, Wanted::First(doc)),
                (Table::Expired, Wanted::First(doc)),
            ] {
                let numbers = self.with_keys(table, |keys| keys.numbers(wanted))?;
                gone.extend(numbers.into_iter().map(|number| (table, number)));
            }
        }
        for at in 0..gone.len() {
            if let (Table::Flags, flag) = gone[at] {
                let wanted = Wanted::First(flag as i64);
                let numbers = self.with_keys(Table::Decisions, |keys| keys.numbers(wanted))?;
                gone.extend(numbers.into_iter().map(|number| (Table::Decisions, number)));
            }
        }
        // A flag may be of two of these articles.
        gone.sort_unstable();
        gone.dedup();
        for (table, number) in &gone {
            if let Some(keys) = self.with_keys(*table, |keys| keys.get(*number))? {
                ledger.remove(*table, *number, keys);
            }
        }
        Ok(gone)
    }

    /// What a commit has changed is known from now on.
    pub(super) fn note_rows(&self, changes: &Changes<'_>, gone: &[(Table, u64)]) {
        let mut all = self.keys.borrow_mut();
        for table in Table::ALL {
            if let Some(keys) = &mut all[table as usize] {
                let gone = gone.iter().filter(|(of, _)| *of == table).map(|(_, number)| *number);
                keys.change(changes.entries.of(table), gone);
            }
        }
    }

    /// That a row of the ledger is not as it was written.
    pub fn damaged_row(&self, table: Table, number: u64) -> Error {
        self.damaged(&format!("row {number} of {}", table.name()), "wrong checksum")
    }
}
