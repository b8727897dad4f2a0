//! Rows for the model of short texts: labelled pairs of sentences.

use std::path::Path;

use anyhow::Result;
use rayon::prelude::*;
use retold::align::model::terms;
use retold::align::short::features;
use retold::align::weights::Weights;
use retold::align::{Profile, ProfileOptions};
use retold::text::Analyzer;
use serde::Deserialize;

use crate::data::{group_of, read};
use crate::fit::Rows;

#[derive(Debug, Deserialize)]
struct Sentences {
    label: u8,
    a: String,
    b: String,
}

/// The corpora, and how much a pair of each counts: there are more of the first, and easier ones.
const CORPORA: [(&str, f64); 2] = [("sentences_pan.jsonl", 0.4), ("sentences_mrpc.jsonl", 1.0)];

/// Rows of second-order terms from every labelled pair of sentences in `folder`.
pub fn short_rows(folder: &Path) -> Result<Rows> {
    let mut rows = Rows::default();
    for (source, (name, weight)) in CORPORA.into_iter().enumerate() {
        let pairs: Vec<Sentences> = read(folder, name)?;
        let values: Vec<Vec<f32>> = pairs
            .par_iter()
            .map_init(
                || Analyzer::new(None),
                |analyzer, pair| {
                    let [a, b] = [&pair.a, &pair.b].map(|text| {
                        Profile::new(analyzer.article(text), ProfileOptions::default())
                    });
                    terms(&features(&a, &b, &Weights::new(&a, &b)))
                },
            )
            .collect();
        for (pair, values) in pairs.iter().zip(values) {
            rows.push(&values, pair.label == 1, group_of(&pair.a), source);
            if let Some(last) = rows.weights.last_mut() {
                *last = weight;
            }
        }
    }
    Ok(rows)
}
