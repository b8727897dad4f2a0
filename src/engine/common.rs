//! Common text: what many articles share is no evidence that two of them are related.
//!
//! A hundred words of boilerplate make independent articles look like rewrites, and a whole site
//! like one cluster. So reused runs of words are counted over the corpus: those that are a part of
//! many articles are its boilerplate, such as sign-offs, notices, and quotes from one source.
//! Rewrites and partial pairs are judged again without it.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::bloom::BloomFilter;
use super::found::Pair;
use super::pool::{Pool, Pooled};
use super::steps::Steps;
use super::texts::text;
use super::watch::Watch;
use super::{Engine, Texts};
use crate::align::boilerplate::{self, Boilerplate};
use crate::align::{Comparison, Match, Relation};
use crate::text::hash::WordMap;
use crate::text::{Analyzer, Word};
use crate::{Cancel, Error, Span};

/// A run of words in this many articles is common.
const COMMON: u32 = 20;
/// The same for a sign-off: a run that partial pairs share where one of their articles begins or
/// ends.
const SIGN_OFF: u32 = 3;
/// Words at the beginning of an article, and at its end, that may be one.
const HEAD: usize = 30;
const TAIL: usize = 80;
/// If more of an article than this is common, it is a widely syndicated story.
const STORY: f64 = 0.6;
/// A pair of which less is in passages has much beside them.
const MOST: f32 = 0.5;
/// Texts that one task reads, at least.
const BLOCK: usize = 64;

impl Engine {
    /// Judges rewrites and partial pairs again without common text; returns how many get a weaker
    /// relation.
    pub(super) fn demote_common<T: Texts + ?Sized>(
        &self,
        texts: &T,
        pairs: &mut Vec<Pair>,
        watch: &dyn Watch,
    ) -> Result<usize, Error> {
        let Common { text, articles } = self.common_text(texts, pairs, &watch.cancel())?;
        // Text that only one of the two has does not relate them.
        let is_doubtful = |pair: &Pair| {
            is_less_than_a_copy(pair) && articles.contains(&pair.a) && articles.contains(&pair.b)
        };
        let mut doubtful: Vec<&mut Pair> =
            pairs.iter_mut().filter(|pair| is_doubtful(pair)).collect();
        let rest = self.without(text).judge_again(texts, &doubtful, watch)?;
        let mut demoted = 0;
        for (pair, rest) in doubtful.iter_mut().zip(rest) {
            if rest.relation > pair.comparison.relation {
                demote(&mut pair.comparison, rest);
                demoted += 1;
            }
        }
        pairs.retain(|pair| self.keeps(&pair.comparison));
        Ok(demoted)
    }

    /// What pairs are to this engine, which knows more of the corpus, in their order.
    pub(super) fn judge_again<T: Texts + ?Sized>(
        &self,
        texts: &T,
        pairs: &[&mut Pair],
        watch: &dyn Watch,
    ) -> Result<Vec<Comparison>, Error> {
        let numbers: Vec<(u32, u32)> = pairs.iter().map(|pair| (pair.a, pair.b)).collect();
        let mut judged = Vec::with_capacity(numbers.len());
        if numbers.is_empty() {
            return Ok(judged);
        }
        self.compare_batches(texts, &numbers, watch, |_, compared| {
            judged.extend(compared.into_iter().map(|mut comparison| {
                if !self.config.keep_features {
                    comparison.features = Vec::new();
                }
                comparison
            }));
            ControlFlow::Continue(())
        })?;
        Ok(judged)
    }

    /// The text of rewrites and partial pairs that many articles share, and that is a part of them
    /// only.
    ///
    /// Cost: analyses the articles of such pairs again, and scans all texts once.
    fn common_text<T: Texts + ?Sized>(
        &self,
        texts: &T,
        pairs: &[Pair],
        cancel: &Cancel,
    ) -> Result<Common, Error> {
        let analyzers = Pool::new(|| self.analyzer());
        let passages = passages_of(pairs).into_par_iter();
        let of = |analyzer: &mut Pooled<'_, Analyzer>, (article, spans)| {
            let words = analyzer.article(&text(texts, article as usize)?).words;
            Ok(Reused::of(article, &words, spans))
        };
        let reused = Steps::collect(cancel, passages, || analyzers.take(), of)?;
        let frequencies = self.frequencies(texts, &reused, &analyzers, cancel)?;
        let sign_offs = sign_offs(&reused);
        let is_common = |run: &u64| {
            let least = if sign_offs.get(run) == Some(&0) { SIGN_OFF } else { COMMON };
            frequencies.get(run).is_some_and(|count| count.load(Ordering::Relaxed) >= least)
        };
        // For each common run how many articles have it as a part, less those that consist of such.
        let mut parts: WordMap<i64> = WordMap::default();
        for article in &reused {
            let common: Vec<u64> = article.runs.iter().copied().filter(is_common).collect();
            let is_story = common.len() as f64 > STORY * article.words as f64;
            for run in common {
                *parts.entry(run).or_default() += if is_story { -1 } else { 1 };
            }
        }
        let is_part = |run: &u64| parts.get(run).is_some_and(|parts| *parts > 0);
        let touched = reused.iter().filter(|article| article.runs.iter().any(is_part));
        Ok(Common {
            articles: touched.map(|article| article.number).collect(),
            text: Boilerplate::from_runs(parts.keys().copied().filter(is_part)),
        })
    }

    /// In how many articles of the corpus each of the reused runs occurs.
    fn frequencies<T: Texts + ?Sized>(
        &self,
        texts: &T,
        reused: &[Reused],
        analyzers: &Pool<Analyzer, impl Fn() -> Analyzer + Sync>,
        cancel: &Cancel,
    ) -> Result<WordMap<AtomicU32>, Error> {
        let mut runs: Vec<u64> = reused.iter().flat_map(|article| &article.runs).copied().collect();
        runs.par_sort_unstable();
        runs.dedup();
        // Hardly any run of the corpus is one of these.
        let filter = BloomFilter::from_hashes(&runs);
        let counts: WordMap<AtomicU32> = runs.into_iter().map(|run| (run, 0.into())).collect();
        if counts.is_empty() {
            return Ok(counts);
        }
        let all = (0..texts.len()).into_par_iter().with_min_len(BLOCK);
        let kept = || (analyzers.take(), Vec::new(), Vec::new());
        Steps::collect(cancel, all, kept, |(analyzer, known, forms), article| {
            analyzer.forms(&text(texts, article)?, forms);
            boilerplate::runs_of_forms(forms, self.config.kernel, known);
            known.retain(|run| filter.may_contain(*run) && counts.contains_key(run));
            known.sort_unstable();
            known.dedup();
            for run in known.iter() {
                counts[run].fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })?;
        Ok(counts)
    }
}

/// Puts in place of a comparison what is left of it without common text. Where no relation is, the
/// text stays to be seen.
pub(super) fn demote(comparison: &mut Comparison, rest: Comparison) {
    if rest.relation != Relation::Unrelated {
        *comparison = rest;
        return;
    }
    let is_left = |of: &Match, left: &[Match]| {
        left.iter().any(|x| x.a.overlap(of.a) > 0 && x.b.overlap(of.b) > 0)
    };
    for (matches, left) in
        [(&mut comparison.passages, &rest.passages), (&mut comparison.sentences, &rest.sentences)]
    {
        for of in matches.iter_mut().filter(|of| !is_left(of, left)) {
            of.shared_source = true;
        }
    }
    (comparison.relation, comparison.score) = (rest.relation, rest.score);
    (comparison.contained, comparison.features) = (rest.contained, rest.features);
}

/// Text that many articles share.
struct Common {
    text: Boilerplate,
    /// The articles that have some of it in passages.
    articles: HashSet<u32>,
}

fn is_less_than_a_copy(pair: &Pair) -> bool {
    matches!(pair.comparison.relation, Relation::Rewrite | Relation::Partial)
}

/// What an article has in passages.
struct Reused {
    number: u32,
    /// Its distinct runs of words.
    runs: Vec<u64>,
    /// Those of them at its beginning or end, in passages of partial pairs.
    edges: Vec<u64>,
    /// Its words.
    words: usize,
}

impl Reused {
    fn of(number: u32, words: &[Word], Spans { all, partial }: Spans) -> Self {
        let tail = words.len().saturating_sub(TAIL);
        let edges = [&words[..HEAD.min(words.len())], &words[tail..]];
        let mut edges = edges.map(|part| runs_in(part, partial.clone())).concat();
        edges.sort_unstable();
        edges.dedup();
        Self { number, runs: runs_in(words, all), edges, words: words.len() }
    }
}

/// For each run at an edge of some article, in how many articles that have it in passages it is not
/// at an edge: a sign-off is at an edge of all.
fn sign_offs(reused: &[Reused]) -> WordMap<i64> {
    let mut elsewhere: WordMap<i64> = WordMap::default();
    for run in reused.iter().flat_map(|article| &article.edges) {
        *elsewhere.entry(*run).or_default() -= 1;
    }
    for run in reused.iter().flat_map(|article| &article.runs) {
        if let Some(count) = elsewhere.get_mut(run) {
            *count += 1;
        }
    }
    elsewhere
}

/// Where the passages of an article are.
#[derive(Default)]
struct Spans {
    all: Vec<Span>,
    /// Those of partial pairs with much beside them.
    partial: Vec<Span>,
}

/// For each article of such pairs where its passages are, by number.
fn passages_of(pairs: &[Pair]) -> Vec<(u32, Spans)> {
    let mut passages: BTreeMap<u32, Spans> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| is_less_than_a_copy(pair)) {
        let found = &pair.comparison;
        let is_part =
            found.relation == Relation::Partial && found.coverage_a.max(found.coverage_b) < MOST;
        for passage in &found.passages {
            for (article, span) in [(pair.a, passage.a), (pair.b, passage.b)] {
                let spans = passages.entry(article).or_default();
                spans.all.push(span);
                spans.partial.extend(is_part.then_some(span));
            }
        }
    }
    passages.into_iter().collect()
}

/// The distinct runs of words within the spans.
pub(super) fn runs_in(words: &[Word], mut spans: Vec<Span>) -> Vec<u64> {
    spans.sort_unstable();
    spans.dedup();
    let mut runs = Vec::new();
    for span in spans {
        let from = words.partition_point(|word| word.span.start < span.start);
        let to = words.partition_point(|word| word.span.end <= span.end);
        runs.extend(boilerplate::runs(&words[from..to.max(from)]));
    }
    runs.sort_unstable();
    runs.dedup();
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    /// Words that no two articles share in any order to speak of.
    fn independent(article: usize, words: usize) -> String {
        let mut state = article as u64 + 1;
        let mut text = String::new();
        for word in 0..words {
            state = crate::text::hash::mix(state.wrapping_add(word as u64));
            let stop = if word % 12 == 11 { ". " } else { " " };
            text += &format!("w{}x{stop}", state % 9_000);
        }
        text
    }

    #[test]
    fn articles_that_share_boilerplate_are_no_cluster() {
        let notice = independent(1_000_000, 100);
        let texts: Vec<String> =
            (0..1_000).map(|article| independent(article, 250) + "\n\n" + &notice).collect();
        let engine = Engine::new(Config::default()).unwrap();
        let scan = engine.scan(&texts[..]).unwrap();
        let distinct: std::collections::HashSet<u32> = scan.clusters.iter().copied().collect();
        assert_eq!(distinct.len(), texts.len());
    }

    #[test]
    fn sign_offs_of_a_few_articles_are_nothing() {
        let sign_off = independent(2_000_000, 40);
        let texts: Vec<String> =
            (0..5).map(|article| independent(article, 300) + "\n\n" + &sign_off).collect();
        let engine = Engine::new(Config::default()).unwrap();
        assert!(engine.scan(&texts[..]).unwrap().pairs.is_empty());
        let alone = engine.scan(&texts[..2]).unwrap().pairs;
        assert!(alone.iter().all(|pair| pair.comparison.relation == Relation::Partial));
    }

    #[test]
    fn a_story_that_went_round_stays_one_cluster() {
        let story = independent(7, 200);
        let texts: Vec<String> = (0..30)
            .map(|article| story.clone() + "\n\n" + &independent(100 + article, 40))
            .collect();
        let engine = Engine::new(Config::default()).unwrap();
        let scan = engine.scan(&texts[..]).unwrap();
        assert!(scan.clusters.iter().all(|cluster| *cluster == 0));
    }
}
