//! What becomes of each article.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use retold::Engine;
use retold::align::Relation;
use retold::engine::Pair;
use retold::engine::dedup::{Edge, Fate, Rank, Signing, Standing, VerificationStats, choose};
use retold::report::Stage;
use serde::Serialize;

use super::keep::Keep;
use super::pile::{Again, CHANGED, Census, Pile};
use super::summary::Counts;
use crate::cli::progress::Progress;
use crate::cli::settings::Settings;
use crate::cli::stored::StoredTexts;

/// The fates of all articles of a pile, by number, and how they came about.
pub struct Plan {
    /// The fates, those of references included.
    pub fates: Vec<Fate>,
    /// The articles.
    pub census: Census,
    /// Where the time went.
    pub stages: Vec<Stage>,
    /// How many pairs were verified.
    pub candidates: usize,
    /// Why an article was kept rather than another, in a word, where their ranks differ.
    reason: &'static str,
    ranks: Vec<Rank>,
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
        let census = pile.read(|articles| {
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
            let wanted = verification.wanted().to_vec();
            progress.begin_steps("verifying", wanted.len() as u64);
            let is_wanted = |article: u32| wanted.binary_search(&article).is_ok();
            let again = Again { wanted: &is_wanted, only_raw: false };
            pile.read_again(&census, &again, |articles| {
                let texts = articles.batch.records.iter().map(|record| record.text.as_str());
                let texts: Vec<(u32, &str)> = articles.numbers.iter().copied().zip(texts).collect();
                pool.install(|| verification.add(&texts)).context(CHANGED)?;
                progress.advance(texts.len() as u64);
                Ok(())
            })?;
            verification.end_reading().context(CHANGED)?;
        }
        clock.ends("verify");
        Ok(Self {
            fates: verification.choose(),
            census,
            stages: clock.stages,
            candidates,
            reason: keep.reason(),
            ranks,
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
        let (mut texts, mut ranks) = (StoredTexts::new(settings.room.clone()), Vec::new());
        progress.begin_open("reading");
        let census = pile.read(|articles| {
            ranks.extend(keep.ranks(&articles));
            progress.advance(articles.batch.records.len() as u64);
            articles.batch.records.into_iter().try_for_each(|record| texts.push(record.text))
        })?;
        texts.finish()?;
        clock.ends("read");
        let scan = settings.pool()?.install(|| engine.scan_watched(&texts, progress))?;
        texts.check()?;
        clock.ends("scan");
        let edges: Vec<Edge> = scan.pairs.iter().filter_map(edge).collect();
        Ok(Self {
            fates: choose(&ranks, &edges),
            census,
            stages: clock.stages,
            candidates: scan.stats.candidates,
            reason: keep.reason(),
            ranks,
        })
    }

    /// How many articles are kept and dropped, and how much text.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (article, fate) in self.fates.iter().enumerate().skip(self.census.references()) {
            counts.note(fate, self.census.bytes(article));
        }
        counts
    }

    /// Writes a record for each dropped article, in the order read.
    pub fn write_dropped(&self, path: &Path) -> anyhow::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        for (article, fate) in self.fates.iter().enumerate() {
            let Fate::Dropped { keeper, relation, score } = *fate else { continue };
            let keeper = keeper as usize;
            let record = DroppedRecord {
                id: self.census.id(article),
                keeper: self.census.id(keeper),
                relation: relation.name(),
                score: (f64::from(score) * 1e4).round() / 1e4,
                why: self.why(article, keeper, relation),
            };
            serde_json::to_writer(&mut out, &record)?;
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
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

#[derive(Serialize)]
struct DroppedRecord<'a> {
    id: &'a str,
    keeper: &'a str,
    relation: &'static str,
    score: f64,
    why: &'static str,
}
