//! The index of the page: what its tables say of every article and pair.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::named::shown;
use crate::record::round;
use crate::{Findings, Owner, Pair, PassedFields, wording};
use retold::align::{Relation, Side};

/// A location: the chunk, and the index in it.
pub(super) type Place = (usize, usize);

#[derive(Serialize)]
pub(super) struct ArticleRow<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'static str>,
    hash: String,
    bytes: u64,
    /// Names and what the values say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<(&'a str, String)>,
    pub(super) text: Option<Place>,
}

impl<'a> ArticleRow<'a> {
    /// Its text is not in the file yet.
    pub(super) fn new(findings: &Findings<'a>, article: usize) -> Self {
        let of = &findings.articles[article];
        let passed = PassedFields { names: findings.fields, values: &of.fields };
        Self {
            id: &of.id,
            title: of.about.title.as_deref(),
            source: of.about.source.as_deref(),
            url: of.about.url.as_deref(),
            published: of.about.published,
            owner: of.owner.map(Owner::name),
            hash: format!("{:032x}", of.hash),
            bytes: of.bytes,
            fields: passed
                .iter()
                .filter_map(|(name, value)| Some((name, shown(Some(value?)))))
                .collect(),
            text: None,
        }
    }
}

#[derive(Serialize)]
pub(super) struct PairRow {
    a: usize,
    b: usize,
    relation: &'static str,
    score: f64,
    jaccard: f64,
    containment_a: f64,
    containment_b: f64,
    coverage_a: f64,
    coverage_b: f64,
    /// Which side is contained in the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    contained: Option<&'static str>,
    /// Words that both have; nothing where the texts could not be read again.
    pub(super) words: Option<u32>,
    passages: usize,
    sentences: usize,
    /// How many of the sentences say the same in other words.
    retold: usize,
    view: Option<Place>,
}

impl PairRow {
    pub(super) fn new(
        pair: &Pair,
        [a, b]: [usize; 2],
        words: Option<u32>,
        view: Option<Place>,
    ) -> Self {
        let found = &pair.comparison;
        Self {
            a,
            b,
            relation: found.relation.name(),
            score: round(found.score),
            jaccard: rounded_share(found.jaccard),
            containment_a: rounded_share(found.containment_a),
            containment_b: rounded_share(found.containment_b),
            coverage_a: rounded_share(found.coverage_a),
            coverage_b: rounded_share(found.coverage_b),
            contained: found.contained.map(|side| match side {
                Side::A => "a",
                Side::B => "b",
            }),
            words,
            passages: found.passages.len(),
            sentences: found.sentences.len(),
            retold: wording::retold(found),
            view,
        }
    }

    /// The rows of its articles.
    pub(super) fn articles(&self) -> [usize; 2] {
        [self.a, self.b]
    }

    /// Whether one of the two reuses the other.
    pub(super) fn is_reuse(&self) -> bool {
        Relation::from_name(self.relation).is_some_and(Relation::is_reuse)
    }
}

/// Four decimals, but neither down to 0 nor up to 1: a sentence of a book is not nothing.
fn rounded_share(share: f32) -> f64 {
    match share {
        share if share > 0.0 && share < 1.0 => round(share).clamp(0.0001, 0.9999),
        share => round(share),
    }
}

/// What relations mean, by their names.
pub(super) fn meanings() -> BTreeMap<&'static str, &'static str> {
    Relation::ALL.into_iter().map(|of| (of.name(), wording::meaning(of))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_share_is_not_nothing_and_a_large_one_not_all() {
        let shares = [0.0, 1e-9, 0.000_04, 0.5, 0.999_99, 1.0].map(rounded_share);
        assert_eq!(shares, [0.0, 0.0001, 0.0001, 0.5, 0.9999, 1.0]);
    }
}
