//! The tables beside articles and segments: rules, flags, decisions, withdrawals, what is derived
//! from withdrawn articles, embargoes, articles that have expired and stay.
//!
//! All have the same shape: a number, two keys, a record in JSON and a checksum. The table `ledger`
//! has for each how many rows it has, and a sum of their keys, so that missing ones are noticed.

mod keys;

use rusqlite::{Connection, OptionalExtension, params};

use xxhash_rust::xxh3::xxh3_64;

use crate::Error;

pub use keys::Keys;

pub const SCHEMA: &str = include_str!("ledger.sql");

/// One of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    Rules,
    Flags,
    Decisions,
    Withdrawals,
    Derived,
    Embargoes,
    Expired,
}

/// Columns of a table: its number and two keys.
type Columns = [&'static str; 3];

impl Table {
    pub const ALL: [Self; 7] = [
        Self::Rules,
        Self::Flags,
        Self::Decisions,
        Self::Withdrawals,
        Self::Derived,
        Self::Embargoes,
        Self::Expired,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Flags => "flags",
            Self::Decisions => "decisions",
            Self::Withdrawals => "withdrawals",
            Self::Derived => "derived",
            Self::Embargoes => "embargoes",
            Self::Expired => "expired",
        }
    }

    fn columns(self) -> Columns {
        match self {
            Self::Rules => ["version", "set_at", "unused"],
            Self::Flags => ["flag", "old", "new"],
            Self::Decisions => ["decision", "flag", "decided_at"],
            Self::Withdrawals => ["withdrawal", "withdrawn_at", "unused"],
            Self::Derived => ["number", "withdrawal", "doc"],
            Self::Embargoes => ["number", "doc", "ends_at"],
            Self::Expired => ["number", "doc", "id"],
        }
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub number: u64,
    pub keys: [i64; 2],
    pub record: String,
}

impl Row {
    fn checksum(&self, table: Table) -> u32 {
        let mut crc = crc32c::crc32c(table.name().as_bytes());
        for number in [self.number as i64, self.keys[0], self.keys[1]] {
            crc = crc32c::crc32c_append(crc, &number.to_le_bytes());
        }
        crc32c::crc32c_append(crc, self.record.as_bytes())
    }
}

/// How many rows each table has, and the number of its next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger {
    counts: [Count; Table::ALL.len()],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    rows: u64,
    next: u64,
    /// Sum of the hashes of all rows' numbers and keys.
    keys: u64,
}

/// Of the number and the keys of a row.
fn hash(number: u64, [first, second]: [i64; 2]) -> u64 {
    let numbers = [number, first as u64, second as u64].map(u64::to_le_bytes);
    xxh3_64(numbers.as_flattened())
}

impl Count {
    fn checksum(self, table: Table) -> u32 {
        let crc = crc32c::crc32c(table.name().as_bytes());
        let crc = crc32c::crc32c_append(crc, &self.rows.to_le_bytes());
        let crc = crc32c::crc32c_append(crc, &self.next.to_le_bytes());
        crc32c::crc32c_append(crc, &self.keys.to_le_bytes())
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self { counts: [Count { rows: 0, next: 1, keys: 0 }; Table::ALL.len()] }
    }
}

impl Ledger {
    pub fn rows(&self, table: Table) -> u64 {
        self.counts[table as usize].rows
    }

    pub fn next(&self, table: Table) -> u64 {
        self.counts[table as usize].next
    }

    pub fn count(&self, table: Table) -> Count {
        self.counts[table as usize]
    }

    /// A row goes.
    pub fn remove(&mut self, table: Table, number: u64, keys: [i64; 2]) {
        let count = &mut self.counts[table as usize];
        count.rows -= 1;
        count.keys = count.keys.wrapping_sub(hash(number, keys));
    }
}

/// What a commit changes.
#[derive(Debug, Clone, Default)]
pub struct Entries {
    /// Rows that come; their numbers are given when they are pushed.
    added: Vec<(Table, Row)>,
}

impl Entries {
    /// The rows of a table that come.
    pub fn of(&self, table: Table) -> impl Iterator<Item = &Row> {
        self.added.iter().filter(move |(of, _)| *of == table).map(|(_, row)| row)
    }
}

impl Entries {
    /// Adds a row with the next number, which it gives.
    pub fn push(
        &mut self,
        ledger: &mut Ledger,
        table: Table,
        keys: [i64; 2],
        record: String,
    ) -> u64 {
        let count = &mut ledger.counts[table as usize];
        let number = count.next;
        count.next += 1;
        count.rows += 1;
        count.keys = count.keys.wrapping_add(hash(number, keys));
        self.added.push((table, Row { number, keys, record }));
        number
    }
}

/// Makes the tables.
pub fn create(connection: &Connection) -> Result<(), Error> {
    connection.execute_batch(SCHEMA)?;
    let insert = "INSERT INTO ledger VALUES (?, 0, 1, 0, 0)";
    Table::ALL.iter().try_for_each(|table| {
        connection.execute(insert, [table.name()])?;
        Ok(())
    })
}

/// Writes a commit: rows that come, rows that go by their numbers, and the counts of then.
pub fn write(
    connection: &Connection,
    ledger: &Ledger,
    entries: &Entries,
    gone: &[(Table, u64)],
) -> Result<(), Error> {
    for (table, row) in &entries.added {
        connection
            .prepare(&format!("INSERT INTO {} VALUES (?, ?, ?, ?, ?)", table.name()))?
            .execute(params![
                row.number as i64,
                row.keys[0],
                row.keys[1],
                row.record,
                row.checksum(*table)
            ])?;
    }
    for (table, number) in gone {
        let [column, ..] = table.columns();
        let sql = format!("DELETE FROM {} WHERE {column} = ?", table.name());
        connection.prepare(&sql)?.execute([*number as i64])?;
    }
    for table in Table::ALL {
        let count = ledger.count(table);
        connection
            .prepare("UPDATE ledger SET rows = ?, next = ?, keys = ?, crc = ? WHERE name = ?")?
            .execute(params![
                count.rows as i64,
                count.next as i64,
                count.keys as i64,
                count.checksum(table),
                table.name()
            ])?;
    }
    Ok(())
}

/// Reads the counts; `None` if they are not as they were written.
pub fn read(connection: &Connection) -> Result<Option<Ledger>, Error> {
    let mut ledger = Ledger::default();
    for table in Table::ALL {
        let sql = "SELECT rows, next, keys, crc FROM ledger WHERE name = ?";
        let found = connection.query_row(sql, [table.name()], |row| {
            let [rows, next, keys] = [row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?];
            let count = Count { rows: rows as u64, next: next as u64, keys: keys as u64 };
            Ok((count, row.get::<_, u32>(3)?))
        });
        match found.optional()? {
            Some((count, crc)) if count.checksum(table) == crc => {
                ledger.counts[table as usize] = count;
            }
            _ => return Ok(None),
        }
    }
    Ok(Some(ledger))
}

/// Which rows of a table are wanted.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// The one of that number.
    Number(u64),
    /// Those whose first key is that.
    First(i64),
    /// Those whose second key is that.
    Second(i64),
    /// Those with a greater number, and how many of them at most.
    After(u64, u64),
}

/// Number and keys of all rows of a table.
pub fn keys(connection: &Connection, table: Table) -> Result<Vec<(u64, [i64; 2])>, Error> {
    let [number, first, second] = table.columns();
    let sql = format!("SELECT {number}, {first}, {second} FROM {}", table.name());
    let mut statement = connection.prepare(&sql)?;
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, i64>(0)? as u64, [row.get(1)?, row.get(2)?])))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Rows of a table by their numbers, in this order; each `None` if it is not as it was written.
pub fn rows(
    connection: &Connection,
    table: Table,
    numbers: &[u64],
) -> Result<Vec<Option<Row>>, Error> {
    let [number, first, second] = table.columns();
    let sql = format!(
        "SELECT {number}, {first}, {second}, record, crc FROM {} WHERE {number} = ?",
        table.name()
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = Vec::with_capacity(numbers.len());
    for number in numbers {
        let read = statement.query_row([*number as i64], |row| {
            let of = Row {
                number: row.get::<_, i64>(0)? as u64,
                keys: [row.get(1)?, row.get(2)?],
                record: row.get(3)?,
            };
            Ok((of, row.get::<_, u32>(4)?))
        });
        let is_whole =
            |(row, crc): &(Row, u32)| row.number == *number && row.checksum(table) == *crc;
        rows.push(read.optional()?.filter(is_whole).map(|(row, _)| row));
    }
    Ok(rows)
}
