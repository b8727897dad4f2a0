//! JSON Lines: one record per line, the same bytes for the same findings.

use std::io::{self, Write};

use serde::Serialize;

use crate::printable::safe_json;
use crate::record::{Explain, PairRecord};
use crate::{Error, Findings, Format, Id, Named, PassedFields};
use retold::align::Comparison;

/// One pair record per line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pairs {
    /// Whether records carry the features behind the score.
    pub explain: Explain,
}

impl Pairs {
    /// Writes one record, for runs that do not hold all pairs at once. Does not flush.
    pub fn write_pair<'a>(
        self,
        (a, b): (impl Into<Named<'a>>, impl Into<Named<'a>>),
        comparison: &'a Comparison,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        write_line(&PairRecord::new(a, b, comparison, self.explain), out)
    }

    /// Writes what stands in place of a record that cannot be made. Does not flush.
    pub fn write_error(self, error: &PairError<'_>, out: &mut dyn Write) -> io::Result<()> {
        write_line(error, out)
    }
}

/// A pair that was asked for and could not be compared.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PairError<'e> {
    /// The id of the first article, if it is known.
    pub a: Option<Id<'e>>,
    /// The id of the second article, if it is known.
    pub b: Option<Id<'e>>,
    /// The line that asks for it, from 1.
    pub line: u64,
    /// Why it could not be compared.
    pub error: &'e str,
}

impl Format for Pairs {
    fn write(&self, findings: &Findings<'_>, out: &mut (dyn Write + Send)) -> Result<(), Error> {
        let id_type = findings.id_type();
        for pair in findings.pairs {
            let (a, b) = (findings.named(pair.a, id_type), findings.named(pair.b, id_type));
            self.write_pair((a, b), &pair.comparison, out)?;
        }
        Ok(out.flush()?)
    }
}

/// One `{"id":…,"cluster":N}` per article, in the order read. Nothing without clusters.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClusterLines;

#[derive(Serialize)]
struct ClusterRecord<'a> {
    id: Id<'a>,
    cluster: u32,
    #[serde(skip_serializing_if = "PassedFields::is_empty")]
    fields: PassedFields<'a>,
}

impl Format for ClusterLines {
    fn write(&self, findings: &Findings<'_>, out: &mut (dyn Write + Send)) -> Result<(), Error> {
        let of = findings.clusters.iter().flat_map(|clusters| &clusters.of);
        let id_type = findings.id_type();
        for (article, &cluster) in of.enumerate().take(findings.articles.len()) {
            let Named { id, fields } = findings.named(article, id_type);
            write_line(&ClusterRecord { id, cluster, fields }, out)?;
        }
        Ok(out.flush()?)
    }
}

fn write_line(record: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let line = serde_json::to_string(record)? + "\n";
    out.write_all(safe_json(&line).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Sample, written};

    #[test]
    fn a_record_has_its_fields_in_the_order_of_the_schema() {
        let sample = Sample::two_reports();
        let lines = written(&Pairs::default(), &sample.findings());
        let first = lines.lines().next().expect("a pair");
        let keys = [
            "{\"a\":",
            "\"b\":",
            "\"relation\":",
            "\"score\":",
            "\"jaccard\":",
            "\"containment_a\":",
            "\"containment_b\":",
            "\"coverage_a\":",
            "\"coverage_b\":",
            "\"conflicting\":",
            "\"passages\":[",
            "\"sentences\":[",
        ];
        let at: Vec<_> = keys.iter().map(|key| first.find(key).expect(key)).collect();
        assert!(at.is_sorted(), "{at:?}");
        assert!(!first.contains("features"), "only where asked for");
        assert!(!first.contains("contained"), "in excerpts only");
    }

    #[test]
    fn a_match_says_that_its_source_is_shared_where_it_is() {
        let sample = Sample::two_reports();
        let lines = written(&Pairs::default(), &sample.findings());
        let value: serde_json::Value = serde_json::from_str(lines.lines().next().expect("a pair"))
            .expect("a line is a JSON value");
        assert_eq!(value["sentences"][10]["shared_source"], true);
        assert_eq!(value["sentences"][9].get("shared_source"), None);
    }

    #[test]
    fn figures_have_at_most_four_decimals() {
        let sample = Sample::two_reports();
        let lines = written(&Pairs { explain: Explain::Features }, &sample.findings());
        let value: serde_json::Value = serde_json::from_str(lines.lines().next().expect("a pair"))
            .expect("a line is a JSON value");
        assert_eq!(value["jaccard"].to_string(), "0.1538");
        assert_eq!(value["score"].to_string(), "0.98");
        assert_eq!(value["features"][0]["name"], "containment");
    }

    #[test]
    fn every_article_has_its_cluster() {
        let sample = Sample::two_reports();
        let lines = written(&ClusterLines, &sample.findings());
        assert_eq!(lines.lines().count(), sample.articles.len());
        assert!(lines.starts_with("{\"id\":\"pool/council-closes-pool.txt\",\"cluster\":0}\n"));
    }
}
