//! A folder that is watched: files that arrive are read once they are whole, and their articles are
//! handed over in batches.
//!
//! The folder is looked at again and again. Notices of the system would only save part of that:
//! they do not come from other machines' disks, get lost in bursts, and do not say when a file is
//! whole. Nothing is kept of what was taken: after a restart everything is handed over once more,
//! and whoever keeps articles knows which are there.

mod arrivals;

use std::collections::HashSet;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use retold::Cancel;
use retold_corpus::{Corpus, Input, ReadOptions, ReadReport, Record, Source};

use crate::Error;
use crate::intake::Intake;

use arrivals::{Arrivals, Look, Now};

/// How often to look whether it was told to end.
const TICK: Duration = Duration::from_millis(20);

/// What is watched, and how.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The folder, with those below it.
    pub folder: PathBuf,
    /// A folder whose files are left out, such as the one that articles are kept in.
    pub left_out: Option<PathBuf>,
    /// How files are read.
    pub reading: ReadOptions,
    /// Time between two looks.
    pub every: Duration,
    /// How long a file must stay as it is to be whole.
    pub settle: Duration,
    /// Articles of a batch, at most.
    pub batch: usize,
}

/// When a watch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// When it is told to stop.
    Told,
    /// Once everything that is there was taken.
    AllTaken,
}

/// Whether files that have arrived can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Turn {
    /// They are read.
    Now,
    /// They are there at the next look again.
    Later,
}

/// Whoever takes the articles that arrive.
pub trait Taker {
    /// Why it can take no more.
    type Error: From<Error>;

    /// Files have arrived.
    fn begin(&mut self) -> Result<Turn, Self::Error>;

    /// Takes some of their articles.
    fn take(&mut self, articles: Vec<Record>) -> Result<(), Self::Error>;

    /// All of them were taken; says what could not be read.
    fn end(&mut self, report: &ReadReport) -> Result<(), Self::Error>;
}

/// A watch over a folder.
#[derive(Debug)]
pub struct Watch {
    watched: Watched,
    arrivals: Arrivals,
}

impl Watch {
    /// Nothing is looked at yet.
    ///
    /// # Errors
    /// [`Error::NoFolder`], and [`Error::LeftOut`] if the folder is in the one that is left out.
    pub fn new(watched: Watched) -> Result<Self, Error> {
        let Watched { folder, left_out, settle, .. } = &watched;
        if !folder.is_dir() {
            return Err(Error::NoFolder { path: folder.clone() });
        }
        let whole = |path: &PathBuf| std::fs::canonicalize(path).ok();
        if let Some(outer) = left_out
            && let (Some(inner), Some(whole)) = (whole(folder), whole(outer))
            && inner.starts_with(whole)
        {
            return Err(Error::LeftOut { path: folder.clone(), folder: outer.clone() });
        }
        Ok(Self { arrivals: Arrivals::new(*settle), watched })
    }

    /// Looks at the folder until the end, and hands over what has arrived. A batch is handed over
    /// once; after an error, that of its files comes again.
    ///
    /// # Errors
    /// Those of the taker, and [`Error::Cancelled`] when it is told to stop, which is at once
    /// between two looks and within one between two batches.
    pub fn run<T: Taker>(
        &mut self,
        end: End,
        taker: &mut T,
        cancel: &Cancel,
    ) -> Result<(), T::Error> {
        let begun = Instant::now();
        loop {
            cancel.check().map_err(Error::Cancelled)?;
            let looked = Instant::now();
            let now = Now { elapsed: begun.elapsed(), clock: SystemTime::now() };
            let corpus = self.arrived(now);
            if !corpus.sources().is_empty() && taker.begin()? == Turn::Now {
                self.hand_over(&corpus, taker, cancel)?;
            }
            if end == End::AllTaken && self.arrivals.waiting() == 0 {
                return Ok(());
            }
            // A look at very many files takes long: most of the time is to be left for others.
            let wait = looked.elapsed().max(self.watched.every);
            let rested = Instant::now();
            while rested.elapsed() < wait {
                cancel.check().map_err(Error::Cancelled)?;
                thread::sleep(TICK.min(wait));
            }
        }
    }

    /// The files that are whole and new.
    fn arrived(&mut self, now: Now) -> Corpus {
        let Watched { folder, left_out, reading, .. } = &self.watched;
        let mut corpus = Corpus::find(&[Input::Path(folder.clone())], reading.clone());
        left_out.iter().for_each(|folder| corpus.leave_out(folder));
        let look = |source: &Source| {
            let path = source.path.clone()?;
            Some((path.clone(), Look::at(&path)?))
        };
        let files = corpus.sources().iter().filter_map(look).collect();
        let whole: HashSet<PathBuf> = self.arrivals.look(files, now).into_iter().collect();
        corpus.retain(|source| source.path.as_ref().is_some_and(|path| whole.contains(path)));
        corpus
    }

    fn hand_over<T: Taker>(
        &mut self,
        corpus: &Corpus,
        taker: &mut T,
        cancel: &Cancel,
    ) -> Result<(), T::Error> {
        let arrivals = &self.arrivals;
        let is_unchanged = |source: &Source| {
            let path = source.path.as_deref();
            path.is_some_and(|path| Look::at(path) == arrivals.last(path))
        };
        let batch = self.watched.batch;
        let intake = Intake { corpus, batch, is_unchanged: &is_unchanged, cancel };
        let report = intake.read(|articles| taker.take(articles))?;
        taker.end(&report)?;
        let paths = corpus.sources().iter().filter_map(|source| source.path.as_deref());
        paths.for_each(|path| self.arrivals.taken(path));
        Ok(())
    }
}
