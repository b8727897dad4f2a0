//! Progress of a long run, shown on a terminal.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use retold::Cancel;
use retold::engine::{Stage, Watch};
use retold_pipeline::Progress as _;

/// Shorter runs show nothing.
const LONG: Duration = Duration::from_secs(1);

/// Whether progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Once the run takes longer than a moment.
    Shown,
    /// Never.
    Hidden,
}

/// A line on the standard error that shows stage, steps done, rate and time left.
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    visibility: Visibility,
    shown: OnceLock<()>,
    cancel: Cancel,
}

impl Progress {
    /// Nothing is shown yet. `cancel` stops the run.
    pub fn new(visibility: Visibility, cancel: &Cancel) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let (started, shown) = (Instant::now(), OnceLock::new());
        Self { bar, started, visibility, shown, cancel: cancel.clone() }
    }

    /// Removes the line from the screen.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are ours and right; a plain bar would do as well.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Watch for Progress {
    fn begin(&self, stage: Stage, total: u64) {
        self.begin_steps(stage.name(), total);
    }

    fn advance(&self, steps: u64) {
        self.bar.inc(steps);
        if self.visibility == Visibility::Shown && self.started.elapsed() > LONG {
            self.shown.get_or_init(|| {
                self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            });
        }
    }

    fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }
}

impl retold_pipeline::Progress for Progress {
    fn begin_open(&self, what: &str) {
        self.bar.reset();
        self.bar.set_style(style("{spinner} {msg} {human_pos} articles  {elapsed}"));
        self.bar.set_message(what.to_owned());
    }

    fn begin_steps(&self, what: &str, total: u64) {
        self.bar.reset();
        self.bar.set_style(style(
            "{msg:>12} {wide_bar:.cyan/dim} {human_pos}/{human_len}  {per_sec:.0}  {eta} left",
        ));
        self.bar.set_message(what.to_owned());
        self.bar.set_length(total);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
