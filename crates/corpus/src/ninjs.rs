//! News in JSON as agencies send it: ninjs of the generations 1, 2 and 3.

use serde_json::{Map, Value};

use super::article::{TEXT, is_canceled};
use super::html::readable_text;

/// The object of a record, with its text and what it is by the names that other formats have;
/// nothing if it is no item of ninjs with a text. What the record has itself stays.
pub(super) fn object(record: &str) -> Option<String> {
    // Most records are not: their names tell without reading them as a whole.
    if !record.contains("\"uri\"") || !["\"bod", "ancel"].iter().any(|of| record.contains(of)) {
        return None;
    }
    let Ok(Value::Object(mut item)) = serde_json::from_str(record) else { return None };
    item.get("uri").filter(|uri| uri.is_string())?;
    let has_version =
        ["versioncreated", "versionCreated"].iter().any(|name| item.contains_key(*name));
    if !has_version && !["headline", "headlines"].iter().any(|name| item.contains_key(*name)) {
        return None;
    }
    let text = body(&item).or_else(|| notice(&item))?;
    let fields = [
        ("id", text_at(&item, &["uri"])),
        ("title", headline(&item)),
        ("url", address(&item)),
        ("published", text_at(&item, &["versioncreated", "versionCreated"])),
        ("source", source(&item)),
        ("author", text_at(&item, &["byline", "by"])),
        // The same by the names of the first generation.
        ("versioncreated", text_at(&item, &["versionCreated"])),
        ("firstcreated", text_at(&item, &["firstCreated"])),
        ("embargoed", text_at(&item, &["embargoedUntil"])),
        ("pubstatus", text_at(&item, &["pubStatus"])),
        ("copyrightholder", text_at(&item, &["copyrightHolder"])),
        ("copyrightnotice", text_at(&item, &["copyrightNotice"])),
        ("usageterms", text_at(&item, &["usageTerms"])),
        (TEXT, Some(text)),
    ];
    for (name, value) in fields {
        if let (Some(value), None | Some(Value::Null)) = (value, item.get(name)) {
            item.insert(name.to_owned(), Value::from(value));
        }
    }
    serde_json::to_string(&item).ok()
}

/// The first of these that is a text.
fn text_at(item: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| said(item.get(*name)?))
}

fn said(value: &Value) -> Option<String> {
    Some(value.as_str()?.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The values of a list, with what they are for; of the main one first.
fn values<'i>(item: &'i Map<String, Value>, name: &str) -> Vec<(&'i Value, &'i str)> {
    let list = item.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let part = |of: &'i Value, name: &str| of.get(name).and_then(Value::as_str);
    let mut all: Vec<_> = list
        .iter()
        .filter_map(|of| {
            let kind = part(of, "contenttype").or_else(|| part(of, "contentType"));
            let kind = kind.or_else(|| part(of, "role")).unwrap_or_default();
            Some((of.get("role"), of.get("value")?, kind))
        })
        .collect();
    all.sort_by_key(|(role, ..)| role.is_some_and(|role| role != "main"));
    all.into_iter().map(|(_, value, kind)| (value, kind)).collect()
}

fn headline(item: &Map<String, Value>) -> Option<String> {
    let main = || values(item, "headlines").first().and_then(|(value, _)| said(value));
    text_at(item, &["headline"]).or_else(main).or_else(|| text_at(item, &["title"]))
}

/// The body: as a page where there is one, since that has paragraphs, and as text otherwise.
fn body(item: &Map<String, Value>) -> Option<String> {
    let page = |value: String| Some(readable_text(&value)).filter(|text| !text.is_empty());
    let is_page = |kind: &str| kind.contains("html");
    let bodies = values(item, "bodies");
    let of = |pages: bool| {
        let mut of = bodies.iter().filter(|(_, kind)| is_page(kind) == pages);
        of.find_map(|(value, _)| said(value))
    };
    let first = text_at(item, &["body_xhtml", "body_html"]).or_else(|| of(true));
    first.and_then(page).or_else(|| text_at(item, &["body_text"])).or_else(|| of(false))
}

/// What stands for the body of an item that is taken back and has none: the note to editors, or the
/// headline.
fn notice(item: &Map<String, Value>) -> Option<String> {
    let status = text_at(item, &["pubstatus", "pubStatus"])?;
    let note = || text_at(item, &["ednote", "edNote"]).or_else(|| headline(item));
    let is_text = text_at(item, &["type"]).is_none_or(|kind| kind == "text");
    (is_canceled(&status) && is_text).then(note)?
}

/// Where the article is on the web: what the item says, or its id if that is an address.
fn address(item: &Map<String, Value>) -> Option<String> {
    let uri = || text_at(item, &["uri"]).filter(|uri| super::article::host(uri).is_some());
    text_at(item, &["url"]).or_else(uri)
}

/// Who sends it: the first source of information, or who holds the rights.
fn source(item: &Map<String, Value>) -> Option<String> {
    let first = |name: &str| said(item.get(name)?.as_array()?.first()?.get("name")?);
    text_at(item, &["source"])
        .or_else(|| first("infosources"))
        .or_else(|| first("infoSources"))
        .or_else(|| first("infosource"))
        .or_else(|| text_at(item, &["copyrightholder", "copyrightHolder"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(record: &str) -> Option<Value> {
        object(record).map(|object| serde_json::from_str(&object).unwrap())
    }

    #[test]
    fn all_generations_say_the_same() {
        let records = [
            r#"{"uri":"urn:x:7","versioncreated":"2024-05-01T10:00:00Z","headline":"The ferry",
                "byline":"A. Writer","copyrightholder":"Agency","body_text":"One Two",
                "body_xhtml":"<p>One</p><p>Two</p>"}"#,
            r#"{"uri":"urn:x:7","versioncreated":"2024-05-01T10:00:00Z","by":"A. Writer",
                "headlines":[{"role":"short","value":"Ferry"},{"role":"main","value":"The ferry"}],
                "bodies":[{"contenttype":"text/plain","value":"One Two"},
                {"contenttype":"text/html","value":"<p>One</p><p>Two</p>"}],
                "infosources":[{"name":"Agency"}]}"#,
            r#"{"uri":"urn:x:7","versionCreated":"2024-05-01T10:00:00Z","by":"A. Writer",
                "headlines":[{"value":"The ferry"}],"copyrightHolder":"Agency",
                "bodies":[{"role":"xhtml","value":"<p>One</p><p>Two</p>"}]}"#,
        ];
        for record in records {
            let fields = fields(record).unwrap();
            for (name, expected) in [
                ("id", "urn:x:7"),
                ("title", "The ferry"),
                ("published", "2024-05-01T10:00:00Z"),
                ("versioncreated", "2024-05-01T10:00:00Z"),
                ("source", "Agency"),
                ("author", "A. Writer"),
                ("text", "One\n\nTwo"),
            ] {
                assert_eq!(fields[name], expected, "{name} of {record}");
            }
            assert!(fields.get("url").is_none());
        }
        let plain = r#"{"uri":"https://a.org/1","headline":"H","body_text":"One.\n\nTwo.","id":5}"#;
        let fields = fields(plain).unwrap();
        assert_eq!((&fields["text"], &fields["id"]), (&"One.\n\nTwo.".into(), &5.into()));
        assert_eq!(fields["url"], "https://a.org/1");
    }

    #[test]
    fn other_objects_are_none() {
        for record in [
            r#"{"uri":"a","body":"text"}"#,
            r#"{"headline":"H","body_text":"text"}"#,
            r#"{"uri":5,"headline":"H","body_text":"text"}"#,
            r#"{"uri":"a","headline":"H","body_text":7}"#,
            r#"{"uri":"a","headline":"H","body_text":" "}"#,
            r#"{"uri":"a","type":"picture","headline":"H","bodies":[]}"#,
            "[]",
            "{",
        ] {
            assert_eq!(object(record), None, "{record}");
        }
    }
}
