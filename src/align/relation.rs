//! What two articles are to each other, and the evidence.

use crate::span::Span;

/// What two articles are to each other, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "every report and every policy has to say what it makes of a new relation"
)]
pub enum Relation {
    /// The same words, whatever the markup, case, punctuation and spacing.
    Identical,
    /// The same article with small edits.
    NearDuplicate,
    /// Nearly all of one is contained in the other, which has much more.
    Excerpt,
    /// Most of one retells the other.
    Rewrite,
    /// Some passages are reused, the rest is independent.
    Partial,
    /// One frame with other facts: names, numbers, dates, negation. The content is not reused.
    Template,
    /// None of these, also where topic, names and quotations are shared.
    Unrelated,
}

impl Relation {
    /// Every relation, strongest first.
    pub const ALL: [Self; 7] = [
        Self::Identical,
        Self::NearDuplicate,
        Self::Excerpt,
        Self::Rewrite,
        Self::Partial,
        Self::Template,
        Self::Unrelated,
    ];

    /// The name that records carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::NearDuplicate => "near-duplicate",
            Self::Excerpt => "excerpt",
            Self::Rewrite => "rewrite",
            Self::Partial => "partial",
            Self::Template => "template",
            Self::Unrelated => "unrelated",
        }
    }

    /// Whether one of the two reuses the other.
    pub fn is_reuse(self) -> bool {
        self < Self::Template
    }

    /// The relation of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.name() == name)
    }
}

/// How a segment of one article corresponds to a segment of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "every report has to show a new kind in some way")]
pub enum Kind {
    /// The same words in the same order.
    Identical,
    /// The same words but for a few.
    Edited,
    /// The same statement in other words.
    Paraphrased,
}

impl Kind {
    /// The name that records carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::Edited => "edited",
            Self::Paraphrased => "paraphrased",
        }
    }
}

/// One of the two articles of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a pair has two sides")]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

impl Side {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Two segments that correspond: a pair of sentences, or of passages (runs of reused text).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Match {
    /// Its span in the first article.
    pub a: Span,
    /// Its span in the second article.
    pub b: Span,
    /// How the two correspond.
    pub kind: Kind,
    /// How similar they are, 0 to 1.
    pub score: f32,
    /// Whether both have it from a third: they quote it, say that it is another's, or many articles
    /// carry it. By itself that is no reuse of one by the other.
    pub shared_source: bool,
}

impl Match {
    /// Two segments that correspond in a way, and how similar they are, 0 to 1. They are from no
    /// third.
    pub fn new(segments: (Span, Span), kind: Kind, score: f32) -> Self {
        Self { a: segments.0, b: segments.1, kind, score, shared_source: false }
    }

    /// The same, from a third.
    pub fn from_shared_source(mut self) -> Self {
        self.shared_source = true;
        self
    }
}

/// What comparing says of two articles.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// What they are to each other.
    pub relation: Relation,
    /// Probability that one reuses the other, 0 to 1.
    pub score: f32,
    /// In an excerpt, the article that is contained in the other.
    pub contained: Option<Side>,
    /// Jaccard index of their word n-grams, exact; 0 where one has none.
    pub jaccard: f32,
    /// Share of the first article's word n-grams that the second has, exact.
    pub containment_a: f32,
    /// Share of the second article's word n-grams that the first has, exact.
    pub containment_b: f32,
    /// Share of the first article's characters inside passages.
    pub coverage_a: f32,
    /// Share of the second article's characters inside passages.
    pub coverage_b: f32,
    /// Words of the shorter article.
    pub words: u32,
    /// Share of the names and numbers of the two that conflict: where each side has one that the
    /// other lacks, 0 to 1.
    pub conflicting: f32,
    /// Whether the two are so long that not all sentences were compared with all, or passages only
    /// in parts: something that they share may be missing, if it has no rare words.
    pub coarse: bool,
    /// Runs of text that look reused, in the order of the first article. An unrelated pair may have
    /// some: what they share is then less than two reports of one event would.
    pub passages: Vec<Match>,
    /// Aligned sentences, in the order of the first article; one may align with several.
    pub sentences: Vec<Match>,
    /// Why: the features that led to the score, by name, each with its value and what it added to
    /// the log-odds of reuse.
    pub features: Vec<Feature>,
}

impl Comparison {
    /// A comparison with this relation and this score, 0 to 1. All shares and counts are 0, and
    /// nothing corresponds. Meant for tests of code that shows comparisons.
    pub fn new(relation: Relation, score: f32) -> Self {
        Self {
            relation,
            score,
            contained: None,
            jaccard: 0.0,
            containment_a: 0.0,
            containment_b: 0.0,
            coverage_a: 0.0,
            coverage_b: 0.0,
            words: 0,
            conflicting: 0.0,
            coarse: false,
            passages: Vec::new(),
            sentences: Vec::new(),
            features: Vec::new(),
        }
    }

    /// The same with the two articles in the other order.
    pub fn mirrored(mut self) -> Self {
        std::mem::swap(&mut self.containment_a, &mut self.containment_b);
        std::mem::swap(&mut self.coverage_a, &mut self.coverage_b);
        self.contained = self.contained.map(Side::other);
        for matches in [&mut self.passages, &mut self.sentences] {
            matches.iter_mut().for_each(|two| std::mem::swap(&mut two.a, &mut two.b));
            matches.sort_by_key(|two| (two.a, two.b));
        }
        self
    }
}

/// One reason behind a score.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Feature {
    /// The feature's name, as docs/evaluation.md explains it.
    pub name: &'static str,
    /// Its value for this pair.
    pub value: f32,
    /// What it added to the log-odds of reuse.
    pub weight: f32,
}

impl Feature {
    /// A feature with its value and its weight.
    pub fn new(name: &'static str, value: f32, weight: f32) -> Self {
        Self { name, value, weight }
    }
}
