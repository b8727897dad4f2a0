//! Refits the models of retold from labelled data, to the same bytes on every run.
//!
//! ```text
//! cargo run --release -p retold-train -- --data PATH --extra PATH [--models src/align/models] [MODEL ...]
//! cargo run --release -p retold-train -- --data PATH --extra PATH --leave-out
//! ```

mod corpora;
mod curves;
mod data;
mod draw;
mod fit;
mod rows;
mod variants;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use rayon::prelude::*;
use retold::unstable::align::evidence::PassageFeatures;
use retold::unstable::align::features::{ArticleFeatures, PartialFeatures};
use retold::unstable::align::model::Sign;
use retold::unstable::align::short::ShortFeatures;

use corpora::{Library, PAN};
use curves::{Fitted, Shape};
use fit::{Rows, auc};
use rows::{AllRows, SUMMARY};

/// Refits the models of retold from labelled data.
#[derive(Debug, Parser)]
struct Options {
    /// Folder with the labelled data (its layout: docs/evaluation.md).
    #[arg(long)]
    data: PathBuf,
    /// Folder with the public corpora that tools/train/fetch.py gets.
    #[arg(long)]
    extra: PathBuf,
    /// Where the coefficients go.
    #[arg(long, default_value = "src/align/models")]
    models: PathBuf,
    /// Write nothing; fail where a model would come out different.
    #[arg(long)]
    check: bool,
    /// Write nothing; for each corpus, say how it is judged by models that did not see it.
    #[arg(long)]
    leave_out: bool,
    /// Models to refit; all where none is named.
    wanted: Vec<Which>,
}

/// Later models build on earlier ones, as they are compiled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    Link,
    Passage,
    Summary,
    Article,
    Partial,
    Short,
}

/// A model of curves, and how it is fitted.
struct Recipe {
    which: Which,
    name: &'static str,
    features: Vec<&'static str>,
    signs: Vec<Sign>,
    /// Lengths between which weights are interpolated, in words.
    words: &'static [f64],
    /// Pieces of each curve.
    pieces: usize,
    ridge: f64,
    fuse: f64,
}

impl Recipe {
    fn all() -> [Self; 5] {
        let explained = [Sign::Negative, Sign::Any, Sign::Any];
        [
            Self {
                which: Which::Passage,
                name: "passage",
                features: PassageFeatures::NAMES.to_vec(),
                signs: PassageFeatures::SIGNS.to_vec(),
                words: &[15.0, 40.0, 100.0, 300.0],
                pieces: 5,
                ridge: 0.3,
                fuse: 0.6,
            },
            Self {
                which: Which::Summary,
                name: "summary",
                features: SUMMARY.to_vec(),
                signs: PassageFeatures::SIGNS.into_iter().chain(explained).collect(),
                words: &[30.0, 150.0],
                pieces: 3,
                ridge: 0.1,
                fuse: 0.4,
            },
            Self {
                which: Which::Article,
                name: "article",
                features: ArticleFeatures::NAMES.to_vec(),
                signs: ArticleFeatures::SIGNS.to_vec(),
                words: &[20.0, 50.0, 90.0, 200.0, 500.0, 2000.0],
                pieces: 4,
                ridge: 0.5,
                fuse: 1.0,
            },
            Self {
                which: Which::Partial,
                name: "partial",
                features: PartialFeatures::NAMES.to_vec(),
                signs: PartialFeatures::SIGNS.to_vec(),
                words: &[60.0, 300.0, 2000.0],
                pieces: 5,
                ridge: 0.5,
                fuse: 1.0,
            },
            Self {
                which: Which::Short,
                name: "short",
                features: ShortFeatures::NAMES.to_vec(),
                signs: ShortFeatures::SIGNS.to_vec(),
                words: &[5.0, 12.0, 25.0, 45.0, 90.0],
                pieces: 4,
                ridge: 0.3,
                fuse: 0.6,
            },
        ]
    }

    fn fit(&self, rows: &Rows) -> Fitted {
        let mut shape = Shape::of(rows, self.pieces, self.words, &self.signs);
        (shape.ridge, shape.fuse) = (self.ridge, self.fuse);
        curves::fit(rows, &shape)
    }

    fn rows<'r>(&self, all: &'r mut AllRows) -> &'r mut Rows {
        match self.which {
            Which::Passage => &mut all.passage,
            Which::Summary => &mut all.summary,
            Which::Article => &mut all.article,
            Which::Partial => &mut all.partial,
            Which::Short | Which::Link => &mut all.short,
        }
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    let library = Library::read(&options.data, &options.extra)?;
    println!("{} texts, {} pairs", library.texts.len(), library.examples.len());
    let mut all = AllRows::of(&library);
    weigh(&library, &mut all);
    if options.leave_out {
        leave_out(&library, &mut all);
        return Ok(());
    }
    let mut trainer = Trainer { options, changed: Vec::new() };
    if trainer.wants(Which::Link) {
        trainer.write("link", &line(&all.link))?;
    }
    for recipe in Recipe::all() {
        if trainer.wants(recipe.which) {
            let text = curves_file(&library, &recipe, recipe.rows(&mut all));
            trainer.write(recipe.name, &text)?;
        }
    }
    trainer.conclude()
}

/// How much each corpus counts: none drowns the others, and hard cases count more than easy ones.
fn weigh(library: &Library, all: &mut AllRows) {
    let scale = |rows: &mut Rows, factor: &dyn Fn(&str, bool) -> f64| {
        for at in 0..rows.labels.len() {
            rows.weights[at] *= factor(library.corpora[rows.corpora[at]], rows.labels[at]);
        }
    };
    all.short.cap(1500.0);
    scale(&mut all.short, &|corpus, label| match corpus {
        "mrpc" | "pan sentences" => 2.0,
        "news" | "news events" | "sotu" => 1.5,
        "templates" | "retold templates" => 0.3,
        "asset" if label => 2.0,
        "turku_fi" if label => 1.3,
        // What was asked to paraphrase often answered something else.
        "coaid" => 0.4,
        "earnings" if !label => 2.0,
        _ => 1.0,
    });
    all.article.cap(3000.0);
    scale(&mut all.article, &|corpus, label| match corpus {
        "basil" | "multinews" | "news events" => 2.0,
        "templates" | "retold templates" => 0.5,
        "polish" if label => 2.0,
        "ocr" if label => 1.5,
        "coaid" => 0.2,
        "earnings" => 2.0,
        _ => 1.0,
    });
    // PAN has the labels; what is right in rewrites is half a guess.
    for at in 0..all.passage.labels.len() {
        let is_pan = library.corpora[all.passage.corpora[at]] == PAN;
        all.passage.weights[at] = if is_pan { 1.0 } else { 0.999 };
    }
    cap_but(library, &mut all.passage, [2500.0, 800.0]);
    cap_but(library, &mut all.summary, [700.0, 700.0]);
    cap_but(library, &mut all.partial, [1000.0, 1000.0]);
    // Pairs without a passage are not among the rows, but of those there are by far the most.
    scale(&mut all.partial, &|_, label| if label { 1.0 } else { 10.0 });
}

/// Caps negatives and positives of every corpus but PAN.
fn cap_but(library: &Library, rows: &mut Rows, most: [f64; 2]) {
    let mut sums = std::collections::HashMap::new();
    for at in 0..rows.labels.len() {
        *sums.entry((rows.corpora[at], rows.labels[at])).or_insert(0.0) += 1.0;
    }
    for at in 0..rows.labels.len() {
        let sum: f64 = sums[&(rows.corpora[at], rows.labels[at])];
        let is_pan = library.corpora[rows.corpora[at]] == PAN;
        rows.weights[at] = match () {
            () if is_pan => 1.0,
            () => (most[usize::from(rows.labels[at])] / sum).min(1.0),
        };
    }
}

/// The file of the model of links.
fn line(rows: &Rows) -> String {
    let names = retold::unstable::align::linker::FEATURES;
    let fitted = fit::fit(rows, &[], 1.0);
    let odds: Vec<f64> = rows.values.iter().map(|values| fitted.odds(values)).collect();
    let quality = auc(&odds, &rows.labels);
    let count = rows.labels.len();
    let mut text = format!(
        "# Written by retold-train; trained on: PAN 2013.\n# {count} rows; AUC {quality:.4} on them.\n\
         intercept\t{:.4}\n",
        fitted.intercept
    );
    for (name, weight) in names.iter().zip(&fitted.weights) {
        text += &format!("{name}\t{weight:.4}\n");
    }
    text
}

/// The file of a model of curves: where it comes from, how good it is on groups that it did not
/// see, and its coefficients.
fn curves_file(library: &Library, recipe: &Recipe, rows: &Rows) -> String {
    const FOLDS: u64 = 5;
    let used: Vec<usize> = (0..rows.labels.len()).filter(|at| rows.weights[*at] > 0.0).collect();
    let mut odds = vec![0.0; rows.labels.len()];
    for fold in 0..FOLDS {
        let fitted = recipe.fit(&rows.only(|at| rows.groups[at] % FOLDS != fold));
        for &at in used.iter().filter(|at| rows.groups[**at] % FOLDS == fold) {
            odds[at] = fitted.odds(&rows.values[at], rows.words[at]);
        }
    }
    let quality = auc(&odds, &rows.labels);
    let positive = rows.labels.iter().filter(|label| **label).count();
    let mut corpora: Vec<&str> = rows.corpora.iter().map(|at| library.corpora[*at]).collect();
    corpora.sort_unstable();
    corpora.dedup();
    let mut text = format!(
        "# Written by retold-train; trained on: {}.\n# {} rows, {positive} positive; AUC {quality:.4} \
         on unseen groups ({FOLDS} folds).\n",
        corpora.join(", "),
        used.len(),
    );
    for line in recipe.fit(rows).lines(&recipe.features) {
        text += &line;
        text.push('\n');
    }
    text
}

/// Prints for each corpus how models that did not see it judge its pairs.
fn leave_out(library: &Library, all: &mut AllRows) {
    println!("{:<14} {:>6} {:>6} {:>7} {:>7} {:>7}", "", "pos", "neg", "recall", "false", "auc");
    let recipes = Recipe::all();
    let of = |which: Which| recipes.iter().find(|recipe| recipe.which == which).expect("a recipe");
    let reports = ["basil", "multinews", "news events"];
    let lines: Vec<String> = (0..library.corpora.len())
        .into_par_iter()
        .flat_map_iter(|corpus| {
            let mut lines = Vec::new();
            for (which, rows) in [(Which::Short, &all.short), (Which::Article, &all.article)] {
                let own: Vec<usize> = (0..rows.labels.len())
                    .filter(|at| {
                        rows.corpora[*at] == corpus
                            && (which == Which::Short || rows.words[*at] > 60.0)
                    })
                    .collect();
                let name = library.corpora[corpus];
                let together = |other: usize| {
                    other == corpus
                        || reports.contains(&name) && reports.contains(&library.corpora[other])
                };
                if own.len() < 50 {
                    continue;
                }
                let fitted = of(which).fit(&rows.only(|at| !together(rows.corpora[at])));
                let odds: Vec<f64> =
                    own.iter().map(|at| fitted.odds(&rows.values[*at], rows.words[*at])).collect();
                let labels: Vec<bool> = own.iter().map(|at| rows.labels[*at]).collect();
                let share = |label: bool| {
                    let of: Vec<f64> = odds
                        .iter()
                        .zip(&labels)
                        .filter(|(_, l)| **l == label)
                        .map(|(o, _)| *o)
                        .collect();
                    (
                        of.len(),
                        of.iter().filter(|odds| **odds > 0.0).count() as f64
                            / of.len().max(1) as f64,
                    )
                };
                let ((positive, recall), (negative, wrong)) = (share(true), share(false));
                let kind = if which == Which::Short { "short" } else { "" };
                lines.push(format!(
                    "{:<14} {positive:>6} {negative:>6} {recall:>7.3} {wrong:>7.3} {:>7.4}",
                    format!("{name} {kind}"),
                    auc(&odds, &labels)
                ));
            }
            lines
        })
        .collect();
    lines.iter().for_each(|line| println!("{line}"));
}

struct Trainer {
    options: Options,
    /// Models that came out other than they were.
    changed: Vec<String>,
}

impl Trainer {
    fn wants(&self, which: Which) -> bool {
        self.options.wanted.is_empty() || self.options.wanted.contains(&which)
    }

    /// Writes the file of a model, and says whether it changed.
    fn write(&mut self, model: &str, text: &str) -> Result<()> {
        let path = self.options.models.join(format!("{model}.tsv"));
        let is_same = fs::read_to_string(&path).is_ok_and(|before| before == text);
        let quality = text.lines().nth(1).unwrap_or_default();
        println!("{model}: {}{quality}", if is_same { "as before " } else { "changed " });
        if !is_same {
            self.changed.push(model.to_owned());
        }
        if !self.options.check {
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
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
