//! How good the findings are, on one screen.

use std::io::Write;

use crate::evaluation::{Evaluation, TruthKind};
use crate::printable::printable;
use crate::terminal::line::{Line, Look};
use crate::terminal::{Page, Style};
use crate::{Error, quantity};
use retold::evaluation::{BINS, Counts};

/// Where the second column begins.
const LABEL: usize = 22;

/// Unknown ids that are named.
const EXAMPLES: usize = 3;

/// The figures of an evaluation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measures {
    /// What the terminal can do.
    pub style: Style,
}

impl Measures {
    /// Writes them to `out`, and flushes.
    pub fn write(&self, of: &Evaluation, out: &mut (dyn Write + Send)) -> Result<(), Error> {
        let mut page = Page::new(self.style, out);
        truth(&mut page, of)?;
        page.blank()?;
        figures(&mut page, of)?;
        page.blank()?;
        curve(&mut page, of)?;
        page.blank()?;
        reliability(&mut page, of)?;
        page.blank()?;
        page.wrapped(label("Time"), &Line::plain(quantity::duration(of.run.elapsed)))?;
        Ok(page.out.flush()?)
    }
}

fn label(text: &str) -> Line {
    Line::of(Look::Heading, text).padded(LABEL)
}

fn figure(figure: Option<f64>) -> String {
    figure.map_or_else(|| "–".to_owned(), |figure| format!("{figure:.4}"))
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

fn truth(page: &mut Page<'_>, of: &Evaluation) -> Result<(), Error> {
    let truth = &of.truth;
    let articles = quantity::counted(truth.articles, "article");
    let said = match truth.kind {
        TruthKind::Clusters(n) => format!("{} of {articles}", quantity::counted(n, "cluster")),
        TruthKind::Pairs => format!("pairs of reuse among {articles}; all others are none"),
        TruthKind::LabelledPairs => format!("labelled pairs of {articles}"),
    };
    page.wrapped(label("Truth"), &Line::plain(said))?;
    let sorts = format!(
        "{} of reuse, {} that {} not",
        quantity::counted(of.ranking.reuse(), "pair"),
        quantity::count(of.ranking.other()),
        if of.ranking.other() == 1 { "is" } else { "are" }
    );
    page.wrapped(Line::blank(LABEL), &Line::plain(sorts))?;
    if truth.unlabelled > 0 {
        let said = format!("{} without a label", quantity::counted(truth.unlabelled, "article"));
        page.wrapped(label("Left out"), &Line::plain(said))?;
    }
    if truth.unknown.is_empty() {
        return Ok(());
    }
    let mut named: Vec<_> = truth.unknown.iter().take(EXAMPLES).map(|id| printable(id)).collect();
    if truth.unknown.len() > EXAMPLES {
        named.push("…".into());
    }
    let mut said = quantity::counted(truth.unknown.len() as u64, "id");
    if truth.unknown_pairs > 0 {
        said += &format!(" ({})", quantity::counted(truth.unknown_pairs, "pair"));
    }
    let said = format!("{said} that no article has: {}", named.join(", "));
    page.wrapped(label("Left out"), &Line::plain(said))
}

fn figures(page: &mut Page<'_>, of: &Evaluation) -> Result<(), Error> {
    let found = &of.found;
    let said = format!(
        "{}: {} right, {} wrong, {} missed",
        quantity::counted(found.found(), "pair"),
        quantity::count(found.right),
        quantity::count(found.wrong),
        quantity::count(found.missed)
    );
    page.wrapped(label("Found"), &Line::plain(said))?;
    for (name, value) in
        [("Precision", found.precision()), ("Recall", found.recall()), ("F1", found.f1())]
    {
        page.line(&label(name).and(Look::Strong, figure(value)))?;
    }
    if let Some(best) = of.ranking.best() {
        let value = Line::of(Look::Strong, figure(best.counts.f1()));
        let at = format!("  at threshold {:.4}", best.threshold);
        page.wrapped(label("Best F1"), &value.and(Look::Dim, at))?;
    }
    if !of.truth.kind.is_scanned()
        && let Some(share) = of.false_positives()
    {
        let said = format!("{} of the pairs that are none", percent(share));
        page.wrapped(label("False positives"), &Line::plain(said))?;
    }
    if let Some(ari) = of.ari {
        let value = Line::of(Look::Strong, format!("{ari:.4}"));
        page.wrapped(label("Clusters"), &value.and(Look::Dim, "  adjusted Rand index"))?;
    }
    if let Some(auc) = of.ranking.auc() {
        page.line(&label("AUC").and(Look::Strong, format!("{auc:.4}")))?;
    }
    if let Some(recall) = of.recall_at_few() {
        let value = Line::of(Look::Strong, format!("{recall:.4}"));
        let at = "  where 1 % of the others are found, too";
        page.wrapped(label("Recall at 1 %"), &value.and(Look::Dim, at))?;
    }
    if of.truth.kind.is_scanned() {
        candidates(page, of)?;
    }
    Ok(())
}

fn candidates(page: &mut Page<'_>, of: &Evaluation) -> Result<(), Error> {
    let counts = of.candidates();
    let share = counts.found() as f64 / of.pairs().max(1) as f64;
    let said = format!(
        "{}, {} of all; recall {}",
        quantity::counted(counts.found(), "pair"),
        percent(share),
        figure(counts.recall())
    );
    page.wrapped(label("Candidates"), &Line::plain(said))
}

/// Thresholds from 0.1 to 0.9, and the one in force.
fn curve(page: &mut Page<'_>, of: &Evaluation) -> Result<(), Error> {
    let mut thresholds: Vec<f64> = (1..10).map(|tenth| f64::from(tenth) / 10.0).collect();
    thresholds.push(of.threshold);
    thresholds.sort_by(f64::total_cmp);
    thresholds.dedup_by(|x, y| (*x - *y).abs() < 1e-6);
    let columns = Columns::of(page, [9, 9, 6, 6], [5, 4, 4, 4]);
    columns.head(page, ["Threshold", "Precision", "Recall", "F1"], ["At", "Prec", "Rec.", "F1"])?;
    for threshold in thresholds {
        let counts: Counts = of.ranking.at(threshold);
        let figures = [counts.precision(), counts.recall(), counts.f1()];
        let [precision, recall, f1] = figures.map(|figure| columns.figure(figure));
        let is_in_force = (threshold - of.threshold).abs() < 1e-6;
        let sign = if is_in_force && columns.is_narrow { "←" } else { "" };
        let row = columns.row([format!("{threshold:.2}{sign}"), precision, recall, f1]);
        let sign = match is_in_force && !columns.is_narrow {
            true if row.width() + IN_FORCE.len() <= page.width => IN_FORCE,
            true => "  ←",
            false => "",
        };
        page.line(&row.and(Look::Dim, sign))?;
    }
    Ok(())
}

const IN_FORCE: &str = "  ← in force";

fn reliability(page: &mut Page<'_>, of: &Evaluation) -> Result<(), Error> {
    let columns = Columns::of(page, [9, 10, 6, 6], [4, 5, 4, 4]);
    columns.head(page, ["Score", "Pairs", "Mean", "Reuse"], ["From", "Pairs", "Mean", "True"])?;
    for (bin, number) in of.reliability.bins.iter().zip(0_u32..) {
        let boundary = |number: u32| f64::from(number) / BINS as f64;
        let scores = match columns.is_narrow {
            true => format!("{:.1}", boundary(number)),
            false => format!("{:.1}–{:.1}", boundary(number), boundary(number + 1)),
        };
        let [mean, share] = [bin.mean_score(), bin.share()].map(|of| columns.figure(of));
        page.line(&columns.row([scores, quantity::count(bin.pairs), mean, share]))?;
    }
    let error = figure(of.reliability.calibration_error());
    let said = Line::plain(error).and(Look::Dim, "  mean distance of the two");
    page.wrapped(label("Calibration error"), &said)
}

/// The columns of a table of figures: on a narrow terminal closer, with two decimals.
struct Columns {
    widths: [usize; 4],
    gap: usize,
    is_narrow: bool,
}

impl Columns {
    /// The first widths, if the page has room for them and a sign.
    fn of(page: &Page<'_>, wide: [usize; 4], narrow: [usize; 4]) -> Self {
        let is_narrow = wide.iter().sum::<usize>() + 3 * 2 + 3 > page.width;
        let (widths, gap) = if is_narrow { (narrow, 1) } else { (wide, 2) };
        Self { widths, gap, is_narrow }
    }

    fn head(&self, page: &mut Page<'_>, wide: [&str; 4], narrow: [&str; 4]) -> Result<(), Error> {
        let names = if self.is_narrow { narrow } else { wide };
        page.line(&self.cells(Look::Heading, names.map(str::to_owned)))
    }

    fn row(&self, cells: [String; 4]) -> Line {
        self.cells(Look::Plain, cells)
    }

    fn cells(&self, look: Look, cells: [String; 4]) -> Line {
        let mut line = Line::default();
        let mut end = 0;
        for (cell, width) in cells.into_iter().zip(self.widths) {
            line = line.padded(end).and(look, cell);
            end += width + self.gap;
        }
        line
    }

    fn figure(&self, figure: Option<f64>) -> String {
        match figure {
            // Nearly all is not all.
            Some(figure) if self.is_narrow && figure < 1.0 => format!("{:.2}", figure.min(0.99)),
            Some(figure) if self.is_narrow => format!("{figure:.2}"),
            figure => self::figure(figure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::tests::sample;

    fn written(kind: TruthKind) -> String {
        at(Style::default(), kind)
    }

    fn at(style: Style, kind: TruthKind) -> String {
        let mut out = Vec::new();
        Measures { style }.write(&sample(kind), &mut out).expect("writing to memory works");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn what_was_measured_is_shown() {
        insta::assert_snapshot!("evaluated_pairs", written(TruthKind::LabelledPairs));
        insta::assert_snapshot!("evaluated_clusters", written(TruthKind::Clusters(12)));
    }

    #[test]
    fn tables_stay_tables_on_narrow_terminals() {
        for width in [20, 30, 39, 40, 60, 80, 200] {
            let text = at(Style { width, ..Style::default() }, TruthKind::LabelledPairs);
            for line in text.lines() {
                let columns = unicode_width::UnicodeWidthStr::width(line);
                assert!(columns <= width, "{columns} of {width}: {line}");
            }
            // A row for each threshold, with the figures below their headings.
            let heads =
                text.lines().position(|line| line.starts_with(['A', 'T']) && line.contains("F1"));
            let rows: Vec<_> = text.lines().skip(heads.expect("a heading")).take(10).collect();
            let at = rows[0].find("F1").expect("a column");
            for row in &rows[1..] {
                let figure = row.chars().nth(at).expect("as wide");
                assert!(figure.is_ascii_digit() || figure == '–', "{width}: {row}");
            }
        }
    }
}
