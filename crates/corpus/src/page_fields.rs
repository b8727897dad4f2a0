//! What a page says of itself in its head: title, date, author, site.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use serde_json::Value;

use super::attributes::without_surplus;

/// How much of a page is looked at: its head, and not all of one that is very long.
const HEAD: usize = 512 << 10;

/// Names that pages give to when they were published, in `<meta>`; earlier ones count first.
const PUBLISHED: [&str; 12] = [
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publishdate",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.date",
    "date",
];

/// The same of titles, authors and sites.
const TITLES: [&str; 2] = ["og:title", "twitter:title"];
const AUTHORS: [&str; 5] = ["author", "article:author", "parsely-author", "dc.creator", "byl"];
const SITES: [&str; 2] = ["og:site_name", "application-name"];

/// What a page says of itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PageFields {
    pub(super) title: Option<String>,
    pub(super) published: Option<String>,
    pub(super) author: Option<String>,
    pub(super) language: Option<String>,
    pub(super) site: Option<String>,
}

impl PageFields {
    pub(super) fn of(page: &str) -> Self {
        let mut end = page.len().min(HEAD);
        while !page.is_char_boundary(end) {
            end -= 1;
        }
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(&without_surplus(&page[..end])));
        let tokenizer = Tokenizer::new(Head::default(), TokenizerOpts::default());
        // It stops for the encodings that a page names, which are known by now.
        while !input.is_empty() && !tokenizer.sink.0.borrow().ended {
            let _ = tokenizer.feed(&input);
        }
        tokenizer.sink.0.into_inner().fields()
    }
}

/// What the tokens have come to; html5ever hands them out through a shared reference.
#[derive(Default)]
struct Head(RefCell<Reading>);

#[derive(Default)]
struct Reading {
    title: String,
    language: Option<String>,
    /// Names in small letters, and what they are said to be.
    metas: Vec<(String, String)>,
    /// Data for search engines (JSON-LD).
    data: Vec<String>,
    open: Open,
    ended: bool,
}

/// The element whose text is read.
#[derive(Default, PartialEq)]
enum Open {
    #[default]
    None,
    Title,
    Data,
}

/// Data of so many scripts is kept, at most.
const SCRIPTS: usize = 16;

/// Named values of so many tags are kept, at most.
const METAS: usize = 1000;

impl TokenSink for Head {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut reading = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return reading.start(&tag),
            Token::TagToken(_) => reading.open = Open::None,
            Token::CharacterTokens(words) => match reading.open {
                Open::None => {}
                Open::Title => reading.title.push_str(&words),
                Open::Data => {
                    if let Some(data) = reading.data.last_mut() {
                        data.push_str(&words);
                    }
                }
            },
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// The value of an attribute.
fn value<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let own = tag.attrs.iter().find(|attribute| &*attribute.name.local == name)?;
    Some(own.value.trim()).filter(|value| !value.is_empty())
}

impl Reading {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        match &*tag.name {
            "html" => self.language = value(tag, "lang").map(str::to_owned),
            "meta" if self.metas.len() < METAS => {
                let name = ["property", "name", "itemprop"].iter().find_map(|at| value(tag, at));
                if let (Some(name), Some(content)) = (name, value(tag, "content")) {
                    self.metas.push((name.to_ascii_lowercase(), content.to_owned()));
                }
            }
            "title" if self.title.is_empty() => self.open = Open::Title,
            "script" => {
                let is_data = value(tag, "type")
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json"));
                if is_data && self.data.len() < SCRIPTS {
                    self.data.push(String::new());
                    self.open = Open::Data;
                }
                return TokenSinkResult::RawData(RawKind::ScriptData);
            }
            "style" => return TokenSinkResult::RawData(RawKind::Rawtext),
            _ => {}
        }
        match &*tag.name {
            "title" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }

    fn fields(self) -> PageFields {
        let meta = |names: &[&str]| {
            names.iter().find_map(|name| {
                let found = self.metas.iter().find(|(own, _)| own == name);
                found.map(|(_, content)| content.clone())
            })
        };
        let data: Vec<Value> =
            self.data.iter().filter_map(|data| serde_json::from_str(data).ok()).collect();
        let article = data.iter().find_map(article);
        let said = |name: &str| article.and_then(|article| text_of(article.get(name)?));
        let title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        let title = said("headline").or_else(|| meta(&TITLES)).or(Some(title));
        PageFields {
            title: title.filter(|title| !title.is_empty()),
            published: meta(&PUBLISHED[..3])
                .or_else(|| said("datePublished"))
                .or_else(|| meta(&PUBLISHED)),
            author: said("author").or_else(|| meta(&AUTHORS)),
            language: self.language,
            site: meta(&SITES).or_else(|| said("publisher")),
        }
    }
}

/// The first object with a date of publication: alone, in a list, or in a graph.
fn article(data: &Value) -> Option<&Value> {
    match data {
        Value::Object(object) if object.contains_key("datePublished") => Some(data),
        Value::Object(object) => article(object.get("@graph")?),
        Value::Array(list) => list.iter().find_map(article),
        _ => None,
    }
}

/// A text, a thing's name, or those of several.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Object(object) => text_of(object.get("name")?),
        Value::Array(list) => {
            let all: Vec<_> = list.iter().filter_map(text_of).collect();
            Some(all.join(", ")).filter(|all| !all.is_empty())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_in_several_ways() {
        let page = "<!doctype html><html lang=en-GB><head><title> The \n ferry &amp; co </title>
            <meta name=Author content='A. Writer'>
            <meta property='og:site_name' content='Harbour News'>
            <meta property=article:published_time content=2024-05-01T10:00:00Z></head>";
        let fields = PageFields::of(page);
        assert_eq!(fields.title.as_deref(), Some("The ferry & co"));
        assert_eq!(fields.published.as_deref(), Some("2024-05-01T10:00:00Z"));
        assert_eq!(fields.author.as_deref(), Some("A. Writer"));
        assert_eq!(fields.language.as_deref(), Some("en-GB"));
        assert_eq!(fields.site.as_deref(), Some("Harbour News"));
        assert_eq!(PageFields::of("<p>Nothing"), PageFields::default());
        assert_eq!(PageFields::of(""), PageFields::default());
    }

    #[test]
    fn data_for_search_engines_is_read() {
        let of = |data: &str| {
            let page = format!(
                "<title>T</title><meta name=date content=2001><script type=application/ld+json>\
                 {data}</script><script>var x = '<title>no</title>'</script>"
            );
            let fields = PageFields::of(&page);
            (fields.title.unwrap(), fields.published.unwrap(), fields.author)
        };
        let article = r#"{"@type":"NewsArticle","headline":"H","datePublished":"2024-05-01",
            "author":[{"name":"A"},{"name":"B"}]}"#;
        let expected = ("H".to_owned(), "2024-05-01".to_owned(), Some("A, B".to_owned()));
        assert_eq!(of(article), expected);
        assert_eq!(of(&format!("[{{\"x\":1}},{article}]")), expected);
        assert_eq!(of(&format!("{{\"@graph\":[{article}]}}")), expected);
        let without = ("T".to_owned(), "2001".to_owned(), None);
        assert_eq!(of("{broken"), without);
        assert_eq!(of(&"[".repeat(100_000)), without, "deep data is not followed");
    }
}
