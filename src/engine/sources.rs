//! Shared sources: passages that four or more otherwise unrelated articles carry.
//!
//! A statement, a filing or an agency note stands in every report of it. Of two articles that have
//! nothing else in common, and share with others what they share, neither need have read the other.
//! So such a passage counts as a quotation. Where two of them share more than that, one may have it
//! from the other: then they count as one.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::common::{demote, runs_in};
use super::found::Pair;
use super::pool::{Pool, Pooled};
use super::steps::Steps;
use super::texts::text;
use super::watch::Watch;
use super::{Engine, Texts};
use crate::align::boilerplate::Boilerplate;
use crate::align::{Match, Relation};
use crate::text::hash::WordMap;
use crate::text::{Analyzer, Word};
use crate::{Cancel, Error, Span};

/// Otherwise unrelated articles that carry a shared source, at least. Three may be an original and
/// two that took a paragraph of it each.
const CARRIERS: usize = 4;
/// Share of the runs of a passage from which it is one.
const MOST: f32 = 0.75;

impl Engine {
    /// Judges rewrites and partial pairs again, with the passages that four or more otherwise
    /// unrelated articles carry as quotations; returns how many get a weaker relation.
    ///
    /// Cost: analyses the articles of partial pairs again.
    pub(super) fn quote_sources<T: Texts + ?Sized>(
        &self,
        texts: &T,
        pairs: &mut Vec<Pair>,
        watch: &dyn Watch,
    ) -> Result<usize, Error> {
        let carriers = self.carriers(texts, pairs, &watch.cancel())?;
        let sources = sources(pairs, &carriers);
        let has_some = |carrier: &&Carrier| carrier.runs().any(|run| sources.contains(run));
        let touched: HashSet<u32> =
            carriers.iter().filter(has_some).map(|carrier| carrier.number).collect();
        let is_doubtful = |pair: &Pair| {
            matches!(pair.comparison.relation, Relation::Rewrite | Relation::Partial)
                && touched.contains(&pair.a)
                && touched.contains(&pair.b)
        };
        let mut doubtful: Vec<&mut Pair> =
            pairs.iter_mut().filter(|pair| is_doubtful(pair)).collect();
        let engine = self.quoting(Boilerplate::from_runs(sources));
        let judged = engine.judge_again(texts, &doubtful, watch)?;
        let mut demoted = 0;
        for (pair, mut judged) in doubtful.iter_mut().zip(judged) {
            let before = pair.comparison.relation;
            if judged.relation >= before {
                demoted += usize::from(judged.relation > before);
                // What is left is what no third has.
                let is_own = |of: &Match| !of.shared_source;
                if judged.relation == Relation::Unrelated {
                    judged.passages.retain(is_own);
                    judged.sentences.retain(is_own);
                }
                demote(&mut pair.comparison, judged);
            }
        }
        pairs.retain(|pair| self.keeps(&pair.comparison));
        Ok(demoted)
    }

    /// The articles of partial pairs, with the runs of words in their passages.
    fn carriers<T: Texts + ?Sized>(
        &self,
        texts: &T,
        pairs: &[Pair],
        cancel: &Cancel,
    ) -> Result<Vec<Carrier>, Error> {
        let mut spans: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
        for pair in pairs.iter().filter(|pair| is_partial(pair)) {
            for passage in &pair.comparison.passages {
                spans.entry(pair.a).or_default().push(passage.a);
                spans.entry(pair.b).or_default().push(passage.b);
            }
        }
        if spans.len() < CARRIERS {
            return Ok(Vec::new());
        }
        let analyzers = Pool::new(|| self.analyzer());
        let of = |analyzer: &mut Pooled<'_, Analyzer>, (number, mut spans): (u32, Vec<Span>)| {
            spans.sort_unstable();
            spans.dedup();
            let words = analyzer.article(&text(texts, number as usize)?).words;
            let passages = spans.into_iter().map(|span| Passage::of(span, &words)).collect();
            Ok(Carrier { number, passages })
        };
        let spans: Vec<(u32, Vec<Span>)> = spans.into_iter().collect();
        Steps::collect(cancel, spans.into_par_iter(), || analyzers.take(), of)
    }
}

fn is_partial(pair: &Pair) -> bool {
    pair.comparison.relation == Relation::Partial
}

/// An article of a partial pair.
struct Carrier {
    number: u32,
    /// In order.
    passages: Vec<Passage>,
}

/// Text that it shares.
struct Passage {
    span: Span,
    runs: Vec<u64>,
}

impl Passage {
    fn of(span: Span, words: &[Word]) -> Self {
        Self { span, runs: runs_in(words, vec![span]) }
    }

    /// Whether most of it is in these runs.
    fn is_in(&self, runs: &HashSet<u64>) -> bool {
        let inside = self.runs.iter().filter(|run| runs.contains(run)).count();
        inside > 0 && inside as f32 >= MOST * self.runs.len() as f32
    }
}

impl Carrier {
    fn runs(&self) -> impl Iterator<Item = &u64> {
        self.passages.iter().flat_map(|passage| &passage.runs)
    }

    fn is_source(&self, span: Span, runs: &HashSet<u64>) -> bool {
        let at = self.passages.binary_search_by_key(&span, |passage| passage.span);
        at.is_ok_and(|at| self.passages[at].is_in(runs))
    }
}

/// The runs that are carried by enough articles, none of which shares more with another of them.
fn sources(pairs: &[Pair], carriers: &[Carrier]) -> HashSet<u64> {
    let mut groups = Groups::default();
    for pair in pairs.iter().filter(|pair| pair.comparison.relation < Relation::Partial) {
        groups.join(pair.a, pair.b);
    }
    let carried = widely_carried(carriers, &mut groups);
    if carried.is_empty() {
        return carried;
    }
    let of = |number: u32| {
        let at = carriers.binary_search_by_key(&number, |carrier| carrier.number);
        at.ok().map(|at| &carriers[at])
    };
    for pair in pairs.iter().filter(|pair| is_partial(pair)) {
        let (Some(a), Some(b)) = (of(pair.a), of(pair.b)) else { continue };
        let is_source = |passage: &Match| {
            passage.shared_source
                || a.is_source(passage.a, &carried) && b.is_source(passage.b, &carried)
        };
        if !pair.comparison.passages.iter().all(is_source) {
            groups.join(pair.a, pair.b);
        }
    }
    widely_carried(carriers, &mut groups)
}

/// The runs that enough groups of related articles carry.
fn widely_carried(carriers: &[Carrier], groups: &mut Groups) -> HashSet<u64> {
    // For each run the groups that carry it, as many as are needed.
    let mut by: WordMap<Vec<u32>> = WordMap::default();
    for carrier in carriers {
        let group = groups.of(carrier.number);
        for run in carrier.runs() {
            let groups = by.entry(*run).or_default();
            if groups.len() < CARRIERS && !groups.contains(&group) {
                groups.push(group);
            }
        }
    }
    by.into_iter().filter(|(_, groups)| groups.len() >= CARRIERS).map(|(run, _)| run).collect()
}

/// Which articles are related.
#[derive(Default)]
struct Groups(BTreeMap<u32, u32>);

impl Groups {
    /// The least article of the group of this one.
    fn of(&mut self, article: u32) -> u32 {
        let mut root = article;
        while let Some(above) = self.0.get(&root).copied() {
            root = above;
        }
        if root != article {
            self.0.insert(article, root);
        }
        root
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.of(a), self.of(b));
        if a != b {
            self.0.insert(a.max(b), a.min(b));
        }
    }
}
