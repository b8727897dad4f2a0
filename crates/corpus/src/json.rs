//! Reads id and text from a JSON object.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::ReadOptions;

/// What a record's text field holds.
#[derive(Debug, PartialEq)]
pub(super) enum Text<'a> {
    Missing,
    String(Cow<'a, str>),
    /// Another type, which this names.
    Other(&'static str),
}

/// What a record's id field holds.
#[derive(Debug, PartialEq)]
pub(super) enum Id {
    Missing,
    Known(String),
    /// Neither string nor number.
    Other,
}

/// The fields of a record that matter here; the last of several with one name counts, as in most
/// readers of JSON.
#[derive(Debug, PartialEq)]
pub(super) struct Fields<'a> {
    pub(super) id: Id,
    pub(super) text: Text<'a>,
    pub(super) extra: Option<Box<str>>,
}

/// Reads one object. Fields that were not asked for are only skipped, at any depth.
pub(super) fn fields<'a>(
    object: &'a str,
    options: &ReadOptions,
) -> Result<Fields<'a>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(object);
    let fields = RecordSeed(options).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(fields)
}

struct RecordSeed<'o>(&'o ReadOptions);

impl<'de> DeserializeSeed<'de> for RecordSeed<'_> {
    type Value = Fields<'de>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Fields<'de>, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_> {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Fields<'de>, M::Error> {
        let mut fields = Fields { id: Id::Missing, text: Text::Missing, extra: None };
        let extra = self.0.extra_field.as_deref();
        let is_extra = |name: &str| extra == Some(name);
        while let Some(key) = map.next_key_seed(KeySeed(self.0))? {
            match key {
                Key::Text => {
                    let value = map.next_value()?;
                    fields.text = text_of(value)
                        .ok_or_else(|| M::Error::custom("half of a surrogate pair"))?;
                    if is_extra(&self.0.text_field) {
                        fields.extra = extra_of(value);
                    }
                }
                Key::Id => {
                    let value = map.next_value()?;
                    fields.id = id_of(value);
                    if is_extra(&self.0.id_field) {
                        fields.extra = extra_of(value);
                    }
                }
                Key::Extra => fields.extra = extra_of(map.next_value()?),
                Key::Unwanted => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(fields)
    }
}

fn id_of(value: &RawValue) -> Id {
    match value.get().as_bytes()[0] {
        b'"' => match serde_json::from_str::<String>(value.get()) {
            Ok(id) if id.is_empty() => Id::Missing,
            Ok(id) => Id::Known(id),
            Err(_) => Id::Other,
        },
        // As it is written: a 64-bit integer or float would round long ids.
        b'-' | b'0'..=b'9' => Id::Known(value.get().to_owned()),
        b'n' => Id::Missing,
        _ => Id::Other,
    }
}

fn extra_of(value: &RawValue) -> Option<Box<str>> {
    match value.get() {
        "null" => None,
        string if string.starts_with('"') => serde_json::from_str(string).ok(),
        other => Some(other.into()),
    }
}

enum Key {
    Id,
    Text,
    Extra,
    Unwanted,
}

struct KeySeed<'o>(&'o ReadOptions);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Key, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(match name {
            name if name == self.0.text_field => Key::Text,
            name if name == self.0.id_field => Key::Id,
            name if Some(name) == self.0.extra_field.as_deref() => Key::Extra,
            _ => Key::Unwanted,
        })
    }
}

/// A text, decoded; `None` if it holds half of a surrogate pair.
fn text_of(value: &RawValue) -> Option<Text<'_>> {
    let value = value.get();
    Some(match value.as_bytes()[0] {
        b'"' => Text::String(unescaped(&value[1..value.len() - 1])?),
        b'n' => Text::Missing,
        b't' | b'f' => Text::Other("true or false"),
        b'[' => Text::Other("an array"),
        b'{' => Text::Other("an object"),
        _ => Text::Other("a number"),
    })
}

/// The decoded content of a valid JSON string. By hand, because the parser's buffer would grow step
/// by step for every text, and be copied in the end.
fn unescaped(string: &str) -> Option<Cow<'_, str>> {
    let Some(mut next) = memchr(b'\\', string.as_bytes()) else {
        return Some(Cow::Borrowed(string));
    };
    let mut text = String::with_capacity(string.len());
    let mut rest = string;
    loop {
        text.push_str(&rest[..next]);
        let (character, used) = escape(&rest[next..])?;
        text.push(character);
        rest = &rest[next + used..];
        match memchr(b'\\', rest.as_bytes()) {
            Some(at) => next = at,
            None => break,
        }
    }
    text.push_str(rest);
    Some(Cow::Owned(text))
}

/// The character of the escape at the start of `rest`, and the length of the escape.
fn escape(rest: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let hex = rest.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(hex, 16).ok()
    };
    Some(match rest.as_bytes().get(1)? {
        b'n' => ('\n', 2),
        b't' => ('\t', 2),
        b'r' => ('\r', 2),
        b'b' => ('\u{8}', 2),
        b'f' => ('\u{c}', 2),
        b'u' => match char::from_u32(u32::from(unit(0)?)) {
            Some(character) => (character, 6),
            None => (char::decode_utf16([unit(0)?, unit(6)?]).next()?.ok()?, 12),
        },
        other => (char::from(*other), 2),
    })
}

/// Mends what common writers get wrong: halves of surrogate pairs become U+FFFD, raw control
/// characters in strings are escaped, `NaN` and infinities become null. `None` if nothing of that
/// kind is there, so that mending is no use.
pub(super) fn mend(object: &str) -> Option<String> {
    let mut mended = String::with_capacity(object.len() + 8);
    let (mut rest, mut in_string) = (object, false);
    while let Some(c) = rest.chars().next() {
        let (put, used): (Cow<'_, str>, usize) = match c {
            '"' => {
                in_string = !in_string;
                ("\"".into(), 1)
            }
            '\\' if in_string => mend_escape(rest),
            '\0'..='\x1f' if in_string => (format!("\\u{:04x}", u32::from(c)).into(), 1),
            'N' if !in_string && rest.starts_with("NaN") => ("null".into(), 3),
            'I' if !in_string && rest.starts_with("Infinity") => ("null".into(), 8),
            '-' if !in_string && rest.starts_with("-Infinity") => ("null".into(), 9),
            c => (rest[..c.len_utf8()].into(), c.len_utf8()),
        };
        mended.push_str(&put);
        rest = &rest[used..];
    }
    (mended != object).then_some(mended)
}

/// The escape at the start of `rest`, or U+FFFD for half a surrogate pair; and its length.
fn mend_escape(rest: &str) -> (Cow<'_, str>, usize) {
    let unit = |at: usize| {
        let hex = rest.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(hex, 16).ok()
    };
    match (unit(0), unit(6)) {
        (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (rest[..12].into(), 12),
        (Some(0xd800..=0xdfff), _) => ("\\ufffd".into(), 6),
        _ => {
            let escaped = rest[1..].chars().next().map_or(0, char::len_utf8);
            (rest[..1 + escaped].into(), 1 + escaped)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(object: &str) -> (Id, Text<'_>) {
        let fields = fields(object, &ReadOptions::default()).unwrap();
        (fields.id, fields.text)
    }

    fn known(id: &str) -> Id {
        Id::Known(id.to_owned())
    }

    fn text(text: &str) -> Text<'_> {
        Text::String(text.into())
    }

    #[test]
    fn strings_are_decoded_and_borrowed_where_they_can_be() {
        let object = r#"{"text":"plain","id":"a"}"#;
        assert!(matches!(read(object).1, Text::String(Cow::Borrowed("plain"))));
        let object = r#"{"id":"a\u00e9","text":"\ud83d\ude00 \"q\" \\ \/ \n\u0000"}"#;
        assert_eq!(read(object), (known("aé"), text("😀 \"q\" \\ / \n\0")));
        assert_eq!(read(r#" {"t\u0065xt":"key with an escape"} "#).1, text("key with an escape"));
    }

    #[test]
    fn ids_may_be_numbers_of_any_length() {
        for number in ["7", "-7", "123456789012345678901234567890", "1.50", "1e400"] {
            assert_eq!(read(&format!(r#"{{"id": {number} ,"text":"x"}}"#)).0, known(number));
        }
        for missing in [r#""""#, "null"] {
            assert_eq!(read(&format!(r#"{{"id":{missing},"text":"x"}}"#)).0, Id::Missing);
        }
        assert_eq!(read(r#"{"id":["a"],"text":"x"}"#).0, Id::Other);
        assert_eq!(read(r#"{"text":"x"}"#).0, Id::Missing);
    }

    #[test]
    fn texts_that_are_no_strings_are_told_apart() {
        for (value, expected) in [
            ("null", Text::Missing),
            ("true", Text::Other("true or false")),
            ("-1", Text::Other("a number")),
            ("1.5", Text::Other("a number")),
            (r#"["a",{"b":[]}]"#, Text::Other("an array")),
            (r#"{"a":[1]}"#, Text::Other("an object")),
        ] {
            assert_eq!(read(&format!(r#"{{"text":{value},"id":1}}"#)).1, expected);
        }
    }

    #[test]
    fn the_last_of_several_fields_of_one_name_counts() {
        assert_eq!(read(r#"{"text":"a","text":"b"}"#).1, text("b"));
    }

    #[test]
    fn unwanted_fields_may_be_deep_and_wild() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let object = format!(r#"{{"deep":{deep},"big":1e999999,"lone":"\ud800","text":"x"}}"#);
        assert_eq!(read(&object).1, text("x"));
    }

    #[test]
    fn extra_fields_come_as_text() {
        let options = ReadOptions { extra_field: Some("date".into()), ..ReadOptions::default() };
        for (value, expected) in
            [(r#""2024\u002d01""#, Some("2024-01")), ("17", Some("17")), ("null", None)]
        {
            let object = format!(r#"{{"date":{value},"text":"x"}}"#);
            assert_eq!(fields(&object, &options).unwrap().extra.as_deref(), expected);
        }
        let options = ReadOptions { extra_field: Some("id".into()), ..ReadOptions::default() };
        let read = fields(r#"{"id":20171231,"text":"x"}"#, &options).unwrap();
        assert_eq!((read.id, read.extra.as_deref()), (known("20171231"), Some("20171231")));
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        for bad in ["", "[]", "\"a\"", "{", r#"{"text":"a"} x"#, r#"{"text":"\x"}"#, "{'text':1}"] {
            assert!(fields(bad, &ReadOptions::default()).is_err(), "{bad}");
        }
    }

    #[test]
    fn small_faults_are_mended() {
        for (bad, expected) in [
            (r#"{"text":"a \ud800 b"}"#, "a \u{fffd} b"),
            (r#"{"text":"\udc00\ud83d\ude00\ud83d"}"#, "\u{fffd}😀\u{fffd}"),
            ("{\"text\":\"a\tb\0\"}", "a\tb\0"),
            (r#"{"score":NaN,"low":-Infinity,"text":"NaN \\"}"#, "NaN \\"),
        ] {
            assert!(fields(bad, &ReadOptions::default()).is_err(), "{bad}");
            let mended = mend(bad).unwrap();
            assert_eq!(read(&mended).1, text(expected));
        }
        assert_eq!(mend(r#"{"text":"fine \ud83d\ude00 \u0041"}"#), None);
        for torn in ["{\"a\\", "{\"\\u", "{\"\\ud800\\u", "\"\\é", "\"\\ud8é0"] {
            assert!(mend(torn).is_none_or(|mended| !mended.is_empty()), "{torn}");
        }
    }
}
