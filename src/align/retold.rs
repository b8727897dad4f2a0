//! What there is to show of a pair that is judged retold.
//!
//! Between articles that may be independent, a passage has to prove itself. Where one is the other
//! retold, most of it comes from somewhere, so less is proof enough of where: runs that were too weak
//! by themselves, and runs of aligned sentences.

use std::ops::Range;

use super::features::Pair;
use super::passages::{Candidate, Form, common, drop_overlapping, runs};
use super::profile::Profile;
use super::sentences::Aligned;

/// Log-odds from which a run is a passage.
const RUN_ODDS: f32 = -1.5;
/// Sentences without a partner that stand inside a passage, at most.
const GAP: u32 = 2;
/// A run of aligned sentences is news if less than this share of it stands in passages already, on
/// one side or the other.
const NEWS: f32 = 0.5;

/// The passages of a retold pair, in the order of the first article: those that it has, and what
/// `aligned` sentences add, of at least `least` words on either side.
pub fn passages(pair: &Pair, aligned: &[Aligned], least: usize) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = runs(pair.a, pair.b, pair.weights, pair.links)
        .into_iter()
        .filter(|run| run.odds > RUN_ODDS && run.words() >= least)
        .collect();
    drop_overlapping(&mut found);
    let is_summary = |passage: &&Candidate| passage.form != Form::Run;
    for summary in pair.passages.iter().filter(is_summary) {
        found.retain(|run| !is_inside(run, summary));
        found.push(summary.clone());
    }
    for group in groups(aligned) {
        let (a, b) = hull(pair, group);
        let is_told = |range: fn(&Candidate) -> &Range<usize>, own: &Range<usize>| {
            let told: usize = found.iter().map(|passage| common(range(passage), own)).sum();
            told as f32 > NEWS * own.len() as f32
        };
        let is_news = !is_told(|passage| &passage.a, &a) || !is_told(|passage| &passage.b, &b);
        if is_news && a.len().min(b.len()) >= least {
            let odds = group.iter().map(|aligned| aligned.odds).fold(f32::MIN, f32::max);
            found.push(Candidate { a, b, form: Form::Run, features: Vec::new(), odds });
        }
    }
    found.sort_by_key(|passage| (passage.a.start, passage.b.start, passage.a.end, passage.b.end));
    found
}

/// Whether a run stands for the most part inside a summary and what it sums up.
fn is_inside(run: &Candidate, summary: &Candidate) -> bool {
    common(&run.a, &summary.a) * 2 > run.a.len() && common(&run.b, &summary.b) * 2 > run.b.len()
}

/// Runs of aligned sentences, in the order of the first article, that go on in the second.
fn groups(aligned: &[Aligned]) -> impl Iterator<Item = &[Aligned]> {
    let goes_on = |x: &Aligned, y: &Aligned| y.a - x.a <= GAP + 1 && x.b.abs_diff(y.b) <= GAP + 1;
    aligned.chunk_by(goes_on)
}

/// The words that the sentences span, on both sides.
fn hull(pair: &Pair, group: &[Aligned]) -> (Range<usize>, Range<usize>) {
    let words = |profile: &Profile, place: fn(&Aligned) -> u32| {
        let places = group.iter().map(place);
        let first = places.clone().min().unwrap_or(0);
        profile.words_of(first..places.max().unwrap_or(0) + 1)
    };
    (words(pair.a, |aligned| aligned.a), words(pair.b, |aligned| aligned.b))
}
