//! The records that machines read: the same fields in JSON Lines and in the HTML report.
//!
//! The core is not `Serialize`; these borrow from it. Field order is part of the schema.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use retold::align::{Comparison, Feature, Match};
use retold::span::Span;

use crate::columns::{COLUMNS, Column};
use crate::{Id, Named, PassedFields, Run};

/// Version of all records, as docs/formats.md and docs/schema/ describe them. Fields may be added
/// under the same version; it rises when one is renamed, removed or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// What a record of a whole run begins with.
#[derive(Debug, Serialize)]
pub(crate) struct RunRecord<'a> {
    schema: u32,
    version: &'a str,
    command: &'a str,
    started: &'a str,
    seconds: f64,
    #[serde(serialize_with = "map")]
    options: &'a [(String, String)],
}

impl<'a> From<&'a Run> for RunRecord<'a> {
    fn from(run: &'a Run) -> Self {
        Self {
            schema: SCHEMA_VERSION,
            version: &run.version,
            command: &run.command,
            started: &run.started,
            seconds: run.elapsed.as_secs_f64(),
            options: &run.options,
        }
    }
}

/// A list of names and values as an object, in its order.
pub(crate) fn map<S: Serializer, V: Serialize>(
    entries: &[(String, V)],
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_map(entries.iter().map(|(name, value)| (name, value)))
}

/// One pair of articles.
#[derive(Debug, Serialize)]
pub struct PairRecord<'a> {
    a: Id<'a>,
    b: Id<'a>,
    #[serde(skip_serializing_if = "PassedFields::is_empty")]
    a_fields: PassedFields<'a>,
    #[serde(skip_serializing_if = "PassedFields::is_empty")]
    b_fields: PassedFields<'a>,
    #[serde(flatten)]
    found: ComparisonRecord<'a>,
}

impl<'a> PairRecord<'a> {
    /// The record of what was found of the articles `a` and `b`: their ids, or what there is to
    /// name them by.
    pub fn new(
        a: impl Into<Named<'a>>,
        b: impl Into<Named<'a>>,
        comparison: &'a Comparison,
        explain: Explain,
    ) -> Self {
        let (a, b) = (a.into(), b.into());
        let found = ComparisonRecord::new(comparison, explain);
        Self { a: a.id, b: b.id, a_fields: a.fields, b_fields: b.fields, found }
    }
}

/// Whether a record says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Explain {
    /// Figures and spans only.
    #[default]
    No,
    /// The features behind the score, too.
    Features,
}

/// What was found of a pair, without its ids.
#[derive(Debug)]
pub(crate) struct ComparisonRecord<'a> {
    found: &'a Comparison,
    explain: Explain,
}

impl<'a> ComparisonRecord<'a> {
    pub(crate) fn new(found: &'a Comparison, explain: Explain) -> Self {
        Self { found, explain }
    }
}

impl Serialize for ComparisonRecord<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self { found, explain } = *self;
        let mut record = to.serialize_map(None)?;
        for (name, column) in COLUMNS {
            match column {
                Column::Word(of) => record.serialize_entry(name, of(found))?,
                Column::WordOrNone(of) => {
                    if let Some(word) = of(found) {
                        record.serialize_entry(name, word)?;
                    }
                }
                Column::Figure(of) => record.serialize_entry(name, &round(of(found)))?,
                Column::Matches(of) => record.serialize_entry(name, &Matches(of(found)))?,
            }
        }
        if explain == Explain::Features {
            record.serialize_entry("features", &Features(&found.features))?;
        }
        record.end()
    }
}

#[derive(Serialize)]
struct MatchRecord {
    a: [u32; 2],
    b: [u32; 2],
    kind: &'static str,
    #[serde(serialize_with = "rounded")]
    score: f32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    shared_source: bool,
}

/// What one feature says for a score.
#[derive(Debug, Serialize)]
pub(crate) struct FeatureRecord {
    name: &'static str,
    #[serde(serialize_with = "rounded")]
    value: f32,
    #[serde(serialize_with = "rounded")]
    weight: f32,
}

impl From<&Feature> for FeatureRecord {
    fn from(feature: &Feature) -> Self {
        Self { name: feature.name, value: feature.value, weight: feature.weight }
    }
}

fn ends(span: Span) -> [u32; 2] {
    [span.start, span.end]
}

pub(crate) struct Matches<'a>(pub(crate) &'a [Match]);

impl Serialize for Matches<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(|found| MatchRecord {
            a: ends(found.a),
            b: ends(found.b),
            kind: found.kind.name(),
            score: found.score,
            shared_source: found.shared_source,
        }))
    }
}

struct Features<'a>(&'a [Feature]);

impl Serialize for Features<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(FeatureRecord::from))
    }
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
