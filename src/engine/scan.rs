//! A corpus to its related pairs and clusters.

use std::collections::{HashMap, HashSet};
use std::ops::{ControlFlow, Range};
use std::time::Instant;

use rayon::prelude::*;

use super::candidates::Channels;
use super::copies::pairs_of_copies;
use super::found::{Found, Pair};
use super::pool::{Pool, Pooled};
use super::steps::Steps;
use super::texts::{bytes as text_bytes, text};
use super::together::together;
use super::watch::{Stage, Watch};
use super::{Engine, Sides, Texts};
use crate::align::{Comparison, Relation, compare_until};
use crate::cluster::{Confirmation, Edge, clusters_until};
use crate::text::Analyzer;
use crate::{Cancel, Error};

/// Bytes of text whose prepared articles are held at once, at most; prepared they take ten times
/// that.
const PREPARED_BYTES: usize = 16 << 20;

/// Bytes of text for each thread that fit the cache once prepared: a piece of pairs ends there if
/// later pairs have none of its articles.
const NEAR_BYTES: usize = 1 << 19;

/// What a scan found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Scan {
    /// Related pairs by their numbers; all candidates where the config says so.
    pub pairs: Vec<Pair>,
    /// For each article the number of its cluster, from 0 in the order of their first articles.
    pub clusters: Vec<u32>,
    /// Statistics.
    pub stats: Stats,
}

/// Statistics of a scan.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Number of texts.
    pub articles: usize,
    /// Pairs that were aligned.
    pub candidates: usize,
    /// Those of them between a copy within a side and a partner of its original.
    pub copies: usize,
    /// Pairs that rest on text which many articles share, and so have a weaker relation.
    pub demoted: usize,
    /// Rewrites and partial pairs that turned out to fill one frame with other facts.
    pub templates: usize,
    /// What each channel did.
    pub channels: Channels,
    /// Seconds in each stage.
    pub seconds: Vec<(Stage, f64)>,
}

impl Engine {
    /// Finds all related pairs of a corpus.
    pub fn scan<T: Texts + ?Sized>(&self, texts: &T) -> Result<Scan, Error> {
        self.scan_watched(texts, &())
    }

    /// [`Engine::scan`], telling `watch` how far it is.
    pub fn scan_watched<T: Texts + ?Sized>(
        &self,
        texts: &T,
        watch: &dyn Watch,
    ) -> Result<Scan, Error> {
        self.scan_sides(texts, Sides::One, watch)
    }

    /// Finds the related pairs of the first `ours` texts with the others. Pairs of two of the
    /// first, or of two of the others, are not looked for; `a` of each pair is one of the first.
    ///
    /// Finds every such pair that [`Engine::scan`] has among its candidates. Of texts with the same
    /// words all pairs across are found where one side has up to eight of them; else each is paired
    /// with the first on the other side. A copy that is skipped, because an earlier text of its
    /// side has the same words or the same signature, is paired with the strongest partner of that
    /// text.
    ///
    /// ```
    /// use retold::{Config, Engine};
    ///
    /// let ferry = "The minister signed the ferry contract on Monday night, before the vote.";
    /// let rain = "Rain fell all day, and nobody in the harbour asked when the boats would leave.";
    /// let texts = [ferry, ferry, rain, ferry];
    /// let scan = Engine::new(Config::default())?.scan_across(&texts[..], 2)?;
    /// let pairs: Vec<_> = scan.pairs.iter().map(|pair| (pair.a, pair.b)).collect();
    /// assert_eq!(pairs, [(0, 3), (1, 3)]);
    /// # Ok::<(), retold::Error>(())
    /// ```
    pub fn scan_across<T: Texts + ?Sized>(&self, texts: &T, ours: usize) -> Result<Scan, Error> {
        self.scan_sides(texts, Sides::two(ours), &())
    }

    /// [`Engine::scan`] of all texts, or [`Engine::scan_across`] of two sides, telling `watch` how
    /// far it is.
    pub fn scan_sides<T: Texts + ?Sized>(
        &self,
        texts: &T,
        sides: Sides,
        watch: &dyn Watch,
    ) -> Result<Scan, Error> {
        let mut stats = Stats { articles: texts.len(), ..Stats::default() };
        let start = Instant::now();
        watch.begin(Stage::Candidates, texts.len() as u64);
        let candidates = self.candidates_of(texts, sides, watch)?;
        stats.seconds.push((Stage::Candidates, start.elapsed().as_secs_f64()));
        stats.candidates = candidates.pairs.len() + candidates.identical.len();
        stats.channels = candidates.channels;

        let start = Instant::now();
        watch.begin(Stage::Align, stats.candidates as u64);
        let mut found = Found::new(&self.config, stats.candidates);
        self.align(texts, &candidates.pairs, watch, &mut found)?;
        self.align_identical(texts, &candidates.identical, watch, &mut found)?;
        let mut pairs = std::mem::take(&mut found.pairs);
        pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
        let copies = pairs_of_copies(&candidates.copies, &pairs);
        if !copies.is_empty() {
            stats.copies = copies.len();
            stats.candidates += copies.len();
            self.align(texts, &copies, watch, &mut found)?;
            pairs.append(&mut found.pairs);
            pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
        }
        stats.demoted = self.demote_common(texts, &mut pairs, watch)?;
        if let Sides::One = sides {
            stats.demoted += self.quote_sources(texts, &mut pairs, watch)?;
        }
        stats.templates = self.set_frames_aside(&mut pairs);
        stats.seconds.push((Stage::Align, start.elapsed().as_secs_f64()));

        let start = Instant::now();
        watch.begin(Stage::Cluster, pairs.len() as u64);
        let confirmation = Confirmation::default();
        let clusters = clusters_until(texts.len(), &edges(&pairs), confirmation, &watch.cancel())?;
        watch.advance(pairs.len() as u64);
        stats.seconds.push((Stage::Cluster, start.elapsed().as_secs_f64()));
        Ok(Scan { pairs, clusters, stats })
    }

    /// Compares pairs of a corpus and keeps the related ones; all where the config says so. In any
    /// order.
    fn align<T: Texts + ?Sized>(
        &self,
        texts: &T,
        pairs: &[(u32, u32)],
        watch: &dyn Watch,
        found: &mut Found,
    ) -> Result<(), Error> {
        let pairs = together(texts.len(), pairs);
        self.compare_batches(texts, &pairs, watch, |now, compared| {
            found.compared += now.len();
            for (&(a, b), comparison) in now.iter().zip(compared) {
                if self.keeps(&comparison) {
                    found.add(Pair { a, b, comparison });
                }
            }
            if found.is_too_much() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        found.check()
    }

    /// [`Engine::align`] for pairs with the same words, ordered by their first articles. Where even
    /// the texts are the same, one comparison does for all pairs of an article.
    fn align_identical<T: Texts + ?Sized>(
        &self,
        texts: &T,
        pairs: &[(u32, u32)],
        watch: &dyn Watch,
        found: &mut Found,
    ) -> Result<(), Error> {
        let is_same = |_: &mut (), (a, b): &(u32, u32)| {
            Ok(text(texts, *a as usize)? == text(texts, *b as usize)?)
        };
        let is_same = Steps::collect(&watch.cancel(), pairs.par_iter(), || (), is_same)?;
        let of = |wanted: bool| {
            let pairs = pairs.iter().zip(&is_same).filter(move |(_, is_same)| **is_same == wanted);
            pairs.map(|(pair, _)| *pair).collect::<Vec<_>>()
        };
        let (same, others) = (of(true), of(false));
        self.align(texts, &others, watch, found)?;
        for group in same.chunk_by(|(a, _), (b, _)| a == b) {
            let first = group[0].0;
            watch.cancel().check()?;
            watch.advance(group.len() as u64);
            found.compared += group.len();
            for comparison in self.compare_pairs(texts, &[(first, first)])? {
                for &(a, b) in group.iter().filter(|_| self.keeps(&comparison)) {
                    found.add(Pair { a, b, comparison: comparison.clone() });
                    found.check()?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn keeps(&self, comparison: &Comparison) -> bool {
        self.config.keep_unrelated || comparison.relation != Relation::Unrelated
    }

    /// [`Engine::compare_pairs`] for any number of pairs: passes them on in order, in batches,
    /// until `each` breaks, so that only the prepared articles of one batch are held. Tells `watch`
    /// how many are compared.
    pub fn compare_batches<T: Texts + ?Sized>(
        &self,
        texts: &T,
        pairs: &[(u32, u32)],
        watch: &dyn Watch,
        mut each: impl FnMut(&[(u32, u32)], Vec<Comparison>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let analyzers = Pool::new(|| self.analyzer());
        let cancel = watch.cancel();
        let mut rest = pairs;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(self.batch(texts, rest)?);
            rest = later;
            for now in apart(texts, now)? {
                let compared = self.compare_prepared(texts, now, &analyzers, &cancel)?;
                watch.advance(now.len() as u64);
                if each(now, compared).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// How many of the pairs fit into one batch of prepared articles; at least one.
    fn batch<T: Texts + ?Sized>(&self, texts: &T, pairs: &[(u32, u32)]) -> Result<usize, Error> {
        let prepared_bytes = (self.config.held_bytes / 20).min(PREPARED_BYTES);
        let mut seen = HashSet::new();
        let mut bytes = 0;
        for (count, (a, b)) in pairs.iter().enumerate() {
            for article in [*a, *b] {
                if seen.insert(article) {
                    bytes += text_bytes(texts, article as usize)?;
                }
            }
            if bytes > prepared_bytes {
                return Ok(count.max(1));
            }
        }
        Ok(pairs.len())
    }

    /// Compares the given pairs of a corpus, in order. Every article is prepared once.
    pub fn compare_pairs<T: Texts + ?Sized>(
        &self,
        texts: &T,
        pairs: &[(u32, u32)],
    ) -> Result<Vec<Comparison>, Error> {
        self.compare_prepared(texts, pairs, &Pool::new(|| self.analyzer()), &Cancel::never())
    }

    fn compare_prepared<T: Texts + ?Sized>(
        &self,
        texts: &T,
        pairs: &[(u32, u32)],
        analyzers: &Pool<Analyzer, impl Fn() -> Analyzer + Sync>,
        cancel: &Cancel,
    ) -> Result<Vec<Comparison>, Error> {
        let mut articles: Vec<u32> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        articles.par_sort_unstable();
        articles.dedup();
        let profile = |analyzer: &mut Pooled<'_, Analyzer>, article: &u32| {
            Ok(self.profile(analyzer, &text(texts, *article as usize)?))
        };
        let profiles = Steps::collect(cancel, articles.par_iter(), || analyzers.take(), profile)?;
        let profile = |article: u32| &profiles[articles.partition_point(|other| *other < article)];
        Steps::collect(
            cancel,
            pairs.par_iter(),
            || (),
            |(), (a, b)| Ok(compare_until(profile(*a), profile(*b), &self.config.compare, cancel)?),
        )
    }
}

/// Splits pairs, where no article of the earlier ones occurs again, into pieces that fit the cache
/// if possible.
fn apart<'p, T: Texts + ?Sized>(
    texts: &T,
    pairs: &'p [(u32, u32)],
) -> Result<Vec<&'p [(u32, u32)]>, Error> {
    let near_bytes = NEAR_BYTES * rayon::current_num_threads();
    let mut stays: HashMap<u32, Range<usize>> = HashMap::new();
    for (at, (a, b)) in pairs.iter().enumerate() {
        for article in [*a, *b] {
            stays.entry(article).or_insert(at..at).end = at + 1;
        }
    }
    let (mut pieces, mut start) = (Vec::new(), 0);
    let (mut bytes, mut until) = (0, 0);
    for (at, (a, b)) in pairs.iter().enumerate() {
        if bytes > near_bytes && until <= at {
            pieces.push(&pairs[start..at]);
            (start, bytes) = (at, 0);
        }
        for article in [a, b] {
            let stay = &stays[article];
            until = until.max(stay.end);
            bytes += if stay.start == at { text_bytes(texts, *article as usize)? } else { 0 };
        }
    }
    pieces.push(&pairs[start..]);
    Ok(pieces)
}

/// The pairs that may join clusters: a shared passage is not enough.
pub fn edges(pairs: &[Pair]) -> Vec<Edge> {
    let joins = |pair: &&Pair| pair.comparison.relation < Relation::Partial;
    let edge = |pair: &Pair| Edge { a: pair.a, b: pair.b, score: pair.comparison.score };
    pairs.iter().filter(joins).map(edge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_share_no_article() {
        let texts = vec!["x".repeat(NEAR_BYTES); 40];
        let pairs: Vec<(u32, u32)> = (0..10).flat_map(|n| [(n, n + 20), (n, n + 30)]).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let pieces = pool.install(|| apart(&texts[..], &pairs)).unwrap();
        assert_eq!(pieces.concat(), pairs);
        assert!(pieces.len() == 10 && pieces.iter().all(|piece| piece.len() == 2));
        let chain: Vec<(u32, u32)> = (0..39).map(|n| (n, n + 1)).collect();
        assert_eq!(pool.install(|| apart(&texts[..], &chain)).unwrap(), [&chain[..]]);
        assert_eq!(pool.install(|| apart(&texts[..], &[])).unwrap().concat(), []);
    }
}
