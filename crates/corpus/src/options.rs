//! Options of reading.

use crate::Charset;

/// How to read.
///
/// ```
/// use retold_corpus::ReadOptions;
///
/// let options = ReadOptions::default().text_field("body").threads(2);
/// assert_eq!(options.text_fields, ["body"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The field or column that holds a record's id: a string or a number. A record without it is
    /// called `file:line`. Default `id`.
    ///
    /// Here and below, a name with dots is the path of a field inside objects (`doc.body`) unless
    /// a field has that very name. CSV has no nested fields.
    pub id_field: String,
    /// The fields or columns that hold a record's text, joined in this order by blank lines. Those
    /// that a record lacks are left out; one that has none of them has no text. Default `text`.
    pub text_fields: Vec<String>,
    /// One more field to keep, as text, such as a date; may be one of those above. Default none.
    pub extra_field: Option<String>,
    /// Fields to keep as they are ([`Record::fields`](crate::Record::fields)). Default none.
    pub keep_fields: Vec<String>,
    /// The delimiter of `.csv` and `.tsv` files, in ASCII. Default: what the name says.
    pub delimiter: Option<u8>,
    /// The quote character of `.csv` and `.tsv` files, in ASCII; `None` if there is none. Default
    /// `"`.
    pub quote: Option<u8>,
    /// Encoding of texts without a byte order mark. Default: UTF-8, UTF-16, what pages declare, or
    /// what their bytes look like.
    pub encoding: Option<Charset>,
    /// Keep each record as it was written ([`Record::raw`](crate::Record::raw)). Default no.
    pub keep_raw: bool,
    /// In folders, leave out hidden files and what `.gitignore` and `.ignore` files say. Default
    /// no.
    pub respect_ignore: bool,
    /// Longest article, record or line, in bytes; longer ones are skipped without being held.
    /// At most 1 GiB counts. Default 256 MiB.
    pub max_article_bytes: usize,
    /// Bytes of a batch, about; a longer article makes a longer batch. Memory is some 3 × `threads`
    /// + 3 batches. Default 1 MiB: what one thread writes, another still finds in the cache.
    pub batch_bytes: usize,
    /// Threads that parse, beside one that reads. 0 (the default): one per processor.
    pub threads: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            id_field: "id".to_owned(),
            text_fields: vec!["text".to_owned()],
            extra_field: None,
            keep_fields: Vec::new(),
            delimiter: None,
            quote: Some(b'"'),
            encoding: None,
            keep_raw: false,
            respect_ignore: false,
            max_article_bytes: 256 << 20,
            batch_bytes: 1 << 20,
            threads: 0,
        }
    }
}

/// Setters of these fields.
macro_rules! setters {
    ($($field:ident: $type:ty,)*) => {$(
        #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
        #[must_use]
        pub fn $field(self, $field: $type) -> Self {
            Self { $field: $field.into(), ..self }
        }
    )*};
}

impl ReadOptions {
    /// Sets [`text_fields`](Self#structfield.text_fields) to one field.
    #[must_use]
    pub fn text_field(self, name: impl Into<String>) -> Self {
        Self { text_fields: vec![name.into()], ..self }
    }

    setters! {
        id_field: impl Into<String>,
        text_fields: Vec<String>,
        extra_field: Option<String>,
        keep_fields: Vec<String>,
        delimiter: Option<u8>,
        quote: Option<u8>,
        encoding: Option<Charset>,
        keep_raw: bool,
        respect_ignore: bool,
        max_article_bytes: usize,
        batch_bytes: usize,
        threads: usize,
    }
}
