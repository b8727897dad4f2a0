//! `retold compare --pairs`: many pairs, one record each, in order.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, bail};
use retold::Engine;
use retold::align::{Comparison, Relation};
use retold::corpus::{Corpus, Input, Record, is_undecoded};
use retold::report::jsonl::{PairError, Pairs};
use retold::report::printable::printable;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

use super::args::CompareArgs;
use super::clash::Written;
use super::compare::explain;
use super::console::{Console, LISTED};
use super::exit::Exit;
use super::output::Output;
use super::progress::Progress;
use super::settings::Settings;
use super::shelf::Shelf;
use super::stored::Room;
use super::values::FormatValue;

/// One line of the list. An article is named, given, or both: then the name is only a name.
#[derive(Debug, serde::Deserialize)]
struct Line {
    a: Option<Id>,
    b: Option<Id>,
    a_text: Option<String>,
    b_text: Option<String>,
}

/// An id, which in corpora may be a number too: then it goes by its digits, however many they are.
#[derive(Debug)]
pub struct Id(String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Box::<RawValue>::deserialize(from)?;
        match value.get().as_bytes()[0] {
            b'"' => serde_json::from_str(value.get()).map(Self).map_err(D::Error::custom),
            b'-' | b'0'..=b'9' => Ok(Self(value.get().to_owned())),
            _ => Err(D::Error::custom("an id is a string or a number")),
        }
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}

/// What is to become of a line.
#[derive(Debug)]
enum Entry {
    /// Two articles, by number, and the line that names them.
    Pair(u32, u32, u64),
    /// What cannot be compared.
    Failed(Failed),
}

/// A line that cannot be answered: its ids, as far as they are known, and why.
#[derive(Debug)]
struct Failed {
    ids: [Option<String>; 2],
    line: u64,
    why: String,
}

/// The pairs to compare: articles by number, each with its id and, once it is known, its text.
#[derive(Debug, Default)]
struct Plan {
    ids: Vec<String>,
    texts: Vec<Option<String>>,
    entries: Vec<Entry>,
    /// Articles to be found in the corpora.
    wanted: HashMap<String, u32>,
}

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
        let engine = Engine::new(settings.engine.clone())?;
        let inputs: Vec<_> = args.corpus.iter().map(|input| Input::parse(input)).collect();
        let corpus = Corpus::find(&inputs, settings.reading.clone());
        written.check_inputs(&[&corpus], settings)?;
        let output = Output::create(args.output.as_deref())?;
        let progress = Progress::new(console.facts.err_is_terminal && !settings.quiet);
        let mut plan = Plan::read(list)?;
        let (wanted, mut shared) = (&plan.wanted, HashSet::new());
        let room = Room { bytes: usize::MAX, ..settings.room.clone() };
        let is_wanted = |record: &Record| {
            let given = record.shared_id.as_deref().filter(|id| wanted.contains_key(*id));
            shared.extend(given.map(str::to_owned));
            wanted.contains_key(&record.id)
        };
        let shelf = Shelf::fill_with(&corpus, room, &progress, is_wanted)?;
        let failures = shelf.report.failures;
        console.list_problems(settings, &shelf.report)?;
        let texts = plan.look_up(shelf, &shared);
        progress.begin_steps("comparing", plan.entries.len() as u64);
        let mut answers = Answers {
            plan: &plan,
            rest: plan.entries.iter(),
            records: Pairs { explain: explain(args) },
            related: false,
        };
        let pool = settings.pool()?;
        output.write(console.out, |out| {
            let mut failed = Ok(());
            pool.install(|| {
                engine.compare_batches(&texts[..], &plan.pairs(), |pairs, compared| {
                    progress.advance(pairs.len() as u64);
                    failed = compared.iter().try_for_each(|found| answers.write(found, out));
                    if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                });
            });
            failed?;
            Ok(answers.write_failed(out)?)
        })?;
        let related = answers.related;
        let errors = plan.list_failed(list, console)?;
        Ok(Exit::of(related, failures + errors))
    }
}

/// What is written for the lines of a list, in their order.
struct Answers<'p> {
    plan: &'p Plan,
    rest: std::slice::Iter<'p, Entry>,
    records: Pairs,
    /// Whether there was a related pair.
    related: bool,
}

impl Answers<'_> {
    /// Writes the record of the next pair, and of what comes before it.
    fn write(&mut self, comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
        self.write_failed(out)?;
        if let Some(&Entry::Pair(a, b, _)) = self.rest.next() {
            let ids = &self.plan.ids;
            let ids = (ids[a as usize].as_str(), ids[b as usize].as_str());
            self.related |= comparison.relation != Relation::Unrelated;
            self.records.write_pair(ids, comparison, out)?;
        }
        Ok(())
    }

    /// Writes the records of lines without an answer, up to the next pair.
    fn write_failed(&mut self, out: &mut dyn Write) -> io::Result<()> {
        while let Some(Entry::Failed(failed)) = self.rest.as_slice().first() {
            let [a, b] = failed.ids.each_ref().map(Option::as_deref);
            self.records
                .write_error(&PairError { a, b, line: failed.line, error: &failed.why }, out)?;
            self.rest.next();
        }
        Ok(())
    }
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
        for_each_line(list, |line, number| {
            let entry = plan.entry(line, list, number);
            plan.entries.push(entry);
            Ok(())
        })?;
        Ok(plan)
    }

    fn entry(&mut self, line: &[u8], list: &Path, number: u64) -> Entry {
        let failed = |ids, why| Entry::Failed(Failed { ids, line: number, why });
        let parsed: Line = match serde_json::from_slice(line) {
            Ok(line) => line,
            Err(error) => {
                let why = format!(
                    "expected {{\"a\":ID,\"b\":ID}} or {{\"a_text\":TEXT,\"b_text\":TEXT}}: {error}"
                );
                return failed([None, None], why);
            }
        };
        let Line { a, b, a_text, b_text } = parsed;
        let ids = [a, b].map(|id| id.map(String::from));
        for (side, (id, text)) in ["a", "b"].iter().zip(ids.iter().zip([&a_text, &b_text])) {
            if id.is_none() && text.is_none() {
                return failed(ids.clone(), format!("has neither \"{side}\" nor \"{side}_text\""));
            }
        }
        if [&a_text, &b_text].into_iter().flatten().any(|text| is_undecoded(text)) {
            return failed(
                ids,
                "has a text that could not be decoded for the most part".to_owned(),
            );
        }
        let [a, b] = ids;
        let mut article = |id: Option<String>, text, side| match (id, text) {
            (Some(id), None) => self.find(id),
            (id, text) => {
                self.push(id.unwrap_or_else(|| format!("{}:{number}:{side}", list.display())), text)
            }
        };
        Entry::Pair(article(a, a_text, "a"), article(b, b_text, "b"), number)
    }

    fn push(&mut self, id: String, text: Option<String>) -> u32 {
        self.ids.push(id);
        self.texts.push(text);
        self.ids.len() as u32 - 1
    }

    fn find(&mut self, id: String) -> u32 {
        if let Some(article) = self.wanted.get(&id) {
            return *article;
        }
        let article = self.push(id.clone(), None);
        self.wanted.insert(id, article);
        article
    }

    /// The texts of all articles. Pairs with one that is nowhere, or has an id that several have, cannot
    /// be answered.
    fn look_up(&mut self, shelf: Shelf, shared: &HashSet<String>) -> Vec<String> {
        let texts = shelf.texts.into_held();
        for (article, text) in shelf.articles.into_iter().zip(texts) {
            if let Some(at) = self.wanted.get(&article.id) {
                self.texts[*at as usize] = Some(text);
            }
        }
        let (ids, texts, wanted) = (&self.ids, &self.texts, &self.wanted);
        let why = |article: u32| {
            let id = &ids[article as usize];
            if wanted.get(id) == Some(&article) && shared.contains(id) {
                return Some(format!(
                    "several articles have the id {id:?}; name the one that is meant by the id that \
                     `retold scan --clusters` gives it"
                ));
            }
            texts[article as usize].is_none().then(|| {
                format!("no article has the id {id:?}; name the file that holds it with --corpus")
            })
        };
        let twice = |a, b| (a == b).then(|| "names one article twice".to_owned());
        for entry in &mut self.entries {
            if let Entry::Pair(a, b, line) = *entry
                && let Some(why) = why(a).or_else(|| why(b)).or_else(|| twice(a, b))
            {
                let ids = [a, b].map(|article| Some(ids[article as usize].clone()));
                *entry = Entry::Failed(Failed { ids, line, why });
            }
        }
        std::mem::take(&mut self.texts).into_iter().map(Option::unwrap_or_default).collect()
    }

    fn pairs(&self) -> Vec<(u32, u32)> {
        let pair = |entry: &Entry| match entry {
            Entry::Pair(a, b, _) => Some((*a, *b)),
            Entry::Failed(_) => None,
        };
        self.entries.iter().filter_map(pair).collect()
    }

    /// Says which lines could not be answered; how many.
    fn list_failed(&self, list: &Path, console: &mut Console<'_>) -> io::Result<u64> {
        let failed: Vec<&Failed> = self
            .entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Pair(..) => None,
                Entry::Failed(failed) => Some(failed),
            })
            .collect();
        for Failed { line, why, .. } in failed.iter().take(LISTED) {
            let said = format!("{}:{line}: {why}", list.display());
            writeln!(console.err, "retold: {}", printable(&said))?;
        }
        if failed.len() > LISTED {
            let more = failed.len() - LISTED;
            writeln!(console.err, "retold: and {more} more lines; their records say why")?;
        }
        Ok(failed.len() as u64)
    }
}
