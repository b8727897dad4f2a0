//! What articles match, record by record or on one screen.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};

use retold::text::Analyzer;
use retold_archive::{Match, Reader, Stored};
use retold_pipeline::run::Started;
use retold_report::terminal::{Style, Summary};
use retold_report::{Article, Evidence, Findings, Format, Notes, Pair, Read, Texts, quantity};
use xxhash_rust::xxh3::xxh3_128;

use super::record::ArticleRecord;
use super::values::MatchesValue;

/// Takes what articles match as it is found.
pub struct Shown {
    format: MatchesValue,
    /// Articles, for the screen: those that match, and those that they match.
    articles: Vec<Known>,
    by_doc: HashMap<u64, usize>,
    pairs: Vec<Pair>,
    /// Articles that were asked about.
    pub asked: u64,
    /// Articles of them that match something.
    pub matching: u64,
}

/// An article, and where its text is.
struct Known {
    article: Stored,
}

impl Shown {
    /// Nothing yet.
    pub fn new(format: MatchesValue) -> Self {
        Self {
            format,
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
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.asked += 1;
        self.matching += u64::from(!matches.is_empty());
        if self.format == MatchesValue::Jsonl {
            serde_json::to_writer(&mut *out, &ArticleRecord::new(&article, &matches))?;
            return out.write_all(b"\n");
        }
        if matches.is_empty() {
            return Ok(());
        }
        let b = self.place(article);
        for Match { article, comparison, .. } in matches {
            let a = self.place(article);
            self.pairs.push(Pair { a, b, comparison });
        }
        Ok(())
    }

    fn place(&mut self, article: Stored) -> usize {
        let next = self.articles.len();
        // Articles that only ask have no number.
        let place = match article.doc {
            0 => next,
            doc => *self.by_doc.entry(doc).or_insert(next),
        };
        if place == next {
            self.articles.push(Known { article });
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
        let texts =
            OfArchive { archive, shown: self, analyzer: RefCell::new(archive.engine().analyzer()) };
        let mut articles = Vec::with_capacity(self.articles.len());
        for (at, known) in self.articles.iter().enumerate() {
            let text = texts.text(at)?;
            articles.push(Article {
                id: name(&known.article),
                hash: xxh3_128(text.as_bytes()),
                bytes: text.len() as u64,
                ..Article::default()
            });
        }
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
        format!("{asked}, {matching} of them related to earlier ones")
    }
}

/// What an article is called on a screen: its id, with source and time where they are known.
fn name(article: &Stored) -> String {
    let mut name = article.id.clone();
    let seen = retold_pipeline::dates::shown(article.first_seen);
    let source = article.about.source.as_deref().map(|source| format!("{source}, "));
    if article.doc > 0 {
        name.push_str(&format!(" ({}{seen})", source.unwrap_or_default()));
    }
    name
}

/// The texts of an archive, and those of articles that only ask.
struct OfArchive<'a> {
    archive: &'a Reader,
    shown: &'a Shown,
    analyzer: RefCell<Analyzer>,
}

impl OfArchive<'_> {
    fn text(&self, at: usize) -> io::Result<Cow<'_, str>> {
        let article = &self.shown.articles.get(at).ok_or(io::ErrorKind::NotFound)?.article;
        if article.doc == 0 {
            return Ok(Cow::Borrowed(&article.text));
        }
        let stored = self.archive.article(article.doc).map_err(io::Error::other)?;
        Ok(Cow::Owned(stored.ok_or(io::ErrorKind::NotFound)?.text))
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
