//! `retold compare A B`

use std::ffi::OsStr;
use std::ops::ControlFlow;

use anyhow::{Context, bail};
use retold::Engine;
use retold::align::Relation;
use retold::corpus::{Corpus, Input, ReadReport, Record};
use retold::engine::Texts as _;
use retold::report::html::Html;
use retold::report::record::Explain;
use retold::report::terminal::Compare;
use retold::report::{Findings, Format, Pair, Stage, csv, jsonl};

use super::args::CompareArgs;
use super::clash::Written;
use super::console::Console;
use super::exit::Exit;
use super::output::Output;
use super::pairs;
use super::run::Started;
use super::settings::Settings;
use super::shelf::{Shelf, article, notes};
use super::stored::Room;
use super::values::FormatValue;

/// Compares two files, or all pairs of a list.
pub fn run(
    args: &CompareArgs,
    written: &Written,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let settings = Settings::new(&args.options)?;
    match (&args.pairs, &args.a, &args.b) {
        (Some(list), ..) => pairs::Bulk { list, args, settings: &settings, written }.run(console),
        (None, Some(a), Some(b)) => {
            let found = [a, b].map(|name| {
                (name.as_os_str(), Corpus::find(&[Input::parse(name)], settings.reading.clone()))
            });
            written.check_inputs(&[&found[0].1, &found[1].1], &settings)?;
            files(found, args, &settings, console)
        }
        // The parser asks for both or for a list.
        _ => bail!("two files are needed, or a list of pairs with --pairs"),
    }
}

fn files(
    found: [(&OsStr, Corpus); 2],
    args: &CompareArgs,
    settings: &Settings,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let started = Started::now("compare");
    let engine = Engine::new(settings.engine.clone())?;
    let output = Output::create(args.output.as_deref())?;
    console.can_show(args.format, output.is_stdout())?;
    let mut shelf = Shelf::new(Room { bytes: usize::MAX, ..settings.room.clone() });
    for (name, corpus) in found {
        shelf.add_one(name, &corpus)?;
    }
    let comparison = engine.compare(&shelf.texts.text(0), &shelf.texts.text(1));
    let relation = comparison.relation;
    let texts = shelf.evidence(&engine);
    let findings = Findings {
        run: started.run(settings),
        read: shelf.read(),
        skipped: notes(&shelf.report.skipped),
        repaired: notes(&shelf.report.repaired),
        articles: &shelf.articles,
        pairs: &[Pair { a: 0, b: 1, comparison }],
        clusters: None,
        stages: vec![Stage { name: "read".to_owned(), took: shelf.took }],
        counts: Vec::new(),
        texts: &texts,
    };
    let explain = explain(args);
    let style = console.facts.style(settings.color, !output.is_stdout());
    let format: &dyn Format = match args.format.unwrap_or(FormatValue::Terminal) {
        FormatValue::Terminal => &Compare { style, explain },
        FormatValue::Jsonl => &jsonl::Pairs { explain },
        FormatValue::Csv => &csv::Rows,
        #[cfg(feature = "parquet")]
        FormatValue::Parquet => &retold::report::parquet::Table,
        FormatValue::Html => &Html::default(),
    };
    output.write(console.out, |out| Ok(format.write(&findings, out)?))?;
    // Of two files nobody wants to ask for what was done to them.
    console.list_all_problems(settings, &shelf.report)?;
    Ok(Exit::of(relation != Relation::Unrelated, shelf.report.failures))
}

/// What records say beyond the figures.
pub fn explain(args: &CompareArgs) -> Explain {
    if args.explain { Explain::Features } else { Explain::No }
}

impl Shelf {
    /// Adds the one article of a file.
    fn add_one(&mut self, name: &OsStr, corpus: &Corpus) -> anyhow::Result<()> {
        let mut records: Vec<Record> = Vec::new();
        let report = corpus.read(|batch| {
            records.extend(batch.records);
            if records.len() > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if records.len() > 1 {
            bail!(
                "{} holds several articles; to compare some of them, list them with --pairs and \
                 name the file with --corpus",
                name.display()
            );
        }
        let record = records.pop().with_context(|| nothing(name, &report))?;
        self.report.failures += report.failures;
        self.report.skipped.append(&report.skipped);
        self.report.repaired.append(&report.repaired);
        self.articles.push(article(corpus, &record));
        self.texts.push(record.text)?;
        self.report.articles += 1;
        self.report.bytes += report.bytes;
        self.report.files += report.files;
        Ok(())
    }
}

/// Why a file gave no article.
fn nothing(name: &OsStr, report: &ReadReport) -> String {
    let problem = report.skipped.listed().first();
    problem.map_or_else(|| format!("{}: holds no article", name.display()), ToString::to_string)
}
