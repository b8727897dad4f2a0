//! Rules and flags of an archive: to read, and to decide on.

use retold::Cancel;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::flag::{Decision, DecisionRecord, Flag, FlagFilter, FlagRecord, FlagState};
use crate::flagging::written;
use crate::ledger::{Entries, Ledger, Row, Table, Wanted};
use crate::lineage::Lineage;
use crate::rules::Rules;
use crate::store::{Changes, Store};
use crate::{Archive, Error, Reader};

/// Rules as an archive has them.
#[derive(Debug, Clone)]
pub struct RulesVersion {
    /// From 1: every change is a new version, and flags say by which they were written.
    pub version: u64,
    /// Since when, in seconds since 1970.
    pub set_at: i64,
    /// The rules.
    pub rules: Rules,
}

#[derive(Serialize, Deserialize)]
struct RulesRecord {
    text: String,
}

/// Flags that are read at a time.
const PAGE: u64 = 256;

impl RulesVersion {
    pub(crate) fn record(rules: &Rules) -> String {
        written(&RulesRecord { text: rules.text().to_owned() })
    }

    pub(crate) fn newest(store: &Store, ledger: &Ledger) -> Result<Option<Self>, Error> {
        match ledger.next(Table::Rules) {
            1 => Ok(None),
            next => Self::read(store, next - 1).map(Some),
        }
    }

    fn read(store: &Store, version: u64) -> Result<Self, Error> {
        let damaged = || store.damaged_row(Table::Rules, version);
        let rows = store.rows(Table::Rules, Wanted::Number(version))?;
        let row = rows.first().ok_or_else(damaged)?;
        let RulesRecord { text } = serde_json::from_str(&row.record).map_err(|_| damaged())?;
        Ok(Self { version, set_at: row.keys[0], rules: Rules::parse(&text)? })
    }
}

impl Reader {
    /// The rules by which articles are flagged; `None` if there never were any.
    pub fn rules(&self) -> Option<&RulesVersion> {
        self.rules.as_ref()
    }

    /// Rules as they were in that version.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is no such version.
    pub fn rules_of(&self, version: u64) -> Result<RulesVersion, Error> {
        if !(1..self.ledger.next(Table::Rules)).contains(&version) {
            return Err(Error::Missing { what: "version of the rules", name: version.to_string() });
        }
        RulesVersion::read(&self.store, version)
    }

    /// The flags that are wanted, by number.
    pub fn flags(&self, filter: &FlagFilter, cancel: &Cancel) -> Result<Vec<Flag>, Error> {
        let (mut flags, mut after) = (Vec::new(), filter.after);
        let most = filter.most.unwrap_or(usize::MAX);
        loop {
            let rows = self.store.rows(Table::Flags, Wanted::After(after, PAGE))?;
            let Some(last) = rows.last() else { return Ok(flags) };
            after = last.number;
            for row in &rows {
                cancel.check()?;
                if flags.len() >= most {
                    return Ok(flags);
                }
                let flag = self.flag_of(row)?;
                if filter.has(&flag) {
                    flags.push(flag);
                }
            }
        }
    }

    /// The flag of a number; `None` if there is none.
    pub fn flag(&self, number: u64) -> Result<Option<Flag>, Error> {
        let rows = self.store.rows(Table::Flags, Wanted::Number(number))?;
        rows.first().map(|row| self.flag_of(row)).transpose()
    }

    fn flag_of(&self, row: &Row) -> Result<Flag, Error> {
        let damaged = || self.store.damaged_row(Table::Flags, row.number);
        let record: FlagRecord = self.parsed(Table::Flags, row)?;
        let [old, new] = row.keys.map(|doc| self.store.expect(doc as u64));
        let (old, new) = (old?.without_text(), new?.without_text());
        let mut decisions = Vec::new();
        for row in self.store.rows(Table::Decisions, Wanted::First(row.number as i64))? {
            let DecisionRecord { state, note, by } = self.parsed(Table::Decisions, &row)?;
            let state = FlagState::from_name(&state).ok_or_else(damaged)?;
            decisions.push(Decision { state, note, by, at: row.keys[1] });
        }
        Ok(Flag {
            number: row.number,
            withdrawn: Lineage::new(self, &[]).withdrawn(new.doc)?,
            comparison: record.found.comparison().ok_or_else(damaged)?,
            assessment: record.assessment().ok_or_else(damaged)?,
            copies: record.copies,
            rule: record.rule,
            rules_version: record.rules_version,
            old,
            new,
            decisions,
        })
    }

    /// The record of a row.
    pub(crate) fn parsed<T: DeserializeOwned>(&self, table: Table, row: &Row) -> Result<T, Error> {
        serde_json::from_str(&row.record).map_err(|_| self.store.damaged_row(table, row.number))
    }
}

impl Archive {
    /// Sets the rules for articles that are added from now on; flags that are there stay as they
    /// are. Gives their version, which is that of before if nothing has changed.
    pub fn set_rules(&mut self, rules: Rules, now: i64) -> Result<u64, Error> {
        if let Some(before) = self.rules().filter(|of| of.rules.text() == rules.text()) {
            return Ok(before.version);
        }
        let version = self.enter(Table::Rules, [now, 0], RulesVersion::record(&rules))?;
        self.reader.rules = Some(RulesVersion { version, set_at: now, rules });
        Ok(version)
    }

    /// Notes what somebody decided on a flag; earlier decisions stay on record. Gives the flag.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is no such flag.
    pub fn decide(&mut self, number: u64, decision: &Decision) -> Result<Flag, Error> {
        let missing = || Error::Missing { what: "flag", name: number.to_string() };
        let mut flag = self.flag(number)?.ok_or_else(missing)?;
        let record = written(&DecisionRecord {
            state: decision.state.name().to_owned(),
            note: decision.note.clone(),
            by: decision.by.clone(),
        });
        self.enter(Table::Decisions, [number as i64, decision.at], record)?;
        flag.decisions.push(decision.clone());
        Ok(flag)
    }

    fn enter(&mut self, table: Table, keys: [i64; 2], record: String) -> Result<u64, Error> {
        let (mut ledger, mut entries) = (self.ledger, Entries::default());
        let number = entries.push(&mut ledger, table, keys, record);
        self.enter_all(ledger, entries)?;
        Ok(number)
    }

    /// Writes rows of the ledger alone.
    pub(crate) fn enter_all(&mut self, ledger: Ledger, entries: Entries) -> Result<(), Error> {
        let changes = Changes { ledger, entries, ..Changes::default() };
        let state = self.state.next();
        self.reader.ledger = self.reader.store.commit(&state, &changes)?;
        self.reader.state = state;
        Ok(())
    }
}
