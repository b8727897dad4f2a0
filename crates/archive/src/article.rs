//! Articles as they come into an archive, and as they stand in it.

use std::iter;

/// What comes into an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewArticle {
    /// The name that it goes by. An archive has one story of each name.
    pub id: String,
    /// Its text, in which all spans are.
    pub text: String,
    /// What is known of it.
    pub about: About,
    /// When it was first seen, in seconds since 1970.
    pub first_seen: i64,
}

/// What is known of an article beside its text; none of it decides what matches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Who publishes it.
    pub source: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// Where it was found.
    pub url: Option<String>,
    /// When it was published, in seconds since 1970.
    pub published: Option<i64>,
    /// Until when nobody may publish it, in seconds since 1970.
    pub embargo: Option<i64>,
    /// What its publisher says of its use, as [`About::status_of`] gives it, such as `withheld`;
    /// nothing if it is simply usable.
    pub status: Option<String>,
    /// Who holds the rights to it.
    pub copyright_holder: Option<String>,
    /// What may be done with it, in its publisher's words.
    pub usage_terms: Option<String>,
}

impl About {
    /// A publishing status (IPTC NewsCodes `pubstatus`) in short: `canceled` for `stat:canceled` or
    /// the address of that code, in lower case; nothing for `usable`, which is the default.
    pub fn status_of(stated: &str) -> Option<String> {
        let code = stated.rsplit([':', '/']).next().unwrap_or(stated).trim().to_lowercase();
        Some(code).filter(|code| !code.is_empty() && code != "usable")
    }

    /// Whether its publisher takes it back: an article that says so withdraws the one of its id
    /// ([`Archive::withdraw_canceled`](crate::Archive::withdraw_canceled)).
    pub fn is_canceled(&self) -> bool {
        matches!(self.status.as_deref(), Some("canceled" | "cancelled"))
    }
}

/// What stands in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its number: later ones are greater.
    pub doc: u64,
    /// The name that it goes by.
    pub id: String,
    /// From 1: which version of the story.
    pub version: u32,
    /// The number of the version before.
    pub previous: Option<u64>,
    /// Whether there is a later version, which is the one that is found.
    pub is_superseded: bool,
    /// Whether its span of time has expired, and it stays because a flag or a withdrawal names it.
    pub is_expired: bool,
    /// When it was first seen, in seconds since 1970.
    pub first_seen: i64,
    /// What is known of it.
    pub about: About,
    /// Its text.
    pub text: String,
}

/// An article that only asks, for whoever shows it beside those that are stored: it has no number,
/// and version 0.
impl From<NewArticle> for Stored {
    fn from(NewArticle { id, text, about, first_seen }: NewArticle) -> Self {
        Self {
            doc: 0,
            id,
            version: 0,
            previous: None,
            is_superseded: false,
            is_expired: false,
            first_seen,
            about,
            text,
        }
    }
}

impl Stored {
    /// Whether it can be found.
    pub fn is_found(&self) -> bool {
        !self.is_superseded && !self.is_expired
    }

    /// The same, without its text.
    pub(crate) fn without_text(self) -> Self {
        Self { text: String::new(), ..self }
    }
}

/// CRC32C of everything that a row holds, its text as it is compressed.
pub(crate) fn checksum(article: &Stored, text_bytes: u64, frame: &[u8]) -> u32 {
    let mut bytes = Vec::with_capacity(256);
    bytes.extend(article.doc.to_le_bytes());
    bytes.extend(article.version.to_le_bytes());
    bytes.push(u8::from(article.previous.is_some()));
    bytes.extend(article.previous.unwrap_or(0).to_le_bytes());
    bytes.push(u8::from(article.is_superseded));
    bytes.push(u8::from(article.is_expired));
    bytes.extend(article.first_seen.to_le_bytes());
    bytes.push(u8::from(article.about.published.is_some()));
    bytes.extend(article.about.published.unwrap_or(0).to_le_bytes());
    let About { source, title, url, status, copyright_holder, usage_terms, .. } = &article.about;
    let fields = [source, title, url, status, copyright_holder, usage_terms];
    for field in iter::once(Some(&article.id)).chain(fields.map(Option::as_ref)) {
        let length = field.map_or(u64::MAX, |field| field.len() as u64);
        bytes.extend(length.to_le_bytes());
        bytes.extend(field.into_iter().flat_map(|field| field.bytes()));
    }
    bytes.extend(text_bytes.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c(&bytes), frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_as_code_or_address() {
        let shown = |stated| About::status_of(stated);
        assert_eq!(shown("stat:canceled").as_deref(), Some("canceled"));
        let address = "http://cv.iptc.org/newscodes/pubstatusg2/Withheld";
        assert_eq!(shown(address).as_deref(), Some("withheld"));
        assert_eq!((shown("usable"), shown("stat:usable"), shown(" ")), (None, None, None));
        let about = |status| About { status: shown(status), ..About::default() };
        assert!(about("Canceled").is_canceled() && !about("withheld").is_canceled());
        assert!(!About::default().is_canceled());
    }

    #[test]
    fn every_field_counts_in_the_checksum() {
        let sum = |change: fn(&mut About)| {
            let mut article = Stored::from(NewArticle::default());
            change(&mut article.about);
            checksum(&article, 0, b"")
        };
        let changes: [fn(&mut About); 8] = [
            |_| (),
            |about| about.source = Some("x".to_owned()),
            |about| about.title = Some("x".to_owned()),
            |about| about.url = Some("x".to_owned()),
            |about| about.published = Some(0),
            |about| about.status = Some("x".to_owned()),
            |about| about.copyright_holder = Some("x".to_owned()),
            |about| about.usage_terms = Some("x".to_owned()),
        ];
        let sums: std::collections::BTreeSet<u32> = changes.map(sum).into();
        assert_eq!(sums.len(), 8);
    }
}
