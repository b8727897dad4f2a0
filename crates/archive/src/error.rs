//! Why an archive could not do what it was asked to.

use std::io;
use std::path::{Path, PathBuf};

use retold::Cancelled;

/// What went wrong with an archive. Nothing was changed, unless the text says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no archive at that path.
    #[error("{}: there is no archive here; `create` makes one", path.display())]
    NoArchive {
        /// Where it should be.
        path: PathBuf,
    },
    /// There is something at that path already.
    #[error("{}: cannot make an archive here, there is something already", path.display())]
    Exists {
        /// What is there.
        path: PathBuf,
    },
    /// Another process, or another part of this one, writes to the archive.
    #[error(
        "{}: another process{} is writing to this archive; wait until it has ended",
        path.display(),
        pid.map(|pid| format!(" ({pid})")).unwrap_or_default()
    )]
    InUse {
        /// The archive.
        path: PathBuf,
        /// The process, where it has said so.
        pid: Option<u32>,
    },
    /// A setting disagrees with the one that the archive was made with.
    #[error("the archive was made with {name} {is}, and {asked} is asked for")]
    Setting {
        /// The setting.
        name: &'static str,
        /// Its value in the archive.
        is: String,
        /// What was asked for.
        asked: String,
    },
    /// The archive has one span for all time, so that no span of it can expire.
    #[error(
        "the archive was made with one span for all time (span-days all), so nothing can expire; \
         `remove` removes articles by their ids"
    )]
    OneSpan,
    /// The archive was made by rules that this version does not have.
    #[error("the archive has {what} {found}, and this version of retold knows {known} only")]
    Unknown {
        /// What is unknown: `format` or `scheme`.
        what: &'static str,
        /// What the archive has.
        found: String,
        /// What this version has.
        known: String,
    },
    /// A value of a setting is out of range.
    #[error("{name} must be {expected}")]
    OutOfRange {
        /// The setting.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// Rules that cannot be, or cannot be read.
    #[error("line {line}, {key}: {problem}")]
    Rules {
        /// The line, from 1.
        line: usize,
        /// The table and key that stand there, such as `licence.share`.
        key: String,
        /// What is wrong, and what is expected.
        problem: String,
    },
    /// There is no article, flag or withdrawal of that name in the archive.
    #[error("there is no {what} {name} in the archive")]
    Missing {
        /// `article`, `flag` or `withdrawal`.
        what: &'static str,
        /// How it was asked for.
        name: String,
    },
    /// A file of the archive is not as it was written.
    #[error("{}: damaged at {place}: {problem}; `verify` lists all damage", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Which part of it.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The disk failed while a commit was written: it is there as a whole or not at all, and the
    /// next opening shows which.
    #[error(
        "the commit could not be finished; whether what was to be changed is changed shows when \
         the archive is next opened"
    )]
    Undecided(#[source] rusqlite::Error),
    /// What the database said.
    #[error("the database of the archive failed")]
    Database(#[from] rusqlite::Error),
    /// What the library said.
    #[error(transparent)]
    Engine(retold::Error),
    /// The work was told to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<retold::Error> for Error {
    fn from(error: retold::Error) -> Self {
        match error {
            retold::Error::Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Engine(other),
        }
    }
}

impl Error {
    /// Whether it says that a file is not as it was written.
    pub fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            Self::Damaged { .. } => true,
            Self::Database(error) => {
                matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
            }
            _ => false,
        }
    }

    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn damaged(
        file: &Path,
        place: impl Into<String>,
        problem: impl Into<String>,
    ) -> Self {
        Self::Damaged { file: file.to_owned(), place: place.into(), problem: problem.into() }
    }
}
