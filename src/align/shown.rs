//! What there is to show of a pair: passages, sentences, and how much of either article they cover.

use super::candidate::Candidate;
use super::edits::Edits;
use super::features::Pair;
use super::judge::{Judgement, score};
use super::model::odds;
use super::options::CompareOptions;
use super::profile::Profile;
use super::relation::{Comparison, Kind, Match, Relation};
use super::retold;
use super::sentences::{Aligned, Bar, align_sentences};
use crate::shingle::Overlap;
use crate::span::Span;
use crate::text::Article;

/// How far above the threshold the log-odds of a rewrite have to be for weak evidence to be shown.
const SURE: f32 = 1.0;
/// The same where there are sure passages: the rest may then be independent.
const SURER: f32 = 4.5;

/// What shows how two articles correspond.
pub struct Shown {
    /// Runs of text that correspond.
    pub passages: Vec<Match>,
    sentences: Vec<Match>,
    /// Share of each article's characters inside passages.
    coverage: [f32; 2],
    /// The same without passages that both have from a third.
    own: [f32; 2],
    /// Whether some of it was compared in parts.
    in_parts: bool,
}

impl Shown {
    /// Nothing.
    pub fn none() -> Self {
        Self {
            passages: Vec::new(),
            sentences: Vec::new(),
            coverage: [0.0; 2],
            own: [0.0; 2],
            in_parts: false,
        }
    }

    /// All of both articles, sentence by sentence.
    pub fn of_identical(a: &Profile, b: &Profile) -> Self {
        let whole = |profile: &Profile| Span::new(0, profile.article.bytes);
        let same = |a, b| Match::new((a, b), Kind::Identical, 1.0);
        let mut sentences: Vec<Match> = Vec::new();
        let (mut in_a, mut in_b) = (0, 0);
        // Punctuation may divide the same words into other sentences.
        while in_a < a.sentences() && in_b < b.sentences() {
            let (x, y) = (&a.article.sentences[in_a], &b.article.sentences[in_b]);
            if !x.words.is_empty() && !y.words.is_empty() {
                sentences.push(same(x.span, y.span));
            }
            in_a += usize::from(x.words.end <= y.words.end);
            in_b += usize::from(y.words.end <= x.words.end);
        }
        if a.article.wordless.is_some() {
            sentences = vec![same(whole(a), whole(b))];
        }
        let passages = vec![same(whole(a), whole(b))];
        Self { passages, sentences, coverage: [1.0; 2], own: [1.0; 2], in_parts: false }
    }

    /// The passages and sentences of articles that may be independent.
    pub fn of_independent(pair: &Pair) -> Self {
        Self::of(pair, pair.passages, &align_sentences(pair, Bar::INDEPENDENT))
    }

    /// Those of articles of which one retells the other; the same if these already show enough.
    pub fn of_retold(pair: &Pair, judgement: &Judgement, options: &CompareOptions) -> Self {
        let is_most = |passages: &[Candidate]| {
            let [a, b] = pair.characters_in(passages);
            a.max(b) >= options.rewrite
        };
        if is_most(pair.passages) {
            return Self::of(pair, pair.passages, &align_sentences(pair, Bar::RETOLD));
        }
        let bars = bars(pair, judgement, options);
        let mut shown = None;
        for bar in bars {
            let aligned = align_sentences(pair, *bar);
            let mut extended = retold::passages(pair, &aligned, options);
            if pair.words() <= Article::SHORT as f32 {
                // A few sentences are one passage, which is as likely as the whole.
                extended.iter_mut().for_each(|run| run.odds = run.odds.max(judgement.whole));
            }
            // Weaker evidence suffices only for what makes up most of one article.
            if is_most(&extended) {
                return Self::of(pair, &extended, &aligned);
            }
            shown = shown.or(Some((extended, aligned)));
        }
        match shown {
            Some((extended, aligned)) if pair.passages.is_empty() => {
                Self::of(pair, &extended, &aligned)
            }
            Some((_, aligned)) => Self::of(pair, pair.passages, &aligned),
            None => Self::none(),
        }
    }

    fn of(pair: &Pair, passages: &[Candidate], aligned: &[Aligned]) -> Self {
        let mut edits = Edits::default();
        let goes_on = || !pair.weights.cancel.is_cancelled();
        let shown = passages.iter().take_while(|_| goes_on());
        let aligned = aligned.iter().take_while(|_| goes_on());
        let own: Vec<Candidate> =
            passages.iter().filter(|p| !pair.is_from_third(&p.a, &p.b)).cloned().collect();
        Self {
            own: pair.characters_in(&own),
            passages: shown.map(|p| to_match(p, pair, &mut edits)).collect(),
            sentences: aligned.map(|two| two.to_match(pair, &mut edits)).collect(),
            coverage: pair.characters_in(passages),
            in_parts: edits.are_in_parts(),
        }
    }

    /// Share of the characters inside passages, of the article where it is greater.
    pub fn coverage_most(&self) -> f32 {
        self.coverage[0].max(self.coverage[1])
    }

    /// The same without what both have from a third.
    pub fn own_most(&self) -> f32 {
        self.own[0].max(self.own[1])
    }

    /// Whether nothing is shown but what both have from a third.
    pub fn is_of_a_third(&self) -> bool {
        self.passages.iter().all(|passage| passage.shared_source)
    }

    /// The comparison that it belongs to, but for the features.
    pub fn comparison(self, relation: Relation, score: f32, overlap: &Overlap) -> Comparison {
        Comparison {
            relation,
            score,
            contained: None,
            jaccard: overlap.jaccard as f32,
            containment_a: overlap.of_first as f32,
            containment_b: overlap.of_second as f32,
            coverage_a: self.coverage[0],
            coverage_b: self.coverage[1],
            words: 0,
            conflicting: 0.0,
            coarse: self.in_parts,
            passages: self.passages,
            sentences: self.sentences,
            features: Vec::new(),
        }
    }
}

/// What sentences must have to be aligned, the most that may be asked first.
fn bars(pair: &Pair, judgement: &Judgement, options: &CompareOptions) -> &'static [Bar] {
    let surplus = judgement.whole - odds(options.least_score(Relation::Rewrite));
    let is_sure = surplus >= SURER || pair.passages.is_empty() && surplus >= SURE;
    match pair.words() <= Article::SHORT as f32 {
        true => &[Bar::SHORT],
        false if is_sure => &[Bar::RETOLD, Bar::FAINT],
        false => &[Bar::RETOLD],
    }
}

fn to_match(passage: &Candidate, pair: &Pair, edits: &mut Edits) -> Match {
    let kind = edits.kind(pair, &passage.a, &passage.b);
    Match {
        a: pair.a.span_of(passage.a.clone()),
        b: pair.b.span_of(passage.b.clone()),
        kind,
        score: if kind == Kind::Identical { 1.0 } else { score(passage.odds) },
        shared_source: pair.is_from_third(&passage.a, &passage.b),
    }
}
