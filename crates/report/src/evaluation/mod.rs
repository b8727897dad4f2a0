//! How good the findings of a run are: for people, as a record, and as a picture.

mod curve;
mod record;

pub use curve::svg;
pub use record::write_json;

use crate::Run;
use retold::evaluation::{Counts, Ranking, Reliability};

/// Steps of the threshold curve in records: every hundredth.
const STEPS: u32 = 100;

/// Share of the pairs that are not reuse at which records give the recall.
pub(crate) const FALSE_POSITIVES: f64 = 0.01;

/// A run held against the truth.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// What ran, with which options.
    pub run: Run,
    /// What it was held against.
    pub truth: Truth,
    /// What was found and missed: a pair is found if its relation is one of reuse.
    pub found: Counts,
    /// The threshold in force, 0 to 1.
    pub threshold: f64,
    /// All pairs by score. In a scan, pairs that were no candidates are its unseen ones.
    pub ranking: Ranking,
    /// Whether the scores are probabilities.
    pub reliability: Reliability,
    /// Adjusted Rand index of the clusters found; `None` if the truth is of pairs.
    pub ari: Option<f64>,
}

/// What a run is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// What the user labelled.
    pub kind: TruthKind,
    /// Articles that were read and are judged.
    pub articles: u64,
    /// Articles that were read, but of which the truth says nothing; they are left out.
    pub unlabelled: u64,
    /// Ids that no article has, in the order of the truth.
    pub unknown: Vec<String>,
    /// Pairs of the truth that are left out because they name such an id.
    pub unknown_pairs: u64,
}

/// What the user labelled, which decides what is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TruthKind {
    /// Pairs of both sorts: each of them is compared, and no other.
    LabelledPairs,
    /// Pairs of reuse only: the corpus is scanned, and all other pairs are none.
    Pairs,
    /// So many clusters: the corpus is scanned, and pairs across clusters are none.
    Clusters(u64),
}

impl TruthKind {
    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::LabelledPairs => "labelled-pairs",
            Self::Pairs => "pairs",
            Self::Clusters(_) => "clusters",
        }
    }

    /// Whether the corpus was scanned.
    pub fn is_scanned(self) -> bool {
        self != Self::LabelledPairs
    }
}

impl Evaluation {
    /// Candidates of a scan, whatever their scores, as if all were found.
    pub(crate) fn candidates(&self) -> Counts {
        self.ranking.at(f64::NEG_INFINITY)
    }

    /// All pairs of the truth.
    pub(crate) fn pairs(&self) -> u64 {
        self.ranking.reuse() + self.ranking.other()
    }

    /// Share of the pairs that are not reuse, and were found all the same; `None` without such.
    pub(crate) fn false_positives(&self) -> Option<f64> {
        let other = self.ranking.other();
        (other > 0).then(|| self.found.wrong as f64 / other as f64)
    }

    /// Recall at [`FALSE_POSITIVES`]. In a scan 1 % of all pairs is more than anybody would look
    /// at, and it says nothing: `None`.
    pub(crate) fn recall_at_few(&self) -> Option<f64> {
        match self.truth.kind.is_scanned() {
            true => None,
            false => self.ranking.recall_at(FALSE_POSITIVES),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use retold::evaluation::{Scored, Unseen};

    /// Two hundred pairs, most of which are judged well, and some that nobody looked at.
    pub(crate) fn sample(kind: TruthKind) -> Evaluation {
        let pair = |at: u32| {
            let score = f64::from(at * 7919 % 201) / 200.0;
            Scored { score, is_reuse: score > 0.15 + f64::from(at % 10) / 16.0 }
        };
        let pairs: Vec<Scored> = (0..201).map(pair).collect();
        let unseen = match kind.is_scanned() {
            true => Unseen { reuse: 3, other: 9_000 },
            false => Unseen::default(),
        };
        let ranking = Ranking::new(&pairs, unseen);
        Evaluation {
            run: Run {
                version: "0.1.0".to_owned(),
                command: "evaluate".to_owned(),
                options: vec![("threshold".to_owned(), "0.5".to_owned())],
                ..Run::default()
            },
            truth: Truth {
                kind,
                articles: 136,
                unlabelled: 2,
                unknown: vec!["lost\u{1b}[2J.txt".to_owned()],
                unknown_pairs: 4,
            },
            found: ranking.at(0.5),
            threshold: 0.5,
            reliability: Reliability::new(&pairs),
            ari: matches!(kind, TruthKind::Clusters(_)).then_some(0.953_25),
            ranking,
        }
    }

    #[test]
    fn candidates_are_all_that_have_a_score() {
        let sample = sample(TruthKind::Clusters(12));
        assert_eq!(sample.candidates().found(), 201);
        assert_eq!(sample.pairs(), 201 + 9_003);
        assert_eq!(sample.candidates().missed, 3);
    }
}
