//! Clusters in the order in which their articles were published, and what each has in common with
//! earlier ones.

use std::collections::HashMap;

use serde::Serialize;

use crate::Findings;
use crate::html::rows::PairRow;

/// Clusters listed, articles of each, and pairs of each article.
const MOST_CLUSTERS: usize = 500;
const MOST_MEMBERS: usize = 100;
const MOST_PAIRS: usize = 3;

/// A cluster. Articles are indices of articles until [`Data`](super::data::Data) makes rows of
/// them.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Timeline {
    /// Earliest first; then those without a date, in the order read.
    pub(super) members: Vec<Member>,
    /// The article to keep.
    pub(super) keep: Option<usize>,
    /// Articles that are not listed: the latest.
    more: usize,
}

/// An article of a cluster.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Member {
    pub(super) article: usize,
    /// Pairs with articles before it, those with most words in common first.
    pairs: Vec<usize>,
    /// How many more such pairs there are.
    more: usize,
}

/// The largest clusters, and how many more there are. `rows` says which row an article has, `pairs`
/// are all rows of pairs.
pub(super) fn timelines(
    findings: &Findings<'_>,
    rows: &HashMap<usize, usize>,
    pairs: &[PairRow],
) -> (Vec<Timeline>, usize) {
    let Some(clusters) = &findings.clusters else { return (Vec::new(), 0) };
    let groups = clusters.groups();
    let more = groups.len().saturating_sub(MOST_CLUSTERS);
    let links = links(pairs);
    let timelines = groups.into_iter().take(MOST_CLUSTERS).map(|(cluster, mut articles)| {
        articles.sort_by_key(|&article| {
            let published = findings.articles.get(article).and_then(|of| of.about.published);
            (published.is_none(), published, article)
        });
        let place: HashMap<usize, usize> = articles
            .iter()
            .enumerate()
            .filter_map(|(at, article)| Some((*rows.get(article)?, at)))
            .collect();
        let member = |(at, &article): (usize, &usize)| {
            let own = rows.get(&article).and_then(|row| links.get(row));
            let earlier =
                |(other, _): &&(usize, usize)| place.get(other).is_some_and(|&of| of < at);
            let mut earlier: Vec<usize> =
                own.into_iter().flatten().filter(earlier).map(|&(_, pair)| pair).collect();
            earlier.sort_by_key(|&pair| (std::cmp::Reverse(pairs[pair].words), pair));
            let more = earlier.len().saturating_sub(MOST_PAIRS);
            earlier.truncate(MOST_PAIRS);
            Member { article, pairs: earlier, more }
        };
        Timeline {
            members: articles.iter().enumerate().take(MOST_MEMBERS).map(member).collect(),
            keep: clusters.retained(cluster),
            more: articles.len().saturating_sub(MOST_MEMBERS),
        }
    });
    (timelines.collect(), more)
}

/// For each row of an article, its partners and the pairs with them, where one reuses the other.
fn links(pairs: &[PairRow]) -> HashMap<usize, Vec<(usize, usize)>> {
    let mut links: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
    for (at, pair) in pairs.iter().enumerate().filter(|(_, pair)| pair.is_reuse()) {
        let [a, b] = pair.articles();
        links.entry(a).or_default().push((b, at));
        links.entry(b).or_default().push((a, at));
    }
    links
}

#[cfg(test)]
mod tests {
    use crate::html::Html;
    use crate::sample::{Sample, written};

    /// Clusters of the page, by ids and what the pairs are with.
    fn clusters(sample: &Sample) -> Vec<Vec<(String, Vec<String>)>> {
        let page = written(&Html::default(), &sample.findings());
        let start = page.find("id=\"index\">").expect("an index") + "id=\"index\">".len();
        let end = start + page[start..].find("</script>").expect("its end");
        let index: serde_json::Value = serde_json::from_str(&page[start..end]).expect("JSON");
        let at = |value: &serde_json::Value| value.as_u64().expect("a row") as usize;
        let id = |row: usize| index["articles"][row]["id"].as_str().expect("an id").to_owned();
        let member = |of: &serde_json::Value| {
            let own = at(&of["article"]);
            let other = |pair: &serde_json::Value| {
                let pair = &index["pairs"][at(pair)];
                let both = [at(&pair["a"]), at(&pair["b"])];
                id(if both[0] == own { both[1] } else { both[0] })
            };
            (id(own), of["pairs"].as_array().expect("pairs").iter().map(other).collect())
        };
        let members = |of: &serde_json::Value| {
            of["members"].as_array().expect("members").iter().map(member).collect()
        };
        index["clusters"].as_array().expect("clusters").iter().map(members).collect()
    }

    #[test]
    fn the_earliest_comes_first_and_those_without_a_date_last() {
        let mut sample = Sample::two_reports();
        for (article, day) in [(0, Some(3)), (1, Some(2)), (2, None)] {
            sample.articles[article].about.published = day.map(|day| day * 86_400);
        }
        let [council, town, wire] = [0, 1, 2].map(|at| sample.articles[at].id.clone());
        let found = clusters(&sample);
        let expected =
            vec![(town.clone(), vec![]), (council.clone(), vec![town]), (wire, vec![council])];
        assert_eq!(found[0], expected);
        assert_eq!(found.len(), 3);
    }
}
