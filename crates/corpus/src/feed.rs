//! Feeds: RSS 2.0 and 0.9x, RSS 1.0 (RDF), Atom.

use super::article::{Article, Found, host};
use super::html::readable_text;
use super::markup::text_of_markup;
use super::xml::{Element, local};

/// Elements of a feed that are handed out whole: its entries, and what it says of itself.
pub(super) const WANTED: [&str; 4] = ["item", "entry", "title", "language"];

/// What a feed says of itself.
#[derive(Debug, Default)]
pub(super) struct Feed {
    title: Option<String>,
    language: Option<String>,
}

impl Feed {
    /// Takes note of an element that is around the entries.
    pub(super) fn start(&mut self, element: &Element) {
        if local(&element.name) == "feed" {
            self.language = element.attribute("lang").map(str::to_owned);
        }
    }

    /// The article of an entry; nothing for what the feed says of itself.
    pub(super) fn element(&mut self, element: &Element, document: &str) -> Option<Found> {
        match local(&element.name) {
            "item" => Some(Ok(self.item(element))),
            "entry" => Some(Ok(self.entry(element, document))),
            // That of a picture in the feed comes later, or inside.
            "title" if self.title.is_none() => {
                self.title = Some(plain(element));
                None
            }
            "language" if self.language.is_none() => {
                self.language = Some(element.words());
                None
            }
            _ => None,
        }
    }

    /// An item of RSS.
    fn item(&self, item: &Element) -> Article {
        let words = |name: &str| item.child(name).map(Element::words);
        let guid = item.child("guid");
        let is_address = guid.is_some_and(|guid| guid.attribute("isPermaLink") != Some("false"));
        let guid = guid.map(Element::words);
        let url = words("link").filter(|link| !link.is_empty());
        let url = url.or_else(|| {
            let about = item.attribute("about").map(str::to_owned);
            guid.clone().filter(|_| is_address).or(about).filter(|url| host(url).is_some())
        });
        let mut article = Article::default();
        article.add_some("id", guid);
        article.add_some("id", url.as_deref());
        article.add_some("title", item.child("title").map(plain));
        article.add_some("url", url);
        article.add_some("published", words("pubDate").or_else(|| words("dc:date")));
        article.add_some("source", item.child("source").map(plain));
        article.add_some("source", self.title.as_deref());
        article.add_some("author", words("dc:creator").or_else(|| words("author")));
        article.add_some("language", words("dc:language").as_ref().or(self.language.as_ref()));
        // The whole text, if the feed has it, and otherwise what it says about it.
        let texts = ["content:encoded", "description"].map(|name| item.child(name));
        let texts = texts.into_iter().flatten().map(|text| readable_text(text.text()));
        article.set_text(longest(texts));
        article
    }

    /// An entry of Atom.
    fn entry(&self, entry: &Element, document: &str) -> Article {
        let words = |path: &str| entry.at(path).map(Element::words);
        let links = || entry.children("link");
        let link = links()
            .find(|link| link.attribute("rel").is_none_or(|rel| rel == "alternate"))
            .and_then(|link| link.attribute("href"));
        let mut article = Article::default();
        article.add_some("id", words("id"));
        article.add_some("id", link);
        article.add_some("title", entry.child("title").map(plain));
        article.add_some("url", link);
        article.add_some("published", words("published").or_else(|| words("updated")));
        article.add_some("source", entry.at("source/title").map(plain));
        article.add_some("source", self.title.as_deref());
        article.add_some("author", words("author/name"));
        let language = entry.attribute("lang").or(self.language.as_deref());
        article.add_some("language", language);
        let texts = ["content", "summary"].map(|name| entry.child(name));
        let texts = texts.into_iter().flatten();
        article.set_text(longest(texts.map(|text| text_of(text, document))));
        article
    }
}

fn longest(texts: impl Iterator<Item = String>) -> String {
    texts.max_by_key(String::len).unwrap_or_default()
}

/// A title: text that may be written as HTML.
fn plain(element: &Element) -> String {
    let words = element.words();
    let is_html = words.contains(['&', '<']);
    if is_html { readable_text(&words).replace("\n\n", " ") } else { words }
}

/// A text of Atom, which says how it is written.
fn text_of(element: &Element, document: &str) -> String {
    match element.attribute("type") {
        Some("xhtml") => text_of_markup(element.markup(document)),
        Some("text" | "text/plain") => element.text().trim().to_owned(),
        _ if element.has_children() => text_of_markup(element.markup(document)),
        _ => readable_text(element.text()),
    }
}
