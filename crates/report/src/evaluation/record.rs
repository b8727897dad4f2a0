//! What an evaluation came to, as one JSON object.

use std::io::Write;

use serde::Serialize;

use super::{Evaluation, STEPS};
use crate::Error;
use crate::printable::safe_json;
use crate::record::RunRecord;
use retold::evaluation::{BINS, Bin, Counts, Point};

/// Unknown ids that a record lists; all are counted.
const LISTED: usize = 20;

#[derive(Serialize)]
struct EvaluationRecord<'a> {
    #[serde(flatten)]
    run: RunRecord<'a>,
    truth: TruthRecord<'a>,
    threshold: f64,
    found: u64,
    #[serde(flatten)]
    figures: Figures,
    false_positive_rate: Option<f64>,
    ari: Option<f64>,
    candidates: Option<CandidatesRecord>,
    best: Option<PointRecord>,
    auc: Option<f64>,
    recall_at_1pct_fpr: Option<f64>,
    calibration_error: Option<f64>,
    reliability: Vec<BinRecord>,
    curve: Vec<PointRecord>,
}

#[derive(Serialize)]
struct TruthRecord<'a> {
    kind: &'static str,
    articles: u64,
    unlabelled: u64,
    reuse: u64,
    other: u64,
    unknown_ids: u64,
    unknown_pairs: u64,
    unknown: &'a [String],
}

#[derive(Serialize)]
struct Figures {
    precision: Option<f64>,
    recall: Option<f64>,
    f1: Option<f64>,
}

#[derive(Serialize)]
struct CandidatesRecord {
    pairs: u64,
    recall: Option<f64>,
    share: f64,
}

#[derive(Serialize)]
struct PointRecord {
    threshold: f64,
    found: u64,
    #[serde(flatten)]
    figures: Figures,
}

#[derive(Serialize)]
struct BinRecord {
    from: f64,
    to: f64,
    pairs: u64,
    score: Option<f64>,
    reuse: Option<f64>,
}

/// Writes it as one JSON object (docs/formats.md), and flushes.
pub fn write_json(evaluation: &Evaluation, out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let json = serde_json::to_string_pretty(&record(evaluation))?;
    out.write_all(safe_json(&json).as_bytes())?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

fn record(of: &Evaluation) -> EvaluationRecord<'_> {
    let (run, truth) = (&of.run, &of.truth);
    EvaluationRecord {
        run: RunRecord::from(run),
        truth: TruthRecord {
            kind: truth.kind.name(),
            articles: truth.articles,
            unlabelled: truth.unlabelled,
            reuse: of.ranking.reuse(),
            other: of.ranking.other(),
            unknown_ids: truth.unknown.len() as u64,
            unknown_pairs: truth.unknown_pairs,
            unknown: &truth.unknown[..truth.unknown.len().min(LISTED)],
        },
        threshold: four(of.threshold),
        found: of.found.found(),
        figures: figures(&of.found),
        false_positive_rate: of.false_positives().map(six),
        ari: of.ari.map(four),
        candidates: truth.kind.is_scanned().then(|| candidates(of)),
        best: of.ranking.best().map(point),
        auc: of.ranking.auc().map(four),
        recall_at_1pct_fpr: of.recall_at_few().map(four),
        calibration_error: of.reliability.calibration_error().map(four),
        reliability: of.reliability.bins.iter().zip(0..).map(bin).collect(),
        curve: of.ranking.thinned(STEPS).into_iter().map(point).collect(),
    }
}

fn figures(counts: &Counts) -> Figures {
    Figures {
        precision: counts.precision().map(four),
        recall: counts.recall().map(four),
        f1: counts.f1().map(four),
    }
}

fn candidates(of: &Evaluation) -> CandidatesRecord {
    let counts = of.candidates();
    CandidatesRecord {
        pairs: counts.found(),
        recall: counts.recall().map(four),
        share: six(counts.found() as f64 / of.pairs().max(1) as f64),
    }
}

fn point(point: Point) -> PointRecord {
    PointRecord {
        threshold: four(point.threshold),
        found: point.counts.found(),
        figures: figures(&point.counts),
    }
}

fn bin((bin, number): (&Bin, u32)) -> BinRecord {
    let boundary = |number: u32| f64::from(number) / BINS as f64;
    BinRecord {
        from: boundary(number),
        to: boundary(number + 1),
        pairs: bin.pairs,
        score: bin.mean_score().map(four),
        reuse: bin.share().map(four),
    }
}

fn four(figure: f64) -> f64 {
    // The sum turns -0 into 0.
    (figure * 1e4).round() / 1e4 + 0.0
}

/// Shares of all pairs of a corpus are small.
fn six(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::super::TruthKind;
    use super::super::tests::sample;
    use super::*;

    fn written(kind: TruthKind) -> serde_json::Value {
        let mut out = Vec::new();
        write_json(&sample(kind), &mut out).expect("writing to memory does not fail");
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn what_was_not_measured_is_null() {
        let clusters = written(TruthKind::Clusters(12));
        assert_eq!(clusters["ari"], 0.9533);
        assert_eq!(clusters["candidates"]["share"], 0.021_838);
        assert!(clusters["recall_at_1pct_fpr"].is_null());
        let pairs = written(TruthKind::LabelledPairs);
        assert!(pairs["ari"].is_null() && pairs["candidates"].is_null());
        assert!(pairs["recall_at_1pct_fpr"].is_number() && pairs["auc"].is_number());
    }

    #[test]
    fn the_tables_add_up() {
        let record = written(TruthKind::LabelledPairs);
        let bins = record["reliability"].as_array().expect("a table");
        let pairs: u64 = bins.iter().map(|bin| bin["pairs"].as_u64().expect("a count")).sum();
        assert_eq!((bins.len(), pairs), (BINS, 201));
        let curve = record["curve"].as_array().expect("a curve");
        assert!(curve.len() > 50 && curve.len() <= STEPS as usize + 1, "{}", curve.len());
        assert_eq!(curve[curve.len() - 1]["recall"], 1.0);
    }
}
