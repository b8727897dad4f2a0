//! `retold scan`

use std::path::{Path, PathBuf};

use anyhow::bail;
use retold::align::Relation;
use retold::{Cancel, Engine};
use retold_corpus::{Corpus, Input};
use retold_pipeline::AboutFields;
use retold_pipeline::output::{Content, Output};
use retold_pipeline::run::Started;
use retold_pipeline::scan::Scan;
use retold_report::html::Html;
use retold_report::printable::printable;
use retold_report::record::Explain;
use retold_report::terminal::Summary;
use retold_report::{Findings, Format, Pair, csv, jsonl, quantity, stats::Stats};

use crate::args::ScanArgs;
use crate::clash::{Written, check_sides};
use crate::console::Console;
use crate::exit::Exit;
use crate::inputs::inputs;
use crate::settings::Settings;
use crate::values::FormatValue;

/// Scans the inputs and writes what was found.
pub fn run(args: &ScanArgs, written: &Written, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let started = Started::now("scan");
    let is_wanted = |relation| args.relation.iter().any(|wanted| wanted.0 == relation);
    let mut options = args.options.clone();
    if is_wanted(Relation::Template) {
        options.detection.templates = Some(true);
    }
    let mut settings = Settings::new(&options)?;
    let is_page = args.format == Some(FormatValue::Html);
    // Pages show the reasons behind each score, and what people call an article.
    settings.run.engine.keep_features = args.explain || is_page;
    if is_page {
        settings.run.about = AboutFields::Usual;
    }
    // An option out of range shows before the reading, not after it.
    Engine::new(settings.run.engine.clone())?;
    // Listed before anything is made, so that nothing of our own is among the inputs.
    let corpus = find(args, &settings)?;
    written.check_inputs(&[&corpus], &settings)?;
    let outputs = Outputs::create(args, &console.cancel)?;
    console.check_can_show(args.format, outputs.main.destination())?;
    let progress = console.progress(&settings);
    let scan = Scan::of(&corpus, &settings.run, &progress);
    progress.clear();
    let mut scan = console.or_unread(&settings, scan)?;
    check_articles(&scan, &settings, console)?;
    tell_unknown_fields(&scan, &settings, console)?;
    if !args.relation.is_empty() {
        scan.keep_relations(is_wanted);
    }
    let pairs = scan.take_pairs();
    let texts = scan.evidence();
    let findings = scan.findings(started.run(&settings.by_name()), &pairs, &texts);
    outputs.write(args, &settings, &findings, console)?;
    console.list_problems(&settings, &scan.loaded.report)?;
    let related = |pair: &Pair| pair.comparison.relation != Relation::Unrelated;
    let exit = if pairs.iter().any(related) { Exit::Found } else { Exit::Nothing };
    Ok(exit.or_failed(scan.loaded.report.failures))
}

/// What there is to read, on one side or on two.
fn find(args: &ScanArgs, settings: &Settings) -> anyhow::Result<Corpus> {
    let (ours, reading) = (inputs(&args.input)?, settings.run.reading_to_compare());
    if args.against.is_empty() {
        return Ok(Corpus::find(&ours, reading));
    }
    let theirs: Vec<_> = args.against.iter().map(|input| Input::parse(input)).collect();
    let corpus = Corpus::find_sides([&ours, &theirs], reading);
    check_sides(&corpus)?;
    Ok(corpus)
}

/// An error if there are two sides, and no article on one of them; problems of reading say why.
fn check_articles(
    scan: &Scan,
    settings: &Settings,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let empty = match scan.articles_by_side() {
        Some([0, _]) => "before --against",
        Some([_, 0]) => "after --against",
        _ => return Ok(()),
    };
    console.list_problems(settings, &scan.loaded.report)?;
    bail!("no article was read from the inputs {empty}; name files or folders that hold articles")
}

/// Says which of the fields that are to be carried no article has.
fn tell_unknown_fields(
    scan: &Scan,
    settings: &Settings,
    console: &mut Console<'_>,
) -> anyhow::Result<()> {
    let articles = &scan.loaded.articles;
    for (at, name) in scan.loaded.fields.iter().enumerate() {
        let is_there = articles.iter().any(|of| matches!(of.fields.get(at), Some(Some(_))));
        if !is_there && !articles.is_empty() {
            let said = format!("retold: no article has the field {name:?} of --keep-fields");
            console.say(settings, &printable(&said))?;
        }
    }
    Ok(())
}

/// The files that a scan writes.
struct Outputs {
    main: Output,
    clusters: Option<Output>,
    stats: Option<Output>,
}

impl Outputs {
    fn create(args: &ScanArgs, cancel: &Cancel) -> anyhow::Result<Self> {
        let create =
            |path: Option<&Path>, content| anyhow::Ok(Output::create(path, content)?.until(cancel));
        let wanted = |path: &Option<PathBuf>| {
            path.as_deref().map(|path| create(Some(path), Content::Records)).transpose()
        };
        let content = args.format.unwrap_or(FormatValue::Terminal).content();
        Ok(Self {
            main: create(args.output.as_deref(), content)?,
            clusters: wanted(&args.clusters)?,
            stats: wanted(&args.stats)?,
        })
    }

    fn write(
        self,
        args: &ScanArgs,
        settings: &Settings,
        findings: &Findings<'_>,
        console: &mut Console<'_>,
    ) -> anyhow::Result<()> {
        let explain = if args.explain { Explain::Features } else { Explain::No };
        let style = console.facts.style(settings.color, self.main.destination());
        let asked = args.format.unwrap_or(FormatValue::Terminal);
        let format: &dyn Format = match asked {
            FormatValue::Terminal => &Summary::new(style),
            FormatValue::Jsonl => &jsonl::Pairs { explain },
            FormatValue::Csv => &csv::Rows,
            #[cfg(feature = "parquet")]
            FormatValue::Parquet => &retold_report::parquet::Table,
            FormatValue::Html => &Html::default(),
        };
        let mut out = console.out_for(asked.content());
        self.main.write(&mut *out, |out| Ok(format.write(findings, out)?))?;
        drop(out);
        let mut out = console.out_for(Content::Records);
        if let Some(clusters) = self.clusters {
            clusters.write(&mut *out, |out| Ok(jsonl::ClusterLines.write(findings, out)?))?;
        }
        if let Some(stats) = self.stats {
            stats.write(&mut *out, |out| Ok(Stats.write(findings, out)?))?;
        }
        drop(out);
        if asked != FormatValue::Terminal {
            console.say(settings, &in_short(findings))?;
        }
        Ok(())
    }
}

/// What was read and found, in a line.
fn in_short(findings: &Findings<'_>) -> String {
    let mut found: Vec<String> = Vec::new();
    for relation in Relation::ALL {
        let of = |pair: &&Pair| pair.comparison.relation == relation;
        match findings.pairs.iter().filter(of).count() as u64 {
            0 => {}
            n => found.push(format!("{} {}", quantity::count(n), relation.name())),
        }
    }
    let found = if found.is_empty() { "no related pairs".to_owned() } else { found.join(", ") };
    format!(
        "retold: {} read ({}), {} skipped; {found}; {}",
        quantity::counted(findings.read.articles, "article"),
        quantity::bytes(findings.read.bytes),
        quantity::count(findings.skipped.total()),
        quantity::duration(findings.run.elapsed),
    )
}
