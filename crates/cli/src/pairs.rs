//! `retold compare --pairs`: many pairs, one record each, in order.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::bail;
use retold::Engine;
use retold::align::Relation;
use retold_corpus::{Corpus, Input};
use retold_pipeline::output::Output;
use retold_pipeline::pairs::PairList;
use retold_report::jsonl::Pairs;

use crate::args::CompareArgs;
use crate::console::Console;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::settings::Settings;
use crate::values::FormatValue;

/// Reads the list, looks the articles up, and writes a record for each line.
pub fn run(
    list: &Path,
    args: &CompareArgs,
    settings: &Settings,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    if args.format.is_some_and(|format| format != FormatValue::Jsonl) {
        bail!("--pairs writes JSON Lines only; leave --format out");
    }
    let engine = Engine::new(settings.run.engine.clone())?;
    let output = Output::create(args.output.as_deref())?;
    let progress = Progress::new(console.facts.err_is_terminal && !settings.quiet);
    let list = PairList::read(list)?;
    let inputs: Vec<_> = args.corpus.iter().map(|input| Input::parse(input)).collect();
    let corpus = Corpus::find(&inputs, settings.run.reading.clone());
    let loaded = list.load(&corpus, &settings.run, &progress)?;
    let failures = loaded.report().failures;
    console.list_problems(settings, loaded.report())?;
    let pairs = loaded.ready()?;
    let (records, mut related) = (Pairs { explain: args.records_say() }, false);
    let pool = settings.run.pool()?;
    output.write(console.out, |out| {
        let mut failed = Ok(());
        pool.install(|| {
            pairs.compare(&engine, &progress, |ids, comparison| {
                related |= comparison.relation != Relation::Unrelated;
                failed = records.write_pair(ids, comparison, out);
                if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        });
        Ok(failed?)
    })?;
    Ok(Exit::of(related, failures))
}
