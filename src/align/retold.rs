//! What there is to show of a pair that is judged retold.
//!
//! Between articles that may be independent, a passage has to prove itself. Where one is the other
//! retold, most of it comes from somewhere, so less is proof enough of where: runs that were too weak
//! by themselves, and runs of aligned sentences.

use std::ops::Range;

use super::facts::Facts;
use super::features::Pair;
use super::options::CompareOptions;
use super::passages::{COPIER_ODDS, Candidate, Form, common, is_copier};
use super::profile::Profile;
use super::runs::runs;
use super::sentences::Aligned;

/// Log-odds from which a run may be a passage.
const RUN_ODDS: f32 = -1.5;
/// Log-odds from which what is added is shown however much is shown already; of weaker ones, the
/// surest only, and no more than must be.
const LIKELY: f32 = 0.0;
/// Sentences without a partner that stand inside a passage, at most.
const GAP: u32 = 2;
/// A run of aligned sentences is news if less than this share of it stands in passages already, on
/// one side or the other.
const NEWS: f32 = 0.5;

/// The passages of a retold pair, in the order of the first article: those that it has, and what
/// `aligned` sentences and weak runs add: what is likely, and of the rest, the surest first, as much as
/// makes a rewrite.
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
    let is_most = |found: &[Candidate]| {
        let [a, b] = pair.characters_in(found);
        a.max(b) >= options.rewrite
    };
    for run in weak {
        if run.odds < LIKELY && is_most(&found) {
            break;
        }
        let is_told = |range: fn(&Candidate) -> &Range<usize>| {
            let told: usize = found.iter().map(|passage| common(range(passage), range(&run))).sum();
            told as f32 > NEWS * range(&run).len() as f32
        };
        if !is_told(|passage| &passage.a) && !is_told(|passage| &passage.b) {
            found.push(run);
        }
    }
    found.sort_by_key(|passage| (passage.a.start, passage.b.start, passage.a.end, passage.b.end));
    found
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
