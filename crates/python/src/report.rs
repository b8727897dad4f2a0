//! Findings as pages, JSON Lines and statistics: what the command writes.

use std::path::Path;

use retold_pipeline::output::{Content, Output};
use retold_report::markup::escaped;
use retold_report::{Findings, Format};

/// Bytes of text that a page in a notebook may hold.
pub const NOTEBOOK_BUDGET: u64 = 4 << 20;

/// What a format writes, in memory.
pub fn written(format: &dyn Format, findings: &Findings<'_>) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    format.write(findings, &mut bytes)?;
    Ok(String::from_utf8(bytes)?)
}

/// Writes a file: whole, or not at all.
pub fn write_file(path: &Path, format: &dyn Format, findings: &Findings<'_>) -> anyhow::Result<()> {
    let output = Output::create(Some(path), Content::Page)?;
    output.write(&mut std::io::sink(), |out| Ok(format.write(findings, out)?))
}

/// A whole page inside another one, which it cannot touch: an `iframe` of its own origin. Its
/// policy allows its own script only, and foreign text is text in it.
pub fn in_frame(page: &str) -> String {
    format!(
        "<iframe sandbox=\"allow-scripts\" style=\"width:100%;height:640px;border:0\" \
         srcdoc=\"{}\"></iframe>",
        escaped(page)
    )
}
