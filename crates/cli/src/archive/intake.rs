//! Articles from inputs, in batches for an archive.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::bail;
use retold::Cancel;
use retold_archive::NewArticle;
use retold_corpus::{Corpus, ReadReport, Record, Source};
use retold_pipeline::{Stdin, Unread, dates};

use crate::args::InputArgs;
use crate::inputs::inputs;
use crate::settings::Settings;

use super::about;
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

/// What is to be read, with the fields that say what is known of articles; files of the archive
/// itself are left out.
pub fn corpus(
    args: &InputArgs,
    about: &AboutArgs,
    archive: &Path,
    settings: &Settings,
) -> anyhow::Result<Corpus> {
    if settings.run.unread == Unread::Refused {
        bail!(
            "--strict: an archive takes articles as they are read; see with `retold scan --strict` \
             first that all can be"
        );
    }
    let reading = settings.run.reading_to_compare().keep_fields(about::fields(about));
    let mut corpus = Corpus::find(&inputs(args)?, reading);
    corpus.leave_out(archive);
    Ok(corpus)
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
            for record in batch.records {
                bytes += record.text.len();
                let source = record.place.source;
                waiting.push((source, self.article(record, now)));
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

    fn article(&self, record: Record, now: i64) -> NewArticle {
        let (about, seen) = about::read(&record, self.about);
        // The id that the record states: the same story in another file is the same story.
        let id = record.shared_id.map_or(record.id, String::from);
        NewArticle { id, text: record.text, about, first_seen: seen.unwrap_or(now) }
    }
}
