//! A message (RFC 5322, MIME) to an article.

use std::panic::catch_unwind;

use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};
use memchr::memmem;

use super::article::{Article, Flaw, Found};
use super::html;
use super::problem::Reason;
use super::shield::Shield;

/// Fields of which a file that is a message has these.
const NEEDED: [&[u8]; 3] = [b"from", b"date", b"message-id"];

/// Parts of a message, at most.
const MOST_PARTS: usize = 10_000;

/// Whether a line is a header field.
pub(super) fn is_field(line: &[u8]) -> bool {
    let name = line.iter().position(|byte| *byte == b':').map_or(&[][..], |end| &line[..end]);
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    !name.is_empty() && name.iter().all(is_letter)
}

/// Whether a file whose name says nothing is a message: it begins with header fields, among them
/// who wrote it, when, and its id.
pub(super) fn is_message(head: &[u8]) -> bool {
    let mut needed = NEEDED.to_vec();
    for line in head.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            if !is_field(line) {
                return false;
            }
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            needed.retain(|field| !field.eq_ignore_ascii_case(name));
        }
    }
    needed.is_empty()
}

/// The article of a message: its text, or the readable text of its page. Attachments are not read.
pub(super) fn article(bytes: &[u8]) -> Found {
    if memmem::find_iter(bytes, b"\n--").count() > MOST_PARTS {
        return Err(Flaw::new(Reason::BadRecord, "it has too many parts"));
    }
    let _silent = Shield::new();
    let parsed = catch_unwind(|| parsed(bytes));
    parsed.unwrap_or_else(|_| Err(Flaw::new(Reason::BadRecord, "the mail library gave up on it")))
}

fn parsed(bytes: &[u8]) -> Found {
    let Some(message) = MessageParser::default().parse(bytes) else {
        return Err(Flaw::new(Reason::BadRecord, "it is no message"));
    };
    let mut article = Article::default();
    article.add_some("id", message.message_id());
    article.add_some("title", message.subject());
    article.add_some("published", message.date().map(mail_parser::DateTime::to_rfc3339));
    let sender = message.from().and_then(Address::first);
    let address = sender.and_then(mail_parser::Addr::address);
    let domain = address.and_then(|address| address.rsplit_once('@')).map(|(_, domain)| domain);
    article.add_some("source", domain.map(str::to_ascii_lowercase));
    article.add_some("author", sender.and_then(mail_parser::Addr::name).or(address));
    article.add_some("language", message.content_language().as_text());
    let text = message.text_bodies().filter_map(|part| match &part.body {
        PartType::Text(text) => Some(text.clone().into_owned()),
        PartType::Html(page) => Some(html::readable_text(page)),
        _ => None,
    });
    let text: Vec<_> = text.filter(|text| !text.trim().is_empty()).collect();
    let flaw = text.is_empty().then(|| without_text(&message)).flatten();
    article.set_text(text.join("\n\n").replace("\r\n", "\n"));
    take_apart(message);
    flaw.map_or(Ok(article), Err)
}

/// What to say of a message without text, if there is more to say.
fn without_text(message: &Message<'_>) -> Option<Flaw> {
    let is_sealed = |kind: &mail_parser::ContentType<'_>| {
        kind.ctype().eq_ignore_ascii_case("multipart") && kind.subtype() == Some("encrypted")
            || kind.subtype().is_some_and(|own| own.ends_with("pkcs7-mime"))
    };
    if message.content_type().is_some_and(is_sealed) {
        return Some(Flaw::new(Reason::Encrypted, "a message"));
    }
    let what = "a message without text; save its attachments as files";
    (message.attachment_count() > 0).then(|| Flaw::new(Reason::Document, what))
}

/// Drops messages within messages one by one: there may be more of them than the stack holds.
fn take_apart(message: Message<'_>) {
    let mut whole = vec![message];
    while let Some(message) = whole.pop() {
        whole.extend(message.parts.into_iter().filter_map(|part| match part.body {
            PartType::Message(message) => Some(message),
            _ => None,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_who_when_and_what() {
        let message = b"From: =?utf-8?q?An=C3=A9_Writer?= <ane@News.example.org>\r\n\
            Date: Wed, 1 May 2024 10:00:00 +0200\r\nMessage-ID: <7@news.example.org>\r\n\
            Subject: The\r\n ferry\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
            --b\r\nContent-Type: text/plain; charset=windows-1252\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\nCaf=E9 =\r\nby the quay.\r\n\
            --b\r\nContent-Type: text/html\r\n\r\n<p>Caf&eacute; by the quay.\r\n--b--\r\n";
        let article = article(message).unwrap();
        assert_eq!(article.text(), "Caf\u{e9} by the quay.");
        for (field, expected) in [
            ("id", "7@news.example.org"),
            ("title", "The ferry"),
            ("published", "2024-05-01T10:00:00+02:00"),
            ("source", "news.example.org"),
            ("author", "An\u{e9} Writer"),
        ] {
            assert_eq!(article.get(field), Some(expected), "{field}");
        }
        assert!(is_message(message));
    }

    #[test]
    fn pages_are_read_and_attachments_are_not() {
        let page = b"From: a@b.org\n\
            Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n\
            <p>One</p><script>x</script><p>Two</p>\n--b\nContent-Type: application/pdf\n\
            Content-Disposition: attachment\n\n%PDF-1.4\n--b--\n";
        assert_eq!(article(page).unwrap().text(), "One\n\nTwo");
        let bare = b"From: a@b.org\nContent-Type: application/pdf\n\
            Content-Disposition: attachment; filename=a.pdf\n\n%PDF-1.4\n";
        assert_eq!(article(bare).unwrap_err().reason, Reason::Document);
        let sealed = b"From: a@b.org\nContent-Type: multipart/encrypted; boundary=b\n\n\
            --b\nContent-Type: application/octet-stream\n\nxx\n--b--\n";
        assert_eq!(article(sealed).unwrap_err().reason, Reason::Encrypted);
    }

    #[test]
    fn deep_and_wide_messages_do_no_harm() {
        let deep = "Content-Type: message/rfc822\n\n".repeat(200_000);
        assert_eq!(article(deep.as_bytes()).unwrap_err().reason, Reason::Document);
        let wide =
            format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "\n--b\n".repeat(99_999));
        assert_eq!(article(wide.as_bytes()).unwrap_err().reason, Reason::BadRecord);
    }

    #[test]
    fn texts_about_mail_are_no_messages() {
        assert!(!is_message(b"From: the quay\nDate: unknown\n\nA text"));
        assert!(!is_message(b"A text.\nFrom: a\nDate: b\nMessage-ID: c\n"));
        assert!(!is_message(b""));
        assert!(is_message(b"Message-ID: <1>\r\nDate: x\r\nFrom: y\r\n\tz\r\n\r\nbody: no"));
    }
}
