//! The records of flags and withdrawals (docs/schema/flag.schema.json, derived.schema.json).

use retold_archive::{Decision, Flag, Link, SourceName, Stored, Withdrawn};
use retold_pipeline::dates;
use retold_report::record::{Explain, PairRecord, SCHEMA_VERSION, round};
use serde::Serialize;

use super::rights::RightsRecord;

/// A flag.
#[derive(Debug, Serialize)]
pub struct FlagRecord<'a> {
    schema: u32,
    flag: u64,
    state: &'static str,
    rule: Option<&'a str>,
    rules_version: u64,
    scheme: &'a str,
    #[serde(flatten)]
    pair: PairRecord<'a>,
    old: ArticleRecord<'a>,
    new: ArticleRecord<'a>,
    lag_seconds: i64,
    published_lag_seconds: Option<i64>,
    copies: u64,
    verdict: &'static str,
    licence: Option<&'a str>,
    credit: Option<CreditRecord<'a>>,
    embargo: Option<EmbargoRecord>,
    withdrawn: Vec<WithdrawnRecord<'a>>,
    decisions: Vec<DecisionRecord<'a>>,
}

/// An article of a flag.
#[derive(Debug, Serialize)]
pub struct ArticleRecord<'a> {
    id: &'a str,
    version: u32,
    first_seen: String,
    published: Option<String>,
    source: Option<&'a str>,
    source_kind: &'static str,
    title: Option<&'a str>,
    url: Option<&'a str>,
    #[serde(flatten)]
    rights: RightsRecord<'a>,
}

#[derive(Debug, Serialize)]
struct CreditRecord<'a> {
    required: &'a str,
    at: Option<[u32; 2]>,
}

#[derive(Debug, Serialize)]
struct EmbargoRecord {
    until: String,
    broken: bool,
}

#[derive(Debug, Serialize)]
struct DecisionRecord<'a> {
    state: &'static str,
    note: Option<&'a str>,
    by: Option<&'a str>,
    at: String,
}

/// How an article is derived from a withdrawn one.
#[derive(Debug, Serialize)]
pub struct WithdrawnRecord<'a> {
    id: &'a str,
    kind: &'static str,
    at: String,
    note: Option<&'a str>,
    by: Option<&'a str>,
    chain: Vec<LinkRecord<'a>>,
}

#[derive(Debug, Serialize)]
struct LinkRecord<'a> {
    from: &'a str,
    to: &'a str,
    to_source: Option<&'a str>,
    to_title: Option<&'a str>,
    to_first_seen: String,
    relation: &'static str,
    score: f64,
    coverage_a: f64,
    coverage_b: f64,
    passages: Vec<[[u32; 2]; 2]>,
}

impl<'a> FlagRecord<'a> {
    /// Of a flag in an archive of that scheme.
    pub fn new(flag: &'a Flag, scheme: &'a str) -> Self {
        let of = &flag.assessment;
        let times = (flag.old.about.published, flag.new.about.published);
        Self {
            schema: SCHEMA_VERSION,
            flag: flag.number,
            state: flag.state().name(),
            rule: flag.rule.as_deref(),
            rules_version: flag.rules_version,
            scheme,
            pair: PairRecord::new(&*flag.old.id, &*flag.new.id, &flag.comparison, Explain::No),
            old: ArticleRecord::new(&flag.old, &of.old),
            new: ArticleRecord::new(&flag.new, &of.new),
            lag_seconds: flag.lag(),
            published_lag_seconds: match times {
                (Some(old), Some(new)) => Some(new.saturating_sub(old)),
                _ => None,
            },
            copies: flag.copies,
            verdict: of.verdict.name(),
            licence: of.licence.as_deref(),
            credit: of.credit.as_ref().map(|credit| CreditRecord {
                required: &credit.required,
                at: credit.at.map(|span| [span.start, span.end]),
            }),
            embargo: of.embargo.map(|embargo| EmbargoRecord {
                until: dates::shown(embargo.until),
                broken: embargo.is_broken,
            }),
            withdrawn: flag.withdrawn.iter().map(WithdrawnRecord::new).collect(),
            decisions: flag.decisions.iter().map(DecisionRecord::new).collect(),
        }
    }
}

impl<'a> ArticleRecord<'a> {
    fn new(article: &'a Stored, source: &'a SourceName) -> Self {
        Self {
            id: &article.id,
            version: article.version,
            first_seen: dates::shown(article.first_seen),
            published: article.about.published.map(dates::shown),
            source: source.name.as_deref(),
            source_kind: source.kind.name(),
            title: article.about.title.as_deref(),
            url: article.about.url.as_deref(),
            rights: RightsRecord::new(&article.about),
        }
    }
}

impl<'a> DecisionRecord<'a> {
    fn new(of: &'a Decision) -> Self {
        let Decision { state, note, by, at } = of;
        Self {
            state: state.name(),
            note: note.as_deref(),
            by: by.as_deref(),
            at: dates::shown(*at),
        }
    }
}

impl<'a> WithdrawnRecord<'a> {
    /// Of an article that is derived from a withdrawn one.
    pub fn new(of: &'a Withdrawn) -> Self {
        let Withdrawn { withdrawal, chain } = of;
        Self {
            id: &withdrawal.id,
            kind: withdrawal.notice.kind.name(),
            at: dates::shown(withdrawal.notice.at),
            note: withdrawal.notice.note.as_deref(),
            by: withdrawal.notice.by.as_deref(),
            chain: chain.iter().map(LinkRecord::new).collect(),
        }
    }
}

impl<'a> LinkRecord<'a> {
    fn new(link: &'a Link) -> Self {
        let Link { from, to, comparison } = link;
        let passage = |of: &retold::align::Match| [[of.a.start, of.a.end], [of.b.start, of.b.end]];
        Self {
            from: &from.id,
            to: &to.id,
            to_source: to.about.source.as_deref(),
            to_title: to.about.title.as_deref(),
            to_first_seen: dates::shown(to.first_seen),
            relation: comparison.relation.name(),
            score: round(comparison.score),
            coverage_a: round(comparison.coverage_a),
            coverage_b: round(comparison.coverage_b),
            passages: comparison.passages.iter().map(passage).collect(),
        }
    }
}
