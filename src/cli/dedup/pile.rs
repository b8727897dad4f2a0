//! The articles of a run, to be read several times in the same order: those of the references,
//! then those to deduplicate.

use std::fs::{self, File};
use std::io::{self, Seek};
use std::ops::ControlFlow;
use std::time::SystemTime;

use anyhow::{Context, bail, ensure};
use retold::corpus::{Batch, Corpus, ReadReport, Record, Selection};
use tempfile::NamedTempFile;

use super::places::Places;

/// References and inputs.
pub struct Pile {
    reference: Corpus,
    own: Corpus,
    /// What came from the standard input, which can be read only once.
    stdin: Option<NamedTempFile>,
    /// What the files were like before the first reading.
    states: Vec<State>,
}

/// Length and time of the last change; nothing for a file that is not there.
type State = Option<(u64, Option<SystemTime>)>;

/// What the first reading leaves behind, by number of the article.
#[derive(Debug, Default)]
pub struct Census {
    /// What reading the inputs came to.
    pub report: ReadReport,
    /// What reading the references came to.
    pub reference: ReadReport,
    places: [Places; 2],
    /// All ids, one behind the other, and where each ends.
    ids: String,
    ends: Vec<u64>,
    bytes: Vec<u32>,
}

/// Some articles of the pile.
pub struct Articles<'p> {
    /// The articles.
    pub batch: Batch,
    /// Their numbers.
    pub numbers: Vec<u32>,
    /// The corpus that they are of.
    pub corpus: &'p Corpus,
    /// Whether they are only here for others to be dropped because of them.
    pub is_reference: bool,
}

/// Which articles a later reading gives, by number, and what of them: [`Selection`].
pub struct Again<'w> {
    /// Whether an article is wanted.
    pub wanted: &'w (dyn Fn(u32) -> bool + Sync),
    /// Only as it was written.
    pub only_raw: bool,
}

/// What a changed input says.
pub const CHANGED: &str =
    "the input changed while it was read; run again when nothing writes to it";

impl Pile {
    /// Copies the standard input into a temporary file, if it is named.
    pub fn new(reference: Corpus, own: Corpus) -> anyhow::Result<Self> {
        let reads_stdin = |corpus: &Corpus| corpus.sources().iter().any(|of| of.path.is_none());
        let stdin = match (reads_stdin(&reference), reads_stdin(&own)) {
            (true, true) => bail!("`-` is named twice, but there is one standard input only"),
            (false, false) => None,
            _ => Some(spooled().context("cannot keep what the standard input gives")?),
        };
        let states = states([&reference, &own]);
        Ok(Self { reference, own, stdin, states })
    }

    /// The articles to deduplicate.
    pub fn own(&self) -> &Corpus {
        &self.own
    }

    /// Reads all articles, in order, until `each` fails.
    pub fn read(
        &self,
        mut each: impl FnMut(Articles<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<Census> {
        let mut census = Census::default();
        for (corpus, is_reference) in [(&self.reference, true), (&self.own, false)] {
            let mut failed = Ok(());
            let report = corpus.read_with(self.reopened()?, |batch| {
                let numbers = batch.records.iter().map(|of| census.note(of, is_reference));
                let numbers = numbers.collect();
                failed = each(Articles { batch, numbers, corpus, is_reference });
                if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            failed?;
            *(if is_reference { &mut census.reference } else { &mut census.report }) = report;
        }
        Ok(census)
    }

    /// Reads some articles again, in order, until `each` fails.
    pub fn read_again(
        &self,
        census: &Census,
        again: &Again<'_>,
        mut each: impl FnMut(Articles<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let own = if again.only_raw { &self.own.keeping_raw() } else { &self.own };
        for (corpus, is_reference) in [(&self.reference, true), (own, false)] {
            let wanted =
                |place| census.number(place, is_reference).is_some_and(|at| (again.wanted)(at));
            let selection = Selection { wanted: &wanted, only_raw: again.only_raw };
            let mut failed = Ok(());
            corpus.read_again(selection, self.reopened()?, |batch| {
                let places = batch.records.iter().map(|record| record.place);
                let numbers: Option<_> =
                    places.map(|place| census.number(place, is_reference)).collect();
                failed = numbers
                    .context(CHANGED)
                    .and_then(|numbers| each(Articles { batch, numbers, corpus, is_reference }));
                if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            failed?;
        }
        Ok(())
    }

    /// An error if a file was written to since before the first reading.
    pub fn check_unchanged(&self) -> anyhow::Result<()> {
        ensure!(self.states == states([&self.reference, &self.own]), CHANGED);
        Ok(())
    }

    fn reopened(&self) -> anyhow::Result<Box<dyn io::Read + Send>> {
        Ok(match &self.stdin {
            None => Box::new(io::empty()),
            Some(kept) => {
                Box::new(File::open(kept.path()).context("cannot read the standard input again")?)
            }
        })
    }
}

impl Census {
    /// Counts an article, and gives it the next number.
    fn note(&mut self, record: &Record, is_reference: bool) -> u32 {
        self.places[usize::from(!is_reference)].push(record.place);
        self.ids.push_str(&record.id);
        self.ends.push(self.ids.len() as u64);
        self.bytes.push(record.text.len() as u32);
        self.bytes.len() as u32 - 1
    }

    fn number(&self, place: retold::corpus::Place, is_reference: bool) -> Option<u32> {
        let [reference, own] = &self.places;
        if is_reference {
            reference.number(place)
        } else {
            Some(reference.len() + own.number(place)?)
        }
    }

    /// Articles of the references, which come first.
    pub fn references(&self) -> usize {
        self.places[0].len() as usize
    }

    /// An article's id.
    pub fn id(&self, article: usize) -> &str {
        let start = article.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.ids[start as usize..self.ends[article] as usize]
    }

    /// Bytes of an article's text.
    pub fn bytes(&self, article: usize) -> u64 {
        u64::from(self.bytes[article])
    }
}

fn states(corpora: [&Corpus; 2]) -> Vec<State> {
    let sources = corpora.into_iter().flat_map(|corpus| corpus.sources());
    let state = |path: &std::path::PathBuf| {
        fs::metadata(path).ok().map(|of| (of.len(), of.modified().ok()))
    };
    sources.map(|source| source.path.as_ref().and_then(state)).collect()
}

fn spooled() -> io::Result<NamedTempFile> {
    let mut kept = NamedTempFile::new()?;
    io::copy(&mut io::stdin().lock(), &mut kept)?;
    kept.rewind()?;
    Ok(kept)
}
