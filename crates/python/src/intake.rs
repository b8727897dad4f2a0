//! Rows as articles for an archive: ids that last, and what is known of each.

use arrow_array::{Array, ArrayRef};
use pyo3::prelude::*;
use retold_archive::{About, NewArticle};
use retold_pipeline::{Settings, dates};
use retold_report::Notes;

use crate::call::Call;
use crate::column::{Dated, Strings, date, id, seconds};
use crate::corpus::{Columns, Corpus, Names, note_that};
use crate::errors;
use crate::values::integer;

/// The columns that say what is known of articles, as a dict with these keys: those that are named
/// must be there.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct AboutColumns {
    source: Option<String>,
    title: Option<String>,
    url: Option<String>,
    published: Option<String>,
    seen: Option<String>,
    /// The source of articles that state none.
    default_source: Option<String>,
}

/// Whether articles have to state an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// They stay, so they need one.
    Needed,
    /// They only ask, and may go by their rows.
    Wanted,
}

/// Articles for an archive, and what was wrong with others.
pub struct Intake {
    pub articles: Vec<NewArticle>,
    pub skipped: Notes,
    pub repaired: Notes,
}

impl Intake {
    /// Of the data of a call.
    pub fn of(
        call: &Call<'_>,
        about: &AboutColumns,
        ids: Ids,
        settings: &Settings,
    ) -> PyResult<Self> {
        let columns = Columns { fields: about.names(), names: Names::Rows, ..call.columns() };
        let corpus = Corpus::of(&call.data, &columns, settings)?;
        let places = Places::of(&corpus, &columns, about)?;
        if places.id.is_none() && ids == Ids::Needed && corpus.frame.rows() > 0 {
            return Err(errors::data(format!(
                "an archive needs ids that last; name their column with id=; there are {:?}",
                corpus.frame.names
            )));
        }
        Ok(call.data.py().detach(|| Self::read(&corpus, &places, (about, ids))))
    }

    fn read(corpus: &Corpus, places: &Places, (about, ids): (&AboutColumns, Ids)) -> Self {
        let now = dates::now();
        let chunks: Vec<_> = corpus.frame.chunks.iter().map(|chunk| places.cells(chunk)).collect();
        let mut intake = Self {
            articles: Vec::with_capacity(corpus.articles.len()),
            skipped: corpus.skipped.clone(),
            repaired: corpus.repaired.clone(),
        };
        for (article, row) in corpus.rows.iter().enumerate() {
            let (chunk, at) = corpus.texts.place(article);
            let (cells, Some(text)) = (&chunks[chunk], corpus.texts.get(article)) else { continue };
            let stated = cells.id.as_ref().and_then(|id| id.id(at));
            let id = match (stated, ids) {
                (Some(id), _) => id,
                (None, Ids::Wanted) => format!("#{row}"),
                (None, Ids::Needed) => {
                    let reason = "states no id that an archive could know it by";
                    note_that(&mut intake.skipped, *row, reason.to_owned());
                    continue;
                }
            };
            let cell = |cell: &Option<Cell>| cell.as_ref().and_then(|cell| cell.text(at));
            let first_seen = match cells.seen.as_ref().map(|seen| seen.time(at)) {
                None | Some(Ok(None)) => now,
                Some(Ok(Some(time))) => time,
                Some(Err(())) => {
                    let reason = "states no date that it was first seen; the present was taken";
                    note_that(&mut intake.repaired, *row, reason.to_owned());
                    now
                }
            };
            let about = About {
                source: cell(&cells.source).or_else(|| about.default_source.clone()),
                title: cell(&cells.title),
                url: cell(&cells.url),
                published: cells.published.as_ref().and_then(|cell| cell.time(at).ok()?),
                embargo: cells.embargo.as_ref().and_then(|cell| cell.time(at).ok()?),
                status: cell(&cells.status).as_deref().and_then(About::status_of),
                copyright_holder: cell(&cells.copyright_holder),
                usage_terms: cell(&cells.usage_terms),
            };
            intake.articles.push(NewArticle { id, text: text.to_owned(), about, first_seen });
        }
        intake
    }
}

impl AboutColumns {
    /// The names to look for, those that were not given by default.
    fn names(&self) -> Vec<String> {
        let name = |given: &Option<String>, default: &str| given.clone().unwrap_or(default.into());
        let mut names = vec![
            name(&self.source, "source"),
            name(&self.title, "title"),
            name(&self.url, "url"),
            name(&self.published, "published"),
            "embargoed".to_owned(),
            "pubstatus".to_owned(),
            "copyrightholder".to_owned(),
            "usageterms".to_owned(),
        ];
        names.extend(self.seen.clone());
        names
    }
}

/// Which columns of the frame they are.
#[derive(Default)]
struct Places {
    id: Option<usize>,
    source: Option<usize>,
    title: Option<usize>,
    url: Option<usize>,
    published: Option<usize>,
    embargo: Option<usize>,
    status: Option<usize>,
    copyright_holder: Option<usize>,
    usage_terms: Option<usize>,
    seen: Option<usize>,
}

impl Places {
    fn of(corpus: &Corpus, columns: &Columns, about: &AboutColumns) -> PyResult<Self> {
        let frame = &corpus.frame;
        if frame.chunks.is_empty() {
            return Ok(Self::default());
        }
        let place = |given: &Option<String>, default: &str| match given {
            Some(name) => frame.column(name).map(Some),
            None => Ok(frame.find(default)),
        };
        Ok(Self {
            id: place(&columns.id, "id")?,
            source: place(&about.source, "source")?,
            title: place(&about.title, "title")?,
            url: place(&about.url, "url")?,
            published: place(&about.published, "published")?,
            embargo: frame.find("embargoed"),
            status: frame.find("pubstatus"),
            copyright_holder: frame.find("copyrightholder"),
            usage_terms: frame.find("usageterms"),
            seen: about.seen.as_ref().map(|name| frame.column(name)).transpose()?,
        })
    }

    fn cells(&self, chunk: &[ArrayRef]) -> Cells {
        let cell = |place: Option<usize>| place.map(|place| Cell::new(&chunk[place]));
        Cells {
            id: cell(self.id),
            source: cell(self.source),
            title: cell(self.title),
            url: cell(self.url),
            published: cell(self.published),
            embargo: cell(self.embargo),
            status: cell(self.status),
            copyright_holder: cell(self.copyright_holder),
            usage_terms: cell(self.usage_terms),
            seen: cell(self.seen),
        }
    }
}

/// The columns of a chunk.
struct Cells {
    id: Option<Cell>,
    source: Option<Cell>,
    title: Option<Cell>,
    url: Option<Cell>,
    published: Option<Cell>,
    embargo: Option<Cell>,
    status: Option<Cell>,
    copyright_holder: Option<Cell>,
    usage_terms: Option<Cell>,
    seen: Option<Cell>,
}

struct Cell {
    array: ArrayRef,
    strings: Option<Strings>,
}

impl Cell {
    fn new(array: &ArrayRef) -> Self {
        Self { array: array.clone(), strings: Strings::of(array) }
    }

    /// The id that a row states; an empty one is none.
    fn id(&self, row: usize) -> Option<String> {
        let id = id(&self.array, self.strings.as_ref(), row).ok().flatten();
        id.map(|(id, _)| id).filter(|id| !id.is_empty())
    }

    /// A text or a whole number; nothing for what is neither, or blank.
    fn text(&self, row: usize) -> Option<String> {
        let text = match &self.strings {
            Some(strings) => strings.get(row).map(|text| text.trim().to_owned()),
            None if self.array.is_null(row) => None,
            None => integer(&self.array, row).map(|number| number.to_string()),
        };
        text.filter(|text| !text.is_empty())
    }

    /// Seconds since 1970; an error for what is no date.
    fn time(&self, row: usize) -> Result<Option<i64>, ()> {
        match date(&self.array, row) {
            Dated::At(moment) => Ok(Some(seconds(moment))),
            Dated::Missing => Ok(None),
            Dated::Unreadable(_) => Err(()),
        }
    }
}
