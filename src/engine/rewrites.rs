//! The channel of rewrites: the rare features of texts, within the memory budget.

use std::ops::Range;

use rayon::prelude::*;

use super::candidates::Candidates;
use super::steps::Steps;
use super::texts::text;
use super::{Engine, Texts, extract};
use crate::lsh::Sides;
use crate::lsh::rare::{
    self, PartitionPostings, Partitioning, Postings, PostingsBuilder, RareConfig, RareIndex,
    RareStats, Spill,
};
use crate::text::Outline;
use crate::{Cancel, Error};

/// Sample size for the estimate of the number of features.
const SAMPLE: usize = 512;
/// In how many steps postings come into the index; after each, their memory is freed.
const INDEXING_STEPS: usize = 32;
/// Least bytes for counting pairs.
const LEAST_ROOM: usize = 4 << 20;

impl Engine {
    /// How many groups of features there have to be, by a sample of the texts.
    pub(super) fn groups<'t, T: Texts + ?Sized>(
        &self,
        texts: &'t T,
        cancel: &Cancel,
    ) -> Result<Groups<'t>, Error> {
        let step = (texts.len() / SAMPLE).max(1);
        let (mut analyzer, mut outline) = (self.analyzer(), Outline::default());
        let mut features = 0;
        for at in (0..texts.len()).step_by(step) {
            cancel.check()?;
            analyzer.outline(&text(texts, at)?, &mut outline);
            extract::features(&outline, |_| features += step);
        }
        let all = Partitioning::for_postings(features);
        let held = self.config.held_bytes.max(1);
        let pieces = Postings::bytes(features).div_ceil(held);
        let spill = texts.spill();
        let count = if spill.is_some() { 1 } else { pieces.clamp(1, all.partitions()) };
        // Where not all fit, half: while they come into the index, threads gather what was spilled.
        let share = if pieces > 1 { held / 2 } else { held };
        let thread_bytes = share / rayon::current_num_threads();
        Ok(Groups { count, features, all, spill, thread_bytes })
    }

    pub(super) fn rare_config(&self, articles: usize, sides: Sides) -> RareConfig {
        let mut config =
            RareConfig { kernel: self.config.kernel, sides, ..RareConfig::for_articles(articles) };
        if let Some(max_df) = self.config.max_df {
            config.max_df = max_df;
        }
        // A feature of middling rarity weighs 2.
        config.min_weight = self.config.min_shared.saturating_mul(2);
        config
    }
}

/// Where postings can be spilled, there is one group of all features. Otherwise groups are
/// processed one by one, each in a pass over all texts, so that only the postings of one group are
/// held. Results do not depend on the grouping.
pub(super) struct Groups<'t> {
    pub count: usize,
    /// Estimated number of all features.
    features: usize,
    /// Of all features.
    all: Partitioning,
    pub spill: Option<&'t dyn Spill>,
    /// Bytes of postings that a thread may hold.
    thread_bytes: usize,
}

impl Groups<'_> {
    /// The partitions of a group of features.
    pub fn partitioning(&self, group: usize) -> Partitioning {
        self.all.shard(group, self.count)
    }

    /// A postings builder with room for a thread's share of a group.
    pub fn builder(&self, group: usize) -> PostingsBuilder {
        let share = self.features / (self.count * rayon::current_num_threads());
        let held = self.thread_bytes / size_of::<u32>();
        PostingsBuilder::new(self.partitioning(group), share.min(held))
    }

    /// Spills the postings of a thread that holds as many as it may.
    pub fn spill_if_full(&self, builder: &mut PostingsBuilder) -> Result<(), Error> {
        match self.spill.filter(|_| builder.bytes() > self.thread_bytes) {
            Some(spill) => builder.spill(spill),
            None => Ok(()),
        }
    }
}

/// Adds the features of an article.
pub(super) fn add_features(outline: &Outline, article: u32, builder: &mut PostingsBuilder) {
    let mut article = builder.article(article);
    extract::features(outline, |feature| article.add(feature));
}

/// How postings come into the index.
pub(super) struct Indexing<'a> {
    pub config: RareConfig,
    /// For each article whether its postings count: it has words and represents itself.
    pub is_representative: &'a [bool],
    pub spill: Option<&'a dyn Spill>,
    /// Bytes that the index may have.
    pub limit: usize,
    pub cancel: &'a Cancel,
}

impl Indexing<'_> {
    /// Adds all features of a group, and frees the postings. Every thread has its own postings of
    /// each partition. An error if the index takes more than it may.
    pub fn add(
        &self,
        threads: &mut [Postings],
        index: &mut RareIndex,
        found: &mut Candidates,
    ) -> Result<(), Error> {
        let is_kept = |article: u32| self.is_representative[article as usize];
        let spill = self.spill.filter(|_| threads.iter().any(Postings::is_spilled));
        if spill.is_none()
            && self.is_representative.iter().any(|is_representative| !is_representative)
        {
            threads.par_iter_mut().for_each(|own| own.retain(is_kept));
        }
        let partitions = threads.first().map_or(0, Postings::partitions);
        let before = index.len();
        let step = partitions.div_ceil(INDEXING_STEPS).max(1);
        for start in (0..partitions).step_by(step) {
            let range = start..partitions.min(start + step);
            for (part, stats) in self.parts(threads, range.clone(), spill)? {
                index.append(part);
                found.channels.rare.add(stats);
            }
            threads.iter_mut().for_each(|own| own.release(range.clone()));
            let bytes = index.len() * size_of::<u32>();
            if bytes > self.limit {
                let of_group = (index.len() - before) * size_of::<u32>();
                let left = of_group as f64 * (partitions - range.end) as f64 / range.end as f64;
                let (limit, expected) = (self.limit as u64, bytes as u64 + left as u64);
                return Err(Error::TooMuchShared { bytes: limit, expected });
            }
        }
        Ok(())
    }

    /// What some partitions add to the index.
    fn parts(
        &self,
        threads: &[Postings],
        partitions: Range<usize>,
        spill: Option<&dyn Spill>,
    ) -> Result<Vec<(RareIndex, RareStats)>, Error> {
        let is_kept = |article: u32| self.is_representative[article as usize];
        let add = |scratch: &mut rare::Scratch, partition| {
            let mut part = RareIndex::default();
            let own = PartitionPostings::new(threads, partition);
            let stats = match spill {
                None => part.add(own, self.config, scratch),
                Some(spill) => {
                    let mut all = own.gather(spill)?;
                    all.retain(is_kept);
                    part.add(PartitionPostings::new(&[all], 0), self.config, scratch)
                }
            };
            Ok((part, stats))
        };
        Steps::collect(self.cancel, partitions.into_par_iter(), Default::default, add)
    }
}

/// The channel of rewrites.
pub(super) struct Rare<'a> {
    pub index: &'a RareIndex,
    pub config: RareConfig,
    /// The memory budget.
    pub bytes: usize,
}

impl Rare<'_> {
    /// Adds the pairs that share enough rare features.
    pub fn pair(&self, found: &mut Candidates, cancel: &Cancel) -> Result<(), Error> {
        let Self { index, config, bytes } = *self;
        let blocks = index.blocks(config.sides);
        // Twice as much as the index itself: every part goes over the whole of it.
        let room = (bytes / 3).min(2 * index.len() * size_of::<u32>()).max(LEAST_ROOM);
        let shards = blocks.shards(room / rayon::current_num_threads());
        let pairs = |scratch: &mut rare::Scratch, shard| {
            Ok(index.pairs_until(config, shard, scratch, cancel)?)
        };
        let pairs = Steps::collect(cancel, shards.into_par_iter(), Default::default, pairs)?;
        let before = found.pairs.len();
        found.pairs.extend(pairs.into_iter().flatten().map(|(a, b, _)| (a, b)));
        found.channels.rare_pairs = found.pairs.len() - before;
        Ok(())
    }
}
