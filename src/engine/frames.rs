//! One frame that many articles fill with facts of their own.
//!
//! A wire reports bond issues, prices and quarters of companies in the same words day after day. Two
//! such reports may look retold, but an article that would be retold by many, each time with other
//! names and numbers, is the use of a frame. Whoever retells keeps the facts.

use std::collections::HashMap;

use super::Engine;
use super::scan::Pair;
use crate::align::Relation;

/// Share of names and numbers that conflict from which a pair counts as one of other facts.
const CONFLICTING: f32 = 0.15;
/// A surer pair is none of them.
const SURE: f32 = 0.95;
/// With so many articles an article must share a frame for the frame to be one.
const FRAME: u32 = 3;

impl Engine {
    /// Makes templates of those rewrites and partial pairs that fill one frame with other facts, as
    /// more articles do; of no relation where templates are none. Gives their number.
    pub(super) fn set_frames_aside(&self, pairs: &mut Vec<Pair>) -> usize {
        let mut others: HashMap<u32, u32> = HashMap::new();
        for pair in pairs.iter().filter(|pair| has_other_facts(pair)) {
            *others.entry(pair.a).or_default() += 1;
            *others.entry(pair.b).or_default() += 1;
        }
        let relation = match self.config.compare.templates {
            true => Relation::Template,
            false => Relation::Unrelated,
        };
        let mut found = 0;
        for pair in pairs.iter_mut().filter(|pair| has_other_facts(pair)) {
            if others[&pair.a].max(others[&pair.b]) >= FRAME {
                pair.comparison.relation = relation;
                pair.comparison.score *= 0.5;
                found += 1;
            }
        }
        pairs.retain(|pair| self.keeps(&pair.comparison));
        found
    }
}

fn has_other_facts(pair: &Pair) -> bool {
    matches!(pair.comparison.relation, Relation::Rewrite | Relation::Partial)
        && pair.comparison.conflicting >= CONFLICTING
        && pair.comparison.score < SURE
}
