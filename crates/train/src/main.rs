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

use anyhow::{Context, Result, bail};
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
    /// Write nothing; fail where a model would come out different.
    #[arg(long)]
    check: bool,
    /// Models to refit; all where none is named.
    models_wanted: Vec<Which>,
}

/// Later models build on earlier ones, as they are compiled in.
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
    let mut trainer = Trainer { options: Options::parse(), changed: Vec::new() };
    if trainer.wants(&[Which::Short]) {
        let names = term_names(&retold::align::short::FEATURES);
        let rows = short::short_rows(&trainer.options.data)?;
        trainer.refit("short", &names, &rows, "PAN sentences (Madnani 2012), MRPC")?;
    }
    if trainer.wants(&[Which::Link, Which::Passage, Which::Summary]) {
        trainer.passage_models()?;
    }
    if trainer.wants(&[Which::Article, Which::Partial, Which::Whole]) {
        trainer.article_models()?;
    }
    trainer.conclude()
}

struct Trainer {
    options: Options,
    /// Models that came out other than they were.
    changed: Vec<String>,
}

impl Trainer {
    fn wants(&self, any_of: &[Which]) -> bool {
        let wanted = &self.options.models_wanted;
        wanted.is_empty() || any_of.iter().any(|which| wanted.contains(which))
    }

    /// Refits the models of links and passages.
    fn passage_models(&mut self) -> Result<()> {
        let pan = Pan::read(&self.options.data.join("pan13"))?;
        let note = "PAN 2013 text alignment, training corpus";
        if self.wants(&[Which::Link]) {
            self.refit("link", &retold::align::links::FEATURES, &pan.link_rows(), note)?;
        }
        if self.wants(&[Which::Passage]) {
            let names = term_names(&retold::align::evidence::FEATURES);
            self.refit("passage", &names, &pan.run_rows(), note)?;
        }
        if self.wants(&[Which::Summary]) {
            let names = term_names(&retold::align::passages::SUMMARY_FEATURES);
            let rows = pan.summary_rows(&News::read(&self.options.data)?)?;
            self.refit("summary", &names, &rows, &format!("{note}, SheepDog, BASIL"))?;
        }
        Ok(())
    }

    /// Refits the models of pairs of articles.
    fn article_models(&mut self) -> Result<()> {
        let names = retold::align::features::FEATURES;
        let rows = articles::article_rows(&self.options.data)?;
        if let Some(path) = &self.options.rows {
            dump(path, &names, &rows)?;
        }
        if self.wants(&[Which::Article]) {
            let note = "SheepDog, BASIL, APT-Eval, Clough & Stevenson";
            self.refit("article", &names, &articles::whole(&rows), note)?;
        }
        if self.wants(&[Which::Whole]) {
            let names = retold::align::features::WHOLE_FEATURES;
            self.refit("whole", &names, &articles::extent(&rows), "SheepDog, against PAN 2013")?;
        }
        if self.wants(&[Which::Partial]) {
            let names = retold::align::features::PARTIAL_FEATURES;
            let note = "PAN 2013, against negatives from SheepDog and BASIL";
            self.refit("partial", &names, &articles::part(&rows), note)?;
        }
        Ok(())
    }

    /// Fits one model, says how good it is on groups that it did not see, and writes it.
    fn refit(
        &mut self,
        model: &str,
        names: &[impl AsRef<str>],
        rows: &Rows,
        note: &str,
    ) -> Result<()> {
        let text = fitted(model, names, rows, note)?;
        let path = self.options.models.join(format!("{model}.tsv"));
        let is_same = fs::read_to_string(&path).is_ok_and(|before| before == text);
        let quality = text.lines().nth(1).unwrap_or_default();
        println!("{model}: {}{quality}", if is_same { "as before " } else { "changed " });
        if !is_same {
            self.changed.push(model.to_owned());
        }
        if !self.options.check {
            fs::write(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// Says what to do about changed models.
    fn conclude(self) -> Result<()> {
        let changed = self.changed.join(", ");
        if !changed.is_empty() && self.options.check {
            bail!(
                "{changed}: refitting gives other coefficients than {}",
                self.options.models.display()
            );
        }
        if !changed.is_empty() {
            eprintln!(
                "{changed} changed; later models build on them: run this again, until nothing changes"
            );
        }
        Ok(())
    }
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

/// The file of a fitted model: where it comes from, how good it is on groups that it did not see,
/// and its coefficients.
fn fitted(model: &str, names: &[impl AsRef<str>], rows: &Rows, note: &str) -> Result<String> {
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
    Ok(text)
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
