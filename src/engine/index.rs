//! An index in memory: articles come and go one at a time, and each finds its candidates.

use std::collections::{BTreeMap, BTreeSet};

use super::batch::RareRules;
use super::fingerprint::{Fingerprint, Key, Scheme};
use super::{Engine, identical};
use crate::Error;
use crate::text::hash::WordMap;

/// Articles by their fingerprints: `add` one, `remove` one, ask for the candidates of one.
///
/// # What it finds
/// Two articles are candidates if they have the same text, share a band key, or share features that
/// weigh enough by the [rules](RareRules). Which articles these are depends on the articles in the
/// index and on the rules alone, not on the order in which they came, nor on what was removed
/// since. The cap on document frequency is fixed when the index is made. Of more than eight
/// articles with the same text one counts in document frequencies, as in a scan.
///
/// # Against a scan
/// With the cap that a scan of the same articles takes, all pairs that [`Engine::scan`] looks at
/// are candidates here. More than these are only pairs that a scan leaves out to stay linear: those
/// of articles with the same text or the same signature beyond the first of them, and those within
/// a bucket of more than 32 articles. A scan has shorter hashes of features: it also looks at a few
/// pairs that agree by chance (3 of 63,450 in 6,783 articles), and might miss one where a feature
/// seems common.
///
/// # Cost
/// About 45 bytes for each key, fingerprints included; 6,783 articles of 290 words on average had
/// 250 keys each. Adding and removing take a search in a tree for each key; asking also takes up to
/// `max_df` steps for each, and one for each article with the same text or a band key in common:
/// work grows with what is found. It is meant as a reference, not for millions of articles.
///
/// ```
/// use retold::{Config, Engine};
/// use retold::engine::Index;
///
/// let engine = Engine::new(Config::default())?;
/// let mut index: Index<&str> = engine.index(1000)?;
/// let text = "The minister signed the ferry contract on Monday night, before the vote.";
/// index.add("harbour", engine.fingerprint(text)?)?;
/// index.add("weather", engine.fingerprint("Rain fell all day in the hills of the north.")?)?;
///
/// let asked = "On Monday night, before the vote, the minister signed the contract for the ferry.";
/// let found = index.candidates(&engine.fingerprint(asked)?)?;
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].id, "harbour");
///
/// index.remove(&"harbour");
/// assert!(index.candidates(&engine.fingerprint(asked)?)?.is_empty());
/// # Ok::<(), retold::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Index<Id> {
    scheme: Scheme,
    rules: RareRules,
    /// The text of each article, by its hash; `None` for blank ones.
    articles: BTreeMap<Id, Option<u64>>,
    texts: WordMap<Text<Id>>,
    /// Bands and features, each with the hashes of the texts that have it.
    postings: BTreeSet<(Key, u64)>,
}

/// A text, and the articles that have it.
#[derive(Debug, Clone)]
struct Text<Id> {
    fingerprint: Fingerprint,
    ids: BTreeSet<Id>,
}

/// An article that is worth a closer look, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate<Id> {
    /// The article.
    pub id: Id,
    /// Whether it has the same text.
    pub same_text: bool,
    /// Band keys that both have.
    pub bands: u32,
    /// What the rare features that both have weigh together.
    pub weight: u32,
}

/// What a text shares with the query.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    bands: u32,
    weight: u32,
}

impl Engine {
    /// An empty index of this engine's scheme, with the rules by which it would scan a corpus of so
    /// many articles.
    pub fn index<Id: Ord + Clone>(&self, articles: usize) -> Result<Index<Id>, Error> {
        Ok(Index::new(self.scheme()?, self.rare_rules(articles)))
    }
}

impl<Id: Ord + Clone> Index<Id> {
    /// No articles yet.
    pub fn new(scheme: Scheme, rules: RareRules) -> Self {
        Self {
            scheme,
            rules,
            articles: BTreeMap::new(),
            texts: WordMap::default(),
            postings: BTreeSet::new(),
        }
    }

    /// The scheme of all fingerprints in it.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The rules by which features count.
    pub fn rules(&self) -> RareRules {
        self.rules
    }

    /// Number of articles.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    /// Whether there is an article of that id.
    pub fn contains(&self, id: &Id) -> bool {
        self.articles.contains_key(id)
    }

    /// Adds an article; one that had the id is replaced. Gives whether there was one. A fingerprint
    /// of another scheme is an error, and changes nothing.
    pub fn add(&mut self, id: Id, fingerprint: Fingerprint) -> Result<bool, Error> {
        self.scheme.check(fingerprint.scheme())?;
        let replaced = self.remove(&id);
        self.articles.insert(id.clone(), fingerprint.text());
        if let Some(hash) = fingerprint.text() {
            let new = || Text { fingerprint, ids: BTreeSet::new() };
            let text = self.texts.entry(hash).or_insert_with(new);
            if text.ids.is_empty() {
                self.postings.extend(postings(&text.fingerprint, hash));
            }
            text.ids.insert(id);
        }
        Ok(replaced)
    }

    /// Removes an article. Gives whether it was there.
    pub fn remove(&mut self, id: &Id) -> bool {
        let Some(hash) = self.articles.remove(id) else { return false };
        let Some(hash) = hash else { return true };
        let text = self.texts.get_mut(&hash).expect("an article's text is there");
        text.ids.remove(id);
        if text.ids.is_empty() {
            for posting in postings(&text.fingerprint, hash) {
                self.postings.remove(&posting);
            }
            self.texts.remove(&hash);
        }
        true
    }

    /// The candidates of an article that is not in the index: those that it would have if it were.
    /// The most alike first: the same text, then by bands, weight and id. A blank text has none. A
    /// fingerprint of another scheme is an error.
    pub fn candidates(&self, fingerprint: &Fingerprint) -> Result<Vec<Candidate<Id>>, Error> {
        self.scheme.check(fingerprint.scheme())?;
        Ok(fingerprint.text().map_or(Vec::new(), |text| self.find(fingerprint, text, None)))
    }

    /// The candidates of an article in the index, itself excepted, as [`Index::candidates`] gives
    /// them; `None` if it is not there.
    pub fn candidates_of(&self, id: &Id) -> Option<Vec<Candidate<Id>>> {
        let find = |hash| self.find(&self.texts[&hash].fingerprint, hash, Some(id));
        Some(self.articles.get(id)?.map_or(Vec::new(), find))
    }

    /// The candidates of a text, without the article that asks, if that is in the index.
    fn find(&self, fingerprint: &Fingerprint, own: u64, asking: Option<&Id>) -> Vec<Candidate<Id>> {
        let ids = self.texts.get(&own).map_or(0, |text| text.ids.len());
        let copies = ids + usize::from(asking.is_none());
        let mut found: BTreeMap<u64, Shared> = BTreeMap::from([(own, Shared::default())]);
        for key in fingerprint.keys() {
            let others = self.others(key, own);
            match key {
                Key::Text(_) => {}
                Key::Band { .. } => {
                    let both = others.chain([own]);
                    both.for_each(|text| found.entry(text).or_default().bands += 1);
                }
                Key::Feature(_) => {
                    let Some((texts, weight)) = self.rare(others, copies) else { continue };
                    let both = texts.into_iter().chain([own]);
                    both.for_each(|text| found.entry(text).or_default().weight += weight);
                }
            }
        }
        let is_found = |text: u64, shared: Shared| {
            text == own || shared.bands > 0 || self.rules.is_enough(shared.weight)
        };
        let mut candidates = Vec::new();
        for (text, shared) in found.into_iter().filter(|(text, shared)| is_found(*text, *shared)) {
            let ids = self.texts.get(&text).into_iter().flat_map(|text| &text.ids);
            let Shared { bands, weight } = shared;
            candidates.extend(ids.filter(|id| Some(*id) != asking).map(|id| {
                let id = id.clone();
                Candidate { id, same_text: text == own, bands, weight }
            }));
        }
        let strength = |of: &Candidate<Id>| (of.same_text, of.bands, of.weight);
        candidates.sort_by(|x, y| strength(y).cmp(&strength(x)).then_with(|| x.id.cmp(&y.id)));
        candidates
    }

    /// The texts with a key, but that one.
    fn others(&self, key: Key, own: u64) -> impl Iterator<Item = u64> {
        let postings = self.postings.range((key, 0)..=(key, u64::MAX));
        postings.map(|(_, text)| *text).filter(move |text| *text != own)
    }

    /// The other texts with a feature, and what it weighs; `None` where too many articles have it.
    /// `copies` articles have the query's text.
    fn rare(&self, others: impl Iterator<Item = u64>, copies: usize) -> Option<(Vec<u64>, u32)> {
        let mut df = identical::representatives(copies);
        let mut texts = Vec::new();
        for text in others {
            df += identical::representatives(self.texts[&text].ids.len());
            texts.push(text);
            if self.rules.weight(df) == 0 {
                return None;
            }
        }
        let weight = self.rules.weight(df);
        (weight > 0).then_some((texts, weight))
    }
}

/// What a text is filed under, beside its hash.
fn postings(fingerprint: &Fingerprint, text: u64) -> impl Iterator<Item = (Key, u64)> {
    let keys = fingerprint.keys().filter(|key| !matches!(key, Key::Text(_)));
    keys.map(move |key| (key, text))
}
