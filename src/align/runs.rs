//! Links to runs: where the text of one article may come from the other, word by word.
//!
//! A run that contains a verbatim copy is divided: the copy is a candidate of its own, and the text
//! around it belongs to it only if it is likely reuse without the copy.

use std::ops::Range;

use super::boundaries::{Boundaries, Segment};
use super::candidate::{Candidate, Form};
use super::evidence::{Evidence, PassageFeatures};
use super::groups::{chains, groups, hull};
use super::linker::{Link, Seed};
use super::model::{Curves, compiled_in};
use super::overlaps::common;
use super::profile::Profile;
use super::relation::Side;
use super::verbatim::Copies;
use super::weights::{Effort, Weights};

/// Links with lower log-odds seed nothing.
const SEED_ODDS: f32 = -1.5;
/// Sentences without a link that a run may skip.
const GAP: u32 = 4;
/// Words beside a copy, on the side that has fewer, that may be reuse too, and log-odds from which
/// they are.
const LEAST_BESIDE: usize = 10;
const BESIDE_ODDS: f32 = 0.5;

compiled_in! {
    /// Whether two segments of about one length are a reused passage.
    PASSAGE: Curves, &PassageFeatures::NAMES, "models/passage.tsv"
}

/// Every run of links that may be a passage.
pub fn runs(a: &Profile, b: &Profile, weights: &Weights, links: &[Link]) -> Vec<Candidate> {
    let mut seeds: Vec<Seed> =
        links.iter().filter(|link| link.odds > SEED_ODDS).map(Seed::from).collect();
    let mut found = Vec::new();
    if seeds.is_empty() {
        return found;
    }
    let groups = match weights.effort {
        Effort::Full => groups(&mut seeds, [GAP, GAP]),
        Effort::Coarse => chains(&mut seeds, GAP),
    };
    let mut judging = Judging {
        a,
        b,
        boundaries: Boundaries::new(&weights.in_common),
        evidence: Evidence::new(a, b, weights),
        copies: Copies::new(&weights.in_common),
    };
    for group in groups {
        if weights.cancel.is_cancelled() {
            break;
        }
        let group = &seeds[group];
        let (in_a, in_b) = hull(group);
        let run = judging.boundaries.refine(a.words_of(in_a), b.words_of(in_b));
        judging.judge(run, group, &mut found);
    }
    found
}

/// Judges runs.
struct Judging<'p> {
    a: &'p Profile,
    b: &'p Profile,
    boundaries: Boundaries<'p>,
    evidence: Evidence<'p>,
    copies: Copies<'p>,
}

impl Judging<'_> {
    /// Adds a run as one candidate; or, if it contains copies, each of these with the text around
    /// it that is likely reuse by itself.
    fn judge(&mut self, run: [Segment; 2], seeds: &[Seed], found: &mut Vec<Candidate>) {
        let (a, b) = (run[0].words.clone(), run[1].words.clone());
        let copies = self.copies.find(&a, &b);
        if copies.is_empty() {
            found.push(self.candidate(run, seeds));
            return;
        }
        let mut starts = (a.start, b.start);
        for (at, copy) in copies.iter().enumerate() {
            let ends = match copies.get(at + 1) {
                Some(next) => (next.a.start, next.b.start.max(copy.b.end)),
                None => (a.end, b.end),
            };
            let mut words = copy.clone();
            if self.is_reuse(starts.0..copy.a.start, starts.1..copy.b.start, seeds) {
                (words.a.start, words.b.start) = starts;
            }
            if self.is_reuse(copy.a.end..ends.0, copy.b.end..ends.1, seeds) {
                (words.a.end, words.b.end) = ends;
            }
            let in_a = self.boundaries.find(Side::A, words.a, words.b.clone());
            let in_b = self.boundaries.find(Side::B, words.b, in_a.words.clone());
            starts = (in_a.words.end.max(copy.a.end), in_b.words.end.max(copy.b.end));
            found.push(Candidate { is_copy: true, ..self.candidate([in_a, in_b], seeds) });
        }
    }

    /// Whether the text around a copy is likely a passage by itself, on both sides.
    fn is_reuse(&mut self, a: Range<usize>, b: Range<usize>, seeds: &[Seed]) -> bool {
        if a.len().min(b.len()) < LEAST_BESIDE {
            return false;
        }
        let in_a = self.boundaries.find(Side::A, a.clone(), b.clone());
        let in_b = self.boundaries.find(Side::B, b, a);
        self.candidate([in_a, in_b], seeds).odds > BESIDE_ODDS
    }

    fn candidate(&mut self, [in_a, in_b]: [Segment; 2], seeds: &[Seed]) -> Candidate {
        let is_in = |profile: &Profile, sentence: u32, words: &Range<usize>| {
            common(&profile.article.sentences[sentence as usize].range(), words) > 0
        };
        let inside: Vec<Seed> = seeds
            .iter()
            .filter(|seed| is_in(self.a, seed.a, &in_a.words) && is_in(self.b, seed.b, &in_b.words))
            .copied()
            .collect();
        let seeds = if inside.is_empty() { seeds } else { &inside };
        let (features, facts) = self.evidence.find(&in_a, &in_b, seeds);
        let features = features.values().to_vec();
        let words = in_a.words.len().min(in_b.words.len());
        let odds = PASSAGE.odds(&features, words as f32);
        let (a, b) = (in_a.words, in_b.words);
        Candidate { a, b, form: Form::Run, features, facts, odds, is_copy: false }
    }
}

#[cfg(test)]
mod tests {
    use super::super::compare::compare;
    use super::super::options::CompareOptions;
    use super::*;
    use crate::text::Analyzer;

    const COPIED: &str = "The appraiser inspects the site, measures the rooms and notes what was \
        mended, what is worn and what the neighbours sold for. Three houses of like size within \
        a mile are the least that will do, and none of them may have changed hands in a family. \
        The figures go into a grid, where every garage, porch and second bath has its price.";
    const ON_THE_SAME: &str = "So the appraiser who inspects a site notes its rooms and what was \
        mended. Houses within a mile that the neighbours sold go into the grid, with the price of \
        each garage, porch and second bath. None may have changed hands in a family.";

    #[test]
    fn text_on_the_matter_of_a_copy_is_no_part_of_it() {
        let before = "Council members quarrelled over library budgets until midnight. The mayor \
            left early, and the vote on opening hours was put off by two weeks.";
        let after = "Schools reopen on Monday under a revised timetable, teachers announced. \
            Buses will run ten minutes earlier than they did in spring.";
        let a = format!("{before} {COPIED} {after}");
        let b =
            format!("Weather stayed calm. {COPIED} {ON_THE_SAME} Markets fell again on Friday.");
        let [x, y] = [&a, &b]
            .map(|text| Profile::new(Analyzer::new(None).article(text), Default::default()));
        let found = compare(&x, &y, &CompareOptions::default());
        let [passage] = found.passages[..] else { panic!("{:?}", found.passages) };
        let copied = COPIED.trim_end_matches('.');
        assert_eq!(passage.a.of(&a).trim_end_matches('.'), copied);
        assert_eq!(passage.b.of(&b).trim_end_matches('.'), copied);
    }
}
