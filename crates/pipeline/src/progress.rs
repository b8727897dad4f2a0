//! Progress of a run.

use retold::Cancel;
use retold::engine::{Stage, Watch};

/// Is told how far a run has come, from any thread, in the stages of the engine and those before
/// and after it. Its [token](Watch::cancel) stops all of them; the run then returns
/// [`Error::Cancelled`](crate::Error::Cancelled).
pub trait Progress: Watch {
    /// A stage of unknown length begins.
    fn begin_open(&self, what: &str);

    /// A stage of `total` steps begins.
    fn begin_steps(&self, what: &str, total: u64);
}

/// Shows nothing, but the run can be cancelled.
impl Progress for Cancel {
    fn begin_open(&self, _: &str) {}

    fn begin_steps(&self, _: &str, _: u64) {}
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn begin(&self, _: Stage, _: u64) {}

    fn advance(&self, _: u64) {}
}

impl Progress for Unwatched {
    fn begin_open(&self, _: &str) {}

    fn begin_steps(&self, _: &str, _: u64) {}
}
