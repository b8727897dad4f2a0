//! Web archives.

use retold_corpus::{Input, Reason};

use crate::reading::{fields, folder, gzip, options, read_file, read_from, reasons, said};

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
pub fn crawl() -> Vec<Vec<u8>> {
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
