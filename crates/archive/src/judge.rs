//! Candidates to matches: what they are to the article that asks, sentence by sentence.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;
use retold::align::{Comparison, Profile, Relation, compare_until};
use retold::engine::batch::representatives;
use retold::{Cancel, Engine};

use crate::article::Stored;
use crate::find::Candidate;
use crate::{Error, NewArticle};

/// Articles that are judged together: what is held of the archive meanwhile is what they match.
const TOGETHER: usize = 256;

/// Which matches are wanted. The default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only with articles that were first seen at this time or later, in seconds since 1970.
    pub since: Option<i64>,
    /// Only with articles from one of these sources, if any is named.
    pub sources: Vec<String>,
    /// Only matches of one of these relations, if any is named; else all but `unrelated`.
    pub relations: Vec<Relation>,
}

impl Wanted {
    fn is_source(&self, article: &Stored) -> bool {
        let source = article.about.source.as_ref();
        self.sources.is_empty() || source.is_some_and(|source| self.sources.contains(source))
    }

    fn is_relation(&self, relation: Relation) -> bool {
        match self.relations.is_empty() {
            true => relation != Relation::Unrelated,
            false => self.relations.contains(&relation),
        }
    }
}

/// An archived article that is related to the one that asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The archived article. Its text is left out; [`crate::Reader::article`] gives it.
    pub article: Stored,
    /// What they are to each other: `a` is the archived article.
    pub comparison: Comparison,
    /// Further archived articles with the same words, which are not listed: of more than eight,
    /// the earliest stands for all.
    pub copies: u64,
}

/// Judges the candidates of articles.
pub struct Judge<'j> {
    /// What judges.
    pub engine: &'j Engine,
    /// Which matches are wanted.
    pub wanted: &'j Wanted,
    /// Tells it to stop.
    pub cancel: &'j Cancel,
}

impl Judge<'_> {
    /// The matches of each article, in the order of its candidates. `stored` gives an archived
    /// article.
    pub fn matches(
        &self,
        articles: &[&NewArticle],
        candidates: &[Vec<Candidate>],
        mut stored: impl FnMut(u64) -> Result<Stored, Error>,
    ) -> Result<Vec<Vec<Match>>, Error> {
        let mut all = Vec::with_capacity(articles.len());
        for (articles, candidates) in articles.chunks(TOGETHER).zip(candidates.chunks(TOGETHER)) {
            let chosen: Vec<_> = candidates.iter().map(|of| self.choose(of)).collect();
            let docs: BTreeSet<u64> = chosen.iter().flatten().map(|of| of.0).collect();
            let mut known = HashMap::with_capacity(docs.len());
            for doc in docs {
                self.cancel.check()?;
                let article = stored(doc)?;
                if self.wanted.is_source(&article) {
                    known.insert(doc, article);
                }
            }
            all.append(&mut self.judge(articles, &chosen, &known)?);
        }
        Ok(all)
    }

    /// The candidates to compare, each with how many copies it stands for.
    fn choose(&self, candidates: &[Candidate]) -> Vec<(u64, u64)> {
        let is_late = |of: &&Candidate| self.wanted.since.is_none_or(|time| of.first_seen >= time);
        let mut copies: BTreeMap<u64, (usize, u64)> = BTreeMap::new();
        for candidate in candidates.iter().filter(is_late) {
            let (count, first) = copies.entry(candidate.text).or_insert((0, candidate.doc));
            *count += 1;
            *first = candidate.doc.min(*first);
        }
        let chosen = |candidate: &Candidate| {
            let (count, first) = copies[&candidate.text];
            match representatives(count) == count {
                true => Some((candidate.doc, 0)),
                false => (candidate.doc == first).then_some((candidate.doc, count as u64 - 1)),
            }
        };
        candidates.iter().filter(is_late).filter_map(chosen).collect()
    }

    fn judge(
        &self,
        articles: &[&NewArticle],
        chosen: &[Vec<(u64, u64)>],
        known: &HashMap<u64, Stored>,
    ) -> Result<Vec<Vec<Match>>, Error> {
        let analyzer = || self.engine.analyzer();
        let profiles: HashMap<u64, Profile> = known
            .par_iter()
            .map_init(analyzer, |analyzer, (doc, article)| {
                self.cancel.check()?;
                Ok((*doc, self.engine.profile(analyzer, &article.text)))
            })
            .collect::<Result<_, Error>>()?;
        let judge = |analyzer: &mut _, (article, chosen): (&&NewArticle, &Vec<(u64, u64)>)| {
            let mut matches = Vec::new();
            if chosen.is_empty() {
                return Ok(matches);
            }
            let own = self.engine.profile(analyzer, &article.text);
            for (doc, copies) in chosen {
                let Some(profile) = profiles.get(doc) else { continue };
                let options = &self.engine.config().compare;
                let comparison = compare_until(profile, &own, options, self.cancel)?;
                if self.wanted.is_relation(comparison.relation) {
                    let article = Stored { text: String::new(), ..known[doc].clone() };
                    matches.push(Match { article, comparison, copies: *copies });
                }
            }
            Ok(matches)
        };
        articles.par_iter().zip(chosen).map_init(analyzer, judge).collect()
    }
}
