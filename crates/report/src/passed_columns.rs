//! What a Parquet file takes over from the data: ids and fields, as columns of their own types.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray, StructArray};
use arrow_schema::{DataType, Field, Fields};
use serde_json::value::RawValue;

use crate::named::shown;
use crate::{Findings, IdType};

/// The types of ids and fields, the same in all parts of a file.
pub(crate) struct Beside {
    ids: IdType,
    fields: Vec<ValueType>,
}

/// A type that all values of a field have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ValueType {
    Boolean,
    Integer,
    Float,
    /// Strings, and what has no common type: as JSON, strings without quotes.
    Text,
}

impl ValueType {
    fn of(value: &RawValue) -> Self {
        match value.get().as_bytes().first() {
            Some(b't' | b'f') => Self::Boolean,
            Some(b'-' | b'0'..=b'9') if value.get().parse::<i64>().is_ok() => Self::Integer,
            Some(b'-' | b'0'..=b'9') => Self::Float,
            _ => Self::Text,
        }
    }

    /// The type that values of both have.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Integer, Self::Float) | (Self::Float, Self::Integer) => Self::Float,
            _ => Self::Text,
        }
    }

    fn column(self, values: &[Option<&RawValue>]) -> ArrayRef {
        let text = |value: &Option<&RawValue>| value.map(|value| shown(Some(value)));
        match self {
            Self::Boolean => Arc::new(
                values
                    .iter()
                    .map(|value| Some(value.as_ref()?.get() == "true"))
                    .collect::<BooleanArray>(),
            ),
            Self::Integer => Arc::new(
                values
                    .iter()
                    .map(|value| value.as_ref()?.get().parse().ok())
                    .collect::<Int64Array>(),
            ),
            Self::Float => Arc::new(
                values
                    .iter()
                    .map(|value| value.as_ref()?.get().parse().ok())
                    .collect::<Float64Array>(),
            ),
            Self::Text => Arc::new(values.iter().map(text).collect::<StringArray>()),
        }
    }
}

impl Beside {
    /// The types that suit all articles.
    pub(crate) fn of(findings: &Findings<'_>) -> Self {
        let of_field = |field: usize| {
            let values = findings.articles.iter().filter_map(|of| of.fields.get(field)?.as_deref());
            values.map(ValueType::of).reduce(ValueType::and).unwrap_or(ValueType::Text)
        };
        Self { ids: findings.id_type(), fields: (0..findings.fields.len()).map(of_field).collect() }
    }

    /// The ids of articles.
    pub(crate) fn ids(
        &self,
        findings: &Findings<'_>,
        articles: impl Iterator<Item = usize>,
    ) -> ArrayRef {
        let ids = articles.map(|article| findings.named(article, self.ids).id);
        match self.ids {
            IdType::Integer => Arc::new(ids.map(|id| id.integer()).collect::<Int64Array>()),
            IdType::Text => Arc::new(ids.map(|id| Some(id.text())).collect::<StringArray>()),
        }
    }

    /// The fields of articles, as one column of structs; nothing if there are none.
    pub(crate) fn fields(
        &self,
        findings: &Findings<'_>,
        articles: impl Iterator<Item = usize>,
    ) -> Option<ArrayRef> {
        let articles: Vec<usize> = articles.collect();
        let column = |(field, of): (usize, &ValueType)| {
            let value = |article: &usize| findings.articles[*article].fields.get(field)?.as_deref();
            of.column(&articles.iter().map(value).collect::<Vec<_>>())
        };
        let columns: Vec<ArrayRef> = self.fields.iter().enumerate().map(column).collect();
        if columns.is_empty() {
            return None;
        }
        let field = |(name, column): (&String, &ArrayRef)| {
            let kind: &DataType = column.data_type();
            Field::new(name, kind.clone(), true)
        };
        let fields: Fields = findings.fields.iter().zip(&columns).map(field).collect();
        Some(Arc::new(StructArray::new(fields, columns, None)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_the_type_that_all_its_values_have() {
        let type_of = |values: &[&str]| {
            let value = |json: &&str| {
                let value = RawValue::from_string((*json).to_owned()).expect("JSON");
                ValueType::of(&value)
            };
            values.iter().map(value).reduce(ValueType::and)
        };
        assert_eq!(type_of(&["1", "-2"]), Some(ValueType::Integer));
        assert_eq!(type_of(&["1", "2.5"]), Some(ValueType::Float));
        assert_eq!(type_of(&["true", "false"]), Some(ValueType::Boolean));
        assert_eq!(type_of(&["1", "\"2\""]), Some(ValueType::Text));
        assert_eq!(type_of(&["[1]"]), Some(ValueType::Text));
        assert_eq!(type_of(&["12345678901234567890"]), Some(ValueType::Float));
    }
}
