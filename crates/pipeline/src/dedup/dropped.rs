//! `dropped.jsonl`: each article that is dropped, and the one that is kept instead.

use std::collections::HashSet;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::ensure;
use retold::Engine;
use retold::align::Comparison;
use retold::engine::dedup::Drop;
use retold_report::dedup::{Dropped, Located};
use retold_report::{FieldValue, Id, IdType, Named, PassedFields};
use xxhash_rust::xxh3::xxh3_64;

use super::multi_pass::{CHANGED, MultiPassInput, Reread};
use super::plan::Plan;
use super::registry::{ArticleRegistry, Role};
use crate::disk::OutputFile;
use crate::loaded::{id_type, passed};
use crate::settings::Settings;
use crate::stored::StoredTexts;
use crate::{Error, Progress};

/// What is written of the articles that are dropped.
pub struct DroppedRecords<'d> {
    /// What is dropped, and why.
    pub plan: &'d Plan,
    /// The articles.
    pub input: &'d MultiPassInput,
    /// What to say of them.
    pub settings: &'d Settings,
    /// Is told of progress.
    pub progress: &'d dyn Progress,
}

/// What the articles say themselves, read again: those that are dropped, and those kept instead.
#[derive(Default)]
struct Details {
    /// Their numbers, ascending.
    articles: Vec<u32>,
    fields: Vec<Vec<FieldValue>>,
    texts: Option<StoredTexts>,
}

impl Details {
    /// Where an article is among them.
    fn at(&self, article: u32) -> Option<usize> {
        self.articles.binary_search(&article).ok()
    }
}

impl DroppedRecords<'_> {
    /// Writes a record for each dropped article, in the order read.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut out = BufWriter::new(OutputFile::create(path)?);
        let (drops, cancel) = (self.plan.decisions.drops(), self.progress.cancel());
        let details = self.details(drops)?;
        let ids = RetainedIds::new(&self.plan.registry, drops, self.input)?;
        let writing = Writing { records: self, details: &details, ids: &ids };
        let Some(texts) = &details.texts else {
            for drop in drops {
                cancel.check()?;
                writing.write(drop, None, &mut out)?;
            }
            return Ok(out.flush()?);
        };
        let place = |article| details.at(article).map_or(0, |at| at as u32);
        let pairs: Vec<_> =
            drops.iter().map(|drop| (place(drop.article), place(drop.retained))).collect();
        let engine = Engine::new(self.settings.engine.clone())?;
        self.progress.begin_steps("comparing", pairs.len() as u64);
        let (mut rest, mut failed) = (drops.iter(), Ok(()));
        let each = |_: &[(u32, u32)], compared: Vec<Comparison>| {
            let mut written = compared.iter().zip(&mut rest);
            failed = written.try_for_each(|(of, drop)| writing.write(drop, Some(of), &mut out));
            if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let pool = self.settings.pool()?;
        let compared = pool.install(|| engine.compare_batches(texts, &pairs, self.progress, each));
        failed?;
        compared.map_err(Error::from)?;
        Ok(out.flush()?)
    }

    /// Reads the articles again, if anything that they say is asked for.
    fn details(&self, drops: &[Drop]) -> anyhow::Result<Details> {
        let Self { plan, input, settings, progress } = self;
        let wants_texts = settings.dropped_matches.any();
        if !wants_texts && settings.reading.keep_fields.is_empty() {
            return Ok(Details::default());
        }
        let mut articles: Vec<u32> =
            drops.iter().flat_map(|drop| [drop.article, drop.retained]).collect();
        articles.sort_unstable();
        articles.dedup();
        let mut texts = StoredTexts::new(settings.storage.clone());
        let (mut fields, mut read) = (Vec::with_capacity(articles.len()), Vec::<u32>::new());
        let is_wanted = |article: u32| articles.binary_search(&article).is_ok();
        let reread = Reread { wanted: &is_wanted, only_raw: false, from: 0 };
        progress.begin_steps("reading again", articles.len() as u64);
        input.read_again(&plan.registry, &reread, |batch| {
            progress.advance(batch.numbers.len() as u64);
            read.extend(&batch.numbers);
            batch.batch.records.into_iter().try_for_each(|record| {
                fields.push(passed(&record));
                if wants_texts { texts.push(record.text) } else { Ok(()) }
            })
        })?;
        ensure!(read == articles, CHANGED);
        texts.finish()?;
        Ok(Details { articles, fields, texts: wants_texts.then_some(texts) })
    }
}

/// Writes records one by one.
struct Writing<'w> {
    records: &'w DroppedRecords<'w>,
    details: &'w Details,
    ids: &'w RetainedIds<'w>,
}

impl Writing<'_> {
    fn write(
        &self,
        drop: &Drop,
        compared: Option<&Comparison>,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let &Drop { article, retained, relation, score } = drop;
        let DroppedRecords { plan, settings, .. } = self.records;
        let names = [plan.registry.journal.id(article)?, self.ids.id(retained)?];
        let files = [article, retained].map(|article| self.file(article));
        let located = |at: usize, article| self.located(&names[at], &files[at], article);
        let shown = settings.dropped_matches;
        let dropped = Dropped {
            article: located(0, article),
            retained: located(1, retained),
            relation,
            score,
            why: plan.why(article, retained, relation)?,
            passages: compared.filter(|_| shown.passages).map(|found| &found.passages[..]),
            sentences: compared.filter(|_| shown.sentences).map(|found| &found.sentences[..]),
        };
        Ok(dropped.write(out)?)
    }

    /// The file of an article, as it was found.
    fn file(&self, article: u32) -> String {
        let DroppedRecords { plan, input, .. } = self.records;
        let place = plan.registry.place(article);
        place.map_or_else(String::new, |(role, place)| input.name_of(place.source, role))
    }

    fn located<'l>(&'l self, id: &'l str, file: &'l str, article: u32) -> Located<'l> {
        let DroppedRecords { plan, settings, .. } = self.records;
        let names = &settings.reading.keep_fields;
        let values = self.details.at(article).map_or(&[][..], |at| &self.details.fields[at]);
        let fields = PassedFields { names, values };
        let named = Named { id: Id::new(id, self.ids.id_type), fields };
        let place = plan.registry.place(article).map(|(_, place)| place);
        let line = place.map(|place| place.line).filter(|line| *line > 0);
        let object = place.map(|place| u64::from(place.item) + 1).filter(|object| *object > 1);
        Located { named, file, line, object }
    }
}

/// What retained articles are called. A reference article may share its id with an input article;
/// then it gets an id that leads to its place.
struct RetainedIds<'k> {
    registry: &'k ArticleRegistry,
    input: &'k MultiPassInput,
    /// What ids are in all records.
    id_type: IdType,
    /// Hashes of the ids of the inputs; empty if no reference article is retained.
    own: HashSet<u64>,
}

impl<'k> RetainedIds<'k> {
    fn new(
        registry: &'k ArticleRegistry,
        drops: &[Drop],
        input: &'k MultiPassInput,
    ) -> Result<Self, Error> {
        let references = registry.references();
        let of_references =
            || drops.iter().map(|drop| drop.retained).filter(|article| *article < references);
        let is_needed = of_references().next().is_some();
        let ids = is_needed.then(|| registry.ids(Role::Own)).into_iter().flatten();
        let own = ids.map(|id| id.map(|id| xxh3_64(id.as_bytes()))).collect::<Result<_, _>>()?;
        let id_type = id_type(registry.id_type());
        let mut ids = Self { registry, input, id_type, own };
        for article in of_references() {
            // An id that leads to a place is a text, and then all are.
            if ids.id_type == IdType::Integer && ids.is_taken(&registry.journal.id(article)?) {
                ids.id_type = IdType::Text;
            }
        }
        Ok(ids)
    }

    fn is_taken(&self, id: &str) -> bool {
        self.own.contains(&xxh3_64(id.as_bytes()))
    }

    fn id(&self, retained: u32) -> Result<String, Error> {
        let id = self.registry.journal.id(retained)?;
        if retained >= self.registry.references() || !self.is_taken(&id) {
            return Ok(id);
        }
        let Some((role, place)) = self.registry.place(retained) else { return Ok(id) };
        let file = self.input.name_of(place.source, role);
        let mut id = match place.line {
            0 => file,
            line if place.item == 0 => format!("{id}#{file}:{line}"),
            line => format!("{id}#{file}:{line}#{}", place.item + 1),
        };
        while self.is_taken(&id) {
            id.push_str("#reference");
        }
        Ok(id)
    }
}
