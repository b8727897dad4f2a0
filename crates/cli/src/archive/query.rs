//! `retold archive query`

use std::path::Path;

use retold::Config;
use retold_archive::{NewArticle, Reader, Stored};

use super::matching::{Batches, Page};

/// Shows what articles match, and changes nothing.
pub struct Asking;

impl Batches for Asking {
    type Archive = Box<Reader>;
    const NAME: &'static str = "archive query";

    fn open(&self, path: &Path, judging: Config) -> anyhow::Result<Box<Reader>> {
        Ok(Box::new(Reader::open(path, judging)?))
    }

    fn size(&self) -> usize {
        1024
    }

    fn take(
        &mut self,
        archive: &mut Box<Reader>,
        articles: Vec<NewArticle>,
        page: &mut Page<'_>,
    ) -> anyhow::Result<()> {
        let matches = archive.query(&articles, page.wanted, page.cancel)?;
        for (article, matches) in articles.into_iter().zip(matches) {
            page.show(Stored::from(article), matches, None)?;
        }
        Ok(page.flush()?)
    }

    fn done(&self, articles: &str) -> String {
        format!("retold: asked about {articles}")
    }
}
