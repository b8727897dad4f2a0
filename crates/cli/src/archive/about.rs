//! What records say of an article beside its text.

use retold_archive::About;
use retold_corpus::Record;
use retold_pipeline::dates;
use serde_json::Value;

use super::args::AboutArgs;

/// Fields of the IPTC's formats, of the same name in records of others.
const RIGHTS: [&str; 3] = ["pubstatus", "copyrightholder", "usageterms"];

/// The fields to keep of records, in the order in which [`read`] takes them.
pub fn fields(args: &AboutArgs) -> Vec<String> {
    let AboutArgs { source_field, title_field, url_field, date_field, embargo_field, .. } = args;
    let names = [source_field, title_field, url_field, date_field, embargo_field];
    let names = names.into_iter().map(String::as_str).chain(RIGHTS);
    names.chain(args.seen_field.as_deref()).map(str::to_owned).collect()
}

/// What is known of an article, and when it was first seen, where the record says so.
pub fn read(record: &Record, args: &AboutArgs) -> (About, Option<i64>) {
    let text = |at: usize| match serde_json::from_str(record.fields.get(at)?.as_deref()?).ok()? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let time = |at| text(at).as_deref().and_then(dates::seconds);
    let about = About {
        source: text(0).or_else(|| args.from.clone()),
        title: text(1),
        url: text(2),
        published: time(3),
        embargo: time(4),
        status: text(5).as_deref().and_then(About::status_of),
        copyright_holder: text(6),
        usage_terms: text(7),
    };
    (about, time(8))
}

#[cfg(test)]
mod tests {
    use retold_corpus::{Corpus, Input, ReadOptions};

    use super::*;

    fn args() -> AboutArgs {
        AboutArgs {
            source_field: "source".to_owned(),
            title_field: "headline".to_owned(),
            url_field: "links.self".to_owned(),
            date_field: "published".to_owned(),
            embargo_field: "embargoed".to_owned(),
            seen_field: Some("seen".to_owned()),
            from: Some("us".to_owned()),
        }
    }

    /// What is known of the first article of a file.
    fn of(name: &str, content: &str) -> (About, Option<i64>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let options = ReadOptions::default().keep_fields(fields(&args()));
        let corpus = Corpus::find(&[Input::Path(path)], options);
        let mut found = Vec::new();
        corpus.read(|batch| {
            found.extend(batch.records.iter().map(|record| read(record, &args())));
            std::ops::ControlFlow::Continue(())
        });
        found.remove(0)
    }

    #[test]
    fn objects_and_rows_say_the_same() {
        let expected = About {
            source: Some("us".to_owned()),
            title: Some("A ferry".to_owned()),
            url: None,
            published: Some(1_714_521_600),
            embargo: Some(1_714_608_000),
            status: None,
            copyright_holder: Some("Agency".to_owned()),
            usage_terms: None,
        };
        let object = r#"{"text":"It waited.","headline":" A ferry ","published":"2024-05-01","seen":0,"embargoed":"2024-05-02","pubstatus":"stat:usable","copyrightholder":"Agency"}"#;
        assert_eq!(of("a.jsonl", object), (expected.clone(), Some(0)));
        let rows = "text,headline,published,seen,embargoed,copyrightholder\nIt waited.,\" A ferry \",2024-05-01,0,2024-05-02,Agency\n";
        assert_eq!(of("a.csv", rows), (expected, Some(0)));
        let withheld = r#"{"text":"It left.","pubstatus":"Withheld"}"#;
        assert_eq!(of("c.jsonl", withheld).0.status.as_deref(), Some("withheld"));
        let linked = of("b.json", r#"[{"text":"It left.","source":7,"links":{"self":"u"}}]"#).0;
        assert_eq!((linked.source.as_deref(), linked.url.as_deref()), (Some("7"), Some("u")));
        let nothing = About { source: Some("us".to_owned()), ..About::default() };
        assert_eq!(of("a.txt", "It waited."), (nothing, None));
    }
}
