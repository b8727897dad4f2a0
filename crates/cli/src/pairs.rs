//! `retold compare --pairs`: many pairs, one record each, in order.

use std::io;
use std::path::Path;

use anyhow::bail;
use retold::Engine;
use retold::align::Relation;
use retold_corpus::{Corpus, Input};
use retold_pipeline::output::{Content, Output};
use retold_pipeline::pairs::{Answer, PairList, Ready, Why};
use retold_report::jsonl::{PairError, Pairs};
use retold_report::printable::printable;

use crate::args::CompareArgs;
use crate::clash::Written;
use crate::console::{Console, LISTED};
use crate::exit::Exit;
use crate::settings::Settings;
use crate::values::FormatValue;

/// Pairs to be compared in bulk.
pub struct Bulk<'b> {
    /// The list; `-` is the standard input.
    pub list: &'b Path,
    /// What was typed.
    pub args: &'b CompareArgs,
    /// What it means.
    pub settings: &'b Settings,
    /// What is going to be written.
    pub written: &'b Written,
}

impl Bulk<'_> {
    /// Reads the list, looks the articles up, and writes a record for each line.
    pub fn run(&self, console: &mut Console<'_>) -> anyhow::Result<Exit> {
        let Self { list, args, settings, written } = self;
        if args.format.is_some_and(|format| format != FormatValue::Jsonl) {
            bail!("--pairs writes JSON Lines only; leave --format out");
        }
        let engine = Engine::new(settings.run.engine.clone())?;
        let inputs: Vec<_> = args.corpus.iter().map(|input| Input::parse(input)).collect();
        let corpus = Corpus::find(&inputs, settings.run.reading_to_compare());
        written.check_inputs(&[&corpus], settings)?;
        let output =
            Output::create(args.output.as_deref(), Content::Records)?.until(&console.cancel);
        let progress = console.progress(settings);
        let loaded = PairList::read(list)?.load(&corpus, &settings.run, &progress);
        let loaded = console.or_unread(settings, loaded)?;
        let failures = loaded.report().failures;
        console.list_problems(settings, loaded.report())?;
        let pairs = loaded.ready();
        let (records, mut exit) = (Pairs { explain: args.records_say() }, Exit::Nothing);
        let pool = settings.run.pool()?;
        let mut shown = console.out_for(Content::Records);
        output.write(&mut *shown, |out| {
            let write = |answer: Answer<'_>| match answer {
                Answer::Compared([a, b], comparison) => {
                    if comparison.relation != Relation::Unrelated {
                        exit = Exit::Found;
                    }
                    Ok(records.write_pair((a, b), comparison, out)?)
                }
                Answer::Failed(failed) => {
                    let [a, b] = failed.ids.each_ref().map(|id| Some(pairs.id(id.as_deref()?)));
                    let error = in_words(&failed.why);
                    let record = PairError { a, b, line: failed.line, error: &error };
                    Ok(records.write_error(&record, out)?)
                }
            };
            pool.install(|| pairs.compare::<anyhow::Error>(&engine, &progress, write))
        })?;
        drop(shown);
        let errors = self.list_failed(&pairs, console)?;
        Ok(exit.or_failed(failures + errors))
    }

    /// Says which lines could not be answered; how many.
    fn list_failed(&self, pairs: &Ready, console: &mut Console<'_>) -> io::Result<u64> {
        for id in pairs.repeated.iter().take(LISTED) {
            let said =
                format!("several records of one file have the id {id:?}; the first is meant");
            writeln!(console.err, "retold: {}", printable(&said))?;
        }
        for failed in pairs.failed().take(LISTED) {
            let why = in_words(&failed.why);
            let said = format!("{}:{}: {why}", self.list.display(), failed.line);
            writeln!(console.err, "retold: {}", printable(&said))?;
        }
        let all = pairs.failed().count();
        if all > LISTED {
            let more = all - LISTED;
            writeln!(console.err, "retold: and {more} more lines; their records say why")?;
        }
        Ok(all as u64)
    }
}

/// Why a line cannot be answered, with what may help.
fn in_words(why: &Why) -> String {
    match why {
        Why::Shared(_) => {
            format!("{why}; use the id that `retold scan --clusters` gives the one that is meant")
        }
        Why::Unknown(_) => format!("{why}; name the file that holds it with --corpus"),
        other => other.to_string(),
    }
}
