//! The records that machines read: the same fields in JSON Lines and in the HTML report.
//!
//! The core is not `Serialize`; these borrow from it. Field order is part of the schema.

use serde::{Serialize, Serializer};

use retold::align::{Comparison, Feature, Match, Side};
use retold::span::Span;

/// Version of all records, as docs/formats.md and docs/schema/ describe them. Fields may be added
/// under the same version; it rises when one is renamed, removed or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// One pair of articles.
#[derive(Debug, Serialize)]
pub struct PairRecord<'a> {
    a: &'a str,
    b: &'a str,
    #[serde(flatten)]
    found: ComparisonRecord<'a>,
}

impl<'a> PairRecord<'a> {
    /// The record of what was found of the articles `a` and `b`, by id.
    pub fn new(a: &'a str, b: &'a str, comparison: &'a Comparison, explain: Explain) -> Self {
        Self { a, b, found: ComparisonRecord::new(comparison, explain) }
    }
}

/// Whether a record says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Explain {
    /// Figures and spans only.
    #[default]
    No,
    /// The features behind the score, too.
    Features,
}

/// What was found of a pair, without its ids.
#[derive(Debug, Serialize)]
pub(crate) struct ComparisonRecord<'a> {
    relation: &'static str,
    #[serde(serialize_with = "rounded")]
    score: f32,
    #[serde(serialize_with = "rounded")]
    jaccard: f32,
    #[serde(serialize_with = "rounded")]
    containment_a: f32,
    #[serde(serialize_with = "rounded")]
    containment_b: f32,
    #[serde(serialize_with = "rounded")]
    coverage_a: f32,
    #[serde(serialize_with = "rounded")]
    coverage_b: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    contained: Option<&'static str>,
    #[serde(serialize_with = "matches")]
    passages: &'a [Match],
    #[serde(serialize_with = "matches")]
    sentences: &'a [Match],
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "features")]
    features: Option<&'a [Feature]>,
}

impl<'a> ComparisonRecord<'a> {
    pub(crate) fn new(comparison: &'a Comparison, explain: Explain) -> Self {
        Self {
            relation: comparison.relation.name(),
            score: comparison.score,
            jaccard: comparison.jaccard,
            containment_a: comparison.containment_a,
            containment_b: comparison.containment_b,
            coverage_a: comparison.coverage_a,
            coverage_b: comparison.coverage_b,
            contained: comparison.contained.map(side_name),
            passages: &comparison.passages,
            sentences: &comparison.sentences,
            features: (explain == Explain::Features).then_some(&*comparison.features),
        }
    }
}

#[derive(Serialize)]
struct MatchRecord {
    a: [u32; 2],
    b: [u32; 2],
    kind: &'static str,
    #[serde(serialize_with = "rounded")]
    score: f32,
}

#[derive(Serialize)]
struct FeatureRecord {
    name: &'static str,
    #[serde(serialize_with = "rounded")]
    value: f32,
    #[serde(serialize_with = "rounded")]
    weight: f32,
}

pub(crate) fn side_name(side: Side) -> &'static str {
    match side {
        Side::A => "a",
        Side::B => "b",
    }
}

fn ends(span: Span) -> [u32; 2] {
    [span.start, span.end]
}

fn matches<S: Serializer>(matches: &[Match], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(matches.iter().map(|found| MatchRecord {
        a: ends(found.a),
        b: ends(found.b),
        kind: found.kind.name(),
        score: found.score,
    }))
}

fn features<S: Serializer>(features: &Option<&[Feature]>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(features.iter().copied().flatten().map(|feature| FeatureRecord {
        name: feature.name,
        value: feature.value,
        weight: feature.weight,
    }))
}

/// Four decimals: more would be noise, and the same findings must give the same bytes everywhere.
fn rounded<S: Serializer>(figure: &f32, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(round(*figure))
}

/// A figure to four decimals, as every record has it.
pub fn round(figure: f32) -> f64 {
    // The sum turns -0 into 0.
    (f64::from(figure) * 1e4).round() / 1e4 + 0.0
}
