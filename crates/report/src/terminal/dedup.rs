//! What a deduplication came to, on one screen.

use std::io::Write;

use crate::dedup::{Amount, Deduplication};
use crate::printable::printable;
use crate::terminal::line::{Line, Look};
use crate::terminal::{Page, Style};
use crate::{Error, quantity};

/// Where the second column begins.
const LABEL: usize = 12;

/// Below this, paths are broken too: else whoever copies one from a log has it whole.
const NARROW: usize = 80;

/// The figures of a deduplication.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dedup {
    /// What the terminal can do.
    pub style: Style,
}

impl Dedup {
    /// Writes them to `out`, and flushes.
    pub fn write(&self, of: &Deduplication, out: &mut (dyn Write + Send)) -> Result<(), Error> {
        let mut page = Page::new(self.style, out);
        reading(&mut page, of)?;
        let is_dry = of.output.is_none();
        let dropped = of.all_dropped();
        let share = dropped.articles as f32 / of.read.articles.max(1) as f32;
        let verb = if is_dry { "Would drop" } else { "Dropped" };
        entry(&mut page, verb, format!("{} ({})", amount(dropped), quantity::percent(share)))?;
        for (relation, amount) in &of.dropped {
            let count = quantity::count(amount.articles);
            entry(&mut page, "", format!("{:<16}{count}", relation.name()))?;
        }
        entry(&mut page, if is_dry { "Would keep" } else { "Kept" }, amount(of.kept))?;
        if let Some(folder) = &of.output {
            let path = printable(&folder.display().to_string()).into_owned();
            match self.style.width < NARROW {
                true => entry(&mut page, "Written", path)?,
                false => page.unbroken(&label("Written").and(Look::Plain, path))?,
            }
        }
        entry(&mut page, "Time", time(of))?;
        Ok(page.out.flush()?)
    }
}

/// What was read, and what was not.
fn reading(page: &mut Page<'_>, of: &Deduplication) -> Result<(), Error> {
    let read = Amount { articles: of.read.articles, bytes: of.read.bytes };
    let files = quantity::counted(of.read.files, "file");
    entry(page, "Read", format!("{}, from {files}", amount(read)))?;
    if of.reference.articles > 0 {
        entry(page, "Reference", amount(of.reference))?;
    }
    for (label, reasons) in [("Skipped", &of.skipped), ("Repaired", &of.repaired)] {
        for (at, (reason, n)) in reasons.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            entry(page, label, format!("{} × {}", quantity::count(*n), printable(reason)))?;
        }
    }
    if of.incomplete.is_empty() {
        return Ok(());
    }
    let files = quantity::counted(of.incomplete.len() as u64, "input");
    entry(page, "Incomplete", format!("{files} not read to the end"))
}

fn label(text: &str) -> Line {
    Line::of(Look::Heading, text).padded(LABEL)
}

fn entry(page: &mut Page<'_>, name: &str, text: String) -> Result<(), Error> {
    page.wrapped(label(name), &Line::plain(text))
}

fn amount(of: Amount) -> String {
    format!("{}, {}", quantity::counted(of.articles, "article"), quantity::bytes(of.bytes))
}

fn time(of: &Deduplication) -> String {
    let took = |stage: &crate::Stage| format!("{} {}", stage.name, quantity::duration(stage.took));
    let mut stages: Vec<_> = of.stages.iter().map(took).collect();
    let last = if of.output.is_none() { "count" } else { "write" };
    stages.push(format!("{last} {}", quantity::duration(of.writing)));
    format!("{} ({})", quantity::duration(of.run.elapsed), stages.join(", "))
}
