//! Rows for every model, from the pairs of all corpora.

use std::collections::HashMap;

use rayon::prelude::*;
use retold::align::{CompareOptions, Profile, ProfileOptions};
use retold::text::{Analyzer, Article};
use retold::unstable::align::candidate::{Candidate, Form};
use retold::unstable::align::evidence::PassageFeatures;
use retold::unstable::align::facts::Facts;
use retold::unstable::align::features::Pair;
use retold::unstable::align::linker::Link;
use retold::unstable::align::links::links;
use retold::unstable::align::passages::{Summaries, found_runs, passages, sure_runs};
use retold::unstable::align::runs::runs;
use retold::unstable::align::short;
use retold::unstable::align::weights::Weights;

use crate::corpora::{Example, Library, PAN, RETOLD_TEMPLATES};
use crate::curves::{self, Shape};
use crate::data::{Case, Characters};
use crate::fit::{Row, Rows};

/// The rows of all models.
#[derive(Debug, Default)]
pub struct AllRows {
    /// Links between sentences.
    pub link: Rows,
    /// Runs of links.
    pub passage: Rows,
    /// Runs of links of rewrites, whose labels nobody knows.
    unknown: Rows,
    /// What may be summaries.
    pub summary: Rows,
    /// Pairs of articles.
    pub article: Rows,
    /// The same, of which passages at most are shared.
    pub partial: Rows,
    /// Pairs of short texts.
    pub short: Rows,
}

/// Articles have at least so many words on one side; what is shorter the model of short texts
/// judges.
const LEAST_ARTICLE: usize = 45;
/// Log-odds from which the teacher is believed that a run of a rewrite is right.
const RIGHT_RUN: f64 = 0.5;
/// Features by which the teacher judges: those before facts, of which labelled passages have few.
const TAUGHT: usize = 12;
/// Links of long articles to one another would drown all else.
const LEAST_COSINE: f32 = 0.15;

/// What is read of one pair: rows of each model.
#[derive(Default)]
struct OfPair {
    link: Vec<(Vec<f32>, bool)>,
    passage: Vec<(Vec<f32>, Option<bool>, f32)>,
    summary: Vec<(Vec<f32>, bool, f32)>,
    article: Option<Vec<f32>>,
    partial: Option<Vec<f32>>,
    short: Option<Vec<f32>>,
    words: f32,
}

impl AllRows {
    /// Of every pair.
    pub fn of(library: &Library) -> Self {
        let profiles: Vec<Profile> = library
            .texts
            .par_iter()
            .map_init(
                || Analyzer::new(None),
                |analyzer, text| Profile::new(analyzer.article(text), ProfileOptions::default()),
            )
            .collect();
        let characters: HashMap<usize, Characters> = library
            .examples
            .iter()
            .filter(|example| example.cases.is_some())
            .flat_map(|example| [example.a, example.b])
            .map(|text| (text, Characters::of(&library.texts[text])))
            .collect();
        let mut all = Self::default();
        for part in library.examples.chunks(4096) {
            let read: Vec<OfPair> = part
                .par_iter()
                .map(|example| of_pair(library, example, &profiles, &characters))
                .collect();
            part.iter().zip(read).for_each(|(example, read)| all.add(example, read));
        }
        all.teach(library);
        all
    }

    /// Labels the runs of rewrites by a teacher that learned from labelled passages alone: those
    /// that it is sure of are right, the others are left out.
    fn teach(&mut self, library: &Library) {
        let mut labelled = self.passage.only(|at| library.corpora[self.passage.corpora[at]] == PAN);
        labelled.values.iter_mut().for_each(|values| values.truncate(TAUGHT));
        let shape =
            Shape::of(&labelled, 5, &[15.0, 40.0, 100.0, 300.0], &PassageFeatures::SIGNS[..TAUGHT]);
        let teacher = curves::fit(&labelled, &shape);
        let unknown = std::mem::take(&mut self.unknown);
        let right = unknown
            .only(|at| teacher.odds(&unknown.values[at][..TAUGHT], unknown.words[at]) > RIGHT_RUN);
        self.passage.append(right);
    }

    fn add(&mut self, example: &Example, read: OfPair) {
        let row = |values: Vec<f32>, label: bool, words: f32| Row {
            values,
            label,
            weight: 1.0,
            words,
            group: example.group,
            corpus: example.corpus,
        };
        for (values, label) in read.link {
            self.link.push(row(values, label, read.words));
        }
        for (values, label, words) in read.passage {
            match label {
                Some(label) => self.passage.push(row(values, label, words)),
                None => self.unknown.push(row(values, true, words)),
            }
        }
        for (values, label, words) in read.summary {
            self.summary.push(row(values, label, words));
        }
        for (to, values) in [
            (&mut self.article, read.article),
            (&mut self.partial, read.partial),
            (&mut self.short, read.short),
        ] {
            if let Some(values) = values {
                to.push(row(values, example.reused, read.words));
            }
        }
    }
}

fn of_pair(
    library: &Library,
    example: &Example,
    profiles: &[Profile],
    characters: &HashMap<usize, Characters>,
) -> OfPair {
    let (a, b) = (&profiles[example.a], &profiles[example.b]);
    let words = [a, b].map(|profile| profile.article.words.len());
    let (shortest, longest) = (words[0].min(words[1]), words[0].max(words[1]));
    let mut read = OfPair { words: shortest as f32, ..OfPair::default() };
    if shortest == 0 {
        return read;
    }
    let weights = Weights::new(a, b);
    let facts = Facts::of_articles(a, b, &weights);
    let is_pan = library.corpus(example) == PAN;
    if longest <= Article::SHORT && !is_pan {
        let pair = Pair { a, b, weights: &weights, links: &[], passages: &[], facts };
        read.short = Some(short::features(&pair).values().to_vec());
    }
    if longest < LEAST_ARTICLE {
        return read;
    }
    let links = links(a, b, &weights);
    let gold = example.cases.as_ref().map(|cases| Gold {
        a,
        b,
        characters: [&characters[&example.a], &characters[&example.b]],
        cases,
    });
    if let Some(gold) = &gold {
        let wanted = links.iter().filter(|link| link.cosine > LEAST_COSINE);
        read.link = wanted.map(|link| (link.features.to_vec(), gold.is_right(link))).collect();
    }
    // Their passages are reused, but not what these say: they teach nothing of either.
    let is_template = library.corpus(example) == RETOLD_TEMPLATES;
    let wanted = if is_template { Vec::new() } else { runs(a, b, &weights, &links) };
    for run in wanted {
        let label = match &gold {
            Some(gold) => Some(gold.agreement(&run) > 0.4),
            None if example.reused => None,
            None => Some(false),
        };
        read.passage.push((run.features.clone(), label, run.words() as f32));
    }
    if is_pan || !example.reused && !is_template {
        let found = sure_runs(&found_runs(a, b, &weights, &links));
        for form in [Form::SummaryInA, Form::SummaryInB] {
            let search = Summaries { weights: &weights, links: &links, runs: &found, form };
            for summary in search.find(a, b) {
                let label = gold.as_ref().is_some_and(|gold| gold.is_summary(&summary));
                read.summary.push((summary.features.clone(), label, summary.words() as f32));
            }
        }
    }
    let mut passages = passages(a, b, &weights, &links);
    // Weak ones teach little: rewrites and reports of one event have them alike.
    let least = CompareOptions::default().passage_words;
    passages.retain(|passage| passage.is_sure() && passage.words() >= least);
    let pair = Pair { a, b, weights: &weights, links: &links, passages: &passages, facts };
    let features = pair.features();
    if !passages.is_empty() && (is_pan || !example.reused) {
        read.partial = Some(features.partial(&passages).values().to_vec());
    }
    read.article = (!is_pan).then(|| features.values().to_vec());
    read
}

/// A pair whose passages are labelled.
struct Gold<'p> {
    a: &'p Profile,
    b: &'p Profile,
    characters: [&'p Characters; 2],
    cases: &'p [Case],
}

impl Gold<'_> {
    /// Whether both sentences stand in one case.
    fn is_right(&self, link: &Link) -> bool {
        let sentence = |profile: &Profile, at: u32| profile.article.sentences[at as usize].span;
        let spans = [sentence(self.a, link.a), sentence(self.b, link.b)];
        self.cases.iter().any(|case| {
            share(self.characters[0], spans[0], case.a) > 0.5
                && share(self.characters[1], spans[1], case.b) > 0.5
        })
    }

    /// Share of a candidate's characters that stand in the cases it touches.
    fn agreement(&self, candidate: &Candidate) -> f32 {
        let a = self.a.span_of(candidate.a.clone());
        let b = self.b.span_of(candidate.b.clone());
        let [in_a, in_b] = self.characters;
        let shares = self.cases.iter().map(|case| (share(in_a, a, case.a), share(in_b, b, case.b)));
        let touched = shares.filter(|(x, y)| *x > 0.0 && *y > 0.0);
        touched.map(|(x, y)| (x + y) / 2.0).sum()
    }

    /// Whether a candidate sums up a case. In this corpus only the first document sums up: what
    /// looks like a summary in the second teaches how parts of other passages look.
    fn is_summary(&self, candidate: &Candidate) -> bool {
        candidate.form == Form::SummaryInA
            && self.cases.iter().any(|case| {
                let span = self.a.span_of(candidate.a.clone());
                share(self.characters[0], span, case.a) > 0.5
                    && (case.b.1 - case.b.0) as f32 > 2.5 * (case.a.1 - case.a.0) as f32
            })
    }
}

/// Share of a span's characters that stand in a range of characters.
fn share(characters: &Characters, span: retold::Span, range: (usize, usize)) -> f32 {
    let start = characters.before(span.start as usize);
    let end = characters.before(span.end as usize);
    let common = end.min(range.1).saturating_sub(start.max(range.0));
    common as f32 / (end - start).max(1) as f32
}

/// Names of the features of the summary model, which are those of passages and three more.
pub const SUMMARY: [&str; PassageFeatures::COUNT + 3] =
    retold::unstable::align::passages::SUMMARY_FEATURES;
