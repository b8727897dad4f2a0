//! What many articles share is no sign that two of them are one.
//!
//! A hundred words of boilerplate make doubtful of otherwise independent articles, and clusters of
//! a whole site. After alignment the corpus says what its boilerplate is: the parts of an article
//! that stand in passages with many others. Pairs are judged again without it; those that do not hold
//! are partial, which they are, and join no cluster.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::scan::{Pair, Watch};
use super::{Engine, Texts};
use crate::Span;
use crate::align::Relation;
use crate::align::boilerplate::Boilerplate;

/// What stands in passages with so many other articles is common.
const COMMON: usize = 10;
/// Where more of an article than this is common, it is a story that went round.
const STORY: f64 = 0.6;

impl Engine {
    /// Makes partial those pairs that rest on common text alone; gives their number.
    pub(super) fn demote_common<T: Texts + ?Sized>(
        &self,
        texts: &T,
        pairs: &mut [Pair],
        watch: &dyn Watch,
    ) -> usize {
        let boilerplate = self.common_text(texts, pairs);
        if boilerplate.is_empty() {
            return 0;
        }
        let joins = |pair: &Pair| {
            use Relation::{Excerpt, NearDuplicate, Rewrite};
            matches!(pair.comparison.relation, NearDuplicate | Excerpt | Rewrite)
        };
        let doubtful: Vec<(u32, u32)> =
            pairs.iter().filter(|pair| joins(pair)).map(|pair| (pair.a, pair.b)).collect();
        let mut rest = Vec::with_capacity(doubtful.len());
        self.without(boilerplate).compare_batches(texts, &doubtful, |now, compared| {
            watch.advance(now.len() as u64);
            rest.extend(compared.into_iter().map(|comparison| comparison.relation));
            ControlFlow::Continue(())
        });
        let mut demoted = 0;
        for (pair, rest) in pairs.iter_mut().filter(|pair| joins(pair)).zip(rest) {
            if matches!(rest, Relation::Unrelated | Relation::Partial) {
                pair.comparison.relation = Relation::Partial;
                pair.comparison.contained = None;
                demoted += 1;
            }
        }
        demoted
    }

    /// The text that many articles share, and that is a part of them only.
    fn common_text<T: Texts + ?Sized>(&self, texts: &T, pairs: &[Pair]) -> Boilerplate {
        let mut shared: HashMap<u32, Vec<Vec<Span>>> = HashMap::new();
        for pair in pairs {
            let passages = &pair.comparison.passages;
            if pair.comparison.relation != Relation::Unrelated && !passages.is_empty() {
                let (a, b) = passages.iter().map(|passage| (passage.a, passage.b)).unzip();
                shared.entry(pair.a).or_default().push(a);
                shared.entry(pair.b).or_default().push(b);
            }
        }
        let mut articles: Vec<(u32, Vec<Vec<Span>>)> =
            shared.into_iter().filter(|(_, partners)| partners.len() >= COMMON).collect();
        articles.sort_unstable_by_key(|(article, _)| *article);
        let mut boilerplate = Boilerplate::default();
        let mut analyzer = self.analyzer();
        for (number, partners) in articles {
            let text = texts.text(number as usize);
            let common = common_spans(partners);
            let bytes: u32 = common.iter().map(|span| span.end - span.start).sum();
            if f64::from(bytes) > STORY * text.len() as f64 {
                continue;
            }
            let article = analyzer.article(&text);
            for span in common {
                let from = article.words.partition_point(|word| word.span.start < span.start);
                let to = article.words.partition_point(|word| word.span.end <= span.end);
                boilerplate.add(&article.words[from..to.max(from)]);
            }
        }
        boilerplate
    }
}

/// Where the passages of enough partners overlap, ascending.
fn common_spans(partners: Vec<Vec<Span>>) -> Vec<Span> {
    let mut steps: Vec<(u32, i32)> = Vec::new();
    for mut spans in partners {
        spans.sort_unstable();
        let mut end = 0;
        for span in spans {
            // A partner counts once, however its own passages overlap.
            if span.end > end {
                steps.push((span.start.max(end), 1));
                steps.push((span.end, -1));
                end = span.end;
            }
        }
    }
    steps.sort_unstable();
    let (mut depth, mut start, mut common) = (0, 0, Vec::new());
    for (at, step) in steps {
        let before = depth;
        depth += step;
        if before < COMMON as i32 && depth >= COMMON as i32 {
            start = at;
        } else if before >= COMMON as i32 && depth < COMMON as i32 && at > start {
            common.push(Span { start, end: at });
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    /// Words that no two articles share in any order to speak of.
    fn independent(article: usize, words: usize) -> String {
        let mut state = article as u64 + 1;
        let mut text = String::new();
        for word in 0..words {
            state = crate::text::hash::mix(state.wrapping_add(word as u64));
            let stop = if word % 12 == 11 { ". " } else { " " };
            text += &format!("w{}x{stop}", state % 9_000);
        }
        text
    }

    #[test]
    fn what_enough_partners_share_is_common() {
        let span = |start, end| Span { start, end };
        let mut partners = vec![vec![span(10, 20), span(15, 30)]; COMMON - 1];
        assert!(common_spans(partners.clone()).is_empty());
        partners.push(vec![span(12, 25)]);
        assert_eq!(common_spans(partners), [span(12, 25)]);
    }

    #[test]
    fn articles_that_share_boilerplate_are_no_cluster() {
        let notice = independent(1_000_000, 100);
        let texts: Vec<String> =
            (0..1_000).map(|article| independent(article, 250) + "\n\n" + &notice).collect();
        let engine = Engine::new(Config::default()).unwrap();
        let scan = engine.scan(&texts[..]).unwrap();
        let distinct: std::collections::HashSet<u32> = scan.clusters.iter().copied().collect();
        assert_eq!(distinct.len(), texts.len());
    }

    #[test]
    fn a_story_that_went_round_stays_one_cluster() {
        let story = independent(7, 200);
        let texts: Vec<String> = (0..30)
            .map(|article| story.clone() + "\n\n" + &independent(100 + article, 40))
            .collect();
        let engine = Engine::new(Config::default()).unwrap();
        let scan = engine.scan(&texts[..]).unwrap();
        assert!(scan.clusters.iter().all(|cluster| *cluster == 0));
    }
}
