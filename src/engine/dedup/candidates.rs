//! Pages to candidate pairs: which articles have the same words, and which others may be
//! near-duplicates.

use rayon::prelude::*;

use super::pages::{Book, Pages};
use super::{DedupConfig, MARGIN};
use crate::engine::pool::Pool;
use crate::engine::steps::Steps;
use crate::lsh::band_keys::{BUCKET_LIMIT, BandPairs, BandingStats, Scratch, pairs_of_entries};
use crate::{Cancel, Error};

/// What banding finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Candidates {
    /// For each article the first one with the same words: its *node*.
    pub(super) nodes: Vec<u32>,
    /// Pairs of nodes that may be near-duplicates, the smaller number first, sorted.
    pub(super) pairs: Vec<(u32, u32)>,
    /// Statistics.
    pub(super) banding: BandingStats,
}

/// A hash, and the article that has it.
type Hashed = (u64, u32);

/// Parts by the highest bits of a hash that are worth another walk over all pages, at most.
const MAX_PARTS: usize = 1 << 8;

/// Finds them, part by part of the hashes, so that what is sorted at once takes no more than
/// [`DedupConfig::held_bytes`].
pub(super) fn candidates<P: Pages + ?Sized>(
    book: &Book<'_, P>,
    config: DedupConfig,
    cancel: &Cancel,
) -> Result<Candidates, Error> {
    let mut nodes: Vec<u32> = (0..book.articles()).collect();
    let sorting = Sorting { book, config, cancel };
    let of_words = |page, first: u32, hashed: &mut dyn FnMut(u64, u32)| {
        book.words(page)?.iter().zip(first..).for_each(|(hash, article)| hashed(hash, article));
        Ok(())
    };
    sorting.for_each_repeated(of_words, |first, other| nodes[other as usize] = first)?;

    // Of nodes whose signatures agree in all bands, the first represents all.
    let mut representatives = Bits::new(book.articles());
    let mut pairs = Vec::new();
    let is_node = |article: u32| nodes[article as usize] == article;
    let of_whole = |page, first: u32, hashed: &mut dyn FnMut(u64, u32)| {
        let (owners, owned) = (book.owners(page)?, book.whole(page)?);
        let rows = owned.iter().zip(owners.iter().map(|owner| first + owner));
        rows.filter(|(_, article)| is_node(*article)).for_each(|(hash, of)| hashed(hash, of));
        Ok(())
    };
    sorting.for_each_repeated(of_whole, |first, other| {
        representatives.clear(other);
        pairs.push(u64::from(first) << 32 | u64::from(other));
    })?;
    (0..)
        .zip(&nodes)
        .filter(|(article, node)| article != *node)
        .for_each(|(article, _)| representatives.clear(article));

    let mut banding = BandingStats { identical: pairs.len() as u64, ..BandingStats::default() };
    let likely = Likely::new(book, config, cancel);
    let mut found = Vec::new();
    let bands = config.banding()?.bands();
    let at_once = rayon::current_num_threads().max(1);
    let parts = parts(at_once * 2 * size_of::<u64>() * book.rows(), config);
    let turns: Vec<Part> = (0..bands)
        .flat_map(|band| (0..parts).map(move |part| Part { band, part, parts }))
        .collect();
    let buffers = Pool::new(<(Vec<u64>, Scratch)>::default);
    for turns in turns.chunks(at_once) {
        let some = Steps::collect(
            cancel,
            turns.par_iter(),
            || buffers.take(),
            |buffers, part| band_pairs(&sorting, &representatives, *part, buffers),
        )?;
        for mut of_band in some {
            banding.add(of_band.stats);
            pairs.append(&mut of_band.pairs);
        }
        if pairs.len() * size_of::<u64>() > sorted_bytes(config) {
            likely.join(&mut found, &mut pairs)?;
        }
    }
    drop(buffers);
    likely.join(&mut found, &mut pairs)?;
    let pairs = found.into_iter().map(|pair| ((pair >> 32) as u32, pair as u32)).collect();
    Ok(Candidates { nodes, pairs, banding })
}

/// What is sorted, and within which memory.
struct Sorting<'b, 'p, P: ?Sized> {
    book: &'b Book<'p, P>,
    config: DedupConfig,
    cancel: &'b Cancel,
}

impl<P: Pages + ?Sized> Sorting<'_, '_, P> {
    /// Calls `repeated` with the first article of each hash and each other one that has it.
    /// `hashes` gives those of a page, given the number of its first article.
    fn for_each_repeated(
        &self,
        hashes: impl Fn(usize, u32, &mut dyn FnMut(u64, u32)) -> Result<(), Error>,
        mut repeated: impl FnMut(u32, u32),
    ) -> Result<(), Error> {
        let articles = self.book.articles() as usize;
        let parts = parts(size_of::<Hashed>() * articles, self.config);
        let mut hashed: Vec<Hashed> = Vec::with_capacity(articles / parts * 9 / 8);
        for part in 0..parts {
            hashed.clear();
            for (page, first) in self.book.pages() {
                self.cancel.check()?;
                hashes(page, first, &mut |hash, article| {
                    if part_of((hash >> 32) as u32, parts) == part {
                        hashed.push((hash, article));
                    }
                })?;
            }
            hashed.par_sort_unstable();
            for group in hashed.chunk_by(|x, y| x.0 == y.0) {
                group[1..].iter().for_each(|(_, other)| repeated(group[0].1, *other));
            }
        }
        Ok(())
    }
}

/// Some keys of a band.
#[derive(Clone, Copy)]
struct Part {
    band: usize,
    part: usize,
    parts: usize,
}

/// The pairs that have one of these keys in common.
fn band_pairs<P: Pages + ?Sized>(
    &Sorting { book, cancel, .. }: &Sorting<'_, '_, P>,
    representatives: &Bits,
    Part { band, part, parts }: Part,
    (entries, scratch): &mut (Vec<u64>, Scratch),
) -> Result<BandPairs, Error> {
    entries.clear();
    entries.reserve_exact(book.rows() / parts * 9 / 8);
    for (page, first) in book.pages() {
        cancel.check()?;
        let (owners, keys) = (book.owners(page)?, book.band(page, band)?);
        let rows = keys.iter().zip(owners.iter().map(|owner| first + owner));
        entries.extend(
            rows.filter(|(key, article)| {
                part_of(*key, parts) == part && representatives.get(*article)
            })
            .map(|(key, article)| u64::from(key) << 32 | u64::from(article)),
        );
    }
    Ok(pairs_of_entries(entries, BUCKET_LIMIT, scratch))
}

/// Parts into which so many bytes have to be cut.
fn parts(bytes: usize, config: DedupConfig) -> usize {
    bytes.div_ceil(sorted_bytes(config).max(1)).clamp(1, MAX_PARTS)
}

/// Half of what may be held, since pairs wait while keys are sorted.
fn sorted_bytes(config: DedupConfig) -> usize {
    config.held_bytes / 2
}

/// The part that a well-mixed number belongs to.
fn part_of(key: u32, parts: usize) -> usize {
    ((u64::from(key) * parts as u64) >> 32) as usize
}

/// Rejects pairs that are unlikely to be near-duplicates.
struct Likely<'b, 'p, P: ?Sized> {
    book: &'b Book<'p, P>,
    least: f32,
    cancel: &'b Cancel,
}

impl<'b, 'p, P: Pages + ?Sized> Likely<'b, 'p, P> {
    fn new(book: &'b Book<'p, P>, config: DedupConfig, cancel: &'b Cancel) -> Self {
        let jaccard = config.jaccard;
        let error = (jaccard * (1.0 - jaccard) / config.lanes as f64).sqrt();
        Self { book, least: (jaccard - MARGIN * error) as f32, cancel }
    }

    /// Moves the likely ones of `pairs` to those that were found before; sorted, each once.
    fn join(&self, found: &mut Vec<u64>, pairs: &mut Vec<u64>) -> Result<(), Error> {
        pairs.par_sort_unstable();
        pairs.dedup();
        let steps = Steps::new(self.cancel);
        let likely = |&(number, pair): &(usize, u64)| {
            let estimate = || estimate_jaccard(self.book, (pair >> 32) as u32, pair as u32);
            steps.take(number, estimate).is_some_and(|jaccard| jaccard >= self.least)
        };
        let numbered = pairs.par_iter().copied().enumerate();
        found.par_extend(numbered.filter(likely).map(|(_, pair)| pair));
        steps.end()?;
        *pairs = Vec::new();
        found.par_sort_unstable();
        found.dedup();
        Ok(())
    }
}

/// Estimates the Jaccard index of two articles, from 0 to 1: the share of lanes with equal lowest
/// bytes. That is too much by up to 1/256 (b-bit minwise hashing: Li and König 2010), and enough to
/// reject unlikely pairs. 0 if one has no signature.
pub(super) fn estimate_jaccard<P: Pages + ?Sized>(
    book: &Book<'_, P>,
    a: u32,
    b: u32,
) -> Result<f32, Error> {
    let (Some(a), Some(b)) = (book.lanes(a)?, book.lanes(b)?) else { return Ok(0.0) };
    let equal: u32 = a.iter().zip(&*b).map(|(a, b)| u32::from(a == b)).sum();
    Ok(equal as f32 / a.len() as f32)
}

/// A bit for each article.
struct Bits(Vec<u64>);

impl Bits {
    /// All set.
    fn new(articles: u32) -> Self {
        Self(vec![u64::MAX; (articles as usize).div_ceil(64)])
    }

    fn get(&self, article: u32) -> bool {
        self.0[article as usize / 64] >> (article % 64) & 1 == 1
    }

    fn clear(&mut self, article: u32) {
        self.0[article as usize / 64] &= !(1 << (article % 64));
    }
}
