//! Values of options that are lists of names, separated by commas.

use std::fmt;
use std::str::FromStr;

use retold_pipeline::DroppedMatches;
use serde::{Deserialize, Serialize};

use crate::values::as_typed;

/// `--text-field` and `--keep-fields`: at least one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NamesValue(pub Vec<String>);

impl FromStr for NamesValue {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let names: Vec<String> = typed.split(',').map(|name| name.trim().to_owned()).collect();
        if names.iter().any(String::is_empty) {
            return Err("expected names separated by commas, such as title,text".to_owned());
        }
        let twice = (1..names.len()).find(|at| names[..*at].contains(&names[*at]));
        match twice {
            Some(at) => Err(format!("{:?} is named twice", names[at])),
            None => Ok(Self(names)),
        }
    }
}

impl fmt::Display for NamesValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

/// `--matches`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MatchesValue(pub DroppedMatches);

const PASSAGES: &str = "passages";
const SENTENCES: &str = "sentences";

impl FromStr for MatchesValue {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let mut matches = DroppedMatches::default();
        for name in typed.split(',') {
            match name.trim() {
                PASSAGES => matches.passages = true,
                SENTENCES => matches.sentences = true,
                _ => return Err(format!("expected {PASSAGES}, {SENTENCES} or both")),
            }
        }
        Ok(Self(matches))
    }
}

impl fmt::Display for MatchesValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            DroppedMatches { passages: true, sentences: true } => "passages,sentences",
            DroppedMatches { passages: true, .. } => PASSAGES,
            DroppedMatches { sentences: true, .. } => SENTENCES,
            DroppedMatches { .. } => "",
        })
    }
}

as_typed!(NamesValue, MatchesValue);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_is_shown() {
        for typed in ["text", "title,doc.body"] {
            assert_eq!(typed.parse::<NamesValue>().expect(typed).to_string(), typed);
        }
        assert_eq!("a, b".parse::<NamesValue>().expect("two").0, ["a", "b"]);
        for typed in ["passages", "sentences", "passages,sentences"] {
            assert_eq!(typed.parse::<MatchesValue>().expect(typed).to_string(), typed);
        }
        for bad in ["", "a,", ",", "a,b,a"] {
            assert!(bad.parse::<NamesValue>().is_err(), "{bad}");
        }
        assert!("words".parse::<MatchesValue>().is_err() && "".parse::<MatchesValue>().is_err());
    }
}
