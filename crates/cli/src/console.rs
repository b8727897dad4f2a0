//! The streams of a run, and what is known of the terminal behind them.

use std::io::{self, IsTerminal, Write};

use anstream::ColorChoice;
use retold::Cancel;
use retold_corpus::{Problem, ReadReport};
use retold_report::printable::printable;
use retold_report::terminal::Style;

use crate::naming;
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

    /// How to write for people on the standard output; to a file as to a pipe.
    pub fn style(self, color: ColorValue, to_file: bool) -> Style {
        let facts = if to_file { Self::default() } else { self };
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
    pub fn can_show(&self, format: Option<FormatValue>, to_stdout: bool) -> anyhow::Result<()> {
        let shows = format.is_none_or(FormatValue::is_text);
        if !shows && to_stdout && self.facts.out_is_terminal {
            anyhow::bail!("this format is not for a terminal; name a file with --output");
        }
        Ok(())
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
