//! Text of PDF files.

use std::panic::catch_unwind;
use std::thread;

use pdf_extract::{Document, extract_text_from_mem};

use super::article::{Article, Flaw, Found};
use super::problem::Reason;
use super::shield::Shield;

/// The stack that the library gets: it follows nested objects by calling itself.
const STACK: usize = 64 << 20;

/// Where a PDF that cannot be read here may be read all the same.
const ADVICE: &str = "`pdftotext FILE` may make a text of it";

/// The article of a PDF; `limit` bounds its text.
pub(super) fn article(bytes: &[u8], limit: usize) -> Found {
    // On a thread of its own, for the stack. The library panics where others return errors.
    let read = || {
        let _silent = Shield::new();
        catch_unwind(|| read(bytes)).unwrap_or_else(|_| Err(gave_up("the PDF library gave up")))
    };
    let text = thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
        let reader = reader.map_err(gave_up)?;
        reader.join().unwrap_or_else(|_| Err(gave_up("the PDF library gave up")))
    })?;
    if text.len() > limit {
        return Err(Flaw::new(Reason::TooLong, "its text"));
    }
    let mut article = Article::default();
    article.set_text(text);
    Ok(article)
}

fn gave_up(what: impl std::fmt::Display) -> Flaw {
    Flaw::new(Reason::Corrupt, format!("{what}; {ADVICE}"))
}

fn read(bytes: &[u8]) -> Result<String, Flaw> {
    // One that opens without a password is read.
    let is_sealed = memchr::memmem::find(bytes, b"/Encrypt").is_some();
    let sealed = || Flaw::new(Reason::Encrypted, "PDF");
    let failed = |error: &dyn std::fmt::Display| if is_sealed { sealed() } else { gave_up(error) };
    let document = Document::load_mem(bytes).map_err(|error| failed(&error))?;
    let text = extract_text_from_mem(bytes).map_err(|error| failed(&error))?;
    let text = paragraphs(&text);
    match text.is_empty() {
        false => Ok(text),
        true if is_sealed => Err(sealed()),
        true if document.get_pages().is_empty() => Err(gave_up("it has no pages")),
        true => Err(Flaw::new(Reason::Scanned, "PDF")),
    }
}

/// The text without blanks at line ends, and with one empty line where there are more.
fn paragraphs(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for line in text.lines().map(str::trim) {
        if line.is_empty() && (clean.is_empty() || clean.ends_with("\n\n")) {
            continue;
        }
        clean.push_str(line);
        clean.push('\n');
    }
    clean.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document of one page with this content, and what else its trailer says.
    fn pdf(content: &str, trailer: &str) -> Vec<u8> {
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources \
             << /Font << /F1 5 0 R >> >> >>"
                .to_owned(),
            format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        ];
        let (mut file, mut places) = ("%PDF-1.4\n".to_owned(), String::new());
        for (number, object) in (1..).zip(objects) {
            places += &format!("{:010} 00000 n \n", file.len());
            file += &format!("{number} 0 obj\n{object}\nendobj\n");
        }
        let start = file.len();
        file += &format!("xref\n0 6\n0000000000 65535 f \n{places}");
        file += &format!("trailer\n<< /Size 6 /Root 1 0 R {trailer} >>\n");
        file += &format!("startxref\n{start}\n%%EOF\n");
        file.into_bytes()
    }

    const PAGE: &str = "BT /F1 12 Tf 72 700 Td (The ferry left.) Tj 0 -14 Td (It rained.) Tj ET";

    fn reason(bytes: &[u8], limit: usize) -> Reason {
        article(bytes, limit).unwrap_err().reason
    }

    #[test]
    fn the_text_of_a_page_is_read() {
        let found = article(&pdf(PAGE, ""), 1000).unwrap();
        let words: Vec<_> = found.text().split_whitespace().collect();
        assert_eq!(words, ["The", "ferry", "left.", "It", "rained."]);
    }

    #[test]
    fn what_has_no_text_is_told_apart() {
        assert_eq!(reason(&pdf("0 0 600 800 re f", ""), 1000), Reason::Scanned);
        assert_eq!(reason(&pdf(PAGE, ""), 3), Reason::TooLong);
        assert_eq!(reason(b"%PDF-1.7\n", 1000), Reason::Corrupt);
        let sealed = "/ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O \
                      (01234567890123456789012345678901) /U (01234567890123456789012345678901) >>";
        assert_eq!(reason(&pdf(PAGE, sealed), 1000), Reason::Encrypted);
    }

    #[test]
    fn no_damage_stops_a_run() {
        let whole = pdf(PAGE, "");
        for at in (0..whole.len()).step_by(7) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x15;
            let _ = article(&bytes, 1000);
            let _ = article(&whole[..at], 1000);
        }
    }
}
