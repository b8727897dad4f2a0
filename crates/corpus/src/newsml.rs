//! News as agencies send it: NewsML-G2, and NITF in it or alone.

use super::article::{Article, CANCELED, Flaw, Found, is_canceled};
use super::html::readable_text;
use super::markup::text_of_markup;
use super::problem::Reason;
use super::xml::{Element, local};

/// Elements that are handed out whole.
pub(super) const WANTED: [&str; 2] = ["newsItem", "nitf"];

/// The article of an item.
pub(super) fn element(element: &Element, document: &str) -> Found {
    match local(&element.name) {
        "nitf" => {
            let mut article = Article::default();
            add_nitf(&mut article, element, document);
            Ok(article)
        }
        _ => news_item(element, document),
    }
}

/// What names a thing: the text of its `<name>`, or its literal, code or address.
fn named(element: Option<&Element>) -> Option<String> {
    let element = element?;
    let name = element.at("name").map(Element::words).filter(|name| !name.is_empty());
    let codes = ["literal", "qcode", "uri"];
    name.or_else(|| codes.iter().find_map(|code| element.attribute(code)).map(str::to_owned))
        .or_else(|| Some(element.words()).filter(|words| !words.is_empty()))
}

/// The last part of a code: `usable` of `stat:usable`, and of an address that ends in it.
fn code(element: Option<&Element>) -> Option<String> {
    let code = element?.attribute("qcode").or(element?.attribute("uri"))?;
    Some(code.rsplit([':', '/']).next().unwrap_or(code).to_owned())
}

fn news_item(item: &Element, document: &str) -> Found {
    let words = |path: &str| item.at(path).map(Element::words).filter(|words| !words.is_empty());
    let mut article = Article::default();
    article.add_some("id", item.attribute("guid"));
    article.add_some("title", headline(item));
    article.add_some("title", words("itemMeta/title"));
    let link = item
        .at("itemMeta/link")
        .filter(|link| link.attribute("rel").is_none_or(|rel| local(rel) == "alternate"));
    article.add_some("url", link.and_then(|link| link.attribute("href")));
    let version = words("itemMeta/versionCreated");
    article.add_some("published", version.as_deref());
    article.add_some("source", named(item.at("itemMeta/provider")));
    article.add_some("source", named(item.at("contentMeta/infoSource")));
    article.add_some("author", words("contentMeta/by"));
    article.add_some("author", named(item.at("contentMeta/creator")));
    let language = item.at("contentMeta/language").and_then(|of| of.attribute("tag"));
    article.add_some("language", language.or(item.attribute("lang")));
    article.add_some("version", item.attribute("version"));
    article.add_some("versioncreated", version);
    article.add_some("firstcreated", words("itemMeta/firstCreated"));
    article.add_some("embargoed", words("itemMeta/embargoed"));
    // So says the standard where an item does not.
    let status = code(item.at("itemMeta/pubStatus")).unwrap_or("usable".to_owned());
    article.add("pubstatus", &status);
    article.add_some("copyrightholder", named(item.at("rightsInfo/copyrightHolder")));
    article.add_some("copyrightnotice", words("rightsInfo/copyrightNotice"));
    let terms = item.children("rightsInfo").flat_map(|rights| rights.children("usageTerms"));
    let terms: Vec<_> = terms.map(Element::words).filter(|words| !words.is_empty()).collect();
    article.add("usageterms", terms.join(" "));
    article.add_some("located", named(item.at("contentMeta/located")));
    article.add_some("slugline", words("contentMeta/slugline"));
    if !add_content(&mut article, item, document) {
        let kind = code(item.at("itemMeta/itemClass")).unwrap_or("unknown".to_owned());
        // What is taken back is known by its id: its text may be gone already.
        if is_canceled(&status) && ["text", "unknown"].contains(&&*kind) {
            let headline = || headline(item).filter(|headline| !headline.is_empty());
            let notice = words("itemMeta/edNote").or_else(headline);
            article.set_text(notice.unwrap_or(CANCELED.to_owned()));
            return Ok(article);
        }
        let id = item.attribute("guid").unwrap_or_default();
        return Err(Flaw::new(Reason::OtherContent, format!("{kind}, without a text in it; {id}")));
    }
    Ok(article)
}

/// The headline of an item: the one that is called so where there are several.
fn headline(item: &Element) -> Option<String> {
    let mut all = item.at("contentMeta")?.children("headline");
    let first = all.next()?;
    let main = std::iter::once(first)
        .chain(all)
        .find(|headline| headline.attribute("role").is_none_or(|role| local(role) == "main"));
    Some(main.unwrap_or(first).words())
}

/// Adds the text of an item; whether there is any.
fn add_content(article: &mut Article, item: &Element, document: &str) -> bool {
    let Some(contents) = item.at("contentSet") else { return false };
    for content in contents.children("inlineXML") {
        match content.at("nitf") {
            Some(nitf) => add_nitf(article, nitf, document),
            None => {
                // A page has a title in its head, which is no part of the text.
                let body = content.at("html/body").unwrap_or(content);
                article.set_text(text_of_markup(body.markup(document)));
            }
        }
        if !article.text().is_empty() {
            return true;
        }
    }
    for content in contents.children("inlineData") {
        let kind = content.attribute("contenttype").unwrap_or("text/plain");
        match kind.split(';').next().unwrap_or_default().trim() {
            "text/html" | "application/xhtml+xml" => {
                let page =
                    if content.has_children() { content.markup(document) } else { content.text() };
                article.set_text(readable_text(page));
            }
            kind if kind.starts_with("text/") => article.set_text(content.text().trim().to_owned()),
            _ => continue,
        }
        if !article.text().is_empty() {
            return true;
        }
    }
    false
}

/// Adds what is in a document of NITF.
fn add_nitf(article: &mut Article, nitf: &Element, document: &str) {
    let words = |path: &str| nitf.at(path).map(Element::words).filter(|words| !words.is_empty());
    let data = |name: &str, attribute: &str| {
        nitf.at("head/docdata")?.at(name)?.attribute(attribute).map(str::to_owned)
    };
    article.add_some("id", data("doc-id", "id-string"));
    article.add_some("title", words("body/body.head/hedline/hl1"));
    article.add_some("title", words("head/title"));
    article.add_some("published", data("date.issue", "norm"));
    article.add_some("published", data("date.release", "norm"));
    article.add_some("source", words("body/body.head/distributor"));
    article.add_some("source", data("doc.copyright", "holder"));
    article.add_some("author", words("body/body.head/byline/person"));
    article.add_some("author", words("body/body.head/byline"));
    article.add_some("language", nitf.attribute("lang"));
    article.add_some("copyrightholder", data("doc.copyright", "holder"));
    if let Some(content) = nitf.at("body/body.content") {
        // Pictures with their captions are no part of the text.
        let markup = content.markup(document);
        let markup = markup.replace("<media", "<figure").replace("</media", "</figure");
        article.set_text(text_of_markup(&markup));
    }
}
