//! Groups of articles that reuse each other, each as a small drawing, where a drawing says
//! something.
//!
//! What two articles are to each other the table says, and that all are linked with all the
//! timeline says; a drawing shows which articles of a group are linked and which are not. It does
//! so as long as its lines can be followed: larger groups are not drawn, and the page says so. In a
//! drawing the articles stand on a circle, each cluster together, so that links inside a cluster
//! are short and links between clusters cross the middle. A drawing holds numbers only: the script
//! puts the names in.

use std::collections::{BTreeMap, HashMap};
use std::f64::consts::TAU;
use std::fmt::Write;

use crate::{Findings, Pair};
use retold::align::Relation;

/// The most groups that are drawn.
const MOST_GROUPS: usize = 12;
/// Articles and links of a group beyond which nobody can follow a line.
pub(super) const MOST_ARTICLES: usize = 24;
pub(super) const MOST_LINKS: usize = 40;

/// The drawings, and the groups that have none.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) drawn: Vec<Group>,
    /// Groups of two articles.
    pub(super) pairs: usize,
    /// Groups in which every article is linked with every other.
    pub(super) complete: usize,
    /// Groups with too many articles or links.
    pub(super) large: usize,
    /// Articles and links of the largest of these.
    pub(super) largest: (usize, usize),
    /// Groups that would be drawn if there were fewer.
    pub(super) more: usize,
}

/// Articles that are linked, directly or through others.
#[derive(Debug)]
pub(super) struct Group {
    /// The label of the group: the first retained article.
    pub(super) named: usize,
    pub(super) articles: usize,
    pub(super) pairs: usize,
    pub(super) svg: String,
}

/// The groups that the related pairs of `findings` make, largest first.
pub(super) fn groups(findings: &Findings<'_>) -> Groups {
    let mut groups = Groups::default();
    let mut worth: Vec<(Vec<usize>, Vec<Link<'_>>)> = Vec::new();
    for links in linked(findings) {
        let nodes = nodes(findings, &links);
        match (nodes.len(), links.len()) {
            (2, _) => groups.pairs += 1,
            size @ (articles, pairs) if articles > MOST_ARTICLES || pairs > MOST_LINKS => {
                groups.large += 1;
                groups.largest = groups.largest.max(size);
            }
            (articles, pairs) if pairs == articles * (articles - 1) / 2 => groups.complete += 1,
            _ => worth.push((nodes, links)),
        }
    }
    worth.sort_by_key(|(nodes, links)| {
        (std::cmp::Reverse((nodes.len(), links.len())), links[0].row)
    });
    groups.more = worth.len().saturating_sub(MOST_GROUPS);
    let drawn = worth.iter().take(MOST_GROUPS).map(|(nodes, links)| Group {
        named: *nodes.iter().find(|node| is_retained(findings, **node)).unwrap_or(&nodes[0]),
        articles: nodes.len(),
        pairs: links.len(),
        svg: draw(findings, nodes, links),
    });
    groups.drawn = drawn.collect();
    groups
}

/// The related pairs, by the group that they make.
fn linked<'a>(findings: &Findings<'a>) -> Vec<Vec<Link<'a>>> {
    let is_related = |link: &Link<'_>| link.pair.comparison.relation != Relation::Unrelated;
    let links: Vec<_> = findings
        .strongest()
        .into_iter()
        .enumerate()
        .map(|(row, pair)| Link { row, pair })
        .filter(is_related)
        .collect();
    let mut forest = Forest::default();
    for link in &links {
        forest.join(link.pair.a, link.pair.b);
    }
    let mut groups: BTreeMap<usize, Vec<Link<'_>>> = BTreeMap::new();
    for link in links {
        groups.entry(forest.root(link.pair.a)).or_default().push(link);
    }
    groups.into_values().collect()
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
    let place: HashMap<usize, (f64, f64)> = nodes
        .iter()
        .enumerate()
        .map(|(at, &article)| {
            // The first at the top.
            let angle = TAU * at as f64 / nodes.len() as f64 - TAU / 4.0;
            (article, (radius * angle.cos(), radius * angle.sin()))
        })
        .collect();
    let mut svg = String::new();
    let label = format!("{} articles joined by {} pairs", nodes.len(), links.len());
    let side = half * 2.0;
    let _ = write!(
        svg,
        "<svg viewBox=\"{0:.0} {0:.0} {side:.0} {side:.0}\" width=\"{side:.0}\" height=\"{side:.0}\" role=\"img\" aria-label=\"{label}\">",
        -half
    );
    // The weakest first, so that the strongest lie on top.
    for link in links.iter().rev() {
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
        assert_eq!(sizes, [(5, 4)]);
        assert_eq!(groups.pairs, 1);
        assert_eq!(groups.drawn[0].svg.matches("<path").count(), 4);
        assert_eq!(groups.drawn[0].svg.matches("node keeper").count(), 2);
    }

    /// Articles of which those with these numbers are linked.
    fn of_links(links: &[(usize, usize)]) -> Groups {
        let mut sample = Sample::empty();
        for at in 0..links.iter().map(|(a, b)| a.max(b) + 1).max().unwrap_or(0) {
            sample.add(&at.to_string(), "Rain fell.");
        }
        for &both in links {
            sample.pair(both, (Relation::Rewrite, 0.9), &[], &[(0..1, 0..1)]);
        }
        groups(&sample.findings())
    }

    #[test]
    fn what_no_drawing_would_show_is_counted() {
        let star = |n: usize| (1..n).map(|at| (0, at)).collect::<Vec<_>>();
        assert_eq!(of_links(&star(MOST_ARTICLES)).drawn.len(), 1);
        let large = of_links(&star(MOST_ARTICLES + 1));
        assert_eq!((large.drawn.len(), large.large), (0, 1));
        assert_eq!(large.largest, (MOST_ARTICLES + 1, MOST_ARTICLES));
        let all = |n: usize| (0..n).flat_map(|b| (0..b).map(move |a| (a, b))).collect::<Vec<_>>();
        let complete = of_links(&all(4));
        assert_eq!((complete.drawn.len(), complete.complete), (0, 1));
        let mut hairball = all(10);
        hairball.pop();
        assert_eq!(of_links(&hairball).large, 1, "too many lines");
        assert_eq!(of_links(&star(2)).pairs, 1);
        let many: Vec<_> =
            (0..20).flat_map(|at| [(3 * at, 3 * at + 1), (3 * at, 3 * at + 2)]).collect();
        let many = of_links(&many);
        assert_eq!((many.drawn.len(), many.more), (MOST_GROUPS, 20 - MOST_GROUPS));
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
