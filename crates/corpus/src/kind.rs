//! What files are that are not text, by their first bytes.

use memchr::memmem;

/// A kind of files, and what to do with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    /// What it is, and what makes articles of it.
    pub(super) advice: &'static str,
    /// Whether it is a document: text that has to be taken out.
    pub(super) is_document: bool,
    /// What reads it here.
    pub(super) reader: Option<Reader>,
}

/// What reads a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Word and OpenDocument text.
    Office,
    /// Microsoft Office before 2007: only whether it is a later document that is encrypted.
    Old,
    /// PDF, in builds that have it.
    Pdf,
}

const PDF: &str =
    "PDF; `pdftotext FILE` makes a text of it, and a build with the feature `pdf` reads it";
const POSTSCRIPT: &str = "PostScript; `ps2ascii FILE` makes a text of it";
const RTF: &str = "RTF; `pandoc -t plain FILE` makes a text of it";
const OLE: &str = "Microsoft Office before 2007, such as .doc; save it as text";
const WORD: &str = "Word; `pandoc -t plain FILE` makes a text of it";
const SHEET: &str = "an Excel workbook; save its sheet as CSV";
const SLIDES: &str = "PowerPoint; save it as PDF, of which `pdftotext FILE` makes a text";
const OFFICE: &str = "Microsoft Office; save it as text, or a table as CSV";
const ODT: &str = "OpenDocument text; `pandoc -t plain FILE` makes a text of it";
const OPEN_DOCUMENT: &str = "OpenDocument; save it as text, or a table as CSV";
const EPUB: &str = "EPUB; `pandoc -t plain FILE` makes a text of it";

/// Documents by how they begin.
const BEGINNINGS: [(&[u8], &str); 4] = [
    (b"%PDF-", PDF),
    (b"%!PS-Adobe", POSTSCRIPT),
    (b"{\\rtf", RTF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
];

/// Documents that are ZIP archives, by what is among their first parts; what says more comes first.
const PARTS: [(&[u8], &str); 8] = [
    (b"mimetypeapplication/vnd.oasis.opendocument.text", ODT),
    (b"mimetypeapplication/vnd.oasis.opendocument", OPEN_DOCUMENT),
    (b"mimetypeapplication/epub+zip", EPUB),
    (b"word/", WORD),
    (b"xl/", SHEET),
    (b"ppt/", SLIDES),
    (b"[Content_Types].xml", OFFICE),
    (b"_rels/.rels", OFFICE),
];

/// Other files that are asked for by mistake, by how they begin.
const OTHERS: [(&[u8], &str); 12] = [
    (b"PK\x03\x04", "a ZIP archive; unpack it"),
    (b"PAR1", "Parquet; let its name end in .parquet"),
    (b"\x1f\x8b\x08", "compressed by gzip; let its name end in .gz"),
    (b"\x28\xb5\x2f\xfd", "compressed by Zstandard; let its name end in .zst"),
    (b"BZh", "compressed by bzip2; let its name end in .bz2"),
    (b"\xfd7zXZ\0", "compressed by xz; let its name end in .xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it"),
    (b"SQLite format 3\0", "an SQLite database; export the table as CSV"),
    (b"ARROW1", "an Arrow file; write it as Parquet"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
];

/// How far into an archive its parts are looked at: the names of the first few.
const PARTS_HEAD: usize = 4096;

/// What kind of file begins with these bytes; nothing for text, and for what is not known.
pub(super) fn kind(bytes: &[u8]) -> Option<Kind> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let begins = |(beginning, _): &&(&[u8], &'static str)| bytes.starts_with(beginning);
    let of = |(_, advice): &(&[u8], &'static str), is_document| {
        let reader = reader(advice);
        Kind { advice, is_document, reader }
    };
    if let Some(found) = BEGINNINGS.iter().find(begins) {
        return Some(of(found, true));
    }
    let found = OTHERS.iter().find(begins)?;
    let head = &bytes[..bytes.len().min(PARTS_HEAD)];
    let is_there = |(part, _): &&(&[u8], &str)| memmem::find(head, part).is_some();
    let part = bytes.starts_with(b"PK").then(|| PARTS.iter().find(is_there)).flatten();
    Some(part.map_or_else(|| of(found, false), |part| of(part, true)))
}

fn reader(advice: &'static str) -> Option<Reader> {
    match advice {
        // What comes first in an archive may be anything; the names of its parts tell.
        WORD | ODT | OFFICE => Some(Reader::Office),
        OLE => Some(Reader::Old),
        PDF if cfg!(feature = "pdf") => Some(Reader::Pdf),
        _ => None,
    }
}

/// The same, of documents only.
pub(super) fn document(bytes: &[u8]) -> Option<Kind> {
    kind(bytes).filter(|kind| kind.is_document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_documents_and_others() {
        for (bytes, advice, is_document) in [
            (&b"%PDF-1.7\n%\xe2\xe3"[..], PDF, true),
            (b"\xef\xbb\xbf%PDF-1.4", PDF, true),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", OLE, true),
            (b"PK\x03\x04\0\0[Content_Types].xml\0\0PK\x03\x04word/document.xml", WORD, true),
            (b"PK\x03\x04\0\0[Content_Types].xml\0\0PK\x03\x04xl/workbook.xml", SHEET, true),
            (b"PK\x03\x04\0\0[Content_Types].xml", OFFICE, true),
            (b"PK\x03\x04\0mimetypeapplication/vnd.oasis.opendocument.textPK", ODT, true),
            (b"PK\x03\x04\0mimetypeapplication/epub+zipPK", EPUB, true),
            (b"PK\x03\x04\0article.txt", "a ZIP archive; unpack it", false),
            (b"PAR1\x15\x04", "Parquet; let its name end in .parquet", false),
        ] {
            let reader = reader(advice);
            assert_eq!(kind(bytes), Some(Kind { advice, is_document, reader }));
            assert_eq!(document(bytes).is_some(), is_document);
        }
        for text in [&b"A text about PDF- and word/ things"[..], b"PK was here", b""] {
            assert_eq!(kind(text), None);
        }
    }
}
