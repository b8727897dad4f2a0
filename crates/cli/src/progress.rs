//! Progress of a long run, shown on a terminal.

use std::fmt::Write;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use retold::Cancel;
use retold::engine::{Stage, Watch};
use retold_pipeline::Progress as _;
use retold_report::quantity;

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

/// Estimates of the time left need a part of the work, and some time, to go by.
const LEAST_SHARE: f64 = 0.05;
const LEAST_TIME: Duration = Duration::from_secs(3);

/// How often the line is drawn while nothing advances: its times go on.
const TICK: Duration = Duration::from_millis(250);

fn style(template: &str) -> ProgressStyle {
    // The templates are ours and right; a plain bar would do as well.
    let style = ProgressStyle::with_template(template);
    style
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            // Writing to a string does not fail.
            // What is left to do then are no steps.
            let is_done = state.len().is_some_and(|all| state.pos() >= all);
            let rate = if is_done { String::new() } else { rate(state.pos(), state.elapsed()) };
            let _ = out.write_str(&rate);
        })
        .with_key("left", |state: &ProgressState, out: &mut dyn Write| {
            let left = left(state.pos(), state.len().unwrap_or(0), state.elapsed());
            let _ = out.write_str(&left);
        })
}

/// `1,234/s`: steps of the stage so far by its time so far.
fn rate(done: u64, elapsed: Duration) -> String {
    match done as f64 / elapsed.as_secs_f64() {
        rate if !rate.is_finite() || done == 0 => String::new(),
        rate if rate < 9.95 => format!("{rate:.1}/s"),
        rate => format!("{}/s", quantity::count(rate as u64)),
    }
}

/// `about 40 s left`, where that can be told. A stage that does not advance takes longer and longer
/// by this estimate.
fn left(done: u64, all: u64, elapsed: Duration) -> String {
    let share = done as f64 / all.max(1) as f64;
    if share < LEAST_SHARE || elapsed < LEAST_TIME {
        return String::new();
    }
    if done >= all {
        return "finishing".to_owned();
    }
    match (elapsed.as_secs_f64() * (1.0 - share) / share).round().max(1.0) as u64 {
        seconds if seconds < 100 => format!("about {seconds} s left"),
        seconds => format!("about {} left", quantity::duration(Duration::from_secs(seconds))),
    }
}

/// What a stage of the engine does, in a word or two.
fn doing(stage: Stage) -> &'static str {
    match stage {
        Stage::Candidates => "finding candidates",
        Stage::Align => "comparing",
        Stage::Cluster => "grouping",
        other => other.name(),
    }
}

impl Watch for Progress {
    fn begin(&self, stage: Stage, total: u64) {
        self.begin_steps(doing(stage), total);
    }

    fn advance(&self, steps: u64) {
        self.bar.inc(steps);
        if self.visibility == Visibility::Shown && self.started.elapsed() > LONG {
            self.shown.get_or_init(|| {
                self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
                self.bar.enable_steady_tick(TICK);
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
        self.bar.set_style(style("{spinner} {msg}: {human_pos} articles  {rate}  {elapsed}"));
        self.bar.set_message(what.to_owned());
    }

    fn begin_steps(&self, what: &str, total: u64) {
        self.bar.reset();
        self.bar.set_style(style(
            "{msg} {wide_bar:.cyan/dim} {human_pos} of {human_len}  {rate}  {left}",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_waits_for_evidence_and_grows_while_nothing_moves() {
        let left = |done, seconds| left(done, 100, Duration::from_secs(seconds));
        assert_eq!(left(60, 1), "", "too soon");
        assert_eq!(left(3, 60), "", "too little is done");
        assert_eq!(left(60, 6), "about 4 s left");
        assert_eq!(left(60, 60), "about 40 s left", "it does not go on");
        assert_eq!(left(100, 60), "finishing");
        assert_eq!(super::left(0, 0, Duration::from_secs(9)), "");
    }

    #[test]
    fn rates_are_whole_or_have_one_decimal() {
        let second = Duration::from_secs(1);
        assert_eq!(rate(12_345, second), "12,345/s");
        assert_eq!(rate(10, 3 * second), "3.3/s");
        assert_eq!((rate(0, second), rate(5, Duration::ZERO)), (String::new(), String::new()));
    }
}
