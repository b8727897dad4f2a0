//! A corpus in memory.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use retold::engine;
use retold::text::Analyzer;
use retold::{Engine, Span};
use retold_corpus::{Corpus, Field, Names, Problems, ReadReport, Record};
use retold_report::{
    Article, Evidence, FieldValue, Findings, IdType, Note, Notes, Pair, Read, Run, Stage, Texts,
};
use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_128;

use crate::Progress;
use crate::about::{about, owner};
use crate::stdin::Stdin;
use crate::stored::{StorageBudget, StoredTexts};

/// All articles of a corpus with their texts.
pub struct LoadedCorpus {
    /// The articles, in the order read.
    pub articles: Vec<Article>,
    /// Their texts.
    pub texts: StoredTexts,
    /// The report of reading.
    pub report: ReadReport,
    /// How long it took.
    pub took: Duration,
    /// How reports name settings.
    pub names: Names,
    /// Names of the fields that are passed through.
    pub fields: Vec<String>,
}

impl LoadedCorpus {
    /// Empty; texts are held within the storage budget.
    pub fn new(storage: StorageBudget) -> Self {
        Self {
            articles: Vec::new(),
            texts: StoredTexts::new(storage),
            report: ReadReport::default(),
            took: Duration::ZERO,
            names: Field::name,
            fields: Vec::new(),
        }
    }

    /// Sets the fields that are passed through, of those that are read.
    #[must_use]
    pub fn passing(self, fields: &[String]) -> Self {
        Self { fields: fields.to_vec(), ..self }
    }

    /// Reads everything and keeps the wanted articles. All fields that are read are passed through.
    pub fn load(
        corpus: &Corpus,
        storage: StorageBudget,
        progress: &dyn Progress,
        mut is_wanted: impl FnMut(&Record) -> bool,
    ) -> anyhow::Result<Self> {
        let loaded = Self::new(storage).passing(&corpus.options().keep_fields);
        loaded.read_all(corpus, progress, &mut is_wanted)
    }

    /// Reads everything and adds the wanted articles.
    pub fn read_all(
        mut self,
        corpus: &Corpus,
        progress: &dyn Progress,
        mut is_wanted: impl FnMut(&Record) -> bool,
    ) -> anyhow::Result<Self> {
        let start = Instant::now();
        let loaded = &mut self;
        let (mut failed, cancel) = (Ok(()), progress.cancel());
        progress.begin_open("reading");
        loaded.report = corpus.read_with(Stdin::new(&cancel), |batch| {
            if cancel.is_cancelled() {
                return ControlFlow::Break(());
            }
            progress.advance(batch.records.len() as u64);
            for record in batch.records.into_iter().filter(&mut is_wanted) {
                loaded.articles.push(article(corpus, &record, loaded.fields.len()));
                failed = loaded.texts.push(record.text);
                if failed.is_err() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        failed?;
        cancel.check()?;
        loaded.texts.finish()?;
        loaded.took = start.elapsed();
        Ok(self)
    }

    /// What a report can say of the articles and of reading them, with the pairs that were found.
    pub fn findings<'s>(
        &'s self,
        run: Run,
        pairs: &'s [Pair],
        texts: &'s dyn Texts,
    ) -> Findings<'s> {
        Findings {
            run,
            read: self.read(),
            skipped: notes(&self.report.skipped, self.names),
            repaired: notes(&self.report.repaired, self.names),
            articles: &self.articles,
            fields: &self.fields,
            pairs,
            clusters: None,
            stages: vec![Stage { name: "read".to_owned(), took: self.took }],
            counts: Vec::new(),
            texts,
        }
    }

    /// What was read, for a report.
    pub fn read(&self) -> Read {
        let ReadReport { articles, bytes, files, .. } = self.report;
        Read { articles, bytes, files }
    }

    /// Where reports get the texts from.
    pub fn evidence(&self, engine: &Engine) -> impl Texts + use<'_> {
        evidence(&self.texts, engine)
    }
}

/// The article of a record, of whose fields the first so many are passed through; others are those
/// of [`AboutFields`](crate::AboutFields).
pub fn article(corpus: &Corpus, record: &Record, passes: usize) -> Article {
    let source = &corpus.sources()[record.place.source as usize];
    let own_file = source.path.as_ref().filter(|_| record.place.line == 0);
    let mut fields = passed(record);
    let others = fields.split_off(passes.min(fields.len()));
    Article {
        id: record.id.clone(),
        renamed: record.shared_id.is_some() && record.place.line > 0,
        path: own_file.and_then(|path| std::path::absolute(path).ok()),
        hash: xxh3_128(record.text.as_bytes()),
        bytes: record.text.len() as u64,
        id_type: id_type(record.id_type),
        fields,
        about: about(&others),
        note: String::new(),
        owner: owner(corpus, record),
    }
}

/// What an id of this type is in records.
pub fn id_type(of: retold_corpus::IdType) -> IdType {
    match of {
        retold_corpus::IdType::Text => IdType::Text,
        retold_corpus::IdType::Integer => IdType::Integer,
    }
}

/// The fields of a record that are passed through.
pub fn passed(record: &Record) -> Vec<FieldValue> {
    let value = |json: &Option<Box<str>>| RawValue::from_string(json.clone()?.into_string()).ok();
    record.fields.iter().map(value).collect()
}

/// What a reading skipped or repaired, for a report.
fn notes(problems: &Problems, names: Names) -> Notes {
    let note = |problem: &retold_corpus::Problem| Note {
        path: problem.path.clone(),
        line: problem.line,
        reason: problem.reason.message_with(names),
    };
    let counts = problems.counts().iter().map(|(reason, n)| (reason.message_with(names), *n));
    Notes { counts: counts.collect(), listed: problems.listed().iter().map(note).collect() }
}

/// Where reports get the texts from, if they are these.
pub fn evidence<'s, T: engine::Texts>(texts: &'s T, engine: &Engine) -> impl Texts + use<'s, T> {
    let (analyzer, spans) = (RefCell::new(engine.analyzer()), RefCell::default());
    Shown { texts, analyzer, spans }
}

struct Shown<'s, T> {
    texts: &'s T,
    analyzer: RefCell<Analyzer>,
    /// Of the articles asked for so far: one may be in many pairs.
    spans: RefCell<HashMap<usize, Spans>>,
}

/// Sentences and quotations of an article.
type Spans = (Vec<Span>, Vec<Span>);

impl<T: engine::Texts> Texts for Shown<'_, T> {
    fn evidence(&self, article: usize) -> io::Result<Evidence<'_>> {
        if article >= self.texts.len() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let text = self.texts.text(article).map_err(io::Error::other)?;
        let mut known = self.spans.borrow_mut();
        let (sentences, quotations) = known.entry(article).or_insert_with(|| {
            let parts = self.analyzer.borrow_mut().article(&text);
            (parts.sentences.iter().map(|sentence| sentence.span).collect(), parts.quotations)
        });
        Ok(Evidence { text, sentences: sentences.clone(), quotations: quotations.clone() })
    }
}
