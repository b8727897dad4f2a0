//! A page without most of the attributes of tags that have very many.
//!
//! html5ever compares every attribute of a tag with all before it, to drop repeated ones: a tag
//! with 300,000 would take a minute. Attributes contain nothing that is read here, so most of them
//! are removed before.

use std::borrow::Cow;

/// Attributes of a tag that stay, at most.
const MOST: usize = 64;

/// Elements whose content is no markup.
const RAW: [&[u8]; 8] =
    [b"script", b"style", b"xmp", b"iframe", b"noembed", b"noframes", b"title", b"textarea"];

/// The page, of every tag at most so many attributes. Whatever is text stays as it is.
pub(super) fn without_surplus(page: &str) -> Cow<'_, str> {
    let bytes = page.as_bytes();
    let (mut kept, mut from, mut at) = (String::new(), 0, 0);
    while let Some(next) = memchr::memchr(b'<', &bytes[at..]) {
        at += next + 1;
        if bytes[at..].starts_with(b"!--") {
            at = memchr::memmem::find(&bytes[at..], b"-->").map_or(bytes.len(), |end| at + end);
            continue;
        }
        // End tags may have attributes, too; they say nothing either.
        let is_end = bytes.get(at) == Some(&b'/');
        at += usize::from(is_end);
        if bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            let mut tag = Tag { bytes, at, ends_itself: false };
            let name = tag.name();
            let surplus = tag.attributes();
            if let Some(surplus) = surplus {
                kept.push_str(&page[from..surplus]);
                kept.push_str(if tag.ends_itself { " /" } else { " " });
                from = tag.at;
            }
            at = match !is_end && RAW.iter().any(|raw| raw.eq_ignore_ascii_case(name)) {
                true => tag.at + end_of_raw(&bytes[tag.at..], name),
                false => tag.at,
            };
        }
    }
    if from == 0 {
        return Cow::Borrowed(page);
    }
    kept.push_str(&page[from..]);
    Cow::Owned(kept)
}

/// Where the end tag of an element stands whose content is no markup.
fn end_of_raw(content: &[u8], name: &[u8]) -> usize {
    let is_end = |at: &usize| {
        let tag = &content[at + 2..];
        tag.get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    memchr::memmem::find_iter(content, b"</").find(is_end).unwrap_or(content.len())
}

/// A start tag that is gone over, as the HTML standard tokenises it.
struct Tag<'p> {
    bytes: &'p [u8],
    at: usize,
    /// Whether it ends with `/>`.
    ends_itself: bool,
}

impl<'p> Tag<'p> {
    fn name(&mut self) -> &'p [u8] {
        let start = self.at;
        self.skip_to(|byte| is_space(byte) || matches!(byte, b'/' | b'>'));
        &self.bytes[start..self.at]
    }

    /// Goes on to the `>` that ends the tag, or to the end of the page; says where surplus
    /// attributes begin, if there are any.
    fn attributes(&mut self) -> Option<usize> {
        let (mut count, mut surplus) = (0, None);
        loop {
            let end = self.at;
            self.skip_to(|byte| !is_space(byte) && byte != b'/');
            match self.bytes.get(self.at) {
                None => return surplus,
                Some(b'>') => {
                    self.ends_itself = self.at > end && self.bytes[self.at - 1] == b'/';
                    return surplus;
                }
                Some(_) => {}
            }
            count += 1;
            if count > MOST && surplus.is_none() {
                surplus = Some(end);
            }
            self.attribute();
        }
    }

    fn attribute(&mut self) {
        // An equals sign that nothing stands before is part of the name.
        self.at += 1;
        self.skip_to(|byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'='));
        let end_of_name = self.at;
        self.skip_to(|byte| !is_space(byte));
        if self.bytes.get(self.at) != Some(&b'=') {
            self.at = end_of_name;
            return;
        }
        self.at += 1;
        self.skip_to(|byte| !is_space(byte));
        match self.bytes.get(self.at) {
            Some(quote @ (b'"' | b'\'')) => {
                self.at += 1;
                let end = memchr::memchr(*quote, &self.bytes[self.at..]);
                self.at = end.map_or(self.bytes.len(), |end| self.at + end + 1);
            }
            _ => self.skip_to(|byte| is_space(byte) || byte == b'>'),
        }
    }

    fn skip_to(&mut self, is_end: impl Fn(u8) -> bool) {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        self.at += rest.iter().position(|byte| is_end(*byte)).unwrap_or(rest.len());
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(attribute: &str) -> String {
        (0..MOST).map(|at| attribute.replace('#', &at.to_string())).collect()
    }

    #[test]
    fn surplus_attributes_are_gone_and_all_else_stays() {
        for (attribute, more, rest) in [
            (" a#", " b c d>text", " >text"),
            (" a#=1", " b=2 c=\"x > y\" d='\"'/>text", " />text"),
            (" a#='x>y'", " b=c/>text", " >text"),
            ("\na# = \"é\"", " = é>text", " >text"),
            (" a#", " b='never closed>text", " "),
            (" a#", "</p>text", "< >text"),
        ] {
            let tag = format!("<p{}", many(attribute));
            let end_tag = format!("</p{}", many(attribute));
            assert_eq!(without_surplus(&format!("{end_tag}{more}")), format!("{end_tag}{rest}"));
            for before in ["", "<script>if (a <b c d</script>", "<!-- <p -->", "1 < 2 <", "é"] {
                let page = format!("{before}{tag}{more}");
                assert_eq!(without_surplus(&page), format!("{before}{tag}{rest}"));
                let page = format!("{before}{tag}>text");
                assert!(matches!(without_surplus(&page), Cow::Borrowed(_)), "{page}");
            }
        }
    }

    #[test]
    fn what_is_no_tag_is_no_attribute() {
        let words = "word ".repeat(4 * MOST);
        for page in [
            format!("< {words}>"),
            format!("<script>x<y {words}</script>"),
            format!("<TITLE>x<y {words}</title>"),
            format!("<!--<p {words}-->"),
            words.clone(),
        ] {
            assert_eq!(without_surplus(&page), page);
        }
        assert_eq!(without_surplus(""), "");
        assert_eq!(without_surplus("<"), "<");
        assert_eq!(without_surplus("<p"), "<p");
        assert_eq!(without_surplus("<p a="), "<p a=");
    }

    proptest::proptest! {
        #[test]
        fn any_page_is_cut_on_character_boundaries(page in "[<>/='\" apé!-]{0,400}") {
            let cut = without_surplus(&page);
            proptest::prop_assert!(cut.len() <= page.len() + page.matches('<').count());
        }
    }
}
