//! Multi-pass input: the articles of a run, read several times in the same order, the references
//! first.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::ops::ControlFlow;

use anyhow::{Context, bail, ensure};
use retold::Cancel;
use retold_corpus::{Batch, Corpus, Ids, Names, Problem, Selection, Start};
use retold_report::dedup::Incomplete;
use tempfile::NamedTempFile;
use xxhash_rust::xxh3::Xxh3;

use super::manifest::InputState;
use super::registry::{ArticleRegistry, Role};
use crate::stdin::Stdin;
use crate::{Error, Progress};

/// References and inputs, which can be read in several passes.
pub struct MultiPassInput {
    reference: Corpus,
    own: Corpus,
    /// A copy of the standard input, which can be read only once.
    stdin: Option<(NamedTempFile, InputState)>,
    /// State of the files before the first pass.
    states: Vec<InputState>,
    /// Stops every pass.
    cancel: Cancel,
}

/// A batch of articles.
pub struct Articles<'p> {
    /// The articles.
    pub batch: Batch,
    /// Their numbers; without gaps in the first pass.
    pub numbers: Vec<u32>,
    /// The corpus that they belong to.
    pub corpus: &'p Corpus,
}

/// Which articles a later pass returns, by number, and which parts of them; see [`Selection`].
pub struct Reread<'w> {
    /// Whether an article is wanted.
    pub wanted: &'w (dyn Fn(u32) -> bool + Sync),
    /// Only the raw bytes of a record.
    pub only_raw: bool,
    /// The first source of the inputs to read.
    pub from: u32,
}

/// What is recorded about the articles of a batch besides their ids and places.
#[derive(Debug, Default)]
pub struct Kept {
    /// Preference for keeping each: lower is better.
    pub preferences: Vec<u64>,
    /// Their signatures; may be empty.
    pub page: Vec<u8>,
}

/// The error for an input that changed.
pub const CHANGED: &str =
    "the input changed while it was read; run again when nothing writes to it";

impl MultiPassInput {
    /// Copies the standard input into a temporary file, if it is an input. `cancel` stops this and
    /// every pass.
    pub fn new(reference: Corpus, own: Corpus, cancel: Cancel) -> anyhow::Result<Self> {
        let reads_stdin = |corpus: &Corpus| corpus.sources().iter().any(|of| of.path.is_none());
        let stdin = match (reads_stdin(&reference), reads_stdin(&own)) {
            (true, true) => bail!("`-` is named twice, but there is one standard input only"),
            (false, false) => None,
            _ => Some(
                spooled(&cancel).context("cannot copy the standard input to a temporary file")?,
            ),
        };
        let mut input = Self { reference, own, stdin, states: Vec::new(), cancel };
        input.go_on()?;
        input.states = input.states_now();
        Ok(input)
    }

    /// State of the files before the first pass.
    pub fn states(&self) -> &[InputState] {
        &self.states
    }

    /// The name of a file, including the folder that was given.
    pub fn name_of(&self, source: u32, role: Role) -> String {
        let corpus = match role {
            Role::Reference => &self.reference,
            Role::Own => &self.own,
        };
        corpus.sources()[source as usize].shown()
    }

    /// The articles to deduplicate.
    pub fn own(&self) -> &Corpus {
        &self.own
    }

    /// The first pass: reads all articles that are not in the registry yet, in order, until `each`
    /// fails, and adds them to it.
    pub fn read(
        &self,
        registry: &mut ArticleRegistry,
        mut each: impl FnMut(Articles<'_>) -> anyhow::Result<Kept>,
    ) -> anyhow::Result<()> {
        for (corpus, role) in [(&self.reference, Role::Reference), (&self.own, Role::Own)] {
            let Some(position) = registry.reached(role) else { continue };
            let report = registry.report_of(role).clone();
            let mut ids = Ids::default();
            registry.ids(role).try_for_each(|id| id.map(|id| ids.note(&id)))?;
            let start = Start { position, report, ids };
            let mut failed = Ok(());
            let report = corpus.read_from(start, self.reopened()?, |batch, reached| {
                let places: Vec<_> = batch.records.iter().map(|record| record.place).collect();
                let mut body = ArticleRegistry::body(&batch.records);
                let first = registry.journal.articles();
                let numbers = (first..).take(places.len()).collect();
                let go_on = self.go_on();
                let kept = go_on.and_then(|()| each(Articles { batch, numbers, corpus }));
                failed = kept.and_then(|kept| {
                    (body.preferences, body.page) = (kept.preferences, kept.page);
                    registry.push(role, &places, &body, reached)
                });
                if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            failed?;
            self.go_on()?;
            registry.end(role, &report)?;
        }
        Ok(())
    }

    /// How many articles there are. Reads everything.
    pub fn count(&self, progress: &dyn Progress) -> anyhow::Result<u64> {
        let mut count = 0;
        for corpus in [&self.reference, &self.own] {
            corpus.read_with(self.reopened()?, |batch| {
                count += batch.records.len() as u64;
                progress.advance(batch.records.len() as u64);
                let is_cancelled = self.cancel.is_cancelled();
                if is_cancelled { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            self.go_on()?;
        }
        Ok(count)
    }

    /// A later pass: reads selected articles again, in order, until `each` fails.
    pub fn read_again(
        &self,
        registry: &ArticleRegistry,
        selection: &Reread<'_>,
        mut each: impl FnMut(Articles<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let own = if selection.only_raw { &self.own.keeping_raw() } else { &self.own };
        for (corpus, role) in [(&self.reference, Role::Reference), (own, Role::Own)] {
            let wanted =
                |place| registry.number(place, role).is_some_and(|at| (selection.wanted)(at));
            let from = match role {
                Role::Reference => 0,
                Role::Own => selection.from,
            };
            let is_enough = || self.cancel.is_cancelled();
            let only_raw = selection.only_raw;
            let records = Selection { wanted: &wanted, only_raw, from, is_enough: &is_enough };
            let mut failed = Ok(());
            corpus.read_again(records, self.reopened()?, |batch| {
                let places = batch.records.iter().map(|record| record.place);
                let numbers: Option<_> = places.map(|place| registry.number(place, role)).collect();
                failed = numbers
                    .context(CHANGED)
                    .and_then(|numbers| each(Articles { batch, numbers, corpus }));
                if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            failed?;
            self.go_on()?;
        }
        Ok(())
    }

    /// An error if the run was cancelled.
    fn go_on(&self) -> anyhow::Result<()> {
        Ok(self.cancel.check().map_err(Error::from)?)
    }

    /// Inputs and references that were not read to their end.
    pub fn incomplete(&self, registry: &ArticleRegistry, names: Names) -> Vec<Incomplete> {
        let sides = [(&self.reference, Role::Reference), (&self.own, Role::Own)];
        let of_side = |(corpus, role): (&Corpus, Role)| -> Vec<Incomplete> {
            let of = |problem: &Problem| {
                let sources = corpus.sources().iter();
                let source = (0..).zip(sources).find(|(_, of)| of.shown() == problem.path);
                let articles = source.map_or(0, |(source, _)| registry.articles_of(source, role));
                let (path, line) = (problem.path.clone(), problem.line);
                Incomplete { path, articles: articles.into(), line, reason: problem.said(names) }
            };
            registry.report_of(role).incomplete.listed().iter().map(of).collect()
        };
        sides.into_iter().flat_map(of_side).collect()
    }

    /// An error if a file has changed since before the first pass.
    pub fn check_unchanged(&self) -> anyhow::Result<()> {
        ensure!(self.states == self.states_now(), CHANGED);
        Ok(())
    }

    fn states_now(&self) -> Vec<InputState> {
        let stdin = self.stdin.as_ref().map(|(_, state)| state);
        let of = |corpus| InputState::of_all(corpus, stdin);
        [of(&self.reference), of(&self.own)].concat()
    }

    fn reopened(&self) -> anyhow::Result<Box<dyn io::Read + Send>> {
        Ok(match &self.stdin {
            None => Box::new(io::empty()),
            Some((kept, _)) => {
                Box::new(File::open(kept.path()).context("cannot read the standard input again")?)
            }
        })
    }
}

/// Copies the standard input; a hash takes the place of its modification time.
fn spooled(cancel: &Cancel) -> io::Result<(NamedTempFile, InputState)> {
    let (mut kept, mut hash, mut bytes) = (NamedTempFile::new()?, Xxh3::new(), 0);
    let (mut stdin, mut buffer) = (Stdin::new(cancel), vec![0; 1 << 16]);
    loop {
        let read = match stdin.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&buffer[..read]);
        bytes += read as u64;
        kept.write_all(&buffer[..read])?;
    }
    kept.rewind()?;
    let modified = Some(hash.digest128());
    Ok((kept, InputState { path: "-".to_owned(), bytes: Some(bytes), modified }))
}
