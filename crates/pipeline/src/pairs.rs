//! `retold compare --pairs`: many pairs, one record each, in order.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use retold::Engine;
use retold::align::Relation;
use retold::corpus::{Corpus, Input, Record};
use retold::report::jsonl::Pairs;
use serde::Deserialize;

use super::args::CompareArgs;
use super::compare::explain;
use super::console::Console;
use super::exit::Exit;
use super::output::Output;
use super::progress::Progress;
use super::settings::Settings;
use super::shelf::Shelf;
use super::stored::Room;
use super::values::FormatValue;

/// One line of the list. An article is named, given, or both: then the name is only a name.
#[derive(Debug, Deserialize)]
struct Line {
    a: Option<Id>,
    b: Option<Id>,
    a_text: Option<String>,
    b_text: Option<String>,
}

/// Ids in corpora may be numbers too.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Id {
    /// As it is.
    Text(String),
    /// By its digits.
    Number(serde_json::Number),
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        match id {
            Id::Text(text) => text,
            Id::Number(number) => number.to_string(),
        }
    }
}

/// The pairs to compare: articles by number, each with its id and, once it is known, its text.
#[derive(Debug, Default)]
struct Plan {
    ids: Vec<String>,
    texts: Vec<Option<String>>,
    pairs: Vec<(u32, u32)>,
    /// Articles to be found in the corpora, and the first line that names each.
    wanted: HashMap<String, (u32, u64)>,
}

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
    let engine = Engine::new(settings.engine.clone())?;
    let output = Output::create(args.output.as_deref())?;
    let progress = Progress::new(console.facts.err_is_terminal && !settings.quiet);
    let mut plan = Plan::read(list)?;
    let inputs: Vec<_> = args.corpus.iter().map(|input| Input::parse(input)).collect();
    let corpus = Corpus::find(&inputs, settings.reading.clone());
    let wanted = &plan.wanted;
    let room = Room { bytes: usize::MAX, ..settings.room.clone() };
    let is_wanted = |record: &Record| wanted.contains_key(&record.id);
    let shelf = Shelf::fill_with(&corpus, room, &progress, is_wanted)?;
    let failures = shelf.report.failures;
    console.list_problems(settings, &shelf.report)?;
    let texts = plan.look_up(shelf, list)?;
    let (records, mut related) = (Pairs { explain: explain(args) }, false);
    progress.begin_steps("comparing", plan.pairs.len() as u64);
    let pool = settings.pool()?;
    output.write(console.out, |out| {
        let mut failed = Ok(());
        pool.install(|| {
            engine.compare_batches(&texts[..], &plan.pairs, |pairs, compared| {
                progress.advance(pairs.len() as u64);
                for (&(a, b), comparison) in pairs.iter().zip(&compared) {
                    related |= comparison.relation != Relation::Unrelated;
                    let ids = (plan.ids[a as usize].as_str(), plan.ids[b as usize].as_str());
                    failed = records.write_pair(ids, comparison, out);
                    if failed.is_err() {
                        return ControlFlow::Break(());
                    }
                }
                ControlFlow::Continue(())
            });
        });
        Ok(failed?)
    })?;
    Ok(Exit::of(related, failures))
}

/// Hands out the lines of a list that are not blank, each with its number, from 1. `-` is the
/// standard input.
pub fn for_each_line(
    list: &Path,
    mut each: impl FnMut(&[u8], u64) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let cannot = || format!("cannot read {}", list.display());
    let lines: Box<dyn BufRead> = match list == Path::new("-") {
        true => Box::new(io::stdin().lock()),
        false => Box::new(BufReader::new(File::open(list).with_context(cannot)?)),
    };
    for (line, number) in lines.split(b'\n').zip(1..) {
        let line = line.with_context(cannot)?;
        if !line.trim_ascii().is_empty() {
            each(&line, number)?;
        }
    }
    Ok(())
}

impl Plan {
    fn read(list: &Path) -> anyhow::Result<Self> {
        let mut plan = Self::default();
        for_each_line(list, |line, number| plan.add(line, list, number))?;
        Ok(plan)
    }

    fn add(&mut self, line: &[u8], list: &Path, number: u64) -> anyhow::Result<()> {
        let place = || format!("{}:{number}", list.display());
        let line: Line = serde_json::from_slice(line).with_context(|| {
            format!(
                "{}: expected {{\"a\":ID,\"b\":ID}} or {{\"a_text\":TEXT,\"b_text\":TEXT}}",
                place()
            )
        })?;
        let mut article = |id: Option<Id>, text, side| match (id, text) {
            (id, Some(text)) => Ok(self
                .push(id.map_or_else(|| format!("{}:{side}", place()), String::from), Some(text))),
            (Some(id), None) => Ok(self.find(id.into(), number)),
            (None, None) => Err(anyhow!("{}: has neither \"{side}\" nor \"{side}_text\"", place())),
        };
        let a = article(line.a, line.a_text, "a")?;
        let b = article(line.b, line.b_text, "b")?;
        self.pairs.push((a, b));
        Ok(())
    }

    fn push(&mut self, id: String, text: Option<String>) -> u32 {
        self.ids.push(id);
        self.texts.push(text);
        self.ids.len() as u32 - 1
    }

    fn find(&mut self, id: String, line: u64) -> u32 {
        if let Some((article, _)) = self.wanted.get(&id) {
            return *article;
        }
        let article = self.push(id.clone(), None);
        self.wanted.insert(id, (article, line));
        article
    }

    /// The texts of all articles; an error names the first that is nowhere.
    fn look_up(&mut self, shelf: Shelf, list: &Path) -> anyhow::Result<Vec<String>> {
        let texts = shelf.texts.into_held();
        for (article, text) in shelf.articles.into_iter().zip(texts) {
            if let Some((at, _)) = self.wanted.get(&article.id) {
                self.texts[*at as usize] = Some(text);
            }
        }
        let missing = self.wanted.iter().filter(|(_, (at, _))| self.texts[*at as usize].is_none());
        if let Some((id, (_, line))) = missing.min_by_key(|(_, (at, _))| *at) {
            bail!(
                "{}:{line}: no article has the id {id:?}; name the file that holds it with --corpus",
                list.display()
            );
        }
        Ok(std::mem::take(&mut self.texts).into_iter().map(Option::unwrap_or_default).collect())
    }
}
