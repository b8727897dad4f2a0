//! Failures of a run for which the host knows best what to do about them.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use retold::Cancelled;
use retold_corpus::ReadReport;
use retold_report::quantity;

/// Failures that a host words itself: it finds them in the chain of an [`anyhow::Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A temporary file could not be written or read.
    #[error("cannot {action} a temporary file in {}", folder.display())]
    TemporaryFile {
        /// `write` or `read`.
        action: &'static str,
        /// The folder for temporary files.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state for a later run could not be written or read.
    #[error("cannot {action} the progress of the run; check that there is room on the disk")]
    DoneSoFar {
        /// `write` or `read`.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// There is too little memory for so many articles.
    #[error(
        "{} of memory are too little: {} take {} at least",
        quantity::bytes(*.memory),
        quantity::counted(*.articles, "article"),
        quantity::bytes(*.least)
    )]
    TooLittleMemory {
        /// Bytes to stay within.
        memory: u64,
        /// Articles so far.
        articles: u64,
        /// Bytes that they take.
        least: u64,
    },
    /// Some input could not be read, and the settings refuse that. Contains the reports of reading.
    #[error(
        "{} inputs or records could not be read as they stand",
        .0.iter().map(|report| report.failures).sum::<u64>()
    )]
    NotAllRead(Vec<ReadReport>),
    /// There is too little memory for the pairs that were found.
    #[error(
        "{} of memory are too little: {} and more are related",
        quantity::bytes(*.memory),
        quantity::counted(*.found, "pair")
    )]
    TooManyPairs {
        /// Bytes to stay within.
        memory: u64,
        /// Pairs so far.
        found: u64,
        /// Approximate memory that would be enough, in bytes.
        enough: u64,
    },
    /// There is too little memory for the index of what the articles share.
    #[error("{} of memory are too little: the articles share too much", quantity::bytes(*.memory))]
    TooMuchShared {
        /// Bytes to stay within.
        memory: u64,
        /// Approximate memory that would be enough, in bytes.
        enough: u64,
    },
    /// A file that was to be one article holds several.
    #[error("{name} holds several articles")]
    SeveralArticles {
        /// The file.
        name: String,
    },
    /// What should be watched is no folder.
    #[error("{} is not a folder", path.display())]
    NoFolder {
        /// What it is.
        path: PathBuf,
    },
    /// What should be watched is in a folder whose files are left out.
    #[error("{} is in {}, which is left out; watch another folder", path.display(), folder.display())]
    LeftOut {
        /// The folder that should be watched.
        path: PathBuf,
        /// The folder that is left out.
        folder: PathBuf,
    },
    /// The manifest of the interrupted run is damaged.
    #[error("cannot go on: the record of the interrupted run is damaged")]
    DamagedRecord,
    /// The interrupted run had other options or inputs than this one.
    #[error("cannot go on with the interrupted run: {0}")]
    OtherRun(Difference),
    /// Articles should be kept by their dates, and none has one.
    #[error(transparent)]
    NoDates(#[from] NoDates),
    /// The run was [told to stop](retold::Cancel).
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// What the library said.
    #[error(transparent)]
    Engine(retold::Error),
}

impl From<retold::Error> for Error {
    /// Errors of our own texts and postings are unwrapped.
    fn from(error: retold::Error) -> Self {
        use retold::Error::{Cancelled, Page, Rank, Spill, Text};
        match error {
            Text { source, .. } if source.is::<Self>() => Self::of(source),
            Spill { source, .. } if source.is::<Self>() => Self::of(source),
            Page { source, .. } if source.is::<Self>() => Self::of(source),
            Rank { source, .. } if source.is::<Self>() => Self::of(source),
            Cancelled(cancelled) => Self::Cancelled(cancelled),
            other => Self::Engine(other),
        }
    }
}

impl Error {
    /// An error that is one of ours.
    fn of(source: retold::BoxError) -> Self {
        source.downcast::<Self>().map_or_else(|_| unreachable!("it was looked at"), |own| *own)
    }

    pub(crate) fn temporary(action: &'static str, folder: &Path, source: io::Error) -> Self {
        Self::TemporaryFile { action, folder: folder.to_owned(), source }
    }
}

/// No article has a date to keep it by.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoDates {
    /// No article has the field.
    #[error("no article has the field {0:?}; name one that holds a date")]
    NoField(String),
    /// No value of the field is a date.
    #[error("no value of the field {0:?} is a date{1}")]
    NoDate(String, String),
}

impl NoDates {
    /// The field that should hold a date.
    pub fn field(&self) -> &str {
        match self {
            Self::NoField(field) | Self::NoDate(field, _) => field,
        }
    }
}

/// How a run differs from an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// It was made by another version of retold.
    Version {
        /// Then.
        was: String,
        /// Now.
        is: String,
    },
    /// One of the settings that its host has recorded.
    Setting {
        /// As the host names it.
        name: String,
        /// Its value then.
        was: String,
        /// Its value now.
        is: String,
    },
    /// One of its inputs, in words.
    Input(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { was, is } => write!(f, "it was retold {was} and this is {is}"),
            Self::Setting { name, was, is } => write!(f, "{name} was {was} and is {is}"),
            Self::Input(difference) => f.write_str(difference),
        }
    }
}
