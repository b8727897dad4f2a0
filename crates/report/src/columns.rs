//! What a record says of a pair, defined once: JSON Lines and the HTML report, CSV and Parquet all
//! use this list.

use retold::align::{Comparison, Match, Side};

/// One thing that is said of a pair.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_enums, reason = "every format has to say how it writes a new kind")]
pub enum Column {
    /// A word.
    Word(fn(&Comparison) -> &'static str),
    /// A word that some pairs do not have.
    WordOrNone(fn(&Comparison) -> Option<&'static str>),
    /// A number from 0 to 1.
    Figure(fn(&Comparison) -> f32),
    /// Where the articles have something in common.
    Matches(fn(&Comparison) -> &[Match]),
}

/// By name, in the order of records.
pub const COLUMNS: [(&str, Column); 12] = [
    ("relation", Column::Word(|found| found.relation.name())),
    ("score", Column::Figure(|found| found.score)),
    ("jaccard", Column::Figure(|found| found.jaccard)),
    ("containment_a", Column::Figure(|found| found.containment_a)),
    ("containment_b", Column::Figure(|found| found.containment_b)),
    ("coverage_a", Column::Figure(|found| found.coverage_a)),
    ("coverage_b", Column::Figure(|found| found.coverage_b)),
    ("conflicting", Column::Figure(|found| found.conflicting)),
    ("contained", Column::WordOrNone(|found| found.contained.map(side_name))),
    ("alignment", Column::WordOrNone(|found| found.coarse.then_some("coarse"))),
    ("passages", Column::Matches(|found| &found.passages)),
    ("sentences", Column::Matches(|found| &found.sentences)),
];

impl Column {
    /// Where it stands in a row that people read: words, figures, then what is counted there only.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Word(_) | Self::WordOrNone(_) => 0,
            Self::Figure(_) => 1,
            Self::Matches(_) => 2,
        }
    }
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::A => "a",
        Side::B => "b",
    }
}
