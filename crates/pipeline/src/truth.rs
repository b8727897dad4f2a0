//! Ground truth: labelled pairs or clusters, as JSON Lines.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

use crate::lines::{Id, for_each_line};

/// One line. Other fields are skipped.
#[derive(Debug, Deserialize)]
struct Line {
    a: Option<Id>,
    b: Option<Id>,
    label: Option<Label>,
    id: Option<Id>,
    cluster: Option<Id>,
}

/// Whether a pair is reuse.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Label {
    Bool(bool),
    Number(u8),
}

/// Labels of articles. Articles and clusters are numbered from 0 in the order of their first lines.
#[derive(Debug, Default)]
pub struct Labels {
    /// The articles, by id.
    pub ids: Vec<String>,
    /// What is said of them.
    pub of: LabelsOf,
    numbers: HashMap<String, u32>,
}

/// The two kinds of truth.
#[derive(Debug)]
#[non_exhaustive]
pub enum LabelsOf {
    /// Pairs of articles, the smaller number first, each once, and whether they are reuse.
    Pairs(Vec<((u32, u32), bool)>),
    /// For each article its cluster.
    Clusters(Vec<u32>),
}

impl Default for LabelsOf {
    fn default() -> Self {
        Self::Pairs(Vec::new())
    }
}

const EXPECTED: &str = r#"expected {"a":ID,"b":ID,"label":true} or {"id":ID,"cluster":NAME}"#;

/// Reads labels.
struct Reader<'p> {
    file: &'p Path,
    labels: Labels,
    /// For each pair, or each article alone, its label and the line of that.
    said: HashMap<(u32, u32), (u32, u64)>,
    clusters: HashMap<String, u32>,
}

/// A pair of ids, and the truth about it.
struct LabelledPair {
    a: String,
    b: String,
    is_reuse: bool,
}

impl Labels {
    /// Reads a file; `-` is the standard input. The first record decides which kind it is. What
    /// cannot be understood, or contradicts what was said before, is an error with its line.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let mut reader = Reader {
            file,
            labels: Self::default(),
            said: HashMap::new(),
            clusters: HashMap::new(),
        };
        for_each_line(file, |line, number| {
            reader.add(line, number).with_context(|| format!("{}:{number}", file.display()))
        })?;
        ensure!(!reader.said.is_empty(), "{} is empty; {EXPECTED} on each line", file.display());
        Ok(reader.labels)
    }

    /// The number of an article.
    pub fn number(&self, id: &str) -> Option<u32> {
        self.numbers.get(id).copied()
    }
}

impl Reader<'_> {
    fn add(&mut self, line: &[u8], number: u64) -> anyhow::Result<()> {
        let line: Line = serde_json::from_slice(line).context(EXPECTED)?;
        let is_first = self.said.is_empty();
        match (line.a, line.b, line.id, line.cluster) {
            (Some(a), Some(b), None, None) => {
                let LabelsOf::Pairs(_) = self.labels.of else {
                    bail!("a pair among clusters; put them into a file of their own");
                };
                let is_reuse = match line.label {
                    None | Some(Label::Bool(true) | Label::Number(1)) => true,
                    Some(Label::Bool(false) | Label::Number(0)) => false,
                    Some(Label::Number(_)) => bail!("a label is true or false, 1 or 0"),
                };
                self.add_pair(LabelledPair { a: a.into(), b: b.into(), is_reuse }, number)
            }
            (None, None, Some(id), Some(cluster)) => {
                if is_first {
                    self.labels.of = LabelsOf::Clusters(Vec::new());
                }
                self.add_member(id.into(), cluster.into(), number)
            }
            _ => bail!(EXPECTED),
        }
    }

    fn add_pair(&mut self, pair: LabelledPair, line: u64) -> anyhow::Result<()> {
        let LabelledPair { a, b, is_reuse } = pair;
        let (a, b) = (self.article(a), self.article(b));
        ensure!(a != b, "a pair of an article with itself");
        let pair = (a.min(b), a.max(b));
        if self.is_new(pair, u32::from(is_reuse), line)?
            && let LabelsOf::Pairs(pairs) = &mut self.labels.of
        {
            pairs.push((pair, is_reuse));
        }
        Ok(())
    }

    fn add_member(&mut self, id: String, cluster: String, line: u64) -> anyhow::Result<()> {
        let article = self.article(id);
        let next = self.clusters.len() as u32;
        let cluster = *self.clusters.entry(cluster).or_insert(next);
        let is_new = self.is_new((article, article), cluster, line)?;
        match &mut self.labels.of {
            LabelsOf::Clusters(clusters) if is_new => clusters.push(cluster),
            LabelsOf::Clusters(_) => {}
            LabelsOf::Pairs(_) => {
                bail!("a cluster among pairs; put them into a file of their own")
            }
        }
        Ok(())
    }

    /// Whether the label is new; an error if it contradicts an earlier one.
    fn is_new(&mut self, of: (u32, u32), what: u32, line: u64) -> anyhow::Result<bool> {
        match self.said.insert(of, (what, line)) {
            None => Ok(true),
            Some((before, _)) if before == what => Ok(false),
            Some((_, before)) => {
                bail!("contradicts {}:{before}; leave one of them out", self.file.display())
            }
        }
    }

    fn article(&mut self, id: String) -> u32 {
        let next = self.labels.ids.len() as u32;
        *self.labels.numbers.entry(id).or_insert_with_key(|id| {
            self.labels.ids.push(id.clone());
            next
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn read(lines: &str) -> anyhow::Result<Labels> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("truth.jsonl");
        fs::write(&path, lines).expect("written");
        Labels::read(&path)
    }

    #[test]
    fn labels_have_several_spellings() {
        let lines = "{\"a\":\"x\",\"b\":7}\n\n{\"b\":\"x\",\"a\":\"y\",\"label\":0,\"by\":\"me\"}\n\
                     {\"a\":7,\"b\":\"x\",\"label\":true}\n{\"a\":\"y\",\"b\":\"7\",\"label\":1}";
        let labels = read(lines).expect("a truth");
        assert_eq!(labels.ids, ["x", "7", "y"]);
        let LabelsOf::Pairs(pairs) = labels.of else { panic!("pairs") };
        assert_eq!(pairs, [((0, 1), true), ((0, 2), false), ((1, 2), true)]);
    }

    #[test]
    fn clusters_go_by_any_name() {
        let lines = "{\"id\":\"x\",\"cluster\":9}\n{\"id\":\"y\",\"cluster\":\"z\"}\n\
                     {\"id\":1,\"cluster\":\"9\"}\n{\"id\":\"x\",\"cluster\":9}\n";
        let LabelsOf::Clusters(clusters) = read(lines).expect("a truth").of else {
            panic!("clusters")
        };
        assert_eq!(clusters, [0, 1, 0]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let pair = r#"{"a":"x","b":"y"}"#;
        for (lines, said) in [
            (format!("{pair}\n{{\"id\":\"x\",\"cluster\":1}}"), ":2: a cluster among pairs"),
            (format!("{{\"id\":\"x\",\"cluster\":1}}\n{pair}"), ":2: a pair among clusters"),
            (format!("{pair}\n\n{{\"a\":\"x\"}}"), ":3: expected"),
            (format!("{pair}\nx,y"), ":2: expected"),
            (r#"{"a":"x","b":"y","label":2}"#.to_owned(), ":1: a label is true or false"),
            (r#"{"a":"x","b":"x"}"#.to_owned(), ":1: a pair of an article with itself"),
            (format!("{pair}\n{}", r#"{"a":"y","b":"x","label":false}"#), ":2: contradicts"),
            ("{\"id\":1,\"cluster\":1}\n{\"id\":1,\"cluster\":2}".to_owned(), ":2: contradicts"),
            ("\n".to_owned(), "truth.jsonl is empty"),
        ] {
            let error = format!("{:#}", read(&lines).expect_err(&lines));
            assert!(error.contains(said), "{lines}: {error}");
        }
    }
}
