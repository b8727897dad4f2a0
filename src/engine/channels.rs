//! Both channels over a corpus: texts to candidate pairs.

use std::ops::Range;

use rayon::prelude::*;

use super::candidates::Candidates;
use super::extract::Extractor;
use super::identical::{collapse, pair_wordless};
use super::pool::{Pool, Pooled};
use super::rewrites::{Groups, Indexing, Rare, add_features};
use super::steps::Steps;
use super::texts::text;
use super::watch::Watch;
use super::{Channel, Engine, Texts};
use crate::lsh::Sides;
use crate::lsh::band_keys::{self, BandKeys, Bucketing, Collapsed};
use crate::lsh::banding::Banding;
use crate::lsh::rare::{Postings, PostingsBuilder, RareIndex};
use crate::text::{Analyzer, Outline, wordless};
use crate::{Cancel, Error};

/// Texts that one task takes; small enough to share work out, large enough to keep it together.
const BLOCK: usize = 64;
/// Blocks whose keys are gathered before they are appended to the rest: few, to save memory.
const BLOCKS: usize = 1 << 9;

/// What a block of texts gives, beside postings.
struct Block {
    keys: BandKeys,
    /// For each text a hash of its folded words; `None` without words.
    text_hashes: Vec<Option<u64>>,
    /// Of texts without words a hash of what they hold instead, and their numbers.
    wordless: Vec<(u64, u32)>,
    bytes: u64,
    words: u64,
}

/// What a thread keeps from block to block.
struct Worker<'p> {
    analyzer: Pooled<'p, Analyzer>,
    extractor: Extractor,
    builder: Pooled<'p, PostingsBuilder>,
    groups: &'p Groups<'p>,
    cancel: &'p Cancel,
}

impl Engine {
    /// Candidate pairs of a corpus.
    pub fn candidates<T: Texts + ?Sized>(
        &self,
        texts: &T,
        watch: &dyn Watch,
    ) -> Result<Candidates, Error> {
        self.candidates_of(texts, Sides::One, watch)
    }

    /// Candidate pairs of these sides.
    pub fn candidates_of<T: Texts + ?Sized>(
        &self,
        texts: &T,
        sides: Sides,
        watch: &dyn Watch,
    ) -> Result<Candidates, Error> {
        let extractor = Extractor::new(&self.config)?;
        let banding = self.banding()?;
        let analyzers = Pool::new(|| self.analyzer());
        let cancel = &watch.cancel();
        let groups = self.groups(texts, cancel)?;
        let builders = Pool::new(|| groups.builder(0));
        let worker = || Worker {
            analyzer: analyzers.take(),
            extractor: extractor.clone(),
            builder: builders.take(),
            groups: &groups,
            cancel,
        };
        let mut found = Candidates::default();
        let mut keys = BandKeys::new(banding).between(sides);
        keys.reserve(texts.len());
        let mut text_hashes = Vec::with_capacity(texts.len());
        let mut without_words = Vec::new();
        for start in (0..texts.len()).step_by(BLOCKS * BLOCK) {
            let end = texts.len().min(start + BLOCKS * BLOCK);
            let block = |worker: &mut Worker<'_>, start| {
                let range = start..end.min(start + BLOCK);
                watch.advance(range.len() as u64);
                self.block(worker, texts, range, banding)
            };
            let starts = (start..end).into_par_iter().step_by(BLOCK);
            for mut block in Steps::collect(cancel, starts, worker, block)? {
                found.channels.bytes += block.bytes;
                found.channels.words += block.words;
                keys.append(&mut block.keys);
                text_hashes.append(&mut block.text_hashes);
                without_words.append(&mut block.wordless);
            }
        }
        let is_representative = collapse(&text_hashes, sides, &mut found);
        pair_wordless(without_words, sides, &mut found);
        drop(text_hashes);
        if self.config.channel != Channel::Rare {
            Banded { keys: &keys, banding, is_representative: &is_representative }
                .pair(&mut found, cancel)?;
        }
        drop(keys);
        if self.config.channel != Channel::Banding {
            let config = self.rare_config(texts.len(), sides);
            let spill = groups.spill;
            let limit = self.config.index_bytes;
            let indexing =
                Indexing { config, is_representative: &is_representative, spill, limit, cancel };
            let mut index = RareIndex::default();
            let finish = |builders: Vec<PostingsBuilder>| -> Vec<Postings> {
                builders.into_iter().map(PostingsBuilder::finish).collect()
            };
            let mut postings = finish(builders.into_tools());
            indexing.add(&mut postings, &mut index, &mut found)?;
            for group in 1..groups.count {
                // Reuses the buffers: the allocator may keep freed ones for long.
                let restart = |own: Postings| own.restart(groups.partitioning(group));
                let tools = postings.into_iter().map(restart).collect();
                let builders = Pool::with_tools(|| groups.builder(group), tools);
                self.add_group(texts, &analyzers, &builders, cancel)?;
                postings = finish(builders.into_tools());
                indexing.add(&mut postings, &mut index, &mut found)?;
            }
            drop(postings);
            let rare = Rare { index: &index, config, bytes: self.config.held_bytes };
            rare.pair(&mut found, cancel)?;
        }
        found.pairs.par_sort_unstable();
        found.pairs.dedup();
        if sides != Sides::One {
            let Candidates { pairs, identical, .. } = &mut found;
            pairs.retain(|pair| identical.binary_search(pair).is_err());
        }
        Ok(found)
    }

    fn block<T: Texts + ?Sized>(
        &self,
        worker: &mut Worker<'_>,
        texts: &T,
        range: Range<usize>,
        banding: Banding,
    ) -> Result<Block, Error> {
        let mut block = Block {
            keys: BandKeys::new(banding),
            text_hashes: Vec::with_capacity(range.len()),
            wordless: Vec::new(),
            bytes: 0,
            words: 0,
        };
        for at in range {
            worker.cancel.check()?;
            let text = text(texts, at)?;
            let Worker { analyzer, extractor, .. } = worker;
            extractor.read(analyzer, &text);
            block.bytes += text.len() as u64;
            block.words += extractor.words() as u64;
            if extractor.words() == 0 {
                block.wordless.extend(wordless(&text).map(|hash| (hash, at as u32)));
            }
            block.text_hashes.push(extractor.text_hash());
            if self.config.channel != Channel::Rare
                && let Some(lanes) = extractor.sign()
            {
                block.keys.push(at as u32, lanes)?;
            }
            if self.config.channel != Channel::Banding {
                add_features(extractor.outline(), at as u32, &mut worker.builder);
                worker.groups.spill_if_full(&mut worker.builder)?;
            }
        }
        Ok(block)
    }

    /// Adds the features of one group, of all texts.
    fn add_group<T: Texts + ?Sized>(
        &self,
        texts: &T,
        analyzers: &Pool<Analyzer, impl Fn() -> Analyzer + Sync>,
        builders: &Pool<PostingsBuilder, impl Fn() -> PostingsBuilder + Sync>,
        cancel: &Cancel,
    ) -> Result<(), Error> {
        let all = (0..texts.len()).into_par_iter().with_min_len(BLOCK);
        let kept = || (analyzers.take(), builders.take(), Outline::default());
        Steps::collect(cancel, all, kept, |(analyzer, builder, outline), at| {
            analyzer.outline(&text(texts, at)?, outline);
            add_features(outline, at as u32, builder);
            Ok(())
        })?;
        Ok(())
    }
}

/// The channel of near-duplicates.
struct Banded<'a> {
    keys: &'a BandKeys,
    banding: Banding,
    /// For each article whether it has words and represents itself.
    is_representative: &'a [bool],
}

impl Banded<'_> {
    /// Adds the pairs that share a bucket.
    fn pair(&self, found: &mut Candidates, cancel: &Cancel) -> Result<(), Error> {
        let Self { keys, banding, is_representative } = *self;
        let mut scratch = band_keys::Scratch::default();
        let Collapsed { rows, mut pairs, mut copies } = keys.collapse(&mut scratch);
        let bands = (0..banding.bands()).into_par_iter();
        let band_pairs = |scratch: &mut band_keys::Scratch, band| {
            Ok(keys.band_pairs(&rows, Bucketing::of(band), scratch))
        };
        let per_band = Steps::collect(cancel, bands, Default::default, band_pairs)?;
        found.channels.banding.identical = (keys.len() - rows.len()) as u64;
        // Before those that may be copies of one of these.
        copies.retain(|(_, copy)| is_representative[*copy as usize]);
        copies.append(&mut found.copies);
        found.copies = copies;
        for mut band in per_band {
            found.channels.banding.add(band.stats);
            pairs.append(&mut band.pairs);
        }
        let mut pairs = keys.merge(&mut pairs, &mut scratch);
        pairs.retain(|(a, b)| is_representative[*a as usize] && is_representative[*b as usize]);
        found.channels.banding_pairs = pairs.len();
        found.pairs.append(&mut pairs);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::sync::Mutex;

    use super::*;
    use crate::lsh::rare::Spill;
    use crate::text::hash::mix;
    use crate::{BoxError, Config};

    /// Texts with a place for postings.
    struct Roomy {
        texts: Vec<String>,
        words: Mutex<Vec<u32>>,
    }

    impl Texts for Roomy {
        fn len(&self) -> usize {
            self.texts.len()
        }

        fn text(&self, at: usize) -> Result<Cow<'_, str>, BoxError> {
            Ok(Cow::Borrowed(&self.texts[at]))
        }

        fn spill(&self) -> Option<&dyn Spill> {
            Some(self)
        }
    }

    impl Spill for Roomy {
        fn write(&self, words: &[u32]) -> Result<u64, BoxError> {
            let mut all = self.words.lock().unwrap();
            all.extend_from_slice(words);
            Ok((all.len() - words.len()) as u64)
        }

        fn read(&self, place: u64, words: &mut [u32]) -> Result<(), BoxError> {
            words.copy_from_slice(&self.words.lock().unwrap()[place as usize..][..words.len()]);
            Ok(())
        }
    }

    /// Articles of which some share passages, and a group of identical ones too large to be
    /// compared.
    fn texts() -> Vec<String> {
        let sentence = |seed: u64| -> String {
            let word = |at| mix(seed << 8 | at) % 3000;
            (0..15).map(|at| format!("w{}x ", word(at))).collect()
        };
        let article = |at: u64| (0..8).map(|of| sentence(at / 2 * 5 + of) + ".\n").collect();
        (0..300).map(|at| if at % 20 == 3 { sentence(0) } else { article(at) }).collect()
    }

    #[test]
    fn an_index_that_takes_too_much_is_an_error_that_says_how_much() {
        let texts = texts();
        let find = |index_bytes, held_bytes| {
            let roomy = Roomy { texts: texts.clone(), words: Mutex::default() };
            let config = Config { index_bytes, held_bytes, ..Config::default() };
            Engine::new(config).unwrap().candidates(&roomy, &())
        };
        let whole = find(usize::MAX, 1 << 30).unwrap();
        for held_bytes in [1 << 30, 40_000] {
            let Err(Error::TooMuchShared { bytes: 1000, expected }) = find(1000, held_bytes) else {
                panic!("too much");
            };
            // What was said to be enough is, but for what parts of the index differ.
            assert!(expected > 1000);
            assert_eq!(find(2 * expected as usize, held_bytes).unwrap(), whole);
            assert!(find(expected as usize / 2, held_bytes).is_err());
        }
    }

    #[test]
    fn postings_may_be_elsewhere_or_made_again() {
        let find = |held_bytes, texts: &dyn Fn(&Engine) -> Candidates| {
            texts(&Engine::new(Config { held_bytes, ..Config::default() }).unwrap())
        };
        let texts = texts();
        let expected = find(1 << 30, &|engine| engine.candidates(&texts[..], &()).unwrap());
        assert!(expected.channels.rare_pairs > 100 && expected.channels.collapsed > 10);
        let again = find(40_000, &|engine| engine.candidates(&texts[..], &()).unwrap());
        assert_eq!(again, expected);
        for (held_bytes, is_spilled) in [(1 << 30, false), (40_000, true), (0, true)] {
            let roomy = Roomy { texts: texts.clone(), words: Mutex::default() };
            let elsewhere = find(held_bytes, &|engine| engine.candidates(&roomy, &()).unwrap());
            assert_eq!(elsewhere, expected);
            assert_eq!(!roomy.words.lock().unwrap().is_empty(), is_spilled);
        }
    }
}
