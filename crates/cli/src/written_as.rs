//! Values of options that say how inputs are written.

use std::fmt;
use std::str::FromStr;

use retold_corpus::Charset;
use serde::{Deserialize, Serialize};

use crate::values::as_typed;

const AUTO: &str = "auto";
const TAB: &str = "tab";
const NONE: &str = "none";

/// `--delimiter`; `None` is what the name of the file says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DelimiterValue(pub Option<u8>);

/// `--quote`; `None` if there are no quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct QuoteValue(pub Option<u8>);

/// `--encoding`; `None` finds out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EncodingValue(pub Option<Charset>);

/// A character that may separate or quote cells.
fn character(typed: &str) -> Option<u8> {
    match typed.as_bytes() {
        [b] if b.is_ascii() && !matches!(b, b'\n' | b'\r' | 0) => Some(*b),
        _ => None,
    }
}

impl FromStr for DelimiterValue {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        match typed {
            AUTO => Ok(Self(None)),
            TAB | "\\t" => Ok(Self(Some(b'\t'))),
            _ => {
                let delimiter = character(typed).filter(|b| *b != b'"');
                let expected = || "expected one character in ASCII such as ; or |, tab, or auto";
                delimiter.map(|b| Self(Some(b))).ok_or_else(|| expected().to_owned())
            }
        }
    }
}

impl fmt::Display for DelimiterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str(AUTO),
            Some(b'\t') => f.write_str(TAB),
            Some(b) => write!(f, "{}", char::from(b)),
        }
    }
}

impl FromStr for QuoteValue {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        if typed == NONE {
            return Ok(Self(None));
        }
        let quote = character(typed).filter(|b| b.is_ascii_punctuation() && *b != b'\\');
        let expected = || "expected one mark in ASCII such as \" or ', or none".to_owned();
        quote.map(|b| Self(Some(b))).ok_or_else(expected)
    }
}

impl fmt::Display for QuoteValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str(NONE),
            Some(b) => write!(f, "{}", char::from(b)),
        }
    }
}

impl FromStr for EncodingValue {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        if typed == AUTO { Ok(Self(None)) } else { Ok(Self(Some(typed.parse()?))) }
    }
}

impl fmt::Display for EncodingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str(AUTO),
            Some(charset) => charset.fmt(f),
        }
    }
}

as_typed!(DelimiterValue, QuoteValue, EncodingValue);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_is_shown() {
        for typed in ["auto", "tab", ";", "|"] {
            assert_eq!(typed.parse::<DelimiterValue>().expect(typed).to_string(), typed);
        }
        for typed in ["none", "\"", "'"] {
            assert_eq!(typed.parse::<QuoteValue>().expect(typed).to_string(), typed);
        }
        for typed in ["auto", "windows-1251", "Shift_JIS"] {
            assert_eq!(typed.parse::<EncodingValue>().expect(typed).to_string(), typed);
        }
        assert_eq!("cp1251".parse::<EncodingValue>().expect("a label").to_string(), "windows-1251");
        for bad in ["", ";;", "é", "\"", "\n"] {
            assert!(bad.parse::<DelimiterValue>().is_err(), "{bad}");
        }
        assert!("ab".parse::<QuoteValue>().is_err() && "a".parse::<QuoteValue>().is_err());
        assert!("klingon".parse::<EncodingValue>().is_err());
    }
}
