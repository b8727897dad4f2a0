//! What a scan found, on one screen.

use std::io::Write;

use crate::printable::{one_line, printable};
use crate::stats::count_relations;
use crate::terminal::line::{Line, Look};
use crate::terminal::{Page, Style, name, sign};
use crate::{Article, Clusters, Error, Findings, Format, Note, Notes, Pair, quantity, wording};
use retold::align::{Comparison, Match, Relation, Side};

/// The summary of a scan.
#[derive(Debug, Clone, Copy)]
pub struct Summary {
    /// What the terminal can do.
    pub style: Style,
    /// How many of the strongest pairs to show.
    pub pairs: usize,
    /// How many files to name for each reason to skip or repair; and how many clusters to show.
    pub examples: usize,
}

impl Summary {
    /// Five pairs, three examples of everything else.
    pub fn new(style: Style) -> Self {
        Self { style, pairs: 5, examples: 3 }
    }
}

/// Pairs and nothing else, as a summary shows them.
#[derive(Debug, Clone, Copy)]
pub struct Pairs {
    /// What the terminal can do.
    pub style: Style,
}

impl Format for Pairs {
    fn write(&self, findings: &Findings<'_>, out: &mut (dyn Write + Send)) -> Result<(), Error> {
        let mut page = Page::new(self.style, out);
        for pair in findings.pairs {
            show_pair(&mut page, findings, pair)?;
        }
        Ok(page.out.flush()?)
    }
}

/// Where the second column begins.
const LABEL: usize = 12;

/// Where the shares of a pair begin. Narrower terminals than the other have lines of their own for
/// the relation; still narrower ones for names, which take so many lines at most.
const HEAD: usize = 18;
const NARROW: usize = 48;
const NARROWER: usize = 32;
const NAME_LINES: usize = 2;

/// Sentences shown for each pair, and lines for each of them.
const SENTENCES: usize = 2;
const SENTENCE_LINES: usize = 2;

impl Format for Summary {
    fn write(&self, findings: &Findings<'_>, out: &mut (dyn Write + Send)) -> Result<(), Error> {
        let mut page = Page::new(self.style, out);
        self.reading(&mut page, findings)?;
        found(&mut page, findings)?;
        self.strongest(&mut page, findings)?;
        if let Some(clusters) = &findings.clusters {
            self.clusters(&mut page, findings, clusters)?;
        }
        time(&mut page, findings)?;
        Ok(page.out.flush()?)
    }
}

fn label(text: &str) -> Line {
    Line::of(Look::Heading, text).padded(LABEL)
}

impl Summary {
    fn reading(&self, page: &mut Page<'_>, findings: &Findings<'_>) -> Result<(), Error> {
        let read = findings.read;
        let text = format!(
            "{}, {}, from {}",
            quantity::counted(read.articles, "article"),
            quantity::bytes(read.bytes),
            quantity::counted(read.files, "file")
        );
        page.wrapped(label("Read"), &Line::plain(text))?;
        self.notes(page, ("Skipped", &findings.skipped))?;
        self.notes(page, ("Repaired", &findings.repaired))
    }

    fn notes(&self, page: &mut Page<'_>, (what, notes): (&str, &Notes)) -> Result<(), Error> {
        let mut first = label(what);
        for (reason, &n) in &notes.counts {
            let line = Line::plain(format!("{} × ", quantity::count(n)))
                .and(Look::Plain, printable(reason));
            page.wrapped(first, &line)?;
            first = Line::blank(LABEL);
            let listed = || notes.listed.iter().filter(|note| note.reason == *reason);
            for note in listed().take(self.examples) {
                let place = Line::of(Look::Dim, place(note));
                page.wrapped(Line::blank(LABEL + 2), &place)?;
            }
            let more = n.saturating_sub(listed().take(self.examples).count() as u64);
            if more > 0 && listed().next().is_some() {
                let more = format!("and {} more", quantity::count(more));
                page.line(&Line::blank(LABEL + 2).and(Look::Dim, more))?;
            }
        }
        Ok(())
    }

    fn strongest(&self, page: &mut Page<'_>, findings: &Findings<'_>) -> Result<(), Error> {
        let related = |pair: &&Pair| pair.comparison.relation != Relation::Unrelated;
        let pairs: Vec<_> = findings.strongest().into_iter().filter(related).collect();
        if pairs.is_empty() {
            return Ok(());
        }
        page.blank()?;
        let title = if pairs.len() > self.pairs { "Strongest pairs" } else { "Pairs" };
        let legend = "  % of each article also in the other";
        page.line(&Line::of(Look::Heading, title).and(Look::Dim, legend))?;
        for pair in pairs.iter().take(self.pairs) {
            page.blank()?;
            show_pair(page, findings, pair)?;
        }
        let more = pairs.len().saturating_sub(self.pairs) as u64;
        if more > 0 {
            page.blank()?;
            let text = format!("  and {}", quantity::counted(more, "more pair"));
            page.line(&Line::of(Look::Dim, text))?;
        }
        Ok(())
    }

    fn clusters(
        &self,
        page: &mut Page<'_>,
        findings: &Findings<'_>,
        clusters: &Clusters,
    ) -> Result<(), Error> {
        let groups = clusters.groups();
        if groups.is_empty() {
            return Ok(());
        }
        page.blank()?;
        let title = quantity::counted(groups.len() as u64, "cluster");
        page.line(&Line::of(Look::Heading, title))?;
        for (cluster, members) in groups.iter().take(self.examples) {
            page.blank()?;
            let retained = clusters.retained(*cluster);
            let others = members.iter().filter(|member| Some(**member) != retained);
            let width = page.beside(LABEL);
            if let Some(retained) = retained.and_then(|article| findings.articles.get(article)) {
                page.line(
                    &Line::of(Look::Strong, "  keep").padded(LABEL).then(name(retained, width)),
                )?;
            }
            for (at, &member) in others.clone().take(self.examples).enumerate() {
                let first = if at == 0 { Line::plain("  drop") } else { Line::default() };
                page.line(&first.padded(LABEL).then(name(&findings.articles[member], width)))?;
            }
            let more = others.count().saturating_sub(self.examples) as u64;
            if more > 0 {
                let more = format!("and {} more", quantity::count(more));
                page.line(&Line::blank(LABEL).and(Look::Dim, more))?;
            }
        }
        let more = groups.len().saturating_sub(self.examples) as u64;
        if more > 0 {
            page.blank()?;
            let more = format!("  and {}", quantity::counted(more, "more cluster"));
            page.line(&Line::of(Look::Dim, more))?;
        }
        Ok(())
    }
}

fn place(note: &Note) -> String {
    let path = printable(&note.path);
    match note.line {
        Some(line) => format!("{path}, line {}", quantity::count(line)),
        None => path.into_owned(),
    }
}

fn found(page: &mut Page<'_>, findings: &Findings<'_>) -> Result<(), Error> {
    let counts: Vec<_> = count_relations(findings).filter(|(_, n)| *n > 0).collect();
    let unrelated = counts.iter().filter(|(of, _)| *of == Relation::Unrelated).map(|(_, n)| n);
    let related = findings.pairs.len() - unrelated.sum::<usize>();
    let text = match related {
        0 => "no related pairs".to_owned(),
        n => quantity::counted(n as u64, "related pair"),
    };
    page.wrapped(label("Found"), &Line::of(Look::Strong, text))?;
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(1);
    let digits = quantity::count(most as u64).len();
    let bar_width = page.width.saturating_sub(LABEL + 16 + digits + 2).min(32);
    for (relation, n) in counts {
        let count = quantity::count(n as u64);
        let bar = "▪".repeat((n * bar_width).div_ceil(most).min(n));
        let line = Line::blank(LABEL)
            .and(Look::Plain, format!("{:<16}{count:>digits$}  ", relation.name()))
            .and(Look::Dim, bar);
        page.line(&line)?;
    }
    Ok(())
}

/// How much of an article the other has too, in five columns.
fn short_share(found: &Comparison, side: Side) -> String {
    let share = wording::share(found, side);
    if share.ends_with('%') { share } else { "few".to_owned() }
}

/// What is said of a pair in numbers. Where a share says nothing, what there is instead.
fn figures(found: &Comparison) -> String {
    let shares = [Side::A, Side::B].map(|side| wording::share(found, side));
    let instead = shares.into_iter().find(|share| !share.ends_with('%'));
    let sentences = quantity::counted(found.sentences.len() as u64, "aligned sentence");
    let is_telling = found.jaccard > 0.0 || found.relation == Relation::Unrelated;
    let jaccard = is_telling.then(|| format!("Jaccard {}", quantity::fraction(found.jaccard)));
    let shared = found.passages.iter().filter(|of| of.shared_source).count() as u64;
    let shared = (shared > 0)
        .then(|| format!("{} from a shared source", quantity::counted(shared, "passage")));
    let parts = [wording::similarity(found), jaccard, Some(sentences), instead, shared];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn show_pair(page: &mut Page<'_>, findings: &Findings<'_>, pair: &Pair) -> Result<(), Error> {
    let found = &pair.comparison;
    let (a, b) = findings.articles_of(pair);
    let relation = Line::plain("  ").and(Look::Strong, found.relation.name());
    let sides = [(Side::A, a), (Side::B, b)];
    if page.width < NARROW {
        page.line(&relation)?;
        for (side, article) in sides {
            let share = format!("{:>5} ", short_share(found, side));
            let share = Line::plain("  ").and(Look::Dim, share);
            let width = match page.width < NARROWER {
                true => NAME_LINES * (page.width - 2),
                false => page.beside(share.width()),
            };
            page.line(&share.then(name(article, width)))?;
            note(page, article, 2)?;
        }
    } else {
        let mut first = relation.padded(HEAD);
        for (side, article) in sides {
            let share = format!("{:>5} ", short_share(found, side));
            let width = page.beside(HEAD + 6);
            page.line(&first.and(Look::Dim, share).then(name(article, width)))?;
            note(page, article, HEAD + 6)?;
            first = Line::blank(HEAD);
        }
    }
    let figures = Line::of(Look::Dim, figures(found));
    // Below the names where it fits there, else below the relation.
    let indent = match HEAD + 6 + figures.width() <= page.width {
        true => HEAD + 6,
        false if page.width < NARROW => 2,
        false => 4,
    };
    page.wrapped(Line::blank(indent), &figures)?;
    let sentences = most_telling(&found.sentences);
    if sentences.is_empty() {
        return Ok(());
    }
    let (a, b) = match (findings.evidence(pair.a), findings.evidence(pair.b)) {
        (Ok(a), Ok(b)) => (a, b),
        // The pair was found all the same, and the other pairs are still to be shown.
        (Err(error), _) | (_, Err(error)) => {
            let words = one_line(&error.to_string());
            return page.wrapped(Line::blank(4), &Line::of(Look::Dim, words));
        }
    };
    for sentence in sentences {
        let (x, y) = (one_line(sentence.a.of(&a.text)), one_line(sentence.b.of(&b.text)));
        let mark = Line::plain("    ").and(Look::Kind(sentence.kind), sign(sentence.kind));
        page.shortened(mark.and(Look::Plain, " "), &Line::plain(&x), SENTENCE_LINES)?;
        if x != y {
            page.shortened(Line::blank(6), &Line::plain(y), SENTENCE_LINES)?;
        }
    }
    Ok(())
}

/// What else is said of an article, below its name.
fn note(page: &mut Page<'_>, article: &Article, indent: usize) -> Result<(), Error> {
    match article.note.is_empty() {
        true => Ok(()),
        false => page.wrapped(Line::blank(indent), &Line::of(Look::Dim, one_line(&article.note))),
    }
}

/// The aligned sentences that convince most: alike and long, in the order of the first article.
fn most_telling(sentences: &[Match]) -> Vec<Match> {
    let weight = |of: &Match| of.score * of.a.len().min(of.b.len()) as f32;
    let mut best = sentences.to_vec();
    best.sort_by(|x, y| weight(y).total_cmp(&weight(x)));
    best.truncate(SENTENCES);
    best.sort_by_key(|of| (of.a, of.b));
    best
}

fn time(page: &mut Page<'_>, findings: &Findings<'_>) -> Result<(), Error> {
    page.blank()?;
    let stages: Vec<_> = findings
        .stages
        .iter()
        .map(|stage| format!("{} {}", printable(&stage.name), quantity::duration(stage.took)))
        .collect();
    let mut line = Line::plain(quantity::duration(findings.run.elapsed));
    if !stages.is_empty() {
        line = line.and(Look::Dim, format!(" ({})", stages.join(", ")));
    }
    page.wrapped(label("Time"), &line)
}
