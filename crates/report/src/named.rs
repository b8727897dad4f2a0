//! How records name an article: by its id, with the fields that go with it.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// What ids are in records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum IdType {
    /// Strings.
    #[default]
    Text,
    /// Integers of 64 bits, as in the data that they come from, so that records join with it.
    Integer,
}

/// An id, as records write it. The default is an empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Id<'a> {
    text: &'a str,
    id_type: IdType,
}

impl<'a> Id<'a> {
    /// An id of that type. What is no integer is a string all the same.
    pub fn new(text: &'a str, id_type: IdType) -> Self {
        Self { text, id_type }
    }

    /// The id as text.
    pub fn text(self) -> &'a str {
        self.text
    }

    /// The id as a number, if it is one.
    pub fn integer(self) -> Option<i64> {
        match self.id_type {
            IdType::Text => None,
            IdType::Integer => self.text.parse().ok(),
        }
    }
}

impl<'a> From<&'a str> for Id<'a> {
    fn from(text: &'a str) -> Self {
        Self::new(text, IdType::Text)
    }
}

impl Serialize for Id<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.integer() {
            Some(integer) => to.serialize_i64(integer),
            None => to.serialize_str(self.text),
        }
    }
}

/// The value of a field that is passed through, as JSON on one line; nothing where an article has
/// none.
pub type FieldValue = Option<Box<RawValue>>;

/// Fields of an article that are passed through: their names, and a value for each. Empty by
/// default; records then do not speak of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct PassedFields<'a> {
    /// Their names.
    pub names: &'a [String],
    /// Their values; null where there are fewer than names.
    pub values: &'a [FieldValue],
}

impl<'a> PassedFields<'a> {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Each name with its value, as far as there is one.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, Option<&'a RawValue>)> {
        let values = self.values.iter().map(Option::as_deref).chain(std::iter::repeat(None));
        self.names.iter().map(String::as_str).zip(values)
    }
}

impl Serialize for PassedFields<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.names.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}

/// What a value says to people: strings without quotes, other JSON as it is, null as nothing.
pub fn shown(value: Option<&RawValue>) -> String {
    let json = value.map(RawValue::get).unwrap_or_default();
    match json.starts_with('"') {
        true => serde_json::from_str(json).unwrap_or_default(),
        false => json.to_owned(),
    }
}

/// An article in a record. An id alone has no fields.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    /// Its id.
    pub id: Id<'a>,
    /// What is passed through of it.
    pub fields: PassedFields<'a>,
}

impl<'a> From<&'a str> for Named<'a> {
    fn from(id: &'a str) -> Self {
        Self { id: id.into(), fields: PassedFields::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_what_they_are_in_the_data() {
        let json = |id| serde_json::to_string(&id).expect("JSON");
        assert_eq!(json(Id::new("7", IdType::Integer)), "7");
        assert_eq!(json(Id::new("7", IdType::Text)), "\"7\"");
        assert_eq!(json(Id::new("7#a.jsonl:2", IdType::Integer)), "\"7#a.jsonl:2\"");
    }

    #[test]
    fn fields_keep_their_types_and_missing_ones_are_null() {
        let names = ["title", "n", "none"].map(String::from);
        let values =
            ["\"<a>\"", "7.0"].map(|json| Some(RawValue::from_string(json.into()).expect("JSON")));
        let fields = PassedFields { names: &names, values: &values };
        let json = serde_json::to_string(&fields).expect("JSON");
        assert_eq!(json, "{\"title\":\"<a>\",\"n\":7.0,\"none\":null}");
        let texts: Vec<_> = fields.iter().map(|(_, value)| shown(value)).collect();
        assert_eq!(texts, ["<a>", "7.0", ""]);
    }
}
