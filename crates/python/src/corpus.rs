//! A frame as articles: which rows have a text, what they are called, and where the texts lie.

use std::borrow::Cow;
use std::collections::HashSet;

use pyo3::prelude::*;
use retold::BoxError;
use retold::engine::Texts;
use retold::lsh::rare::Spill;
use retold_corpus::Reason;
use retold_pipeline::settings::Settings;
use retold_pipeline::stored::StoredTexts;
use retold_report::{Article, IdType, Note, Notes, Owner, Read};
use xxhash_rust::xxh3::xxh3_128;

use crate::about::AboutColumns;
use crate::column::{Id, Strings, id};
use crate::errors;
use crate::frame::{Frame, Wanted};

/// What an article of a frame is called, and how long it is.
#[derive(Debug, Clone)]
pub struct FrameArticle {
    pub id: Box<str>,
    /// Whether the data has its id as an integer.
    pub id_type: IdType,
    /// Whether it is not called by the id that it states, because another one is.
    pub renamed: bool,
    pub bytes: u64,
}

impl FrameArticle {
    /// Its id gets a suffix, because another article has it.
    pub fn rename(&mut self, suffix: &str) {
        self.id = format!("{}{suffix}", self.id).into();
        self.id_type = IdType::Text;
    }
}

/// Articles, in the order of their rows, with their texts where the caller has them.
pub struct Corpus {
    pub articles: Vec<FrameArticle>,
    pub texts: FrameTexts,
    /// The row of each article, from 0.
    pub rows: Vec<u64>,
    pub skipped: Notes,
    pub repaired: Notes,
    /// The columns, for what else is in them. Those of another corpus that was appended are not
    /// among them.
    pub frame: Frame,
    /// Of these, what reports say of articles.
    about: AboutColumns,
    /// Where another side was appended, how many articles come before it.
    ours: Option<usize>,
    bytes: u64,
}

/// Which columns to use.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    pub text: Option<String>,
    pub id: Option<String>,
    /// More to look at.
    pub fields: Vec<String>,
    /// More to look at, where they are there: what reports say of articles.
    pub about: Vec<String>,
    /// What articles are called.
    pub names: Names,
}

/// What articles are called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Names {
    /// By the ids that they state, made unique, or by their rows.
    #[default]
    Unique,
    /// By their rows; the caller looks at ids himself.
    Rows,
}

impl Corpus {
    /// Of anything that a [`Frame`] can be made of. Rows without a text are skipped and counted.
    pub fn of(data: &Bound<'_, PyAny>, columns: &Columns, settings: &Settings) -> PyResult<Self> {
        let wanted = Wanted {
            text: columns.text.as_deref(),
            id: columns.id.as_deref(),
            fields: &columns.fields,
            about: &columns.about,
        };
        let frame = Frame::of(data, &wanted)?;
        let text = text_column(&frame, wanted.text)?;
        let id = match columns.names {
            Names::Unique => id_column(&frame, wanted.id, text)?,
            Names::Rows => None,
        };
        let about = AboutColumns::of(&frame, &columns.about);
        let read = || Reading::new(settings, &frame).read(frame.clone(), text, id);
        Ok(Self { about, ..data.py().detach(read)? })
    }

    /// What ids are in results: integers if all articles have such, as in the command.
    pub fn id_type(&self) -> IdType {
        id_type(&self.articles)
    }

    /// The articles as records take them.
    pub fn reported(&self) -> Vec<Article> {
        let reported = |article: &FrameArticle| Article {
            id: article.id.to_string(),
            id_type: article.id_type,
            renamed: article.renamed,
            bytes: article.bytes,
            ..Article::default()
        };
        self.articles.iter().map(reported).collect()
    }

    /// The articles as pages for people take them: with hashes, and what their frames say of them.
    pub fn described(&self) -> Vec<Article> {
        let mut articles = self.reported();
        for (at, article) in articles.iter_mut().enumerate() {
            article.hash = xxh3_128(self.texts.get(at).unwrap_or_default().as_bytes());
            article.about = self.about.at(self.texts.place(at));
            article.owner = self.ours.map(|ours| match at < ours {
                true => Owner::Ours,
                false => Owner::Theirs,
            });
        }
        articles
    }

    /// How much was read.
    pub fn read(&self) -> Read {
        Read { articles: self.articles.len() as u64, bytes: self.bytes, files: 0 }
    }
}

/// What ids are in results about these articles.
pub fn id_type(articles: &[FrameArticle]) -> IdType {
    let is_integer = |article: &FrameArticle| article.id_type == IdType::Integer;
    let all = !articles.is_empty() && articles.iter().all(is_integer);
    if all { IdType::Integer } else { IdType::Text }
}

fn text_column(frame: &Frame, wanted: Option<&str>) -> PyResult<usize> {
    if let Some(name) = wanted {
        return frame.column(name);
    }
    if let Some(text) = frame.find("text") {
        return Ok(text);
    }
    let Some(first) = frame.chunks.first() else { return Ok(0) };
    let (mut texts, mut untyped) = (Vec::new(), Vec::new());
    for (column, array) in first.iter().enumerate() {
        match Strings::of(array) {
            Some(Strings::Null) => untyped.push(column),
            Some(_) => texts.push(column),
            None => {}
        }
    }
    match if texts.is_empty() { &untyped[..] } else { &texts[..] } {
        [only] => Ok(*only),
        _ => Err(errors::data(format!(
            "name the column that holds the text with text=; there are {:?}",
            frame.names
        ))),
    }
}

fn id_column(frame: &Frame, wanted: Option<&str>, text: usize) -> PyResult<Option<usize>> {
    match wanted {
        Some(name) => frame.column(name).map(Some),
        None => Ok(frame.find("id").filter(|id| *id != text)),
    }
}

/// Reads a frame.
struct Reading {
    articles: Vec<FrameArticle>,
    places: Vec<(u32, u32)>,
    rows: Vec<u64>,
    skipped: Notes,
    repaired: Notes,
    bytes: u64,
    /// Hashes of the ids of all articles before.
    ids: HashSet<u128>,
    longest: usize,
    spill: StoredTexts,
    mended: HashSet<u64>,
    not_strings: HashSet<u64>,
}

impl Reading {
    fn new(settings: &Settings, frame: &Frame) -> Self {
        let rows = frame.rows();
        Self {
            articles: Vec::with_capacity(rows),
            places: Vec::with_capacity(rows),
            rows: Vec::with_capacity(rows),
            skipped: Notes::default(),
            repaired: Notes::default(),
            bytes: 0,
            ids: HashSet::new(),
            longest: settings.reading_to_compare().max_article_bytes,
            spill: StoredTexts::new(settings.storage.clone()),
            mended: frame.mended.iter().copied().collect(),
            not_strings: frame.not_strings.iter().copied().collect(),
        }
    }

    fn read(mut self, frame: Frame, text: usize, id: Option<usize>) -> PyResult<Corpus> {
        let mut chunks = Vec::with_capacity(frame.chunks.len());
        let mut row = 0;
        for (chunk, columns) in (0..).zip(&frame.chunks) {
            let texts = Strings::of(&columns[text]).ok_or_else(|| {
                errors::data(format!(
                    "the column {:?} holds {}, not strings; name the text with text=",
                    frame.names[text],
                    columns[text].data_type()
                ))
            })?;
            let ids = id.map(|id| (&columns[id], Strings::of(&columns[id])));
            for at in 0..columns[text].len() {
                if let Some(text) = self.wanted(texts.get(at), row) {
                    let stated = match &ids {
                        Some((array, strings)) => self::id(array, strings.as_ref(), at),
                        None => Ok(None),
                    };
                    self.add(text, (chunk, at as u32), (row, stated, id.is_some()));
                }
                row += 1;
            }
            chunks.push(texts);
        }
        if self.articles.len() > u32::MAX as usize {
            return Err(errors::data("more than 4,294,967,295 texts are too many for one run"));
        }
        let Self { articles, places, rows, skipped, repaired, bytes, spill, .. } = self;
        let texts = FrameTexts { chunks, places, spill };
        let about = AboutColumns::default();
        Ok(Corpus { articles, texts, rows, skipped, repaired, frame, about, ours: None, bytes })
    }

    /// The text of a row, if it is one.
    fn wanted<'t>(&mut self, text: Option<&'t str>, row: u64) -> Option<&'t str> {
        let reason = match text {
            None if self.not_strings.contains(&row) => Reason::TextNotString,
            None => Reason::NoText,
            Some(text) if text.trim().is_empty() => Reason::Empty,
            Some(text) if text.len() > self.longest => Reason::TooLong,
            text => return text,
        };
        note(&mut self.skipped, row, reason);
        None
    }

    fn add(
        &mut self,
        text: &str,
        place: (u32, u32),
        (row, stated, has_ids): (u64, Result<Option<Id>, ()>, bool),
    ) {
        if self.mended.contains(&row) {
            note(&mut self.repaired, row, Reason::InvalidUtf8);
        }
        if stated.is_err() {
            note(&mut self.repaired, row, Reason::BadId);
        }
        let stated = stated.ok().flatten();
        let (mut name, mut id_type) = match (stated, has_ids) {
            (Some(stated), _) => stated,
            (None, false) => (row.to_string(), IdType::Text),
            (None, true) => (format!("#{row}"), IdType::Text),
        };
        // Rows are not met twice.
        let renamed = has_ids && self.ids.contains(&hash_of(&name));
        if renamed {
            note(&mut self.repaired, row, Reason::DuplicateId);
            id_type = IdType::Text;
            name = format!("{name}#{row}");
            while self.ids.contains(&hash_of(&name)) {
                name.push('#');
            }
        }
        if has_ids {
            self.ids.insert(hash_of(&name));
        }
        self.bytes += text.len() as u64;
        self.rows.push(row);
        self.places.push(place);
        let bytes = text.len() as u64;
        self.articles.push(FrameArticle { id: name.into(), id_type, renamed, bytes });
    }
}

/// What stands for an id among others.
fn hash_of(id: &str) -> u128 {
    xxh3_128(id.as_bytes())
}

/// Problems of one kind that are listed one by one; more are only counted.
const LISTED: usize = 1000;

fn note(notes: &mut Notes, row: u64, reason: Reason) {
    let reason = reason.message_with(|field| match field {
        retold_corpus::Field::TextField => "text=",
        other => other.name(),
    });
    note_that(notes, row, reason);
}

/// Counts a problem, and lists it.
pub fn note_that(notes: &mut Notes, row: u64, reason: String) {
    if notes.listed.len() < LISTED {
        let path = "data".to_owned();
        notes.listed.push(Note { path, line: Some(row + 1), reason: reason.clone() });
    }
    *notes.counts.entry(reason).or_default() += 1;
}

/// The texts of a frame by the numbers of their articles: borrowed, never copied.
pub struct FrameTexts {
    chunks: Vec<Strings>,
    /// The chunk and the row in it of each article.
    places: Vec<(u32, u32)>,
    /// Holds no texts, but takes what a scan spills.
    spill: StoredTexts,
}

impl FrameTexts {
    /// The text of an article.
    pub fn get(&self, article: usize) -> Option<&str> {
        let (chunk, row) = *self.places.get(article)?;
        self.chunks[chunk as usize].get(row as usize)
    }

    /// The chunk of an article, and its row in that.
    pub fn place(&self, article: usize) -> (usize, usize) {
        let (chunk, row) = self.places[article];
        (chunk as usize, row as usize)
    }

    /// The texts of a row of another corpus of the same kind follow these.
    pub fn append(&mut self, other: Self) {
        let before = self.chunks.len() as u32;
        self.chunks.extend(other.chunks);
        self.places.extend(other.places.iter().map(|(chunk, row)| (before + chunk, *row)));
    }
}

impl Texts for FrameTexts {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn text(&self, at: usize) -> Result<Cow<'_, str>, BoxError> {
        self.get(at).map(Cow::Borrowed).ok_or_else(|| "there is no such text".into())
    }

    fn bytes(&self, at: usize) -> Result<usize, BoxError> {
        Ok(self.text(at)?.len())
    }

    fn spill(&self) -> Option<&dyn Spill> {
        self.spill.spill()
    }
}

impl Corpus {
    /// The articles of another corpus follow these; an id that is there already gets a suffix, as
    /// in the command.
    pub fn append(&mut self, other: Self) {
        let mut ids: HashSet<u128> =
            self.articles.iter().map(|article| hash_of(&article.id)).collect();
        self.ours = Some(self.articles.len());
        for mut article in other.articles {
            while !ids.insert(hash_of(&article.id)) {
                article.rename("#against");
                article.renamed = true;
            }
            self.articles.push(article);
        }
        self.texts.append(other.texts);
        self.about.append(other.about);
        self.rows.extend(other.rows);
        self.bytes += other.bytes;
        for (notes, more) in
            [(&mut self.skipped, other.skipped), (&mut self.repaired, other.repaired)]
        {
            for (reason, count) in more.counts {
                *notes.counts.entry(reason).or_default() += count;
            }
            notes.listed.extend(more.listed);
        }
    }
}
