//! Two articles, sentence beside sentence.

use std::io::Write;

use crate::printable::one_line;
use crate::record::Explain;
use crate::terminal::line::{Line, Look};
use crate::terminal::{Page, Style, name, sign};
use crate::{Error, Evidence, Findings, Format, Pair, quantity, wording};
use retold::align::{Comparison, Kind, Match, Relation, Side, changes};
use retold::span::Span;

/// Every pair of the findings in full.
#[derive(Debug, Clone, Copy)]
pub struct Compare {
    /// What the terminal can do.
    pub style: Style,
    /// Whether to say why.
    pub explain: Explain,
}

/// From this width on the two sentences stand beside each other, below it one above the other.
const TWO_COLUMNS: usize = 100;
const GUTTER: usize = 3;
const INDENT: usize = 2;

impl Format for Compare {
    fn write(&self, findings: &Findings<'_>, out: &mut (dyn Write + Send)) -> Result<(), Error> {
        let mut page = Page::new(self.style, out);
        for (at, pair) in findings.pairs.iter().enumerate() {
            if at > 0 {
                page.blank()?;
                page.line(&Line::of(Look::Dim, "─".repeat(page.width)))?;
                page.blank()?;
            }
            self.pair(&mut page, findings, pair)?;
        }
        Ok(page.out.flush()?)
    }
}

impl Compare {
    fn pair(&self, page: &mut Page<'_>, findings: &Findings<'_>, pair: &Pair) -> Result<(), Error> {
        let texts = [findings.evidence(pair.a)?, findings.evidence(pair.b)?];
        header(page, findings, pair)?;
        if self.explain == Explain::Features {
            features(page, &pair.comparison)?;
        }
        Sentences { page, texts: &texts, mark: mark_of(self.style) }.write(&pair.comparison)
    }
}

fn header(page: &mut Page<'_>, findings: &Findings<'_>, pair: &Pair) -> Result<(), Error> {
    let found = &pair.comparison;
    let (a, b) = findings.articles_of(pair);
    let contained = match found.contained {
        Some(Side::A) => " · A is found in B",
        Some(Side::B) => " · B is found in A",
        None => "",
    };
    let similarity = wording::similarity(found).map(|said| format!(" · {said}"));
    let figures = format!(
        "{} · Jaccard {}",
        similarity.unwrap_or_default(),
        quantity::fraction(found.jaccard)
    );
    let conflicting = match found.relation {
        Relation::Template => {
            format!(" · {} of names and numbers conflict", quantity::percent(found.conflicting))
        }
        _ => String::new(),
    };
    let coarse = if found.coarse { " · aligned coarsely, both are long" } else { "" };
    let relation = Line::of(Look::Strong, found.relation.name())
        .and(Look::Plain, format!("{figures}{contained}{conflicting}{coarse}"));
    page.wrapped(Line::default(), &relation)?;
    page.blank()?;
    for (label, article, side, containment) in
        [("A", a, Side::A, found.containment_a), ("B", b, Side::B, found.containment_b)]
    {
        let share = wording::share(found, side);
        let also = if share.ends_with('%') { " also in the other" } else { "" };
        let figures = format!("{share}{also} · containment {}", quantity::fraction(containment));
        let first = Line::blank(INDENT).and(Look::Strong, label).and(Look::Plain, "  ");
        let indent = first.width();
        page.line(&first.then(name(article, page.beside(indent))))?;
        page.wrapped(Line::blank(indent), &Line::of(Look::Dim, figures))?;
    }
    Ok(())
}

fn features(page: &mut Page<'_>, found: &Comparison) -> Result<(), Error> {
    page.blank()?;
    page.line(
        &Line::of(Look::Heading, "Why").and(Look::Dim, "  value, and what it adds to the log-odds"),
    )?;
    let names = found.features.iter().map(|of| of.name.chars().count()).max().unwrap_or(0);
    let most = found.features.iter().map(|of| of.weight.abs()).fold(f32::MIN_POSITIVE, f32::max);
    let bar_width = page.width.saturating_sub(INDENT + names + 24).min(24) as f32;
    for feature in &found.features {
        let bar = (feature.weight.abs() / most * bar_width).round() as usize;
        let bar = if feature.weight < 0.0 { "▫".repeat(bar) } else { "▪".repeat(bar) };
        let figures = format!(
            "{:<names$}  {:>8.3}  {:>+7.2}  ",
            feature.name.replace('_', " "),
            feature.value,
            feature.weight
        );
        page.line(&Line::blank(INDENT).and(Look::Plain, figures).and(Look::Dim, bar))?;
    }
    Ok(())
}

/// How changed words are marked: by look alone, or by brackets where looks do not show.
fn mark_of(style: Style) -> [&'static str; 2] {
    if style.color { ["", ""] } else { ["[", "]"] }
}

/// Aligned sentences that share a side and stand together: shown as one.
struct Block {
    a: Span,
    b: Span,
    kind: Kind,
    score: f32,
    shared_source: bool,
}

struct Sentences<'p, 'o, 't> {
    page: &'p mut Page<'o>,
    texts: &'t [Evidence<'t>; 2],
    mark: [&'static str; 2],
}

impl Sentences<'_, '_, '_> {
    fn write(mut self, found: &Comparison) -> Result<(), Error> {
        self.page.blank()?;
        if found.sentences.is_empty() {
            let none = "No sentence of one corresponds to a sentence of the other.";
            return self.page.wrapped(Line::default(), &Line::plain(none));
        }
        self.kinds(found)?;
        let [only_a, only_b] = [
            unmatched(&self.texts[0].sentences, found.sentences.iter().map(|of| of.a)),
            unmatched(&self.texts[1].sentences, found.sentences.iter().map(|of| of.b)),
        ];
        let mut only_a = only_a.into_iter().peekable();
        for block in self.blocks(&found.sentences) {
            let mut before = Vec::new();
            while let Some(span) = only_a.next_if(|span| span.start < block.a.start) {
                before.push(span);
            }
            self.left_over(Side::A, &before)?;
            self.page.blank()?;
            self.block(&block)?;
        }
        self.left_over(Side::A, &only_a.collect::<Vec<_>>())?;
        self.left_over(Side::B, &only_b)
    }

    /// How many aligned sentences there are of each kind; also the legend.
    fn kinds(&mut self, found: &Comparison) -> Result<(), Error> {
        let mut line = Line::default();
        for kind in [Kind::Identical, Kind::Edited, Kind::Paraphrased] {
            let n = found.sentences.iter().filter(|of| of.kind == kind).count() as u64;
            let gap = if line.width() == 0 { "" } else { "   " };
            line = line
                .and(Look::Plain, gap)
                .and(Look::Kind(kind), format!("{} {}", sign(kind), kind.name()))
                .and(Look::Plain, format!(" {}", quantity::count(n)));
        }
        let changed = match self.mark {
            ["", _] => Line::of(Look::Changed, "changed words"),
            _ => Line::plain("[changed words]"),
        };
        self.page.wrapped(Line::default(), &line.and(Look::Plain, "   ").then(changed))
    }

    fn blocks(&self, sentences: &[Match]) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        for of in sentences {
            match blocks.last_mut() {
                Some(last)
                    if (last.a.overlap(of.a) > 0 && self.touch(Side::B, last.b, of.b))
                        || (last.b.overlap(of.b) > 0 && self.touch(Side::A, last.a, of.a)) =>
                {
                    last.a = last.a.hull(of.a);
                    last.b = last.b.hull(of.b);
                    last.kind = last.kind.max(of.kind);
                    last.score = last.score.max(of.score);
                    last.shared_source &= of.shared_source;
                }
                _ => {
                    let Match { a, b, kind, score, shared_source, .. } = *of;
                    blocks.push(Block { a, b, kind, score, shared_source });
                }
            }
        }
        blocks
    }

    /// Whether nothing but blanks stands between the spans.
    fn touch(&self, side: Side, x: Span, y: Span) -> bool {
        let (first, second) = if x <= y { (x, y) } else { (y, x) };
        let between = first.end as usize..second.start as usize;
        self.texts[side as usize].text.get(between).is_none_or(|text| text.trim().is_empty())
    }

    fn block(&mut self, block: &Block) -> Result<(), Error> {
        let [a, b] = self.texts;
        let (in_a, in_b) = changes(&a.text, block.a, &b.text, block.b);
        let left = marked(&a.text, block.a, &in_a, self.mark);
        let right = marked(&b.text, block.b, &in_b, self.mark);
        let kind =
            Line::of(Look::Kind(block.kind), format!("{} {}", sign(block.kind), block.kind.name()))
                .and(
                    Look::Dim,
                    match block.kind {
                        Kind::Identical => String::new(),
                        _ => format!(" · similarity {}", quantity::score(block.score)),
                    },
                )
                .and(Look::Dim, if block.shared_source { " · shared source" } else { "" });
        self.page.line(&kind)?;
        if self.page.width >= TWO_COLUMNS {
            return self.beside(&left, &right);
        }
        for (label, line) in [("A  ", left), ("B  ", right)] {
            self.page.wrapped(Line::blank(INDENT).and(Look::Dim, label), &line)?;
        }
        Ok(())
    }

    fn beside(&mut self, left: &Line, right: &Line) -> Result<(), Error> {
        let column = (self.page.width - INDENT - GUTTER) / 2;
        let mut left = left.wrapped(column, usize::MAX).into_iter();
        let mut right = right.wrapped(column, usize::MAX).into_iter();
        loop {
            let (x, y) = (left.next(), right.next());
            if x.is_none() && y.is_none() {
                return Ok(());
            }
            let line = Line::blank(INDENT)
                .then(x.unwrap_or_default())
                .padded(INDENT + column)
                .and(Look::Dim, " │ ")
                .then(y.unwrap_or_default());
            self.page.line(&line)?;
        }
    }

    /// Sentences without a counterpart, a line each.
    fn left_over(&mut self, side: Side, spans: &[Span]) -> Result<(), Error> {
        const MOST: usize = 4;
        if spans.is_empty() {
            return Ok(());
        }
        self.page.blank()?;
        let label = if side == Side::A { "only in A" } else { "only in B" };
        self.page.line(&Line::of(Look::Plain, format!("· {label}")))?;
        for span in spans.iter().take(MOST) {
            let text = one_line(span.of(&self.texts[side as usize].text));
            self.page.shortened(Line::blank(INDENT), &Line::of(Look::Dim, text), 1)?;
        }
        let more = spans.len().saturating_sub(MOST) as u64;
        if more > 0 {
            let more = format!("and {}", quantity::counted(more, "more sentence"));
            self.page.line(&Line::blank(INDENT).and(Look::Dim, more))?;
        }
        Ok(())
    }
}

/// The sentences that overlap none of `matched`.
fn unmatched(sentences: &[Span], matched: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut matched: Vec<_> = matched.filter(|of| !of.is_empty()).collect();
    matched.sort_unstable();
    // For each of them the furthest end so far: comparing with all of them would be quadratic.
    let mut furthest = 0;
    let ends: Vec<u32> = matched
        .iter()
        .map(|of| {
            furthest = furthest.max(of.end);
            furthest
        })
        .collect();
    let covered = |span: &Span| {
        let before = matched.partition_point(|of| of.start < span.end);
        before > 0 && ends[before - 1] > span.start
    };
    sentences.iter().copied().filter(|span| !span.is_empty() && !covered(span)).collect()
}

/// The text under `span` on one line, with the words under `changed` marked.
fn marked(text: &str, span: Span, changed: &[Span], [open, close]: [&str; 2]) -> Line {
    let mut line = Line::default();
    let mut at = span.start;
    let mut push = |look: Look, from: u32, to: u32| {
        let text = &text[from as usize..to as usize];
        let words = match look {
            Look::Changed => format!("{open}{}{close}", one_line(text)),
            _ => one_line(text),
        };
        let blank = |of: Option<char>| of.is_some_and(char::is_whitespace);
        let before = if blank(text.chars().next()) && from > span.start { " " } else { "" };
        let after =
            if blank(text.chars().last()) && !words.is_empty() && to < span.end { " " } else { "" };
        let taken = std::mem::take(&mut line);
        line = taken.and(Look::Plain, before).and(look, words).and(Look::Plain, after);
    };
    for word in changed {
        push(Look::Plain, at, word.start);
        push(Look::Changed, word.start, word.end);
        at = word.end;
    }
    push(Look::Plain, at, span.end);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn unmatched_sentences_are_those_of_a_naive_search(
            sentences in proptest::collection::vec((0usize..60, 0usize..9), 0..12),
            matched in proptest::collection::vec((0usize..60, 0usize..20), 0..12),
        ) {
            let spans = |of: &[(usize, usize)]| -> Vec<Span> {
                of.iter().map(|(start, len)| Span::new(*start, start + len)).collect()
            };
            let (sentences, matched) = (spans(&sentences), spans(&matched));
            let is_free = |span: &&Span| matched.iter().all(|of| of.overlap(**span) == 0);
            let naive: Vec<Span> =
                sentences.iter().filter(|span| !span.is_empty()).filter(is_free).copied().collect();
            proptest::prop_assert_eq!(unmatched(&sentences, matched.iter().copied()), naive);
        }
    }
}
