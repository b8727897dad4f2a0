//! Documents in XML that hold articles: feeds, NewsML-G2, NITF.

use super::article::{Flaw, Found};
use super::feed::{self, Feed};
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
