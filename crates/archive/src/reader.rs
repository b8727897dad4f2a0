//! An archive to ask.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use retold::engine::Fingerprint;
use retold::{Cancel, Config, Engine};

use crate::article::Stored;
use crate::find::{Candidate, Finder, Query, with_ids};
use crate::fingerprints::Fingerprints;
use crate::flags::RulesVersion;
use crate::judge::{Judge, Match, Wanted};
use crate::ledger::Ledger;
use crate::open_segment::OpenSegment;
use crate::segment::Segment;
use crate::state::{SegmentRow, State};
use crate::store::Store;
use crate::{Error, NewArticle, Settings, disk, keys};

/// How often to look again for segments that a writer has just merged.
const ATTEMPTS: usize = 5;

/// An archive as it was at one moment: whoever writes meanwhile is not noticed.
///
/// Blocks of segments and records of the database are checked whenever they are read. What is
/// damaged is an error that names it, never another answer.
pub struct Reader {
    pub(crate) folder: PathBuf,
    pub(crate) settings: Settings,
    pub(crate) engine: Engine,
    pub(crate) fingerprints: Fingerprints,
    pub(crate) state: State,
    pub(crate) store: Store,
    pub(crate) segments: Vec<OpenSegment>,
    pub(crate) ledger: Ledger,
    pub(crate) rules: Option<RulesVersion>,
}

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Articles that can be found.
    pub articles: u64,
    /// Records of articles, those of earlier versions included.
    pub records: u64,
    /// Bytes of the texts of all records.
    pub text_bytes: u64,
    /// Bytes of the database.
    pub database_bytes: u64,
    /// Bytes of all segments.
    pub segment_bytes: u64,
    /// Articles that count no more and still have postings.
    pub tombstones: u64,
    /// Each span of first-seen time that has articles, in order.
    pub spans: Vec<SpanStats>,
}

/// What an archive holds of one span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpanStats {
    /// Its first second, and the first one behind it, since 1970; `None` if there is one span for
    /// all.
    pub time: Option<(i64, i64)>,
    /// Articles with postings.
    pub articles: u64,
    /// Segments.
    pub segments: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Reader {
    /// Opens the archive in a folder. `judging` says how pairs are judged; what decides which are
    /// looked at comes from the archive.
    ///
    /// # Errors
    /// If there is no archive, if it was made by another version, or if what is read at opening
    /// (settings, lists, tables of articles, indexes) is damaged.
    pub fn open(folder: &Path, judging: Config) -> Result<Self, Error> {
        let store = Store::open(folder)?;
        for attempt in 1.. {
            store.hold()?;
            let (settings, state) = store.read()?;
            match open_segments(folder, &settings, &state) {
                Err(error) if attempt < ATTEMPTS && is_missing(&error) => store.release()?,
                Err(error) => return Err(missing_is_damage(error)),
                Ok(segments) => {
                    store.settle_doubt(folder)?;
                    let engine = settings.engine(judging)?;
                    let folder = folder.to_owned();
                    let ledger = store.ledger()?;
                    let rules = RulesVersion::newest(&store, &ledger)?;
                    return Ok(Self {
                        folder,
                        settings,
                        engine,
                        fingerprints: Fingerprints::default(),
                        state,
                        store,
                        segments,
                        ledger,
                        rules,
                    });
                }
            }
        }
        unreachable!("the last attempt returns")
    }

    /// The settings that it was made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The engine that finds and judges.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Number of articles that can be found.
    pub fn len(&self) -> u64 {
        self.state.articles
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.state.articles == 0
    }

    /// The candidates of each text, the most alike first: the same text, then by bands, weight and
    /// number. They are those of [`retold::engine::Index`], with one for each span.
    pub fn candidates(
        &self,
        texts: &[&str],
        cancel: &Cancel,
    ) -> Result<Vec<Vec<Candidate>>, Error> {
        let fingerprints = self.fingerprints(texts, cancel)?;
        let queries: Vec<_> =
            fingerprints.iter().map(|fingerprint| Query::new(fingerprint, u64::MAX)).collect();
        let finder = Finder {
            spans: self.spans(i64::MIN),
            rules: self.settings.rare_rules()?,
            replaced: &HashMap::new(),
            cancel,
        };
        finder.candidates(&queries)
    }

    /// What each article matches in the archive, the most alike first. An archived article is not
    /// matched against an asking one of the same id.
    pub fn query(
        &self,
        articles: &[NewArticle],
        wanted: &Wanted,
        cancel: &Cancel,
    ) -> Result<Vec<Vec<Match>>, Error> {
        let texts: Vec<_> = articles.iter().map(|article| article.text.as_str()).collect();
        let fingerprints = self.fingerprints(&texts, cancel)?;
        let queries: Vec<_> =
            fingerprints.iter().map(|fingerprint| Query::new(fingerprint, u64::MAX)).collect();
        let finder = Finder {
            spans: self.spans(wanted.since.unwrap_or(i64::MIN)),
            rules: self.settings.rare_rules()?,
            replaced: &HashMap::new(),
            cancel,
        };
        let candidates = finder.candidates(&queries)?;
        let articles: Vec<_> = articles.iter().collect();
        let judge = Judge { engine: &self.engine, wanted, cancel };
        let mut matches = judge.matches(&articles, &candidates, |doc| self.store.expect(doc))?;
        for (article, matches) in articles.iter().zip(&mut matches) {
            matches.retain(|of| of.article.id != article.id);
        }
        Ok(matches)
    }

    /// The article of an id: its newest version; `None` if there is none.
    pub fn find(&self, id: &str) -> Result<Option<Stored>, Error> {
        let docs = with_ids(&self.segments, &[keys::of_id(id)], &Cancel::never())?;
        self.of_id(&docs[0], id)
    }

    /// The one of these articles that has the id.
    pub(crate) fn of_id(&self, docs: &[u64], id: &str) -> Result<Option<Stored>, Error> {
        for doc in docs {
            let article = self.store.expect(*doc)?;
            if article.id == id {
                return Ok(Some(article));
            }
        }
        Ok(None)
    }

    /// The article of a number, whatever its version; `None` if there is none.
    pub fn article(&self, doc: u64) -> Result<Option<Stored>, Error> {
        self.store.article(doc)
    }

    /// What it holds.
    pub fn stats(&self) -> Result<Stats, Error> {
        let mut spans: BTreeMap<i64, SpanStats> = BTreeMap::new();
        for SegmentRow { span, docs, seal } in self.state.segments.values() {
            let stats = spans.entry(*span).or_default();
            stats.time = self
                .settings
                .end_of_span(*span)
                .and_then(|end| Some((self.settings.end_of_span(span.checked_sub(1)?)?, end)));
            stats.articles += docs;
            stats.segments += 1;
            stats.bytes += seal.bytes;
        }
        Ok(Stats {
            articles: self.state.articles,
            records: self.state.records,
            text_bytes: self.state.text_bytes,
            database_bytes: database_bytes(&self.folder)?,
            segment_bytes: spans.values().map(|span| span.bytes).sum(),
            tombstones: self.state.tombstones.len() as u64,
            spans: spans.into_values().collect(),
        })
    }

    /// The segments by span, without those of spans that ended before a time.
    pub(crate) fn spans(&self, since: i64) -> BTreeMap<i64, Vec<&OpenSegment>> {
        let mut spans: BTreeMap<i64, Vec<&OpenSegment>> = BTreeMap::new();
        for open in &self.segments {
            let span = open.segment.header().span;
            if self.settings.end_of_span(span).is_none_or(|end| end > since) {
                spans.entry(span).or_default().push(open);
            }
        }
        spans
    }

    pub(crate) fn fingerprints(
        &self,
        texts: &[&str],
        cancel: &Cancel,
    ) -> Result<Vec<Fingerprint>, Error> {
        self.fingerprints.of(texts, &self.engine, cancel)
    }
}

/// Opens all segments of an archive.
pub(crate) fn open_segments(
    folder: &Path,
    settings: &Settings,
    state: &State,
) -> Result<Vec<OpenSegment>, Error> {
    let scheme = settings.scheme()?.id();
    let open = |(name, row): (&String, &SegmentRow)| {
        let path = disk::segments(folder).join(name);
        let segment = Segment::open(&path, row.seal)?;
        let header = segment.header();
        if (header.scheme, header.span, segment.docs().len() as u64) != (scheme, row.span, row.docs)
        {
            return Err(Error::damaged(&path, "its header", "it is of another archive"));
        }
        Ok(OpenSegment::new(segment, &state.tombstones))
    };
    state.segments.iter().map(open).collect()
}

pub(crate) fn is_missing(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
}

/// A segment that the archive names and that is not there.
pub(crate) fn missing_is_damage(error: Error) -> Error {
    match error {
        Error::Io { path, source, .. } if source.kind() == io::ErrorKind::NotFound => {
            Error::damaged(&path, "all of it", "it is missing")
        }
        other => other,
    }
}

fn database_bytes(folder: &Path) -> Result<u64, Error> {
    let path = disk::database(folder);
    let mut log = path.clone().into_os_string();
    log.push("-wal");
    let size = |path: &Path| std::fs::metadata(path).map(|of| of.len());
    Ok(size(&path).map_err(Error::io("read", &path))? + size(Path::new(&log)).unwrap_or(0))
}
