//! Everything written agrees with docs/schema/.

use std::time::Duration;

use retold::align::Relation;

use crate::dedup::{Amount, Deduplication, Dropped, Located, Undated};
use crate::evaluation::{TruthKind, tests, write_json};
use crate::jsonl::{ClusterLines, Pairs};
use crate::record::Explain;
use crate::sample::{Sample, written};
use crate::stats::Stats;
use crate::{Format, IdType, Named, Stage};

fn check(schema: &str, record: &str) -> Result<(), String> {
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let record = serde_json::from_str(record).map_err(|error| error.to_string())?;
    validator.validate(&record).map_err(|error| format!("{error} at {}", error.instance_path()))
}

const PAIR: &str = include_str!("../../../docs/schema/pair.schema.json");
const CLUSTER: &str = include_str!("../../../docs/schema/cluster.schema.json");
const DROPPED: &str = include_str!("../../../docs/schema/dropped.schema.json");
const DEDUPLICATION: &str = include_str!("../../../docs/schema/deduplication.schema.json");
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
fn integer_ids_and_passed_fields_are_in_the_schemas() {
    let mut sample = Sample::two_reports();
    sample.fields = ["title".to_owned(), "n".to_owned()].into();
    for (number, article) in sample.articles.iter_mut().enumerate() {
        (article.id, article.id_type) = (number.to_string(), IdType::Integer);
        let title = serde_json::value::to_raw_value("T").expect("JSON");
        article.fields = vec![Some(title), None];
    }
    let pairs = written(&Pairs::default(), &sample.findings());
    let begins = "{\"a\":0,\"b\":1,\"a_fields\":{\"title\":\"T\",\"n\":null},\"b_fields\":{";
    assert!(pairs.starts_with(begins), "{pairs}");
    let clusters = written(&ClusterLines, &sample.findings());
    let line = "{\"id\":0,\"cluster\":0,\"fields\":{\"title\":\"T\",\"n\":null}}\n";
    assert!(clusters.starts_with(line), "{clusters}");
    for (schema, text) in [(PAIR, pairs), (CLUSTER, clusters)] {
        for line in text.lines() {
            assert_eq!(check(schema, line), Ok(()), "{line}");
        }
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
fn a_deduplication_is_records_of_its_schemas() {
    let text = |out| String::from_utf8(out).expect("JSON is UTF-8");
    let mut out = Vec::new();
    let (id, retained) = ("a\u{2028}", "\"b");
    let (relation, score) = (Relation::NearDuplicate, 0.912_345);
    let located =
        |id, line| Located { named: Named::from(id), file: "a.jsonl", line, object: None };
    let of_two = Sample::two_reports();
    let found = &of_two.pairs[0].comparison;
    let dropped = Dropped {
        article: located(id, Some(7)),
        retained: located(retained, None),
        relation,
        score,
        why: "longest",
        passages: Some(&found.passages),
        sentences: None,
    };
    dropped.write(&mut out).expect("memory");
    let line = text(out);
    assert_eq!(check(DROPPED, &line), Ok(()), "{line}");
    assert!(line.contains("\"relation\":\"near-duplicate\",\"score\":0.9123,"), "{line}");
    let amount = Amount { articles: 3, bytes: 700 };
    for full in [false, true] {
        let mut of = Deduplication::default();
        if full {
            of.dropped.extend([(Relation::Excerpt, amount), (relation, amount)]);
            of.skipped.push(("is empty".to_owned(), 2));
            of.stages.push(Stage { name: "sign".to_owned(), took: Duration::from_millis(5) });
            of.undated = Some(Undated { missing: 1, unreadable: 0 });
            of.peak_memory = Some(1 << 20);
        }
        let mut out = Vec::new();
        of.write_json(&mut out).expect("memory");
        let record = text(out);
        assert_eq!(check(DEDUPLICATION, &record), Ok(()), "{record}");
        assert_eq!(record.contains("\"articles\": 6"), full, "{record}");
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
