//! Steps over all threads, of which one may fail: the first in order ends the run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::{Cancel, Error};

/// Steps by number. Once one has failed, later ones are skipped, but earlier ones still run: so the
/// returned failure does not depend on the number of threads.
pub(super) struct Steps<'c> {
    cancel: &'c Cancel,
    /// The number of the first step that has failed so far.
    first: AtomicUsize,
    failed: Mutex<Option<Error>>,
}

impl<'c> Steps<'c> {
    /// Checked before each step.
    pub(super) fn new(cancel: &'c Cancel) -> Self {
        Self { cancel, first: AtomicUsize::new(usize::MAX), failed: Mutex::new(None) }
    }

    /// Does the step of that number; nothing if it fails, or an earlier one has.
    pub(super) fn take<O>(
        &self,
        number: usize,
        step: impl FnOnce() -> Result<O, Error>,
    ) -> Option<O> {
        if number > self.first.load(Ordering::Relaxed) {
            return None;
        }
        match self.cancel.check().map_err(Error::from).and_then(|()| step()) {
            Ok(done) => Some(done),
            Err(error) => {
                // These say nothing of a step, so nothing earlier need be looked at.
                let is_of_step = !matches!(error, Error::Cancelled(_) | Error::Spill { .. });
                let number = if is_of_step { number } else { 0 };
                let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                if number <= self.first.load(Ordering::Relaxed) {
                    self.first.store(number, Ordering::Relaxed);
                    *failed = Some(error);
                }
                None
            }
        }
    }

    /// An error if a step has failed.
    pub(super) fn end(self) -> Result<(), Error> {
        let failed = self.failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.map_or(Ok(()), Err)
    }

    /// A step for each item, with what a thread keeps from step to step; what they give, in the
    /// order of the items.
    pub(super) fn collect<I, T, O: Send>(
        cancel: &Cancel,
        items: impl IndexedParallelIterator<Item = I>,
        kept: impl Fn() -> T + Sync + Send,
        step: impl Fn(&mut T, I) -> Result<O, Error> + Sync + Send,
    ) -> Result<Vec<O>, Error> {
        let steps = Steps::new(cancel);
        let done: Vec<Option<O>> = items
            .enumerate()
            .map_init(kept, |kept, (number, item)| steps.take(number, || step(kept, item)))
            .collect();
        steps.end()?;
        Ok(done.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_that_fails(error: Error) -> usize {
        match error {
            Error::Text { text, .. } => text,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn the_first_failure_is_told_for_any_number_of_threads() {
        let step = |_: &mut (), number: usize| match number % 700 {
            // The one that is told takes the longest to come.
            300 if number == 300 => {
                (0..2000).for_each(|_| std::thread::yield_now());
                Err(Error::Text { text: number, source: "gone".into() })
            }
            300 => Err(Error::Text { text: number, source: "gone".into() }),
            _ => Ok(number * 2),
        };
        for threads in [1, 2, 3, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let collect = |numbers: std::ops::Range<usize>| {
                let items = numbers.into_par_iter();
                pool.install(|| Steps::collect(&Cancel::never(), items, || (), step))
            };
            assert_eq!(collect(0..300).unwrap(), (0..300).map(|n| n * 2).collect::<Vec<_>>());
            for _ in 0..20 {
                assert_eq!(text_that_fails(collect(0..5000).unwrap_err()), 300);
            }
        }
    }

    #[test]
    fn nothing_is_done_after_a_run_was_told_to_stop() {
        let cancel = Cancel::new();
        cancel.cancel();
        let step = |_: &mut (), _| -> Result<(), Error> { panic!("it was told to stop") };
        let error = Steps::collect(&cancel, (0..100).into_par_iter(), || (), step).unwrap_err();
        assert!(error.is_cancelled());
    }
}
