//! What a deduplication came to, on one screen.

use std::io::{self, Write};

use anstyle::Effects;

use crate::dedup::{Amount, Deduplication};
use crate::printable::printable;
use crate::quantity;
use crate::terminal::Style;

/// The figures of a deduplication.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dedup {
    /// What the terminal can do.
    pub style: Style,
}

impl Dedup {
    /// Writes them to `out`, and flushes.
    pub fn write(&self, of: &Deduplication, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let bold = anstyle::Style::new().effects(Effects::BOLD);
        let mut line = |label: &str, text: &str| match self.style.color {
            true => writeln!(out, "{bold}{label:<12}{bold:#}{text}"),
            false => writeln!(out, "{label:<12}{text}"),
        };
        let read = Amount { articles: of.read.articles, bytes: of.read.bytes };
        let files = quantity::counted(of.read.files, "file");
        line("Read", &format!("{}, from {files}", amount(read)))?;
        if of.reference.articles > 0 {
            line("Reference", &amount(of.reference))?;
        }
        for (label, reasons) in [("Skipped", &of.skipped), ("Repaired", &of.repaired)] {
            for (at, (reason, n)) in reasons.iter().enumerate() {
                let label = if at == 0 { label } else { "" };
                line(label, &format!("{} × {reason}", quantity::count(*n)))?;
            }
        }
        let is_dry = of.output.is_none();
        let dropped = of.all_dropped();
        let share = dropped.articles as f32 / read.articles.max(1) as f32;
        let verb = if is_dry { "Would drop" } else { "Dropped" };
        line(verb, &format!("{} ({})", amount(dropped), quantity::percent(share)))?;
        for (relation, amount) in &of.dropped {
            line("", &format!("{:<16}{}", relation.name(), quantity::count(amount.articles)))?;
        }
        line(if is_dry { "Would keep" } else { "Kept" }, &amount(of.kept))?;
        if let Some(folder) = &of.output {
            line("Written", &printable(&folder.display().to_string()))?;
        }
        line("Time", &time(of))?;
        out.flush()
    }
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
