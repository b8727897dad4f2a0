//! One column of a frame: strings of any kind, ids, dates.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, LargeStringArray, StringArray, StringViewArray};
use arrow_schema::{DataType, TimeUnit};
use retold_pipeline::dedup::moment;
use retold_report::IdType;

use crate::values::integer;

/// A chunk of a column of strings, as it lies in memory.
#[derive(Debug, Clone)]
pub enum Strings {
    Utf8(StringArray),
    Large(LargeStringArray),
    View(StringViewArray),
    /// The place of each row's value; nothing for null.
    Dictionary(Vec<Option<usize>>, Box<Self>),
    /// Nulls only.
    Null,
}

impl Strings {
    /// Nothing if these are no strings.
    pub fn of(array: &ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string().clone()),
            DataType::LargeUtf8 => Self::Large(array.as_string().clone()),
            DataType::Utf8View => Self::View(array.as_string_view().clone()),
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                let values = Self::of(dictionary.values())?;
                if dictionary.values().is_empty() {
                    return Some(Self::Null);
                }
                let keys = dictionary.normalized_keys().into_iter().enumerate();
                let keys = keys.map(|(row, key)| dictionary.keys().is_valid(row).then_some(key));
                Self::Dictionary(keys.collect(), Box::new(values))
            }
            DataType::Null => Self::Null,
            _ => return None,
        })
    }

    /// The string of a row; nothing for null.
    pub fn get(&self, row: usize) -> Option<&str> {
        match self {
            Self::Utf8(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Large(array) => array.is_valid(row).then(|| array.value(row)),
            Self::View(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Dictionary(keys, values) => values.get(keys[row]?),
            Self::Null => None,
        }
    }
}

/// An id, and whether the data has it as an integer.
pub type Id = (String, IdType);

/// The id that a row states: a string or a whole number. Nothing for null; an error for what is
/// neither.
pub fn id(array: &ArrayRef, strings: Option<&Strings>, row: usize) -> Result<Option<Id>, ()> {
    if let Some(strings) = strings {
        return Ok(strings.get(row).map(|id| (id.to_owned(), IdType::Text)));
    }
    if array.is_null(row) {
        return Ok(None);
    }
    let number = integer(array, row).ok_or(())?;
    let id_type = i64::try_from(number).map_or(IdType::Text, |_| IdType::Integer);
    Ok(Some((number.to_string(), id_type)))
}

/// What a row of a column of dates holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dated {
    /// A moment, as a number that grows with time.
    At(u64),
    /// Nothing.
    Missing,
    /// Something that is no date.
    Unreadable(String),
}

/// A moment in seconds since 1970.
pub fn seconds(moment: u64) -> i64 {
    // Moments are microseconds in the order of unsigned numbers.
    ((moment ^ (1 << 63)) as i64).div_euclid(1_000_000)
}

/// The date of a row: a timestamp, a date, a number or a text, as [`moment`] reads these.
pub fn date(array: &ArrayRef, row: usize) -> Dated {
    const DAY: i64 = 86_400_000_000;
    if array.is_null(row) {
        return Dated::Missing;
    }
    let microseconds = match array.data_type() {
        DataType::Date32 => i64::from(array.as_primitive::<Date32Type>().value(row)) * DAY,
        DataType::Date64 => array.as_primitive::<Date64Type>().value(row).saturating_mul(1000),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => {
                array.as_primitive::<TimestampSecondType>().value(row).saturating_mul(1_000_000)
            }
            TimeUnit::Millisecond => {
                array.as_primitive::<TimestampMillisecondType>().value(row).saturating_mul(1000)
            }
            TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().value(row),
            TimeUnit::Nanosecond => {
                array.as_primitive::<TimestampNanosecondType>().value(row).div_euclid(1000)
            }
        },
        _ => return written_date(array, row),
    };
    // The order of signed numbers, in unsigned ones.
    Dated::At(microseconds as u64 ^ (1 << 63))
}

fn written_date(array: &ArrayRef, row: usize) -> Dated {
    let number = integer(array, row).map(|number| number.to_string());
    let text = number.or_else(|| Strings::of(array)?.get(row).map(str::to_owned));
    match text.as_deref().map(str::trim) {
        None => Dated::Unreadable(format!("a value of type {}", array.data_type())),
        Some("") => Dated::Missing,
        Some(text) => moment(text)
            .map_or_else(|| Dated::Unreadable(text.chars().take(40).collect()), Dated::At),
    }
}
