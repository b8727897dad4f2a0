//! `retold compare A B`

use std::ffi::OsStr;

use anyhow::bail;
use retold::Engine;
use retold::align::Relation;
use retold_corpus::{Corpus, Input};
use retold_pipeline::AboutFields;
use retold_pipeline::compare::Compared;
use retold_pipeline::output::Output;
use retold_pipeline::run::Started;
use retold_report::html::Html;
use retold_report::terminal::Compare;
use retold_report::{Format, csv, jsonl};

use crate::args::CompareArgs;
use crate::clash::Written;
use crate::console::Console;
use crate::exit::Exit;
use crate::pairs;
use crate::settings::Settings;
use crate::values::FormatValue;

/// Compares two files, or all pairs of a list.
pub fn run(
    args: &CompareArgs,
    written: &Written,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let mut settings = Settings::new(&args.options)?;
    if args.format == Some(FormatValue::Html) {
        settings.run.about = AboutFields::Usual;
    }
    match (&args.pairs, &args.a, &args.b) {
        (Some(list), ..) => pairs::Bulk { list, args, settings: &settings, written }.run(console),
        (None, Some(a), Some(b)) => {
            let found = [a, b].map(|name| {
                let reading = settings.run.reading_to_compare();
                (name.as_os_str(), Corpus::find(&[Input::parse(name)], reading))
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
    let engine = Engine::new(settings.run.engine.clone())?;
    let asked = args.format.unwrap_or(FormatValue::Terminal);
    let output = Output::create(args.output.as_deref(), asked.content())?.until(&console.cancel);
    console.check_can_show(args.format, output.destination())?;
    let compared = Compared::of(found, &engine, &settings.run, &console.cancel);
    let compared = console.or_unread(settings, compared)?;
    let texts = compared.evidence(&engine);
    let findings = compared.findings(started.run(&settings.by_name()), &texts);
    let explain = args.records_say();
    let style = console.facts.style(settings.color, output.destination());
    let format: &dyn Format = match asked {
        FormatValue::Terminal => &Compare { style, explain },
        FormatValue::Jsonl => &jsonl::Pairs { explain },
        FormatValue::Csv => &csv::Rows,
        #[cfg(feature = "parquet")]
        FormatValue::Parquet => &retold_report::parquet::Table,
        FormatValue::Html => &Html::default(),
    };
    let mut out = console.out_for(asked.content());
    output.write(&mut *out, |out| Ok(format.write(&findings, out)?))?;
    drop(out);
    // Of two files nobody wants to ask for what was done to them.
    console.list_all_problems(settings, compared.report())?;
    let exit = match compared.relation() {
        Relation::Unrelated => Exit::Nothing,
        _ => Exit::Found,
    };
    Ok(exit.or_failed(compared.report().failures))
}
