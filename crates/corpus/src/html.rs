//! Extracts the readable text of a page.
//!
//! From the tokens of html5ever, without its tree: building that takes time quadratic in the depth
//! of nesting, and one hostile page would stop a run.

use std::cell::RefCell;
use std::ops::Range;

use encoding_rs::Encoding;
use html5ever::LocalName;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::attributes::without_surplus;

/// Elements that hold no article text: code, and what surrounds an article on a page.
const DROPPED: [&str; 17] = [
    "script", "style", "noscript", "template", "nav", "aside", "form", "button", "select",
    "textarea", "iframe", "object", "svg", "canvas", "math", "title", "figure",
];

/// Elements without content and end tag.
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// Inline elements; all others begin and end a line.
const INLINE: [&str; 29] = [
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup",
    "time", "u", "wbr",
];

/// Open elements that are followed; deeper ones still give their text. As in browsers.
const DEEPEST: usize = 512;

/// The text of a page: of its only `<article>`, else of its only `<main>`, else of all of it;
/// without scripts, styles, navigation, forms, figures and asides. Paragraphs, headings and other
/// blocks are separated by an empty line; white space within is one space, as a browser shows it. A
/// page without text gives an empty string.
pub(super) fn readable_text(page: &str) -> String {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(&without_surplus(page)));
    let tokenizer = Tokenizer::new(Page::default(), TokenizerOpts::default());
    // It stops for the encodings that a page names, which are known by now.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner().main_part()
}

/// What the tokens have come to; html5ever hands them out through a shared reference.
#[derive(Default)]
struct Page(RefCell<Reading>);

#[derive(Default)]
struct Reading {
    flow: Flow,
    open: Vec<LocalName>,
    /// How many of `open` are dropped with all their content.
    dropped: usize,
    /// Where in the text the `<article>` elements and the `<main>` elements stand.
    articles: Vec<Range<usize>>,
    mains: Vec<Range<usize>>,
}

impl TokenSink for Page {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut reading = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return reading.start(&tag),
            Token::TagToken(tag) => reading.end(&tag.name),
            Token::CharacterTokens(words) if reading.dropped == 0 => reading.flow.push(&words),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Reading {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        self.part(name);
        let at = self.flow.text.len();
        match name {
            "article" => self.articles.push(at..usize::MAX),
            "main" => self.mains.push(at..usize::MAX),
            _ => {}
        }
        let raw = match name {
            "script" => Some(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            _ => None,
        };
        let empty = VOID.contains(&name) || tag.self_closing && raw.is_none();
        if !empty && self.open.len() < DEEPEST {
            self.dropped += usize::from(DROPPED.contains(&name));
            self.open.push(tag.name.clone());
        }
        raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }

    /// Closes the last open element of this name and all in it: authors forget end tags.
    fn end(&mut self, name: &LocalName) {
        self.part(name);
        let Some(from) = self.open.iter().rposition(|open| open == name) else { return };
        let at = self.flow.text.len();
        for closed in self.open.drain(from..) {
            self.dropped -= usize::from(DROPPED.contains(&&*closed));
            let parts = match &*closed {
                "article" => &mut self.articles,
                "main" => &mut self.mains,
                _ => continue,
            };
            if let Some(part) = parts.iter_mut().rfind(|part| part.end == usize::MAX) {
                part.end = at;
            }
        }
    }

    /// Separates the text before a tag from the text after it.
    fn part(&mut self, name: &str) {
        match name {
            "br" => self.flow.widen(Gap::Line),
            name if INLINE.contains(&name) => {}
            _ => self.flow.widen(Gap::Block),
        }
    }

    fn main_part(self) -> String {
        let text = self.flow.text;
        // Several articles are a list of teasers or comments: then none is the one.
        for parts in [self.articles, self.mains] {
            if let [part] = &parts[..] {
                let part = text[part.start..part.end.min(text.len())].trim();
                if !part.is_empty() {
                    return part.to_owned();
                }
            }
        }
        text
    }
}

/// Text as a browser lays it out.
#[derive(Default)]
struct Flow {
    text: String,
    gap: Gap,
}

/// The white space between the last word and the next.
#[derive(Clone, Copy, Default, PartialEq, PartialOrd)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
    Block,
}

impl Flow {
    fn widen(&mut self, gap: Gap) {
        if gap > self.gap {
            self.gap = gap;
        }
    }

    fn push(&mut self, words: &str) {
        // Not `char::is_whitespace`: a no-break space stays.
        const SPACE: [char; 5] = [' ', '\t', '\n', '\r', '\u{c}'];
        for (n, word) in words.split(SPACE).enumerate() {
            if n > 0 {
                self.widen(Gap::Space);
            }
            if word.is_empty() {
                continue;
            }
            if !self.text.is_empty() {
                self.text.push_str(match self.gap {
                    Gap::None => "",
                    Gap::Space => " ",
                    Gap::Line => "\n",
                    Gap::Block => "\n\n",
                });
            }
            self.text.push_str(word);
            self.gap = Gap::None;
        }
    }
}

/// Bytes of a page that are looked at for its encoding; browsers look at the first quarter.
const HEAD: usize = 4096;

/// The encoding that a page names near its beginning: `<meta charset=…>`, `content="…charset=…"`,
/// or that of its XML declaration.
pub(super) fn declared_encoding(page: &[u8]) -> Option<&'static Encoding> {
    let head = page[..page.len().min(HEAD)].to_ascii_lowercase();
    let in_meta = |at: usize| {
        let tag = &head[at..];
        let tag = &tag[..memchr::memchr(b'>', tag).unwrap_or(tag.len())];
        named_in(tag, b"charset")
    };
    memchr::memmem::find_iter(&head, b"<meta").find_map(in_meta).or_else(|| encoding_of_xml(page))
}

/// The encoding that an XML declaration names.
fn encoding_of_xml(text: &[u8]) -> Option<&'static Encoding> {
    let head = text[..text.len().min(HEAD)].to_ascii_lowercase();
    let declaration = head.trim_ascii_start().strip_prefix(b"<?xml")?;
    let end = memchr::memchr(b'>', declaration)?;
    named_in(&declaration[..end], b"encoding")
}

/// The value after a name and `=`.
fn named_in(tag: &[u8], name: &[u8]) -> Option<&'static Encoding> {
    memchr::memmem::find_iter(tag, name).find_map(|at| {
        let value = tag[at + name.len()..].trim_ascii_start().strip_prefix(b"=")?;
        let value = value.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
        let end = value.iter().position(|b| b" \t\r\n\"'/>;".contains(b)).unwrap_or(value.len());
        // They are read as bytes, so that whatever names UTF-16 is not in it.
        Encoding::for_label(&value[..end]).map(Encoding::output_encoding)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_laid_out_as_a_browser_shows_it() {
        let page = "<!doctype html><html><head><title>T</title><style>p{}</style></head><body>
            <nav><a href=/>Home</a></nav><h1>The\n  <em>head</em>line</h1>
            <p>One &amp; two<br>three.</p><script>var x = '<p>no</p>';</script>
            <ul><li>first</li><li>second</li></ul>caf&eacute;</body></html>";
        assert_eq!(
            readable_text(page),
            "The headline\n\nOne & two\nthree.\n\nfirst\n\nsecond\n\ncafé"
        );
    }

    #[test]
    fn the_only_article_is_the_text() {
        let page = "<p>Teaser</p><article><p>Text</p><aside>Ad</aside></article><p>Footer</p>";
        assert_eq!(readable_text(page), "Text");
        let several = "<article>One</article><article>Two</article>";
        assert_eq!(readable_text(several), "One\n\nTwo");
        assert_eq!(readable_text("<p>a</p><main>b</main>"), "b");
    }

    #[test]
    fn pages_without_text_and_broken_pages_are_read() {
        assert_eq!(readable_text(""), "");
        assert_eq!(readable_text("<script>x</script>"), "");
        assert_eq!(readable_text("plain <b>words"), "plain words");
        let deep = "<div>".repeat(200_000) + "deep" + &"</div>".repeat(200_000);
        assert_eq!(readable_text(&deep), "deep");
        assert_eq!(readable_text("<div><nav>menu</div><p>text"), "text", "nav is never closed");
        assert_eq!(readable_text("<meta charset=utf-8>a<br/>b<script>c"), "a\nb");
    }

    #[test]
    fn a_tag_may_have_any_number_of_attributes() {
        let attributes: String = (0..20_000).map(|at| format!(" a{at}=\"x > {at}\"")).collect();
        let page = format!("one <b{attributes}>two</b> three <br{attributes}/>four");
        assert_eq!(readable_text(&page), "one two three\nfour");
    }

    #[test]
    fn encodings_are_named_in_several_ways() {
        for page in [
            "<meta charset=windows-1252>",
            "<META CHARSET='Windows-1252'/>",
            "<meta http-equiv=content-type content=\"text/html; charset=windows-1252\">",
            "<script charset=utf-8></script><meta name=x><meta charset = \"windows-1252\" />",
            "<?xml version=\"1.0\" encoding='windows-1252' ?><p>",
        ] {
            let encoding = declared_encoding(page.as_bytes());
            assert_eq!(encoding, Some(encoding_rs::WINDOWS_1252), "{page}");
        }
        assert_eq!(declared_encoding(b"<meta charset=nonsense>"), None);
        assert_eq!(declared_encoding(b"charset="), None);
    }
}
