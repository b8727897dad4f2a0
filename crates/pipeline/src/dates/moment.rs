//! Parses dates as people and programs write them.

use jiff::civil::{Date, DateTime, ISOWeekDate, date};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use parse_datetime::{ParsedDateTime, parse_datetime_at_date};

/// A number that grows with time; `None` if the text is not a date.
///
/// Numbers are seconds or milliseconds since 1970, except that four digits are a year, and eight
/// digits are year, month and day where those form a date. Text is RFC 3339, RFC 2822, ISO 8601, or
/// what GNU `date` understands («December 31, 2017», «26-FEB-1987 15:01», «12/31/2017»: month
/// first) with a year in it; also `31.12.2017`. Without a time zone it is UTC.
pub fn moment(text: &str) -> Option<u64> {
    let text = text.trim();
    let microseconds = match text.parse::<i64>() {
        Ok(number) => from_number(text, number)?,
        Err(_) => from_text(text)?.as_microsecond(),
    };
    // The order of signed numbers, in unsigned ones.
    Some(microseconds as u64 ^ (1 << 63))
}

fn from_number(text: &str, number: i64) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let day = match text.len() {
        4 if number >= 1000 => Date::new(part(0..4)?, 1, 1).ok(),
        8 if number >= 10_000_101 => {
            Date::new(part(0..4)?, part(4..6)? as i8, part(6..8)? as i8).ok()
        }
        _ => None,
    };
    match day.and_then(|day| utc(day.into())) {
        Some(day) => Some(day.as_microsecond()),
        // Seconds until the year 5138, milliseconds from 1973 on.
        None if number.unsigned_abs() < 100_000_000_000 => number.checked_mul(1_000_000),
        None => number.checked_mul(1_000),
    }
}

fn utc(date: DateTime) -> Option<Timestamp> {
    date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn from_text(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| rfc2822::parse(text).ok().map(|zoned| zoned.timestamp()))
        .or_else(|| text.parse::<DateTime>().ok().and_then(utc))
        .or_else(|| text.parse::<Date>().ok().and_then(|date| utc(date.into())))
        .or_else(|| text.parse::<ISOWeekDate>().ok().and_then(|week| utc(week.date().into())))
        .or_else(|| spoken(&plain(text)))
}

/// Patterns that GNU `date` does not know.
const PATTERNS: [&str; 8] = [
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%Y-%m",
    "%B %Y",
    "%b %Y",
];

fn spoken(text: &str) -> Option<Timestamp> {
    let on_first = |pattern: &str| {
        let parsed = strtime::parse(pattern, text).ok()?;
        let day = parsed.day().unwrap_or(1);
        // «May 3» has no year.
        let year = parsed.year().filter(|year| *year >= 1000)?;
        let day = Date::new(year, parsed.month()?, day).ok()?;
        let time = parsed.to_time().unwrap_or_default();
        utc(day.to_datetime(time))
    };
    PATTERNS.iter().find_map(|pattern| on_first(pattern)).or_else(|| absolute(text))
}

/// Accepts only dates that do not depend on the current day: «yesterday» and «May 3» are rejected.
fn absolute(text: &str) -> Option<Timestamp> {
    let on = |today: Date| {
        let today: Zoned = today.at(1, 2, 3, 4).to_zoned(TimeZone::UTC).ok()?;
        match parse_datetime_at_date(today, text).ok()? {
            ParsedDateTime::InRange(zoned) => Some(zoned.timestamp()),
            ParsedDateTime::Extended(_) => None,
        }
    };
    let days = [date(2001, 2, 3), date(2002, 4, 5), date(2004, 2, 29)].map(on);
    (days[0] == days[1] && days[1] == days[2]).then_some(days[0]).flatten()
}

/// The words of a date without filler: «Sept. 4th, 2018 at 5 p.m.» is «Sep 4 2018 5 pm».
fn plain(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || c == ',') {
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        let lower = word.to_lowercase();
        let bare = if is_number { lower.trim_end_matches('.') } else { &lower.replace('.', "") };
        let ordinal = ["st", "nd", "rd", "th"].iter().find_map(|end| bare.strip_suffix(end));
        let number = ordinal.filter(|number| number.bytes().all(|b| b.is_ascii_digit()));
        let word = match number.unwrap_or(bare) {
            "" | "of" | "at" | "on" | "the" | "-" | "–" | "|" => continue,
            "sept" => "sep",
            "noon" => "12:00",
            word if is_weekday(word) => continue,
            word => word,
        };
        // «am» and «pm» may be words of their own or follow the hour directly.
        words.push(word.replace("a.m", "am").replace("p.m", "pm"));
    }
    words.join(" ")
}

/// Weekdays are redundant: the date determines them.
fn is_weekday(word: &str) -> bool {
    const NAMES: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    NAMES.iter().any(|name| word.len() >= 3 && name.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_all_kinds_are_in_order() {
        let dates = [
            "1969-07-20T20:17:40Z",
            "0",
            "26-FEB-1987 15:01",
            "26-FEB-1987 15:01:01.79",
            "26 Feb 1987, 3:02 pm",
            "2001-09-09",
            "1000000000",
            "1000000001000",
            "Sun, 9 Sep 2001 01:46:42 +0000",
            "2001-09-09T01:46:43",
            "2001-09-09 01:46:44",
            "2001-09-09T00:46:45-01:00",
            "Sept. 10, 2001",
            "September 11th, 2001 at 8:46 a.m.",
            "Tue Sep 11 09:46:00 EST 2001",
            "12. September 2001",
            "Thursday, 13th of September 2001",
            "09/14/2001",
            "9/15/01",
            "16.09.2001 10:30",
            "2001/09/17",
            "20010918",
            "20010919T101112Z",
            "October 2001",
            "2001-11",
            "2002",
            "December 31, 2017",
        ];
        let moments: Vec<_> = dates.iter().map(|date| moment(date).expect(date)).collect();
        for (at, pair) in moments.windows(2).enumerate() {
            assert!(pair[0] < pair[1], "{} and {}", dates[at], dates[at + 1]);
        }
    }

    #[test]
    fn what_is_no_date_or_only_part_of_one_is_not_guessed() {
        for text in [
            "",
            "yesterday",
            "now",
            "3 days ago",
            "May 3",
            "Monday",
            "10:30",
            "31/12/2017",
            "2017-02-30",
            "Spring 2017",
            "n/a",
            "a",
            "z",
            "+1 day",
            "12",
            "next year",
            "2017-13-01",
        ] {
            let is_number = text.parse::<i64>().is_ok();
            assert_eq!(moment(text).is_some(), is_number, "{text}");
        }
    }
}
