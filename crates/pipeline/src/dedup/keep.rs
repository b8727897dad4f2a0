//! Which one of several articles stays.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use anyhow::Context;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use retold_corpus::{Corpus, Record};

use super::pile::Articles;

/// A policy, with what it needs to know.
#[derive(Debug)]
pub enum Keep {
    /// The most text.
    Longest,
    /// The first read.
    First,
    /// The earliest date in this field.
    Earliest(String),
    /// The first in this list.
    Priority(Priorities),
}

/// What nobody has put into an order comes last.
const LAST: u64 = u64::MAX;

impl Keep {
    /// The field that it needs to see.
    pub fn field(&self) -> Option<String> {
        match self {
            Self::Earliest(field) => Some(field.clone()),
            _ => None,
        }
    }

    /// The policy in a word, to be the reason for a drop.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Longest => "longest",
            Self::First => "first",
            Self::Earliest(_) => "earliest",
            Self::Priority(_) => "priority",
        }
    }

    /// How much one wants to keep each of some articles: less is better.
    pub fn preferences(&self, articles: &Articles<'_>) -> Vec<u64> {
        let preference = |record| self.preference(articles.corpus, record);
        articles.batch.records.iter().map(preference).collect()
    }

    fn preference(&self, corpus: &Corpus, record: &Record) -> u64 {
        match self {
            Self::First => 0,
            Self::Longest => LAST - record.text.len() as u64,
            Self::Earliest(_) => record.extra.as_deref().and_then(moment).unwrap_or(LAST),
            Self::Priority(list) => {
                let source = &corpus.sources()[record.place.source as usize];
                list.of(&record.id).min(list.of(&source.shown()))
            }
        }
    }
}

/// A date as people and programs write it, as a number that grows with time; nothing if it is none.
///
/// RFC 3339, RFC 2822, ISO 8601 without a zone (then UTC) or without a time, and seconds or
/// milliseconds since 1970.
fn moment(text: &str) -> Option<u64> {
    let text = text.trim();
    let utc = |date: DateTime| date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let microseconds = match text.parse::<i64>() {
        // Seconds until the year 5138, milliseconds from 1973 on.
        Ok(number) if number.unsigned_abs() < 100_000_000_000 => number.checked_mul(1_000_000)?,
        Ok(number) => number.checked_mul(1_000)?,
        Err(_) => text
            .parse::<Timestamp>()
            .ok()
            .or_else(|| rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
            .or_else(|| text.parse::<DateTime>().ok().and_then(utc))
            .or_else(|| text.parse::<Date>().ok().and_then(|date| utc(date.into())))?
            .as_microsecond(),
    };
    // The order of signed numbers, in unsigned ones.
    Some(microseconds as u64 ^ (1 << 63))
}

/// Ids and paths, or beginnings of them, best first.
#[derive(Debug, Default)]
pub struct Priorities {
    places: HashMap<Box<str>, u64>,
    lengths: BTreeSet<usize>,
}

impl Priorities {
    /// Those of a file: an id or path, or the beginning of one, on each line, best first.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let list = fs::read_to_string(path)
            .with_context(|| format!("cannot read the priorities {}", path.display()))?;
        Ok(Self::new(&list))
    }

    fn new(list: &str) -> Self {
        let mut priorities = Self::default();
        for (line, place) in list.lines().map(str::trim).filter(|line| !line.is_empty()).zip(0..) {
            priorities.places.entry(line.into()).or_insert(place);
            priorities.lengths.insert(line.len());
        }
        priorities
    }

    /// The place of the first line that `name` begins with.
    fn of(&self, name: &str) -> u64 {
        let beginnings = self.lengths.iter().filter_map(|length| name.get(..*length));
        beginnings.filter_map(|beginning| self.places.get(beginning)).copied().min().unwrap_or(LAST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_all_kinds_are_in_order() {
        let dates = [
            "1969-07-20T20:17:40Z",
            "0",
            "2001-09-09",
            "1000000000",
            "1000000001000",
            "Sun, 9 Sep 2001 01:46:42 +0000",
            "2001-09-09T01:46:43",
            "2001-09-09 01:46:44",
            "2001-09-09T00:46:45-01:00",
        ];
        let moments: Vec<_> = dates.iter().map(|date| moment(date).expect(date)).collect();
        assert!(moments.is_sorted_by(|x, y| x < y), "{moments:?}");
        assert_eq!(moment("yesterday"), None);
        assert_eq!(moment(""), None);
    }

    #[test]
    fn priorities_are_beginnings() {
        let list = Priorities::new("wire/own/\n\nwire/\nüber\n");
        let places = ["wire/own/1", "wire/2", "über/3", "desk/4", "wir", ""].map(|id| list.of(id));
        assert_eq!(places, [0, 1, 2, LAST, LAST, LAST]);
    }
}
