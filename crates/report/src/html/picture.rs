//! The corpus at a glance: each group of articles that reuse each other as a small drawing.
//!
//! A single drawing becomes unreadable with some hundred pairs. So articles that are linked,
//! directly or through others, make one drawing, and the drawings stand in rows, largest first. In
//! a drawing the articles stand on a circle, each cluster together, so that links inside a cluster
//! are short and links between clusters cross the middle. A drawing holds numbers only: the script
//! puts the names in.

use std::collections::{BTreeMap, HashMap};
use std::f64::consts::TAU;
use std::fmt::Write;

use crate::{Findings, Pair};
use retold::align::Relation;

/// The most groups that are drawn; more would tell nothing.
const MOST_GROUPS: usize = 48;
/// Links drawn in one group, strongest first.
const MOST_LINKS: usize = 400;

/// The drawings, and how many groups have none.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) drawn: Vec<Group>,
    pub(super) more: usize,
}

/// Articles that are linked, directly or through others.
#[derive(Debug)]
pub(super) struct Group {
    /// The label of the group: both articles of two, else the first retained article.
    pub(super) named: Vec<usize>,
    pub(super) articles: usize,
    pub(super) pairs: usize,
    /// Links that were left out of the drawing.
    pub(super) hidden: usize,
    pub(super) svg: String,
}

/// The groups that the related pairs of `findings` make, largest first.
pub(super) fn groups(findings: &Findings<'_>) -> Groups {
    let strongest = findings.strongest();
    let links: Vec<_> = strongest
        .iter()
        .enumerate()
        .filter(|(_, pair)| pair.comparison.relation != Relation::Unrelated)
        .map(|(row, pair)| Link { row, pair })
        .collect();
    let mut forest = Forest::default();
    for link in &links {
        forest.join(link.pair.a, link.pair.b);
    }
    let mut members: BTreeMap<usize, Vec<Link<'_>>> = BTreeMap::new();
    for link in links {
        members.entry(forest.root(link.pair.a)).or_default().push(link);
    }
    let mut groups: Vec<_> =
        members.into_values().map(|links| (nodes(findings, &links), links)).collect();
    groups.sort_by_key(|(nodes, links)| {
        (std::cmp::Reverse((nodes.len(), links.len())), links[0].row)
    });
    let more = groups.len().saturating_sub(MOST_GROUPS);
    groups.truncate(MOST_GROUPS);
    let drawn = groups
        .iter()
        .map(|(nodes, links)| Group {
            named: match nodes.as_slice() {
                [_, _] => nodes.clone(),
                _ => vec![
                    *nodes.iter().find(|node| is_retained(findings, **node)).unwrap_or(&nodes[0]),
                ],
            },
            articles: nodes.len(),
            pairs: links.len(),
            hidden: links.len().saturating_sub(MOST_LINKS),
            svg: draw(findings, nodes, links),
        })
        .collect();
    Groups { drawn, more }
}

/// A pair, and its row in the pair table.
struct Link<'a> {
    row: usize,
    pair: &'a Pair,
}

/// The articles of a group, cluster by cluster.
fn nodes(findings: &Findings<'_>, links: &[Link<'_>]) -> Vec<usize> {
    let cluster = |article: usize| {
        findings.clusters.as_ref().and_then(|clusters| clusters.of.get(article).copied())
    };
    let mut nodes: Vec<_> = links.iter().flat_map(|link| [link.pair.a, link.pair.b]).collect();
    nodes.sort_unstable_by_key(|&article| (cluster(article), article));
    nodes.dedup();
    nodes
}

fn draw(findings: &Findings<'_>, nodes: &[usize], links: &[Link<'_>]) -> String {
    let radius = 34.0 + (nodes.len() as f64).sqrt() * 6.0;
    let dot = (7.0 - (nodes.len() as f64).ln()).clamp(1.5, 6.0);
    let half = radius + 10.0;
    // Two dots lie side by side: a square would be empty above and below.
    let high = if nodes.len() == 2 { 14.0 } else { half };
    let place: HashMap<usize, (f64, f64)> = nodes
        .iter()
        .enumerate()
        .map(|(at, &article)| {
            // The first at the top, or the left of two.
            let first = if nodes.len() == 2 { TAU / 2.0 } else { -TAU / 4.0 };
            let angle = first + TAU * at as f64 / nodes.len() as f64;
            (article, (radius * angle.cos(), radius * angle.sin()))
        })
        .collect();
    let mut svg = String::new();
    let label = format!(
        "{} articles joined by {} pair{}",
        nodes.len(),
        links.len(),
        if links.len() == 1 { "" } else { "s" }
    );
    let (width, height) = (half * 2.0, high * 2.0);
    let density = if links.len() > 40 { "dense" } else { "sparse" };
    let _ = write!(
        svg,
        "<svg class=\"{density}\" viewBox=\"{:.0} {:.0} {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" aria-label=\"{label}\">",
        -half, -high
    );
    // The weakest first, so that the strongest lie on top.
    for link in links.iter().take(MOST_LINKS).rev() {
        let ((x, y), (u, v)) = (place[&link.pair.a], place[&link.pair.b]);
        // Bent towards the middle, so that links between neighbours do not lie on the circle.
        let _ = write!(
            svg,
            "<path class=\"link {}\" data-row=\"{}\" d=\"M{x:.1} {y:.1}Q{:.1} {:.1} {u:.1} {v:.1}\"/>",
            link.pair.comparison.relation.name(),
            link.row,
            (x + u) / 4.0,
            (y + v) / 4.0
        );
    }
    let row = rows_of(links);
    for article in nodes {
        let (x, y) = place[article];
        let class = match is_retained(findings, *article) {
            true => "node keeper",
            false => "node",
        };
        let (pair, side) = row[article];
        let _ = write!(
            svg,
            "<circle class=\"{class}\" data-pair=\"{pair}\" data-side=\"{side}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{dot:.1}\"/>"
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Whether an article is the retained article of its cluster.
fn is_retained(findings: &Findings<'_>, article: usize) -> bool {
    let clusters = findings.clusters.as_ref();
    clusters.is_some_and(|of| {
        of.of.get(article).and_then(|&cluster| of.retained(cluster)) == Some(article)
    })
}

/// A row of the pair table in which each article stands, and on which side.
fn rows_of(links: &[Link<'_>]) -> HashMap<usize, (usize, char)> {
    let mut rows = HashMap::new();
    for link in links {
        rows.entry(link.pair.a).or_insert((link.row, 'a'));
        rows.entry(link.pair.b).or_insert((link.row, 'b'));
    }
    rows
}

/// Union-find over article numbers.
#[derive(Default)]
struct Forest {
    parent: HashMap<usize, usize>,
}

impl Forest {
    fn root(&mut self, mut article: usize) -> usize {
        while let Some(&parent) = self.parent.get(&article) {
            // Path halving keeps the trees flat.
            if let Some(&above) = self.parent.get(&parent) {
                self.parent.insert(article, above);
            }
            article = parent;
        }
        article
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a != b {
            self.parent.insert(a.max(b), a.min(b));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    #[test]
    fn linked_articles_are_drawn_together() {
        let sample = Sample::two_reports();
        let groups = groups(&sample.findings());
        let sizes: Vec<_> =
            groups.drawn.iter().map(|group| (group.articles, group.pairs)).collect();
        // The unrelated pair links nothing.
        assert_eq!(sizes, [(5, 4), (2, 1)]);
        assert_eq!(groups.drawn[0].svg.matches("<path").count(), 4);
        assert_eq!(groups.drawn[0].svg.matches("node keeper").count(), 2);
    }

    #[test]
    fn the_forest_agrees_with_itself() {
        let mut forest = Forest::default();
        for (a, b) in [(9, 4), (4, 7), (1, 2), (7, 2)] {
            forest.join(a, b);
        }
        assert!([1, 2, 4, 7, 9].iter().all(|&article| forest.root(article) == 1));
        assert_eq!(forest.root(3), 3);
    }
}
