//! Reads tables of synonyms and boilerplate.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The groups of a table of synonyms: words of one line, with tabs between them, mean the same.
/// Empty lines and those that begin with `#` are skipped.
pub fn synonyms(path: Option<&Path>) -> Result<Vec<Vec<String>>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let table = read(path)?;
    let mut groups = Vec::new();
    for (number, line) in table.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let group: Vec<String> = line.split('\t').map(|word| word.trim().to_owned()).collect();
        if group.len() < 2 {
            bail!(
                "{}, line {}: one word only; write words that mean the same with a tab between them",
                path.display(),
                number + 1
            );
        }
        groups.push(group);
    }
    Ok(groups)
}

/// The texts of boilerplate files, each whole.
pub fn boilerplate(paths: &[PathBuf]) -> Result<Vec<String>> {
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = String::from_utf8(bytes);
    text.map_err(|_| anyhow::anyhow!("{} is not UTF-8; save it as such", path.display()))
}
