//! Who watches a run.

use retold::Cancel;
use retold::engine::{Stage, Watch};

/// Is told how far a run has come, from any thread: of the stages of the engine, and of those before
/// and behind it. Its [token](Watch::cancel) stops all of them; the run then returns
/// [`Error::Cancelled`](crate::Error::Cancelled).
pub trait Progress: Watch {
    /// Something is done of which nobody knows how much there is.
    fn begin_open(&self, what: &str);

    /// `total` steps of something begin.
    fn begin_steps(&self, what: &str, total: u64);
}

/// Nobody watches, but somebody may stop the run.
impl Progress for Cancel {
    fn begin_open(&self, _: &str) {}

    fn begin_steps(&self, _: &str, _: u64) {}
}

/// Nobody watches.
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
