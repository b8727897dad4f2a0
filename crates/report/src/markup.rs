//! Foreign text in HTML and SVG.

/// Text as an element or an attribute of HTML or SVG shows it; what is no character of XML is
/// U+FFFD.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{fffe}'
            | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(
            escaped("a\tb\n<p class='x'>\"&amp;\""),
            "a\tb\n&lt;p class=&#39;x&#39;&gt;&quot;&amp;amp;&quot;"
        );
        assert_eq!(escaped("\u{0}\u{b}\u{1b}\u{ffff}é"), "\u{fffd}\u{fffd}\u{fffd}\u{fffd}é");
        assert_eq!(escaped(""), "");
    }
}
