//! Flags: what a match came to when it was found, and what people decided since.

use retold::align::{Comparison, Kind, Match as Aligned, Relation, Side};
use retold::span::Span;
use serde::{Deserialize, Serialize};

use crate::article::Stored;
use crate::rules::{Assessment, Credit, Embargo, SourceKind, SourceName, Verdict};

/// A match that a rule asked to flag, or with something derived from a withdrawn article.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// Its number: later ones are greater.
    pub number: u64,
    /// The earlier article, without its text; [`crate::Reader::article`] gives it.
    pub old: Stored,
    /// The new one, without its text.
    pub new: Stored,
    /// What they are to each other: `a` is the earlier article.
    pub comparison: Comparison,
    /// Further earlier articles with the same words.
    pub copies: u64,
    /// What it came to by the rules.
    pub assessment: Assessment,
    /// The rule that asked for it; `None` if it was only for a withdrawal.
    pub rule: Option<String>,
    /// The version of the rules, from 1; 0 if there were none.
    pub rules_version: u64,
    /// Withdrawn articles that the new one is derived from, as far as is known today.
    pub withdrawn: Vec<Withdrawn>,
    /// What was decided, the last one behind.
    pub decisions: Vec<Decision>,
}

impl Flag {
    /// Its state: that of the last decision.
    pub fn state(&self) -> FlagState {
        self.decisions.last().map_or(FlagState::Open, |decision| decision.state)
    }

    /// Seconds from when the earlier article was first seen to when the new one was.
    pub fn lag(&self) -> i64 {
        self.new.first_seen.saturating_sub(self.old.first_seen)
    }
}

/// What has become of a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
// Exhaustive on purpose: whoever shows flags has to show a new state.
pub enum FlagState {
    /// Nobody has decided.
    Open,
    /// Somebody says that it is right.
    Confirmed,
    /// Somebody says that nothing is to be done.
    Dismissed,
}

impl FlagState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Confirmed, Self::Dismissed];

    /// The name that records carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What somebody decided on a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The state from then on.
    pub state: FlagState,
    /// Why.
    pub note: Option<String>,
    /// Who.
    pub by: Option<String>,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// Which flags are wanted. The default is all of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlagFilter {
    /// Only those in one of these states, if any is named.
    pub states: Vec<FlagState>,
    /// Only those whose new article was first seen at this time or later.
    pub since: Option<i64>,
    /// Only those of one of these relations, if any is named.
    pub relations: Vec<Relation>,
    /// Only those where either article is from one of these sources, if any is named: as the rules
    /// name it, or as the article states it.
    pub sources: Vec<String>,
    /// Only those derived from a withdrawn article.
    pub withdrawn: bool,
    /// Only those with a greater number: the last one of the page before.
    pub after: u64,
    /// How many at most.
    pub most: Option<usize>,
}

impl FlagFilter {
    /// Whether it wants a flag, wherever its page is.
    pub(crate) fn has(&self, flag: &Flag) -> bool {
        let Assessment { old, new, .. } = &flag.assessment;
        let stated = [&flag.old.about.source, &flag.new.about.source];
        let mut names = stated.into_iter().chain([&old.name, &new.name]).flatten();
        (self.states.is_empty() || self.states.contains(&flag.state()))
            && self.since.is_none_or(|since| flag.new.first_seen >= since)
            && (self.relations.is_empty() || self.relations.contains(&flag.comparison.relation))
            && (self.sources.is_empty() || names.any(|name| self.sources.contains(name)))
            && (!self.withdrawn || !flag.withdrawn.is_empty())
    }
}

/// What became of an article that its source took back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// It is withdrawn: nobody may use it.
    Kill,
    /// It is corrected: what it said is wrong in part.
    Correction,
}

impl NoticeKind {
    /// The name that records carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Correction => "correction",
        }
    }
}

/// A notice that an article is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What became of it.
    pub kind: NoticeKind,
    /// Why.
    pub note: Option<String>,
    /// Who says so.
    pub by: Option<String>,
    /// When it was said, in seconds since 1970.
    pub at: i64,
}

/// A withdrawn article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// Its number: later ones are greater.
    pub number: u64,
    /// The id of the article.
    pub id: String,
    /// What was said.
    pub notice: Notice,
}

/// How an article is derived from a withdrawn one.
#[derive(Debug, Clone, PartialEq)]
pub struct Withdrawn {
    /// What was withdrawn.
    pub withdrawal: Withdrawal,
    /// From the withdrawn article to this one: each shares with the one before what that has, by
    /// way of those before it, from the withdrawn one. Begins later where an article was removed.
    pub chain: Vec<Link>,
}

/// An article and a later one that is similar to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The earlier one, without its text.
    pub from: Stored,
    /// The later one, without its text.
    pub to: Stored,
    /// What they are to each other: `a` is the earlier one.
    pub comparison: Comparison,
}

/// A comparison as it is kept: what is left out are the features behind the score.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Found {
    relation: String,
    score: f32,
    contained: Option<String>,
    jaccard: f32,
    containment_a: f32,
    containment_b: f32,
    coverage_a: f32,
    coverage_b: f32,
    words: u32,
    conflicting: f32,
    coarse: bool,
    passages: Vec<Part>,
    sentences: Vec<Part>,
}

/// Bytes of the first article, of the second, kind, score.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Part([u32; 2], [u32; 2], String, f32);

impl From<&Comparison> for Found {
    fn from(of: &Comparison) -> Self {
        let part = |of: &Aligned| {
            let (a, b) = ([of.a.start, of.a.end], [of.b.start, of.b.end]);
            Part(a, b, of.kind.name().to_owned(), of.score)
        };
        let side = |side| if side == Side::A { "a" } else { "b" };
        Self {
            relation: of.relation.name().to_owned(),
            score: of.score,
            contained: of.contained.map(side).map(str::to_owned),
            jaccard: of.jaccard,
            containment_a: of.containment_a,
            containment_b: of.containment_b,
            coverage_a: of.coverage_a,
            coverage_b: of.coverage_b,
            words: of.words,
            conflicting: of.conflicting,
            coarse: of.coarse,
            passages: of.passages.iter().map(part).collect(),
            sentences: of.sentences.iter().map(part).collect(),
        }
    }
}

impl Found {
    /// Probability that one reuses the other.
    pub fn score(&self) -> f32 {
        self.score
    }

    /// The comparison; `None` if it says something that we would not have written.
    pub fn comparison(&self) -> Option<Comparison> {
        let mut of = Comparison::new(Relation::from_name(&self.relation)?, self.score);
        of.contained = match self.contained.as_deref() {
            None => None,
            Some("a") => Some(Side::A),
            Some("b") => Some(Side::B),
            Some(_) => return None,
        };
        (of.jaccard, of.words) = (self.jaccard, self.words);
        (of.containment_a, of.containment_b) = (self.containment_a, self.containment_b);
        (of.coverage_a, of.coverage_b) = (self.coverage_a, self.coverage_b);
        (of.conflicting, of.coarse) = (self.conflicting, self.coarse);
        of.passages = self.passages.iter().map(Part::aligned).collect::<Option<_>>()?;
        of.sentences = self.sentences.iter().map(Part::aligned).collect::<Option<_>>()?;
        Some(of)
    }
}

impl Part {
    fn aligned(&self) -> Option<Aligned> {
        let Self(a, b, kind, score) = self;
        let kinds = [Kind::Identical, Kind::Edited, Kind::Paraphrased];
        let kind = kinds.into_iter().find(|of| of.name() == kind)?;
        Some(Aligned::new((span(*a)?, span(*b)?), kind, *score))
    }
}

pub fn span([start, end]: [u32; 2]) -> Option<Span> {
    (start <= end).then_some(Span { start, end })
}

/// The record of a flag.
#[derive(Debug, Serialize, Deserialize)]
pub struct FlagRecord {
    pub rule: Option<String>,
    pub rules_version: u64,
    pub copies: u64,
    old_source: SourceRecord,
    new_source: SourceRecord,
    verdict: String,
    licence: Option<String>,
    credit: Option<CreditRecord>,
    embargo: Option<(i64, bool)>,
    pub found: Found,
}

#[derive(Debug, Serialize, Deserialize)]
struct SourceRecord {
    name: Option<String>,
    kind: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct CreditRecord {
    required: String,
    at: Option<[u32; 2]>,
}

impl FlagRecord {
    pub fn new(flag: &Flag) -> Self {
        let source = |of: &SourceName| SourceRecord {
            name: of.name.clone(),
            kind: of.kind.name().to_owned(),
        };
        let Assessment { old, new, verdict, licence, credit, embargo } = &flag.assessment;
        Self {
            rule: flag.rule.clone(),
            rules_version: flag.rules_version,
            copies: flag.copies,
            old_source: source(old),
            new_source: source(new),
            verdict: verdict.name().to_owned(),
            licence: licence.clone(),
            credit: credit.as_ref().map(|credit| CreditRecord {
                required: credit.required.clone(),
                at: credit.at.map(|span| [span.start, span.end]),
            }),
            embargo: embargo.map(|embargo| (embargo.until, embargo.is_broken)),
            found: Found::from(&flag.comparison),
        }
    }

    /// What it came to by the rules.
    pub fn assessment(&self) -> Option<Assessment> {
        let source = |of: &SourceRecord| {
            Some(SourceName { name: of.name.clone(), kind: SourceKind::from_name(&of.kind)? })
        };
        let embargo = |(until, is_broken)| Embargo { until, is_broken };
        Some(Assessment {
            old: source(&self.old_source)?,
            new: source(&self.new_source)?,
            verdict: Verdict::from_name(&self.verdict)?,
            licence: self.licence.clone(),
            credit: self.credit.as_ref().map(|credit| Credit {
                required: credit.required.clone(),
                at: credit.at.and_then(span),
            }),
            embargo: self.embargo.map(embargo),
        })
    }
}

/// The record of a decision.
#[derive(Debug, Serialize, Deserialize)]
pub struct DecisionRecord {
    pub state: String,
    pub note: Option<String>,
    pub by: Option<String>,
}

/// The record of a withdrawal.
#[derive(Debug, Serialize, Deserialize)]
pub struct WithdrawalRecord {
    pub id: String,
    pub notice: Notice,
}

/// The record of an article that is derived from a withdrawn one, or is that.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DerivedRecord {
    /// The article that it is similar to; 0 for the withdrawn one itself.
    pub from: u64,
    /// How many links there are from the withdrawn one.
    pub hops: u32,
    /// What of its text comes from the withdrawn one; all of it where this is empty.
    pub spans: Vec<[u32; 2]>,
    /// What the two are to each other.
    pub found: Option<Found>,
}
