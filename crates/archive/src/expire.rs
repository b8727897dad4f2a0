//! Lets spans of time expire: whole segments go, with the records of their articles.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use retold::Cancel;

use crate::ledger::{Entries, Ledger, Table, Wanted};
use crate::state::{Fate, State};
use crate::store::Changes;
use crate::{Archive, Error, Reader, keys};

/// Articles whose records go with one commit: what is changed needs room on the disk until it is.
const TOGETHER: usize = 4096;
/// Rows of the ledger that are read at a time.
const PAGE: u64 = 4096;

/// What has expired.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    /// Articles that are not found any more, each with all its versions.
    pub articles: u64,
    /// Of these, those whose record and text stay, because a flag or a withdrawal names them.
    pub kept: u64,
    /// Segments that went.
    pub segments: u64,
}

/// What becomes of the articles of one commit.
#[derive(Default)]
struct Going {
    removed: Vec<u64>,
    kept: Vec<u64>,
    /// What leads back to those that are kept.
    entries: Entries,
    ledger: Ledger,
}

impl Archive {
    /// Lets the spans expire that ended at a time, in seconds since 1970, or before. Nothing finds
    /// their articles any more, and records and texts are erased, with all versions; those that a
    /// flag or a withdrawal names stay in the records, as its evidence, until they are removed.
    /// Versions of stories whose newest one is in a later span stay with it.
    ///
    /// Told to stop, it leaves part of a span expired; the next call goes on.
    ///
    /// # Errors
    /// [`Error::OneSpan`] if the archive has one span for all time.
    pub fn expire(&mut self, before: i64, cancel: &Cancel) -> Result<Expired, Error> {
        if self.settings.span_days.is_none() {
            return Err(Error::OneSpan);
        }
        let ends = |span: &i64| self.settings.end_of_span(*span);
        let spans = self.spans(i64::MIN).into_keys();
        let spans: Vec<i64> =
            spans.filter(|span| ends(span).is_some_and(|end| end <= before)).collect();
        let evidence = if spans.is_empty() { HashSet::new() } else { self.evidence(cancel)? };
        let mut expired = Expired::default();
        for span in spans {
            self.expire_span(span, &evidence, &mut expired, cancel)?;
        }
        Ok(expired)
    }

    fn expire_span(
        &mut self,
        span: i64,
        evidence: &HashSet<u64>,
        expired: &mut Expired,
        cancel: &Cancel,
    ) -> Result<(), Error> {
        let living = self.living(span);
        // The last commit drops the segments too.
        let commits = living.len().div_ceil(TOGETHER).max(1);
        for at in 0..commits {
            cancel.check()?;
            let from = at * TOGETHER;
            let docs = &living[from..living.len().min(from + TOGETHER)];
            let mut state = self.state.next();
            let going = self.going(docs, evidence, &mut state)?;
            let is_last = at + 1 == commits;
            let paths = if is_last { self.drop_segments(span, &mut state) } else { Vec::new() };
            let changes = Changes {
                removed: &going.removed,
                expired: &going.kept,
                entries: going.entries,
                ledger: going.ledger,
                ..Changes::default()
            };
            self.reader.ledger = self.reader.store.commit(&state, &changes)?;
            self.reader.state = state;
            docs.iter().for_each(|doc| self.bury(*doc));
            if is_last {
                self.reader.segments.retain(|open| open.segment.header().span != span);
            }
            expired.articles += docs.len() as u64;
            expired.kept += going.kept.len() as u64;
            expired.segments += paths.len() as u64;
            for path in paths {
                // What stays is removed when the archive is next opened.
                let _ = fs::remove_file(path);
            }
        }
        Ok(())
    }

    /// The articles of a span that can be found.
    fn living(&self, span: i64) -> Vec<u64> {
        let of_span = self.segments.iter().filter(|open| open.segment.header().span == span);
        let living = of_span.flat_map(|open| {
            let docs = open.segment.docs().iter().enumerate();
            docs.filter(|(place, _)| !open.is_dead(*place)).map(|(_, doc)| doc.doc)
        });
        living.collect()
    }

    /// What becomes of articles that are not found any more.
    fn going(
        &self,
        docs: &[u64],
        evidence: &HashSet<u64>,
        state: &mut State,
    ) -> Result<Going, Error> {
        let mut going = Going { ledger: self.ledger, ..Going::default() };
        for doc in docs {
            let (newest, bytes) = self.store.without_text(*doc)?;
            let mut story = vec![(*doc, bytes)];
            let mut version = newest.previous;
            while let Some(doc) = version {
                let (article, bytes) = self.store.without_text(doc)?;
                story.push((doc, bytes));
                version = article.previous;
            }
            state.articles -= 1;
            state.tombstones.insert(*doc, Fate::Expired);
            if story.iter().any(|(doc, _)| evidence.contains(doc)) {
                let keys = [*doc as i64, keys::of_id(&newest.id) as i64];
                going.entries.push(&mut going.ledger, Table::Expired, keys, String::new());
                going.kept.push(*doc);
                continue;
            }
            for (doc, bytes) in story {
                state.records -= 1;
                state.text_bytes -= bytes;
                if let Some(fate) = state.tombstones.get_mut(&doc) {
                    *fate = Fate::Expired;
                }
                going.removed.push(doc);
            }
        }
        Ok(going)
    }

    /// Names the segments of a span no longer; gives their files.
    fn drop_segments(&self, span: i64, state: &mut State) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        for open in self.segments.iter().filter(|open| open.segment.header().span == span) {
            let path = open.segment.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            state.segments.remove(name);
            for doc in open.segment.docs() {
                state.tombstones.remove(&doc.doc);
            }
            paths.push(path.to_owned());
        }
        paths
    }
}

impl Reader {
    /// The articles that flags and withdrawals name.
    fn evidence(&self, cancel: &Cancel) -> Result<HashSet<u64>, Error> {
        let mut named = HashSet::new();
        for table in [Table::Flags, Table::Derived] {
            let mut after = 0;
            loop {
                cancel.check()?;
                let rows = self.store.rows(table, Wanted::After(after, PAGE))?;
                let Some(last) = rows.last() else { break };
                after = last.number;
                // The first key of what is derived is the withdrawal.
                let skipped = usize::from(table == Table::Derived);
                let docs = rows.iter().flat_map(|row| &row.keys[skipped..]);
                named.extend(docs.map(|doc| *doc as u64));
            }
        }
        Ok(named)
    }
}
