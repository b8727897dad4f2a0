//! The pairs that there are to find, and which share of them was found.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use super::corpus::Id;
use super::exact::Scored;
use crate::generate::Kind;

/// Pairs by what they are.
#[derive(Debug, Default)]
pub struct Truth(BTreeMap<String, Vec<(u32, u32)>>);

#[derive(Deserialize)]
struct PlantedRecord {
    a: Id,
    b: Id,
    kind: Kind,
    strength: Option<f64>,
}

impl Truth {
    /// The planted pairs of which both sides are among these articles: by the strength of copies,
    /// or `rewrite`.
    pub fn planted(path: &Path, ids: &[Id]) -> anyhow::Result<Self> {
        let numbers: HashMap<String, u32> = ids.iter().map(Id::to_string).zip(0..).collect();
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut truth = Self::default();
        for line in BufReader::with_capacity(1 << 20, file).lines() {
            let pair: PlantedRecord = serde_json::from_str(&line?)
                .with_context(|| format!("{}: not a planted pair", path.display()))?;
            let [a, b] = [&pair.a, &pair.b].map(|id| numbers.get(&id.to_string()));
            let (Some(&a), Some(&b)) = (a, b) else { continue };
            let name = match (pair.kind, pair.strength) {
                (Kind::Copy, Some(strength)) => strength.to_string(),
                (Kind::Copy, None) => "copy".to_owned(),
                (Kind::Rewrite, _) => "rewrite".to_owned(),
            };
            truth.0.entry(name).or_default().push((a.min(b), a.max(b)));
        }
        Ok(truth)
    }

    /// All wanted pairs, by their exact Jaccard index.
    pub fn exact(pairs: &[Scored]) -> Self {
        let mut truth = Self::default();
        for &(pair, jaccard) in pairs {
            let name = match jaccard {
                ..0.8 => "0.7 to 0.8",
                ..0.9 => "0.8 to 0.9",
                ..1.0 => "0.9 to 1",
                _ => "1",
            };
            truth.0.entry(name.to_owned()).or_default().push(pair);
        }
        truth
    }

    /// The share of each kind that is among `found`, whose smaller number is first.
    pub fn recall(&self, found: &HashSet<(u32, u32)>) -> BTreeMap<String, f64> {
        let share = |pairs: &Vec<(u32, u32)>| {
            pairs.iter().filter(|pair| found.contains(pair)).count() as f64 / pairs.len() as f64
        };
        self.0.iter().map(|(name, pairs)| (name.clone(), share(pairs))).collect()
    }

    /// How many pairs there are of each kind.
    pub fn sizes(&self) -> BTreeMap<String, usize> {
        self.0.iter().map(|(name, pairs)| (name.clone(), pairs.len())).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn planted_pairs_are_found_by_integer_ids_too() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("pairs.jsonl");
        fs::write(
            &path,
            "{\"a\":9,\"b\":7,\"kind\":\"copy\",\"strength\":0.9,\"jaccard\":0.91}\n\
             {\"a\":7,\"b\":\"x\",\"kind\":\"rewrite\",\"jaccard\":0.1}\n\
             {\"a\":7,\"b\":8,\"kind\":\"rewrite\",\"jaccard\":0.1}\n",
        )?;
        let ids = [Id::Integer(7), Id::Text("x".into()), Id::Integer(9)];
        let truth = Truth::planted(&path, &ids)?;
        let sizes: Vec<_> = truth.sizes().into_iter().collect();
        assert_eq!(sizes, [("0.9".to_owned(), 1), ("rewrite".to_owned(), 1)]);
        let recall: Vec<f64> = truth.recall(&HashSet::from([(0, 2)])).into_values().collect();
        assert_eq!(recall, [1.0, 0.0]);
        Ok(())
    }

    #[test]
    fn exact_pairs_go_by_their_index() {
        let pairs = [((0, 1), 0.7), ((0, 2), 0.8), ((1, 2), 0.95), ((3, 4), 1.0)];
        let sizes = Truth::exact(&pairs).sizes();
        assert_eq!(sizes.into_values().collect::<Vec<_>>(), [1; 4]);
    }
}
