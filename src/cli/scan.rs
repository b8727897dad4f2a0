//! `retold scan`

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use retold::Engine;
use retold::align::Relation;
use retold::cluster::{Confirmation, clusters};
use retold::corpus::{Corpus, Input};
use retold::engine::{self, Scan, edges};
use retold::report::html::Html;
use retold::report::record::Explain;
use retold::report::terminal::Summary;
use retold::report::{Clusters, Findings, Format, Pair, Stage, csv, jsonl, quantity, stats::Stats};

use super::args::{InputArgs, ScanArgs};
use super::clash::Written;
use super::console::Console;
use super::exit::Exit;
use super::output::Output;
use super::progress::Progress;
use super::run::{Started, peak_memory};
use super::settings::Settings;
use super::shelf::{Shelf, notes};
use super::values::FormatValue;

/// Scans the inputs and writes what was found.
pub fn run(args: &ScanArgs, written: &Written, console: &mut Console<'_>) -> anyhow::Result<Exit> {
    let started = Started::now("scan");
    let settings = Settings::new(&args.options)?;
    // An option out of range shows before the reading, not after it.
    Engine::new(settings.engine.clone())?;
    // Listed before anything is made, so that nothing of our own is among the inputs.
    let corpus = Corpus::find(&inputs(&args.input)?, settings.reading.clone());
    written.check_inputs(&[&corpus], &settings)?;
    let outputs = Outputs::create(args)?;
    console.can_show(args.format, outputs.main.is_stdout())?;
    let progress = Progress::new(console.facts.err_is_terminal && !settings.quiet);
    let mut holds = settings.holds();
    let shelf = Shelf::fill_with(&corpus, settings.room.clone(), &progress, |record| {
        holds(record.text.len() as u64)
    })?;
    let engine = settings.engine_for(shelf.report.articles, shelf.report.bytes)?;
    let mut scan = settings.pool()?.install(|| engine.scan_watched(&shelf.texts, &progress))?;
    shelf.texts.check()?;
    progress.clear();
    if !args.relation.is_empty() {
        keep_relations(&mut scan, args);
    }
    let pairs = reported(std::mem::take(&mut scan.pairs));
    let texts = shelf.evidence(&engine);
    let findings = Findings {
        run: started.run(&settings),
        read: shelf.read(),
        skipped: notes(&shelf.report.skipped),
        repaired: notes(&shelf.report.repaired),
        articles: &shelf.articles,
        pairs: &pairs,
        clusters: Some(grouped(&scan, &shelf)),
        stages: stages(&scan, &shelf),
        counts: counts(&scan),
        texts: &texts,
    };
    outputs.write(args, &settings, &findings, console)?;
    console.list_problems(&settings, &shelf.report)?;
    let related = |pair: &Pair| pair.comparison.relation != Relation::Unrelated;
    Ok(Exit::of(pairs.iter().any(related), shelf.report.failures))
}

/// Everything that the user named.
pub fn inputs(args: &InputArgs) -> anyhow::Result<Vec<Input>> {
    let mut inputs: Vec<_> = args.inputs.iter().map(|input| Input::parse(input)).collect();
    if args.stdin0 || args.files_from.as_deref() == Some(Path::new("-")) {
        inputs.extend(Input::list(io::stdin()).context("cannot read the list of inputs")?);
    } else if let Some(list) = &args.files_from {
        let cannot = || format!("cannot read the list of inputs {}", list.display());
        let file = File::open(list).with_context(cannot)?;
        inputs.extend(Input::list(file).with_context(cannot)?);
    }
    Ok(inputs)
}

/// Drops pairs of other relations than the wanted ones.
fn keep_relations(scan: &mut Scan, args: &ScanArgs) {
    let is_wanted = |relation| args.relation.iter().any(|wanted| wanted.0 == relation);
    scan.pairs.retain(|pair| is_wanted(pair.comparison.relation));
    scan.clusters = clusters(scan.clusters.len(), &edges(&scan.pairs), Confirmation::default());
}

fn reported(pairs: Vec<engine::Pair>) -> Vec<Pair> {
    let pair = |engine::Pair { a, b, comparison }: engine::Pair| Pair {
        a: a as usize,
        b: b as usize,
        comparison,
    };
    pairs.into_iter().map(pair).collect()
}

/// The clusters, each with its longest article as keeper; the first of several.
fn grouped(scan: &Scan, shelf: &Shelf) -> Clusters {
    let mut keepers: Vec<usize> = Vec::new();
    for (article, &cluster) in scan.clusters.iter().enumerate() {
        match keepers.get_mut(cluster as usize) {
            None => keepers.push(article),
            Some(keeper) => {
                if shelf.articles[article].bytes > shelf.articles[*keeper].bytes {
                    *keeper = article;
                }
            }
        }
    }
    Clusters { of: scan.clusters.clone(), keepers }
}

fn stages(scan: &Scan, shelf: &Shelf) -> Vec<Stage> {
    let seconds = scan.stats.seconds.iter();
    let engine = seconds.map(|(stage, seconds)| Stage {
        name: stage.name().to_owned(),
        took: Duration::from_secs_f64(*seconds),
    });
    std::iter::once(Stage { name: "read".to_owned(), took: shelf.took }).chain(engine).collect()
}

fn counts(scan: &Scan) -> Vec<(String, u64)> {
    let channels = &scan.stats.channels;
    let mut counts = vec![
        ("words", channels.words),
        ("candidates", scan.stats.candidates as u64),
        ("common_text_demoted", scan.stats.demoted as u64),
        ("banding_pairs", channels.banding_pairs as u64),
        ("banding_capped_buckets", channels.banding.capped_buckets),
        ("banding_pairs_left_out", channels.banding.pairs_left_out),
        ("rare_pairs", channels.rare_pairs as u64),
        ("rare_postings", channels.rare.postings),
        ("rare_features", channels.rare.features),
        ("rare_single_features", channels.rare.single_features),
        ("rare_capped_features", channels.rare.capped_features),
        ("rare_capped_postings", channels.rare.capped_postings),
        ("rare_shared", channels.rare.shared),
        ("identical_collapsed", channels.collapsed as u64),
    ];
    counts.extend(peak_memory().map(|bytes| ("peak_memory_bytes", bytes)));
    counts.into_iter().map(|(name, n)| (name.to_owned(), n)).collect()
}

/// The files that a scan writes.
struct Outputs {
    main: Output,
    clusters: Option<Output>,
    stats: Option<Output>,
}

impl Outputs {
    fn create(args: &ScanArgs) -> anyhow::Result<Self> {
        let create = |path: &Option<std::path::PathBuf>| {
            path.as_deref().map(|path| Output::create(Some(path))).transpose()
        };
        Ok(Self {
            main: Output::create(args.output.as_deref())?,
            clusters: create(&args.clusters)?,
            stats: create(&args.stats)?,
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
        let style = console.facts.style(settings.color, !self.main.is_stdout());
        let format: &dyn Format = match args.format.unwrap_or(FormatValue::Terminal) {
            FormatValue::Terminal => &Summary::new(style),
            FormatValue::Jsonl => &jsonl::Pairs { explain },
            FormatValue::Csv => &csv::Rows,
            #[cfg(feature = "parquet")]
            FormatValue::Parquet => &retold::report::parquet::Table,
            FormatValue::Html => &Html::default(),
        };
        self.main.write(console.out, |out| Ok(format.write(findings, out)?))?;
        if let Some(clusters) = self.clusters {
            clusters.write(console.out, |out| Ok(jsonl::ClusterLines.write(findings, out)?))?;
        }
        if let Some(stats) = self.stats {
            stats.write(console.out, |out| Ok(Stats.write(findings, out)?))?;
        }
        if args.format.unwrap_or(FormatValue::Terminal) != FormatValue::Terminal {
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
