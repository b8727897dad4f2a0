//! What is worth keeping of a corpus.
//!
//! ```text
//! DIR.partial/terms     what was asked for: a later run may go on only if that is the same
//!             journal   what the first reading leaves behind, batch by batch
//!             fates     what becomes of each article
//!             finished  which files below `output` are
//!             output/   what becomes DIR
//!             lock, made-by-retold
//! ```

mod compress;
mod counts;
#[cfg(test)]
mod crashes;
mod dates;
mod fail_point;
mod finished;
mod job;
mod journal;
mod keep;
mod manifest;
mod multi_pass;
#[cfg(feature = "parquet")]
mod parquet;
mod places;
mod plan;
mod registry;
mod shards;
mod target;

use std::io;
use std::path::{Path, PathBuf};

use retold_corpus::{Corpus, Input, ReadOptions};

use crate::settings::Settings;
pub use job::{Done, Job};
pub use keep::{Keep, NoDates, Priorities};
pub use target::{Leftover, partial_of};

/// What to deduplicate, and how.
pub struct Dedup {
    /// What goes.
    pub method: Method,
    /// Which one of several stays.
    pub keep: Keep,
    /// Where to write; nothing is written without it.
    pub output: Option<Output>,
    /// How to go about it.
    pub settings: Settings,
    /// Options that have an influence on the outcome, by name: recorded, and compared with those of
    /// a run to go on with.
    pub options: Vec<(String, String)>,
    /// Further files that have one.
    pub files: Vec<PathBuf>,
}

/// What is read.
pub struct Corpora {
    /// Articles of which copies are dropped, too; neither changed nor written.
    pub reference: Corpus,
    /// The articles.
    pub own: Corpus,
}

impl Corpora {
    /// Lists the files of references and inputs; not those that an interrupted run has left beside the
    /// folder to write, which may be within that of an input.
    pub fn find(
        [reference, own]: [&[Input]; 2],
        reading: &ReadOptions,
        folder: Option<&Path>,
    ) -> Self {
        let find = |inputs: &[Input]| Corpus::find(inputs, reading.clone());
        let mut corpora = Self { reference: find(reference), own: find(own) };
        if let Some(partial) = folder.and_then(partial_of) {
            corpora.reference.leave_out(&partial);
            corpora.own.leave_out(&partial);
        }
        corpora
    }

    /// The same files, to be read in batches of so many bytes.
    fn in_batches(self, bytes: usize) -> Self {
        Self { reference: self.reference.in_batches(bytes), own: self.own.in_batches(bytes) }
    }
}

/// What is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// Near-duplicates by MinHash and exact Jaccard indices.
    NearDuplicates,
    /// Copies, excerpts and rewrites of all kinds, as a scan finds them.
    Rewrites,
}

/// The folder to write.
#[derive(Debug, Clone)]
pub struct Output {
    /// Not there yet, or empty.
    pub folder: PathBuf,
    /// What becomes of what an interrupted run has left beside it.
    pub leftover: Leftover,
}

/// What happens on the way that whoever waits should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
// Exhaustive on purpose: a host that has no words for a notice would swallow it.
pub enum Notice {
    /// What an interrupted run has left is removed.
    StartsAfresh,
    /// The end of what an interrupted run has done is damaged or cut short, and is done again.
    RedoesEnd,
    /// An interrupted run has read so many articles: it goes on behind them.
    GoesOn(u32),
    /// So many files were damaged since they were written, and are written again.
    RewritesFiles(u64),
}

/// Is told what happens.
pub type Told<'t> = &'t mut dyn FnMut(Notice) -> io::Result<()>;

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
