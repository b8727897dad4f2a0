//! Labelled data, by path: JSON Lines, plain or gzip.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// An article of any corpus; fields that it does not have are empty.
#[derive(Debug, Clone, Deserialize)]
pub struct Doc {
    /// Its id.
    pub id: String,
    /// Its text.
    pub text: String,
    /// What joins an original and its copies.
    #[serde(default)]
    pub cluster: String,
    /// What joins independent reports.
    #[serde(default)]
    pub event: String,
    /// The question that a short answer answers.
    #[serde(default)]
    pub task: String,
    /// How a short answer was made.
    #[serde(default)]
    pub category: String,
    /// Days since a common start.
    #[serde(default)]
    pub day: Option<i64>,
}

/// A labelled pair: ids of articles, or texts.
#[derive(Debug, Clone, Deserialize)]
pub struct LabelledPair {
    /// Id of the first.
    #[serde(default)]
    pub a: String,
    /// Id of the second.
    #[serde(default)]
    pub b: String,
    /// Text of the first, where it has no id.
    pub a_text: Option<String>,
    /// Text of the second.
    pub b_text: Option<String>,
    /// 1 where one reuses the other, or says the same.
    pub label: u8,
}

/// A pair of documents with the passages that one reuses.
#[derive(Debug, Clone, Deserialize)]
pub struct PanPair {
    /// The suspicious document.
    pub a: String,
    /// The source document.
    pub b: String,
    /// The passages, in characters.
    pub cases: Vec<Case>,
}

/// One reused passage, as half-open ranges of characters.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Case {
    /// In the suspicious document.
    pub a: (usize, usize),
    /// In the source document.
    pub b: (usize, usize),
}

/// Reads every line of `name`, or of `name.gz`, in `folder`.
pub fn read<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Vec<T>> {
    let plain = folder.join(name);
    let path = if plain.exists() { plain } else { folder.join(format!("{name}.gz")) };
    let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    let source: Box<dyn Read> =
        if packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut rows = Vec::new();
    for (number, line) in BufReader::new(source).lines().enumerate() {
        let place = || format!("{}, line {}", path.display(), number + 1);
        rows.push(serde_json::from_str(&line.with_context(place)?).with_context(place)?);
    }
    Ok(rows)
}

/// Turns byte offsets of one text into character offsets.
pub struct Characters(Option<Vec<usize>>);

impl Characters {
    /// For `text`.
    pub fn of(text: &str) -> Self {
        Self((!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect()))
    }

    /// Characters before the byte `at`.
    pub fn before(&self, at: usize) -> usize {
        self.0.as_ref().map_or(at, |starts| starts.partition_point(|start| *start < at))
    }
}

/// A number for a name, the same on every run.
pub fn group_of(name: &str) -> u64 {
    retold::unstable::text::hash::word_hash(name.as_bytes()) >> 20
}
