//! What newsrooms and crawlers have: web archives, feeds, word processors, mail, agency formats.

mod documents;
mod reading;
mod web_archives;

use std::io::{self, Read};
use std::ops::ControlFlow;

use retold_corpus::{Corpus, Input, ReadOptions, Reason};

use reading::{fields, folder, options, read, read_file, read_from, reasons, said};
use web_archives::crawl;

#[test]
fn feeds_give_their_entries() {
    let rss = r#"<?xml version="1.0" encoding="iso-8859-1"?><rss version="2.0"
        xmlns:content="x" xmlns:dc="y" xmlns:media="z"><channel><title>Harbour &amp; sea</title>
        <language>en</language><link>http://a.org</link>
        <item><title>The ferry&amp;#8217;s "day"</title><link>http://a.org/1</link>
        <guid isPermaLink="false">tag:1</guid><pubDate>Wed, 01 May 2024 10:00:00 GMT</pubDate>
        <media:title>no</media:title><dc:creator>Ane</dc:creator>
        <description>Short &lt;b&gt;one&lt;/b&gt;</description>
        <content:encoded><![CDATA[<p>The ferry&nbsp;left.</p><p>Caf"#
        .as_bytes();
    let rss = [
        rss,
        b"\xe9.</p>]]></content:encoded></item><item><guid>http://a.org/2</guid>
        <description>Two</description></item><item><title>Only a title</title></item>
        </channel></rss>",
    ]
    .concat();
    let (records, report) = read_file("feed.rss", &rss);
    assert_eq!(
        said(&records),
        [("tag:1", "The ferry\u{a0}left.\n\nCafé."), ("http://a.org/2", "Two")]
    );
    assert_eq!(
        fields(&records[0]),
        [
            "The ferry\u{2019}s \"day\"",
            "http://a.org/1",
            "Wed, 01 May 2024 10:00:00 GMT",
            "Harbour & sea",
            "Ane",
            "en"
        ]
    );
    assert_eq!(fields(&records[1])[1], "http://a.org/2");
    assert_eq!(reasons(&report), [(Some(3), Reason::Empty)]);
    let atom = r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="nb"><title>Havn</title>
        <entry><id>urn:1</id><title type="html">Ferga &amp;amp; co</title>
        <link rel="self" href="http://b.org/self"/><link href="http://b.org/1"/>
        <updated>2024-05-02T00:00:00Z</updated><author><name>Bo</name></author>
        <content type="xhtml"><div xmlns="y"><p>One <b>two</b>.</p><p>Three</p></div></content>
        </entry><entry><id>urn:2</id><summary>Plain &lt;i&gt;text&lt;/i&gt;</summary></entry></feed>"#;
    let (records, report) = read_file("feed.xml", atom.as_bytes());
    assert_eq!(said(&records), [("urn:1", "One two.\n\nThree"), ("urn:2", "Plain text")]);
    assert_eq!(
        fields(&records[0]),
        ["Ferga & co", "http://b.org/1", "2024-05-02T00:00:00Z", "Havn", "Bo", "nb"]
    );
    assert_eq!(report.failures, 0);
    let rdf = r#"<rdf:RDF xmlns:rdf="x" xmlns="y"><channel><title>Old</title></channel>
        <item rdf:about="http://c.org/1"><title>T</title><description>D</description></item></rdf:RDF>"#;
    let (records, _) = read_from(Input::Stdin, rdf.as_bytes(), options());
    assert_eq!(said(&records), [("http://c.org/1", "D")]);
    let cut = &atom[..atom.len() - 60];
    let (records, report) = read_file("feed.xml", cut.as_bytes());
    assert_eq!(records.len(), 1);
    assert_eq!(reasons(&report), [(Some(2), Reason::Corrupt)]);
    let other = "<?xml version='1.0'?><page><p>Kept as it stands.</p></page>";
    assert_eq!(read_file("page.xml", other.as_bytes()).0[0].text, other);
}

const NEWS: &str = r#"<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
    <newsItem guid="urn:n:1" version="3" xml:lang="en"><rightsInfo>
    <copyrightHolder qcode="x:ag"><name>Agency</name></copyrightHolder>
    <usageTerms>Not before noon.</usageTerms></rightsInfo>
    <itemMeta><itemClass qcode="ninat:text"/><provider literal="agency.example"/>
    <versionCreated>2024-05-01T10:00:00Z</versionCreated><embargoed>2024-05-01T12:00:00Z</embargoed>
    <pubStatus qcode="stat:withheld"/></itemMeta><contentMeta><by>Ane</by>
    <headline>The ferry</headline></contentMeta><contentSet><inlineXML contenttype="text/html">
    <html xmlns="http://www.w3.org/1999/xhtml"><head><title>no</title></head>
    <body><p>One.</p><p>Two.</p></body></html></inlineXML></contentSet></newsItem>
    <newsItem guid="urn:n:2"><itemMeta><itemClass qcode="ninat:picture"/></itemMeta>
    <contentSet><remoteContent href="a.jpg"/></contentSet></newsItem>
    <newsItem guid="urn:n:3"><contentSet><inlineXML><nitf><body><body.head><hedline><hl1>Nitf</hl1>
    </hedline></body.head><body.content><p>Three.</p><media><media-caption>no</media-caption></media>
    </body.content></body></nitf></inlineXML></contentSet></newsItem></itemSet></newsMessage>"#;

#[test]
fn agency_formats_need_no_options() {
    let (records, report) = read_file("news.xml", NEWS.as_bytes());
    assert_eq!(said(&records), [("urn:n:1", "One.\n\nTwo."), ("urn:n:3", "Three.")]);
    assert_eq!(
        fields(&records[0]),
        ["The ferry", "-", "2024-05-01T10:00:00Z", "agency.example", "Ane", "en"]
    );
    assert_eq!(fields(&records[1])[0], "Nitf");
    assert_eq!(reasons(&report), [(Some(2), Reason::OtherContent)]);
    assert_eq!(report.failures, 0);
    let rights = ["embargoed", "pubstatus", "copyrightholder", "usageterms", "versioncreated"];
    let rights = ReadOptions::default().keep_fields(rights.map(str::to_owned).to_vec());
    let expected =
        ["2024-05-01T12:00:00Z", "withheld", "Agency", "Not before noon.", "2024-05-01T10:00:00Z"];
    let (records, _) = read_from(Input::Stdin, NEWS.as_bytes(), rights.clone());
    assert_eq!(fields(&records[0]), expected);
    let ninjs = r#"{"uri":"urn:n:1","versioncreated":"2024-05-01T10:00:00Z","headline":"The ferry",
        "embargoed":"2024-05-01T12:00:00Z","pubstatus":"withheld","copyrightholder":"Agency",
        "usageterms":"Not before noon.","body_xhtml":"<p>One.</p><p>Two.</p>"}"#;
    let folder = folder(&[("news.json", ninjs.as_bytes())]);
    let (records, _) = read_from(Input::Path(folder.path().into()), b"", rights);
    assert_eq!(
        (said(&records), fields(&records[0])),
        (vec![("urn:n:1", "One.\n\nTwo.")], expected.map(str::to_owned).to_vec())
    );
    assert_eq!(fields(&read(folder.path()).0[0])[..2], ["The ferry", "-"]);
    // What is taken back has the note to editors for a text, or its headline.
    let gone = r#"{"uri":"urn:n:4","versioncreated":"2024-05-01T10:00:00Z","headline":"The ferry",
        "pubstatus":"canceled","ednote":"Not confirmed."}"#;
    assert_eq!(said(&read_file("gone.json", gone.as_bytes()).0), [("urn:n:4", "Not confirmed.")]);
    let picture = gone.replace('{', r#"{"type":"picture","#);
    assert_eq!(reasons(&read_file("p.json", picture.as_bytes()).1), [(Some(1), Reason::NoText)]);
    let gone = r#"<newsItem guid="urn:n:5"><itemMeta><itemClass qcode="ninat:CLASS"/>
        <pubStatus qcode="stat:canceled"/></itemMeta><contentMeta><headline>The ferry</headline>
        </contentMeta></newsItem>"#;
    let text = gone.replace("CLASS", "text");
    assert_eq!(said(&read_file("gone.xml", text.as_bytes()).0), [("urn:n:5", "The ferry")]);
    let picture = gone.replace("CLASS", "picture");
    assert_eq!(
        reasons(&read_file("p.xml", picture.as_bytes()).1),
        [(Some(1), Reason::OtherContent)]
    );
    // A text field that is there counts, as for any other JSON.
    let own = ninjs.replace('{', r#"{"text":"Own text","id":"own","#);
    let (records, _) = read_file("news.jsonl", own.replace('\n', " ").as_bytes());
    assert_eq!(said(&records), [("own", "Own text")]);
    let options = ReadOptions::default().text_field("headline");
    let (records, _) = read_from(Input::Path(folder.path().into()), b"", options);
    assert_eq!(said(&records), [("news.json:1", "The ferry")]);
}

/// An archive of these parts.
#[test]
fn what_is_taken_back_without_a_word_is_known_by_its_id() {
    // Whoever asks for the status learns of those that say nothing, too.
    let asks = ReadOptions::default().keep_fields(vec!["title".into(), "pubstatus".into()]);
    for (name, content) in [
        ("a.jsonl", r#"{"id":"urn:n:6","pubstatus":"stat:canceled","text":" "}"#),
        ("b.jsonl", r#"{"id":"urn:n:6","title":"The ferry","pubstatus":"Canceled"}"#),
        ("c.csv", "id,text,pubstatus\nurn:n:6,,cancelled\n"),
    ] {
        let files = folder(&[(name, content.as_bytes())]);
        let read = |options| read_from(Input::Path(files.path().into()), b"", options).0;
        assert_eq!(said(&read(asks.clone())), [("urn:n:6", "Canceled.")], "{name}");
        assert!(read(ReadOptions::default()).is_empty(), "{name}");
    }
}

#[test]
fn messages_are_read_alone_and_in_mailboxes() {
    let message = |n: u32| {
        format!(
            "From: Ane <ane@a.org>\nDate: Wed, 1 May 2024 10:00:00 +0000\nMessage-ID: <{n}@a.org>\n\
             Subject: Ferry {n}\n\nThe ferry left.\n"
        )
    };
    let text = "The ferry left.\n";
    let folder = folder(&[("a.eml", message(1).as_bytes()), ("b", message(2).as_bytes())]);
    let (records, _) = read(folder.path());
    assert_eq!(said(&records), [("a.eml", text), ("b", text)]);
    let own = ["Ferry 1", "-", "2024-05-01T10:00:00Z", "a.org", "Ane", "-"];
    assert_eq!(fields(&records[0]), own);
    let envelope = "From ane@a.org Wed May  1 10:00:00 2024\n";
    let messages = [message(1), message(2), message(2), "Subject: Bare\n\n\n".to_owned()];
    let mailbox: String = messages.iter().map(|message| format!("{envelope}{message}\n")).collect();
    for name in ["list.mbox", "list"] {
        let (records, report) = read_file(name, mailbox.as_bytes());
        let ids: Vec<_> = records.iter().map(|record| &*record.id).collect();
        assert_eq!(ids, ["1@a.org", "2@a.org", &format!("2@a.org#{name}:3")]);
        assert_eq!(fields(&records[0]), own);
        assert_eq!(reasons(&report), [(Some(4), Reason::Empty)]);
    }
    assert_eq!(read_from(Input::Stdin, mailbox.as_bytes(), options()).0.len(), 3);
    assert_eq!(said(&read_from(Input::Stdin, message(1).as_bytes(), options()).0), [("-", text)]);
}

/// What is read is the same for any threads and batches, and articles come again when selected.
#[test]
fn articles_of_all_formats_come_again_as_objects() {
    let crawl = crawl().concat();
    let folder = folder(&[("a.warc", &crawl[..]), ("b.xml", NEWS.as_bytes()), ("c.txt", b"Text")]);
    let input = || Input::Path(folder.path().into());
    let one = read_from(input(), b"", options().threads(1));
    assert_eq!(one.0.len(), 9);
    for (threads, bytes) in [(2, 100), (3, 1 << 20)] {
        let other = read_from(input(), b"", options().threads(threads).batch_bytes(bytes));
        assert_eq!(other.0, one.0);
    }
    let raw = read_from(input(), b"", options().keep_raw(true)).0;
    let corpus = Corpus::find(&[input()], options());
    let wanted = || raw.iter().filter(|record| record.place.line != 11);
    let places: Vec<_> = wanted().map(|record| record.place).collect();
    let selection = retold_corpus::Selection {
        wanted: &|place| places.contains(&place),
        only_raw: true,
        from: 0,
        is_enough: &|| false,
    };
    let mut again = Vec::new();
    corpus.read_again(selection, io::empty(), |batch| {
        again.extend(batch.records);
        ControlFlow::Continue(())
    });
    assert!(wanted().map(|of| (of.place, &of.raw)).eq(again.iter().map(|of| (of.place, &of.raw))));
    let object: serde_json::Value = serde_json::from_slice(raw[0].raw.as_deref().unwrap()).unwrap();
    assert_eq!(
        (&object["id"], &object["title"]),
        (&raw[0].id.as_str().into(), &"The ferry".into())
    );
    assert!(raw[0].is_converted && raw[8].raw.is_none());
}

#[test]
fn text_fields_may_name_the_title_too() {
    let titled = options().text_fields(vec!["title".into(), "text".into()]);
    let (records, _) = read_from(Input::Stdin, NEWS.as_bytes(), titled);
    assert_eq!(records[0].text, "The ferry\n\nOne.\n\nTwo.");
    let other = options().text_fields(vec!["headline".into(), "body".into()]);
    assert_eq!(read_from(Input::Stdin, NEWS.as_bytes(), other).0[0].text, "One.\n\nTwo.");
}

/// A stream that fails is told; nothing waits for its end.
#[test]
fn a_failing_stream_ends_a_mailbox() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let start = &b"From a@b.org Wed May  1 10:00:00 2024\nFrom: a\n\nText\n\n"[..];
    let corpus = Corpus::find(&[Input::Stdin], options());
    let report = corpus.read_with(start.chain(Fails), |_| ControlFlow::Continue(()));
    assert_eq!(reasons(&report), [(Some(1), Reason::Unreadable)]);
}
