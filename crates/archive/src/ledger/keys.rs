//! Which rows a table of the ledger has, in memory.
//!
//! SQLite finds rows by keys in pages without checksums: damage there would be an answer that lacks
//! rows. So the keys of a table are read as a whole, when they are first asked for, and held against
//! the sum that stands in the ledger.

use super::{Count, Row, Wanted, hash};

/// The numbers and keys of all rows of a table.
#[derive(Debug, Default)]
pub struct Keys {
    /// By number.
    rows: Vec<(u64, [i64; 2])>,
    /// Each key with the number of its row, in order.
    by_key: [Vec<(i64, u64)>; 2],
}

impl Keys {
    /// Of these rows; `None` if they are not those that the ledger counts.
    pub fn of(mut rows: Vec<(u64, [i64; 2])>, count: Count) -> Option<Self> {
        rows.sort_unstable();
        let sum =
            rows.iter().fold(0_u64, |sum, (number, keys)| sum.wrapping_add(hash(*number, *keys)));
        if (rows.len() as u64, sum) != (count.rows, count.keys) {
            return None;
        }
        let mut keys = Self { rows, ..Self::default() };
        keys.index();
        Some(keys)
    }

    fn index(&mut self) {
        for (at, by_key) in self.by_key.iter_mut().enumerate() {
            by_key.clear();
            by_key.extend(self.rows.iter().map(|(number, keys)| (keys[at], *number)));
            by_key.sort_unstable();
        }
    }

    /// Rows that come and rows that go.
    pub fn change<'r>(
        &mut self,
        added: impl Iterator<Item = &'r Row>,
        gone: impl Iterator<Item = u64>,
    ) {
        let mut gone: Vec<u64> = gone.collect();
        gone.sort_unstable();
        let before = self.rows.len();
        // Numbers ascend.
        self.rows.extend(added.map(|row| (row.number, row.keys)));
        let is_changed = self.rows.len() > before || !gone.is_empty();
        self.rows.retain(|(number, _)| gone.binary_search(number).is_err());
        if is_changed {
            self.index();
        }
    }

    /// The keys of a row.
    pub fn get(&self, number: u64) -> Option<[i64; 2]> {
        let at = self.rows.binary_search_by_key(&number, |row| row.0).ok()?;
        Some(self.rows[at].1)
    }

    /// The numbers of rows, ascending.
    pub fn numbers(&self, wanted: Wanted) -> Vec<u64> {
        let with = |at: usize, key: i64| {
            let by_key = &self.by_key[at];
            let from = by_key.partition_point(|of| of.0 < key);
            by_key[from..].iter().take_while(|of| of.0 == key).map(|of| of.1).collect()
        };
        match wanted {
            Wanted::Number(number) => self.get(number).map(|_| number).into_iter().collect(),
            Wanted::First(key) => with(0, key),
            Wanted::Second(key) => with(1, key),
            Wanted::After(number, most) => {
                let from = self.rows.partition_point(|row| row.0 <= number);
                let most = usize::try_from(most).unwrap_or(usize::MAX);
                self.rows[from..].iter().take(most).map(|row| row.0).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u64, keys: [i64; 2]) -> Row {
        Row { number, keys, record: String::new() }
    }

    #[test]
    fn rows_are_found_by_number_and_keys_and_none_may_be_missing() {
        let rows = vec![(1, [5, 7]), (2, [5, 8]), (4, [-1, 7])];
        let keys = rows.iter().fold(0_u64, |sum, (n, keys)| sum.wrapping_add(hash(*n, *keys)));
        let count = Count { rows: 3, next: 5, keys };
        let mut keys = Keys::of(rows.clone(), count).unwrap();
        let found = |keys: &Keys| {
            [Wanted::Number(2), Wanted::First(5), Wanted::Second(7), Wanted::After(1, 9)]
                .map(|wanted| keys.numbers(wanted))
        };
        assert_eq!(found(&keys), [vec![2], vec![1, 2], vec![1, 4], vec![2, 4]]);
        assert_eq!(keys.numbers(Wanted::After(0, 1)), [1]);
        assert_eq!(keys.numbers(Wanted::First(6)), Vec::<u64>::new());
        keys.change([row(6, [5, 5])].iter(), [2].into_iter());
        assert_eq!(found(&keys), [vec![], vec![1, 6], vec![1, 4], vec![4, 6]]);
        assert!(Keys::of(rows[..2].to_vec(), count).is_none());
        let mut other = rows;
        other[1].1[0] = 4;
        assert!(Keys::of(other, count).is_none());
    }
}
