//! Where the engine gets texts from, by number.

use std::borrow::Cow;

use crate::lsh::rare::Spill;

/// A corpus that gives any of its texts at any time, from memory or from elsewhere.
pub trait Texts: Sync {
    /// Number of texts.
    fn len(&self) -> usize;

    /// The text of that number; the same at every call.
    fn text(&self, at: usize) -> Cow<'_, str>;

    /// How many bytes that text has. Where texts are not in memory, this should not read it.
    fn bytes(&self, at: usize) -> usize {
        self.text(at).len()
    }

    /// Where postings go that do not fit into memory. If there is no such place, all texts are asked for
    /// again for each piece of them that does.
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

    fn text(&self, at: usize) -> Cow<'_, str> {
        Cow::Borrowed(self[at].as_ref())
    }
}
