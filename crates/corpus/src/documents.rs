//! Documents in XML that hold articles: feeds, NewsML-G2, NITF.

use super::article::{Flaw, Found};
use super::feed::{self, Feed};
use super::html::readable_text;
use super::newsml;
use super::problem::Reason;
use super::xml::{self, Step, Steps};

/// What a document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// RSS or Atom.
    Feed,
    /// NewsML-G2 or NITF.
    News,
}

/// What a file holds, as its first element tells.
pub(super) fn kind(head: &[u8]) -> Option<Kind> {
    match &*xml::root(head)? {
        "rss" | "feed" | "RDF" => Some(Kind::Feed),
        "newsItem" | "newsMessage" | "packageItem" | "nitf" => Some(Kind::News),
        _ => None,
    }
}

/// The articles of a document in order, each with its number among them, from 1; what is not well
/// formed ends it. A package that only lists other items gives none.
pub(super) fn articles(kind: Kind, document: &str, mut each: impl FnMut(u64, Found)) {
    let mut feed = Feed::default();
    let wanted = match kind {
        Kind::Feed => &feed::WANTED[..],
        Kind::News => &newsml::WANTED[..],
    };
    let mut number = 0;
    for step in Steps::new(document, wanted) {
        let found = match step {
            Ok(Step::Start(element)) => {
                feed.start(&element);
                None
            }
            Ok(Step::Whole(element)) => match kind {
                Kind::Feed => feed.element(&element, document),
                Kind::News => Some(newsml::element(&element, document)),
            },
            Ok(Step::TooLarge) => Some(Err(Flaw::new(Reason::TooLong, "too many elements"))),
            Err(error) => Some(Err(Flaw::new(Reason::Corrupt, error))),
        };
        if let Some(found) = found {
            number += 1;
            each(number, found);
        }
    }
}

/// The readable text of XHTML as it is written in a document: with prefixes, and sections that are
/// no markup.
pub(super) fn text_of_markup(markup: &str) -> String {
    readable_text(&without_prefixes(markup)).trim().to_owned()
}

fn without_prefixes(markup: &str) -> String {
    let end_of_name = |c: char| c.is_whitespace() || matches!(c, '>' | '/' | '<');
    let prefix = |tag: &str| {
        let name = tag.split(end_of_name).next().unwrap_or_default();
        name.rfind(':').map_or(0, |at| at + 1)
    };
    let mut kept = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        let start = at + 1 + usize::from(rest[at + 1..].starts_with('/'));
        kept.push_str(&rest[..start]);
        rest = &rest[start + prefix(&rest[start..])..];
    }
    kept.push_str(rest);
    match markup.contains("<![CDATA[") {
        true => kept.replace("<![CDATA[", "").replace("]]>", ""),
        false => kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_no_part_of_names() {
        let text = "<h:p>One <h:em h:a='x:y'>two</h:em> a:b &lt; c</h:p><h:br/>\
                    <h:p><![CDATA[three <b>four</b>]]></h:p>";
        assert_eq!(text_of_markup(text), "One two a:b < c\n\nthree four");
        assert_eq!(without_prefixes("<p>a:b</p>"), "<p>a:b</p>");
        assert_eq!(without_prefixes("<"), "<");
        assert_eq!(without_prefixes("</"), "</");
    }
}
