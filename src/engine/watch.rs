//! Progress and cancellation of a run.

use crate::Cancel;

/// The stages of a scan, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Texts to candidate pairs.
    Candidates,
    /// Candidate pairs to relations.
    Align,
    /// Relations to clusters.
    Cluster,
}

impl Stage {
    /// The name that people and statistics see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Candidates => "candidates",
            Self::Align => "align",
            Self::Cluster => "cluster",
        }
    }
}

/// Receives the progress of a run, from any thread, and may cancel it.
pub trait Watch: Sync {
    /// A stage begins that will do `total` steps.
    fn begin(&self, stage: Stage, total: u64);

    /// So many more steps of the stage are done.
    fn advance(&self, steps: u64);

    /// The token that stops the run, which then returns
    /// [`Error::Cancelled`](crate::Error::Cancelled) as soon as it is done with the articles that
    /// it looks at. A run asks for it as it begins. Default: nothing stops it.
    fn cancel(&self) -> Cancel {
        Cancel::never()
    }
}

/// No progress, no cancellation.
impl Watch for () {
    fn begin(&self, _: Stage, _: u64) {}

    fn advance(&self, _: u64) {}
}

/// No progress, but cancellation.
impl Watch for Cancel {
    fn begin(&self, _: Stage, _: u64) {}

    fn advance(&self, _: u64) {}

    fn cancel(&self) -> Cancel {
        self.clone()
    }
}
