//! How likely one of two articles reuses the other, by the models.
//!
//! Short texts are judged word by word, articles by their sentences and passages; between 45 and 90
//! words both models are evaluated and interpolated, so that scores are continuous. Besides the
//! whole of an article, a single passage may be reused.

use super::features::{ARTICLE, PARTIAL, Pair};
use super::model::probability;
use super::relation::Feature;
use super::short::{self, SHORT};
use crate::text::Article;

/// Words of the longer text up to which only the model of short texts is used, and from which only
/// that of articles is.
const SHORT_ONLY: f32 = 45.0;
const ARTICLE_ONLY: f32 = Article::SHORT as f32;

/// What the models say of a pair, in log-odds.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// That the whole of one is the other retold.
    pub whole: f32,
    /// That one reuses a passage of the other; `-inf` where there is none.
    pub part: f32,
    /// That the whole of one would be the other retold if no facts conflicted; at least `whole`.
    pub frame: f32,
    /// Weight of the model of articles against that of short texts, 0 to 1.
    pub by_article: f32,
    /// What led to the greater of the first two.
    pub features: Vec<Feature>,
}

impl Judgement {
    /// Of two articles that have words and share some.
    pub fn of(pair: &Pair) -> Self {
        let longest = pair.a.article.words.len().max(pair.b.article.words.len()) as f32;
        let by_article = (longest / SHORT_ONLY).ln() / (ARTICLE_ONLY / SHORT_ONLY).ln();
        let by_article = by_article.clamp(0.0, 1.0);
        if by_article == 0.0 {
            return Self::of_short(pair);
        }
        let mut judgement = Self { by_article, ..Self::of_articles(pair) };
        if by_article < 1.0 {
            let short = Self::of_short(pair);
            let mix = |short: f32, article: f32| short + by_article * (article - short);
            judgement.whole = mix(short.whole, judgement.whole);
            judgement.frame = mix(short.frame, judgement.frame);
            judgement.part += mix(LEAST_PART, 0.0);
            if by_article < 0.5 {
                judgement.features = short.features;
            }
        }
        judgement
    }

    fn of_articles(pair: &Pair) -> Self {
        let features = pair.features();
        let (partial, words) = (features.partial(pair.passages), pair.words());
        let whole = ARTICLE.odds(&features.values(), words);
        let part = match pair.passages.is_empty() {
            true => f32::NEG_INFINITY,
            false => PARTIAL.odds(&partial.values(), words),
        };
        let features_of_more = match whole >= part {
            true => ARTICLE.explain(&features.values(), words),
            false => PARTIAL.explain(&partial.values(), words),
        };
        let frame = ARTICLE.odds(&features.of_frame().values(), words);
        Self { whole, part, frame: frame.max(whole), by_article: 1.0, features: features_of_more }
    }

    /// In a sentence or two a single word changes the statement, however many are shared.
    fn of_short(pair: &Pair) -> Self {
        let features = short::features(pair);
        let words = pair.words();
        let whole = SHORT.odds(&features.values(), words);
        let frame = SHORT.odds(&features.of_frame().values(), words).max(whole);
        let features = SHORT.explain(&features.values(), words);
        Self { whole, part: f32::NEG_INFINITY, frame, by_article: 0.0, features }
    }

    /// Log-odds of either the whole or a part.
    pub fn odds(&self) -> f32 {
        self.whole.max(self.part)
    }
}

/// What is added to the log-odds of a reused part where texts become so short that a part is a
/// whole.
const LEAST_PART: f32 = -8.0;

/// Log-odds up to which a score is the probability; above, it still tells pairs apart.
const CERTAIN: f32 = 7.0;

/// The score for these log-odds: a probability below 1. The models cannot support certainty beyond
/// 0.999, so from there it grows only logarithmically, and different log-odds keep different
/// scores.
pub fn score(odds: f32) -> f32 {
    let beyond = (odds - CERTAIN).max(0.0);
    probability(odds.min(CERTAIN) + beyond.ln_1p())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_rise_without_end_and_stay_below_certainty() {
        let scores: Vec<f32> = [-5.0, 0.0, 5.0, 7.0, 9.0, 15.0, 40.0].map(score).to_vec();
        assert!(scores.windows(2).all(|two| two[0] < two[1]) && scores[6] < 1.0);
        assert_eq!(scores[1], 0.5);
    }
}
