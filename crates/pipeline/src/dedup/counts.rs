//! Counts of what is kept, dropped and not read.

use std::collections::BTreeMap;
use std::time::Duration;

use retold::align::Relation;
use retold::engine::dedup::Decision;
use retold_report::dedup::{Amount, Incomplete};

/// What was kept and dropped, and how long writing took.
#[derive(Debug, Default)]
pub struct Counts {
    /// What is kept.
    pub kept: Amount,
    /// What is dropped, by its relation to the retained article.
    pub dropped: BTreeMap<Relation, Amount>,
    /// Inputs and references that were not read to their end.
    pub incomplete: Vec<Incomplete>,
    /// How long writing took.
    pub took: Duration,
}

impl Counts {
    /// Counts an article.
    pub fn note(&mut self, decision: &Decision, bytes: u64) {
        let amount = match decision {
            Decision::Kept => &mut self.kept,
            Decision::Dropped { relation, .. } => self.dropped.entry(*relation).or_default(),
        };
        amount.articles += 1;
        amount.bytes += bytes;
    }
}
