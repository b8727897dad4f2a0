//! Refits the models of retold from labelled data, to the same bytes on every run.
//!
//! ```text
//! cargo run --release -p retold-train -- --data PATH [--models src/align/models] [MODEL ...]
//! ```

mod data;
mod fit;
mod passages;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};

use fit::{Rows, auc, cross_validate, fit};
use passages::Pan;

/// Refits the models of retold from labelled data.
#[derive(Debug, Parser)]
struct Options {
    /// Folder with the labelled data (its layout: docs/evaluation.md).
    #[arg(long)]
    data: PathBuf,
    /// Where the coefficients go.
    #[arg(long, default_value = "src/align/models")]
    models: PathBuf,
    /// Models to refit; all where none is named. The order matters: later ones build on earlier.
    models_wanted: Vec<Which>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    Link,
    Passage,
    Summary,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let wanted = |which| options.models_wanted.is_empty() || options.models_wanted.contains(&which);
    let pan = Pan::read(&options.data.join("pan13"))?;
    let note = "PAN 2013 text alignment, training corpus";
    if wanted(Which::Link) {
        let names = retold::align::links::FEATURES;
        write(&options.models, "link", &names, &pan.link_rows(), note)?;
    }
    let names = retold::align::evidence::FEATURES;
    if wanted(Which::Passage) {
        write(&options.models, "passage", &names, &pan.run_rows(), note)?;
    }
    if wanted(Which::Summary) {
        let names = retold::align::passages::SUMMARY_FEATURES;
        write(&options.models, "summary", &names, &pan.summary_rows(), note)?;
    }
    Ok(())
}

/// Fits one model, says how good it is on groups that it did not see, and writes it.
fn write(folder: &Path, model: &str, names: &[&str], rows: &Rows, note: &str) -> Result<()> {
    let unseen = cross_validate(rows, 1.0);
    let quality = auc(&unseen, &rows.labels);
    let positives = rows.labels.iter().filter(|label| **label).count();
    let fitted = fit(rows, 1.0);
    let mut text = String::new();
    writeln!(text, "# Written by retold-train; trained on: {note}.")?;
    writeln!(
        text,
        "# {} rows, {positives} positive; AUC {quality:.4} on unseen groups (10 folds).",
        rows.labels.len()
    )?;
    writeln!(text, "intercept\t{:.4}", fitted.intercept)?;
    for (name, weight) in names.iter().zip(&fitted.weights) {
        writeln!(text, "{name}\t{weight:.4}")?;
    }
    let path = folder.join(format!("{model}.tsv"));
    fs::write(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
    print!("{model}\n{text}");
    Ok(())
}
