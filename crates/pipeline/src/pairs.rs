//! Many pairs in bulk: one answer for each line of a list, in order.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use retold::Engine;
use retold::align::Comparison;
use retold_corpus::IdType::Integer;
use retold_corpus::{Corpus, ReadReport, Record, is_undecoded};
use retold_report::{FieldValue, IdType, Named, PassedFields};
use serde::Deserialize;

use crate::lines::{Id, for_each_line};
use crate::loaded::LoadedCorpus;
use crate::settings::Settings;
use crate::stored::StorageBudget;
use crate::{Error, Progress};

/// One line of the list. An article is named, given, or both: then the name is only a name.
#[derive(Debug, Deserialize)]
struct Line {
    a: Option<Id>,
    b: Option<Id>,
    a_text: Option<String>,
    b_text: Option<String>,
}

/// A line of the list.
#[derive(Debug)]
enum Entry {
    /// Two articles, by number, and the line that names them.
    Pair(u32, u32, u64),
    /// A line that cannot be compared.
    Failed(Failed),
}

/// A line that cannot be answered.
#[derive(Debug)]
pub struct Failed {
    /// The ids on it, as far as they are known.
    pub ids: [Option<String>; 2],
    /// Its number, from 1.
    pub line: u64,
    /// Why.
    pub why: Why,
}

/// Why a line cannot be answered.
#[derive(Debug)]
#[non_exhaustive]
pub enum Why {
    /// It is not a record of a pair.
    NoPair,
    /// It has neither id nor text of this side.
    NoArticle(&'static str),
    /// One of its texts could not be decoded for the most part.
    Undecoded,
    /// Several articles have this id.
    Shared(String),
    /// No article has this id.
    Unknown(String),
    /// It names one article twice.
    Twice,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPair => f.write_str(
                "is not a JSON object such as {\"a\":ID,\"b\":ID} or {\"a_text\":TEXT,\"b_text\":TEXT}",
            ),
            Self::NoArticle(side) => write!(f, "has neither \"{side}\" nor \"{side}_text\""),
            Self::Undecoded => {
                f.write_str("has a text that could not be decoded for the most part")
            }
            Self::Shared(id) => write!(f, "several articles have the id {id:?}"),
            Self::Unknown(id) => write!(f, "no article has the id {id:?}"),
            Self::Twice => f.write_str("names one article twice"),
        }
    }
}

/// The pairs to compare: articles by number, each with its id and, once it is known, its text.
#[derive(Debug)]
pub struct PairList {
    path: PathBuf,
    ids: Vec<String>,
    texts: Vec<Option<String>>,
    entries: Vec<Entry>,
    /// Articles to be found in the corpora.
    wanted: HashMap<String, u32>,
    /// Whether an id of the list is no integer.
    has_text_ids: bool,
}

/// A list, and the articles that it names.
pub struct LoadedPairs {
    list: PairList,
    loaded: LoadedCorpus,
    /// Ids of the list that several articles have.
    shared: HashSet<String>,
    /// Ids of the list that several records of one file state: the first is meant.
    repeated: BTreeSet<String>,
}

/// Pairs with all their texts.
pub struct Ready {
    /// Ids that several records of one file state, of which the first was taken.
    pub repeated: BTreeSet<String>,
    ids: Vec<String>,
    id_type: IdType,
    texts: Vec<String>,
    entries: Vec<Entry>,
    /// Names of the fields that are passed through, and those of each article.
    field_names: Vec<String>,
    fields: Vec<Vec<FieldValue>>,
}

/// The answer to a line.
#[expect(clippy::exhaustive_enums, reason = "there is an answer or there is none")]
pub enum Answer<'r> {
    /// Two articles and their comparison.
    Compared([Named<'r>; 2], &'r Comparison),
    /// Nothing can be.
    Failed(&'r Failed),
}

impl PairList {
    /// Reads a list; `-` is the standard input.
    pub fn read(list: &Path) -> anyhow::Result<Self> {
        let mut read = Self {
            path: list.to_owned(),
            ids: Vec::new(),
            texts: Vec::new(),
            entries: Vec::new(),
            wanted: HashMap::new(),
            has_text_ids: false,
        };
        for_each_line(list, |line, number| {
            let entry = read.entry(line, number);
            read.entries.push(entry);
            Ok(())
        })?;
        Ok(read)
    }

    /// Looks up in a corpus the articles that are given by id only.
    pub fn load(
        self,
        corpus: &Corpus,
        settings: &Settings,
        progress: &dyn Progress,
    ) -> anyhow::Result<LoadedPairs> {
        let storage = StorageBudget { bytes: usize::MAX, ..settings.storage.clone() };
        let (mut shared, mut repeated) = (HashSet::new(), BTreeSet::new());
        // The file of the article that keeps an id. Within one file, an id means its first record.
        let mut kept_in: HashMap<String, u32> = HashMap::new();
        let is_wanted = |record: &Record| {
            let source = record.place.source;
            let given = record.shared_id.as_deref().filter(|id| self.wanted.contains_key(*id));
            if let Some(id) = given {
                let is_same_file = kept_in.get(id) == Some(&source);
                match is_same_file {
                    true => repeated.insert(id.to_owned()),
                    false => shared.insert(id.to_owned()),
                };
            }
            let is_wanted = self.wanted.contains_key(&record.id);
            if is_wanted {
                kept_in.insert(record.id.clone(), source);
            }
            is_wanted
        };
        let loaded = LoadedCorpus::load(corpus, storage, progress, is_wanted)?;
        settings.check_read(&[&loaded.report])?;
        Ok(LoadedPairs { list: self, loaded, shared, repeated })
    }

    fn entry(&mut self, line: &[u8], number: u64) -> Entry {
        let failed = |ids, why| Entry::Failed(Failed { ids, line: number, why });
        let parsed: Line = match serde_json::from_slice(line) {
            Ok(line) => line,
            Err(_) => return failed([None, None], Why::NoPair),
        };
        let Line { a, b, a_text, b_text } = parsed;
        let is_integer = |id: &Option<Id>| id.as_ref().is_some_and(|id| id.id_type() == Integer);
        self.has_text_ids |= !is_integer(&a) || !is_integer(&b);
        let ids = [a, b].map(|id| id.map(String::from));
        for (side, (id, text)) in ["a", "b"].into_iter().zip(ids.iter().zip([&a_text, &b_text])) {
            if id.is_none() && text.is_none() {
                return failed(ids.clone(), Why::NoArticle(side));
            }
        }
        if [&a_text, &b_text].into_iter().flatten().any(|text| is_undecoded(text)) {
            return failed(ids, Why::Undecoded);
        }
        let [a, b] = ids;
        let mut article = |id: Option<String>, text, side| match (id, text) {
            (Some(id), None) => self.find(id),
            (id, text) => {
                let unnamed = format!("{}:{number}:{side}", self.path.display());
                self.push(id.unwrap_or(unnamed), text)
            }
        };
        Entry::Pair(article(a, a_text, "a"), article(b, b_text, "b"), number)
    }

    fn push(&mut self, id: String, text: Option<String>) -> u32 {
        self.ids.push(id);
        self.texts.push(text);
        self.ids.len() as u32 - 1
    }

    fn find(&mut self, id: String) -> u32 {
        if let Some(article) = self.wanted.get(&id) {
            return *article;
        }
        let article = self.push(id.clone(), None);
        self.wanted.insert(id, article);
        article
    }
}

impl LoadedPairs {
    /// What reading the corpus came to.
    pub fn report(&self) -> &ReadReport {
        &self.loaded.report
    }

    /// Prepares the pairs with their texts. Pairs with an unknown or ambiguous id become failures.
    pub fn ready(self) -> Ready {
        let Self { list, loaded, shared, repeated } = self;
        let PairList { ids, mut texts, mut entries, wanted, has_text_ids, .. } = list;
        let mut fields = vec![Vec::new(); ids.len()];
        let field_names = loaded.fields;
        for (article, text) in loaded.articles.into_iter().zip(loaded.texts.into_held()) {
            if let Some(at) = wanted.get(&article.id) {
                texts[*at as usize] = Some(text);
                fields[*at as usize] = article.fields;
            }
        }
        let why = |article: u32| {
            let id = &ids[article as usize];
            if wanted.get(id) == Some(&article) && shared.contains(id) {
                return Some(Why::Shared(id.clone()));
            }
            texts[article as usize].is_none().then(|| Why::Unknown(id.clone()))
        };
        let twice = |a, b| (a == b).then_some(Why::Twice);
        for entry in &mut entries {
            if let Entry::Pair(a, b, line) = *entry
                && let Some(why) = why(a).or_else(|| why(b)).or_else(|| twice(a, b))
            {
                let ids = [a, b].map(|article| Some(ids[article as usize].clone()));
                *entry = Entry::Failed(Failed { ids, line, why });
            }
        }
        let texts = texts.into_iter().map(Option::unwrap_or_default).collect();
        let id_type = if has_text_ids { IdType::Text } else { IdType::Integer };
        Ready { repeated, ids, id_type, texts, entries, field_names, fields }
    }
}

impl Ready {
    /// An id of the list, as records write it.
    pub fn id<'r>(&self, id: &'r str) -> retold_report::Id<'r> {
        retold_report::Id::new(id, self.id_type)
    }

    fn named(&self, article: u32) -> Named<'_> {
        let article = article as usize;
        let fields = PassedFields { names: &self.field_names, values: &self.fields[article] };
        Named { id: self.id(&self.ids[article]), fields }
    }

    /// Lines that cannot be answered, in order.
    pub fn failed(&self) -> impl Iterator<Item = &Failed> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Pair(..) => None,
            Entry::Failed(failed) => Some(failed),
        })
    }

    /// Compares all pairs, and passes the answers to all lines to `each`, in order, until it fails.
    pub fn compare<E: Send + From<Error>>(
        &self,
        engine: &Engine,
        progress: &dyn Progress,
        mut each: impl FnMut(Answer<'_>) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let pairs: Vec<(u32, u32)> = self
            .entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Pair(a, b, _) => Some((*a, *b)),
                Entry::Failed(_) => None,
            })
            .collect();
        progress.begin_steps("comparing", self.entries.len() as u64);
        let (mut rest, mut failed) = (self.entries.iter(), Ok(()));
        let compared = engine.compare_batches(&self.texts[..], &pairs, progress, |_, compared| {
            failed = compared.iter().try_for_each(|found| self.answer(found, &mut rest, &mut each));
            if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        failed?;
        compared.map_err(Error::from)?;
        unanswered(&mut rest, &mut each)
    }

    /// Answers the line of the next pair, and those before it.
    fn answer<'r, E>(
        &'r self,
        comparison: &Comparison,
        rest: &mut std::slice::Iter<'r, Entry>,
        each: &mut impl FnMut(Answer<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        unanswered(rest, each)?;
        match rest.next() {
            Some(&Entry::Pair(a, b, _)) => {
                each(Answer::Compared([a, b].map(|article| self.named(article)), comparison))
            }
            _ => Ok(()),
        }
    }
}

/// Hands out the lines without an answer, up to the next pair.
fn unanswered<'r, E>(
    rest: &mut std::slice::Iter<'r, Entry>,
    each: &mut impl FnMut(Answer<'_>) -> Result<(), E>,
) -> Result<(), E> {
    while let Some(Entry::Failed(failed)) = rest.as_slice().first() {
        each(Answer::Failed(failed))?;
        rest.next();
    }
    Ok(())
}
