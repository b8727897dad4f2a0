//! The threshold curve as an SVG picture that stands alone.
//!
//! Every line has a pattern of its own beside its colour, and the legend names it with its value at
//! the threshold in force. Colours follow the reader's light or dark scheme. All text is ours or a
//! number, so nothing needs escaping.

use std::fmt::Write;

use super::Evaluation;
use retold::evaluation::{Counts, Point};

const WIDTH: f64 = 784.0;
const HEIGHT: f64 = 440.0;
/// The plot: its left, right, top and bottom edges.
const LEFT: f64 = 62.0;
const RIGHT: f64 = 562.0;
const TOP: f64 = 64.0;
const BOTTOM: f64 = 384.0;

/// Where the legend begins, from the left.
const LEGEND: f64 = RIGHT + 26.0;

/// Points drawn of each line: more than the plot has pixels would not be seen.
const STEPS: u32 = 500;

const STYLE: &str = "\
:root{color-scheme:light dark}\
svg{--paper:#ffffff;--ink:#1f1d1a;--soft:#5d5850;--rule:#e2ddd3;\
--precision:#1b5e9e;--recall:#9a4a00;--f1:#0b6b57}\
@media(prefers-color-scheme:dark){svg{--paper:#1e1d19;--ink:#e8e4db;--soft:#a8a195;--rule:#35322c;\
--precision:#8cc0f0;--recall:#f0b172;--f1:#74cfb6}}\
.paper{fill:var(--paper)}text{fill:var(--ink);font:13px system-ui,-apple-system,'Segoe UI',Roboto,\
'Liberation Sans',Arial,sans-serif;font-variant-numeric:tabular-nums}\
.title{font-size:17px;font-weight:600}.soft{fill:var(--soft)}.value{font-weight:600}\
.grid{stroke:var(--rule)}.axis{stroke:var(--soft)}\
.line{fill:none;stroke:var(--own);stroke-width:2.25;stroke-linejoin:round}\
.line.recall{stroke-dasharray:9 4}\
.line.f1{stroke-width:3.25;stroke-dasharray:.1 5.5;stroke-linecap:round}\
.precision{--own:var(--precision)}.recall{--own:var(--recall)}.f1{--own:var(--f1)}\
.force{stroke:var(--ink);stroke-width:1.25}\
.dot{fill:var(--own);stroke:var(--paper);stroke-width:1.5}\
.best{fill:var(--paper);stroke:var(--f1);stroke-width:2}";

/// One line of the picture.
struct Drawn {
    class: &'static str,
    name: &'static str,
    of: fn(&Counts) -> Option<f64>,
}

const DRAWN: [Drawn; 3] = [
    Drawn { class: "precision", name: "Precision", of: Counts::precision },
    Drawn { class: "recall", name: "Recall", of: Counts::recall },
    Drawn { class: "f1", name: "F1", of: Counts::f1 },
];

/// Precision, recall and F1 over the threshold, with the threshold in force and the best one. A
/// curve without points is an empty plot.
pub fn svg(evaluation: &Evaluation) -> String {
    let mut svg = String::new();
    let (threshold, ranking) = (evaluation.threshold, &evaluation.ranking);
    let now = ranking.at(threshold);
    let best = ranking.best();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" aria-labelledby=\"title said\">\n\
         <title id=\"title\">Precision, recall and F1 by threshold</title>\n\
         <desc id=\"said\">{}</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n",
        description(threshold, &now, best)
    );
    let _ = writeln!(
        svg,
        "<text class=\"title\" x=\"{LEFT}\" y=\"30\">Precision, recall and F1 by threshold</text>"
    );
    axes(&mut svg);
    let points = ranking.thinned(STEPS);
    for line in &DRAWN {
        let path = path(&points, line.of);
        let _ = writeln!(svg, "<path class=\"line {}\" d=\"{path}\"/>", line.class);
    }
    in_force(&mut svg, threshold, &now);
    if let Some(best) = best {
        let (x, y) = (across(best.threshold), up(best.counts.f1().unwrap_or(0.0)));
        let _ = writeln!(svg, "<path class=\"best\" d=\"{}\"/>", diamond(x, y));
    }
    legend(&mut svg, threshold, &now, best);
    svg.push_str("</svg>\n");
    svg
}

fn across(threshold: f64) -> f64 {
    LEFT + (RIGHT - LEFT) * threshold.clamp(0.0, 1.0)
}

fn up(share: f64) -> f64 {
    BOTTOM - (BOTTOM - TOP) * share
}

fn description(threshold: f64, now: &Counts, best: Option<Point>) -> String {
    let figures: Vec<String> =
        DRAWN.iter().map(|line| format!("{} {}", line.name, value((line.of)(now)))).collect();
    let mut said = format!("At threshold {threshold:.2}: {}.", figures.join(", "));
    if let Some(best) = best {
        let f1 = value(best.counts.f1());
        let _ = write!(said, " Best F1 {f1}, at threshold {:.2}.", best.threshold);
    }
    said
}

fn value(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{share:.3}"))
}

fn axes(svg: &mut String) {
    for tenth in 0..=10_u32 {
        let share = f64::from(tenth) / 10.0;
        let (x, y) = (across(share), up(share));
        let class = if tenth == 0 { "axis" } else { "grid" };
        let _ = writeln!(
            svg,
            "<path class=\"{class}\" d=\"M{x:.1} {TOP}V{BOTTOM}M{LEFT} {y:.1}H{RIGHT}\"/>"
        );
        if tenth % 2 == 0 {
            let _ = writeln!(
                svg,
                "<text class=\"soft\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{share}</text>\
                 <text class=\"soft\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{share}</text>",
                BOTTOM + 20.0,
                LEFT - 9.0,
                y + 4.5
            );
        }
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">Threshold: least score of a pair \
         that is found</text>\
         <text transform=\"translate(20 {:.1}) rotate(-90)\" text-anchor=\"middle\">Share</text>",
        (LEFT + RIGHT) / 2.0,
        BOTTOM + 43.0,
        (TOP + BOTTOM) / 2.0
    );
}

/// A line in steps: between two scores, every threshold finds what the higher score finds.
fn path(points: &[Point], of: fn(&Counts) -> Option<f64>) -> String {
    let mut path = String::new();
    for (at, point) in points.iter().enumerate() {
        let y = up(of(&point.counts).unwrap_or(0.0));
        let _ = match at {
            0 => write!(path, "M{:.1} {y:.1}", across(point.threshold)),
            _ => write!(path, "V{y:.1}"),
        };
        let until = points.get(at + 1).map_or(0.0, |next| next.threshold);
        let _ = write!(path, "H{:.1}", across(until));
    }
    path
}

/// The threshold in force: a line, its name above the plot, and a dot on each curve.
fn in_force(svg: &mut String, threshold: f64, now: &Counts) {
    let x = across(threshold);
    let _ = writeln!(
        svg,
        "<path class=\"force\" d=\"M{x:.1} {:.1}V{BOTTOM}\"/>\
         <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">in force: {threshold:.2}</text>",
        TOP - 6.0,
        TOP - 11.0
    );
    for line in &DRAWN {
        if let Some(share) = (line.of)(now) {
            let (class, y) = (line.class, up(share));
            let _ = writeln!(
                svg,
                "<circle class=\"dot {class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>"
            );
        }
    }
}

fn diamond(x: f64, y: f64) -> String {
    format!("M{x:.1} {:.1}l6 6l-6 6l-6 -6z", y - 6.0)
}

fn legend(svg: &mut String, threshold: f64, now: &Counts, best: Option<Point>) {
    let mut y = TOP + 12.0;
    let _ = writeln!(
        svg,
        "<text class=\"soft\" x=\"{LEGEND}\" y=\"{y}\">at threshold {threshold:.2}</text>"
    );
    for line in &DRAWN {
        y += 27.0;
        let _ = writeln!(
            svg,
            "<path class=\"line {}\" d=\"M{LEGEND} {:.1}h40\"/>\
             <text x=\"{:.1}\" y=\"{y:.1}\">{}</text>\
             <text class=\"value\" x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>",
            line.class,
            y - 4.5,
            LEGEND + 50.0,
            line.name,
            WIDTH - 16.0,
            value((line.of)(now))
        );
    }
    let Some(best) = best else { return };
    y += 40.0;
    let _ = writeln!(
        svg,
        "<path class=\"best\" d=\"{}\"/>\
         <text x=\"{:.1}\" y=\"{y:.1}\">best F1</text>\
         <text class=\"value\" x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>\
         <text class=\"soft\" x=\"{:.1}\" y=\"{:.1}\">at threshold {:.2}</text>",
        diamond(LEGEND + 20.0, y - 4.5),
        LEGEND + 50.0,
        WIDTH - 16.0,
        value(best.counts.f1()),
        LEGEND + 50.0,
        y + 20.0,
        best.threshold
    );
}

#[cfg(test)]
mod tests {
    use super::super::TruthKind;
    use super::super::tests::sample;
    use super::*;
    use retold::evaluation::{Ranking, Scored, Unseen};

    #[test]
    fn a_line_steps_down_at_the_scores() {
        let pairs = [(0.8, true), (0.4, false)].map(|(score, is_reuse)| Scored { score, is_reuse });
        let ranking = Ranking::new(&pairs, Unseen::default());
        // Precision 1 from 0.8 to 0.4, and a half from there on.
        let expected =
            format!("M{:.1} {TOP:.1}H{:.1}V{:.1}H{LEFT:.1}", across(0.8), across(0.4), up(0.5));
        assert_eq!(path(ranking.curve(), Counts::precision), expected);
    }

    #[test]
    fn it_says_in_words_what_it_shows() {
        let mut evaluation = sample(TruthKind::LabelledPairs);
        let drawn = svg(&evaluation);
        let counts = evaluation.ranking.at(0.5);
        let recall = format!("Recall {:.3}", counts.recall().expect("pairs of reuse"));
        assert!(drawn.contains(&recall), "{drawn}");
        assert_eq!(
            drawn.matches("class=\"line").count(),
            6,
            "three lines, and three in the legend"
        );
        assert!(!drawn.contains("NaN"));
        evaluation.ranking = Ranking::default();
        assert!(svg(&evaluation).contains("Recall –"));
    }
}
