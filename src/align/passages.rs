//! Links to passages: the runs of text that one article reuses from the other.
//!
//! Seed, extend, filter (Sanchez-Perez et al., PAN 2014), with three changes. Links carry how well
//! their neighbours support them, so weak ones may seed. Boundaries are found by word, not by
//! sentence ([`boundaries`](super::boundaries)). And a model over the evidence decides, not
//! thresholds. Summaries, where one sentence represents a page, are searched separately: there only
//! one side is a run.

use std::ops::Range;

use super::boundaries::{Boundaries, Segment};
use super::candidate::{Candidate, Form};
use super::evidence::{Evidence, PassageFeatures};
use super::groups::{groups, hull};
use super::linker::{Link, Seed};
use super::model::{Curves, compiled_in};
use super::overlaps::{Overlaps, common};
use super::profile::Profile;
use super::relation::Side;
use super::runs::runs;
use super::weights::{Effort, Weights};

/// Log-odds from which a candidate is a passage. They are below 0, because the labels count a run
/// as wrong if half of it is, and because the models of pairs weigh what was found.
const RUN_ODDS: f32 = -1.0;
/// The same for a summary.
const SUMMARY_ODDS: f32 = -0.5;
/// Words of a verbatim copy that marks its author as a copier: who copies word for word seldom
/// retells.
const COPIED: usize = 50;
/// Log-odds of a passage beside such a copy.
pub const COPIER_ODDS: f32 = 3.0;
/// A run that is inside a better one on one side only is dropped, unless its log-odds are nearly as
/// high, or beyond doubt: most text comes from one place, but a text may quote itself.
const RIVAL_MARGIN: f32 = 1.0;
const BEYOND_DOUBT: f32 = 6.0;
/// Sentences without a link that the short side of a summary may pass over.
const SUMMARY_GAP: u32 = 2;
/// Least cosine of a link that belongs to a summary.
const SUMMARY_COSINE: f32 = 0.2;
/// A summary is at most this share of what it sums up.
const SUMMARY_SHARE: f32 = 0.5;

/// How many times longer than its summary a segment may be, in a pair that is aligned coarsely:
/// searching all of a long text for each group of sentences would be quadratic.
const SUMMARY_RATIO: usize = 64;

/// Share of a summary that is a verbatim copy, from which it summarises nothing else.
const SAME_COPY: f32 = 0.9;

/// What sums up this share of an article sums up the whole of it.
const MOST: f32 = 0.4;

/// The features of the summary model: those of a passage, how much of either side the runs explain,
/// and the log-odds of the surest run.
pub const SUMMARY_FEATURES: [&str; PassageFeatures::COUNT + 3] = {
    let mut names = [""; PassageFeatures::COUNT + 3];
    let mut at = 0;
    while at < PassageFeatures::COUNT {
        names[at] = PassageFeatures::NAMES[at];
        at += 1;
    }
    names[at] = "explained_short";
    names[at + 1] = "explained_long";
    names[at + 2] = "best_run";
    names
};

compiled_in! {
    /// Whether a segment sums up a longer one.
    SUMMARY: Curves, &SUMMARY_FEATURES, "models/summary.tsv"
}

/// The passages of a pair, in the order of the first article: candidates that are likely
/// enough to be reuse, and do not overlap a better one on both sides.
pub fn passages(a: &Profile, b: &Profile, weights: &Weights, links: &[Link]) -> Vec<Candidate> {
    let mut runs = found_runs(a, b, weights, links);
    let sure = sure_runs(&runs);
    for form in [Form::SummaryInA, Form::SummaryInB] {
        let mut summaries = Summaries { weights, links, runs: &sure, form }.find(a, b);
        let copied = runs.iter().filter(|run| run.is_copy && run.words() >= COPIED);
        let copied = Overlaps::of(copied.map(|run| run.short_side(form)));
        summaries.retain(|summary| {
            let whole = summary.short_side(form);
            let is_copy = copied.words_in(&whole) as f32 > SAME_COPY * whole.len() as f32;
            summary.odds > SUMMARY_ODDS && !is_copy
        });
        replace(&mut runs, summaries, form);
    }
    runs.sort_by_key(|run| (run.a.start, run.b.start, run.a.end, run.b.end));
    runs
}

/// Replaces everything that a summary overlaps on its short side, earlier summaries included.
fn replace(runs: &mut Vec<Candidate>, summaries: Vec<Candidate>, form: Form) {
    let mut overlaps = Overlaps::of(runs.iter().map(|run| run.short_side(form)));
    let mut stays = vec![true; runs.len()];
    for summary in summaries {
        let whole = summary.short_side(form);
        overlaps.touching(&whole).for_each(|run| stays[run] = false);
        overlaps.add(whole);
        stays.push(true);
        runs.push(summary);
    }
    let mut stays = stays.into_iter();
    runs.retain(|_| stays.next().unwrap_or(true));
}

/// The runs that are sure enough to explain text that a summary would otherwise stand for.
pub fn sure_runs(runs: &[Candidate]) -> Vec<Candidate> {
    runs.iter().filter(|run| run.is_sure()).cloned().collect()
}

/// The runs that are likely enough to be reuse, without those inside better ones.
pub fn found_runs(a: &Profile, b: &Profile, weights: &Weights, links: &[Link]) -> Vec<Candidate> {
    let mut runs = runs(a, b, weights, links);
    let is_copier = is_copier(&runs);
    runs.retain(|run| run.odds > if is_copier && !run.is_copy { COPIER_ODDS } else { RUN_ODDS });
    drop_overlapping(&mut runs);
    runs
}

/// Whether one of the passages marks the author as a copier.
pub fn is_copier(passages: &[Candidate]) -> bool {
    passages.iter().any(|passage| passage.is_copy && passage.words() >= COPIED)
}

/// A search for segments of one article that sum up longer ones of the other.
pub struct Summaries<'p> {
    /// Weights of the pair's terms.
    pub weights: &'p Weights,
    /// All links of the pair.
    pub links: &'p [Link],
    /// The runs that were found.
    pub runs: &'p [Candidate],
    /// Which side the summaries are on.
    pub form: Form,
}

impl Summaries<'_> {
    /// Every segment that may be a summary.
    pub fn find(&self, a: &Profile, b: &Profile) -> Vec<Candidate> {
        let in_a = self.form == Form::SummaryInA;
        let gaps = if in_a { [SUMMARY_GAP, u32::MAX] } else { [u32::MAX, SUMMARY_GAP] };
        let (side, article) = if in_a { (Side::A, a) } else { (Side::B, b) };
        let mut best = best_of_each(self.links, side, article.sentences());
        let mut groups = groups(&mut best, gaps);
        groups.retain(|group| group.len() > 1);
        if groups.is_empty() {
            return Vec::new();
        }
        let mut search = Search {
            boundaries: Boundaries::new(&self.weights.in_common),
            evidence: Evidence::new(a, b, self.weights),
            short: Overlaps::of(self.runs.iter().map(|run| run.short_side(self.form))),
            long: Overlaps::of(self.runs.iter().map(|run| run.long_side(self.form))),
            surest: self.runs.iter().map(|run| run.odds).fold(0.0, f32::max).min(10.0),
        };
        let groups = groups.into_iter().take_while(|_| !self.weights.cancel.is_cancelled());
        let candidate = |group| self.candidate(a, b, &best[group], &mut search);
        groups.filter_map(candidate).collect()
    }

    fn candidate(
        &self,
        a: &Profile,
        b: &Profile,
        group: &[Seed],
        search: &mut Search<'_>,
    ) -> Option<Candidate> {
        let (hull_a, hull_b) = hull(group);
        let (words_a, words_b) = (a.words_of(hull_a), b.words_of(hull_b));
        let in_a = self.form == Form::SummaryInA;
        let (side, short, y, long) =
            if in_a { (Side::A, words_a, b, words_b) } else { (Side::B, words_b, a, words_a) };
        let is_far_longer = long.len() > SUMMARY_RATIO * short.len();
        if short.len() as f32 > SUMMARY_SHARE * long.len() as f32
            || self.weights.effort == Effort::Coarse && is_far_longer
        {
            return None;
        }
        let short = search.boundaries.find(side, short, long.clone());
        let long =
            if long.len() as f32 > MOST * y.terms.len() as f32 { 0..y.terms.len() } else { long };
        // The long side has no boundaries of its own: its gain is that of the short side.
        let long = Segment { words: long, ..short.clone() };
        let explained = |runs: &Overlaps, words: &Range<usize>| {
            runs.words_in(words) as f32 / words.len() as f32
        };
        let explained = [
            explained(&search.short, &short.words),
            explained(&search.long, &long.words),
            search.surest,
        ];
        let (in_a, in_b) = if in_a { (short, long) } else { (long, short) };
        let (features, facts) = search.evidence.find(&in_a, &in_b, group);
        let mut features = features.values().to_vec();
        features.extend(explained);
        let odds = SUMMARY.odds(&features, in_a.words.len().min(in_b.words.len()) as f32);
        Some(Candidate {
            a: in_a.words,
            b: in_b.words,
            form: self.form,
            features,
            facts,
            odds,
            is_copy: false,
        })
    }
}

/// Lookup tables for a search for summaries.
struct Search<'p> {
    boundaries: Boundaries<'p>,
    evidence: Evidence<'p>,
    /// The runs on the short side, and on the long one.
    short: Overlaps,
    long: Overlaps,
    /// Log-odds of the surest run.
    surest: f32,
}

/// For each of the sentences of one article its best link, if it has any.
fn best_of_each(links: &[Link], side: Side, sentences: usize) -> Vec<Seed> {
    let mut best: Vec<Option<&Link>> = vec![None; sentences];
    for link in links.iter().filter(|link| link.cosine > SUMMARY_COSINE) {
        let best = &mut best[if side == Side::A { link.a } else { link.b } as usize];
        if best.is_none_or(|best| link.cosine > best.cosine) {
            *best = Some(link);
        }
    }
    best.into_iter().flatten().map(Seed::from).collect()
}

/// Drops candidates that are mostly inside a better one: on both sides, or on one if the other is
/// better by far.
pub fn drop_overlapping(candidates: &mut Vec<Candidate>) {
    candidates.sort_by(|x, y| y.odds.total_cmp(&x.odds).then(x.a.start.cmp(&y.a.start)));
    let mut kept: Vec<Candidate> = Vec::new();
    let (mut in_a, mut in_b) = (Overlaps::default(), Overlaps::default());
    for candidate in candidates.drain(..) {
        let is_doubtful =
            |better: usize| candidate.odds < BEYOND_DOUBT.min(kept[better].odds - RIVAL_MARGIN);
        let is_inside =
            |better: usize| 2 * common(&candidate.b, &kept[better].b) > candidate.b.len();
        let gives_way = in_a
            .holding_most_of(&candidate.a)
            .any(|better| is_doubtful(better) || is_inside(better))
            || in_b.holding_most_of(&candidate.b).any(is_doubtful);
        if !gives_way {
            in_a.add(candidate.a.clone());
            in_b.add(candidate.b.clone());
            kept.push(candidate);
        }
    }
    *candidates = kept;
}
