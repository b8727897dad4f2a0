//! What was looked up of the words that came last.
//!
//! Most words of a text are a few thousand that come again and again. A map of all words known would
//! be in far memory; this table stays in the cache.

use super::language::{Language, stops};

/// Places: a power of two, few enough for the second-level cache.
const PLACES: usize = 1 << 15;

/// What is known of a word. Four of them make a line of the cache.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Recalled {
    form: u64,
    stem: u32,
    /// In which languages it is a stop word; above, the bit [`IS_KNOWN`], and from bit [`LANGUAGE`] on
    /// one more than the language whose stem it has, or 0.
    packed: u32,
}

const IS_KNOWN: u32 = 1 << 24;
const LANGUAGE: u32 = 25;
const _: () = assert!(Language::ALL.len() < 24, "as many bits as are left for stop words");

/// A word for each place; the one that came last.
#[derive(Debug, Clone)]
pub(super) struct Recent(Box<[Recalled; PLACES]>);

impl Default for Recent {
    fn default() -> Self {
        let places = vec![Recalled::default(); PLACES].into_boxed_slice();
        Self(places.try_into().expect("as many as there are places"))
    }
}

impl Recent {
    /// The word of that hash.
    #[inline(always)]
    pub(super) fn word(&mut self, form: u64) -> &mut Recalled {
        let word = &mut self.0[form as usize % PLACES];
        if word.form != form || word.packed & IS_KNOWN == 0 {
            word.become_another(form);
        }
        word
    }
}

impl Recalled {
    #[inline(never)]
    fn become_another(&mut self, form: u64) {
        *self = Self { form, stem: 0, packed: stops(form) | IS_KNOWN };
    }

    /// In which languages it is a stop word, by their bits.
    #[inline]
    pub(super) fn stops(&self) -> u32 {
        self.packed & (IS_KNOWN - 1)
    }

    /// Its stem in a language, which `find` finds if it is not known here.
    #[inline]
    pub(super) fn stem(&mut self, language: Language, find: impl FnOnce() -> u32) -> u32 {
        let number = language as u32 + 1;
        if self.packed >> LANGUAGE != number {
            self.packed = self.packed & ((1 << LANGUAGE) - 1) | number << LANGUAGE;
            self.stem = find();
        }
        self.stem
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hash::word_hash;

    #[test]
    fn a_word_is_known_until_another_takes_its_place() {
        let mut recent = Recent::default();
        let the = word_hash(b"the");
        assert!(recent.word(the).stops() & Language::English.bit() != 0);
        assert_eq!(recent.word(the).stem(Language::English, || 7), 7);
        assert_eq!(recent.word(the).stem(Language::English, || 8), 7);
        assert_eq!(recent.word(the).stem(Language::German, || 8), 8);
        let other = the ^ 1 << 40;
        assert_eq!(recent.word(other).stops(), 0);
        assert_eq!(recent.word(the).stem(Language::German, || 9), 9);
        assert_eq!(recent.word(0).stops(), 0);
    }
}
