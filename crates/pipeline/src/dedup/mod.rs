//! Deduplicates a corpus.
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
mod dropped;
mod fail_point;
mod finished;
mod frame;
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

pub use crate::dates::moment;
pub use crate::error::NoDates;
use crate::settings::Settings;
pub use job::{Done, Job};
pub use keep::{Keep, Priorities};
pub use plan::edge;
pub use target::{Leftover, partial_of};

/// Settings of a deduplication.
pub struct Dedup {
    /// What is dropped.
    pub method: Method,
    /// Which article of a group is kept.
    pub keep: Keep,
    /// Where to write; `None` writes nothing.
    pub output: Option<Output>,
    /// How to run.
    pub settings: Settings,
    /// Options that influence the outcome, by name: recorded, and compared when a run is resumed.
    pub options: Vec<(String, String)>,
    /// Further files that influence the outcome.
    pub files: Vec<PathBuf>,
}

/// What is read.
pub struct Corpora {
    /// Articles whose copies are dropped, too; neither changed nor written.
    pub reference: Corpus,
    /// The articles to deduplicate.
    pub own: Corpus,
}

impl Corpora {
    /// Lists the files of references and inputs, but not what an interrupted run left beside the
    /// output folder, which may be inside an input folder.
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

    /// The same files, read in batches of `bytes` bytes.
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
    /// Copies, excerpts and rewrites, as a scan finds them.
    Rewrites,
}

/// The folder to write.
#[derive(Debug, Clone)]
pub struct Output {
    /// Must not exist yet, or be empty.
    pub folder: PathBuf,
    /// What to do with what an interrupted run left beside it.
    pub leftover: Leftover,
}

/// An event during a run that the user should know about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a host must not swallow a notice that it does not know"
)]
pub enum Notice {
    /// What an interrupted run left is removed.
    StartsAfresh,
    /// The last part of an interrupted run is damaged or cut short, and is redone.
    RedoesEnd,
    /// The run resumes after this many articles that an interrupted run has read.
    GoesOn(u32),
    /// This many files were damaged after they were written, and are written again.
    RewritesFiles(u64),
}

/// Receives notices.
pub type Notify<'t> = &'t mut dyn FnMut(Notice) -> io::Result<()>;
