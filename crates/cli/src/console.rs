//! The streams of a run, and what is known of the terminal behind them.

use std::io::{self, IsTerminal, Write};

use anstream::ColorChoice;
use retold::Cancel;
use retold_corpus::{Problem, ReadReport};
use retold_pipeline::Error;
use retold_pipeline::output::{Content, Destination};
use retold_report::printable::{Screen, printable};
use retold_report::terminal::Style;

use crate::naming;
use crate::progress::{Progress, Visibility};
use crate::settings::Settings;
use crate::values::{ColorValue, FormatValue};

/// Where a run writes.
pub struct Console<'s> {
    /// Data.
    pub out: &'s mut (dyn Write + Send),
    /// Everything else.
    pub err: &'s mut (dyn Write + Send),
    /// What is behind them.
    pub facts: Facts,
    /// Tells the run to stop.
    pub cancel: Cancel,
}

/// What is known of the standard streams. The default is a pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Columns of the terminal; 80 where there is none.
    pub width: usize,
    /// Whether colours would be seen and are not refused (`NO_COLOR`).
    pub color: bool,
    /// Whether the terminal shows links.
    pub hyperlinks: bool,
    /// Whether a person sees the standard output.
    pub out_is_terminal: bool,
    /// Whether a person sees the standard error.
    pub err_is_terminal: bool,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            hyperlinks: false,
            out_is_terminal: false,
            err_is_terminal: false,
        }
    }
}

impl Facts {
    /// Asks the standard streams and the environment.
    pub fn detect() -> Self {
        let out = io::stdout();
        let color = anstream::AutoStream::choice(&out) != ColorChoice::Never;
        let width = terminal_size::terminal_size_of(&out).map_or(80, |(width, _)| width.0.into());
        let hyperlinks =
            out.is_terminal() && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
        let (out_is_terminal, err_is_terminal) = (out.is_terminal(), io::stderr().is_terminal());
        Self { width, color, hyperlinks, out_is_terminal, err_is_terminal }
    }

    /// How to write for people; a file is treated like a pipe.
    pub fn style(self, color: ColorValue, destination: Destination) -> Style {
        let facts = match destination {
            Destination::Stdout => self,
            Destination::File => Self::default(),
        };
        let color = match color {
            ColorValue::Auto => facts.color,
            ColorValue::Always => true,
            ColorValue::Never => false,
        };
        Style { color, width: facts.width, hyperlinks: facts.hyperlinks && color }
    }
}

/// Failures listed on the standard error without `--verbose`.
pub const LISTED: usize = 10;

impl Console<'_> {
    /// An error if a terminal would get a file that it cannot show.
    pub fn check_can_show(
        &self,
        format: Option<FormatValue>,
        destination: Destination,
    ) -> anyhow::Result<()> {
        let shows = format.is_none_or(FormatValue::is_text);
        let is_terminal = destination == Destination::Stdout && self.facts.out_is_terminal;
        if !shows && is_terminal {
            anyhow::bail!("this format is not for a terminal; name a file with --output");
        }
        Ok(())
    }

    /// The standard output for such content: what a terminal would obey in records is written out.
    pub fn out_for(&mut self, content: Content) -> Box<dyn Write + Send + '_> {
        match content {
            Content::Records if self.facts.out_is_terminal => Box::new(Screen::new(&mut self.out)),
            _ => Box::new(&mut self.out),
        }
    }

    /// Progress on the standard error, if that is a terminal and unless `--quiet`.
    pub fn progress(&self, settings: &Settings) -> Progress {
        let visibility = match self.facts.err_is_terminal && !settings.quiet {
            true => Visibility::Shown,
            false => Visibility::Hidden,
        };
        Progress::new(visibility, &self.cancel)
    }

    /// A line on the standard error, unless `--quiet`.
    pub fn say(&mut self, settings: &Settings, line: &str) -> io::Result<()> {
        if settings.quiet {
            return Ok(());
        }
        writeln!(self.err, "{line}")
    }

    /// Lists what could not be read, even with `--quiet`; with `--verbose` whatever was skipped or
    /// repaired.
    pub fn list_problems(&mut self, settings: &Settings, report: &ReadReport) -> io::Result<()> {
        if settings.verbose {
            for problem in report.skipped.listed().iter().chain(report.repaired.listed()) {
                self.problem(problem)?;
            }
            return Ok(());
        }
        let listed = || report.skipped.listed().iter().chain(report.repaired.listed());
        let failures = || listed().filter(|problem| problem.failure);
        for problem in failures().take(LISTED) {
            self.problem(problem)?;
        }
        match report.failures.saturating_sub(failures().take(LISTED).count() as u64) {
            0 => Ok(()),
            more => writeln!(self.err, "retold: and {more} more; --verbose lists them"),
        }
    }

    /// The outcome of a run; lists what could not be read if that is what ended it.
    pub fn or_unread<T>(
        &mut self,
        settings: &Settings,
        outcome: anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        if let Err(Some(Error::NotAllRead(reports))) =
            outcome.as_ref().map_err(|error| error.downcast_ref())
        {
            reports.iter().try_for_each(|report| self.list_problems(settings, report))?;
        }
        outcome
    }

    /// Lists whatever was skipped or repaired, unless `--quiet`; then only what could not be read.
    pub fn list_all_problems(
        &mut self,
        settings: &Settings,
        report: &ReadReport,
    ) -> io::Result<()> {
        if settings.quiet {
            return self.list_problems(settings, report);
        }
        let listed = report.skipped.listed().iter().chain(report.repaired.listed());
        listed.take(LISTED).try_for_each(|problem| self.problem(problem))
    }

    fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        writeln!(self.err, "retold: {}", printable(&problem.to_string_with(naming::of_reading)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_safe_for_a_terminal_and_as_they_are_elsewhere() {
        for (is_terminal, content, shown) in [
            (true, Content::Records, "a,\\u001b[2J\r\n"),
            (false, Content::Records, "a,\x1b[2J\r\n"),
            (true, Content::Page, "a,\x1b[2J\r\n"),
        ] {
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let facts = Facts { out_is_terminal: is_terminal, ..Facts::default() };
            let cancel = Cancel::never();
            let mut console = Console { out: &mut out, err: &mut err, facts, cancel };
            console.out_for(content).write_all(b"a,\x1b[2J\r\n").expect("written");
            assert_eq!(String::from_utf8_lossy(&out), shown);
        }
    }
}
