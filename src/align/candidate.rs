//! Candidate passages: two segments, their features, and how likely they are reuse.

use std::ops::Range;

use super::facts::Facts;

/// Log-odds from which a run alone explains what a summary would cover.
const SURE_ODDS: f32 = 0.5;

/// Two segments that may be one passage.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Words of the first article; not empty.
    pub a: Range<usize>,
    /// Words of the second article; not empty.
    pub b: Range<usize>,
    /// The form of passage that it would be.
    pub form: Form,
    /// Its features, in the order of `PassageFeatures::NAMES` or `SUMMARY_FEATURES`.
    pub features: Vec<f32>,
    /// How the facts of both sides agree.
    pub facts: Facts,
    /// Log-odds that it is reuse.
    pub odds: f32,
    /// Whether it is a copy word for word, for the most part.
    pub is_copy: bool,
}

/// Forms of passages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Two segments of about one length.
    Run,
    /// The first article's segment sums up the second's.
    SummaryInA,
    /// The second article's segment sums up the first's.
    SummaryInB,
}

impl Candidate {
    /// Whether it is likelier reuse than not, by a margin.
    pub fn is_sure(&self) -> bool {
        self.odds > if self.form == Form::Run { SURE_ODDS } else { 0.0 }
    }

    /// Its words on the side that has fewer.
    pub fn words(&self) -> usize {
        self.a.len().min(self.b.len())
    }

    /// Its words on the side that a summary of that form is on.
    pub(super) fn short_side(&self, form: Form) -> Range<usize> {
        if form == Form::SummaryInB { self.b.clone() } else { self.a.clone() }
    }

    /// Its words on the other side.
    pub(super) fn long_side(&self, form: Form) -> Range<usize> {
        if form == Form::SummaryInB { self.a.clone() } else { self.b.clone() }
    }
}
