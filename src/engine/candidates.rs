//! Texts to candidate pairs, by both channels.

use std::collections::HashMap;

use rayon::prelude::*;

use super::pool::{Pool, Pooled};
use super::{Channel, Engine, Texts, Watch};
use crate::Error;
use crate::lsh::band_keys::{self, BandKeys, Bucketing, Collapsed};
use crate::lsh::banding::{Banding, Target};
use crate::lsh::rare::{self, Posting, RareConfig, SharedPairs};
use crate::shingle::reuse::skip_bigrams;
use crate::sketch::MinHasher;
use crate::text::hash::mix;
use crate::text::{Analyzer, Outline};

/// Texts that one task takes; small enough to share work out, large enough to keep it together.
const BLOCK: usize = 64;
/// Features are spread over 2 to the power of this many partitions.
const PARTITION_BITS: u32 = 6;
/// Groups of identical texts up to this size are compared like all others; of larger ones the first
/// stands for all.
const IDENTICAL_LIMIT: usize = 8;

/// What one channel, or both, found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Candidates {
    /// Pairs to align: the lesser number first, sorted, each once.
    pub pairs: Vec<(u32, u32)>,
    /// Pairs that are identical without a look: the first of a large group, and each other.
    pub identical: Vec<(u32, u32)>,
    /// What each channel did.
    pub channels: Channels,
}

/// What each channel did, and what it left out to stay linear.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Channels {
    /// Pairs from banding.
    pub banding_pairs: usize,
    /// What banding did.
    pub banding: band_keys::BandingStats,
    /// Pairs from rare features.
    pub rare_pairs: usize,
    /// What the rare-feature channel did.
    pub rare: rare::RareStats,
    /// Articles in large groups of identical texts, beyond the first of each.
    pub collapsed: usize,
    /// Bytes of text.
    pub bytes: u64,
    /// Words.
    pub words: u64,
}

/// What a block of texts gives.
struct Block {
    keys: BandKeys,
    postings: Vec<Vec<Posting>>,
    /// For each text a hash of its folded words; `None` without words.
    prints: Vec<Option<u64>>,
    bytes: u64,
    words: u64,
}

/// What a thread keeps from block to block.
struct Worker<'p> {
    analyzer: Pooled<'p, Analyzer>,
    hasher: MinHasher,
    outline: Outline,
    shingles: Vec<u64>,
    lanes: Vec<u32>,
}

impl Engine {
    /// Candidate pairs of a corpus.
    pub fn candidates<T: Texts + ?Sized>(
        &self,
        texts: &T,
        watch: &dyn Watch,
    ) -> Result<Candidates, Error> {
        let hasher = MinHasher::new(self.config.minhash())?;
        let target = Target::new(self.config.banding_threshold, self.config.lanes);
        let banding = Banding::for_threshold(target)?;
        let analyzers = Pool::new(|| self.analyzer());
        let blocks: Vec<Block> = (0..texts.len().div_ceil(BLOCK))
            .into_par_iter()
            .map_init(
                || Worker {
                    analyzer: analyzers.take(),
                    hasher: hasher.clone(),
                    outline: Outline::default(),
                    shingles: Vec::new(),
                    lanes: vec![0; self.config.lanes],
                },
                |worker, block| {
                    let range = block * BLOCK..((block + 1) * BLOCK).min(texts.len());
                    watch.advance(range.len() as u64);
                    self.block(worker, texts, range, banding)
                },
            )
            .collect::<Result<_, Error>>()?;
        let mut found = Candidates::default();
        let standing = collapse(&blocks, &mut found);
        let mut keys = BandKeys::new(banding);
        let mut postings: Vec<Vec<Posting>> = vec![Vec::new(); 1 << PARTITION_BITS];
        for mut block in blocks {
            found.channels.bytes += block.bytes;
            found.channels.words += block.words;
            keys.append(&mut block.keys);
            for (all, mut own) in postings.iter_mut().zip(block.postings) {
                own.retain(|posting| standing[*posting as u32 as usize]);
                all.append(&mut own);
            }
        }
        if self.config.channel != Channel::Rare {
            band(&keys, banding, &standing, &mut found);
        }
        if self.config.channel != Channel::Banding {
            self.pair_rare(postings, texts.len(), &mut found);
        }
        found.pairs.par_sort_unstable();
        found.pairs.dedup();
        Ok(found)
    }

    fn block<T: Texts + ?Sized>(
        &self,
        worker: &mut Worker<'_>,
        texts: &T,
        range: std::ops::Range<usize>,
        banding: Banding,
    ) -> Result<Block, Error> {
        let mut block = Block {
            keys: BandKeys::new(banding),
            postings: vec![Vec::new(); 1 << PARTITION_BITS],
            prints: Vec::with_capacity(range.len()),
            bytes: 0,
            words: 0,
        };
        for at in range {
            let text = texts.text(at);
            worker.analyzer.outline(&text, &mut worker.outline);
            let Outline { forms, stems } = &worker.outline;
            block.bytes += text.len() as u64;
            block.words += forms.len() as u64;
            let print = forms.iter().fold(0, |print: u64, form| mix(print.rotate_left(1) ^ form));
            block.prints.push((!forms.is_empty()).then_some(print));
            if self.config.channel != Channel::Rare {
                worker.shingles.clear();
                let n = self.config.shingle_words;
                crate::shingle::ngrams(forms, n, self.config.kernel, &mut worker.shingles);
                if worker.hasher.sign_shingles(&worker.shingles, &mut worker.lanes) {
                    block.keys.push(at as u32, &worker.lanes)?;
                }
            }
            if self.config.channel != Channel::Banding {
                skip_bigrams(stems, window(forms.len()), |feature| {
                    let partition = rare::partition_of(feature, PARTITION_BITS);
                    block.postings[partition].push(rare::posting(feature, at as u32));
                });
            }
        }
        Ok(block)
    }

    fn pair_rare(&self, postings: Vec<Vec<Posting>>, articles: usize, found: &mut Candidates) {
        let mut config = RareConfig::for_articles(articles);
        if let Some(max_df) = self.config.max_df {
            config.max_df = max_df;
        }
        // A feature of middling rarity weighs 2.
        config.min_weight = self.config.min_shared.saturating_mul(2);
        let greatest = articles.saturating_sub(1) as u32;
        let parts: Vec<(SharedPairs, rare::RareStats)> = postings
            .into_par_iter()
            .map_init(rare::Scratch::default, |scratch, mut postings| {
                let mut pairs = SharedPairs::up_to(greatest);
                let stats = rare::shared_pairs(&mut postings, config, scratch, &mut pairs);
                (pairs, stats)
            })
            .collect();
        let mut all = SharedPairs::up_to(greatest);
        for (mut pairs, stats) in parts {
            all.append(&mut pairs);
            found.channels.rare.add(stats);
        }
        let split = all.split(std::num::NonZeroU32::MIN.saturating_add(15));
        let counted: Vec<Vec<(u32, u32, u32)>> = split
            .into_par_iter()
            .map_init(rare::Scratch::default, |scratch, mut pairs| {
                rare::count_pairs(&mut pairs, config.min_weight, scratch)
            })
            .collect();
        let before = found.pairs.len();
        found.pairs.extend(counted.into_iter().flatten().map(|(a, b, _)| (a, b)));
        found.channels.rare_pairs = found.pairs.len() - before;
    }
}

/// The channel of near-duplicates.
fn band(keys: &BandKeys, banding: Banding, standing: &[bool], found: &mut Candidates) {
    let mut scratch = band_keys::Scratch::default();
    let Collapsed { rows, mut pairs } = keys.collapse(&mut scratch);
    let per_band: Vec<band_keys::BandPairs> = (0..banding.bands())
        .into_par_iter()
        .map_init(band_keys::Scratch::default, |scratch, band| {
            keys.band_pairs(&rows, Bucketing { band, limit: band_keys::BUCKET_LIMIT }, scratch)
        })
        .collect();
    found.channels.banding.identical = pairs.len() as u64;
    for mut band in per_band {
        found.channels.banding.add(band.stats);
        pairs.append(&mut band.pairs);
    }
    let mut pairs = keys.merge(&mut pairs, &mut scratch);
    pairs.retain(|(a, b)| standing[*a as usize] && standing[*b as usize]);
    found.channels.banding_pairs = pairs.len();
    found.pairs.append(&mut pairs);
}

/// Content words between the two of a feature, for an article of that many words: short ones would
/// else have too few features to share three, and their rewrites be lost.
fn window(words: usize) -> usize {
    match words {
        0..150 => 4,
        150..200 => 3,
        200..250 => 2,
        _ => 1,
    }
}

/// For each article whether it stands for itself; those of large groups of identical texts are
/// paired with the first of their group and then left out.
fn collapse(blocks: &[Block], found: &mut Candidates) -> Vec<bool> {
    let prints: Vec<Option<u64>> =
        blocks.iter().flat_map(|block| block.prints.iter().copied()).collect();
    let mut groups: HashMap<u64, Vec<u32>> = HashMap::with_capacity(prints.len());
    for (article, print) in prints.iter().enumerate() {
        if let Some(print) = print {
            groups.entry(*print).or_default().push(article as u32);
        }
    }
    let mut standing: Vec<bool> = prints.iter().map(Option::is_some).collect();
    for group in groups.into_values().filter(|group| group.len() > IDENTICAL_LIMIT) {
        for &other in &group[1..] {
            standing[other as usize] = false;
            found.identical.push((group[0], other));
        }
    }
    found.identical.sort_unstable();
    found.channels.collapsed = found.identical.len();
    standing
}
