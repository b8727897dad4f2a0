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
use retold_report::{Article, Note, Notes, Read};
use xxhash_rust::xxh3::xxh3_128;

use crate::column::{Strings, id};
use crate::errors;
use crate::frame::{Frame, Wanted};

/// Articles, in the order of their rows, with their texts where the caller has them.
pub struct Corpus {
    pub articles: Vec<Article>,
    pub texts: FrameTexts,
    /// The row of each article, from 0.
    pub rows: Vec<u64>,
    pub skipped: Notes,
    pub repaired: Notes,
    /// The columns, for what else is in them.
    pub frame: Frame,
    bytes: u64,
}

/// Which columns to use.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    pub text: Option<String>,
    pub id: Option<String>,
    /// More to look at.
    pub fields: Vec<String>,
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
        };
        let frame = Frame::of(data, &wanted)?;
        let text = text_column(&frame, wanted.text)?;
        let id = match columns.names {
            Names::Unique => id_column(&frame, wanted.id, text)?,
            Names::Rows => None,
        };
        data.py().detach(|| Reading::new(settings, &frame).read(frame.clone(), text, id))
    }

    /// How much was read.
    pub fn read(&self) -> Read {
        Read { articles: self.articles.len() as u64, bytes: self.bytes, files: 0 }
    }
}

fn text_column(frame: &Frame, wanted: Option<&str>) -> PyResult<usize> {
    if let Some(name) = wanted {
        return frame.column(name);
    }
    if let Some(text) = frame.find("text") {
        return Ok(text);
    }
    let is_text = |column: &usize| {
        let first = frame.chunks.first().map(|chunk| &chunk[*column]);
        first.is_some_and(|array| Strings::of(array).is_some())
    };
    let texts: Vec<usize> = (0..frame.names.len()).filter(is_text).collect();
    match texts[..] {
        [only] => Ok(only),
        _ if frame.chunks.is_empty() => Ok(0),
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
    articles: Vec<Article>,
    places: Vec<(u32, u32)>,
    rows: Vec<u64>,
    skipped: Notes,
    repaired: Notes,
    bytes: u64,
    ids: HashSet<String>,
    longest: usize,
    spill: StoredTexts,
    mended: HashSet<u64>,
    not_strings: HashSet<u64>,
}

impl Reading {
    fn new(settings: &Settings, frame: &Frame) -> Self {
        Self {
            articles: Vec::new(),
            places: Vec::new(),
            rows: Vec::new(),
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
                        Some((array, strings)) => crate::corpus::id(array, strings.as_ref(), at),
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
        Ok(Corpus { articles, texts, rows, skipped, repaired, frame, bytes })
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
        (row, stated, has_ids): (u64, Result<Option<String>, ()>, bool),
    ) {
        if self.mended.contains(&row) {
            note(&mut self.repaired, row, Reason::InvalidUtf8);
        }
        if stated.is_err() {
            note(&mut self.repaired, row, Reason::BadId);
        }
        let stated = stated.ok().flatten();
        let mut name = match (&stated, has_ids) {
            (Some(id), _) => id.clone(),
            (None, false) => row.to_string(),
            (None, true) => format!("#{row}"),
        };
        let renamed = self.ids.contains(&name);
        if renamed {
            note(&mut self.repaired, row, Reason::DuplicateId);
            name = format!("{name}#{row}");
            while self.ids.contains(&name) {
                name.push('#');
            }
        }
        self.ids.insert(name.clone());
        self.bytes += text.len() as u64;
        self.rows.push(row);
        self.places.push(place);
        self.articles.push(Article {
            id: name,
            renamed,
            path: None,
            hash: xxh3_128(text.as_bytes()),
            bytes: text.len() as u64,
            ..Article::default()
        });
    }
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
        let mut ids: HashSet<String> =
            self.articles.iter().map(|article| article.id.clone()).collect();
        for mut article in other.articles {
            while !ids.insert(article.id.clone()) {
                article.id.push_str("#against");
                article.renamed = true;
            }
            self.articles.push(article);
        }
        self.texts.append(other.texts);
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
