//! An archive to write to.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Write;
use std::ops::Deref;
use std::path::Path;

use retold::{Cancel, Config};

use crate::added::{AddOptions, Added, AddedArticle, Canceled, Known};
use crate::article::Stored;
use crate::disk::{self, Lock};
use crate::find::{Finder, Query, with_ids};
use crate::fingerprints::Fingerprints;
use crate::flagging::Flagging;
use crate::flags::RulesVersion;
use crate::judge::{Judge, Match, Wanted};
use crate::last_commit::Notes;
use crate::ledger::{Entries, Ledger, Table};
use crate::open_segment::OpenSegment;
use crate::reader::{Reader, missing_is_damage, open_segments};
use crate::segment::{Doc, Header, Postings, Segment};
use crate::state::{Fate, SegmentRow};
use crate::store::{Changes, Store};
use crate::versions::Step;
use crate::written::Written;
use crate::{Error, NewArticle, Rules, Settings, keys};

/// An archive that this process alone writes to. Whatever a [`Reader`] can be asked, it can too.
pub struct Archive {
    pub(crate) reader: Reader,
    _lock: Lock,
}

impl Drop for Archive {
    fn drop(&mut self) {
        self.reader.store.finish();
    }
}

impl Deref for Archive {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

/// Articles that are about to be added.
#[derive(Default)]
pub(crate) struct Plan {
    pub articles: Vec<NewArticle>,
    pub stored: Vec<Stored>,
    /// Each article that gets a later version, and the number of that.
    replaced: HashMap<u64, u64>,
    skipped: u64,
    canceled: Vec<Canceled>,
}

/// The same, ready to look for what they match.
struct Batch<'b> {
    plan: &'b Plan,
    queries: &'b [Query],
    segments: &'b [OpenSegment],
}

impl Archive {
    /// Makes an empty archive in a folder, which must be empty or not be there yet.
    pub fn create(folder: &Path, settings: &Settings) -> Result<(), Error> {
        Self::make(folder, settings, Default::default())
    }

    /// Makes an empty archive with rules, which are set at that time.
    pub fn create_with_rules(
        folder: &Path,
        settings: &Settings,
        (rules, now): (&Rules, i64),
    ) -> Result<(), Error> {
        let mut first = <(Ledger, Entries)>::default();
        let record = RulesVersion::record(rules);
        first.1.push(&mut first.0, Table::Rules, [now, 0], record);
        Self::make(folder, settings, first)
    }

    /// What an interrupted attempt has left is taken for an empty folder.
    fn make(folder: &Path, settings: &Settings, first: (Ledger, Entries)) -> Result<(), Error> {
        settings.check()?;
        fs::create_dir_all(folder).map_err(Error::io("make the folder", folder))?;
        if !disk::is_unused(folder).map_err(Error::io("read", folder))? {
            return Err(Error::Exists { path: folder.to_owned() });
        }
        let _lock = Lock::take(folder)?;
        // Another process may have made one before it gave the lock back.
        if disk::database(folder).exists() {
            return Err(Error::Exists { path: folder.to_owned() });
        }
        let segments = disk::segments(folder);
        fs::create_dir_all(&segments).map_err(Error::io("make the folder", &segments))?;
        Notes::create(folder)?;
        Store::create(folder, settings, first)?;
        disk::sync_folder(folder).map_err(Error::io("sync", folder))?;
        // An archive of one relative component has the empty path for a parent.
        match folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => disk::sync_folder(parent).map_err(Error::io("sync", parent)),
            None => Ok(()),
        }
    }

    /// Opens an archive to write to it, and removes what an interrupted writer has left. `judging`
    /// says how pairs are judged.
    ///
    /// # Errors
    /// If another process writes to it, and as [`Reader::open`].
    pub fn open(folder: &Path, judging: Config) -> Result<Self, Error> {
        if !disk::database(folder).is_file() {
            return Err(Error::NoArchive { path: folder.to_owned() });
        }
        let lock = Lock::take(folder)?;
        let store = Store::open_to_write(folder)?;
        let (settings, state) = store.read()?;
        store.settle_doubt(folder)?;
        let segments = open_segments(folder, &settings, &state).map_err(missing_is_damage)?;
        let named = |name: &str| state.segments.contains_key(name);
        disk::remove_orphans(&disk::segments(folder), named)?;
        let engine = settings.engine(judging)?;
        let ledger = store.ledger()?;
        let rules = RulesVersion::newest(&store, &ledger)?;
        let folder = folder.to_owned();
        let fingerprints = Fingerprints::default();
        let reader = Reader {
            folder,
            settings,
            engine,
            fingerprints,
            state,
            store,
            segments,
            ledger,
            rules,
        };
        Ok(Self { reader, _lock: lock })
    }

    /// Adds articles with one durable commit, and gives what each of them matches among all earlier
    /// ones. After an error nothing was added, unless it is [`Error::Undecided`]. Articles with
    /// notices of publishers among them are given in parts ([`split_at_notices`](crate::split_at_notices)).
    pub fn add(
        &mut self,
        articles: Vec<NewArticle>,
        options: &AddOptions,
        cancel: &Cancel,
    ) -> Result<Added, Error> {
        let plan = self.plan(articles, options.known, cancel)?;
        if plan.articles.is_empty() {
            let Plan { skipped, canceled, .. } = plan;
            return Ok(Added { articles: Vec::new(), skipped, canceled });
        }
        let texts: Vec<_> = plan.articles.iter().map(|article| article.text.as_str()).collect();
        let fingerprints = self.fingerprints(&texts, cancel)?;
        let queries = fingerprints.iter().zip(&plan.stored);
        let queries: Vec<_> =
            queries.map(|(fingerprint, stored)| Query::new(fingerprint, stored.doc)).collect();
        let new = self.new_segments(&plan, &queries, |at| fingerprints[at].text())?;
        let batch = Batch { plan: &plan, queries: &queries, segments: &new };
        let mut matches = self.matches(&batch, &Wanted::default(), cancel)?;
        // A notice is about an article, and in the words of all notices: it takes from none.
        let forget = |matches: &mut Vec<Vec<Match>>| {
            let all = matches.iter_mut().zip(&plan.stored);
            all.filter(|(_, of)| of.about.is_canceled()).for_each(|(matches, _)| matches.clear());
        };
        forget(&mut matches);
        let flagged = Flagging::new(self, &plan.stored).flag(&matches, cancel)?;
        if options.wanted != Wanted::default() {
            matches = self.matches(&batch, &options.wanted, cancel)?;
            forget(&mut matches);
        }
        self.commit(&plan, new, (flagged.ledger, flagged.entries))?;
        let with_matches = |((article, matches), flags)| AddedArticle {
            article: Stored { text: String::new(), ..article },
            matches,
            flags,
        };
        let added = plan.stored.into_iter().zip(matches).zip(flagged.flags);
        let added = added.map(with_matches).collect();
        Ok(Added { articles: added, skipped: plan.skipped, canceled: plan.canceled })
    }

    /// Which articles are added, as what.
    fn plan(
        &self,
        articles: Vec<NewArticle>,
        known: Known,
        cancel: &Cancel,
    ) -> Result<Plan, Error> {
        let keys: Vec<u64> = articles.iter().map(|article| keys::of_id(&article.id)).collect();
        let docs = with_ids(&self.segments, &keys, cancel)?;
        let mut plan = Plan::default();
        let mut of_batch: HashMap<String, usize> = HashMap::new();
        for (article, docs) in articles.into_iter().zip(docs) {
            let before = match of_batch.get(&article.id) {
                Some(at) => Some(plan.stored[*at].clone()),
                None => self.of_id(&docs, &article.id)?,
            };
            match self.step(&article, before.as_ref(), known)? {
                Step::Skip => {
                    plan.skipped += 1;
                    continue;
                }
                Step::Withdraw => {
                    plan.canceled.push(Canceled::of(&article, before.as_ref()));
                    continue;
                }
                Step::AddCanceled => plan.canceled.push(Canceled::of(&article, before.as_ref())),
                Step::Add => {}
            }
            let doc = self.state.next_doc + plan.stored.len() as u64;
            if let Some(before) = &before {
                plan.replaced.insert(before.doc, doc);
                if let Some(at) = of_batch.get(&article.id) {
                    plan.stored[*at].is_superseded = true;
                }
            }
            of_batch.insert(article.id.clone(), plan.stored.len());
            plan.stored.push(Stored {
                doc,
                id: article.id.clone(),
                version: before.as_ref().map_or(1, |before| before.version.saturating_add(1)),
                previous: before.map(|before| before.doc),
                is_superseded: false,
                is_expired: false,
                first_seen: article.first_seen,
                about: article.about.clone(),
                text: article.text.clone(),
            });
            plan.articles.push(article);
        }
        Ok(plan)
    }

    /// The segments of new articles, in memory: one for each span.
    fn new_segments(
        &self,
        plan: &Plan,
        queries: &[Query],
        text_of: impl Fn(usize) -> Option<u64>,
    ) -> Result<Vec<OpenSegment>, Error> {
        let mut spans: BTreeMap<i64, Postings> = BTreeMap::new();
        for (at, (stored, query)) in plan.stored.iter().zip(queries).enumerate() {
            let Stored { doc, first_seen, .. } = *stored;
            let doc = Doc { doc, first_seen, text: text_of(at).unwrap_or(0) };
            let keys = query.keys().iter().copied().chain([keys::of_id(&stored.id)]);
            spans.entry(self.settings.span(first_seen)).or_default().add(doc, keys);
        }
        let scheme = self.settings.scheme()?.id();
        let write = |(span, postings): (i64, Postings)| {
            let (bytes, seal) = postings.write(Header { scheme, span });
            Segment::in_memory(bytes, seal).map(OpenSegment::unwritten)
        };
        spans.into_iter().map(write).collect()
    }

    fn matches(
        &self,
        batch: &Batch<'_>,
        wanted: &Wanted,
        cancel: &Cancel,
    ) -> Result<Vec<Vec<Match>>, Error> {
        let Batch { plan, queries, segments } = batch;
        let mut spans = self.spans(wanted.since.unwrap_or(i64::MIN));
        for open in *segments {
            spans.entry(open.segment.header().span).or_default().push(open);
        }
        let rules = self.settings.rare_rules()?;
        let finder = Finder { spans, rules, replaced: &plan.replaced, cancel };
        let candidates = finder.candidates(queries)?;
        let articles: Vec<_> = plan.articles.iter().collect();
        let judge = Judge { engine: &self.engine, wanted, cancel };
        let first = self.state.next_doc;
        judge.matches(&articles, &candidates, |doc| match doc.checked_sub(first) {
            Some(at) => Ok(plan.stored[at as usize].clone()),
            None => self.store.expect(doc),
        })
    }

    /// Writes segments, then the transaction that names them.
    fn commit(
        &mut self,
        plan: &Plan,
        new: Vec<OpenSegment>,
        (ledger, entries): (Ledger, Entries),
    ) -> Result<(), Error> {
        let dictionary = self.store.dictionary_for(&plan.stored)?;
        let added = self.store.compressed(&plan.stored, dictionary.as_deref())?;
        let mut state = self.state.next();
        state.next_doc += added.len() as u64;
        state.records += added.len() as u64;
        state.articles += (added.len() - plan.replaced.len()) as u64;
        state.text_bytes += added.iter().map(|(article, _)| article.text.len() as u64).sum::<u64>();
        state.tombstones.extend(plan.replaced.keys().map(|doc| (*doc, Fate::Superseded)));
        let mut superseded: Vec<u64> = plan.replaced.keys().copied().collect();
        superseded.sort_unstable();
        let changes = Changes {
            added: &added,
            superseded: &superseded,
            dictionary: dictionary.as_deref(),
            entries,
            ledger,
            ..Changes::default()
        };
        let mut written = Written::default();
        let mut segments = Vec::new();
        for open in new {
            let segment = open.segment;
            let header = segment.header();
            let row = SegmentRow {
                span: header.span,
                docs: segment.docs().len() as u64,
                seal: segment.seal(),
            };
            let write = |file: &mut fs::File| file.write_all(segment.bytes());
            let path = written.write(&self.folder, &mut state, row, write)?;
            segments.push(OpenSegment::new(segment.into_file(&path)?, &state.tombstones));
        }
        self.reader.ledger = written.settle(self.reader.store.commit(&state, &changes))?;
        dictionary.iter().for_each(|new| self.store.use_dictionary(new));
        self.reader.state = state;
        superseded.iter().for_each(|doc| self.bury(*doc));
        self.reader.segments.extend(segments);
        Ok(())
    }

    /// Removes articles with all their versions: their texts, records and flags are erased, and
    /// nothing finds them; also what is left of them where their span has expired. Gives for each
    /// id whether it was there. What their texts were hashed to is erased when their segments are
    /// next merged, at the latest by [`Archive::compact`].
    pub fn remove(&mut self, ids: &[&str], cancel: &Cancel) -> Result<Vec<bool>, Error> {
        let keys: Vec<u64> = ids.iter().map(|id| keys::of_id(id)).collect();
        let docs = with_ids(&self.segments, &keys, cancel)?;
        let mut state = self.state.next();
        let (mut removed, mut was_there) = (Vec::new(), Vec::new());
        for (id, docs) in ids.iter().zip(docs) {
            let mut stories = self.store.expired(id)?;
            stories.extend(self.of_id(&docs, id)?);
            stories.retain(|of| !removed.contains(&of.doc));
            was_there.push(!stories.is_empty());
            for newest in stories.iter().filter(|of| !of.is_expired) {
                state.articles -= 1;
                state.tombstones.insert(newest.doc, Fate::Removed);
            }
            let mut waiting = stories;
            while let Some(article) = waiting.pop() {
                state.records -= 1;
                state.text_bytes -= article.text.len() as u64;
                removed.push(article.doc);
                if let Some(fate) = state.tombstones.get_mut(&article.doc) {
                    *fate = Fate::Removed;
                }
                if let Some(doc) = article.previous {
                    waiting.push(self.store.expect(doc)?);
                }
            }
        }
        if !removed.is_empty() {
            let changes = Changes { removed: &removed, ledger: self.ledger, ..Changes::default() };
            self.reader.ledger = self.reader.store.commit(&state, &changes)?;
            self.reader.state = state;
            removed.iter().for_each(|doc| self.bury(*doc));
        }
        Ok(was_there)
    }

    pub(crate) fn bury(&mut self, doc: u64) {
        self.reader.segments.iter_mut().for_each(|open| open.bury(doc));
    }
}
