//! Articles as they come into an archive, and as they stand in it.

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
    let About { source, title, url, .. } = &article.about;
    for field in [Some(&article.id), source.as_ref(), title.as_ref(), url.as_ref()] {
        let length = field.map_or(u64::MAX, |field| field.len() as u64);
        bytes.extend(length.to_le_bytes());
        bytes.extend(field.into_iter().flat_map(|field| field.bytes()));
    }
    bytes.extend(text_bytes.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c(&bytes), frame)
}
