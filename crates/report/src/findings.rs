//! What a run found, as every format takes it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use xxhash_rust::xxh3::xxh3_128;

use crate::{About, Error, FieldValue, Id, IdType, Named, Owner, PassedFields};
use retold::align::Comparison;
use retold::span::Span;

/// Everything that a report can say of one run.
///
/// Articles go by their index in `articles` everywhere. A run of `compare` has two articles and
/// one pair. All lists may be empty.
pub struct Findings<'a> {
    /// The run itself.
    pub run: Run,
    /// How much was read.
    pub read: Read,
    /// What could not be read.
    pub skipped: Notes,
    /// What was read after a repair.
    pub repaired: Notes,
    /// Every article, in the order read.
    pub articles: &'a [Article],
    /// Names of the fields that are passed through.
    pub fields: &'a [String],
    /// The pairs to report, in the order to report them.
    pub pairs: &'a [Pair],
    /// The groups the pairs make, where asked for.
    pub clusters: Option<Clusters>,
    /// Where the time went, in the order of the pipeline.
    pub stages: Vec<Stage>,
    /// Counts for the statistics, by name: candidates per channel, capped groups, peak memory.
    pub counts: Vec<(String, u64)>,
    /// Where the texts come from; asked only for articles that a report shows.
    pub texts: &'a dyn Texts,
}

impl<'a> Findings<'a> {
    /// The two articles of a pair.
    pub fn articles_of(&self, pair: &Pair) -> (&'a Article, &'a Article) {
        (&self.articles[pair.a], &self.articles[pair.b])
    }

    /// What ids are in all records of the run: integers if all articles have such, so that a column
    /// has one type.
    pub fn id_type(&self) -> IdType {
        let is_integer = |article: &Article| article.id_type == IdType::Integer;
        let all = !self.articles.is_empty() && self.articles.iter().all(is_integer);
        if all { IdType::Integer } else { IdType::Text }
    }

    /// An article, as records name it whose ids are of that type.
    pub fn named(&self, article: usize, id_type: IdType) -> Named<'a> {
        let about = &self.articles[article];
        let fields = PassedFields { names: self.fields, values: &about.fields };
        Named { id: Id::new(&about.id, id_type), fields }
    }

    /// The text of an article, or an error that names it; also where the text is no longer the one
    /// that the spans were made for.
    pub fn evidence(&self, article: usize) -> Result<Evidence<'a>, Error> {
        let about = &self.articles[article];
        let wrong = |source| Error::Text { id: about.id.clone(), source };
        let evidence = self.texts.evidence(article).map_err(wrong)?;
        match xxh3_128(evidence.text.as_bytes()) == about.hash {
            true => Ok(evidence),
            false => Err(wrong(io::Error::new(io::ErrorKind::InvalidData, "the text has changed"))),
        }
    }

    /// The pairs, most remarkable first: by score, then by what is covered, then as given.
    pub fn strongest(&self) -> Vec<&'a Pair> {
        let weight = |pair: &Pair| {
            let found = &pair.comparison;
            (found.score, found.coverage_a.max(found.coverage_b), found.jaccard)
        };
        let mut pairs: Vec<_> = self.pairs.iter().collect();
        pairs.sort_by(|x, y| {
            let (x, y) = (weight(x), weight(y));
            y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)).then(y.2.total_cmp(&x.2))
        });
        pairs
    }
}

/// The run that found it: what must be known to find it again.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Version of retold, as `0.1.0`.
    pub version: String,
    /// The subcommand: `scan`, `compare`.
    pub command: String,
    /// The options in force, by name as the command line spells them, in a stable order.
    pub options: Vec<(String, String)>,
    /// When it started, for people to read (RFC 3339); empty where unknown.
    pub started: String,
    /// How long it took.
    pub elapsed: Duration,
}

/// How much was read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Read {
    /// Articles, those without a text aside.
    pub articles: u64,
    /// Bytes of text.
    pub bytes: u64,
    /// Files.
    pub files: u64,
}

/// What went wrong in reading, and how often.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// How often, by reason.
    pub counts: BTreeMap<String, u64>,
    /// Where, in the order met. May be fewer than were counted, if the caller keeps only some.
    pub listed: Vec<Note>,
}

impl Notes {
    /// How many there are.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }
}

impl FromIterator<Note> for Notes {
    fn from_iter<I: IntoIterator<Item = Note>>(notes: I) -> Self {
        let mut all = Self::default();
        for note in notes {
            *all.counts.entry(note.reason.clone()).or_default() += 1;
            all.listed.push(note);
        }
        all
    }
}

/// One file or record that could not be read as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// The file, as the user would name it.
    pub path: String,
    /// The line or record, from 1, in files that hold several articles.
    pub line: Option<u64>,
    /// Why; the same words for the same reason, for they are counted.
    pub reason: String,
}

/// One article.
#[derive(Debug, Clone, Default)]
pub struct Article {
    /// The name it goes by in all records.
    pub id: String,
    /// Whether it got that name because an earlier record of a list has the one that it states.
    pub renamed: bool,
    /// The file that holds just this article, absolute, for links on a terminal.
    pub path: Option<PathBuf>,
    /// XXH3-128 of the text as read (UTF-8, after repair), to tell later whether it is the same.
    pub hash: u128,
    /// Bytes of text.
    pub bytes: u64,
    /// Whether the data has its id as an integer.
    pub id_type: IdType,
    /// Fields that the user asked to pass through, in the order of [`Findings::fields`].
    pub fields: Vec<FieldValue>,
    /// What reports for people say of it beside its id.
    pub about: About,
    /// What a terminal says on a line below its name; mostly nothing.
    pub note: String,
    /// Its side, in a run that compares across sides only.
    pub owner: Option<Owner>,
}

/// Two articles and what was found of them.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Index of the first article.
    pub a: usize,
    /// Index of the second article.
    pub b: usize,
    /// What they are to each other.
    pub comparison: Comparison,
}

/// Groups of articles.
#[derive(Debug, Clone, Default)]
pub struct Clusters {
    /// The cluster of each article, by article; an article alone has a cluster of its own.
    pub of: Vec<u32>,
    /// The retained article of each cluster, by cluster.
    pub retained: Vec<usize>,
}

impl Clusters {
    /// The clusters of at least two articles, largest first: their number and articles.
    pub fn groups(&self) -> Vec<(u32, Vec<usize>)> {
        let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (article, &cluster) in self.of.iter().enumerate() {
            members.entry(cluster).or_default().push(article);
        }
        let mut groups: Vec<_> = members.into_iter().filter(|(_, of)| of.len() > 1).collect();
        groups.sort_by_key(|(cluster, of)| (std::cmp::Reverse(of.len()), *cluster));
        groups
    }

    /// The retained article of a cluster.
    pub fn retained(&self, cluster: u32) -> Option<usize> {
        self.retained.get(cluster as usize).copied()
    }
}

/// A stage of the pipeline and how long it took.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The stage, as the design names it: `read`, `sketch`, `align`.
    pub name: String,
    /// How long.
    pub took: Duration,
}

/// The text of one article, and where things stand in it.
#[derive(Debug, Clone, Default)]
pub struct Evidence<'a> {
    /// The text as read.
    pub text: Cow<'a, str>,
    /// Its sentences, in order; none where not known, and then no report counts those left over.
    pub sentences: Vec<Span>,
    /// Its quotations, in order.
    pub quotations: Vec<Span>,
}

/// Where the texts of articles come from: memory, or the files once more.
pub trait Texts {
    /// The text of the article of that index.
    fn evidence(&self, article: usize) -> io::Result<Evidence<'_>>;
}

impl Texts for Vec<Evidence<'_>> {
    fn evidence(&self, article: usize) -> io::Result<Evidence<'_>> {
        self.get(article).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

#[cfg(test)]
mod tests {
    use crate::sample::Sample;

    #[test]
    fn a_text_that_changed_is_an_error_that_names_it() {
        let mut sample = Sample::two_reports();
        sample.texts[1].text.to_mut().push('!');
        let error = sample.findings().evidence(1).expect_err("changed").to_string();
        assert!(error.starts_with("pool/town-loses-pool.txt: "), "{error}");
        assert!(sample.findings().evidence(0).is_ok());
    }

    #[test]
    fn the_strongest_pair_comes_first_and_groups_are_of_two() {
        let sample = Sample::two_reports();
        let findings = sample.findings();
        let scores: Vec<_> =
            findings.strongest().iter().map(|pair| pair.comparison.score).collect();
        assert!(scores.is_sorted_by(|x, y| x >= y), "{scores:?}");
        let groups = findings.clusters.expect("clusters").groups();
        assert_eq!(groups, [(0, vec![0, 1, 2]), (1, vec![3, 4]), (3, vec![6, 7])]);
    }
}
