//! Many pairs in bulk: one comparison for each line of a list, in order.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use retold::Engine;
use retold::align::Comparison;
use retold_corpus::{Corpus, ReadReport, Record};
use serde::Deserialize;

use crate::lines::{Id, for_each_line};
use crate::settings::Settings;
use crate::shelf::Shelf;
use crate::stored::Room;
use crate::{Error, Progress};

/// One line of the list. An article is named, given, or both: then the name is only a name.
#[derive(Debug, Deserialize)]
struct Line {
    a: Option<Id>,
    b: Option<Id>,
    a_text: Option<String>,
    b_text: Option<String>,
}

/// The pairs to compare: articles by number, each with its id and, once it is known, its text.
#[derive(Debug)]
pub struct PairList {
    path: PathBuf,
    ids: Vec<String>,
    texts: Vec<Option<String>>,
    pairs: Vec<(u32, u32)>,
    /// Articles to be found in the corpora, and the first line that names each.
    wanted: HashMap<String, (u32, u64)>,
}

/// A list, and the articles that it names.
pub struct Loaded {
    list: PairList,
    shelf: Shelf,
}

/// Pairs with all their texts.
pub struct Ready {
    ids: Vec<String>,
    texts: Vec<String>,
    pairs: Vec<(u32, u32)>,
}

impl PairList {
    /// Reads a list; `-` is the standard input.
    pub fn read(list: &Path) -> anyhow::Result<Self> {
        let mut read = Self {
            path: list.to_owned(),
            ids: Vec::new(),
            texts: Vec::new(),
            pairs: Vec::new(),
            wanted: HashMap::new(),
        };
        for_each_line(list, |line, number| read.add(line, list, number))?;
        Ok(read)
    }

    /// Looks the articles that are named only up in a corpus.
    pub fn load(
        self,
        corpus: &Corpus,
        settings: &Settings,
        progress: &dyn Progress,
    ) -> anyhow::Result<Loaded> {
        let room = Room { bytes: usize::MAX, ..settings.room.clone() };
        let is_wanted = |record: &Record| self.wanted.contains_key(&record.id);
        let shelf = Shelf::fill_with(corpus, room, progress, is_wanted)?;
        Ok(Loaded { list: self, shelf })
    }

    fn add(&mut self, line: &[u8], list: &Path, number: u64) -> anyhow::Result<()> {
        let place = || format!("{}:{number}", list.display());
        let line: Line = serde_json::from_slice(line).with_context(|| {
            format!(
                "{}: expected {{\"a\":ID,\"b\":ID}} or {{\"a_text\":TEXT,\"b_text\":TEXT}}",
                place()
            )
        })?;
        let mut article = |id: Option<Id>, text, side| match (id, text) {
            (id, Some(text)) => Ok(self
                .push(id.map_or_else(|| format!("{}:{side}", place()), String::from), Some(text))),
            (Some(id), None) => Ok(self.find(id.into(), number)),
            (None, None) => Err(anyhow!("{}: has neither \"{side}\" nor \"{side}_text\"", place())),
        };
        let a = article(line.a, line.a_text, "a")?;
        let b = article(line.b, line.b_text, "b")?;
        self.pairs.push((a, b));
        Ok(())
    }

    fn push(&mut self, id: String, text: Option<String>) -> u32 {
        self.ids.push(id);
        self.texts.push(text);
        self.ids.len() as u32 - 1
    }

    fn find(&mut self, id: String, line: u64) -> u32 {
        if let Some((article, _)) = self.wanted.get(&id) {
            return *article;
        }
        let article = self.push(id.clone(), None);
        self.wanted.insert(id, (article, line));
        article
    }
}

impl Loaded {
    /// What reading the corpus came to.
    pub fn report(&self) -> &ReadReport {
        &self.shelf.report
    }

    /// The texts of all articles; an error names the first that is nowhere.
    pub fn ready(self) -> Result<Ready, Error> {
        let Self { mut list, shelf } = self;
        let texts = shelf.texts.into_held();
        for (article, text) in shelf.articles.into_iter().zip(texts) {
            if let Some((at, _)) = list.wanted.get(&article.id) {
                list.texts[*at as usize] = Some(text);
            }
        }
        let missing = list.wanted.iter().filter(|(_, (at, _))| list.texts[*at as usize].is_none());
        if let Some((id, (_, line))) = missing.min_by_key(|(_, (at, _))| *at) {
            return Err(Error::UnknownArticle { id: id.clone(), line: *line, list: list.path });
        }
        let texts = list.texts.into_iter().map(Option::unwrap_or_default).collect();
        Ok(Ready { ids: list.ids, texts, pairs: list.pairs })
    }
}

impl Ready {
    /// Compares all pairs, and hands out each with the ids of its articles until `each` wants no more.
    pub fn compare(
        &self,
        engine: &Engine,
        progress: &dyn Progress,
        mut each: impl FnMut((&str, &str), &Comparison) -> ControlFlow<()> + Send,
    ) {
        progress.begin_steps("comparing", self.pairs.len() as u64);
        engine.compare_batches(&self.texts[..], &self.pairs, |pairs, compared| {
            progress.advance(pairs.len() as u64);
            for (&(a, b), comparison) in pairs.iter().zip(&compared) {
                let ids = (self.ids[a as usize].as_str(), self.ids[b as usize].as_str());
                if each(ids, comparison).is_break() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
    }
}
