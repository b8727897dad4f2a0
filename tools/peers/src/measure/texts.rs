//! The texts that all engines get, and which pairs of them are planted.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use crate::generate::{Kind, Planted};

/// Texts in memory, with the planted pairs among them.
#[derive(Debug, Default)]
pub struct Texts {
    /// The texts, in the order of the file.
    pub texts: Vec<String>,
    /// Planted pairs by what they are: the strength of copies, or `rewrite`.
    pub planted: BTreeMap<String, Vec<(u32, u32)>>,
}

#[derive(Deserialize)]
struct ArticleRecord {
    id: String,
    text: String,
}

impl Texts {
    /// Reads the first `docs` articles, and the pairs of which both sides are among them.
    pub fn read(input: &Path, truth: Option<&Path>, docs: usize) -> anyhow::Result<Self> {
        let mut all = Self::default();
        let mut numbers = HashMap::new();
        for line in lines(input)?.take(docs) {
            let ArticleRecord { id, text } = serde_json::from_str(&line?)
                .with_context(|| format!("{}: not an article", input.display()))?;
            numbers.insert(id, all.texts.len() as u32);
            all.texts.push(text);
        }
        let Some(truth) = truth else { return Ok(all) };
        for line in lines(truth)? {
            let pair: Planted = serde_json::from_str(&line?)
                .with_context(|| format!("{}: not a planted pair", truth.display()))?;
            let (Some(&a), Some(&b)) = (numbers.get(&pair.a), numbers.get(&pair.b)) else {
                continue;
            };
            let name = match (pair.kind, pair.strength) {
                (Kind::Copy, Some(strength)) => strength.to_string(),
                (Kind::Copy, None) => "copy".to_owned(),
                (Kind::Rewrite, _) => "rewrite".to_owned(),
            };
            all.planted.entry(name).or_default().push((a.min(b), a.max(b)));
        }
        Ok(all)
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> u64 {
        self.texts.iter().map(|text| text.len() as u64).sum()
    }

    /// The share of each kind of planted pairs that is among `found`, whose lesser number is first.
    pub fn recall(&self, found: &[(u32, u32)]) -> BTreeMap<String, f64> {
        let found: HashSet<_> = found.iter().copied().collect();
        let share = |pairs: &Vec<(u32, u32)>| {
            pairs.iter().filter(|pair| found.contains(pair)).count() as f64 / pairs.len() as f64
        };
        self.planted.iter().map(|(name, pairs)| (name.clone(), share(pairs))).collect()
    }
}

fn lines(path: &Path) -> anyhow::Result<impl Iterator<Item = std::io::Result<String>>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(BufReader::with_capacity(1 << 20, file).lines())
}
