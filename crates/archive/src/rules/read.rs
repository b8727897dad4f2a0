//! Rules from text.

use std::ops::Range;

use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use retold::align::Relation;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::{Condition, Ignore, Licence, Rule, Rules, Source, SourceKind, Sources};
use crate::Error;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    source: Vec<SourceTable>,
    #[serde(default)]
    licence: Vec<LicenceTable>,
    #[serde(default)]
    rule: Vec<RuleTable>,
    #[serde(default)]
    ignore: IgnoreTable,
}

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    name: Text,
    kind: Text,
    #[serde(default)]
    values: Vec<Text>,
    #[serde(default)]
    ids: Vec<Text>,
    #[serde(default)]
    urls: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LicenceTable {
    name: Text,
    #[serde(default)]
    from: Vec<Text>,
    #[serde(default)]
    to: Vec<Text>,
    since: Option<Spanned<Datetime>>,
    until: Option<Spanned<Datetime>>,
    share: Option<Spanned<f64>>,
    credit: Option<Text>,
    embargo_hours: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RuleTable {
    name: Text,
    #[serde(default)]
    old: Vec<Text>,
    #[serde(default)]
    new: Vec<Text>,
    #[serde(default)]
    relations: Vec<Text>,
    coverage: Option<Spanned<f64>>,
    score: Option<Spanned<f64>>,
    #[serde(default)]
    when: Vec<Text>,
    #[serde(default)]
    same_source: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct IgnoreTable {
    #[serde(default)]
    ids: Vec<Text>,
    #[serde(default)]
    titles: Vec<Text>,
    #[serde(default)]
    sources: Vec<Text>,
}

/// Reads rules.
pub fn rules(text: &str) -> Result<Rules, Error> {
    let file: File = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        wrong_at(text, &span, error.message())
    })?;
    let mut reading = Reading { text, names: Vec::new() };
    let sources = each(file.source, |table| reading.source(table))?;
    reading.names = sources.iter().map(|source| source.name.clone()).collect();
    let licences = each(file.licence, |table| reading.licence(table))?;
    let rules = each(file.rule, |table| reading.rule(table))?;
    let ignore = reading.ignore(file.ignore)?;
    Ok(Rules { text: text.to_owned(), sources, licences, rules, ignore })
}

fn each<T, U>(tables: Vec<T>, read: impl FnMut(T) -> Result<U, Error>) -> Result<Vec<U>, Error> {
    tables.into_iter().map(read).collect()
}

struct Reading<'t> {
    text: &'t str,
    /// Names of sources.
    names: Vec<String>,
}

impl Reading<'_> {
    fn source(&mut self, table: SourceTable) -> Result<Source, Error> {
        let name = self.name(&table.name)?;
        if SourceKind::from_name(&name).is_some() {
            return Err(self.wrong(&table.name, "this is a kind of sources; give another name"));
        }
        if self.names.contains(&name) {
            return Err(self.wrong(&table.name, "there is a source of this name already"));
        }
        let kind = SourceKind::from_name(table.kind.get_ref()).ok_or_else(|| {
            self.wrong(&table.kind, "expected one of own, agency, partner, unknown")
        })?;
        let (ids, urls) = (self.patterns(&table.ids)?, self.patterns(&table.urls)?);
        let mut values: Vec<_> = table.values.iter().map(|of| folded(of.get_ref())).collect();
        if values.is_empty() && ids.is_empty() && urls.is_empty() {
            values.push(folded(&name));
        }
        self.names.push(name.clone());
        Ok(Source { name, kind, values, ids, urls })
    }

    fn licence(&mut self, table: LicenceTable) -> Result<Licence, Error> {
        let time = |time: &Option<Spanned<Datetime>>, end: End| match time {
            Some(time) => seconds(time.get_ref(), end)
                .map(Some)
                .ok_or_else(|| self.wrong(time, "expected a date, such as 2026-12-31")),
            None => Ok(None),
        };
        let (since, until) = (time(&table.since, End::First)?, time(&table.until, End::Last)?);
        if let (Some(since), Some(until), Some(at)) = (since, until, &table.until)
            && until <= since
        {
            return Err(self.wrong(at, "this is before `since`"));
        }
        Ok(Licence {
            name: self.name(&table.name)?,
            from: self.sources(&table.from)?,
            to: self.sources(&table.to)?,
            since,
            until,
            share: table.share.as_ref().map(|share| self.share(share)).transpose()?,
            credit: table.credit.as_ref().map(|credit| self.name(credit)).transpose()?,
            embargo_hours: table.embargo_hours,
        })
    }

    fn rule(&mut self, table: RuleTable) -> Result<Rule, Error> {
        let relation = |name: &Text| {
            Relation::from_name(name.get_ref())
                .filter(|relation| *relation != Relation::Unrelated)
                .ok_or_else(|| self.wrong(name, &expected(&Relation::ALL[..6], |of| of.name())))
        };
        let condition = |name: &Text| {
            Condition::from_name(name.get_ref())
                .ok_or_else(|| self.wrong(name, &expected(&Condition::ALL, |of| of.name())))
        };
        let share = |share: &Option<Spanned<f64>>| {
            share.as_ref().map_or(Ok(0.0), |share| self.share(share))
        };
        Ok(Rule {
            name: self.name(&table.name)?,
            old: self.sources(&table.old)?,
            new: self.sources(&table.new)?,
            relations: table.relations.iter().map(relation).collect::<Result<_, _>>()?,
            coverage: share(&table.coverage)?,
            score: share(&table.score)?,
            conditions: table.when.iter().map(condition).collect::<Result<_, _>>()?,
            same_source: table.same_source,
        })
    }

    fn ignore(&self, table: IgnoreTable) -> Result<Ignore, Error> {
        Ok(Ignore {
            ids: self.patterns(&table.ids)?,
            titles: self.patterns(&table.titles)?,
            sources: self.sources(&table.sources)?,
        })
    }

    fn name(&self, name: &Text) -> Result<String, Error> {
        match name.get_ref().trim() {
            "" => Err(self.wrong(name, "this is empty")),
            name => Ok(name.to_owned()),
        }
    }

    fn share(&self, share: &Spanned<f64>) -> Result<f32, Error> {
        match (0.0..=1.0).contains(share.get_ref()) {
            true => Ok(*share.get_ref() as f32),
            false => Err(self.wrong(share, "expected a number from 0 to 1")),
        }
    }

    fn sources(&self, named: &[Text]) -> Result<Sources, Error> {
        let mut sources = Sources::default();
        for text in named {
            let name = text.get_ref().trim();
            match SourceKind::from_name(name) {
                Some(kind) => sources.kinds.push(kind),
                None if self.names.iter().any(|known| known == name) => {
                    sources.names.push(name.to_owned());
                }
                None => {
                    let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
                    let kinds = SourceKind::ALL.map(SourceKind::name);
                    let known = [names, kinds.to_vec()].concat().join(", ");
                    let problem = format!("{name:?} is no source of this file; known: {known}");
                    return Err(self.wrong(text, &problem));
                }
            }
        }
        Ok(sources)
    }

    fn patterns(&self, patterns: &[Text]) -> Result<Vec<GlobMatcher>, Error> {
        let pattern = |text: &Text| {
            let glob = GlobBuilder::new(text.get_ref()).case_insensitive(true).build();
            glob.map(|glob| glob.compile_matcher())
                .map_err(|error| self.wrong(text, &error.kind().to_string()))
        };
        patterns.iter().map(pattern).collect()
    }

    fn wrong<T>(&self, at: &Spanned<T>, problem: &str) -> Error {
        wrong_at(self.text, &at.span(), problem)
    }
}

/// As names of sources are compared.
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

fn expected<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> String {
    let names: Vec<_> = all.iter().map(|of| name(*of)).collect();
    format!("expected one of {}", names.join(", "))
}

/// An error with the line of a span, and the key that stands there.
fn wrong_at(text: &str, span: &Range<usize>, problem: &str) -> Error {
    let before = text.get(..span.start.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let (mut table, mut key) = ("", "");
    for of in text.lines().take(line) {
        let of = of.trim();
        if of.starts_with('[') && of.ends_with(']') && !of.contains('=') {
            (table, key) = (of.trim_matches(['[', ']', ' ']), "");
        } else if let Some((name, _)) = of.split_once('=').filter(|(name, _)| is_key(name)) {
            key = name.trim();
        }
    }
    let dot = if table.is_empty() || key.is_empty() { "" } else { "." };
    let problem = problem.lines().next().unwrap_or_default().to_owned();
    Error::Rules { line, key: format!("{table}{dot}{key}"), problem }
}

fn is_key(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
}

/// Which end of a day a date stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// Seconds since 1970; days and times without an offset are those of UTC.
fn seconds(time: &Datetime, end: End) -> Option<i64> {
    let text = time.to_string();
    if time.offset.is_some() {
        return text.parse::<Timestamp>().ok().map(Timestamp::as_second);
    }
    let utc = |time: DateTime| Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second());
    match (time.date, time.time) {
        (Some(_), Some(_)) => utc(text.parse().ok()?),
        (Some(_), None) => {
            let day: Date = text.parse().ok()?;
            let day = if end == End::Last { day.checked_add(1.day()).ok()? } else { day };
            utc(day.to_datetime(jiff::civil::Time::midnight()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        rules(text).expect_err(text).to_string()
    }

    #[test]
    fn what_is_wrong_is_named_with_line_and_key() {
        let source = "[[source]]\nname = 'us'\nkind = 'own'\n";
        for (text, expected) in [
            ("[[source]]\nname = 'us'\nkid = 'own'", "line 3, source.kid: unknown field `kid`"),
            ("[[source]]\nname = 'us'\nkind = 'ours'", "line 3, source.kind: expected one of own"),
            ("[[source]]\nname = 'own'\nkind = 'own'", "line 2, source.name: this is a kind"),
            ("[[source]]\nname = 'us'", "line 1, source"),
            (&format!("{source}{source}"), "line 5, source.name: there is a source of this name"),
            ("[[licence]]\nname = 'a'\n\nshare = 1.5", "line 4, licence.share: expected a number"),
            ("[[licence]]\nname = 'a'\nshare = 'x'", "line 3, licence.share: invalid type"),
            (
                "[[licence]]\nname = 'a'\nto = [\n 'own',\n 'them',\n]",
                "line 5, licence.to: \"them\"",
            ),
            (
                "[[licence]]\nname = 'a'\nsince = 2026-02-01\nuntil = 2026-01-31",
                "line 4, licence.until: this is before `since`",
            ),
            ("[[licence]]\nname = 'a'\nsince = 10:00:00", "line 3, licence.since: expected a date"),
            ("[[rule]]\nname = 'a'\nrelations = ['copy']", "line 3, rule.relations: expected one"),
            ("[[rule]]\nname = 'a'\nrelations = ['unrelated']", "line 3, rule.relations: expected"),
            ("[[rule]]\nname = 'a'\nwhen = ['late']", "line 3, rule.when: expected one of no-li"),
            ("[ignore]\nids = ['[']", "line 2, ignore.ids: unclosed character class"),
            ("[rule", "line 1"),
            ("x = 1", "line 1, x: unknown field `x`"),
        ] {
            let error = error(text);
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn days_end_when_they_are_over() {
        let rules = rules("[[licence]]\nname='a'\nsince=2026-01-01\nuntil=2026-01-31").unwrap();
        let licence = &rules.licences[0];
        assert_eq!((licence.since, licence.until), (Some(1_767_225_600), Some(1_769_904_000)));
        let rules = super::rules("[[licence]]\nname='a'\nuntil=2026-01-31T12:00:00+01:00").unwrap();
        assert_eq!(rules.licences[0].until, Some(1_769_857_200));
    }
}
