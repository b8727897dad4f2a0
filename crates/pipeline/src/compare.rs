//! Compares two files side by side.

use std::ffi::OsStr;
use std::ops::ControlFlow;

use anyhow::{Context, anyhow};
use retold::align::Relation;
use retold::engine::Texts as _;
use retold::{Cancel, Engine};
use retold_corpus::{Corpus, Names, ReadReport, Record};
use retold_report::{Findings, Pair, Run, Texts};

use crate::Error;
use crate::loaded::{LoadedCorpus, article};
use crate::settings::Settings;
use crate::stdin::Stdin;
use crate::stored::StorageBudget;

/// Two articles and their comparison.
pub struct Compared {
    loaded: LoadedCorpus,
    pair: Pair,
}

impl Compared {
    /// Reads two files, each given by its name and a corpus of its own, and compares them. `cancel`
    /// stops the run.
    pub fn of(
        found: [(&OsStr, Corpus); 2],
        engine: &Engine,
        settings: &Settings,
        cancel: &Cancel,
    ) -> anyhow::Result<Self> {
        let mut loaded =
            LoadedCorpus::new(StorageBudget { bytes: usize::MAX, ..settings.storage.clone() });
        loaded.names = settings.names;
        loaded.fields.clone_from(&settings.reading.keep_fields);
        for (name, corpus) in found {
            loaded.add_one(name, &corpus, cancel)?;
        }
        settings.check_read(&[&loaded.report])?;
        let text = |at| loaded.texts.text(at).map_err(|error| anyhow!(error));
        let comparison = engine.compare_until(&text(0)?, &text(1)?, cancel)?;
        Ok(Self { loaded, pair: Pair { a: 0, b: 1, comparison } })
    }

    /// How they are related.
    pub fn relation(&self) -> Relation {
        self.pair.comparison.relation
    }

    /// The report of reading them.
    pub fn report(&self) -> &ReadReport {
        &self.loaded.report
    }

    /// Where reports get the texts from.
    pub fn evidence(&self, engine: &Engine) -> impl Texts + use<'_> {
        self.loaded.evidence(engine)
    }

    /// Everything that a report can say of them.
    pub fn findings<'c>(&'c self, run: Run, texts: &'c dyn Texts) -> Findings<'c> {
        self.loaded.findings(run, std::slice::from_ref(&self.pair), texts)
    }
}

impl LoadedCorpus {
    /// Adds the one article of a file.
    fn add_one(&mut self, name: &OsStr, corpus: &Corpus, cancel: &Cancel) -> anyhow::Result<()> {
        let mut records: Vec<Record> = Vec::new();
        let report = corpus.read_with(Stdin::new(cancel), |batch| {
            records.extend(batch.records);
            if records.len() > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        cancel.check()?;
        if records.len() > 1 {
            return Err(Error::SeveralArticles { name: name.display().to_string() }.into());
        }
        let record = records.pop().with_context(|| nothing(name, &report, self.names))?;
        self.report.failures += report.failures;
        self.report.skipped.append(&report.skipped);
        self.report.repaired.append(&report.repaired);
        self.articles.push(article(corpus, &record, self.fields.len()));
        self.texts.push(record.text)?;
        self.report.articles += 1;
        self.report.bytes += report.bytes;
        self.report.files += report.files;
        Ok(())
    }
}

/// Why a file yielded no article.
fn nothing(name: &OsStr, report: &ReadReport, names: Names) -> String {
    let problem = report.skipped.listed().first();
    match problem {
        Some(problem) => problem.to_string_with(names),
        None => format!("{}: holds no article", name.display()),
    }
}
