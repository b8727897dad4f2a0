//! Languages other than English: an edit and a rewrite are found, an independent report is not.
//!
//! `tests/texts` has four texts per language, written for this test, with a line of `==` between
//! them.

use retold::align::Relation;
use retold::{Config, Engine};

/// Original, edit, rewrite, independent report.
fn texts(language: &str) -> [String; 4] {
    let path = format!("{}/tests/texts/{language}.txt", env!("CARGO_MANIFEST_DIR"));
    let file = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let texts: Vec<String> = file.split("\n==\n").map(str::to_owned).collect();
    texts.try_into().unwrap_or_else(|_| panic!("{path}: four texts with == between them"))
}

fn check(language: &str) {
    let [original, edit, rewrite, independent] = texts(language);
    let engine = Engine::new(Config::default()).unwrap();
    let relation = |other: &str| {
        let verdict = engine.compare(&original, other);
        (verdict.relation, verdict.score)
    };
    let (edited, _) = relation(&edit);
    assert_eq!(edited, Relation::NearDuplicate, "{language}: edit");
    let (rewritten, score) = relation(&rewrite);
    assert_eq!(rewritten, Relation::Rewrite, "{language}: rewrite, score {score}");
    let (apart, score) = relation(&independent);
    assert_eq!(apart, Relation::Unrelated, "{language}: independent report, score {score}");
    assert_found_by_scan(&engine, language, &[original, edit, rewrite, independent]);
}

/// A scan finds what comparing does: the first three are related, the last to none of them.
fn assert_found_by_scan(engine: &Engine, language: &str, texts: &[String]) {
    let scan = engine.scan(texts).unwrap();
    let pairs: Vec<(u32, u32)> = scan.pairs.iter().map(|pair| (pair.a, pair.b)).collect();
    assert_eq!(pairs, [(0, 1), (0, 2), (1, 2)], "{language}");
    assert_eq!(scan.clusters, [0, 0, 0, 1], "{language}");
}

#[test]
fn french() {
    check("fr");
}

#[test]
fn spanish() {
    check("es");
}

#[test]
fn japanese() {
    check("ja");
}

#[test]
fn russian() {
    check("ru");
}
