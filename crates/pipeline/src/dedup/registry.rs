//! Registry of the articles of an input, by number: the outcome of the first pass.

use std::path::Path;

use anyhow::ensure;
use retold_corpus::{IdType, Place, Position, Reached, ReadReport, Record};

use super::frame::{Body, Header};
use super::journal::Journal;
use super::places::{Places, follows, nth};
use crate::Error;
use crate::stored::StorageBudget;

/// What the first pass read, and where each article is.
#[derive(Debug)]
pub struct ArticleRegistry {
    /// The report of reading the inputs.
    pub report: ReadReport,
    /// The report of reading the references.
    pub reference: ReadReport,
    /// Everything else that is known about the articles, batch by batch.
    pub journal: Journal,
    places: [Places; 2],
    /// How far each corpus has been read.
    reached: [Position; 2],
    is_read: [bool; 2],
    /// Whether an article has an id that is no integer.
    has_text_ids: bool,
}

/// Which of the two corpora an article belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The references: neither changed nor written.
    Reference,
    /// The inputs: those to deduplicate.
    Own,
}

impl Role {
    /// The role that a header states.
    fn of(header: &Header) -> Self {
        if header.is_reference { Self::Reference } else { Self::Own }
    }

    /// Its place in the pairs of [`ArticleRegistry`].
    fn index(self) -> usize {
        match self {
            Self::Reference => 0,
            Self::Own => 1,
        }
    }
}

impl ArticleRegistry {
    fn of(journal: Journal) -> Self {
        Self {
            report: ReadReport::default(),
            reference: ReadReport::default(),
            journal,
            places: Default::default(),
            reached: Default::default(),
            is_read: [false; 2],
            has_text_ids: false,
        }
    }

    /// An empty registry that does not outlast the process.
    pub fn temporary(storage: StorageBudget) -> Self {
        Self::of(Journal::temporary(storage))
    }

    /// Restores what an earlier run recorded in a file, if that exists. Also returns how many
    /// damaged bytes were cut off at its end.
    pub fn lasting(path: &Path, storage: StorageBudget) -> anyhow::Result<(Self, u64)> {
        let mut headers = Self::of(Journal::temporary(storage.clone()));
        let (journal, lost) = Journal::lasting(path, storage, |header| headers.go_on(header))?;
        Ok((Self { journal, ..headers }, lost))
    }

    /// Forgets everything.
    pub fn start_over(&mut self) -> anyhow::Result<()> {
        self.journal.clear()?;
        let empty = Journal::temporary(StorageBudget { bytes: 0, temp: std::env::temp_dir() });
        let journal = std::mem::replace(&mut self.journal, empty);
        *self = Self::of(journal);
        Ok(())
    }

    /// Takes in what a header records.
    fn go_on(&mut self, header: Header) {
        let role = Role::of(&header);
        let side = role.index();
        for (source, line, item, count) in header.runs {
            let start = Place { source, line, item };
            (0..count).for_each(|number| self.places[side].push(nth(start, number)));
        }
        self.has_text_ids |= header.has_text_ids;
        self.reached[side] = header.position;
        self.is_read[side] |= header.is_end;
        let report = self.report_mut(role);
        *report = std::mem::take(report).then(header.report);
    }

    fn report_mut(&mut self, role: Role) -> &mut ReadReport {
        match role {
            Role::Reference => &mut self.reference,
            Role::Own => &mut self.report,
        }
    }

    /// The report of reading one of the corpora.
    pub fn report_of(&self, role: Role) -> &ReadReport {
        match role {
            Role::Reference => &self.reference,
            Role::Own => &self.report,
        }
    }

    /// Where to continue reading the references or the inputs; `None` if they were read to the end.
    pub fn reached(&self, role: Role) -> Option<Position> {
        let side = role.index();
        (!self.is_read[side]).then_some(self.reached[side])
    }

    /// Whether both were read to the end.
    pub fn is_complete(&self) -> bool {
        self.is_read == [true; 2]
    }

    /// The ids of the references or of the inputs, so far.
    pub fn ids(&self, role: Role) -> impl Iterator<Item = Result<String, Error>> {
        let own = self.places[0].len()..self.journal.articles();
        let range = match role {
            Role::Reference => 0..self.places[0].len(),
            Role::Own => own,
        };
        range.map(|article| self.journal.id(article))
    }

    /// What a batch records about its articles, except for what is computed from their texts.
    pub fn body(records: &[Record]) -> Body {
        let mut body = Body::default();
        for record in records {
            body.ids.push_str(&record.id);
            body.ends.push(body.ids.len() as u32);
            body.has_text_ids |= record.id_type == IdType::Text;
            body.bytes.push(record.text.len() as u32);
        }
        body
    }

    /// Adds a batch whose articles are at these places.
    pub fn push(
        &mut self,
        role: Role,
        places: &[Place],
        body: &Body,
        reached: Reached<'_>,
    ) -> anyhow::Result<()> {
        ensure!(
            u64::from(self.journal.articles()) + (places.len() as u64) < u64::from(u32::MAX / 2),
            "there are more than 2,147,483,647 articles; take them apart"
        );
        let position = reached.position;
        let report = reached.report.since(self.report_of(role));
        let runs = runs(places);
        let is_reference = role == Role::Reference;
        let has_text_ids = body.has_text_ids;
        let header =
            Header { is_reference, position, report, runs, has_text_ids, ..Header::default() };
        self.add(header, body)
    }

    /// Marks the references or the inputs as read to the end.
    pub fn end(&mut self, role: Role, report: &ReadReport) -> anyhow::Result<()> {
        let report = report.since(self.report_of(role));
        let position = self.reached[role.index()];
        let is_reference = role == Role::Reference;
        let header = Header { is_reference, is_end: true, position, report, ..Header::default() };
        self.add(header, &Body::default())
    }

    fn add(&mut self, mut header: Header, body: &Body) -> anyhow::Result<()> {
        self.journal.push(&mut header, body)?;
        self.go_on(header);
        Ok(())
    }

    /// The number of the article at a place.
    pub fn number(&self, place: Place, role: Role) -> Option<u32> {
        let [reference, own] = &self.places;
        match role {
            Role::Reference => reference.number(place),
            Role::Own => Some(reference.len() + own.number(place)?),
        }
    }

    /// How many articles a source of the references or of the inputs has.
    pub fn articles_of(&self, source: u32, role: Role) -> u32 {
        let places = &self.places[role.index()];
        let before = |source| places.before(Place::on_line(source, 0));
        before(source + 1) - before(source)
    }

    /// The place of an article, and whose it is.
    pub fn place(&self, article: u32) -> Option<(Role, Place)> {
        let [reference, own] = &self.places;
        match article.checked_sub(reference.len()) {
            None => Some((Role::Reference, reference.place(article)?)),
            Some(article) => Some((Role::Own, own.place(article)?)),
        }
    }

    /// What the ids are in records: integers if all of them are.
    pub fn id_type(&self) -> IdType {
        if self.has_text_ids { IdType::Text } else { IdType::Integer }
    }

    /// The number of reference articles; they come first.
    pub fn references(&self) -> u32 {
        self.places[0].len()
    }

    /// The number of the first input article that does not belong to an earlier source.
    pub fn first_from(&self, source: u32) -> u32 {
        self.references() + self.places[1].before(Place::on_line(source, 0))
    }
}

/// Groups places that follow one another.
fn runs(places: &[Place]) -> Vec<(u32, u64, u32, u32)> {
    let run = |run: &[Place]| (run[0].source, run[0].line, run[0].item, run.len() as u32);
    places.chunk_by(follows).map(run).collect()
}
