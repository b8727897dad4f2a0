//! What there is to show of a pair: passages, sentences, and how much of either article they cover.

use super::edits::Edits;
use super::features::Pair;
use super::judge::{Judgement, score};
use super::model::odds;
use super::options::CompareOptions;
use super::passages::Candidate;
use super::profile::Profile;
use super::relation::{Comparison, Kind, Match, Relation};
use super::retold;
use super::sentences::{Aligned, Bar, align_sentences};
use crate::shingle::Overlap;
use crate::span::{Span, covered};
use crate::text::Article;

/// How much higher than need be the log-odds of a rewrite are where faint evidence may show it.
const SURE: f32 = 1.0;
/// The same where there are passages that prove themselves: the rest may then be independent.
const SURER: f32 = 4.5;

/// What shows how two articles correspond.
pub struct Shown {
    /// Runs of text that correspond.
    pub passages: Vec<Match>,
    sentences: Vec<Match>,
    /// Share of each article's characters inside passages.
    coverage: [f32; 2],
}

impl Shown {
    pub fn none(a: &Profile, b: &Profile) -> Self {
        Self::new([a, b], Vec::new(), Vec::new())
    }

    fn new([a, b]: [&Profile; 2], passages: Vec<Match>, sentences: Vec<Match>) -> Self {
        let share = |side: fn(&Match) -> Span, bytes: usize| {
            let mut spans: Vec<_> = passages.iter().map(side).collect();
            covered(&mut spans) as f32 / bytes.max(1) as f32
        };
        let coverage = [
            share(|passage| passage.a, a.article.bytes),
            share(|passage| passage.b, b.article.bytes),
        ];
        Self { passages, sentences, coverage }
    }

    /// All of both articles, sentence by sentence.
    pub fn of_identical(a: &Profile, b: &Profile) -> Self {
        let whole = |profile: &Profile| Span::new(0, profile.article.bytes);
        let same = |a, b| Match { a, b, kind: Kind::Identical, score: 1.0 };
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
        Self::new([a, b], vec![same(whole(a), whole(b))], sentences)
    }

    /// The passages and sentences of articles that may have nothing to do with each other.
    pub fn of_independent(pair: &Pair) -> Self {
        Self::of(pair, pair.passages, &align_sentences(pair, Bar::INDEPENDENT))
    }

    /// Those of articles of which one is the other retold; the same, if they show as much already.
    pub fn of_retold(pair: &Pair, judgement: &Judgement, options: &CompareOptions) -> Self {
        let proven = Self::of(pair, pair.passages, &[]);
        if proven.coverage_most() >= options.rewrite {
            return Self::of(pair, pair.passages, &align_sentences(pair, Bar::RETOLD));
        }
        let least =
            options.least_passage([pair.a, pair.b].map(|profile| profile.article.words.len()));
        let is_short = pair.words() <= Article::SHORT as f32;
        let surplus = judgement.whole - odds(options.least_score(Relation::Rewrite));
        let is_sure = surplus >= SURER || pair.passages.is_empty() && surplus >= SURE;
        let bars = match is_short {
            true => &[Bar::SHORT][..],
            false if is_sure => &[Bar::RETOLD, Bar::FAINT],
            false => &[Bar::RETOLD],
        };
        let mut extended = proven;
        for bar in bars {
            let aligned = align_sentences(pair, *bar);
            extended =
                Self::of(pair, &retold::passages(pair, &aligned, least, options.rewrite), &aligned);
            // Less is proof enough only of what makes up most of one article.
            if extended.coverage_most() >= options.rewrite {
                return extended;
            }
        }
        match pair.passages.is_empty() {
            true => extended,
            false => Self::of(pair, pair.passages, &align_sentences(pair, bars[0])),
        }
    }

    fn of(pair: &Pair, passages: &[Candidate], aligned: &[Aligned]) -> Self {
        let mut edits = Edits::default();
        let sentences = aligned.iter().map(|two| two.to_match(pair, &mut edits)).collect();
        let passages = passages.iter().map(|p| to_match(p, pair, &mut edits)).collect();
        Self::new([pair.a, pair.b], passages, sentences)
    }

    pub fn coverage_most(&self) -> f32 {
        self.coverage[0].max(self.coverage[1])
    }

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
            passages: self.passages,
            sentences: self.sentences,
            features: Vec::new(),
        }
    }
}

fn to_match(passage: &Candidate, pair: &Pair, edits: &mut Edits) -> Match {
    let kind = edits.kind(pair, &passage.a, &passage.b);
    Match {
        a: pair.a.span_of(passage.a.clone()),
        b: pair.b.span_of(passage.b.clone()),
        kind,
        score: if kind == Kind::Identical { 1.0 } else { score(passage.odds) },
    }
}
