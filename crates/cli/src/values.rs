//! Values of options, as the command line and the config file spell them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use retold::Kernel;
use retold::align::Relation;
use retold::engine::Channel;
use retold::text::Language;
use retold_pipeline::dedup::{Keep, Priorities};
use retold_pipeline::output::Content;
use serde::{Deserialize, Serialize};

/// `--format`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatValue {
    /// For people
    Terminal,
    /// One JSON record per pair
    Jsonl,
    /// One row per pair, for spreadsheets
    Csv,
    /// One row per pair, in columns
    #[cfg(feature = "parquet")]
    Parquet,
    /// One page with everything, articles side by side, for a browser
    Html,
}

impl FormatValue {
    /// What outputs of this format hold.
    pub fn content(self) -> Content {
        if self == Self::Terminal { Content::Page } else { Content::Records }
    }

    /// Whether a terminal can show it.
    pub fn is_text(self) -> bool {
        match self {
            Self::Terminal | Self::Jsonl | Self::Csv => true,
            #[cfg(feature = "parquet")]
            Self::Parquet => false,
            Self::Html => false,
        }
    }
}

/// `--format` of `retold evaluate`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum MeasuresValue {
    /// For people
    #[default]
    Terminal,
    /// One JSON object with everything
    Json,
}

impl MeasuresValue {
    /// What outputs of this format hold.
    pub fn content(self) -> Content {
        if self == Self::Terminal { Content::Page } else { Content::Records }
    }
}

/// `--channel`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelValue {
    /// Both channels
    Both,
    /// MinHash banding alone
    Banding,
    /// Rare features alone
    Rare,
}

impl ChannelValue {
    /// The value that stands for a way to find candidates, if there is one.
    pub fn of(channel: Channel) -> Option<Self> {
        let stands = |value: &&Self| Channel::from(**value) == channel;
        Self::value_variants().iter().find(stands).copied()
    }
}

impl From<ChannelValue> for Channel {
    fn from(value: ChannelValue) -> Self {
        match value {
            ChannelValue::Both => Self::Both,
            ChannelValue::Banding => Self::Banding,
            ChannelValue::Rare => Self::Rare,
        }
    }
}

/// `--kernel`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KernelValue {
    /// The fastest that this machine can run
    Auto,
    /// Plain Rust
    Scalar,
    /// x86-64 with AVX2
    Avx2,
    /// x86-64 with AVX-512
    Avx512,
}

impl KernelValue {
    /// An error if this machine cannot run it.
    pub fn kernel(self) -> Result<Kernel, retold::Error> {
        match self {
            Self::Auto => Ok(Kernel::detect()),
            Self::Scalar => Ok(Kernel::Scalar),
            Self::Avx2 => Kernel::Avx2.name().parse(),
            Self::Avx512 => Kernel::Avx512.name().parse(),
        }
    }
}

/// `--color`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColorValue {
    /// On a terminal
    #[default]
    Auto,
    /// Also in a pipe or file
    Always,
    /// Not at all
    Never,
}

/// `--relation`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelationValue(pub Relation);

impl RelationValue {
    /// Reads the names that records carry.
    pub fn parser() -> impl TypedValueParser<Value = Self> {
        let names = Relation::ALL.map(Relation::name);
        PossibleValuesParser::new(names).try_map(|name| {
            Relation::from_name(&name).map(Self).ok_or("not the name of a relation")
        })
    }
}

/// `--language`; `None` detects the language of each text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageValue(pub Option<Language>);

const DETECT: &str = "auto";

impl LanguageValue {
    /// Reads `auto` or a code.
    pub fn parser() -> impl TypedValueParser<Value = Self> {
        let codes =
            Language::ALL.iter().chain(&[Language::Unknown]).map(|language| language.code());
        let codes: Vec<_> = std::iter::once(DETECT).chain(codes).collect();
        PossibleValuesParser::new(codes).try_map(|code| code.parse())
    }
}

impl FromStr for LanguageValue {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        match code {
            DETECT => Ok(Self(None)),
            _ if code == Language::Unknown.code() => Ok(Self(Some(Language::Unknown))),
            _ => Language::from_code(code)
                .map(|language| Self(Some(language)))
                .ok_or_else(|| format!("{code:?} is not a language that retold knows; try auto")),
        }
    }
}

impl fmt::Display for LanguageValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.map_or(DETECT, Language::code))
    }
}

/// `--memory`, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SizeValue(pub usize);

/// Letters behind a number, and the powers of two that they stand for.
const UNITS: [(char, u32); 4] = [('T', 40), ('G', 30), ('M', 20), ('K', 10)];

impl FromStr for SizeValue {
    type Err = String;

    fn from_str(size: &str) -> Result<Self, String> {
        let unit = UNITS.iter().find(|(letter, _)| {
            size.ends_with(*letter) || size.ends_with(letter.to_ascii_lowercase())
        });
        let (digits, bits) = unit.map_or((size, 0), |(_, bits)| (&size[..size.len() - 1], *bits));
        let bytes = match digits.split_once('.') {
            None => digits.parse::<usize>().ok().and_then(|count| count.checked_mul(1 << bits)),
            Some((whole, part)) if bits > 0 => fraction(whole, part, bits),
            Some(_) => None,
        };
        bytes.map(Self).ok_or_else(|| "expected a size such as 512M, 1.5G or 8G".to_owned())
    }
}

/// The bytes of a number with a decimal point, to the byte below.
fn fraction(whole: &str, part: &str, bits: u32) -> Option<usize> {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || !is_digits(part) || part.len() > 6 {
        return None;
    }
    let whole = whole.parse::<usize>().ok()?.checked_mul(1 << bits)?;
    let part = part.parse::<u128>().ok()? * (1_u128 << bits) / 10_u128.pow(part.len() as u32);
    whole.checked_add(part as usize)
}

impl fmt::Display for SizeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |(_, bits): &&(char, u32)| self.0 > 0 && self.0.trailing_zeros() >= *bits;
        match UNITS.iter().find(whole) {
            Some((letter, bits)) => write!(f, "{}{letter}", self.0 >> bits),
            None => write!(f, "{}", self.0),
        }
    }
}

/// `--keep`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum KeepValue {
    /// The one with the most text.
    #[default]
    Longest,
    /// The one that was read first.
    First,
    /// The one with the earliest date in this field.
    Earliest(String),
    /// The one that comes first in this list.
    Priority(PathBuf),
}

impl KeepValue {
    /// The policy; an error if its list cannot be read.
    pub fn policy(&self) -> anyhow::Result<Keep> {
        Ok(match self {
            Self::Longest => Keep::Longest,
            Self::First => Keep::First,
            Self::Earliest(field) => Keep::earliest(field),
            Self::Priority(path) => Keep::Priority(Priorities::read(path)?),
        })
    }
}

impl FromStr for KeepValue {
    type Err = String;

    fn from_str(policy: &str) -> Result<Self, String> {
        match policy.split_once(':') {
            None if policy == "longest" => Ok(Self::Longest),
            None if policy == "first" => Ok(Self::First),
            Some(("earliest", field)) if !field.is_empty() => Ok(Self::Earliest(field.to_owned())),
            Some(("priority", file)) if !file.is_empty() => Ok(Self::Priority(file.into())),
            _ => Err("expected longest, first, earliest:FIELD or priority:FILE".to_owned()),
        }
    }
}

impl fmt::Display for KeepValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Longest => f.write_str("longest"),
            Self::First => f.write_str("first"),
            Self::Earliest(field) => write!(f, "earliest:{field}"),
            Self::Priority(file) => write!(f, "priority:{}", file.display()),
        }
    }
}

/// In a settings file, values are spelled as on the command line.
macro_rules! as_typed {
    ($($value:ty),*) => {$(
        impl TryFrom<String> for $value {
            type Error = String;

            fn try_from(typed: String) -> Result<Self, String> {
                typed.parse()
            }
        }

        impl From<$value> for String {
            fn from(value: $value) -> Self {
                value.to_string()
            }
        }
    )*};
}

pub(super) use as_typed;

as_typed!(LanguageValue, SizeValue, KeepValue);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_shown() {
        for (size, bytes) in [("0", 0), ("1000", 1000), ("512M", 512 << 20), ("3G", 3 << 30)] {
            let value: SizeValue = size.parse().expect(size);
            assert_eq!((value.0, value.to_string().as_str()), (bytes, size));
        }
        assert_eq!("2k".parse(), Ok(SizeValue(2048)));
        assert_eq!("1.5G".parse(), Ok(SizeValue(3 << 29)));
        assert_eq!("0.25m".parse::<SizeValue>().expect("a size").to_string(), "256K");
        for bad in ["", "G", "1.5", "1.G", ".5G", "1.-5G", "-1", "-1.5G", "99999999999T"] {
            assert!(bad.parse::<SizeValue>().is_err(), "{bad}");
        }
    }
}
