//! Bars over an axis.

use std::fmt::Write;

use super::svg::{begin, text};
use crate::quantity;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 696.0;
const TOP: f64 = 64.0;
const BOTTOM: f64 = 316.0;

/// More bars than this have no room for their counts.
const COUNTED: usize = 14;

/// A bar.
pub struct Bar {
    /// What stands below it.
    pub label: String,
    /// How high it is.
    pub count: u64,
    /// What it says when it is pointed at.
    pub said: String,
}

/// Where labels stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Labels {
    /// Below the left edge of their bar: the bars are steps of a scale that ends at 1.
    Edges,
    /// Below the middle of their bar.
    Middles,
}

/// A picture of bars.
pub struct Bars {
    pub title: String,
    /// What the axes are.
    pub across: &'static str,
    pub up: &'static str,
    pub bars: Vec<Bar>,
    pub labels: Labels,
}

impl Bars {
    pub fn svg(&self) -> String {
        let said: Vec<&str> = self.bars.iter().filter(|bar| bar.count > 0).map(Bar::said).collect();
        let mut svg =
            begin((WIDTH, HEIGHT), &self.title, &format!("{}. {}", self.title, said.join("; ")));
        let highest = self.bars.iter().map(|bar| bar.count).max().unwrap_or(0);
        let step = step(highest);
        let top = highest.div_ceil(step).max(1) * step;
        let up = |count: u64| BOTTOM - (BOTTOM - TOP) * count as f64 / top as f64;
        for line in 0..=top / step {
            let y = up(line * step);
            let class = if line == 0 { "axis" } else { "grid" };
            let _ = writeln!(
                svg,
                "<path class=\"{class}\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>\
                 <text class=\"soft\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 9.0,
                y + 4.5,
                quantity::count(line * step)
            );
        }
        let width = (RIGHT - LEFT) / self.bars.len().max(1) as f64;
        for (at, bar) in self.bars.iter().enumerate() {
            let x = LEFT + width * at as f64;
            if bar.count > 0 {
                self.draw(&mut svg, bar, (x, width, up(bar.count)));
            }
            let (x, anchor) = match self.labels {
                Labels::Edges => (x, "middle"),
                Labels::Middles => (x + width / 2.0, "middle"),
            };
            label(&mut svg, x, anchor, &bar.label);
        }
        if self.labels == Labels::Edges {
            label(&mut svg, RIGHT, "middle", "1.00");
        }
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\
             <text transform=\"translate(22 {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            (LEFT + RIGHT) / 2.0,
            BOTTOM + 46.0,
            self.across,
            (TOP + BOTTOM) / 2.0,
            self.up
        );
        svg.push_str("</svg>\n");
        svg
    }

    fn draw(&self, svg: &mut String, bar: &Bar, (x, width, y): (f64, f64, f64)) {
        // Whatever is there can be seen.
        let y = y.min(BOTTOM - 1.0);
        let gap = (width * 0.08).max(1.0);
        let _ = writeln!(
            svg,
            "<rect class=\"bar\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\">\
             <title>{}</title></rect>",
            x + gap,
            width - 2.0 * gap,
            BOTTOM - y,
            text(&bar.said)
        );
        if self.bars.len() <= COUNTED {
            let (x, y) = (x + width / 2.0, y - 6.0);
            let count = quantity::count(bar.count);
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{count}</text>"
            );
        }
    }
}

impl Bar {
    fn said(&self) -> &str {
        &self.said
    }
}

fn label(svg: &mut String, x: f64, anchor: &str, label: &str) {
    if !label.is_empty() {
        let y = BOTTOM + 20.0;
        let _ = writeln!(
            svg,
            "<text class=\"soft\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            text(label)
        );
    }
}

/// The distance of the lines: 1, 2 or 5 times a power of ten, so that there are five at most.
fn step(highest: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for step in [1, 2, 5].map(|of| power.saturating_mul(of)) {
            if step.saturating_mul(5) >= highest {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_at_round_numbers() {
        for (highest, expected) in [(0, 1), (5, 1), (6, 2), (11, 5), (26, 10), (1_000_000, 200_000)]
        {
            assert_eq!(step(highest), expected, "{highest}");
        }
        assert!(step(u64::MAX) > 0);
    }
}
