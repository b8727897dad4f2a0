//! Articles from inputs, in batches for an archive.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::bail;
use retold::Cancel;
use retold_archive::NewArticle;
use retold_corpus::{Batch, Corpus, ReadReport, Record, Source};
use retold_pipeline::{Stdin, Unread, dates};

use crate::args::InputArgs;
use crate::inputs::inputs;
use crate::settings::Settings;

use super::about::{self, Raw};
use super::args::AboutArgs;

/// Bytes of text in a batch, at most, about: with much longer articles batches have fewer.
const BATCH_BYTES: usize = 32 << 20;

/// Where articles come from.
pub struct Intake<'i> {
    /// What is read.
    pub corpus: Corpus,
    /// Where it says what of an article.
    pub about: &'i AboutArgs,
    /// Articles of a batch.
    pub batch: usize,
    /// Whether a file is still as it was when it was chosen: else its articles are not handed over.
    pub is_unchanged: &'i dyn Fn(&Source) -> bool,
    /// Tells the reading to stop.
    pub cancel: &'i Cancel,
}

/// What is to be read; files of the archive itself are left out.
pub fn corpus(args: &InputArgs, archive: &Path, settings: &Settings) -> anyhow::Result<Corpus> {
    if settings.run.unread == Unread::Refused {
        bail!(
            "--strict: an archive takes articles as they are read; see with `retold scan --strict` \
             first that all can be"
        );
    }
    let mut corpus = Corpus::find(&inputs(args)?, settings.run.reading_to_compare());
    corpus.leave_out(archive);
    Ok(corpus.keeping_raw())
}

impl Intake<'_> {
    /// Hands over all articles in batches, until that fails.
    pub fn read(
        &self,
        mut each: impl FnMut(Vec<NewArticle>) -> anyhow::Result<()>,
    ) -> anyhow::Result<ReadReport> {
        let (mut waiting, mut bytes) = (Vec::new(), 0);
        let mut done = Ok(());
        let report = self.corpus.read_with(Stdin::new(self.cancel), |batch| {
            let now = dates::now();
            let Batch { records, heading } = batch;
            for record in records {
                bytes += record.text.len();
                let source = record.place.source;
                waiting.push((source, self.article(record, heading.as_ref(), now)));
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
        self.cancel.check()?;
        if !waiting.is_empty() {
            each(self.unchanged(waiting))?;
        }
        Ok(report)
    }

    /// The articles of files that have not changed.
    fn unchanged(&self, articles: Vec<(u32, NewArticle)>) -> Vec<NewArticle> {
        let mut kept = Vec::with_capacity(articles.len());
        let mut last = None;
        for (source, article) in articles {
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

    fn article(
        &self,
        record: Record,
        heading: Option<&std::sync::Arc<[u8]>>,
        now: i64,
    ) -> NewArticle {
        let options = self.corpus.options();
        let source = &self.corpus.sources()[record.place.source as usize];
        let delimiter = options.delimiter.unwrap_or_else(|| {
            if source.shown().to_lowercase().contains(".tsv") { b'\t' } else { b',' }
        });
        let raw = Raw { record: record.raw.as_deref(), heading, delimiter, quote: options.quote };
        let (about, seen) = about::read(&raw, self.about);
        // The id that the record states: the same story in another file is the same story.
        let id = record.shared_id.map_or(record.id, String::from);
        NewArticle { id, text: record.text, about, first_seen: seen.unwrap_or(now) }
    }
}
