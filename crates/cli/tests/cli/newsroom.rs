//! Web archives, feeds, mail and agency formats through the subcommands.

use std::fs;

use serde_json::Value;

use crate::command::{article, folder, records, retold, run};

fn capture(url: &str, content: &str) -> String {
    let page =
        format!("<html><head><title>Page</title></head><body><p>{content}</p></body></html>");
    let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}");
    format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n\
         WARC-Date: 2024-05-01T10:00:00Z\r\nContent-Type: application/http\r\n\
         Content-Length: {}\r\n\r\n{block}\r\n\r\n",
        block.len()
    )
}

fn feed(entries: &[(&str, &str)]) -> String {
    let entry = |(id, text): &(&str, &str)| {
        format!(
            "<item><guid isPermaLink='false'>{id}</guid><link>http://b.org/{id}</link>\
             <title>Entry {id}</title><pubDate>Wed, 01 May 2024 10:00:00 GMT</pubDate>\
             <description>{text}</description></item>"
        )
    };
    let entries: String = entries.iter().map(entry).collect();
    format!("<rss><channel><title>Harbour</title>{entries}</channel></rss>")
}

#[test]
fn pages_and_entries_are_compared_and_their_fields_kept() {
    let (one, two) = (article(1), article(2));
    let crawl = capture("http://a.org/1", &one) + &capture("http://a.org/2", &two);
    let files = folder(&[("a.warc", &crawl), ("b.xml", &feed(&[("x", &one)]))]);
    let arguments = ["scan", ".", "--format", "jsonl", "--keep-fields", "title,url,source"];
    let done = run(retold().current_dir(files.path()).args(arguments));
    assert_eq!(done.status, 0, "{}", done.err);
    let pairs = records(&done.out);
    assert_eq!(pairs.len(), 1);
    assert_eq!((&pairs[0]["a"], &pairs[0]["b"]), (&"http://a.org/1".into(), &"x".into()));
    assert_eq!(pairs[0]["a_fields"]["source"], "a.org");
    assert_eq!(pairs[0]["b_fields"]["title"], "Entry x");
    assert_eq!(pairs[0]["b_fields"]["url"], "http://b.org/x");
}

#[test]
fn what_is_kept_of_them_is_written_as_json_lines() {
    let (one, two, three) = (article(1), article(2), article(3));
    let crawl = capture("http://a.org/1", &one) + &capture("http://a.org/2", &two);
    let feed = feed(&[("x", &one), ("y", &three), ("z", &two)]);
    let files = folder(&[("a.warc", &crawl), ("b.xml", &feed), ("c.txt", &three)]);
    let arguments = ["dedup", ".", "-o", "out", "--keep", "first"];
    let done = run(retold().current_dir(files.path()).args(arguments));
    assert_eq!(done.status, 0, "{}", done.err);
    let kept = |name: &str| {
        let text = fs::read_to_string(files.path().join("out/kept").join(name)).expect(name);
        let ids = records(&text).into_iter().map(|record| record["id"].clone());
        ids.collect::<Vec<Value>>()
    };
    assert_eq!(kept("a.warc.jsonl"), ["http://a.org/1", "http://a.org/2"]);
    assert_eq!(kept("b.xml.jsonl"), ["y"]);
    assert!(!files.path().join("out/kept/c.txt").exists());
    // What was written is read like any other JSON Lines.
    let done =
        run(retold().current_dir(files.path()).args(["scan", "out/kept", "--stats", "s.json"]));
    assert_eq!(done.status, 1, "{}", done.err);
    let stats = fs::read_to_string(files.path().join("s.json")).expect("statistics");
    assert_eq!(serde_json::from_str::<Value>(&stats).expect("JSON")["articles"], 3);
}

#[test]
fn an_archive_finds_their_fields() {
    let one = article(1);
    let mail = format!(
        "From: Ane <ane@c.org>\nDate: Wed, 1 May 2024 12:00:00 +0000\nMessage-ID: <1@c.org>\n\
         Subject: Mail\n\n{one}\n"
    );
    let item = serde_json::json!({
        "uri": "tag:agency.example:1", "headline": "Item", "body_text": one,
        "versioncreated": "2024-05-01T14:00:00Z", "copyrightholder": "Agency",
    });
    let item = item.to_string();
    let files = folder(&[("b.xml", &feed(&[("x", &one)])), ("c.eml", &mail), ("d.json", &item)]);
    let at = |arguments: &[&str]| run(retold().current_dir(files.path()).args(arguments));
    assert_eq!(at(&["archive", "create", "archive"]).status, 0);
    let done = at(&["archive", "add", "archive", "b.xml", "c.eml", "d.json", "--format", "jsonl"]);
    assert_eq!(done.status, 0, "{}", done.err);
    let found = records(&done.out);
    for (record, title, source, published) in [
        (&found[0], "Entry x", "Harbour", "2024-05-01T10:00:00Z"),
        (&found[1], "Mail", "c.org", "2024-05-01T12:00:00Z"),
        (&found[2], "Item", "Agency", "2024-05-01T14:00:00Z"),
    ] {
        assert_eq!(record["title"], title);
        assert_eq!(record["source"], source);
        assert_eq!(record["published"], published);
    }
    assert_eq!(found[1]["matches"][0]["title"], "Entry x");
}

#[test]
fn rights_are_kept_and_an_article_that_is_canceled_is_withdrawn() {
    let one = article(1);
    let item = |uri: &str, more: serde_json::Value| {
        let mut item = serde_json::json!({"uri": uri, "headline": "Item", "body_text": one});
        item.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
        item.to_string()
    };
    let rights = serde_json::json!({"pubstatus": "withheld", "copyrightholder": "Agency",
        "usageterms": "Not for print."});
    let notice = serde_json::json!({"pubstatus": "canceled", "body_text": "Do not use it."});
    let files = folder(&[
        ("a.json", &item("tag:1", rights)),
        ("b.json", &item("tag:2", serde_json::json!({"pubstatus": "usable"}))),
        ("notice.json", &item("tag:1", notice)),
        ("later.json", &item("tag:3", serde_json::json!({}))),
    ]);
    let at = |arguments: &[&str]| run(retold().current_dir(files.path()).args(arguments));
    assert_eq!(at(&["archive", "create", "archive"]).status, 0);
    let add = |file: &str| {
        let done = at(&["archive", "add", "archive", file, "--format", "jsonl"]);
        (done.status, records(&done.out), done.err)
    };
    let (_, first, _) = add("a.json");
    let (_, second, _) = add("b.json");
    for record in [&first[0], &second[0]["matches"][0]] {
        assert_eq!(record["pubstatus"], "withheld");
        assert_eq!(record["copyrightholder"], "Agency");
        assert_eq!(record["usageterms"], "Not for print.");
    }
    assert_eq!(second[0].get("pubstatus"), None);
    let (status, none, err) = add("notice.json");
    assert_eq!((status, none.len()), (1, 0));
    assert!(
        err.contains("tag:1 was canceled by its publisher and is withdrawn; 1 article"),
        "{err}"
    );
    let (_, later, _) = add("later.json");
    assert_eq!(later[0]["flags"][0]["withdrawn"][0]["id"], "tag:1", "{}", later[0]);
    assert_eq!(later[0]["flags"][0]["withdrawn"][0]["by"], "Agency");
    // What is written is read again, and says the same.
    let exported = at(&["archive", "export", "archive", "-o", "all.jsonl"]);
    assert_eq!(exported.status, 0, "{}", exported.err);
    assert_eq!(at(&["archive", "create", "again"]).status, 0);
    assert_eq!(at(&["archive", "add", "again", "all.jsonl"]).status, 0);
    let again = at(&["archive", "export", "again"]);
    assert_eq!(records(&again.out)[0]["usageterms"], "Not for print.");
}

#[test]
fn what_is_no_page_is_counted_and_no_failure() {
    let moved = capture("http://a.org/9", "x").replace("200 OK", "404 No");
    let crawl =
        capture("http://a.org/1", &article(1)) + &moved + &capture("http://a.org/2", &article(2));
    let files = folder(&[("a.warc", &crawl)]);
    let done =
        run(retold().current_dir(files.path()).args(["scan", "a.warc", "--stats", "s.json"]));
    assert_eq!(done.status, 1, "{}", done.err);
    let stats = fs::read_to_string(files.path().join("s.json")).expect("statistics");
    let stats: Value = serde_json::from_str(&stats).expect("JSON");
    assert_eq!((&stats["articles"], &stats["skipped"]["total"]), (&2.into(), &1.into()));
}
