//! Values of the columns of Parquet files, as text.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, ArrowTemporalType, Date32Type, Decimal32Type, Decimal64Type,
    Decimal128Type, Decimal256Type, DecimalType, Float16Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, Time32MillisecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};

/// Whether [`said`] has a text for values of this kind: not for lists, and the like.
pub(super) fn is_said(kind: &DataType) -> bool {
    use DataType::{
        Binary, Boolean, Date32, Decimal32, Decimal64, Decimal128, Decimal256, FixedSizeBinary,
        Time32, Time64, Timestamp, Utf8,
    };
    let is_plain = matches!(
        kind,
        Utf8 | Binary
            | FixedSizeBinary(_)
            | Boolean
            | Date32
            | Time32(_)
            | Time64(_)
            | Timestamp(..)
    );
    let is_decimal =
        matches!(kind, Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..));
    is_plain || is_decimal || kind.is_integer() || kind.is_floating()
}

/// A value as people write it, in bytes, which are UTF-8 for all kinds but `Binary`. Dates and
/// times are those of ISO 8601; a moment that the file knows as one ends in `Z`. `None` where there
/// is no value.
pub(super) fn said(column: &ArrayRef, at: usize) -> Option<Vec<u8>> {
    if column.is_null(at) {
        return None;
    }
    let text = match column.data_type() {
        DataType::Utf8 => return Some(column.as_string::<i32>().value(at).as_bytes().to_vec()),
        DataType::Binary => return Some(column.as_binary::<i32>().value(at).to_vec()),
        DataType::FixedSizeBinary(_) => hexadecimal(column.as_fixed_size_binary().value(at)),
        DataType::Boolean => column.as_boolean().value(at).to_string(),
        DataType::Int8 => number::<Int8Type>(column, at),
        DataType::Int16 => number::<Int16Type>(column, at),
        DataType::Int32 => number::<Int32Type>(column, at),
        DataType::Int64 => number::<Int64Type>(column, at),
        DataType::UInt8 => number::<UInt8Type>(column, at),
        DataType::UInt16 => number::<UInt16Type>(column, at),
        DataType::UInt32 => number::<UInt32Type>(column, at),
        DataType::UInt64 => number::<UInt64Type>(column, at),
        DataType::Float16 => number::<Float16Type>(column, at),
        DataType::Float32 => number::<Float32Type>(column, at),
        DataType::Float64 => number::<Float64Type>(column, at),
        DataType::Decimal32(..) => decimal::<Decimal32Type>(column, at),
        DataType::Decimal64(..) => decimal::<Decimal64Type>(column, at),
        DataType::Decimal128(..) => decimal::<Decimal128Type>(column, at),
        DataType::Decimal256(..) => decimal::<Decimal256Type>(column, at),
        DataType::Date32 => {
            column.as_primitive::<Date32Type>().value_as_date(at).map(|date| date.to_string())?
        }
        DataType::Time32(_) => time::<Time32MillisecondType>(column, at)?,
        DataType::Time64(TimeUnit::Microsecond) => time::<Time64MicrosecondType>(column, at)?,
        DataType::Time64(_) => time::<Time64NanosecondType>(column, at)?,
        DataType::Timestamp(TimeUnit::Millisecond, zone) => {
            moment::<TimestampMillisecondType>(column, at)? + mark(zone)
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            moment::<TimestampMicrosecondType>(column, at)? + mark(zone)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, zone) => {
            moment::<TimestampNanosecondType>(column, at)? + mark(zone)
        }
        _ => return None,
    };
    Some(text.into_bytes())
}

/// So that JSON can have it, but for what is not finite.
fn number<T: ArrowPrimitiveType>(column: &ArrayRef, at: usize) -> String {
    format!("{:?}", column.as_primitive::<T>().value(at))
}

fn decimal<T: DecimalType>(column: &ArrayRef, at: usize) -> String {
    column.as_primitive::<T>().value_as_string(at)
}

fn time<T>(column: &ArrayRef, at: usize) -> Option<String>
where
    T: ArrowTemporalType,
    i64: From<T::Native>,
{
    column.as_primitive::<T>().value_as_time(at).map(|time| time.to_string())
}

fn moment<T>(column: &ArrayRef, at: usize) -> Option<String>
where
    T: ArrowTemporalType,
    i64: From<T::Native>,
{
    column.as_primitive::<T>().value_as_datetime(at).map(|moment| format!("{moment:?}"))
}

/// What is known of a moment's time zone.
fn mark(zone: &Option<Arc<str>>) -> &'static str {
    match zone {
        Some(_) => "Z",
        None => "",
    }
}

/// For keys, such as those of RFC 9562 (UUID), which are no text.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{
        BooleanArray, Date32Array, Decimal128Array, FixedSizeBinaryArray, Float32Array,
        Float64Array, Int64Array, ListArray, TimestampMicrosecondArray, TimestampMillisecondArray,
        UInt8Array,
    };

    fn all(column: ArrayRef) -> Vec<Option<String>> {
        assert!(is_said(column.data_type()));
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (0..column.len()).map(|at| said(&column, at).map(text)).collect()
    }

    fn texts<const N: usize>(wanted: [&str; N]) -> Vec<Option<String>> {
        wanted.map(|text| Some(text.to_owned()).filter(|text| text != "null")).to_vec()
    }

    #[test]
    fn values_are_written_as_people_write_them() {
        let numbers = Int64Array::from(vec![Some(-7), None, Some(i64::MAX)]);
        assert_eq!(all(Arc::new(numbers)), texts(["-7", "null", "9223372036854775807"]));
        assert_eq!(all(Arc::new(UInt8Array::from(vec![200]))), texts(["200"]));
        let flags = BooleanArray::from(vec![Some(true), None]);
        assert_eq!(all(Arc::new(flags)), texts(["true", "null"]));
        let fractions = Float64Array::from(vec![1.0, 0.1, 1e300, f64::NAN]);
        assert_eq!(all(Arc::new(fractions)), texts(["1.0", "0.1", "1e300", "NaN"]));
        assert_eq!(all(Arc::new(Float32Array::from(vec![0.1]))), texts(["0.1"]));
        let price = Decimal128Array::from(vec![12345]).with_precision_and_scale(10, 2);
        assert_eq!(all(Arc::new(price.expect("fits"))), texts(["123.45"]));
        let key = FixedSizeBinaryArray::try_from_iter([[0x0f_u8, 0xa0]].into_iter());
        assert_eq!(all(Arc::new(key.expect("one length"))), texts(["0fa0"]));
    }

    #[test]
    fn moments_are_those_of_iso_8601() {
        assert_eq!(all(Arc::new(Date32Array::from(vec![19_844]))), texts(["2024-05-01"]));
        let local = TimestampMillisecondArray::from(vec![1_714_557_600_000]);
        assert_eq!(all(Arc::new(local)), texts(["2024-05-01T10:00:00"]));
        let known = TimestampMicrosecondArray::from(vec![1_714_557_600_250_000]);
        let known = known.with_timezone("Europe/Berlin");
        assert_eq!(all(Arc::new(known)), texts(["2024-05-01T10:00:00.250Z"]));
    }

    #[test]
    fn lists_have_no_text() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)])]);
        assert!(!is_said(list.data_type()));
        let list: ArrayRef = Arc::new(list);
        assert_eq!(said(&list, 0), None);
    }
}
