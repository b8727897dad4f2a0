//! What becomes of each article.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};
use retold::Engine;
use retold::align::Relation;
use retold::corpus::ReadReport;
use retold::engine::Pair;
use retold::engine::dedup::{
    Changed, Edge, Fate, Rank, Signing, Standing, Verification, VerificationStats, choose,
};
use retold::report::Stage;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::keep::Keep;
use super::pile::Pile;
use crate::cli::progress::Progress;
use crate::cli::settings::Settings;

/// The fates of all articles of a pile, by number, and how they came about.
pub struct Plan {
    /// The fates, those of references included.
    pub fates: Vec<Fate>,
    /// What reading the inputs came to.
    pub report: ReadReport,
    /// What reading the references came to.
    pub reference: ReadReport,
    /// Where the time went.
    pub stages: Vec<Stage>,
    /// How many pairs were verified.
    pub candidates: usize,
    /// Why an article was kept rather than another, in a word, where their ranks differ.
    reason: &'static str,
    ranks: Vec<Rank>,
    texts: Texts,
}

/// To tell whether the inputs are still what they were.
enum Texts {
    Signed(Box<Verification>),
    Hashed(Vec<u64>),
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

impl Plan {
    /// Near-duplicates, by MinHash and exact Jaccard indices. Holds no texts.
    pub fn of_near_duplicates(
        pile: &Pile,
        settings: &Settings,
        keep: &Keep,
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        let pool = settings.pool()?;
        let mut clock = Clock::start();
        let mut signing = Signing::new(settings.dedup)?;
        let mut ranks = Vec::new();
        progress.begin_open("signing");
        let (reference, report) = pile.read(|articles| {
            ranks.extend(keep.ranks(&articles));
            let texts: Vec<&str> =
                articles.batch.records.iter().map(|record| record.text.as_str()).collect();
            pool.install(|| signing.add(&texts));
            progress.advance(texts.len() as u64);
            Ok(())
        })?;
        clock.ends("sign");
        let mut verification = pool.install(|| signing.verify(&ranks))?;
        clock.ends("candidates");
        let VerificationStats { candidates, .. } = verification.stats();
        while verification.needs_reading() {
            progress.begin_steps("verifying", ranks.len() as u64);
            pile.read(|articles| {
                let texts: Vec<&str> =
                    articles.batch.records.iter().map(|record| record.text.as_str()).collect();
                pool.install(|| verification.add(&texts)).context(CHANGED)?;
                progress.advance(texts.len() as u64);
                Ok(())
            })?;
            verification.end_reading().context(CHANGED)?;
        }
        clock.ends("verify");
        Ok(Self {
            fates: verification.choose(),
            report,
            reference,
            stages: clock.stages,
            candidates,
            reason: keep.reason(),
            ranks,
            texts: Texts::Signed(Box::new(verification)),
        })
    }

    /// Near-duplicates, excerpts and rewrites, as a scan finds them. Holds all texts.
    pub fn of_rewrites(
        pile: &Pile,
        settings: &Settings,
        keep: &Keep,
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        let engine = Engine::new(settings.engine.clone())?;
        let mut clock = Clock::start();
        let (mut texts, mut ranks) = (Vec::new(), Vec::new());
        progress.begin_open("reading");
        let (reference, report) = pile.read(|articles| {
            ranks.extend(keep.ranks(&articles));
            progress.advance(articles.batch.records.len() as u64);
            texts.extend(articles.batch.records.into_iter().map(|record| record.text));
            Ok(())
        })?;
        clock.ends("read");
        let scan = settings.pool()?.install(|| engine.scan_watched(&texts[..], progress))?;
        clock.ends("scan");
        let edges: Vec<Edge> = scan.pairs.iter().filter_map(edge).collect();
        Ok(Self {
            fates: choose(&ranks, &edges),
            report,
            reference,
            stages: clock.stages,
            candidates: scan.stats.candidates,
            reason: keep.reason(),
            ranks,
            texts: Texts::Hashed(texts.iter().map(|text| xxh3_64(text.as_bytes())).collect()),
        })
    }

    /// An error unless the article of that number still has that text.
    pub fn check(&self, article: usize, text: &str) -> anyhow::Result<()> {
        let same = match &self.texts {
            Texts::Signed(verification) => verification.check(article, text),
            Texts::Hashed(hashes) => match hashes.get(article) {
                Some(hash) if *hash == xxh3_64(text.as_bytes()) => Ok(()),
                _ => Err(Changed { article }),
            },
        };
        same.context(CHANGED)
    }

    /// The names that [`Names::write_dropped`] needs, to be noted in one more reading.
    pub fn names(&self) -> Names {
        let mut names = HashMap::new();
        for (article, fate) in self.fates.iter().enumerate() {
            if let Fate::Dropped { keeper, .. } = fate {
                names.insert(article, String::new());
                names.insert(*keeper as usize, String::new());
            }
        }
        Names(names)
    }

    /// Why `keeper` is kept rather than `article`.
    fn why(&self, article: usize, keeper: usize, relation: Relation) -> &'static str {
        let (article, keeper) = (self.ranks[article], self.ranks[keeper]);
        match relation {
            _ if keeper.standing == Standing::Reference => "reference",
            Relation::Excerpt => "contained",
            _ if article.preference == keeper.preference => "first",
            _ => self.reason,
        }
    }
}

const CHANGED: &str = "the input changed while it was read; run again when nothing writes to it";

/// The pairs of which one may go: not those that have passages in common only.
fn edge(pair: &Pair) -> Option<Edge> {
    let found = &pair.comparison;
    let is_dispensable = !matches!(found.relation, Relation::Partial | Relation::Unrelated);
    is_dispensable.then_some(Edge {
        a: pair.a,
        b: pair.b,
        relation: found.relation,
        score: found.score,
        contained: found.contained,
    })
}

/// The ids of dropped articles and their keepers.
pub struct Names(HashMap<usize, String>);

#[derive(Serialize)]
struct DroppedRecord<'a> {
    id: &'a str,
    keeper: &'a str,
    relation: &'static str,
    score: f64,
    why: &'static str,
}

impl Names {
    /// Notes the id of an article, if it is needed.
    pub fn note(&mut self, article: usize, id: &str) {
        if let Some(name) = self.0.get_mut(&article) {
            id.clone_into(name);
        }
    }

    /// Writes a record for each dropped article, in the order read.
    pub fn write_dropped(&self, plan: &Plan, path: &Path) -> anyhow::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        for (article, fate) in plan.fates.iter().enumerate() {
            let Fate::Dropped { keeper, relation, score } = *fate else { continue };
            let keeper = keeper as usize;
            let (Some(id), Some(keeper_id)) = (self.0.get(&article), self.0.get(&keeper)) else {
                bail!("an article without a name: this is a bug");
            };
            let record = DroppedRecord {
                id,
                keeper: keeper_id,
                relation: relation.name(),
                score: (f64::from(score) * 1e4).round() / 1e4,
                why: plan.why(article, keeper, relation),
            };
            serde_json::to_writer(&mut out, &record)?;
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    }
}
