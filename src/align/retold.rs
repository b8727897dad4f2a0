//! What there is to show of a pair that is judged retold.
//!
//! Between articles that may be independent, a passage needs strong evidence. Where one retells the
//! other, most of its text has a source, so weaker evidence suffices: runs that were too weak by
//! themselves, and runs of aligned sentences.

use std::collections::BTreeMap;
use std::ops::Range;

use super::candidate::{Candidate, Form};
use super::facts::Facts;
use super::features::{Pair, share};
use super::options::CompareOptions;
use super::overlaps::Overlaps;
use super::passages::{COPIER_ODDS, is_copier};
use super::profile::Profile;
use super::runs::runs;
use super::sentences::Aligned;
use crate::span::Span;

/// Log-odds from which a run may be a passage.
const RUN_ODDS: f32 = -1.5;
/// Log-odds from which what is added is shown however much is shown already; of weaker ones, the
/// surest only, and no more than must be.
const LIKELY: f32 = 0.0;
/// Sentences without a partner inside a passage, at most.
const GAP: u32 = 2;
/// A run of aligned sentences is new if less than this share of it is inside passages already, on
/// either side.
const NEWS: f32 = 0.5;

/// The passages of a retold pair, in the order of the first article: those that it has, and what
/// `aligned` sentences and weak runs add: what is likely, and of the rest, the surest first, as
/// much as makes a rewrite.
pub fn passages(pair: &Pair, aligned: &[Aligned], options: &CompareOptions) -> Vec<Candidate> {
    let least = options.least_passage([pair.a, pair.b].map(|profile| profile.article.words.len()));
    let mut found = pair.passages.to_vec();
    let is_copied = is_copier(&found);
    let mut weak: Vec<Candidate> = runs(pair.a, pair.b, pair.weights, pair.links)
        .into_iter()
        .filter(|run| run.odds > RUN_ODDS)
        .chain(groups(aligned).map(|group| hull(pair, group)))
        .filter(|run| run.words() >= least && (!is_copied || run.odds > COPIER_ODDS))
        .collect();
    weak.sort_by(|x, y| y.odds.total_cmp(&x.odds).then(x.a.start.cmp(&y.a.start)));
    let mut told = [
        Told::of(pair.a, found.iter().map(|passage| &passage.a)),
        Told::of(pair.b, found.iter().map(|passage| &passage.b)),
    ];
    for run in weak {
        if pair.weights.cancel.is_cancelled() {
            break;
        }
        if run.odds < LIKELY && told[0].share().max(told[1].share()) >= options.rewrite {
            break;
        }
        if !told[0].has(&run.a) && !told[1].has(&run.b) {
            told[0].add(&run.a);
            told[1].add(&run.b);
            found.push(run);
        }
    }
    found.sort_by_key(|passage| (passage.a.start, passage.b.start, passage.a.end, passage.b.end));
    found
}

/// The parts of one article that are inside passages.
struct Told<'p> {
    article: &'p Profile,
    passages: Overlaps,
    characters: Union,
}

impl<'p> Told<'p> {
    fn of<'r>(article: &'p Profile, passages: impl Iterator<Item = &'r Range<usize>>) -> Self {
        let mut told =
            Self { article, passages: Overlaps::default(), characters: Union::default() };
        passages.for_each(|passage| told.add(passage));
        told
    }

    fn add(&mut self, passage: &Range<usize>) {
        self.passages.add(passage.clone());
        self.characters.add(self.article.span_of(passage.clone()));
    }

    /// Whether so much of a run is inside passages that it is not new.
    fn has(&self, run: &Range<usize>) -> bool {
        self.passages.words_in(run) as f32 > NEWS * run.len() as f32
    }

    /// Share of the article's characters.
    fn share(&self) -> f32 {
        share(self.characters.bytes as f32, self.article.article.bytes as f32)
    }
}

/// Bytes that at least one of some spans holds, which come one by one.
#[derive(Debug, Clone, Default)]
struct Union {
    /// Ends of parts that do not touch, by their starts.
    parts: BTreeMap<u32, u32>,
    bytes: usize,
}

impl Union {
    fn add(&mut self, mut span: Span) {
        while let Some((&start, &end)) = self.parts.range(..=span.end).next_back() {
            if end < span.start {
                break;
            }
            self.parts.remove(&start);
            self.bytes -= (end - start) as usize;
            span = span.hull(Span { start, end });
        }
        self.parts.insert(span.start, span.end);
        self.bytes += span.len();
    }
}

/// Runs of aligned sentences, in the order of the first article, that go on in the second.
fn groups(aligned: &[Aligned]) -> impl Iterator<Item = &[Aligned]> {
    let goes_on = |x: &Aligned, y: &Aligned| y.a - x.a <= GAP + 1 && x.b.abs_diff(y.b) <= GAP + 1;
    aligned.chunk_by(goes_on)
}

/// The words that the sentences span, on both sides, as sure as the surest of them.
fn hull(pair: &Pair, group: &[Aligned]) -> Candidate {
    let words = |profile: &Profile, place: fn(&Aligned) -> u32| {
        let places = group.iter().map(place);
        let first = places.clone().min().unwrap_or(0);
        profile.words_of(first..places.max().unwrap_or(0) + 1)
    };
    let (a, b) = (words(pair.a, |aligned| aligned.a), words(pair.b, |aligned| aligned.b));
    let odds = group.iter().map(|aligned| aligned.odds).fold(f32::MIN, f32::max);
    Candidate {
        a,
        b,
        form: Form::Run,
        features: Vec::new(),
        facts: Facts::default(),
        odds,
        is_copy: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::covered;

    proptest::proptest! {
        #[test]
        fn a_union_has_what_its_spans_cover(
            spans in proptest::collection::vec((0usize..200, 0usize..40), 0..30),
        ) {
            let (mut union, mut all) = (Union::default(), Vec::new());
            for (start, len) in spans {
                let span = Span::new(start, start + len);
                union.add(span);
                all.push(span);
                proptest::prop_assert_eq!(union.bytes, covered(&mut all.clone()));
            }
        }
    }
}
