//! Decides which articles are kept and which are dropped.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use retold::Engine;
use retold::align::Relation;
use retold::engine::Pair;
use retold::engine::dedup::{Decisions, Drop, Edge, Origin, Rank, Signing, Verification, choose};
use retold_corpus::Names;
use retold_report::Stage;
use retold_report::dedup::Undated;
use xxhash_rust::xxh3::xxh3_64;

use super::counts::Counts;
use super::fail_point;
use super::keep::{Keep, LAST, UNREADABLE};
use super::multi_pass::{CHANGED, Kept, MultiPassInput, Reread};
use super::registry::ArticleRegistry;
use crate::disk::{self, cannot_write};
use crate::settings::Settings;
use crate::stored::StoredTexts;
use crate::{Error, Progress};

/// The decision on each article of the input, by number, and how it was reached.
pub struct Plan {
    /// The decisions, including those on references.
    pub decisions: Decisions,
    /// The articles to decide on.
    pub registry: ArticleRegistry,
    /// Times of the stages.
    pub stages: Vec<Stage>,
    /// How many pairs were verified.
    pub candidates: usize,
    /// How many articles have no date; `None` where dates do not matter.
    pub undated: Option<Undated>,
    /// The policy in a word: why an article was retained, where ranks differ.
    reason: &'static str,
}

/// Makes plans.
pub struct Planning<'p> {
    /// The articles to decide on.
    pub input: &'p MultiPassInput,
    /// How to find duplicates.
    pub settings: &'p Settings,
    /// Which article of a group to retain.
    pub keep: &'p Keep,
    /// Is told of progress.
    pub progress: &'p dyn Progress,
}

/// Times the stages of a plan.
struct Clock {
    stages: Vec<Stage>,
    since: Instant,
}

impl Clock {
    fn start() -> Self {
        Self { stages: Vec::new(), since: Instant::now() }
    }

    fn ends(&mut self, name: &str) {
        let now = Instant::now();
        self.stages.push(Stage { name: name.to_owned(), took: now - self.since });
        self.since = now;
    }
}

impl Planning<'_> {
    /// Finds near-duplicates by MinHash and exact Jaccard indices. Holds no texts in memory.
    pub fn of_near_duplicates(&self, mut registry: ArticleRegistry) -> anyhow::Result<Plan> {
        let Self { input, settings, keep, progress } = self;
        let pool = settings.pool()?;
        let (mut clock, cancel) = (Clock::start(), progress.cancel());
        let mut signing = Signing::new(settings.dedup)?;
        progress.begin_open("reading");
        progress.advance(registry.journal.articles().into());
        input
            .read(&mut registry, |articles| {
                let texts: Vec<&str> =
                    articles.batch.records.iter().map(|record| record.text.as_str()).collect();
                let page = pool.install(|| signing.sign(&texts));
                progress.advance(texts.len() as u64);
                fail_point::reach("signed", articles.numbers.first().copied(), &cancel)?;
                settings.check_dedup(articles.numbers.last().map_or(0, |n| u64::from(*n) + 1))?;
                Ok(Kept { preferences: keep.preferences(&articles), page })
            })
            .map_err(|error| self.counted(error))?;
        drop(signing);
        settings.check_read(&[&registry.reference, &registry.report])?;
        let undated = self.undated(&registry)?;
        fail_point::reach("read", None, &cancel)?;
        clock.ends("sign");
        let rank = |article| Ok(rank(&registry, article)?);
        let verify = || Verification::new(settings.dedup, &registry.journal, &rank, cancel);
        let mut verification = pool.install(verify).map_err(Error::from)?;
        clock.ends("candidates");
        let candidates = verification.stats().candidates;
        while verification.needs_reading() {
            let wanted = verification.wanted().to_vec();
            progress.begin_steps("comparing", wanted.len() as u64);
            let is_wanted = |article: u32| wanted.binary_search(&article).is_ok();
            let reread = Reread { wanted: &is_wanted, only_raw: false, from: 0 };
            input.read_again(&registry, &reread, |articles| {
                let texts = articles.batch.records.iter().map(|record| record.text.as_str());
                let texts: Vec<(u32, &str)> = articles.numbers.iter().copied().zip(texts).collect();
                pool.install(|| verification.add(&texts)).map_err(changed)?;
                progress.advance(texts.len() as u64);
                Ok(())
            })?;
            verification.end_reading().map_err(changed)?;
        }
        clock.ends("verify");
        let decisions = verification.choose().map_err(Error::from)?;
        drop(verification);
        let (stages, reason) = (clock.stages, keep.reason());
        Ok(Plan { decisions, registry, stages, candidates, undated, reason })
    }

    /// The same error; of too little memory, one that knows how many articles there are.
    fn counted(&self, error: anyhow::Error) -> anyhow::Error {
        match error.downcast_ref() {
            Some(Error::TooLittleMemory { .. }) => {
                self.progress.begin_open("counting");
                let counted = self.input.count(self.progress);
                let checked = counted.and_then(|all| Ok(self.settings.check_dedup(all)?));
                checked.err().unwrap_or(error)
            }
            _ => error,
        }
    }

    /// Finds near-duplicates, excerpts and rewrites by a scan. The registry must be empty.
    pub fn of_rewrites(&self, mut registry: ArticleRegistry) -> anyhow::Result<Plan> {
        let Self { input, settings, keep, progress } = self;
        // Options out of range are reported before reading, not after it.
        Engine::new(settings.engine.clone())?;
        let mut clock = Clock::start();
        let mut texts = StoredTexts::new(settings.storage.clone());
        progress.begin_open("reading");
        input.read(&mut registry, |articles| {
            let preferences = keep.preferences(&articles);
            progress.advance(articles.batch.records.len() as u64);
            let mut records = articles.batch.records.into_iter();
            records.try_for_each(|record| texts.push(record.text))?;
            Ok(Kept { preferences, page: Vec::new() })
        })?;
        texts.finish()?;
        settings.check_read(&[&registry.reference, &registry.report])?;
        let undated = self.undated(&registry)?;
        fail_point::reach("read", None, &progress.cancel())?;
        clock.ends("read");
        let engine = settings.engine_for(registry.report.articles, registry.report.bytes)?;
        let scan = settings.pool()?.install(|| engine.scan_watched(&texts, *progress));
        let scan = scan.map_err(Error::from)?;
        clock.ends("scan");
        let edges: Vec<Edge> = scan.pairs.iter().filter_map(edge).collect();
        let articles = 0..registry.journal.articles();
        let ranks: Vec<Rank> =
            articles.map(|article| rank(&registry, article)).collect::<Result<_, Error>>()?;
        let decisions = (0..).zip(choose(&ranks, &edges)).collect();
        let (stages, candidates) = (clock.stages, scan.stats.candidates);
        Ok(Plan { decisions, registry, stages, candidates, undated, reason: keep.reason() })
    }

    /// The plan that an earlier run recorded for this registry, if it is intact; else gives the
    /// registry back.
    pub fn recorded(
        &self,
        registry: ArticleRegistry,
        path: &Path,
    ) -> Result<Plan, Box<ArticleRegistry>> {
        if !registry.is_complete() {
            return Err(Box::new(registry));
        }
        match (recorded(path, registry.journal.articles()), self.undated(&registry)) {
            (Some((decisions, candidates)), Ok(undated)) => {
                let reason = self.keep.reason();
                Ok(Plan { decisions, registry, stages: Vec::new(), candidates, undated, reason })
            }
            _ => Err(Box::new(registry)),
        }
    }

    /// How many input articles have no date; `None` where dates do not matter.
    fn undated(&self, registry: &ArticleRegistry) -> Result<Option<Undated>, Error> {
        let own = registry.references()..registry.journal.articles();
        self.keep.undated(own.map(|article| registry.journal.preference(article)))
    }
}

/// The error of a later pass that met other texts.
fn changed(error: retold::Error) -> anyhow::Error {
    match error {
        retold::Error::Changed { .. } => anyhow::Error::new(error).context(CHANGED),
        other => Error::from(other).into(),
    }
}

fn rank(registry: &ArticleRegistry, article: u32) -> Result<Rank, Error> {
    let is_reference = article < registry.references();
    let preference = registry.journal.preference(article)?;
    Ok(Rank {
        origin: if is_reference { Origin::Reference } else { Origin::Own },
        // A date that cannot be parsed ranks like none.
        preference: if preference == UNREADABLE { LAST } else { preference },
    })
}

impl Plan {
    /// Counts what is kept, what is dropped, and what was not read.
    pub fn counts(&self, input: &MultiPassInput, names: Names) -> Result<Counts, Error> {
        let mut counts =
            Counts { incomplete: input.incomplete(&self.registry, names), ..Counts::default() };
        let first = self.registry.references();
        for (article, bytes) in (first..).zip(self.registry.journal.all_bytes(first)) {
            counts.note(&self.decisions.of(article), bytes?);
        }
        Ok(counts)
    }

    /// Records the plan for a later run.
    pub fn record(&self, path: &Path) -> anyhow::Result<()> {
        let mut body = Vec::with_capacity(16 + DROP * self.decisions.drops().len());
        body.extend((self.candidates as u64).to_le_bytes());
        for drop in self.decisions.drops() {
            let relation = Relation::ALL.iter().position(|relation| *relation == drop.relation);
            body.extend(drop.article.to_le_bytes());
            body.extend(drop.retained.to_le_bytes());
            body.extend(drop.score.to_le_bytes());
            body.extend((relation.unwrap_or_default() as u32).to_le_bytes());
        }
        body.extend(xxh3_64(&body).to_le_bytes());
        let written = disk::replace(path, &path.with_extension("new"), |out| out.write_all(&body));
        written.with_context(|| cannot_write(path))
    }

    /// Why `retained` is kept instead of `article`.
    pub fn why(
        &self,
        article: u32,
        retained: u32,
        relation: Relation,
    ) -> Result<&'static str, Error> {
        let (article, retained) = (rank(&self.registry, article)?, rank(&self.registry, retained)?);
        Ok(match relation {
            _ if retained.origin == Origin::Reference => "reference",
            Relation::Excerpt => "contained",
            _ if article.preference == retained.preference => "first",
            _ => self.reason,
        })
    }
}

/// Size of a recorded drop in bytes.
const DROP: usize = 16;

/// Reads decisions and the number of candidates; `None` if the record is damaged.
fn recorded(path: &Path, articles: u32) -> Option<(Decisions, usize)> {
    let bytes = fs::read(path).ok()?;
    let (body, sum) = bytes.split_last_chunk::<8>()?;
    if xxh3_64(body) != u64::from_le_bytes(*sum) {
        return None;
    }
    let (candidates, drops) = body.split_first_chunk::<8>()?;
    let drop = |bytes: &[u8; DROP]| {
        let [article, retained, score, relation] = bytes.as_chunks::<4>().0 else { return None };
        let [article, retained] = [article, retained].map(|bytes| u32::from_le_bytes(*bytes));
        let relation = *Relation::ALL.get(u32::from_le_bytes(*relation) as usize)?;
        let score = f32::from_le_bytes(*score);
        (article.max(retained) < articles).then_some(Drop { article, retained, relation, score })
    };
    let drops = drops.as_chunks::<DROP>().0.iter().map(drop).collect::<Option<_>>()?;
    Some((Decisions::new(drops), u64::from_le_bytes(*candidates) as usize))
}

/// Shorter rewrites are kept: in a sentence or two, one word can change the statement.
const LEAST_REWRITE: u32 = 90;

/// The pairs of which one article may be dropped: not partial ones, not rewrites whose names or
/// numbers conflict, which may be other news, and not short rewrites.
pub fn edge(pair: &Pair) -> Option<Edge> {
    let found = &pair.comparison;
    let is_dispensable = match found.relation {
        Relation::Rewrite => found.conflicting == 0.0 && found.words >= LEAST_REWRITE,
        relation => relation.is_reuse() && relation != Relation::Partial,
    };
    is_dispensable.then_some(Edge {
        a: pair.a,
        b: pair.b,
        relation: found.relation,
        score: found.score,
        contained: found.contained,
    })
}
