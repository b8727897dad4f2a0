//! XML, as far as articles need it: elements cut from a text, each a small tree.
//!
//! Namespaces are gone by prefix. Entities that a document defines are not expanded, so that none
//! grows; those of HTML stay as they are written, for what reads pages.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Elements within elements that are followed; the text of deeper ones belongs to the last.
const DEEPEST: usize = 128;

/// Elements of one tree, at most.
const MOST: usize = 200_000;

/// Attributes of an element that are looked at, at most.
const ATTRIBUTES: usize = 32;

/// An element with all in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// With its prefix.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    /// The text that stands directly in it.
    text: String,
    /// Where its content stands.
    inside: Range<usize>,
}

/// The name without prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

impl Element {
    fn of(start: &BytesStart<'_>) -> Self {
        let attributes = start.html_attributes().flatten().take(ATTRIBUTES);
        let attributes = attributes.map(|of| (of.key.as_ref().to_owned(), unescaped(&of.value)));
        let name = start.name().as_ref().to_owned();
        Self { name, attributes: attributes.collect(), ..Self::default() }
    }

    /// The first child of a name, prefix included.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of a name, whatever their prefix.
    pub(super) fn children<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| local(&child.name) == name)
    }

    /// What a path of names leads to, whatever their prefixes.
    pub(super) fn at(&self, path: &str) -> Option<&Self> {
        let child = |at: &'_ Self, name: &str| {
            at.children.iter().position(|child| local(&child.name) == name)
        };
        path.split('/').try_fold(self, |at, name| child(at, name).map(|child| &at.children[child]))
    }

    /// An attribute by its local name.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(own, _)| local(own) == name);
        found.map(|(_, value)| &**value).filter(|value| !value.trim().is_empty())
    }

    /// All text in it, tags left out; white space between words is one space.
    pub(super) fn words(&self) -> String {
        let mut all = String::new();
        let mut open = vec![self];
        while let Some(element) = open.pop() {
            all.push_str(&element.text);
            all.push(' ');
            open.extend(element.children.iter().rev());
        }
        all.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The text that stands directly in it, as it stands.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether there are elements in it.
    pub(super) fn has_children(&self) -> bool {
        !self.children.is_empty()
    }

    /// Its content, as it is written in the document.
    pub(super) fn markup<'d>(&self, document: &'d str) -> &'d str {
        document.get(self.inside.clone()).unwrap_or_default()
    }
}

/// A text with the entities that all XML has, and characters by number, replaced.
fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), |text| text.into_owned())
}

/// What is next in a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An element begins that is not wanted as a whole; what is in it follows.
    Start(Element),
    /// A wanted element, whole.
    Whole(Element),
    /// One of them is too large to be held.
    TooLarge,
}

/// Goes through a document; elements whose local names are wanted are handed out whole.
pub(super) struct Steps<'d> {
    reader: Reader<&'d [u8]>,
    wanted: &'static [&'static str],
    ended: bool,
}

impl<'d> Steps<'d> {
    pub(super) fn new(document: &'d str, wanted: &'static [&'static str]) -> Self {
        Self { reader: lenient(document), wanted, ended: false }
    }

    fn step(&mut self) -> Result<Option<Step>, String> {
        loop {
            let event = self.reader.read_event().map_err(|error| self.at(&error))?;
            let (start, is_empty) = match event {
                Event::Eof => return Ok(None),
                Event::Start(start) => (start, false),
                Event::Empty(start) => (start, true),
                _ => continue,
            };
            let element = Element::of(&start);
            if !self.wanted.contains(&local(&element.name)) {
                return Ok(Some(Step::Start(element)));
            }
            return if is_empty { Ok(Some(Step::Whole(element))) } else { self.whole(element) };
        }
    }

    /// The rest of an element.
    fn whole(&mut self, element: Element) -> Result<Option<Step>, String> {
        let (mut open, mut count, mut deeper) = (vec![element], 1, 0_usize);
        open[0].inside.start = self.reader.buffer_position() as usize;
        loop {
            let before = self.reader.buffer_position() as usize;
            let event = self.reader.read_event().map_err(|error| self.at(&error))?;
            let after = self.reader.buffer_position() as usize;
            let is_deepest = open.len() >= DEEPEST;
            let Some(last) = open.last_mut() else { return Ok(None) };
            match event {
                Event::Eof => return Err("the file ends within an element".to_owned()),
                Event::Start(_) if is_deepest => deeper += 1,
                Event::Start(start) => {
                    count += 1;
                    let mut element = Element::of(&start);
                    element.inside.start = after;
                    open.push(element);
                }
                Event::Empty(start) => {
                    count += 1;
                    last.children.push(Element::of(&start));
                }
                Event::End(_) if deeper > 0 => deeper -= 1,
                Event::End(_) => {
                    last.inside.end = before;
                    if let Some(closed) = open.pop() {
                        match open.last_mut() {
                            Some(parent) => parent.children.push(closed),
                            None if count > MOST => return Ok(Some(Step::TooLarge)),
                            None => return Ok(Some(Step::Whole(closed))),
                        }
                    }
                }
                Event::Text(text) => last.text.push_str(&text.xml10_content()),
                Event::CData(text) => last.text.push_str(&text.into_inner()),
                Event::GeneralRef(name) => {
                    let reference = format!("&{};", &*name.into_inner());
                    last.text.push_str(&unescaped(&reference));
                }
                _ => {}
            }
            if count > MOST {
                // It is gone over to its end, but no longer held.
                open.iter_mut().for_each(|element| element.children.clear());
            }
        }
    }

    fn at(&self, error: &quick_xml::Error) -> String {
        format!("{error} at byte {}", self.reader.error_position())
    }
}

/// A reader that takes what browsers and feed readers take.
pub(super) fn lenient(document: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(document);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.check_end_names = true;
    reader
}

impl Iterator for Steps<'_> {
    type Item = Result<Step, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let step = self.step();
        self.ended = !matches!(step, Ok(Some(_)));
        step.transpose()
    }
}

/// How far into a document its first element is looked for.
const HEAD: usize = 4096;

/// The name of the first element, without prefix, if a text is XML.
pub(super) fn root(document: &[u8]) -> Option<String> {
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    let head = &document[..document.len().min(HEAD)];
    if !head.trim_ascii_start().starts_with(b"<") {
        return None;
    }
    // Whatever is not ASCII is in no name that matters; UTF-16 has NUL between letters.
    let head: String =
        head.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect();
    let mut reader = lenient(&head);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) | Event::Empty(start) => {
                return Some(local(start.name().as_ref()).to_owned());
            }
            Event::Eof => return None,
            Event::Text(text) if !text.trim_ascii().is_empty() => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(document: &str) -> Vec<Result<Step, String>> {
        Steps::new(document, &["item"]).collect()
    }

    #[test]
    fn wanted_elements_come_whole() {
        let document = "<?xml version='1.0'?><r a='1'><x:item y:b='&lt;'>One <b>two</b>\
                        <![CDATA[ <i>]]>&amp;&#65;&nbsp;<c/></x:item><item/></r>";
        let all = steps(document);
        assert_eq!(all.len(), 3);
        let Ok(Step::Whole(item)) = &all[1] else { panic!("{all:?}") };
        assert_eq!(item.name, "x:item");
        assert_eq!(item.attribute("b"), Some("<"));
        assert_eq!(item.text(), "One  <i>&A&nbsp;");
        assert_eq!(item.words(), "One <i>&A&nbsp; two");
        assert_eq!(item.at("b").unwrap().words(), "two");
        assert!(item.at("b/c").is_none() && item.child("item").is_none());
        assert!(item.markup(document).starts_with("One <b>two</b><![CDATA["));
        assert_eq!(item.at("b").unwrap().markup(document), "two");
        assert!(matches!(&all[2], Ok(Step::Whole(item)) if !item.has_children()));
    }

    #[test]
    fn what_is_not_well_formed_ends_it() {
        for document in ["<r><item>a</r>", "<r><item>a", "<r><item a=></item", "<r><![CDATA["] {
            assert!(steps(document).last().unwrap().is_err(), "{document}");
        }
        assert!(steps("").is_empty());
        assert!(steps("a & b").is_empty());
    }

    #[test]
    fn entities_do_not_grow_and_depth_does_no_harm() {
        let bomb = "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>\
                    <r><item>&b;&b;</item></r>";
        let Ok(Step::Whole(item)) = &steps(bomb)[1] else { panic!() };
        assert_eq!(item.text(), "&b;&b;");
        let deep = format!("<item>{}x{}</item>", "<a>".repeat(500_000), "</a>".repeat(500_000));
        let Ok(Step::Whole(item)) = &steps(&deep)[0] else { panic!() };
        assert_eq!(item.words(), "x");
        let wide = format!("<item>{}</item><item>b</item>", "<a/>".repeat(1_000_000));
        let all = steps(&wide);
        assert_eq!(all[0], Ok(Step::TooLarge));
        assert!(matches!(&all[1], Ok(Step::Whole(item)) if item.words() == "b"));
    }

    #[test]
    fn the_first_element_tells_what_a_document_is() {
        assert_eq!(
            root(b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><rss a='b'>").unwrap(),
            "rss"
        );
        assert_eq!(root(b"<rdf:RDF xmlns:rdf='x'/>").unwrap(), "RDF");
        assert_eq!(root(b"<\0r\0s\0s\0>\0").unwrap(), "rss");
        for text in [&b"Text <rss>"[..], b"", b"<", b"< 5", b"<!-- x", b"{\"a\":1}"] {
            assert_eq!(root(text), None, "{}", text.escape_ascii());
        }
    }
}
