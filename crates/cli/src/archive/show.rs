//! What articles match, record by record or on one screen.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};

use retold::align::Comparison;
use retold::text::Analyzer;
use retold_archive::{Flag, Match, Reader, Stored};
use retold_pipeline::dates;
use retold_pipeline::run::Started;
use retold_report::terminal::{Pairs, Style, Summary};
use retold_report::{
    About, Article, Evidence, Findings, Format, Notes, Pair, Read, Run, Texts, quantity,
};
use xxhash_rust::xxh3::xxh3_128;

use super::record::ArticleRecord;
use super::values::MatchesValue;

/// Takes what articles match as it is found.
pub struct Shown {
    format: MatchesValue,
    /// The scheme of the archive.
    scheme: String,
    /// Articles, for the screen: those that match, and those that they match.
    articles: Vec<Known>,
    by_doc: HashMap<(u64, String), usize>,
    pairs: Vec<Pair>,
    /// Articles that were asked about.
    pub asked: u64,
    /// Articles of them that match something.
    pub matching: u64,
}

/// An article, and where its text is.
struct Known {
    article: Stored,
    /// What is said of it below its name.
    note: String,
}

impl Shown {
    /// Nothing yet.
    pub fn new(format: MatchesValue, scheme: String) -> Self {
        Self {
            format,
            scheme,
            articles: Vec::new(),
            by_doc: HashMap::new(),
            pairs: Vec::new(),
            asked: 0,
            matching: 0,
        }
    }

    /// Takes an article with what it matches. Its text is needed unless the archive has it.
    pub fn take(
        &mut self,
        article: Stored,
        matches: Vec<Match>,
        flags: Option<&[Flag]>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.asked += 1;
        self.matching += u64::from(!matches.is_empty());
        if self.format == MatchesValue::Jsonl {
            let record = ArticleRecord::new(&article, &matches);
            serde_json::to_writer(
                &mut *out,
                &match flags {
                    Some(flags) => record.with_flags(flags, &self.scheme),
                    None => record,
                },
            )?;
            return out.write_all(b"\n");
        }
        if matches.is_empty() {
            return Ok(());
        }
        let later = article.clone();
        let b = self.place(article, note(&later, None));
        for Match { article, comparison, .. } in matches {
            let note = note(&article, Some(&later));
            let a = self.place(article, note);
            self.pairs.push(Pair { a, b, comparison });
        }
        Ok(())
    }

    /// The place of an article of which that is said.
    fn place(&mut self, article: Stored, note: String) -> usize {
        let next = self.articles.len();
        // Articles that only ask have no number.
        let place = match article.doc {
            0 => next,
            doc => *self.by_doc.entry((doc, note.clone())).or_insert(next),
        };
        if place == next {
            self.articles.push(Known { article, note });
        }
        place
    }

    /// Shows all of it on one screen, if it is for one.
    pub fn finish(
        &self,
        run: (&Started, Read),
        archive: &Reader,
        style: Style,
        out: &mut (dyn Write + Send),
    ) -> anyhow::Result<()> {
        if self.format == MatchesValue::Jsonl {
            return Ok(out.flush()?);
        }
        let texts = OfArchive {
            archive,
            articles: &self.articles,
            analyzer: RefCell::new(archive.engine().analyzer()),
        };
        let articles = texts.listed()?;
        let (started, read) = run;
        let findings = Findings {
            run: started.run(&[]),
            read,
            skipped: Notes::default(),
            repaired: Notes::default(),
            articles: &articles,
            fields: &[],
            pairs: &self.pairs,
            clusters: None,
            stages: Vec::new(),
            counts: Vec::new(),
            texts: &texts,
        };
        Ok(Summary::new(style).write(&findings, out)?)
    }

    /// How many articles match something, in words.
    pub fn in_short(&self) -> String {
        let (asked, matching) =
            (quantity::counted(self.asked, "article"), quantity::count(self.matching));
        format!("{asked}, {matching} related to earlier ones")
    }
}

/// Two articles of an archive as one pair: what a format shows of it.
pub fn with_pair<T>(
    (a, b): (&Stored, &Stored),
    comparison: &Comparison,
    (archive, run): (&Reader, Run),
    show: impl FnOnce(&Findings<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let known = |article: &Stored, note| Known { article: article.clone(), note };
    let known = [known(a, note(a, Some(b))), known(b, note(b, None))];
    let analyzer = RefCell::new(archive.engine().analyzer());
    let texts = OfArchive { archive, articles: &known, analyzer };
    let articles = texts.listed()?;
    let bytes = articles.iter().map(|article| article.bytes).sum();
    let findings = Findings {
        run,
        read: Read { articles: 2, bytes, files: 1 },
        skipped: Notes::default(),
        repaired: Notes::default(),
        articles: &articles,
        fields: &[],
        pairs: &[Pair { a: 0, b: 1, comparison: comparison.clone() }],
        clusters: None,
        stages: Vec::new(),
        counts: Vec::new(),
        texts: &texts,
    };
    show(&findings)
}

/// A pair as `scan` shows it.
pub fn show_pair(
    pair: (&Stored, &Stored),
    comparison: &Comparison,
    archive: &Reader,
    (style, out): (Style, &mut (dyn Write + Send)),
) -> anyhow::Result<()> {
    with_pair(pair, comparison, (archive, Run::default()), |findings| {
        Ok(Pairs { style }.write(findings, out)?)
    })
}

/// What is known of an article; nothing of one that only asks.
fn about(article: &Stored) -> About {
    if article.doc == 0 {
        return About::default();
    }
    let retold_archive::About { title, source, url, published, .. } = article.about.clone();
    About { title, source, url, published }
}

/// What is said of an article below its name: its source, when it was published (or first seen,
/// where that is not known), and how long before a later one. Nothing of one that only asks.
fn note(article: &Stored, later: Option<&Stored>) -> String {
    if article.doc == 0 {
        return String::new();
    }
    let later = later.filter(|later| later.doc > 0);
    let published = match later {
        // Both by the same clock.
        Some(later) => article.about.published.zip(later.about.published),
        None => article.about.published.map(|time| (time, time)),
    };
    let seen = (article.first_seen, later.map_or(article.first_seen, |later| later.first_seen));
    let (what, (time, other)) =
        published.map_or(("seen", seen), |published| ("published", published));
    let lag = later.map(|_| format!(", {}", before(other.saturating_sub(time))));
    let when = format!("{what} {}{}", dates::in_minutes(time), lag.unwrap_or_default());
    article.about.source.iter().cloned().chain([when]).collect::<Vec<_>>().join(" · ")
}

/// How long before, in the largest unit of which it is one or more.
fn before(seconds: i64) -> String {
    let (length, when) = (seconds.unsigned_abs(), if seconds < 0 { "later" } else { "earlier" });
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    match units.iter().find(|(unit, _)| length >= *unit) {
        Some((unit, name)) => format!("{} {when}", quantity::counted(length / unit, name)),
        None => "at the same time".to_owned(),
    }
}

/// The texts of an archive, and those of articles that only ask.
struct OfArchive<'a> {
    archive: &'a Reader,
    articles: &'a [Known],
    analyzer: RefCell<Analyzer>,
}

impl OfArchive<'_> {
    fn text(&self, at: usize) -> io::Result<Cow<'_, str>> {
        let article = &self.articles.get(at).ok_or(io::ErrorKind::NotFound)?.article;
        if article.doc == 0 {
            return Ok(Cow::Borrowed(&article.text));
        }
        let stored = self.archive.article(article.doc).map_err(io::Error::other)?;
        Ok(Cow::Owned(stored.ok_or(io::ErrorKind::NotFound)?.text))
    }

    /// All articles, as reports take them.
    fn listed(&self) -> io::Result<Vec<Article>> {
        let mut articles = Vec::with_capacity(self.articles.len());
        for (at, known) in self.articles.iter().enumerate() {
            let text = self.text(at)?;
            articles.push(Article {
                id: known.article.id.clone(),
                about: about(&known.article),
                note: known.note.clone(),
                hash: xxh3_128(text.as_bytes()),
                bytes: text.len() as u64,
                ..Article::default()
            });
        }
        Ok(articles)
    }
}

impl Texts for OfArchive<'_> {
    fn evidence(&self, article: usize) -> io::Result<Evidence<'_>> {
        let text = self.text(article)?;
        let parts = self.analyzer.borrow_mut().article(&text);
        let sentences = parts.sentences.iter().map(|sentence| sentence.span).collect();
        Ok(Evidence { text, sentences, quotations: parts.quotations })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lags_are_told_in_the_largest_unit() {
        let words = [0, 1, -59, 3600, 7199, 200_000].map(before);
        let expected = [
            "at the same time",
            "1 second earlier",
            "59 seconds later",
            "1 hour earlier",
            "1 hour earlier",
            "2 days earlier",
        ];
        assert_eq!(words, expected);
    }
}
