//! The articles of a corpus in batches, for whoever keeps them.

use std::ops::ControlFlow;

use retold::Cancel;
use retold_corpus::{Corpus, ReadReport, Record, Source};

use crate::{Error, Stdin};

/// Bytes of text in a batch, at most, about: with much longer articles batches have fewer.
const BATCH_BYTES: usize = 32 << 20;

/// Where articles come from, and how many at a time.
pub struct Intake<'i> {
    /// What is read.
    pub corpus: &'i Corpus,
    /// Articles of a batch, at most.
    pub batch: usize,
    /// Whether a file is still as it was when it was chosen: else its articles are not handed over.
    pub is_unchanged: &'i dyn Fn(&Source) -> bool,
    /// Tells the reading to stop.
    pub cancel: &'i Cancel,
}

impl Intake<'_> {
    /// Hands over all articles in batches, until that fails.
    ///
    /// # Errors
    /// Those of `each`, and [`Error::Cancelled`].
    pub fn read<E: From<Error>>(
        &self,
        mut each: impl FnMut(Vec<Record>) -> Result<(), E>,
    ) -> Result<ReadReport, E> {
        let (mut waiting, mut bytes) = (Vec::new(), 0);
        let mut done = Ok(());
        let report = self.corpus.read_with(Stdin::new(self.cancel), |batch| {
            for record in batch.records {
                bytes += record.text.len();
                waiting.push(record);
                if waiting.len() >= self.batch || bytes >= BATCH_BYTES {
                    bytes = 0;
                    done = each(self.unchanged(std::mem::take(&mut waiting)));
                }
                if done.is_err() || self.cancel.is_cancelled() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        done?;
        self.cancel.check().map_err(Error::Cancelled)?;
        if !waiting.is_empty() {
            each(self.unchanged(waiting))?;
        }
        Ok(report)
    }

    /// The articles of files that have not changed.
    fn unchanged(&self, articles: Vec<Record>) -> Vec<Record> {
        let mut kept = Vec::with_capacity(articles.len());
        let mut last = None;
        for article in articles {
            let source = article.place.source;
            let is_unchanged = match last {
                Some((of, is_unchanged)) if of == source => is_unchanged,
                _ => (self.is_unchanged)(&self.corpus.sources()[source as usize]),
            };
            last = Some((source, is_unchanged));
            if is_unchanged {
                kept.push(article);
            }
        }
        kept
    }
}
