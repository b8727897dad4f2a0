//! `retold.Archive`

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use retold::Cancel;
use retold::align::Relation;
use retold_archive::{
    AddOptions, Added, Archive as Writer, Error, Expired, Known, Reader,
    Settings as ArchiveSettings, Stored, Wanted, salvage, split_at_notices, verify,
};
use retold_cli::archive::{ExportRecord, TimeValue, stats_record};
use retold_pipeline::Settings;
use retold_pipeline::output::{Content, Output};
use serde_json::json;

use crate::call::Call;
use crate::errors;
use crate::intake::{AboutColumns, Ids, Intake};
use crate::job::{self, Job};
use crate::matches::{Matches, from_json};
use crate::options::Options;

/// How an archive is opened, as a dict with these keys.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Opening {
    create: bool,
    read_only: bool,
    /// Days, or `all`.
    span: Option<String>,
    articles: Option<usize>,
}

/// What is done with articles, and which matches are wanted, as a dict with these keys.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Asked {
    since: Option<String>,
    sources: Vec<String>,
    relations: Vec<String>,
    /// Articles whose id is there are new versions.
    replace: bool,
}

/// An archive that is open.
enum Open {
    Writing(Box<Writer>),
    Reading(Box<Reader>),
}

impl Deref for Open {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        match self {
            Self::Writing(archive) => archive,
            Self::Reading(archive) => archive,
        }
    }
}

/// An archive on disk, open in this process.
#[pyclass(module = "retold", frozen)]
pub struct OpenArchive {
    path: PathBuf,
    run: Settings,
    /// The process that opened it.
    process: u32,
    open: Mutex<Option<Open>>,
}

/// How long to wait before looking again whether another thread is done.
const MOMENT: Duration = Duration::from_millis(5);

/// Settings that would have no effect.
const IDLE: [&str; 4] = ["memory", "temp", "jaccard", "features"];

/// Opens an archive, and makes it before if that is asked for and there is none.
#[pyfunction]
#[pyo3(signature = (path, opening, settings=None))]
pub fn open_archive(
    py: Python<'_>,
    path: PathBuf,
    opening: Opening,
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<OpenArchive> {
    let run = Options::of(settings)?.run;
    let mut given = Vec::new();
    for (name, value) in settings.into_iter().flatten() {
        let name: String = name.extract()?;
        if !value.is_none() {
            given.push(name);
        }
    }
    if let Some(idle) = IDLE.iter().find(|idle| given.iter().any(|name| name == *idle)) {
        return Err(errors::setting(format!("{idle} has no effect on an archive")));
    }
    let span = opening.span.as_deref().map(span).transpose()?;
    let open = job::run(py, None, |_| {
        if opening.create && !is_there(&path) {
            let articles = opening.articles.unwrap_or(100_000);
            let mut made = ArchiveSettings::of(&run.engine, articles)?;
            made.span_days = span.unwrap_or(made.span_days);
            Writer::create(&path, &made)?;
        }
        let judging = run.engine.clone();
        let open = match opening.read_only {
            true => Open::Reading(Box::new(Reader::open(&path, judging)?)),
            false => Open::Writing(Box::new(Writer::open(&path, judging)?)),
        };
        check_same(open.settings(), &run, (&given, span))?;
        Ok(open)
    })?;
    let open = Mutex::new(Some(open));
    Ok(OpenArchive { path, run, process: std::process::id(), open })
}

fn is_there(path: &Path) -> bool {
    path.join("archive.db").is_file()
}

fn span(span: &str) -> PyResult<Option<u32>> {
    match span.parse() {
        _ if span == "all" => Ok(None),
        Ok(days @ 1..) => Ok(Some(days)),
        _ => Err(errors::setting(format!("span={span}: it must be a number of days, or \"all\""))),
    }
}

/// An error if a setting that was given disagrees with what the archive was made with.
fn check_same(
    archive: &ArchiveSettings,
    run: &Settings,
    (given, span): (&[String], Option<Option<u32>>),
) -> Result<(), Error> {
    let is_given = |name: &str| given.iter().any(|given| given == name);
    let mut asked = archive.clone();
    let config = &run.engine;
    if is_given("language") {
        asked.language = config.language;
    }
    if is_given("lanes") {
        asked.lanes = config.lanes;
    }
    if is_given("ngram") {
        asked.shingle_words = config.shingle_words;
    }
    if is_given("seed") {
        asked.seed = config.seed;
    }
    if is_given("channel") {
        asked.channel = config.channel;
    }
    if is_given("min_shared") {
        asked.min_shared = config.min_shared;
    }
    asked.max_df = config.max_df.unwrap_or(asked.max_df);
    asked.span_days = span.unwrap_or(asked.span_days);
    archive.check_same(&asked)
}

impl OpenArchive {
    /// The archive, once no other thread works with it.
    fn wait(&self, cancel: &Cancel) -> anyhow::Result<MutexGuard<'_, Option<Open>>> {
        loop {
            match self.open.try_lock() {
                Ok(open) => return Ok(open),
                Err(TryLockError::Poisoned(_)) => {
                    return Err(Refused("a fault stopped the last call; open it again").into());
                }
                Err(TryLockError::WouldBlock) => {
                    cancel.check()?;
                    std::thread::sleep(MOMENT);
                }
            }
        }
    }

    /// Works with the archive on the threads that were asked for.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Open, &Job) -> anyhow::Result<T> + Send,
    ) -> PyResult<T> {
        let done = job::run(py, None, |job| {
            if self.process != std::process::id() {
                let refused = "another process opened it, which forked this one; open it again";
                return Ok(Err(Refused(refused)));
            }
            let mut open = match self.wait(&job.cancel) {
                Ok(open) => open,
                Err(error) => match error.downcast() {
                    Ok(refused) => return Ok(Err(refused)),
                    Err(error) => return Err(error),
                },
            };
            let Some(open) = open.as_mut() else { return Ok(Err(Refused("it is closed"))) };
            match self.run.pool()?.install(|| work(open, job)) {
                Ok(done) => Ok(Ok(done)),
                Err(error) => error.downcast().map(Err),
            }
        })?;
        done.map_err(|refused| errors::archive(format!("{}: {refused}", self.path.display())))
    }
}

/// Why an archive cannot be used now.
#[derive(Debug)]
struct Refused(&'static str);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Refused {}

fn writer(open: &mut Open) -> Result<&mut Writer, Refused> {
    match open {
        Open::Writing(archive) => Ok(archive),
        Open::Reading(_) => Err(Refused("it was opened with read_only=True")),
    }
}

/// Merges small segments after a commit. Who is told to stop leaves it to the next.
fn tidy(archive: &mut Writer, cancel: &Cancel) -> Result<(), Error> {
    match archive.tidy(cancel) {
        Ok(_) | Err(Error::Cancelled(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Seconds since 1970 of a date, or of so many days ago.
fn time(name: &str, time: &str) -> PyResult<i64> {
    let value = time.parse::<TimeValue>();
    let value = value.map_err(|expected| errors::setting(format!("{name}={time:?}: {expected}")));
    Ok(value?.0)
}

fn wanted(asked: &Asked) -> PyResult<Wanted> {
    let relation = |name: &String| {
        Relation::from_name(name)
            .ok_or_else(|| errors::setting(format!("relations: there is no relation {name:?}")))
    };
    Ok(Wanted {
        since: asked.since.as_deref().map(|since| time("since", since)).transpose()?,
        sources: asked.sources.clone(),
        relations: asked.relations.iter().map(relation).collect::<PyResult<_>>()?,
    })
}

#[pymethods]
impl OpenArchive {
    /// The folder of the archive.
    #[getter]
    fn path(&self) -> &Path {
        &self.path
    }

    /// Adds articles with one durable commit, and gives what each of them matches.
    fn add(
        &self,
        py: Python<'_>,
        call: Call<'_>,
        about: AboutColumns,
        asked: Asked,
    ) -> PyResult<Matches> {
        let known = if asked.replace { Known::Replace } else { Known::Skip };
        let options = AddOptions { known, wanted: wanted(&asked)? };
        let Intake { articles, skipped, repaired } =
            Intake::of(&call, &about, Ids::Needed, &self.run)?;
        let (added, canceled, scheme) = self.with(py, |open, job| {
            let archive = writer(open)?;
            let (mut added, mut canceled) = (Added::default(), BTreeMap::new());
            for part in split_at_notices(articles) {
                let done = archive.add(part, &options, &job.cancel)?;
                let derived = archive.withdraw_canceled(&done.canceled, &job.cancel)?;
                let ids = done.canceled.into_iter().map(|of| of.id);
                canceled.extend(ids.zip(derived.iter().map(Vec::len)));
                added.articles.extend(done.articles);
                added.skipped += done.skipped;
            }
            tidy(archive, &job.cancel)?;
            Ok((added, canceled, archive.settings().scheme()?.to_string()))
        })?;
        let (found, flags) =
            added.articles.into_iter().map(|of| ((of.article, of.matches), of.flags)).unzip();
        let flags = Some((scheme, flags));
        Ok(Matches { found, flags, known: Some(added.skipped), canceled, skipped, repaired })
    }

    /// What articles match, without adding them.
    fn query(
        &self,
        py: Python<'_>,
        call: Call<'_>,
        about: AboutColumns,
        asked: Asked,
    ) -> PyResult<Matches> {
        let wanted = wanted(&asked)?;
        let Intake { articles, skipped, repaired } =
            Intake::of(&call, &about, Ids::Wanted, &self.run)?;
        let found = self.with(py, |open, job| {
            let matches = open.query(&articles, &wanted, &job.cancel)?;
            Ok(articles.into_iter().map(Stored::from).zip(matches).collect())
        })?;
        Ok(Matches {
            found,
            flags: None,
            known: None,
            canceled: BTreeMap::new(),
            skipped,
            repaired,
        })
    }

    /// Removes articles with all their versions; gives for each id whether it was there.
    fn remove(&self, py: Python<'_>, ids: Vec<String>) -> PyResult<Vec<bool>> {
        self.with(py, |open, job| {
            let archive = writer(open)?;
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let removed = archive.remove(&ids, &job.cancel)?;
            tidy(archive, &job.cancel)?;
            Ok(removed)
        })
    }

    /// Lets the spans of time expire that ended by then; gives how many articles are not found any
    /// more, how many of them stay as evidence, and how many segments went.
    fn expire<'py>(&self, py: Python<'py>, before: &str) -> PyResult<Bound<'py, PyAny>> {
        let before = time("before", before)?;
        let expired = self.with(py, |open, job| {
            let Expired { articles, kept, segments } = writer(open)?.expire(before, &job.cancel)?;
            Ok(json!({"articles": articles, "kept": kept, "segments": segments}).to_string())
        })?;
        from_json(py, &expired)
    }

    /// The article of an id, as `export` writes it; nothing if there is none.
    fn get<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let found = self.with(py, |open, _| match open.find(id)? {
            Some(article) => Ok(Some(serde_json::to_string(&ExportRecord::new(&article))?)),
            None => Ok(None),
        })?;
        found.map(|record| from_json(py, &record)).transpose()
    }

    /// How much it holds, and its settings: what `retold archive stats --format json` writes.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let stats = self.with(py, |open, _| Ok(stats_record(open)?.to_string()))?;
        from_json(py, &stats)
    }

    /// Reads everything; gives how many segments and records were read, and what is damaged.
    fn verify<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let found = self.with(py, |_, job| {
            let found = verify(&self.path, &job.cancel)?;
            let (segments, records) = (found.segments, found.records);
            let damage: Vec<_> = found.damage.iter().map(ToString::to_string).collect();
            let found = json!({"segments": segments, "records": records, "damage": damage});
            Ok(found.to_string())
        })?;
        from_json(py, &found)
    }

    /// Writes all articles as JSON Lines; gives how many, and what is damaged.
    fn export<'py>(
        &self,
        py: Python<'py>,
        path: PathBuf,
        versions: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let exported = self.with(py, |_, job| {
            let output = Output::create(Some(&path), Content::Records)?.until(&job.cancel);
            let (mut articles, mut damage) = (0_u64, Vec::new());
            output.write(&mut std::io::sink(), |out| {
                let each = |article: &Stored| {
                    if !article.is_found() && !versions {
                        return Ok(());
                    }
                    serde_json::to_writer(&mut *out, &ExportRecord::new(article))?;
                    out.write_all(b"\n")?;
                    articles += 1;
                    anyhow::Ok(())
                };
                damage = salvage(&self.path, &job.cancel, each)?.damage;
                Ok(())
            })?;
            let damage: Vec<_> = damage.iter().map(ToString::to_string).collect();
            Ok(json!({"articles": articles, "damage": damage}).to_string())
        })?;
        from_json(py, &exported)
    }

    /// Merges the segments of each span, and erases what is left of removed articles; gives how many
    /// segments went.
    fn compact(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |open, job| Ok(writer(open)?.compact(&job.cancel)?))
    }

    /// Closes it, so that others can write to it; again does nothing.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        job::run(py, None, |job| {
            if self.process == std::process::id() {
                drop(self.wait(&job.cancel)?.take());
            }
            Ok(())
        })
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |open, _| Ok(open.len() as usize))
    }

    fn __contains__(&self, py: Python<'_>, id: &str) -> PyResult<bool> {
        self.with(py, |open, _| Ok(open.find(id)?.is_some()))
    }
}

/// Another process's archive is left alone: what SQLite has open must not be closed twice.
impl Drop for OpenArchive {
    fn drop(&mut self) {
        if self.process != std::process::id()
            && let Ok(open) = self.open.get_mut()
        {
            std::mem::forget(open.take());
        }
    }
}
