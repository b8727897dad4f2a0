//! Rows for the models of links, passages and summaries, from pairs with gold passages (PAN 2013).

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;
use rayon::prelude::*;
use retold::Span;
use retold::align::Profile;
use retold::align::links::{Link, links};
use retold::align::model::terms;
use retold::align::passages::{Candidate, Form, Summaries, found_runs, runs};
use retold::align::weights::Weights;

use crate::articles::News;
use crate::data::{Case, Characters, Doc, PanPair, profiles, read};
use crate::fit::Rows;

/// Labelled pairs, ready for alignment.
pub struct Pan {
    docs: Vec<Doc>,
    pairs: Vec<PanPair>,
}

/// A pair at work.
struct Pair<'p> {
    a: &'p Profile,
    b: &'p Profile,
    characters: [&'p Characters; 2],
    cases: &'p [Case],
}

type Labelled = (Vec<f32>, bool);

impl Pan {
    /// Reads the folder with `pairs.jsonl`, `source.jsonl` and `suspicious.jsonl`.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut docs: Vec<Doc> = read(folder, "suspicious.jsonl")?;
        docs.extend(read::<Doc>(folder, "source.jsonl")?);
        Ok(Self { docs, pairs: read(folder, "pairs.jsonl")? })
    }

    /// Rows for the link model: a link is right where both sentences stand in one case.
    pub fn link_rows(&self) -> Rows {
        self.rows(|pair, links| {
            let right = |link: &Link| {
                let sentence =
                    |profile: &Profile, at: u32| profile.article.sentences[at as usize].span;
                let spans = [sentence(pair.a, link.a), sentence(pair.b, link.b)];
                pair.cases.iter().any(|case| {
                    share(pair.characters[0], spans[0], case.a) > 0.5
                        && share(pair.characters[1], spans[1], case.b) > 0.5
                })
            };
            // Links of long articles to one another would drown all else.
            links
                .iter()
                .filter(|link| link.cosine > 0.15)
                .map(|link| (link.features.to_vec(), right(link)))
                .collect()
        })
    }

    /// Rows for the passage model: a run is right where most of it stands in cases.
    pub fn run_rows(&self) -> Rows {
        self.rows(|pair, links| {
            let weights = Weights::new(pair.a, pair.b);
            let runs = runs(pair.a, pair.b, &weights, links);
            runs.iter().map(|run| (terms(&run.features), pair.agreement(run) > 0.4)).collect()
        })
    }

    /// Rows for the summary model. In this corpus only the first document sums up: what looks like a
    /// summary in the second teaches how parts of other passages look. And what looks like one in
    /// independent articles of `news` teaches how topics look.
    pub fn summary_rows(&self, news: &News) -> Result<Rows> {
        let mut rows = self.rows(|pair, links| {
            let found = summaries(pair.a, pair.b, links);
            let right = |candidate: &Candidate| {
                candidate.form == Form::SummaryInA
                    && pair.cases.iter().any(|case| {
                        let span = pair.a.span_of(candidate.a.clone());
                        share(pair.characters[0], span, case.a) > 0.5
                            && (case.b.1 - case.b.0) as f32 > 2.5 * (case.a.1 - case.a.0) as f32
                    })
            };
            found.iter().map(|summary| (terms(&summary.features), right(summary))).collect()
        });
        add_independent(news, &mut rows)?;
        Ok(rows)
    }

    fn rows(&self, label: impl Fn(&Pair, &[Link]) -> Vec<Labelled> + Sync) -> Rows {
        let ready = profiles(&self.docs);
        let characters: HashMap<&str, Characters> =
            self.docs.iter().map(|doc| (doc.id.as_str(), Characters::of(&doc.text))).collect();
        let labelled: Vec<Vec<Labelled>> = self
            .pairs
            .par_iter()
            .map(|pair| {
                let (a, b) = (&ready[pair.a.as_str()], &ready[pair.b.as_str()]);
                let characters = [&characters[pair.a.as_str()], &characters[pair.b.as_str()]];
                let found = links(a, b, &Weights::new(a, b));
                label(&Pair { a, b, characters, cases: &pair.cases }, &found)
            })
            .collect();
        let mut rows = Rows::default();
        for (pair, labelled) in self.pairs.iter().zip(labelled) {
            let group = crate::data::group_of(&pair.a);
            for (values, label) in labelled {
                rows.push(&values, label, group, 0);
            }
        }
        rows
    }
}

/// What may be summaries in a pair, either way.
fn summaries(a: &Profile, b: &Profile, links: &[Link]) -> Vec<Candidate> {
    let weights = Weights::new(a, b);
    let runs = found_runs(a, b, &weights, links);
    let find = |form| Summaries { weights: &weights, links, runs: &runs, form }.find(a, b);
    [find(Form::SummaryInA), find(Form::SummaryInB)].concat()
}

/// Adds what looks like summaries in pairs of which neither reuses the other.
fn add_independent(news: &News, rows: &mut Rows) -> Result<()> {
    let ready = profiles(&news.docs);
    let pairs = news.pairs()?;
    let found: Vec<(u64, Vec<Candidate>)> = pairs
        .par_iter()
        .filter(|pair| !pair.reused)
        .map(|pair| {
            let (a, b) = (&ready[pair.a.id.as_str()], &ready[pair.b.id.as_str()]);
            (pair.group, summaries(a, b, &links(a, b, &Weights::new(a, b))))
        })
        .collect();
    for (group, candidates) in found {
        for candidate in candidates {
            rows.push(&terms(&candidate.features), false, group, 0);
        }
    }
    Ok(())
}

impl Pair<'_> {
    /// Share of a candidate's characters that stand in the cases it touches.
    fn agreement(&self, candidate: &Candidate) -> f32 {
        let a = self.a.span_of(candidate.a.clone());
        let b = self.b.span_of(candidate.b.clone());
        let [in_a, in_b] = self.characters;
        let shares = self.cases.iter().map(|case| (share(in_a, a, case.a), share(in_b, b, case.b)));
        let touched = shares.filter(|(x, y)| *x > 0.0 && *y > 0.0);
        touched.map(|(x, y)| (x + y) / 2.0).sum()
    }
}

/// Share of a span's characters that stand in a range of characters.
fn share(characters: &Characters, span: Span, range: (usize, usize)) -> f32 {
    let start = characters.before(span.start as usize);
    let end = characters.before(span.end as usize);
    let common = end.min(range.1).saturating_sub(start.max(range.0));
    common as f32 / (end - start).max(1) as f32
}
