//! Reads id and text from a JSON object.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::IdType;
use super::fields::{Hit, Wanted, joined, rest_of};

/// What a record's text fields hold.
#[derive(Debug, PartialEq)]
pub(super) enum Text<'a> {
    Missing,
    String(Cow<'a, str>),
    /// Another type, which this names.
    Other(String),
}

/// What a record's id field holds.
#[derive(Debug, PartialEq)]
pub(super) enum Id {
    Missing,
    Known(String, IdType),
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
    pub(super) kept: Box<[Option<Box<str>>]>,
}

/// Reads one object. Fields that were not asked for are only skipped, at any depth.
pub(super) fn fields<'a>(
    object: &'a str,
    wanted: &Wanted<'_>,
) -> Result<Fields<'a>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(object);
    let values = RecordSeed(wanted).deserialize(&mut deserializer)?;
    deserializer.end()?;
    let parts = wanted.split(&values);
    let half = || serde_json::Error::custom("half of a surrogate pair");
    let names = &wanted.names()[1..];
    let kept = parts.kept.into_iter().map(|value| value.map_or(Some(None), kept_of));
    Ok(Fields {
        id: parts.id.map_or(Id::Missing, id_of),
        text: text_of_all(names, &parts.texts).ok_or_else(half)?,
        extra: parts.extra.flatten().and_then(extra_of),
        kept: kept.collect::<Option<_>>().ok_or_else(half)?,
    })
}

/// The names of the fields of an object, those inside of objects as paths. Empty where it is none.
pub(super) fn names(object: &str) -> Vec<String> {
    let names = |object| serde_json::from_str::<Names<'_>>(object).map_or(Vec::new(), |of| of.0);
    let mut all = Vec::new();
    for (name, value) in names(object) {
        let inner = names(value.get());
        match inner.is_empty() {
            true => all.push(name),
            false => all.extend(inner.into_iter().map(|(inner, _)| format!("{name}.{inner}"))),
        }
    }
    all
}

/// Fields by name, in their order.
struct Names<'a>(Vec<(String, &'a RawValue)>);

impl<'de> serde::Deserialize<'de> for Names<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct NamesVisitor;
        impl<'de> Visitor<'de> for NamesVisitor {
            type Value = Names<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Names<'de>, M::Error> {
                let mut names = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    names.push(entry);
                }
                Ok(Names(names))
            }
        }
        from.deserialize_map(NamesVisitor)
    }
}

/// The values of the wanted fields.
struct RecordSeed<'w>(&'w Wanted<'w>);

/// A value that a path leads into: the field, where the rest of its path begins, and the value.
type Inside<'de> = (usize, usize, &'de RawValue);

impl<'de> DeserializeSeed<'de> for RecordSeed<'_> {
    type Value = Vec<Option<&'de RawValue>>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_> {
    type Value = Vec<Option<&'de RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let names = self.0.names();
        let mut values = vec![None; names.len()];
        let (mut hits, mut inside): (Vec<Hit>, Vec<Inside<'de>>) = (Vec::new(), Vec::new());
        while map.next_key_seed(KeySeed { wanted: self.0, hits: &mut hits })?.is_some() {
            if hits.is_empty() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: &RawValue = map.next_value()?;
            for hit in &hits {
                match hit.rest {
                    None => values[hit.field] = Some(value),
                    Some(rest) => inside.push((hit.field, rest, value)),
                }
            }
        }
        // A field of the very name counts first, then what is in the object with the longest name.
        inside.sort_by_key(|(_, rest, _)| *rest);
        for (field, rest, value) in inside.into_iter().rev() {
            if values[field].is_none() {
                values[field] = at_path(value, &names[field][rest..]);
            }
        }
        Ok(values)
    }
}

/// What is at a path inside a value. A name with dots counts before a path.
fn at_path<'a>(value: &'a RawValue, path: &str) -> Option<&'a RawValue> {
    let Names(fields) = serde_json::from_str(value.get()).ok()?;
    let whole = fields.iter().rfind(|(name, _)| name == path);
    let mut inside: Vec<_> =
        fields.iter().filter(|(name, _)| rest_of(path, name).is_some()).collect();
    inside.sort_by_key(|(name, _)| name.len());
    let deeper = |(name, value): &&(String, &'a RawValue)| at_path(value, rest_of(path, name)?);
    whole.map(|(_, value)| *value).or_else(|| inside.iter().rev().find_map(deeper))
}

fn id_of(value: &RawValue) -> Id {
    match value.get().as_bytes()[0] {
        b'"' => match serde_json::from_str::<String>(value.get()) {
            Ok(id) if id.is_empty() => Id::Missing,
            Ok(id) => Id::Known(id, IdType::Text),
            Err(_) => Id::Other,
        },
        // As it is written: a 64-bit integer or float would round long ids.
        b'-' | b'0'..=b'9' => Id::Known(value.get().to_owned(), IdType::of_number(value.get())),
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

/// A value as JSON on one line, nothing for null; `None` if it holds half of a surrogate pair.
fn kept_of(value: &RawValue) -> Option<Option<Box<str>>> {
    Some(match value.get().as_bytes()[0] {
        b'n' => None,
        b'"' => Some(quoted(&serde_json::from_str::<String>(value.get()).ok()?)?),
        b'{' | b'[' => Some(on_one_line(value.get()).into_boxed_str()),
        _ => Some(value.get().into()),
    })
}

/// A string as JSON.
pub(super) fn quoted(text: &str) -> Option<Box<str>> {
    serde_json::to_string(text).ok().map(String::into_boxed_str)
}

/// JSON without the white space between its parts.
fn on_one_line(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let is_kept = |c: &char| {
        let is_quote = *c == '"' && !escaped;
        escaped = in_string && *c == '\\' && !escaped;
        in_string ^= is_quote;
        in_string || !matches!(c, ' ' | '\t' | '\r' | '\n')
    };
    json.chars().filter(is_kept).collect()
}

/// Notes which wanted fields a key stands for.
struct KeySeed<'w, 'h> {
    wanted: &'w Wanted<'w>,
    hits: &'h mut Vec<Hit>,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        self.wanted.hits(name, self.hits);
        Ok(())
    }
}

/// The texts of all text fields as one; `None` if one of them holds half of a surrogate pair.
fn text_of_all<'a>(names: &[&str], values: &[Option<&'a RawValue>]) -> Option<Text<'a>> {
    if let [value] = values {
        return value.map_or(Some(Text::Missing), text_of);
    }
    let mut texts = Vec::new();
    for (name, value) in names.iter().zip(values) {
        match value.map_or(Some(Text::Missing), text_of)? {
            Text::Missing => {}
            Text::String(text) => texts.push(text),
            Text::Other(what) => return Some(Text::Other(format!("{name:?} is {what}"))),
        }
    }
    Some(if texts.is_empty() { Text::Missing } else { Text::String(joined(&texts).into()) })
}

/// A text, decoded; `None` if it holds half of a surrogate pair.
fn text_of(value: &RawValue) -> Option<Text<'_>> {
    let value = value.get();
    Some(match value.as_bytes()[0] {
        b'"' => Text::String(unescaped(&value[1..value.len() - 1])?),
        b'n' => Text::Missing,
        b't' | b'f' => Text::Other("true or false".to_owned()),
        b'[' => Text::Other("an array".to_owned()),
        b'{' => Text::Other("an object".to_owned()),
        _ => Text::Other("a number".to_owned()),
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
mod tests;
