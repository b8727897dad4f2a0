//! What records say of an article beside its text, for reports that people read.

use retold_corpus::Record;
use retold_report::{About, FieldValue, Owner};

use crate::dates;

/// Whether a reading looks for what a report tells people of an article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AboutFields {
    /// It does not.
    #[default]
    Unread,
    /// It does, under the usual names ([`USUAL`]).
    Usual,
}

/// Names of a headline, a source, an address and a date: the first that a record has counts.
pub const USUAL: [&[&str]; 4] = [
    &["title", "headline"],
    &["source", "publisher"],
    &["url", "link"],
    &["published", "published_at", "date"],
];

impl AboutFields {
    /// The fields to read beside those that are carried into outputs.
    pub fn names(self) -> impl Iterator<Item = String> {
        let usual: &[&[&str]] = if self == Self::Usual { &USUAL } else { &[] };
        usual.iter().copied().flatten().map(|name| (*name).to_owned())
    }
}

/// What the values of [`AboutFields::names`] say; nothing where there are none.
pub fn about(values: &[FieldValue]) -> About {
    let mut values = values.iter();
    let [title, source, url, published] = USUAL.map(|names| {
        let of_name = values.by_ref().take(names.len());
        // All are taken, so that the next begins with its own.
        let said: Vec<String> = of_name.filter_map(said).collect();
        said.into_iter().next()
    });
    About { title, source, url, published: published.as_deref().and_then(dates::seconds) }
}

/// Characters of a headline or an address that a table has room for; what is longer is something
/// else under that name, and cut.
const MOST: usize = 500;

/// Text and numbers; what is blank or a list says nothing.
fn said(value: &FieldValue) -> Option<String> {
    let json = value.as_deref()?.get();
    let text = match json.as_bytes().first()? {
        b'"' => serde_json::from_str::<String>(json).ok()?.trim().to_owned(),
        b'-' | b'0'..=b'9' => json.to_owned(),
        _ => return None,
    };
    match text.char_indices().nth(MOST) {
        Some((end, _)) => Some(format!("{}…", &text[..end])),
        None => (!text.is_empty()).then_some(text),
    }
}

/// The side of a record, in a corpus of two.
pub fn owner(corpus: &retold_corpus::Corpus, record: &Record) -> Option<Owner> {
    let side = corpus.sources()[record.place.source as usize].side;
    corpus.has_sides().then_some(match side {
        retold_corpus::Side::Ours => Owner::Ours,
        retold_corpus::Side::Theirs => Owner::Theirs,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    fn of(fields: &[(&str, &str)]) -> About {
        let value = |name: String| {
            let json = fields.iter().find(|(of, _)| *of == name)?.1;
            Some(RawValue::from_string(json.to_owned()).expect("JSON"))
        };
        about(&AboutFields::Usual.names().map(value).collect::<Vec<_>>())
    }

    #[test]
    fn the_first_field_that_says_something_counts() {
        let found = of(&[
            ("title", "\" \""),
            ("headline", "\" A ferry \\u202e\""),
            ("source", "[\"a\"]"),
            ("publisher", "7"),
            ("date", "\"2024-05-01\""),
        ]);
        let expected = About {
            title: Some("A ferry \u{202e}".to_owned()),
            source: Some("7".to_owned()),
            url: None,
            published: Some(1_714_521_600),
        };
        assert_eq!(found, expected);
        assert_eq!(of(&[("published", "\"soon\""), ("url", "null")]), About::default());
        let long = of(&[("title", &format!("\"{}\"", "é".repeat(9000)))]);
        assert_eq!(long.title.map(|title| title.chars().count()), Some(MOST + 1));
    }

    #[test]
    fn nothing_is_read_where_nobody_looks() {
        assert_eq!(AboutFields::Unread.names().count(), 0);
        assert_eq!(about(&[]), About::default());
    }
}
