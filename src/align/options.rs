//! The thresholds for relations.

use super::relation::Relation;
use crate::setters::setters;

/// The thresholds that decide about the relation of a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct CompareOptions {
    /// Least score of a related pair, 0 to 1. Default 0.5.
    pub threshold: f32,
    /// The same for a rewrite only, where it is to be another. Default: none.
    pub rewrite_score: Option<f32>,
    /// The same for a partial pair only. Default: none.
    pub partial_score: Option<f32>,
    /// Least exact Jaccard index of word n-grams of a near-duplicate. Default 0.5.
    pub near_duplicate: f32,
    /// Least containment of word n-grams of an excerpt in the whole. Default 0.65.
    pub excerpt: f32,
    /// Share of the characters inside passages, on the side where it is greater, from which reuse
    /// is a rewrite, not partial. Default 0.5.
    pub rewrite: f32,
    /// Least words of a passage, on either side; in a text of fewer than twice as many, half its
    /// words. Default 10.
    pub passage_words: usize,
    /// Whether one frame with other facts is a relation, [`Relation::Template`]; if not, such a
    /// pair is unrelated. Default: not.
    pub templates: bool,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self {
            threshold: 0.5,
            rewrite_score: None,
            partial_score: None,
            near_duplicate: 0.5,
            excerpt: 0.65,
            rewrite: 0.5,
            passage_words: 10,
            templates: false,
        }
    }
}

impl CompareOptions {
    setters! {
        threshold: f32,
        rewrite_score: Option<f32>,
        partial_score: Option<f32>,
        near_duplicate: f32,
        excerpt: f32,
        rewrite: f32,
        passage_words: usize,
        templates: bool,
    }

    /// Least score of a pair of that relation.
    pub fn least_score(&self, relation: Relation) -> f32 {
        let own = match relation {
            Relation::Rewrite => self.rewrite_score,
            Relation::Partial => self.partial_score,
            _ => None,
        };
        own.unwrap_or(self.threshold)
    }

    /// Least words of a passage of articles with so many words: of short texts, half of the
    /// shorter.
    pub fn least_passage(&self, words: [usize; 2]) -> usize {
        self.passage_words.min(words[0].min(words[1]).div_ceil(2))
    }
}
