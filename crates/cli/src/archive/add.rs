//! `retold archive add`

use std::path::Path;

use anyhow::Context;
use retold::Config;
use retold_archive::{AddOptions, Archive, Known, NewArticle, split_at_notices};
use retold_report::quantity;

use super::args::AddArgs;
use super::canceled;
use super::matching::{Batches, Page};

/// Adds articles batch by batch, and shows what they match.
pub struct Adding {
    known: Known,
    batch: usize,
    skipped: u64,
    flags: u64,
    /// What is said of articles that were canceled.
    canceled: Vec<String>,
}

impl Adding {
    /// As it was typed.
    pub fn new(args: &AddArgs) -> Self {
        let known = if args.replace { Known::Replace } else { Known::Skip };
        Self { known, batch: args.batch as usize, skipped: 0, flags: 0, canceled: Vec::new() }
    }
}

impl Batches for Adding {
    type Archive = Archive;
    const NAME: &'static str = "archive add";

    fn open(&self, path: &Path, judging: Config) -> anyhow::Result<Archive> {
        Ok(Archive::open(path, judging)?)
    }

    fn size(&self) -> usize {
        self.batch
    }

    fn take(
        &mut self,
        archive: &mut Archive,
        articles: Vec<NewArticle>,
        page: &mut Page<'_>,
    ) -> anyhow::Result<()> {
        let options = AddOptions { known: self.known, wanted: page.wanted.clone() };
        for part in split_at_notices(articles) {
            let added = archive.add(part, &options, page.cancel)?;
            self.skipped += added.skipped;
            for of in added.articles {
                self.flags += of.flags.len() as u64;
                page.show(of.article, of.matches, Some(&of.flags))?;
            }
            // What is durable should be known to be so.
            page.flush()?;
            self.canceled.extend(canceled::withdraw(&added.canceled, archive, page.cancel)?);
        }
        archive.tidy(page.cancel).context("cannot merge segments")?;
        Ok(())
    }

    fn done(&self, articles: &str) -> String {
        let flags = match self.flags {
            0 => String::new(),
            flags => format!("; {} written", quantity::counted(flags, "flag")),
        };
        let skipped = match self.skipped {
            0 => String::new(),
            n => format!("; {} skipped, whose ids are there already", quantity::count(n)),
        };
        let canceled: String =
            self.canceled.iter().map(|line| format!("\nretold: {line}")).collect();
        format!("retold: added {articles}{flags}{skipped}{canceled}")
    }
}
