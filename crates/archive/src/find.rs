//! Candidates of many articles at once, from the segments of an archive.
//!
//! The rules are those of [`retold::engine::Index`], with one index for each span of time: within a
//! span, a feature that more articles have than the cap allows does not count, of more than eight
//! articles with one text one counts, and the article that asks counts as if it were there.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use retold::Cancel;
use retold::engine::Fingerprint;
use retold::engine::batch::{RareRules, representatives};

use crate::keys::Kind;
use crate::open_segment::OpenSegment;
use crate::segment::{Cursor, Doc};
use crate::{Error, keys};

/// Keys that one thread looks up at a time.
const CHUNK: usize = 192;

/// An archived article that is worth a closer look, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The article.
    pub doc: u64,
    /// When it was first seen, in seconds since 1970.
    pub first_seen: i64,
    /// A hash of its text.
    pub text: u64,
    /// Whether it has the same text.
    pub same_text: bool,
    /// Band keys that both have.
    pub bands: u32,
    /// What the rare features that both have weigh together.
    pub weight: u32,
}

/// An article that asks for its candidates.
#[derive(Debug)]
pub struct Query {
    keys: Vec<u64>,
    text: u64,
    /// Sees articles with lower numbers only.
    before: u64,
}

impl Query {
    /// Asks for articles with numbers below `before`.
    pub fn new(fingerprint: &Fingerprint, before: u64) -> Self {
        let text = fingerprint.text().unwrap_or(0);
        Self { keys: keys::of_text(fingerprint), text, before }
    }

    /// All keys that it asks for.
    pub fn keys(&self) -> &[u64] {
        &self.keys
    }
}

/// Where candidates are looked for.
pub struct Finder<'f> {
    /// The segments of each span.
    pub spans: BTreeMap<i64, Vec<&'f OpenSegment>>,
    /// The rules by which features count.
    pub rules: RareRules,
    /// Articles that are about to get a later version, and the number of that.
    pub replaced: &'f HashMap<u64, u64>,
    /// Tells the search to stop.
    pub cancel: &'f Cancel,
}

/// What a query and an article share by one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    query: u32,
    doc: Doc,
    /// Of one key or, added up, of all; see [`BAND`] and [`TEXT`].
    shared: u64,
}

/// A band in [`Hit::shared`]; what features weigh stands below.
const BAND: u64 = 1 << 32;
/// The text in [`Hit::shared`].
const TEXT: u64 = 1 << 56;

impl Finder<'_> {
    /// The candidates of each query, the most alike first: the same text, then by bands, weight and
    /// number.
    pub fn candidates(&self, queries: &[Query]) -> Result<Vec<Vec<Candidate>>, Error> {
        let keys_of = |(number, query): (usize, &Query)| {
            let number = number as u32;
            query.keys.iter().map(move |key| (*key, number)).collect::<Vec<_>>()
        };
        let mut asked: Vec<(u64, u32)> =
            queries.par_iter().enumerate().flat_map_iter(keys_of).collect();
        asked.par_sort_unstable();
        let found = asked.par_chunks(CHUNK.max(asked.len() / 64)).map(|asked| {
            let mut hits = Vec::new();
            for segments in self.spans.values() {
                self.hits(segments, asked, queries, &mut hits)?;
            }
            Ok(hits)
        });
        let found: Vec<Vec<Hit>> = found.collect::<Result<_, Error>>()?;
        let mut hits = found.concat();
        hits.par_sort_unstable();
        let mut candidates = vec![Vec::new(); queries.len()];
        for same in hits.chunk_by(|a, b| (a.query, a.doc.doc) == (b.query, b.doc.doc)) {
            let Hit { query, doc, .. } = same[0];
            let shared: u64 = same.iter().map(|hit| hit.shared).sum();
            let candidate = candidate(doc, shared);
            let Candidate { same_text, bands, weight, .. } = candidate;
            if same_text || bands > 0 || self.rules.is_enough(weight) {
                candidates[query as usize].push(candidate);
            }
        }
        for candidates in &mut candidates {
            candidates
                .sort_by_key(|of| (std::cmp::Reverse((of.same_text, of.bands, of.weight)), of.doc));
        }
        Ok(candidates)
    }

    /// Adds what the articles of one span share with queries, by some of the keys that these ask
    /// for, in ascending order.
    fn hits(
        &self,
        segments: &[&OpenSegment],
        asked: &[(u64, u32)],
        queries: &[Query],
        hits: &mut Vec<Hit>,
    ) -> Result<(), Error> {
        let mut cursors: Vec<_> = segments.iter().map(|of| Cursor::new(&of.segment)).collect();
        let (mut postings, mut places, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for same in asked.chunk_by(|a, b| a.0 == b.0) {
            self.cancel.check()?;
            let key = same[0].0;
            let kind = Kind::of(key);
            postings.clear();
            let mut is_rare = true;
            for (segment, cursor) in segments.iter().zip(&mut cursors) {
                places.clear();
                is_rare = cursor.find(key, self.most_texts(kind, segment), &mut places)?;
                if !is_rare {
                    break;
                }
                let living = places.iter().filter(|place| !segment.is_dead(**place as usize));
                postings.extend(living.map(|place| segment.segment.docs()[*place as usize]));
            }
            if !is_rare || postings.is_empty() {
                continue;
            }
            for (_, number) in same {
                let query = &queries[*number as usize];
                seen.clear();
                seen.extend(postings.iter().filter(|doc| self.sees(query, doc)));
                self.share(kind, (*number, query), &mut seen, hits);
            }
        }
        Ok(())
    }

    /// With more texts than that in one segment, a key gives no candidates, whoever asks.
    fn most_texts(&self, kind: Option<Kind>, segment: &OpenSegment) -> usize {
        match kind {
            Some(Kind::Feature) => {
                let hidden = segment.hidden() + self.replaced.len();
                (self.rules.max_df as usize).saturating_add(hidden)
            }
            _ => usize::MAX,
        }
    }

    fn sees(&self, query: &Query, doc: &Doc) -> bool {
        doc.doc < query.before
            && (self.replaced.is_empty()
                || self.replaced.get(&doc.doc).is_none_or(|by| *by > query.before))
    }

    /// Adds what a query shares with the articles that have one of its keys.
    fn share(
        &self,
        kind: Option<Kind>,
        (number, query): (u32, &Query),
        seen: &mut [Doc],
        hits: &mut Vec<Hit>,
    ) {
        let shared = match kind {
            Some(Kind::Text) => TEXT,
            Some(Kind::Band) => BAND,
            Some(Kind::Feature) => match self.weight(query, seen) {
                0 => return,
                weight => u64::from(weight),
            },
            _ => return,
        };
        // Hashes of texts are cut in segments.
        let is_so = |doc: &&Doc| kind != Some(Kind::Text) || doc.text == query.text;
        let of = |doc: &Doc| Hit { query: number, doc: *doc, shared };
        hits.extend(seen.iter().filter(is_so).map(of));
    }

    /// What a feature weighs that these articles have, and the one that asks.
    fn weight(&self, query: &Query, seen: &mut [Doc]) -> u32 {
        seen.sort_unstable_by_key(|doc| doc.text);
        let (mut df, mut own) = (0, 0);
        for same in seen.chunk_by(|a, b| a.text == b.text) {
            match same[0].text == query.text {
                true => own = same.len(),
                false => df += representatives(same.len()),
            }
        }
        self.rules.weight(df + representatives(own + 1))
    }
}

fn candidate(doc: Doc, shared: u64) -> Candidate {
    Candidate {
        doc: doc.doc,
        first_seen: doc.first_seen,
        text: doc.text,
        same_text: shared >= TEXT,
        bands: ((shared % TEXT) / BAND) as u32,
        weight: (shared % BAND) as u32,
    }
}

/// The articles that count and have one of these keys of ids, for each.
pub fn with_ids(
    segments: &[OpenSegment],
    ids: &[u64],
    cancel: &Cancel,
) -> Result<Vec<Vec<u64>>, Error> {
    let mut asked: Vec<(u64, u32)> = ids.iter().copied().zip(0..).collect();
    asked.sort_unstable();
    let mut found = vec![Vec::new(); ids.len()];
    for of in segments {
        let (mut cursor, mut places) = (Cursor::new(&of.segment), Vec::new());
        for same in asked.chunk_by(|a, b| a.0 == b.0) {
            cancel.check()?;
            places.clear();
            cursor.find(same[0].0, usize::MAX, &mut places)?;
            let living = places.iter().filter(|place| !of.is_dead(**place as usize));
            let docs = living.map(|place| of.segment.docs()[*place as usize].doc);
            let docs: Vec<u64> = docs.collect();
            same.iter().for_each(|(_, number)| found[*number as usize].extend(&docs));
        }
    }
    Ok(found)
}
