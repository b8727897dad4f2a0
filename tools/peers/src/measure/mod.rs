//! retold and its peers on the same texts, each run in a process of its own, in turns.

mod causes;
mod corpus;
mod engines;
mod exact;
mod files;
mod job;
mod lengths;
mod python;
mod report;
mod truth;

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use clap::{Args, ValueEnum};
use retold::lsh::Banding;
use retold_corpus::{Input, ReadOptions};

use crate::generate::{self, GenerateArgs};
use causes::Evidence;
use corpus::{Articles, Reading};
use files::{Process, Setting};
pub use job::{Job, run as run_job};
use job::{Shape, Took, Words};
use lengths::Lengths;
use report::{Differences, Engine, Report, Section, Whole};
use truth::Truth;

/// Articles that are generated, unless it is said.
const GENERATED: usize = 50_000;

/// What is measured, and how often.
#[derive(Debug, Args)]
pub struct MeasureArgs {
    /// How many articles [default: all of the input, else 50000].
    #[arg(long)]
    docs: Option<usize>,
    /// Articles to take instead of generated ones: files, folders and patterns, as `retold dedup`
    /// reads them.
    #[arg(long, num_args = 1..)]
    input: Vec<OsString>,
    /// The fields that hold their text, joined in this order.
    #[arg(long, value_delimiter = ',', default_value = "text", requires = "input")]
    text_field: Vec<String>,
    /// The field that holds their id, a text or a whole number.
    #[arg(long, default_value = "id", requires = "input")]
    id_field: String,
    /// The planted pairs of these; else recall is that of all pairs of a Jaccard index of 0.7 and
    /// more.
    #[arg(long, requires = "input")]
    truth: Option<PathBuf>,
    /// What is a word to the peers.
    #[arg(long, default_value = "shared")]
    words: Words,
    /// Also measure articles of some lengths by themselves: up to so many words, and more.
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    lengths: Vec<usize>,
    /// Also measure whole processes, from a file to what is kept of it.
    #[arg(long)]
    files: bool,
    /// The command `retold` for that.
    #[arg(long, default_value_os_t = files::built_command())]
    command: PathBuf,
    /// A folder with a model2vec model: semhash, whose own encoder is downloaded, runs with it.
    #[arg(long, requires_all = ["files", "python"])]
    semhash_model: Option<PathBuf>,
    /// Where to write the figures, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Examples of each cause why one engine finds a pair that another does not.
    #[arg(long, default_value_t = 3)]
    examples: usize,
    /// Also measure what runs in Python, in an environment that is made for it.
    #[arg(long)]
    python: bool,
    /// Where that environment is.
    #[arg(long, default_value = "target/peers-python")]
    venv: PathBuf,
    /// Runs of each engine, in turns; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    #[command(flatten)]
    shape: Shape,
}

/// What is measured on.
struct Corpus {
    articles: Articles,
    shingles: Vec<retold::shingle::ShingleSet>,
    wanted: Vec<exact::Scored>,
    truth: Truth,
}

/// Measures all engines and prints tables.
pub fn run(args: &MeasureArgs) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let corpus = args.corpus(folder.path())?;
    let mut report = Report::new(args.shape, args.words, corpus.truth.sizes());
    if args.python {
        python::prepare(&args.venv, python::SKETCHES)?;
        report.versions = python::versions(&args.venv, python::SKETCHES)?;
        eprintln!("{}", report.versions);
    }
    let (section, pairs) = args.in_memory("all texts", &corpus.articles, &corpus.truth)?;
    report.in_memory.push(section);
    report.differences = args.differences(&corpus, &pairs)?;
    for class in Lengths::classes(&args.lengths) {
        let numbers = class.of(&corpus.articles.texts);
        if !numbers.is_empty() {
            let articles = corpus.articles.only(&numbers);
            let (section, _) = args.in_memory(&class.to_string(), &articles, &Truth::default())?;
            report.in_memory.push(section);
        }
    }
    if args.files {
        report.from_file = args.whole_processes(&corpus)?;
    }
    print!("{}", report.tables());
    if let Some(path) = &args.json {
        fs::write(path, serde_json::to_string_pretty(&report)? + "\n")
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// What each engine found in its last round.
type Pairs = BTreeMap<&'static str, HashSet<(u32, u32)>>;

impl MeasureArgs {
    /// Reads or generates the articles, and looks for all wanted pairs among them.
    fn corpus(&self, folder: &Path) -> anyhow::Result<Corpus> {
        let (inputs, truth) = match self.input.is_empty() {
            false => (self.input.iter().map(|of| Input::parse(of)).collect(), self.truth.clone()),
            true => {
                let [output, truth] =
                    ["generated.jsonl", "truth.jsonl"].map(|name| folder.join(name));
                generate::run(&GenerateArgs {
                    articles: self.docs.unwrap_or(GENERATED) as u64,
                    output: output.clone(),
                    truth: Some(truth.clone()),
                    seed: 1,
                    shape: retold_generate::Shape::News,
                })?;
                (vec![Input::Path(output)], Some(truth))
            }
        };
        let options = ReadOptions::default()
            .text_fields(self.text_field.clone())
            .id_field(self.id_field.as_str());
        let articles = Articles::read(Reading { inputs, options, limit: self.docs })?;
        eprintln!("looking for all pairs of {} texts", articles.texts.len());
        let shingles = exact::shingles(&articles.texts, self.shape.ngram)?;
        let wanted = exact::pairs(&shingles);
        let truth = match truth {
            Some(path) => Truth::planted(&path, &articles.ids)?,
            None => Truth::exact(&wanted),
        };
        Ok(Corpus { articles, shingles, wanted, truth })
    }

    fn names(&self) -> Vec<&'static str> {
        let python: &[&str] = if self.python { python::SKETCHES } else { &[] };
        [&["retold", "gaoya"], python].concat()
    }

    /// All engines on texts in memory.
    fn in_memory(
        &self,
        name: &str,
        articles: &Articles,
        truth: &Truth,
    ) -> anyhow::Result<(Section, Pairs)> {
        let folder = tempfile::tempdir()?;
        let [texts, words, pairs] =
            ["texts.jsonl", "words.jsonl", "pairs"].map(|name| folder.path().join(name));
        articles.write(&texts)?;
        if self.words == Words::Shared {
            articles.write_words(&words)?;
        }
        let (mut runs, mut found) = (BTreeMap::<&str, Vec<Took>>::new(), Pairs::new());
        for round in 1..=self.rounds.max(1) {
            for engine in self.names() {
                eprintln!("{name}, round {round}: {engine}");
                let is_given_words = self.words == Words::Shared && engine != "retold";
                let corpus = if is_given_words { &words } else { &texts };
                runs.entry(engine).or_default().push(self.run_once(engine, corpus, &pairs)?);
                found.insert(engine, job::read_pairs(&pairs)?.into_iter().collect());
            }
        }
        let bytes = articles.bytes();
        let mut section = Section::new(name, articles.texts.len(), bytes);
        for engine in self.names() {
            let (took, pairs) = (&runs[engine], &found[engine]);
            let figures = Engine::new(engine, bytes, [took, &runs["retold"]]);
            section.engines.push(Engine {
                pairs: pairs.len(),
                recall: truth.recall(pairs),
                ..figures
            });
        }
        Ok((section, found))
    }

    fn run_once(&self, engine: &str, corpus: &Path, pairs: &Path) -> anyhow::Result<Took> {
        let words = self.words.to_possible_value().context("words have names")?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["run", "--engine", engine, "--words", words.get_name()]);
        command.arg("--corpus").arg(corpus).arg("--pairs").arg(pairs);
        command.arg("--venv").arg(&self.venv).args(self.shape.options());
        serde_json::from_str(&python::succeed(&mut command)?).context("what a run said")
    }

    /// Why each peer finds other pairs than retold.
    fn differences(&self, corpus: &Corpus, pairs: &Pairs) -> anyhow::Result<Vec<Differences>> {
        let banding = Banding::new(self.shape.bands, self.shape.rows)?;
        let plain = (self.words == Words::Own)
            .then(|| exact::plain_shingles(&corpus.articles.texts, self.shape.ngram));
        let evidence = Evidence {
            ids: &corpus.articles.ids,
            ours: &corpus.shingles,
            theirs: plain.as_deref().unwrap_or(&corpus.shingles),
            banding,
            examples: self.examples,
        };
        let of = |peer: &&'static str| Differences {
            peer,
            expected: plain.is_none().then(|| causes::expected(&corpus.wanted, banding)),
            causes: causes::differences(&evidence, &pairs["retold"], &pairs[peer]),
        };
        Ok(self.names()[1..].iter().map(of).collect())
    }

    /// Whole processes on one file.
    fn whole_processes(&self, corpus: &Corpus) -> anyhow::Result<Vec<Whole>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("corpus.jsonl");
        corpus.articles.write(&path)?;
        let setting = Setting {
            corpus: &path,
            texts: corpus.articles.texts.len(),
            shape: self.shape,
            command: &self.command,
            venv: &self.venv,
            model: self.semhash_model.as_deref(),
        };
        let mut runs: Vec<Whole> = self.processes().into_iter().map(Whole::new).collect();
        for run in &mut runs {
            run.failed = run.process.prepare(&self.venv).err().map(|error| format!("{error:#}"));
        }
        for round in 1..=self.rounds.max(1) {
            for run in runs.iter_mut().filter(|run| run.failed.is_none()) {
                eprintln!("from a file, round {round}: {}", run.process.name());
                match setting.run(run.process) {
                    Ok(decided) => run.add(&decided, &corpus.wanted),
                    Err(error) => run.failed = Some(format!("{error:#}")),
                }
            }
        }
        let is_python = |run: &&Whole| run.failed.is_some() && run.process.is_python();
        runs.iter().filter(is_python).for_each(|run| eprintln!("{}", run.why_not()));
        match runs.iter().find(|run| run.failed.is_some() && !run.process.is_python()) {
            Some(run) => anyhow::bail!(run.why_not()),
            None => Ok(runs),
        }
    }

    fn processes(&self) -> Vec<Process> {
        let mut processes = vec![Process::Retold, Process::RetoldParallel, Process::Gaoya];
        if self.python {
            processes.extend([Process::Datasketch, Process::Rensa]);
            processes.extend([Process::TextDedup, Process::Datatrove]);
        }
        processes.extend(self.semhash_model.iter().map(|_| Process::Semhash));
        processes
    }
}
