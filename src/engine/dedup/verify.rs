//! The later readings: exact Jaccard indices of candidate pairs.

use std::collections::HashMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::candidates::{Candidates, candidates, estimate_jaccard};
use super::pages::{Book, Pages};
use super::retained::{Ranks, best_of_nodes, with_retained};
use super::verified::Verified;
use super::{BLOCK, Decisions, DedupConfig};
use crate::engine::steps::Steps;
use crate::lsh::band_keys::BandingStats;
use crate::shingle::{ShingleSet, Shingler};
use crate::{Cancel, Error};

/// What a verification does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct VerificationStats {
    /// Texts with different words.
    pub distinct: usize,
    /// Pairs of them to verify.
    pub candidates: usize,
    /// What banding did.
    pub banding: BandingStats,
}

/// Candidate pairs on their way to exact Jaccard indices.
///
/// The shingles of a member are held until the last of its partners was read. Memory, beside them:
/// four bytes for each article, some hundred for each that is in a pair, and the pages, wherever
/// they are.
pub struct Verification<'p, P: ?Sized> {
    config: DedupConfig,
    shingler: Shingler,
    stats: VerificationStats,
    book: Book<'p, P>,
    ranks: Ranks<'p>,
    /// What is known so far, and decides.
    known: Verified,
    /// Pairs by their later member, sorted.
    by_later: Vec<(u32, u32)>,
    /// By member, its pairs that are not verified; of these, the ones in which it is the earlier.
    open: Vec<u32>,
    open_later: Vec<u32>,
    /// Pairs that are not verified.
    left: usize,
    /// Articles that this reading has to supply, ascending; and how many it has supplied.
    wanted: Vec<u32>,
    came: usize,
    held: HashMap<u32, ShingleSet>,
    held_bytes: usize,
    cancel: Cancel,
}

impl<'p, P: Pages + ?Sized> Verification<'p, P> {
    /// Finds the candidate pairs. `pages` are all that a [`Signing`](super::Signing) with this
    /// config gave, in order. Works on all threads of the current pool. `cancel` stops this and all
    /// that follows.
    pub fn new(
        config: DedupConfig,
        pages: &'p P,
        ranks: Ranks<'p>,
        cancel: Cancel,
    ) -> Result<Self, Error> {
        let book = Book::new(pages, config.banding()?.bands(), config.lanes)?;
        let Candidates { nodes, mut pairs, banding } = candidates(&book, config, &cancel)?;
        let mut members: Vec<u32> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        members.sort_unstable();
        members.dedup();
        let member = |node: u32| members.partition_point(|member| *member < node) as u32;
        pairs.iter_mut().for_each(|(a, b)| (*a, *b) = (member(*a), member(*b)));
        let best = best_of_nodes(&nodes, &members, ranks, &cancel)?;
        let wanted: Vec<_> = members.iter().map(|node| best[node]).collect();
        let estimate =
            |a: u32, b: u32| estimate_jaccard(&book, members[a as usize], members[b as usize]);
        let pairs = with_retained(&wanted, pairs, estimate, &cancel)?;
        let mut open = vec![0; members.len()];
        let mut open_later = open.clone();
        let mut by_later = Vec::with_capacity(pairs.len());
        for (at, &(a, b)) in (0..).zip(&pairs) {
            open[a as usize] += 1;
            open[b as usize] += 1;
            open_later[a as usize] += 1;
            by_later.push((b, at));
        }
        by_later.sort_unstable();
        let distinct = (0..).zip(&nodes).filter(|(article, node)| article == *node).count();
        let mut verification = Self {
            config,
            shingler: Shingler::new(config.shingle_words, config.kernel)?,
            stats: VerificationStats { distinct, candidates: pairs.len(), banding },
            book,
            ranks,
            left: pairs.len(),
            known: Verified {
                nodes,
                members,
                best,
                pairs: pairs.into_iter().map(|(a, b)| (a, b, None)).collect(),
                least: config.jaccard,
            },
            by_later,
            open,
            open_later,
            wanted: Vec::new(),
            came: 0,
            held: HashMap::new(),
            held_bytes: 0,
            cancel,
        };
        verification.want();
        Ok(verification)
    }

    /// What it does.
    pub fn stats(&self) -> VerificationStats {
        self.stats
    }

    /// Whether pairs are left to verify, for which the articles have to be read once more.
    pub fn needs_reading(&self) -> bool {
        self.left > 0
    }

    /// The articles that the next reading has to supply, ascending; it may supply others too.
    pub fn wanted(&self) -> &[u32] {
        &self.wanted
    }

    /// Takes some articles of this reading with their numbers, in ascending order from one call to
    /// the next. Works on all threads of the current pool. Those that are not wanted are skipped;
    /// the others are checked for changes: [`Error::Changed`].
    pub fn add<T: AsRef<str> + Sync>(&mut self, articles: &[(u32, T)]) -> Result<(), Error> {
        let mut wanted = Vec::new();
        for (at, (article, _)) in articles.iter().enumerate() {
            match self.wanted.get(self.came) {
                Some(next) if next == article => {
                    wanted.push((at, self.member(*article)));
                    self.came += 1;
                }
                Some(next) if next < article => {
                    return Err(Error::Changed { article: *next as usize });
                }
                _ if *article as usize >= self.known.nodes.len() => {
                    return Err(Error::Changed { article: *article as usize });
                }
                _ => {}
            }
        }
        let shingled = |shingler: &mut Shingler, &(at, member): &(usize, u32)| {
            let (article, text) = &articles[at];
            if self.book.text(*article)? != xxh3_64(text.as_ref().as_bytes()) {
                return Err(Error::Changed { article: *article as usize });
            }
            Ok((member, ShingleSet::of(text.as_ref(), shingler)))
        };
        let items = wanted.par_iter().with_min_len(BLOCK / 4);
        let sets = Steps::collect(&self.cancel, items, || self.shingler.clone(), shingled)?;
        for (member, set) in sets {
            self.held_bytes += bytes(&set);
            self.held.insert(member, set);
        }
        self.verify(&wanted);
        self.let_go(&wanted);
        Ok(())
    }

    /// Ends this reading; [`Error::Changed`] if articles are missing.
    pub fn end_reading(&mut self) -> Result<(), Error> {
        let came = std::mem::take(&mut self.came);
        if let Some(missing) = self.wanted.get(came) {
            return Err(Error::Changed { article: *missing as usize });
        }
        self.held.clear();
        self.held_bytes = 0;
        self.want();
        Ok(())
    }

    /// Wants the members that have open pairs.
    fn want(&mut self) {
        let members = self.known.members.iter().zip(&self.open);
        self.wanted = members.filter(|(_, open)| **open > 0).map(|(member, _)| *member).collect();
        self.came = 0;
    }

    /// The place of a node among the members.
    fn member(&self, node: u32) -> u32 {
        self.known.members.partition_point(|member| *member < node) as u32
    }

    /// Verifies the open pairs whose later member was just added and whose earlier one is held.
    fn verify(&mut self, came: &[(usize, u32)]) {
        let pairs_of = |member: u32| {
            let from = self.by_later.partition_point(|(later, _)| *later < member);
            self.by_later[from..].iter().take_while(move |(later, _)| *later == member)
        };
        let is_ready = |pair: &u32| {
            let (a, _, jaccard) = self.known.pairs[*pair as usize];
            jaccard.is_none() && self.held.contains_key(&a)
        };
        let ready: Vec<u32> = came
            .iter()
            .flat_map(|(_, member)| pairs_of(*member).map(|(_, pair)| *pair))
            .filter(is_ready)
            .collect();
        let jaccards: Vec<f32> = ready
            .par_iter()
            .with_min_len(BLOCK)
            .map(|pair| {
                let (a, b, _) = self.known.pairs[*pair as usize];
                let overlap = self.held[&a].overlap(&self.held[&b], self.config.kernel);
                overlap.jaccard as f32
            })
            .collect();
        self.left -= ready.len();
        for (pair, found) in ready.into_iter().zip(jaccards) {
            let (a, b, jaccard) = &mut self.known.pairs[pair as usize];
            *jaccard = Some(found);
            self.open[*a as usize] -= 1;
            self.open[*b as usize] -= 1;
            self.open_later[*a as usize] -= 1;
            let a = *a;
            if self.open_later[a as usize] == 0 {
                self.release(a);
            }
        }
    }

    /// Releases members without open pairs, and the last ones added if memory is short; but never
    /// the only one, so that every reading verifies something.
    fn let_go(&mut self, came: &[(usize, u32)]) {
        for &(_, member) in came {
            if self.open_later[member as usize] == 0 {
                self.release(member);
            }
        }
        for &(_, member) in came.iter().rev() {
            if self.held_bytes > self.config.held_bytes && self.held.len() > 1 {
                self.release(member);
            }
        }
    }

    fn release(&mut self, member: u32) {
        if let Some(set) = self.held.remove(&member) {
            self.held_bytes -= bytes(&set);
        }
    }

    /// What becomes of each article. Pairs that are not verified count as unrelated.
    pub fn choose(&self) -> Result<Decisions, Error> {
        self.cancel.check()?;
        self.known.choose(self.config.jaccard, self.ranks)
    }

    /// What was verified so far, without what that took: to choose again at another threshold.
    pub fn into_verified(self) -> Verified {
        self.known
    }
}

fn bytes(set: &ShingleSet) -> usize {
    size_of_val(set.hashes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Decision, Origin, Rank, Signing};
    use super::*;
    use crate::align::Relation;

    fn pages(config: DedupConfig, texts: &[String]) -> Vec<Vec<u8>> {
        let mut signing = Signing::new(config).unwrap();
        texts.chunks(7).map(|batch| signing.sign(batch)).collect()
    }

    fn verified(config: DedupConfig, texts: &[String], ranks: &[Rank]) -> (Vec<Decision>, usize) {
        let pages = pages(config, texts);
        let rank = |article: u32| Ok(ranks[article as usize]);
        let mut verification =
            Verification::new(config, &pages[..], &rank, Cancel::never()).unwrap();
        let mut readings = 0;
        while verification.needs_reading() {
            readings += 1;
            numbered(texts).chunks(5).for_each(|batch| verification.add(batch).unwrap());
            verification.end_reading().unwrap();
        }
        let decisions = verification.choose().unwrap();
        ((0..texts.len() as u32).map(|article| decisions.of(article)).collect(), readings)
    }

    fn numbered(texts: &[String]) -> Vec<(u32, &String)> {
        (0..).zip(texts).collect()
    }

    /// Texts of 200 words from a few hundred, each text a little different from its neighbour.
    fn family(members: usize) -> Vec<String> {
        let word = |member: usize, at: usize| match at % 40 == member % 40 {
            true => format!("x{member}y{at}"),
            false => format!("w{at}"),
        };
        (0..members)
            .map(|member| (0..200).map(|at| word(member, at)).collect::<Vec<_>>().join(" "))
            .collect()
    }

    fn dropped(decisions: &[Decision]) -> usize {
        decisions.iter().filter(|decision| **decision != Decision::Kept).count()
    }

    #[test]
    fn a_family_beyond_the_bucket_limit_is_dropped_to_one() {
        // Every two have 170 to 198 of 198 shingles in common, whatever banding pairs.
        let texts = family(300);
        let mut ranks = vec![Rank::default(); 300];
        ranks.iter_mut().for_each(|rank| rank.preference = 1);
        ranks[217].preference = 0;
        let (decisions, _) = verified(DedupConfig::default(), &texts, &ranks);
        assert_eq!(dropped(&decisions), 299);
        assert_eq!(decisions[217], Decision::Kept);
    }

    #[test]
    fn a_higher_threshold_can_be_chosen_later() {
        let mut texts = family(20);
        texts.push(texts[3].to_uppercase());
        let pages = pages(DedupConfig::default(), &texts);
        let rank = |_: u32| Ok(Rank::default());
        let mut verification =
            Verification::new(DedupConfig::default(), &pages[..], &rank, Cancel::never()).unwrap();
        verification.add(&numbered(&texts)).unwrap();
        verification.end_reading().unwrap();
        let first = verification.choose().unwrap();
        let verified = verification.into_verified();
        assert_eq!(verified.choose(verified.least(), &rank).unwrap(), first);
        assert_eq!(first.drops().len(), 20);
        // Below 0.95 all are alike, above it only those with the same words.
        let later = verified.choose(0.95, &rank).unwrap();
        let drops: Vec<(u32, u32)> =
            later.drops().iter().map(|drop| (drop.article, drop.retained)).collect();
        assert_eq!(drops, [(20, 3)]);
    }

    #[test]
    fn little_memory_takes_more_readings_and_gives_the_same() {
        let mut texts = family(40);
        texts.extend(family(40).into_iter().map(|text| text.replace('w', "v")));
        let ranks = vec![Rank::default(); texts.len()];
        let (one, readings) = verified(DedupConfig::default(), &texts, &ranks);
        assert_eq!(readings, 1);
        let little = DedupConfig { held_bytes: 8 * 198 * 9, ..DedupConfig::default() };
        let (many, readings) = verified(little, &texts, &ranks);
        assert!(readings > 1);
        assert_eq!(one, many);
        assert_eq!(dropped(&one), 78);
    }

    #[test]
    fn identical_texts_go_with_their_best() {
        let texts: Vec<String> =
            ["a b c d", "A B C D", "a, b, c, d", "x"].map(String::from).to_vec();
        let mut ranks = [Rank::default(); 4];
        ranks[0].preference = 2;
        ranks[2].preference = 1;
        let (decisions, readings) = verified(DedupConfig::default(), &texts, &ranks);
        let identical =
            |retained| Decision::Dropped { retained, relation: Relation::Identical, score: 1.0 };
        assert_eq!(readings, 0);
        assert_eq!(decisions, [identical(1), Decision::Kept, identical(1), Decision::Kept]);
        ranks[0].origin = Origin::Reference;
        let (decisions, _) = verified(DedupConfig::default(), &texts, &ranks);
        assert_eq!(decisions, [Decision::Kept, identical(0), identical(0), Decision::Kept]);
    }

    #[test]
    fn a_changed_text_is_an_error() {
        let mut texts = family(3);
        let config = DedupConfig::default();
        let pages = pages(config, &texts);
        let rank = |_| Ok(Rank::default());
        let mut verification =
            Verification::new(config, &pages[..], &rank, Cancel::never()).unwrap();
        let changed = |done: Result<(), Error>| match done {
            Ok(()) => None,
            Err(Error::Changed { article }) => Some(article),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(verification.wanted(), [0, 1, 2]);
        assert_eq!(changed(verification.add(&numbered(&texts)[..2])), None);
        assert_eq!(changed(verification.end_reading()), Some(2));
        assert_eq!(changed(verification.add(&numbered(&texts)[1..])), Some(0));
        texts.push("one more".to_owned());
        assert_eq!(changed(verification.add(&numbered(&texts))), Some(3));
        assert_eq!(changed(verification.end_reading()), None);
        texts[1].push('!');
        assert_eq!(changed(verification.add(&numbered(&texts)[..2])), Some(1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_dropped_is_alike_and_what_is_kept_is_not(
            texts in prop::collection::vec("([a-c] ){0,8}", 0..12),
            jaccard in prop::sample::select(vec![0.3, 0.7, 1.0]),
        ) {
            let config = DedupConfig { jaccard, shingle_words: 2, ..DedupConfig::default() };
            let ranks = vec![Rank::default(); texts.len()];
            let (decisions, _) = verified(config, &texts, &ranks);
            let little = DedupConfig { held_bytes: 40, ..config };
            prop_assert_eq!(&verified(little, &texts, &ranks).0, &decisions);
            let mut shingler = Shingler::new(2, config.kernel).unwrap();
            let sets: Vec<_> =
                texts.iter().map(|text| ShingleSet::of(text, &mut shingler)).collect();
            for (at, decision) in decisions.iter().enumerate() {
                if let Decision::Dropped { retained, relation, score } = *decision {
                    let exact = sets[at].jaccard(&sets[retained as usize]);
                    prop_assert_eq!(decisions[retained as usize], Decision::Kept);
                    if relation == Relation::Identical {
                        prop_assert!(exact == 1.0 || texts[at] == texts[retained as usize]);
                    } else {
                        prop_assert!(exact >= jaccard && (exact - f64::from(score)).abs() < 1e-6);
                    }
                }
            }
        }
    }
}
