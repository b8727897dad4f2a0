//! What an id is in the data that it comes from.

use serde::{Deserialize, Serialize};

/// The type of an id in the data that it comes from. JSON and Parquet say it; in CSV, which has no
/// types, what is written like an integer is one, as the usual readers of CSV take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::exhaustive_enums, reason = "records have to say what they make of a new type")]
pub enum IdType {
    /// A string, a number that is no integer of 64 bits, or made up: a file name, a place.
    #[default]
    Text,
    /// An integer of 64 bits, written as all programs write it.
    Integer,
}

impl IdType {
    /// The type of a number as it is written: `7`, but not `07`, `-0`, `7.0` or `1e3`, which would
    /// not be the same digits again.
    pub fn of_number(digits: &str) -> Self {
        let positive = digits.strip_prefix('-').unwrap_or(digits);
        let is_plain = match positive.as_bytes() {
            [b'0'] => positive == digits,
            [b'1'..=b'9', ..] => true,
            _ => false,
        };
        if is_plain && digits.parse::<i64>().is_ok() { Self::Integer } else { Self::Text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_is_written_as_it_would_be_again() {
        for integer in ["0", "7", "-7", "9223372036854775807", "-9223372036854775808"] {
            assert_eq!(IdType::of_number(integer), IdType::Integer, "{integer}");
        }
        for other in
            ["", "-", "-0", "07", "+7", "7.0", "1e3", "a7", " 7", "9223372036854775808", "0x7"]
        {
            assert_eq!(IdType::of_number(other), IdType::Text, "{other}");
        }
    }
}
