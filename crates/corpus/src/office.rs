//! Documents of word processors: Word (DOCX) and OpenDocument text (ODT).

use std::io::{self, Read};

use quick_xml::events::{BytesStart, Event};
use rawzip::{CompressionMethod, ZipArchive, ZipSliceArchive};

use super::article::{Article, Flaw, Found};
use super::encoding::decode;
use super::problem::Reason;
use super::xml::{Step, Steps, lenient, local};

/// Entries of an archive that are looked at, at most.
const ENTRIES: usize = 10_000;

/// The longest part about the document: titles, dates.
const LONGEST_ABOUT: usize = 1 << 20;

/// What tells an encrypted Word document, which is no ZIP archive: the name of its stream.
const SEALED: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";

/// Whether a file of Microsoft Office before 2007 is a later one that is encrypted.
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, SEALED).is_some()
}

/// The article of a document; `limit` bounds the length of its parts once unpacked.
pub(super) fn article(bytes: &[u8], limit: usize) -> Found {
    let cut = |error: rawzip::Error| Flaw::new(Reason::Corrupt, error);
    let archive = ZipArchive::from_slice(bytes).map_err(cut)?;
    let parts = Parts { archive: &archive, limit };
    if let Some(document) = parts.text("word/document.xml")? {
        let mut article = Article::default();
        if let Some(about) = parts.about("docProps/core.xml") {
            add_about(&mut article, &about, ["created", "modified"]);
        }
        article.set_text(paragraphs(&document, Office::Word).map_err(broken)?);
        return Ok(article);
    }
    if let Some(manifest) = parts.about("META-INF/manifest.xml")
        && manifest.contains("encryption-data")
    {
        return Err(Flaw::new(Reason::Encrypted, "OpenDocument"));
    }
    if let Some(document) = parts.text("content.xml")? {
        let mut article = Article::default();
        if let Some(about) = parts.about("meta.xml") {
            add_about(&mut article, &about, ["creation-date", "date"]);
        }
        article.set_text(paragraphs(&document, Office::OpenDocument).map_err(broken)?);
        return Ok(article);
    }
    Err(Flaw::new(Reason::Corrupt, "it has no text part"))
}

fn broken(error: String) -> Flaw {
    Flaw::new(Reason::Corrupt, error)
}

/// The parts of an archive.
struct Parts<'p> {
    archive: &'p ZipSliceArchive<&'p [u8]>,
    limit: usize,
}

impl Parts<'_> {
    /// A part as text; nothing if there is none of that name.
    fn text(&self, name: &str) -> Result<Option<String>, Flaw> {
        let Some(bytes) = self.bytes(name, self.limit)? else { return Ok(None) };
        let (text, _) = decode(bytes, None, |_| None);
        Ok(Some(text))
    }

    /// A short part that a document may lack, or that may be damaged.
    fn about(&self, name: &str) -> Option<String> {
        let bytes = self.bytes(name, LONGEST_ABOUT.min(self.limit)).ok()??;
        Some(decode(bytes, None, |_| None).0)
    }

    fn bytes(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, Flaw> {
        let cut = |error: rawzip::Error| Flaw::new(Reason::Corrupt, format!("{name}: {error}"));
        let mut entries = self.archive.entries();
        for _ in 0..ENTRIES {
            let Some(entry) = entries.next_entry().map_err(cut)? else { return Ok(None) };
            if entry.file_path().as_ref() != name.as_bytes() {
                continue;
            }
            if entry.flags().is_encrypted() {
                return Err(Flaw::new(Reason::Encrypted, "a ZIP archive"));
            }
            let (method, wayfinder) = (entry.compression_method(), entry.wayfinder());
            let part = self.archive.get_entry(wayfinder).map_err(cut)?;
            let mut bytes = Vec::new();
            let read = match method {
                CompressionMethod::STORE => {
                    read_some(part.verifying_reader(part.data()), limit, &mut bytes)
                }
                CompressionMethod::DEFLATE => {
                    let plain = flate2::bufread::DeflateDecoder::new(part.data());
                    read_some(part.verifying_reader(plain), limit, &mut bytes)
                }
                other => {
                    let detail = format!("{name} is compressed by method {}", other.as_u16());
                    return Err(Flaw::new(Reason::Unsupported, detail));
                }
            };
            read.map_err(|error| Flaw::new(Reason::Corrupt, format!("{name}: {error}")))?;
            if bytes.len() > limit {
                return Err(Flaw::new(Reason::TooLong, format!("{name}, unpacked")));
            }
            return Ok(Some(bytes));
        }
        Ok(None)
    }
}

/// Reads a little more than the limit at most.
fn read_some(part: impl Read, limit: usize, bytes: &mut Vec<u8>) -> io::Result<usize> {
    part.take(limit as u64 + 1).read_to_end(bytes)
}

/// Adds what a document says of itself. Dates are those of the file, not of a publication.
fn add_about(article: &mut Article, about: &str, [created, modified]: [&str; 2]) {
    const WANTED: [&str; 8] = [
        "title",
        "creator",
        "initial-creator",
        "language",
        "created",
        "creation-date",
        "modified",
        "date",
    ];
    for step in Steps::new(about, &WANTED) {
        let Ok(Step::Whole(element)) = step else { continue };
        let field = match local(&element.name) {
            "title" => "title",
            "creator" | "initial-creator" => "author",
            "language" => "language",
            name if name == created => "created",
            name if name == modified => "modified",
            _ => continue,
        };
        article.add(field, element.words());
    }
}

/// Whose elements a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Office {
    Word,
    OpenDocument,
}

/// What an element is to the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Paragraph,
    /// Its content is left out.
    Left,
    /// Stands for these characters.
    Is(&'static str),
    /// So many spaces.
    Spaces(usize),
    /// Text in a run (Word: only there is text).
    Words,
    Other,
}

impl Office {
    fn role(self, element: &BytesStart<'_>) -> Role {
        let name = element.name();
        match (self, name.as_ref()) {
            (Self::Word, "w:p") => Role::Paragraph,
            (Self::Word, "w:t") => Role::Words,
            (Self::Word, "w:tab") => Role::Is("\t"),
            (Self::Word, "w:br" | "w:cr") => Role::Is("\n"),
            (Self::Word, "w:noBreakHyphen") => Role::Is("\u{2011}"),
            // The same once more, for programs that do not know newer shapes; and tab stops.
            (Self::Word, "mc:Fallback" | "w:pPr" | "w:del") => Role::Left,
            (Self::OpenDocument, "text:p" | "text:h") => Role::Paragraph,
            (Self::OpenDocument, "text:tab") => Role::Is("\t"),
            (Self::OpenDocument, "text:line-break") => Role::Is("\n"),
            (Self::OpenDocument, "text:s") => {
                let count = element.try_get_attribute("text:c").ok().flatten();
                let count = count.and_then(|count| count.value.parse().ok());
                Role::Spaces(count.unwrap_or(1).min(100))
            }
            // Footnotes, comments, what was deleted, and what is no text of the document.
            (
                Self::OpenDocument,
                "text:note"
                | "office:annotation"
                | "text:tracked-changes"
                | "office:forms"
                | "office:scripts"
                | "office:font-face-decls"
                | "office:automatic-styles"
                | "text:sequence-decls",
            ) => Role::Left,
            _ => Role::Other,
        }
    }
}

/// The paragraphs of a document, an empty line between them.
fn paragraphs(document: &str, office: Office) -> Result<String, String> {
    let mut reader = lenient(document);
    let (mut text, mut left, mut words) = (String::new(), 0_usize, 0_usize);
    loop {
        let event = reader.read_event();
        let event =
            event.map_err(|error| format!("{error} at byte {}", reader.error_position()))?;
        let is_text = left == 0 && (office == Office::OpenDocument || words > 0);
        match event {
            Event::Eof => return Ok(text.trim_end().to_owned()),
            Event::Start(_) if left > 0 => left += 1,
            Event::End(_) if left > 0 => left -= 1,
            Event::Start(start) => match office.role(&start) {
                Role::Paragraph => begin(&mut text),
                Role::Left => left = 1,
                Role::Words => words += 1,
                role => put(&mut text, role),
            },
            Event::Empty(start) if left == 0 => put(&mut text, office.role(&start)),
            Event::End(end) => match (office, end.name().as_ref()) {
                (Office::Word, "w:t") => words = words.saturating_sub(1),
                (Office::Word, "w:p") | (Office::OpenDocument, "text:p" | "text:h") => {
                    begin(&mut text);
                }
                _ => {}
            },
            Event::Text(words) if is_text => push(&mut text, &words.xml10_content(), office),
            Event::CData(words) if is_text => push(&mut text, &words.into_inner(), office),
            Event::GeneralRef(name) if is_text => {
                let reference = format!("&{};", &*name.into_inner());
                let said = quick_xml::escape::unescape(&reference);
                text.push_str(said.as_deref().unwrap_or(&reference));
            }
            _ => {}
        }
    }
}

fn put(text: &mut String, role: Role) {
    match role {
        Role::Is(characters) => text.push_str(characters),
        Role::Spaces(count) => text.extend(std::iter::repeat_n(' ', count)),
        _ => {}
    }
}

/// Begins a paragraph; empty ones leave nothing.
fn begin(text: &mut String) {
    text.truncate(text.trim_end().len());
    if !text.is_empty() {
        text.push_str("\n\n");
    }
}

/// Adds words. In OpenDocument white space is one space, and none at the start of a paragraph.
fn push(text: &mut String, words: &str, office: Office) {
    if office == Office::Word {
        return text.push_str(words);
    }
    for c in words.chars() {
        if !matches!(c, ' ' | '\t' | '\n' | '\r') {
            text.push(c);
        } else if !text.is_empty() && !text.ends_with([' ', '\n', '\t']) {
            text.push(' ');
        }
    }
}
