//! What a crawler captured: one page or text of a web archive, to an article.

use std::io::{self, Read};

use encoding_rs::Encoding;
use memchr::{memchr, memmem};

use super::Charset;
use super::article::{Article, Flaw, Found, host};
use super::encoding::{Change, decode, is_undecoded};
use super::format::Compression;
use super::html;
use super::page_fields::PageFields;
use super::problem::Reason;

/// Header fields of a record, a response or a message, by name.
#[derive(Debug, Default)]
pub(super) struct Headers(Vec<(String, String)>);

impl Headers {
    /// Reads fields line by line; continued lines are joined, and lines that are no fields left
    /// out, as browsers do.
    pub(super) fn parse(head: &[u8]) -> Self {
        let text = String::from_utf8_lossy(head);
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            if let (true, Some((_, value))) = (line.starts_with([' ', '\t']), fields.last_mut()) {
                value.push(' ');
                value.push_str(line.trim());
            } else if let Some((name, value)) = line.split_once(':') {
                fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Self(fields)
    }

    /// The first field of a name, which is given in small letters.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| &**value)
    }
}

/// What the content of a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    Page,
    Text,
}

/// A record that is an article, as far as its headers tell.
#[derive(Debug)]
pub(super) struct Capture {
    address: String,
    crawled: Option<String>,
    /// The language that the record states.
    language: Option<String>,
    media: Media,
    charset: Option<&'static Encoding>,
    is_chunked: bool,
    packed: Option<Packing>,
    body: Vec<u8>,
}

/// How a response is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Gzip,
    Deflate,
    Zstd,
}

/// The capture of a record of this kind whose content begins with these bytes, or why it is none.
pub(super) fn of(kind: &str, record: &Headers, block: Vec<u8>) -> Result<Capture, Flaw> {
    let address = record.get("warc-target-uri").unwrap_or_default();
    let address = address.trim_start_matches('<').trim_end_matches('>').to_owned();
    let stated = record.get("content-type").unwrap_or_default();
    let is_http = kind == "response" && stated.to_ascii_lowercase().starts_with("application/http")
        || block.starts_with(b"HTTP/");
    let (headers, body) =
        if is_http { http(&block, &address)? } else { (Headers::default(), block) };
    let stated = if is_http { headers.get("content-type").unwrap_or_default() } else { stated };
    let media = media(stated, &body)
        .ok_or_else(|| Flaw::new(Reason::OtherContent, said(stated, &address)))?;
    let packed = match headers.get("content-encoding").map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "identity" | "none") => None,
        Some("gzip" | "x-gzip") => Some(Packing::Gzip),
        Some("deflate") => Some(Packing::Deflate),
        Some("zstd") => Some(Packing::Zstd),
        // Crawlers mostly unpack what they keep and leave the header as it was.
        Some(_) if looks_plain(&body) => None,
        Some(other) => {
            let detail = format!("packed as {other}; {address}");
            return Err(Flaw::new(Reason::Unsupported, detail));
        }
    };
    let field = |name| record.get(name).map(str::to_owned);
    Ok(Capture {
        crawled: field("warc-date"),
        language: field("warc-identified-content-language"),
        media,
        charset: charset(stated),
        is_chunked: headers.get("transfer-encoding").is_some_and(|coding| {
            coding.to_ascii_lowercase().contains("chunked") && chunk(&body).is_some()
        }),
        packed: packed.filter(|_| !looks_plain(&body)),
        address,
        body,
    })
}

/// The header fields of a response and what is there of its body.
fn http(block: &[u8], address: &str) -> Result<(Headers, Vec<u8>), Flaw> {
    let (end, gap) = [&b"\r\n\r\n"[..], b"\n\n"]
        .iter()
        .filter_map(|gap| Some((memmem::find(block, gap)?, gap.len())))
        .min()
        .unwrap_or((block.len(), 0));
    let (head, body) = (&block[..end], &block[end + gap..]);
    let line = &head[..memchr(b'\n', head).unwrap_or(head.len())];
    let status = String::from_utf8_lossy(line);
    let status = status.split_ascii_whitespace().nth(1).unwrap_or("none");
    if status != "200" {
        let detail = format!("status {}; {address}", status.chars().take(20).collect::<String>());
        return Err(Flaw::new(Reason::OtherStatus, detail));
    }
    Ok((Headers::parse(head), body.to_vec()))
}

/// What is said of content that is neither a page nor a text.
fn said(stated: &str, address: &str) -> String {
    let kind: String =
        stated.split(';').next().unwrap_or_default().trim().chars().take(60).collect();
    match kind.is_empty() {
        true => format!("of an unknown type; {address}"),
        false => format!("{kind}; {address}"),
    }
}

fn media(stated: &str, body: &[u8]) -> Option<Media> {
    let kind = stated.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match &*kind {
        "text/html" | "application/xhtml+xml" => Some(Media::Page),
        "text/plain" => Some(Media::Text),
        "" => {
            let head = body[..body.len().min(512)].trim_ascii_start().to_ascii_lowercase();
            let is_page = head.starts_with(b"<!doctype html") || head.starts_with(b"<html");
            is_page.then_some(Media::Page)
        }
        _ => None,
    }
}

/// The encoding that a media type names.
fn charset(stated: &str) -> Option<&'static Encoding> {
    let at = stated.to_ascii_lowercase().find("charset=")? + "charset=".len();
    let name = stated[at..].split(';').next()?.trim().trim_matches(['"', '\'']);
    Encoding::for_label(name.as_bytes()).map(Encoding::output_encoding)
}

/// Whether something that should be packed is not.
fn looks_plain(body: &[u8]) -> bool {
    let head = body[..body.len().min(64)].trim_ascii_start();
    head.starts_with(b"<") || head.starts_with(b"\xef\xbb\xbf")
}

/// The length of the chunk that begins here, and where its bytes begin.
fn chunk(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = memchr(b'\n', &bytes[..bytes.len().min(1024)])?;
    let line = std::str::from_utf8(&bytes[..end]).ok()?;
    let digits = line.split(';').next()?.trim();
    Some((usize::from_str_radix(digits, 16).ok()?, end + 1))
}

/// A body that was sent in chunks; what is cut off or is no chunk ends it.
fn joined(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(bytes.len());
    while let Some((length @ 1.., start)) = chunk(bytes) {
        let rest = &bytes[start..];
        let end = length.min(rest.len());
        body.extend_from_slice(&rest[..end]);
        bytes = &rest[end..];
        bytes = bytes.strip_prefix(b"\r\n").or(bytes.strip_prefix(b"\n")).unwrap_or(bytes);
    }
    body
}

impl Packing {
    /// The plain bytes, as far as they go; an error if there are none, or too many.
    fn unpack(self, packed: &[u8], limit: usize) -> io::Result<Vec<u8>> {
        let plain: Box<dyn Read + '_> = match self {
            Self::Gzip => Compression::Gzip.unpack(Box::new(packed))?,
            Self::Zstd => Compression::Zstd.unpack(Box::new(packed))?,
            // Named after one format, and mostly another.
            Self::Deflate if packed.first().is_some_and(|byte| byte & 0x0f == 8) => {
                Box::new(flate2::read::ZlibDecoder::new(packed))
            }
            Self::Deflate => Box::new(flate2::read::DeflateDecoder::new(packed)),
        };
        let mut body = Vec::new();
        let read = plain.take(limit as u64 + 1).read_to_end(&mut body);
        // A crawl that was cut off still has the beginning of a page.
        if body.is_empty() { read.map(|_| body) } else { Ok(body) }
    }
}

impl Capture {
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Adds what more there is of the body.
    pub(super) fn extend(&mut self, more: Vec<u8>) {
        self.body.extend(more);
    }

    pub(super) fn bytes(&self) -> usize {
        self.body.len()
    }

    /// The article, and how its bytes had to be changed. `named` is the encoding of pages that name
    /// none.
    pub(super) fn article(self, named: Option<Charset>, limit: usize) -> (Found, Option<Change>) {
        let mut body = if self.is_chunked { joined(&self.body) } else { self.body };
        if let Some(packed) = self.packed {
            body = match packed.unpack(&body, limit) {
                Ok(body) => body,
                Err(error) => {
                    let detail = format!("{error}; {}", self.address);
                    return (Err(Flaw::new(Reason::BadRecord, detail)), None);
                }
            };
        }
        if body.len() > limit {
            return (Err(Flaw::new(Reason::TooLong, self.address)), None);
        }
        let stated = self.charset;
        let declared = |page: &[u8]| stated.or_else(|| html::declared_encoding(page));
        let (text, change) = decode(body, named.filter(|_| stated.is_none()), declared);
        if is_undecoded(&text) {
            return (Err(Flaw::new(Reason::Undecoded, self.address)), None);
        }
        let mut article = Article::default();
        article.add("id", &self.address);
        let mut page = PageFields::default();
        if self.media == Media::Page {
            page = PageFields::of(&text);
        }
        article.add_some("title", page.title);
        article.add("url", &self.address);
        article.add_some("published", page.published);
        article.add_some("source", host(&self.address));
        article.add_some("author", page.author);
        article.add_some("language", page.language.or(self.language));
        article.add_some("site", page.site);
        article.add_some("crawled", self.crawled);
        article.set_text(match self.media {
            Media::Page => html::readable_text(&text),
            Media::Text => text,
        });
        (Ok(article), change)
    }
}
