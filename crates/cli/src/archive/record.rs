//! The records of `retold archive` (docs/archive.md).

use retold::align::Comparison;
use retold_archive::{Flag, Match, Stored};
use retold_pipeline::dates;
use retold_report::record::{Explain, PairRecord, SCHEMA_VERSION};
use serde::Serialize;

use super::flag_record::FlagRecord;
use super::rights::RightsRecord;

/// An article with all that it matches.
#[derive(Debug, Serialize)]
pub struct ArticleRecord<'a> {
    schema: u32,
    #[serde(flatten)]
    about: AboutRecord<'a>,
    matches: Vec<MatchRecord<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<Vec<FlagRecord<'a>>>,
}

/// What is known of an article.
#[derive(Debug, Serialize)]
pub struct AboutRecord<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    first_seen: String,
    published: Option<String>,
    source: Option<&'a str>,
    title: Option<&'a str>,
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embargoed: Option<String>,
    #[serde(flatten)]
    rights: RightsRecord<'a>,
}

/// A match: the pair, and what is known of the archived article, `a`.
#[derive(Debug, Serialize)]
struct MatchRecord<'a> {
    #[serde(flatten)]
    pair: PairRecord<'a>,
    version: u32,
    first_seen: String,
    published: Option<String>,
    source: Option<&'a str>,
    title: Option<&'a str>,
    url: Option<&'a str>,
    #[serde(flatten)]
    rights: RightsRecord<'a>,
    lag_seconds: i64,
    copies: u64,
}

/// An article as `export` writes it.
#[derive(Debug, Serialize)]
pub struct ExportRecord<'a> {
    #[serde(flatten)]
    about: AboutRecord<'a>,
    superseded: bool,
    /// Left out where it is not so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    expired: bool,
    text: &'a str,
}

impl<'a> ArticleRecord<'a> {
    /// Of an article that was added, or asks: that has no version.
    pub fn new(article: &'a Stored, matches: &'a [Match]) -> Self {
        let of = |found: &'a Match| MatchRecord::new(article, found, &found.comparison);
        Self {
            schema: SCHEMA_VERSION,
            about: AboutRecord::new(article),
            matches: matches.iter().map(of).collect(),
            flags: None,
        }
    }

    /// The same of an article that was added, with the flags that were written.
    pub fn with_flags(self, flags: &'a [Flag], scheme: &'a str) -> Self {
        let flags = flags.iter().map(|flag| FlagRecord::new(flag, scheme)).collect();
        Self { flags: Some(flags), ..self }
    }
}

impl<'a> AboutRecord<'a> {
    fn new(article: &'a Stored) -> Self {
        Self {
            id: &article.id,
            version: (article.version > 0).then_some(article.version),
            first_seen: dates::shown(article.first_seen),
            published: article.about.published.map(dates::shown),
            source: article.about.source.as_deref(),
            title: article.about.title.as_deref(),
            url: article.about.url.as_deref(),
            embargoed: article.about.embargo.map(dates::shown),
            rights: RightsRecord::new(&article.about),
        }
    }
}

impl<'a> MatchRecord<'a> {
    fn new(article: &'a Stored, found: &'a Match, comparison: &'a Comparison) -> Self {
        let earlier = &found.article;
        Self {
            pair: PairRecord::new(&*earlier.id, &*article.id, comparison, Explain::No),
            version: earlier.version,
            first_seen: dates::shown(earlier.first_seen),
            published: earlier.about.published.map(dates::shown),
            source: earlier.about.source.as_deref(),
            title: earlier.about.title.as_deref(),
            url: earlier.about.url.as_deref(),
            rights: RightsRecord::new(&earlier.about),
            lag_seconds: article.first_seen.saturating_sub(earlier.first_seen),
            copies: found.copies,
        }
    }
}

impl<'a> ExportRecord<'a> {
    /// Of an article of the archive.
    pub fn new(article: &'a Stored) -> Self {
        Self {
            about: AboutRecord::new(article),
            superseded: article.is_superseded,
            expired: article.is_expired,
            text: &article.text,
        }
    }
}
