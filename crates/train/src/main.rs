//! Refits the models of retold from labelled data, to the same bytes on every run.
//!
//! ```text
//! cargo run --release -p retold-train -- --data PATH [--models src/align/models] [MODEL ...]
//! ```

mod articles;
mod data;
mod fit;
mod passages;
mod short;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};

use articles::News;
use fit::{Rows, Sign, auc, cross_validate, fit};
use passages::Pan;
use retold::align::model::term_names;

/// Refits the models of retold from labelled data.
#[derive(Debug, Parser)]
struct Options {
    /// Folder with the labelled data (its layout: docs/evaluation.md).
    #[arg(long)]
    data: PathBuf,
    /// Where the coefficients go.
    #[arg(long, default_value = "src/align/models")]
    models: PathBuf,
    /// Also write the rows of the article model here, as a table.
    #[arg(long)]
    rows: Option<PathBuf>,
    /// Models to refit; all where none is named. The order matters: later ones build on earlier.
    models_wanted: Vec<Which>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    Link,
    Passage,
    Summary,
    Article,
    Partial,
    Whole,
    Short,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let wanted = |which| options.models_wanted.is_empty() || options.models_wanted.contains(&which);
    if wanted(Which::Short) {
        let names = term_names(&retold::align::short::FEATURES);
        let note = "PAN sentences (Madnani 2012), MRPC";
        write(&options.models, "short", &names, &short::short_rows(&options.data)?, note)?;
    }
    if wanted(Which::Link) || wanted(Which::Passage) || wanted(Which::Summary) {
        passage_models(&options, wanted)?;
    }
    if wanted(Which::Article) || wanted(Which::Partial) || wanted(Which::Whole) {
        article_models(&options, wanted)?;
    }
    Ok(())
}

/// Refits the models of links and passages.
fn passage_models(options: &Options, wanted: impl Fn(Which) -> bool) -> Result<()> {
    let pan = Pan::read(&options.data.join("pan13"))?;
    let note = "PAN 2013 text alignment, training corpus";
    if wanted(Which::Link) {
        let names = retold::align::links::FEATURES;
        write(&options.models, "link", &names, &pan.link_rows(), note)?;
    }
    if wanted(Which::Passage) {
        let names = term_names(&retold::align::evidence::FEATURES);
        write(&options.models, "passage", &names, &pan.run_rows(), note)?;
    }
    if wanted(Which::Summary) {
        let names = term_names(&retold::align::passages::SUMMARY_FEATURES);
        let news = News::read(&options.data)?;
        let note = format!("{note}, SheepDog, BASIL");
        write(&options.models, "summary", &names, &pan.summary_rows(&news)?, &note)?;
    }
    Ok(())
}

/// Refits the models of pairs of articles.
fn article_models(options: &Options, wanted: impl Fn(Which) -> bool) -> Result<()> {
    let names = retold::align::features::FEATURES;
    let rows = articles::article_rows(&options.data)?;
    if let Some(path) = &options.rows {
        dump(path, &names, &rows)?;
    }
    if wanted(Which::Article) {
        let note = "SheepDog, BASIL, APT-Eval, Clough & Stevenson";
        write(&options.models, "article", &names, &articles::whole(&rows), note)?;
    }
    if wanted(Which::Whole) {
        let note = "SheepDog, against PAN 2013";
        let names = retold::align::features::WHOLE_FEATURES;
        write(&options.models, "whole", &names, &articles::extent(&rows), note)?;
    }
    if wanted(Which::Partial) {
        let note = "PAN 2013, against negatives from SheepDog and BASIL";
        let names = retold::align::features::PARTIAL_FEATURES;
        write(&options.models, "partial", &names, &articles::part(&rows), note)?;
    }
    Ok(())
}

/// Writes rows as a table, to look at with other tools.
fn dump(path: &Path, names: &[&str], rows: &Rows) -> Result<()> {
    let mut text = format!("label\tgroup\tweight\tsource\t{}\n", names.join("\t"));
    for (at, values) in rows.values.iter().enumerate() {
        let label = u8::from(rows.labels[at]);
        write!(text, "{label}\t{}\t{}\t{}", rows.groups[at], rows.weights[at], rows.sources[at])?;
        for value in values {
            write!(text, "\t{value}")?;
        }
        text.push('\n');
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Held back by this many rows, a weight moves only where data ask for it; many terms need more.
const RIDGE: f64 = 1.0;
const SHORT_RIDGE: f64 = 20.0;

/// Fits one model, says how good it is on groups that it did not see, and writes it.
fn write(
    folder: &Path,
    model: &str,
    names: &[impl AsRef<str>],
    rows: &Rows,
    note: &str,
) -> Result<()> {
    let ridge = if model == "short" { SHORT_RIDGE } else { RIDGE };
    let signs: Vec<Sign> = names.iter().map(|name| sign(model, name.as_ref())).collect();
    let unseen = cross_validate(rows, &signs, ridge);
    let quality = auc(&unseen, &rows.labels);
    let positives = rows.labels.iter().filter(|label| **label).count();
    let fitted = fit(rows, &signs, ridge);
    let mut text = String::new();
    writeln!(text, "# Written by retold-train; trained on: {note}.")?;
    writeln!(
        text,
        "# {} rows, {positives} positive; AUC {quality:.4} on unseen groups (10 folds).",
        rows.labels.len()
    )?;
    writeln!(text, "intercept\t{:.4}", fitted.intercept)?;
    for (name, weight) in names.iter().zip(&fitted.weights) {
        writeln!(text, "{}\t{weight:.4}", name.as_ref())?;
    }
    let path = folder.join(format!("{model}.tsv"));
    fs::write(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
    print!("{model}\n{text}");
    Ok(())
}

/// What is known of a feature: likeness never speaks against reuse, and what two reports of one event
/// both quote never speaks for it. Weights that break this fit the corpora, not the matter.
fn sign(model: &str, feature: &str) -> Sign {
    match (model, feature) {
        (_, "quotations") => Sign::Negative,
        ("article", "length" | "short" | "long" | "ratio") => Sign::Any,
        ("article", _) | ("partial", "passage" | "summary" | "passage_words") => Sign::Positive,
        _ => Sign::Any,
    }
}
