//! The source of texts, by number.

use std::borrow::Cow;

use crate::lsh::rare::Spill;
use crate::{BoxError, Error};

/// A corpus with random access to its texts, in memory or elsewhere.
///
/// A failure to give one ends the run, as an [`Error::Text`] that has it as its source.
pub trait Texts: Sync {
    /// Number of texts.
    fn len(&self) -> usize;

    /// The text of that number; the same at every call.
    fn text(&self, at: usize) -> Result<Cow<'_, str>, BoxError>;

    /// How many bytes that text has. Where texts are not in memory, this should not read it.
    fn bytes(&self, at: usize) -> Result<usize, BoxError> {
        Ok(self.text(at)?.len())
    }

    /// Storage for postings that do not fit into memory. Without it, features are
    /// processed in groups that fit, and all texts are read again for each group.
    fn spill(&self) -> Option<&dyn Spill> {
        None
    }

    /// Whether there is no text.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: AsRef<str> + Sync> Texts for [T] {
    fn len(&self) -> usize {
        <[T]>::len(self)
    }

    fn text(&self, at: usize) -> Result<Cow<'_, str>, BoxError> {
        Ok(Cow::Borrowed(self[at].as_ref()))
    }
}

/// A text by its number.
pub(super) fn text<T: Texts + ?Sized>(texts: &T, at: usize) -> Result<Cow<'_, str>, Error> {
    texts.text(at).map_err(|source| Error::Text { text: at, source })
}

/// How many bytes a text has.
pub(super) fn bytes<T: Texts + ?Sized>(texts: &T, at: usize) -> Result<usize, Error> {
    texts.bytes(at).map_err(|source| Error::Text { text: at, source })
}
