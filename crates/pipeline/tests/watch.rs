//! A folder that is watched from a program: nothing is missed, and it ends when it is told to.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use retold::Cancel;
use retold_corpus::{ReadOptions, ReadReport, Record};
use retold_pipeline::Error;
use retold_pipeline::watch::{End, Taker, Turn, Watch, Watched};

fn watched(folder: &Path) -> Watched {
    Watched {
        folder: folder.to_owned(),
        left_out: None,
        reading: ReadOptions::default(),
        every: Duration::from_millis(1),
        settle: Duration::ZERO,
        batch: 7,
    }
}

fn put(folder: &Path, name: &str) {
    fs::write(folder.join(name), format!("The text of {name}.")).expect("written");
}

/// Counts what it takes.
#[derive(Default)]
struct Counting {
    taken: BTreeMap<String, usize>,
    largest: usize,
    looks: usize,
    /// How often it is busy before it takes anything.
    busy: usize,
    /// Told to stop once it has so many.
    most: Option<(usize, Cancel)>,
    /// Refuses the batch of that number.
    refuses: Option<usize>,
    batches: usize,
}

#[derive(Debug)]
enum Refusal {
    Batch(usize),
    Watch(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Watch(error)
    }
}

impl Taker for Counting {
    type Error = Refusal;

    fn begin(&mut self) -> Result<Turn, Refusal> {
        self.looks += 1;
        Ok(if self.looks <= self.busy { Turn::Later } else { Turn::Now })
    }

    fn take(&mut self, articles: Vec<Record>) -> Result<(), Refusal> {
        self.batches += 1;
        if self.refuses == Some(self.batches) {
            return Err(Refusal::Batch(self.batches));
        }
        self.largest = self.largest.max(articles.len());
        for article in articles {
            *self.taken.entry(article.id).or_default() += 1;
        }
        if let Some((most, cancel)) = &self.most
            && self.taken.len() >= *most
        {
            cancel.cancel();
        }
        Ok(())
    }

    fn end(&mut self, report: &ReadReport) -> Result<(), Refusal> {
        assert_eq!(report.failures, 0);
        Ok(())
    }
}

#[test]
fn all_that_is_there_is_taken_once_in_batches_and_when_it_is_its_turn() {
    let folder = tempfile::tempdir().expect("a folder");
    (0..40).for_each(|at| put(folder.path(), &format!("{at:02}.txt")));
    let mut watch = Watch::new(watched(folder.path())).expect("a folder");
    let mut counting = Counting { busy: 3, ..Counting::default() };
    watch.run(End::AllTaken, &mut counting, &Cancel::never()).expect("taken");
    assert_eq!((counting.taken.len(), counting.largest, counting.looks), (40, 7, 4));
    assert!(counting.taken.values().all(|count| *count == 1));
    // Only what has come since.
    put(folder.path(), "40.txt");
    watch.run(End::AllTaken, &mut counting, &Cancel::never()).expect("taken");
    assert_eq!((counting.taken.len(), counting.taken["40.txt"]), (41, 1));
    assert!(counting.taken.values().all(|count| *count == 1));
}

#[test]
fn it_ends_when_it_is_told_to_and_files_that_were_not_done_come_again() {
    let folder = tempfile::tempdir().expect("a folder");
    (0..40).for_each(|at| put(folder.path(), &format!("{at:02}.txt")));
    let cancel = Cancel::new();
    let mut watch = Watch::new(watched(folder.path())).expect("a folder");
    let mut counting = Counting { most: Some((14, cancel.clone())), ..Counting::default() };
    let told = watch.run(End::Told, &mut counting, &cancel);
    assert!(matches!(told, Err(Refusal::Watch(Error::Cancelled(_)))), "{told:?}");
    assert_eq!(counting.taken.len(), 14);
    // Who keeps articles skips those that are there.
    let mut all = Counting::default();
    watch.run(End::AllTaken, &mut all, &Cancel::never()).expect("taken");
    assert_eq!(all.taken.len(), 40);
}

#[test]
fn between_two_looks_it_ends_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let cancel = Cancel::new();
    // Nobody would wait for that.
    let every = Duration::from_secs(100_000);
    let mut watch = Watch::new(Watched { every, ..watched(folder.path()) }).expect("a folder");
    let ended = std::thread::scope(|scope| {
        let run = scope.spawn(|| watch.run(End::Told, &mut Counting::default(), &cancel));
        cancel.cancel();
        run.join().expect("no panic")
    });
    assert!(matches!(ended, Err(Refusal::Watch(Error::Cancelled(_)))), "{ended:?}");
}

#[test]
fn failures_of_the_taker_are_handed_on_and_what_it_refused_comes_again() {
    let folder = tempfile::tempdir().expect("a folder");
    (0..20).for_each(|at| put(folder.path(), &format!("{at:02}.txt")));
    let mut watch = Watch::new(watched(folder.path())).expect("a folder");
    let mut counting = Counting { refuses: Some(2), ..Counting::default() };
    let refused = watch.run(End::AllTaken, &mut counting, &Cancel::never());
    assert!(matches!(refused, Err(Refusal::Batch(2))), "{refused:?}");
    assert_eq!(counting.taken.len(), 7);
    let mut all = Counting::default();
    watch.run(End::AllTaken, &mut all, &Cancel::never()).expect("taken");
    assert_eq!(all.taken.len(), 20);
}

#[test]
fn what_cannot_be_watched_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = Watch::new(watched(&folder.path().join("nowhere")));
    assert!(matches!(nowhere, Err(Error::NoFolder { .. })), "{nowhere:?}");
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).expect("made");
    let left_out = Some(folder.path().to_owned());
    let inside = Watch::new(Watched { left_out, ..watched(&inner) });
    assert!(matches!(inside, Err(Error::LeftOut { .. })), "{inside:?}");
}
