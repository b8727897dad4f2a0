//! Policies for which article of a group to keep.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use anyhow::Context;
use retold_corpus::{Corpus, Record};
use retold_report::dedup::Undated;
use retold_report::quantity;

use super::multi_pass::Articles;
use crate::Error;
use crate::dates::moment;
use crate::error::NoDates;

/// A policy, with the data that it needs.
#[derive(Debug)]
#[non_exhaustive]
pub enum Keep {
    /// The most text.
    Longest,
    /// The first read.
    First,
    /// The earliest date in this field.
    Earliest {
        /// Its name.
        field: String,
        /// An example of a value that is not a date.
        example: OnceLock<String>,
    },
    /// The first in this list.
    Priority(Priorities),
}

/// The preference of what has no order: it comes last.
pub const LAST: u64 = u64::MAX;
/// The preference of an article whose date cannot be parsed: ranked like one without a date
/// ([`rank`](super::plan)), but reported.
pub const UNREADABLE: u64 = u64::MAX - 1;

impl Keep {
    /// The earliest date in a field.
    pub fn earliest(field: &str) -> Self {
        Self::Earliest { field: field.to_owned(), example: OnceLock::new() }
    }

    /// The field that it reads.
    pub fn field(&self) -> Option<String> {
        match self {
            Self::Earliest { field, .. } => Some(field.clone()),
            _ => None,
        }
    }

    /// The policy in a word, as the reason for a drop.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Longest => "longest",
            Self::First => "first",
            Self::Earliest { .. } => "earliest",
            Self::Priority(_) => "priority",
        }
    }

    /// Preference for keeping each article: lower is better.
    pub fn preferences(&self, articles: &Articles<'_>) -> Vec<u64> {
        let preference = |record| self.preference(articles.corpus, record);
        articles.batch.records.iter().map(preference).collect()
    }

    fn preference(&self, corpus: &Corpus, record: &Record) -> u64 {
        match self {
            Self::First => 0,
            Self::Longest => LAST - record.text.len() as u64,
            Self::Earliest { example, .. } => match record.extra.as_deref().map(str::trim) {
                None | Some("") => LAST,
                Some(date) => moment(date).map_or_else(
                    || {
                        example.get_or_init(|| date.chars().take(40).collect());
                        UNREADABLE
                    },
                    |moment| moment.min(UNREADABLE - 1),
                ),
            },
            Self::Priority(list) => {
                let source = &corpus.sources()[record.place.source as usize];
                list.of(&record.id).min(list.of(&source.shown()))
            }
        }
    }
}

/// Ids and paths, or prefixes of them, best first.
#[derive(Debug, Default)]
pub struct Priorities {
    places: HashMap<Box<str>, u64>,
    lengths: BTreeSet<usize>,
}

impl Priorities {
    /// Reads them from a file: an id or path, or a prefix of one, on each line, best first.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let list = fs::read_to_string(path)
            .with_context(|| format!("cannot read the priorities {}", path.display()))?;
        Ok(Self::new(&list))
    }

    /// From such a list.
    pub fn new(list: &str) -> Self {
        let mut priorities = Self::default();
        for (line, place) in list.lines().map(str::trim).filter(|line| !line.is_empty()).zip(0..) {
            priorities.places.entry(line.into()).or_insert(place);
            priorities.lengths.insert(line.len());
        }
        priorities
    }

    /// The position of the first line that is a prefix of `name`; [`u64::MAX`] where none is.
    pub fn of(&self, name: &str) -> u64 {
        let beginnings = self.lengths.iter().filter_map(|length| name.get(..*length));
        beginnings.filter_map(|beginning| self.places.get(beginning)).copied().min().unwrap_or(LAST)
    }
}

impl Keep {
    /// Counts the input articles without a date, by their preferences; `None` if dates do not
    /// matter. An error if no article has a date.
    pub fn undated(
        &self,
        preferences: impl Iterator<Item = Result<u64, Error>>,
    ) -> Result<Option<Undated>, Error> {
        let Self::Earliest { field, example } = self else { return Ok(None) };
        let (mut undated, mut all) = (Undated::default(), 0);
        for preference in preferences {
            let preference = preference?;
            all += 1;
            undated.missing += u64::from(preference == LAST);
            undated.unreadable += u64::from(preference == UNREADABLE);
        }
        if all > 0 && undated.missing == all {
            return Err(NoDates::NoField(field.clone()).into());
        }
        if all > 0 && undated.missing + undated.unreadable == all {
            let example = example.get().map(|date| format!(", such as {date:?}"));
            return Err(NoDates::NoDate(field.clone(), example.unwrap_or_default()).into());
        }
        Ok(Some(undated))
    }

    /// Messages about them.
    pub fn say_undated(&self, undated: Undated) -> Vec<String> {
        let Self::Earliest { field, example } = self else { return Vec::new() };
        let mut said = Vec::new();
        if undated.unreadable > 0 {
            let example = example.get().map(|date| format!(", such as {date:?}"));
            said.push(format!(
                "the field {field:?} of {} holds no date that can be read{}; they come last",
                quantity::counted(undated.unreadable, "article"),
                example.unwrap_or_default()
            ));
        }
        if undated.missing > 0 {
            let missing = quantity::counted(undated.missing, "article");
            said.push(format!("{missing} without the field {field:?} come last"));
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_without_dates_are_counted_and_none_with_one_is_an_error() {
        let keep = Keep::earliest("date");
        let undated = |preferences: &[u64]| keep.undated(preferences.iter().copied().map(Ok));
        assert_eq!(undated(&[]).expect("none"), Some(Undated::default()));
        let expected = Undated { missing: 1, unreadable: 1 };
        assert_eq!(undated(&[7, LAST, UNREADABLE]).expect("a date"), Some(expected));
        let none = |preferences: &[u64]| match undated(preferences) {
            Err(Error::NoDates(none)) => none,
            other => panic!("{other:?}"),
        };
        assert!(matches!(none(&[LAST, LAST]), NoDates::NoField(_)));
        assert!(matches!(none(&[LAST, UNREADABLE]), NoDates::NoDate(..)));
        assert_eq!(Keep::Longest.undated([Ok(LAST)].into_iter()).expect("no dates"), None);
    }

    #[test]
    fn priorities_are_beginnings() {
        let list = Priorities::new("wire/own/\n\nwire/\nüber\n");
        let places = ["wire/own/1", "wire/2", "über/3", "desk/4", "wir", ""].map(|id| list.of(id));
        assert_eq!(places, [0, 1, 2, LAST, LAST, LAST]);
    }
}
