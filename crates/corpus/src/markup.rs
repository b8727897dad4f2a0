//! XHTML inside of documents to text.

use super::html::readable_text;

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
