//! Lists of records, one JSON object a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::Context;
use retold_corpus::IdType;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

/// An id, which in corpora may be a number too: then it goes by its digits, however many they are.
#[derive(Debug)]
pub struct Id(String, IdType);

impl Id {
    /// What it is in the list.
    pub fn id_type(&self) -> IdType {
        self.1
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Box::<RawValue>::deserialize(from)?;
        match value.get().as_bytes()[0] {
            b'"' => {
                let text = serde_json::from_str(value.get()).map_err(D::Error::custom)?;
                Ok(Self(text, IdType::Text))
            }
            b'-' | b'0'..=b'9' => Ok(Self(value.get().to_owned(), IdType::of_number(value.get()))),
            _ => Err(D::Error::custom("an id is a string or a number")),
        }
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
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
