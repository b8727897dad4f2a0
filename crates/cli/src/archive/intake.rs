//! Articles from inputs, for an archive.

use std::path::Path;

use anyhow::bail;
use retold_archive::NewArticle;
use retold_corpus::{Corpus, Record};
use retold_pipeline::{Unread, dates};

use crate::input_args::InputArgs;
use crate::inputs::inputs;
use crate::settings::Settings;

use super::about;
use super::args::AboutArgs;

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

/// Records as articles that are seen now, unless they say when they were.
pub fn articles(records: Vec<Record>, about: &AboutArgs) -> Vec<NewArticle> {
    let now = dates::now();
    let article = |record: Record| {
        let (about, seen) = about::read(&record, about);
        // The id that the record states: the same story in another file is the same story.
        let id = record.shared_id.map_or(record.id, String::from);
        NewArticle { id, text: record.text, about, first_seen: seen.unwrap_or(now) }
    };
    records.into_iter().map(article).collect()
}
