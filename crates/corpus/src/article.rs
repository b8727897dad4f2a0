//! An article of a format that says by itself what is what, as the JSON object that it is read as.

use super::problem::Reason;

/// Why a part of a file is no article, and what more there is to say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) reason: Reason,
    pub(super) detail: String,
}

impl Flaw {
    pub(super) fn new(reason: Reason, detail: impl std::fmt::Display) -> Self {
        Self { reason, detail: detail.to_string() }
    }
}

/// What of an article reading gives, or why it gives none.
pub(super) type Found = Result<Article, Flaw>;

/// The field that holds the text.
pub(super) const TEXT: &str = "text";

/// What stands for the text of an article that is taken back and says nothing: it is known by its id.
pub(super) const CANCELED: &str = "Canceled.";

/// Whether a publishing status (IPTC NewsCodes `pubstatus`), as code or address, takes an item back.
pub(super) fn is_canceled(status: &str) -> bool {
    let code = status.rsplit([':', '/']).next().unwrap_or(status).trim();
    ["canceled", "cancelled"].iter().any(|word| code.eq_ignore_ascii_case(word))
}

/// The fields of an article by name, in their order. Names are those that records in JSON mostly
/// have: `id`, `title`, `url`, `published`, `source`, `author`, `language`, and `text`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Article {
    fields: Vec<(&'static str, String)>,
    text: String,
}

impl Article {
    /// Adds a field; one that is there already, or says nothing, is left alone.
    pub(super) fn add(&mut self, name: &'static str, value: impl AsRef<str>) {
        let value = value.as_ref().trim();
        if !value.is_empty() && self.get(name).is_none() {
            self.fields.push((name, value.to_owned()));
        }
    }

    /// [`Article::add`] of what may be missing.
    pub(super) fn add_some(&mut self, name: &'static str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(own, _)| *own == name).map(|(_, value)| &**value)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text as it was read; the object has it as the last field.
    pub(super) fn set_text(&mut self, text: String) {
        self.text = text;
    }

    /// The object, on one line.
    pub(super) fn object(&self) -> String {
        let mut object = String::with_capacity(self.text.len() + 256);
        let texts = std::iter::once((TEXT, &self.text));
        let fields = self.fields.iter().map(|(name, value)| (*name, value));
        for (name, value) in fields.chain(texts) {
            object.push(if object.is_empty() { '{' } else { ',' });
            object.push_str(&serde_json::Value::from(name).to_string());
            object.push(':');
            // A string is always written.
            object.push_str(&serde_json::to_string(value).unwrap_or_default());
        }
        object.push('}');
        object
    }
}

/// The host of an address, in small letters, without port and user.
pub(super) fn host(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (is_web && !host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_of_a_field_counts() {
        let mut article = Article { text: "A \"ferry\"\n".to_owned(), ..Article::default() };
        article.add("title", "  ");
        article.add("title", " One\u{7} ");
        article.add("title", "Two");
        article.add_some("url", None::<&str>);
        let object = article.object();
        assert_eq!(object, "{\"title\":\"One\\u0007\",\"text\":\"A \\\"ferry\\\"\\n\"}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&object).unwrap()["title"],
            "One\u{7}"
        );
        assert_eq!(Article::default().object(), "{\"text\":\"\"}");
    }

    #[test]
    fn hosts_are_those_of_the_web() {
        for (url, expected) in [
            ("https://www.Example.org/a?b", Some("www.example.org")),
            ("HTTP://u:p@example.org:8080#x", Some("example.org")),
            ("http://example.org", Some("example.org")),
            ("dns:example.org", None),
            ("ftp://example.org/", None),
            ("https:///a", None),
            ("", None),
        ] {
            assert_eq!(host(url).as_deref(), expected, "{url}");
        }
    }
}
