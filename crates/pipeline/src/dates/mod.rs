//! Times as seconds since 1970, from what people and programs write and for them to read.

mod moment;

use jiff::Timestamp;

pub use moment::moment;

/// The time that a text states, as keeping the earliest reads it; `None` if it is no date.
pub fn seconds(text: &str) -> Option<i64> {
    // Moments are microseconds in the order of unsigned numbers.
    moment(text).map(|moment| ((moment ^ (1 << 63)) as i64).div_euclid(1_000_000))
}

/// A time in RFC 3339, in UTC; the number itself where it is outside the years that this can state.
pub fn shown(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// A time for people, in UTC, to the minute: `2024-02-29 12:00`.
pub fn in_minutes(seconds: i64) -> String {
    let shown = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M").to_string();
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), shown)
}

/// The present.
pub fn now() -> i64 {
    Timestamp::now().as_second()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back() {
        for (text, second) in [
            ("2024-02-29T12:00:01Z", 1_709_208_001),
            ("1969-12-31T23:59:59Z", -1),
            ("2001-09-09", 1_000_000_000 - 6400),
        ] {
            assert_eq!(seconds(text), Some(second));
            assert_eq!(seconds(&shown(second)), Some(second));
        }
        assert_eq!(seconds("yesterday"), None);
        assert_eq!(shown(i64::MAX), i64::MAX.to_string());
        assert_eq!(in_minutes(1_709_208_001), "2024-02-29 12:00");
        assert_eq!(in_minutes(i64::MAX), i64::MAX.to_string());
    }
}
