//! Pictures of findings, as SVG that stands alone: how similar pairs are, how large clusters are,
//! and which articles of a cluster are like which.
//!
//! Each is one element with its own style, whose rules are for it alone, so that it can stand in a
//! page among others. It runs and loads nothing; ids are foreign, and stand in it as text.

mod bars;
mod matrix;
mod svg;

use retold::align::Relation;

use crate::quantity;
use crate::{Clusters, Pair};
use bars::{Bar, Bars};
pub use matrix::{MOST, matrix};

/// Bars of a histogram of shares.
const BINS: usize = 20;

/// How many pairs there are of each score, in twenty steps from 0 to 1. No scores give empty axes.
pub fn similarities(scores: impl Iterator<Item = f64>) -> String {
    let mut counts = [0_u64; BINS];
    for score in scores {
        counts[((score.clamp(0.0, 1.0) * BINS as f64) as usize).min(BINS - 1)] += 1;
    }
    let bar = |(at, count): (usize, &u64)| {
        let [from, to] = [at, at + 1].map(|edge| format!("{:.2}", edge as f64 / BINS as f64));
        let said = format!("{from} to {to}: {}", quantity::counted(*count, "pair"));
        Bar { label: if at % 2 == 0 { from } else { String::new() }, count: *count, said }
    };
    let total: u64 = counts.iter().sum();
    Bars {
        title: format!("Similarity of {}", quantity::counted(total, "pair")),
        across: "Score, in steps of 0.05",
        up: "Pairs",
        bars: counts.iter().enumerate().map(bar).collect(),
        labels: bars::Labels::Edges,
    }
    .svg()
}

/// How many clusters there are of each size: of 2, 3 and 4 articles, then in ranges that double.
/// Articles that are alone are no cluster.
pub fn cluster_sizes(clusters: &Clusters) -> String {
    let sizes: Vec<usize> = clusters.groups().iter().map(|(_, of)| of.len()).collect();
    let largest = sizes.iter().max().copied().unwrap_or(0);
    let mut ranges = vec![(2, 2), (3, 3), (4, 4)];
    while ranges[ranges.len() - 1].1 < largest {
        let last = ranges[ranges.len() - 1].1;
        ranges.push((last + 1, last * 2));
    }
    let bar = |(from, to): (usize, usize)| {
        let count = sizes.iter().filter(|size| (from..=to).contains(size)).count() as u64;
        let label = if from == to { from.to_string() } else { format!("{from}–{to}") };
        let said = format!("{label} articles: {}", quantity::counted(count, "cluster"));
        Bar { label, count, said }
    };
    let articles = sizes.iter().sum::<usize>() as u64;
    Bars {
        title: format!(
            "{} of {}",
            quantity::counted(sizes.len() as u64, "cluster"),
            quantity::counted(articles, "article")
        ),
        across: "Articles in a cluster",
        up: "Clusters",
        bars: ranges.into_iter().map(bar).collect(),
        labels: bars::Labels::Middles,
    }
    .svg()
}

/// The scores of pairs that are related.
pub fn scores(pairs: &[Pair]) -> impl Iterator<Item = f64> + '_ {
    let related = pairs.iter().filter(|pair| pair.comparison.relation != Relation::Unrelated);
    related.map(|pair| f64::from(pair.comparison.score))
}

#[cfg(test)]
mod tests {
    use super::svg::text;
    use super::*;

    #[test]
    fn every_score_is_in_one_bar() {
        let svg = similarities([0.0, 0.049, 0.05, 0.5, 0.999, 1.0, 1.5].into_iter());
        assert!(svg.contains("Similarity of 7 pairs"), "{svg}");
        for said in ["0.00 to 0.05: 2 pairs", "0.05 to 0.10: 1 pair", "0.95 to 1.00: 3 pairs"] {
            assert!(svg.contains(said), "{said}");
        }
        assert_eq!(svg.matches("class=\"bar\"").count(), 4);
        let nothing = similarities(std::iter::empty());
        assert!(nothing.contains("Similarity of 0 pairs") && !nothing.contains("class=\"bar\""));
        assert!(!nothing.contains("NaN") && !nothing.contains("inf"));
    }

    #[test]
    fn clusters_are_counted_by_size() {
        // Two pairs, one of five, one of nine, and one alone.
        let of = [0, 0, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4].to_vec();
        let svg = cluster_sizes(&Clusters { of, ..Clusters::default() });
        assert!(svg.contains("4 clusters of 18 articles"), "{svg}");
        for said in
            ["2 articles: 2 clusters", "5–8 articles: 1 cluster", "9–16 articles: 1 cluster"]
        {
            assert!(svg.contains(said), "{said}");
        }
        assert!(cluster_sizes(&Clusters::default()).contains("0 clusters of 0 articles"));
    }

    #[test]
    fn foreign_text_is_inert() {
        let escaped = text("</text><script>\"'&\u{0}\u{1b}[31m\u{202e}\u{ffff}");
        assert!(
            !escaped.contains(['<', '>', '"', '\'', '\u{0}', '\u{1b}', '\u{202e}', '\u{ffff}'])
        );
        assert!(escaped.starts_with("&lt;/text&gt;&lt;script&gt;&quot;&#39;&amp;"), "{escaped}");
    }
}
