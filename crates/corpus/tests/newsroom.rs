//! What newsrooms and crawlers have: web archives, feeds, word processors, mail, agency formats.

use std::fs;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

use retold_corpus::{Corpus, Input, ReadOptions, ReadReport, Reason, Record};
use tempfile::TempDir;

const FIELDS: [&str; 6] = ["title", "url", "published", "source", "author", "language"];

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn options() -> ReadOptions {
    ReadOptions::default().keep_fields(FIELDS.map(str::to_owned).to_vec())
}

fn read_from(input: Input, stdin: &[u8], options: ReadOptions) -> (Vec<Record>, ReadReport) {
    let mut records = Vec::new();
    let report = Corpus::find(&[input], options).read_with(stdin, |batch| {
        records.extend(batch.records);
        ControlFlow::Continue(())
    });
    (records, report)
}

fn read(path: &Path) -> (Vec<Record>, ReadReport) {
    read_from(Input::Path(path.into()), b"", options())
}

/// The articles of one file.
fn read_file(name: &str, bytes: &[u8]) -> (Vec<Record>, ReadReport) {
    let folder = folder(&[(name, bytes)]);
    read(folder.path())
}

/// Id and text of each.
fn said(records: &[Record]) -> Vec<(&str, &str)> {
    records.iter().map(|record| (&*record.id, &*record.text)).collect()
}

/// The kept fields of an article, without quotes; `-` for those that it lacks.
fn fields(record: &Record) -> Vec<String> {
    let plain = |field: &Option<Box<str>>| match field {
        Some(json) => serde_json::from_str::<String>(json).unwrap(),
        None => "-".to_owned(),
    };
    record.fields.iter().map(plain).collect()
}

fn reasons(report: &ReadReport) -> Vec<(Option<u64>, Reason)> {
    report.skipped.listed().iter().map(|problem| (problem.line, problem.reason)).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A record of a web archive.
fn record(kind: &str, url: &str, content: &[u8]) -> Vec<u8> {
    let media =
        if kind == "conversion" { "text/plain" } else { "application/http; msgtype=response" };
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n\
         WARC-Date: 2024-05-01T10:00:00Z\r\nContent-Type: {media}\r\n\
         Content-Length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), content, b"\r\n\r\n"].concat()
}

fn response(url: &str, head: &str, body: &[u8]) -> Vec<u8> {
    record("response", url, &[format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat())
}

const PAGE: &str = "<html lang=en><head><title>The ferry</title>\
    <meta property=article:published_time content=2024-04-30><meta name=author content=Ane></head>\
    <body><nav>menu</nav><p>The ferry left.</p><p>It rained.</p></body></html>";

/// One record of each kind that a crawl has.
fn crawl() -> Vec<Vec<u8>> {
    let html = "200 OK\r\nContent-Type: text/html; charset=utf-8";
    let latin = b"<p>Caf\xe9</p>";
    let chunked = "6\r\n<p>In \r\n5;x=y\r\ntwo.\n\r\n0\r\n\r\n";
    vec![
        record("warcinfo", "", b"software: x\r\n"),
        record("request", "http://a.org/1", b"GET /1 HTTP/1.1\r\n\r\n"),
        response("http://www.a.org/1", html, PAGE.as_bytes()),
        response("http://a.org/2.png", "200 OK\r\nContent-Type: image/png", b"\x89PNG"),
        response("http://a.org/3", "301 Moved\r\nLocation: /1", b""),
        response("http://a.org/4", "200 OK\r\nContent-Type: text/html; charset=iso-8859-1", latin),
        response(
            "http://a.org/5",
            &format!("{html}\r\nTransfer-Encoding: chunked"),
            chunked.as_bytes(),
        ),
        response(
            "http://a.org/6",
            &format!("{html}\r\nContent-Encoding: gzip"),
            &gzip(b"<p>Packed.</p>"),
        ),
        record("revisit", "http://a.org/1", b"HTTP/1.1 200 OK\r\n\r\n"),
        record("conversion", "http://a.org/7", b"Plain text.\n"),
        response("http://www.a.org/1", html, b"<p>The ferry came back.</p>"),
        response("http://a.org/8", html, b"<p></p>"),
        response("http://a.org/9", &format!("{html}\r\nContent-Encoding: br"), b"\x0b\x02\x80"),
    ]
}

#[test]
fn web_archives_give_pages_with_address_and_dates() {
    let plain = crawl().concat();
    let members: Vec<u8> = crawl().iter().flat_map(|record| gzip(record)).collect();
    for (name, bytes) in [
        ("c.warc", &plain),
        ("c.warc.gz", &members),
        ("c.warc.wet.gz", &members),
        ("unnamed", &plain),
        ("unnamed.gz", &members),
    ] {
        let (records, report) = read_file(name, bytes);
        let again = format!("http://www.a.org/1#{name}:11");
        assert_eq!(
            said(&records),
            [
                ("http://www.a.org/1", "The ferry left.\n\nIt rained."),
                ("http://a.org/4", "Café"),
                ("http://a.org/5", "In two."),
                ("http://a.org/6", "Packed."),
                ("http://a.org/7", "Plain text.\n"),
                (&*again, "The ferry came back."),
            ],
            "{name}"
        );
        assert_eq!(
            fields(&records[0]),
            ["The ferry", "http://www.a.org/1", "2024-04-30", "www.a.org", "Ane", "en"]
        );
        assert_eq!(fields(&records[4]), ["-", "http://a.org/7", "-", "a.org", "-", "-"]);
        use Reason::{Empty, OtherContent, OtherStatus, Unsupported};
        assert_eq!(
            reasons(&report),
            [
                (Some(4), OtherContent),
                (Some(5), OtherStatus),
                (Some(9), OtherContent),
                (Some(12), Empty),
                (Some(13), Unsupported),
            ]
        );
        assert_eq!(
            (report.failures, report.files),
            (1, 1),
            "what is packed by brotli is asked for"
        );
        assert!(report.skipped.listed()[0].detail.contains("image/png; http://a.org/2.png"));
        let crawled = options().keep_fields(vec!["crawled".into()]);
        let folder = folder(&[(name, bytes)]);
        let (records, _) = read_from(Input::Path(folder.path().into()), b"", crawled);
        assert_eq!(fields(&records[4]), ["2024-05-01T10:00:00Z"]);
    }
    for stdin in [&plain, &members] {
        let (records, report) = read_from(Input::Stdin, stdin, options());
        assert_eq!((records.len(), report.skipped.total()), (6, 5));
        assert_eq!(records[5].id, "http://www.a.org/1#-:11");
    }
}

#[test]
fn web_archives_that_break_off_or_are_odd_give_the_rest() {
    let whole = crawl().concat();
    let members: Vec<u8> = crawl().iter().flat_map(|record| gzip(record)).collect();
    let at = members.len() - gzip(&crawl()[12]).len() / 2;
    for (name, bytes) in [("c.warc", &whole[..whole.len() - 10]), ("c.warc.gz", &members[..at])] {
        let (records, report) = read_file(name, bytes);
        assert_eq!(records.len(), 6, "{name}");
        let last = report.skipped.listed().last().unwrap();
        assert_eq!((last.reason, last.line), (Reason::Corrupt, Some(13)), "{name}");
        assert_eq!(report.incomplete.total(), 1);
    }
    let odd = [
        b"\r\nwhat is this\r\nand this\r\n".to_vec(),
        crawl()[9].clone(),
        b"WARC/1.0\r\nWARC-Type: response\r\n\r\nno length\r\n".to_vec(),
        crawl()[5].clone(),
        b"WARC/1.1\r\nnever ends: \r\n".to_vec(),
    ];
    let (records, report) = read_file("c.warc", &odd.concat());
    assert_eq!(said(&records).len(), 2);
    let lines =
        [(Some(1), Reason::BadRecord), (Some(3), Reason::BadRecord), (Some(5), Reason::Corrupt)];
    assert_eq!(reasons(&report), lines);
}

/// Bytes that are never held.
#[test]
fn long_records_and_packed_ones_stay_bounded() {
    let limit = options().max_article_bytes(200_000).batch_bytes(1000);
    let html = "200 OK\r\nContent-Type: text/html";
    let video =
        response("http://a.org/v", "200 OK\r\nContent-Type: video/mp4", &vec![7; 9_000_000]);
    let long = response("http://a.org/l", html, &vec![b'x'; 9_000_000]);
    let bomb = gzip(&vec![b'y'; 50_000_000]);
    let bomb = response("http://a.org/b", &format!("{html}\r\nContent-Encoding: gzip"), &bomb);
    let fine = response("http://a.org/f", html, b"<p>Fine.</p>");
    let bytes = [video, long, bomb, fine].concat();
    let (records, report) = read_from(Input::Stdin, &bytes, limit);
    assert_eq!(said(&records), [("http://a.org/f", "Fine.")]);
    use Reason::{OtherContent, TooLong};
    assert_eq!(reasons(&report), [(Some(1), OtherContent), (Some(2), TooLong), (Some(3), TooLong)]);
}

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
fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in parts {
        // What tells the format is not compressed.
        let is_stored = *name == "mimetype";
        let method = match is_stored {
            true => rawzip::CompressionMethod::STORE,
            false => rawzip::CompressionMethod::DEFLATE,
        };
        let (mut entry, config) =
            archive.new_file(name).compression_method(method).start().unwrap();
        let descriptor = if is_stored {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap().1
        } else {
            let level = flate2::Compression::default();
            let packer = flate2::write::DeflateEncoder::new(&mut entry, level);
            let mut writer = config.wrap(packer);
            writer.write_all(bytes).unwrap();
            let (packer, descriptor) = writer.finish().unwrap();
            packer.finish().unwrap();
            descriptor
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

fn docx(body: &str) -> Vec<u8> {
    let document = format!("<w:document><w:body>{body}</w:body></w:document>");
    let about = "<cp:coreProperties><dc:title>The ferry</dc:title><dc:creator>Ane</dc:creator>\
                 <dcterms:created>2024-05-01</dcterms:created></cp:coreProperties>";
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("docProps/core.xml", about.as_bytes()),
        ("word/document.xml", document.as_bytes()),
    ])
}

fn odt(manifest: &str) -> Vec<u8> {
    let content = "<office:document-content><office:body><office:text>\
        <text:tracked-changes><text:p>gone</text:p></text:tracked-changes>\
        <text:h>The  \n ferry</text:h><text:p>It<text:s text:c='2'/>left &amp; \
        <text:span>sank<text:note><text:p>note</text:p></text:note></text:span>.</text:p>\
        <text:p/><text:p>End.</text:p></office:text></office:body></office:document-content>";
    zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", content.as_bytes()),
        ("meta.xml", b"<m><dc:title>T</dc:title><dc:creator>Bo</dc:creator></m>"),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ])
}

#[test]
fn documents_of_word_processors_are_read_whatever_their_names() {
    let body = "<w:p><w:pPr><w:tab/></w:pPr><w:r><w:t xml:space='preserve'>The </w:t></w:r>\
        <w:r><w:t>ferry &amp; co</w:t><w:tab/><w:t>left</w:t><w:br/><w:t>twice.</w:t></w:r></w:p>\
        <w:p/><w:tbl><w:tr><w:tc><w:p><w:r><w:t>Cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
        <w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t>End.</w:t></w:r></w:p>";
    let (docx, odt) = (docx(body), odt("<manifest/>"));
    let folder = folder(&[("a.docx", &docx), ("b.odt", &odt), ("c", &docx), ("d.txt", &odt)]);
    let (records, report) = read(folder.path());
    let word = "The ferry & co\tleft\ntwice.\n\nCell\n\nEnd.";
    let open = "The ferry\n\nIt  left & sank.\n\nEnd.";
    assert_eq!(said(&records), [("a.docx", word), ("b.odt", open), ("c", word), ("d.txt", open)]);
    assert_eq!(fields(&records[0]), ["The ferry", "-", "-", "-", "Ane", "-"]);
    assert_eq!(fields(&records[1]), ["T", "-", "-", "-", "Bo", "-"]);
    assert_eq!((report.failures, report.files), (0, 4));
    assert_eq!(said(&read_from(Input::Stdin, &docx, options()).0), [("-", word)]);
    let packed = gzip(&odt);
    assert_eq!(said(&read_file("b.odt.gz", &packed).0), [("b.odt.gz", open)]);
}

#[test]
fn documents_that_cannot_be_read_are_named_with_advice() {
    let good = docx("<w:p><w:r><w:t>Text</w:t></w:r></w:p>");
    let mut sealed = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0".to_vec();
    sealed.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    let bomb = docx(&format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "x".repeat(4_000_000)));
    let entities = docx("<w:p><w:t>&a;</w:t></w:p>");
    let deep = docx(
        &("<w:tbl>".repeat(300_000) + "<w:p><w:t>Deep</w:t></w:p>" + &"</w:tbl>".repeat(300_000)),
    );
    let folder = folder(&[
        ("a.docx", &good[..good.len() / 2]),
        ("b.docx", &sealed),
        ("c.odt", &odt("<m><manifest:encryption-data/></m>")),
        ("d.docx", &bomb),
        ("e.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0"),
        ("f.docx", &docx("<w:p></w:tbl>")),
        ("g.docx", &entities),
        ("h.docx", &deep),
        ("i.docx", &docx("<w:p/>")),
    ]);
    let small = options().max_article_bytes(1_000_000);
    let (records, report) = read_from(Input::Path(folder.path().into()), b"", small);
    assert_eq!(said(&records), [("g.docx", "&a;")]);
    let listed = report.skipped.listed().iter();
    let found: Vec<_> = listed
        .map(|p| (p.path.rsplit('/').next().unwrap().chars().next().unwrap(), p.reason))
        .collect();
    use Reason::{Corrupt, Document, Empty, Encrypted, TooLong};
    assert_eq!(
        found,
        [
            ('a', Corrupt),
            ('b', Encrypted),
            ('c', Encrypted),
            ('d', TooLong),
            ('e', Document),
            ('f', Corrupt),
            ('h', TooLong),
            ('i', Empty),
        ]
    );
    assert_eq!(report.failures, 7);
    let (records, _) = read(&folder.path().join("h.docx"));
    assert_eq!(records[0].text, "Deep");
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
    let folder = folder(&[("a.warc", &crawl), ("b.xml", NEWS.as_bytes()), ("c.txt", b"Text")]);
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
