//! Statistics: one JSON object with counts and seconds per stage, for machines.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::printable::safe_json;
use crate::record::{RunRecord, map};
use crate::{Error, Findings, Format, Notes, Stage};
use retold::align::Relation;

/// The statistics of a run, as one JSON object.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stats;

#[derive(Serialize)]
struct StatsRecord<'a> {
    #[serde(flatten)]
    run: RunRecord<'a>,
    articles: u64,
    bytes: u64,
    files: u64,
    skipped: NotesRecord<'a>,
    repaired: NotesRecord<'a>,
    pairs: usize,
    relations: BTreeMap<&'static str, usize>,
    clusters: Option<usize>,
    #[serde(serialize_with = "stages")]
    stages: &'a [Stage],
    #[serde(serialize_with = "map")]
    counts: &'a [(String, u64)],
}

#[derive(Serialize)]
struct NotesRecord<'a> {
    total: u64,
    reasons: &'a BTreeMap<String, u64>,
}

impl Format for Stats {
    fn write(&self, findings: &Findings<'_>, out: &mut (dyn Write + Send)) -> Result<(), Error> {
        let json = serde_json::to_string_pretty(&record(findings))?;
        out.write_all(safe_json(&json).as_bytes())?;
        out.write_all(b"\n")?;
        Ok(out.flush()?)
    }
}

fn record<'a>(findings: &'a Findings<'_>) -> StatsRecord<'a> {
    StatsRecord {
        run: RunRecord::from(&findings.run),
        articles: findings.read.articles,
        bytes: findings.read.bytes,
        files: findings.read.files,
        skipped: notes(&findings.skipped),
        repaired: notes(&findings.repaired),
        pairs: findings.pairs.len(),
        relations: count_relations(findings).map(|(of, n)| (of.name(), n)).collect(),
        clusters: findings.clusters.as_ref().map(|clusters| clusters.groups().len()),
        stages: &findings.stages,
        counts: &findings.counts,
    }
}

/// How many pairs there are of each relation, strongest first, those without a pair too.
pub(crate) fn count_relations(
    findings: &Findings<'_>,
) -> impl Iterator<Item = (Relation, usize)> + use<> {
    let mut counts = [0; Relation::ALL.len()];
    for pair in findings.pairs {
        counts[pair.comparison.relation as usize] += 1;
    }
    Relation::ALL.into_iter().map(move |relation| (relation, counts[relation as usize]))
}

fn notes(notes: &Notes) -> NotesRecord<'_> {
    NotesRecord { total: notes.total(), reasons: &notes.counts }
}

fn stages<S: Serializer>(stages: &[Stage], to: S) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(stages.len()))?;
    for stage in stages {
        map.serialize_entry(&stage.name, &stage.took.as_secs_f64())?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, written};

    #[test]
    fn counts_add_up() {
        let sample = Sample::two_reports();
        let stats: serde_json::Value =
            serde_json::from_str(&written(&Stats, &sample.findings())).expect("JSON");
        let relations = stats["relations"].as_object().expect("an object");
        let sum: u64 = relations.values().map(|n| n.as_u64().expect("a count")).sum();
        assert_eq!(sum, stats["pairs"]);
        assert_eq!(relations.len(), Relation::ALL.len());
        assert_eq!(stats["skipped"]["total"], 3);
        assert_eq!(stats["skipped"]["reasons"]["empty"], 2);
    }
}
