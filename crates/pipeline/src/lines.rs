//! Lists of records, one JSON object a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

/// Ids in corpora may be numbers too.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Id {
    /// As it is.
    Text(String),
    /// By its digits.
    Number(serde_json::Number),
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        match id {
            Id::Text(text) => text,
            Id::Number(number) => number.to_string(),
        }
    }
}

/// Hands out the lines of a list that are not blank, each with its number, from 1. `-` is the
/// standard input.
pub fn for_each_line(
    list: &Path,
    mut each: impl FnMut(&[u8], u64) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let cannot = || format!("cannot read {}", list.display());
    let lines: Box<dyn BufRead> = match list == Path::new("-") {
        true => Box::new(io::stdin().lock()),
        false => Box::new(BufReader::new(File::open(list).with_context(cannot)?)),
    };
    for (line, number) in lines.split(b'\n').zip(1..) {
        let line = line.with_context(cannot)?;
        if !line.trim_ascii().is_empty() {
            each(&line, number)?;
        }
    }
    Ok(())
}
