//! Records: JSON that agrees with its schema.

use std::sync::LazyLock;

use jsonschema::Validator;
use retold::{Config, Engine};
use retold_report::jsonl::{PairError, Pairs};
use retold_report::record::Explain;
use serde_json::Value;

use crate::two_texts;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(Config::default()).expect("defaults are in their ranges"));

static PAIR: LazyLock<Validator> =
    LazyLock::new(|| validator(include_str!("../../../docs/schema/pair.schema.json")));
static PAIR_ERROR: LazyLock<Validator> =
    LazyLock::new(|| validator(include_str!("../../../docs/schema/pair-error.schema.json")));

/// The texts are their own ids: records of them are one line each, say the ids as they are, and
/// agree with the schema.
pub fn check(bytes: &[u8]) {
    let [a, b] = two_texts(bytes);
    let found = ENGINE.compare(&a, &b);
    for explain in [Explain::No, Explain::Features] {
        let mut line = Vec::new();
        let pairs = Pairs { explain };
        pairs.write_pair((&*a, &*b), &found, &mut line).expect("memory takes everything");
        let record = checked(&line, &PAIR);
        assert_eq!((record["a"].as_str(), record["b"].as_str()), (Some(&*a), Some(&*b)));
    }
    let mut line = Vec::new();
    let (a, reason) = (a.as_str().into(), format!("why: {b}"));
    let line_number = bytes.len() as u64 + 1;
    let error = PairError { a: Some(a), b: None, line: line_number, error: &reason };
    Pairs::default().write_error(&error, &mut line).expect("memory takes everything");
    checked(&line, &PAIR_ERROR);
}

fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is a schema")
}

fn checked(line: &[u8], schema: &Validator) -> Value {
    let line = std::str::from_utf8(line).expect("records are UTF-8");
    assert_eq!(line.find('\n'), Some(line.len() - 1), "a record is one line");
    let raw = |c: char| c.is_control() && c != '\n';
    assert!(!line.contains(raw), "a raw control character would reach a terminal");
    let record = serde_json::from_str(line).expect("a record is JSON");
    if let Err(error) = schema.validate(&record) {
        panic!("{error}: {record}");
    }
    record
}
