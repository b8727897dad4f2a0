//! What records say of an article beside its text.

use std::sync::Arc;

use retold_archive::About;
use retold_pipeline::dates;
use serde_json::{Map, Value};

use super::args::AboutArgs;

/// A record as it is written.
pub struct Raw<'r> {
    /// The record: an object of JSON, or a row of a table.
    pub record: Option<&'r [u8]>,
    /// The heading row of the table.
    pub heading: Option<&'r Arc<[u8]>>,
    /// What separates the cells of a table.
    pub delimiter: u8,
    /// What encloses cells, if anything.
    pub quote: Option<u8>,
}

/// The fields of a record by name, those that are text or numbers.
type Fields = Map<String, Value>;

/// What is known of an article, and when it was first seen, where the record says so.
pub fn read(raw: &Raw<'_>, args: &AboutArgs) -> (About, Option<i64>) {
    let fields = raw.record.and_then(|record| match raw.heading {
        Some(heading) => of_table(heading, record, raw),
        None => serde_json::from_slice(record).ok(),
    });
    let fields = fields.unwrap_or_default();
    let text = |name: &str| match fields.get(name) {
        Some(Value::String(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let time = |name: &str| text(name).as_deref().and_then(dates::seconds);
    let about = About {
        source: text(&args.source_field).or_else(|| args.from.clone()),
        title: text(&args.title_field),
        url: text(&args.url_field),
        published: time(&args.date_field),
        embargo: time(&args.embargo_field),
    };
    (about, args.seen_field.as_deref().and_then(time))
}

fn of_table(heading: &[u8], record: &[u8], raw: &Raw<'_>) -> Option<Fields> {
    let row = |bytes: &[u8]| {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(raw.delimiter)
            .quoting(raw.quote.is_some())
            .quote(raw.quote.unwrap_or(b'"'))
            .from_reader(bytes);
        reader.records().next()?.ok()
    };
    let (names, cells) = (row(heading)?, row(record)?);
    let cell = |(name, cell): (&str, &str)| (name.trim().to_owned(), Value::from(cell));
    Some(names.iter().zip(cells.iter()).map(cell).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args() -> AboutArgs {
        AboutArgs {
            source_field: "source".to_owned(),
            title_field: "headline".to_owned(),
            url_field: "url".to_owned(),
            date_field: "published".to_owned(),
            embargo_field: "embargoed".to_owned(),
            seen_field: Some("seen".to_owned()),
            from: Some("us".to_owned()),
        }
    }

    #[test]
    fn objects_and_rows_say_the_same() {
        let object = br#"{"id":1,"headline":" A ferry ","published":"2024-05-01","seen":0,"embargoed":"2024-05-02"}"#;
        let heading: Arc<[u8]> = Arc::from(&b"id,headline,published,seen,embargoed"[..]);
        let row = b"1,\" A ferry \",2024-05-01,0,2024-05-02";
        let raw = |record, heading| Raw { record, heading, delimiter: b',', quote: Some(b'"') };
        let expected = About {
            source: Some("us".to_owned()),
            title: Some("A ferry".to_owned()),
            url: None,
            published: Some(1_714_521_600),
            embargo: Some(1_714_608_000),
        };
        assert_eq!(read(&raw(Some(object), None), &args()), (expected.clone(), Some(0)));
        assert_eq!(read(&raw(Some(row), Some(&heading)), &args()), (expected, Some(0)));
        let nothing = About { source: Some("us".to_owned()), ..About::default() };
        assert_eq!(read(&raw(None, None), &args()), (nothing, None));
    }
}
