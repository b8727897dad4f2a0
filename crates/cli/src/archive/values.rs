//! Values of the options of `retold archive`.

use std::str::FromStr;

use clap::ValueEnum;
use retold_pipeline::dates;
use retold_pipeline::output::Content;

const DAY: i64 = 24 * 60 * 60;

/// `--format`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum MatchesValue {
    /// For people
    #[default]
    Terminal,
    /// One JSON record per article, with all that it matches
    Jsonl,
}

impl MatchesValue {
    /// What outputs of this format hold.
    pub fn content(self) -> Content {
        if self == Self::Terminal { Content::Page } else { Content::Records }
    }
}

/// `--span`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanValue(pub Option<u32>);

impl FromStr for SpanValue {
    type Err = String;

    fn from_str(span: &str) -> Result<Self, String> {
        match span.parse() {
            _ if span == "all" => Ok(Self(None)),
            Ok(days @ 1..) => Ok(Self(Some(days))),
            _ => Err("expected a number of days, or all".to_owned()),
        }
    }
}

/// `--since`, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeValue(pub i64);

impl FromStr for TimeValue {
    type Err = String;

    fn from_str(time: &str) -> Result<Self, String> {
        let days = time.strip_suffix('d').and_then(|days| days.parse::<u32>().ok());
        let ago = days.map(|days| dates::now() - i64::from(days) * DAY);
        ago.or_else(|| dates::seconds(time))
            .map(Self)
            .ok_or_else(|| "expected a date, such as 2024-05-01, or days, such as 7d".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_times_are_read() {
        assert_eq!("all".parse(), Ok(SpanValue(None)));
        assert_eq!("7".parse(), Ok(SpanValue(Some(7))));
        assert!("0".parse::<SpanValue>().is_err() && "-1".parse::<SpanValue>().is_err());
        assert_eq!("2024-05-01".parse(), Ok(TimeValue(1_714_521_600)));
        let week: TimeValue = "7d".parse().expect("days");
        assert!((dates::now() - week.0 - 7 * DAY).abs() < 60);
        assert!("soon".parse::<TimeValue>().is_err());
    }
}
