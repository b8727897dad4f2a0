//! Everything written agrees with docs/schema/.

use crate::Format;
use crate::evaluation::{TruthKind, tests, write_json};
use crate::jsonl::{ClusterLines, Pairs};
use crate::record::Explain;
use crate::sample::{Sample, written};
use crate::stats::Stats;

fn check(schema: &str, record: &str) -> Result<(), String> {
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let record = serde_json::from_str(record).map_err(|error| error.to_string())?;
    validator.validate(&record).map_err(|error| format!("{error} at {}", error.instance_path()))
}

const PAIR: &str = include_str!("../../../docs/schema/pair.schema.json");
const CLUSTER: &str = include_str!("../../../docs/schema/cluster.schema.json");
const EVALUATION: &str = include_str!("../../../docs/schema/evaluation.schema.json");
const STATS: &str = include_str!("../../../docs/schema/stats.schema.json");

#[test]
fn every_line_is_a_record_of_its_schema() {
    let lines: [(&str, &dyn Format); 3] = [
        (PAIR, &Pairs { explain: Explain::No }),
        (PAIR, &Pairs { explain: Explain::Features }),
        (CLUSTER, &ClusterLines),
    ];
    for sample in [Sample::two_reports(), Sample::hostile(&["\u{2028}\0\"\\", "</script>"])] {
        for (schema, format) in lines {
            let text = written(format, &sample.findings());
            assert!(text.lines().count() > 0);
            for line in text.lines() {
                assert_eq!(check(schema, line), Ok(()), "{line}");
            }
        }
        assert_eq!(check(STATS, &written(&Stats, &sample.findings())), Ok(()));
    }
}

#[test]
fn an_evaluation_is_a_record_of_its_schema() {
    for kind in [TruthKind::LabelledPairs, TruthKind::Pairs, TruthKind::Clusters(3)] {
        let mut out = Vec::new();
        write_json(&tests::sample(kind), &mut out).expect("writing to memory does not fail");
        let record = String::from_utf8(out).expect("JSON is UTF-8");
        assert_eq!(check(EVALUATION, &record), Ok(()), "{record}");
    }
}

#[test]
fn the_schema_refuses_what_is_no_record() {
    let sample = Sample::two_reports();
    let lines = written(&Pairs::default(), &sample.findings());
    let line = lines.lines().next().expect("a pair");
    for (right, wrong) in [
        ("\"rewrite\"", "\"copied\""),
        ("\"score\":0.98", "\"score\":1.98"),
        ("\"jaccard\"", "\"jacard\""),
        ("\"coverage_a\"", "\"contained\":\"a\",\"coverage_a\""),
        ("\"kind\":\"edited\"", "\"kind\":\"same\""),
    ] {
        assert!(line.contains(right), "{right}");
        assert!(check(PAIR, &line.replacen(right, wrong, 1)).is_err(), "{wrong}");
    }
}
