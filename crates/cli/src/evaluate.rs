//! `retold evaluate`: how good the findings are, by the user's own labels.

use std::path::Path;

use anyhow::ensure;
use retold_corpus::Corpus;
use retold_pipeline::evaluate::Judge;
use retold_pipeline::output::{Content, Output};
use retold_pipeline::run::Started;
use retold_pipeline::truth::Labels;
use retold_report::evaluation::{svg, write_json};
use retold_report::printable::printable;
use retold_report::terminal::Measures;

use crate::args::EvaluateArgs;
use crate::clash::Written;
use crate::console::Console;
use crate::exit::Exit;
use crate::inputs::inputs;
use crate::settings::Settings;
use crate::values::MeasuresValue;

/// Measures, and writes the figures and the curve.
pub fn run(
    args: &EvaluateArgs,
    written: &Written,
    console: &mut Console<'_>,
) -> anyhow::Result<Exit> {
    let started = Started::now("evaluate");
    let settings = Settings::new(&args.options)?;
    let corpus = Corpus::find(&inputs(&args.input)?, settings.run.reading_to_compare());
    written.check_inputs(&[&corpus], &settings)?;
    let content = args.format.unwrap_or_default().content();
    let create = |path: Option<&Path>, content| {
        anyhow::Ok(Output::create(path, content)?.until(&console.cancel))
    };
    let output = create(args.output.as_deref(), content)?;
    let curve = args.curve.as_deref();
    let curve = curve.map(|path| create(Some(path), Content::Records)).transpose()?;
    let labels = Labels::read(&args.truth)?;
    let progress = console.progress(&settings);
    let judge = Judge { corpus: &corpus, settings: &settings.run, progress: &progress };
    let judged = judge.judge(&labels);
    progress.clear();
    let mut judged = console.or_unread(&settings, judged)?;
    let read = std::mem::take(&mut judged.read);
    let evaluation = judged.evaluation(started.run(&settings.by_name()), &settings.run);
    console.list_problems(&settings, &read)?;
    let unknown = evaluation.truth.unknown.len() as u64;
    ensure!(
        evaluation.ranking.reuse() > 0,
        "{}: no pair of articles that were read is labelled as reuse ({unknown} of its ids are \
         those of no article, or of several); are the inputs those that were labelled?",
        args.truth.display()
    );
    let style = console.facts.style(settings.color, output.destination());
    let mut out = console.out_for(content);
    output.write(&mut *out, |out| {
        match args.format.unwrap_or_default() {
            MeasuresValue::Terminal => Measures { style }.write(&evaluation, out)?,
            MeasuresValue::Json => write_json(&evaluation, out)?,
        }
        Ok(())
    })?;
    drop(out);
    if let Some(curve) = curve {
        curve.write(console.out, |out| Ok(out.write_all(svg(&evaluation).as_bytes())?))?;
    }
    if unknown > 0 {
        let said = match unknown {
            1 => {
                "1 id in the truth is that of no article, or of several; what it is in is left out"
                    .to_owned()
            }
            n => format!(
                "{n} ids in the truth are those of no article, or of several; what they are in is \
                 left out"
            ),
        };
        let said = format!("{}: {said}", args.truth.display());
        writeln!(console.err, "retold: {}", printable(&said))?;
    }
    Ok(Exit::Found.or_failed(read.failures + unknown))
}
