//! What settings are called in messages.

/// A field of [`ReadOptions`](crate::ReadOptions) that a [`Reason`](crate::Reason) speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// [`text_fields`](crate::ReadOptions::text_fields)
    TextField,
    /// [`delimiter`](crate::ReadOptions::delimiter)
    Delimiter,
    /// [`quote`](crate::ReadOptions::quote)
    Quote,
    /// [`encoding`](crate::ReadOptions::encoding)
    Encoding,
}

impl Field {
    /// Every one of them.
    pub const ALL: &[Self] = &[Self::TextField, Self::Delimiter, Self::Quote, Self::Encoding];

    /// The name of the field.
    pub fn name(self) -> &'static str {
        match self {
            Self::TextField => "text_field",
            Self::Delimiter => "delimiter",
            Self::Quote => "quote",
            Self::Encoding => "encoding",
        }
    }
}

/// What readers of messages know a setting by: [`Field::name`], or the name of an option.
pub type Names = fn(Field) -> &'static str;
