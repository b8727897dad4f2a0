//! A run beside the interpreter: its lock is released, Ctrl-C stops the run, progress is told, and a
//! panic becomes an exception.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;
use retold::Cancel;
use retold::engine::{Stage, Watch};
use retold_pipeline::Progress;

use crate::errors;

/// How often signals and progress are looked at.
const MOMENT: Duration = Duration::from_millis(50);

/// Runs `work` on a thread of its own while this one looks for signals, which only the interpreter's
/// main thread gets, and calls `progress(stage, done, total)`. An exception of either stops the run
/// and is returned once it has stopped.
pub fn run<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Job) -> anyhow::Result<T> + Send,
) -> PyResult<T> {
    let job = Job::default();
    let mut raised = None;
    let done = thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let done = catch_unwind(AssertUnwindSafe(|| work(&job)));
            job.end();
            done
        });
        while !py.detach(|| job.is_ended_within(MOMENT)) {
            if raised.is_none() {
                raised = look(py, &job, progress).err();
            }
            if raised.is_some() {
                job.cancel.cancel();
            }
        }
        worker.join()
    });
    if raised.is_none() {
        raised = look(py, &job, progress).err();
    }
    match (raised, done) {
        (Some(raised), _) => Err(raised),
        (None, Ok(Ok(Ok(done)))) => Ok(done),
        (None, Ok(Ok(Err(error)))) => Err(errors::of(py, &error)),
        (None, Ok(Err(panic)) | Err(panic)) => Err(errors::fault(&*panic)),
    }
}

fn look(py: Python<'_>, job: &Job, progress: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
    py.check_signals()?;
    let Some(progress) = progress else { return Ok(()) };
    let (stage, total) = job.lock().stage.clone();
    if !stage.is_empty() {
        let done = job.done.load(Ordering::Relaxed);
        progress.call1((stage, total.map_or(done, |total| done.min(total)), total))?;
    }
    Ok(())
}

/// How far a run has come, and the token that stops it.
pub struct Job {
    pub cancel: Cancel,
    state: Mutex<State>,
    ended: Condvar,
    done: AtomicU64,
}

#[derive(Default)]
struct State {
    is_ended: bool,
    /// The name of the stage, and its steps where they are known.
    stage: (String, Option<u64>),
}

impl Default for Job {
    fn default() -> Self {
        Self {
            cancel: Cancel::new(),
            state: Mutex::default(),
            ended: Condvar::new(),
            done: AtomicU64::new(0),
        }
    }
}

impl Job {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        self.lock().is_ended = true;
        self.ended.notify_all();
    }

    fn is_ended_within(&self, time: Duration) -> bool {
        let wait = self.ended.wait_timeout_while(self.lock(), time, |state| !state.is_ended);
        wait.unwrap_or_else(PoisonError::into_inner).0.is_ended
    }

    fn begins(&self, stage: &str, total: Option<u64>) {
        self.done.store(0, Ordering::Relaxed);
        self.lock().stage = (stage.to_owned(), total);
    }
}

impl Watch for Job {
    fn begin(&self, stage: Stage, total: u64) {
        self.begins(stage.name(), Some(total));
    }

    fn advance(&self, steps: u64) {
        self.done.fetch_add(steps, Ordering::Relaxed);
    }

    fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }
}

impl Progress for Job {
    fn begin_open(&self, what: &str) {
        self.begins(what, None);
    }

    fn begin_steps(&self, what: &str, total: u64) {
        self.begins(what, Some(total));
    }
}

/// Panics inside a run, to test that the interpreter survives it.
#[pyfunction]
pub fn panic_for_tests(py: Python<'_>) -> PyResult<()> {
    run(py, None, |_| panic!("asked for by a test"))
}
