//! The tables beside articles and segments: rules, flags, decisions, withdrawals, what is derived
//! from withdrawn articles, embargoes.
//!
//! All have the same shape: a number, two keys, a record in JSON and a checksum. The table `ledger`
//! has for each how many rows it has, so that missing ones are noticed.

use rusqlite::{Connection, OptionalExtension, params};

use crate::Error;

pub const SCHEMA: &str = include_str!("ledger.sql");

/// One of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Rules,
    Flags,
    Decisions,
    Withdrawals,
    Derived,
    Embargoes,
}

/// Columns of a table: its number and two keys.
type Columns = [&'static str; 3];

impl Table {
    pub const ALL: [Self; 6] = [
        Self::Rules,
        Self::Flags,
        Self::Decisions,
        Self::Withdrawals,
        Self::Derived,
        Self::Embargoes,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Flags => "flags",
            Self::Decisions => "decisions",
            Self::Withdrawals => "withdrawals",
            Self::Derived => "derived",
            Self::Embargoes => "embargoes",
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
struct Count {
    rows: u64,
    next: u64,
}

impl Count {
    fn checksum(self, table: Table) -> u32 {
        let crc = crc32c::crc32c(table.name().as_bytes());
        let crc = crc32c::crc32c_append(crc, &self.rows.to_le_bytes());
        crc32c::crc32c_append(crc, &self.next.to_le_bytes())
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self { counts: [Count { rows: 0, next: 1 }; Table::ALL.len()] }
    }
}

impl Ledger {
    pub fn rows(&self, table: Table) -> u64 {
        self.counts[table as usize].rows
    }

    pub fn next(&self, table: Table) -> u64 {
        self.counts[table as usize].next
    }
}

/// What a commit changes.
#[derive(Debug, Clone, Default)]
pub struct Entries {
    /// Rows that come; their numbers are given when they are pushed.
    added: Vec<(Table, Row)>,
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
        self.added.push((table, Row { number, keys, record }));
        number
    }
}

/// Makes the tables.
pub fn create(connection: &Connection) -> Result<(), Error> {
    connection.execute_batch(SCHEMA)?;
    let ledger = Ledger::default();
    for table in Table::ALL {
        let Count { rows, next } = ledger.counts[table as usize];
        let crc = ledger.counts[table as usize].checksum(table);
        connection.execute(
            "INSERT INTO ledger VALUES (?, ?, ?, ?)",
            params![table.name(), rows as i64, next as i64, crc],
        )?;
    }
    Ok(())
}

/// Writes a commit. `ledger` has counted what comes; what names articles that go, goes with them.
pub fn write(
    connection: &Connection,
    ledger: &mut Ledger,
    entries: &Entries,
    removed: &[u64],
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
    let of_flag = "flag IN (SELECT flag FROM flags WHERE old = ?1 OR new = ?1)";
    for doc in removed {
        for (table, which) in [
            (Table::Decisions, of_flag),
            (Table::Flags, "old = ?1 OR new = ?1"),
            (Table::Derived, "doc = ?1"),
            (Table::Embargoes, "doc = ?1"),
        ] {
            let sql = format!("DELETE FROM {} WHERE {which}", table.name());
            let gone = connection.prepare(&sql)?.execute([*doc as i64])?;
            ledger.counts[table as usize].rows -= gone as u64;
        }
    }
    for table in Table::ALL {
        let count = ledger.counts[table as usize];
        connection
            .prepare("UPDATE ledger SET rows = ?, next = ?, crc = ? WHERE name = ?")?
            .execute(params![
                count.rows as i64,
                count.next as i64,
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
        let sql = "SELECT rows, next, crc FROM ledger WHERE name = ?";
        let found = connection.query_row(sql, [table.name()], |row| {
            let count =
                Count { rows: row.get::<_, i64>(0)? as u64, next: row.get::<_, i64>(1)? as u64 };
            Ok((count, row.get::<_, u32>(2)?))
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

/// Rows of a table by number, each with whether it is as it was written.
pub fn rows(
    connection: &Connection,
    table: Table,
    wanted: Wanted,
) -> Result<Vec<(Row, bool)>, Error> {
    let [number, first, second] = table.columns();
    let (which, key, most) = match wanted {
        Wanted::Number(of) => (format!("{number} = ?"), of as i64, -1),
        Wanted::First(key) => (format!("{first} = ?"), key, -1),
        Wanted::Second(key) => (format!("{second} = ?"), key, -1),
        Wanted::After(of, most) => (format!("{number} > ?"), of as i64, most.min(1 << 40) as i64),
    };
    let sql = format!(
        "SELECT {number}, {first}, {second}, record, crc FROM {} WHERE {which}
         ORDER BY {number} LIMIT ?",
        table.name()
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(params![key, most], |row| {
        let of = Row {
            number: row.get::<_, i64>(0)? as u64,
            keys: [row.get(1)?, row.get(2)?],
            record: row.get(3)?,
        };
        let is_whole = of.checksum(table) == row.get::<_, u32>(4)?;
        Ok((of, is_whole))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
