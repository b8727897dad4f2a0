//! The articles of a run, to be read several times in the same order: those of the references,
//! then those to deduplicate.

use std::fs::File;
use std::io::{self, Seek};
use std::ops::ControlFlow;

use anyhow::{Context, bail};
use retold::corpus::{Batch, Corpus, ReadReport};
use tempfile::NamedTempFile;

/// References and inputs.
pub struct Pile {
    reference: Corpus,
    own: Corpus,
    /// What came from the standard input, which can be read only once.
    stdin: Option<NamedTempFile>,
}

/// Some articles of the pile.
pub struct Articles<'p> {
    /// The articles.
    pub batch: Batch,
    /// The number of the first of them.
    pub first: usize,
    /// The corpus that they are of.
    pub corpus: &'p Corpus,
    /// Whether they are only here for others to be dropped because of them.
    pub is_reference: bool,
}

impl Pile {
    /// Copies the standard input into a temporary file, if it is named.
    pub fn new(reference: Corpus, own: Corpus) -> anyhow::Result<Self> {
        let reads_stdin = |corpus: &Corpus| corpus.sources().iter().any(|of| of.path.is_none());
        let stdin = match (reads_stdin(&reference), reads_stdin(&own)) {
            (true, true) => bail!("`-` is named twice, but there is one standard input only"),
            (false, false) => None,
            _ => Some(spooled().context("cannot keep what the standard input gives")?),
        };
        Ok(Self { reference, own, stdin })
    }

    /// The articles to deduplicate.
    pub fn own(&self) -> &Corpus {
        &self.own
    }

    /// Reads all articles, in order, until `each` fails. Problems of both readings are put together,
    /// those of the inputs.
    pub fn read(
        &self,
        each: impl FnMut(Articles<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<(ReadReport, ReadReport)> {
        self.read_as(&self.own, each)
    }

    /// [`Pile::read`], with the inputs' records as they were written.
    pub fn read_raw(
        &self,
        each: impl FnMut(Articles<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<(ReadReport, ReadReport)> {
        self.read_as(&self.own.keeping_raw(), each)
    }

    fn read_as(
        &self,
        own: &Corpus,
        mut each: impl FnMut(Articles<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<(ReadReport, ReadReport)> {
        let mut first = 0;
        let mut read = |corpus: &Corpus, is_reference| {
            let mut failed = Ok(());
            let report = corpus.read_with(self.reopened()?, |batch| {
                let count = batch.records.len();
                failed = each(Articles { batch, first, corpus, is_reference });
                first += count;
                if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            failed.map(|()| report)
        };
        Ok((read(&self.reference, true)?, read(own, false)?))
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

fn spooled() -> io::Result<NamedTempFile> {
    let mut kept = NamedTempFile::new()?;
    io::copy(&mut io::stdin().lock(), &mut kept)?;
    kept.rewind()?;
    Ok(kept)
}
