//! The stages as pure batch functions: for jobs that distribute the work themselves.
//!
//! None of these opens a file, starts a thread or keeps anything between two calls, so they run
//! inside whatever shares out the work. They follow the same rules as [`Engine::scan`]:
//!
//! | step | function |
//! |---|---|
//! | texts → fingerprints | [`fingerprints`] |
//! | articles with one text → pairs, and which of them go on | [`copies`] |
//! | articles with one band key → pairs | [`pairs_of_band`] |
//! | articles with one feature → pairs with a weight | [`pairs_of_feature`] |
//! | all pairs with a weight → those that weigh enough | [`heavy_pairs`] |
//! | texts → prepared articles | [`profiles`] |
//! | pairs of prepared articles → comparisons | [`compare`] |
//!
//! A job groups articles by [`Key::Text`] first, and takes the other [keys](Fingerprint::keys) of
//! those that go on. [`candidates`] does that for fingerprints in memory; it shows how the steps
//! follow one another, and gives what a scan takes for candidates.
//!
//! What only a whole corpus can tell is left to [`Engine::scan`]: text that many of its articles
//! share, and frames that many fill with other facts.

use super::fingerprint::{Fingerprint, Key};
use super::{Engine, Sides};
use crate::Error;
use crate::align::{Comparison, Profile};
use crate::lsh::band_keys::{BUCKET_LIMIT, Scratch, pairs_of_entries};
use crate::lsh::rare;

pub use super::identical::representatives;

/// Which features count, and how many make a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RareRules {
    /// Articles that may have a feature, at most (its document frequency, df). One that more have
    /// is too common to count. Below 2 no feature counts.
    pub max_df: u32,
    /// What the features that two articles share must weigh together. 0 means 1.
    pub min_weight: u32,
}

impl RareRules {
    /// Features that at most `max_df` articles have, and candidates that share at least
    /// `min_weight` of these.
    pub fn new(max_df: u32, min_weight: u32) -> Self {
        Self { max_df, min_weight }
    }

    /// What a feature of that document frequency weighs: 4 where it is among the rarest tenth of
    /// what counts, 2 up to three tenths, else 1; 0 above the cap.
    pub fn weight(self, df: usize) -> u32 {
        match u32::try_from(df) {
            Ok(df) if df <= self.max_df => rare::weight(df, self.max_df),
            _ => 0,
        }
    }

    /// Whether features that weigh so much together make a candidate.
    pub fn is_enough(self, weight: u32) -> bool {
        weight >= self.min_weight.max(1)
    }
}

impl Engine {
    /// The rules by which this engine scans a corpus of so many articles: the settings, and a cap
    /// on document frequency that suits the corpus where these have none.
    pub fn rare_rules(&self, articles: usize) -> RareRules {
        let config = self.rare_config(articles, Sides::One);
        RareRules { max_df: config.max_df, min_weight: config.min_weight }
    }
}

/// The fingerprint of each text, in order.
///
/// ```
/// use retold::engine::batch;
/// use retold::{Config, Engine};
///
/// let engine = Engine::new(Config::default())?;
/// let fingerprints = batch::fingerprints(&engine, ["Ferries wait.", "FERRIES WAIT", ""])?;
/// assert_eq!(fingerprints[0], fingerprints[1]);
/// assert_eq!(fingerprints[2].keys().count(), 0);
/// # Ok::<(), retold::Error>(())
/// ```
pub fn fingerprints<'t>(
    engine: &Engine,
    texts: impl IntoIterator<Item = &'t str>,
) -> Result<Vec<Fingerprint>, Error> {
    let mut fingerprinter = engine.fingerprinter()?;
    Ok(texts.into_iter().map(|text| fingerprinter.fingerprint(text)).collect())
}

/// What [`copies`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copies<Id> {
    /// Candidate pairs, the smaller id first, sorted.
    pub pairs: Vec<(Id, Id)>,
    /// Articles whose other keys count, ascending.
    pub kept: Vec<Id>,
}

/// Articles with the same [text hash](Key::Text), in any order, each once, to candidate pairs.
///
/// Up to eight give all their pairs, and all go on. Of more, the one with the smallest id
/// represents all others: these are paired with it alone, and their other keys must not be looked
/// at, so that work stays linear however many copies there are.
///
/// ```
/// use retold::engine::batch;
///
/// let few = batch::copies(&[7, 3, 5]);
/// assert_eq!(few.pairs, [(3, 5), (3, 7), (5, 7)]);
/// assert_eq!(few.kept, [3, 5, 7]);
///
/// let many = batch::copies(&(0..1000).collect::<Vec<u64>>());
/// assert_eq!(many.pairs.len(), 999);
/// assert_eq!(many.kept, [0]);
/// ```
pub fn copies<Id: Copy + Ord>(ids: &[Id]) -> Copies<Id> {
    let mut kept = ids.to_vec();
    kept.sort_unstable();
    let representatives = representatives(kept.len());
    let pairs_of = |at: usize| kept[at + 1..].iter().map(move |other| (at, *other));
    let pairs = (0..representatives).flat_map(pairs_of).map(|(at, other)| (kept[at], other));
    let pairs = pairs.collect();
    kept.truncate(representatives);
    Copies { pairs, kept }
}

/// Articles with the same key of one [band](Key::Band), in any order, each once and with its
/// [signature](Fingerprint::signature), to candidate pairs, the smaller id first, sorted.
///
/// Articles with the same signature are paired with the smallest id of them, which represents them.
/// Up to 32 of those that are left give all their pairs; of more, each is paired with the first and
/// with its neighbours, `2m - 3` pairs of `m` articles.
///
/// ```
/// use retold::engine::batch;
///
/// assert_eq!(batch::pairs_of_band(&[(3, 70), (1, 80), (2, 70)]), [(1, 2), (2, 3)]);
///
/// let many: Vec<(u64, u64)> = (0..1000).map(|id| (id, id)).collect();
/// assert_eq!(batch::pairs_of_band(&many).len(), 2 * 1000 - 3);
/// ```
pub fn pairs_of_band<Id: Copy + Ord>(articles: &[(Id, u64)]) -> Vec<(Id, Id)> {
    let mut articles = articles.to_vec();
    articles.sort_unstable_by_key(|(id, signature)| (*signature, *id));
    let (mut pairs, mut firsts) = (Vec::new(), Vec::new());
    for same in articles.chunk_by(|a, b| a.1 == b.1) {
        firsts.push(same[0].0);
        pairs.extend(same[1..].iter().map(|(other, _)| (same[0].0, *other)));
    }
    firsts.sort_unstable();
    // Entries of one key, each the place of an article.
    let mut entries: Vec<u64> = (0..firsts.len() as u64).collect();
    let found = pairs_of_entries(&mut entries, BUCKET_LIMIT, &mut Scratch::default()).pairs;
    let id = |place: u64| firsts[place as usize];
    pairs.extend(found.into_iter().map(|pair| (id(pair >> 32), id(pair & u64::from(u32::MAX)))));
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Articles with one [feature](Key::Feature), in any order, each once, to their pairs, the smaller
/// id first, with what the feature weighs; none if too many articles have it.
///
/// ```
/// use retold::engine::batch::{self, RareRules};
///
/// let rules = RareRules::new(3, 6);
/// assert_eq!(batch::pairs_of_feature(&[9, 4], rules), [(4, 9, 1)]);
/// assert_eq!(batch::pairs_of_feature(&[9, 4, 7, 8], rules), []);
/// ```
pub fn pairs_of_feature<Id: Copy + Ord>(ids: &[Id], rules: RareRules) -> Vec<(Id, Id, u32)> {
    let weight = rules.weight(ids.len());
    if weight == 0 {
        return Vec::new();
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let pairs_of = |(at, first): (usize, &Id)| {
        let first = *first;
        ids[at + 1..].iter().map(move |other| (first, *other, weight))
    };
    ids.iter().enumerate().flat_map(pairs_of).collect()
}

/// What all features gave, in any order, to candidate pairs, sorted, each once: those that weigh
/// enough together. All entries of a pair must be there.
///
/// ```
/// use retold::engine::batch::{self, RareRules};
///
/// let rules = RareRules::new(40, 6);
/// assert_eq!(batch::heavy_pairs(vec![(4, 9, 4), (4, 7, 4), (4, 9, 2)], rules), [(4, 9)]);
/// ```
pub fn heavy_pairs<Id: Copy + Ord>(
    mut pairs: Vec<(Id, Id, u32)>,
    rules: RareRules,
) -> Vec<(Id, Id)> {
    pairs.sort_unstable();
    let same = pairs.chunk_by(|x, y| (x.0, x.1) == (y.0, y.1));
    let weight = |same: &&[(Id, Id, u32)]| same.iter().map(|pair| pair.2).sum();
    same.filter(|same| rules.is_enough(weight(same))).map(|same| (same[0].0, same[0].1)).collect()
}

/// Fingerprints to candidate pairs by their places, the smaller first, sorted, each once; an error
/// if they are of several schemes.
///
/// Gives what [`Engine::candidates`] does with the same cap, pairs of identical texts included,
/// except that all pairs of up to eight identical texts are there, and that no chance agreement of
/// the shorter hashes of a scan shows.
///
/// ```
/// use retold::engine::batch;
/// use retold::{Config, Engine};
///
/// let engine = Engine::new(Config::default())?;
/// let texts = [
///     "The minister signed the ferry contract on Monday night, before the vote.",
///     "Rain fell all day, and nobody in the harbour asked when the boats would leave.",
///     "On Monday night, before the vote, the minister signed the contract for the ferry.",
/// ];
/// let fingerprints = batch::fingerprints(&engine, texts)?;
/// assert_eq!(batch::candidates(&fingerprints, engine.rare_rules(texts.len()))?, [(0, 2)]);
/// # Ok::<(), retold::Error>(())
/// ```
pub fn candidates(
    fingerprints: &[Fingerprint],
    rules: RareRules,
) -> Result<Vec<(u32, u32)>, Error> {
    if let Some((first, others)) = fingerprints.split_first() {
        others.iter().try_for_each(|other| first.scheme().check(other.scheme()))?;
    }
    let (mut pairs, mut kept) = (Vec::new(), Vec::new());
    let texts =
        (0..).zip(fingerprints).filter_map(|(at, fingerprint)| Some((fingerprint.text()?, at)));
    for_each_bucket(texts.collect(), |_, articles| {
        let mut found = copies(articles);
        pairs.append(&mut found.pairs);
        kept.append(&mut found.kept);
    });
    let keys_of = |at: u32| fingerprints[at as usize].keys().map(move |key| (key, at));
    let mut weighed = Vec::new();
    for_each_bucket(kept.into_iter().flat_map(keys_of).collect(), |key, articles| match key {
        Key::Text(_) => {}
        Key::Band { .. } => {
            let signed = |at: &u32| Some((*at, fingerprints[*at as usize].signature()?));
            pairs.append(&mut pairs_of_band(
                &articles.iter().filter_map(signed).collect::<Vec<_>>(),
            ));
        }
        Key::Feature(_) => weighed.append(&mut pairs_of_feature(articles, rules)),
    });
    pairs.append(&mut heavy_pairs(weighed, rules));
    pairs.sort_unstable();
    pairs.dedup();
    Ok(pairs)
}

/// Calls `each` for every key with the articles that have it, ascending.
fn for_each_bucket<K: Ord>(mut entries: Vec<(K, u32)>, mut each: impl FnMut(&K, &[u32])) {
    entries.sort_unstable();
    let mut articles = Vec::new();
    for bucket in entries.chunk_by(|a, b| a.0 == b.0) {
        articles.clear();
        articles.extend(bucket.iter().map(|(_, article)| *article));
        each(&bucket[0].0, &articles);
    }
}

/// Each text prepared to be compared, in order.
///
/// ```
/// use retold::engine::batch;
/// use retold::{Config, Engine};
///
/// let engine = Engine::new(Config::default())?;
/// let profiles = batch::profiles(&engine, ["One sentence. And another one.", ""]);
/// assert_eq!([profiles[0].sentences(), profiles[1].sentences()], [2, 0]);
/// # Ok::<(), retold::Error>(())
/// ```
pub fn profiles<'t>(engine: &Engine, texts: impl IntoIterator<Item = &'t str>) -> Vec<Profile> {
    let mut analyzer = engine.analyzer();
    texts.into_iter().map(|text| engine.profile(&mut analyzer, text)).collect()
}

/// What the two of each pair are to each other, in order: what [`Engine::compare`] says of their
/// texts.
///
/// ```
/// use retold::align::Relation;
/// use retold::engine::batch;
/// use retold::{Config, Engine};
///
/// let engine = Engine::new(Config::default())?;
/// let texts = ["Forty ferries waited outside the bar.", "FORTY FERRIES waited outside the bar"];
/// let profiles = batch::profiles(&engine, texts);
/// let compared = batch::compare(&engine, [(&profiles[0], &profiles[1])]);
/// assert_eq!(compared[0].relation, Relation::Identical);
/// assert_eq!(compared[0], engine.compare(texts[0], texts[1]));
/// # Ok::<(), retold::Error>(())
/// ```
pub fn compare<'p>(
    engine: &Engine,
    pairs: impl IntoIterator<Item = (&'p Profile, &'p Profile)>,
) -> Vec<Comparison> {
    pairs.into_iter().map(|(a, b)| engine.compare_profiles(a, b)).collect()
}
