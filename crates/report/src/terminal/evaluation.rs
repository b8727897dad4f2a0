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
    let head = "Threshold  Precision  Recall  F1";
    page.line(&Line::of(Look::Heading, head))?;
    for threshold in thresholds {
        let counts: Counts = of.ranking.at(threshold);
        let row = format!(
            "{:<9}  {:<9}  {:<6}  {}",
            format!("{threshold:.2}"),
            figure(counts.precision()),
            figure(counts.recall()),
            figure(counts.f1())
        );
        let is_in_force = (threshold - of.threshold).abs() < 1e-6;
        let sign = if is_in_force { "  ← in force" } else { "" };
        page.line(&Line::plain(row).and(Look::Dim, sign))?;
    }
    Ok(())
}

fn reliability(page: &mut Page<'_>, of: &Evaluation) -> Result<(), Error> {
    page.line(&Line::of(Look::Heading, "Score      Pairs       Mean    Reuse"))?;
    for (bin, number) in of.reliability.bins.iter().zip(0_u32..) {
        let boundary = |number: u32| f64::from(number) / BINS as f64;
        let row = format!(
            "{:<9}  {:<10}  {:<6}  {}",
            format!("{:.1}–{:.1}", boundary(number), boundary(number + 1)),
            quantity::count(bin.pairs),
            figure(bin.mean_score()),
            figure(bin.share())
        );
        page.line(&Line::plain(row))?;
    }
    let error = figure(of.reliability.calibration_error());
    let said = Line::plain(error).and(Look::Dim, "  mean distance of the two");
    page.wrapped(label("Calibration error"), &said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::tests::sample;

    fn written(kind: TruthKind) -> String {
        let mut out = Vec::new();
        Measures::default().write(&sample(kind), &mut out).expect("writing to memory works");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn what_was_measured_is_shown() {
        insta::assert_snapshot!("evaluated_pairs", written(TruthKind::LabelledPairs));
        insta::assert_snapshot!("evaluated_clusters", written(TruthKind::Clusters(12)));
    }
}
