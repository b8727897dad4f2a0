//! What is read from JSON objects, and what is mended.

use super::*;
use crate::ReadOptions;

fn read(object: &str) -> (Id, Text<'_>) {
    let options = ReadOptions::default();
    let fields = fields(object, &Wanted::new(&options)).unwrap();
    (fields.id, fields.text)
}

fn is_err(object: &str) -> bool {
    fields(object, &Wanted::new(&ReadOptions::default())).is_err()
}

fn known(id: &str) -> Id {
    Id::Known(id.to_owned(), IdType::Text)
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
        let (id, id_type) = (number.to_owned(), IdType::of_number(number));
        let read = read(&format!(r#"{{"id": {number} ,"text":"x"}}"#)).0;
        assert_eq!(read, Id::Known(id, id_type));
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
        ("true", "true or false"),
        ("-1", "a number"),
        ("1.5", "a number"),
        (r#"["a",{"b":[]}]"#, "an array"),
        (r#"{"a":[1]}"#, "an object"),
    ] {
        let expected = Text::Other(expected.to_owned());
        assert_eq!(read(&format!(r#"{{"text":{value},"id":1}}"#)).1, expected);
    }
    assert_eq!(read(r#"{"text":null,"id":1}"#).1, Text::Missing);
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
        let read = fields(&object, &Wanted::new(&options)).unwrap();
        assert_eq!(read.extra.as_deref(), expected);
    }
    let options = ReadOptions { extra_field: Some("id".into()), ..ReadOptions::default() };
    let read = fields(r#"{"id":20171231,"text":"x"}"#, &Wanted::new(&options)).unwrap();
    let id = Id::Known("20171231".to_owned(), IdType::Integer);
    assert_eq!((read.id, read.extra.as_deref()), (id, Some("20171231")));
}

#[test]
fn fields_are_found_by_path_and_by_name() {
    let options = ReadOptions::default().id_field("meta.id").text_field("doc.body.text");
    let read = |object: &'static str| fields(object, &Wanted::new(&options)).unwrap();
    for object in [
        r#"{"meta":{"id":7},"doc":{"body":{"text":"x","text":"y"}}}"#,
        r#"{"doc":{"body.text":"y","body":{"text":"x"}},"meta":{"id":7}}"#,
        r#"{"doc":{"body":{"text":"x"}},"doc.body.text":"y","meta.id":7,"meta":1}"#,
        r#"{"doc.body":{"text":"y"},"doc":{"body":{"text":"x"}},"meta":{"id":7}}"#,
        r#"{"doc.body":[{"text":"x"}],"doc":{"body":{"text":"y"}},"meta":{"id":7}}"#,
    ] {
        let read = read(object);
        assert_eq!(read.text, text("y"), "{object}");
        assert_eq!(read.id, Id::Known("7".to_owned(), IdType::Integer), "{object}");
    }
    for object in [r#"{"doc":"body"}"#, r#"{"doc":{"body":["text"]}}"#, r#"{"doc":{}}"#] {
        assert_eq!(read(object).text, Text::Missing, "{object}");
    }
}

#[test]
fn several_texts_are_joined_and_missing_ones_left_out() {
    let options = ReadOptions::default().text_fields(vec!["title".into(), "text".into()]);
    let read = |object: &'static str| fields(object, &Wanted::new(&options)).unwrap().text;
    assert_eq!(read(r#"{"text":"b","title":"a"}"#), text("a\n\nb"));
    assert_eq!(read(r#"{"text":"b","title":" "}"#), text("b"));
    assert_eq!(read(r#"{"text":"b","title":null}"#), text("b"));
    assert_eq!(read(r#"{"title":"a"}"#), text("a"));
    assert_eq!(read(r#"{"title":"","text":""}"#), text(""));
    assert_eq!(read(r#"{"body":"a"}"#), Text::Missing);
    let other = Text::Other("\"title\" is a number".to_owned());
    assert_eq!(read(r#"{"title":7,"text":"b"}"#), other);
}

#[test]
fn kept_fields_are_json_on_one_line() {
    let keep = ["url", "n", "meta", "meta.tag", "none"].map(String::from).to_vec();
    let options = ReadOptions::default().keep_fields(keep);
    let object = "{\"text\":\"x\",\"url\":\"a\\u0062\\n\",\"n\":12345678901234567890123,
        \"none\":null, \"meta\":{ \"tag\": [1,\n \"a \\\" b\"] }}";
    let read = fields(object, &Wanted::new(&options)).unwrap();
    let kept: Vec<_> = read.kept.iter().map(Option::as_deref).collect();
    let expected = [
        Some("\"ab\\n\""),
        Some("12345678901234567890123"),
        Some("{\"tag\":[1,\"a \\\" b\"]}"),
        Some("[1,\"a \\\" b\"]"),
        None,
    ];
    assert_eq!(kept, expected);
    let half = r#"{"text":"x","url":"\ud800"}"#;
    assert!(fields(half, &Wanted::new(&options)).is_err(), "to be mended");
}

#[test]
fn names_of_fields_are_those_that_could_be_asked_for() {
    let object = r#"{"id":1,"doc":{"body":"x","meta":{"a":1}},"tags":["x"],"none":{}}"#;
    assert_eq!(names(object), ["id", "doc.body", "doc.meta", "tags", "none"]);
    assert!(names("[1]").is_empty());
}

#[test]
fn what_is_no_object_is_an_error() {
    for bad in ["", "[]", "\"a\"", "{", r#"{"text":"a"} x"#, r#"{"text":"\x"}"#, "{'text':1}"] {
        assert!(is_err(bad), "{bad}");
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
        assert!(is_err(bad), "{bad}");
        let mended = mend(bad).unwrap();
        assert_eq!(read(&mended).1, text(expected));
    }
    assert_eq!(mend(r#"{"text":"fine \ud83d\ude00 \u0041"}"#), None);
    for torn in ["{\"a\\", "{\"\\u", "{\"\\ud800\\u", "\"\\é", "\"\\ud8é0"] {
        assert!(mend(torn).is_none_or(|mended| !mended.is_empty()), "{torn}");
    }
}
